"""What operators look at: health, readiness, metrics, the log, VoID."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from whence.web.operations import Front


def test_health_and_readiness(server: Any) -> None:
    assert server.client.get("/health").text == "ok\n"
    assert server.client.get("/ready").text == "ready\n"


def test_metrics_count_requests_and_outcomes(start_server: Any) -> None:
    server = start_server()
    server.query("ASK {}")
    server.client.get("/sparql", params={"query": "SELECT * { nonsense"})
    server.update("INSERT DATA { <urn:a> <urn:b> 1 }")
    text = server.client.get("/metrics").text
    assert 'whence_http_requests_total{method="GET",route="sparql",status="200"} 1.0' in text
    assert 'whence_http_requests_total{method="GET",route="sparql",status="400"} 1.0' in text
    assert 'whence_query_outcomes_total{outcome="syntax"} 1.0' in text
    assert "whence_writes_total 1.0" in text
    assert re.search(r'whence_resident_bytes\{process="writer"\} \d', text)


def test_unknown_paths_do_not_grow_the_metrics(server: Any) -> None:
    for number in range(20):
        server.client.get(f"/nowhere-{number}")
    assert "nowhere" not in server.client.get("/metrics").text


def test_void_counts_what_there_is(start_server: Any) -> None:
    server = start_server()
    server.put("urn:g", "<urn:a> a <http://www.w3.org/ns/prov#Entity> ; <urn:p> 1, 2 .")
    text = server.client.get("/.well-known/void", headers={"Accept": "application/n-triples"}).text
    assert '<http://rdfs.org/ns/void#triples> "3"' in text
    assert "<http://rdfs.org/ns/void#class> <http://www.w3.org/ns/prov#Entity>" in text
    server.put("urn:g", "<urn:a> <urn:p> 1 .")
    text = server.client.get("/.well-known/void", headers={"Accept": "application/n-triples"}).text
    assert '<http://rdfs.org/ns/void#triples> "1"' in text


def test_void_is_about_the_name_each_client_uses(server: Any) -> None:
    # What one client gets must not carry the Host header of another.
    for host in ("one.localhost", "two.localhost"):
        headers = {"Accept": "application/n-triples", "Host": host}
        text = server.client.get("/.well-known/void", headers=headers).text
        assert set(re.findall(r"(\w+)\.localhost", text)) == {host.partition(".")[0]}


def test_void_leaves_out_types_without_a_name(start_server: Any) -> None:
    server = start_server()
    assert server.update("INSERT DATA { <urn:a> a [], <urn:Thing> }").status_code == 204
    answer = server.client.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    assert answer.status_code == 200
    assert "<http://rdfs.org/ns/void#class> <urn:Thing>" in answer.text


class Noted:
    """Metrics that remember what they were told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str, int]] = []

    def request(self, path: str, method: str, status: str, sent: int, seconds: float) -> None:
        assert seconds >= 0
        self.requests.append((path, method, status, sent))


def call(body: Iterable[bytes], headers: list[tuple[str, str]], path: str = "/sparql") -> tuple[Any, Noted]:
    noted = Noted()

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(headers))
        return body

    front = Front(app, noted)  # type: ignore[arg-type]  # what is noted is all that is needed
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "REMOTE_ADDR": "192.0.2.1"}
    return front(environ, lambda *_: lambda _: None), noted


def test_bytes_of_a_stream_are_counted_when_it_ends() -> None:
    body, noted = call(iter([b"one", b"two"]), [])
    assert noted.requests == []
    assert b"".join(body) == b"onetwo"
    assert noted.requests == [("/sparql", "GET", "200", 6)]


def test_bytes_of_a_stream_that_is_dropped_are_counted_once() -> None:
    body, noted = call(iter([b"one", b"two"]), [])
    next(body)
    body.close()
    body.close()
    assert noted.requests == [("/sparql", "GET", "200", 3)]


def test_small_answers_go_out_in_one_piece() -> None:
    body, _ = call(iter([b"one", b"two"]), [("Content-Length", "6")])
    assert body == [b"one", b"two"]

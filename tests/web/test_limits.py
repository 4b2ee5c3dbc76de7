"""What the operator limits: time, memory, rows, bytes, queue, bodies."""

from __future__ import annotations

import gzip
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

CROSS_PRODUCT = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ALL = "SELECT ?s ?o WHERE { ?s <urn:value> ?o }"
ROWS = 60_000


@pytest.fixture(scope="module")
def filled(own_server: Any) -> Any:
    """A server with 60,000 triples."""
    body = "".join(f'<urn:item:{n}> <urn:value> "value {n}" <urn:filled> .\n' for n in range(ROWS))
    response = own_server.client.post(
        "/store", content=body, headers=own_server.writing("application/n-quads")
    )
    assert response.status_code == 204, response.text
    return own_server


def ask(server: Any) -> bool:
    answer: bool = server.query("ASK {}")["boolean"]
    return answer


def wait_for(condition: Callable[[], bool]) -> bool:
    """Whether ``condition`` becomes true within a generous time."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def busy(server: Any) -> int:
    for line in server.client.get("/metrics").text.splitlines():
        if line.startswith('whence_query_workers{state="busy"}'):
            return int(float(line.split()[1]))
    raise AssertionError("no such metric")


def test_a_query_is_stopped_at_the_deadline_the_client_asks_for(filled: Any) -> None:
    response = filled.client.get("/sparql", params={"query": CROSS_PRODUCT, "timeout": "1"})
    assert response.status_code == 504
    assert "deadline of 1 seconds" in response.text
    assert ask(filled)


def test_the_client_cannot_ask_for_more_than_the_operator_gives(start_server: Any) -> None:
    server = start_server(query_timeout=1.0)
    server.fill(2000)
    response = server.client.get("/sparql", params={"query": CROSS_PRODUCT, "timeout": "1000"})
    assert response.status_code == 504
    assert "deadline of 1 seconds" in response.text


def test_the_memory_of_a_stopped_query_comes_back(filled: Any) -> None:
    before = set(filled.helpers()["workers"])
    filled.client.get("/sparql", params={"query": CROSS_PRODUCT, "timeout": "0.5"})
    assert wait_for(lambda: busy(filled) == 0)
    assert wait_for(lambda: len(filled.helpers()["workers"]) == len(before))
    assert set(filled.helpers()["workers"]) != before


def test_rows_are_limited(start_server: Any) -> None:
    server = start_server(max_rows=3)
    server.update("INSERT DATA { <urn:a> <urn:p> 1, 2, 3, 4, 5 }")
    response = server.client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"})
    assert len(response.json()["results"]["bindings"]) == 3
    assert response.headers["Whence-Row-Limit"] == "3"
    lower = server.query("SELECT * { ?s ?p ?o } LIMIT 2")
    assert len(lower["results"]["bindings"]) == 2


def test_answers_are_limited_in_bytes(start_server: Any) -> None:
    server = start_server(max_answer_bytes=100)
    server.update("INSERT DATA { <urn:a> <urn:p> 1, 2, 3, 4, 5 }")
    response = server.client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"})
    assert response.status_code == 500
    assert "limit of 100 bytes" in response.text
    assert ask(server)


def test_a_query_that_takes_too_much_memory_is_stopped(start_server: Any) -> None:
    server = start_server(query_memory=200 << 20)
    numbers = " ".join(map(str, range(2000)))
    values = " ".join(f"VALUES ?{name} {{ {numbers} }}" for name in "xyz")
    hungry = f"SELECT DISTINCT ?x ?y ?z {{ {values} }} ORDER BY ?z"
    response = server.client.post("/sparql", data={"query": hungry})
    assert response.status_code == 500
    assert "200 MiB of memory" in response.text
    assert ask(server)


def test_a_full_queue_is_said_at_once(start_server: Any) -> None:
    server = start_server(workers=1, heavy_workers=0, queue_wait=0.3)
    server.fill(2000)
    slow = threading.Thread(
        target=server.client.get,
        args=("/sparql",),
        kwargs={"params": {"query": CROSS_PRODUCT, "timeout": "5"}},
    )
    slow.start()
    try:
        assert wait_for(lambda: busy(server) == 1)
        response = server.client.get("/sparql", params={"query": "ASK {}"})
        assert response.status_code == 503
        assert response.headers["Retry-After"]
        assert server.client.get("/health").status_code == 200
    finally:
        slow.join()
    assert ask(server)


def test_long_queries_do_not_hold_up_short_ones(start_server: Any) -> None:
    server = start_server(workers=1, heavy_workers=2, heavy_after=0.1, queue_wait=5.0)
    server.fill(2000)
    params = {"query": CROSS_PRODUCT, "timeout": "8"}
    slow = [
        threading.Thread(
            target=httpx.get,
            args=(f"{server.url}/sparql",),
            kwargs={"params": params, "timeout": 60, "trust_env": False},
        )
        for _ in range(2)
    ]
    for thread in slow:
        thread.start()
    try:
        assert wait_for(lambda: busy(server) == 2)
        assert ask(server)
        assert busy(server) == 2
    finally:
        for thread in slow:
            thread.join()


def test_a_large_answer_is_streamed_whole(filled: Any) -> None:
    text = filled.query(ALL, accept="text/csv")
    assert len(text.splitlines()) == ROWS + 1
    assert "!! whence" not in text


def test_an_answer_cut_on_its_way_says_so(filled: Any) -> None:
    endless = "SELECT ?s ?t WHERE { ?s <urn:value> ?o . ?t <urn:value> ?p }"
    with filled.client.stream(
        "GET", "/sparql", params={"query": endless, "timeout": "1", "format": "csv"}
    ) as response:
        assert response.status_code == 200
        tail = b""
        for part in response.iter_bytes():
            tail = (tail + part)[-200:]
    assert tail.endswith(b'\n"!! whence: the answer was cut: stopped at its deadline of 1 seconds\n')


def test_a_compressed_answer_that_is_cut_does_not_end_well(filled: Any) -> None:
    endless = "SELECT ?s ?t WHERE { ?s <urn:value> ?o . ?t <urn:value> ?p }"
    params = {"query": endless, "timeout": "1"}
    with filled.client.stream(
        "GET", "/sparql", params=params, headers={"Accept-Encoding": "gzip"}
    ) as response:
        engine = zlib.decompressobj(wbits=31)
        for part in response.iter_raw():
            tail = engine.decompress(part)[-200:]
    assert not engine.eof
    assert b"!! whence: the answer was cut" in tail


@pytest.mark.parametrize("query", [ALL, f"{ALL} LIMIT 200"])
def test_answers_are_compressed_for_those_who_accept_it(filled: Any, query: str) -> None:
    params = {"query": query, "format": "csv"}
    plain = filled.client.get("/sparql", params=params, headers={"Accept-Encoding": "identity"})
    packed = filled.client.get("/sparql", params=params, headers={"Accept-Encoding": "gzip"})
    refused = filled.client.get("/sparql", params=params, headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in refused.headers
    assert packed.text == plain.text
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_client_that_leaves_frees_its_worker(filled: Any) -> None:
    endless = "SELECT ?s ?t WHERE { ?s <urn:value> ?o . ?t <urn:value> ?p }"
    with filled.client.stream("GET", "/sparql", params={"query": endless}) as response:
        next(response.iter_bytes())
    assert wait_for(lambda: busy(filled) == 0)


def test_head_does_not_run_a_large_query_to_its_end(filled: Any) -> None:
    endless = "SELECT ?s ?t WHERE { ?s <urn:value> ?o . ?t <urn:value> ?p }"
    response = filled.client.head("/sparql", params={"query": endless})
    assert response.status_code == 200
    assert wait_for(lambda: busy(filled) == 0)


def test_a_client_that_takes_nothing_is_let_go(start_server: Any) -> None:
    server = start_server(client_patience=0.5)
    server.fill(2000)
    endless = "SELECT ?s ?t WHERE { ?s <urn:value> ?o . ?t <urn:value> ?p . ?u <urn:value> ?q }"
    with httpx.stream(
        "GET", f"{server.url}/sparql", params={"query": endless}, timeout=60, trust_env=False
    ) as response:
        next(response.iter_raw())
        assert wait_for(lambda: busy(server) == 0)


def test_bodies_are_limited(start_server: Any) -> None:
    server = start_server(max_body_bytes=1000, max_query_length=500)
    headers = server.writing("text/turtle")
    large = "# " + "x" * 1000
    assert server.client.put("/store?graph=urn:g", content=large, headers=headers).status_code == 413
    unsized = server.client.put("/store?graph=urn:g", content=iter([large.encode()]), headers=headers)
    assert unsized.status_code == 413
    bomb = gzip.compress(b"#" * 10_000_000)
    packed = server.client.put(
        "/store?graph=urn:g", content=bomb[:900], headers=headers | {"Content-Encoding": "gzip"}
    )
    assert packed.status_code == 413
    query = "ASK {} #" + "x" * 500
    sent = server.client.post(
        "/sparql", content=query, headers={"Content-Type": "application/sparql-query"}
    )
    assert sent.status_code == 413
    assert server.update("INSERT DATA {} #" + "x" * 500).status_code == 413
    assert ask(server)


def test_an_update_is_stopped_at_its_deadline_and_undone(start_server: Any) -> None:
    server = start_server(update_timeout=1.0, inference="none")
    server.fill(300)
    endless = "INSERT { ?a <urn:made> ?d } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    response = server.update(endless)
    assert response.status_code == 504
    assert server.query("ASK { ?s <urn:made> ?o }")["boolean"] is False
    assert server.update("INSERT DATA { <urn:after> <urn:p> 1 }").status_code == 204
    assert server.query("ASK { <urn:after> ?p ?o }")["boolean"] is True

"""Who may do what: tokens, read-only servers, the Host header, other origins."""

from __future__ import annotations

from typing import Any

import pytest

WRITES = [
    ("POST", "/update", "INSERT DATA { <urn:a> <urn:b> 1 }", "application/sparql-update"),
    ("PUT", "/store?graph=urn:g", "<urn:a> <urn:b> 1 .", "text/turtle"),
    ("POST", "/store?graph=urn:g", "<urn:a> <urn:b> 1 .", "text/turtle"),
    ("POST", "/store", "<urn:a> <urn:b> 1 <urn:g> .", "application/n-quads"),
    ("DELETE", "/store?graph=urn:g", None, "text/turtle"),
]


def send(server: Any, write: tuple[str, str, str | None, str], authorization: bytes | str | None) -> Any:
    method, path, body, kind = write
    headers: dict[str, Any] = {"Content-Type": kind} | (
        {"Authorization": authorization} if authorization else {}
    )
    return server.client.request(method, path, content=body, headers=headers)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write[0]} {write[1]}")
@pytest.mark.parametrize("authorization", [None, b"Bearer wrong", b"Bearer", b"Basic dTpw", b"Bearer \xfc"])
def test_writing_needs_the_token(server: Any, write: Any, authorization: str | None) -> None:
    response = send(server, write, authorization)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_without_a_token_writing_is_off_and_says_how_to_turn_it_on(start_server: Any) -> None:
    server = start_server(token=None)
    for write in WRITES:
        response = send(server, write, "Bearer anything")
        assert response.status_code == 403
        assert "--token" in response.text
    assert server.query("ASK {}")["boolean"] is True


def test_a_read_only_server_takes_no_writes(start_server: Any) -> None:
    server = start_server(read_only=True)
    for write in WRITES:
        assert send(server, write, f"Bearer {server.token}").status_code == 403


def test_reads_can_need_the_token_too(start_server: Any) -> None:
    server = start_server(public_reads=False)
    for path in ("/sparql?query=ASK{}", "/store", "/", "/metrics", "/.well-known/void"):
        assert server.client.get(path).status_code == 401, path
        allowed = server.client.get(path, headers={"Authorization": f"Bearer {server.token}"})
        assert allowed.status_code == 200, path
    assert server.client.get("/health").status_code == 200
    assert server.client.get("/ready").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1"])
def test_other_names_for_a_loopback_server_are_refused(server: Any, host: str) -> None:
    response = server.client.get("/sparql?query=ASK{}", headers={"Host": host})
    assert response.status_code == 421
    assert host.partition(":")[0] in response.text


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:1234", "127.0.0.1", "[::1]:7676", "app.localhost"]
)
def test_loopback_names_are_accepted(server: Any, host: str) -> None:
    assert server.client.get("/health", headers={"Host": host}).status_code == 200


def test_names_the_operator_lists_are_accepted(start_server: Any) -> None:
    server = start_server(allowed_hosts=("lineage.example",))
    assert server.client.get("/health", headers={"Host": "Lineage.example:80"}).status_code == 200


def test_origins_can_be_narrowed(start_server: Any) -> None:
    server = start_server(cors_origins=("https://app.example",))
    for origin, offered in (("https://app.example", "https://app.example"), ("https://evil.example", None)):
        response = server.client.get("/sparql?query=ASK{}", headers={"Origin": origin})
        assert response.headers.get("Access-Control-Allow-Origin") == offered


def test_other_origins_may_read_graphs_but_not_write_them(server: Any) -> None:
    for method, offered in (("GET", "*"), ("PUT", None), ("DELETE", None)):
        asked = {"Origin": "https://app.example", "Access-Control-Request-Method": method}
        preflight = server.client.options("/store", headers=asked)
        allowed = preflight.headers.get("Access-Control-Allow-Methods")
        assert (allowed is not None) is (offered is not None)


@pytest.mark.parametrize("path", ["/", "/health", "/sparql", "/store", "/nowhere", "/metrics"])
def test_every_answer_protects_browsers(server: Any, path: str) -> None:
    headers = server.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"

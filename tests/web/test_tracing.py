"""Lineage and versions asked of a running server: fresh, bounded in time, open to whom reading is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Server = Callable[..., Any]
JSON = {"Accept": "application/json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PROV = "PREFIX prov: <http://www.w3.org/ns/prov#> "


def chain(server: Any, name: str, count: int) -> None:
    """Store that many derivations in a row, from ``urn:NAME:0`` on, in the graph ``urn:NAME``."""
    steps = " ".join(f"<urn:{name}:{n}> prov:wasDerivedFrom <urn:{name}:{n + 1}> ." for n in range(count))
    assert server.update(f"{PROV} INSERT DATA {{ GRAPH <urn:{name}> {{ {steps} }} }}").status_code == 204


def ask(server: Any, path: str, headers: dict[str, str] = JSON, **parameters: str) -> httpx.Response:
    response: httpx.Response = server.client.get(path, params=parameters, headers=headers)
    return response


def test_what_was_just_written_is_in_the_answer(own_server: Any) -> None:
    chain(own_server, "fresh", 2)
    assert len(ask(own_server, "/lineage", iri="urn:fresh:0").json()["nodes"]) == 3
    own_server.update(
        f"{PROV} INSERT DATA {{ GRAPH <urn:fresh> {{ <urn:fresh:2> prov:wasDerivedFrom <urn:fresh:3> }} }}"
    )
    assert len(ask(own_server, "/lineage", iri="urn:fresh:0").json()["nodes"]) == 4
    own_server.update("DROP GRAPH <urn:fresh>")
    assert ask(own_server, "/lineage", iri="urn:fresh:0").status_code == 404


def test_inferred_steps_are_walked_and_marked(own_server: Any) -> None:
    own_server.update(
        f"{PROV} INSERT DATA {{ GRAPH <urn:g> {{ <urn:b> prov:qualifiedDerivation "
        "[ a prov:Derivation ; prov:entity <urn:a> ] }}"
    )
    (edge,) = ask(own_server, "/lineage", iri="urn:b").json()["edges"]
    assert (edge["relation"], edge["inferred"]) == ("wasDerivedFrom", True)


def test_the_time_is_up_before_all_is_found(own_server: Any) -> None:
    chain(own_server, "late", 3000)
    answer = ask(own_server, "/lineage", iri="urn:late:0", timeout="0.005")
    assert answer.status_code == 200
    assert answer.headers["Whence-Complete"] == "false"
    assert "time was up" in answer.headers["Whence-Stopped"]
    assert 0 < len(answer.json()["nodes"]) < 3001
    assert ask(own_server, "/lineage", iri="urn:late:0").headers["Whence-Complete"] == "true"


def test_what_takes_longer_than_any_question_may_is_stopped(start_server: Server) -> None:
    server = start_server(query_timeout=0.1, workers=1)
    chain(server, "late", 3000)
    # The first question of a process also waits for what it imports.
    answer = ask(server, "/lineage.svg", iri="urn:late:0")
    assert answer.status_code == 504
    assert server.client.get("/health").status_code == 200


def test_versions_and_differences(own_server: Any) -> None:
    own_server.update(
        f"{PROV} INSERT DATA {{ GRAPH <urn:g> {{ <urn:v2> prov:wasRevisionOf <urn:v1> . "
        '<urn:v1> prov:value "1" . <urn:v2> prov:value "2" }}'
    )
    assert [version["version"] for version in ask(own_server, "/versions", iri="urn:v1").json()] == [
        "urn:v1",
        "urn:v2",
    ]
    (change,) = ask(own_server, "/diff", a="urn:v1", b="urn:v2").json()["changes"]
    assert (change["before"], change["after"]) == ("1", "2")
    assert (
        "1 difference between two entities"
        in ask(own_server, "/diff", BROWSER, a="urn:v1", b="urn:v2").text
    )


def test_what_makes_no_sense_and_what_is_unknown(own_server: Any) -> None:
    assert ask(own_server, "/lineage", iri="urn:none:0", depth="x").status_code == 400
    assert ask(own_server, "/lineage", iri="urn:none").status_code == 404
    page = ask(own_server, "/versions", BROWSER, iri="urn:none")
    assert page.status_code == 404
    assert "nothing is known of" in page.text


@pytest.mark.parametrize("path", ["/lineage", "/impact", "/path", "/versions", "/at", "/diff", "/history"])
def test_a_token_is_needed_where_reading_needs_one(start_server: Server, path: str) -> None:
    server = start_server(public_reads=False)
    assert ask(server, path).status_code == 401
    allowed = JSON | {"Authorization": f"Bearer {server.token}"}
    assert ask(server, path, allowed).status_code == 400


def test_pages_of_others_may_see_whether_it_is_all(start_server: Server) -> None:
    server = start_server(cors_origins=("https://a.example",))
    chain(server, "cors", 1)
    answer = ask(server, "/lineage", JSON | {"Origin": "https://a.example"}, iri="urn:cors:0")
    assert "Whence-Complete" in answer.headers["Access-Control-Expose-Headers"]


def test_the_server_describes_where_to_ask(own_server: Any) -> None:
    described = own_server.client.get("/sparql", headers={"Accept": "application/n-triples"}).text
    for path in ("lineage", "impact", "versions", "diff"):
        assert f"seeAlso> <{own_server.url.rstrip('/')}/{path}>" in described

"""SPARQL 1.1 Graph Store HTTP Protocol (the recommendation's sections 4 and 5)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

TURTLE = "text/turtle"
ONE = "<http://example.org/s> <http://example.org/p> 1 ."
TWO = "<http://example.org/s> <http://example.org/p> 2 ."


@pytest.fixture
def graph(own_server: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """A graph name of the test's own."""
    name = f"http://example.org/graph/{abs(hash(request.node.name))}"
    yield name
    send(own_server, "DELETE", name)


def send(
    server: Any, method: str, graph: str | None, content: Any = None, kind: str = TURTLE, **extra: str
) -> Any:
    params = {} if graph is None else {"default": ""} if graph == "" else {"graph": graph}
    headers = server.writing(kind) | extra
    return server.client.request(method, "/store", params=params, content=content, headers=headers)


def triples(server: Any, graph: str) -> set[str]:
    response = server.client.get(
        "/store", params={"graph": graph}, headers={"Accept": "application/n-triples"}
    )
    assert response.status_code == 200, response.text
    return set(response.text.splitlines())


def line(number: int) -> str:
    return (
        f'<http://example.org/s> <http://example.org/p> "{number}"'
        "^^<http://www.w3.org/2001/XMLSchema#integer> ."
    )


def test_put_makes_a_graph_and_replaces_it(own_server: Any, graph: str) -> None:
    assert send(own_server, "PUT", graph, ONE).status_code == 201
    assert triples(own_server, graph) == {line(1)}
    assert send(own_server, "PUT", graph, TWO).status_code == 204
    assert triples(own_server, graph) == {line(2)}


def test_post_makes_a_graph_and_adds_to_it(own_server: Any, graph: str) -> None:
    assert send(own_server, "POST", graph, ONE).status_code == 201
    assert send(own_server, "POST", graph, TWO).status_code == 204
    assert triples(own_server, graph) == {line(1), line(2)}


def test_an_empty_body_makes_an_empty_graph(own_server: Any, graph: str) -> None:
    assert send(own_server, "PUT", graph, "").status_code == 201
    assert triples(own_server, graph) == set()


def test_delete_removes_the_graph(own_server: Any, graph: str) -> None:
    send(own_server, "PUT", graph, ONE)
    assert send(own_server, "DELETE", graph).status_code == 204
    assert own_server.client.get("/store", params={"graph": graph}).status_code == 404
    assert send(own_server, "DELETE", graph).status_code == 404


def test_get_of_an_unknown_graph_is_404(own_server: Any) -> None:
    response = own_server.client.get("/store", params={"graph": "http://example.org/none"})
    assert response.status_code == 404


def test_head_is_get_without_the_body(own_server: Any, graph: str) -> None:
    send(own_server, "PUT", graph, ONE)
    response = own_server.client.head("/store", params={"graph": graph})
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(TURTLE)
    assert response.content == b""
    assert own_server.client.head("/store", params={"graph": "urn:none"}).status_code == 404


def test_the_unnamed_graph(own_server: Any) -> None:
    assert send(own_server, "PUT", "", ONE).status_code == 204
    assert send(own_server, "POST", "", TWO).status_code == 204
    response = own_server.client.get(
        "/store", params="default", headers={"Accept": "application/n-triples"}
    )
    assert set(response.text.splitlines()) == {line(1), line(2)}
    assert send(own_server, "PUT", "", TWO).status_code == 204
    response = own_server.client.get(
        "/store", params="default", headers={"Accept": "application/n-triples"}
    )
    assert set(response.text.splitlines()) == {line(2)}
    assert send(own_server, "DELETE", "").status_code == 204


@pytest.mark.parametrize(
    "accept",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/trig",
    ],
)
def test_a_graph_comes_in_every_syntax(own_server: Any, graph: str, accept: str) -> None:
    send(own_server, "PUT", graph, ONE)
    response = own_server.client.get("/store", params={"graph": graph}, headers={"Accept": accept})
    assert response.headers["Content-Type"].startswith(accept)
    assert "http://example.org/s" in response.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/turtle", ONE),
        ("text/turtle; charset=utf-8", ONE),
        ("application/n-triples", line(1)),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
            '<rdf:Description rdf:about="http://example.org/s">'
            '<e:p rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">1</e:p>'
            "</rdf:Description></rdf:RDF>",
        ),
        (
            "application/ld+json",
            '{"@id": "http://example.org/s", "http://example.org/p": {"@value": "1", '
            '"@type": "http://www.w3.org/2001/XMLSchema#integer"}}',
        ),
    ],
)
def test_a_graph_is_taken_in_every_syntax(own_server: Any, graph: str, kind: str, body: str) -> None:
    assert send(own_server, "PUT", graph, body, kind).status_code == 201
    assert triples(own_server, graph) == {line(1)}


def test_prov_n_is_taken_too(own_server: Any, graph: str) -> None:
    document = "document\nprefix ex <http://example.org/>\nentity(ex:report)\nendDocument\n"
    response = send(own_server, "PUT", graph, document, "text/provenance-notation")
    assert response.status_code == 201, response.text
    assert any("http://example.org/report" in text for text in triples(own_server, graph))


def test_post_without_a_graph_mints_one(own_server: Any) -> None:
    response = send(own_server, "POST", None, ONE)
    assert response.status_code == 201
    location = urlsplit(response.headers["Location"])
    assert location.path == "/store"
    (minted,) = parse_qs(location.query)["graph"]
    assert triples(own_server, minted) == {line(1)}
    send(own_server, "DELETE", minted)


def test_post_of_a_dataset_fills_all_its_graphs(own_server: Any) -> None:
    quads = "<urn:a> <urn:p> <urn:b> <urn:graph:x> .\n<urn:a> <urn:p> <urn:c> <urn:graph:y> .\n"
    assert send(own_server, "POST", None, quads, "application/n-quads").status_code == 204
    assert triples(own_server, "urn:graph:x") == {"<urn:a> <urn:p> <urn:b> ."}
    assert triples(own_server, "urn:graph:y") == {"<urn:a> <urn:p> <urn:c> ."}
    everything = own_server.client.get("/store", headers={"Accept": "application/n-quads"})
    assert set(quads.splitlines()) <= set(everything.text.splitlines())
    for name in ("urn:graph:x", "urn:graph:y"):
        send(own_server, "DELETE", name)


def test_parts_of_a_form_go_into_one_graph(own_server: Any, graph: str) -> None:
    files = [("a", ("one.ttl", ONE, TURTLE)), ("b", ("two.nt", line(2), "application/octet-stream"))]
    headers = {"Authorization": f"Bearer {own_server.token}"}
    response = own_server.client.post("/store", params={"graph": graph}, files=files, headers=headers)
    assert response.status_code == 201, response.text
    assert triples(own_server, graph) == {line(1), line(2)}


def test_a_faulty_body_says_where_and_stores_nothing(own_server: Any, graph: str) -> None:
    response = send(own_server, "PUT", graph, f"{ONE}\n<urn:a> <urn:b> oops .", Accept="application/json")
    assert response.status_code == 400
    assert response.json()["line"] == 2
    assert own_server.client.get("/store", params={"graph": graph}).status_code == 404


def test_a_fault_late_in_the_body_leaves_the_graph_as_it_was(own_server: Any, graph: str) -> None:
    send(own_server, "PUT", graph, ONE)
    many = "".join(f"<urn:s{number}> <urn:p> {number} .\n" for number in range(25_000))
    assert send(own_server, "PUT", graph, many + "oops").status_code == 400
    assert triples(own_server, graph) == {line(1)}


def test_reading_the_same_body_twice_adds_nothing(own_server: Any, graph: str) -> None:
    body = "<urn:a> <urn:p> [ <urn:q> 1 ] ."
    send(own_server, "POST", graph, body)
    before = triples(own_server, graph)
    send(own_server, "POST", graph, body)
    assert triples(own_server, graph) == before


def test_blank_nodes_of_different_bodies_stay_apart(own_server: Any, graph: str) -> None:
    send(own_server, "POST", graph, "_:x <urn:p> 1 .")
    send(own_server, "POST", graph, "_:x <urn:p> 2 .")
    subjects = {text.split()[0] for text in triples(own_server, graph)}
    assert len(subjects) == 2


def test_relative_iris_are_relative_to_the_graph(own_server: Any, graph: str) -> None:
    send(own_server, "PUT", graph, "<> <#p> <#o> .")
    assert triples(own_server, graph) == {f"<{graph}> <{graph}#p> <{graph}#o> ."}


def test_gzip_bodies(own_server: Any, graph: str) -> None:
    body = gzip.compress(ONE.encode())
    response = send(own_server, "PUT", graph, body, **{"Content-Encoding": "gzip"})
    assert response.status_code == 201
    assert triples(own_server, graph) == {line(1)}


@pytest.mark.parametrize("broken", [gzip.compress(ONE.encode(), mtime=0)[:-9], b"not gzip"])
def test_broken_gzip_bodies(own_server: Any, graph: str, broken: bytes) -> None:
    assert send(own_server, "PUT", graph, broken, **{"Content-Encoding": "gzip"}).status_code == 400


def test_a_chunked_body(own_server: Any, graph: str) -> None:
    parts = iter([ONE.encode(), b"\n", TWO.encode()])
    assert send(own_server, "PUT", graph, parts).status_code == 201
    assert triples(own_server, graph) == {line(1), line(2)}


@pytest.mark.parametrize(
    ("method", "params", "kind", "status"),
    [
        ("PUT", {"graph": "urn:g"}, "image/png", 415),
        ("PUT", {"graph": "urn:g"}, "", 415),
        ("PUT", {"graph": "not an iri"}, TURTLE, 400),
        ("PUT", {"graph": ["urn:a", "urn:b"]}, TURTLE, 400),
        ("PUT", {"graph": "urn:a", "default": ""}, TURTLE, 400),
        ("PUT", {}, TURTLE, 400),
        ("DELETE", {}, TURTLE, 400),
        ("PATCH", {"graph": "urn:g"}, "application/sparql-update", 405),
        ("GET", {"graph": "relative"}, TURTLE, 400),
    ],
)
def test_wrong_requests(
    own_server: Any, method: str, params: dict[str, Any], kind: str, status: int
) -> None:
    headers = own_server.writing(kind) if kind else {"Authorization": f"Bearer {own_server.token}"}
    response = own_server.client.request(method, "/store", params=params, content=ONE, headers=headers)
    assert response.status_code == status, response.text


def test_a_type_that_cannot_be_had(own_server: Any) -> None:
    response = own_server.client.get("/store", params="default", headers={"Accept": "image/png"})
    assert response.status_code == 406


def test_options_lists_the_methods(own_server: Any) -> None:
    allowed = own_server.client.options("/store").headers["Allow"].split(", ")
    assert set(allowed) == {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"}


def test_no_body_stays_behind(own_server: Any, graph: str) -> None:
    send(own_server, "PUT", graph, ONE)
    send(own_server, "PUT", graph, "oops")
    assert list((own_server.store_path / "serving" / "incoming").iterdir()) == []


def test_the_catalogue_knows_what_was_put_until_it_is_deleted(server: Any) -> None:
    graph = "urn:catalogued"
    facts = f"SELECT ?o {{ GRAPH <https://w3id.org/whence/ns#catalogue> {{ <{graph}> ?p ?o }} }}"
    for _ in range(2):
        assert server.put(graph, "<urn:a> <urn:b> <urn:c> .").status_code in (201, 204)
    told = server.values(facts)
    assert {"graph-store", "text/turtle", "http://www.w3.org/ns/prov#Bundle"} <= set(told)
    assert told.count("graph-store") == 1
    response = server.client.delete("/store", params={"graph": graph}, headers=server.writing("text/plain"))
    assert response.status_code in (200, 204)
    assert server.values(facts) == []


def test_the_catalogue_itself_is_not_for_clients_to_replace(own_server: Any) -> None:
    catalogue = {"graph": "https://w3id.org/whence/ns#catalogue"}
    headers = own_server.writing("text/turtle")
    assert own_server.client.delete("/store", params=catalogue, headers=headers).status_code == 403
    assert own_server.client.put("/store", params=catalogue, content="", headers=headers).status_code == 403
    assert own_server.client.get("/store", params=catalogue).status_code == 200

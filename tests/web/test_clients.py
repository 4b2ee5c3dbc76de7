"""Clients that people use, against a live server."""

from __future__ import annotations

import subprocess
from shutil import which
from typing import Any

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, SPARQLWrapper

THING, VALUE = URIRef("urn:client:thing"), URIRef("urn:client:value")


@pytest.fixture(scope="module")
def endpoint(own_server: Any) -> Any:
    """A server with two triples in a named graph."""
    assert own_server.put("urn:client:graph", f"<{THING}> <{VALUE}> 1, 2 .").status_code == 201
    return own_server


def converted(client: SPARQLWrapper) -> Any:
    return client.query().convert()


def wrapper(endpoint: Any, path: str = "/sparql") -> SPARQLWrapper:
    client = SPARQLWrapper(f"{endpoint.url}{path}")
    client.addCustomHttpHeader("Authorization", f"Bearer {endpoint.token}")
    return client


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_selects(endpoint: Any, method: str) -> None:
    client = wrapper(endpoint)
    client.setQuery(f"SELECT ?o WHERE {{ <{THING}> <{VALUE}> ?o }} ORDER BY ?o")
    client.setMethod(method)
    client.setReturnFormat(JSON)
    rows = converted(client)["results"]["bindings"]
    assert [row["o"]["value"] for row in rows] == ["1", "2"]
    client.setReturnFormat(CSV)
    assert converted(client).split() == [b"o", b"1", b"2"]


def test_sparqlwrapper_constructs(endpoint: Any) -> None:
    client = wrapper(endpoint)
    client.setQuery(f"CONSTRUCT WHERE {{ <{THING}> <{VALUE}> ?o }}")
    client.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=converted(client), format="turtle")) == 2


def test_sparqlwrapper_updates(endpoint: Any) -> None:
    client = wrapper(endpoint, "/update")
    client.setMethod(POST)
    client.setQuery("INSERT DATA { <urn:client:new> <urn:client:value> 3 }")
    client.query()
    assert endpoint.query("ASK { <urn:client:new> ?p 3 }")["boolean"] is True


def test_rdflib_reads(endpoint: Any) -> None:
    graph = Graph(SPARQLStore(f"{endpoint.url}/sparql"))
    assert set(graph.objects(THING, VALUE)) == {Literal(1), Literal(2)}
    assert (THING, VALUE, Literal(1)) in graph
    rows: list[Any] = list(graph.query(f"SELECT (SUM(?o) AS ?sum) {{ <{THING}> <{VALUE}> ?o }}"))
    assert rows[0][0].toPython() == 3


def test_rdflib_updates(endpoint: Any) -> None:
    store = SPARQLUpdateStore(
        f"{endpoint.url}/sparql",
        f"{endpoint.url}/update",
        headers={"Authorization": f"Bearer {endpoint.token}"},
    )
    graph = Graph(store, identifier=URIRef("urn:client:rdflib"))
    graph.add((THING, VALUE, Literal("from rdflib")))
    assert (THING, VALUE, Literal("from rdflib")) in graph
    graph.remove((THING, VALUE, None))
    assert len(graph) == 0


def test_curl(endpoint: Any) -> None:
    program = which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    command = [program, "-sf", "--compressed", f"{endpoint.url}/sparql", "-H", "Accept: text/csv"]
    query = f"query=SELECT ?o WHERE {{ <{THING}> <{VALUE}> ?o }} ORDER BY ?o"
    done = subprocess.run([*command, "--data-urlencode", query], capture_output=True, check=True)
    assert done.stdout.split() == [b"o", b"1", b"2"]

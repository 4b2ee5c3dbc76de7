"""Real SPARQL clients against a live server: SPARQLWrapper, rdflib, Comunica and curl."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

EX = rdflib.Namespace("http://example.org/clients/")
COMUNICA = Path(__file__).parent / "comunica"
DATA = """
@prefix ex: <http://example.org/clients/> . @prefix prov: <http://www.w3.org/ns/prov#> .
ex:model a prov:Entity ; prov:wasDerivedFrom ex:data ; prov:value "caf\\u00e9"@fr .
ex:data a prov:Entity ; prov:value 42 .
"""
DERIVED = """
PREFIX prov: <http://www.w3.org/ns/prov#>
SELECT ?from FROM <http://example.org/clients/> WHERE { ?thing prov:wasDerivedFrom ?from }
"""


def missing(what: str) -> None:
    """Skip, or fail where everything has to be there."""
    if os.environ.get("WHENCE_REQUIRE_ALL"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture
def endpoint(server) -> Iterator[str]:  # type: ignore[no-untyped-def]  # the fixture of conftest.py
    response = server.put(str(EX), DATA)
    assert response.status_code in (200, 201, 204)
    yield f"{server.url}/sparql"
    server.update(f"DROP GRAPH <{EX}>")


def bindings(client: SPARQLWrapper) -> Any:
    answer = client.queryAndConvert()
    assert isinstance(answer, dict)
    return answer["results"]["bindings"]


def test_sparqlwrapper_selects(endpoint: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=JSON)
    client.setQuery(DERIVED)
    rows = bindings(client)
    assert [row["from"]["value"] for row in rows] == [str(EX.data)]
    client.setMethod(POST)
    assert bindings(client) == rows


def test_sparqlwrapper_constructs(endpoint: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=TURTLE)
    client.setQuery(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{EX}> {{ ?s ?p ?o }} }}")
    answer = client.queryAndConvert()
    assert isinstance(answer, bytes)
    graph = rdflib.Graph().parse(data=answer, format="turtle")
    assert len(graph) == 5


def test_sparqlwrapper_updates(endpoint: str, server) -> None:  # type: ignore[no-untyped-def]
    client = SPARQLWrapper(endpoint, updateEndpoint=f"{server.url}/update")
    client.addCustomHttpHeader("Authorization", f"Bearer {server.token}")
    client.setMethod(POST)
    client.setQuery(f"INSERT DATA {{ GRAPH <{EX}> {{ <{EX}new> <{EX}p> 1 }} }}")
    client.query()
    assert server.values(f"SELECT ?o {{ <{EX}new> ?p ?o }}") == ["1"]


def test_rdflib_reads_through_its_sparql_store(endpoint: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint), identifier=rdflib.URIRef(EX))
    assert graph.value(EX.data, rdflib.PROV.value) == rdflib.Literal(42)
    assert graph.value(EX.model, rdflib.PROV.value) == rdflib.Literal("café", lang="fr")
    found = graph.query("SELECT ?s { ?s a prov:Entity } ORDER BY ?s")
    assert [row[rdflib.Variable("s")] for row in found.bindings] == [EX.data, EX.model]


def test_rdflib_writes_through_its_update_store(endpoint: str, server) -> None:  # type: ignore[no-untyped-def]
    store = SPARQLUpdateStore(
        endpoint, f"{server.url}/update", headers={"Authorization": f"Bearer {server.token}"}
    )
    graph = rdflib.Graph(store, identifier=rdflib.URIRef(EX))
    graph.add((EX.report, rdflib.PROV.wasDerivedFrom, EX.model))
    assert (EX.report, rdflib.PROV.wasDerivedFrom, EX.model) in graph
    graph.remove((EX.report, None, None))
    assert (EX.report, rdflib.PROV.wasDerivedFrom, EX.model) not in graph


def test_comunica_queries(endpoint: str) -> None:
    if shutil.which("node") is None:
        missing("node is not installed")
    if not (COMUNICA / "node_modules").exists():
        missing("run `npm ci` in tests/web/comunica first")
    done = subprocess.run(
        ["node", "query.mjs", endpoint, DERIVED],
        cwd=COMUNICA,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{"from": str(EX.data)}]


def test_curl_asks_and_writes(endpoint: str, server, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    if shutil.which("curl") is None:
        missing("curl is not installed")

    def curl(*arguments: str) -> str:
        return subprocess.run(
            ["curl", "-sS", "--fail-with-body", *arguments], capture_output=True, text=True, check=True
        ).stdout

    assert curl(
        "-G", endpoint, "--data-urlencode", f"query={DERIVED}", "-H", "Accept: text/csv"
    ).split() == [
        "from",
        str(EX.data),
    ]
    compressed = curl("--compressed", "-G", endpoint, "--data-urlencode", f"query={DERIVED}")
    assert json.loads(compressed)["head"]["vars"] == ["from"]
    file = tmp_path / "more.ttl"
    file.write_text(f"<{EX}x> a <{EX}Y> .")
    curl(
        *("-X", "POST", "-H", f"Authorization: Bearer {server.token}", "-H", "Content-Type: text/turtle"),
        *("--data-binary", f"@{file}", f"{server.url}/store?graph={EX}"),
    )
    assert f"<{EX}x>" in curl("-H", "Accept: application/n-triples", f"{server.url}/store?graph={EX}")

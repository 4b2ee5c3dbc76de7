"""What an update request may change is told before it runs."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple

from whence.ontology.namespaces import PREFIXES, PROV
from whence.store.backend import Graph
from whence.store.touched import EVERYTHING, Touched, touched

A, B, C, G, H = (NamedNode(f"http://example.org/{name}") for name in "abcgh")
DATA = [Quad(A, PROV.used, B, G), Quad(B, PROV.wasDerivedFrom, C, H), Quad(C, PROV.used, A)]


def change(update: str) -> Touched:
    store = ox.Store()
    store.extend(DATA)

    def construct(query: str, default: Graph) -> Iterable[Triple]:
        return list(store.query(query, default_graph=default, prefixes=PREFIXES))  # type: ignore[arg-type]

    for name, node in zip("abcgh", (A, B, C, G, H), strict=True):
        update = update.replace(f"<{name}>", str(node))
    return touched(update, construct)


@pytest.mark.parametrize(
    ("update", "triples"),
    [
        ("INSERT DATA { <a> prov:used <c> }", {(A, PROV.used, C)}),
        ("INSERT DATA { GRAPH <g> { <a> prov:used <c> } } ; DELETE DATA { <b> prov:used <c> }",
         {(A, PROV.used, C), (B, PROV.used, C)}),
        ("DELETE WHERE { GRAPH ?g { ?s prov:used ?o } }", {(A, PROV.used, B)}),
        ("DELETE WHERE { ?s prov:used ?o }", {(C, PROV.used, A)}),
        ("WITH <g> DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }",
         {(A, PROV.used, B), (B, PROV.used, A)}),
        ("WITH <g> INSERT { ?x prov:used <a> } WHERE { ?s ?p ?o . GRAPH <h> { ?o ?q ?x } }",
         {(C, PROV.used, A)}),
        ("INSERT { ?s prov:used ?o . GRAPH <h> { ?o prov:used ?s ; a prov:Entity } <a> a prov:Agent } "
         "WHERE { GRAPH <g> { ?s ?p ?o } }",
         {(A, PROV.used, B), (B, PROV.used, A), (B, None, PROV.Entity), (A, None, PROV.Agent)}),
    ],
)  # fmt: skip
def test_triples(update: str, triples: set[tuple[NamedNode, NamedNode | None, NamedNode]]) -> None:
    type_ = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    assert change(update).triples == frozenset(Triple(s, p or type_, o) for s, p, o in triples)


@pytest.mark.parametrize(
    ("update", "graphs"),
    [
        ("CLEAR GRAPH <g>", {G}),
        ("DROP SILENT DEFAULT", {DefaultGraph()}),
        ("CREATE GRAPH <g>", {G}),
        ("MOVE <g> TO <h>", {G, H}),
        ("ADD GRAPH <g> TO DEFAULT", {G, DefaultGraph()}),
        ("LOAD <a> INTO GRAPH <g>", {G}),
        ("LOAD <a>", {DefaultGraph()}),
        ("INSERT DATA { GRAPH <g> { <a> prov:used [] } }", {G, DefaultGraph()}),
        ("DROP GRAPH <g> ; DELETE { GRAPH <h> { ?s ?p ?o } } WHERE { GRAPH <h> { ?s ?p ?o } }", {G, H}),
        ("DROP GRAPH <g> ; DELETE { GRAPH <h> { ?s ?p ?o } ?o ?p ?s } WHERE { GRAPH <h> { ?s ?p ?o } }",
         {G, H, DefaultGraph()}),
        ("INSERT { GRAPH <h> { ?s ?p ?o } } USING <g> WHERE { ?s ?p ?o }", {G, H}),
        ("PREFIX x: <http://example.org/> CLEAR GRAPH x:g", {G}),
    ],
)  # fmt: skip
def test_graphs_where_triples_cannot_be_told(update: str, graphs: set[Graph]) -> None:
    found = change(update)
    assert found.triples is None
    assert found.graphs == frozenset(graphs)


@pytest.mark.parametrize(
    "update",
    [
        "CLEAR ALL",
        "DROP NAMED",
        "DROP SILENT ALL",
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } } ; CLEAR GRAPH <g>",
        "BASE <http://example.org/> CLEAR GRAPH <g>",
    ],
)
def test_everything_where_not_even_graphs_can(update: str) -> None:
    assert change(update) == EVERYTHING

"""Where ontologies of users lie: one graph each, described in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final
from urllib.parse import quote, unquote

from pyoxigraph import NamedNode, Quad, Triple

from whence.errors import SourceError
from whence.ontology.namespaces import SH, WHENCE_CATALOGUE, Namespace
from whence.store import catalogue
from whence.store.backend import Backend
from whence.store.catalogue import ONTOLOGIES, Description
from whence.store.results import to_python

__all__ = ["KIND", "OntologyInfo", "graph_of", "graphs", "listed", "name_of", "remove", "triples", "write"]

KIND: Final = Namespace("http://www.w3.org/2002/07/owl#").Ontology
"""What the catalogue says that such a graph is; a bundle it is not."""


@dataclass(frozen=True, slots=True)
class OntologyInfo:
    """One ontology as listed: ``triples`` is counted when asked, ``time`` is when it was written.

    What lies in the graph but was put there by other means than :func:`write` has a name and a size only.
    """

    name: str
    iri: str
    triples: int
    source: str | None = None
    format: str | None = None
    sha256: str | None = None
    time: str | None = None


def graph_of(name: str) -> NamedNode:
    """The graph of the ontology called ``name``. Raises :class:`SourceError` for an empty name.

    >>> graph_of("lab words").value
    'https://w3id.org/whence/ns#ontology/lab%20words'
    """
    if not name.strip():
        raise SourceError("an ontology needs a name")
    return NamedNode(ONTOLOGIES + quote(name, safe=""))


def name_of(graph: NamedNode) -> str:
    """The name of the ontology in a graph."""
    return unquote(graph.value.removeprefix(ONTOLOGIES))


def graphs(backend: Backend) -> list[NamedNode]:
    """The graphs that hold ontologies, in the order of their names."""
    found = (graph for graph in backend.graphs() if graph.value.startswith(ONTOLOGIES))
    return sorted(found, key=lambda graph: graph.value)


def triples(backend: Backend) -> frozenset[Triple]:
    """What all ontologies in a store say. Quick where there are none."""
    return frozenset(quad.triple for graph in graphs(backend) for quad in backend.quads(graph=graph))


def listed(backend: Backend) -> list[OntologyInfo]:
    """Every ontology, in the order of their names, with what the catalogue knows of it."""
    known = {str(to_python(row["graph"])): row for row in catalogue.select(backend, "ontologies.rq")}

    def said(graph: NamedNode, what: str) -> str | None:
        value = to_python(known[graph.value][what]) if graph.value in known else None
        return None if value is None else str(value)

    return [
        OntologyInfo(
            name=name_of(graph),
            iri=graph.value,
            triples=backend.count(graph),
            source=said(graph, "source"),
            format=said(graph, "format"),
            sha256=said(graph, "sha256"),
            time=said(graph, "time"),
        )
        for graph in graphs(backend)
    ]


def write(backend: Backend, quads: Iterable[Quad], description: Description, version: str) -> None:
    """Put an ontology in its graph, ``description.bundle``, in one transaction that describes it too.

    What the graph held before goes with it; what the catalogue said of that goes afterwards.
    """
    graph = description.bundle
    before = set(_said_of(backend, graph))
    said = list(catalogue.describe(description, base=backend.base, version=version))
    backend.write(chain(quads, said), replace=[graph])
    if old := before.difference(said):
        lines = "\n".join(f"{quad.triple} ." for quad in sorted(old, key=str))
        backend.update(f"DELETE DATA {{ GRAPH {WHENCE_CATALOGUE} {{\n{lines}\n}} }}")


def _said_of(backend: Backend, graph: NamedNode) -> Iterator[Quad]:
    """What the catalogue says of a graph and of the prefixes declared there."""
    for quad in backend.quads(graph, None, None, WHENCE_CATALOGUE):
        yield quad
        if quad.predicate == SH.declare and isinstance(quad.object, NamedNode):
            yield from backend.quads(quad.object, None, None, WHENCE_CATALOGUE)


def remove(backend: Backend, name: str) -> bool:
    """Remove an ontology and what the catalogue says of it; whether there was one."""
    graph = graph_of(name)
    there = graph in graphs(backend)
    if there:
        backend.update(catalogue.forget(graph))
    return there

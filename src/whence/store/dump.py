"""Writing a store out: as quads, as the union of its triples, or as PROV documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad

from whence import formats
from whence.errors import StoreError
from whence.formats import rdf
from whence.formats.registry import Format
from whence.ontology.namespaces import WHENCE_INFERRED, WHENCE_SNAPSHOTS
from whence.store import catalogue
from whence.store.backend import Backend, Graph
from whence.store.embedded import EmbeddedBackend
from whence.store.inference import is_own

__all__ = ["DumpReport", "dump"]


@dataclass(frozen=True, slots=True)
class DumpReport:
    """What was written: quads read for it, and triples that the format cannot say (left out)."""

    quads: int
    leftover: int = 0


def dump(
    backend: Backend,
    output: IO[bytes],
    format: Format,
    *,
    bundle: NamedNode | None,
    inferred: bool,
    prefixes: Mapping[str, str],
) -> DumpReport:
    """Write all graphs, or ``bundle`` and the bundles read with it, to a stream.

    Formats that keep graphs get the catalogue and ontologies too when everything is written, so that
    reading the dump restores them. What is inferred, and what the catalogue says of that, is left out
    unless asked for; a store that reads it makes its own anyway.
    """
    if inferred and bundle is not None:
        raise StoreError("what is inferred is in no bundle: dump the whole store to have it")
    graphs = _graphs(backend, bundle, inferred)
    if format.rdf:
        keeps_graphs = format.name in ("trig", "nquads", "jsonld")
        chosen = graphs if keeps_graphs else [g for g in graphs if _is_content(g)]
        counter = _Counter()
        quads = _quads(backend, chosen)
        if not inferred:
            quads = (quad for quad in quads if not is_own(quad))
        rdf.write(counter.watch(quads), output, format, prefixes)
        return DumpReport(counter.count)
    bundles = [g for g in graphs if isinstance(g, NamedNode) and _is_content(g)]
    view, count = _view(backend, bundles)
    top = bundle or _only_document(backend, bundles)
    left = formats.write(view, bundles, output, format, prefixes, default=top)
    return DumpReport(count, left)


def _graphs(backend: Backend, bundle: NamedNode | None, inferred: bool) -> list[Graph]:
    if bundle is not None:
        inside = catalogue.parts(backend, bundle)
        # A document may hold nothing but named bundles, or nothing at all.
        if not (inside or backend.count(bundle)) and all(
            info.iri != bundle.value for info in catalogue.bundles(backend)
        ):
            raise StoreError(f"there is no bundle <{bundle.value}> in {backend.location}")
        return [bundle, *inside]
    named = sorted(set(backend.graphs()) - {WHENCE_SNAPSHOTS}, key=lambda graph: graph.value)
    kept: list[Graph] = [graph for graph in named if inferred or graph != WHENCE_INFERRED]
    return [DefaultGraph(), *kept]


def _is_content(graph: Graph) -> bool:
    """Whether a format without graphs says it: what is asserted or inferred, not how the store is run."""
    return graph == WHENCE_INFERRED or not catalogue.is_system(graph)


def _quads(backend: Backend, graphs: list[Graph]) -> Iterator[Quad]:
    for graph in graphs:
        yield from backend.quads(graph=graph)


def _only_document(backend: Backend, bundles: list[NamedNode]) -> NamedNode | None:
    """The one document that holds all the others, which a PROV syntax writes at its top level."""
    documents = set(bundles)
    for graph in bundles:
        documents.difference_update(catalogue.parts(backend, graph))
    return documents.pop() if len(documents) == 1 else None


def _view(backend: Backend, graphs: list[NamedNode]) -> tuple[ox.Store, int]:
    """The graphs as an engine's store, to look statements up in; a copy unless they are in one already."""
    if isinstance(backend, EmbeddedBackend):
        return backend.engine, sum(backend.count(graph) for graph in graphs)
    copy = ox.Store()
    copy.bulk_extend(_quads(backend, list(graphs)))
    return copy, len(copy)


class _Counter:
    def __init__(self) -> None:
        self.count = 0

    def watch(self, quads: Iterator[Quad]) -> Iterator[Quad]:
        for quad in quads:
            self.count += 1
            yield quad

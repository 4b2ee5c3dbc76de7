"""The statements of a store, bundle by bundle."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import DefaultGraph, Literal, NamedNode

from whence.errors import UnknownBundle
from whence.ontology.namespaces import DCTERMS, WHENCE_CATALOGUE
from whence.store import catalogue
from whence.store.backend import Backend, Graph
from whence.validation.raw_rdf import graph_items
from whence.validation.raw_triples import Triples
from whence.validation.source import Item, Source
from whence.validation.wording import Names, no_bundle

__all__ = ["of_backend"]


def of_backend(backend: Backend, bundle: NamedNode | None = None, *, union: bool = False) -> Source:
    """What a store asserts, or what ``bundle`` and the bundles read with it do.

    Neither what is inferred nor the catalogue and ontologies are looked at. Memory: one bundle at a
    time, or with ``union`` all of it. Prefixes are those that the sources declared. Raises
    :class:`~whence.errors.UnknownBundle` where there is no such bundle.
    """
    graphs = _all(backend) if bundle is None else _chosen(backend, bundle)
    prefixes = catalogue.prefixes(backend)
    name = backend.location if bundle is None else bundle.value
    return Source(name, _items(backend, graphs, prefixes, union), prefixes, _files(backend))


def _files(backend: Backend) -> dict[str, str]:
    """What bundles were loaded from; a bundle within a document from where the document was."""
    files = {
        quad.subject.value: quad.object.value
        for quad in backend.quads(predicate=DCTERMS.source, graph=WHENCE_CATALOGUE)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal)
    }
    for quad in backend.quads(predicate=DCTERMS.isPartOf, graph=WHENCE_CATALOGUE):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            source = files.get(quad.object.value)
            if source is not None:
                files.setdefault(quad.subject.value, source)
    return files


def _items(backend: Backend, graphs: list[Graph], prefixes: dict[str, str], union: bool) -> Iterator[Item]:
    names = Names(prefixes)
    triples = Triples(union=union)
    for graph in graphs:
        triples.add(backend.quads(graph=graph))
        if not union:
            for found in triples.graphs.values():
                yield from graph_items(found, names)
            triples = Triples()
    if union:
        for found in triples.graphs.values():
            yield from graph_items(found, names)


def _all(backend: Backend) -> list[Graph]:
    named = sorted(backend.graphs(), key=lambda graph: graph.value)
    return [DefaultGraph(), *(graph for graph in named if not catalogue.is_system(graph))]


def _chosen(backend: Backend, bundle: NamedNode) -> list[Graph]:
    inside = catalogue.parts(backend, bundle)
    # A document may hold nothing but named bundles, or nothing at all.
    if not inside and not backend.count(bundle) and not _is_described(backend, bundle):
        known = [NamedNode(info.iri) for info in catalogue.bundles(backend)]
        raise UnknownBundle(
            no_bundle(backend.location, f"<{bundle.value}>", known, catalogue.prefixes(backend))
        )
    return [bundle, *inside]


def _is_described(backend: Backend, bundle: NamedNode) -> bool:
    return any(info.iri == bundle.value for info in catalogue.bundles(backend))

"""The catalogue graph: what each bundle is, where it came from, and when it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from whence.formats.identifiers import generated
from whence.ontology.namespaces import (
    DCTERMS,
    PROV,
    RDF_TYPE,
    RDFS,
    SH,
    WHENCE,
    WHENCE_CATALOGUE,
    WHENCE_INFERRED,
    WHENCE_SNAPSHOTS,
    XSD,
)
from whence.store.backend import Backend, Graph
from whence.store.declared import usable
from whence.store.results import Row, SelectResult, to_python

__all__ = [
    "ONTOLOGIES",
    "SYSTEM_GRAPHS",
    "BundleInfo",
    "Description",
    "bundles",
    "describe",
    "forget",
    "is_current",
    "is_system",
    "parts",
    "prefixes",
    "query_prefixes",
    "record_counts",
    "select",
    "types",
]

SYSTEM_GRAPHS = frozenset({WHENCE_CATALOGUE, WHENCE_INFERRED, WHENCE_SNAPSHOTS})
"""Named graphs that are not bundles, besides those of ontologies."""

ONTOLOGIES: Final = WHENCE["ontology/"].value
"""How the names of graphs that hold ontologies of users begin."""


def is_system(graph: Graph | BlankNode) -> bool:
    """Whether a graph holds no provenance: catalogue, what follows from bundles, a user's ontology."""
    return graph in SYSTEM_GRAPHS or (isinstance(graph, NamedNode) and graph.value.startswith(ONTOLOGIES))


@dataclass(frozen=True, slots=True)
class Description:
    """What the catalogue says of a bundle when it is written.

    ``source`` is an IRI or a name, ``sha256`` the hex digest of the source's bytes, ``part_of`` the
    document a named graph was read from, ``kind`` what it is.
    """

    bundle: NamedNode
    adapter: str
    label: str | None = None
    source: str | None = None
    format: str | None = None
    sha256: str | None = None
    part_of: NamedNode | None = None
    creator: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    kind: NamedNode = PROV.Bundle


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """One bundle as listed: ``quads`` is counted when asked, ``time`` is when it was last written."""

    iri: str
    quads: int
    label: str | None = None
    source: str | None = None
    format: str | None = None
    sha256: str | None = None
    time: str | None = None
    adapter: str | None = None


def describe(description: Description, *, base: str, version: str) -> Iterator[Quad]:
    """The catalogue's quads for a bundle, timed now."""
    about = description.bundle
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    facts: list[tuple[NamedNode, NamedNode | Literal | None]] = [
        (RDF_TYPE, description.kind),
        (RDF_TYPE, PROV.Entity),
        (PROV.generatedAtTime, Literal(now, datatype=XSD.dateTime)),
        (WHENCE.adapter, Literal(description.adapter)),
        (WHENCE.adapterVersion, Literal(version)),
        (RDFS.label, _literal(description.label)),
        (DCTERMS.source, _literal(description.source)),
        (DCTERMS["format"], _literal(description.format)),
        (WHENCE.sha256, _literal(description.sha256)),
        (DCTERMS.creator, _literal(description.creator)),
        (DCTERMS.isPartOf, description.part_of),
    ]
    for predicate, value in facts:
        if value is not None:
            yield Quad(about, predicate, value, WHENCE_CATALOGUE)
    for prefix, namespace in description.prefixes.items():
        node = generated(base, "prefix", about.value, prefix, namespace)
        yield Quad(about, SH.declare, node, WHENCE_CATALOGUE)
        yield Quad(node, SH.prefix, Literal(prefix), WHENCE_CATALOGUE)
        yield Quad(node, SH.namespace, Literal(namespace, datatype=XSD.anyURI), WHENCE_CATALOGUE)


def _literal(text: str | None) -> Literal | None:
    return None if text is None else Literal(text)


def is_current(backend: Backend, bundle: NamedNode, sha256: str) -> bool:
    """Whether this source is in the bundle and nothing was added or removed since."""
    rows = select(
        backend,
        "current.rq",
        bundle=str(bundle),
        sha256=str(Literal(sha256)),
    )
    counts = {NamedNode(str(to_python(row["graph"]))): to_python(row["triples"]) for row in rows}
    return bool(counts) and all(backend.count(graph) == number for graph, number in counts.items())


def record_counts(backend: Backend, graphs: Iterator[NamedNode] | list[NamedNode]) -> dict[NamedNode, int]:
    """Count the graphs as they are now and note it, so that a later load knows they are untouched."""
    counts = {graph: backend.count(graph) for graph in graphs}
    if counts:
        values = " ".join(f"({graph} {number})" for graph, number in counts.items())
        backend.update(_text("count.ru").replace("$values", values))
    return counts


def bundles(backend: Backend) -> list[BundleInfo]:
    """Every bundle, newest first, with what the catalogue knows of it."""
    counts = {
        str(to_python(row["graph"])): int(to_python(row["quads"])) for row in select(backend, "counts.rq")
    }
    counts = {graph: number for graph, number in counts.items() if not is_system(NamedNode(graph))}
    described: dict[str, BundleInfo] = {}
    for row in select(backend, "bundles.rq"):
        iri = str(to_python(row["bundle"]))
        # A document that holds nothing but named bundles is listed through those.
        if iri in counts or not to_python(row["parts"]):
            described[iri] = _info(row, counts.pop(iri, 0))
    loose = [BundleInfo(iri, quads) for iri, quads in counts.items()]
    newest_first = sorted(described.values(), key=lambda info: (info.time or "", info.iri), reverse=True)
    return newest_first + sorted(loose, key=lambda info: info.iri)


def _info(row: Row, quads: int) -> BundleInfo:
    def text(name: str) -> str | None:
        value = to_python(row[name])
        return None if value is None else str(value)

    return BundleInfo(
        iri=str(to_python(row["bundle"])),
        quads=quads,
        label=text("label"),
        source=text("source"),
        format=text("format"),
        sha256=text("sha256"),
        time=text("time"),
        adapter=text("adapter"),
    )


def parts(backend: Backend, document: NamedNode) -> list[NamedNode]:
    """The named bundles that were read from a document."""
    rows = select(backend, "parts.rq", document=str(document))
    return [NamedNode(str(to_python(row["part"]))) for row in rows]


def prefixes(backend: Backend, bundle: NamedNode | None = None) -> dict[str, str]:
    """The prefixes that the sources of one bundle, or of all, declared; the first use of a name wins."""
    about = "?bundle" if bundle is None else str(bundle)
    found: dict[str, str] = {}
    for row in select(backend, "prefixes.rq", about=about):
        found.setdefault(str(to_python(row["prefix"])), str(to_python(row["namespace"])))
    return found


def query_prefixes(backend: Backend) -> dict[str, str]:
    """The prefixes that queries need not declare, since sources did; see :func:`usable`."""
    rows = select(backend, "prefixes.rq", about="?bundle")
    return usable((str(to_python(row["prefix"])), str(to_python(row["namespace"]))) for row in rows)


def types(backend: Backend) -> dict[str, int]:
    """How many distinct things there are of each type, most first."""
    counts = {
        str(to_python(row["type"])): int(to_python(row["number"])) for row in select(backend, "types.rq")
    }
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def forget(bundle: NamedNode) -> str:
    """The update operations that remove a bundle and all that the catalogue says of it."""
    return _text("forget.ru").replace("$bundle", str(bundle))


def select(backend: Backend, name: str, **terms: str) -> list[Row]:
    """The rows of a query file beside this module, with each ``$term`` filled in."""
    text = _text(name)
    for term, value in terms.items():
        text = text.replace(f"${term}", value)
    result = backend.query(text)
    return result.rows() if isinstance(result, SelectResult) else []


def _text(name: str) -> str:
    return resources.files(__package__).joinpath("sparql", name).read_text("utf-8")

"""Loading documents: each source becomes a bundle, in one transaction, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from pyoxigraph import NamedNode, Quad

from whence import formats
from whence.errors import SourceError, UnknownFormat
from whence.formats.identifiers import Repairs
from whence.formats.registry import Format
from whence.ingest.sources import Loadable, Progress, Source, find_sources
from whence.ontology.namespaces import WHENCE_CATALOGUE
from whence.store import catalogue
from whence.store.backend import Backend
from whence.store.catalogue import Description, is_system

__all__ = ["LoadReport", "LoadedSource", "load"]


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """What became of one source. ``skipped`` sources were there already, byte for byte.

    ``quads`` counts those read, ``parts`` are the named bundles within the source; ``repairs`` tells
    which IRIs were made absolute.
    """

    source: str
    bundle: str
    format: str
    quads: int
    repairs: Repairs
    skipped: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, source by source. ``ignored`` are files in directories that hold no provenance."""

    sources: list[LoadedSource]
    ignored: list[str]

    @property
    def quads(self) -> int:
        """Quads read from all sources that were not skipped."""
        return sum(source.quads for source in self.sources)

    @property
    def bundles(self) -> list[str]:
        """The bundle of each source."""
        return [source.bundle for source in self.sources]


def load(
    backend: Backend,
    what: Loadable,
    *,
    format: str | None = None,
    bundle: NamedNode | None = None,
    replace: bool = False,
    progress: Progress | None = None,
    version: str,
) -> LoadReport:
    """Load a source or many. Each is one transaction; those before a bad one stay.

    Raises :class:`~whence.errors.SourceSyntaxError`, :class:`~whence.errors.UnknownFormat` or
    :class:`~whence.errors.SourceError`; of the source that raised, nothing is stored.
    """
    sources = list(find_sources(what))
    if bundle is not None and replace and len(sources) > 1:
        raise SourceError(f"{len(sources)} sources cannot all replace one bundle; load them one by one")
    report = LoadReport([], [])
    for source in sources:
        try:
            found = source.format(format)
        except UnknownFormat:
            if source.listed:
                raise
            report.ignored.append(source.name)
            continue
        report.sources.append(_load_one(backend, source, found, bundle, replace, progress, version))
    if not report.sources:
        raise UnknownFormat(f"none of the {len(sources)} files is in a format Whence reads")
    return report


def _load_one(
    backend: Backend,
    source: Source,
    format: Format,
    bundle: NamedNode | None,
    replace: bool,
    progress: Progress | None,
    version: str,
) -> LoadedSource:
    digest = source.sha256()
    graph = bundle or NamedNode(f"{backend.base}bundle/{digest[:32]}")
    if not replace and catalogue.is_current(backend, graph, digest):
        return LoadedSource(source.name, graph.value, format.name, 0, Repairs(backend.base), skipped=True)
    with source.read(progress) as stream:
        reading = formats.read(stream, format, bundle=graph, base=backend.base, name=source.name)
        write = _with_description(reading, source, graph, digest, backend.base, version)
        backend.write(write, replace=[graph] if replace else ())
    parts = _parts(reading, graph)
    catalogue.record_counts(backend, [graph, *parts])
    names = tuple(part.value for part in parts)
    return LoadedSource(source.name, graph.value, format.name, reading.count, reading.repairs, parts=names)


def _with_description(
    reading: formats.Reading, source: Source, graph: NamedNode, digest: str, base: str, version: str
) -> Iterator[Quad]:
    yield from reading.quads
    document = Description(
        graph,
        adapter="load",
        label=PurePath(source.name).name,
        source=source.name,
        format=reading.format.media_types[0],
        sha256=digest,
        prefixes=reading.prefixes,
    )
    yield from catalogue.describe(document, base=base, version=version)
    if WHENCE_CATALOGUE in reading.graphs:
        # A dump of a store describes its bundles itself.
        return
    for part in _parts(reading, graph):
        named = Description(part, adapter="load", part_of=graph, prefixes=reading.prefixes)
        yield from catalogue.describe(named, base=base, version=version)


def _parts(reading: formats.Reading, document: NamedNode) -> list[NamedNode]:
    """The named bundles of a document that has been read."""
    named = (graph for graph in reading.graphs if graph != document and not is_system(graph))
    return sorted(named, key=lambda graph: graph.value)

"""Loading documents: each source becomes a bundle, in one transaction, once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from pyoxigraph import NamedNode, Quad

from whence import formats
from whence.errors import SourceError, UnknownFormat, ValidationFailed
from whence.formats.identifiers import Repairs
from whence.formats.registry import Format
from whence.ingest.sources import Loadable, Progress, Source, find_sources
from whence.ingest.validate import validate_source
from whence.ontology.namespaces import WHENCE_CATALOGUE
from whence.store import catalogue
from whence.store.backend import Backend
from whence.store.catalogue import Description, is_system

if TYPE_CHECKING:
    from whence.validation.report import ValidationReport

__all__ = ["LoadReport", "LoadedSource", "Validate", "load"]

Validate: TypeAlias = Literal["warn", "reject"]
"""What becomes of a source that is no valid provenance: it is stored and reported, or refused."""


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """What became of one source. ``skipped`` sources were there already, byte for byte.

    ``quads`` counts those read, ``parts`` are the named bundles within the source; ``repairs`` tells
    which IRIs were made absolute. ``validation`` is the report on it, where one was asked for.
    """

    source: str
    bundle: str
    format: str
    quads: int
    repairs: Repairs
    skipped: bool = False
    parts: tuple[str, ...] = ()
    validation: ValidationReport | None = None


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
    validate: Validate | None = None,
    progress: Progress | None = None,
    version: str,
) -> LoadReport:
    """Load a source or many. Each is one transaction; those before a bad one stay.

    ``validate`` says what becomes of sources that are no valid provenance. They are looked at as they
    are, before anything is stored, and whether or not they are there already.

    Raises :class:`~whence.errors.SourceSyntaxError`, :class:`~whence.errors.UnknownFormat`,
    :class:`~whence.errors.ValidationFailed` or :class:`~whence.errors.SourceError`; of the source that
    raised, nothing is stored.
    """
    if validate not in (None, *get_args(Validate)):
        raise SourceError(f"validate is 'warn' or 'reject', not {validate!r}")
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
        validation = None if validate is None else _validated(source, found, backend.base, validate)
        loaded = _load_one(backend, source, found, bundle, replace, progress, version)
        report.sources.append(dataclasses.replace(loaded, validation=validation))
    if not report.sources:
        raise UnknownFormat(f"none of the {len(sources)} files is in a format Whence reads")
    return report


def _validated(source: Source, format: Format, base: str, validate: Validate) -> ValidationReport:
    report = validate_source(source, format=format.name, base=base)
    if validate == "reject" and not report.valid:
        raise ValidationFailed(
            f"{source.name} is {'malformed' if report.malformed else 'no valid'} provenance, "
            "and nothing of it was stored",
            report,
        )
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

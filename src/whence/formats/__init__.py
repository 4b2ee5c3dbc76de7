"""PROV statements and the syntaxes they are written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import IO, TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from whence.formats import rdf
from whence.formats.detect import HEAD, detect, open_source, peekable
from whence.formats.registry import FORMATS, Format, find_format, unknown_format

if TYPE_CHECKING:
    from whence.formats.qnames import StatementReading
    from whence.formats.statements import Statement
    from whence.formats.view import View

__all__ = [
    "FORMATS",
    "HEAD",
    "Format",
    "Reading",
    "detect",
    "find_format",
    "open_source",
    "peekable",
    "read",
    "read_statements",
    "write",
    "write_statements",
]

Reading = rdf.Reading
_READERS: Final[Mapping[str, str]] = {name: name for name in ("provn", "provjson", "provxml", "provjsonld")}
_WRITERS: Final[Mapping[str, str]] = {**_READERS, "provn": "provn_writer"}


def read(
    stream: IO[bytes],
    format: Format | str,
    *,
    bundle: NamedNode,
    base: str,
    name: str = "",
    scope: str = "",
) -> Reading:
    """Read a source in any format as quads, streaming: see :func:`whence.formats.rdf.read`.

    PROV documents: what stands outside bundles goes to ``bundle``.
    """
    row = find_format(format) if isinstance(format, str) else format
    if row.rdf:
        return rdf.read(stream, row, bundle=bundle, base=base, name=name, scope=scope)
    from whence.formats.to_rdf import document_quads

    source = read_statements(stream, row, name=name, base=base)
    reading = Reading(row, name, source.repairs)
    reading.prefixes = source.prefixes
    reading.feed(rdf.batched(document_quads(source.items, default_graph=bundle, base=base)))
    return reading


def read_statements(stream: IO[bytes], format: Format | str, *, name: str, base: str) -> StatementReading:
    """Read a source in one of the PROV syntaxes as statements, streaming.

    ``name`` is what errors call it; ``base`` is what relative names are made absolute with. Raises
    :class:`~whence.errors.UnknownFormat` for an RDF syntax, which lists no statements.
    """
    row = find_format(format) if isinstance(format, str) else format
    if row.rdf:
        raise unknown_format(f"{row.title} does not list PROV statements")
    module = import_module(f"whence.formats.{_READERS[row.name]}")
    reading: StatementReading = module.read_statements(stream, name=name, base=base)
    return reading


def write(
    view: View,
    graphs: Iterable[NamedNode],
    output: IO[bytes],
    format: Format | str,
    prefixes: Mapping[str, str] | None = None,
    *,
    default: NamedNode | None = None,
) -> int:
    """Write graphs as a document in one of the PROV syntaxes, and return how many triples it leaves out.

    Each graph becomes a bundle, ``default`` the statements outside bundles. What is left out is what
    no PROV statement can say: properties of resources that are neither elements nor relations, and
    relations that lack a required end. :func:`whence.formats.rdf.write` writes the RDF syntaxes.
    """
    from whence.formats.from_rdf import Extraction

    read_ones: list[Extraction] = []

    def bundles() -> Iterator[tuple[NamedNode | None, Iterable[Statement]]]:
        # Statements outside bundles come first, as PROV-N wants them.
        for graph in sorted(graphs, key=lambda graph: (graph != default, graph.value)):
            read_ones.append(Extraction(view, graph, incomplete=False))
            yield None if graph == default else graph, read_ones[-1]

    write_statements(bundles(), output, format, prefixes)
    return sum(extraction.leftover() for extraction in read_ones)


def write_statements(
    bundles: Iterable[tuple[NamedNode | None, Iterable[Statement]]],
    output: IO[bytes],
    format: Format | str,
    prefixes: Mapping[str, str] | None = None,
) -> None:
    """Write statements, bundle by bundle, as a document in one of the PROV syntaxes.

    ``None`` stands for outside bundles and comes first. Raises
    :class:`~whence.errors.UnknownFormat` for an RDF syntax, which lists no statements.
    """
    row = find_format(format) if isinstance(format, str) else format
    if row.rdf:
        raise unknown_format(f"{row.title} does not list PROV statements")
    module = import_module(f"whence.formats.{_WRITERS[row.name]}")
    module.write_statements(bundles, output, dict(prefixes or {}))

"""PROV statements and the syntaxes they are written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import IO, TYPE_CHECKING, Final, Protocol

from pyoxigraph import NamedNode, Quad

from whence.formats import rdf
from whence.formats.detect import HEAD, detect, open_source, peekable
from whence.formats.registry import FORMATS, Format, find_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whence.formats.identifiers import Repairs
    from whence.formats.statements import Statement

__all__ = [
    "FORMATS",
    "HEAD",
    "Format",
    "detect",
    "find_format",
    "open_source",
    "peekable",
    "read",
]

Reading = rdf.Reading
_READERS: Final[Mapping[str, str]] = {name: name for name in ("provn", "provjson", "provxml", "provjsonld")}


class _StatementReading(Protocol):
    """What the readers of the PROV syntaxes give."""

    items: Iterator[tuple[NamedNode | None, Statement]]
    prefixes: dict[str, str]
    repairs: Repairs


def read(
    stream: IO[bytes], format: Format | str, *, bundle: NamedNode, base: str, name: str = ""
) -> Reading:
    """Read a source in any format as quads, streaming: see :func:`whence.formats.rdf.read`.

    PROV documents: what stands outside bundles goes to ``bundle``.
    """
    row = find_format(format) if isinstance(format, str) else format
    if row.rdf:
        return rdf.read(stream, row, bundle=bundle, base=base, name=name)
    from whence.formats.to_rdf import document_quads

    module = import_module(f"whence.formats.{_READERS[row.name]}")
    source: _StatementReading = module.read_statements(stream, name=name, base=base)
    reading = Reading(row, name, source.repairs)
    reading.prefixes = source.prefixes
    quads: Iterable[Quad] = document_quads(source.items, default_graph=bundle, base=base)
    reading.feed(rdf.batched(quads))
    return reading

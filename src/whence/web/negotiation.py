"""Which format an answer is written in: the client's Accept header against what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

__all__ = [
    "ASK_FORMATS",
    "DATASET_FORMATS",
    "GRAPH_FORMATS",
    "HTML",
    "SELECT_FORMATS",
    "Format",
    "choose",
    "named",
]


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One way to write an answer.

    ``names`` are what ``format=`` may say; ``media_types`` what Accept may ask for, the first being the
    one that is sent; ``engine`` the engine's name for it.
    """

    names: tuple[str, ...]
    media_types: tuple[str, ...]
    engine: str
    extension: str
    text: bool = False

    @property
    def content_type(self) -> str:
        """The Content-Type header; text types say their character set."""
        return f"{self.media_types[0]}; charset=utf-8" if self.text else self.media_types[0]


_EXACT: Final = 2

HTML: Final = Format(("html",), ("text/html", "application/xhtml+xml"), "", "html", text=True)

_JSON = Format(("json", "srj"), ("application/sparql-results+json", "application/json"), "JSON", "srj")
_XML = Format(
    ("xml", "srx"), ("application/sparql-results+xml", "application/xml", "text/xml"), "XML", "srx"
)
_CSV = Format(("csv",), ("text/csv",), "CSV", "csv", text=True)
_TSV = Format(("tsv",), ("text/tab-separated-values",), "TSV", "tsv", text=True)

SELECT_FORMATS: Final = (_JSON, _XML, _CSV, _TSV)
"""For SELECT."""
ASK_FORMATS: Final = SELECT_FORMATS
"""For ASK; the engine writes ``true`` or ``false`` as CSV and TSV."""

_TURTLE = Format(
    ("turtle", "ttl"),
    ("text/turtle", "application/turtle", "application/x-turtle"),
    "TURTLE",
    "ttl",
    text=True,
)
_NTRIPLES = Format(
    ("ntriples", "nt", "n-triples"), ("application/n-triples", "text/plain"), "N_TRIPLES", "nt"
)
_RDFXML = Format(
    ("rdfxml", "rdf", "xml", "rdf/xml"),
    ("application/rdf+xml", "application/xml", "text/xml"),
    "RDF_XML",
    "rdf",
)
_JSONLD = Format(
    ("jsonld", "json-ld", "json"), ("application/ld+json", "application/json"), "JSON_LD", "jsonld"
)
_NQUADS = Format(("nquads", "nq", "n-quads"), ("application/n-quads", "text/x-nquads"), "N_QUADS", "nq")
_TRIG = Format(("trig",), ("application/trig", "application/x-trig"), "TRIG", "trig")

GRAPH_FORMATS: Final = (_TURTLE, _NTRIPLES, _RDFXML, _JSONLD, _NQUADS, _TRIG)
"""For CONSTRUCT, DESCRIBE and single graphs."""
DATASET_FORMATS: Final = (_NQUADS, _TRIG, _JSONLD)
"""For the whole dataset."""


@lru_cache(maxsize=512)
def choose(accept: str | None, formats: Sequence[Format]) -> Format | None:
    """The format the client likes best, ties going to the first; ``None`` if it takes none of them.

    RFC 9110 section 12.5.1: the most specific range that matches a type gives its quality.

    >>> choose("text/csv;q=0.5, application/sparql-results+xml", SELECT_FORMATS).engine
    'XML'
    >>> choose("*/*", SELECT_FORMATS).engine
    'JSON'
    """
    if not accept or not accept.strip():
        return formats[0]
    ranges = [
        (media_range.partition(";")[0].strip().lower(), quality)
        for media_range, quality in parse_accept_header(accept, MIMEAccept)
    ]
    best, best_rank = None, (0.0, 0)
    for candidate in formats:
        for media_type in candidate.media_types:
            quality, precision = _quality(media_type, ranges)
            # Other names of a type count only when they are asked for, not when a wildcard takes them.
            if media_type != candidate.media_types[0] and precision < _EXACT:
                continue
            # Of equal quality, a type asked for by name wins over one that a wildcard takes.
            if quality > 0 and (quality, precision) > best_rank:
                best, best_rank = candidate, (quality, precision)
    return best


def named(name: str, formats: Sequence[Format]) -> Format | None:
    """The format that ``format=`` names, by a name or a media type."""
    wanted = name.strip().lower().replace(" ", "+")
    for candidate in formats:
        if wanted in candidate.names or wanted in candidate.media_types:
            return candidate
    return None


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """Quality and precision (2 exact, 1 ``type/*``, 0 ``*/*``) of the range that fits best."""
    main = media_type.partition("/")[0]
    found = (-1.0, -1)
    for media_range, quality in ranges:
        precision = {media_type: _EXACT, f"{main}/*": 1, "*/*": 0}.get(media_range, -1)
        if precision > found[1] or (precision == found[1] and precision >= 0 and quality > found[0]):
            found = (quality, precision)
    return (max(found[0], 0.0), max(found[1], 0))

"""The formats Whence reads and writes: names, media types and file name endings in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from whence.errors import UnknownFormat

__all__ = ["FORMATS", "Format", "find_format", "format_list", "unknown_format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One syntax.

    ``name`` is what users type; the first of ``media_types`` is the one Whence answers with, the
    others are accepted; ``extensions`` have no dot and the first is the usual one. ``rdf`` tells RDF
    syntaxes from those that list PROV statements; ``datasets`` says whether named graphs (bundles)
    can be told apart in it.
    """

    name: str
    title: str
    media_types: tuple[str, ...]
    extensions: tuple[str, ...]
    rdf: bool
    datasets: bool = True

    @property
    def media_type(self) -> str:
        """The media type to send."""
        return self.media_types[0]

    @property
    def extension(self) -> str:
        """The usual file name ending, without the dot."""
        return self.extensions[0]


PROV_JSONLD_CONTEXT: Final = "https://openprovenance.org/prov-jsonld/context.jsonld"
"""The JSON-LD context of PROV-JSONLD (W3C member submission, 2024)."""

_FORMATS: tuple[Format, ...] = (
    Format(
        "turtle",
        "Turtle",
        ("text/turtle", "application/x-turtle"),
        ("ttl", "turtle"),
        rdf=True,
        datasets=False,
    ),
    Format("trig", "TriG", ("application/trig", "application/x-trig"), ("trig",), rdf=True),
    Format("ntriples", "N-Triples", ("application/n-triples",), ("nt",), rdf=True, datasets=False),
    Format("nquads", "N-Quads", ("application/n-quads", "text/x-nquads"), ("nq",), rdf=True),
    Format("rdfxml", "RDF/XML", ("application/rdf+xml",), ("rdf", "owl"), rdf=True, datasets=False),
    Format("jsonld", "JSON-LD", ("application/ld+json",), ("jsonld",), rdf=True),
    Format("provn", "PROV-N", ("text/provenance-notation",), ("provn", "pn"), rdf=False),
    Format("provjson", "PROV-JSON", ("application/json",), ("json", "provjson"), rdf=False),
    Format(
        "provxml",
        "PROV-XML",
        ("application/provenance+xml", "application/prov+xml", "application/xml", "text/xml"),
        ("provx", "xml"),
        rdf=False,
    ),
    Format(
        "provjsonld",
        "PROV-JSONLD",
        # The submission registers no type of its own; a JSON-LD profile names the context instead.
        (f'application/ld+json;profile="{PROV_JSONLD_CONTEXT}"', "application/prov+ld+json"),
        ("provjsonld", "prov.jsonld"),
        rdf=False,
    ),
)

FORMATS: Final[Mapping[str, Format]] = {row.name: row for row in _FORMATS}
"""Every format by its name."""

_ALIASES: Final[Mapping[str, str]] = {
    "n-triples": "ntriples",
    "n-quads": "nquads",
    "rdf/xml": "rdfxml",
    "rdf-xml": "rdfxml",
    "json-ld": "jsonld",
    "prov-n": "provn",
    "prov-json": "provjson",
    "prov-xml": "provxml",
    "prov-jsonld": "provjsonld",
}


def find_format(text: str) -> Format:
    """The format with this name, file name ending (``ttl``, ``.ttl``) or media type.

    Media type parameters do not matter, but for the profile that tells PROV-JSONLD from JSON-LD.
    Raises :class:`~whence.errors.UnknownFormat`, which lists the formats there are.

    >>> find_format("text/turtle; charset=utf-8").name
    'turtle'
    >>> find_format(".nq").title
    'N-Quads'
    """
    wanted = text.strip().lower()
    if "/" in wanted and wanted not in _ALIASES:
        found = _by_media_type(wanted)
    else:
        wanted = wanted.removeprefix(".")
        found = FORMATS.get(_ALIASES.get(wanted, wanted)) or _by_extension(wanted)
    if found is None:
        raise unknown_format(f"{text!r} is not a format Whence knows")
    return found


def unknown_format(problem: str) -> UnknownFormat:
    """The error for ``problem``, saying which formats there are."""
    return UnknownFormat(f"{problem}; formats: {format_list()}")


def format_list() -> str:
    """The names of all formats, for messages."""
    return ", ".join(FORMATS)


def _by_media_type(text: str) -> Format | None:
    bare, _, parameters = text.partition(";")
    bare = bare.strip()
    if bare == "application/ld+json" and PROV_JSONLD_CONTEXT in parameters:
        return FORMATS["provjsonld"]
    return next((row for row in _FORMATS if bare in row.media_types), None)


def _by_extension(text: str) -> Format | None:
    return next((row for row in _FORMATS if text in row.extensions), None)

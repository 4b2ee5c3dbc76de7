"""The data beside every page: Turtle, JSON-LD and CSV of the same view, by suffix or negotiation."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Response, request
from pyoxigraph import Literal, RdfFormat, Triple, serialize

from whence.store.results import Value

__all__ = ["SUFFIXES", "View", "alternates", "chosen_suffix"]

SUFFIXES: Final[Mapping[str, tuple[str, str]]] = {
    "ttl": ("text/turtle", "Turtle"),
    "json": ("application/ld+json", "JSON"),
    "csv": ("text/csv", "CSV"),
}
"""Media type and name of each form of the data, by the suffix of its URL."""

_ACCEPTED: Final = {
    "text/html": "",
    "application/xhtml+xml": "",
    "text/turtle": "ttl",
    "application/ld+json": "json",
    "application/json": "json",
    "text/csv": "csv",
}


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows, as data: its triples, and a table of the same."""

    triples: Callable[[], Iterable[Triple]]
    table: Callable[[], tuple[Sequence[str], Iterable[Iterable[Value | str | int]]]]
    prefixes: Mapping[str, str]

    def respond(self, suffix: str) -> Response:
        """The data in the form that ``suffix`` names."""
        if suffix == "csv":
            body = _csv(*self.table()).encode()
        else:
            body = self._rdf(RdfFormat.TURTLE if suffix == "ttl" else RdfFormat.JSON_LD)
        media = SUFFIXES[suffix][0]
        return Response(body, content_type=f"{media}; charset=utf-8")

    def _rdf(self, format: RdfFormat) -> bytes:
        triples = sorted(set(self.triples()), key=str)
        text = " ".join(str(triple) for triple in triples)
        # Only prefixes the data uses: sources may declare hundreds.
        used = {prefix: space for prefix, space in self.prefixes.items() if prefix and f"<{space}" in text}
        return serialize(triples, format=format, prefixes=used) or b""


def _csv(header: Sequence[str], rows: Iterable[Iterable[Value | str | int]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue()


def _plain(value: Value | str | int) -> str | int:
    if value is None or isinstance(value, str | int):
        return "" if value is None else value
    if isinstance(value, Triple):
        return str(value)
    return value.value if isinstance(value, Literal) else getattr(value, "value", str(value))


def chosen_suffix() -> str:
    """The form the client asks for by ``Accept``; empty is the page, which is also the default."""
    best = request.accept_mimetypes.best_match(list(_ACCEPTED), default="text/html")
    return _ACCEPTED[best]


def alternates(path: str, arguments: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(URL, media type, name) of the data beside the view at ``path``."""
    query = f"?{urlencode(arguments)}" if arguments else ""
    stem = path if path != "/" else "/index"
    return [(f"{stem}.{suffix}{query}", media, name) for suffix, (media, name) in SUFFIXES.items()]

"""Pages of named queries: the list by topics, and a form for the parameters of one with its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from urllib.parse import quote, urlencode

from flask import Response, current_app

from whence.queries.named import Catalogue
from whence.queries.named_header import NamedQuery, Parameter
from whence.store.results import Result
from whence.web import sparql_page
from whence.web.site import Site
from whence.web.sparql_page import query_url

__all__ = ["Asked", "list_page", "query_page"]

_INPUTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "iri": ("text", "", "prefix:name or http://…"),
    "string": ("text", "", ""),
    "integer": ("number", "1", ""),
    "decimal": ("number", "any", ""),
    # Not datetime-local: that has no zone, and no way to give a date alone.
    "dateTime": ("text", "", "2026-01-31 or 2026-01-31T12:00:00Z"),
}
"""Of each type: the kind of input, its step, and what stands in it while it is empty."""
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "iri": ("an IRI", "IRIs"),
    "string": ("text", "texts"),
    "integer": ("a whole number", "whole numbers"),
    "decimal": ("a number", "numbers"),
    "dateTime": ("a date or time, in UTC unless it says otherwise", "dates or times"),
    "boolean": ("", ""),
}
"""Of each type: one value and several in words."""
_TIME: Final = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+\-]\d\d:\d\d)?)?"
_DATA: Final = {
    "SELECT": (("JSON", "json"), ("CSV", "csv"), ("TSV", "tsv"), ("XML", "xml")),
    "ASK": (("JSON", "json"), ("XML", "xml")),
}
_GRAPH: Final = (("Turtle", "ttl"), ("N-Triples", "nt"), ("JSON-LD", "jsonld"), ("RDF/XML", "rdf"))


@dataclass(slots=True)
class Asked:
    """What was asked of a query: the values in the address, how many rows, and the SPARQL of it."""

    query: NamedQuery
    given: Mapping[str, Sequence[str]]
    limit: str
    inferred: bool
    sparql: str = ""

    def address(self, **more: str) -> str:
        """The address of the same question."""
        pairs = [(name, value) for name, values in self.given.items() for value in values]
        pairs += [("limit", self.limit)] if self.limit else []
        pairs += [] if self.inferred else [("inference", "off")]
        words = urlencode([*pairs, *more.items()])
        return f"/queries/{quote(self.query.name)}" + (f"?{words}" if words else "")


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter in the form."""

    parameter: Parameter
    value: str
    kind: str
    step: str
    hint: str
    pattern: str

    @property
    def words(self) -> str:
        """What can be written in it."""
        return _WORDS[self.parameter.type][self.parameter.many]

    @property
    def rows(self) -> int:
        """Lines of a box for several values."""
        return min(max(self.value.count("\n") + 1, 3), 12)


def list_page(catalogue: Catalogue) -> Response:
    """All queries, by their topics."""
    topics = [(topic, list(rows)) for topic, rows in groupby(catalogue.values(), lambda query: query.topic)]
    data = [
        ("/queries.ttl", "text/turtle", "Turtle"),
        ("/queries.json", "application/json", "JSON"),
        ("/queries.csv", "text/csv", "CSV"),
    ]
    return _site().page(
        "queries.html", topics=topics, faults=len(catalogue.faults), alternates=data, address=_address
    )


def query_page(
    asked: Asked,
    result: Result | None,
    *,
    error: Exception | None = None,
    status: int = 200,
    seconds: float | None = None,
) -> Response:
    """The form of a query, filled in as asked, with its answer or with what is wrong."""
    site, query = _site(), asked.query
    answer = None if result is None else sparql_page.read_answer(result)
    names = site.names()
    if answer is not None:
        names.learn(site.service, sparql_page.terms_of(answer))
    numeric = [sparql_page.is_numeric(answer, n) for n in range(len(answer.variables))] if answer else []
    forms = _DATA.get(query.form, _GRAPH)
    sparql = asked.sparql or query.text
    return site.page(
        "named.html",
        status=status,
        names=names,
        query=query,
        asked=asked,
        fields=[_field(parameter, asked.given) for parameter in query.parameters],
        answer=answer,
        numeric=numeric,
        columns={column.name: column.description for column in query.columns},
        fault=None if error is None else str(error),
        seconds=seconds,
        downloads=[(name, asked.address(format=form)) for name, form in forms] if answer else [],
        text=sparql,
        editor=query_url(sparql, **({} if asked.inferred else {"inference": "off"})),
        alternates=[(asked.address(format="ttl"), "text/turtle", "Turtle")] if query.form in _DATA else [],
        address=_address,
    )


def _address(query: NamedQuery) -> str:
    return f"/queries/{quote(query.name)}"


def _field(parameter: Parameter, given: Mapping[str, Sequence[str]]) -> Field:
    kind, step, hint = _INPUTS.get(parameter.type, ("text", "", ""))
    if parameter.name in given:
        value = "\n".join(given[parameter.name])
    else:
        value = parameter.default or ""
        if parameter.many:
            value = "\n".join(value.split())
    if parameter.type == "boolean":
        kind = "choice"
    elif parameter.many:
        kind = "lines"
    return Field(parameter, value, kind, step, hint, _TIME if parameter.type == "dateTime" else "")


def _site() -> Site:
    site = current_app.extensions["whence.pages"]
    assert isinstance(site, Site)  # noqa: S101  # the pages put it there
    return site

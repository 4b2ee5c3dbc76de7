"""The SPARQL page: an editor, and the answer of a query as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import QuerySyntaxError
from whence.ontology.namespaces import PROV
from whence.store.results import AskResult, GraphResult, Result, SelectResult, Value

__all__ = ["EXAMPLES", "SHOWN_ROWS", "Answer", "Example", "Fault", "downloads", "fault_of", "read_answer"]

SHOWN_ROWS: Final = 1000
"""Rows of an answer shown on the page; downloads hold them all."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question and its query."""

    title: str
    body: str

    @property
    def query(self) -> str:
        """The whole text, prefixes declared."""
        return f"PREFIX prov: <{PROV}>\n\n{self.body}"

    @property
    def href(self) -> str:
        """The page that asks it."""
        return query_url(self.query)


def query_url(query: str, **more: str) -> str:
    """The SPARQL page, or with ``format=`` the data, of a query."""
    return "/sparql?" + urlencode({"query": query, **more})


@dataclass(slots=True)
class Answer:
    """An answer held for a page. ``cut`` says that there is more of it than is shown."""

    kind: str
    variables: Sequence[str] = ()
    rows: list[Sequence[Value]] = field(default_factory=list)
    truth: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A query that could not be run, with its place in the text when it is known."""

    reason: str
    line: int | None
    column: int | None
    lines: list[tuple[int, str, str, str]]


def read_answer(result: Result) -> Answer:
    """The first :data:`SHOWN_ROWS` rows of a result; reading stops there."""
    if isinstance(result, AskResult):
        return Answer("ask", truth=bool(result))
    if isinstance(result, GraphResult):
        triples = list(islice(result, SHOWN_ROWS + 1))
        rows: list[Sequence[Value]] = [(t.subject, t.predicate, t.object) for t in triples]
        return Answer(
            "graph", ("subject", "predicate", "object"), rows[:SHOWN_ROWS], cut=len(rows) > SHOWN_ROWS
        )
    assert isinstance(result, SelectResult)  # noqa: S101  # the last of three
    rows = [row.values() for row in islice(result, SHOWN_ROWS + 1)]
    return Answer("select", result.variables, rows[:SHOWN_ROWS], cut=len(rows) > SHOWN_ROWS)


def terms_of(answer: Answer) -> list[NamedNode]:
    """The resources an answer shows."""
    found = {value for row in answer.rows for value in row if isinstance(value, NamedNode)}
    return sorted(found, key=lambda term: term.value)


def is_numeric(answer: Answer, column: int) -> bool:
    """Whether a column holds nothing but numbers, so that it can be set flush right."""
    values = [row[column] for row in answer.rows if row[column] is not None]
    return bool(values) and all(isinstance(value, Literal) and _is_number(value) for value in values)


def _is_number(value: Literal) -> bool:
    return value.datatype.value.rsplit("#", 1)[-1] in (
        "integer",
        "decimal",
        "double",
        "float",
        "int",
        "long",
    )


def is_blank(value: Value) -> bool:
    """Whether a value has no name that could be asked for again."""
    return isinstance(value, BlankNode)


def fault_of(query: str, error: Exception) -> Fault:
    """The error, with the lines of the query around it and the place marked."""
    line = column = None
    reason = str(error)
    if isinstance(error, QuerySyntaxError):
        line, column, reason = error.line, error.column, error.reason
    lines = []
    source = query.splitlines() or [""]
    if line is not None:
        at = min(max(line, 1), len(source))
        for number in range(max(1, at - 2), min(len(source), at + 1) + 1):
            text = source[number - 1]
            if number == at:
                place = max((column or 1) - 1, 0)
                # At the end of a line there is no character to mark, so one is made.
                lines.append((number, text[:place], text[place : place + 1] or "\u2423", text[place + 1 :]))
            else:
                lines.append((number, text, "", ""))
    return Fault(reason, line, column, lines)


def downloads(query: str, answer: Answer, *, inferred: bool = True) -> list[tuple[str, str]]:
    """(name, URL) of the whole answer in each format that fits it, with or without what is inferred."""
    switch = {} if inferred else {"inference": "off"}
    formats = {
        "select": (("JSON", "json"), ("CSV", "csv"), ("TSV", "tsv"), ("XML", "xml")),
        "ask": (("JSON", "json"), ("XML", "xml")),
        "graph": (("Turtle", "ttl"), ("N-Triples", "nt"), ("JSON-LD", "jsonld"), ("RDF/XML", "rdf")),
    }[answer.kind]
    return [(name, query_url(query, **switch, format=form)) for name, form in formats]


EXAMPLES: Final = (
    Example(
        "What was made, by what, and when?",
        """SELECT DISTINCT ?thing ?activity ?ended WHERE {
  ?thing prov:wasGeneratedBy ?activity .
  OPTIONAL { ?activity prov:endedAtTime ?ended }
} ORDER BY DESC(?ended) ?thing LIMIT 100""",
    ),
    Example(
        "Who took part in what?",
        """SELECT ?agent (COUNT(DISTINCT ?activity) AS ?activities) WHERE {
  ?activity prov:wasAssociatedWith ?agent .
} GROUP BY ?agent ORDER BY DESC(?activities) LIMIT 100""",
    ),
    Example(
        "Which revisions are there, and what did they revise?",
        """SELECT DISTINCT ?newer ?older WHERE {
  ?newer prov:wasRevisionOf ?older .
} LIMIT 100""",
    ),
    Example(
        "What does everything go back to?",
        """# Entities that others were derived from, and that were derived from nothing.
SELECT DISTINCT ?source WHERE {
  ?later prov:wasDerivedFrom ?source .
  FILTER NOT EXISTS { ?source prov:wasDerivedFrom ?earlier }
} LIMIT 100""",
    ),
    Example(
        "The whole derivation graph, to download",
        """CONSTRUCT { ?later prov:wasDerivedFrom ?earlier } WHERE {
  ?later prov:wasDerivedFrom ?earlier .
} LIMIT 10000""",
    ),
    Example("Was anything invalidated?", "ASK { ?thing prov:wasInvalidatedBy ?activity }"),
)
"""Questions that make sense of any provenance."""

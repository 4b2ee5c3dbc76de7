"""Answers to SPARQL queries, the same for every backend: rows, a boolean, or triples."""

from __future__ import annotations

import html
import io
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from whence.errors import MissingExtra, QueryTimeout
from whence.ontology.namespaces import XSD
from whence.store.once import once

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["AskResult", "GraphResult", "Result", "Row", "SelectResult", "to_python", "wrap"]

Value: TypeAlias = NamedNode | BlankNode | Literal | Triple | None

_INTEGERS = {
    XSD[name].value
    for name in [
        "integer",
        "int",
        "long",
        "short",
        "byte",
        "nonNegativeInteger",
        "positiveInteger",
        "negativeInteger",
        "nonPositiveInteger",
        "unsignedInt",
        "unsignedLong",
        "unsignedShort",
        "unsignedByte",
    ]
}
_FLOATS = {XSD[name].value for name in ("double", "float", "decimal")}
_PREVIEW_ROWS = 20


def to_python(term: Value) -> Any:
    """The plain Python value of a term: str for IRIs and strings, int, float or bool for those types.

    Dates and other datatypes stay strings, as RDF allows values Python cannot hold.
    """
    if not isinstance(term, Literal):
        return None if term is None else term.value if not isinstance(term, Triple) else str(term)
    datatype = term.datatype.value
    try:
        if datatype in _INTEGERS:
            return int(term.value)
        if datatype in _FLOATS:
            return float(term.value)
    except ValueError:
        return term.value
    if datatype == XSD.boolean.value:
        return term.value in ("true", "1")
    return term.value


class Row:
    """One solution: ``row["x"]`` or ``row[0]`` is a term (``None`` if unbound); unpacks like a tuple."""

    __slots__ = ("_terms", "_variables")

    def __init__(self, variables: Sequence[str], terms: Sequence[Value]) -> None:
        self._variables, self._terms = variables, terms

    def __getitem__(self, key: str | int) -> Value:
        if isinstance(key, int):
            return self._terms[key]
        try:
            return self._terms[self._variables.index(key.removeprefix("?"))]
        except ValueError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[Value]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    def __contains__(self, key: object) -> bool:
        return key in self._variables

    def keys(self) -> Sequence[str]:
        """The variable names."""
        return self._variables

    def items(self) -> list[tuple[str, Value]]:
        """Pairs of variable name and term."""
        return list(zip(self._variables, self._terms, strict=True))

    def values(self) -> Sequence[Value]:
        """The terms, in the order of the variables."""
        return self._terms

    def asdict(self) -> dict[str, Any]:
        """Plain Python values by variable name, unbound ones left out."""
        return {name: to_python(term) for name, term in self.items() if term is not None}

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={term}' for name, term in self.items())})"


class SelectResult:
    """Solutions of a SELECT query, read once as they come from the engine.

    Iterating gives :class:`Row`. The conversions read what has not been read yet.
    """

    sparql = ""
    """The query that gave this answer, where it was asked by name."""

    def __init__(self, solutions: QuerySolutions, *, timeout: float | None = None) -> None:
        self._solutions = solutions
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self.variables: list[str] = [variable.value for variable in solutions.variables]

    def __iter__(self) -> Iterator[Row]:
        for solution in self._solutions:
            if self._deadline is not None and time.monotonic() > self._deadline:
                raise QueryTimeout("the query was stopped at its deadline")
            yield Row(self.variables, list(solution))

    def rows(self) -> list[Row]:
        """All remaining rows as a list."""
        return list(self)

    def write(self, output: IO[bytes], format: QueryResultsFormat) -> None:
        """Serialise to ``output`` in a SPARQL results format, streaming."""
        self._solutions.serialize(output, format)

    def to_json(self) -> str:
        """The SPARQL 1.1 Query Results JSON text."""
        return _text(self, QueryResultsFormat.JSON)

    def to_csv(self) -> str:
        """The SPARQL 1.1 Query Results CSV text."""
        return _text(self, QueryResultsFormat.CSV)

    def _columns(self) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {name: [] for name in self.variables}
        for row in self:
            for name, term in row.items():
                columns[name].append(to_python(term))
        return columns

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas ``DataFrame``, one column a variable. Needs the ``pandas`` extra."""
        try:
            import pandas
        except ImportError as error:
            raise MissingExtra("pandas", "pandas") from error
        return pandas.DataFrame(self._columns())

    def to_polars(self) -> polars.DataFrame:
        """A polars ``DataFrame``, one column a variable. Needs the ``polars`` extra."""
        try:
            import polars
        except ImportError as error:
            raise MissingExtra("polars", "polars") from error
        return polars.DataFrame(self._columns(), strict=False)

    def _repr_html_(self) -> str:
        rows = list(islice(self, _PREVIEW_ROWS + 1))
        body = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(str(to_python(t) or ''))}</td>" for t in row.values())
            + "</tr>"
            for row in rows[:_PREVIEW_ROWS]
        )
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.variables)
        more = "<p>more rows follow</p>" if len(rows) > _PREVIEW_ROWS else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


class AskResult:
    """The answer to an ASK query; true or false as a condition."""

    sparql = ""
    """The query that gave this answer, where it was asked by name."""

    def __init__(self, answer: QueryBoolean) -> None:
        self._answer = answer

    def __bool__(self) -> bool:
        return bool(self._answer)

    def __eq__(self, other: object) -> bool:
        return bool(self) == other

    def __hash__(self) -> int:
        return hash(bool(self))

    def __repr__(self) -> str:
        return f"AskResult({bool(self)})"

    def write(self, output: IO[bytes], format: QueryResultsFormat) -> None:
        """Serialise to ``output`` in a SPARQL results format."""
        self._answer.serialize(output, format)

    def to_json(self) -> str:
        """The SPARQL 1.1 Query Results JSON text."""
        return _text(self, QueryResultsFormat.JSON)


class GraphResult:
    """Triples of a CONSTRUCT or DESCRIBE query, read once as they come."""

    sparql = ""
    """The query that gave this answer, where it was asked by name."""

    def __init__(self, triples: QueryTriples | Iterable[Triple]) -> None:
        self._triples = triples

    def __iter__(self) -> Iterator[Triple]:
        return once(self._triples)

    def write(
        self, output: IO[bytes], format: RdfFormat, *, prefixes: Mapping[str, str] | None = None
    ) -> None:
        """Serialise to ``output`` in an RDF format, streaming."""
        serialize(self, output, format, prefixes=dict(prefixes or {}))

    def to_turtle(self, prefixes: Mapping[str, str] | None = None) -> str:
        """The triples as Turtle text."""
        buffer = io.BytesIO()
        self.write(buffer, RdfFormat.TURTLE, prefixes=prefixes)
        return buffer.getvalue().decode()


Result: TypeAlias = SelectResult | AskResult | GraphResult


def _text(result: SelectResult | AskResult, format: QueryResultsFormat) -> str:
    buffer = io.BytesIO()
    result.write(buffer, format)
    return buffer.getvalue().decode()


def wrap(answer: QuerySolutions | QueryBoolean | QueryTriples, *, timeout: float | None = None) -> Result:
    """The engine's answer as Whence's; ``timeout`` seconds bound the reading of rows."""
    if isinstance(answer, QuerySolutions):
        return SelectResult(answer, timeout=timeout)
    if isinstance(answer, QueryBoolean):
        return AskResult(answer)
    return GraphResult(answer)

"""Asking a SPARQL server and reading what it answers: rows, a boolean or triples, as they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import pyoxigraph as ox
from pyoxigraph import QueryResultsFormat, RdfFormat

from whence.errors import QueryTooLarge, RemoteError
from whence.store.remote_dialects import Dialect, Endpoints
from whence.store.remote_http import Answer, Wire
from whence.store.results import GraphResult, Result, Row, SelectResult, wrap
from whence.store.sparql_text import Shape, query_shape

__all__ = ["Asker"]

_NTRIPLES: Final = RdfFormat.N_TRIPLES.media_type
_JSON: Final = QueryResultsFormat.JSON.media_type
_TSV: Final = QueryResultsFormat.TSV.media_type


class Asker:
    """Queries to one server, whose address, protocols and dialect are known."""

    def __init__(self, wire: Wire, endpoints: Endpoints, dialect: Dialect) -> None:
        self.wire, self.endpoints, self.dialect = wire, endpoints, dialect

    def ask(
        self,
        form: Mapping[str, str | Sequence[str]],
        params: Mapping[str, str],
        shape: Shape,
        timeout: float | None,
    ) -> Result:
        """The answer to a query given as a form, with ``params`` in the URL."""
        url, triples = self.endpoints.query, shape.form in ("CONSTRUCT", "DESCRIBE")
        results = _JSON if shape.form == "ASK" and self.dialect.results == _TSV else self.dialect.results
        if timeout is not None and self.dialect.parameters:
            form = {**form, "timeout": f"{timeout:g}"}
        accept = _NTRIPLES if triples else results
        answer = self.wire.query(url, form, params=params, accept=accept, timeout=timeout)
        cap = _row_limit(answer, shape)
        if triples:
            caps = [limit for limit in (cap, self.dialect.page) if limit is not None]
            return GraphResult(self.triples(answer, min(caps, default=None)))
        syntax = QueryResultsFormat.from_media_type(answer.headers.get("content-type", results))
        if syntax is None:
            raise RemoteError(f"{url} answered with {answer.headers['content-type']}, not with results")
        with _Reading(url):
            parsed = ox.parse_query_results(answer.body, format=syntax)
        if isinstance(parsed, ox.QuerySolutions):
            # It has the three things that are asked of the engine's own solutions.
            return SelectResult(cast(ox.QuerySolutions, _Solutions(parsed, url, cap)))
        return wrap(parsed)

    def select(self, sparql: str) -> SelectResult:
        """The rows of a SELECT that says itself which graphs it is about."""
        result = self.ask({"query": sparql}, {}, query_shape(sparql), None)
        if not isinstance(result, SelectResult):
            raise RemoteError(f"{self.endpoints.query} did not answer a SELECT with rows")
        return result

    def rows(self, sparql: str) -> list[Row]:
        """All of them at once."""
        return self.select(sparql).rows()

    def triples(self, answer: Answer, cap: int | None = None) -> Iterator[ox.Triple]:
        """The triples of an N-Triples answer; :class:`QueryTooLarge` after ``cap`` of them."""
        for count, quad in enumerate(self.quads(answer, RdfFormat.N_TRIPLES), 1):
            yield quad.triple
            if count == cap:
                raise _too_large(self.endpoints.query, cap)

    def quads(self, answer: Answer, syntax: RdfFormat = RdfFormat.N_QUADS) -> Iterator[ox.Quad]:
        """The quads of an answer in a line-based format."""
        with _Reading(self.endpoints.query):
            # Lenient, since what a server took in, it may hand out: its language tags, its IRIs.
            yield from ox.parse(answer.body, format=syntax, lenient=True)


class _Reading:
    """Turns a fault of grammar in an answer into a :class:`RemoteError`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if isinstance(error, SyntaxError):
            raise RemoteError(f"the answer of {self._url} is broken or incomplete: {error}") from error


class _Solutions:
    """Solutions as they come over the wire, with Whence's errors."""

    def __init__(self, solutions: ox.QuerySolutions, url: str, cap: int | None) -> None:
        self._solutions, self._url, self._cap = solutions, url, cap
        self.variables = solutions.variables

    def __iter__(self) -> Iterator[ox.QuerySolution]:
        with _Reading(self._url):
            for count, solution in enumerate(self._solutions, 1):
                yield solution
                if count == self._cap:
                    raise _too_large(self._url, count)

    def serialize(self, output: Any, format: QueryResultsFormat) -> None:
        with _Reading(self._url):
            self._solutions.serialize(output, format)


def _too_large(url: str, rows: int) -> QueryTooLarge:
    return QueryTooLarge(
        f"{url} cuts answers at {rows} rows; ask for less at a time with LIMIT and OFFSET, "
        "or have its operator raise the limit"
    )


def _row_limit(answer: Answer, shape: Shape) -> int | None:
    """The number of rows at which this answer may have been cut, if the query did not ask for fewer.

    Virtuoso answers 200 and names its limit in a header when it has reached it: that is refused at once.
    Whence always names its limit, if it has one.
    """
    reached, stated = answer.headers.get("x-sparql-maxrows"), answer.headers.get("whence-row-limit")
    limit = int(reached or stated or 0)
    if not limit or (shape.limit is not None and shape.limit <= limit):
        return None
    if reached:
        answer.close()
        raise _too_large("the server", limit)
    return limit

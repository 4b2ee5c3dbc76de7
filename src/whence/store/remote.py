"""A store on a SPARQL 1.1 server: the same interface as the embedded one, over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace as changed
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit, urlunsplit

import pyoxigraph as ox
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat

from whence.errors import QueryError, QueryForbidden, QueryTooLarge, RemoteError, StoreError
from whence.ontology.namespaces import WHENCE, WHENCE_INFERRED
from whence.store.backend import Graph
from whence.store.remote_dialects import Dialect, Endpoints, recognise, resolve
from whence.store.remote_http import Answer, Wire
from whence.store.remote_writes import STAGING, Writer
from whence.store.results import GraphResult, Result, Row, SelectResult, wrap
from whence.store.sparql_text import Shape, prepare_query, query_shape

__all__ = ["RemoteBackend"]

_NTRIPLES: Final = RdfFormat.N_TRIPLES.media_type
_NO_GRAPH: Final = WHENCE["none"].value
"""Names the empty dataset, for which the protocol has no words."""


class RemoteBackend:
    """A :class:`~whence.store.backend.Backend` on a SPARQL 1.1 server.

    The server is asked what it is at the first use. Writes are all or nothing as far as the server's
    own transactions go, see :class:`~whence.store.remote_writes.Writer`. Blank nodes name nothing across
    requests, so patterns with one match nothing. On servers whose queries do not see the union of all
    graphs by themselves, leaving out inferred triples leaves out the unnamed graph as well.
    """

    def __init__(
        self,
        url: str,
        wire: Wire,
        *,
        update_url: str | None = None,
        graph_store_url: str | None = None,
        authenticated: bool = False,
        base: str = "urn:whence:",
    ) -> None:
        self._url, self._wire, self._base = url, wire, base
        self._given = (update_url, graph_store_url)
        self._authenticated = authenticated
        self._discovering = threading.RLock()
        self._found: tuple[Endpoints, Dialect] | None = None

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        update_url: str | None = None,
        graph_store_url: str | None = None,
        token: str | None = None,
        auth: tuple[str, str] | None = None,
        base: str = "urn:whence:",
        timeout: float = 30.0,
    ) -> RemoteBackend:
        """A store on the server at ``url``: its query endpoint, or its root where the server is known.

        ``update_url`` and ``graph_store_url`` are found from ``url`` unless given. ``token`` goes as a
        bearer token; ``auth``, a name and password (also taken from the URL), as the server asks for
        them: basic or digest. ``timeout`` is how many seconds to wait for a connection and for each
        piece of an answer. Raises :class:`RemoteError` if ``url`` is no http(s) URL; nothing is sent yet.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RemoteError(f"{url} is not an http or https URL")
        if parts.username is not None:
            auth = auth or (unquote(parts.username), unquote(parts.password or ""))
            url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        return cls(
            url,
            Wire(token=token, auth=auth, timeout=timeout),
            update_url=update_url,
            graph_store_url=graph_store_url,
            authenticated=auth is not None,
            base=base,
        )

    @property
    def base(self) -> str:
        """The base IRI of IRIs minted for this store."""
        return self._base

    @property
    def location(self) -> str:
        """The URL, without credentials."""
        return self._url

    def _server(self) -> tuple[Endpoints, Dialect]:
        with self._discovering:
            if self._found is None:
                self._found = self._discover()
            return self._found

    def _discover(self) -> tuple[Endpoints, Dialect]:
        """Ask the URL what it is; a root that does not say is asked at ``/sparql`` as well."""
        _, headers, description = self._wire.probe(self._url, "text/turtle, */*;q=0.1")
        dialect = recognise(headers.get("server", ""), description)
        endpoints = resolve(self._url, dialect, authenticated=self._authenticated)
        if dialect.name == Dialect("SPARQL 1.1").name and endpoints.query != self._url:
            _, headers, description = self._wire.probe(endpoints.query, "text/turtle, */*;q=0.1")
            dialect = recognise(headers.get("server", ""), description)
            endpoints = resolve(endpoints.query, dialect, authenticated=self._authenticated)
        update, store = self._given
        if store and not dialect.uploads_datasets and dialect.page is None:
            dialect = changed(dialect, uploads_graphs=True)
        found = changed(endpoints, update=update or endpoints.update, store=store or endpoints.store)
        return found, dialect

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._wire, *self._server())

    def query(
        self,
        sparql: str,
        *,
        default_graphs: Sequence[Graph] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        inferred: bool = True,
        timeout: float | None = None,
    ) -> Result:
        """Run a query on the server. ``timeout`` is the longest wait, in seconds, for the next rows.

        Raises :class:`QuerySyntaxError`, :class:`QueryTimeout`, :class:`QueryTooLarge` where the server
        is known to have cut the answer, and :class:`RemoteError` for its other failures.
        """
        shape = query_shape(sparql)
        _, dialect = self._server()
        if default_graphs is None and named_graphs is None and not shape.has_dataset:
            sparql, form, params = self._union(sparql, shape, inferred=inferred)
        else:
            form, params = self._dataset(default_graphs or (), named_graphs or (), shape), {}
        if dialect.sorts_abort:
            sparql = _safe(sparql)
        return self._ask({"query": sparql, **form}, params, shape, timeout)

    def _ask(
        self,
        form: Mapping[str, str | Sequence[str]],
        params: Mapping[str, str],
        shape: Shape,
        timeout: float | None,
    ) -> Result:
        endpoints, dialect = self._server()
        triples = shape.form in ("CONSTRUCT", "DESCRIBE")
        answer = self._wire.query(
            endpoints.query,
            form,
            params=params,
            accept=_NTRIPLES if triples else dialect.results,
            timeout=timeout,
        )
        _refuse_cut(answer, shape)
        if triples:
            return GraphResult(self._triples(answer, dialect.page))
        syntax = QueryResultsFormat.from_media_type(answer.headers.get("content-type", dialect.results))
        if syntax is None:
            raise RemoteError(
                f"{endpoints.query} answered with {answer.headers['content-type']}, not with results"
            )
        with _Reading(self._url):
            parsed = ox.parse_query_results(answer.body, format=syntax)
        if isinstance(parsed, ox.QuerySolutions):
            # The same three things a reader does with the engine's own solutions.
            return SelectResult(cast(ox.QuerySolutions, _Solutions(parsed, self._url)))
        return wrap(parsed)

    def _triples(self, answer: Answer, page: int | None) -> Iterator[ox.Triple]:
        count = 0
        with _Reading(self._url):
            for quad in ox.parse(answer.body, format=RdfFormat.N_TRIPLES, lenient=True):
                count += 1
                yield quad.triple
        if page is not None and count >= page:
            raise QueryTooLarge(
                f"{self._url} cuts answers at {page} rows and this one has {count} triples; "
                "ask for less at a time with LIMIT and OFFSET"
            )

    def _union(
        self, sparql: str, shape: Shape, *, inferred: bool
    ) -> tuple[str, dict[str, Any], dict[str, str]]:
        """The text, form and URL parameters that give a query the union of all graphs."""
        _, dialect = self._server()
        if dialect.inferred_parameter:
            return sparql, {} if inferred else {"inferred": "false"}, {}
        hidden = dialect.own_graphs | ({WHENCE_INFERRED} if not inferred else set())
        if dialect.union == "define":
            return self._define(shape, hidden) + sparql, {}, {}
        if inferred and dialect.union == "always":
            return sparql, {}, {}
        shown = list(self._all_graphs()) if dialect.union == "listed" or not inferred else []
        if dialect.union == "parameter" and (inferred or WHENCE_INFERRED not in shown):
            return sparql, {}, {"union-default-graph": ""}
        names = [graph.value for graph in shown]
        default = [name for name in names if NamedNode(name) not in hidden]
        return sparql, {"default-graph-uri": default or [_NO_GRAPH], "named-graph-uri": names}, {}

    def _define(self, shape: Shape, hidden: frozenset[NamedNode]) -> str:
        """Virtuoso's lines that leave graphs out of the union.

        Leaving out is cheap, but empties every GRAPH clause that names its graph; then the graphs to see
        are listed instead. As URL parameters they would all come back in one response header.
        """
        if not shape.names_graphs:
            return "".join(f"define input:default-graph-exclude {g}\n" for g in sorted(hidden, key=str))
        shown = [g for g in self._all_graphs() if g not in hidden] or [NamedNode(_NO_GRAPH)]
        return "".join(f"define input:default-graph-uri {graph}\n" for graph in shown)

    def _dataset(
        self, default: Sequence[Graph], named: Sequence[NamedNode], shape: Shape
    ) -> dict[str, Any]:
        """The protocol's parameters for a dataset; the query's own clauses where none is given."""
        if not default and not named:
            return {} if shape.has_dataset else {"default-graph-uri": _NO_GRAPH}
        if DefaultGraph() in default:
            if len(default) > 1 or named or self._server()[1].default_graph != "query":
                raise StoreError(f"{self._url} has no name for its unnamed graph, so it cannot be combined")
            return {}
        form: dict[str, Any] = {"default-graph-uri": [g.value for g in default if isinstance(g, NamedNode)]}
        if named:
            form["named-graph-uri"] = [graph.value for graph in named]
        return form

    def _rows(self, sparql: str) -> list[Row]:
        """All rows of a SELECT that names its graphs, run without any dataset."""
        result = self._ask({"query": sparql}, {}, query_shape(sparql), None)
        return result.rows() if isinstance(result, SelectResult) else []

    def update(self, sparql: str) -> None:
        """Run an update request; it is one transaction where the server makes it one."""
        endpoints, _ = self._server()
        self._wire.update(endpoints.update, sparql)

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that match, ``None`` matching anything; a graph at a time where answers are cut."""
        if isinstance(subject, BlankNode) or isinstance(object, BlankNode):
            return
        pattern = (subject, predicate, object)
        if graph is None or isinstance(graph, DefaultGraph):
            yield from self._unnamed(pattern)
        if isinstance(graph, NamedNode):
            yield from self._named(pattern, graph)
        elif graph is None:
            if self._server()[1].page is None:
                yield from self._named(pattern, None)
            else:
                for name in self.graphs():
                    yield from self._named(pattern, name)

    quads_for_pattern = quads

    def _unnamed(self, pattern: _Pattern) -> Iterator[Quad]:
        endpoints, dialect = self._server()
        if dialect.default_graph == "query":
            for row in self._select(f"SELECT ?s ?p ?o {{ {_bgp(pattern)} }}"):
                yield _quad(row, pattern, DefaultGraph())
        elif dialect.default_graph == "store" and endpoints.store:
            answer = self._wire.get(endpoints.store, params={"default": ""}, accept=_NTRIPLES)
            if answer is None:
                return
            for triple in self._triples(answer, None):
                terms = (triple.subject, triple.predicate, triple.object)
                if all(want in (None, term) for want, term in zip(pattern, terms, strict=True)):
                    yield Quad(*terms, DefaultGraph())

    def _named(self, pattern: _Pattern, graph: NamedNode | None) -> Iterator[Quad]:
        _, dialect = self._server()
        where = f"GRAPH {graph or '?g'} {{ {_bgp(pattern)} }}"
        if graph is None:
            where += f" {self._visible()}"
        if dialect.page is None:
            rows: Iterable[Row] = self._select(f"SELECT ?s ?p ?o ?g {{ {where} }}")
        else:
            rows = self._pages(where, dialect.page)
        for row in rows:
            yield _quad(row, pattern, graph or row["g"])

    def _select(self, sparql: str) -> SelectResult:
        result = self._ask({"query": sparql}, {}, query_shape(sparql), None)
        if not isinstance(result, SelectResult):
            raise RemoteError(f"{self._url} did not answer a SELECT with rows")
        return result

    def _pages(self, where: str, page: int) -> Iterator[Row]:
        """Rows a page at a time, in an order over all of them, as two pages of no order may overlap."""
        keys = "?s ?p STR(?o) LANG(?o) STR(DATATYPE(?o))"
        total = _number(self._rows(f"SELECT (COUNT(*) AS ?n) {{ {where} }}"))
        if total < page:
            yield from self._select(f"SELECT ?s ?p ?o {{ {where} }}")
            return
        seen = 0
        while seen < total:
            # The server refuses to sort for an OFFSET beyond its limit, unless the sort is a subquery.
            inner = f"SELECT ?s ?p ?o {{ {where} }} ORDER BY {keys}"
            rows = self._rows(f"SELECT ?s ?p ?o {{ {{ {inner} }} }} LIMIT {page} OFFSET {seen}")
            if not rows:
                return
            seen += len(rows)
            yield from rows

    def _visible(self) -> str:
        """A filter that hides staging graphs and the server's own."""
        own = "".join(f" && ?g != {graph}" for graph in sorted(self._server()[1].own_graphs, key=str))
        return f'FILTER(!STRSTARTS(STR(?g), "{STAGING}"){own})'

    def write(self, quads: Iterable[Quad], *, replace: Sequence[NamedNode] = ()) -> None:
        """Add quads after emptying the graphs in ``replace``, all or nothing.

        They are put aside in a temporary file first, so an exception they raise leaves the server alone.
        """
        self._writer.write(quads, replace)

    def _every_graph(self) -> Iterator[NamedNode]:
        own = self._server()[1].own_graphs
        for row in self._rows(self._server()[1].graphs):
            name = row["g"]
            if isinstance(name, NamedNode) and name not in own:
                yield name

    def _all_graphs(self) -> Iterator[NamedNode]:
        return (graph for graph in self._every_graph() if not graph.value.startswith(STAGING))

    def graphs(self) -> Iterator[NamedNode]:
        """The named graphs there are, without those the server keeps for itself."""
        return self._all_graphs()

    def count(self, graph: Graph | None = None) -> int:
        """Number of quads, in one graph or in all."""
        if isinstance(graph, NamedNode):
            return _number(self._rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH {graph} {{ ?s ?p ?o }} }}"))
        if self._server()[1].default_graph == "query":
            unnamed = _number(self._rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
        else:
            unnamed = sum(1 for _ in self._unnamed((None, None, None)))
        if graph is not None:
            return unnamed
        where = f"{{ GRAPH ?g {{ ?s ?p ?o }} {self._visible()} }}"
        return unnamed + _number(self._rows(f"SELECT (COUNT(*) AS ?n) {where}"))

    def size(self) -> int | None:
        """``None``: a server does not tell."""
        return None

    def backup(self, target: Path) -> None:
        """Not done from here; raises :class:`StoreError` saying what to do."""
        raise StoreError(
            f"{self._url} is a server, which makes its own backups; "
            f"`whence dump --store {self._url} --output {target}.trig` copies what is in it"
        )

    def optimize(self) -> None:
        """Remove what writers that died have left behind for a day; the server sees to the rest."""
        self._writer.sweep(self._every_graph())

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()


_Pattern = tuple[NamedNode | None, NamedNode | None, NamedNode | Literal | None]


class _Reading:
    """Turns a fault of the server's grammar in an answer into a :class:`RemoteError`."""

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

    def __init__(self, solutions: ox.QuerySolutions, url: str) -> None:
        self._solutions, self._url = solutions, url
        self.variables = solutions.variables

    def __iter__(self) -> Iterator[ox.QuerySolution]:
        with _Reading(self._url):
            yield from self._solutions

    def serialize(self, output: Any, format: QueryResultsFormat) -> None:
        with _Reading(self._url):
            self._solutions.serialize(output, format)


def _refuse_cut(answer: Answer, shape: Shape) -> None:
    """Virtuoso names its limit in a header when it has reached it, and answers 200 all the same."""
    limit = answer.headers.get("x-sparql-maxrows")
    if limit is not None and (shape.limit is None or shape.limit > int(limit)):
        answer.close()
        raise QueryTooLarge(
            f"the server cut the answer at {limit} rows; ask for less at a time with LIMIT and OFFSET, "
            "or have its operator raise ResultSetMaxRows"
        )


def _safe(sparql: str) -> str:
    """The query with its sorts made safe; as it is where that cannot be told."""
    try:
        return prepare_query(sparql).text
    except (QueryForbidden, QueryError):
        return sparql


def _bgp(pattern: _Pattern) -> str:
    return " ".join(str(term or name) for term, name in zip(pattern, ("?s", "?p", "?o"), strict=True))


def _quad(row: Row, pattern: _Pattern, graph: Any) -> Quad:
    subject, predicate, value = (
        term if term is not None else row[name] for term, name in zip(pattern, "spo", strict=True)
    )
    return Quad(subject, predicate, value, graph)  # type: ignore[arg-type]  # what a pattern can match


def _number(rows: Sequence[Row]) -> int:
    value = rows[0][0] if rows else None
    if not isinstance(value, Literal):
        raise RemoteError("the server did not answer a count with a number")
    return int(value.value)

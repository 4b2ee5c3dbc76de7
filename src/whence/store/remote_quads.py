"""Reading quads, graphs and counts from a SPARQL server, whole and in spite of its limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple

from whence.errors import RemoteError
from whence.store.backend import Graph
from whence.store.remote_query import Asker
from whence.store.remote_writes import STAGING
from whence.store.results import Row

__all__ = ["Pattern", "Reader"]

Pattern = tuple[NamedNode | BlankNode | None, NamedNode | None, NamedNode | BlankNode | Literal | None]
_ANY: Final[Pattern] = (None, None, None)
_NTRIPLES, _NQUADS = RdfFormat.N_TRIPLES.media_type, RdfFormat.N_QUADS.media_type
_ORDER: Final = "?s ?p STR(?o) LANG(?o) STR(DATATYPE(?o))"
"""An order over all triples, whatever their objects: pages of no order may overlap."""


class Reader:
    """What is in one server's graphs, without staging graphs and those it keeps for itself."""

    def __init__(self, asker: Asker) -> None:
        self._asker, self._dialect = asker, asker.dialect

    def quads(self, pattern: Pattern, graph: Graph | None) -> Iterator[Quad]:
        """The quads that match; blank nodes name nothing across requests and match nothing."""
        if any(isinstance(term, BlankNode) for term in pattern):
            return
        if pattern == _ANY and self._dialect.datasets:
            yield from self._stored(graph)
            return
        if graph is None or isinstance(graph, DefaultGraph):
            yield from self._unnamed(pattern)
        if isinstance(graph, NamedNode):
            yield from self._named(pattern, graph)
        elif graph is None and self._dialect.page is None:
            yield from self._named(pattern, None)
        elif graph is None:
            for name in self.graphs():
                yield from self._named(pattern, name)

    def _stored(self, graph: Graph | None) -> Iterator[Quad]:
        """Whole graphs, from the graph store: queries have deadlines and limits, documents have not."""
        if graph is None:
            answer = self._asker.wire.get(str(self._asker.endpoints.store), params={}, accept=_NQUADS)
            for quad in self._asker.quads(answer) if answer else ():
                if not str(quad.graph_name).startswith(f"<{STAGING}"):
                    yield quad
        else:
            for triple in self._document(graph):
                yield Quad(triple.subject, triple.predicate, triple.object, graph)

    def _document(self, graph: Graph) -> Iterator[Triple]:
        params = {"default": ""} if isinstance(graph, DefaultGraph) else {"graph": graph.value}
        answer = self._asker.wire.get(str(self._asker.endpoints.store), params=params, accept=_NTRIPLES)
        return self._asker.triples(answer) if answer else iter(())

    def _unnamed(self, pattern: Pattern) -> Iterator[Quad]:
        if self._dialect.default_graph == "query":
            for row in self._asker.select(f"SELECT ?s ?p ?o {{ {_bgp(pattern)} }}"):
                yield _quad(row, pattern, DefaultGraph())
        elif self._dialect.default_graph == "store":
            for triple in self._document(DefaultGraph()):
                terms = (triple.subject, triple.predicate, triple.object)
                if all(want in (None, term) for want, term in zip(pattern, terms, strict=True)):
                    yield Quad(*terms, DefaultGraph())

    def _named(self, pattern: Pattern, graph: NamedNode | None) -> Iterator[Quad]:
        where = f"GRAPH {graph or '?g'} {{ {_bgp(pattern)} }} {'' if graph else self._visible()}"
        rows: Iterable[Row]
        if self._dialect.page is None:
            rows = self._asker.select(f"SELECT ?s ?p ?o ?g {{ {where} }}")
        else:
            rows = self._pages(where, self._dialect.page)
        for row in rows:
            yield _quad(row, pattern, graph or row["g"])

    def _pages(self, where: str, page: int) -> Iterator[Row]:
        total = self._number(where)
        if total < page:
            yield from self._asker.select(f"SELECT ?s ?p ?o {{ {where} }}")
            return
        seen = 0
        while seen < total:
            # The server refuses to sort for an OFFSET beyond its limit, unless the sort is a subquery.
            inner = f"SELECT ?s ?p ?o {{ {where} }} ORDER BY {_ORDER}"
            rows = self._asker.rows(f"SELECT ?s ?p ?o {{ {{ {inner} }} }} LIMIT {page} OFFSET {seen}")
            if not rows:
                return
            seen += len(rows)
            yield from rows

    def _visible(self) -> str:
        own = "".join(f" && ?g != {graph}" for graph in sorted(self._dialect.own_graphs, key=str))
        return f'FILTER(!STRSTARTS(STR(?g), "{STAGING}"){own})'

    def every_graph(self) -> Iterator[NamedNode]:
        """The named graphs, staging graphs included."""
        for row in self._asker.rows(self._dialect.graphs):
            name = row["g"]
            if isinstance(name, NamedNode) and name not in self._dialect.own_graphs:
                yield name

    def graphs(self) -> Iterator[NamedNode]:
        """The named graphs."""
        return (graph for graph in self.every_graph() if not graph.value.startswith(STAGING))

    def count(self, graph: Graph | None) -> int:
        """Number of quads, in one graph or in all."""
        if isinstance(graph, NamedNode):
            return self._number(f"GRAPH {graph} {{ ?s ?p ?o }}")
        if self._dialect.default_graph == "query":
            unnamed = self._number("?s ?p ?o")
        else:
            unnamed = sum(1 for _ in self._unnamed(_ANY))
        if graph is not None:
            return unnamed
        return unnamed + self._number(f"GRAPH ?g {{ ?s ?p ?o }} {self._visible()}")

    def _number(self, where: str) -> int:
        rows: Sequence[Row] = self._asker.rows(f"SELECT (COUNT(*) AS ?n) {{ {where} }}")
        value = rows[0][0] if rows else None
        if not isinstance(value, Literal):
            raise RemoteError(f"{self._asker.endpoints.query} did not answer a count with a number")
        return int(value.value)


def _bgp(pattern: Pattern) -> str:
    return " ".join(str(term or name) for term, name in zip(pattern, ("?s", "?p", "?o"), strict=True))


def _quad(row: Row, pattern: Pattern, graph: Any) -> Quad:
    subject, predicate, value = (
        term if term is not None else row[name] for term, name in zip(pattern, "spo", strict=True)
    )
    return Quad(subject, predicate, value, graph)  # type: ignore[arg-type]  # what a pattern can match

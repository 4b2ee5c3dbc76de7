"""A store around another one: reading passes through, so that only writing has to be said anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from whence.store.backend import Backend, Graph
from whence.store.results import Result

__all__ = ["Around"]


class Around:
    """The reading half of a :class:`~whence.store.backend.Backend`, as of the ``inner`` one."""

    def __init__(self, inner: Backend) -> None:
        self.inner = inner

    @property
    def base(self) -> str:
        """As of the store within."""
        return self.inner.base

    @property
    def location(self) -> str:
        """As of the store within."""
        return self.inner.location

    def query(
        self,
        sparql: str,
        *,
        default_graphs: Sequence[Graph] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        inferred: bool = True,
        timeout: float | None = None,
    ) -> Result:
        """As of the store within."""
        return self.inner.query(
            sparql,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            inferred=inferred,
            timeout=timeout,
        )

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """As of the store within."""
        return self.inner.quads(subject, predicate, object, graph)

    quads_for_pattern = quads

    def graphs(self) -> Iterator[NamedNode]:
        """As of the store within."""
        return self.inner.graphs()

    def count(self, graph: Graph | None = None) -> int:
        """As of the store within."""
        return self.inner.count(graph)

    def size(self) -> int | None:
        """As of the store within."""
        return self.inner.size()

    def optimize(self) -> None:
        """As of the store within."""
        self.inner.optimize()

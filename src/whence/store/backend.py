"""What every place that keeps quads must offer: the one interface above Oxigraph and remote servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from whence.store.results import Result

__all__ = ["Backend", "Graph"]

Graph: TypeAlias = NamedNode | DefaultGraph


class Backend(Protocol):
    """A quad store. Every write is one transaction: all of it, or nothing."""

    @property
    def base(self) -> str:
        """The base IRI that IRIs minted for this store begin with."""

    @property
    def location(self) -> str:
        """Where it is, in words a person can use again: a path, ``:memory:`` or a URL."""

    def query(
        self,
        sparql: str,
        *,
        default_graphs: Sequence[Graph] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        inferred: bool = True,
        timeout: float | None = None,
    ) -> Result:
        """Run a SPARQL 1.1 query; the default graph is the union of all graphs unless given."""

    def update(self, sparql: str) -> None:
        """Run a SPARQL 1.1 update request as one transaction."""

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that match, ``None`` matching anything."""

    def write(self, quads: Iterable[Quad], *, replace: Sequence[NamedNode] = ()) -> None:
        """Add quads, streamed, after removing the graphs in ``replace``; all in one transaction.

        ``quads`` may be longer than memory. An exception it raises undoes everything.
        """

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads, in transactions of some thousands; a blank node means that very node."""

    def graphs(self) -> Iterator[NamedNode]:
        """The named graphs there are, system graphs included."""

    def count(self, graph: Graph | None = None) -> int:
        """Number of quads, in one graph or in all."""

    def size(self) -> int | None:
        """Bytes on disk, if known."""

    def backup(self, target: Path) -> None:
        """Copy the store as it is now to a new directory; :class:`StoreError` where that cannot be."""

    def optimize(self) -> None:
        """Compact what is on disk, so that reads are faster."""

    def close(self) -> None:
        """Let go of files and connections. Safe to call twice."""

"""Asking a store of many resources at once: by pattern where it is in this process, else in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.ontology.namespaces import WHENCE_INFERRED
from whence.reasoning.keeper import Keeper
from whence.store import value_snapshots
from whence.store.around import Around
from whence.store.backend import Backend
from whence.store.catalogue import is_system
from whence.store.embedded import EmbeddedBackend
from whence.store.results import SelectResult

__all__ = ["Link", "Lookup", "Node", "innermost"]

Node: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal

_BATCH: Final = 300
"""How many resources one query to a server names."""


class Link(NamedTuple):
    """A triple that was found."""

    subject: Node
    predicate: NamedNode
    object: Term


def innermost(backend: Backend) -> Backend:
    """The store that all the others are around."""
    while isinstance(backend, Around):
        backend = backend.inner
    return backend


def _is_here(backend: Backend) -> bool:
    """Whether a pattern lookup is a call in this process."""
    return isinstance(innermost(backend), EmbeddedBackend)


def _is_whole(backend: Backend) -> bool:
    """Whether nothing between here and the store hides a part of it."""
    while isinstance(backend, Keeper):
        backend = backend.inner
    return isinstance(backend, EmbeddedBackend)


class Lookup:
    """What bundles say of resources; catalogue and ontologies are left out, inferences if asked.

    Cost: a pattern lookup for each resource and predicate, or on a server a query for 300 resources.
    """

    def __init__(self, backend: Backend, *, inferred: bool = True) -> None:
        self.backend, self.inferred = backend, inferred
        self.is_local = _is_here(backend)
        self.has_snapshots = _is_whole(backend) and value_snapshots.are_there(innermost(backend))

    def of(self, subjects: Iterable[Node], predicates: Sequence[NamedNode]) -> Iterator[Link]:
        """The triples with these subjects and predicates, each once."""
        if not self.is_local:
            yield from self._asked("s", subjects, predicates)
            return
        for subject in subjects:
            for predicate in predicates:
                for value in self._objects(subject, predicate):
                    yield Link(subject, predicate, value)

    def of_small(self, subjects: Iterable[Node], predicates: Sequence[NamedNode]) -> Iterator[Link]:
        """As :meth:`of`, for subjects that have few triples: all of these are read at once."""
        if not self.is_local:
            yield from self._asked("s", subjects, predicates)
            return
        for subject in subjects:
            met: set[tuple[object, object]] = set()
            for quad in self.backend.quads(subject):
                pair = quad.predicate, quad.object
                if quad.predicate in predicates and pair not in met and self._counts(quad.graph_name):
                    met.add(pair)
                    yield Link(subject, quad.predicate, quad.object)  # type: ignore[arg-type]  # no triple terms are stored

    def to(self, objects: Iterable[Term], predicates: Sequence[NamedNode]) -> Iterator[Link]:
        """The triples with these objects and predicates, each once."""
        if not self.is_local:
            yield from self._asked("o", objects, predicates)
            return
        for value in objects:
            for predicate in predicates:
                for subject in self._subjects(predicate, value):
                    yield Link(subject, predicate, value)

    def about(self, subject: NamedNode) -> Iterator[Link]:
        """Everything that bundles assert of one resource, each triple once."""
        if not self.is_local:
            result = self.backend.query(
                f"SELECT DISTINCT ?p ?o WHERE {{ {subject} ?p ?o }}", inferred=False
            )
            for row in result if isinstance(result, SelectResult) else ():
                yield Link(subject, *row)
            return
        met: set[tuple[object, object]] = set()
        for quad in self.backend.quads(subject):
            pair = quad.predicate, quad.object
            if pair not in met and quad.graph_name != WHENCE_INFERRED and self._counts(quad.graph_name):
                met.add(pair)
                yield Link(subject, quad.predicate, quad.object)  # type: ignore[arg-type]  # no triple terms are stored

    def values(self, subjects: Iterable[Node], predicate: NamedNode) -> dict[Node, list[Term]]:
        """The objects of one predicate by subject; subjects without any are not in it."""
        found: defaultdict[Node, list[Term]] = defaultdict(list)
        for link in self.of(subjects, (predicate,)):
            found[link.subject].append(link.object)
        return dict(found)

    def _objects(self, subject: Node, predicate: NamedNode) -> Iterable[Term]:
        quads = self.backend.quads(subject, predicate)
        return dict.fromkeys(quad.object for quad in quads if self._counts(quad.graph_name))  # type: ignore[misc]  # no triple terms are stored

    def _subjects(self, predicate: NamedNode, value: Term) -> Iterable[Node]:
        quads = self.backend.quads(None, predicate, value)
        return dict.fromkeys(quad.subject for quad in quads if self._counts(quad.graph_name))  # type: ignore[misc]  # no triple terms are stored

    def _counts(self, graph: object) -> bool:
        if graph == WHENCE_INFERRED:
            return self.inferred
        return not is_system(graph)  # type: ignore[arg-type]  # graph names are nodes

    def _asked(self, end: str, nodes: Iterable[Term], predicates: Sequence[NamedNode]) -> Iterator[Link]:
        # What is blank on a server has no name to ask by.
        left = (node for node in dict.fromkeys(nodes) if not isinstance(node, BlankNode))
        names = " ".join(map(str, predicates))
        while batch := list(islice(left, _BATCH)):
            text = (
                f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?{end} {{ {' '.join(map(str, batch))} }} "
                f"VALUES ?p {{ {names} }} ?s ?p ?o }}"
            )
            result = self.backend.query(text, inferred=self.inferred)
            if isinstance(result, SelectResult):
                for row in result:
                    yield Link(*row)

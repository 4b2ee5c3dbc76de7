"""Facts of a store, found pattern by pattern for explanations: asserted ones and inferred ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from whence.ontology.namespaces import WHENCE, WHENCE_INFERRED
from whence.reasoning.rules import SAME_AS
from whence.store import catalogue
from whence.store.backend import Backend, Graph

__all__ = ["Fact", "Known", "Node", "Value", "is_premise_graph"]

Node: TypeAlias = NamedNode | BlankNode
Value: TypeAlias = NamedNode | BlankNode | Literal
Fact: TypeAlias = tuple[Value, NamedNode, Value]
"""A triple as a tuple."""

_Pattern: TypeAlias = tuple[Value | None, NamedNode, Value | None]

# Graphs on their way in are nobody's yet.
_STAGING: Final = WHENCE["staging/"].value


def is_premise_graph(graph: Graph | BlankNode) -> bool:
    """Whether what a graph holds is asserted data: it is no graph of the store itself."""
    return not catalogue.is_system(graph) and not (
        isinstance(graph, NamedNode) and graph.value.startswith(_STAGING)
    )


class Known:
    """The facts of ``backend``. Each pattern is looked up once and read no further than needed.

    ``most`` bounds how many quads are read in all; ``cut`` tells that there were more.
    """

    def __init__(self, backend: Backend, most: int) -> None:
        self._backend, self._left = backend, most
        self._streams: dict[_Pattern, _Stream] = {}
        self._asserted: dict[Fact, bool] = {}
        self.cut = False

    def facts(self, subject: Value | None, predicate: NamedNode, object_: Value | None) -> Iterator[Fact]:
        """Each fact that matches, once; ``None`` matches anything."""
        if isinstance(subject, Literal):
            return iter(())
        pattern = (subject, predicate, object_)
        stream = self._streams.get(pattern)
        if stream is None:
            stream = self._streams[pattern] = _Stream(self._read(subject, predicate, object_))
        return iter(stream)

    def holds(self, fact: Fact) -> bool:
        """Whether a fact is asserted or stored as inferred."""
        return fact in self._asserted or next(self.facts(*fact), None) is not None

    def is_asserted(self, fact: Fact) -> bool:
        """Whether a fact is in a bundle."""
        return self.holds(fact) and self._asserted[fact]

    def bundles(self, fact: Fact) -> tuple[Graph, ...]:
        """The graphs that assert a fact, in the order of their names."""
        subject, predicate, object_ = fact
        if isinstance(subject, Literal):
            return ()
        names = (quad.graph_name for quad in self._backend.quads(subject, predicate, object_))
        found = (name for name in names if not isinstance(name, BlankNode) and is_premise_graph(name))
        return tuple(sorted(found, key=str))

    def has_equals(self) -> bool:
        """Whether anything is said to be the same as another thing."""
        return next(self.facts(None, SAME_AS, None), None) is not None

    def equals(self, term: Value) -> Iterator[Value]:
        """What a term is linked to by ``owl:sameAs``, either way, and what that is linked to."""
        seen = {term}
        for near in self._linked(term):
            for other in (near, *self._linked(near)):
                if other not in seen:
                    seen.add(other)
                    yield other

    def _linked(self, term: Value) -> Iterator[Value]:
        for _, _, other in self.facts(term, SAME_AS, None):
            yield other
        for other, _, _ in self.facts(None, SAME_AS, term):
            yield other

    def is_linked(self, term: Value) -> bool:
        """Whether a term is said to be the same as another one."""
        return next(self._linked(term), None) is not None

    def are_joined(self, one: Value, other: Value, steps: Iterable[NamedNode]) -> bool:
        """Whether facts of the properties ``steps``, walked either way, lead from one term to another."""
        near, far = {one}, {other}
        met, met_there = set(near), set(far)
        while near and far:
            if near & met_there:
                return True
            if len(near) > len(far):
                near, far, met, met_there = far, near, met_there, met
            near = {end for term in near for end in self._around(term, steps)} - met
            met |= near
        return self.cut

    def _around(self, term: Value, steps: Iterable[NamedNode]) -> Iterator[Value]:
        for predicate in steps:
            for _, _, far in self.facts(term, predicate, None):
                yield far
            for far, _, _ in self.facts(None, predicate, term):
                yield far

    def close(self) -> None:
        """Let go of lookups that were not read to their end."""
        for stream in self._streams.values():
            stream.close()

    def _read(self, subject: Node | None, predicate: NamedNode, object_: Value | None) -> Iterator[Fact]:
        quads = self._backend.quads(subject, predicate, object_)
        try:
            yield from self._told(quads)
        finally:
            if close := getattr(quads, "close", None):
                close()

    def _told(self, quads: Iterable[Quad]) -> Iterator[Fact]:
        seen: set[Fact] = set()
        for quad in quads:
            if self._left <= 0:
                self.cut = True
                return
            self._left -= 1
            inferred = quad.graph_name == WHENCE_INFERRED
            subject, object_ = quad.subject, quad.object
            if not (inferred or is_premise_graph(quad.graph_name)):
                continue
            if isinstance(subject, Triple) or isinstance(object_, Triple):
                continue
            fact = (subject, quad.predicate, object_)
            self._asserted[fact] = self._asserted.get(fact, False) or not inferred
            if fact not in seen:
                seen.add(fact)
                yield fact


class _Stream:
    """An iterator that any number of readers may read from its start."""

    __slots__ = ("_rest", "_seen")

    def __init__(self, source: Iterator[Fact]) -> None:
        self._rest: Iterator[Fact] | None = source
        self._seen: list[Fact] = []

    def __iter__(self) -> Iterator[Fact]:
        at = 0
        while True:
            if at < len(self._seen):
                yield self._seen[at]
                at += 1
            elif self._rest is None:
                return
            elif (fact := next(self._rest, None)) is None:
                self._rest = None
            else:
                self._seen.append(fact)

    def close(self) -> None:
        if self._rest is not None and (close := getattr(self._rest, "close", None)):
            close()
        self._rest = None

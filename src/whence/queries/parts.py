"""Where values that change are from, as Versioned-PROV tells it: a part without its siblings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from pyoxigraph import NamedNode

from whence.ontology.namespaces import PROV, VERSION
from whence.queries.edges import STEPS, Labels
from whence.queries.graph import Edge
from whence.queries.lookup import Lookup, Node
from whence.queries.parts_told import Entity, Moment, Told, members

__all__ = ["Found", "PartsWalk", "is_told_in_parts"]

Ends: TypeAlias = Callable[[list[Node]], set[Node]]
"""Those of some nodes beyond which nobody wants to walk."""

_DERIVATION: Final = "derivation"
_MEMBER: Final = "member"


class _Context(NamedTuple):
    """That an entity is visited: with its ``parts`` or without, as they were ``at`` a checkpoint."""

    node: Node
    parts: bool
    at: Moment | None


@dataclass(slots=True)
class Found:
    """What a walk reached: nodes with their distance, edges, and why it stopped early, if it did."""

    depths: dict[Node, int] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    stopped: str = ""


def is_told_in_parts(lookup: Lookup, starts: Iterable[Node]) -> bool:
    """Whether a bundle that speaks of one of these nodes tells of checkpoints."""
    backend = lookup.backend
    for start in starts:
        if not lookup.is_local:
            asked = (
                ""
                if not isinstance(start, NamedNode)
                else (f"ASK {{ GRAPH ?g {{ {start} ?p ?o . ?node {VERSION.checkpoint} ?at }} }}")
            )
            if asked and backend.query(asked):
                return True
            continue
        graphs = {quad.graph_name for quad in backend.quads(start)}
        for graph in graphs:
            told = backend.quads(None, VERSION.checkpoint, None, graph)  # type: ignore[arg-type]  # graph names are no blank nodes here
            if next(iter(told), None) is not None:
                return True
    return False


class PartsWalk:
    """Rule V8: contexts of an entity, whether its parts count, and the checkpoint they count at.

    A derivation leads to its source, and to the collection it names without the parts of that; a
    collection whose parts count leads to what it held at the checkpoint. ``labels`` are the other steps
    that are followed: generation and usage follow calls, whose inputs are taken whole as they were.
    Graphs may be cyclic; each context is visited once, and edges to what was visited are kept.
    """

    def __init__(
        self,
        lookup: Lookup,
        labels: Labels,
        *,
        depth: int | None = None,
        limit: int = 100_000,
        deadline: float | None = None,
        ends: Ends | None = None,
        activities: bool = False,
    ) -> None:
        self.told = Told(lookup)
        self.kinds = {STEPS[label].kind for label in labels}
        self.others = {
            STEPS[label].predicate: STEPS[label].relation
            for label in labels
            if STEPS[label].kind not in (_DERIVATION, _MEMBER) and not STEPS[label].turned
        }
        self.depth, self.limit, self.deadline, self.ends = depth, limit, deadline, ends
        self.activities = activities
        self.found = Found()
        self._edges: dict[Edge, None] = {}

    def run(self, starts: Iterable[Node]) -> Found:
        """Walk back from these nodes, whose parts count as they were in the end."""
        frontier = [_Context(start, True, None) for start in dict.fromkeys(starts)]
        seen = set(frontier)
        self.found.depths = {context.node: 0 for context in frontier}
        level = 0
        while frontier and not self.found.stopped and (self.depth is None or level < self.depth):
            level += 1
            going = self._not_ended(frontier, level)
            self.told.read([context.node for context in going], self.others)
            frontier = []
            for context in going:
                if self._is_late():
                    break
                for step in self._steps(context):
                    if self._reach(step.node, level) and step not in seen:
                        seen.add(step)
                        frontier.append(step)
        depths = self.found.depths
        reached = (edge for edge in self._edges if edge.source in depths and edge.target in depths)
        self.found.edges = list(reached)
        return self.found

    def _not_ended(self, frontier: list[_Context], level: int) -> list[_Context]:
        if self.ends is None or level == 1:
            return frontier
        over = self.ends(list({context.node: None for context in frontier}))
        return [context for context in frontier if context.node not in over]

    def _is_late(self) -> bool:
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.found.stopped = "the time was up"
        return bool(self.found.stopped)

    def _reach(self, node: Node, level: int) -> bool:
        depths = self.found.depths
        if node not in depths:
            if len(depths) >= self.limit:
                self.found.stopped = f"there are more than {self.limit:,} nodes"
                return False
            depths[node] = level
        return True

    def _steps(self, context: _Context) -> Iterator[_Context]:
        entity = self.told.of(context.node)
        if _DERIVATION in self.kinds:
            yield from self._derived(context, entity)
        if _MEMBER in self.kinds and context.parts and not entity.reference:
            for member in members(self.told.events_of(context.node), context.at):
                yield self._to(context.node, member, "hadMember", PROV.hadMember, context)
        for predicate, target, at in entity.others:
            self._note(Edge(context.node, target, self.others[predicate], predicate))
            yield _Context(target, True, at)

    def _derived(self, context: _Context, entity: Entity) -> Iterator[_Context]:
        for source in entity.sources:
            relation = _RELATIONS[source.predicate]
            self._note(Edge(context.node, source.node, relation, source.predicate))
            # Without its parts it does not matter when it was.
            kept = context if source.is_reference else _Context(context.node, True, None)
            yield _Context(source.node, kept.parts, kept.at if kept.parts else None)
            if source.collection is not None:
                self._note(Edge(context.node, source.collection, "collection", VERSION.collection))
                yield _Context(source.collection, False, None)
            if source.activity is not None and self.activities:
                # A derivation with its activity implies use and generation.
                yield from self._through(context.node, source.activity, source.node)

    def _through(self, made: Node, activity: Node, taken: Node) -> Iterator[_Context]:
        if self._reach(activity, self.found.depths[made] + 1):
            self._note(Edge(made, activity, "wasGeneratedBy", PROV.wasGeneratedBy, inferred=True))
            self._note(Edge(activity, taken, "used", PROV.used, inferred=True))
        yield from ()

    def _to(
        self, source: Node, target: Node, relation: str, predicate: NamedNode, context: _Context
    ) -> _Context:
        self._note(Edge(source, target, relation, predicate))
        return _Context(target, True, context.at)

    def _note(self, edge: Edge) -> None:
        if edge.inferred:
            if edge._replace(inferred=False) in self._edges:
                return
        else:
            self._edges.pop(edge._replace(inferred=True), None)
        self._edges[edge] = None


_RELATIONS: Final = {step.predicate: step.relation for step in STEPS if step.kind == _DERIVATION}

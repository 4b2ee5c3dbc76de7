"""What keeps a walk to a part of a store: where it ends, times it does not pass, what it has to pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import NamedNode

from whence.ontology.namespaces import PROV, RDF_TYPE
from whence.queries.edges import STEPS, labels
from whence.queries.graph import Edge
from whence.queries.ground import Ground
from whence.queries.lookup import Lookup
from whence.queries.lookup import Node as Resource
from whence.queries.moments import generation_times, moment, parse_moment
from whence.queries.parts import Found
from whence.queries.walk import Chooser
from whence.reasoning.facts import Ids

__all__ = ["Ends", "Until", "chooser", "through", "without"]


class _Choice(Protocol):
    def chosen(self, nodes: Sequence[Resource]) -> list[bool]:
        """For each node whether it is one of those that are meant."""


def chooser(ground: Ground, choice: _Choice) -> Chooser:
    """The same choice of numbered nodes."""

    def choose(numbers: Ids) -> NDArray[np.bool_]:
        return np.array(choice.chosen(ground.terms(numbers)), np.bool_)

    return choose


class Ends:
    """Nodes that a walk reaches and does not leave: those named, and those of a type that is named."""

    def __init__(self, lookup: Lookup, names: Iterable[NamedNode]) -> None:
        self._lookup = lookup
        self._names = frozenset(names)
        self._types = frozenset(name for name in self._names if _is_type(lookup, name))

    def __call__(self, nodes: list[Resource]) -> set[Resource]:
        found: set[Resource] = set(self._names.intersection(nodes))
        if self._types:
            for link in self._lookup.of(nodes, (RDF_TYPE,)):
                if link.object in self._types:
                    found.add(link.subject)
        return found

    def chosen(self, nodes: Sequence[Resource]) -> list[bool]:
        """For each node whether the walk ends there."""
        ends = self(list(nodes))
        return [node in ends for node in nodes]


class Until:
    """Nodes that were not generated or started before a time, or after it when walking forward.

    A node whose time nobody told is reached.
    """

    def __init__(self, lookup: Lookup, when: datetime | date | str, *, forward: bool) -> None:
        self._lookup, self._forward = lookup, forward
        self._when = parse_moment(when) if forward else _beginning(when)

    def refused(self, nodes: Sequence[Resource]) -> set[Resource]:
        """Those of some nodes that are beyond the time."""
        times = generation_times(self._lookup, nodes)
        for link in self._lookup.of(nodes, (PROV.startedAtTime,)):
            time = moment(link.object)
            if time is not None:
                times[link.subject] = time
        return {
            node
            for node, time in times.items()
            if (time > self._when if self._forward else time < self._when)
        }

    def chosen(self, nodes: Sequence[Resource]) -> list[bool]:
        """For each node whether it may be reached."""
        refused = self.refused(nodes)
        return [node not in refused for node in nodes]


def _beginning(when: datetime | date | str) -> datetime:
    """A time as people give it; a day alone stands for its beginning."""
    time = parse_moment(when)
    is_day = len(when) == len("2024-03-01") if isinstance(when, str) else not isinstance(when, datetime)
    return time.replace(hour=0, minute=0, second=0, microsecond=0) if is_day else time


def _is_type(lookup: Lookup, name: NamedNode) -> bool:
    return next(iter(lookup.backend.quads(None, RDF_TYPE, name)), None) is not None


def without(found: Found, starts: Iterable[Resource], refused: set[Resource]) -> Found:
    """What was walked back without some nodes, and without what is reached through those alone."""
    kept = {node for node in starts if node in found.depths}
    onward = _onward(found.edges, forward=False)
    waiting = list(kept)
    while waiting:
        for node in onward.get(waiting.pop(), ()):
            if node not in kept and node not in refused:
                kept.add(node)
                waiting.append(node)
    return _only(found, kept, found.edges)


def through(
    lookup: Lookup, found: Found, starts: Iterable[Resource], via: NamedNode | str, *, forward: bool
) -> Found:
    """Of what was walked, what is on a way to ``via`` (a node, a type or a kind of step) or beyond it."""
    to, beyond, steps = _gate(lookup, found, via, forward=forward)
    onward, backward = _onward(found.edges, forward=forward), _onward(found.edges, forward=not forward)
    before, after = _reach(backward, to), _reach(onward, beyond)
    edges = [
        edge
        for edge in found.edges
        if edge in steps
        or (edge.source in before and edge.target in before)
        or (edge.source in after and edge.target in after)
    ]
    return _only(found, before | after | set(starts), edges)


def _gate(
    lookup: Lookup, found: Found, via: NamedNode | str, *, forward: bool
) -> tuple[set[Resource], set[Resource], set[Edge]]:
    """The nodes where ways to it end, those where ways beyond it begin, and the steps that are it."""
    if isinstance(via, str):
        relations = {STEPS[at].relation for at in labels([via])}
        steps = {edge for edge in found.edges if edge.relation in relations}
        sources, targets = {edge.source for edge in steps}, {edge.target for edge in steps}
        return (targets, sources, steps) if forward else (sources, targets, steps)
    nodes = Ends(lookup, [via])(list(found.depths))
    return nodes, nodes, set()


def _onward(edges: Iterable[Edge], *, forward: bool) -> dict[Resource, list[Resource]]:
    found: dict[Resource, list[Resource]] = {}
    for edge in edges:
        one, other = (edge.target, edge.source) if forward else (edge.source, edge.target)
        found.setdefault(one, []).append(other)
    return found


def _reach(onward: Mapping[Resource, Sequence[Resource]], nodes: Iterable[Resource]) -> set[Resource]:
    found = set(nodes)
    waiting = list(found)
    while waiting:
        for node in onward.get(waiting.pop(), ()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found


def _only(found: Found, nodes: set[Resource], edges: Iterable[Edge]) -> Found:
    return Found(
        {node: depth for node, depth in found.depths.items() if node in nodes},
        [edge for edge in edges if edge.source in nodes and edge.target in nodes],
        found.stopped,
    )

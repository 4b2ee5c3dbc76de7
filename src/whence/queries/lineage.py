"""Where things are from and what came of them: a walk through a store as people ask for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import repeat
from typing import Any, Final, TypeAlias, TypedDict, get_args

import numpy as np
from pyoxigraph import NamedNode

from whence.errors import SourceError
from whence.ontology.namespaces import PREFIXES, PROV, WHENCE, WHENCE_INFERRED
from whence.queries.described import Nodes, described, tail
from whence.queries.edges import STEPS, Labels, labels
from whence.queries.granularity import Granularity, check_granularity, coarser
from whence.queries.graph import Direction, Edge, LineageGraph, Node, NodeKind
from whence.queries.ground import Ground, ground
from whence.queries.grouping import grouped
from whence.queries.lookup import Lookup
from whence.queries.lookup import Node as Resource
from whence.queries.narrowing import Ends, Until, chooser, through, without
from whence.queries.parts import Found, PartsWalk, is_told_in_parts
from whence.queries.paths_text import path_query
from whence.queries.shortcuts import COMMUNICATION, direct
from whence.queries.unknown import require_known
from whence.queries.views import ENDS, THROUGH, Seen, View, check_view
from whence.queries.walk import Bounds, Walk, walk
from whence.store.backend import Backend

__all__ = ["LIMIT", "TIMEOUT", "LineageOptions", "Request", "lineage", "request_of", "wanted_steps"]

LIMIT: Final = 100_000
"""Nodes that are reached before a walk stops."""
TIMEOUT: Final = 10.0
"""Seconds that a walk takes before it stops."""

_AGENTS: Final = ("attribution", "association", "delegation")
_VERSIONS: Final = ("specialization",)
_STEP_NAMES: Final = {name for step in STEPS for name in (step.kind, step.relation)}
_ONE_WAY: Final = ("back", "forward")
_BY_RELATION: Final = {step.relation: ENDS.get(step.kind, ("other", "other")) for step in STEPS} | {
    "collection": ("entity", "entity"),
    "wasMadeWith": ("entity", "entity"),
    "wasInfluencedBy": ("entity", "activity"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a walk; see :func:`lineage`."""

    direction: Direction = "back"
    depth: int | None = None
    kinds: Sequence[str] | None = None
    stop_at: Sequence[NamedNode] = ()
    until: datetime | date | str | None = None
    via: NamedNode | str | None = None
    view: View = "full"
    agents: bool = False
    versions: bool = True
    parts: bool | None = None
    granularity: Granularity = "item"
    group: int | None = None
    limit: int = LIMIT
    timeout: float | None = TIMEOUT

    def check(self) -> None:
        """Raise :class:`~whence.errors.SourceError` for what cannot be asked."""
        check_view(self.view)
        check_granularity(self.granularity)
        if self.direction not in get_args(Direction):
            raise SourceError(
                f"no direction is called {self.direction!r}; there are back, forward and both"
            )
        if self.depth is not None and self.depth < 0:
            raise SourceError("a depth is a number of steps, 0 or more")
        if self.limit < 1:
            raise SourceError("a limit is a number of nodes, 1 or more")


class LineageOptions(TypedDict, total=False):
    """What may be said of a walk besides where it starts and which way it goes; see :func:`lineage`."""

    kinds: Sequence[str] | str | None
    stop_at: Sequence[str | NamedNode] | str | NamedNode
    until: datetime | date | str | None
    via: str | NamedNode | None
    view: View
    agents: bool
    versions: bool
    parts: bool | None
    granularity: Granularity
    group: int | None
    limit: int
    timeout: float | None


def request_of(
    direction: Direction, depth: int | None, named: Callable[[str], Resource], options: LineageOptions
) -> Request:
    """The request that options make; ``named`` gives the resource for a name in them."""
    known: dict[str, Any] = dict(options)
    for name in known.keys() - {field.name for field in fields(Request)}:
        raise TypeError(f"there is no option {name!r}")
    if (kinds := options.get("kinds")) is not None:
        known["kinds"] = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if "stop_at" in options:
        names = options["stop_at"]
        several = (names,) if isinstance(names, str | NamedNode) else names
        known["stop_at"] = tuple(named(name) if isinstance(name, str) else name for name in several)
    via = options.get("via")
    if isinstance(via, str) and via not in _STEP_NAMES:
        known["via"] = named(via)
    return Request(direction, depth, **known)


def wanted_steps(
    kinds: Iterable[str] | None = None, *, agents: bool = False, versions: bool = True
) -> Labels:
    """The steps that are walked: the ``kinds`` given, or all that tell where things are from.

    ``versions`` adds the step from a version to its thing where no kinds are given, ``agents`` those to who
    is responsible. Raises :class:`~whence.errors.SourceError` for a kind there is not.
    """
    found = labels(kinds)
    if kinds is None and versions:
        found |= labels(_VERSIONS)
    return found | labels(_AGENTS) if agents else found


def lineage(
    backend: Backend,
    starts: Resource | Sequence[Resource],
    request: Request | None = None,
    *,
    prefixes: Mapping[str, str] | None = None,
) -> LineageGraph:
    """What some things are from (``back``), what came of them (``forward``), or both.

    Steps are the relations of :data:`~whence.queries.edges.STEPS`, over all bundles at once and what is
    inferred; ``kinds`` chooses among them. A thing that has versions is asked about with all of them.
    ``depth`` counts steps. The walk reaches nodes of ``stop_at`` (IRIs, or types) and goes no further;
    it does not reach what was generated or started before ``until`` (after it, when walking forward).
    With ``via`` (a node, a type or a kind of step) only what is on or beyond it is kept, with the ways to
    it. ``view`` leaves activities out, or entities, passing through them.

    Values that change, as Versioned-PROV tells them, are walked back by its rule (a part comes from its
    collection without the siblings of the part) if a bundle that speaks of the start has checkpoints;
    ``parts`` says otherwise. Forward, what follows from a collection counts for each of its members.
    ``granularity`` folds the graph: see :mod:`whence.queries.granularity`. ``group`` is from how many alike
    siblings on one node stands for them: see :func:`~whence.queries.grouping.grouped`.

    After ``timeout`` seconds or ``limit`` nodes the answer is what was found so far, ``complete`` is false
    and ``stopped`` says why. Time is in proportion to what is reached. Raises
    :class:`~whence.errors.SourceError` for a node of which the store says nothing.
    """
    asked = request or Request()
    asked.check()
    nodes = tuple(dict.fromkeys([starts] if not isinstance(starts, Sequence) else starts))
    known = dict(prefixes or PREFIXES)
    walked = _Lineage(backend, nodes, asked, known)
    found = walked.run()
    graph = LineageGraph(nodes, asked.direction, prefixes=known)
    graph.nodes = Nodes.later(found.depths, lambda keys: described(Lookup(backend), _bare(found, keys)))
    graph.edges = found.edges
    graph.complete, graph.stopped = not found.stopped, found.stopped
    graph.sparql = walked.sparql()
    graph = coarser(Lookup(backend), graph, asked.granularity)
    return graph if asked.group is None else grouped(graph, asked.group)


def _bare(found: Found, keys: Iterable[Resource]) -> list[Node]:
    """Nodes with what the walk tells: how far they are, and which kind the relations make them."""
    kinds: dict[Resource, NodeKind] = {}
    for edge in found.edges:
        kinds[edge.source], kinds[edge.target] = _BY_RELATION[edge.relation]
    return [Node(key, kinds.get(key, "other"), tail(key), depth=found.depths[key]) for key in keys]


class _Lineage:
    """One request, being answered."""

    def __init__(
        self,
        backend: Backend,
        starts: Sequence[Resource],
        asked: Request,
        prefixes: Mapping[str, str],
    ) -> None:
        self.asked, self.starts = asked, starts
        self.deadline = None if asked.timeout is None else time.monotonic() + asked.timeout
        self.lookup = Lookup(backend)
        for start in starts:
            if isinstance(start, NamedNode):
                require_known(backend, start, prefixes)
        self.wanted = wanted_steps(asked.kinds, agents=asked.agents, versions=asked.versions)
        self.ends = Ends(self.lookup, asked.stop_at) if asked.stop_at else None
        self.in_parts = self._is_in_parts()

    def _is_in_parts(self) -> bool:
        asked = self.asked
        if asked.parts is not None:
            return asked.parts and asked.direction != "forward"
        if asked.direction == "forward" or asked.view == "activities":
            return False
        return not labels(["derivation"]).isdisjoint(self.wanted) and is_told_in_parts(
            self.lookup, self.starts
        )

    def run(self) -> Found:
        """Walk one way, or each way, and put together what is found."""
        directions = _ONE_WAY if self.asked.direction == "both" else (self.asked.direction,)
        found = [self._one_way(forward=direction == "forward") for direction in directions]
        for other in found[1:]:
            merged = found[0]
            merged.depths = other.depths | merged.depths
            merged.edges = list(dict.fromkeys((*merged.edges, *other.edges)))
            merged.stopped = merged.stopped or other.stopped
        return found[0]

    def _one_way(self, *, forward: bool) -> Found:
        until = None
        if self.asked.until is not None:
            until = Until(self.lookup, self.asked.until, forward=forward)
        if self.in_parts and not forward:
            found = self._parts()
            if until is not None:
                found = without(found, self.starts, until.refused(list(found.depths)))
        else:
            found = self._walked(until, forward=forward)
        if self.asked.via is not None:
            found = through(self.lookup, found, self.starts, self.asked.via, forward=forward)
        return found

    def _parts(self) -> Found:
        asked = self.asked
        wanted = self.wanted if asked.view == "full" else self.wanted & labels(["derivation", "member"])
        return PartsWalk(
            self.lookup,
            wanted,
            depth=asked.depth,
            limit=asked.limit,
            deadline=self.deadline,
            ends=self.ends,
            activities=asked.view == "full" and not labels(["generation"]).isdisjoint(wanted),
        ).run(self.starts)

    def _walked(self, until: Until | None, *, forward: bool) -> Found:
        base = ground(self.lookup.backend)
        numbers = [number for node in self.starts if (number := base.number(node)) is not None]
        if not forward and self.asked.kinds is None and self.asked.versions:
            numbers += _versions_of(base, numbers)
        bounds = Bounds(
            self.asked.depth,
            self.asked.limit,
            self.deadline,
            None if self.ends is None else chooser(base, self.ends),
            None if until is None else chooser(base, until),
        )
        view = self.asked.view
        steps, wanted = direct(base, self.wanted) if view == "full" else (Seen(base, view), self.wanted)
        walked = walk(steps, numbers, wanted, forward=forward, bounds=bounds).most_specific()
        found = _found(base, walked, view, forward=forward)
        for node in self.starts:
            found.depths.setdefault(node, 0)
        return found

    def sparql(self) -> str:
        """The query that finds the same nodes, if SPARQL has one."""
        asked = self.asked
        if self.in_parts or asked.stop_at or asked.until is not None or asked.via is not None:
            return ""
        if asked.view == "activities" or asked.direction == "both":
            return ""
        if asked.depth is not None and COMMUNICATION in self.wanted and self._has_shortcuts():
            return ""
        with_versions = asked.direction == "back" and asked.kinds is None and asked.versions
        return path_query(
            self.starts,
            self.wanted,
            forward=asked.direction == "forward",
            depth=asked.depth,
            view=asked.view,
            versions=with_versions,
        )

    def _has_shortcuts(self) -> bool:
        """Whether a path of SPARQL would take inferred steps that the walk does not take."""
        quads = self.lookup.backend.quads(None, PROV.wasInformedBy, None, WHENCE_INFERRED)
        return next(iter(quads), None) is not None


def _versions_of(base: Ground, numbers: list[int]) -> list[int]:
    """The versions of things, and theirs."""
    found = walk(base, numbers, labels(_VERSIONS), forward=True)
    known = set(numbers)
    return [number for number in found.nodes.tolist() if number not in known]


def _found(base: Ground, walked: Walk, view: View, *, forward: bool) -> Found:
    """A walk with nodes in the place of numbers."""
    terms = dict(zip(walked.nodes.tolist(), base.terms(walked.nodes), strict=True))
    sign = -1 if forward else 1
    depths = {
        term: sign * depth for term, depth in zip(terms.values(), walked.depths.tolist(), strict=True)
    }
    asserted = base.are_asserted(walked.sources, walked.targets, walked.labels)
    names = _names(base, walked, view)
    sources, targets = (map(terms.__getitem__, ends.tolist()) for ends in (walked.sources, walked.targets))
    inferred = [name[2] or not told for name, told in zip(names, asserted.tolist(), strict=True)]
    said = ([name[0] for name in names], [name[1] for name in names])
    edges = list(map(Edge, sources, targets, *said, repeat(""), inferred))
    return Found(depths, edges, walked.stopped)


_Name: TypeAlias = tuple[str, NamedNode, bool]
"""The relation of an edge, its property, and whether it passes through what a view leaves out."""

_NAMES: Final[tuple[_Name, ...]] = tuple((step.relation, step.predicate, False) for step in STEPS)
_MADE_WITH: Final[_Name] = ("wasMadeWith", WHENCE.wasMadeWith, True)
_COMMUNICATED: Final[_Name] = ("wasInformedBy", PROV.wasInformedBy, True)
_INFLUENCED: Final[_Name] = ("wasInfluencedBy", PROV.wasInfluencedBy, True)


def _names(base: Ground, walked: Walk, view: View) -> list[_Name]:
    """What each edge is called; what passes through something left out is no relation of PROV's."""
    names = [_NAMES[label] for label in walked.labels.tolist()]
    if view == "full":
        return names
    through_label = THROUGH[view]
    steps = base.stepper(frozenset({through_label}))
    for at in np.flatnonzero(walked.labels == through_label).tolist():
        source, target = int(walked.sources[at]), int(walked.targets[at])
        if (through_label, target) in steps(source):
            continue
        if view == "entities":
            names[at] = _MADE_WITH
        else:
            are_activities = _is_activity(base, source) and _is_activity(base, target)
            names[at] = _COMMUNICATED if are_activities else _INFLUENCED
    return names


def _is_activity(base: Ground, number: int) -> bool:
    """Whether something used or was generated, as only an activity does."""
    return bool(base.stepper(_OUT)(number) or base.stepper(_INTO, forward=True)(number))


_OUT: Final = labels(["usage", "communication", "start", "end", "association"])
_INTO: Final = labels(["generation", "communication", "invalidation"])

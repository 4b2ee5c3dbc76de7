"""Ways between things: the shortest, all of them, what several come from, and what took longest."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypedDict

import numpy as np
from pyoxigraph import NamedNode

from whence.errors import QueryTimeout
from whence.ontology.namespaces import PREFIXES, RDF_TYPE
from whence.queries.described import Nodes, described, tail
from whence.queries.edges import STEPS, labels
from whence.queries.graph import Edge, LineageGraph, Node, NodeKind
from whence.queries.ground import Ground, ground
from whence.queries.lineage import TIMEOUT, Request, lineage, wanted_steps
from whence.queries.lookup import Lookup
from whence.queries.lookup import Node as Resource
from whence.queries.paths import Path, common, shortest, simple_paths
from whence.queries.shortcuts import direct
from whence.queries.unknown import require_known
from whence.queries.views import ENDS
from whence.queries.walk import Bounds
from whence.reasoning.facts import Ids
from whence.store.backend import Backend

__all__ = ["PATHS", "PathOptions", "ancestors", "common_ancestors", "critical_path", "path", "paths"]


class PathOptions(TypedDict, total=False):
    """What may be said of a search for ways."""

    kinds: Sequence[str] | None
    agents: bool
    timeout: float | None


PATHS: Final = 100
"""Paths that are told before the search stops."""


def path(
    backend: Backend,
    start: Resource,
    goal: Resource,
    *,
    kinds: Iterable[str] | None = None,
    agents: bool = False,
    timeout: float | None = TIMEOUT,
    prefixes: Mapping[str, str] | None = None,
) -> LineageGraph | None:
    """A way with the fewest steps from one thing back to another, or the other way if there is none.

    ``None`` where neither comes from the other. Raises :class:`~whence.errors.QueryTimeout` after
    ``timeout`` seconds, and :class:`~whence.errors.SourceError` for what the store says nothing of.
    """
    known = dict(prefixes or PREFIXES)
    base, wanted = _ready(backend, (start, goal), known), wanted_steps(kinds, agents=agents)
    one, other = base.number(start), base.number(goal)
    if one is None or other is None:
        return _told(backend, base, (start,), Path((one or 0,), ()), known) if start == goal else None
    deadline = None if timeout is None else time.monotonic() + timeout
    steps, wanted = direct(base, wanted)
    for forward in (False, True):
        try:
            found = shortest(steps, [one], [other], wanted, forward=forward, deadline=deadline)
        except TimeoutError as error:
            raise QueryTimeout(f"no path was found in {timeout:g} seconds") from error
        if found is not None:
            return _told(backend, base, (start,), found, known)
    return None


def paths(
    backend: Backend,
    start: Resource,
    goal: Resource,
    *,
    limit: int = PATHS,
    length: int | None = None,
    kinds: Iterable[str] | None = None,
    agents: bool = False,
    timeout: float | None = TIMEOUT,
    prefixes: Mapping[str, str] | None = None,
) -> list[LineageGraph]:
    """The ways from one thing to another that visit nothing twice, the shortest first, at most ``limit``.

    Ways back are told, or ways forward where there are none. Where there may be more the last one is not
    ``complete``, and says why. Raises as :func:`path` does, but for the time: what was found is told.
    """
    known = dict(prefixes or PREFIXES)
    base, wanted = _ready(backend, (start, goal), known), wanted_steps(kinds, agents=agents)
    one, other = base.number(start), base.number(goal)
    if one is None or other is None:
        return []
    deadline = None if timeout is None else time.monotonic() + timeout
    steps, wanted = direct(base, wanted)
    for forward in (False, True):
        found = simple_paths(
            steps, one, other, wanted, forward=forward, limit=limit, length=length, deadline=deadline
        )
        if not found.complete and not found.paths:
            raise QueryTimeout(f"no path was found: {found.stopped}")
        if found.paths:
            graphs = [_told(backend, base, (start,), way, known) for way in found.paths]
            graphs[-1].complete, graphs[-1].stopped = found.complete, found.stopped
            return graphs
    return []


def common_ancestors(
    backend: Backend,
    things: Sequence[Resource],
    *,
    kinds: Iterable[str] | None = None,
    agents: bool = False,
    limit: int | None = None,
    timeout: float | None = TIMEOUT,
    prefixes: Mapping[str, str] | None = None,
) -> list[Node]:
    """What all of some things come from, those first that the fewest steps lead to; themselves too.

    ``depth`` is the sum of the distances. Raises :class:`~whence.errors.QueryTimeout` where that is not
    known within ``timeout`` seconds, or ``limit`` nodes each.
    """
    base, wanted = _ready(backend, things, prefixes or PREFIXES), wanted_steps(kinds, agents=agents)
    groups = [[n for n in [base.number(thing)] if n is not None] for thing in dict.fromkeys(things)]
    if not all(groups):
        return []
    deadline = None if timeout is None else time.monotonic() + timeout
    steps, wanted = direct(base, wanted)
    found = common(steps, groups, wanted, bounds=Bounds(limit=limit, deadline=deadline))
    if not found.complete:
        raise QueryTimeout(f"what they have in common is not known: {found.stopped}")
    terms = base.terms(found.nodes)
    totals = found.depths.sum(axis=0).tolist()
    sorts = _kinds(base, found.nodes)
    bare = [
        Node(term, sorts.get(number, "other"), tail(term), depth=depth)
        for term, number, depth in zip(terms, found.nodes.tolist(), totals, strict=True)
    ]
    return described(Lookup(backend), bare)


def _kinds(base: Ground, numbers: Ids) -> dict[int, NodeKind]:
    """What the relations of nodes make of them."""
    kinds: dict[int, NodeKind] = {}
    for forward in (False, True):
        nodes, _, steps = base.expand(numbers, labels(), forward=forward)
        for node, step in zip(nodes.tolist(), steps.tolist(), strict=True):
            kinds[node] = ENDS[STEPS[step].kind][forward]
    return kinds


def ancestors(
    backend: Backend,
    things: Resource | Sequence[Resource],
    type: NamedNode | None = None,
    request: Request | None = None,
    *,
    prefixes: Mapping[str, str] | None = None,
) -> list[Node]:
    """What some things come from, the nearest first, of one type if that is given; not themselves."""
    graph = lineage(backend, things, request, prefixes=prefixes)
    if type is not None:
        # Of a long lineage few may be of the type; only those are described.
        others = [node for node in graph.nodes if node not in graph.starts]
        links = Lookup(backend).of(others, (RDF_TYPE,))
        kept = {link.subject for link in links if link.object == type}
        found = list(graph.nodes.only(kept).values()) if isinstance(graph.nodes, Nodes) else []
    else:
        found = [node for node in graph.nodes.values() if node.iri not in graph.starts]
    return sorted(found, key=lambda node: (abs(node.depth), str(node.iri)))


def critical_path(graph: LineageGraph) -> LineageGraph:
    """The way through a lineage graph whose activities took longest together, from one of the starts.

    Durations are from start to end; an activity that lacks one of them counts as nothing. Circles are
    passed once. Time is in proportion to the graph.
    """
    onward: dict[Resource, list[Edge]] = {}
    for edge in graph.edges:
        onward.setdefault(edge.target if graph.direction == "forward" else edge.source, []).append(edge)
    order = _order(graph, onward)
    place = {node: at for at, node in enumerate(order)}
    best: dict[Resource, tuple[timedelta, Edge | None]] = {}
    for node in order:
        found: tuple[timedelta, Edge | None] = (timedelta(), None)
        for edge in onward.get(node, ()):
            far = _far(graph, edge)
            if far in best and place[far] < place[node] and best[far][0] > found[0]:
                found = best[far][0], edge
        best[node] = found[0] + _duration(graph.nodes[node]), found[1]
    start = max((s for s in graph.starts if s in best), key=lambda s: best[s][0], default=None)
    nodes: list[Node] = []
    edges: list[Edge] = []
    at: Resource | None = start
    while at is not None:
        nodes.append(graph.nodes[at])
        step = best[at][1]
        edges += [step] if step is not None else []
        at = None if step is None else _far(graph, step)
    return replace(graph, nodes=Nodes(nodes), edges=edges, sparql="")


def _far(graph: LineageGraph, edge: Edge) -> Resource:
    return edge.source if graph.direction == "forward" else edge.target


def _order(graph: LineageGraph, onward: Mapping[Resource, Sequence[Edge]]) -> list[Resource]:
    """Nodes with those after that lead to them: what is left last comes first."""
    order: list[Resource] = []
    state: dict[Resource, bool] = {}
    for start in graph.nodes:
        waiting = [start]
        while waiting:
            node = waiting[-1]
            if node not in state:
                state[node] = False
                waiting += [far for edge in onward.get(node, ()) if (far := _far(graph, edge)) not in state]
                continue
            waiting.pop()
            if not state[node]:
                state[node] = True
                order.append(node)
    return order


def _duration(node: Node) -> timedelta:
    if node.kind != "activity" or node.started is None or node.ended is None:
        return timedelta()
    return max(node.ended - node.started, timedelta())


def _ready(backend: Backend, nodes: Iterable[Resource], prefixes: Mapping[str, str]) -> Ground:
    for node in nodes:
        if isinstance(node, NamedNode):
            require_known(backend, node, prefixes)
    return ground(backend)


def _told(
    backend: Backend, base: Ground, starts: tuple[Resource, ...], way: Path, prefixes: Mapping[str, str]
) -> LineageGraph:
    """A path as a graph, its nodes in order."""
    steps = way.edges()
    terms = dict(zip(way.nodes, base.terms(np.array(way.nodes, np.int64)), strict=True))
    sources, targets, found = (
        (np.array(column, np.int64) for column in zip(*steps, strict=True))
        if steps
        else (np.empty(0, np.int64),) * 3
    )
    asserted = base.are_asserted(sources, targets, found.astype(np.uint8)).tolist()
    sign = -1 if way.forward else 1
    graph = LineageGraph(starts, "forward" if way.forward else "back", prefixes=dict(prefixes))
    kinds: dict[Resource, NodeKind] = {}
    for source, target, label in steps:
        kinds[terms[source]], kinds[terms[target]] = ENDS.get(STEPS[label].kind, ("other", "other"))
    depths = {terms[number]: sign * at for at, number in enumerate(way.nodes)}

    def later(keys: list[Resource]) -> list[Node]:
        bare = [Node(key, kinds.get(key, "other"), tail(key), depth=depths[key]) for key in keys]
        return described(Lookup(backend), bare)

    graph.nodes = Nodes.later(depths, later)
    graph.edges = [
        Edge(terms[one], terms[other], STEPS[label].relation, STEPS[label].predicate, "", not told)
        for (one, other, label), told in zip(steps, asserted, strict=True)
    ]
    return graph

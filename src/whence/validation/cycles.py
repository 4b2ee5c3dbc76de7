"""Cycles of an event graph: its strongly connected components, and the shortest strict cycle of one."""

from __future__ import annotations

from array import array
from typing import Final

from whence.validation.events import STRICT, EventGraph

__all__ = ["components", "path", "shortest_cycles"]

_PATIENCE: Final = 1_000_000
"""Edges to look along for a shorter cycle before the shortest so far has to do."""


def components(graph: EventGraph) -> array[int]:
    """The strongly connected component of every node, after Tarjan (1972) without recursion.

    They are numbered from 0 such that edges lead to components with lower numbers. Time and memory
    are linear in nodes and edges.
    """
    targets, following = graph.targets, graph.following
    count = len(graph.kinds)
    component = array("i", [-1]) * count
    low = array("i", [0]) * count  # 0: not met yet
    order = array("i", [0]) * count
    cursor = graph.first[:]
    met = found = 0
    open_: list[int] = []
    for root in range(count):
        if low[root]:
            continue
        walk = [root]
        while walk:
            node = walk[-1]
            if not low[node]:
                met += 1
                low[node] = order[node] = met
                open_.append(node)
            edge = cursor[node]
            if edge >= 0:
                cursor[node] = following[edge]
                target = targets[edge]
                if not low[target]:
                    walk.append(target)
                elif component[target] < 0 and low[target] < low[node]:
                    low[node] = low[target]
                continue
            walk.pop()
            if walk and low[node] < low[walk[-1]]:
                low[walk[-1]] = low[node]
            if low[node] == order[node]:
                member = -1
                while member != node:
                    member = open_.pop()
                    component[member] = found
                found += 1
    return component


def shortest_cycles(graph: EventGraph, component: array[int]) -> list[list[int]]:
    """For each component with a strict edge inside, the edges of a shortest cycle through one.

    Each begins with its strict edge. They are in the order of the first such edge. In a large component
    whose strict cycles are all long, the search ends after a bounded number of steps with the shortest
    found by then.
    """
    strict: dict[int, list[int]] = {}
    for edge, rule in enumerate(graph.rules):
        if rule == STRICT:
            home = component[graph.sources[edge]]
            if home == component[graph.targets[edge]]:
                strict.setdefault(home, []).append(edge)
    return [_shortest(graph, component, edges) for edges in strict.values()]


def _shortest(graph: EventGraph, component: array[int], strict: list[int]) -> list[int]:
    """Look from every strict edge a little way, then further, so that short cycles are met early."""
    patience = _PATIENCE
    best: list[int] | None = None
    limit = 0
    while best is None:
        for edge in strict:
            way, looked = _way(graph, component, graph.targets[edge], graph.sources[edge], limit)
            patience -= looked + 1
            if way is not None:
                best = [edge, *way]
                limit = len(way) - 1
                if limit < 0:
                    return best
            if patience < 0:
                break
        if patience < 0 and best is None:
            way, _ = _way(graph, component, graph.targets[strict[0]], graph.sources[strict[0]], None)
            best = [strict[0], *(way or ())]
        limit = 2 * limit + 1
    return best


def path(graph: EventGraph, component: array[int], start: int, goal: int) -> list[int]:
    """The edges of a shortest way between two nodes of one component."""
    return _way(graph, component, start, goal, None)[0] or []


def _way(
    graph: EventGraph, component: array[int], start: int, goal: int, limit: int | None
) -> tuple[list[int] | None, int]:
    """A shortest way of at most ``limit`` edges within a component, if any; and the edges looked along."""
    if start == goal:
        return [], 0
    first, following, targets = graph.first, graph.following, graph.targets
    home = component[start]
    came: dict[int, int] = {start: -1}
    layer = [start]
    looked = steps = 0
    while layer and (limit is None or steps < limit):
        steps += 1
        reached = []
        for node in layer:
            edge = first[node]
            while edge >= 0:
                looked += 1
                target = targets[edge]
                if target not in came and component[target] == home:
                    came[target] = edge
                    if target == goal:
                        return _back(graph, came, goal), looked
                    reached.append(target)
                edge = following[edge]
        layer = reached
    return None, looked


def _back(graph: EventGraph, came: dict[int, int], goal: int) -> list[int]:
    way = []
    edge = came[goal]
    while edge >= 0:
        way.append(edge)
        edge = came[graph.sources[edge]]
    way.reverse()
    return way

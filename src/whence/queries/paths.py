"""Ways from one node to another: the shortest, all that visit no node twice, and where several meet."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from whence.queries.edges import STEPS, Labels
from whence.queries.walk import Bounds, Steps, walk
from whence.reasoning.facts import Ids

__all__ = ["Common", "Path", "Paths", "common", "shortest", "simple_paths"]

_Edges: TypeAlias = dict[int, dict[int, int]]
"""Of each node those it leads to, each with the label of the step."""
_Trail: TypeAlias = tuple[int, int, "_Trail | None"]
"""A node, the label of the step to it, and the trail to the node before."""


@dataclass(frozen=True, slots=True)
class Path:
    """Nodes one after the other, and the label of the step between each two, as they were walked."""

    nodes: tuple[int, ...]
    labels: tuple[int, ...]
    forward: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    def edges(self) -> list[tuple[int, int, int]]:
        """Source, target and label of each step in PROV's direction; no label is of a turned step."""
        found = []
        for at, label in enumerate(self.labels):
            one, other = self.nodes[at], self.nodes[at + 1]
            turned = STEPS[label].turned
            source, target = (other, one) if self.forward != turned else (one, other)
            found.append((source, target, label - turned))
        return found


@dataclass(slots=True)
class Paths:
    """Paths, the shortest first. ``complete`` is false where there may be more, ``stopped`` says why."""

    paths: list[Path] = field(default_factory=list)
    complete: bool = True
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Common:
    """What several nodes have in common: ``nodes``, the nearest first, and which of them are ``nearest``.

    ``depths`` has a row for each of the nodes asked about, with the distances to the common ones. The
    nearest are those through which all others are reached; in a circle, those with the least distances.
    """

    nodes: Ids
    depths: NDArray[np.int64]
    nearest: NDArray[np.bool_]
    complete: bool = True
    stopped: str = ""


def shortest(
    steps: Steps,
    starts: Iterable[int],
    goals: Iterable[int],
    wanted: Labels,
    *,
    forward: bool = False,
    deadline: float | None = None,
) -> Path | None:
    """A path with the fewest steps from one of some nodes to one of others; ``None`` if there is none.

    Looks from both ends at once. ``deadline`` is a :func:`time.monotonic`; :class:`TimeoutError` after it.
    """
    near = _Side(steps, starts, wanted, forward=forward)
    far = _Side(steps, goals, wanted, forward=not forward)
    meeting = next((node for node in near.frontier if node in far.parents), None)
    while meeting is None and near.frontier and far.frontier:
        if deadline is not None and time.monotonic() >= deadline:
            raise TimeoutError("the time was up")
        one, other = (near, far) if len(near.frontier) <= len(far.frontier) else (far, near)
        meeting = one.go_on(other.parents)
    if meeting is None:
        return None
    before, after = near.trail(meeting), far.trail(meeting)
    nodes = (*(node for node, _ in reversed(before)), meeting, *(node for node, _ in after))
    labels = (*(label for _, label in reversed(before)), *(label for _, label in after))
    return Path(nodes, labels, forward)


class _Side:
    """A search from one end: for each node met, the node and the label it was met over."""

    def __init__(self, steps: Steps, starts: Iterable[int], wanted: Labels, *, forward: bool) -> None:
        self.frontier = list(dict.fromkeys(starts))
        self.parents: dict[int, tuple[int, int] | None] = dict.fromkeys(self.frontier)
        self._steps, self._wanted, self._forward = steps, wanted, forward
        self._row = steps.stepper(wanted, forward=forward)

    def go_on(self, met: Mapping[int, object]) -> int | None:
        """Go one step further; the first node that is among those ``met`` from the other end."""
        fresh: list[int] = []
        parents = self.parents
        for node, other, label in self._out():
            if other not in parents:
                parents[other] = (node, label)
                if other in met:
                    return other
                fresh.append(other)
        self.frontier = fresh
        return None

    def _out(self) -> Iterable[tuple[int, int, int]]:
        if len(self.frontier) < self._steps.wide_from:
            return [(node, other, label) for node in self.frontier for label, other in self._row(node)]
        nodes = np.array(self.frontier, np.int64)
        found = self._steps.expand(nodes, self._wanted, forward=self._forward)
        return zip(*(column.tolist() for column in found), strict=True)

    def trail(self, node: int) -> list[tuple[int, int]]:
        """The nodes before this one and the labels between, back to where the search began."""
        found = []
        step = self.parents[node]
        while step is not None:
            found.append(step)
            step = self.parents[step[0]]
        return found


def simple_paths(
    steps: Steps,
    start: int,
    goal: int,
    wanted: Labels,
    *,
    forward: bool = False,
    limit: int = 100,
    length: int | None = None,
    deadline: float | None = None,
) -> Paths:
    """The paths between two nodes that visit no node twice, the shortest first, at most ``limit``.

    None is longer than ``length`` steps. Of several relations between two nodes the most special one is
    told. Nothing is followed that leads to no path, so the time is in proportion to what lies between the
    nodes for each step of each path found.
    """
    found = Paths()
    bounds = Bounds(depth=length, deadline=deadline)
    ahead = walk(steps, [start], wanted, forward=forward, bounds=bounds)
    behind = walk(steps, [goal], wanted, forward=not forward, bounds=bounds)
    if ahead.stopped or behind.stopped:
        return Paths(complete=False, stopped=ahead.stopped or behind.stopped)
    left = dict(zip(behind.nodes.tolist(), behind.depths.tolist(), strict=True))
    most = len(ahead) + len(behind) if length is None else length
    inner = {
        node
        for node, gone in zip(ahead.nodes.tolist(), ahead.depths.tolist(), strict=True)
        if node in left and gone + left[node] <= most
    }
    if start not in inner:
        return found
    onward = _within(steps, inner, wanted, forward=forward)
    rest = _rest_of(onward, goal)
    # Of trails to paths of the same length the longest goes on, so that many ways are not begun at once.
    heap: list[tuple[int, int, int, _Trail]] = [(left[start], 0, 0, (start, -1, None))]
    order = count(1)
    while heap:
        if deadline is not None and time.monotonic() >= deadline:
            return Paths(found.paths, complete=False, stopped="the time was up")
        _, rank, _, trail = heapq.heappop(heap)
        gone = -rank
        if trail[0] == goal:
            if len(found.paths) == limit:
                return Paths(found.paths, complete=False, stopped=f"there are more than {limit:,} paths")
            found.paths.append(_path(trail, forward=forward))
            continue
        visited = set(_path(trail, forward=forward).nodes) if rest is not None else set()
        remaining = left if rest is None else rest(visited)
        for other, label in onward[trail[0]].items():
            if other not in visited and other in remaining and gone + 1 + remaining[other] <= most:
                step: _Trail = (other, label, trail)
                heapq.heappush(heap, (gone + 1 + remaining[other], -gone - 1, next(order), step))
    return found


def _within(steps: Steps, inner: set[int], wanted: Labels, *, forward: bool) -> _Edges:
    """The steps between some nodes, of several between the same two the most special one."""
    nodes = np.fromiter(inner, np.int64, len(inner))
    sources, others, labels = (column.tolist() for column in steps.expand(nodes, wanted, forward=forward))
    edges: _Edges = {node: {} for node in inner}
    for source, other, label in sorted(zip(sources, others, labels, strict=True)):
        if other in inner and other != source:
            old = edges[source].get(other)
            if old is None or STEPS[label].general == STEPS[old].relation:
                edges[source][other] = label
    return edges


def _rest_of(onward: _Edges, goal: int) -> Callable[[set[int]], dict[int, int]] | None:
    """What gives the number of steps left from each node to the goal when some nodes are not to be used.

    ``None`` where there is no circle: a path never meets a node twice, and the numbers are always the same.
    """
    before: dict[int, list[int]] = {node: [] for node in onward}
    for node, others in onward.items():
        for other in others:
            before[other].append(node)
    if _is_acyclic(onward, before):
        return None

    def rest(visited: set[int]) -> dict[int, int]:
        found, frontier = {goal: 0}, [goal]
        while frontier:
            fresh = []
            for node in frontier:
                for other in before[node]:
                    if other not in found and other not in visited:
                        found[other] = found[node] + 1
                        fresh.append(other)
            frontier = fresh
        return found

    return rest


def _is_acyclic(onward: _Edges, before: dict[int, list[int]]) -> bool:
    waiting = {node: len(nodes) for node, nodes in before.items()}
    free = [node for node, number in waiting.items() if not number]
    seen = 0
    while free:
        seen += 1
        for other in onward[free.pop()]:
            waiting[other] -= 1
            if not waiting[other]:
                free.append(other)
    return seen == len(onward)


def _path(trail: _Trail, *, forward: bool) -> Path:
    nodes, labels = [], []
    at: _Trail | None = trail
    while at is not None:
        nodes.append(at[0])
        labels.append(at[1])
        at = at[2]
    return Path(tuple(reversed(nodes)), tuple(reversed(labels[:-1])), forward)


def common(
    steps: Steps,
    groups: Sequence[Iterable[int]],
    wanted: Labels,
    *,
    forward: bool = False,
    bounds: Bounds | None = None,
) -> Common:
    """What is reached from every one of several groups of nodes, those nodes included."""
    walks = [walk(steps, group, wanted, forward=forward, bounds=bounds) for group in groups]
    nodes = np.unique(walks[0].nodes) if walks else np.empty(0, np.int64)
    for other in walks[1:]:
        nodes = np.intersect1d(nodes, other.nodes)
    depths = np.zeros((len(walks), len(nodes)), np.int64)
    for at, other in enumerate(walks):
        order = np.argsort(other.nodes)
        depths[at] = other.depths[order][np.searchsorted(other.nodes[order], nodes)]
    total = depths.sum(axis=0)
    sources, others, _ = steps.expand(nodes, wanted, forward=forward)
    behind = others[np.isin(sources, nodes) & (sources != others)]
    nearest = ~np.isin(nodes, behind)
    if len(nodes) and not nearest.any():
        nearest = total == total.min()
    order = np.lexsort((nodes, total))
    stopped = next((each.stopped for each in walks if each.stopped), "")
    return Common(nodes[order], depths[:, order], nearest[order], not stopped, stopped)

"""Walking breadth first along steps, within bounds: what is reached, how far off, over which edges."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whence.queries.edges import STEPS, Labels, general_of
from whence.queries.rows import Expanded, Stepper
from whence.reasoning.facts import Ids

__all__ = ["Bounds", "Chooser", "Steps", "Walk", "both_ways", "walk"]

Chooser: TypeAlias = Callable[[Ids], NDArray[np.bool_]]
"""Says of each of some nodes whether it is one of those that are meant."""

_AT_ONCE: Final = 50_000
"""Nodes between two looks at the clock."""
_TURNED: Final = np.array([step.turned for step in STEPS])
"""A turned step is listed after the one it turns."""


class Steps(Protocol):
    """Where a walk goes: steps between numbered nodes."""

    @property
    def wide_from(self) -> int:
        """From how many nodes on it is quicker to look at them all together."""

    def stepper(self, wanted: Labels, *, forward: bool = False) -> Stepper:
        """What gives the label and the node of each step with one of these labels out of a node."""

    def expand(self, nodes: Ids, wanted: Labels, *, forward: bool = False) -> Expanded:
        """The steps out of many nodes, in no order."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a walk ends. ``depth`` is in steps, ``limit`` in nodes, ``deadline`` a :func:`time.monotonic`.

    Nodes that ``stop_at`` chooses are reached and not left. Nodes that ``admit`` does not choose are not
    reached. The nodes a walk starts from are always reached and left.
    """

    depth: int | None = None
    limit: int | None = None
    deadline: float | None = None
    stop_at: Chooser | None = None
    admit: Chooser | None = None


@dataclass(slots=True)
class Walk:
    """What a walk found: ``nodes`` in the order of reaching, each with its distance in ``depths``.

    Edges are from ``sources`` to ``targets`` in PROV's direction, effect to cause, with the number of the
    step in ``labels``, each once: all there are between the nodes that were left and the nodes reached.
    ``complete`` is false where the walk was ended by its limit or deadline, and ``stopped`` says by which;
    ``depth`` ends a walk that is complete.
    """

    nodes: Ids
    depths: Ids
    sources: Ids
    targets: Ids
    labels: NDArray[np.uint8]
    complete: bool = True
    stopped: str = ""

    def __len__(self) -> int:
        return len(self.nodes)

    def most_specific(self) -> Walk:
        """Without the edges that follow from another one of the same two nodes."""
        keep = np.ones(len(self.labels), np.bool_)
        for label in np.unique(self.labels).tolist():
            general = general_of(label)
            if general is None:
                continue
            here, there = np.flatnonzero(self.labels == label), np.flatnonzero(self.labels == general)
            implied = (self.sources[here] << 32) | self.targets[here]
            keep[there[np.isin((self.sources[there] << 32) | self.targets[there], implied)]] = False
        return Walk(
            self.nodes,
            self.depths,
            self.sources[keep],
            self.targets[keep],
            self.labels[keep],
            self.complete,
            self.stopped,
        )


def walk(
    steps: Steps,
    starts: Iterable[int],
    wanted: Labels,
    *,
    forward: bool = False,
    bounds: Bounds | None = None,
) -> Walk:
    """Everything that steps with these labels lead to from ``starts``, breadth first.

    Time and memory are in proportion to what is reached, whatever the store holds besides.
    """
    search = _Search(steps, wanted, forward, bounds or Bounds())
    search.run(list(dict.fromkeys(starts)))
    return search.found()


def both_ways(back: Walk, forward: Walk) -> Walk:
    """Two walks from the same nodes as one; what was reached forward only has its distance below zero."""
    fresh = ~np.isin(forward.nodes, back.nodes)
    edges = _unique(
        np.concatenate((back.sources, forward.sources)),
        np.concatenate((back.targets, forward.targets)),
        np.concatenate((back.labels, forward.labels)),
    )
    return Walk(
        np.concatenate((back.nodes, forward.nodes[fresh])),
        np.concatenate((back.depths, -forward.depths[fresh])),
        *edges,
        back.complete and forward.complete,
        back.stopped or forward.stopped,
    )


@dataclass(slots=True)
class _Search:
    steps: Steps
    wanted: Labels
    forward: bool
    bounds: Bounds
    row: Stepper = field(init=False)
    seen: set[int] = field(default_factory=set)
    order: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    lists: tuple[list[int], list[int], list[int]] = field(default_factory=lambda: ([], [], []))
    pieces: list[Expanded] = field(default_factory=list)
    stopped: str = ""

    def run(self, starts: list[int]) -> None:
        self.row = self.steps.stepper(self.wanted, forward=self.forward)
        self.seen.update(starts)
        self._reach(starts)
        frontier, wide_from = starts, self.steps.wide_from
        while frontier and not self._is_over():
            reached = self._wide(frontier) if len(frontier) >= wide_from else self._narrow(frontier)
            frontier = reached if self.bounds.stop_at is None else self._going_on(reached)

    def _is_over(self) -> bool:
        depth = self.bounds.depth
        return (depth is not None and len(self.sizes) > depth) or bool(self.stopped) or self._is_late()

    def _reach(self, nodes: list[int]) -> None:
        if nodes:
            self.order += nodes
            self.sizes.append(len(nodes))

    def _narrow(self, frontier: list[int]) -> list[int]:
        """Go one step on from few nodes; more steps, while they stay few, where none are to be chosen."""
        row, seen, (sources, others, labels) = self.row, self.seen, self.lists
        limit, wide_from = self.bounds.limit, self.steps.wide_from
        once = self.bounds.admit is not None or self.bounds.stop_at is not None
        most = sys.maxsize if limit is None else limit
        while True:
            fresh: list[int] = []
            before = len(sources)
            for node in frontier:
                for label, other in row(node):
                    if other not in seen:
                        seen.add(other)
                        fresh.append(other)
                    sources.append(node)
                    others.append(other)
                    labels.append(label)
            if fresh and (once or len(seen) > most):
                fresh = self._trimmed(fresh, before)
            self._reach(fresh)
            if once or not fresh or len(fresh) >= wide_from or self._is_over():
                return fresh
            frontier = fresh

    def _trimmed(self, fresh: list[int], before: int) -> list[int]:
        """Of nodes just met those that may be reached; edges to the others, listed since, are taken out."""
        self.seen.difference_update(fresh)
        chosen = self._admitted(fresh)
        self.seen.update(chosen)
        if len(chosen) < len(fresh):
            ends = self.lists[1]
            kept = [at for at in range(before, len(ends)) if ends[at] in self.seen]
            for part in self.lists:
                part[before:] = [part[at] for at in kept]
        return chosen

    def _wide(self, frontier: list[int]) -> list[int]:
        reached: list[int] = []
        for start in range(0, len(frontier), _AT_ONCE):
            if self._is_late() or (start and self.stopped):
                break
            nodes = np.array(frontier[start : start + _AT_ONCE], np.int64)
            piece = self.steps.expand(nodes, self.wanted, forward=self.forward)
            candidates, seen = piece[1].tolist(), self.seen
            fresh = [other for other in dict.fromkeys(candidates) if other not in seen]
            chosen = self._admitted(fresh) if fresh else fresh
            seen.update(chosen)
            if len(chosen) < len(fresh):
                kept = np.fromiter((other in seen for other in candidates), np.bool_, len(candidates))
                piece = (piece[0][kept], piece[1][kept], piece[2][kept])
            self.pieces.append(piece)
            reached += chosen
        self._reach(reached)
        return reached

    def _admitted(self, fresh: list[int]) -> list[int]:
        """Those that may be reached, no more than there is room for."""
        if self.bounds.admit is not None:
            chosen = self.bounds.admit(np.array(fresh, np.int64)).tolist()
            fresh = [node for node, admitted in zip(fresh, chosen, strict=True) if admitted]
        limit = self.bounds.limit
        if limit is not None and len(self.seen) + len(fresh) > limit:
            self.stopped = f"there are more than {limit:,} nodes"
            fresh = fresh[: max(0, limit - len(self.seen))]
        return fresh

    def _is_late(self) -> bool:
        deadline = self.bounds.deadline
        if deadline is not None and time.monotonic() >= deadline:
            self.stopped = self.stopped or "the time was up"
            return True
        return False

    def _going_on(self, reached: list[int]) -> list[int]:
        stop_at = self.bounds.stop_at
        if stop_at is None or not reached:
            return reached
        ends = stop_at(np.array(reached, np.int64)).tolist()
        return [node for node, end in zip(reached, ends, strict=True) if not end]

    def found(self) -> Walk:
        lists = [np.array(part, np.int64) for part in self.lists]
        sources, others, labels = (
            np.concatenate([part, *(piece[at] for piece in self.pieces)]) for at, part in enumerate(lists)
        )
        ends = (others, sources) if self.forward else (sources, others)
        return Walk(
            np.array(self.order, np.int64),
            np.repeat(np.arange(len(self.sizes)), self.sizes),
            *_straight(*ends, labels.astype(np.uint8)),
            not self.stopped,
            self.stopped,
        )


def _straight(sources: Ids, targets: Ids, labels: NDArray[np.uint8]) -> Expanded:
    """Edges with those of turned steps put as the triples say them, each once."""
    turned = _TURNED[labels]
    if not turned.any():
        return sources, targets, labels
    return _unique(
        np.where(turned, targets, sources),
        np.where(turned, sources, targets),
        np.where(turned, labels - 1, labels).astype(np.uint8),
    )


def _unique(sources: Ids, targets: Ids, labels: NDArray[np.uint8]) -> Expanded:
    order = np.lexsort((labels, targets, sources))
    sources, targets, labels = sources[order], targets[order], labels[order]
    keep = np.ones(len(labels), np.bool_)
    keep[1:] = (np.diff(sources) != 0) | (np.diff(targets) != 0) | (labels[1:] != labels[:-1])
    return sources[keep], targets[keep], labels[keep]

"""Steps out of numbered nodes: sorted rows in arrays, with recent changes laid over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from whence.queries.edges import Labels
from whence.reasoning.facts import Ids, pack, unpack

__all__ = ["Base", "Change", "Expanded", "Rows", "Stepper", "listed", "turned"]

Expanded: TypeAlias = tuple[Ids, Ids, NDArray[np.uint8]]
"""Steps as equally long columns: the node each is from, the node it leads to, its label."""

Change: TypeAlias = tuple[int, int, int]
"""A step: node, other node, label."""

Stepper: TypeAlias = Callable[[int], list[tuple[int, int]]]
"""Gives of a node the label and the other node of each step."""

_MANY = 64
"""Of more steps than this from one node it is quicker to look at all together."""


class Base:
    """Rows that never change: node n has the steps from ``starts[n]`` to ``starts[n + 1]``.

    Of each, ``others`` has the node it leads to and ``labels`` the number of the relation. The arrays may
    be a mapped file.
    """

    __slots__ = ("_labels", "_others", "_starts", "labels", "others", "size", "starts")

    def __init__(self, starts: NDArray[np.uint32], others: NDArray[np.uint32], labels: NDArray[np.uint8]):
        self.starts, self.others, self.labels = starts, others, labels
        self.size = len(starts) - 1
        # Single items come several times as fast from these.
        self._starts, self._others, self._labels = starts.data, others.data, labels.data

    @classmethod
    def of(cls, columns: Mapping[int, Ids], size: int) -> Base:
        """Rows for nodes below ``size`` from packed, sorted pairs by label."""
        parts = [(label, *unpack(pairs)) for label, pairs in sorted(columns.items()) if len(pairs)]
        if not parts:
            return cls(np.zeros(size + 1, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint8))
        nodes = np.concatenate([left for _, left, _ in parts])
        others = np.concatenate([right for _, _, right in parts]).astype(np.uint32)
        labels = np.repeat(
            np.array([label for label, _, _ in parts], np.uint8), [len(left) for _, left, _ in parts]
        )
        starts = np.zeros(size + 1, np.uint32)
        np.cumsum(np.bincount(nodes, minlength=size), out=starts[1:])
        # What is sorted piecewise is merged in few passes by the stable sort.
        order = np.argsort(nodes, kind="stable")
        return cls(starts, others[order], labels[order])

    def __len__(self) -> int:
        return len(self.others)

    def stepper(self, labels: Labels, dead: frozenset[int]) -> Stepper:
        """What gives the steps out of a node, but for those at ``dead`` places."""
        starts, others, own, size = self._starts, self._others, self._labels, self.size
        mask = _mask(labels)

        def row(node: int) -> list[tuple[int, int]]:
            if node >= size:
                return []
            low, high = starts[node], starts[node + 1]
            if high - low == 1 and not dead:
                label = own[low]
                return [(label, others[low])] if label in labels else []
            if high - low > _MANY:
                found = np.flatnonzero(mask[self.labels[low:high]]) + low
                return [(own[at], others[at]) for at in found.tolist() if at not in dead]
            places = [at for at in range(low, high) if at not in dead] if dead else range(low, high)
            return [(label, others[at]) for at in places if (label := own[at]) in labels]

        return row

    def places(self, nodes: Ids) -> tuple[Ids, Ids]:
        """For each step out of many nodes the node and where the step is."""
        nodes = nodes[nodes < self.size]
        low = self.starts[nodes].astype(np.int64)
        counts = self.starts[nodes + 1].astype(np.int64) - low
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        return np.repeat(nodes, counts), np.arange(total) + np.repeat(low - (ends - counts), counts)

    def find(self, node: int, other: int, label: int) -> int | None:
        """Where a step is; ``None`` if it is not there."""
        if node >= self.size:
            return None
        low, high = self._starts[node], self._starts[node + 1]
        if high - low > _MANY:
            hits = np.flatnonzero((self.others[low:high] == other) & (self.labels[low:high] == label))
            return low + int(hits[0]) if len(hits) else None
        for at in range(low, high):
            if self._others[at] == other and self._labels[at] == label:
                return int(at)
        return None


class Rows:
    """The steps out of each node one way: a base, steps ``added`` to it, and ``dead`` places of it.

    One object never changes: :meth:`changed` makes another one.
    """

    __slots__ = ("_added", "_base", "_dead", "_dead_sorted", "_nodes")

    def __init__(
        self,
        base: Base,
        added: dict[int, tuple[tuple[int, int], ...]] | None = None,
        dead: frozenset[int] = frozenset(),
    ) -> None:
        self._base, self._added, self._dead = base, added or {}, dead
        self._nodes = np.sort(np.fromiter(self._added, np.int64, len(self._added)))
        self._dead_sorted = np.sort(np.fromiter(dead, np.int64, len(dead)))

    @property
    def base(self) -> Base:
        """What never changes."""
        return self._base

    @property
    def overlay(self) -> int:
        """How many changes lie over the base."""
        return sum(map(len, self._added.values())) + len(self._dead)

    def stepper(self, labels: Labels) -> Stepper:
        """What gives the label and the other node of each step with these labels out of one node."""
        base, added = self._base.stepper(labels, self._dead), self._added
        if not added:
            return base

        def row(node: int) -> list[tuple[int, int]]:
            more = added.get(node)
            found = base(node)
            return found if more is None else found + [step for step in more if step[0] in labels]

        return row

    def row(self, node: int, labels: Labels) -> list[tuple[int, int]]:
        """The label and the other node of each step out of one node."""
        return self.stepper(labels)(node)

    def expand(self, nodes: Ids, labels: Labels) -> Expanded:
        """The steps out of many nodes, in no order."""
        base = self._base
        sources, places = base.places(nodes)
        kept = _mask(labels)[base.labels[places]]
        if len(self._dead_sorted):
            kept &= ~_within(places, self._dead_sorted)
        sources, places = sources[kept], places[kept]
        others, found = base.others[places].astype(np.int64), base.labels[places]
        if not len(self._nodes):
            return sources, others, found
        more = [
            (node, other, label)
            for node in nodes[_within(nodes, self._nodes)].tolist()
            for label, other in self._added[node]
            if label in labels
        ]
        if not more:
            return sources, others, found
        extra = np.array(more, np.int64)
        return (
            np.concatenate((sources, extra[:, 0])),
            np.concatenate((others, extra[:, 1])),
            np.concatenate((found, extra[:, 2].astype(np.uint8))),
        )

    def changed(self, coming: Iterable[Change], going: Iterable[Change]) -> Rows:
        """These rows after steps went and others came, some of which may be there or not be already."""
        added, dead = dict(self._added), set(self._dead)
        for node, other, label in going:
            place = self._base.find(node, other, label)
            if place is not None:
                dead.add(place)
            if (label, other) in (there := added.get(node, ())):
                left = tuple(step for step in there if step != (label, other))
                added.pop(node) if not left else added.update({node: left})
        fresh: dict[int, dict[tuple[int, int], None]] = {}
        for node, other, label in coming:
            place = self._base.find(node, other, label)
            if place is not None:
                dead.discard(place)
            else:
                fresh.setdefault(node, {})[label, other] = None
        for node, steps in fresh.items():
            added[node] = tuple(dict.fromkeys((*added.get(node, ()), *steps)))
        return Rows(self._base, added, frozenset(dead))


def _mask(labels: Labels) -> NDArray[np.bool_]:
    mask = np.zeros(256, np.bool_)
    mask[list(labels)] = True
    return mask


def _within(values: Ids, ordered: Ids) -> NDArray[np.bool_]:
    """Which values are among others that are sorted."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = np.searchsorted(ordered, values)
    at[at == len(ordered)] = 0
    found: NDArray[np.bool_] = ordered[at] == values
    return found


def turned(pairs: Ids) -> Ids:
    """Pairs the other way round, sorted."""
    left, right = unpack(pairs)
    return np.sort(pack(right, left))


def listed(label: int, pairs: Ids) -> Sequence[Change]:
    """Packed pairs as steps with a label."""
    left, right = unpack(pairs)
    return [(node, other, label) for node, other in zip(left.tolist(), right.tolist(), strict=True)]

"""Which terms are the same, and why: union-find with a proof forest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from whence.validation.instance import Row

__all__ = ["Clash", "Equalities", "Reason", "Step"]


class Reason(NamedTuple):
    """The constraint that makes two terms one, and the rows it joins."""

    rule: str
    rows: tuple[Row, ...]


class Step(NamedTuple):
    """Two terms that were made one directly."""

    left: int
    right: int
    reason: Reason


class Equalities:
    """Classes of numbered terms. Only terms that were made one with another take memory.

    Every union is remembered as an edge of a forest over the terms themselves, so that the path
    between two terms of a class tells why they are the same (the proof forest of congruence closure).
    """

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}
        self._size: dict[int, int] = {}
        self._proof: dict[int, tuple[int, Reason]] = {}

    def find(self, term: int) -> int:
        """The term that stands for the class of ``term``."""
        parent = self._parent
        above = parent.get(term)
        if above is None:
            return term
        while (next_ := parent.get(above)) is not None:
            parent[term] = next_
            term, above = above, next_
        return above

    def union(self, left: int, right: int, reason: Reason, keep: int) -> int:
        """Make one class of two different ones, which ``keep`` (a root) stands for; the lost root."""
        first, second = self.find(left), self.find(right)
        lost = second if keep == first else first
        self._parent[lost] = keep
        small, large = left, right
        if self._size.get(first, 1) > self._size.get(second, 1):
            small, large = right, left
        self._reroot(small)
        self._proof[small] = (large, reason)
        self._size[keep] = self._size.get(first, 1) + self._size.get(second, 1)
        return lost

    def _reroot(self, term: int) -> None:
        link = self._proof.pop(term, None)
        while link is not None:
            above, reason = link
            link = self._proof.pop(above, None)
            self._proof[above] = (term, reason)
            term = above

    def why(self, left: int, right: int) -> list[Step]:
        """The steps from one term to another of its class, in order; none where they are not one."""
        up: dict[int, int] = {left: 0}
        first: list[Step] = []
        term = left
        while (link := self._proof.get(term)) is not None:
            first.append(Step(term, link[0], link[1]))
            term = link[0]
            up[term] = len(first)
        second: list[Step] = []
        term = right
        while term not in up:
            link = self._proof.get(term)
            if link is None:
                return []
            second.append(Step(link[0], term, link[1]))
            term = link[0]
        return first[: up[term]] + second[::-1]


@dataclass(slots=True)
class Clash:
    """Different values that ``reason`` wants to be one: pairs of numbers, as its rows have them."""

    reason: Reason
    pairs: list[tuple[int, int]]

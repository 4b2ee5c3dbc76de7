"""Steps without those that only sum up two others, which are walked anyway."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

import numpy as np

from whence.ontology.namespaces import PROV
from whence.queries.adjacency import Adjacency
from whence.queries.edges import Labels, labels
from whence.queries.ground import Ground
from whence.queries.rows import Expanded, Stepper
from whence.queries.walk import Steps
from whence.reasoning.facts import Ids

__all__ = ["COMMUNICATION", "Direct", "direct"]

COMMUNICATION: Final = min(labels(["communication"]))
_PARTS: Final = labels(["generation", "usage"])


def direct(ground: Ground, wanted: Labels) -> tuple[Steps, Labels]:
    """Where a walk with these steps goes, without the communications that use and generation imply.

    By inference 5 of PROV-CONSTRAINTS one activity was informed by another if it used what that generated.
    Walked as a step of its own, this would lead past the entity: past where a walk is to end, and in one
    step where two were taken. A communication that a bundle asserts may tell of more, and is walked.
    """
    if not wanted >= _PARTS | {COMMUNICATION}:
        return ground, wanted
    if not isinstance(ground, Adjacency):
        return Direct(ground), wanted
    asserted = ground.watched.asserted_pairs(PROV.wasInformedBy)
    if asserted is None:
        return ground, wanted
    return (Direct(ground, asserted), wanted) if len(asserted) else (ground, wanted - {COMMUNICATION})


class Direct:
    """Steps without communications that are only inferred.

    ``asserted`` are those that are not, sorted and packed, where that is at hand.
    """

    def __init__(self, ground: Ground, asserted: Ids | None = None) -> None:
        self._ground = ground
        self._asserted = None if asserted is None else asserted.data

    @property
    def wide_from(self) -> int:
        """As of the steps within."""
        return self._ground.wide_from

    def stepper(self, wanted: Labels, *, forward: bool = False) -> Stepper:
        """What gives the steps out of one node."""
        row, is_told = self._ground.stepper(wanted, forward=forward), self._is_told

        def steps(node: int) -> list[tuple[int, int]]:
            found = row(node)
            for label, _ in found:
                if label == COMMUNICATION:
                    break
            else:
                return found
            return [
                (label, other)
                for label, other in found
                if label != COMMUNICATION or (is_told(other, node) if forward else is_told(node, other))
            ]

        return steps

    def _is_told(self, source: int, target: int) -> bool:
        pairs = self._asserted
        if pairs is None:
            return bool(self._told(np.array([source], np.int64), np.array([target], np.int64), False)[0])
        wanted = (source << 32) | target
        at = bisect_left(pairs, wanted)
        return at < len(pairs) and pairs[at] == wanted

    def _told(self, nodes: Ids, others: Ids, forward: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        sources, targets = (others, nodes) if forward else (nodes, others)
        return self._ground.are_asserted(sources, targets, np.full(len(nodes), COMMUNICATION, np.uint8))

    def expand(self, nodes: Ids, wanted: Labels, *, forward: bool = False) -> Expanded:
        """The steps out of many nodes, in no order."""
        sources, others, found = self._ground.expand(nodes, wanted, forward=forward)
        at = np.flatnonzero(found == COMMUNICATION)
        if not len(at):
            return sources, others, found
        keep = np.ones(len(found), np.bool_)
        keep[at] = self._told(sources[at], others[at], forward)
        return sources[keep], others[keep], found[keep]

"""Steps without those that only sum up two others, which are walked anyway."""

from __future__ import annotations

from typing import Final

import numpy as np

from whence.queries.edges import Labels, labels
from whence.queries.ground import Ground
from whence.queries.rows import Expanded, Stepper
from whence.queries.walk import Steps
from whence.reasoning.facts import Ids

__all__ = ["COMMUNICATION", "Direct", "direct"]

COMMUNICATION: Final = min(labels(["communication"]))
_PARTS: Final = labels(["generation", "usage"])


def direct(ground: Ground, wanted: Labels) -> Steps:
    """Where a walk with these steps goes, without the communications that use and generation imply.

    By inference 5 of PROV-CONSTRAINTS one activity was informed by another if it used what that generated.
    Walked as a step of its own, this would lead past the entity: past where a walk is to end, and in one
    step where two were taken. A communication that a bundle asserts may tell of more, and is walked.
    """
    return Direct(ground) if wanted >= _PARTS | {COMMUNICATION} else ground


class Direct:
    """Steps without communications that are only inferred."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    @property
    def wide_from(self) -> int:
        """As of the steps within."""
        return self._ground.wide_from

    def stepper(self, wanted: Labels, *, forward: bool = False) -> Stepper:
        """What gives the steps out of one node."""
        row = self._ground.stepper(wanted, forward=forward)

        def steps(node: int) -> list[tuple[int, int]]:
            found = row(node)
            for label, _ in found:
                if label == COMMUNICATION:
                    return self._without(node, found, forward)
            return found

        return steps

    def _without(self, node: int, found: list[tuple[int, int]], forward: bool) -> list[tuple[int, int]]:
        others = np.array([other for label, other in found if label == COMMUNICATION], np.int64)
        told = self._told(np.full(len(others), node, np.int64), others, forward)
        kept = {other for other, is_told in zip(others.tolist(), told.tolist(), strict=True) if is_told}
        return [(label, other) for label, other in found if label != COMMUNICATION or other in kept]

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

"""Steps between entities alone, or between activities alone: what is left out is passed through."""

from __future__ import annotations

from typing import Final, TypeAlias
from typing import Literal as Choice

import numpy as np

from whence.errors import SourceError
from whence.queries.edges import STEPS, Labels, labels
from whence.queries.graph import NodeKind
from whence.queries.rows import Expanded, Stepper
from whence.queries.walk import Steps
from whence.reasoning.facts import Ids

__all__ = ["ENDS", "THROUGH", "VIEWS", "Seen", "View", "check_view"]

View: TypeAlias = Choice["full", "entities", "activities"]
VIEWS: Final = ("full", "entities", "activities")

ENDS: Final[dict[str, tuple[NodeKind, NodeKind]]] = {
    "derivation": ("entity", "entity"),
    "generation": ("entity", "activity"),
    "usage": ("activity", "entity"),
    "communication": ("activity", "activity"),
    "start": ("activity", "entity"),
    "end": ("activity", "entity"),
    "member": ("entity", "entity"),
    "specialization": ("entity", "entity"),
    "alternate": ("entity", "entity"),
    "invalidation": ("entity", "activity"),
    "attribution": ("entity", "agent"),
    "association": ("activity", "agent"),
    "delegation": ("agent", "agent"),
    "value": ("entity", "entity"),
}
"""What is at the two ends of a step, by its kind."""

# An edge between two entities can be no usage, one between two activities is a communication.
_MADE_WITH: Final = min(labels(["usage"]))
_INFORMED: Final = min(labels(["communication"]))
THROUGH: Final = {"entities": _MADE_WITH, "activities": _INFORMED}
"""The label of an edge that passes through what a view leaves out."""


def check_view(view: str) -> None:
    """Raise :class:`~whence.errors.SourceError` for a view there is not."""
    if view not in VIEWS:
        raise SourceError(f"no view is called {view!r}; there are {', '.join(VIEWS)}")


class Seen:
    """Steps as a view has them: from an entity to those its activity used, or from an activity to those
    which made what it used.

    Activities are passed one at a time. Entities are passed until their activities are met, by
    derivations and membership where they have none.
    """

    wide_from: Final = 1 << 62

    def __init__(self, inner: Steps, view: View) -> None:
        self._inner, self._view = inner, view

    def stepper(self, wanted: Labels, *, forward: bool = False) -> Stepper:
        """What gives the steps out of one node."""
        row = self._inner.stepper(wanted, forward=forward)
        far = {at: _far(at, forward=forward) for at in wanted}
        left_out = "activity" if self._view == "entities" else "entity"
        through, limit = THROUGH[self._view], self._view == "entities"

        def beyond(first: int) -> list[tuple[int, int]]:
            found: dict[tuple[int, int], None] = {}
            seen, waiting = {first}, [first]
            while waiting:
                out = row(waiting.pop())
                kept = [(through, other) for at, other in out if far[at] not in (left_out, "agent")]
                found.update(dict.fromkeys(kept))
                if kept or limit:
                    continue
                more = [other for at, other in out if far[at] == left_out and other not in seen]
                seen.update(more)
                waiting += more
            return list(found)

        def steps(node: int) -> list[tuple[int, int]]:
            found: dict[tuple[int, int], None] = {}
            direct: set[int] = set()
            for at, other in row(node):
                if far[at] != left_out:
                    found[at, other] = None
                    direct.add(other)
            for at, other in row(node):
                if far[at] == left_out:
                    passed = [step for step in beyond(other) if step[1] not in direct]
                    found.update(dict.fromkeys(passed))
            return list(found)

        return steps

    def expand(self, nodes: Ids, wanted: Labels, *, forward: bool = False) -> Expanded:
        """The steps out of many nodes, in no order."""
        row = self.stepper(wanted, forward=forward)
        found = [(node, other, at) for node in nodes.tolist() for at, other in row(node)]
        columns = np.array(found, np.int64).reshape(-1, 3)
        return columns[:, 0], columns[:, 1], columns[:, 2].astype(np.uint8)


def _far(at: int, *, forward: bool) -> NodeKind:
    step = STEPS[at]
    ends = ENDS.get(step.kind, ("other", "other"))
    return ends[0] if forward != step.turned else ends[1]

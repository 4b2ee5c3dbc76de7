"""What is told of making inferences: while it goes on, and when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["InferenceReport", "Progress"]

Progress: TypeAlias = Callable[[str, int], bool]
"""Called with the stage (``reading``, ``reasoning``, ``writing``) and a count that grows; false stops."""


@dataclass(frozen=True, slots=True)
class InferenceReport:
    """What inferring did: triples asserted that rules look at, inferred, added, removed; seconds.

    ``contradictions`` says in words where the ontologies forbid what is asserted, the first hundred.
    """

    profile: str
    asserted: int
    inferred: int
    added: int
    removed: int
    seconds: float
    contradictions: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> InferenceReport:
        """The report that a server sent."""
        return cls(**{**fields, "contradictions": tuple(fields["contradictions"])})

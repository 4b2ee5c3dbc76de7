"""The statements that violations rest on: each once, what they follow from before them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from whence.validation.report import Evidence, TimeFinding, Violation

__all__ = ["Key", "Statements", "evidence_of", "involved", "key"]

Key: TypeAlias = tuple[str, str, int, str]
"""What tells one statement of a violation from another."""


def key(evidence: Evidence) -> Key:
    """The key of a statement. Equal statements from different bundles, lines or rules differ."""
    bundle = evidence.bundle.value if evidence.bundle else ""
    return evidence.text, bundle, evidence.line or 0, evidence.rule.id if evidence.rule else ""


def evidence_of(violation: Violation | TimeFinding) -> Iterator[Evidence]:
    """The statements a violation, its equations and its cycle name, repeated as they are there."""
    yield from violation.evidence
    if isinstance(violation, TimeFinding):
        for step in violation.reason:
            yield from step.evidence
        return
    for equation in violation.equations:
        yield from equation.evidence
    for step in violation.cycle:
        yield from step.evidence


class Statements:
    """Statements numbered from 0, with those they follow from, at most ``limit`` of them.

    Chains of inference can be long and share their parts, so they are walked without recursion and
    each statement is met once.
    """

    def __init__(self, roots: Iterable[Evidence], limit: int | None = None) -> None:
        self.list: list[Evidence] = []
        self._places: dict[Key, int] = {}
        self._limit = limit
        self.complete = True
        for root in roots:
            self._add(root)
        # What was said comes first; what follows keeps its order, premises before consequences.
        self.list.sort(key=lambda evidence: evidence.rule is not None)
        self._places = {key(evidence): place for place, evidence in enumerate(self.list)}

    def places(self, of: Iterable[Evidence]) -> list[int]:
        """The numbers of these statements, each once; those past the limit have none."""
        found = (self._places.get(key(evidence)) for evidence in of)
        return list(dict.fromkeys(place for place in found if place is not None))

    def _add(self, root: Evidence) -> None:
        met = {key(root)}
        waiting = [(root, False)]
        while waiting:
            evidence, ready = waiting.pop()
            name = key(evidence)
            if name in self._places:
                continue
            if self._limit is not None and len(self.list) >= self._limit:
                self.complete = False
                return
            if ready:
                self._places[name] = len(self.list)
                self.list.append(evidence)
                continue
            waiting.append((evidence, True))
            for premise in reversed(evidence.premises):
                if key(premise) not in met:
                    met.add(key(premise))
                    waiting.append((premise, False))


def involved(violation: Violation) -> list[Evidence]:
    """Every statement a violation rests on, each once, premises before what follows from them."""
    return Statements(evidence_of(violation)).list

"""What validation finds, as data: violations with their evidence, and malformed input apart."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pyoxigraph import NamedNode

from whence.validation.assertion import Malformed
from whence.validation.specification import Rule

__all__ = [
    "Equation",
    "Event",
    "Evidence",
    "Precedence",
    "TimeFinding",
    "ValidationReport",
    "Violation",
    "turned",
]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement that a violation rests on, as PROV-N, with the resources it names.

    ``rule`` is the inference it follows by, from ``premises``; ``None`` where it is asserted.
    ``of_subject``: the line is only where its subject is described.
    """

    text: str
    nodes: tuple[NamedNode, ...]
    bundle: NamedNode | None = None
    line: int | None = None
    rule: Rule | None = None
    premises: tuple[Evidence, ...] = ()
    of_subject: bool = False


@dataclass(frozen=True, slots=True)
class Equation:
    """That two values must be the same, by a uniqueness or key constraint and the statements it joins."""

    left: str
    right: str
    rule: Rule
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """An instantaneous event of PROV: ``kind`` is generation, usage, invalidation, start or end.

    ``text`` says it in words ("generation of ex:report"); ``of`` is the entity or activity, ``id`` the
    event's own IRI, where there is one.
    """

    kind: str
    text: str
    of: NamedNode | None = None
    id: NamedNode | None = None


@dataclass(frozen=True, slots=True)
class Precedence:
    """That one event comes before another (``strict``) or not after it, by an ordering constraint."""

    before: Event
    after: Event
    strict: bool
    rule: Rule
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """A constraint that does not hold in a bundle (``None``: outside bundles).

    ``message`` says what is wrong in one sentence, ``mend`` how to put it right. ``evidence`` are the
    statements; ``equations`` lead from one of two clashing values to the other; ``cycle`` is the
    shortest one of events that would have to come before themselves.
    """

    rule: Rule
    message: str
    mend: str
    evidence: tuple[Evidence, ...]
    bundle: NamedNode | None = None
    equations: tuple[Equation, ...] = ()
    cycle: tuple[Precedence, ...] = ()


def turned(cycle: tuple[Precedence, ...]) -> tuple[Precedence, ...]:
    """A cycle as reports show it: with a strict step last, the one that the others contradict."""
    if cycle and cycle[-1].strict:
        return cycle
    place = next((place for place, step in enumerate(cycle, 1) if step.strict), 0)
    return cycle[place:] + cycle[:place]


def ordered(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Violations by the first line they rest on; those without lines behind, by their rules' numbers."""
    return tuple(sorted(violations, key=_order))


def _order(violation: Violation) -> tuple[bool, int, int, str]:
    lines = [line for each in violation.evidence if (line := _line(each)) is not None]
    number = violation.rule.id
    return not lines, min(lines, default=0), int(number) if number.isdecimal() else 100, number


def _line(evidence: Evidence) -> int | None:
    """The line of a statement, or of the first that it follows from."""
    while evidence.line is None and evidence.premises:
        evidence = evidence.premises[0]
    return evidence.line


@dataclass(frozen=True, slots=True)
class TimeFinding:
    """Something odd about literal times, which validity does not look at.

    ``kind`` is ``order`` (a time contradicts the order of events), ``reversed`` (an activity ends before it
    starts), ``simultaneous`` (events that must be are not), ``future``, ``end`` (an activity has ended,
    nobody says when), ``zone`` (times with and without time zone) or ``cycle`` (a circular derivation
    that is valid only since nothing tells of the entities' generation). ``mend`` suggests a fix,
    ``reason`` is the chain of events from the earlier to the later one.
    """

    kind: str
    message: str
    mend: str
    evidence: tuple[Evidence, ...]
    bundle: NamedNode | None = None
    reason: tuple[Precedence, ...] = ()


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """The outcome for one document or store.

    ``found`` counts all violations, ``violations`` holds those that were kept (see ``limit`` of the
    functions that validate). ``statements`` and ``bundles`` count what was looked at. ``prefixes``
    were declared by the source. ``files`` says of bundles of a store, by their IRIs, what they were loaded
    from. ``times`` is what is odd about literal times, if that was asked for; it
    has no part in validity.

    It is true if it is valid. ``str()`` of it is text for people.
    """

    source: str
    violations: tuple[Violation, ...]
    malformed: tuple[Malformed, ...]
    found: int
    statements: int
    bundles: int
    prefixes: dict[str, str] = field(default_factory=dict)
    times: tuple[TimeFinding, ...] = ()
    files: dict[str, str] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether everything is well-formed and every constraint holds."""
        return not self.found and not self.malformed

    @property
    def outcome(self) -> str:
        """``valid``, ``invalid``, or ``malformed`` where what there is is no PROV in the first place."""
        return "malformed" if self.malformed else "invalid" if self.found else "valid"

    def joined(self, other: ValidationReport, limit: int) -> ValidationReport:
        """This report and the violations of another one of the same source; ``limit`` are kept."""
        violations = (*self.violations, *other.violations)[:limit]
        return replace(self, violations=violations, found=self.found + other.found)

    def __bool__(self) -> bool:
        return self.valid

    def __str__(self) -> str:
        return self.to_text().rstrip("\n")

    def to_text(self) -> str:
        """What is wrong, where, why, and how to mend it, for people."""
        from whence.validation.report_text import text

        return text(self)

    def to_json(self) -> dict[str, Any]:
        """The same for programs, as values that :mod:`json` writes."""
        from whence.validation.report_json import to_json

        return to_json(self)

    def to_rdf(self, format: str = "turtle") -> bytes:
        """The same as a SHACL validation report with EARL assertions, in an RDF format by its name."""
        from whence.validation.report_rdf import serialized

        return serialized(format, self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

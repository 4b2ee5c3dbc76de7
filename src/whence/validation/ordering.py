"""Checks constraints 30 to 49: no event comes strictly before itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from whence.validation.chase import saturate
from whence.validation.cycles import components, shortest_cycles
from whence.validation.events import DERIVATIONS, STRICT, EventGraph
from whence.validation.instance import Instance
from whence.validation.report import Evidence, Precedence, Violation
from whence.validation.specification import rule
from whence.validation.telling import Teller, distinct

__all__ = ["check", "describe"]

_REASONS: Final = {
    "30": "lifetime",
    "31": "simultaneous starts",
    "32": "simultaneous ends",
    "33": "usage",
    "34": "generation",
    "35": "communication",
    "36": "lifetime",
    "37": "usage",
    "38": "usage",
    "39": "simultaneous generations",
    "40": "simultaneous invalidations",
    "41": "derivation",
    "42": "derivation",
    "43": "trigger of the start",
    "44": "trigger of the end",
    "45": "specialization",
    "46": "specialization",
    "47": "association",
    "48": "attribution",
    "49": "delegation",
}
_SAME_TIME: Final = frozenset({"31", "32", "39", "40"})
_SHOWN: Final = 10
_NAMED: Final = 3


def check(instance: Instance) -> Iterator[Violation]:
    """A violation for each group of events that would have to come strictly before themselves.

    A group is a strongly connected component of the event graph with a strict edge inside (only
    constraint 42 makes one); what is reported is its shortest cycle through such an edge. The order is
    that of PROV-CONSTRAINTS section 6.2, between events that exist, never between literal times. Time
    and memory are linear in statements.
    """
    saturate(instance)
    if not any(instance.rows.get(form) for form in DERIVATIONS):
        return
    graph = EventGraph(instance)
    found = shortest_cycles(graph, components(graph))
    teller = Teller(graph)
    for edges in found:
        yield _violation(teller.chain(edges, closed=True))


def describe(cycle: Sequence[Precedence]) -> str:
    """A cycle or chain of events in one line; long ones are shortened in the middle.

    ``<`` stands before what comes strictly later, ``≤`` before what does not come earlier and ``=``
    before what is simultaneous; the constraint behind each is in parentheses.
    """
    if not cycle:
        return ""
    steps = [_step(step) for step in cycle]
    if len(steps) > _SHOWN:
        half = _SHOWN // 2
        steps[half:-half] = [f"… {len(steps) - 2 * half} more …"]
    return " ".join((cycle[0].before.text, *steps))


def _step(step: Precedence) -> str:
    sign = "=" if step.rule.id in _SAME_TIME else "<" if step.strict else "≤"
    return f"{sign} {step.after.text} ({step.rule.id}, {_REASONS[step.rule.id]})"


def _violation(cycle: tuple[Precedence, ...]) -> Violation:
    evidence = distinct(item for step in cycle for item in step.evidence)
    bundles = {item.bundle for item in evidence}
    bundle = bundles.pop() if len(bundles) == 1 else None
    event = cycle[0].before.text
    if len(cycle) == 1:
        message = f"{_of(event)} is derived from itself, so its generation would come before itself."
    else:
        message = f"The {event} would come before itself: {describe(cycle)}."
    return Violation(rule(STRICT), message, _mend(cycle), evidence, bundle, cycle=cycle)


def _of(event: str) -> str:
    return event.partition(" of ")[2]


def _mend(cycle: tuple[Precedence, ...]) -> str:
    """Name what a person can change: the asserted statements, derivations first."""
    ordered = sorted(cycle, key=lambda step: not step.strict)
    links = list(dict.fromkeys(text for step in ordered for text in _asserted(step.evidence[:1])))
    if len(cycle) == 1:
        return f"Remove {links[0]}, or derive from an earlier version that has a name of its own."
    named = links[:_NAMED]
    rest = len(links) - len(named)
    others = f", or one of {rest} other statements along the cycle" if rest else ""
    return f"Remove or turn round one of these: {'; '.join(named)}{others}."


def _asserted(evidence: Sequence[Evidence]) -> Iterator[str]:
    waiting = deque(evidence)
    while waiting:
        item = waiting.popleft()
        if item.premises:
            waiting.extend(item.premises)
        else:
            yield item.text

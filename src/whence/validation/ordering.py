"""Checks constraints 30 to 49: no event comes strictly before itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from whence.validation.chase import saturate
from whence.validation.cycles import components, shortest_cycles
from whence.validation.events import DERIVATIONS, STRICT, EventGraph
from whence.validation.instance import Instance
from whence.validation.report import Evidence, Precedence, Violation, turned
from whence.validation.specification import rule
from whence.validation.telling import Teller, distinct

__all__ = ["check"]

_OF_ENTITIES: Final = frozenset({"39", "42"})
_NAMES: Final = 6
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


def _violation(cycle: tuple[Precedence, ...]) -> Violation:
    evidence = distinct(item for step in cycle for item in step.evidence)
    bundles = {item.bundle for item in evidence}
    bundle = bundles.pop() if len(bundles) == 1 else None
    return Violation(rule(STRICT), _message(turned(cycle)), _mend(cycle), evidence, bundle, cycle=cycle)


def _message(cycle: Sequence[Precedence]) -> str:
    event = cycle[0].before.text
    if all(step.rule.id in _OF_ENTITIES for step in cycle):
        entities = list(dict.fromkeys(_of(step.before.text) for step in cycle))
        if len(entities) == 1:
            return f"{entities[0]} is derived from itself, so its generation would come before itself."
        return f"{len(entities):,} entities are derived from each other in a circle: {_few(entities)}."
    others = len(cycle) - 1
    return f"The {event} would come before itself, by way of {others:,} other event{'s' * (others > 1)}."


def _of(event: str) -> str:
    return event.partition(" of ")[2].partition(" by ")[0]


def _few(names: list[str]) -> str:
    if len(names) > _NAMES:
        names = [*names[: _NAMES - 1], "...", names[-1]]
    return ", ".join(names)


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

"""What must not be and is: the contradictions in closed facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from pyoxigraph import Literal, Triple

from whence.reasoning.evaluate import Bindings
from whence.reasoning.facts import Terms
from whence.reasoning.rules import Atom, Inconsistency, RuleSet, Var

__all__ = ["Closed", "Contradiction", "contradictions"]


class Closed(Protocol):
    """Closed facts that patterns can be matched with: an evaluator."""

    terms: Terms

    def matches(self, body: Iterable[Atom], distinct: Iterable[tuple[Var, Var]] = ()) -> Bindings | None:
        """Every way to match patterns."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all be true.

    ``rule`` is the id of the inconsistency in its rule set, ``number`` that of its constraint or its row
    in the OWL 2 RL tables, ``name`` its name for people, ``spec`` a link. ``triples`` may be asserted or
    inferred; of things that are the same they tell by the name that stands for all.
    """

    rule: str
    number: str
    name: str
    spec: str
    triples: tuple[Triple, ...]

    def __str__(self) -> str:
        said = "; ".join(map(str, self.triples))
        return f"{self.name} ({self.number}): {said}"


def contradictions(closed: Closed, rules: RuleSet, limit: int = 100) -> list[Contradiction]:
    """The contradictions by ``rules`` in closed facts, at most ``limit``, in the order of the rules.

    ``closed`` is an evaluator of the same rules. Two ways to say the same statements contradict each
    other count once.
    """
    found: dict[tuple[str, frozenset[Triple]], Contradiction] = {}
    for rule in rules.inconsistencies:
        for triples in islice(_broken(closed, rule), limit):
            key = rule.number, frozenset(triples)
            found.setdefault(key, Contradiction(rule.id, rule.number, rule.name, rule.spec, triples))
            if len(found) == limit:
                return list(found.values())
    return list(found.values())


def _broken(closed: Closed, rule: Inconsistency) -> Iterator[tuple[Triple, ...]]:
    """The triples of each way to match what must not be."""
    matches = closed.matches(rule.body, rule.distinct)
    if matches is None:
        return
    rows = len(next(iter(matches.values())))
    for row in range(rows):
        numbers = {variable: int(column[row]) for variable, column in matches.items()}
        triples = dict.fromkeys(_triple(atom, numbers, closed.terms) for atom in rule.body)
        yield tuple(triples)


def _triple(atom: Atom, numbers: dict[Var, int], terms: Terms) -> Triple:
    subject, object_ = (
        terms.term(numbers[end]) if isinstance(end, Var) else end for end in (atom.subject, atom.object)
    )
    assert not isinstance(subject, Literal)  # noqa: S101  # facts have no literal subjects
    return Triple(subject, atom.predicate, object_)

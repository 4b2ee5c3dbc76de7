"""Which names stand for one thing, the name that stands for all of them, and rules told in those names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from pyoxigraph import Literal, NamedNode

from whence.reasoning.facts import Columns, Ids, Terms, gather, pack, unpack
from whence.reasoning.rules import Atom, Rule, RuleSet, Skolem, Term, Var

__all__ = ["Halves", "Renaming", "constants", "halve", "renaming"]

_GROUP: Final = "urn:whence:same:"


@dataclass(frozen=True, slots=True)
class Renaming:
    """The representatives of things with several names: ``members``, sorted, and one for each of them.

    A representative is not among the members.
    """

    members: Ids
    representatives: Ids

    def __len__(self) -> int:
        return len(self.members)

    def __call__(self, numbers: Ids) -> Ids:
        """Each number's representative; a number without one stays."""
        if not len(self.members) or not len(numbers):
            return numbers
        at = np.searchsorted(self.members, numbers)
        at[at == len(self.members)] = 0
        return np.where(self.members[at] == numbers, self.representatives[at], numbers)

    def one(self, number: int) -> int:
        """The representative of one number."""
        return int(self(np.array([number], np.int64))[0])

    def columns(self, columns: Columns) -> Columns:
        """Facts told in representatives, predicates included; not yet unique."""
        return gather((self.one(predicate), self._pairs(pairs)) for predicate, pairs in columns.items())

    def _pairs(self, pairs: Ids) -> Ids:
        left, right = unpack(pairs)
        return pack(self(left), self(right)) if len(self.members) else pairs

    def links(self) -> Ids:
        """Each member with its representative."""
        return np.sort(pack(self.members, self.representatives))

    def atom(self, atom: Atom, terms: Terms) -> Atom:
        """A pattern with its constants renamed."""
        predicate = self._term(atom.predicate, terms)
        assert isinstance(predicate, NamedNode)  # noqa: S101  # an IRI comes before a blank node
        return Atom(self._term(atom.subject, terms), predicate, self._term(atom.object, terms), atom.scope)

    def _term(self, term: Term, terms: Terms) -> Term:
        number = None if isinstance(term, Var) else terms.find(term)
        if number is None:
            return term
        found = terms.term(self.one(number))
        assert isinstance(found, NamedNode | Literal)  # noqa: S101  # as above
        return found

    def rules(self, rules: RuleSet, terms: Terms) -> RuleSet:
        """The same rules about representatives."""
        numbers = np.array(
            [n for term in constants(rules) if (n := terms.find(term)) is not None], np.int64
        )
        if not np.isin(numbers, self.members).any():
            return rules
        renamed = tuple(
            replace(
                rule,
                body=tuple(self.atom(atom, terms) for atom in rule.body),
                head=tuple(self.atom(atom, terms) for atom in rule.head),
            )
            for rule in rules.rules
        )
        return replace(rules, rules=renamed)


def renaming(pairs: Iterable[tuple[int, int]], terms: Terms, first: frozenset[int]) -> Renaming:
    """The representatives that equal ``pairs`` make: of each group the least name in N-Triples spelling.

    Names in ``first`` go before all others: those that rules mention, lest a statement of somebody that
    ``prov:Activity`` is a class of theirs takes activities away from everyone who asks for them.
    """
    above: dict[int, int] = {}

    def top(number: int) -> int:
        while (parent := above.setdefault(number, number)) != number:
            above[number] = above[parent]
            number = parent
        return number

    for one, other in pairs:
        above[top(one)] = top(other)
    groups: dict[int, list[int]] = {}
    for number in list(above):
        groups.setdefault(top(number), []).append(number)
    found = []
    for group in groups.values():
        chosen = min(group, key=lambda number: (number not in first, str(terms.term(number))))
        found += [(member, chosen) for member in group if member != chosen]
    table = np.array(sorted(found), np.int64).reshape(-1, 2)
    return Renaming(table[:, 0].copy(), table[:, 1].copy())


def constants(rules: RuleSet) -> Iterator[NamedNode | Literal]:
    """Every term that rules and inconsistencies mention, some repeatedly."""
    atoms = [atom for rule in rules.rules for atom in (*rule.body, *rule.head)]
    atoms += [atom for denied in rules.inconsistencies for atom in denied.body]
    for atom in atoms:
        yield atom.predicate
        yield from (end for end in (atom.subject, atom.object) if not isinstance(end, Var))


@dataclass(frozen=True, slots=True)
class Halves:
    """Rules without those that make two things one, of which only half is left: who has which value.

    ``groups`` are the predicates of these halves: things with the same object are the same thing. So
    a thousand values of a functional property take a thousand facts, where the rule would make a million.
    """

    rules: RuleSet
    groups: tuple[NamedNode, ...]


def halve(rules: RuleSet) -> Halves:
    """Split the rules for functional properties, keys and such; others that conclude sameness stay."""
    kept: list[Rule] = []
    groups: list[NamedNode] = []
    for rule in rules.rules:
        half = _half(rule) if rule.same_as and not rule.at_query_time else None
        kept.append(half or rule)
        if half is not None:
            groups.append(half.head[0].predicate)
    return Halves(replace(rules, rules=tuple(kept)) if groups else rules, tuple(groups))


def _half(rule: Rule) -> Rule | None:
    """The half about one of the two things; ``None`` unless the other half says the same."""
    one, other = rule.head[0].subject, rule.head[0].object
    if len(rule.head) > 1 or not isinstance(one, Var) or not isinstance(other, Var) or rule.skolem:
        return None
    if not set(rule.distinct) <= {(one, other), (other, one)}:
        return None
    swap = {one: other, other: one}
    body = {_swapped(atom, swap) for atom in rule.body}
    if body != set(rule.body) or any({one, other} <= set(atom.variables) for atom in body):
        return None
    half = tuple(atom for atom in rule.body if other not in atom.variables)
    values = tuple(dict.fromkeys(v for atom in half for v in atom.variables if v != one))
    group = NamedNode(f"{_GROUP}{rule.id.rpartition('/')[2]}")
    value: Term = values[0] if values else group
    skolem: tuple[Skolem, ...] = ()
    if len(values) > 1:
        value = Var("several values")
        skolem = (Skolem(value, group.value, values),)
    return replace(
        rule, body=half, head=(Atom(one, group, value),), distinct=(), skolem=skolem, same_as=False
    )


def _swapped(atom: Atom, swap: dict[Var, Var]) -> Atom:
    ends = [swap.get(end, end) if isinstance(end, Var) else end for end in (atom.subject, atom.object)]
    return replace(atom, subject=ends[0], object=ends[1])

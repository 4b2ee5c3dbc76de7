"""One step back: the applications of rules that would conclude a statement from what a store holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.identifiers import is_generated
from whence.ontology.namespaces import RDF_TYPE
from whence.reasoning.explain_equality import EQUALITY, carried
from whence.reasoning.explain_lookup import Fact, Known, Value
from whence.reasoning.rules import SAME_AS, Atom, Rule, RuleSet, Term, Var, skolem_iri

__all__ = ["Backward", "Goal", "Instance"]

Bindings: TypeAlias = dict[Var, Value]


class Goal(NamedTuple):
    """A statement to be shown; ``base``: without a transitive rule as the last step."""

    fact: Fact
    base: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """One application of a rule, known by the rule's ``id``: its premises, in the order of its body."""

    id: str
    premises: tuple[Goal, ...]
    rule: Rule = field(compare=False, repr=False)


class Backward:
    """The rules, applied from conclusion to premises; ``target`` is never among the premises.

    Statements that are stored were concluded by the rules that are materialised, from stored ones. Those
    that are not stored may follow at query time: for them every rule counts, and premises that are not
    stored themselves.
    """

    def __init__(self, known: Known, rules: RuleSet, target: Fact) -> None:
        self._known, self._target = known, target
        equal = any(rule.same_as for rule in rules.rules) or known.has_equals()
        every = [*rules.rules, *(EQUALITY if equal else ())]
        # What is concluded for queries comes last: the same is often concluded by a simpler rule.
        every.sort(key=lambda rule: (rule.at_query_time, rule.transitive))
        self._equal = equal
        self._by_head: dict[tuple[NamedNode, Term | None], list[tuple[Rule, Atom]]] = {}
        for rule in every:
            for head in rule.head:
                ends = None if isinstance(head.object, Var) else head.object
                self._by_head.setdefault((head.predicate, ends), []).append((rule, head))
        concluded = [(head.predicate, rule) for rule in every for head in rule.head]
        self._late = {p for p, rule in concluded if rule.at_query_time and not _restates(rule)}
        self._turning = {p for p, rule in concluded if rule.at_query_time and _turns(rule)}
        self._stepwise = {predicate for predicate, rule in concluded if not rule.transitive}
        self._closed = {predicate for predicate, rule in concluded if rule.transitive}

    def may_follow(self, fact: Fact) -> bool:
        """Whether a statement has the ends of one that follows at query time: some walk leads there.

        Without walks, to look for a proof that there is not would go through everything near its ends.
        """
        subject, predicate, object_ = fact
        if self._equal or predicate not in self._late or subject == object_ or self._known.holds(fact):
            return True
        steps = self._steps()
        return steps is None or self._known.are_joined(subject, object_, steps)

    def _steps(self) -> frozenset[NamedNode] | None:
        """The properties that walks at query time are made of; ``None`` where there is more to it."""
        found = set(self._late)
        for rules in self._by_head.values():
            for rule, head in rules:
                if head.predicate in self._late and head.subject != head.object:
                    links = [atom for atom in rule.body if atom.predicate != RDF_TYPE]
                    if not _are_linked(head, links) and head.variables:
                        return None
                    found |= {atom.predicate for atom in links}
        return frozenset(found)

    def applications(self, goal: Goal) -> Iterator[Instance]:
        """Every application that concludes ``goal``, the simple ones first; some may come twice."""
        fact = goal.fact
        stored = self._known.holds(fact)
        late = not stored or (self._equal and self._is_linked(fact))
        for rule, head in self._rules_for(fact):
            if (rule.at_query_time and not late) or (rule.transitive and goal.base):
                continue
            bound = _unified(head, fact)
            if bound is None or not _may_exist(rule, bound):
                continue
            for found in self._joined(list(rule.body), bound, late):
                premises = self._premises(rule, found)
                if premises and not any(p.fact in (fact, self._target) for p in premises):
                    yield Instance(rule.id, premises, rule)
                elif not rule.body:
                    yield Instance(rule.id, (), rule)

    def _rules_for(self, fact: Fact) -> Iterable[tuple[Rule, Atom]]:
        _, predicate, object_ = fact
        special = () if isinstance(object_, BlankNode) else self._by_head.get((predicate, object_), ())
        general = self._by_head.get((predicate, None), ())
        if self._equal and predicate != SAME_AS:
            return chain(special, general, carried(predicate, self._known))
        return chain(special, general)

    def _premises(self, rule: Rule, found: Bindings) -> tuple[Goal, ...]:
        """The premises under bindings; none if the bindings break a condition of the rule."""
        if any(found[left] == found[right] for left, right in rule.distinct):
            return ()
        for made in rule.skolem:
            wanted = found.get(made.variable)
            if wanted is not None and wanted != _made(made.label, made.arguments, found):
                return ()
        goals = []
        for atom in rule.body:
            fact = _filled(atom, found)
            base = atom.scope == "base" and atom.predicate in self._closed
            goals.append(Goal(fact, base and not self._known.is_asserted(fact)))
        return tuple(goals)

    def _joined(self, atoms: list[Atom], found: Bindings, late: bool) -> Iterator[Bindings]:
        """The bindings under which each atom is a fact that may serve as a premise."""
        if not atoms:
            yield found
            return
        atom = self._narrowest(atoms, found, late)
        rest = [other for other in atoms if other is not atom]
        for fact in self._matching(atom, found, late):
            more = _matched(atom, fact, found)
            if more is not None:
                yield from self._joined(rest, more, late)

    def _narrowest(self, atoms: list[Atom], found: Bindings, late: bool) -> Atom:
        """The atom to match next: one that has few matches, without reading long lists to know."""
        open_ends = {id(atom): sum(v not in found for v in atom.variables) for atom in atoms}
        fewest = min(open_ends.values())
        rivals = [atom for atom in atoms if open_ends[id(atom)] == fewest]
        rivals.sort(key=lambda atom: atom.scope == "all")
        # At query time, a walk is known by its last step alone: the way there need not be stored.
        if fewest != 1 or len(rivals) == 1 or (late and rivals[0].scope == "base"):
            return rivals[0]
        for most in (8, 64, 512, 4096):
            for atom in rivals:
                if sum(1 for _ in islice(self._matching(atom, found, late), most)) < most:
                    return atom
        return rivals[0]

    def _matching(self, atom: Atom, found: Bindings, late: bool) -> Iterator[Fact]:
        subject, object_ = _end(atom.subject, found), _end(atom.object, found)
        predicate = atom.predicate
        if isinstance(subject, Literal):
            return iter(())
        if subject is not None and object_ is not None:
            fact = (subject, predicate, object_)
            return iter((fact,) if self._may_be_premise(fact, atom, late) else ())
        facts = self._known.facts(subject, predicate, object_)
        if late and predicate == SAME_AS and (end := object_ or subject) is not None:
            # What two things are equal by need not be stored: each has a link to one that stands for both.
            pairs = ((end, other) if subject else (other, end) for other in self._known.equals(end))
            facts = ((one, predicate, other) for one, other in pairs)
        elif late and predicate in self._turning and not isinstance(object_, Literal):
            turned = ((o, p, s) for s, p, o in self._known.facts(object_, predicate, subject))
            straight = self._known.facts(subject, predicate, object_)
            facts = chain(straight, (fact for fact in turned if not self._known.holds(fact)))
        return (fact for fact in facts if self._may_be_premise(fact, atom, late))

    def _may_be_premise(self, fact: Fact, atom: Atom, late: bool) -> bool:
        subject, predicate, object_ = fact
        if self._known.holds(fact):
            if atom.scope == "all" or self._known.is_asserted(fact):
                return True
            return atom.scope == "base" and predicate in self._stepwise
        if not late or atom.scope == "asserted" or isinstance(subject, Literal) or subject == object_:
            return False
        return predicate in self._late or (self._equal and self._is_linked(fact))

    def _is_linked(self, fact: Fact) -> bool:
        return self._known.is_linked(fact[0]) or self._known.is_linked(fact[2])


def _restates(rule: Rule) -> bool:
    """Whether a rule only says by another property what a stored fact says: no walk is needed to know."""
    head, *more = rule.head
    ends = {head.subject, head.object}
    return not more and len(rule.body) == 1 and rule.body[0].predicate != head.predicate and len(ends) == 2


def _turns(rule: Rule) -> bool:
    """Whether a rule says that a relation holds both ways."""
    if len(rule.body) != 1 or len(rule.head) != 1:
        return False
    body, head = rule.body[0], rule.head[0]
    return (body.subject, body.predicate, body.object) == (head.object, head.predicate, head.subject)


def _are_linked(head: Atom, links: list[Atom]) -> bool:
    """Whether the two ends of a head are joined by a rule's patterns."""
    met, rest = {head.subject}, list(links)
    while near := [atom for atom in rest if met & {atom.subject, atom.object}]:
        met |= {end for atom in near for end in (atom.subject, atom.object)}
        rest = [atom for atom in rest if atom not in near]
    return head.object in met


def _unified(head: Atom, fact: Fact) -> Bindings | None:
    return _matched(head, fact, {})


def _matched(atom: Atom, fact: Fact, found: Bindings) -> Bindings | None:
    """``found`` with what makes ``atom`` say ``fact``, or ``None`` if nothing does."""
    more = dict(found)
    for end, value in ((atom.subject, fact[0]), (atom.object, fact[2])):
        if (more.setdefault(end, value) if isinstance(end, Var) else end) != value:
            return None
    return more


def _end(term: Term, found: Mapping[Var, Value]) -> Value | None:
    return found.get(term) if isinstance(term, Var) else term


def _filled(atom: Atom, found: Mapping[Var, Value]) -> Fact:
    ends = [found[end] if isinstance(end, Var) else end for end in (atom.subject, atom.object)]
    return ends[0], atom.predicate, ends[1]


def _may_exist(rule: Rule, bound: Mapping[Var, Value]) -> bool:
    """Whether what a rule would have made can be something that rules make."""
    values = [bound[made.variable] for made in rule.skolem if made.variable in bound]
    return all(isinstance(value, NamedNode) and is_generated(value) for value in values)


def _made(label: str, arguments: Iterable[Var], found: Mapping[Var, Value]) -> NamedNode:
    values = [found[argument] for argument in arguments]
    return skolem_iri(label, [value for value in values if isinstance(value, NamedNode | Literal)])

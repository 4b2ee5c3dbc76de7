"""Rules as SPARQL update operations: rules of one shape share an operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from dataclasses import replace as changed
from itertools import chain
from typing import TypeAlias, cast

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import RDF_TYPE
from whence.reasoning.rules import Atom, Rule, Scope, Skolem, Term, Var
from whence.reasoning.sparql_graphs import within

__all__ = ["Match", "Pattern", "Step", "inserting", "steps"]

_TYPE = str(RDF_TYPE)
Match: TypeAlias = Callable[[str, Scope], str]
"""From a triple pattern and its scope to a group that matches it in the right graphs."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """An atom in SPARQL: its terms as text, variables named anew (``?v0``; ``?k0`` where rules differ)."""

    subject: str
    predicate: str
    object: str
    scope: Scope

    @property
    def text(self) -> str:
        """The triple pattern."""
        return f"{self.subject} {self.predicate} {self.object}"

    @property
    def variables(self) -> frozenset[str]:
        """Its variables."""
        return frozenset(t for t in (self.subject, self.predicate, self.object) if t.startswith("?"))

    def cost(self, known: Set[str]) -> tuple[bool, int, bool, bool]:
        """How much it may find for what is known, as far as it shows: most subjects have few of a kind."""
        new = self.variables - known
        return (
            bool(new) and not self.variables & known,
            len(new),
            self.subject in new,
            self.predicate == _TYPE,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """Rules of one shape: patterns, and a row of terms for ``keys`` from each rule.

    A step that no other rule shares keeps its ``rule`` and how its variables are named.
    """

    body: tuple[Pattern, ...]
    head: tuple[Pattern, ...]
    keys: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    distinct: tuple[tuple[str, str], ...] = ()
    rule: Rule | None = None
    names: dict[Var, str] = field(default_factory=dict)

    @property
    def made(self) -> frozenset[str]:
        """The variables that the body does not bind."""
        return frozenset(self.names[skolem.variable] for skolem in self.skolem)

    @property
    def skolem(self) -> tuple[Skolem, ...]:
        """What those variables stand for."""
        return self.rule.skolem if self.rule else ()

    @property
    def bound(self) -> tuple[str, ...]:
        """The variables that the body binds and that heads or skolem terms need."""
        needed = frozenset().union(*(head.variables for head in self.head)) - self.made
        return tuple(sorted(needed | {self.names[a] for skolem in self.skolem for a in skolem.arguments}))

    def about(self, pattern: Pattern, predicates: Set[str] | None) -> Step | None:
        """The step with those of its rules alone whose ``pattern`` has one of ``predicates``."""
        if predicates is None or pattern.predicate in predicates:
            return self
        if pattern.predicate not in self.keys:
            return None
        at = self.keys.index(pattern.predicate)
        rows = tuple(row for row in self.rows if row[at] in predicates)
        return changed(self, rows=rows) if rows else None

    def where(self, seeds: Sequence[str], bound: Set[str], rest: Iterable[Pattern], match: Match) -> str:
        """The groups of a WHERE: ``seeds``, which bind ``bound``, and then ``rest`` where it connects.

        A pattern that binds nothing that is needed is a test, so that it neither comes first nor gives a
        row for each of its matches.
        """
        known = {*bound, *self.keys}
        needed = {*self.bound, *chain.from_iterable(self.distinct)}
        parts = [*self._values(), *seeds]
        waiting = list(rest)
        while waiting:
            waiting.sort(key=lambda pattern: pattern.cost(known))
            pattern = waiting.pop(0)
            group = match(pattern.text, pattern.scope)
            useful = needed.union(*(other.variables for other in waiting))
            parts.append(group if (pattern.variables - known) & useful else f"FILTER EXISTS {group}")
            known |= pattern.variables
        # Not !=, which compares values and knows no answer for some.
        parts += [f"FILTER(!sameTerm({left}, {right}))" for left, right in self.distinct]
        return "\n".join(parts)

    def _values(self) -> Iterator[str]:
        if self.keys:
            rows = " ".join(f"({' '.join(row)})" for row in self.rows)
            yield f"VALUES ({' '.join(self.keys)}) {{ {rows} }}"

    def guard(self, head: Pattern) -> str:
        """The test that a head has a subject that is no literal, where that is not plain."""
        if not head.subject.startswith("?") or any(head.subject == p.subject for p in self.body):
            return ""
        return f"FILTER(!isLiteral({head.subject}))"


def steps(rules: Iterable[Rule]) -> list[Step]:
    """The steps of all rules that have a body. Rules with one pattern and one head share steps."""
    shared: dict[tuple[object, ...], list[tuple[str, ...]]] = {}
    alone: list[Step] = []
    for rule in rules:
        names = _names(rule)
        if len(rule.body) == 1 and len(rule.head) == 1 and not (rule.skolem or rule.distinct):
            shape, row = _shape(rule, names)
            shared.setdefault(shape, []).append(row)
        elif rule.body:
            alone.append(_step(rule, names))
    return [*(_share(shape, rows) for shape, rows in shared.items()), *alone]


def _names(rule: Rule) -> dict[Var, str]:
    names: dict[Var, str] = {}
    for atom in (*rule.body, *rule.head):
        for variable in atom.variables:
            names.setdefault(variable, f"?v{len(names)}")
    return names


def _step(rule: Rule, names: dict[Var, str]) -> Step:
    def pattern(atom: Atom) -> Pattern:
        return Pattern(
            _text(atom.subject, names), str(atom.predicate), _text(atom.object, names), atom.scope
        )

    return Step(
        tuple(map(pattern, rule.body)),
        tuple(pattern(atom) for atom in rule.head if not isinstance(atom.subject, Literal)),
        distinct=tuple((names[left], names[right]) for left, right in rule.distinct),
        rule=rule,
        names=names,
    )


def _text(term: Term, names: dict[Var, str]) -> str:
    return names[term] if isinstance(term, Var) else str(term)


def _shape(rule: Rule, names: dict[Var, str]) -> tuple[tuple[object, ...], tuple[str, ...]]:
    """What two rules must agree in to share a step, and the constants in which they may differ."""
    (body,), (head,) = rule.body, rule.head
    terms: list[Term] = [
        body.subject,
        body.predicate,
        body.object,
        head.subject,
        head.predicate,
        head.object,
    ]
    shape = tuple(names[term] if isinstance(term, Var) else None for term in terms)
    row = tuple(str(term) for term in terms if not isinstance(term, Var))
    literal = isinstance(head.subject, Literal)
    return (*shape, body.scope, literal), row


def _share(shape: tuple[object, ...], rows: list[tuple[str, ...]]) -> Step:
    *ends, scope, literal = shape
    texts: list[str] = []
    keys: list[int] = []
    constants = iter(range(len(rows[0])))
    for end in ends:
        if isinstance(end, str):
            texts.append(end)
            continue
        at = next(constants)
        if len({row[at] for row in rows}) == 1:
            texts.append(rows[0][at])
        else:
            texts.append(f"?k{at}")
            keys.append(at)
    subject, predicate, object_, of, says, value = texts
    body = Pattern(subject, predicate, object_, cast(Scope, scope))
    head = Pattern(of, says, value, "all")
    kept = tuple(dict.fromkeys(tuple(row[at] for at in keys) for row in rows)) if keys else ()
    return Step((body,), () if literal else (head,), tuple(f"?k{at}" for at in keys), kept)


def inserting(target: NamedNode, triple: str, where: str) -> str:
    """An operation that puts what follows into a graph."""
    return f"INSERT {{ {within(target, triple)} }} WHERE {{\n{where}\n}}"

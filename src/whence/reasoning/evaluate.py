"""Closing facts under rules: set at a time over integer columns, semi-naive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from whence.reasoning.direct import Direct, Pattern
from whence.reasoning.facts import Columns, Facts, Ids, Terms, distinct, gather, pack, unpack
from whence.reasoning.rules import SAME_AS, Atom, Rule, RuleSet, Scope, Skolem, Var, skolem_iri

__all__ = ["Bindings", "Evaluator", "Interrupted", "Progress"]

Progress = Callable[[int, int], bool]
"""Called after each round with its number and the facts found so far; false stops the work."""


class Interrupted(Exception):  # a signal between these modules, never seen by users
    """The progress callback asked to stop."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    body: tuple[Pattern, ...]
    head: tuple[Pattern, ...]


Bindings = dict[Var, Ids]
"""A column of numbers for each variable, all of one length: a row is one way to match."""


class Evaluator:
    """Applies a rule set to facts whose terms ``terms`` numbers.

    ``asserted`` are the facts given, ``facts`` those and all that follows from them. ``base`` (what
    transitive rules take their last step over) is kept for the predicates that need it.
    """

    def __init__(self, rules: RuleSet, terms: Terms) -> None:
        self.terms = terms
        self.asserted = Facts()
        self.facts = Facts()
        self._base = Facts()
        self._rules = [self._compile(rule) for rule in rules.materialised]
        self._axioms = gather(self._ground(head) for c in self._rules if not c.body for head in c.head)
        self._by_predicate: dict[int, list[tuple[_Compiled, int]]] = {}
        self._by_head: dict[int, list[tuple[_Compiled, Pattern]]] = {}
        for compiled in self._rules:
            for at, pattern in enumerate(compiled.body):
                self._by_predicate.setdefault(pattern.predicate, []).append((compiled, at))
            for pattern in compiled.head:
                self._by_head.setdefault(pattern.predicate, []).append((compiled, pattern))
        self._direct = Direct((c.body, c.head) for c in self._rules)
        self._joined: dict[int, list[tuple[_Compiled, int]]] = {}
        for compiled, taken in zip(self._rules, self._direct.taken, strict=True):
            for at, pattern in enumerate(() if taken else compiled.body):
                self._joined.setdefault(pattern.predicate, []).append((compiled, at))
        self._base_predicates = {p.predicate for c in self._rules for p in c.body if p.scope == "base"}
        self.same_as = terms.number(SAME_AS)

    def _compile(self, rule: Rule) -> _Compiled:
        return _Compiled(rule, tuple(map(self._pattern, rule.body)), tuple(map(self._pattern, rule.head)))

    def _pattern(self, atom: Atom) -> Pattern:
        ends = [
            end if isinstance(end, Var) else self.terms.number(end) for end in (atom.subject, atom.object)
        ]
        return Pattern(ends[0], self.terms.number(atom.predicate), ends[1], atom.scope)

    def _ground(self, head: Pattern) -> tuple[int, Ids]:
        return head.predicate, np.array([(int(head.subject) << 32) | int(head.object)], np.int64)  # type: ignore[arg-type]  # a fact has no variables

    def resume(self, asserted: Columns, facts: Columns) -> None:
        """Go on from what an evaluator of the same rules and terms had come to; nothing is closed anew.

        The columns are taken as they are, and never written to.
        """
        self.asserted, self.facts, self._base = Facts(asserted), Facts(facts), Facts()
        self._keep_base(asserted)
        self._keep_base(self._axioms)
        for predicate in self._base_predicates:
            for compiled, _ in self._by_head.get(predicate, ()):
                if compiled.body and not compiled.rule.transitive:
                    found = self._restart(compiled)
                    self._keep_base({} if found is None else gather(self._heads(compiled, found)))

    def matches(self, body: Iterable[Atom], distinct: Iterable[tuple[Var, Var]] = ()) -> Bindings | None:
        """Every way to match patterns, as equally long columns by variable; ``None`` if there is none."""
        rule = Rule("", "", "", "", tuple(body), (), tuple(distinct))
        compiled = self._compile(rule)
        first, *rest = sorted(compiled.body, key=self._extent)
        found = self._scan(first, self._facts_of(first.scope)) if self._extent(first) else None
        return None if found is None else self._join(compiled, found, rest)

    def _extent(self, pattern: Pattern) -> int:
        """How many facts have the predicate of a pattern, and its object or subject if those are given."""
        relation = self._facts_of(pattern.scope).relation(pattern.predicate)
        if isinstance(pattern.object, int):
            return len(_range(relation.turned, pattern.object))
        return len(
            _range(relation.pairs, pattern.subject) if isinstance(pattern.subject, int) else relation
        )

    # Adding

    def add(self, columns: Columns, progress: Progress | None = None) -> Columns:
        """Assert facts and close; the facts that are new in ``facts``, the asserted ones included.

        Raises :class:`Interrupted` when ``progress`` returns false; what was reached stays.
        """
        new_asserted = self.asserted.missing(columns)
        self.asserted.add(new_asserted)
        start = self.facts.missing(gather([*new_asserted.items(), *self._axioms.items()]))
        # A fact that had been inferred is now a guard for the rules that look at asserted facts alone.
        promoted = self.facts.present({p: v for p, v in new_asserted.items() if p in self._guarded()})
        self._keep_base(gather([*new_asserted.items(), *self._axioms.items()]))
        return self._close(start, promoted, progress)

    def _guarded(self) -> set[int]:
        return {p.predicate for c in self._rules for p in c.body if p.scope != "all"}

    def _close(self, fresh: Columns, again: Columns, progress: Progress | None = None) -> Columns:
        """Add ``fresh``, which ``facts`` lacks, and what follows from it and ``again``; what was added."""
        everything: list[tuple[int, Ids]] = []
        found, rounds = 0, 0
        while fresh or again:
            heads = self._direct.heads(Facts(fresh), self.terms)
            self._keep_base(heads)
            fresh = self.facts.missing(gather([*fresh.items(), *heads.items()]))
            at_once = not len(self.facts)
            self.facts.add(fresh)
            everything.extend(fresh.items())
            found, rounds = found + sum(map(len, fresh.values())), rounds + 1
            if progress is not None and not progress(rounds, found):
                raise Interrupted
            changed = self.facts if at_once else Facts(_united(fresh, again))
            fresh = self.facts.missing(gather(self._consequences(changed, at_once=at_once)))
            again = {}
        return gather(everything)

    def _keep_base(self, columns: Columns) -> None:
        wanted = {p: pairs for p, pairs in columns.items() if p in self._base_predicates}
        self._base.add(self._base.missing(wanted))

    def _consequences(self, changed: Facts, *, at_once: bool) -> Iterator[tuple[int, Ids]]:
        """Head facts of every instance of a rule with joins that uses a fact of ``changed``, new or not.

        ``at_once`` says that ``changed`` is all there is: no matter where a rule is started then.
        """
        for predicate in list(changed):
            for compiled, at in self._joined.get(predicate, ()):
                found = self._match(compiled, at, changed) if at == 0 or not at_once else None
                if found is None:
                    continue
                heads = list(self._heads(compiled, found))
                if self._base_predicates and not compiled.rule.transitive:
                    self._keep_base(gather(heads))
                yield from heads

    def _match(self, compiled: _Compiled, at: int, changed: Facts) -> Bindings | None:
        first = compiled.body[at]
        found = self._scan(first, changed)
        if found is None:
            return None
        if first.scope == "asserted":
            found = self._extend(found, first, self.asserted)
        elif first.scope == "base":
            found = self._extend(found, first, self._base)
        rest = [pattern for number, pattern in enumerate(compiled.body) if number != at]
        return self._join(compiled, found, rest)

    def _join(self, compiled: _Compiled, found: Bindings, rest: list[Pattern]) -> Bindings | None:
        while rest:
            rest.sort(key=lambda pattern: self._cost(pattern, found))
            pattern = rest.pop(0)
            found = self._extend(found, pattern, self._facts_of(pattern.scope))
            if not _size(found):
                return None
        for left, right in compiled.rule.distinct:
            found = _keep(found, found[left] != found[right])
        return found if _size(found) else None

    def _facts_of(self, scope: Scope) -> Facts:
        return {"all": self.facts, "asserted": self.asserted, "base": self._base}[scope]

    def _cost(self, pattern: Pattern, found: Bindings) -> tuple[int, int]:
        free = sum(isinstance(end, Var) and end not in found for end in (pattern.subject, pattern.object))
        constants = sum(isinstance(end, int) for end in (pattern.subject, pattern.object))
        unconnected = free + constants == 2 and free > 0
        return (free + 3 * unconnected, len(self.facts.relation(pattern.predicate)))

    def _scan(self, pattern: Pattern, facts: Facts) -> Bindings | None:
        """Bindings of one pattern alone."""
        relation = facts.relation(pattern.predicate)
        subject, object_ = pattern.subject, pattern.object
        if isinstance(object_, int):
            others = relation.subjects(object_)
            if isinstance(subject, int):
                others = others[others == subject]
                return {_TRUE: others} if len(others) else None
            return {subject: others} if len(others) else None
        if isinstance(subject, int):
            others = _range(relation.pairs, subject)
            return {object_: others} if len(others) else None
        left, right = unpack(relation.pairs)
        if subject == object_:
            left = left[left == right]
            return {subject: left} if len(left) else None
        return {subject: left, object_: right} if len(left) else None

    def _extend(self, found: Bindings, pattern: Pattern, facts: Facts) -> Bindings:
        """Join bindings with the facts that match a pattern."""
        relation = facts.relation(pattern.predicate)
        size = _size(found)
        left = _column(pattern.subject, found, size)
        right = _column(pattern.object, found, size)
        if left is not None and right is not None:
            return _keep(found, relation.has(pack(left, right)))
        if left is not None and isinstance(pattern.object, Var):
            return _expand(found, left, relation.pairs, pattern.object)
        if right is not None and isinstance(pattern.subject, Var):
            return _expand(found, right, relation.turned, pattern.subject)
        other = self._scan(pattern, facts)
        return _product(found, other) if other is not None else _keep(found, np.zeros(size, bool))

    def _heads(self, compiled: _Compiled, found: Bindings) -> Iterator[tuple[int, Ids]]:
        size = _size(found)
        for skolem in compiled.rule.skolem:
            found = {**found, skolem.variable: self._skolem(skolem, found)}
        for head in compiled.head:
            left, right = _column(head.subject, found, size), _column(head.object, found, size)
            if left is None or right is None:
                raise ValueError(f"rule {compiled.rule.id} does not bind its head")
            literal = self.terms.are_literals(left)
            if literal.any():
                left, right = left[~literal], right[~literal]
            yield head.predicate, pack(left, right)

    def _skolem(self, skolem: Skolem, found: Bindings) -> Ids:
        rows = np.stack([found[argument] for argument in skolem.arguments], axis=1)
        unique, inverse = np.unique(rows, axis=0, return_inverse=True)
        made = np.empty(len(unique), np.int64)
        for at, row in enumerate(unique):
            values = [self.terms.term(int(number)) for number in row]
            made[at] = self.terms.number(skolem_iri(skolem.label, values))
        result: Ids = made[inverse.reshape(-1)]
        return result

    # Removing

    def remove(self, columns: Columns) -> tuple[Columns, Columns]:
        """Retract asserted facts, keeping what still follows: delete and rederive.

        Returns what left ``facts``, and what is in it though no longer asserted.
        """
        gone = self.asserted.present(columns)
        self.asserted.remove(gone)
        over = self._overdelete(gone)
        self.facts.remove(over)
        self._base.remove(self._base.present({p: v for p, v in over.items() if p in self._base_predicates}))
        back = self._rederive(over)
        lost = {p: np.setdiff1d(pairs, back.get(p, _NONE), assume_unique=True) for p, pairs in over.items()}
        kept = {p: np.intersect1d(pairs, back.get(p, _NONE)) for p, pairs in gone.items()}
        return _nonempty(lost), _nonempty(kept)

    def _overdelete(self, gone: Columns) -> Columns:
        doomed = Facts()
        delta = gone
        while delta:
            doomed.add(delta)
            heads = self.facts.present(gather(self._consequences_of_removed(delta)))
            delta = {
                predicate: kept
                for predicate, pairs in doomed.missing(heads).items()
                if len(kept := pairs[~self.asserted.relation(predicate).has(pairs)])
            }
        return doomed.columns()

    def _consequences_of_removed(self, delta: Columns) -> Iterator[tuple[int, Ids]]:
        """As :meth:`_consequences`, with guards on asserted facts not asked of the removed facts."""
        changed = Facts(delta)
        for predicate in delta:
            for compiled, at in self._by_predicate.get(predicate, ()):
                found = self._scan(compiled.body[at], changed)
                if found is None:
                    continue
                rest = [
                    Pattern(p.subject, p.predicate, p.object, "all")
                    for number, p in enumerate(compiled.body)
                    if number != at
                ]
                joined = self._join(compiled, found, rest)
                if joined is not None:
                    yield from self._heads(compiled, joined)

    def _rederive(self, over: Columns) -> Columns:
        """Put back those removed facts that other facts still imply."""
        back = self.facts.missing(gather(self._still_implied(over)))
        axioms = {p: np.intersect1d(v, over.get(p, _NONE)) for p, v in self._axioms.items()}
        back = self.facts.missing(gather([*back.items(), *axioms.items()]))
        return {p: distinct(v) for p, v in self._close(back, {}).items()}

    def _still_implied(self, over: Columns) -> Iterator[tuple[int, Ids]]:
        removed = Facts(over)
        for predicate in over:
            for compiled, head in self._by_head.get(predicate, ()):
                skolems = {skolem.variable for skolem in compiled.rule.skolem}
                if skolems & {head.subject, head.object}:
                    found = self._restart(compiled)
                else:
                    seeds = self._scan(head, removed)
                    found = None if seeds is None else self._join(compiled, seeds, list(compiled.body))
                if found is None:
                    continue
                heads = [(p, pairs) for p, pairs in self._heads(compiled, found) if p == predicate]
                wanted = removed.present(gather(heads))
                if not compiled.rule.transitive:
                    self._keep_base(wanted)
                yield from wanted.items()

    def _restart(self, compiled: _Compiled) -> Bindings | None:
        """All instances of a rule, for heads that cannot be matched backwards."""
        first, *rest = compiled.body
        found = self._scan(first, self._facts_of(first.scope))
        return None if found is None else self._join(compiled, found, rest)


_TRUE = Var("")
"""Stands for a pattern without variables that matched; keeps the number of rows."""
_NONE: Ids = np.empty(0, np.int64)


def _united(one: Columns, other: Columns) -> Columns:
    return {p: distinct(pairs) for p, pairs in gather([*one.items(), *other.items()]).items()}


def _nonempty(columns: Columns) -> Columns:
    return {predicate: pairs for predicate, pairs in columns.items() if len(pairs)}


def _size(found: Bindings) -> int:
    return len(next(iter(found.values()))) if found else 0


def _column(end: Var | int, found: Bindings, size: int) -> Ids | None:
    if isinstance(end, int):
        return np.full(size, end, np.int64)
    return found.get(end)


def _keep(found: Bindings, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Bindings:
    return {variable: column[mask] for variable, column in found.items()}


def _range(pairs: Ids, left: int) -> Ids:
    low, high = np.searchsorted(pairs, [left << 32, (left + 1) << 32])
    result: Ids = pairs[low:high] & 0xFFFFFFFF
    return result


def _expand(found: Bindings, known: Ids, pairs: Ids, new: Var) -> Bindings:
    low, high = _ranges(pairs, known)
    counts = high - low
    rows = np.repeat(np.arange(len(known)), counts)
    within = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]
    values = pairs[low[rows] + within] & 0xFFFFFFFF
    extended = {variable: column[rows] for variable, column in found.items()}
    extended[new] = values
    return extended


def _ranges(pairs: Ids, known: Ids) -> tuple[Ids, Ids]:
    """Where the pairs of each known left end begin and end."""
    last = max(int(known.max(initial=0)), int(pairs[-1] >> 32) if len(pairs) else 0)
    if len(known) * 8 < last:
        return np.searchsorted(pairs, known << 32), np.searchsorted(pairs, (known + 1) << 32)
    # Many ends in no order: looking each up in a table of all of them is faster than searching.
    starts = np.zeros(last + 2, np.int64)
    np.cumsum(np.bincount(pairs >> 32, minlength=last + 1), out=starts[1:])
    return starts[known], starts[known + 1]


def _product(one: Bindings, other: Bindings) -> Bindings:
    many, more = _size(one), _size(other)
    result = {variable: np.repeat(column, more) for variable, column in one.items()}
    result.update({variable: np.tile(column, many) for variable, column in other.items()})
    return result

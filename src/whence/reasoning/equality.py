"""Closing facts when things have several names: what follows is told of one name for all of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from whence.reasoning.evaluate import Bindings, Evaluator, Progress
from whence.reasoning.facts import Columns, Facts, Ids, Terms, distinct, gather, pack, unpack
from whence.reasoning.renaming import Renaming, constants, halve, renaming
from whence.reasoning.rules import SAME_AS, Atom, RuleSet, Var

__all__ = ["EqualityEvaluator", "evaluator"]

_MASK = 0xFFFFFFFF
Pair = tuple[int, int]


def evaluator(rules: RuleSet, terms: Terms) -> EqualityEvaluator:
    """What closes facts under ``rules``, equality included."""
    return EqualityEvaluator(rules, terms)


class EqualityEvaluator:
    """An :class:`~whence.reasoning.evaluate.Evaluator` that acts on ``owl:sameAs``.

    Of things that are the same, one name stands for all: the least in N-Triples spelling, those that rules
    mention first. ``facts`` has every other name with ``owl:sameAs`` that one, what was asserted of any
    name as it was asserted, and all the rest of the representative alone. So n names make n facts more,
    not n times n. Literals are never the same as anything else. Predicates and classes may be.

    While nothing is the same as anything else this is the plain evaluator and costs what that does.
    A new or lost equality closes everything anew.
    """

    def __init__(self, rules: RuleSet, terms: Terms) -> None:
        self.terms = terms
        self.superseded: Columns = {}
        self._halves = halve(rules)
        self._groups = [terms.number(group) for group in self._halves.groups]
        self._first = frozenset(map(terms.number, {*constants(rules), SAME_AS}))
        self._same_as = terms.number(SAME_AS)
        self._names: Renaming = renaming((), terms, self._first)
        self._concluded = False
        self._inner = Evaluator(self._halves.rules, terms)
        self._told = self._all = Facts()

    @property
    def asserted(self) -> Facts:
        """The facts given, as they were given."""
        return self._told if len(self._names) else self._inner.asserted

    @property
    def facts(self) -> Facts:
        """Those and all that follows from them."""
        if len(self._names):
            return self._all
        if not self._groups and not len(self._inner.facts.relation(self._same_as)):
            return self._inner.facts
        return Facts({**self._outward(self._inner.facts.columns()), **self._said(self._inner.asserted)})

    @property
    def representatives(self) -> Renaming:
        """Which names stand for one thing."""
        return self._names

    def matches(self, body: Iterable[Atom], distinct: Iterable[tuple[Var, Var]] = ()) -> Bindings | None:
        """As of :class:`Evaluator`, over the facts of representatives."""
        return self._inner.matches([self._names.atom(atom, self.terms) for atom in body], distinct)

    def resume(self, asserted: Columns, facts: Columns) -> None:
        """Go on from what an evaluator of the same rules and terms had come to."""
        if self._groups or self._same_as in facts:
            self._inner = Evaluator(self._halves.rules, self.terms)
            self._names = renaming((), self.terms, self._first)
            self.add(asserted)
        else:
            self._inner.resume(asserted, facts)

    def add(self, columns: Columns, progress: Progress | None = None) -> Columns:
        """Assert facts and close; the facts that are new in ``facts``, the asserted ones included.

        ``superseded`` has afterwards the facts that left ``facts``, for they are now told of another name.
        Raises :class:`~whence.reasoning.evaluate.Interrupted` when ``progress`` returns false.
        """
        self.superseded = {}
        if len(self._names):
            return self._add_renamed(columns, progress)
        had = self._said(self._inner.asserted)
        new = self._inner.add(columns, progress)
        if not self._equalities(self._inner, new):
            return {**self._outward(new), **Facts(had).missing(self._said(self._inner.asserted))}
        before = {**self._outward(Facts(_sorted(new)).missing(self._inner.facts.columns())), **had}
        self._told = Facts(self._inner.asserted.columns())
        gained, self.superseded = self._anew(Facts(before), progress)
        return gained

    def remove(self, columns: Columns) -> tuple[Columns, Columns]:
        """Retract asserted facts, keeping what still follows.

        Returns what left ``facts``, and what is in it without being asserted: of what was retracted, and
        of what is told of its own name again.
        """
        self.superseded = {}
        if not len(self._names):
            had = self._said(self._inner.asserted)
            lost, kept = self._inner.remove(columns)
            said = Facts(self._said(self._inner.asserted))
            return {**self._outward(lost), **said.missing(had)}, self._outward(kept)
        gone = self._told.present(columns)
        self._told.remove(gone)
        if self._concluded or self._unequal(gone.get(self._same_as)):
            gained, lost = self._anew(self._all, None)
            kept = self.facts.present(gone)
            return lost, _sorted(gather([*gained.items(), *kept.items()]))
        return self._remove_renamed(gone)

    # With several names for a thing

    def _add_renamed(self, columns: Columns, progress: Progress | None) -> Columns:
        fresh = self._told.missing(columns)
        self._told.add(fresh)
        new = self._inner.add(self._names.columns(fresh), progress)
        if self._equalities(self._inner, new):
            gained, self.superseded = self._anew(self._all, progress)
            return gained
        gained = self._all.missing(gather([*fresh.items(), *self._outward(new).items()]))
        self._all.add(gained)
        return gained

    def _remove_renamed(self, gone: Columns) -> tuple[Columns, Columns]:
        images = self._names.columns(gone)
        # Another name may have the same said of it.
        others = {
            predicate: pairs
            for predicate, pairs in self._told.columns().items()
            if self._names.one(predicate) in images
        }
        images = Facts(_sorted(self._names.columns(others))).missing(images)
        followed, _ = self._inner.remove(images)
        doubtful = self._all.present(gather([*gone.items(), *self._outward(followed).items()]))
        still = Facts(self._outward(self._inner.facts.columns()))
        links = Facts({self._same_as: self._names.links()})
        lost = links.missing(still.missing(self._told.missing(doubtful)))
        self._all.remove(lost)
        return lost, Facts(lost).missing(gone)

    def _anew(self, before: Facts, progress: Progress | None) -> tuple[Columns, Columns]:
        """Close what was asserted from the start; what ``facts`` gains and loses against ``before``."""
        told = self._told.columns()
        same = set(self._unequal(told.get(self._same_as)))
        names, inner = self._closed(same, progress)
        self._concluded = False
        while more := self._equalities(inner, inner.facts.columns(), names):
            self._concluded = True
            same.update(more)
            names, inner = self._closed(same, progress)
        self._names, self._inner = names, inner
        if len(names):
            links = {self._same_as: names.links()}
            parts = (told, self._outward(inner.facts.columns()), links)
            self._all = Facts(_sorted(gather(item for part in parts for item in part.items())))
        after = self.facts
        return before.missing(after.columns()), after.missing(before.columns())

    def _closed(self, same: set[Pair], progress: Progress | None) -> tuple[Renaming, Evaluator]:
        names = renaming(same, self.terms, self._first)
        inner = Evaluator(names.rules(self._halves.rules, self.terms), self.terms)
        themselves = distinct(names.representatives)
        # Rules that ask what is the same as something find that every representative is.
        same_as = {names.one(self._same_as): pack(themselves, themselves)} if len(names) else {}
        start = gather([*names.columns(self._told.columns()).items(), *same_as.items()])
        inner.add(start, progress)
        return names, inner

    def _equalities(self, inner: Evaluator, new: Columns, names: Renaming | None = None) -> list[Pair]:
        """The different names that ``new`` facts of an evaluator say to be of one thing."""
        names = names or self._names
        found = self._unequal(new.get(names.one(self._same_as)))
        for group in map(names.one, self._groups):
            if group in new:
                found += _together(distinct(unpack(new[group])[1]), inner.facts.relation(group).turned)
        return found

    def _unequal(self, pairs: Ids | None) -> list[Pair]:
        if pairs is None or not len(pairs):
            return []
        left, right = unpack(pairs)
        kept = (left != right) & ~self.terms.are_literals(right)
        return list(zip(left[kept].tolist(), right[kept].tolist(), strict=True))

    def _outward(self, columns: Columns) -> Columns:
        """Facts without those that are for use in here only."""
        hidden = {*map(self._names.one, self._groups), self._names.one(self._same_as), self._same_as}
        if hidden.isdisjoint(columns):
            return columns
        return {predicate: pairs for predicate, pairs in columns.items() if predicate not in hidden}

    def _said(self, asserted: Facts) -> Columns:
        """The equalities among facts. Where none is of two things they are facts if somebody said so."""
        pairs = asserted.relation(self._same_as).pairs
        return {self._same_as: pairs} if len(pairs) else {}


def _together(values: Ids, by_value: Ids) -> list[Pair]:
    """Of each value that several things have, the first thing with each of the others."""
    low = np.searchsorted(by_value, values << 32)
    high = np.searchsorted(by_value, (values + 1) << 32)
    more = high - low - 1
    low, more = low[more > 0], more[more > 0]
    first = np.repeat(low, more)
    within = np.arange(len(first)) - np.repeat(np.cumsum(more) - more, more)
    ones, others = by_value[first] & _MASK, by_value[first + 1 + within] & _MASK
    return list(zip(ones.tolist(), others.tolist(), strict=True))


def _sorted(columns: Columns) -> Columns:
    return {predicate: distinct(pairs) for predicate, pairs in columns.items()}

"""Rules of one pattern, closed over one another once, so that one pass applies them all.

Nine rules in ten are of this kind: subclasses, subproperties, domains, ranges, inverses. Which classes
and properties follow from a property is known before any fact is, so facts skip the steps between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from whence.reasoning.facts import Columns, Facts, Ids, Terms, distinct, gather, pack, unpack
from whence.reasoning.rules import Scope, Var

__all__ = ["Direct", "Pattern"]

_DENSE: Final = 8
"""With more nodes than one in so many of all terms, a flag for each term beats sorting the nodes."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """An atom with its constants interned: a variable, or a number."""

    subject: Var | int
    predicate: int
    object: Var | int
    scope: Scope


Tag: TypeAlias = tuple[int, int]
"""A predicate and its object: what a rule such as a subclass or a domain says of one node."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How pairs of one predicate become pairs of another.

    ``clean`` ways leave pairs with a literal object out, for somewhere on the way it would be a subject.
    """

    predicate: int
    turned: bool
    clean: bool

    def then(self, predicate: int, *, turned: bool) -> _Way:
        return _Way(predicate, self.turned != turned, self.clean or (self.turned != turned))


@dataclass(slots=True)
class _Effects:
    """All that follows from the pairs of a predicate."""

    ways: tuple[_Way, ...] = ()
    subject: set[Tag] = field(default_factory=set)
    subject_clean: set[Tag] = field(default_factory=set)
    object: set[Tag] = field(default_factory=set)


class Direct:
    """The consequences of single facts by those of ``rules`` (bodies and heads) that are of one pattern.

    ``taken`` tells for each rule whether it is among them; the others are left to joins. Facts that
    :meth:`heads` gives have no further consequences by these rules.
    """

    def __init__(self, rules: Iterable[tuple[tuple[Pattern, ...], tuple[Pattern, ...]]]) -> None:
        rules = list(rules)
        tagged = {
            pattern.predicate
            for body, heads in rules
            if len(body) == 1
            for pattern in (*body, *heads)
            if isinstance(pattern.object, int)
        }
        self.taken = [_is_direct(body, heads, tagged) for body, heads in rules]
        self._copies: dict[int, set[tuple[int, bool]]] = defaultdict(set)
        self._ends: dict[tuple[int, bool], set[Tag]] = defaultdict(set)
        self._tags: dict[Tag, set[Tag]] = defaultdict(set)
        for (body, heads), taken in zip(rules, self.taken, strict=True):
            for head in heads if taken else ():
                self._learn(body[0], head)
        self._by_tag = {tag: _reached(tag, self._tags) - {tag} for tag in self._tags}
        self._tag_predicates = {predicate for predicate, _ in self._by_tag}
        pairs = {*self._copies, *(predicate for predicate, _ in self._ends)}
        self._by_predicate = {predicate: self._effects(predicate) for predicate in pairs}

    def _learn(self, body: Pattern, head: Pattern) -> None:
        if isinstance(body.object, int):
            assert isinstance(head.object, int)  # noqa: S101  # as _is_direct has it
            self._tags[body.predicate, body.object].add((head.predicate, head.object))
        elif isinstance(head.object, int):
            self._ends[body.predicate, head.subject == body.object].add((head.predicate, head.object))
        else:
            self._copies[body.predicate].add((head.predicate, head.subject == body.object))

    def _effects(self, predicate: int) -> _Effects:
        start = _Way(predicate, turned=False, clean=False)
        ways, waiting = {start}, [start]
        while waiting:
            way = waiting.pop()
            for following, turned in self._copies.get(way.predicate, ()):
                found = way.then(following, turned=turned)
                if found not in ways:
                    ways.add(found)
                    waiting.append(found)
        effects = _Effects()
        for way in ways:
            for at_object in (False, True):
                tags = set().union(
                    *(_reached(tag, self._tags) for tag in self._ends.get((way.predicate, at_object), ()))
                )
                if at_object != way.turned:
                    effects.object |= tags
                elif way.clean:
                    effects.subject_clean |= tags
                else:
                    effects.subject |= tags
        effects.subject_clean -= effects.subject
        plain = {_Way(way.predicate, way.turned, clean=False) for way in ways if not way.clean}
        effects.ways = tuple(
            way
            for way in ways
            if way != start and not (way.clean and _Way(way.predicate, way.turned, clean=False) in plain)
        )
        return effects

    def heads(self, facts: Facts, terms: Terms) -> Columns:
        """What follows from each of ``facts`` alone, not yet unique; some of it may be in ``facts``."""
        parts: list[tuple[int, Ids]] = []
        nodes: dict[Tag, list[Ids]] = defaultdict(list)
        for predicate in facts:
            if effects := self._by_predicate.get(predicate):
                parts += _applied(effects, facts.relation(predicate).pairs, terms, nodes)
            if predicate in self._tag_predicates:
                self._follow_tags(predicate, facts, nodes)
        for (predicate, value), found in nodes.items():
            parts.append((predicate, (_union(found, len(terms)) << 32) | value))
        return gather(parts)

    def _follow_tags(self, predicate: int, facts: Facts, nodes: Mapping[Tag, list[Ids]]) -> None:
        values, subjects = unpack(facts.relation(predicate).turned)
        starts = np.flatnonzero(np.diff(values, prepend=-1))
        for value, found in zip(values[starts].tolist(), np.split(subjects, starts[1:]), strict=True):
            for other in self._by_tag.get((predicate, value), ()):
                nodes[other].append(found)


def _applied(
    effects: _Effects, pairs: Ids, terms: Terms, nodes: Mapping[Tag, list[Ids]]
) -> Iterable[tuple[int, Ids]]:
    """Pairs that follow from ``pairs``; nodes that get a tag are put in ``nodes``."""
    left, right = unpack(pairs)
    literal = terms.are_literals(right)
    clean = ~literal if literal.any() else slice(None)
    if effects.subject:
        found = _unrepeated(left)
        for tag in effects.subject:
            nodes[tag].append(found)
    for tags, column in ((effects.subject_clean, left), (effects.object, right)):
        if tags:
            found = column[clean]
            for tag in tags:
                nodes[tag].append(found)
    for way in effects.ways:
        if way.turned:
            yield way.predicate, pack(right[clean], left[clean])
        else:
            yield way.predicate, pairs[clean] if way.clean else pairs


def _unrepeated(ordered: Ids) -> Ids:
    keep = np.empty(len(ordered), bool)
    keep[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered[keep]


def _union(parts: list[Ids], terms: int) -> Ids:
    if sum(map(len, parts)) * _DENSE < terms:
        return distinct(np.concatenate(parts))
    flags = np.zeros(terms, bool)
    for part in parts:
        flags[part] = True
    return np.flatnonzero(flags)


def _reached(start: Tag, edges: Mapping[Tag, set[Tag]]) -> set[Tag]:
    found, waiting = {start}, [start]
    while waiting:
        fresh = edges.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


def _is_direct(body: tuple[Pattern, ...], heads: tuple[Pattern, ...], tagged: set[int]) -> bool:
    """Whether a rule is one that :class:`Direct` applies.

    Predicates that rules meet with a constant object are copied by no such rule: a copied pair might be the
    one with that object.
    """
    if len(body) != 1 or body[0].scope != "all" or not isinstance(body[0].subject, Var):
        return False
    subject, object_ = body[0].subject, body[0].object
    if isinstance(object_, int):
        return all(head.subject == subject and isinstance(head.object, int) for head in heads)
    if subject == object_ or body[0].predicate in tagged:
        return False
    ends = {subject, object_}
    return all(
        head.subject in ends
        if isinstance(head.object, int)
        else {head.subject, head.object} == ends and head.predicate not in tagged
        for head in heads
    )

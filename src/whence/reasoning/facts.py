"""Facts as integers: interned terms, and one sorted column of pairs for each predicate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import Literal, Quad

from whence.reasoning.spellings import Node, Spellings, read, spell

__all__ = ["Columns", "Facts", "Ids", "Relation", "Terms", "distinct", "gather", "pack", "unpack"]

Ids: TypeAlias = NDArray[np.int64]
Columns: TypeAlias = dict[int, Ids]
"""Packed pairs by predicate."""

_CACHED = 32_768
"""Terms made from their spelling that are held ready."""
_SHIFT = 32
_MASK = (1 << _SHIFT) - 1
_EMPTY: Ids = np.empty(0, np.int64)


def pack(left: Ids, right: Ids) -> Ids:
    """Two ids in one number, ordered by the left one first."""
    packed: Ids = (left << _SHIFT) | right
    return packed


def unpack(packed: Ids) -> tuple[Ids, Ids]:
    """The two ids of each number."""
    return packed >> _SHIFT, packed & _MASK


class Terms:
    """Numbers for terms, given in the order of first use; below 2**31.

    Those in ``kept`` have their numbers already; no object is held for them but for those in use.
    """

    __slots__ = ("_first", "_kept", "_literals", "_made", "_numbers", "_terms")

    def __init__(self, kept: Spellings | None = None) -> None:
        self._kept = kept or Spellings.none()
        self._first = len(self._kept)
        self._numbers: dict[Node, int] = {}
        self._terms: list[Node] = []
        self._literals = bytearray(self._kept.literals.tobytes())
        self._made = lru_cache(_CACHED)(_maker(self._kept))

    def __len__(self) -> int:
        return self._first + len(self._terms)

    def number(self, term: Node) -> int:
        """The number of a term, a new one if it was never seen."""
        found = self._numbers.get(term)
        if found is None:
            found = self._find_kept(term) if self._first else None
            if found is None:
                found = self._numbers[term] = self._first + len(self._terms)
                self._terms.append(term)
                self._literals.append(isinstance(term, Literal))
        return found

    def numbers(self, terms: Sequence[Node]) -> Ids:
        """The numbers of many terms, as :meth:`number` gives them, in less time if most are known."""
        known = list(map(self._numbers.get, terms))
        if None in known:
            number = self.number
            known = [number(term) if old is None else old for old, term in zip(known, terms, strict=True)]
        return np.fromiter(known, np.int64, len(terms))

    def pairs(self, quads: Iterable[Quad]) -> Iterator[int]:
        """The numbers of the ends of each, as :func:`pack` puts them together."""
        get, number = self._numbers.get, self.number
        for quad in quads:
            subject, object_ = quad.subject, quad.object
            left, right = get(subject), get(object_)  # type: ignore[arg-type]  # no triple terms are stored
            if left is None:
                left = number(subject)  # type: ignore[arg-type]
            if right is None:
                right = number(object_)  # type: ignore[arg-type]
            yield left << _SHIFT | right

    def find(self, term: Node) -> int | None:
        """The number of a term that has one."""
        found = self._numbers.get(term)
        return self._find_kept(term) if found is None and self._first else found

    def _find_kept(self, term: Node) -> int | None:
        found = self._kept.find(spell(term))
        if found is not None:
            self._numbers[term] = found
        return found

    def term(self, number: int) -> Node:
        """The term of a number."""
        return self._terms[number - self._first] if number >= self._first else self._made(number)

    def terms(self, numbers: Ids) -> list[Node]:
        """The terms of many numbers."""
        return list(map(self.term if self._first else self._terms.__getitem__, numbers.tolist()))

    def are_literals(self, numbers: Ids) -> NDArray[np.bool_]:
        """Which of the numbers stand for literals."""
        # A copy, since the buffer may grow while an array looks at it; a byte a term.
        flags: NDArray[np.bool_] = np.frombuffer(bytes(self._literals), np.bool_)[numbers]
        return flags

    def spellings(self) -> Spellings:
        """All terms in the form in which they are kept."""
        return self._kept.extended(self._terms)


def _maker(kept: Spellings) -> Callable[[int], Node]:
    return lambda number: read(kept.spelling(number))


def distinct(pairs: Ids) -> Ids:
    """Sorted, each once. (``numpy.unique`` hashes, which is 20 times slower on such numbers.)"""
    if len(pairs) < 2:
        return pairs
    ascending = pairs[1:] > pairs[:-1]
    if ascending.all():
        return pairs
    ordered = np.sort(pairs)
    keep = np.empty(len(ordered), bool)
    keep[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered if keep.all() else ordered[keep]


class Relation:
    """The pairs of one predicate: sorted by subject, and by object once someone asks that way."""

    __slots__ = ("_by_object", "pairs")

    def __init__(self, pairs: Ids = _EMPTY) -> None:
        self.pairs = pairs
        self._by_object: Ids | None = None

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def turned(self) -> Ids:
        """The pairs as (object, subject), sorted."""
        if self._by_object is None:
            left, right = unpack(self.pairs)
            self._by_object = np.sort(pack(right, left))
        return self._by_object

    def subjects(self, value: int) -> Ids:
        """What stands before an object, in order."""
        if self._by_object is not None:
            low, high = np.searchsorted(self._by_object, [value << _SHIFT, (value + 1) << _SHIFT])
            found: Ids = self._by_object[low:high] & _MASK
        else:
            found = self.pairs[(self.pairs & _MASK) == value] >> _SHIFT
        return found

    def has(self, pairs: Ids) -> NDArray[np.bool_]:
        """Which of ``pairs`` are in it."""
        if not len(self.pairs):
            return np.zeros(len(pairs), bool)
        at = np.searchsorted(self.pairs, pairs)
        at[at == len(self.pairs)] = 0
        found: NDArray[np.bool_] = self.pairs[at] == pairs
        return found

    def add(self, pairs: Ids) -> None:
        """Add pairs that are sorted, unique, and not in it."""
        self.pairs = _merge(self.pairs, pairs)
        if self._by_object is not None:
            left, right = unpack(pairs)
            self._by_object = _merge(self._by_object, np.sort(pack(right, left)))

    def remove(self, pairs: Ids) -> None:
        """Remove pairs that are in it."""
        self.pairs = _without(self.pairs, pairs)
        if self._by_object is not None:
            left, right = unpack(pairs)
            self._by_object = _without(self._by_object, np.sort(pack(right, left)))


def _merge(old: Ids, new: Ids) -> Ids:
    if not len(old):
        return new
    if len(new) > len(old) // 8:
        return np.sort(np.concatenate((old, new)), kind="stable")
    return np.insert(old, np.searchsorted(old, new), new)


def _without(old: Ids, gone: Ids) -> Ids:
    return np.delete(old, np.searchsorted(old, gone)) if len(gone) else old


class Facts:
    """A set of facts, by predicate."""

    __slots__ = ("_relations",)

    def __init__(self, columns: Mapping[int, Ids] | None = None) -> None:
        self._relations = {predicate: Relation(pairs) for predicate, pairs in (columns or {}).items()}

    def __len__(self) -> int:
        return sum(map(len, self._relations.values()))

    def __iter__(self) -> Iterator[int]:
        return iter(self._relations)

    def relation(self, predicate: int) -> Relation:
        """The pairs of a predicate, an empty relation if there are none."""
        found = self._relations.get(predicate)
        if found is None:
            found = self._relations[predicate] = Relation()
        return found

    def columns(self) -> Columns:
        """All pairs by predicate; not to be written to."""
        return {
            predicate: relation.pairs for predicate, relation in self._relations.items() if len(relation)
        }

    def missing(self, columns: Mapping[int, Ids]) -> Columns:
        """Those of ``columns`` that are not here, sorted and unique."""
        found: Columns = {}
        for predicate, pairs in columns.items():
            fresh, relation = distinct(pairs), self.relation(predicate)
            if len(relation):
                fresh = fresh[~relation.has(fresh)]
            if len(fresh):
                found[predicate] = fresh
        return found

    def present(self, columns: Mapping[int, Ids]) -> Columns:
        """Those of ``columns`` that are here, sorted and unique."""
        found: Columns = {}
        for predicate, pairs in columns.items():
            unique = distinct(pairs)
            here = unique[self.relation(predicate).has(unique)]
            if len(here):
                found[predicate] = here
        return found

    def add(self, columns: Mapping[int, Ids]) -> None:
        """Add facts that :meth:`missing` gave."""
        for predicate, pairs in columns.items():
            self.relation(predicate).add(pairs)

    def remove(self, columns: Mapping[int, Ids]) -> None:
        """Remove facts that :meth:`present` gave."""
        for predicate, pairs in columns.items():
            self.relation(predicate).remove(pairs)

    def copy(self) -> Facts:
        """A set of its own with the same facts; columns are shared until written."""
        return Facts(self.columns())


def gather(parts: Iterable[tuple[int, Ids]]) -> Columns:
    """Pieces of columns put together, not yet unique."""
    pieces: dict[int, list[Ids]] = {}
    for predicate, pairs in parts:
        if len(pairs):
            pieces.setdefault(predicate, []).append(pairs)
    return {
        predicate: found[0] if len(found) == 1 else np.concatenate(found)
        for predicate, found in pieces.items()
    }

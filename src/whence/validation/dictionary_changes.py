"""Which dictionary came from which, and what is said of the keys of each: the facts of PROV-DICTIONARY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV
from whence.validation.instance import Instance, Row

__all__ = ["ABSENT", "EMPTY", "Change", "Fact", "Forest", "forest"]

ABSENT: Final = 0
"""The entity of a fact that says: nothing is at this key."""
EMPTY: Final = frozenset({PROV.EmptyDictionary, PROV.EmptyCollection})
_TYPE: Final = PROV.type


class Fact(NamedTuple):
    """That ``dictionary`` holds ``entity`` at ``key``, or nothing (:data:`ABSENT`); ``row`` says so.

    The key is the number of its literal: equal values share one.
    """

    dictionary: int
    key: int
    entity: int
    row: Row


class Change(NamedTuple):
    """An insertion or removal: ``new`` is ``old`` but for the keys of ``facts``, all facts of ``new``."""

    new: int
    old: int
    facts: tuple[Fact, ...]
    row: Row

    @property
    def content(self) -> frozenset[tuple[int, int]]:
        """What it says of keys."""
        return frozenset((fact.key, fact.entity) for fact in self.facts)


@dataclass(slots=True)
class Forest:
    """Dictionaries by the change they came from.

    ``changes`` are those contents can be followed through, by the new dictionary; it has no cycles.
    ``rivals`` are pairs of different changes that give one dictionary; contents are followed through
    neither.
    """

    changes: dict[int, Change] = field(default_factory=dict)
    members: dict[int, list[Fact]] = field(default_factory=dict)
    empty: dict[int, Row] = field(default_factory=dict)
    rivals: list[tuple[Change, Change]] = field(default_factory=list)

    def facts(self, dictionary: int) -> Iterator[Fact]:
        """What is said of the keys of one dictionary."""
        change = self.changes.get(dictionary)
        if change is not None:
            yield from change.facts
        yield from self.members.get(dictionary, ())


def forest(instance: Instance) -> Forest:
    """The dictionaries of an instance. Linear in its statements on dictionaries and its entities."""
    found = Forest()
    kinds = ("hadDictionaryMember", "derivedByInsertionFrom", "derivedByRemovalFrom")
    if not any(instance.rows.get(kind) for kind in kinds):
        return found
    find = instance.find
    for row in instance.rows.get("hadDictionaryMember", ()):
        _, _, key = instance.assertions[row.assertion].args
        if isinstance(key, Literal):
            dictionary = find(row.args[0])
            fact = Fact(dictionary, instance.number(key), find(row.args[1]), row)
            found.members.setdefault(dictionary, []).append(fact)
    for row in instance.rows.get("entity", ()):
        attributes = instance.assertions[row.assertion].attributes if row.assertion >= 0 else ()
        if attributes and any(name == _TYPE and value in EMPTY for name, value in attributes):
            found.empty.setdefault(find(row.id), row)
    _grow(found, instance)
    _cut_loops(found)
    return found


def _grow(found: Forest, instance: Instance) -> None:
    rivals: dict[int, tuple[Change, Change]] = {}
    for change in _changes(instance):
        known = found.changes.setdefault(change.new, change)
        if known is change or change.new in rivals:
            continue
        kept = _one(known, change, instance)
        if kept is None:
            rivals[change.new] = known, change
        else:
            found.changes[change.new] = kept
    found.rivals = list(rivals.values())
    for new in rivals:
        del found.changes[new]


def _one(known: Change, other: Change, instance: Instance) -> Change | None:
    """What two statements of one change say together, or ``None`` if they are different changes.

    In RDF the direct property may stand beside a node that has the keys, and either may leave the old
    dictionary unnamed.
    """
    if known.row.kind != other.row.kind:
        return None
    if known.facts and other.facts and known.content != other.content:
        return None
    olds = [old for old in (known.old, other.old) if isinstance(instance.term(old), NamedNode)]
    if len(set(olds)) > 1:
        return None
    fuller = known if known.facts or not other.facts else other
    return fuller._replace(old=olds[0]) if olds else fuller


def _changes(instance: Instance) -> Iterator[Change]:
    find = instance.find
    for kind in ("derivedByInsertionFrom", "derivedByRemovalFrom"):
        for row in instance.rows.get(kind, ()):
            if row.assertion < 0:
                continue
            new, old = find(row.args[0]), find(row.args[1])
            said = instance.assertions[row.assertion].args[2]
            facts = []
            for item in said if isinstance(said, tuple) else ():
                if isinstance(item, Literal):
                    facts.append(Fact(new, instance.number(item), ABSENT, row))
                else:
                    facts.append(Fact(new, instance.number(item[0]), find(instance.number(item[1])), row))
            yield Change(new, old, tuple(facts), row)


def _cut_loops(found: Forest) -> None:
    done: set[int] = set()
    for start in list(found.changes):
        path: dict[int, Change] = {}
        node = start
        while node not in done and node not in path and node in found.changes:
            path[node] = found.changes[node]
            node = found.changes[node].old
        if node in path:
            members = list(path)
            for member in members[members.index(node) :]:
                del found.changes[member]
        done.update(path)

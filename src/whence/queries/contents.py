"""What a dictionary holds, replayed from its insertions and removals (PROV-DICTIONARY).

The walk goes back from a version, and what is met first of a key counts. It ends at an empty dictionary,
where all is known, at one that is made from no other, or at a snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV, RDF_TYPE
from whence.queries.lookup import Lookup, Node
from whence.queries.snapshots import Held, Snapshot, snapshot_of

__all__ = ["Contents", "Delta", "Step", "delta", "has_deltas", "older", "replay", "steps"]

_LINKS: Final = (
    *(PROV.qualifiedInsertion, PROV.qualifiedRemoval, PROV.hadDictionaryMember),
    *(PROV.derivedByInsertionFrom, PROV.derivedByRemovalFrom),
    RDF_TYPE,
)
_NODES: Final = (PROV.dictionary, PROV.insertedKeyEntityPair, PROV.removedKey)
_PAIRS: Final = (PROV.pairKey, PROV.pairEntity)
_EMPTY: Final = frozenset({PROV.EmptyDictionary, PROV.EmptyCollection})


@dataclass(slots=True)
class Delta:
    """What is said of one version: the dictionary it was made from, what was put in or taken out.

    ``said`` has an entity or ``None`` (taken out) by key. ``also`` are other keys it is known to hold.
    ``is_disputed``: several dictionaries are named that it was made from, and none of them is followed.
    """

    version: NamedNode
    old: NamedNode | None = None
    said: dict[Literal, NamedNode | None] = field(default_factory=dict)
    also: dict[Literal, NamedNode] = field(default_factory=dict)
    is_empty: bool = False
    is_disputed: bool = False

    def items(self) -> Iterator[tuple[Literal, NamedNode | None]]:
        """All it says of keys."""
        yield from self.said.items()
        yield from ((key, entity) for key, entity in self.also.items() if key not in self.said)

    @property
    def is_known(self) -> bool:
        """Whether anything says what it holds."""
        return bool(self.said or self.also or self.old or self.is_empty or self.is_disputed)


class Step(NamedTuple):
    """A delta or a snapshot on the way back."""

    version: NamedNode
    delta: Delta | None
    snapshot: Snapshot | None

    @property
    def older(self) -> NamedNode | None:
        """Where the way goes on."""
        if self.delta is not None:
            return None if self.delta.is_empty or self.delta.is_disputed else self.delta.old
        return self.snapshot.since if self.snapshot else None


@dataclass(slots=True)
class Contents:
    """What one version holds: by key the entity (``None`` where it was taken out) and who said so.

    ``complete`` is true where it is known that there are no other keys. ``deltas`` counts the versions
    that were replayed one by one.
    """

    held: dict[Literal, Held] = field(default_factory=dict)
    complete: bool = False
    deltas: int = 0

    def members(self) -> dict[Literal | NamedNode, NamedNode]:
        """Keys and entities, without what was taken out."""
        return {key: held.entity for key, held in self.held.items() if held.entity is not None}


def delta(lookup: Lookup, version: NamedNode) -> Delta:
    """What is said of one version; cost: two lookups for each pair."""
    found = Delta(version)
    nodes: dict[Node, bool] = {}
    olds: dict[NamedNode, None] = {}
    members: dict[Node, None] = {}
    for _, predicate, value in lookup.of([version], _LINKS):
        if predicate == RDF_TYPE:
            found.is_empty |= value in _EMPTY
        elif isinstance(value, Literal):
            continue
        elif predicate == PROV.hadDictionaryMember:
            members[value] = None
        elif predicate in (PROV.qualifiedInsertion, PROV.qualifiedRemoval):
            nodes[value] = True
        elif isinstance(value, NamedNode):
            olds[value] = None
    inserted: dict[Node, None] = {}
    for _, predicate, value in lookup.of(nodes, _NODES):
        if predicate == PROV.dictionary and isinstance(value, NamedNode):
            olds[value] = None
        elif predicate == PROV.removedKey and isinstance(value, Literal):
            found.said[value] = None
        elif not isinstance(value, Literal):
            inserted[value] = None
    known = _pairs(lookup, {**inserted, **members})
    found.said.update(known[node] for node in inserted if node in known)
    found.also.update(known[node] for node in members if node in known)
    olds.pop(version, None)
    found.is_disputed = len(olds) > 1
    found.old = next(iter(olds)) if len(olds) == 1 else None
    return found


def _pairs(lookup: Lookup, nodes: Iterable[Node]) -> dict[Node, tuple[Literal, NamedNode]]:
    keys: dict[Node, Literal] = {}
    entities: dict[Node, NamedNode] = {}
    for node, _, value in lookup.of_small(nodes, _PAIRS):
        if isinstance(value, Literal):
            keys[node] = value
        elif isinstance(value, NamedNode):
            entities[node] = value
    return {node: (key, entities[node]) for node, key in keys.items() if node in entities}


def older(lookup: Lookup, version: NamedNode) -> NamedNode | None:
    """The dictionary that one was made from, without reading what changed where that can be avoided."""
    links = lookup.of([version], (PROV.derivedByInsertionFrom, PROV.derivedByRemovalFrom))
    olds = {link.object for link in links if isinstance(link.object, NamedNode)} - {version}
    return olds.pop() if len(olds) == 1 else delta(lookup, version).old


def has_deltas(lookup: Lookup, version: NamedNode) -> bool:
    """Whether anything says what keys it has."""
    for _, predicate, value in lookup.of([version], _LINKS):
        if predicate != RDF_TYPE or value == PROV.EmptyDictionary:
            return True
    return False


def steps(lookup: Lookup, version: NamedNode, *, snapshots: bool = True) -> Iterator[Step]:
    """The way back from a version to where it began; a circle ends where it closes."""
    met: set[NamedNode] = set()
    node: NamedNode | None = version
    while node is not None and node not in met:
        met.add(node)
        kept = snapshot_of(lookup, node) if snapshots else None
        step = Step(node, None, kept) if kept else Step(node, delta(lookup, node), None)
        yield step
        node = step.older


def replay(
    lookup: Lookup, version: NamedNode, *, keys: frozenset[Literal] | None = None, snapshots: bool = True
) -> Contents:
    """What a version holds, or what it holds at ``keys``: time in the size of it and of its deltas."""
    found = Contents()
    for step in steps(lookup, version, snapshots=snapshots):
        if step.delta is not None:
            found.deltas += 1
            for key, entity in step.delta.items():
                if key not in found.held and (keys is None or key in keys):
                    found.held[key] = Held(entity, step.version)
            found.complete = step.delta.is_empty
        elif step.snapshot is not None:
            for key, held in step.snapshot.items(keys):
                found.held.setdefault(key, held)
            found.complete = step.snapshot.complete
        if keys is not None and len(found.held) == len(keys):
            break
    return found

"""Membership events, references and accesses of Versioned-PROV, read out of the statements of a bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV, SCRIPT, VERSION
from whence.validation.instance import Instance, Row

__all__ = ["ADD", "DEL", "PUT", "VOID", "Access", "Event", "Said", "Story", "story"]

PUT: Final = VERSION.Put
ADD: Final = VERSION.Add
DEL: Final = VERSION.Del
VOID: Final = 0
"""The member of an event that takes away."""

_REFERENCE: Final = VERSION.Reference
_VOID_ENTITY: Final = VERSION.VoidEntity
_TYPES: Final = frozenset({PUT, ADD, DEL, _REFERENCE})
_CHECKPOINT: Final = VERSION.checkpoint
_KEY: Final = VERSION.key
_COLLECTION: Final = VERSION.collection
_ACCESS: Final = VERSION.access
_PROPERTIES: Final = frozenset({_CHECKPOINT, _KEY, _COLLECTION, _ACCESS})
_TYPE: Final = PROV.type
_KINDS: Final = ("hadMember", "wasDerivedFrom", "used", "wasGeneratedBy")
_MAPPINGS: Final = frozenset({PROV.Dictionary, PROV.EmptyDictionary, SCRIPT.dict})


@dataclass(frozen=True, slots=True)
class Said:
    """What a statement says in the words of Versioned-PROV."""

    row: Row
    types: frozenset[NamedNode]
    checkpoints: tuple[NamedNode | Literal, ...] = ()
    keys: tuple[NamedNode | Literal, ...] = ()
    collections: tuple[NamedNode | Literal, ...] = ()
    accesses: tuple[NamedNode | Literal, ...] = ()

    @property
    def kinds(self) -> frozenset[NamedNode]:
        """Which membership events it is."""
        return self.types & {PUT, ADD, DEL}

    @property
    def key(self) -> Literal | None:
        """Its key, if it has one literal."""
        return _only(self.keys)

    @property
    def checkpoint(self) -> Literal | None:
        """Its checkpoint, if it has one literal."""
        return _only(self.checkpoints)


class Event(NamedTuple):
    """That at ``checkpoint`` something was put into, added to or deleted from a collection.

    ``member`` is :data:`VOID` where the event takes away; ``key`` is the number of a literal or 0.
    """

    kind: NamedNode
    collection: int
    member: int
    key: int
    checkpoint: Literal
    row: Row


class Access(NamedTuple):
    """That ``entity`` came from ``value``, read from or written to (``mode``) a key of a collection."""

    mode: str
    collection: int
    key: int
    entity: int
    value: int
    checkpoint: Literal | None
    row: Row


@dataclass(slots=True)
class Story:
    """What a bundle tells in Versioned-PROV; references by the entity that refers."""

    said: list[Said] = field(default_factory=list)
    references: dict[int, list[Row]] = field(default_factory=dict)
    voids: set[int] = field(default_factory=set)
    mappings: set[int] = field(default_factory=set)


def story(instance: Instance) -> Story:
    """Read an instance; linear in its statements."""
    found = Story()
    for said in _all_said(instance):
        found.said.append(said)
        if said.row.kind == "wasDerivedFrom" and _REFERENCE in said.types:
            found.references.setdefault(instance.find(said.row.args[0]), []).append(said.row)
    if found.said:
        _types(instance, found)
    return found


def _all_said(instance: Instance) -> Iterator[Said]:
    assertions = instance.assertions
    for kind in _KINDS:
        for row in instance.rows.get(kind, ()):
            attributes = assertions[row.assertion].attributes if row.assertion >= 0 else ()
            if attributes and any(
                name in _PROPERTIES or (name == _TYPE and value in _TYPES) for name, value in attributes
            ):
                yield _said(row, attributes)


def _said(row: Row, attributes: tuple[tuple[NamedNode, NamedNode | Literal], ...]) -> Said:
    values: dict[NamedNode, dict[NamedNode | Literal, None]] = {}
    for name, value in attributes:
        if name == _TYPE or name in _PROPERTIES:
            values.setdefault(name, {})[value] = None
    types = frozenset(value for value in values.get(_TYPE, ()) if isinstance(value, NamedNode))
    return Said(
        row,
        types,
        tuple(values.get(_CHECKPOINT, ())),
        tuple(values.get(_KEY, ())),
        tuple(values.get(_COLLECTION, ())),
        tuple(values.get(_ACCESS, ())),
    )


def _types(instance: Instance, found: Story) -> None:
    for row in instance.rows.get("entity", ()):
        attributes = instance.assertions[row.assertion].attributes if row.assertion >= 0 else ()
        for name, value in attributes:
            if name == _TYPE and value == _VOID_ENTITY:
                found.voids.add(instance.find(row.id))
            elif name == _TYPE and value in _MAPPINGS:
                found.mappings.add(instance.find(row.id))


def _only(values: tuple[NamedNode | Literal, ...]) -> Literal | None:
    return values[0] if len(values) == 1 and isinstance(values[0], Literal) else None

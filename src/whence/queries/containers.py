"""What a Versioned-PROV container holds at a checkpoint: its Put, Add and Del events replayed (V1 to V6).

Events are said of the entity where the value was made or of any other name of it. They are replayed in
the order of checkpoints. RDF keeps no order of statements, so at one checkpoint removals come first,
then keys in their order, then members by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pyoxigraph import Literal, NamedNode

from whence.errors import SourceError
from whence.ontology.namespaces import PROV, RDF_TYPE, SCRIPT, VERSION, WHENCE
from whence.queries.lookup import Lookup, Node
from whence.validation.checkpoints import Place, place

__all__ = ["Container", "Event", "Slot", "aliases", "container", "definition", "events", "has_events"]

_KINDS: Final = (VERSION.Del, VERSION.Put, VERSION.Add)
_MAPPINGS: Final = frozenset({PROV.Dictionary, PROV.EmptyDictionary, SCRIPT.dict})
_SETS: Final = frozenset({SCRIPT.set, SCRIPT.frozenset})
_POSITION: Final = re.compile(r"\d{1,9}\Z")
_LONGEST: Final = 10_000_000
"""Positions beyond are taken for this one, lest a slip of a digit fill the memory."""
_EVENT: Final = (RDF_TYPE, PROV.entity, VERSION.key, VERSION.checkpoint)


class Event(NamedTuple):
    """That something was put, added or deleted at a checkpoint; ``member`` is ``None`` for nothing."""

    kind: NamedNode
    member: NamedNode | None
    key: Literal | None
    checkpoint: Literal
    place: Place
    said_of: NamedNode


class Slot(NamedTuple):
    """One thing a container holds, and the event that put it there."""

    key: Literal | None
    member: NamedNode | None
    event: Event


@dataclass(slots=True)
class Container:
    """What a container holds, in order; ``kind`` is ``"dictionary"``, ``"list"`` or ``"set"``."""

    definition: NamedNode
    kind: str
    slots: list[Slot] = field(default_factory=list)
    checkpoint: Literal | None = None
    """Of the last event that was replayed."""


def definition(lookup: Lookup, entity: NamedNode) -> NamedNode:
    """Where the value of an entity was made: the end of its references (V1)."""
    met: set[NamedNode] = set()
    while entity not in met:
        met.add(entity)
        nodes = [link.object for link in lookup.of([entity], (PROV.qualifiedDerivation,))]
        found = _references(lookup, nodes)
        if not found:
            break
        sources = [link.object for link in lookup.of(found, (PROV.entity,))]
        entity = min((s for s in sources if isinstance(s, NamedNode)), key=str, default=entity)
    return entity


def aliases(lookup: Lookup, defined: NamedNode) -> list[NamedNode]:
    """An entity and all that are references to it, directly or by others (V4)."""
    found: dict[NamedNode, None] = {defined: None}
    frontier: list[NamedNode] = [defined]
    while frontier:
        nodes = _references(lookup, [link.subject for link in lookup.to(frontier, (PROV.entity,))])
        links = lookup.to(nodes, (PROV.qualifiedDerivation,))
        new = [link.subject for link in links if isinstance(link.subject, NamedNode)]
        frontier = [entity for entity in dict.fromkeys(new) if entity not in found]
        found.update(dict.fromkeys(frontier))
    return list(found)


def _references(lookup: Lookup, nodes: Iterable[Any]) -> list[Node]:
    """Those of the derivations that are references."""
    resources = [node for node in nodes if not isinstance(node, Literal)]
    types = lookup.of(resources, (RDF_TYPE,))
    return [link.subject for link in types if link.object == VERSION.Reference]


def has_events(lookup: Lookup, entity: NamedNode) -> bool:
    """Whether membership events are said of the value of an entity."""
    names = aliases(lookup, definition(lookup, entity))
    return any(True for _ in lookup.of(names, (WHENCE.qualifiedMembership,)))


def events(lookup: Lookup, defined: NamedNode) -> list[Event]:
    """The events of a value in order (V2, V3); those without a checkpoint or a kind are passed over.

    Raises :class:`~whence.errors.SourceError` where checkpoints are of several kinds, without an order.
    """
    holders: dict[Node, NamedNode] = {}
    for link in lookup.of(aliases(lookup, defined), (WHENCE.qualifiedMembership,)):
        if not isinstance(link.object, Literal) and isinstance(link.subject, NamedNode):
            holders[link.object] = link.subject
    said: dict[Node, dict[NamedNode, list[Any]]] = {node: {} for node in holders}
    for node, predicate, value in lookup.of(holders, _EVENT):
        said[node].setdefault(predicate, []).append(value)
    voids = _voids(lookup, (value for record in said.values() for value in record.get(PROV.entity, ())))
    found: list[Event] = []
    for node, record in said.items():
        event = _event(record, voids, holders[node])
        if event is not None:
            found.append(event)
    if len({event.place[0] for event in found}) > 1:
        raise SourceError(f"the checkpoints of the changes of {defined} have no common order")
    return sorted(found, key=_order)


def _voids(lookup: Lookup, members: Iterable[Any]) -> set[Node]:
    resources = {member for member in members if not isinstance(member, Literal)}
    types = lookup.of(resources, (RDF_TYPE,))
    return {link.subject for link in types if link.object == VERSION.VoidEntity}


def _event(record: dict[NamedNode, list[Any]], voids: set[Node], said_of: NamedNode) -> Event | None:
    kind = next((kind for kind in _KINDS if kind in record.get(RDF_TYPE, ())), None)
    checkpoint = next((value for value in record.get(VERSION.checkpoint, ())), None)
    where = place(checkpoint) if isinstance(checkpoint, Literal) else None
    if kind is None or where is None or not isinstance(checkpoint, Literal):
        return None
    members = [value for value in record.get(PROV.entity, ()) if isinstance(value, NamedNode)]
    member = None if not members or members[0] in voids else members[0]
    key = next((value for value in record.get(VERSION.key, ()) if isinstance(value, Literal)), None)
    return Event(kind, member, key, checkpoint, where, said_of)


def _order(event: Event) -> tuple[Any, ...]:
    text = event.key.value if event.key else ""
    number = int(text) if _POSITION.match(text) else -1
    return event.place, _KINDS.index(event.kind), number, text, event.member.value if event.member else ""


def container(lookup: Lookup, entity: NamedNode, until: Literal | None = None) -> Container | None:
    """What an entity holds at a checkpoint, or at the end; ``None`` where no event is said of it.

    Raises :class:`~whence.errors.SourceError` for a checkpoint of another kind than those of the events.
    """
    defined = definition(lookup, entity)
    known = events(lookup, defined)
    if not known:
        return None
    last = None if until is None else place(until)
    if until is not None and (last is None or last[0] != known[0].place[0]):
        raise SourceError(
            f"{until.value} is no checkpoint of {defined}: these are {known[0].place[0]}, "
            f"such as {known[0].checkpoint.value}"
        )
    found = Container(defined, _kind(lookup, defined, known))
    wanted = [event for event in known if last is None or event.place <= last]
    if wanted:
        found.checkpoint = wanted[-1].checkpoint
    found.slots = _listed(wanted) if found.kind == "list" else _keyed(wanted)
    return found


def _kind(lookup: Lookup, defined: NamedNode, known: list[Event]) -> str:
    types = {link.object for link in lookup.of([defined], (RDF_TYPE, VERSION.type, SCRIPT.type))}
    keys = [event.key.value for event in known if event.key]
    if types & _MAPPINGS or any(not _POSITION.match(key) for key in keys):
        return "dictionary"
    if types & _SETS:
        return "set"
    if not keys and SCRIPT.list not in types and any(event.kind == VERSION.Del for event in known):
        return "set"
    return "list"


def _keyed(known: Iterable[Event]) -> list[Slot]:
    """A dictionary by key, whether it is written as a number or as text; a set by member."""
    held: dict[str | NamedNode, Slot] = {}
    for event in known:
        at = event.key.value if event.key is not None else event.member
        if at is None:
            continue
        if event.kind == VERSION.Del or event.member is None:
            held.pop(at, None)
        else:
            held[at] = Slot(event.key, event.member, event)
    return list(held.values())


def _listed(known: Iterable[Event]) -> list[Slot]:
    """A list; a position where nothing was put, or nothing is left, has a slot without a member."""
    slots: list[Slot] = []
    for event in known:
        slot = Slot(event.key, event.member, event)
        position = len(slots) if event.key is None else min(int(event.key.value), _LONGEST)
        if event.kind == VERSION.Del:
            if event.key is None:
                position = next(
                    (at for at, other in enumerate(slots) if other.member == event.member), position
                )
            del slots[position : position + 1]
            continue
        slots.extend(Slot(None, None, event) for _ in range(position - len(slots)))
        slots[position : position + (event.kind == VERSION.Put)] = [slot]
    while slots and slots[-1].member is None:
        slots.pop()
    return slots

"""Who last set what a thing holds, and all that was ever done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV, VERSION
from whence.queries.containers import Event, aliases, container, definition, events
from whence.queries.contents import has_deltas, older, replay, steps
from whence.queries.lookup import Lookup, Node
from whence.queries.moments import generation_times
from whence.queries.tables import Answer
from whence.queries.values import Key, attributes, value_of, version_at
from whence.queries.versions import Chain, chain, described
from whence.store.results import to_python

__all__ = ["Blame", "Happening", "blame", "history"]

BLAME_COLUMNS: Final = ("key", "entity", "version", "time", "activity", "agents")
HISTORY_COLUMNS: Final = ("version", "time", "key", "change", "entity", "activity", "agents")
_NOTHING: Final[dict[str, Any]] = {"activity": None, "agents": ()}
_States = dict[Key, Literal | NamedNode | None]


@dataclass(frozen=True, slots=True)
class Blame:
    """That ``version`` was the last to set ``key`` to ``entity``, with who and what made that version.

    For Versioned-PROV ``version`` is the entity that the event was said of, and ``checkpoint`` when. Of an
    entity that holds nothing, ``key`` is an attribute and ``entity`` its value.
    """

    key: Key
    entity: NamedNode | Literal
    version: NamedNode
    time: datetime | None = None
    activity: NamedNode | None = None
    agents: tuple[NamedNode, ...] = ()
    checkpoint: Literal | None = None

    def to_json(self) -> dict[str, Any]:
        """It as data."""
        return {
            "key": to_python(self.key),
            "entity": to_python(self.entity),
            "version": self.version.value,
            **_made(self.time, self.activity, self.agents, self.checkpoint),
        }


@dataclass(frozen=True, slots=True)
class Happening:
    """One change in the history of a thing: ``"put"``, ``"added"`` or ``"removed"`` at a key."""

    version: NamedNode
    key: Key | None
    change: str
    entity: NamedNode | Literal | None = None
    time: datetime | None = None
    activity: NamedNode | None = None
    agents: tuple[NamedNode, ...] = ()
    checkpoint: Literal | None = None

    def to_json(self) -> dict[str, Any]:
        """It as data."""
        return {
            "version": self.version.value,
            "key": to_python(self.key),
            "change": self.change,
            "entity": to_python(self.entity),
            **_made(self.time, self.activity, self.agents, self.checkpoint),
        }


def _made(
    time: datetime | None,
    activity: NamedNode | None,
    agents: tuple[NamedNode, ...],
    checkpoint: Literal | None,
) -> dict[str, Any]:
    return {
        "time": time.isoformat() if time else None,
        "activity": activity.value if activity else None,
        "agents": [agent.value for agent in agents],
        "checkpoint": None if checkpoint is None else to_python(checkpoint),
    }


def blame(lookup: Lookup, thing: NamedNode, prefixes: Mapping[str, str] | None = None) -> Answer[Blame]:
    """For each key or member of a thing (in its latest version) or a version: who last set it, by key.

    Time for a dictionary is as of reading it; for plain collections and for attributes every version
    before it is read.
    """
    version = version_at(lookup, thing, None)
    own = Lookup(lookup.backend, inferred=False)
    if has_deltas(own, version):
        held = replay(own, version).held
        found = [
            Blame(key, entry.entity, entry.version)
            for key, entry in held.items()
            if entry.entity is not None
        ]
    elif (events_held := container(own, version)) is not None:
        writers = _Writers(own, events_held.definition)
        found = [
            Blame(
                Literal(position) if events_held.kind == "list" else slot.key or slot.member,
                slot.member,
                slot.event.said_of,
                checkpoint=slot.event.checkpoint,
                activity=writers.of(slot.event),
            )
            for position, slot in enumerate(events_held.slots)
            if slot.member is not None
        ]
    else:
        found = list(_of_states(lookup, version))
    columns = (*BLAME_COLUMNS, "checkpoint") if any(each.checkpoint for each in found) else BLAME_COLUMNS
    return Answer(_told(lookup, sorted(found, key=_by_key), Blame), columns, prefixes)


def _by_key(found: Blame) -> tuple[bool, int, str]:
    text = found.key.value
    number = isinstance(found.key, Literal) and text.isdecimal() and text.isascii()
    return not number, int(text) if number else 0, text


def _told(lookup: Lookup, found: list[Any], cls: Callable[..., Any]) -> list[Any]:
    """The records with who made their versions, and when."""
    versions = list(dict.fromkeys(each.version for each in found))
    times = generation_times(lookup, versions)
    made = described(lookup, versions)
    told = []
    for each in found:
        who = made.get(each.version, _NOTHING)
        fields = {name: getattr(each, name) for name in cls.__dataclass_fields__}  # type: ignore[attr-defined]  # dataclasses
        activity = each.activity or (None if each.checkpoint else who["activity"])
        fields |= {"time": times.get(each.version), "activity": activity, "agents": who["agents"]}
        told.append(cls(**fields))
    return told


class _Writers:
    """The activities that wrote parts of a value: those of accesses to it, by checkpoint."""

    def __init__(self, lookup: Lookup, defined: NamedNode) -> None:
        nodes = [link.subject for link in lookup.to(aliases(lookup, defined), (VERSION.collection,))]
        wanted = (VERSION.checkpoint, VERSION.access, VERSION.key, PROV.hadActivity, PROV.activity)
        said: dict[Node, dict[NamedNode, Any]] = {}
        for node, predicate, value in lookup.of(nodes, wanted):
            said.setdefault(node, {})[predicate] = value
        self._writes: dict[Any, list[tuple[Any, Any]]] = {}
        for record in said.values():
            activity = record.get(PROV.hadActivity) or record.get(PROV.activity)
            if isinstance(activity, NamedNode) and record.get(VERSION.access) == Literal("w"):
                write = record.get(VERSION.key), activity
                self._writes.setdefault(record.get(VERSION.checkpoint), []).append(write)

    def of(self, event: Event) -> NamedNode | None:
        """The activity behind a change."""
        for key, activity in self._writes.get(event.checkpoint, ()):
            if key is None or event.key is None or key.value == event.key.value:
                assert isinstance(activity, NamedNode)  # noqa: S101  # as they were put in
                return activity
        return None


# Versions that say all they are, not what changed


def _state(lookup: Lookup, version: NamedNode) -> _States:
    found = value_of(lookup, version)
    if found.kind != "entity":
        return {**found.held}
    said = attributes(lookup, [version]).get(version, {})
    return {name: values[0] if len(values) == 1 else _joined(values) for name, values in said.items()}


def _joined(values: Iterable[NamedNode | Literal]) -> Literal:
    return Literal(", ".join(value.value for value in values))


def _line(found: Chain, version: NamedNode) -> list[NamedNode]:
    """A version and those before it, each the first of those that the next revises."""
    line = [version]
    while found.olders.get(line[-1]) and found.olders[line[-1]][0] not in line:
        line.append(found.olders[line[-1]][0])
    return line


def _of_states(lookup: Lookup, version: NamedNode) -> Iterator[Blame]:
    line = _line(chain(lookup, version), version)
    open_: _States = _state(lookup, version)
    since = dict.fromkeys(open_, version)
    now = dict(open_)
    for earlier in line[1:]:
        before = _state(lookup, earlier)
        open_ = {key: value for key, value in open_.items() if before.get(key) == value}
        since.update(dict.fromkeys(open_, earlier))
        if not open_:
            break
    for key, value in now.items():
        if value is not None:
            yield Blame(key, value, since[key])


# History


def history(
    lookup: Lookup,
    thing: NamedNode,
    key: Literal | NamedNode | None = None,
    prefixes: Mapping[str, str] | None = None,
    *,
    limit: int | None = 1000,
) -> Answer[Happening]:
    """What was done to a thing up to its latest version, or up to a version: oldest first.

    ``key`` tells of one key or member only. ``limit`` keeps the last changes. Of a dictionary no more of
    its changes are read than are told, and of one key only those that touch it.
    """
    version = version_at(lookup, thing, None)
    own = Lookup(lookup.backend, inferred=False)
    if has_deltas(own, version):
        newest_first = _of_key(own, version, key) if isinstance(key, Literal) else _of_deltas(own, version)
        found = list(islice(newest_first, limit))[::-1]
    elif known := events(own, definition(own, version)):
        writers = _Writers(own, definition(own, version))
        found = [_of_event(event, writers) for event in known if key is None or _is_at(event, key)]
        found = found if limit is None else found[-limit:]
    else:
        changes = _of_line(lookup, version)
        found = [each for each in changes if key is None or each.key == key]
        found = found if limit is None else found[-limit:]
    columns: tuple[str, ...] = HISTORY_COLUMNS
    if any(each.checkpoint for each in found):
        columns = (*HISTORY_COLUMNS, "checkpoint")
    return Answer(_told(lookup, found, Happening), columns, prefixes)


def _of_deltas(lookup: Lookup, version: NamedNode) -> Iterator[Happening]:
    for step in steps(lookup, version, snapshots=False):
        for key, entity in step.delta.items() if step.delta else ():
            yield Happening(step.version, key, "put" if entity else "removed", entity)


def _of_key(lookup: Lookup, version: NamedNode, key: Literal) -> Iterator[Happening]:
    """The changes of one key, found by the key; the way back is walked without reading others."""
    left = _touching(lookup, key)
    node: NamedNode | None = version
    met: set[NamedNode] = set()
    while node is not None and left and node not in met:
        met.add(node)
        if node in left:
            entity = left.pop(node)
            yield Happening(node, key, "put" if entity else "removed", entity)
        node = older(lookup, node)


def _touching(lookup: Lookup, key: Literal) -> dict[Node, NamedNode | None]:
    """By version: what it says is at a key, ``None`` where it took it out."""
    pairs = dict.fromkeys(link.subject for link in lookup.to([key], (PROV.pairKey,)))
    held: dict[Node, NamedNode | None] = {}
    for link in lookup.of(pairs, (PROV.pairEntity,)):
        if isinstance(link.object, NamedNode):
            held[link.subject] = link.object
    nodes: dict[Node, NamedNode | None] = {
        link.subject: None for link in lookup.to([key], (PROV.removedKey,))
    }
    for link in lookup.to(held, (PROV.insertedKeyEntityPair,)):
        nodes[link.subject] = held[link.object]  # type: ignore[index]  # one of those asked for
    found: dict[Node, NamedNode | None] = {}
    for link in lookup.to(held, (PROV.hadDictionaryMember,)):
        found[link.subject] = held[link.object]  # type: ignore[index]  # one of those asked for
    for link in lookup.to(nodes, (PROV.qualifiedRemoval, PROV.qualifiedInsertion)):
        found[link.subject] = nodes[link.object]  # type: ignore[index]  # one of those asked for
    return found


def _of_event(event: Event, writers: _Writers) -> Happening:
    verb = "removed" if event.member is None else _VERBS[event.kind]
    where = event.key if event.key is not None else event.member
    return Happening(
        event.said_of, where, verb, event.member, None, writers.of(event), (), event.checkpoint
    )


_VERBS: Final = {VERSION.Put: "put", VERSION.Add: "added", VERSION.Del: "removed"}


def _is_at(event: Event, key: Literal | NamedNode) -> bool:
    return event.member == key or (event.key is not None and event.key.value == key.value)


def _of_line(lookup: Lookup, version: NamedNode) -> Iterator[Happening]:
    before: _States = {}
    for node in reversed(_line(chain(lookup, version), version)):
        now = _state(lookup, node)
        for key in [*now, *(key for key in before if key not in now)]:
            if key not in now:
                yield Happening(node, key, "removed", before[key])
            elif before.get(key) != now[key]:
                yield Happening(node, key, "put" if key in before else "added", now[key])
        before = now

"""What a thing was at a time, as a version or at a checkpoint: members by key, nested, and attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from typing import Literal as Choice

from pyoxigraph import Literal, NamedNode

from whence.errors import SourceError
from whence.formats.prov_o import RELATION_PROPERTIES
from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS, XSD
from whence.queries.containers import container
from whence.queries.contents import has_deltas, replay
from whence.queries.lookup import Lookup, Node
from whence.queries.moments import generation_times, parse_moment
from whence.queries.names import Shortener
from whence.queries.tables import table_html, table_text
from whence.queries.versions import Chain, chain, own_versions
from whence.store.results import to_python

__all__ = ["Key", "Kind", "Value", "When", "at", "attributes", "value_of", "version_at"]

Key: TypeAlias = Literal | NamedNode
"""A key of a dictionary, a position of a list, or for sets and collections the member itself."""
Kind: TypeAlias = Choice["dictionary", "list", "set", "collection", "entity"]
When: TypeAlias = datetime | date | str | int
_DEEPEST: Final = 50


@dataclass(slots=True)
class Value:
    """What ``version`` holds, or is.

    ``held`` has the entity by key; a ``"list"`` has positions as keys, a ``"set"`` and a plain
    ``"collection"`` their members. An ``"entity"`` holds nothing. ``complete`` is true where it is known
    that nothing else is held. ``attributes`` are what is said of the version besides relations. ``parts``
    are the values of members, where they were asked for, with ``leaves``, the ``prov:value`` of those
    that hold nothing. ``deltas`` is how many changes of versions were replayed to find out.
    """

    version: NamedNode
    kind: Kind = "entity"
    held: dict[Key, NamedNode] = field(default_factory=dict)
    complete: bool = False
    checkpoint: Literal | None = None
    attributes: dict[NamedNode, tuple[NamedNode | Literal, ...]] = field(default_factory=dict)
    parts: dict[NamedNode, Value] = field(default_factory=dict)
    leaves: dict[NamedNode, Literal] = field(default_factory=dict)
    deltas: int = 0
    prefixes: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.held)

    def __iter__(self) -> Iterator[Key]:
        return iter(self.held)

    def __contains__(self, key: object) -> bool:
        return self._key(key) in self.held

    def __getitem__(self, key: object) -> NamedNode:
        """The entity at a key, given as Python value or as term. Raises :class:`KeyError`."""
        return self.held[self._key(key)]

    def _key(self, key: object) -> Any:
        return Literal(key) if isinstance(key, str | int | float | bool) else key

    def to_python(self) -> Any:
        """The value as a dict, a list or a set in Python: members by ``prov:value``, else by IRI.

        A list has ``None`` at positions that hold nothing. Sets and collections are sorted lists.
        """
        if self.kind == "entity":
            return self._leaf(self.version)
        found = {key: self._member(entity) for key, entity in self.held.items()}
        if self.kind == "dictionary":
            return {to_python(key): value for key, value in found.items()}
        if self.kind == "list":
            positions = {int(key.value): value for key, value in found.items()}
            return [positions.get(position) for position in range(max(positions, default=-1) + 1)]
        return sorted(found.values(), key=str)

    def _member(self, entity: NamedNode) -> Any:
        return self.parts[entity].to_python() if entity in self.parts else self._leaf(entity)

    def _leaf(self, entity: NamedNode) -> Any:
        said = self.leaves.get(entity)
        return entity.value if said is None else to_python(said)

    def to_json(self) -> dict[str, Any]:
        """It as data, IRIs whole; ``held`` as a list of key and entity, since keys need not be text."""
        return {
            "version": self.version.value,
            "kind": self.kind,
            "complete": self.complete,
            "checkpoint": None if self.checkpoint is None else to_python(self.checkpoint),
            "held": [
                {"key": to_python(key), "entity": entity.value, **self._json_part(entity)}
                for key, entity in self.held.items()
            ],
            "attributes": {
                name.value: [to_python(value) for value in values]
                for name, values in self.attributes.items()
            },
            "deltas": self.deltas,
        }

    def _json_part(self, entity: NamedNode) -> dict[str, Any]:
        if entity in self.parts:
            return {"value": self.parts[entity].to_json()}
        said = self.leaves.get(entity)
        return {} if said is None else {"value": to_python(said)}

    def rows(self) -> list[dict[str, str]]:
        """Keys and what is at them, or attributes where nothing is held, as a table shows them."""
        short = Shortener(self.prefixes)
        if self.kind == "entity":
            return [
                {"attribute": short(name), "value": short(value)}
                for name, values in self.attributes.items()
                for value in values
            ]
        return [
            {"key": short(key), "entity": short(entity), "value": self._shown(entity)}
            for key, entity in self.held.items()
        ]

    def _shown(self, entity: NamedNode) -> str:
        part = self.parts.get(entity)
        if part is not None:
            return str(part.to_python())
        said = self.leaves.get(entity)
        return "" if said is None else said.value

    def _columns(self) -> tuple[str, ...]:
        return ("attribute", "value") if self.kind == "entity" else ("key", "entity", "value")

    def _heading(self) -> str:
        short = Shortener(self.prefixes)
        if self.kind == "entity":
            return f"{short(self.version)}, an entity"
        known = "" if self.complete else ", and possibly more"
        moment = "" if self.checkpoint is None else f" at checkpoint {self.checkpoint.value}"
        return f"{short(self.version)}{moment}, a {self.kind} of {len(self)}{known}"

    def __str__(self) -> str:
        rows = [list(row.values()) for row in self.rows()]
        return f"{self._heading()}\n{table_text(self._columns(), rows)}" if rows else self._heading()

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self._heading())}</p>" + table_html(
            self._columns(), [list(row.values()) for row in self.rows()]
        )


def at(
    lookup: Lookup,
    thing: NamedNode,
    when: When | None = None,
    *,
    checkpoint: int | str | Literal | None = None,
    nested: bool = False,
) -> Value:
    """What a thing was at a time, at a checkpoint, or is in its latest version.

    A whole number as ``when`` is a checkpoint. Of a thing with versions the one that was current then
    is told; anything else is a version itself. ``nested`` tells the values of members too, at the same
    checkpoint. Time is in the size of the value and a bounded number of changes, where snapshots were
    taken. Raises :class:`~whence.errors.SourceError` where nothing is known of the thing, or there was no
    version yet.
    """
    if isinstance(when, int):
        checkpoint, when = when, None
    mark = None if checkpoint is None else _literal(checkpoint)
    version = thing
    if mark is None or own_versions(lookup, thing):
        version = version_at(lookup, thing, None if when is None else parse_moment(when))
    found = value_of(lookup, version, mark)
    found.attributes = attributes(lookup, [version]).get(version, {})
    if nested:
        _nest(lookup, found, mark, {version})
    return found


def _literal(checkpoint: int | str | Literal) -> Literal:
    if isinstance(checkpoint, str) and checkpoint.isdecimal():
        checkpoint = int(checkpoint)
    return checkpoint if isinstance(checkpoint, Literal) else Literal(checkpoint)


def version_at(lookup: Lookup, thing: NamedNode, when: datetime | None) -> NamedNode:
    """The version of a thing that was current at a time, or the latest; the thing where it has none.

    Current is what was generated last. Of branches made at one time it is the last in order.
    """
    stated = own_versions(lookup, thing)
    if not stated and when is None:
        return thing
    if not stated:
        found = chain(lookup, thing)
        return _then(found, thing, when) if found.order else _alone(lookup, thing, when)
    times = generation_times(lookup, stated)
    if len(times) < len(stated):
        return _then(chain(lookup, thing), thing, when)
    there = [version for version in stated if when is None or times[version] <= when]
    if not there:
        raise _too_early(thing, min(times.values()), when)
    last = max(times[version] for version in there)
    latest = [version for version in there if times[version] == last]
    if len(latest) == 1:
        return latest[0]
    order = {version: number for number, version in enumerate(chain(lookup, thing).order)}
    return max(latest, key=order.__getitem__)


def _then(found: Chain, thing: NamedNode, when: datetime | None) -> NamedNode:
    """The version at a time from an ordered chain; versions without a time go with those before them."""
    if when is None or not found.order:
        return found.order[-1] if found.order else thing
    if not found.times:
        raise SourceError(f"no version of {thing} has a time; ask for one of them by its name")
    current: NamedNode | None = None
    for version in found.order:
        if version in found.times and found.times[version] <= when:
            current = version
    if current is None:
        raise _too_early(thing, min(found.times.values()), when)
    return current


def _alone(lookup: Lookup, thing: NamedNode, when: datetime | None) -> NamedNode:
    """A thing without versions: it was there from its generation on."""
    made = generation_times(lookup, [thing]).get(thing)
    if made is not None and when is not None and when < made:
        raise _too_early(thing, made, when)
    return thing


def _too_early(thing: NamedNode, first: datetime, when: datetime | None) -> SourceError:
    asked = f" at {when.isoformat()}" if when else ""
    return SourceError(f"there was no version of {thing} yet{asked}; the first is of {first.isoformat()}")


def value_of(lookup: Lookup, version: NamedNode, checkpoint: Literal | None = None) -> Value:
    """What one version holds, by whatever says so: dictionary changes, events, or plain memberships."""
    own = Lookup(lookup.backend, inferred=False)
    if has_deltas(own, version):
        contents = replay(own, version)
        members = contents.members()
        return Value(version, "dictionary", members, contents.complete, None, deltas=contents.deltas)
    found = container(own, version, checkpoint)
    if found is not None:
        held: dict[Key, NamedNode] = {}
        for position, slot in enumerate(found.slots):
            if slot.member is not None:
                held[_place(found.kind, position, slot.key, slot.member)] = slot.member
        return Value(version, found.kind, held, True, found.checkpoint, deltas=0)  # type: ignore[arg-type]  # one of the kinds
    plain = [link.object for link in own.of([version], (PROV.hadMember,))]
    named = sorted((node for node in plain if isinstance(node, NamedNode)), key=str)
    types = {link.object for link in own.of([version], (RDF_TYPE,))}
    if named or types & {PROV.Collection, PROV.EmptyCollection}:
        empty = PROV.EmptyCollection in types
        return Value(version, "collection", {node: node for node in named}, empty)
    return Value(version)


def _place(kind: str, position: int, key: Literal | None, member: NamedNode) -> Key:
    if kind == "list":
        return Literal(position)
    return member if key is None else Literal(key.value) if key.datatype == XSD.string else key


def _nest(lookup: Lookup, found: Value, checkpoint: Literal | None, above: set[NamedNode]) -> None:
    """Find the values of members; one that holds itself, or is too deep, stays an entity."""
    members = list(dict.fromkeys(found.held.values()))
    for entity, _, said in lookup.of(members, (PROV.value,)):
        if isinstance(said, Literal) and isinstance(entity, NamedNode):
            found.leaves[entity] = said
    if len(above) > _DEEPEST:
        return
    for member in members:
        if member not in above:
            part = value_of(lookup, member, checkpoint)
            if part.kind != "entity":
                _nest(lookup, part, checkpoint, above | {member})
                found.parts[member] = part


def attributes(
    lookup: Lookup, entities: list[NamedNode]
) -> dict[Node, dict[NamedNode, tuple[NamedNode | Literal, ...]]]:
    """By entity: what bundles say of it besides relations, by property, sorted."""
    found: dict[Node, dict[NamedNode, tuple[NamedNode | Literal, ...]]] = {}
    for entity in entities:
        said: dict[NamedNode, dict[NamedNode | Literal, None]] = {}
        for link in lookup.about(entity):
            if link.predicate not in _RELATIONS and isinstance(link.object, NamedNode | Literal):
                said.setdefault(link.predicate, {})[link.object] = None
        found[entity] = {name: tuple(sorted(said[name], key=str)) for name in sorted(said, key=_rank)}
    return found


_RELATIONS: Final = frozenset(
    {
        *RELATION_PROPERTIES,
        PROV.specializationOf,
        PROV.alternateOf,
        PROV.hadMember,
        PROV.hadDictionaryMember,
    }
)


def _rank(name: NamedNode) -> tuple[bool, bool, str]:
    return name != RDF_TYPE, name != RDFS.label, name.value

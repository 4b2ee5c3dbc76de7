"""What bundles tell of values that change: their sources, and what they held at a checkpoint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.ontology.namespaces import PROV, RDF_TYPE, SCRIPT, VERSION, WHENCE
from whence.queries.edges import STEPS
from whence.queries.lookup import Lookup, Node
from whence.validation.checkpoints import Place, place

__all__ = ["Entity", "Event", "Moment", "Source", "Told", "members"]

Moment: TypeAlias = Place
"""A checkpoint, by its place in the order of its kind."""

_DIRECT: Final = tuple(step.predicate for step in STEPS if step.kind == "derivation")
_QUALIFIED: Final = {
    PROV.qualifiedDerivation: PROV.wasDerivedFrom,
    PROV.qualifiedRevision: PROV.wasRevisionOf,
    PROV.qualifiedQuotation: PROV.wasQuotedFrom,
    PROV.qualifiedPrimarySource: PROV.hadPrimarySource,
}
_MEMBERSHIP: Final = WHENCE.qualifiedMembership
_USAGE: Final = PROV.qualifiedUsage
_OF_ENTITIES: Final = (*_DIRECT, *_QUALIFIED, _MEMBERSHIP, _USAGE, PROV.hadMember, RDF_TYPE)
_OF_NODES: Final = (
    PROV.entity,
    RDF_TYPE,
    PROV.hadActivity,
    VERSION.checkpoint,
    VERSION.collection,
    VERSION.key,
)
_COLLECTIONS: Final = frozenset(
    {PROV.Collection, PROV.EmptyCollection, PROV.Dictionary, PROV.EmptyDictionary}
    | {SCRIPT[name] for name in ("list", "dict", "set", "tuple")}
)
_VOID: Final = VERSION.VoidEntity
_DIGITS: Final = 12
_SPARSE: Final = 1_000
"""How far beyond the number of events a position may be; farther ones make it a mapping."""
_BEFORE: Final[Place] = ("", "")
"""Where members are that were there all along."""

_Said: TypeAlias = Mapping[Node, Mapping[NamedNode, Sequence[NamedNode | BlankNode | Literal]]]


class Source(NamedTuple):
    """That something came from ``node``; as the same value where ``is_reference``."""

    node: Node
    predicate: NamedNode
    is_reference: bool = False
    collection: Node | None = None
    activity: Node | None = None


class Event(NamedTuple):
    """That a collection got a member under a key at a checkpoint, or lost it (``member`` is ``None``)."""

    at: Place
    kind: NamedNode
    key: str | None
    member: Node | None


@dataclass(slots=True)
class Entity:
    """What is told of one node; ``others`` are other steps: property, target, checkpoint."""

    sources: list[Source] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    others: list[tuple[NamedNode, Node, Moment | None]] = field(default_factory=list)
    reference: Node | None = None
    is_collection: bool = False


class Told:
    """Reads nodes in bulk and keeps what it read."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = Lookup(lookup.backend, inferred=False)
        self._known: dict[Node, Entity] = {}
        self._events: dict[Node, list[Event]] = {}
        self._void: dict[Node, bool] = {}
        self._others: frozenset[NamedNode] = frozenset()

    def of(self, node: Node) -> Entity:
        """What was read of a node."""
        return self._known[node]

    def read(self, nodes: Iterable[Node], others: Iterable[NamedNode] = ()) -> None:
        """Read what is told of some nodes, and which ``others`` steps lead from them."""
        self._others = self._others.union(others)
        fresh = [node for node in dict.fromkeys(nodes) if node not in self._known]
        if not fresh:
            return
        said = self._said(fresh, (*_OF_ENTITIES, *self._others))
        qualified = [
            target
            for node in fresh
            for link in (*_QUALIFIED, _MEMBERSHIP, _USAGE)
            for target in _nodes(said[node].get(link, ()))
        ]
        details = self._said(qualified, _OF_NODES)
        for node in fresh:
            self._known[node] = _entity(said[node], details, self._others)
        self._mark_void([event.member for node in fresh for event in self._known[node].events])

    def _said(self, nodes: Iterable[Node], predicates: Sequence[NamedNode]) -> _Said:
        found: defaultdict[Node, defaultdict[NamedNode, list[NamedNode | BlankNode | Literal]]]
        found = defaultdict(lambda: defaultdict(list))
        for link in self._lookup.of(dict.fromkeys(nodes), predicates):
            found[link.subject][link.predicate].append(link.object)
        return found

    def _mark_void(self, candidates: Iterable[Node | None]) -> None:
        """Note which members stand for nothing."""
        fresh = {node for node in candidates if node is not None and node not in self._void}
        for link in self._lookup.of(fresh, (RDF_TYPE,)):
            self._void[link.subject] = self._void.get(link.subject, False) or link.object == _VOID
        for node in fresh:
            self._void.setdefault(node, False)

    def events_of(self, node: Node) -> list[Event]:
        """The membership events of a value and of all its aliases, in the order of checkpoints."""
        known = self._events.get(node)
        if known is None:
            group = [node]
            if self.of(node).is_collection:
                group += self._aliases(node)
            found = [event for alias in group for event in self.of(alias).events]
            known = self._events[node] = sorted(map(self._without_void, found), key=_order)
        return known

    def _without_void(self, event: Event) -> Event:
        is_void = event.member is not None and self._void[event.member]
        return event._replace(member=None) if is_void else event

    def _aliases(self, value: Node) -> list[Node]:
        """What refers to a value, however indirectly."""
        found: dict[Node, None] = {}
        frontier: list[Node] = [value]
        while frontier:
            referring = {link.subject for link in self._lookup.to(frontier, (PROV.wasDerivedFrom,))}
            fresh = [node for node in referring if node not in found and node != value]
            self.read(fresh)
            before, frontier = set(frontier), []
            for node in fresh:
                if self.of(node).reference in before:
                    found[node] = None
                    frontier.append(node)
        return list(found)


def _order(event: Event) -> tuple[Place, str]:
    return event.at, (event.key or "").rjust(_DIGITS)


def _nodes(terms: Iterable[object]) -> list[Node]:
    return [term for term in terms if isinstance(term, NamedNode | BlankNode)]


def _entity(
    said: Mapping[NamedNode, Sequence[object]], details: _Said, others: Iterable[NamedNode]
) -> Entity:
    entity = Entity(is_collection=not _COLLECTIONS.isdisjoint(said.get(RDF_TYPE, ())))
    entity.sources = _sources(said, details)
    entity.reference = next((source.node for source in entity.sources if source.is_reference), None)
    entity.events = _memberships(said, details)
    entity.is_collection = entity.is_collection or bool(entity.events)
    used_at = {
        target: _checkpoint(details[node])
        for node in _nodes(said.get(_USAGE, ()))
        for target in _nodes(details[node].get(PROV.entity, ()))
    }
    for predicate in others:
        for target in _nodes(said.get(predicate, ())):
            at = used_at.get(target) if predicate == PROV.used else None
            entity.others.append((predicate, target, at))
    return entity


def _sources(said: Mapping[NamedNode, Sequence[object]], details: _Said) -> list[Source]:
    found: list[Source] = []
    for link, predicate in _QUALIFIED.items():
        for node in _nodes(said.get(link, ())):
            told = details[node]
            is_reference = VERSION.Reference in told.get(RDF_TYPE, ())
            collection = _first(told, VERSION.collection)
            activity = _first(told, PROV.hadActivity)
            found += [
                Source(target, predicate, is_reference, collection, activity)
                for target in _nodes(told.get(PROV.entity, ()))
            ]
    # Where a node says more of it, the direct property says the same again.
    qualified = {source.node for source in found}
    direct = {
        target: Source(target, predicate)
        for predicate in _DIRECT
        for target in _nodes(said.get(predicate, ()))
        if target not in qualified
    }
    return [*found, *direct.values()]


def _memberships(said: Mapping[NamedNode, Sequence[object]], details: _Said) -> list[Event]:
    found: list[Event] = []
    told: set[Node] = set()
    for node in _nodes(said.get(_MEMBERSHIP, ())):
        about = details[node]
        member = _first(about, PROV.entity)
        kinds = [
            kind for kind in (VERSION.Put, VERSION.Add, VERSION.Del) if kind in about.get(RDF_TYPE, ())
        ]
        key = next(
            (str(term.value) for term in about.get(VERSION.key, ()) if isinstance(term, Literal)), None
        )
        if member is not None:
            told.add(member)
        found += [Event(_checkpoint(about) or _BEFORE, kind, key, member) for kind in kinds]
        if not kinds:
            told.discard(member)
    bare = [member for member in _nodes(said.get(PROV.hadMember, ())) if member not in told]
    return found + [Event(_BEFORE, VERSION.Add, None, member) for member in bare]


def _first(told: Mapping[NamedNode, Sequence[object]], predicate: NamedNode) -> Node | None:
    return next(iter(_nodes(told.get(predicate, ()))), None)


def _checkpoint(told: Mapping[NamedNode, Sequence[object]]) -> Moment | None:
    places = [place(term) for term in told.get(VERSION.checkpoint, ()) if isinstance(term, Literal)]
    return min((found for found in places if found is not None), default=None)


def members(events: Sequence[Event], at: Moment | None) -> list[Node]:
    """What a collection holds after the events until a checkpoint, in the end if it is ``None``.

    A ``Put`` sets a key, an ``Add`` with a position and a ``Del`` of one shift what follows. Events of
    other kinds of checkpoints than ``at`` are not known to be later and count.
    """
    taken = [event for event in events if at is None or event.at[0] != at[0] or event.at <= at]
    shifts = any(
        event.kind == VERSION.Add or (event.kind == VERSION.Del and event.key is not None)
        for event in taken
    )
    is_list = shifts and all(_is_position(event.key, len(taken)) for event in taken)
    held: list[Node | None] = []
    keyed: dict[str, Node | None] = {}
    for event in taken:
        if not is_list and event.key is not None:
            keyed[event.key] = None if event.kind == VERSION.Del else event.member
        else:
            _take(held, event)
    return list(dict.fromkeys(member for member in (*held, *keyed.values()) if member is not None))


def _is_position(key: str | None, events: int) -> bool:
    if key is None:
        return True
    return key.isdecimal() and len(key) <= _DIGITS and int(key) <= _SPARSE + events


def _take(held: list[Node | None], event: Event) -> None:
    """Take one event into a list of members."""
    if event.key is None:
        if event.kind != VERSION.Del:
            held.append(event.member)
        elif event.member in held:
            held.remove(event.member)
        return
    position = int(event.key)
    if event.kind == VERSION.Del:
        del held[position : position + 1]
        return
    held.extend([None] * (position - len(held)))
    if event.kind == VERSION.Add:
        held.insert(position, event.member)
    else:
        held[position : position + 1] = [event.member]

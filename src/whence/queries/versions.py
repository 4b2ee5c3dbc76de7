"""The versions of a thing: which there are, in which order, by whom and when they were made.

A version is an entity that is a ``prov:specializationOf`` the thing, or one that revisions lead to from
the thing or its versions; changes of dictionaries count as revisions.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV, RDFS
from whence.queries.lookup import Lookup, Node
from whence.queries.moments import generation_times, moment
from whence.queries.tables import Answer

__all__ = ["Chain", "Version", "chain", "described", "own_versions", "versions"]

REVISIONS: Final = (PROV.wasRevisionOf, PROV.derivedByInsertionFrom, PROV.derivedByRemovalFrom)
COLUMNS: Final = ("number", "version", "time", "activity", "agents", "label", "revises")
_EPOCH: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a thing.

    ``number`` counts from 1 in an order in which every version comes after those it revises
    (``predecessors``, several where branches were merged), and else by time. ``time`` is that of its
    generation. ``is_head`` is true where nothing revises it.
    """

    number: int
    iri: NamedNode
    predecessors: tuple[NamedNode, ...] = ()
    time: datetime | None = None
    activity: NamedNode | None = None
    agents: tuple[NamedNode, ...] = ()
    label: str = ""
    invalidated: datetime | None = None
    is_head: bool = True

    def to_json(self) -> dict[str, Any]:
        """It as data."""
        return {
            "number": self.number,
            "version": self.iri.value,
            "time": self.time.isoformat() if self.time else None,
            "activity": self.activity.value if self.activity else None,
            "agents": [agent.value for agent in self.agents],
            "label": self.label,
            "revises": [older.value for older in self.predecessors],
            "invalidated": self.invalidated.isoformat() if self.invalidated else None,
            "head": self.is_head,
        }


@dataclass(frozen=True, slots=True)
class Chain:
    """Versions in order, oldest first, with what each revises and when it was generated."""

    order: tuple[NamedNode, ...]
    olders: Mapping[NamedNode, tuple[NamedNode, ...]]
    times: Mapping[Node, datetime]

    def heads(self) -> list[NamedNode]:
        """Those that nothing revises."""
        revised = {older for olders in self.olders.values() for older in olders}
        return [version for version in self.order if version not in revised]


def versions(
    lookup: Lookup, thing: NamedNode, prefixes: Mapping[str, str] | None = None
) -> Answer[Version]:
    """The versions of a thing, oldest first; of a version, all those of the thing it is a version of.

    An entity that nothing revises and that revises nothing has no versions: the list is empty. Time is
    linear in the number of versions.
    """
    found = chain(lookup, thing)
    made = described(lookup, found.order)
    heads = set(found.heads())
    listed = [
        Version(
            number,
            iri,
            found.olders.get(iri, ()),
            found.times.get(iri),
            is_head=iri in heads,
            **made[iri],
        )
        for number, iri in enumerate(found.order, start=1)
    ]
    return Answer(listed, COLUMNS, prefixes)


def own_versions(lookup: Lookup, *things: NamedNode) -> list[NamedNode]:
    """What is said to be a version of things, in no order."""
    links = lookup.to(things, (PROV.specializationOf,))
    return list(dict.fromkeys(link.subject for link in links if isinstance(link.subject, NamedNode)))


def chain(lookup: Lookup, thing: NamedNode) -> Chain:
    """The versions of a thing in order; empty where there is neither a version nor a revision."""
    stated = own_versions(lookup, thing)
    if not stated:
        things = [link.object for link in lookup.of([thing], (PROV.specializationOf,))]
        stated = own_versions(lookup, *(node for node in things if isinstance(node, NamedNode)))
    known: dict[NamedNode, set[NamedNode]] = {node: set() for node in stated or [thing]}
    frontier = list(known)
    while frontier:
        links = [*lookup.of(frontier, REVISIONS), *lookup.to(frontier, REVISIONS)]
        frontier = []
        for newer, _, older in links:
            if isinstance(newer, NamedNode) and isinstance(older, NamedNode) and newer != older:
                for node in (newer, older):
                    if node not in known:
                        known[node] = set()
                        frontier.append(node)
                known[newer].add(older)
    if stated:
        # Of versions of one thing a plain derivation says the same as a revision.
        for newer, _, older in lookup.of(stated, (PROV.wasDerivedFrom,)):
            if isinstance(newer, NamedNode) and isinstance(older, NamedNode) and newer != older:
                known[newer] |= {older} & known.keys()
    if len(known) == 1 and not stated:
        known = {}
    times = generation_times(lookup, known)
    olders = _direct(known)
    return Chain(_ordered(olders, times), olders, times)


def _direct(known: Mapping[NamedNode, set[NamedNode]]) -> dict[NamedNode, tuple[NamedNode, ...]]:
    """Each version's predecessors, in the order of their names."""
    return {node: tuple(sorted(olders, key=lambda iri: iri.value)) for node, olders in known.items()}


def _ordered(
    olders: Mapping[NamedNode, tuple[NamedNode, ...]], times: Mapping[Node, datetime]
) -> tuple[NamedNode, ...]:
    """Every version after what it revises, else by time; circles come where their time has them."""
    newers: dict[NamedNode, list[NamedNode]] = {}
    waits = {node: len(before) for node, before in olders.items()}
    for node, before in olders.items():
        for older in before:
            newers.setdefault(older, []).append(node)

    def place(node: NamedNode) -> tuple[datetime, list[tuple[int, str]]]:
        return times.get(node, _EPOCH), _natural(node.value)

    ready = [(place(node), node) for node, number in waits.items() if number == 0]
    heapq.heapify(ready)
    order: dict[NamedNode, None] = {}
    left = sorted(olders, key=place, reverse=True)
    while len(order) < len(olders):
        if ready:
            node = heapq.heappop(ready)[1]
        else:
            while left[-1] in order:
                left.pop()
            node = left.pop()
        if node in order:
            continue
        order[node] = None
        for newer in newers.get(node, ()):
            waits[newer] -= 1
            if waits[newer] == 0 and newer not in order:
                heapq.heappush(ready, (place(newer), newer))
    return tuple(order)


def _natural(text: str) -> list[tuple[int, str]]:
    """A key to sort names by in which v9 comes before v10."""
    parts: list[tuple[int, str]] = []
    number = ""
    for character in text + "\0":
        if character.isdecimal() and character.isascii():
            number += character
            continue
        if number:
            parts.append((int(number[:18]), number))
            number = ""
        parts.append((-1, character))
    return parts


def described(lookup: Lookup, entities: Iterable[NamedNode]) -> dict[NamedNode, dict[str, Any]]:
    """By entity: activity, agents, label and invalidation time, as :class:`Version` names them."""
    nodes = list(entities)
    found: dict[Node, dict[str, Any]] = {
        node: {"activity": None, "agents": (), "label": "", "invalidated": None} for node in nodes
    }
    wanted = (PROV.wasGeneratedBy, PROV.wasAttributedTo, RDFS.label, PROV.invalidatedAtTime)
    made: dict[Node, list[Node]] = {}
    for subject, predicate, value in lookup.of(nodes, wanted):
        record = found[subject]
        if isinstance(value, Literal):
            if predicate == RDFS.label:
                record["label"] = record["label"] or value.value
            elif predicate == PROV.invalidatedAtTime:
                record["invalidated"] = moment(value)
        elif isinstance(value, NamedNode) and predicate == PROV.wasGeneratedBy:
            record["activity"] = record["activity"] or value
            made.setdefault(value, []).append(subject)
        elif isinstance(value, NamedNode) and predicate == PROV.wasAttributedTo:
            record["agents"] = (*record["agents"], value)
    for activity, _, agent in lookup.of(made, (PROV.wasAssociatedWith,)):
        for entity in made[activity]:
            if isinstance(agent, NamedNode) and agent not in found[entity]["agents"]:
                found[entity]["agents"] = (*found[entity]["agents"], agent)
    return {node: found[node] for node in nodes}

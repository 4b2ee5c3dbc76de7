"""The literal times of events, held against the order of the events."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from pyoxigraph import Literal

from whence.formats.qnames import XSD_DATETIME
from whence.validation.cycles import path
from whence.validation.events import END, GENERATION, INVALIDATION, START, USAGE, EventGraph
from whence.validation.instance import Row

__all__ = ["Moment", "Timed", "Timeline", "certainly_later", "times"]

_TIMES: Final = (
    ("wasGeneratedBy", GENERATION, 2),
    ("used", USAGE, 2),
    ("wasInvalidatedBy", INVALIDATION, 2),
    ("wasStartedBy", START, 3),
    ("wasEndedBy", END, 3),
    ("activity", START, 0),
    ("activity", END, 1),
)
"""By form: the event, and the argument that is its time."""
_OFFSET: Final = timedelta(hours=14)
"""The farthest that a zone is from UTC."""


class Moment(NamedTuple):
    """An instant in UTC, or a local time where ``zoned`` is false."""

    at: datetime
    zoned: bool


@dataclass(frozen=True, slots=True)
class Timed:
    """An event with a time, and the row that says so. Its text is the time as it was written."""

    node: int
    moment: Moment
    row: Row
    literal: Literal

    def __str__(self) -> str:
        return self.literal.value


def certainly_later(one: Moment, other: Moment) -> bool:
    """Whether one moment is after another, whatever zone a local time is in."""
    return one.at - other.at > (_OFFSET if one.zoned != other.zoned else timedelta())


def moment(literal: Literal) -> Moment | None:
    """The moment of an ``xsd:dateTime``; ``None`` for those that Python's calendar does not have."""
    if literal.datatype != XSD_DATETIME:
        return None
    try:
        at = datetime.fromisoformat(literal.value)
        return (
            Moment(at, False)
            if at.tzinfo is None
            else Moment(at.astimezone(UTC).replace(tzinfo=None), True)
        )
    except (ValueError, OverflowError):
        return None


def times(graph: EventGraph) -> list[Timed]:
    """Every time that statements give an event of a graph that has all events."""
    instance = graph.instance
    found = []
    read: dict[int, Moment | None] = {}
    for form, kind, place in _TIMES:
        for row in instance.rows.get(form, ()):
            number = row.args[place] if row.args else 0
            literal = instance.raw(number) if number else None
            if isinstance(literal, Literal):
                if number not in read:
                    read[number] = moment(literal)
                at = read[number]
                of = row.id if kind == USAGE or form == "activity" else row.args[0]
                if at is not None:
                    found.append(Timed(graph.node(kind, of), at, row, literal))
    return found


class Timeline:
    """Compares every time with the latest one known of an event before.

    Components are gone through in order; each hands on the latest of its own times, or the latest it
    was handed where it has none. So each contradiction is told by the nearest two times, and where no two
    neighbours contradict each other no times do. Local times and those with a zone are handed on apart.
    """

    def __init__(self, graph: EventGraph, component: array[int], found: list[Timed]) -> None:
        self._graph = graph
        self._component = component
        self._own: dict[int, list[Timed]] = {}
        for timed in found:
            self._own.setdefault(component[timed.node], []).append(timed)
        self._latest: dict[tuple[int, bool], tuple[Timed, int]] = {}
        """By component and kind of time: the latest before it, and the edge by which that is known."""
        self._hand_on()

    def contradictions(self) -> Iterator[tuple[Timed, Timed]]:
        """Pairs of an event and one that comes after it but has a time certainly before it."""
        for component, own in self._own.items():
            for late in (min(own, key=_at), *own):
                early = next(
                    (
                        known[0]
                        for zoned in (late.moment.zoned, not late.moment.zoned)
                        if (known := self._latest.get((component, zoned)))
                        and certainly_later(known[0].moment, late.moment)
                    ),
                    None,
                )
                if early is not None:
                    yield early, late
                    break

    def differences(self) -> Iterator[tuple[Timed, Timed]]:
        """Pairs of times of one event, or of simultaneous ones, that certainly differ."""
        for own in self._own.values():
            if len(own) > 1:
                local = [timed for timed in own if not timed.moment.zoned]
                zoned = [timed for timed in own if timed.moment.zoned]
                for some in filter(None, (own, zoned, local)):
                    first, last = min(some, key=_at), max(some, key=_at)
                    if certainly_later(last.moment, first.moment):
                        yield first, last
                        break

    def latest(self, node: int) -> Timed | None:
        """The event with the latest known time before a node; one with a zone if there is any."""
        for zoned in (True, False):
            known = self._latest.get((self._component[node], zoned))
            if known is not None:
                return known[0]
        return None

    def way(self, early: Timed, late: Timed, limit: int) -> list[int]:
        """The edges from an event to one given with it as a contradiction; none beyond ``limit``."""
        graph, component = self._graph, self._component
        node = late.node
        parts: list[list[int]] = []
        while component[node] != component[early.node]:
            edge = self._latest[component[node], early.moment.zoned][1]
            parts.append([edge, *path(graph, component, graph.targets[edge], node)])
            node = graph.sources[edge]
            if len(parts) > limit:
                return []
        parts.append(path(graph, component, early.node, node))
        return [edge for part in reversed(parts) for edge in part]

    def _hand_on(self) -> None:
        graph, component, latest = self._graph, self._component, self._latest
        own: dict[tuple[int, bool], Timed] = {}
        for home, found in self._own.items():
            for timed in sorted(found, key=_at):
                own[home, timed.moment.zoned] = timed
        if not own:
            return
        for node in sorted(range(len(component)), key=component.__getitem__, reverse=True):
            home = component[node]
            for zoned in (True, False):
                known = own.get((home, zoned)) or latest.get((home, zoned), (None, -1))[0]
                if known is None:
                    continue
                for edge in graph.leaving(node):
                    key = component[graph.targets[edge]], zoned
                    if key[0] != home and (key not in latest or latest[key][0].moment.at < known.moment.at):
                        latest[key] = known, edge


def _at(timed: Timed) -> datetime:
    return timed.moment.at

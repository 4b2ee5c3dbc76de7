"""Looks over the literal times of provenance: apart from validity, which no time ever decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from whence.validation.chase import saturate
from whence.validation.cycles import components
from whence.validation.events import END, START, EventGraph
from whence.validation.instance import Instance, Row
from whence.validation.report import Precedence, TimeFinding
from whence.validation.telling import Teller, distinct
from whence.validation.timeline import Moment, Timed, Timeline, certainly_later, times
from whence.validation.uniqueness import relation

__all__ = ["TimeFinding", "lint"]

_EXAMPLES: Final = 3
_PATIENCE: Final = 200_000
"""Steps to tell in all; findings beyond that give no chain of events."""


def lint(
    instances: Iterable[Instance], now: datetime | None = None, *, limit: int = 1000
) -> list[TimeFinding]:
    """What is odd about the times in instances, at most ``limit`` findings.

    Times are compared along the order of events of constraints 30 to 49, each with the latest known time
    before it; one without a zone with one that has a zone only where they are more than 14 hours apart
    (XML Schema 1.1 part 2, section 3.3.7). ``now`` must have a zone and is the present by default. Times
    outside the years 1 to 9999 are left out. Time and memory are linear in statements.
    """
    present = (now or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
    return list(islice((item for one in instances for item in _Lint(one, present).findings()), limit))


class _Lint:
    def __init__(self, instance: Instance, now: datetime) -> None:
        saturate(instance)
        self.instance = instance
        self.now = now
        self.graph = EventGraph(instance, whole=True)
        self.component = components(self.graph)
        self.times = times(self.graph)
        self.teller = Teller(self.graph)
        self.patience = _PATIENCE
        self.timeline = Timeline(self.graph, self.component, self.times)

    def findings(self) -> Iterator[TimeFinding]:
        yield from self.orders()
        yield from self.differing()
        yield from self.futures()
        yield from self.ends()
        yield from self.zones()

    def finding(
        self,
        kind: str,
        message: str,
        mend: str,
        rows: Iterable[Row],
        reason: tuple[Precedence, ...] = (),
    ) -> TimeFinding:
        evidence = distinct(self.teller.evidence(row) for row in rows)
        return TimeFinding(kind, message, mend, evidence, evidence[0].bundle if evidence else None, reason)

    def orders(self) -> Iterator[TimeFinding]:
        for early, late in self.timeline.contradictions():
            first, second = self.text(early.node), self.text(late.node)
            way = self.timeline.way(early, late, self.patience)
            self.patience -= len(way)
            reason = self.teller.chain(way)
            mend = (
                f"Correct one of the two times: the {second} to {early} or later,"
                f" or the {first} to {late} or earlier."
            )
            if self.lifetime(early, late):
                name = self.instance.name(self.graph.of[early.node], "activity")
                message = f"{name} ends at {late}, before it starts at {early}."
                kind = "reversed"
            else:
                message = f"The {second} at {late} cannot be before the {first} at {early}."
                kind = "order"
            yield self.finding(kind, message, mend, (early.row, late.row), reason)

    def lifetime(self, early: Timed, late: Timed) -> bool:
        kinds, of = self.graph.kinds, self.graph.of
        return (kinds[early.node], kinds[late.node]) == (START, END) and of[early.node] == of[late.node]

    def differing(self) -> Iterator[TimeFinding]:
        """Times of one event, or of simultaneous ones. Constraints 28 and 29 see to declared activities."""
        find = self.instance.find
        declared = {find(row.id) for row in self.instance.rows.get("activity", ())}
        for first, last in self.timeline.differences():
            kind = self.graph.kinds[first.node]
            if first.node == last.node and kind in (START, END) and self.graph.of[first.node] in declared:
                continue
            one, other = self.told(first), self.told(last)
            message = f"The {one} has two times, {first} and {last}."
            if one != other:
                message = (
                    f"The {one} and the {other} are simultaneous, but have the times {first} and {last}."
                )
            yield self.finding(
                "simultaneous", message, "Give them one and the same time.", (first.row, last.row)
            )

    def futures(self) -> Iterator[TimeFinding]:
        now = Moment(self.now, zoned=True)
        told: set[int] = set()
        for timed in self.times:
            if timed.node not in told and certainly_later(timed.moment, now):
                told.add(timed.node)
                message = f"The {self.text(timed.node)} at {timed} lies in the future."
                mend = f"Correct the time; it is {self.now.isoformat(timespec='seconds')}Z now."
                yield self.finding("future", message, mend, (timed.row,))

    def ends(self) -> Iterator[TimeFinding]:
        """Activities that started at a known time and have ended at an unknown one.

        They have where an end is told, or where something they made was used by another activity.
        """
        timed = {item.node for item in self.times}
        for activity, row in self.ended().items():
            start, end = self.graph.node(START, activity), self.graph.node(END, activity)
            if start not in timed or end in timed or end < 0:
                continue
            name = self.instance.name(activity, "activity")
            latest = self.timeline.latest(end)
            when = f", {latest} or later" if latest is not None else ""
            mend = f"Say when {name} ended{when}."
            told = row.kind == "wasEndedBy"
            why = "is said to have ended" if told else "made what others used already"
            yield self.finding("end", f"{name} {why}, but has no end time.", mend, (row,))

    def ended(self) -> dict[int, Row]:
        find, rows = self.instance.find, self.instance.rows
        users: dict[int, int] = {}
        for row in rows.get("used", ()):
            entity, activity = find(row.args[1]), find(row.args[0])
            users[entity] = activity if users.get(entity, activity) == activity else 0
        found: dict[int, Row] = {}
        for row in rows.get("wasEndedBy", ()):
            found.setdefault(find(row.args[0]), row)
        for row in rows.get("wasGeneratedBy", ()):
            activity = find(row.args[1])
            if users.get(find(row.args[0]), activity) != activity:
                found.setdefault(activity, row)
        return found

    def zones(self) -> Iterator[TimeFinding]:
        bare = [item for item in self.times if not item.moment.zoned]
        if bare and len(bare) < len(self.times):
            have = "has" if len(bare) == 1 else "have"
            message = (
                f"{len(bare)} of {len(self.times)} times {have} no time zone, so they compare with"
                " the others to within 14 hours only."
            )
            mend = f"Give all times a zone; if this one is in UTC: {bare[0]}Z."
            yield self.finding("zone", message, mend, (item.row for item in bare[:_EXAMPLES]))

    def told(self, timed: Timed) -> str:
        """An event by what the statement of its time calls it."""
        row = timed.row
        if row.kind == "activity":
            return self.text(timed.node)
        noun, _, rest = relation(self.instance, row).partition(" ")
        known = row.id and self.instance.term(row.id) is not None
        return f"{noun} {self.instance.name(row.id)} {rest}" if known else f"{noun} {rest}"

    def text(self, node: int) -> str:
        return self.teller.event(node).text

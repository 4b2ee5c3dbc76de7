"""The chase: rows that follow are added, and terms made one as constraints 22 to 29 want it.

PROV-LINKS adds that an entity mentions one other, in one bundle.

Rows are found by what their constraints call keys. Two rows with one key make terms one; that gives
rows with unknowns new keys, and so on until nothing changes (congruence closure). Only the rows of the
smaller of two classes of unknowns get new keys, and those of an unknown that turns out to be an IRI once,
so the time is n log n in the worst case, linear where little is unknown.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from whence.validation.equalities import Clash, Reason
from whence.validation.inferences import infer
from whence.validation.instance import Instance, Row

__all__ = ["saturate"]

_ELEMENTS: Final = ("entity", "activity", "agent")
_DISJOINT: Final = frozenset(
    {
        "used",
        "wasGeneratedBy",
        "wasInvalidatedBy",
        "wasStartedBy",
        "wasEndedBy",
        "wasInformedBy",
        "wasAttributedTo",
        "wasAssociatedWith",
        "actedOnBehalfOf",
    }
)
"""Relations whose identifiers differ from each other's (constraint 53)."""
_RELATIONS: Final = (*sorted(_DISJOINT), "wasDerivedFrom", "wasInfluencedBy")
_UNIQUE: Final = {
    "wasGeneratedBy": ("24", 0, 1),
    "wasInvalidatedBy": ("25", 0, 1),
    "wasStartedBy": ("26", 0, 2),
    "wasEndedBy": ("27", 0, 2),
}
"""By kind: the constraint that makes it unique, and the arguments that are its key."""
_MENTION: Final = "mentionOf"
_TIMES: Final = {"wasStartedBy": ("28", 0), "wasEndedBy": ("29", 1)}
"""By kind: the constraint that ties its time to the activity's, and which time of the activity that is."""


def saturate(instance: Instance) -> None:
    """Add what follows and make one what must be, once; clashes and overlaps are kept in the instance."""
    if not instance.saturated:
        instance.saturated = True
        infer(instance)
        _Chase(instance).run()


class _Chase:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.find = instance.find
        self.ids: dict[int, Row | list[Row]] = {}
        """By identifier: the row, or one row of each kind."""
        self.unique: dict[str, dict[tuple[int, int], Row]] = {kind: {} for kind in _UNIQUE}
        self.mentions: dict[int, Row] = {}
        self.activities: dict[int, Row] = {}
        self.waiting: dict[int, list[Row]] = {}
        """Starts and ends of activities that no statement declares, or none so far."""
        self.occurrences: dict[int, list[Row]] = {}
        """By unknown: the rows it is part of a key of."""
        self.queue: deque[tuple[int, int, Reason]] = deque()
        self.clashes: dict[tuple[str, int, int], Clash] = {}
        self.seen: set[tuple[str, int, int, int]] = set()
        self.met: set[tuple[int, int]] = set()

    def run(self) -> None:
        rows = self.instance.rows
        for kind in (*_ELEMENTS, *_RELATIONS, _MENTION):
            for row in rows.get(kind, ()):
                self.register(row)
                self.place(row)
        while self.queue:
            self.equate(*self.queue.popleft())
        self.inherit()
        self.instance.clashes.extend(self.clashes.values())

    def inherit(self) -> None:
        """Constraint 54 for what inference 21 makes an entity: what specializes one."""
        steps = [row for kind in ("specializationOf", _MENTION) for row in self.instance.rows.get(kind, ())]
        if not any(self.relations(row.args[0]) for row in steps):
            return
        specific: dict[int, list[Row]] = {}
        for row in steps:
            specific.setdefault(self.find(row.args[1]), []).append(row)
        entities = {self.find(row.id): row for row in self.instance.rows.get("entity", ())}
        waiting = deque(entities)
        while waiting:
            for row in specific.get(waiting.popleft(), ()):
                root = self.find(row.args[0])
                if root not in entities:
                    entities[root] = row
                    waiting.append(root)
                    for relation in self.relations(root):
                        self.cross(self.inherited(root, entities), relation)

    def inherited(self, root: int, entities: dict[int, Row]) -> Row:
        """The entity that inference 21 makes of a declared one, step by step."""
        steps = [entities[root]]
        while steps[-1].kind != "entity":
            steps.append(entities[self.find(steps[-1].args[1])])
        return Row("entity", root, (), -1, "21", tuple(reversed(steps)))

    def relations(self, term: int) -> list[Row]:
        """The relations that a term identifies."""
        there = self.ids.get(self.find(term), [])
        rows = [there] if isinstance(there, Row) else there
        return [row for row in rows if row.kind not in _ELEMENTS]

    def register(self, row: Row) -> None:
        """Remember the unknowns of a row's keys."""
        terms = [] if self.private(row) else [row.id]
        if row.kind in _UNIQUE and not self.lonely(row):
            _, first, second = _UNIQUE[row.kind]
            terms += (row.args[first], row.args[second])
        elif row.kind == _MENTION:
            terms.append(row.args[0])
        for term in terms:
            root = self.find(term)
            if not self.instance.constant(root):
                self.occurrences.setdefault(root, []).append(row)

    def private(self, row: Row) -> bool:
        """Whether no other row can have this row's identifier but by constraints 24 to 27.

        Those treat the rows as well as the identifiers, so that a private one needs no place.
        """
        fresh = self.instance.fresh
        return fresh(row.id) and (not row.premises or row.rule != "11" or fresh(row.premises[0].id))

    def lonely(self, row: Row) -> bool:
        """Whether constraints 24 to 27 cannot join a row with another: nobody can name its activity."""
        fresh = self.instance.fresh
        return row.assertion >= 0 and fresh(row.id) and fresh(row.args[_UNIQUE[row.kind][2]])

    def place(self, row: Row) -> None:
        """Put a row where its keys say, and meet those that are there."""
        if not self.private(row):
            self.identify(row)
        kind = row.kind
        if kind in _UNIQUE and not self.lonely(row):
            rule, first, second = _UNIQUE[kind]
            key = (self.find(row.args[first]), self.find(row.args[second]))
            other = self.unique[kind].setdefault(key, row)
            if other is not row:
                self.one(rule, other, row)
        if kind in _TIMES:
            self.time(row)
        elif kind == "activity":
            self.declare(row)
        elif kind == _MENTION:
            other = self.mentions.setdefault(self.find(row.args[0]), row)
            if other is not row:
                self.join(other, row, "unique-mention")

    def identify(self, row: Row) -> None:
        """Constraints 22, 23, 53 and 54: rows with one identifier."""
        root = self.find(row.id)
        there = self.ids.setdefault(root, row)
        if there is row or root == 0:
            return
        if isinstance(there, Row):
            there = [there]
        for other in there:
            if other is row:
                return
            if other.kind == row.kind:
                self.join(other, row)
                return
        for other in there:
            self.cross(other, row)
        self.ids[root] = [*there, row]

    def join(self, left: Row, right: Row, rule: str = "") -> None:
        """Make two rows with one identifier the same, or two that ``rule`` wants the same."""
        reason = Reason(rule or ("22" if left.kind in _ELEMENTS else "23"), (left, right))
        pairs = list(zip(left.args, right.args, strict=True))
        if left.kind == "wasDerivedFrom" and (left.args[2] == 0) != (right.args[2] == 0):
            del pairs[3:]  # a generation and a usage go with the activity, which is told already
        for pair in pairs:
            self.want(*pair, reason)

    def cross(self, left: Row, right: Row) -> None:
        """Two rows of different kinds with one identifier."""
        elements = (left.kind in _ELEMENTS) + (right.kind in _ELEMENTS)
        if elements == 2:
            return
        if elements or (left.kind in _DISJOINT and right.kind in _DISJOINT):
            place = (id(left), id(right))
            if place not in self.met and place[::-1] not in self.met:
                self.met.add(place)
                self.instance.overlaps.append(Reason("54" if elements else "53", (left, right)))
            return
        reason = Reason("23", (_influence(left), _influence(right)))
        for pair in zip(left.args[:2], right.args[:2], strict=True):
            self.want(*pair, reason)

    def one(self, rule: str, left: Row, right: Row) -> None:
        """Make two generations, invalidations, starts or ends the same."""
        ids = self.find(left.id), self.find(right.id)
        self.want(left.id, right.id, Reason(rule, (left, right)))
        if ids[0] == ids[1] or not all(map(self.instance.constant, ids)):
            self.join(left, right)

    def declare(self, row: Row) -> None:
        root = self.find(row.id)
        if self.activities.setdefault(root, row) is row:
            for event in self.waiting.pop(root, ()):
                self.tie(row, event)

    def time(self, row: Row) -> None:
        root = self.find(row.args[0])
        activity = self.activities.get(root)
        if activity is None:
            self.waiting.setdefault(root, []).append(row)
        else:
            self.tie(activity, row)

    def tie(self, activity: Row, event: Row) -> None:
        rule, place = _TIMES[event.kind]
        self.want(activity.args[place], event.args[3], Reason(rule, (activity, event)))

    def want(self, left: int, right: int, reason: Reason) -> None:
        if left != right:
            self.queue.append((left, right, reason))

    def equate(self, left: int, right: int, reason: Reason) -> None:
        """Make two terms one, or note that they cannot be, and give rows their new keys."""
        first, second = self.find(left), self.find(right)
        if first == second:
            return
        constants = self.instance.constant(first), self.instance.constant(second)
        if all(constants):
            self.clash(left, right, reason)
            return
        sizes = [len(self.occurrences.get(root, ())) for root in (first, second)]
        keep = first if constants[0] or (not constants[1] and sizes[0] >= sizes[1]) else second
        lost = self.instance.equalities.union(left, right, reason, keep)
        moved = self.occurrences.pop(lost, [])
        if moved and not any(constants):
            self.occurrences.setdefault(keep, []).extend(moved)
        for row in moved:
            self.place(row)

    def clash(self, left: int, right: int, reason: Reason) -> None:
        rows = reason.rows
        low, high = sorted((self.find(left), self.find(right)))
        # A value that clashes with another in many rows of one identifier is one fault.
        fault = (reason.rule, self.find(rows[0].id), low, high)
        if fault not in self.seen:
            self.seen.add(fault)
            place = (reason.rule, id(rows[0]), id(rows[1]))
            self.clashes.setdefault(place, Clash(reason, [])).pairs.append((left, right))


def _influence(row: Row) -> Row:
    if row.kind == "wasInfluencedBy":
        return row
    return Row("wasInfluencedBy", row.id, row.args[:2], -1, "15", (row,))

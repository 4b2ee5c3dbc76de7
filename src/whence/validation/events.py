"""The events that a bundle tells of, and which comes before which: constraints 30 to 49 as a graph.

All generations of one entity are simultaneous (constraint 39), and so are its invalidations (40), the
starts (31) and the ends (32) of one activity: each of these is one node. Every usage is a node.

A constraint orders events that exist, so an edge is drawn where both do. What makes them exist is a
statement of them, and inferences 7 and 8 of elements that are declared. An entity counts as declared where
a derivation or specialization is of it, or something was started by it, since constraint 50 says that it
is an entity, and where it has an attribution (inference 13). Rows of inferences 9, 10, 11 and 14 are
expected in the instance. The other inferences add no path: the use and generation of inference 5, for one,
lie between the start and the end that constraint 35 orders, and exist for nothing else.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Final

from whence.validation.instance import Instance, Row

__all__ = ["DERIVATIONS", "END", "GENERATION", "INVALIDATION", "START", "STRICT", "USAGE", "EventGraph"]

GENERATION: Final = 0
INVALIDATION: Final = 1
START: Final = 2
END: Final = 3
USAGE: Final = 4

STRICT: Final = 42
"""The one constraint that wants an event strictly before another."""

DERIVATIONS: Final = ("wasDerivedFrom", "derivedByInsertionFrom", "derivedByRemovalFrom")


class EventGraph:
    """Events by number from 0, and edges by number from 0 between them.

    ``kinds[node]`` is one of the constants above and ``of[node]`` the term of its entity or activity,
    or of the usage itself. ``makers[node]`` is the row it is known from: a row of the event, or of what
    an inference makes it from; ``None`` where nothing tells of it. Edge ``n`` goes from
    ``sources[n]`` to ``targets[n]`` by constraint ``rules[n]`` and the row ``rows[n]``, ``None``
    where the two events alone are the reason. ``first[node]`` is an edge that leaves the node and
    ``following[edge]`` the next one, -1 where there is none.

    As it is, the graph is that of validity: of the events only what a shortest cycle with a strict edge
    can hold. Ends and invalidations come before nothing but other
    invalidations (44, 46), and starts of which no trigger is told after nothing. A usage comes before no
    other of these than the generation of what a derivation by it made (41): what is before the usage, the
    generation of what was used and the start of the activity, is before that one by 42 and 34 already.
    A ``whole`` graph has all edges, and all elements are taken to have their events: nothing is ever used
    that was not generated, told or not.
    """

    __slots__ = (
        "_find",
        "_numbers",
        "first",
        "following",
        "instance",
        "kinds",
        "makers",
        "of",
        "rows",
        "rules",
        "sources",
        "targets",
        "whole",
    )

    def __init__(self, instance: Instance, *, whole: bool = False) -> None:
        self.instance = instance
        self.kinds = bytearray()
        self.of = array("i")
        self.makers: list[Row | None] = []
        self.sources = array("i")
        self.targets = array("i")
        self.rules = bytearray()
        self.rows: list[Row | None] = []
        self.first = array("i")
        self.following = array("i")
        self._numbers: dict[int, int] = {}
        self.whole = whole
        self._find = instance.find
        self._add_nodes()
        self._add_starts()
        self._add_derivations()
        self._add_attributions()
        self._add_specializations()
        if whole:
            self._add_usages()
            self._add_ends()
            self._add_invalidations()
            self._add_agents()
            self._add_lifetimes()

    def node(self, kind: int, term: int) -> int:
        """The event of this kind of an entity or activity (or the usage with this id), or -1."""
        return self._numbers.get(self._find(term) << 3 | kind, -1)

    def leaving(self, node: int) -> Iterator[int]:
        """The edges that leave a node."""
        edge = self.first[node]
        while edge >= 0:
            yield edge
            edge = self.following[edge]

    def _make(self, kind: int, term: int, maker: Row | None) -> int:
        key = self._find(term) << 3 | kind
        node = self._numbers.get(key)
        if node is None:
            node = self._numbers[key] = len(self.makers)
            self.kinds.append(kind)
            self.of.append(key >> 3)
            self.makers.append(maker)
            self.first.append(-1)
        elif self.makers[node] is None:
            self.makers[node] = maker
        return node

    def _event(self, kind: int, term: int) -> int:
        return self._make(kind, term, None) if self.whole else self.node(kind, term)

    def _edge(self, source: int, target: int, rule: int, row: Row | None) -> None:
        if source >= 0 <= target:
            self.following.append(self.first[source])
            self.first[source] = len(self.sources)
            self.sources.append(source)
            self.targets.append(target)
            self.rules.append(rule)
            self.rows.append(row)

    def _add_nodes(self) -> None:
        rows, make = self.instance.rows, self._make
        for row in rows.get("wasGeneratedBy", ()):
            make(GENERATION, row.args[0], row)
        for row in rows.get("wasStartedBy", ()):
            make(START, row.args[0], row)
        for row in rows.get("entity", ()):
            make(GENERATION, row.id, row)
        for row in rows.get("wasAttributedTo", ()):
            make(GENERATION, row.args[0], row)
        if self.whole:
            self._add_others()

    def _add_others(self) -> None:
        rows, make = self.instance.rows, self._make
        for row in rows.get("used", ()):
            make(USAGE, row.id, row)
        for row in rows.get("wasInvalidatedBy", ()):
            make(INVALIDATION, row.args[0], row)
        for row in rows.get("wasEndedBy", ()):
            make(END, row.args[0], row)
        for row in rows.get("entity", ()):
            make(INVALIDATION, row.id, row)
        for row in rows.get("activity", ()):
            make(START, row.id, row)
            make(END, row.id, row)

    def _add_starts(self) -> None:
        event, edge = self._event, self._edge
        for row in self.instance.rows.get("wasGeneratedBy", ()):
            edge(event(START, row.args[1]), event(GENERATION, row.args[0]), 34, row)
        for row in self.instance.rows.get("wasStartedBy", ()):
            edge(self._make(GENERATION, row.args[1], row), event(START, row.args[0]), 43, row)

    def _add_derivations(self) -> None:
        make, edge = self._make, self._edge
        for form in DERIVATIONS:
            for row in self.instance.rows.get(form, ()):
                made, used = row.args[:2]
                edge(make(GENERATION, used, row), make(GENERATION, made, row), STRICT, row)

    def _add_attributions(self) -> None:
        """Agents may be entities or activities: those of their events that are told of are ordered."""
        node, edge = self.node, self._edge
        for row in self.instance.rows.get("wasAttributedTo", ()):
            generation, agent = node(GENERATION, row.args[0]), row.args[1]
            edge(node(GENERATION, agent), generation, 48, row)
            edge(node(START, agent), generation, 48, row)

    def _add_specializations(self) -> None:
        make, edge = self._make, self._edge
        for row in self.instance.rows.get("specializationOf", ()):
            specific, general = row.args[0], row.args[1]
            edge(make(GENERATION, general, row), make(GENERATION, specific, row), 45, row)
            if self.whole:
                edge(make(INVALIDATION, specific, row), make(INVALIDATION, general, row), 46, row)

    def _add_usages(self) -> None:
        event, edge = self._event, self._edge
        for row in self.instance.rows.get("used", ()):
            usage = event(USAGE, row.id)
            edge(event(START, row.args[0]), usage, 33, row)
            edge(event(GENERATION, row.args[1]), usage, 37, row)
            edge(usage, event(END, row.args[0]), 33, row)
            edge(usage, event(INVALIDATION, row.args[1]), 38, row)
        for row in self.instance.rows.get("wasDerivedFrom", ()):
            if row.args[2]:
                edge(self.node(USAGE, row.args[4]), event(GENERATION, row.args[0]), 41, row)

    def _add_ends(self) -> None:
        rows = self.instance.rows
        event, edge = self._event, self._edge
        for row in rows.get("wasGeneratedBy", ()):
            edge(event(GENERATION, row.args[0]), event(END, row.args[1]), 34, row)
        for row in rows.get("wasInformedBy", ()):
            edge(event(START, row.args[1]), event(END, row.args[0]), 35, row)
        for row in rows.get("wasEndedBy", ()):
            edge(event(GENERATION, row.args[1]), event(END, row.args[0]), 44, row)

    def _add_invalidations(self) -> None:
        rows = self.instance.rows
        event, edge = self._event, self._edge
        for form, kind, rule in (("wasStartedBy", START, 43), ("wasEndedBy", END, 44)):
            for row in rows.get(form, ()):
                edge(event(kind, row.args[0]), event(INVALIDATION, row.args[1]), rule, row)

    def _add_agents(self) -> None:
        rows, node, edge = self.instance.rows, self.node, self._edge
        for row in rows.get("wasAssociatedWith", ()):
            start, end, agent = node(START, row.args[0]), node(END, row.args[0]), row.args[1]
            edge(start, node(INVALIDATION, agent), 47, row)
            edge(node(GENERATION, agent), end, 47, row)
            edge(start, node(END, agent), 47, row)
            edge(node(START, agent), end, 47, row)
        for row in rows.get("actedOnBehalfOf", ()):
            delegate, responsible = row.args[0], row.args[1]
            edge(node(GENERATION, responsible), node(INVALIDATION, delegate), 49, row)
            edge(node(START, responsible), node(END, delegate), 49, row)

    def _add_lifetimes(self) -> None:
        for node, kind in enumerate(self.kinds):
            if kind == GENERATION:
                self._edge(node, self.node(INVALIDATION, self.of[node]), 36, None)
            elif kind == START:
                self._edge(node, self.node(END, self.of[node]), 30, None)

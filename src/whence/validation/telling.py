"""Says events and edges of an event graph in the words of reports, with the statements behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pyoxigraph import NamedNode

from whence.validation.events import END, GENERATION, INVALIDATION, START, STRICT, USAGE, EventGraph
from whence.validation.instance import Row
from whence.validation.report import Event, Evidence, Precedence
from whence.validation.specification import rule

__all__ = ["Teller", "distinct"]

_KINDS: Final = {
    GENERATION: ("generation", "wasGeneratedBy", "entity"),
    INVALIDATION: ("invalidation", "wasInvalidatedBy", "entity"),
    START: ("start", "wasStartedBy", "activity"),
    END: ("end", "wasEndedBy", "activity"),
    USAGE: ("usage", "used", "entity"),
}
"""What to call an event, the form of its statement, and what it is an event of."""
_SIMULTANEOUS: Final = {GENERATION: 39, INVALIDATION: 40, START: 31, END: 32}
_WHOLE: Final = 1_000
"""The longest chain whose every step is told with what makes its events exist."""
_DECLARED: Final = "7"
_FROM_ELEMENT: Final = {"entity": _DECLARED, "activity": "8", "wasAttributedTo": "13"}

_Named = tuple[int, Row | None]
"""One event of several simultaneous ones: its id (0: any of them), and its own row where known."""
_ANY: Final[_Named] = (0, None)


def distinct(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Each piece of evidence of one teller once; by identity, since comparing goes through all premises."""
    return tuple({id(item): item for item in evidence}.values())


class Teller:
    """Makes the data of reports from edges of one graph; equal evidence is made once."""

    def __init__(self, graph: EventGraph) -> None:
        self._graph = graph
        self._instance = graph.instance
        self._evidence: dict[int, tuple[Row, Evidence]] = {}
        self._events: dict[tuple[int, int], Event] = {}

    def chain(self, edges: Sequence[int], *, closed: bool = False) -> tuple[Precedence, ...]:
        """The steps that lead along edges, ``closed`` for a cycle.

        Where an edge ends at one event and the next starts at another that is simultaneous with it,
        the constraint that says so is a step of its own. The steps of a chain of more than 1,000 rest on
        what relates their events alone, not on what makes these exist.
        """
        ends = [self._ends(edge) for edge in edges]
        steps = []
        whole = len(edges) <= _WHOLE
        for n, edge in enumerate(edges):
            source, target = self._graph.sources[edge], self._graph.targets[edge]
            left, right = ends[n]
            before = ends[n - 1][1] if n or closed else _ANY
            after = ends[(n + 1) % len(ends)][0] if n + 1 < len(ends) or closed else _ANY
            first = self._event(source, left if left[0] else before)
            last = self._event(target, right if right[0] else after)
            number = self._graph.rules[edge]
            behind = self._behind(edge, whole)
            steps.append(Precedence(first, last, number == STRICT, rule(number), behind))
            if right[0] and after[0] and not self._instance.same(right[0], after[0]):
                steps.append(self._simultaneous(target, last, after, edge, edges[(n + 1) % len(edges)]))
        return tuple(steps)

    def event(self, node: int) -> Event:
        """An event by its node."""
        return self._event(node, _ANY)

    def made(self, node: int) -> Evidence | None:
        """The statement that makes an event exist, if there is one."""
        maker = self._maker(node)
        return None if maker is None else self.evidence(maker)

    def evidence(self, row: Row) -> Evidence:
        """The evidence of a row."""
        # By identity: rows of inferences nest, and comparing them would compare all that they rest on.
        known = self._evidence.get(id(row))
        if known is None:
            known = self._evidence[id(row)] = (row, self._instance.evidence(row))
        return known[1]

    def _ends(self, edge: int) -> tuple[_Named, _Named]:
        """Which of several simultaneous events an edge leaves from and arrives at."""
        graph = self._graph
        return (
            self._named(edge, graph.kinds[graph.sources[edge]], source=True),
            self._named(edge, graph.kinds[graph.targets[edge]], source=False),
        )

    def _named(self, edge: int, kind: int, *, source: bool) -> _Named:
        row = self._graph.rows[edge]
        if row is None:
            return _ANY
        if self._graph.rules[edge] == 41 and not source:
            return row.args[3], None
        return (row.id, row) if row.kind == _KINDS[kind][1] else _ANY

    def _event(self, node: int, named: _Named) -> Event:
        known = self._events.get((node, named[0]))
        if known is None:
            known = self._events[node, named[0]] = self._worded(node, named)
        return known

    def _worded(self, node: int, named: _Named) -> Event:
        graph, instance = self._graph, self._instance
        kind = graph.kinds[node]
        word, form, what = _KINDS[kind]
        number, row = named
        maker = graph.makers[node]
        if not number and maker is not None and maker.kind == form:
            number = maker.id
        if kind == USAGE:
            row = maker
        of = row.args[1] if kind == USAGE and row is not None else graph.of[node]
        by = row.args[0 if kind == USAGE else 1] if row is not None and kind not in (START, END) else 0
        term, iri = instance.term(of), instance.term(number) if number else None
        name = iri if isinstance(iri, NamedNode) else None
        text = f"{word} {instance.name(number)} of" if name is not None else f"{word} of"
        text = f"{text} {instance.name(of, what)}"
        if by and instance.term(by) is not None and (kind == USAGE or name is None):
            text = f"{text} by {instance.name(by, 'activity')}"
        return Event(word, text, term if isinstance(term, NamedNode) else None, name)

    def _simultaneous(
        self, node: int, before: Event, named: _Named, edge: int, following: int
    ) -> Precedence:
        rows = (self._graph.rows[edge], self._graph.rows[following])
        evidence = distinct(self.evidence(row) for row in rows if row is not None)
        number = _SIMULTANEOUS[self._graph.kinds[node]]
        return Precedence(before, self._event(node, named), False, rule(number), evidence)

    def _behind(self, edge: int, whole: bool) -> tuple[Evidence, ...]:
        """The statements an order rests on: of the relation, and of the two events."""
        graph = self._graph
        row = graph.rows[edge]
        rows = [] if row is None else [row]
        for node in (graph.sources[edge], graph.targets[edge]) if whole or not rows else ():
            maker = self._maker(node)
            # That a declared entity was generated goes without saying, as it does for all others (50).
            if maker is not None and maker.rule != _DECLARED and all(maker is not row for row in rows):
                rows.append(maker)
        return distinct(self.evidence(row) for row in rows)

    def _maker(self, node: int) -> Row | None:
        graph = self._graph
        row = graph.makers[node]
        form = _KINDS[graph.kinds[node]][1]
        if row is None or row.kind == form:
            return row
        if row.kind not in _FROM_ELEMENT:
            return None  # an entity by its place in a relation (50), which goes without saying
        width = 4 if form in ("wasStartedBy", "wasEndedBy") else 3
        args = (graph.of[node], *(0,) * (width - 1))
        made = Row(form, 0, args, -1, _FROM_ELEMENT[row.kind], (row,))
        graph.makers[node] = made  # one row for one event, so that its evidence is made once
        return made

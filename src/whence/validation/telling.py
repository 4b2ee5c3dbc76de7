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
_READ: Final = 100
"""The longest chain of specializations that is told as what declares one entity; others by their ends."""
_FROM_ELEMENT: Final = {"entity": "7", "activity": "8", "wasAttributedTo": "13"}

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
        self._declared: dict[int, Row] | None = None

    def chain(self, edges: Sequence[int], *, closed: bool = False) -> tuple[Precedence, ...]:
        """The steps that lead along edges, ``closed`` for a cycle.

        Where an edge ends at one event and the next starts at another that is simultaneous with it,
        the constraint that says so is a step of its own. Edges that meet at an entity that has no such
        event are one step by the specialization that follows from both. The steps of a chain of more
        than 1,000 rest on what relates their events alone, not on what makes these exist.
        """
        runs = self._runs(edges)
        ends = [self._ends(run[0], run[-1]) for run in runs]
        steps = []
        whole = len(runs) <= _WHOLE
        for n, run in enumerate(runs):
            source, target = self._graph.sources[run[0]], self._graph.targets[run[-1]]
            left, right = ends[n]
            before = ends[n - 1][1] if n or closed else _ANY
            after = ends[(n + 1) % len(ends)][0] if n + 1 < len(ends) or closed else _ANY
            first = self._event(source, left if left[0] else before)
            last = self._event(target, right if right[0] else after)
            named = rule(self._graph.rules[run[0]])
            strict = self._graph.rules[run[0]] == STRICT
            steps.append(Precedence(first, last, strict, named, self._behind(run, whole)))
            if right[0] and after[0] and not self._instance.same(right[0], after[0]):
                steps.append(self._simultaneous(target, last, after, run, runs[(n + 1) % len(runs)]))
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

    def _runs(self, edges: Sequence[int]) -> list[list[int]]:
        graph = self._graph
        runs: list[list[int]] = []
        for edge in edges:
            if runs and graph.told and not graph.exists(graph.sources[edge]):
                runs[-1].append(edge)
            else:
                runs.append([edge])
        return runs

    def _ends(self, first: int, last: int) -> tuple[_Named, _Named]:
        """Which of several simultaneous events an edge leaves from and arrives at."""
        graph = self._graph
        return (
            self._named(first, graph.kinds[graph.sources[first]], source=True),
            self._named(last, graph.kinds[graph.targets[last]], source=False),
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
        self, node: int, before: Event, named: _Named, run: list[int], following: list[int]
    ) -> Precedence:
        rows = (self._graph.rows[run[-1]], self._graph.rows[following[0]])
        evidence = distinct(self.evidence(row) for row in rows if row is not None)
        number = _SIMULTANEOUS[self._graph.kinds[node]]
        return Precedence(before, self._event(node, named), False, rule(number), evidence)

    def _behind(self, run: list[int], whole: bool) -> tuple[Evidence, ...]:
        """The statements an order rests on: of the relation, and of the two events."""
        graph = self._graph
        rows = [row for edge in run if (row := graph.rows[edge]) is not None]
        if len(rows) > 1:
            rows = [self._transitive(graph.rules[run[0]], rows)]
        nodes = (graph.sources[run[0]], graph.targets[run[-1]]) if whole or not rows else ()
        for node in nodes:
            maker = self._maker(node)
            if maker is not None and all(maker is not row for row in rows):
                rows.append(maker)
        return distinct(self.evidence(row) for row in rows)

    def _transitive(self, number: int, rows: list[Row]) -> Row:
        general, specific = (rows[0], rows[-1]) if number == 45 else (rows[-1], rows[0])
        return Row("specializationOf", 0, (specific.args[0], general.args[1]), -1, "19", tuple(rows))

    def _maker(self, node: int) -> Row | None:
        graph = self._graph
        row = graph.makers[node]
        form = _KINDS[graph.kinds[node]][1]
        if row is None or row.kind == form:
            return row
        if row.kind == "specializationOf":
            row = self._inherited(graph.of[node])
        width = 4 if form in ("wasStartedBy", "wasEndedBy") else 3
        args = (graph.of[node], *(0,) * (width - 1))
        made = Row(form, 0, args, -1, _FROM_ELEMENT[row.kind], (row,))
        graph.makers[node] = made  # one row for one event, so that its evidence is made once
        return made

    def _inherited(self, entity: int) -> Row:
        graph, find = self._graph, self._instance.find
        if self._declared is None:
            rows = self._instance.rows.get("entity", ())
            self._declared = {find(row.id): row for row in reversed(rows)}
        premises: list[Row] = []
        general = entity
        while general not in self._declared:
            step = graph.inherited[general]
            premises.append(step)
            general = find(step.args[1])
        if len(premises) > _READ:
            premises[_READ // 2 : -_READ // 2] = []
        return Row("entity", entity, (), -1, "21", (self._declared[general], *premises))

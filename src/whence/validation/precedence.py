"""Answers which of two things came first, as far as the statements tell, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from pyoxigraph import NamedNode

from whence.validation.chase import saturate
from whence.validation.events import (
    END,
    GENERATION,
    INVALIDATION,
    START,
    STRICT,
    USAGE,
    EventGraph,
)
from whence.validation.instance import Instance
from whence.validation.report import Precedence
from whence.validation.telling import Teller

__all__ = ["Answer", "Order", "happened_before"]

_EVENTS: Final = (
    ("wasGeneratedBy", GENERATION),
    ("wasInvalidatedBy", INVALIDATION),
    ("wasStartedBy", START),
    ("wasEndedBy", END),
)


class Answer(Enum):
    """Whether one event came before another; unknown where the statements do not tell."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Order:
    """The answer for two events, with the chain of steps that leads to it.

    ``reason`` leads from the earlier event to the later one; for simultaneous ones to the second and
    back. ``strict`` says that they cannot be simultaneous, ``simultaneous`` that they must be.
    """

    answer: Answer
    strict: bool = False
    simultaneous: bool = False
    reason: tuple[Precedence, ...] = ()

    def __bool__(self) -> bool:
        return self.answer is Answer.YES


def happened_before(
    instance: Instance, a: NamedNode, b: NamedNode, graph: EventGraph | None = None
) -> Order:
    """Whether ``a`` came before ``b`` by the order of PROV-CONSTRAINTS (30 to 49), whatever the clocks say.

    Ids of usages, generations, invalidations, starts and ends stand for themselves. An element stands for
    its beginning: an entity for its generation, an activity for its start (nothing that PROV tells ever
    comes after an end or invalidation but an invalidation, so that ends would never be known to come
    first). All elements are taken to have begun and ended, declared or not.

    ``YES``: ``a`` comes before ``b``, or at the latest at the same time unless ``strict``. ``NO``: ``b``
    comes before ``a`` in that sense, or both are simultaneous. ``UNKNOWN``: neither follows, one of the two
    is not spoken of, or the statements contradict themselves (``reason`` is the cycle then). ``graph``
    is ``EventGraph(instance, whole=True)`` of a saturated instance, for asking more than once. Time is
    linear in statements.
    """
    saturate(instance)
    graph = graph or EventGraph(instance, whole=True)
    first, second = _node(graph, a), _node(graph, b)
    if first < 0 or second < 0:
        return Order(Answer.UNKNOWN)
    if first == second:
        return Order(Answer.NO, simultaneous=True)
    there, there_strict = _path(graph, first, second)
    back, back_strict = _path(graph, second, first)
    teller = Teller(graph)
    if there is not None and back is not None:
        contradiction = there_strict or back_strict
        reason = teller.chain([*there, *back], closed=True)
        answer = Answer.UNKNOWN if contradiction else Answer.NO
        return Order(answer, simultaneous=not contradiction, reason=reason)
    if there is not None:
        return Order(Answer.YES, there_strict, reason=teller.chain(there))
    if back is not None:
        return Order(Answer.NO, back_strict, reason=teller.chain(back))
    return Order(Answer.UNKNOWN)


def _node(graph: EventGraph, iri: NamedNode) -> int:
    """The event that an IRI stands for, or -1."""
    number = graph.instance.known(iri)
    if number is None:
        return -1
    for kind in (USAGE, GENERATION, START):
        node = graph.node(kind, number)
        if node >= 0:
            return node
    for form, kind in _EVENTS:
        for row in graph.instance.rows.get(form, ()):
            if graph.instance.same(row.id, number):
                return graph.node(kind, row.args[0])
    return -1


def _path(graph: EventGraph, start: int, goal: int) -> tuple[list[int] | None, bool]:
    """The edges of a shortest way, one with a strict edge where there is any; and whether it has one.

    States are nodes, doubled: the odd ones are reached with a strict edge on the way.
    """
    came: dict[int, int] = {2 * start: -1}
    layer = [2 * start]
    while layer and 2 * goal + 1 not in came:
        reached = []
        for state in layer:
            for edge in graph.leaving(state >> 1):
                strict = (state & 1) | (graph.rules[edge] == STRICT)
                target = 2 * graph.targets[edge] + strict
                if target not in came:
                    came[target] = 2 * edge + (state & 1)
                    reached.append(target)
        layer = reached
    state = 2 * goal + 1 if 2 * goal + 1 in came else 2 * goal
    if state not in came:
        return None, False
    way: list[int] = []
    strict = bool(state & 1)
    while (step := came[state]) >= 0:
        way.append(step >> 1)
        state = 2 * graph.sources[step >> 1] + (step & 1)
    way.reverse()
    return way, strict

"""What follows from one instance, each statement once: the inferences of PROV-CONSTRAINTS as a chase.

An inference adds a statement only where none fits yet. None makes an element of an unknown, so there is
an end. The order below suffices for one round: what a step adds gives those before it nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, Final, TypeAlias

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV
from whence.validation.instance import Instance, Row

__all__ = ["Fact", "Facts", "inferences"]

Fact: TypeAlias = tuple[str, int, tuple[int, ...]]
"""Kind, identifier (0 where the kind has none) and arguments, as roots of their classes."""
Attributes: TypeAlias = dict[tuple[NamedNode, NamedNode | Literal], None]

_ELEMENTS: Final = ("entity", "activity", "agent")
_INFLUENCES: Final = (
    "wasGeneratedBy",
    "used",
    "wasInformedBy",
    "wasStartedBy",
    "wasEndedBy",
    "wasInvalidatedBy",
    "wasDerivedFrom",
    "wasAttributedTo",
    "wasAssociatedWith",
    "actedOnBehalfOf",
)
_PAIRS: Final = ("specializationOf", "alternateOf")


class Facts:
    """Statements by what they say, with their attributes."""

    KINDS: ClassVar[frozenset[str]] = frozenset((*_ELEMENTS, *_INFLUENCES, "wasInfluencedBy", *_PAIRS))

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._facts: dict[Fact, Attributes] = {}
        self._kinds: dict[str, dict[Fact, None]] = {}
        for kind in sorted(self.KINDS):
            for row in instance.rows.get(kind, ()):
                if row.rule != "14":  # only where no association fits: see below
                    self._state(row)

    def add(self, kind: str, id: int, *args: int) -> Attributes:
        """The attributes of a fact, which is new or known already."""
        fact = (kind, id, args)
        known = self._facts.get(fact)
        if known is None:
            known = self._facts[fact] = {}
            self._kinds.setdefault(kind, {})[fact] = None
        return known

    def new(self, kind: str, *args: int) -> None:
        """Add a relation with an unknown identifier."""
        self.add(kind, self.unknown(), *args)

    def unknown(self) -> int:
        """A new unknown."""
        return self.instance.unknown()

    def of(self, kind: str) -> list[Fact]:
        """The facts of a kind so far."""
        return list(self._kinds.get(kind, ()))

    def items(self) -> Iterator[tuple[Fact, Attributes]]:
        """Every fact, kinds together in the order they were met."""
        for facts in self._kinds.values():
            for fact in facts:
                yield fact, self._facts[fact]

    def _state(self, row: Row) -> None:
        find = self.instance.find
        number = 0 if row.kind in _PAIRS else find(row.id)
        attributes = self.add(row.kind, number, *map(find, row.args))
        if row.assertion >= 0:
            attributes.update(dict.fromkeys(self.instance.assertions[row.assertion].attributes))


def inferences(facts: Facts) -> None:
    """Add all that follows."""
    for infer in _STEPS:
        infer(facts)


def _specializations(facts: Facts) -> None:
    """19: specialization is transitive."""
    above = _graph(facts, "specializationOf")
    for specific in list(above):
        for general in _reached(specific, above):
            facts.add("specializationOf", 0, specific, general)


def _inherited(facts: Facts) -> None:
    """21: a specialization has the attributes of what is more general."""
    entities = {number: facts.add(kind, number, *args) for kind, number, args in facts.of("entity")}
    for _, _, (specific, general) in facts.of("specializationOf"):
        if general in entities:
            facts.add("entity", specific).update(entities[general])


def _alternates(facts: Facts) -> None:
    """12, 20, 18 and 17: revisions and specializations are alternates; those are classes."""
    revision = (PROV.type, PROV.Revision)
    for kind, number, args in facts.of("wasDerivedFrom"):
        if revision in facts.add(kind, number, *args):
            facts.add("alternateOf", 0, args[0], args[1])
    for _, _, pair in facts.of("specializationOf"):
        facts.add("alternateOf", 0, *pair)
    beside = _graph(facts, "alternateOf")
    for _, _, (one, other) in facts.of("alternateOf"):
        beside.setdefault(other, []).append(one)
    for one in beside:
        for other in _reached(one, beside):
            if other != one:
                facts.add("alternateOf", 0, one, other)


def _lifetimes(facts: Facts) -> None:
    """7 and 8: entities are generated and invalidated, activities start and end."""
    unknown = facts.unknown
    for kind in ("wasGeneratedBy", "wasInvalidatedBy"):
        there = {args[0] for _, _, args in facts.of(kind)}
        for _, entity, _ in facts.of("entity"):
            if entity not in there:
                facts.new(kind, entity, unknown(), unknown())
    for place, kind in enumerate(("wasStartedBy", "wasEndedBy")):
        there = {args[0] for _, _, args in facts.of(kind)}
        for _, activity, times in facts.of("activity"):
            if activity not in there:
                facts.new(kind, activity, unknown(), unknown(), times[place])


def _triggers(facts: Facts) -> None:
    """9 and 10: starters and enders generate triggers."""
    there = {args[:2] for _, _, args in facts.of("wasGeneratedBy")}
    for kind in ("wasStartedBy", "wasEndedBy"):
        for _, _, (_, trigger, starter, _) in facts.of(kind):
            if (trigger, starter) not in there:
                there.add((trigger, starter))
                facts.new("wasGeneratedBy", trigger, starter, facts.unknown())


def _agents(facts: Facts) -> None:
    """13 and 14: agents are associated with the activities they answer for."""
    there = {args[:2] for _, _, args in facts.of("wasAssociatedWith")}
    for _, _, (delegate, responsible, activity) in facts.of("actedOnBehalfOf"):
        for agent in (delegate, responsible):
            if (activity, agent) not in there:
                there.add((activity, agent))
                facts.new("wasAssociatedWith", activity, agent, facts.unknown())
    makers: dict[int, list[int]] = {}
    for _, _, (entity, activity, _) in facts.of("wasGeneratedBy"):
        makers.setdefault(entity, []).append(activity)
    for _, _, (entity, agent) in facts.of("wasAttributedTo"):
        if not any((activity, agent) in there for activity in makers.get(entity, ())):
            activity = facts.unknown()
            there.add((activity, agent))
            makers.setdefault(entity, []).append(activity)
            facts.new("wasGeneratedBy", entity, activity, facts.unknown())
            facts.new("wasAssociatedWith", activity, agent, facts.unknown())


def _communications(facts: Facts) -> None:
    """5 and 6: activities inform each other by what the one generated and the other used."""
    makers: dict[int, set[int]] = {}
    for _, _, (entity, activity, _) in facts.of("wasGeneratedBy"):
        makers.setdefault(entity, set()).add(activity)
    there = {args for _, _, args in facts.of("wasInformedBy")}
    shared: set[tuple[int, ...]] = set()
    for _, _, (user, entity, _) in facts.of("used"):
        for maker in sorted(makers.get(entity, ())):
            shared.add((user, maker))
            if (user, maker) not in there:
                there.add((user, maker))
                facts.new("wasInformedBy", user, maker)
    for informed, informant in sorted(there - shared):
        entity = facts.unknown()
        facts.new("wasGeneratedBy", entity, informant, facts.unknown())
        facts.new("used", informed, entity, facts.unknown())


def _influences(facts: Facts) -> None:
    """15: relations are influences, with their identifiers and attributes."""
    for kind in _INFLUENCES:
        for fact in facts.of(kind):
            attributes = facts.add(fact[0], fact[1], *fact[2])
            facts.add("wasInfluencedBy", fact[1], *fact[2][:2]).update(attributes)


_STEPS: Final[tuple[Callable[[Facts], None], ...]] = (
    _specializations,
    _inherited,
    _alternates,
    _lifetimes,
    _triggers,
    _agents,
    _communications,
    _influences,
)


def _graph(facts: Facts, kind: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for _, _, (one, other) in facts.of(kind):
        found.setdefault(one, []).append(other)
    return found


def _reached(start: int, graph: dict[int, list[int]]) -> list[int]:
    met: dict[int, None] = {}
    waiting = list(graph.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in met:
            met[node] = None
            waiting += graph.get(node, ())
    return list(met)

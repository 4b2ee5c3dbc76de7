"""Random documents that are often invalid: few names, all kinds of core statements, shared ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.statements import FORMS, Form, Slot
from whence.ontology.namespaces import PROV, XSD
from whence.validation.assertion import Argument, Assertion

EX: Final = "http://example.org/"
KINDS: Final = (
    *("entity", "activity", "agent", "wasGeneratedBy", "used", "wasInformedBy", "wasStartedBy"),
    *("wasEndedBy", "wasInvalidatedBy", "wasDerivedFrom", "wasAttributedTo", "wasAssociatedWith"),
    *("actedOnBehalfOf", "wasInfluencedBy", "specializationOf", "alternateOf", "hadMember"),
)
EVENTS: Final = (
    *("wasGeneratedBy", "used", "wasInformedBy", "wasStartedBy", "wasEndedBy", "wasInvalidatedBy"),
    *("wasDerivedFrom", "wasDerivedFrom", "wasAttributedTo", "wasAssociatedWith", "actedOnBehalfOf"),
    *("specializationOf", "entity", "entity"),
)
"""Kinds that tell of events and their order."""
CIRCLES: Final = (
    *(["wasDerivedFrom"] * 4 + ["entity"] * 3 + ["wasGeneratedBy", "wasStartedBy", "wasAttributedTo"] * 2),
    *("specializationOf", "used", "wasEndedBy", "activity"),
)
"""Kinds that circles of events are made of, and what makes events exist."""
UNIDENTIFIED: Final = ("specializationOf", "alternateOf", "hadMember")


def _names(*names: str) -> list[NamedNode]:
    return [NamedNode(EX + name) for name in names]


ENTITIES: Final = _names("e1", "e2", "e3", "e4")
ACTIVITIES: Final = _names("a1", "a2", "a3")
ODD: Final = [ENTITIES[0], ACTIVITIES[0]]
AGENTS: Final = [*_names("ag"), *ODD]
IDS: Final = _names("id1", "id2")
TIMES: Final = [Literal(f"2026-01-0{day}T00:00:00Z", datatype=XSD.dateTime) for day in (1, 2)]
UNKNOWNS: Final = [BlankNode("b1"), BlankNode("b2")]
_POOLS: Final = {
    "activity": ACTIVITIES,
    **dict.fromkeys(("informed", "informant", "starter", "ender"), ACTIVITIES),
    **dict.fromkeys(("agent", "delegate", "responsible"), AGENTS),
    **dict.fromkeys(("generation", "usage"), IDS),
    **dict.fromkeys(("influencee", "influencer"), ODD),
}
_TYPES: Final = {"entity": PROV.EmptyCollection, "wasDerivedFrom": PROV.Revision}


@dataclass(frozen=True)
class Sort:
    """What random documents are made of: kinds of statements, unknowns, and things out of place."""

    kinds: tuple[str, ...] = KINDS
    unknowns: bool = True
    odd: bool = True
    most: int = 12


ALL: Final = Sort()
NAMED: Final = Sort(unknowns=False)
TIMELY: Final = Sort(EVENTS, most=14)
CIRCULAR: Final = Sort(CIRCLES, unknowns=False, odd=False, most=20)


def documents(sort: Sort = ALL) -> st.SearchStrategy[list[Assertion]]:
    """Statements outside bundles."""
    one = st.one_of([statements(kind, sort) for kind in sort.kinds])
    several = st.lists(one, min_size=sort.most // 2, max_size=sort.most)
    return several.filter(lambda said: not any(map(_reflexive, said[1:])))


@cache
def statements(kind: str, sort: Sort) -> st.SearchStrategy[Assertion]:
    """Any statement of a kind."""
    form = FORMS[kind]
    types = st.sampled_from([(), (), (), ((PROV.type, _TYPES[kind]),)]) if kind in _TYPES else st.just(())
    args = st.tuples(*(_argument(slot, sort) for slot in form.slots))
    if kind == "wasDerivedFrom":
        args = st.tuples(args, st.integers(0, 9)).map(lambda drawn: _whole(*drawn))
    return st.builds(Assertion, st.just(kind), _id(form, sort), args, types)


def _id(form: Form, sort: Sort) -> st.SearchStrategy[Any]:
    if form.element is not None:
        return _mostly(_POOLS.get(form.name, ENTITIES), IDS if sort.odd else ())
    if form.name in UNIDENTIFIED or not sort.odd:
        return st.none()
    return _mostly([None], [*IDS, *UNKNOWNS] if sort.unknowns else IDS, 4)


def _argument(slot: Slot, sort: Sort) -> st.SearchStrategy[Any]:
    if slot.type == "time":
        return _mostly([None], TIMES if sort.odd else (), 4)
    usual: list[Any] = list(_POOLS.get(slot.name, ENTITIES))
    if not slot.required:
        usual += [None] * len(usual)
    return _mostly(usual, [*(ODD if sort.odd else ()), *(UNKNOWNS if sort.unknowns else ())])


def _mostly(usual: Sequence[Any], odd: Sequence[Any], times: int = 19) -> st.SearchStrategy[Any]:
    return st.sampled_from([*usual] * max(1, times * len(odd) // len(usual)) + [*odd])


def _whole(args: tuple[Argument, ...], dice: int) -> tuple[Argument, ...]:
    """Leave out what belongs to the activity of a derivation without one, nearly always."""
    return (*args[:3], None, None) if args[2] is None and dice else args


def _reflexive(said: Assertion) -> bool:
    """Faults that would hide all others."""
    return said.kind in ("specializationOf", "wasDerivedFrom") and said.args[0] == said.args[1]

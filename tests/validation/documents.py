"""Random documents that are often invalid: few names, all kinds of core statements, shared ids."""

from __future__ import annotations

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
    *("specializationOf",),
)
"""Kinds that tell of events and their order."""
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


@st.composite
def assertions(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS, *, unknowns: bool = True) -> Assertion:
    """Any statement of these kinds; with ``unknowns`` its ids and arguments may be blank nodes."""
    form = FORMS[draw(st.sampled_from(kinds))]
    args = tuple(draw(_argument(slot, unknowns)) for slot in form.slots)
    if form.name == "wasDerivedFrom" and args[2] is None and draw(st.integers(0, 9)):
        args = (*args[:3], None, None)
    typed = form.name in _TYPES and draw(st.integers(0, 3)) == 0
    return Assertion(
        form.name, draw(_id(form, unknowns)), args, ((PROV.type, _TYPES[form.name]),) if typed else ()
    )


def _id(form: Form, unknowns: bool) -> st.SearchStrategy[Any]:
    if form.element is not None:
        return _mostly(_POOLS.get(form.name, ENTITIES), IDS)
    if form.name in UNIDENTIFIED:
        return st.none()
    named = st.sampled_from([*IDS, *UNKNOWNS] if unknowns else IDS)
    return st.one_of(st.none(), st.none(), st.none(), st.none(), named)


def _argument(slot: Slot, unknowns: bool) -> st.SearchStrategy[Argument]:
    if slot.type == "time":
        return st.none() | st.sampled_from(TIMES)
    given: st.SearchStrategy[Argument] = _mostly(_POOLS.get(slot.name, ENTITIES), ODD)
    if unknowns:
        given = _seldom(given, st.sampled_from(UNKNOWNS))
    return given if slot.required else st.none() | given


def _mostly(usual: list[NamedNode], odd: list[NamedNode]) -> st.SearchStrategy[Argument]:
    return _seldom(st.sampled_from(usual), st.sampled_from(odd))


def _seldom(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Argument]:
    return st.integers(0, 19).flatmap(lambda dice: odd if dice == 19 else usual)


def documents(
    kinds: tuple[str, ...] = KINDS, *, unknowns: bool = True, most: int = 12
) -> st.SearchStrategy[list[Assertion]]:
    """Up to ``most`` statements outside bundles."""
    several = st.lists(assertions(kinds, unknowns=unknowns), min_size=most // 2, max_size=most)
    return several.filter(lambda said: not any(_reflexive(each) for each in said[1:]))


def _reflexive(said: Assertion) -> bool:
    """Faults that would hide all others."""
    return said.kind in ("specializationOf", "wasDerivedFrom") and said.args[0] == said.args[1]

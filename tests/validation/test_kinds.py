"""Entities that are activities, and empty collections that are not."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode
from tests.validation.said import EX, numbers, report

from whence.validation.assertion import Assertion
from whence.validation.validate import validate

EMPTY = "entity(ex:c, [prov:type='prov:EmptyCollection'])"


@pytest.mark.parametrize(
    "text",
    [
        "entity(ex:x) activity(ex:x)",
        "wasGeneratedBy(ex:e, ex:x, -) entity(ex:x)",
        "wasGeneratedBy(ex:x, ex:a, -) activity(ex:x)",
        "used(ex:x, ex:e, -) entity(ex:x)",
        "used(ex:a, ex:x, -) activity(ex:x)",
        "wasInformedBy(ex:x, ex:a) entity(ex:x)",
        "wasInformedBy(ex:a, ex:x) entity(ex:x)",
        "wasStartedBy(ex:x, -, -, -) entity(ex:x)",
        "wasStartedBy(ex:a, ex:x, -, -) activity(ex:x)",
        "wasStartedBy(ex:a, -, ex:x, -) entity(ex:x)",
        "wasEndedBy(ex:x, -, -, -) entity(ex:x)",
        "wasEndedBy(ex:a, ex:x, -, -) activity(ex:x)",
        "wasEndedBy(ex:a, -, ex:x, -) entity(ex:x)",
        "wasInvalidatedBy(ex:x, ex:a, -) activity(ex:x)",
        "wasInvalidatedBy(ex:e, ex:x, -) entity(ex:x)",
        "wasDerivedFrom(ex:x, ex:e) activity(ex:x)",
        "wasDerivedFrom(ex:e, ex:x) activity(ex:x)",
        "wasDerivedFrom(ex:f, ex:e, ex:x, -, -) entity(ex:x)",
        "wasAttributedTo(ex:x, ex:bob) activity(ex:x)",
        "wasAssociatedWith(ex:x, ex:bob, -) entity(ex:x)",
        "wasAssociatedWith(ex:a, ex:bob, ex:x) activity(ex:x)",
        "actedOnBehalfOf(ex:bob, ex:eve, ex:x) entity(ex:x)",
        "alternateOf(ex:x, ex:e) activity(ex:x)",
        "alternateOf(ex:e, ex:x) activity(ex:x)",
        "specializationOf(ex:x, ex:e) activity(ex:x)",
        "specializationOf(ex:e, ex:x) activity(ex:x)",
        "hadMember(ex:x, ex:e) activity(ex:x)",
        "hadMember(ex:e, ex:x) activity(ex:x)",
        "activity(ex:x, [prov:type='prov:Plan'])",
        "agent(ex:x, [prov:type='prov:Collection']) activity(ex:x)",
        "entity(ex:x, [prov:type='prov:Activity'])",
    ],
)
def test_nothing_is_both_an_entity_and_an_activity(text: str) -> None:
    assert numbers(text) == ["55"]


@pytest.mark.parametrize(
    "text",
    [
        "entity(ex:x) agent(ex:x)",
        "activity(ex:x) agent(ex:x)",
        "entity(ex:x) wasAttributedTo(ex:e, ex:x)",
        "activity(ex:x) wasAssociatedWith(ex:a, ex:x, -)",
        "activity(ex:x) actedOnBehalfOf(ex:x, ex:bob)",
        "wasInfluencedBy(ex:x, ex:y) entity(ex:x) activity(ex:y)",
        "activity(ex:x, [prov:type='ex:Plan'])",
        "wasAssociatedWith(ex:a, ex:bob, -) wasDerivedFrom(ex:f, ex:e)",
    ],
)
def test_agents_and_influences_may_be_either(text: str) -> None:
    assert numbers(text) == []


def test_an_unknown_is_not_both_either() -> None:
    it = BlankNode("it")
    entity, activity = (NamedNode(EX + name) for name in "ea")
    found = validate(
        [
            Assertion("wasGeneratedBy", None, (entity, it, None)),
            Assertion("used", None, (activity, it, None)),
        ]
    )
    (violation,) = found.violations
    assert violation.rule.id == "55"
    assert violation.message == ("_:it is both an entity (in used) and an activity (in wasGeneratedBy).")


def test_kinds_are_found_through_equalities() -> None:
    text = "used(ex:u; ex:a, -, -) used(ex:u; ex:a, ex:x, -)"
    assert numbers(text + "activity(ex:x)") == ["55"]


@pytest.mark.parametrize(
    "text",
    [
        EMPTY + " hadMember(ex:c, ex:e)",
        "hadMember(ex:c, ex:e) hadMember(ex:c, ex:f)" + EMPTY,
        EMPTY + " specializationOf(ex:d, ex:c) hadMember(ex:d, ex:e)",
        EMPTY + " specializationOf(ex:d, ex:c) specializationOf(ex:f, ex:d) hadMember(ex:f, ex:e)",
    ],
)
def test_empty_collections_have_no_members(text: str) -> None:
    assert numbers(text) == ["56"]


@pytest.mark.parametrize(
    "text",
    [
        "entity(ex:c, [prov:type='prov:Collection']) hadMember(ex:c, ex:e)",
        EMPTY + " hadMember(ex:d, ex:c)",
        EMPTY + " specializationOf(ex:c, ex:d) hadMember(ex:d, ex:e)",
        EMPTY + " alternateOf(ex:c, ex:d) hadMember(ex:d, ex:e)",
    ],
)
def test_other_collections_may_have_members(text: str) -> None:
    assert numbers(text) == []


def test_an_inherited_type_is_told_with_where_it_comes_from() -> None:
    (violation,) = report(EMPTY + " specializationOf(ex:d, ex:c) hadMember(ex:d, ex:e)").violations
    inherited, member = violation.evidence
    assert inherited.rule is not None
    assert inherited.rule.id == "21"
    assert [premise.text for premise in inherited.premises] == [
        EMPTY,
        "specializationOf(ex:d, ex:c)",
    ]
    assert member.text == "hadMember(ex:d, ex:e)"

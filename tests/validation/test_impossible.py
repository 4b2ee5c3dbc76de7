"""Constraints 51 to 54: what cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.validation.said import assertions, numbers, report

from whence.validation.validate import validate

DISJOINT = [
    "used({id}ex:a, ex:e, -)",
    "wasGeneratedBy({id}ex:e, ex:a, -)",
    "wasInvalidatedBy({id}ex:e, ex:a, -)",
    "wasStartedBy({id}ex:a, ex:e, -, -)",
    "wasEndedBy({id}ex:a, ex:e, -, -)",
    "wasInformedBy({id}ex:a, ex:b)",
    "wasAttributedTo({id}ex:e, ex:bob)",
    "wasAssociatedWith({id}ex:a, ex:bob, -)",
    "actedOnBehalfOf({id}ex:bob, ex:eve, -)",
]
RELATIONS = [*DISJOINT, "wasDerivedFrom({id}ex:f, ex:e)", "wasInfluencedBy({id}ex:f, ex:e)"]


@pytest.mark.parametrize(
    ("arguments", "impossible"),
    [
        ("-, -, -", False),
        ("-, ex:g, -", True),
        ("-, -, ex:u", True),
        ("-, ex:g, ex:u", True),
        ("ex:a, ex:g, ex:u", False),
        ("ex:a, -, -", False),
    ],
)
def test_51_a_generation_and_usage_go_with_an_activity(arguments: str, impossible: bool) -> None:
    assert numbers(f"wasDerivedFrom(ex:f, ex:e, {arguments})") == (["51"] if impossible else [])


def test_51_tells_what_to_name() -> None:
    (violation,) = report("wasDerivedFrom(ex:f, ex:e, -, ex:g, -)").violations
    assert violation.message == (
        "The derivation of ex:f from ex:e has a generation, but no activity that they belong to."
    )


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_52_a_circle_of_specializations(length: int) -> None:
    text = " ".join(f"specializationOf(ex:e{n}, ex:e{(n + 1) % length})" for n in range(length))
    (violation,) = report(text).violations
    assert violation.rule.id == "52"
    (evidence,) = violation.evidence
    assert len(evidence.premises) == (length if length > 1 else 0)


def test_52_circles_apart_are_told_each() -> None:
    text = "specializationOf(ex:a, ex:b) specializationOf(ex:b, ex:a) specializationOf(ex:c, ex:c)"
    assert numbers(text) == ["52", "52"]


def test_52_two_ways_to_one_general_entity_are_no_circle() -> None:
    text = (
        "specializationOf(ex:a, ex:b) specializationOf(ex:a, ex:c) "
        "specializationOf(ex:b, ex:d) specializationOf(ex:c, ex:d) alternateOf(ex:d, ex:a)"
    )
    assert numbers(text) == []


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14))
def test_52_is_found_where_an_entity_is_above_itself(pairs: list[tuple[int, int]]) -> None:
    above = set(pairs)
    for between in range(7):
        above |= {(a, b) for a, x in above for y, b in above if x == y == between}
    text = " ".join(f"specializationOf(ex:e{one}, ex:e{other})" for one, other in pairs)
    found = validate(assertions(text))
    assert ("52" in {violation.rule.id for violation in found.violations}) == any(a == b for a, b in above)


@pytest.mark.parametrize("one", DISJOINT)
def test_53_relations_of_two_kinds_have_two_identifiers(one: str) -> None:
    for other in DISJOINT:
        if other != one:
            same = one.format(id="ex:x; ") + other.format(id="ex:x; ")
            assert numbers(same) == ["53"]
            assert numbers(one.format(id="ex:x; ") + other.format(id="ex:y; ")) == []


@pytest.mark.parametrize("element", ["entity", "activity", "agent"])
@pytest.mark.parametrize("relation", RELATIONS)
def test_54_elements_and_relations_have_two_identifiers(element: str, relation: str) -> None:
    assert numbers(f"{element}(ex:x) {relation.format(id='ex:x; ')}") == ["54"]
    assert numbers(f"{element}(ex:x) {relation.format(id='ex:y; ')}") == []


def test_54_tells_which_to_change() -> None:
    (violation,) = report("entity(ex:x) used(ex:x; ex:a, ex:e, -)").violations
    assert violation.message == "ex:x identifies both an entity and the usage of ex:e by ex:a."
    assert violation.mend == "Give the usage of ex:e by ex:a another identifier than ex:x."

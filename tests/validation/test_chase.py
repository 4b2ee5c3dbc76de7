"""What becomes the same, what clashes, and what follows on the way."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode
from tests.validation.said import EX, instance, numbers

from whence.validation.assertion import Assertion
from whence.validation.chase import saturate
from whence.validation.instance import Instance
from whence.validation.validate import validate

T1, T2 = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def saturated(text: str) -> Instance:
    said = instance(text)
    saturate(said)
    return said


def same(said: Instance, kind: str) -> bool:
    """Whether all rows of a kind say the same."""
    return len({tuple(map(said.find, (row.id, *row.args))) for row in said.rows[kind]}) == 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("activity", f"activity(ex:a, {T1}, -) activity(ex:a, -, {T2})"),
        ("used", f"used(ex:u; ex:a, -, {T1}) used(ex:u; ex:a, ex:e, -)"),
        ("wasGeneratedBy", f"wasGeneratedBy(ex:e, ex:a, {T1}) wasGeneratedBy(ex:g; ex:e, ex:a, -)"),
        ("wasInvalidatedBy", f"wasInvalidatedBy(ex:e, ex:a, {T1}) wasInvalidatedBy(ex:e, ex:a, -)"),
        ("wasStartedBy", f"wasStartedBy(ex:a, ex:e, ex:b, -) wasStartedBy(ex:s; ex:a, -, ex:b, {T1})"),
        ("wasEndedBy", f"wasEndedBy(ex:a, ex:e, ex:b, -) wasEndedBy(ex:s; ex:a, -, ex:b, {T1})"),
        (
            "wasAssociatedWith",
            "wasAssociatedWith(ex:x; ex:a, -, -) wasAssociatedWith(ex:x; ex:a, ex:bob, -)",
        ),
        (
            "actedOnBehalfOf",
            "actedOnBehalfOf(ex:x; ex:bob, ex:eve) actedOnBehalfOf(ex:x; ex:bob, ex:eve, ex:a)",
        ),
    ],
)
def test_what_one_statement_leaves_out_another_tells(kind: str, text: str) -> None:
    said = saturated(text)
    assert not said.clashes
    assert same(said, kind)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("22", f"activity(ex:a, {T1}, -) activity(ex:a, {T2}, -)"),
        ("22", f"activity(ex:a, -, {T1}) activity(ex:a, -, {T2})"),
        ("23", "wasGeneratedBy(ex:x; ex:e, -, -) wasGeneratedBy(ex:x; ex:f, -, -)"),
        ("23", "used(ex:x; ex:a, ex:e, -) used(ex:x; ex:a, ex:f, -)"),
        ("23", "wasInformedBy(ex:x; ex:a, ex:b) wasInformedBy(ex:x; ex:a, ex:c)"),
        ("23", "wasStartedBy(ex:x; ex:a, ex:e, -, -) wasStartedBy(ex:x; ex:a, ex:f, -, -)"),
        ("23", f"wasEndedBy(ex:x; ex:a, -, -, {T1}) wasEndedBy(ex:x; ex:a, -, -, {T2})"),
        ("23", "wasInvalidatedBy(ex:x; ex:e, ex:a, -) wasInvalidatedBy(ex:x; ex:e, ex:b, -)"),
        ("23", "wasDerivedFrom(ex:x; ex:f, ex:e) wasDerivedFrom(ex:x; ex:f, ex:e, ex:a, -, -)"),
        ("23", "wasAttributedTo(ex:x; ex:e, ex:bob) wasAttributedTo(ex:x; ex:e, ex:eve)"),
        ("23", "wasAssociatedWith(ex:x; ex:a, ex:bob, -) wasAssociatedWith(ex:x; ex:a, ex:bob, ex:plan)"),
        ("23", "actedOnBehalfOf(ex:x; ex:bob, ex:eve) actedOnBehalfOf(ex:x; ex:eve, ex:eve)"),
        ("23", "wasInfluencedBy(ex:x; ex:e, ex:bob) wasInfluencedBy(ex:x; ex:e, ex:eve)"),
        ("24", "wasGeneratedBy(ex:x; ex:e, ex:a, -) wasGeneratedBy(ex:y; ex:e, ex:a, -)"),
        ("25", "wasInvalidatedBy(ex:x; ex:e, ex:a, -) wasInvalidatedBy(ex:y; ex:e, ex:a, -)"),
        ("26", "wasStartedBy(ex:x; ex:a, -, ex:b, -) wasStartedBy(ex:y; ex:a, -, ex:b, -)"),
        ("27", "wasEndedBy(ex:x; ex:a, -, ex:b, -) wasEndedBy(ex:y; ex:a, -, ex:b, -)"),
        ("28", f"activity(ex:a, {T1}, -) wasStartedBy(ex:a, -, -, {T2})"),
        ("29", f"activity(ex:a, -, {T1}) wasEndedBy(ex:a, -, -, {T2})"),
        ("28", f"activity(ex:a) wasStartedBy(ex:a, -, ex:b, {T1}) wasStartedBy(ex:a, -, ex:c, {T2})"),
        ("unique-mention", "mentionOf(ex:f, ex:e, ex:b) mentionOf(ex:f, ex:e, ex:c)"),
    ],
)
def test_different_values_clash_once(number: str, text: str) -> None:
    assert numbers(text) == [number]


@pytest.mark.parametrize(
    "text",
    [
        f"activity(ex:a, {T1}, {T2}) activity(ex:a, {T1}, -)",
        f"wasGeneratedBy(ex:x; ex:e, ex:a, {T1}) wasGeneratedBy(ex:y; ex:e, ex:b, {T2})",
        f"used(ex:x; ex:a, ex:e, {T1}) used(ex:y; ex:a, ex:e, {T2})",
        "wasInvalidatedBy(ex:x; ex:e, ex:a, -) wasInvalidatedBy(ex:y; ex:e, ex:b, -)",
        f"wasStartedBy(ex:x; ex:a, -, ex:b, {T1}) wasStartedBy(ex:y; ex:a, -, ex:c, {T2})",
        f"wasStartedBy(ex:x; ex:a, ex:e, -, {T1}) wasStartedBy(ex:y; ex:a, ex:e, -, {T2})",
        f"wasEndedBy(ex:a, -, ex:b, {T1}) wasEndedBy(ex:a, -, ex:c, {T2})",
        f"activity(ex:a, {T1}, {T2}) wasStartedBy(ex:a, -, -, {T1}) wasEndedBy(ex:a, -, -, {T2})",
        "wasDerivedFrom(ex:x; ex:f, ex:e) wasInfluencedBy(ex:x; ex:f, ex:e)",
        "mentionOf(ex:f, ex:e, ex:b) mentionOf(ex:g, ex:e, ex:c)",
    ],
)
def test_what_may_differ_does_not_clash(text: str) -> None:
    assert numbers(text) == []


def test_a_relation_is_an_influence_with_its_identifier() -> None:
    assert numbers("wasDerivedFrom(ex:x; ex:f, ex:e) wasInfluencedBy(ex:x; ex:g, ex:e)") == ["23"]


def test_an_unknown_generation_of_a_derivation_is_the_one_there_is() -> None:
    said = saturated(
        f"wasDerivedFrom(ex:d; ex:f, ex:e, ex:a, -, -) wasGeneratedBy(ex:g; ex:f, ex:a, {T1}) "
        "used(ex:u; ex:a, ex:e, -)"
    )
    (derivation,) = said.rows["wasDerivedFrom"]
    assert said.term(derivation.args[3]) == NamedNode(EX + "g")
    assert said.term(derivation.args[4]) is None  # an activity may use an entity twice
    assert same(said, "wasGeneratedBy")


def test_a_generation_of_a_derivation_is_of_the_derived_entity() -> None:
    text = "wasDerivedFrom(ex:f, ex:e, ex:a, ex:g, -)"
    assert numbers(text + "wasGeneratedBy(ex:g; ex:f, ex:a, -)") == []
    assert numbers(text + "wasGeneratedBy(ex:g; ex:e, ex:a, -)") == ["23"]
    assert numbers(text + "wasGeneratedBy(ex:h; ex:f, ex:a, -)") == ["24"]


def test_a_usage_of_a_derivation_is_of_the_used_entity() -> None:
    text = "wasDerivedFrom(ex:f, ex:e, ex:a, -, ex:u)"
    assert numbers(text + "used(ex:u; ex:a, ex:e, -)") == []
    assert numbers(text + "used(ex:u; ex:b, ex:e, -)") == ["23"]


@pytest.mark.parametrize("kind", ["wasStartedBy", "wasEndedBy"])
def test_a_trigger_is_generated_by_the_starter_or_ender(kind: str) -> None:
    said = saturated(f"{kind}(ex:a, ex:order, ex:boss, -)")
    (row,) = said.rows["wasGeneratedBy"]
    assert said.evidence(row).text == "wasGeneratedBy(ex:order, ex:boss, -)"
    two = "wasGeneratedBy(ex:x; ex:order, ex:boss, -) wasStartedBy(ex:b, ex:order, ex:boss, -)"
    assert same(saturated(two), "wasGeneratedBy")


def test_those_of_a_delegation_are_associated_with_its_activity() -> None:
    said = saturated("actedOnBehalfOf(ex:bob, ex:eve, ex:a)")
    assert {said.evidence(row).text for row in said.rows["wasAssociatedWith"]} == {
        "wasAssociatedWith(ex:a, ex:bob, -)",
        "wasAssociatedWith(ex:a, ex:eve, -)",
    }


def test_an_unknown_leads_from_one_value_to_the_other() -> None:
    unknown, x, y = BlankNode("g"), NamedNode(EX + "x"), NamedNode(EX + "y")
    entity, source, run = (NamedNode(EX + name) for name in ("e", "source", "run"))
    found = validate(
        [
            Assertion("wasGeneratedBy", unknown, (entity, run, None)),
            Assertion("wasGeneratedBy", x, (entity, run, None)),
            Assertion("wasDerivedFrom", NamedNode(EX + "d"), (entity, source, run, unknown, None)),
            Assertion("wasDerivedFrom", NamedNode(EX + "d"), (entity, source, run, y, None)),
        ],
        prefixes={"ex": EX},
    )
    (violation,) = (each for each in found.violations if each.rule.id == "23")
    steps = [(step.left, step.right) for step in violation.equations]
    assert {steps[0][0], steps[-1][1]} == {"ex:x", "ex:y"}
    assert any("_:g" in step for step in steps)
    assert len(violation.evidence) > 2


def test_a_long_chain_of_unknowns_is_one_term() -> None:
    run, count = NamedNode(EX + "a"), 300
    ids = [BlankNode(f"b{n}") for n in range(count)]
    entities = [BlankNode(f"e{n}") for n in range(count + 1)]
    said = Instance(
        Assertion("used", ids[n], (run, entities[n + place], None))
        for n in reversed(range(count))
        for place in (0, 1)
    )
    saturate(said)
    assert len({said.find(said.number(entity)) for entity in entities}) == 1
    assert len(said.equalities.why(said.number(entities[0]), said.number(entities[-1]))) == count

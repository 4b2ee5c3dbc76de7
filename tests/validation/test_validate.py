"""Reports on whole documents: bundles apart or together, limits, counts."""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import NamedNode
from tests.validation.said import EX, assertions

from whence.validation.assertion import Malformed
from whence.validation.report import ordered
from whence.validation.specification import rules
from whence.validation.validate import validate

TWO_BUNDLES = """
bundle ex:one entity(ex:x) endBundle
bundle ex:two activity(ex:x) endBundle
"""


def test_bundles_are_valid_each_by_itself() -> None:
    report = validate(assertions(TWO_BUNDLES))
    assert report.valid
    assert report.bundles == 2
    assert report.statements == 2


def test_the_union_of_bundles_may_not_be_valid() -> None:
    report = validate(assertions(TWO_BUNDLES), union=True)
    (violation,) = report.violations
    assert violation.bundle is None
    assert {evidence.bundle for evidence in violation.evidence} == {
        NamedNode(EX + "one"),
        NamedNode(EX + "two"),
    }
    assert report.bundles == 2


def test_a_violation_tells_its_bundle() -> None:
    report = validate(assertions("bundle ex:one entity(ex:x) activity(ex:x) endBundle"))
    assert [violation.bundle for violation in report.violations] == [NamedNode(EX + "one")]


def test_violations_past_the_limit_are_counted() -> None:
    text = " ".join(f"entity(ex:x{n}) activity(ex:x{n})" for n in range(7))
    report = validate(assertions(text), limit=3)
    assert len(report.violations) == 3
    assert report.found == 7
    assert not report.valid
    assert validate(assertions(text), limit=0).found == 7


def test_malformed_input_is_told_apart() -> None:
    report = validate([Malformed("no activity", "Name it."), *assertions("entity(ex:e)")])
    assert report.outcome == "malformed"
    assert [item.reason for item in report.malformed] == ["no activity"]
    assert report.statements == 1


def test_nothing_is_valid() -> None:
    assert validate([]).valid


def test_every_rule_of_the_recommendation_is_listed() -> None:
    listed = rules()
    for number in range(5, 57):
        row = listed[str(number)]
        assert row.kind == ("inference" if number < 22 else "constraint")
        assert row.link.startswith("https://www.w3.org/TR/prov-constraints/#")
        assert bool(row.mend) == (row.kind == "constraint")
    assert len({row.link for number, row in listed.items() if number.isdigit()}) == 52


def test_violations_come_by_their_lines() -> None:
    text = "specializationOf(ex:e, ex:e)\nwasDerivedFrom(ex:d, ex:d)\nspecializationOf(ex:c, ex:c)"
    found = validate(assertions(text)).violations
    assert [violation.rule.id for violation in found] == ["52", "42", "52"]
    bare = [replace(each, evidence=()) for each in found]
    assert [violation.rule.id for violation in ordered(bare)] == ["42", "52", "52"]

"""What does not matter to validity: order, names of unknowns, syntax, division into loads, repetition."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode
from tests.validation.documents import ALL, CIRCULAR, NAMED, TIMELY, Sort, documents
from tests.validation.reference import violated
from tests.validation.texts import RDF, WRITERS, report_of, written

import whence
from whence.validation.assertion import Argument, Assertion
from whence.validation.report import ValidationReport
from whence.validation.validate import validate

BUNDLE = NamedNode("http://example.org/bundle")


def verdict(report: ValidationReport) -> tuple[str, frozenset[str]]:
    """The outcome, and the constraints violated: those beyond 22 to 29 where terms do not clash."""
    numbers = {violation.rule.id for violation in report.violations}
    clash = {number for number in numbers if number.isdigit() and 22 <= int(number) <= 29}
    return report.outcome, frozenset((clash and {"unique"}) or numbers)


@settings(max_examples=100)
@given(documents(ALL) | documents(TIMELY) | documents(CIRCULAR), st.randoms(use_true_random=False))
def test_order_of_statements(document: list[Assertion], random: Random) -> None:
    shuffled = document[:]
    random.shuffle(shuffled)
    assert verdict(validate(shuffled)) == verdict(validate(document))


@settings(max_examples=100)
@given(documents())
def test_names_of_unknowns(document: list[Assertion]) -> None:
    def renamed(arg: Argument) -> Argument:
        return BlankNode(f"z{99 - int(arg.value[1:])}") if isinstance(arg, BlankNode) else arg

    other = [
        replace(
            each,
            id=cast("NamedNode | BlankNode | None", renamed(each.id)),
            args=tuple(map(renamed, each.args)),
        )
        for each in document
    ]
    assert verdict(validate(other)) == verdict(validate(document))


@settings(max_examples=100)
@given(documents(), st.data())
def test_statements_said_twice(document: list[Assertion], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(document), max_size=4))
    assert verdict(validate(document + again)) == verdict(validate(document))


@settings(max_examples=100)
@given(documents(), documents())
def test_bundles_stand_for_themselves(outside: list[Assertion], inside: list[Assertion]) -> None:
    apart = [replace(each, bundle=BUNDLE) for each in inside]
    found = validate([*outside, *apart])
    reports = validate(outside), validate(apart)
    assert found.valid == all(reports)
    assert found.found == sum(report.found for report in reports)
    assert {each.bundle for each in found.violations} == {
        each.bundle for report in reports for each in report.violations
    }


@pytest.mark.parametrize("format", WRITERS)
@settings(max_examples=40)
@given(document=documents(NAMED) | documents(CIRCULAR))
def test_prov_syntaxes(format: str, document: list[Assertion]) -> None:
    assert verdict(report_of(written(document, format), format)) == verdict(validate(document))


@pytest.mark.parametrize("format", RDF)
@settings(max_examples=40)
@given(document=documents(NAMED) | documents(CIRCULAR))
def test_rdf_syntaxes(format: str, document: list[Assertion]) -> None:
    said = sayable(document)
    same(validate(said), report_of(written(said, format), format))


def same(direct: ValidationReport, of_rdf: ValidationReport) -> None:
    """A node with two owners says more in RDF than the statements did: each value is of each kind."""
    one, other = verdict(direct), verdict(of_rdf)
    if one[1] & {"53", "54"}:
        assert one[0] == other[0]
    else:
        assert one == other


def sayable(document: list[Assertion]) -> list[Assertion]:
    """What RDF can say: `-` that says that there is none looks like what is not mentioned there.

    So one id must not be used for a statement with such a `-` and for another.
    """
    kept: dict[object, Assertion] = {}
    for each in document:
        if each.kind not in ("wasDerivedFrom", "wasAssociatedWith") or each.id is None:
            kept[object()] = each
        else:
            kept.setdefault((each.kind, each.id), each)
    return list(kept.values())


@settings(max_examples=40)
@given(document=documents(NAMED) | documents(CIRCULAR), cut=st.integers(0, 12))
def test_division_into_loads(document: list[Assertion], cut: int) -> None:
    said = sayable(document)
    with whence.open(inference="none") as store:
        for part in (said[:cut], said[cut:]):
            store.load(written(part, "turtle"), bundle=BUNDLE, format="turtle")
        stored = store.validate(BUNDLE)
    same(validate(said), stored)


@pytest.mark.parametrize(
    ("sort", "often"),
    [
        (ALL, ("valid", "unique", "55")),
        (TIMELY, ("valid", "unique", "55")),
        (CIRCULAR, ("valid", "order")),
        (NAMED, ("valid", "unique", "55")),
    ],
)
def test_random_documents_are_of_all_sorts(sort: Sort, often: tuple[str, ...]) -> None:
    """Else the tests above would say little."""
    found: dict[str, int] = {}

    @settings(max_examples=150, derandomize=True, database=None)
    @given(documents(sort))
    def count(document: list[Assertion]) -> None:
        for name in violated(document) or {"valid"}:
            found[name] = found.get(name, 0) + 1

    count()
    assert min(found.get(name, 0) for name in often) >= 1, found

"""Which literals are moments."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal

from whence.ontology.namespaces import XSD
from whence.validation.moments import fault, is_moment


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-01T00:00:00", "2026-12-31T23:59:59.999Z", "2024-02-29T24:00:00+14:00"),
        *("-0001-03-01T00:00:00-05:30", "12026-01-01T00:00:00Z"),
    ],
)
def test_moments_are_in_the_calendar_of_xml_schema(text: str) -> None:
    assert is_moment(Literal(text, datatype=XSD.dateTime))


@pytest.mark.parametrize(
    "text",
    [
        *("noon", "", "2026-01-01", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z"),
        *("2026-01-01T25:00:00Z", "2026-01-01T00:00:00+15:00", "26-01-01T00:00:00Z", "2026-01-01T24:00:01"),
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert not is_moment(Literal(text, datatype=XSD.dateTime))


def test_a_moment_has_the_type_of_one() -> None:
    assert not is_moment(Literal("2026-01-01T00:00:00Z"))
    assert not is_moment(Literal("2026-01-01", datatype=XSD.date))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-13-01T00:00:00Z", ": there is no month 13"),
        ("2026-02-30T00:00:00Z", ": 2026-02 has no day 30"),
        ("2026-02-00T00:00:00Z", ": there is no day 00"),
        ("2026-01-01T25:00:00Z", ": there is no hour 25"),
        ("2026-01-01", ": it has no time of day"),
        ("yesterday", ""),
    ],
)
def test_why_a_literal_is_no_moment(text: str, why: str) -> None:
    reason, mend = fault(Literal(text, datatype=XSD.dateTime))
    assert reason == f"is no xsd:dateTime{why}"
    assert '"^^xsd:dateTime' in mend


def test_moments_without_their_datatype_are_told_so() -> None:
    text = "2026-01-01T00:00:00Z"
    assert fault(Literal(text)) == (
        "is no xsd:dateTime: it lacks ^^xsd:dateTime",
        f'Write "{text}"^^xsd:dateTime.',
    )

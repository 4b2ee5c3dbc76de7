"""Terms as people read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.ontology.namespaces import XSD
from whence.web.overview import Remembered
from whence.web.terms import Names, human_date, human_duration, human_time, safe_link, tail_of


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-05-03T10:12:00Z", "3 May 2026, 10:12 UTC"),
        ("2026-05-03T10:12:05Z", "3 May 2026, 10:12:05 UTC"),
        ("2026-05-03T10:12:00+02:00", "3 May 2026, 10:12 UTC+0200"),
        ("2026-05-03T10:12:00", "3 May 2026, 10:12"),
        ("-0044-03-15T12:00:00Z", "-0044-03-15T12:00:00Z"),
    ],
)
def test_times_in_words(value: str, words: str) -> None:
    assert human_time(value) == words


def test_dates_and_durations_in_words() -> None:
    assert human_date("2026-05-03T10:12:00Z") == "3 May 2026"
    assert human_duration(timedelta(seconds=0.25)) == "0.25 s"
    assert human_duration(timedelta(minutes=12)) == "12 min"
    assert human_duration(timedelta(days=2, hours=3, minutes=4)) == "2 days 3 h"


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("http://www.w3.org/ns/prov#Entity", "prov:Entity"),
        ("http://a.example/ns/deep/x", "deep:x"),
        ("http://a.example/ns/x", "ns:x"),
        ("urn:whence:.well-known/genid/0123456789abcdef0123456789abcdef", "unnamed 01234567"),
        ("http://other.example/some/very/long/path/to/a/file.csv", "…/a/file.csv"),
        ("urn:x:y", "urn:x:y"),
    ],
)
def test_short_names(iri: str, short: str) -> None:
    names = Names({"ns": "http://a.example/ns/", "deep": "http://a.example/ns/deep/"})
    assert names.short(iri) == short


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://a.example/b?c", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://a.example/ onclick=", False),
        ("HTTPS://a", False),
        ("https://a\n", False),
    ],
)
def test_only_web_addresses_become_links(address: str, safe: bool) -> None:
    assert safe_link(address) is safe


def test_terms_say_what_they_are() -> None:
    names = Names({})
    assert names.show(Literal("12", datatype=XSD.integer)).datatype == ""
    assert names.show(Literal("x", datatype=NamedNode("urn:t"))).datatype == "urn:t"
    assert names.show(Literal("hallo", language="de")).lang == "de"
    assert names.show(BlankNode("b1")).href == ""
    assert names.show(NamedNode("javascript:alert(1)")).href.startswith("/resource?iri=")


@given(st.text())
def test_any_label_comes_in_two_halves_that_are_the_label(text: str) -> None:
    shown = Names({}).show(Literal(text))
    assert "".join(shown.halves) == text


@pytest.mark.parametrize(
    ("iri", "tail"),
    [("http://a/b/c%20d", "c d"), ("http://a/b#c", "c"), ("urn:x:y", "y"), ("http://a/b/", "b")],
)
def test_headings_of_things_without_a_label(iri: str, tail: str) -> None:
    assert tail_of(iri) == tail


def test_an_answer_is_kept_until_the_store_changes() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    kept = Remembered(ask)
    assert [kept.get(1), kept.get(1), kept.get(2)] == [1, 1, 2]

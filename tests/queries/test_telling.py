"""The words in which lineage is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pyoxigraph import NamedNode
from tests.queries.lineage_graphs import edge, graph, node, report

from whence.ontology.namespaces import PROV
from whence.queries.edges import STEPS
from whence.queries.telling import Teller, phrase, plain

_BOTH_WAYS = ("alternateOf", "sameAs")


@pytest.mark.parametrize(
    "relation", sorted({step.relation for step in STEPS} | {"collection", "wasMadeWith"})
)
def test_every_step_reads_both_ways(relation: str) -> None:
    forwards, backwards = phrase(relation), phrase(relation, against=True)
    assert forwards.islower() and backwards.islower()
    assert (forwards == backwards) == (relation in _BOTH_WAYS)
    assert not backwards.startswith("is what ")


def test_a_relation_nobody_knows_is_taken_apart() -> None:
    assert phrase("wasTakenFrom") == "was taken from"
    assert phrase("wasTakenFrom", against=True) == "is what was taken from"


def test_text_stays_on_its_line() -> None:
    assert plain(" a\nb\t\x1b[1mc\u202ed ") == "a b \ufffd[1mc\ufffdd"


def test_names_are_short_where_commands_take_them_short() -> None:
    teller = Teller(report())
    assert teller.iri(node("a/b.c")) == "ex:a/b.c"
    assert teller.iri(node("a?b=c")) == "<http://example.org/a?b=c>"
    assert teller.iri(replace(node("x"), iri=NamedNode("urn:x:y"))) == "<urn:x:y>"


def test_times_are_to_the_minute_and_in_utc_where_the_zone_is_known() -> None:
    teller = Teller(report())
    early = datetime(2026, 6, 1, 9, 0, 59, tzinfo=UTC)
    east = datetime(2026, 6, 2, 1, tzinfo=timezone(timedelta(hours=2)))
    assert teller.when(replace(node("x"), started=early)) == "2026-06-01 09:00Z"
    assert teller.when(replace(node("x"), started=early, ended=east)) == "2026-06-01 09:00Z to 23:00Z"
    assert teller.when(replace(node("x"), ended=datetime(2026, 6, 1))) == "until 2026-06-01 00:00"
    assert teller.when(node("x")) == ""


def test_a_bundle_is_told_from_other_entities() -> None:
    assert Teller(report()).kind(replace(node("x"), types=(PROV.Bundle,))) == "bundle"


def test_an_edge_is_a_sentence() -> None:
    said = edge("a", "used", "b", "input", inferred=True)
    one = graph([node("a", "activity"), node("b", label="B")], [said])
    assert Teller(one).sentence(said) == "ex:a used B as input (inferred)"


def test_many_starts_are_counted() -> None:
    many = graph([node(name, label=name) for name in "abcde"], [], starts=5)
    assert Teller(many).title() == "Where a, b, c and 2 more come from"

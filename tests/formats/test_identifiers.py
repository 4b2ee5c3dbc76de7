"""Generated IRIs are deterministic, and broken ones are made absolute and noted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from whence.formats.identifiers import (
    Repairs,
    Skolemiser,
    canonical,
    is_generated,
    pair_id,
    statement_id,
)
from whence.formats.statements import Arg, Statement
from whence.ontology.namespaces import PROV, XSD

BASE = "urn:whence:"
Pairs = tuple[tuple[NamedNode, NamedNode | Literal], ...]
A, E = NamedNode("http://ex.org/a"), NamedNode("http://ex.org/e")


def when(text: str) -> Literal:
    return Literal(text, datatype=XSD.dateTime)


def used(*args: Arg, attributes: Pairs = ()) -> Statement:
    return Statement("used", None, (A, E, *args), attributes)


def test_the_same_statement_has_the_same_iri_however_it_is_written() -> None:
    role = (PROV.role, Literal("in"))
    note = (NamedNode("http://ex.org/n"), Literal("007", datatype=XSD.integer))
    seven = (NamedNode("http://ex.org/n"), Literal(7))
    one = statement_id(used(when("2026-01-01T00:00:00+00:00"), attributes=(role, note)), BASE)
    other = statement_id(used(when("2026-01-01T00:00:00Z"), attributes=(seven, role, role)), BASE)
    assert one == other
    assert is_generated(one)
    assert statement_id(used(None), BASE) == statement_id(used(), BASE)


def test_another_statement_has_another_iri() -> None:
    different = [
        used(),
        used(when("2026-01-01T00:00:00Z")),
        used(attributes=((PROV.role, Literal("in")),)),
        used(attributes=((PROV.label, Literal("in")),)),
        used(attributes=((PROV.role, Literal("in", language="en")),)),
        Statement("wasGeneratedBy", None, (A, E, None)),
        Statement("used", None, (E, A, None)),
    ]
    assert len({statement_id(statement, BASE) for statement in different}) == len(different)


def test_sets_have_no_order() -> None:
    pairs = ((Literal("a"), A), (Literal("b"), E))
    one = Statement("derivedByInsertionFrom", None, (A, E, pairs))
    other = Statement("derivedByInsertionFrom", None, (A, E, (*pairs[::-1], pairs[0])))
    assert statement_id(one, BASE) == statement_id(other, BASE)
    assert pair_id(Literal("a"), A, BASE) != pair_id(Literal("a"), E, BASE)


@given(
    st.sampled_from(
        ["integer", "decimal", "double", "boolean", "dateTime", "date", "duration", "int", "string"]
    ),
    st.sampled_from(
        ["007", "+1", "1.50", "1e3", "true", "1", "2026-01-01T00:00:00+00:00", "P1Y", "nonsense", ""]
    ),
)
def test_canonical_is_what_a_store_gives_back(datatype: str, text: str) -> None:
    literal = Literal(text, datatype=XSD[datatype])
    store = Store()
    store.add(Quad(A, PROV.value, literal))
    assert canonical(literal) == next(iter(store)).object
    assert canonical(canonical(literal)) == canonical(literal)


def test_blank_nodes_are_named_by_their_place() -> None:
    bundle = NamedNode("urn:run:1")
    one, other = Skolemiser(bundle, BASE), Skolemiser(bundle, BASE)
    first = [one(BlankNode(label)) for label in ("x", "y", "x")]
    assert first == [other(BlankNode(label)) for label in ("left", "right", "left")]
    assert first[0] != first[1]
    assert first[0] != Skolemiser(NamedNode("urn:run:2"), BASE)(BlankNode("x"))
    assert first[0] != Skolemiser(NamedNode("urn:run#1"), BASE, "second.ttl")(BlankNode("x"))
    assert first[0] != Skolemiser(bundle, BASE, "second.ttl")(BlankNode("x"))
    assert all(is_generated(name) for name in first)


@pytest.mark.parametrize(
    ("iri", "repaired"),
    [
        ("http://ex.org/a#b", "http://ex.org/a#b"),
        ("urn:x:y", "urn:x:y"),
        ("http://ex.org/ü", "http://ex.org/ü"),
        ("www.example.org/ns#x", "urn:whence:ref/www.example.org/ns#x"),
        ("x", "urn:whence:ref/x"),
        ("", "urn:whence:ref/"),
        ("a b", "urn:whence:ref/a%20b"),
        ("a#b#c", "urn:whence:ref/a#b%23c"),
        ("100%", "urn:whence:ref/100%25"),
        ("http://ex.org/a b", "http://ex.org/a%20b"),
        ("1a:b", "urn:whence:ref/1a:b"),
    ],
)
def test_repair(iri: str, repaired: str) -> None:
    repairs = Repairs(BASE)
    assert repairs.repair(iri) == repaired
    assert repairs.count == (iri != repaired)
    assert repairs.examples == ([] if iri == repaired else [(iri, repaired)])


@given(st.text())
def test_whatever_is_repaired_is_an_iri(text: str) -> None:
    repaired = Repairs(BASE).repair(text)
    assert NamedNode(repaired).value == repaired
    assert Repairs(BASE).repair(repaired) == repaired


def test_all_repairs_are_counted_and_twenty_kept() -> None:
    repairs = Repairs(BASE)
    for number in range(50):
        repairs.repair(f"thing{number}")
        repairs.repair("again")
    assert repairs.count == 100
    assert len(repairs.examples) == 20
    assert repairs.examples[:2] == [("thing0", "urn:whence:ref/thing0"), ("again", "urn:whence:ref/again")]


@pytest.mark.parametrize(
    "iri",
    ["http://ex.org/.well-known/genid/x", "http://ex.org/" + "0" * 32, "urn:a", "urn:g/.well-known/genid/"],
)
def test_other_iris_are_not_taken_for_generated(iri: str) -> None:
    assert not is_generated(iri)

"""Queries may use the prefixes that the loaded sources declared."""

from __future__ import annotations

import pytest

import whence
from whence.errors import QuerySyntaxError
from whence.store.declared import usable

FIRST = b"@prefix ex: <http://example.org/> . ex:a <urn:says> ex:b ."


@pytest.fixture
def store() -> whence.Store:
    opened = whence.open()
    opened.load(FIRST, bundle="urn:first")
    return opened


def test_a_query_knows_what_a_source_declared(store: whence.Store) -> None:
    assert store.query("ASK { ex:a <urn:says> ex:b }")
    assert not store.query("ASK { ex:b <urn:says> ex:a }")


def test_what_the_query_declares_wins(store: whence.Store) -> None:
    assert not store.query("PREFIX ex: <http://other.example/> ASK { ex:a <urn:says> ?b }")


def test_whences_own_prefixes_win(store: whence.Store) -> None:
    store.load(b"@prefix prov: <http://other.example/> . prov:Entity a prov:Thing .")
    assert store.query("ASK { FILTER(STR(prov:Entity) = 'http://www.w3.org/ns/prov#Entity') }")


def test_a_prefix_with_two_meanings_is_to_be_declared(store: whence.Store) -> None:
    store.load(b"@prefix ex: <http://other.example/> . ex:a a ex:b .")
    with pytest.raises(QuerySyntaxError, match="the prefix ex: is not declared"):
        store.query("ASK { ex:a ?p ?o }")


def test_what_is_declared_follows_the_store(store: whence.Store) -> None:
    store.remove("urn:first")
    with pytest.raises(QuerySyntaxError, match="the prefix ex: is not declared"):
        store.query("ASK { ex:a ?p ?o }")


def test_faults_are_told_where_they_are_in_the_text(store: whence.Store) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        store.query("SELECT *\n{ ex:a ?p FILTER }")
    assert (caught.value.line, caught.value.column) == (2, 17)


def test_closures_are_known_by_the_prefix_a_source_gave_them(store: whence.Store) -> None:
    store.load(
        b"@prefix w: <https://w3id.org/whence/ns#> . @prefix prov: <http://www.w3.org/ns/prov#> . "
        b"w:x prov:wasDerivedFrom w:y . w:y prov:wasDerivedFrom w:z ."
    )
    assert store.query("ASK { w:x w:derivedFrom w:z }")


@pytest.mark.parametrize(
    "declaration",
    [
        ("no name", "urn:x:"),
        ("dot.", "urn:x:"),
        ("9", "urn:x:"),
        ("relative", "not/absolute"),
        ("bad", "urn:<x>"),
        ("rdf", "urn:x:"),
    ],
)
def test_declarations_that_queries_cannot_have_are_left_out(declaration: tuple[str, str]) -> None:
    assert usable([declaration, ("good", "urn:x:")]) == {"good": "urn:x:"}


def test_the_empty_prefix_is_one_too() -> None:
    assert usable([("", "urn:x:")]) == {"": "urn:x:"}

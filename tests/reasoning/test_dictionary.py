"""PROV-Dictionary: what follows without knowing that all pairs are known, and no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import whence
from whence import Store

PREFIXES = "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX : <http://example.org/> "
DATA = """
:d1 a prov:EmptyDictionary .
:d2 prov:qualifiedInsertion
    [ a prov:Insertion ; prov:dictionary :d1 ; prov:insertedKeyEntityPair :one, :two ] .
:one prov:pairKey "1" ; prov:pairEntity :e1 .
:two prov:pairKey "2" ; prov:pairEntity :e2 .
:d3 prov:qualifiedRemoval [ a prov:Removal ; prov:dictionary :d2 ; prov:removedKey "1" ] .
"""


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with whence.open(":memory:") as made:
        made.load((PREFIXES + DATA).encode(), format="turtle")
        yield made


@pytest.mark.parametrize(
    "pattern",
    [
        ":d1 a prov:Dictionary, prov:EmptyCollection, prov:Collection, prov:Entity",
        ":d2 a prov:Dictionary, prov:Collection, prov:Entity",
        ":d2 prov:derivedByInsertionFrom :d1 ; prov:wasDerivedFrom :d1 ; prov:wasInfluencedBy :d1",
        ":d2 prov:hadDictionaryMember :one, :two",
        ":d2 prov:hadMember :e1, :e2",
        ":one a prov:KeyEntityPair . :e1 a prov:Entity",
        ":d3 a prov:Dictionary ; prov:derivedByRemovalFrom :d2 ; prov:wasDerivedFrom :d2",
    ],
)
def test_it_follows(store: Store, pattern: str) -> None:
    assert store.query(f"{PREFIXES} ASK {{ {pattern} }}")
    assert not store.query(f"{PREFIXES} ASK {{ {pattern} }}", inferred=False)


@pytest.mark.parametrize(
    "pattern",
    [
        # An insertion is no removal, whatever the domain of prov:dictionary.
        "?x a prov:Insertion, prov:Removal",
        # What carries over to the next dictionary is found by queries, not stored for each version.
        ":d3 prov:hadDictionaryMember ?pair",
        ":d3 prov:hadMember ?entity",
        ":d1 prov:hadMember ?entity",
    ],
)
def test_it_does_not_follow(store: Store, pattern: str) -> None:
    assert not store.query(f"{PREFIXES} ASK {{ {pattern} }}")


def test_an_empty_dictionary_with_a_pair_is_a_contradiction(store: Store) -> None:
    with whence.open(":memory:") as other:
        facts = DATA + ":d1 prov:hadDictionaryMember :one ."
        other.load((PREFIXES + facts).encode(), format="turtle")
        report = other.infer()
        assert report is not None
        assert [text for text in report.contradictions if "(56)" in text]
    report = store.infer()
    assert report is not None
    assert report.contradictions == ()

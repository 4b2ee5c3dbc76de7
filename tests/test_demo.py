"""The demonstration data is valid PROV, labelled throughout, and shows what it is meant to show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import whence
from whence.demo import DOCUMENTS, START, Document

PREFIXES = """
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX version: <https://dew-uff.github.io/versioned-prov/ns#>
PREFIX whence: <https://w3id.org/whence/ns#>
"""


@pytest.fixture(scope="module")
def store() -> Iterator[whence.Store]:
    with whence.open(":memory:") as opened:
        for document in DOCUMENTS:
            opened.load(document.open(), bundle=document.bundle)
        yield opened


def values(store: whence.Store, pattern: str) -> set[str]:
    """What ``?x`` is in a pattern."""
    rows = store.query(f"{PREFIXES} SELECT DISTINCT ?x {{ {pattern} }}")
    return {row["x"].value for row in rows}  # type: ignore[union-attr]  # SELECT of IRIs and literals


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.file)
def test_each_document_loads_without_repairs(document: Document) -> None:
    with whence.open(":memory:") as fresh:
        (source,) = fresh.load(document.open(), bundle=document.bundle).sources
        assert source.quads > 50
        assert source.repairs.count == 0


def test_every_file_of_the_folder_is_listed() -> None:
    folder = DOCUMENTS[0].path.parent
    data = {path.name for path in folder.iterdir() if path.suffix not in ("", ".py", ".pyc")}
    assert data == {document.file for document in DOCUMENTS}
    assert {Path(document.file).suffix for document in DOCUMENTS} == {".provn", ".xml", ".json", ".trig"}


def test_loading_it_again_adds_nothing(store: whence.Store) -> None:
    before = store.stats().quads
    for document in DOCUMENTS:
        assert all(source.skipped for source in store.load(document.open(), bundle=document.bundle).sources)
    assert store.stats().quads == before


def test_every_thing_has_a_label(store: whence.Store) -> None:
    unlabelled = values(
        store,
        """{ ?x a prov:Entity } UNION { ?x a prov:Activity } UNION { ?x a prov:Agent }
           FILTER NOT EXISTS { ?x rdfs:label ?label }
           FILTER NOT EXISTS { GRAPH whence:catalogue { ?x a prov:Bundle } }""",
    )
    assert unlabelled == set()


def test_names_belong_to_example_org(store: whence.Store) -> None:
    things = values(store, "{ ?x a prov:Entity } UNION { ?x a prov:Activity } UNION { ?x a prov:Agent }")
    assert {iri for iri in things if not iri.startswith("http://example.org/")} == set()


def test_no_activity_ends_before_it_starts_or_uses_what_is_made_later(store: whence.Store) -> None:
    assert values(store, "?x prov:startedAtTime ?s ; prov:endedAtTime ?e FILTER(?e < ?s)") == set()
    late = """?x prov:qualifiedUsage [ prov:entity ?thing ; prov:atTime ?used ] .
              ?thing prov:qualifiedGeneration [ prov:atTime ?made ] FILTER(?used < ?made)"""
    assert values(store, late) == set()


def test_usages_and_generations_lie_within_their_activities(store: whence.Store) -> None:
    for pattern in (
        "?x prov:qualifiedUsage [ prov:atTime ?t ]",
        "[] prov:qualifiedGeneration [ prov:activity ?x ; prov:atTime ?t ]",
    ):
        span = f"{pattern} . ?x prov:startedAtTime ?s ; prov:endedAtTime ?e FILTER(?t < ?s || ?t > ?e)"
        assert values(store, span) == set()


def test_no_entity_is_generated_twice_in_one_bundle(store: whence.Store) -> None:
    twice = "GRAPH ?g { ?x prov:wasGeneratedBy ?a, ?b FILTER(?a != ?b) }"
    assert values(store, twice) == set()


def test_derivation_has_no_cycles(store: whence.Store) -> None:
    assert values(store, "?x (prov:wasDerivedFrom|prov:wasRevisionOf)+ ?x") == set()


def test_the_place_to_start_has_a_long_history(store: whence.Store) -> None:
    sources = values(store, f"<{START}> (prov:wasDerivedFrom|prov:wasRevisionOf)+ ?x")
    assert {"http://example.org/air/readings/raw", "http://example.org/air/weather"} <= sources
    assert len(sources) > 8


def test_it_shows_bundles_revisions_plans_roles_and_dictionaries(store: whence.Store) -> None:
    assert {"http://example.org/air/run/2026-03-02", "http://example.org/birdsong/record-of-run-7"} <= {
        bundle.iri for bundle in store.bundles()
    }
    assert len(values(store, "?x prov:wasRevisionOf ?older")) >= 5
    assert values(store, "?x a prov:Plan")
    assert values(store, "?x prov:hadRole ?role")
    assert values(store, "[] prov:insertedKeyEntityPair [ prov:pairKey ?x ]") == {
        "learning_rate",
        "batch_size",
        "epochs",
    }
    assert values(store, "?x prov:mentionOf ?general")
    assert values(store, "?x prov:hadPrimarySource ?source")


def test_the_script_trace_has_its_changes_in_order(store: whence.Store) -> None:
    dictionary = "<http://example.org/stock/dict1>"
    node = "[ prov:entity ?member ; version:key ?key ; version:checkpoint ?at ]"
    rows = store.query(
        f"{PREFIXES} SELECT DISTINCT ?key ?member ?at "
        f"{{ {dictionary} whence:qualifiedMembership {node} }} ORDER BY ?at"
    )
    changes = [(key.value, member.value.rpartition("/")[2]) for key, member, _ in rows]  # type: ignore[union-attr]  # a SELECT
    assert changes == [("bolt", "four"), ("nut", "nine"), ("bolt", "shelf-bolt"), ("nut", "void")]

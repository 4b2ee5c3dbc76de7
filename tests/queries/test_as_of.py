"""Stores as of a time: what was recorded by then, and what there was by then."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

import whence
from whence.errors import StoreError
from whence.ontology.namespaces import PROV, WHENCE_CATALOGUE, XSD

EX = "http://example.org/"


def recorded(store: whence.Store, bundle: str, day: int) -> None:
    """Make it that a bundle was written on a day of March 2024."""
    store.update(
        f"DELETE {{ GRAPH whence:catalogue {{ <{bundle}> prov:generatedAtTime ?t }} }} "
        f"WHERE {{ GRAPH whence:catalogue {{ <{bundle}> prov:generatedAtTime ?t }} }}"
    )
    time = Literal(f"2024-03-{day:02}T12:00:00Z", datatype=XSD.dateTime)
    store.backend.write([Quad(NamedNode(bundle), PROV.generatedAtTime, time, WHENCE_CATALOGUE)])


@pytest.fixture
def store() -> whence.Store:
    """Versions generated in January, the third recorded in a bundle of its own, two days later."""
    store = whence.open(":memory:")
    for bundle, numbers in (("urn:b:1", (1, 2)), ("urn:b:2", (3,))):
        with store.bundle(bundle) as b:
            b.prefix("ex", EX)
            for number in numbers:
                b.entity(f"ex:v{number}", label=f"version {number}")
                b.specialization_of(f"ex:v{number}", "ex:thing")
                b.was_generated_by(f"ex:v{number}", f"ex:run{number}", f"2024-01-0{number}T00:00:00Z")
    recorded(store, "urn:b:1", 1)
    recorded(store, "urn:b:2", 3)
    return store


def names(store: whence.Store) -> list[str]:
    rows = store.query("SELECT DISTINCT ?v { ?v prov:specializationOf ex:thing } ORDER BY ?v")
    return [row["v"].value.removeprefix(EX) for row in rows]  # type: ignore[union-attr]  # rows of IRIs


def test_what_had_been_recorded_is_what_queries_see(store: whence.Store) -> None:
    assert names(store.as_of("2024-03-02")) == ["v1", "v2"]
    assert names(store.as_of("2024-03-03")) == ["v1", "v2", "v3"]
    assert names(store.as_of("2024-02-28")) == []


def test_other_questions_go_to_the_past_too(store: whence.Store) -> None:
    past = store.as_of("2024-03-02")
    assert [version.label for version in past.versions("ex:thing")] == ["version 1", "version 2"]
    assert past.at("ex:thing").version.value == EX + "v2"
    assert store.at("ex:thing").version.value == EX + "v3"
    assert [info.iri for info in past.bundles()] == ["urn:b:1"]
    assert past.prefixes()["ex"] == EX
    assert past.location == ":memory: as of 2024-03-02T23:59:59.999999+00:00"


def test_named_graphs_of_the_past_are_those_recorded(store: whence.Store) -> None:
    rows = store.as_of("2024-03-02").query(
        "SELECT DISTINCT ?g { GRAPH ?g { ?v prov:specializationOf ?t } }"
    )
    assert [row["g"].value for row in rows] == ["urn:b:1"]  # type: ignore[union-attr]  # rows of IRIs


def test_nothing_inferred_is_in_the_past(store: whence.Store) -> None:
    question = "ASK { ex:v1 prov:alternateOf ex:thing }"
    assert store.query(question)
    assert not store.as_of("2030-01-01").query(question)


def test_the_past_cannot_be_written_to(store: whence.Store) -> None:
    past = store.as_of("2024-03-02")
    size = store.backend.count()
    with pytest.raises(StoreError, match="is the past"):
        past.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    with pytest.raises(StoreError, match="is the past"), past.bundle("urn:b:3") as b:
        b.entity("urn:x:y")
    with pytest.raises(StoreError, match="is the past"):
        past.remove("urn:b:1")
    assert store.backend.count() == size


def test_closing_the_past_leaves_the_store_open(store: whence.Store) -> None:
    with store.as_of("2024-03-02"):
        pass
    assert names(store) == ["v1", "v2", "v3"]


def test_the_past_can_be_dumped(store: whence.Store, tmp_path: Path) -> None:
    store.as_of("2024-03-02").dump(tmp_path / "past.nt")
    text = (tmp_path / "past.nt").read_text()
    assert "version 2" in text
    assert "version 3" not in text


def test_by_valid_time_what_was_generated_later_is_not_there(store: whence.Store) -> None:
    assert names(store.as_of("2024-01-02", by="valid")) == ["v1", "v2"]
    assert names(store.as_of("2023-12-31", by="valid")) == []


def test_by_valid_time_what_was_invalidated_is_not_there_any_more(store: whence.Store) -> None:
    with store.bundle("urn:b:end") as b:
        b.prefix("ex", EX)
        b.was_invalidated_by("ex:v1", "ex:cleanup", "2024-01-02T12:00:00Z")
    assert names(store.as_of("2024-01-02T11:00:00Z", by="valid")) == ["v1", "v2"]
    assert names(store.as_of("2024-01-02T13:00:00Z", by="valid")) == ["v2"]


def test_by_valid_time_an_activity_that_started_later_is_not_there() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        b.activity("ex:early", "2024-01-01T00:00:00Z")
        b.activity("ex:late", "2024-01-03T00:00:00Z")
        b.used("ex:early", "ex:data", "2024-01-04T00:00:00Z", id="ex:usage")
    past = store.as_of("2024-01-02", by="valid")
    rows = past.query("SELECT DISTINCT ?a { ?a a prov:Activity }")
    assert [row["a"].value for row in rows] == [EX + "early"]  # type: ignore[union-attr]  # rows of IRIs
    assert not past.query("ASK { ex:usage ?p ?o }")


def test_a_snapshot_of_later_values_is_not_looked_at_in_the_past() -> None:
    from whence.queries.take_snapshots import take_snapshots

    store = whence.open(":memory:")
    with store.bundle("urn:b:1") as b:
        b.prefix("ex", EX)
        b.derived_by_insertion_from("ex:d2", "ex:d1", {"b": "ex:2"})
    with store.bundle("urn:b:2") as b:
        b.prefix("ex", EX)
        b.dictionary("ex:d0", empty=True)
        b.derived_by_insertion_from("ex:d1", "ex:d0", {"a": "ex:1"})
    recorded(store, "urn:b:1", 1)
    recorded(store, "urn:b:2", 3)
    assert take_snapshots(store.backend, every=1) > 0
    assert [key.value for key in store.as_of("2024-03-02").at("ex:d2").held] == ["b"]
    assert sorted(key.value for key in store.at("ex:d2").held) == ["a", "b"]

"""The versions of a thing in order, with who made them; what is current at a time."""

from __future__ import annotations

import json

import pytest

import whence
from whence.errors import SourceError

EX = "http://example.org/"


@pytest.fixture
def store() -> whence.Store:
    """A report with three versions, the last of which merges a branch."""
    store = whence.open(":memory:")
    with store.bundle("urn:b:report") as b:
        b.prefix("ex", EX)
        b.entity("ex:report", label="report")
        for number, (older, day) in enumerate([((), 1), (("v1",), 2), (("v1",), 3), (("v2", "v3"), 4)], 1):
            version = b.entity(f"ex:v{number}", {"ex:pages": number * 10}, label=f"draft {number}")
            b.specialization_of(version, "ex:report")
            b.was_generated_by(version, f"ex:edit{number}", f"2024-03-0{day}T09:00:00Z")
            b.was_associated_with(f"ex:edit{number}", "ex:ann" if number < 3 else "ex:bob")
            for name in older:
                b.was_revision_of(version, f"ex:{name}")
    return store


def test_versions_come_after_what_they_revise(store: whence.Store) -> None:
    found = store.versions("ex:report")
    assert [version.iri.value for version in found] == [f"{EX}v{n}" for n in (1, 2, 3, 4)]
    assert [len(version.predecessors) for version in found] == [0, 1, 1, 2]
    assert [version.is_head for version in found] == [False, False, False, True]


def test_a_version_tells_who_made_it_and_when(store: whence.Store) -> None:
    last = store.versions("ex:report")[-1]
    assert last.activity is not None
    assert last.activity.value == f"{EX}edit4"
    assert [agent.value for agent in last.agents] == [f"{EX}bob"]
    assert str(last.time) == "2024-03-04 09:00:00+00:00"
    assert last.label == "draft 4"


def test_of_a_version_all_versions_of_its_thing_are_listed(store: whence.Store) -> None:
    assert store.versions("ex:v2") == store.versions("ex:report")


def test_the_list_prints_as_a_table_and_is_data(store: whence.Store) -> None:
    found = store.versions("ex:report")
    heading, _, first, *_ = str(found).splitlines()
    assert heading.split() == ["number", "version", "time", "activity", "agents", "label", "revises"]
    assert "ex:v1" in first
    assert "ex:ann" in first
    assert json.loads(json.dumps(found.to_json()))[3]["revises"] == [f"{EX}v2", f"{EX}v3"]
    assert "<td>ex:v1</td>" in found._repr_html_()


def test_what_nothing_is_known_of_is_an_error_that_names_what_is_like_it(store: whence.Store) -> None:
    with pytest.raises(SourceError, match=r"nothing is known of ex:reprot; did you mean ex:report"):
        store.versions("ex:reprot")


def test_an_entity_by_itself_has_no_versions(store: whence.Store) -> None:
    assert list(store.versions("ex:ann")) == []


def test_documents_that_revise_one_another_are_versions_without_a_thing() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        for number in range(2, 13):
            b.was_revision_of(f"ex:doc{number}", f"ex:doc{number - 1}")
    found = store.versions("ex:doc5")
    assert [version.iri.value for version in found] == [f"{EX}doc{n}" for n in range(1, 13)]


def test_versions_that_revise_each_other_in_a_circle_are_listed_once_each() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        for newer, older in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
            b.was_revision_of(f"ex:{newer}", f"ex:{older}")
    assert sorted(version.iri.value[-1] for version in store.versions("ex:a")) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("when", "version"),
    [
        ("2024-03-01T09:00:00Z", "v1"),
        ("2024-03-02", "v2"),
        ("2024-03-03T08:59:59Z", "v2"),
        ("2030-01-01", "v4"),
        (None, "v4"),
    ],
)
def test_the_version_of_a_time_is_the_last_one_made_by_then(
    store: whence.Store, when: str | None, version: str
) -> None:
    assert store.at("ex:report", when).version.value == EX + version


def test_before_the_first_version_there_was_none(store: whence.Store) -> None:
    with pytest.raises(SourceError, match=r"no version of .*report.* yet"):
        store.at("ex:report", "2024-02-28")


def test_an_entity_tells_its_attributes(store: whence.Store) -> None:
    found = store.at("ex:report", "2024-03-02")
    assert found.kind == "entity"
    assert {name.value: values[0].value for name, values in found.attributes.items()}[f"{EX}pages"] == "20"
    assert "draft 2" in str(found)

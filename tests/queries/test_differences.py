"""What differs between entities, collections, bundles and runs."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import NamedNode

import whence
from whence.errors import SourceError

EX = "http://example.org/"


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


def store_of_runs() -> whence.Store:
    """Two trainings that differ in data, rate, code and environment, and in what came out."""
    store = whence.open(":memory:")
    with store.bundle("urn:b:runs") as b:
        b.prefix("ex", EX)
        b.agent("ex:python311", type="prov:SoftwareAgent", label="python")
        b.agent("ex:python312", type="prov:SoftwareAgent", label="python")
        b.person("ex:ann")
        b.entity("ex:words", {"whence:sha256": "aa"})
        b.entity("ex:words-again", {"whence:sha256": "aa"})
        for n, (data, rate, python) in enumerate([("ex:d1", 0.1, 311), ("ex:d2", 0.2, 312)], 1):
            run = b.activity(f"ex:run{n}", attributes={"ex:seed": 7})
            b.used(run, data, role="data")
            b.used(run, b.entity(f"ex:rate{n}", value=rate, label="rate"))
            b.used(run, ["ex:words", "ex:words-again"][n - 1], role="words")
            b.used(run, f"ex:script{n}", role="script")
            b.was_associated_with(run, f"ex:python{python}", f"ex:plan{n}")
            b.was_associated_with(run, "ex:ann")
            b.entity(f"ex:model{n}", label="model")
            b.was_generated_by(f"ex:model{n}", run)
    return store


def test_runs_differ_in_inputs_parameters_code_environment_and_outputs() -> None:
    found = store_of_runs().diff("ex:run1", "ex:run2")
    assert found.kind == "run"
    assert {(change.what, change.key, change.before, change.after) for change in found} == {
        ("input", "data", ex("d1"), ex("d2")),
        ("parameter", "rate", ex("rate1"), ex("rate2")),
        ("code", "script", ex("script1"), ex("script2")),
        ("code", EX + "plan1", ex("plan1"), None),
        ("code", EX + "plan2", None, ex("plan2")),
        ("environment", "python", ex("python311"), ex("python312")),
        ("output", "model", ex("model1"), ex("model2")),
    }


def test_a_run_does_not_differ_from_itself() -> None:
    found = store_of_runs().diff("ex:run1", "ex:run1")
    assert not found
    assert str(found) == "ex:run1: no difference"


def test_an_attribute_of_a_run_is_a_parameter() -> None:
    store = store_of_runs()
    with store.bundle("urn:b:more") as b:
        b.prefix("ex", EX)
        b.activity("ex:run3", attributes={"ex:seed": 8})
        b.activity("ex:run4", attributes={"ex:seed": 9})
    (change,) = store.diff("ex:run3", "ex:run4")
    assert (change.what, change.key, change.change) == ("parameter", EX + "seed", "changed")


def test_entities_differ_by_attribute_and_not_by_relations() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        b.entity("ex:a", {"ex:pages": 3, "ex:lang": ["en", "fr"]}, label="draft")
        b.entity("ex:b", {"ex:pages": 4, "ex:lang": ["en", "fr"], "ex:final": True}, label="draft")
        b.was_revision_of("ex:b", "ex:a")
    found = store.diff("ex:a", "ex:b")
    assert [(change.key, change.change) for change in found] == [
        (ex("final"), "added"),
        (ex("pages"), "changed"),
    ]
    data = json.loads(json.dumps(found.to_json()))
    assert data["changes"][1] == {
        "what": "attribute",
        "key": EX + "pages",
        "change": "changed",
        "before": 3,
        "after": 4,
    }
    assert "ex:pages" in found._repr_html_()


def test_plain_collections_differ_by_member() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        b.collection("ex:a", ["ex:1", "ex:2"])
        b.collection("ex:b", ["ex:2", "ex:3"])
    found = store.diff("ex:a", "ex:b")
    assert [(change.what, change.key, change.change) for change in found] == [
        ("member", ex("1"), "removed"),
        ("member", ex("3"), "added"),
    ]
    assert found.apply(store.at("ex:a").held) == store.at("ex:b").held


def test_bundles_differ_by_statement() -> None:
    store = whence.open(":memory:")
    for name, more in (("urn:b:1", False), ("urn:b:2", True)):
        with store.bundle(name) as b:
            b.prefix("ex", EX)
            b.entity("ex:data")
            if more:
                b.used("ex:run", "ex:data", "2024-01-01T00:00:00Z")
    found = store.diff("urn:b:1", "urn:b:2")
    assert found.kind == "document"
    assert [change.change for change in found] == ["added"]
    assert f"used(<{EX}run>, <{EX}data>, 2024-01-01T00:00:00Z)" in found.changes[0].after


def test_a_run_is_not_compared_with_an_entity() -> None:
    store = store_of_runs()
    with pytest.raises(SourceError, match=r"run1> is an activity and .* is none"):
        store.diff("ex:run1", "ex:words")


def test_two_names_or_two_times_are_needed() -> None:
    store = store_of_runs()
    with pytest.raises(SourceError, match="two things"):
        store.diff("ex:run1")
    with pytest.raises(SourceError, match="two things"):
        store.diff("ex:run1", "ex:run2", between=("2024-01-01", "2024-01-02"))


def test_one_thing_is_compared_between_two_times() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        for number, members in enumerate([["ex:1"], ["ex:1", "ex:2"]], 1):
            b.collection(f"ex:v{number}", members)
            b.specialization_of(f"ex:v{number}", "ex:thing")
            b.was_generated_by(f"ex:v{number}", None, f"2024-01-0{number}T12:00:00Z")
    found = store.diff("ex:thing", between=("2024-01-01", "2024-01-02"))
    assert [(change.key, change.change) for change in found if change.what == "member"] == [
        (ex("2"), "added")
    ]
    assert not store.diff("ex:thing", between=("2024-01-01", "2024-01-02T11:00:00Z"))

"""A store on a server, asked in batches, gives the same answers as one in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

import whence
from whence.ontology.namespaces import PROV, RDFS
from whence.queries import lookup
from whence.queries.lookup import Link, Lookup

EX = "http://example.org/"

QUESTIONS: dict[str, Callable[[whence.Store], Any]] = {
    "versions": lambda store: store.versions("ex:config"),
    "at": lambda store: store.at("ex:config").held,
    "at a time": lambda store: store.at("ex:config", "2024-03-02").held,
    "attributes": lambda store: store.at("ex:v1").attributes,
    "at a checkpoint": lambda store: store.at("ex:list", 1).to_python(),
    "diff": lambda store: store.diff("ex:v1", "ex:v3").changes,
    "diff of runs": lambda store: store.diff("ex:edit1", "ex:edit2").changes,
    "blame": lambda store: store.blame("ex:config"),
    "history": lambda store: store.history("ex:config"),
    "history of a key": lambda store: store.history("ex:config", "timeout"),
}


@pytest.fixture
def store() -> whence.Store:
    store = whence.open(":memory:")
    with store.bundle("urn:b:config") as b:
        b.prefix("ex", EX)
        b.dictionary("ex:v0", empty=True)
        b.derived_by_insertion_from("ex:v1", "ex:v0", {"host": "ex:alpha", "timeout": "ex:30s"})
        b.entity("ex:v1", {"ex:pages": 3}, label="one")
        b.derived_by_insertion_from("ex:v2", "ex:v1", {"timeout": "ex:60s"})
        b.derived_by_removal_from("ex:v3", "ex:v2", ["host"])
        for number in range(4):
            b.specialization_of(f"ex:v{number}", "ex:config")
            b.was_generated_by(f"ex:v{number}", f"ex:edit{number}", f"2024-03-0{number + 1}T12:00:00Z")
            b.was_associated_with(f"ex:edit{number}", "ex:ann")
            b.used(f"ex:edit{number}", f"ex:file{number}", role="source")
        for checkpoint in (1, 2):
            attributes: dict[str | NamedNode, Any] = {
                "version:checkpoint": checkpoint,
                "version:key": checkpoint - 1,
            }
            b.had_member("ex:list", f"ex:m{checkpoint}", attributes, type="version:Put")
    return store


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_of_a_store_in_this_process(
    store: whence.Store, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    here = QUESTIONS[question](store)
    monkeypatch.setattr(lookup, "_is_here", lambda backend: False)
    assert QUESTIONS[question](store) == here
    assert here


@pytest.mark.parametrize("is_here", [True, False])
def test_triples_of_many_bundles_are_found_once(monkeypatch: pytest.MonkeyPatch, is_here: bool) -> None:
    monkeypatch.setattr(lookup, "_is_here", lambda backend: is_here)
    store = whence.open(":memory:", inference="none")
    for name in ("urn:b:1", "urn:b:2"):
        with store.bundle(name) as b:
            b.entity("urn:x:1", label="one")
            b.entity("urn:x:2", label="two")
    found = Lookup(store.backend)
    one, two = NamedNode("urn:x:1"), NamedNode("urn:x:2")
    assert list(found.of([one], (RDFS.label,))) == [Link(one, RDFS.label, Literal("one"))]
    assert found.values([two, one], RDFS.label) == {one: [Literal("one")], two: [Literal("two")]}
    assert list(found.to([Literal("two")], (RDFS.label,))) == [Link(two, RDFS.label, Literal("two"))]
    assert {link.predicate for link in found.about(one)} >= {RDFS.label}


def test_blank_nodes_of_a_server_have_no_name_to_ask_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_is_here", lambda backend: False)
    store = whence.open(":memory:")
    assert list(Lookup(store.backend).of([BlankNode()], (PROV.used,))) == []

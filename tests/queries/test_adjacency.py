"""The steps of a store are those its statements say, however they came to be there."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

import whence
from whence import Store
from whence.errors import SourceError, StoreBusy
from whence.ontology.namespaces import PROV
from whence.queries.adjacency import Adjacency
from whence.queries.edges import DEFAULT_KINDS, KINDS, labels
from whence.store.embedded import EmbeddedBackend
from whence.store.sidecar import SIDECAR_FILE, STEPS_FILE

PREFIXES = "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix : <urn:x:> . "
WALK = """
:report prov:wasGeneratedBy :write ; prov:wasRevisionOf :draft .
:write prov:used :table, :draft .
:table prov:wasDerivedFrom :raw ; prov:wasAttributedTo :ann .
"""


def x(name: str) -> NamedNode:
    return NamedNode(f"urn:x:{name}")


def load(store: Store, turtle: str, bundle: str | None = None) -> None:
    store.load(f"{PREFIXES}{turtle}".encode(), format="turtle", bundle=bundle)


@pytest.fixture(params=["prov", "none"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with whence.open(":memory:", inference=request.param) as opened:
        yield opened


def steps(
    store: Store, name: str, kinds: list[str] | None = None, *, forward: bool = False
) -> set[tuple[str, str]]:
    adjacency = Adjacency.of(store.backend)
    number = adjacency.number(x(name))
    if number is None:
        return set()
    found = adjacency.steps(number, kinds, forward=forward)
    return {(step.relation, adjacency.term(other).value.removeprefix("urn:x:")) for other, step in found}


def reached(store: Store, name: str, kinds: list[str] | None = None, *, forward: bool = False) -> set[str]:
    adjacency = Adjacency.of(store.backend)
    walk = adjacency.walk([x(name)], kinds, forward=forward)
    return {node.value.removeprefix("urn:x:") for node in adjacency.terms(walk.nodes)}


def test_steps_lead_to_what_a_thing_is_from_and_the_other_way(store: Store) -> None:
    load(store, WALK)
    assert steps(store, "write") == {("used", "table"), ("used", "draft")}
    assert steps(store, "table", forward=True) == {("used", "write")}
    assert steps(store, "report", ["wasRevisionOf"]) == {("wasRevisionOf", "draft")}
    assert steps(store, "table", ["attribution"]) == {("wasAttributedTo", "ann")}


def test_a_walk_takes_the_kinds_asked_for(store: Store) -> None:
    load(store, WALK)
    assert reached(store, "report") == {"report", "write", "draft", "table", "raw"}
    assert reached(store, "report", ["derivation"]) == {"report", "draft"}
    assert reached(store, "raw", forward=True) == {"raw", "table", "write", "report"}


def test_what_is_written_later_is_walked_too(store: Store) -> None:
    load(store, WALK)
    assert steps(store, "raw") == set()
    load(store, ":raw prov:wasGeneratedBy :scan . :scan prov:used :paper .")
    assert steps(store, "raw") == {("wasGeneratedBy", "scan")}
    assert reached(store, "paper", forward=True) == {"paper", "scan", "raw", "table", "write", "report"}


def test_what_is_removed_is_walked_no_more(store: Store) -> None:
    load(store, WALK, "urn:x:one")
    load(store, ":table prov:wasDerivedFrom :raw, :notes .", "urn:x:two")
    assert "notes" in reached(store, "report")
    store.remove("urn:x:two")
    assert steps(store, "table") == {("wasDerivedFrom", "raw")}
    store.update("DELETE WHERE { GRAPH ?g { ?s <http://www.w3.org/ns/prov#used> ?o } }")
    assert steps(store, "write") == set()
    load(store, ":write prov:used :table .")
    assert steps(store, "write") == {("used", "table")}


def test_replacing_a_bundle_replaces_its_steps(store: Store) -> None:
    load(store, ":a prov:used :b .", "urn:x:one")
    assert steps(store, "a") == {("used", "b")}
    store.load(f"{PREFIXES} :a prov:used :c .".encode(), format="turtle", bundle="urn:x:one", replace=True)
    assert steps(store, "a") == {("used", "c")}


def test_alternates_are_walked_both_ways(store: Store) -> None:
    load(store, ":a prov:alternateOf :b .")
    assert reached(store, "b", ["alternate"]) == {"a", "b"} == reached(store, "a", ["alternate"])
    adjacency = Adjacency.of(store.backend)
    walk = adjacency.walk([x("b")], ["alternate"])
    edges = zip(adjacency.terms(walk.sources), adjacency.terms(walk.targets), strict=True)
    assert (x("a"), x("b")) in list(edges)


def test_qualified_forms_are_walked_where_they_are_inferred() -> None:
    turtle = ":a prov:qualifiedUsage [ a prov:Usage ; prov:entity :b ] ."
    with whence.open(":memory:") as store:
        load(store, turtle)
        assert steps(store, "a") == {("used", "b")}
    with whence.open(":memory:", inference="none") as store:
        load(store, turtle)
        assert steps(store, "a") == set()


def test_what_is_asserted_can_be_told_from_what_is_inferred() -> None:
    with whence.open(":memory:") as store:
        load(store, ":b prov:wasRevisionOf :a . :c prov:wasDerivedFrom :b .")
        adjacency = Adjacency.of(store.backend)
        walk = adjacency.walk([x("c")])
        asserted = adjacency.are_asserted(walk.sources, walk.targets, walk.labels)
        assert sorted(asserted.tolist()) == [False, True, True]
        assert len(walk.most_specific().labels) == 2


def test_a_store_that_was_closed_is_walked_as_before(tmp_path: Path) -> None:
    for _ in range(2):
        with whence.open(tmp_path / "store") as store:
            load(store, WALK)
            assert reached(store, "report") == {"report", "write", "draft", "table", "raw"}
            load(store, ":raw prov:wasDerivedFrom :origin .", "urn:x:more")
            assert "origin" in reached(store, "report")
            store.remove("urn:x:more")


def test_a_backend_without_a_keeper_is_read_as_it_is() -> None:
    backend = EmbeddedBackend.open(":memory:")
    backend.update("INSERT DATA { GRAPH <urn:g> { <urn:x:a> <http://www.w3.org/ns/prov#used> <urn:x:b> } }")
    adjacency = Adjacency.of(backend)
    number = adjacency.number(x("a"))
    assert number is not None
    assert [(adjacency.term(other), step.kind) for other, step in adjacency.steps(number)] == [
        (x("b"), "usage")
    ]


def test_a_change_of_profile_is_followed(store: Store) -> None:
    load(store, ":a prov:qualifiedUsage [ a prov:Usage ; prov:entity :b ] .")
    steps(store, "a")
    store.infer("prov")
    assert steps(store, "a") == {("used", "b")}


def test_an_unknown_node_has_no_number(store: Store) -> None:
    assert Adjacency.of(store.backend).number(x("nobody")) is None
    assert reached(store, "nobody") == set()


def test_kinds_are_named_by_group_or_relation() -> None:
    assert set(DEFAULT_KINDS) < set(KINDS)
    assert labels("used") == labels(["usage"])
    with pytest.raises(SourceError, match="derivation, generation"):
        labels(["using"])


def test_rows_are_kept_beside_a_store_for_as_long_as_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whence.queries.adjacency._MANY", 1)
    path = tmp_path / "store"
    with whence.open(path) as store:
        load(store, WALK)
    with whence.open(path) as store:
        everything = reached(store, "report")
    kept = path / STEPS_FILE
    assert kept.exists()
    monkeypatch.setattr("whence.queries.adjacency._made", None)
    with whence.open(path) as store:
        assert reached(store, "report") == everything
        load(store, ":raw prov:wasDerivedFrom :origin .")
        assert reached(store, "report") == {*everything, "origin"}
    monkeypatch.undo()
    with whence.open(path) as store:
        assert reached(store, "report") == {*everything, "origin"}
    kept.write_bytes(b"PK")
    with whence.open(path) as store:
        assert reached(store, "report") == {*everything, "origin"}


def test_a_store_that_was_only_read_keeps_the_file_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with whence.open(path) as store:
        load(store, WALK)
    before = (path / SIDECAR_FILE).stat().st_mtime_ns
    with whence.open(path) as store:
        reached(store, "report")
    assert (path / SIDECAR_FILE).stat().st_mtime_ns == before
    with whence.open(path) as store:
        load(store, ":raw prov:wasDerivedFrom :origin .")
    assert (path / SIDECAR_FILE).stat().st_mtime_ns != before


facts = st.tuples(
    st.sampled_from("abcde"),
    st.sampled_from(
        ["prov:used", "prov:wasGeneratedBy", "prov:wasRevisionOf", "prov:alternateOf", "owl:sameAs"]
    ),
    st.sampled_from("abcde"),
)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["prov", "none"]),
    st.lists(st.tuples(st.booleans(), st.sets(facts, min_size=1, max_size=3)), max_size=5),
)
def test_steps_after_changes_are_those_of_a_store_read_anew(
    profile: str, changes: list[tuple[bool, set[tuple[str, str, str]]]]
) -> None:
    with whence.open(":memory:", inference=profile) as store:
        Adjacency.of(store.backend)
        for is_added, triples in changes:
            told = " ".join(f"<urn:x:{one}> {verb} <urn:x:{other}> ." for one, verb, other in triples)
            words = "PREFIX owl: <http://www.w3.org/2002/07/owl#> "
            store.update(
                f"{words} {'INSERT' if is_added else 'DELETE'} DATA {{ GRAPH <urn:g> {{ {told} }} }}"
            )
            followed, fresh = Adjacency.of(store.backend), Adjacency.of(store.backend.inner)
            for forward in (False, True):
                for name in "abcde":
                    assert told_steps(followed, name, forward) == told_steps(fresh, name, forward)


def told_steps(adjacency: Adjacency, name: str, forward: bool) -> set[tuple[str, str]]:
    number = adjacency.number(x(name))
    found = [] if number is None else adjacency.steps(number, KINDS, forward=forward)
    return {(step.relation, adjacency.term(other).value) for other, step in found}


def test_a_walk_waits_for_a_write_no_longer_than_told() -> None:
    with whence.open(":memory:") as store:
        began, done = threading.Event(), threading.Event()

        def quads() -> Iterator[Quad]:
            began.set()
            done.wait(10)
            yield Quad(x("a"), PROV.used, x("b"), x("g"))

        writer = threading.Thread(target=store.backend.write, args=(quads(),))
        writer.start()
        try:
            began.wait(10)
            with pytest.raises(StoreBusy):
                Adjacency.of(store.backend, timeout=0.01)
        finally:
            done.set()
            writer.join()
        assert steps(store, "a") == {("used", "b")}

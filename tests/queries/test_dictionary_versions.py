"""Of any dictionary that changes: values, differences, blame and history are those of a plain replay."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode
from tests.queries.changing import EX, Tree, name, plain, stored, trees

import whence
from whence.ingest.values import Value
from whence.ontology.namespaces import WHENCE_SNAPSHOTS
from whence.queries.take_snapshots import take_snapshots


def check_values(store: whence.Store, tree: Tree) -> None:
    for number in range(len(tree)):
        found = store.at(name(number))
        assert plain(found.held) == tree.held(number)
        assert found.complete
        assert found.kind == "dictionary"


@given(trees())
@settings(max_examples=60, deadline=None)
def test_a_version_holds_what_a_plain_replay_gives(tree: Tree) -> None:
    with stored(tree) as store:
        check_values(store, tree)


@given(trees(30), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_snapshots_change_no_answer(tree: Tree, every: int) -> None:
    with stored(tree) as store:
        blamed = [store.blame(name(number)) for number in range(len(tree))]
        take_snapshots(store.backend, every=every)
        check_values(store, tree)
        assert blamed == [store.blame(name(number)) for number in range(len(tree))]
        assert take_snapshots(store.backend, every=every) == 0


@given(trees(20), trees(8), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_snapshots_go_on_where_earlier_ones_ended(first: Tree, more: Tree, every: int) -> None:
    number = len(first.olds)
    both = Tree(
        first.olds + [number + old for old in more.olds],
        first.puts + more.puts,
        first.removals + more.removals,
    )
    with stored(first) as store:
        take_snapshots(store.backend, every=every)
        with stored(both) as whole, store.bundle("urn:b:more") as b:
            for quad in whole.backend.quads(graph=NamedNode("urn:b:tree")):
                b._emit([type(quad)(quad.subject, quad.predicate, quad.object, b.iri)])
        take_snapshots(store.backend, every=every)
        check_values(store, both)


@given(trees(20), st.data())
@settings(max_examples=80, deadline=None)
def test_a_difference_applied_to_one_gives_the_other(tree: Tree, data: st.DataObject) -> None:
    with stored(tree) as store:
        for _ in range(4):
            a, b = (data.draw(st.integers(0, len(tree) - 1)) for _ in range(2))
            one, other = store.at(name(a)), store.at(name(b))
            found = store.diff(name(a), name(b))
            assert found.shared
            assert found.apply(one.held) == other.held
            changed = {change.key for change in found if change.what == "key"}
            assert changed == {
                key for key in {*one.held, *other.held} if one.held.get(key) != other.held.get(key)
            }
            before = {change.key: change.before for change in found if change.what == "key"}
            assert before == {key: one.held.get(key) for key in changed}


@given(trees(20))
@settings(max_examples=60, deadline=None)
def test_blame_names_the_version_that_set_a_key_last(tree: Tree) -> None:
    with stored(tree) as store:
        for number in range(1, len(tree)):
            blamed = store.blame(name(number))
            assert {each.key.value for each in blamed} == tree.held(number).keys()
            for each in blamed:
                setter = tree.setter(number, each.key.value)
                assert each.version.value == name(setter)
                assert each.activity == NamedNode(f"{EX}run{setter}")


@given(trees(20), st.data())
@settings(max_examples=60, deadline=None)
def test_blame_agrees_with_history(tree: Tree, data: st.DataObject) -> None:
    with stored(tree) as store:
        number = data.draw(st.integers(1, len(tree) - 1))
        blamed = {each.key: each for each in store.blame(name(number))}
        happened = store.history(name(number))
        last = {each.key: each for each in happened}
        assert {key for key, each in last.items() if each.entity} == blamed.keys()
        for key, each in blamed.items():
            assert (last[key].version, last[key].entity) == (each.version, each.entity)
            alone = store.history(name(number), key.value)
            assert [one.version for one in alone] == [one.version for one in happened if one.key == key]


@given(trees(10))
@settings(max_examples=20, deadline=None)
def test_inferences_change_no_answer(tree: Tree) -> None:
    with stored(tree, profile="prov") as store:
        check_values(store, tree)


def test_what_is_written_of_a_known_dictionary_takes_snapshots_out() -> None:
    tree = Tree(
        [0, 1, 2, 3], [{"a": EX + "1"}, {"b": EX + "2"}, {"c": EX + "3"}, {"d": EX + "4"}], [[]] * 4
    )
    for change in (
        "INSERT DATA { GRAPH <urn:b:x> { ex:d2 prov:hadDictionaryMember ex:p } }",
        "DELETE WHERE { GRAPH <urn:b:tree> { ex:d2 ?p ?o } }",
        "DROP GRAPH <urn:b:tree>",
        "CLEAR ALL",
    ):
        store = stored(tree)
        assert take_snapshots(store.backend, every=2) == 2
        store.update("INSERT DATA { GRAPH <urn:b:y> { <urn:note> rdfs:label 'of no dictionary' } }")
        assert store.backend.count(WHENCE_SNAPSHOTS) == 2
        store.update(f"PREFIX ex: <{EX}> {change}")
        assert store.backend.count(WHENCE_SNAPSHOTS) == 0, change


def test_a_new_version_leaves_snapshots_and_another_member_takes_them_out() -> None:
    tree = Tree([0, 1], [{"a": EX + "1"}, {"b": EX + "2"}], [[], []])
    store = stored(tree)
    take_snapshots(store.backend, every=1)
    with store.bundle("urn:b:new") as b:
        b.prefix("ex", EX)
        b.derived_by_insertion_from("ex:d3", "ex:d2", {"c": "ex:3"})
    assert store.backend.count(WHENCE_SNAPSHOTS) == 2
    assert len(store.at(name(3))) == 3
    with store.bundle("urn:b:late") as b:
        b.prefix("ex", EX)
        b.had_dictionary_member("ex:d1", "ex:4", "z")
    assert store.backend.count(WHENCE_SNAPSHOTS) == 0
    assert plain(store.at(name(3)).held)["z"] == EX + "4"


def test_removing_a_bundle_takes_snapshots_out() -> None:
    store = stored(Tree([0], [{"a": EX + "1"}], [[]]))
    take_snapshots(store.backend, every=1)
    assert store.remove("urn:b:tree")
    assert store.backend.count(WHENCE_SNAPSHOTS) == 0


def test_a_dump_carries_no_snapshots(tmp_path: Path) -> None:
    store = stored(Tree([0], [{"a": EX + "1"}], [[]]))
    take_snapshots(store.backend, every=1)
    store.dump(tmp_path / "all.nq")
    store.dump(tmp_path / "inferred.nq", inferred=True)
    assert "snapshot" not in (tmp_path / "all.nq").read_text() + (tmp_path / "inferred.nq").read_text()
    assert [info.iri for info in store.bundles()] == ["urn:b:tree"]


def test_nobody_else_can_plant_a_snapshot(tmp_path: Path) -> None:
    store = stored(Tree([0], [{"a": EX + "1"}], [[]]))
    planted = f'<{EX}d1> <https://w3id.org/whence/ns#snapshot> "x" <{WHENCE_SNAPSHOTS.value}> .\n'
    store.load(planted.encode(), format="nquads", bundle="urn:b:planted")
    assert len(store.at(name(1))) == 1


def test_keys_of_other_types_come_back_as_they_were() -> None:
    store = whence.open(":memory:")
    keys: list[Value] = [
        1,
        "1",
        2.5,
        True,
        Literal("chat", language="fr"),
        Literal("2024-01-01", datatype=XSD_DATE),
    ]
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        b.dictionary("ex:d0", empty=True)
        b.derived_by_insertion_from("ex:d1", "ex:d0", [(key, f"ex:e{n}") for n, key in enumerate(keys)])
    before = store.at("ex:d1").held
    assert len(before) == len(keys)
    take_snapshots(store.backend, every=1)
    assert store.at("ex:d1").held == before
    assert store.at("ex:d1")[1].value == EX + "e0"
    assert store.at("ex:d1")["1"].value == EX + "e1"


XSD_DATE = NamedNode("http://www.w3.org/2001/XMLSchema#date")


def test_a_dictionary_that_nobody_says_began_empty_may_hold_more() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        b.dictionary("ex:d0", {"a": "ex:1"})
        b.derived_by_insertion_from("ex:d1", "ex:d0", {"b": "ex:2"})
    found = store.at("ex:d1")
    assert plain(found.held) == {"a": EX + "1", "b": EX + "2"}
    assert not found.complete
    assert "and possibly more" in str(found)


def test_a_dictionary_that_is_said_to_come_from_two_others_is_followed_to_neither() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        b.dictionary("ex:d0", empty=True)
        b.dictionary("ex:c0", empty=True)
        b.derived_by_insertion_from("ex:d1", "ex:d0", {"a": "ex:1"})
        b.derived_by_insertion_from("ex:d1", "ex:c0", {"b": "ex:2"})
    found = store.at("ex:d1")
    assert sorted(plain(found.held)) == ["a", "b"]
    assert not found.complete


def test_only_what_lies_between_is_read_for_a_difference() -> None:
    store = stored(Tree([*range(40)], [{"a": f"{EX}{n}"} for n in range(40)], [[]] * 40))
    found = store.diff(name(39), name(40))
    assert found.shared
    assert [(change.before, change.after) for change in found] == [
        (NamedNode(f"{EX}38"), NamedNode(f"{EX}39"))
    ]

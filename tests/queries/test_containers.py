"""Values that change as Versioned-PROV tells them: at a checkpoint, by any of their names, nested."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode
from tests.queries.floyd_warshall import Versioned, run

import whence
from whence.errors import SourceError
from whence.ingest.recorder import Recorder

EX = "http://example.org/"


def event(
    b: Recorder, kind: str, whole: str, member: str, key: object = None, checkpoint: object = 1
) -> None:
    attributes: dict[Any, Any] = {"version:checkpoint": checkpoint}
    if key is not None:
        attributes["version:key"] = key
    b.had_member(f"ex:{whole}", f"ex:{member}", attributes, type=f"version:{kind}")


def reference(b: Recorder, name: str, of: str) -> None:
    b.was_derived_from(f"ex:{name}", f"ex:{of}", type="version:Reference")


def matrix() -> whence.Store:
    """``m = [[1, 2]]``; ``n = m``; ``n[0][1] = 3``; ``m.append(row)``, where ``row`` is the first."""
    store = whence.open(":memory:")
    with store.bundle("urn:b:run") as b:
        b.prefix("ex", EX)
        for value in (1, 2, 3):
            b.entity(f"ex:{value}", value=value)
        event(b, "Put", "row", "1", "0", 1)
        event(b, "Put", "row", "2", "1", 1)
        event(b, "Put", "list", "row", "0", 2)
        reference(b, "m", "list")
        reference(b, "n", "m")
        reference(b, "n0", "row")
        event(b, "Put", "n0", "3", "1", 5)
        event(b, "Add", "m", "n0", None, 7)
        b.was_derived_from(
            "ex:n0-1",
            "ex:3",
            "ex:assign",
            attributes={
                "version:checkpoint": 5,
                "version:collection": NamedNode(EX + "n0"),
                "version:key": "1",
                "version:access": "w",
            },
            type="version:Reference",
        )
    return store


@pytest.mark.parametrize(
    ("checkpoint", "value"),
    [(2, [[1, 2]]), (4, [[1, 2]]), (5, [[1, 3]]), (7, [[1, 3], [1, 3]]), (None, [[1, 3]] * 2)],
)
def test_a_value_is_that_of_its_checkpoint_all_the_way_down(checkpoint: int | None, value: object) -> None:
    for name in ("ex:list", "ex:m", "ex:n"):
        assert matrix().at(name, checkpoint, nested=True).to_python() == value


def test_blame_names_the_event_and_the_activity_that_wrote() -> None:
    first, second = matrix().blame("ex:row")
    assert (first.entity.value, first.checkpoint, first.activity) == (EX + "1", Literal(1), None)
    assert (second.entity.value, second.checkpoint) == (EX + "3", Literal(5))
    assert second.activity == NamedNode(EX + "assign")
    assert second.version.value == EX + "n0"


def test_history_tells_every_event_or_those_of_one_key() -> None:
    store = matrix()
    assert [each.entity.value[-1] for each in store.history("ex:row") if each.entity] == ["1", "2", "3"]
    assert [each.change for each in store.history("ex:m")] == ["put", "added"]
    assert [each.entity.value[-1] for each in store.history("ex:row", 1) if each.entity] == ["2", "3"]


def test_one_container_differs_between_two_checkpoints() -> None:
    found = matrix().diff("ex:row", between=(1, 5))
    assert [(change.key, change.before, change.after) for change in found] == [
        (Literal(1), NamedNode(EX + "2"), NamedNode(EX + "3"))
    ]


def test_a_checkpoint_of_another_kind_is_an_error_that_shows_one() -> None:
    with pytest.raises(SourceError, match="these are numbers, such as 1"):
        matrix().at("ex:row", checkpoint="noon")


def test_a_list_that_holds_itself_ends() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        event(b, "Put", "loop", "loop", "0", 1)
    assert store.at("ex:loop", nested=True).to_python() == [EX + "loop"]


def test_a_void_entity_takes_away() -> None:
    store = whence.open(":memory:")
    with store.bundle("urn:b") as b:
        b.prefix("ex", EX)
        b.entity("ex:nothing", type="version:VoidEntity")
        event(b, "Put", "d", "x", "a", 1)
        event(b, "Put", "d", "y", "b", 1)
        event(b, "Put", "d", "nothing", "a", 2)
    assert store.at("ex:d").to_python() == {"b": EX + "y"}
    assert [each.change for each in store.history("ex:d", "a")] == ["put", "removed"]


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[tuple[str, int | None, str]], list[list[str]]]:
    """Operations on a list of Python, and what it is after each."""
    now: list[str] = []
    operations: list[tuple[str, int | None, str]] = []
    states: list[list[str]] = []
    for number in range(draw(st.integers(1, 12))):
        member = f"m{number}"
        kind = draw(st.sampled_from(["append", "insert", "put", "delete"] if now else ["append"]))
        at = draw(st.integers(0, len(now) - 1)) if now else 0
        if kind == "append":
            now.append(member)
            operations.append(("Add", None, member))
        elif kind == "insert":
            now.insert(at, member)
            operations.append(("Add", at, member))
        elif kind == "put":
            now[at] = member
            operations.append(("Put", at, member))
        else:
            operations.append(("Del", at, now.pop(at)))
        states.append(list(now))
    return operations, states


@given(lists())
@settings(max_examples=60, deadline=None)
def test_a_list_is_as_python_has_it_after_every_operation(
    told: tuple[list[tuple[str, int | None, str]], list[list[str]]],
) -> None:
    operations, states = told
    with whence.open(":memory:", inference="none") as store:
        with store.bundle("urn:b") as b:
            b.prefix("ex", EX)
            b.entity("ex:l", type="script:list")
            for checkpoint, (kind, key, member) in enumerate(operations, 1):
                event(b, kind, "l", member, key, checkpoint)
        for checkpoint, state in enumerate(states, 1):
            found = store.at("ex:l", checkpoint)
            assert found.to_python() == [EX + member for member in state]
        assert [each.entity.value for each in store.blame("ex:l")] == [EX + member for member in states[-1]]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcd")), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_set_is_as_python_has_it(operations: list[tuple[bool, str]]) -> None:
    now: set[str] = set()
    with whence.open(":memory:", inference="none") as store:
        with store.bundle("urn:b") as b:
            b.prefix("ex", EX)
            b.entity("ex:s", type="script:set")
            for checkpoint, (is_added, member) in enumerate(operations, 1):
                event(b, "Add" if is_added else "Del", "s", member, None, checkpoint)
                (now.add if is_added else now.discard)(member)
        assert store.at("ex:s").to_python() == sorted(EX + member for member in now)


def test_the_states_of_a_matrix_in_a_run() -> None:
    told = Versioned()
    run(told)
    store = whence.open(":memory:")
    store.load(told.document().encode(), format="provn")
    states: list[Any] = []
    for checkpoint in range(told.clock + 1):
        state = store.at("ex:result/1", checkpoint, nested=True).to_python()
        if len(state) == 3 and all(len(row) == 3 for row in state) and state not in states:
            states.append(state)
    changed = [
        [(i, j) for i in range(3) for j in range(3) if before[i][j] != after[i][j]]
        for before, after in pairwise(states)
    ]
    assert changed == [[(2, 1)], [(0, 2)], [(1, 0)]]

"""Lineage of a part of a collection that changes, in the words of Versioned-PROV and in plain PROV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pyoxigraph import NamedNode
from tests.queries.floyd_warshall import Mapping, Plain, Versioned, run

import whence
from whence.queries.edges import labels
from whence.queries.lookup import Lookup
from whence.queries.parts import Found, PartsWalk, is_told_in_parts

EX = "http://example.org/shortest/"
HEAD = """document
  prefix ex <http://example.org/shortest/>
  prefix script <https://dew-uff.github.io/versioned-prov/ns/script#>
  prefix version <https://dew-uff.github.io/versioned-prov/ns#>
"""
ENTITIES = ("derivation", "member")


def names(nodes: Iterable[object]) -> set[str]:
    return {str(node).strip("<>").removeprefix(EX) for node in nodes}


def walked(document: str, start: str, *kinds: str, activities: bool = False) -> Found:
    with whence.open(":memory:") as store:
        store.load(document.encode())
        walk = PartsWalk(Lookup(store.backend), labels(kinds or ENTITIES), activities=activities)
        return walk.run([NamedNode(EX + start)])


def told(*lines: str) -> str:
    return f"{HEAD}{chr(10).join(lines)}\nendDocument\n"


def test_the_experiment_tells_what_is_published_of_it() -> None:
    versioned, plain = Versioned(), Plain()
    assert run(versioned)[1] == run(plain)[1] == "3"
    kinds = ("entity", "activity", "used", "wasDerivedFrom", "wasGeneratedBy", "hadMember")
    assert [versioned.counts[kind] for kind in kinds] == [102, 91, 103, 94, 5, 18]
    assert [plain.counts[kind] for kind in kinds] == [120, 92, 97, 121, 9, 108]


def run_in(mapping: Mapping) -> str:
    answer, _ = run(mapping)
    return answer


def test_lineage_of_the_answer_has_18_entities_and_14_derivations_in_versioned_prov() -> None:
    versioned = Versioned()
    answer = run_in(versioned)
    found = walked(versioned.document(), answer)
    relations = Counter(edge.relation for edge in found.edges)
    assert len(found.depths) == 18
    assert relations["wasDerivedFrom"] == 14
    assert relations["hadMember"] == 0
    # The way of the shortest path: from 0 to 1, and from 1 to 2.
    assert {"literal/1/1", "literal/2/1"} <= names(found.depths)
    assert not {"literal/4/1", "literal/10000/1", "literal/0/1"} & names(found.depths)


def test_lineage_of_the_answer_has_10_entities_and_9_derivations_in_plain_prov() -> None:
    plain = Plain()
    answer = run_in(plain)
    found = walked(plain.document(), answer)
    assert len(found.depths) == 10
    assert Counter(edge.relation for edge in found.edges) == {"wasDerivedFrom": 9}


SHELF = told(
    "entity(ex:list, [prov:type='script:list'])",
    "hadMember(ex:list, ex:a, [prov:type='version:Put', version:key=\"0\", version:checkpoint=1])",
    "hadMember(ex:list, ex:b, [prov:type='version:Put', version:key=\"1\", version:checkpoint=2])",
    "wasDerivedFrom(ex:x, ex:list, ex:assign, -, -, [prov:type='version:Reference', version:checkpoint=3])",
    "wasDerivedFrom(ex:part, ex:a, ex:read, -, -, [prov:type='version:Reference', "
    'version:collection=\'ex:x\', version:key="0", version:access="r", version:checkpoint=4])',
    "used(ex:len, ex:x, -, [version:checkpoint=5])",
    "wasGeneratedBy(ex:count, ex:len, -, [version:checkpoint=5])",
    "hadMember(ex:x, ex:late, [prov:type='version:Put', version:key=\"1\", version:checkpoint=9])",
)


def test_a_part_comes_from_its_collection_without_its_siblings() -> None:
    assert names(walked(SHELF, "part").depths) == {"part", "a", "x", "list"}


def test_a_whole_comes_from_what_it_holds_in_the_end_under_any_of_its_names() -> None:
    for name in ("x", "list"):
        assert names(walked(SHELF, name).depths) - {"x"} == {"list", "a", "late"}


def test_calls_are_followed_if_asked_and_take_a_list_as_it_was_then() -> None:
    assert names(walked(SHELF, "count").depths) == {"count"}
    followed = walked(SHELF, "count", *ENTITIES, "generation", "usage")
    assert names(followed.depths) == {"count", "len", "x", "list", "a", "b"}


def test_activities_of_derivations_are_shown_but_not_followed() -> None:
    found = walked(SHELF, "part", *ENTITIES, "generation", "usage", activities=True)
    assert names(found.depths) == {"part", "a", "x", "list", "read", "assign"}
    assert {edge.relation for edge in found.edges if edge.inferred} == {"wasGeneratedBy", "used"}


def test_circles_end_and_keep_their_edges() -> None:
    circle = told(
        "hadMember(ex:self, ex:self, [prov:type='version:Put', version:key=\"0\", version:checkpoint=1])",
        "wasDerivedFrom(ex:a, ex:b, [version:checkpoint=1])",
        "wasDerivedFrom(ex:b, ex:a, [version:checkpoint=2])",
    )
    assert len(walked(circle, "self").edges) == 1
    assert len(walked(circle, "a").edges) == 2


def test_positions_shift_and_what_was_taken_away_is_gone() -> None:
    moved = told(
        "entity(ex:void, [prov:type='version:VoidEntity'])",
        "hadMember(ex:list, ex:a, [prov:type='version:Add', version:checkpoint=1])",
        "hadMember(ex:list, ex:b, [prov:type='version:Add', version:checkpoint=2])",
        "hadMember(ex:list, ex:c, [prov:type='version:Add', version:key=\"0\", version:checkpoint=3])",
        "hadMember(ex:list, ex:void, [prov:type='version:Del', version:key=\"1\", version:checkpoint=4])",
        "hadMember(ex:bag, ex:a, [prov:type='version:Put', version:key=\"k\", version:checkpoint=1])",
        "hadMember(ex:bag, ex:void, [prov:type='version:Put', version:key=\"k\", version:checkpoint=2])",
    )
    assert names(walked(moved, "list").depths) == {"list", "c", "b"}
    assert names(walked(moved, "bag").depths) == {"bag"}


def test_a_far_position_costs_no_memory() -> None:
    far = told(
        "hadMember(ex:list, ex:a, [prov:type='version:Add', version:checkpoint=1])",
        "hadMember(ex:list, ex:b, [prov:type='version:Put', version:key=\"9999999\", "
        "version:checkpoint=2])",
    )
    assert names(walked(far, "list").depths) == {"list", "a", "b"}


def test_only_what_a_bundle_with_checkpoints_speaks_of_is_told_in_parts() -> None:
    with whence.open(":memory:") as store:
        store.load(SHELF.encode())
        store.load(told("wasDerivedFrom(ex:report, ex:data)").encode())
        lookup = Lookup(store.backend)
        assert is_told_in_parts(lookup, [NamedNode(EX + "part")])
        assert not is_told_in_parts(lookup, [NamedNode(EX + "report")])


def test_a_walk_ends_at_its_limits_and_says_so() -> None:
    versioned = Versioned()
    answer = run_in(versioned)
    with whence.open(":memory:") as store:
        store.load(versioned.document().encode())
        lookup, start = Lookup(store.backend), [NamedNode(EX + answer)]
        near = PartsWalk(lookup, labels(ENTITIES), depth=1).run(start)
        few = PartsWalk(lookup, labels(ENTITIES), limit=5).run(start)
        late = PartsWalk(lookup, labels(ENTITIES), deadline=0).run(start)
    assert (len(near.depths), near.stopped) == (3, "")
    assert (len(few.depths), few.stopped) == (5, "there are more than 5 nodes")
    assert (len(late.depths), late.stopped) == (1, "the time was up")

"""Ways between things, what several come from, and what took longest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from pyoxigraph import NamedNode

import whence
from whence.errors import QueryTimeout, SourceError
from whence.queries.graph import LineageGraph

EX = "http://example.org/"

BREAD = """document
  prefix ex <http://example.org/>
  activity(ex:milling, 2024-05-01T06:00:00Z, 2024-05-01T08:00:00Z)
  activity(ex:brewing, 2024-05-01T06:00:00Z, 2024-05-01T06:10:00Z)
  activity(ex:baking, 2024-05-01T09:00:00Z, 2024-05-01T10:00:00Z)
  used(ex:milling, ex:grain, -)
  wasGeneratedBy(ex:flour, ex:milling, -)
  used(ex:brewing, ex:grain, -)
  wasGeneratedBy(ex:malt, ex:brewing, -)
  used(ex:baking, ex:flour, -)
  used(ex:baking, ex:malt, -)
  wasGeneratedBy(ex:bread, ex:baking, -)
  wasDerivedFrom(ex:cake, ex:flour)
  entity(ex:alone)
  wasAttributedTo(ex:alone, ex:eve)
endDocument
"""


@pytest.fixture(params=["prov", "none"])
def store(request: pytest.FixtureRequest) -> Iterator[whence.Store]:
    with whence.open(":memory:", inference=request.param) as store:
        store.load(BREAD.encode())
        yield store


def listed(nodes: Iterable[object]) -> list[str]:
    return [str(getattr(node, "iri", node)).strip("<>").removeprefix(EX) for node in nodes]


def test_a_shortest_way_is_told_node_by_node(store: whence.Store) -> None:
    way = store.path("ex:cake", "ex:grain")
    assert way is not None
    assert listed(way) == ["cake", "flour", "milling", "grain"]
    assert [edge.relation for edge in way.edges] == ["wasDerivedFrom", "wasGeneratedBy", "used"]
    assert way.direction == "back"


def test_a_way_is_found_forward_too(store: whence.Store) -> None:
    way = store.path("ex:grain", "ex:cake")
    assert way is not None
    assert listed(way) == ["grain", "milling", "flour", "cake"]
    assert way.direction == "forward"
    assert [node.depth for node in way.nodes.values()] == [0, -1, -2, -3]


def test_there_may_be_no_way(store: whence.Store) -> None:
    assert store.path("ex:cake", "ex:malt") is None
    assert store.paths("ex:cake", "ex:malt") == []
    assert store.path("ex:cake", "ex:alone") is None
    assert store.paths("ex:cake", "ex:alone") == []


def test_the_way_to_itself_has_no_steps(store: whence.Store) -> None:
    way = store.path("ex:cake", "ex:cake")
    assert way is not None
    assert (listed(way), way.edges) == (["cake"], [])


def test_all_ways_are_told_the_shortest_first(store: whence.Store) -> None:
    ways = store.paths("ex:bread", "ex:grain")
    assert sorted(map(listed, ways)) == [
        ["bread", "baking", "flour", "milling", "grain"],
        ["bread", "baking", "malt", "brewing", "grain"],
    ]
    assert all(way.complete for way in ways)


def test_ways_beyond_the_limit_are_said_to_be_missing(store: whence.Store) -> None:
    (way,) = store.paths("ex:bread", "ex:grain", limit=1)
    assert (way.complete, way.stopped) == (False, "there are more than 1 paths")
    assert store.paths("ex:bread", "ex:grain", length=3) == []


def test_ways_are_not_sought_longer_than_asked(store: whence.Store) -> None:
    with pytest.raises(QueryTimeout):
        store.path("ex:bread", "ex:grain", timeout=0)
    with pytest.raises(QueryTimeout):
        store.paths("ex:bread", "ex:grain", timeout=0)
    with pytest.raises(QueryTimeout):
        store.common_ancestors("ex:bread", "ex:cake", timeout=0)


def test_common_ancestors_are_told_the_nearest_first(store: whence.Store) -> None:
    found = store.common_ancestors("ex:bread", "ex:cake")
    assert [(*listed([node]), node.depth) for node in found] == [("flour", 3), ("milling", 5), ("grain", 7)]
    assert [node.kind for node in found] == ["entity", "activity", "entity"]
    assert store.common_ancestors("ex:cake", "ex:malt")[0].iri == NamedNode(f"{EX}grain")
    assert store.common_ancestors("ex:cake", "ex:alone") == []


def test_ancestors_are_told_by_type(store: whence.Store) -> None:
    assert listed(store.ancestors("ex:bread", "prov:Activity")) == ["baking", "brewing", "milling"]
    assert listed(store.ancestors("ex:cake")) == ["flour", "milling", "grain"]
    assert listed(store.ancestors("ex:cake", depth=1)) == ["flour"]
    assert store.ancestors("ex:bread", "ex:Stone") == []


def test_the_critical_path_takes_the_longest_activities(store: whence.Store) -> None:
    way = store.critical_path("ex:bread")
    assert listed(way)[:4] == ["bread", "baking", "flour", "milling"]
    assert "brewing" not in listed(way)
    assert seconds(way) == 3 * 3600
    assert listed(store.critical_path("ex:grain", "forward"))[:4] == ["grain", "milling", "flour", "baking"]


def seconds(way: LineageGraph) -> float:
    return sum(
        (node.ended - node.started).total_seconds()
        for node in way.nodes.values()
        if node.kind == "activity" and node.started and node.ended
    )


def test_a_critical_path_through_a_circle_ends() -> None:
    with whence.open(":memory:") as store:
        store.load(
            b"document prefix ex <http://example.org/> wasDerivedFrom(ex:a, ex:b) "
            b"wasDerivedFrom(ex:b, ex:a) wasGeneratedBy(ex:b, ex:do, -) "
            b"activity(ex:do, 2024-01-01T00:00:00Z, 2024-01-01T00:01:00Z) endDocument"
        )
        assert listed(store.critical_path("ex:a")) == ["a", "b", "do"]


def test_names_that_nothing_is_known_of_are_errors(store: whence.Store) -> None:
    for ask in (store.path, store.paths, store.common_ancestors):
        with pytest.raises(SourceError, match="nothing is known of ex:cheese"):
            ask("ex:bread", "ex:cheese")

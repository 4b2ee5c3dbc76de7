"""Walks and paths reach what networkx reaches, on graphs of every shape."""

import time
from collections.abc import Collection
from itertools import islice, pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.queries.edges import LABELS, STEPS, Labels, labels
from whence.queries.paths import common, shortest, simple_paths
from whence.queries.rows import Base, Expanded, Rows, Stepper, turned
from whence.queries.walk import Bounds, both_ways, walk
from whence.reasoning.facts import Columns, Ids

Edge = tuple[int, int, int]
SIZE = 12
edges_of_graphs = st.sets(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.sampled_from([0, 1, 6, 7])),
    max_size=30,
)
nodes = st.integers(0, SIZE - 1)
some_labels = st.sets(st.sampled_from([0, 1, 6, 7]), min_size=1).map(frozenset)


class Graph:
    """Steps made of edges (node, other, label), for walking."""

    def __init__(self, edges: Collection[Edge], *, size: int = SIZE, wide_from: int = 3) -> None:
        self.edges, self.wide_from = edges, wide_from
        columns: Columns = {}
        for label in LABELS:
            pairs = [node << 32 | other for node, other, own in edges if own == label]
            columns[label] = np.array(sorted(set(pairs)), np.int64)
        self.back = Rows(Base.of(columns, size))
        self.ahead = Rows(Base.of({label: turned(pairs) for label, pairs in columns.items()}, size))

    def stepper(self, wanted: Labels, *, forward: bool = False) -> Stepper:
        return (self.ahead if forward else self.back).stepper(wanted)

    def expand(self, nodes: Ids, wanted: Labels, *, forward: bool = False) -> Expanded:
        return (self.ahead if forward else self.back).expand(nodes, wanted)

    def networkx(self, wanted: Labels = LABELS, *, forward: bool = False) -> "nx.DiGraph[int]":
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(SIZE))
        graph.add_edges_from((node, other) for node, other, label in self.edges if label in wanted)
        return graph.reverse() if forward else graph


@given(
    edges_of_graphs,
    nodes,
    some_labels,
    st.booleans(),
    st.none() | st.integers(0, 4),
    st.sampled_from([1, 99]),
)
def test_a_walk_reaches_what_networkx_reaches_at_the_same_distance(
    edges: set[Edge], start: int, wanted: Labels, forward: bool, depth: int | None, wide_from: int
) -> None:
    graph = Graph(edges, wide_from=wide_from)
    found = walk(graph, [start], wanted, forward=forward, bounds=Bounds(depth=depth))
    plain = graph.networkx(wanted, forward=forward)
    distances = nx.single_source_shortest_path_length(plain, start, cutoff=depth)
    assert dict(zip(found.nodes.tolist(), found.depths.tolist(), strict=True)) == dict(distances)
    left = {node for node, far in distances.items() if depth is None or far < depth}
    assert sorted(zip(found.sources, found.targets, found.labels, strict=True)) == sorted(
        (one, other, label)
        for one, other, label in edges
        if label in wanted and (other if forward else one) in left
    )
    assert found.complete


@given(edges_of_graphs, nodes, st.sets(nodes), st.sets(nodes), st.sampled_from([1, 99]))
def test_a_walk_ends_where_it_is_told_to(
    edges: set[Edge], start: int, ends: set[int], barred: set[int], wide_from: int
) -> None:
    graph = Graph(edges, wide_from=wide_from)
    bounds = Bounds(
        stop_at=lambda nodes: np.isin(nodes, list(ends)), admit=lambda nodes: ~np.isin(nodes, list(barred))
    )
    found = walk(graph, [start], LABELS, bounds=bounds)
    plain = graph.networkx()
    plain.remove_edges_from(
        [(one, other) for one, other in plain.edges if other in barred - {start} or one in ends - {start}]
    )
    assert set(found.nodes.tolist()) == {start, *nx.descendants(plain, start)}
    assert set(found.targets.tolist()) <= set(found.nodes.tolist())


@given(edges_of_graphs, nodes, st.integers(1, SIZE), st.sampled_from([1, 99]))
def test_a_walk_keeps_its_limit_and_says_so(
    edges: set[Edge], start: int, limit: int, wide_from: int
) -> None:
    graph = Graph(edges, wide_from=wide_from)
    there = len(nx.descendants(graph.networkx(), start) | {start})
    found = walk(graph, [start], LABELS, bounds=Bounds(limit=limit))
    assert len(found) == min(limit, there)
    assert found.complete == (there <= limit) == (not found.stopped)
    assert {*found.sources.tolist(), *found.targets.tolist()} <= set(found.nodes.tolist())


@pytest.mark.parametrize("wide_from", [1, 99])
def test_a_walk_ends_at_its_deadline_with_what_it_has(wide_from: int) -> None:
    graph = Graph({(0, 1, 0), (1, 2, 0)}, wide_from=wide_from)
    found = walk(graph, [0], LABELS, bounds=Bounds(deadline=time.monotonic()))
    assert (found.nodes.tolist(), found.complete, found.stopped) == ([0], False, "the time was up")


@given(edges_of_graphs, nodes)
def test_a_walk_both_ways_is_the_two_walks(edges: set[Edge], start: int) -> None:
    graph = Graph(edges)
    back, forward = (walk(graph, [start], LABELS, forward=way) for way in (False, True))
    found = both_ways(back, forward)
    assert set(found.nodes.tolist()) == {*back.nodes.tolist(), *forward.nodes.tolist()}
    assert len(set(found.nodes.tolist())) == len(found)
    kept = set(zip(found.sources, found.targets, found.labels, strict=True))
    assert len(kept) == len(found.labels)
    assert kept == {
        edge
        for each in (back, forward)
        for edge in zip(each.sources, each.targets, each.labels, strict=True)
    }


changes = st.lists(
    st.tuples(st.booleans(), st.tuples(nodes, nodes, st.sampled_from([0, 1, 6]))), max_size=40
)


@given(edges_of_graphs, st.lists(changes, max_size=4))
def test_changed_rows_are_those_read_anew(edges: set[Edge], rounds: list[list[tuple[bool, Edge]]]) -> None:
    rows, now = Graph(edges).back, set(edges)
    for changed in rounds:
        coming = {edge for is_new, edge in changed if is_new}
        going = {edge for is_new, edge in changed if not is_new}
        rows = rows.changed(coming, going)
        now = (now - going) | coming
        everything = rows.expand(np.arange(SIZE + 2), LABELS)
        assert sorted(zip(*everything, strict=True)) == sorted(now)
        for node in range(SIZE):
            assert sorted(rows.row(node, LABELS)) == sorted(
                (own, to) for one, to, own in now if one == node
            )


@given(edges_of_graphs, nodes, nodes, some_labels, st.booleans())
def test_the_shortest_path_is_as_short_as_that_of_networkx(
    edges: set[Edge], start: int, goal: int, wanted: Labels, forward: bool
) -> None:
    graph = Graph(edges)
    path = shortest(graph, [start], [goal], wanted, forward=forward)
    plain = graph.networkx(wanted, forward=forward)
    if path is None:
        assert not nx.has_path(plain, start, goal)
        return
    assert len(path) == nx.shortest_path_length(plain, start, goal)
    assert (path.nodes[0], path.nodes[-1]) == (start, goal)
    assert set(path.edges()) <= edges


@given(edges_of_graphs, nodes, nodes, st.booleans(), st.none() | st.integers(1, 5))
def test_all_simple_paths_are_those_of_networkx(
    edges: set[Edge], start: int, goal: int, forward: bool, length: int | None
) -> None:
    graph = Graph(edges)
    found = simple_paths(graph, start, goal, LABELS, forward=forward, length=length, limit=300)
    expected = islice(
        nx.all_simple_paths(graph.networkx(forward=forward), start, goal, cutoff=length), 5000
    )
    paths = [path.nodes for path in found.paths]
    assert len(set(paths)) == len(paths)
    assert all(len(one) <= len(other) for one, other in pairwise(paths))
    if start == goal:
        assert paths == [(start,)]
    elif found.complete:
        assert set(paths) == set(map(tuple, expected))
    else:
        assert len(paths) == 300
        assert set(paths) <= set(
            map(tuple, nx.all_simple_paths(graph.networkx(forward=forward), start, goal))
        )
    assert all(set(path.edges()) <= edges for path in found.paths)


def ladder(rungs: int) -> set[Edge]:
    return {
        edge
        for at in range(0, 3 * rungs, 3)
        for edge in ((at, at + 1, 0), (at, at + 2, 0), (at + 1, at + 3, 0), (at + 2, at + 3, 0))
    }


def test_a_ladder_of_diamonds_does_not_blow_up() -> None:
    graph = Graph(ladder(20), size=61)
    assert len(walk(graph, [0], LABELS)) == 61
    found = simple_paths(graph, 0, 60, LABELS, limit=50)
    assert [len(path) for path in found.paths] == [40] * 50
    assert found.stopped == "there are more than 50 paths"


def test_paths_that_lead_nowhere_are_not_followed() -> None:
    # A clique that hangs on the way by one node has very many ways into it, and none out.
    clique = {(one, other, 0) for one in range(2, 22) for other in range(2, 22) if one != other}
    graph = Graph({(0, 1, 0), (1, 2, 0), (2, 1, 0), (1, 30, 0), *clique}, size=31)
    found = simple_paths(graph, 0, 30, LABELS)
    assert [path.nodes for path in found.paths] == [(0, 1, 30)]
    assert found.complete


def test_a_path_tells_the_most_special_relation() -> None:
    revision = next(at for at, step in enumerate(STEPS) if step.relation == "wasRevisionOf")
    graph = Graph({(0, 1, 0), (0, 1, revision)})
    (path,) = simple_paths(graph, 0, 1, LABELS).paths
    assert path.edges() == [(0, 1, revision)]
    assert walk(graph, [0], LABELS).most_specific().labels.tolist() == [revision]


def test_a_path_over_a_turned_step_tells_the_triple() -> None:
    alternate, back = sorted(labels(["alternate"]))
    graph = Graph({(1, 0, alternate), (0, 1, back)})
    (path,) = simple_paths(graph, 0, 1, LABELS).paths
    assert path.edges() == [(1, 0, alternate)]


@given(edges_of_graphs, st.lists(nodes, min_size=1, max_size=3))
def test_common_ancestors_are_those_of_networkx(edges: set[Edge], starts: list[int]) -> None:
    graph = Graph(edges)
    plain = graph.networkx()
    found = common(graph, [[start] for start in starts], LABELS)
    expected = set.intersection(*({start, *nx.descendants(plain, start)} for start in starts))
    assert set(found.nodes.tolist()) == expected
    for row, start in zip(found.depths, starts, strict=True):
        assert row.tolist() == [
            nx.shortest_path_length(plain, start, node) for node in found.nodes.tolist()
        ]
    if nx.is_directed_acyclic_graph(plain):
        nearest = {
            node for node in expected if not any(node in nx.descendants(plain, other) for other in expected)
        }
        assert set(found.nodes[found.nearest].tolist()) == nearest

"""Lineage, impact, paths and common ancestors as stores tell them are what networkx finds.

Graphs are random: steps of several kinds between entities and activities, in two bundles, circles and
double statements among them. Stores here infer nothing, so that each step is one that was written, unless
a test says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode
from tests.queries.floyd_warshall import Mapping, Plain, Versioned, run

import whence
from whence.queries.graph import LineageGraph

EX = "http://example.org/"
PROV = "http://www.w3.org/ns/prov#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

Edge = tuple[str, str, str]
"""What is later, the relation, and where it is from."""

# Kind of step by relation, and what the relation is between: entities (e) and activities (a).
RELATIONS = {
    "wasDerivedFrom": ("derivation", "e", "e"),
    "wasGeneratedBy": ("generation", "e", "a"),
    "used": ("usage", "a", "e"),
    "wasInformedBy": ("communication", "a", "a"),
    "wasStartedBy": ("start", "a", "e"),
    "wasEndedBy": ("end", "a", "e"),
    "hadMember": ("member", "e", "e"),
}
KINDS = sorted({kind for kind, _, _ in RELATIONS.values()})
EACH = 7


@st.composite
def graphs(draw: st.DrawFn, most: int = 30, relations: Collection[str] = tuple(RELATIONS)) -> list[Edge]:
    """Steps between up to seven entities and seven activities."""
    found = []
    for _ in range(draw(st.integers(1, most))):
        relation = draw(st.sampled_from(sorted(relations)))
        _, one, other = RELATIONS[relation]
        source, target = (draw(st.integers(0, EACH - 1)) for _ in range(2))
        found.append((f"{one}{source}", relation, f"{other}{target}"))
    return found


def filled(edges: Collection[Edge], *, inference: str = "none") -> whence.Store:
    """A store with these steps, half of them said by two bundles, the others by one or the other."""
    lines = []
    for at, (source, relation, target) in enumerate(edges):
        step = f"<{EX}{source}> <{PROV}{relation}> <{EX}{target}>"
        lines += [f"{step} <urn:bundle:{bundle}> .\n" for bundle in (0, 1) if at % 4 != bundle]
    for node in sorted({node for source, _, target in edges for node in (source, target)}):
        lines.append(
            f"<{EX}{node}> <{TYPE}> <{PROV}{'Entity' if node[0] == 'e' else 'Activity'}> <urn:bundle:0> .\n"
        )
    store = whence.open(":memory:", inference=inference)
    store.load("".join(lines).encode(), format="nquads")
    return store


def drawn(
    edges: Iterable[Edge], kinds: Collection[str] = KINDS, *, forward: bool = False
) -> nx.DiGraph[str]:
    """The same steps for networkx, in the direction they are walked."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for source, relation, target in edges:
        graph.add_nodes_from((source, target))
        if RELATIONS[relation][0] in kinds:
            graph.add_edge(*((target, source) if forward else (source, target)))
    return graph


def name(node: object) -> str:
    return str(node).strip("<>").removeprefix(EX)


def iri(node: str) -> str:
    return EX + node


def depths(found: LineageGraph) -> dict[str, int]:
    return {name(node.iri): node.depth for node in found}


def pairs(found: LineageGraph) -> set[tuple[str, str]]:
    return {(name(edge.source), name(edge.target)) for edge in found.edges}


def nodes_of(edges: Collection[Edge]) -> list[str]:
    return sorted({node for source, _, target in edges for node in (source, target)})


some_kinds = st.sets(st.sampled_from(KINDS), min_size=1).map(sorted)
few = settings(max_examples=25, deadline=None)


@few
@given(graphs(), st.data(), st.none() | st.integers(0, 5), st.booleans())
def test_nodes_and_depths_are_those_of_a_search_breadth_first(
    edges: list[Edge], data: st.DataObject, depth: int | None, forward: bool
) -> None:
    start, kinds = data.draw(st.sampled_from(nodes_of(edges))), data.draw(some_kinds)
    expected = nx.single_source_shortest_path_length(
        drawn(edges, kinds, forward=forward), start, cutoff=depth
    )
    with filled(edges) as store:
        if forward:
            found = store.impact(iri(start), depth, kinds=kinds)
        else:
            found = store.lineage(iri(start), depth=depth, kinds=kinds)
        assert {node: abs(far) for node, far in depths(found).items()} == dict(expected)
        assert found.complete
        assert not found.stopped


@few
@given(graphs(), st.data(), st.none() | st.integers(0, 5))
def test_edges_are_all_that_leave_what_was_walked_from(
    edges: list[Edge], data: st.DataObject, depth: int | None
) -> None:
    start = data.draw(st.sampled_from(nodes_of(edges)))
    with filled(edges) as store:
        found = store.lineage(iri(start), depth=depth)
        left = {node for node, far in depths(found).items() if depth is None or far < depth}
        told = [(name(edge.source), edge.relation, name(edge.target)) for edge in found.edges]
        assert len(told) == len(set(told))  # once, however many bundles say it
        assert set(told) == {edge for edge in edges if edge[0] in left}
        assert not any(edge.inferred for edge in found.edges)


@few
@given(graphs(), st.data())
def test_edges_of_impact_point_the_way_prov_does(edges: list[Edge], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(nodes_of(edges)))
    with filled(edges) as store:
        found = store.impact(iri(start))
        reached = set(depths(found))
        told = {(name(edge.source), edge.relation, name(edge.target)) for edge in found.edges}
        assert told == {edge for edge in edges if edge[2] in reached}


@few
@given(graphs(), st.data())
def test_both_is_lineage_and_impact_together(edges: list[Edge], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(nodes_of(edges)))
    with filled(edges) as store:
        both = store.lineage(iri(start), "both")
        back, forward = store.lineage(iri(start)), store.impact(iri(start))
        assert set(depths(both)) == set(depths(back)) | set(depths(forward))
        assert pairs(both) == pairs(back) | pairs(forward)


@few
@given(graphs(), st.data())
def test_several_starts_are_as_near_as_the_nearest(edges: list[Edge], data: st.DataObject) -> None:
    starts = data.draw(st.lists(st.sampled_from(nodes_of(edges)), min_size=1, max_size=3, unique=True))
    with filled(edges) as store:
        found = store.lineage([iri(start) for start in starts])
        graph = drawn(edges)
        expected: dict[str, int] = {}
        for start in starts:
            for node, far in nx.single_source_shortest_path_length(graph, start).items():
                expected[node] = min(far, expected.get(node, far))
        assert depths(found) == expected


@few
@given(graphs(), st.data())
def test_nothing_is_walked_from_where_it_stops(edges: list[Edge], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(nodes_of(edges)))
    others = [node for node in nodes_of(edges) if node != start]
    assume(others)
    stops = data.draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True))
    graph = drawn(edges)
    graph.remove_edges_from([(node, target) for node in stops for target in graph[node]])
    with filled(edges) as store:
        found = store.lineage(iri(start), stop_at=[iri(node) for node in stops])
        assert depths(found) == dict(nx.single_source_shortest_path_length(graph, start))


@few
@given(graphs(), st.data())
def test_stopping_at_a_type_is_stopping_at_all_of_it(edges: list[Edge], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(nodes_of(edges)))
    graph = drawn(edges)
    stops = [node for node in graph if node[0] == "a" and node != start]
    graph.remove_edges_from([(node, target) for node in stops for target in graph[node]])
    assume(start[0] == "e")
    with filled(edges) as store:
        found = store.lineage(iri(start), stop_at="prov:Activity")
        assert depths(found) == dict(nx.single_source_shortest_path_length(graph, start))


@few
@given(graphs(), st.data())
def test_via_keeps_the_ways_to_a_node_and_what_is_beyond(edges: list[Edge], data: st.DataObject) -> None:
    start, via = (data.draw(st.sampled_from(nodes_of(edges))) for _ in range(2))
    assume(start != via)
    graph = drawn(edges)
    reached = {start} | nx.descendants(graph, start)
    kept = set()
    if via in reached:
        before = {node for node in nx.ancestors(graph, via) if node in reached}
        kept = before | {via} | nx.descendants(graph, via)
    with filled(edges) as store:
        found = store.lineage(iri(start), via=iri(via))
        assert set(depths(found)) - {start} == kept - {start}


@few
@given(graphs(relations=["used", "wasGeneratedBy"]), st.data(), st.sampled_from(["entities", "activities"]))
def test_a_view_leaves_out_nodes_and_no_way_through_them(
    edges: list[Edge], data: st.DataObject, view: str
) -> None:
    wanted = view[0]
    starts = [node for node in nodes_of(edges) if node[0] == wanted]
    assume(starts)
    start = data.draw(st.sampled_from(starts))
    with filled(edges) as store:
        full = store.lineage(iri(start))
        found = store.lineage(iri(start), view=view)  # type: ignore[arg-type]  # one of the views
        assert set(depths(found)) == {node for node in depths(full) if node[0] == wanted}
        # What is left is joined where the full graph has a way between that passes only what is left out.
        graph = drawn(edges)
        for one in depths(found):
            inner = graph.subgraph({one} | {node for node in graph if node[0] != wanted})
            over = {one} | nx.descendants(inner, one)
            after = {far for node in over for far in graph[node] if far[0] == wanted and far != one}
            assert {far for source, far in pairs(found) if source == one and far != one} == after


@few
@given(graphs(), st.data())
def test_a_path_is_a_shortest_one(edges: list[Edge], data: st.DataObject) -> None:
    start, goal = (data.draw(st.sampled_from(nodes_of(edges))) for _ in range(2))
    back, ahead = drawn(edges), drawn(edges, forward=True)
    with filled(edges) as store:
        found = store.path(iri(start), iri(goal))
        if nx.has_path(back, start, goal):
            expected, graph = nx.shortest_path_length(back, start, goal), back
        elif nx.has_path(ahead, start, goal):
            expected, graph = nx.shortest_path_length(ahead, start, goal), ahead
        else:
            assert found is None
            return
        assert found is not None
        way = [name(node.iri) for node in found]
        assert len(way) == expected + 1
        assert {way[0], way[-1]} == {start, goal}
        if way[0] != start:
            way.reverse()
        assert all(graph.has_edge(*step) for step in pairwise(way))


@few
@given(graphs(most=16), st.data())
def test_paths_are_all_simple_paths_the_shortest_first(edges: list[Edge], data: st.DataObject) -> None:
    start, goal = (data.draw(st.sampled_from(nodes_of(edges))) for _ in range(2))
    assume(start != goal)
    graph = drawn(edges)
    if not nx.has_path(graph, start, goal):
        graph = drawn(edges, forward=True)
    expected = {tuple(path) for path in nx.all_simple_paths(graph, start, goal)}
    assume(len(expected) < 100)
    with filled(edges) as store:
        found = store.paths(iri(start), iri(goal), limit=10_000)
        first = store.paths(iri(start), iri(goal), limit=1)
        short = store.paths(iri(start), iri(goal), limit=10_000, length=2)
        ways = [tuple(name(node.iri) for node in path) for path in found]
        assert set(ways) == expected
        assert [len(way) for way in ways] == sorted(len(way) for way in ways)
        assert {tuple(name(node.iri) for node in path) for path in short} == {
            w for w in expected if len(w) <= 3
        }
        assert [len(path) for path in first] == [len(way) for way in ways[:1]]


@few
@given(graphs(), st.data())
def test_common_ancestors_are_what_each_comes_from(edges: list[Edge], data: st.DataObject) -> None:
    things = data.draw(st.lists(st.sampled_from(nodes_of(edges)), min_size=1, max_size=3, unique=True))
    graph = drawn(edges)
    far = [dict(nx.single_source_shortest_path_length(graph, thing)) for thing in things]
    expected = {node: sum(each[node] for each in far) for node in set.intersection(*map(set, far))}
    with filled(edges) as store:
        found = store.common_ancestors(*(iri(thing) for thing in things))
        assert {name(node.iri): node.depth for node in found} == expected
        assert [node.depth for node in found] == sorted(expected.values())


@few
@given(graphs(), st.data())
def test_ancestors_are_the_lineage_without_the_start(edges: list[Edge], data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(nodes_of(edges)))
    reached = nx.descendants(drawn(edges), start)
    with filled(edges) as store:
        every = store.ancestors(iri(start))
        entities = store.ancestors(iri(start), "prov:Entity")
        assert {name(node.iri) for node in every} == reached
        assert {name(node.iri) for node in entities} == {node for node in reached if node[0] == "e"}


@few
@given(graphs(), st.data(), st.booleans())
def test_inference_adds_no_node_to_a_whole_lineage(
    edges: list[Edge], data: st.DataObject, forward: bool
) -> None:
    # That one activity informed another follows from what they made and used: a step over two others.
    start = data.draw(st.sampled_from(nodes_of(edges)))
    reached = nx.descendants(drawn(edges, forward=forward), start) | {start}
    with filled(edges, inference="prov") as store:
        found = store.lineage(iri(start), "forward" if forward else "back")
        assert {name(node.iri) for node in found} == reached
        written = {edge for edge in edges if edge[2 if forward else 0] in reached}
        told = {
            (name(edge.source), edge.relation, name(edge.target))
            for edge in found.edges
            if not edge.inferred
        }
        assert told == written


@few
@given(graphs(), graphs(most=5), st.data())
def test_lineage_follows_writes_and_removals(
    edges: list[Edge], more: list[Edge], data: st.DataObject
) -> None:
    start = data.draw(st.sampled_from(nodes_of(edges)))
    with filled(edges) as store:
        store.lineage(iri(start))  # what is kept of the first state is there
        with store.bundle("urn:bundle:more", adapter="test") as recorder:
            recorder.entity(iri("e0"))
        lines = "".join(f"<{iri(s)}> <{PROV}{p}> <{iri(o)}> .\n" for s, p, o in more)
        store.update(f"INSERT DATA {{ GRAPH <urn:bundle:more> {{ {lines} }} }}")
        after = store.lineage(iri(start))
        store.remove("urn:bundle:more")
        again = store.lineage(iri(start))
        assert set(depths(after)) == {start} | nx.descendants(drawn([*edges, *more]), start)
        assert depths(again) == dict(nx.single_source_shortest_path_length(drawn(edges), start))


# Shapes


def chain(length: int) -> list[Edge]:
    """Entities and activities in turn: ``e0`` is the last, with ``length`` steps behind it."""
    names = [f"{'ea'[at % 2]}{at}" for at in range(length + 1)]
    return [(one, "wasGeneratedBy" if one[0] == "e" else "used", other) for one, other in pairwise(names)]


def ladder(levels: int) -> list[Edge]:
    """Diamonds one behind the other: two to the power of ``levels`` ways from ``e0``."""
    found = []
    for level in range(levels):
        top, bottom = f"e{3 * level}", f"e{3 * level + 3}"
        for side in (f"e{3 * level + 1}", f"e{3 * level + 2}"):
            found += [(top, "wasDerivedFrom", side), (side, "wasDerivedFrom", bottom)]
    return found


def test_a_chain_of_ten_thousand_steps() -> None:
    with filled(chain(10_000)) as store:
        found = store.lineage(iri("e0"))
        assert depths(found) == {f"{'ea'[at % 2]}{at}": at for at in range(10_001)}
        assert len(found.edges) == 10_000
        assert len(store.lineage(iri("e0"), depth=17)) == 18
        assert len(store.impact(iri("e10000"))) == 10_001
        way = store.path(iri("e0"), iri("e10000"))
        assert way is not None
        assert [name(node.iri) for node in way] == [f"{'ea'[at % 2]}{at}" for at in range(10_001)]
        assert len(store.paths(iri("e0"), iri("e10000"))) == 1
        assert store.common_ancestors(iri("e0"), iri("e10000"))[0].depth == 10_000


def test_diamonds_are_walked_once_however_many_ways_there_are() -> None:
    with filled(ladder(40)) as store:
        found = store.lineage(iri("e0"))
        assert len(found) == 121
        assert len(found.edges) == 160
        assert found.nodes[NamedNode(iri("e120"))].depth == 80
        ways = store.paths(iri("e0"), iri("e120"), limit=50)
        assert len(ways) == 50
        assert not ways[-1].complete
        assert all(len(way) == 81 for way in ways)
        assert len({tuple(way.nodes) for way in ways}) == 50


def test_a_circle_is_walked_once() -> None:
    edges = [(f"e{at}", "wasDerivedFrom", f"e{(at + 1) % 100}") for at in range(100)]
    with filled(edges) as store:
        assert depths(store.lineage(iri("e7"))) == {f"e{(7 + at) % 100}": at for at in range(100)}
        assert len(store.lineage(iri("e7")).edges) == 100
        assert len(store.paths(iri("e0"), iri("e99"))) == 1


def test_something_derived_from_itself() -> None:
    with filled([("e0", "wasDerivedFrom", "e0")]) as store:
        found = store.lineage(iri("e0"))
        assert depths(found) == {"e0": 0}
        assert pairs(found) == {("e0", "e0")}


def test_a_star_of_many_sources() -> None:
    edges = [("a0", "used", f"e{at}") for at in range(3_000)]
    with filled(edges) as store:
        assert len(store.lineage(iri("a0"))) == 3_001
        assert depths(store.impact(iri("e2999"))).keys() == {"e2999", "a0"}


@pytest.mark.parametrize("limit", [1, 10, 1_000])
def test_a_walk_that_meets_its_limit_says_so(limit: int) -> None:
    with filled(chain(2_000)) as store:
        found = store.lineage(iri("e0"), limit=limit)
        assert not found.complete
        assert str(limit) in found.stopped.replace(",", "")
        assert set(depths(found)) == {f"{'ea'[at % 2]}{at}" for at in range(limit)}


def test_a_walk_whose_time_is_up_gives_what_it_has() -> None:
    with filled(chain(2_000)) as store:
        found = store.lineage(iri("e0"), timeout=0)
        assert not found.complete
        assert found.stopped
        assert iri("e0") in {str(node.iri).strip("<>") for node in found}
        assert len(found) < 2_001


def test_a_walk_that_ends_at_its_limit_is_complete() -> None:
    with filled(chain(99)) as store:
        assert store.lineage(iri("e0"), limit=100).complete


# Values that change


@pytest.mark.parametrize(("mapping", "entities", "derivations"), [(Versioned, 18, 14), (Plain, 10, 9)])
def test_the_answer_of_the_published_experiment(
    mapping: type[Mapping], entities: int, derivations: int
) -> None:
    told = mapping()
    answer, _ = run(told)
    with whence.open(":memory:") as store:
        store.load(told.document().encode())
        found = store.lineage(f"http://example.org/shortest/{answer}", kinds=["derivation", "member"])
    assert len(found.nodes) == entities
    assert [edge.relation for edge in found.edges].count("wasDerivedFrom") == derivations

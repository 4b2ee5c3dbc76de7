"""What a drawing has room for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.queries.lineage_graphs import edge, fan, graph, node, report

from whence.queries.drawing import Drawing, Fold, choose, telling
from whence.queries.graph import Node


def drawn(drawing: Drawing) -> int:
    return sum(1 for box in drawing.boxes if isinstance(box, Node))


def folds(drawing: Drawing) -> list[Fold]:
    return [box for box in drawing.boxes if isinstance(box, Fold)]


def test_what_fits_is_drawn_whole() -> None:
    drawing = choose(report(), 7)
    assert drawn(drawing) == 7 and not folds(drawing) and drawing.note == ""


def test_edges_between_the_same_two_become_one_arrow_the_precise_relation_first() -> None:
    drawing = choose(report(), 10)
    names = [box.iri.value[19:] for box in drawing.boxes if isinstance(box, Node)]
    found = {(names[link.source], names[link.target]): link for link in drawing.links}
    assert found["report", "old"].relations == ("wasRevisionOf", "wasDerivedFrom")
    assert not found["report", "old"].inferred
    assert found["old", "data"].inferred


def test_an_inferred_derivation_that_two_arrows_show_is_left_out_and_a_stated_one_is_not() -> None:
    stated = edge("report", "wasDerivedFrom", "data")
    shown = telling([*report().edges, stated])
    between = [e for e in shown if (e.source, e.target) == (stated.source, stated.target)]
    assert between == [stated]


def test_the_rest_is_folded_by_distance() -> None:
    drawing = choose(fan(50, 2), 21)
    assert drawn(drawing) == 21
    assert [(fold.count, fold.nearest, fold.farthest) for fold in folds(drawing)] == [
        (40, 1, 1),
        (40, 2, 2),
    ]
    assert folds(drawing)[0].label == "40 more entities"
    assert folds(drawing)[1].title == "40 more entities, 2 steps back"
    assert drawing.note == "21 of 101 are drawn, the nearest; the others are counted."


def test_what_is_drawn_farther_out_hangs_on_what_is_drawn_nearer() -> None:
    drawing = choose(fan(50, 2), 21)
    ends = {(link.source, link.target) for link in drawing.links}
    nodes = [n for n, box in enumerate(drawing.boxes) if isinstance(box, Node) and box.depth == 2]
    assert all(any(isinstance(drawing.boxes[s], Node) for s, t in ends if t == n) for n in nodes)


def test_a_long_chain_ends_in_one_box() -> None:
    drawing = choose(fan(1, 1000), 30)
    assert drawn(drawing) == 30
    assert [fold.title for fold in folds(drawing)] == ["971 more entities, 30 to 1,000 steps back"]
    assert len(drawing.links) == 30


def test_what_came_after_is_told_from_what_came_before() -> None:
    nodes = [node("s"), *(node(f"{d}", depth=d) for d in (-3, -2, -1, 1, 2, 3))]
    drawing = choose(graph(nodes, [], "both"), 3)
    assert {fold.title for fold in folds(drawing)} == {
        "2 more entities, 2 to 3 steps after",
        "2 more entities, 2 to 3 steps back",
    }


def test_too_many_arrows_are_counted_and_all_stays_joined() -> None:
    nodes = [node(f"{n}", depth=n) for n in range(40)]
    edges = [edge(f"{a}", "wasDerivedFrom", f"{b}") for a in range(40) for b in range(a + 1, 40)]
    drawing = choose(graph(nodes, edges), 40)
    assert len(drawing.links) == 120 and drawing.left == 780 - 120
    assert {link.target for link in drawing.links} == set(range(1, 40))
    assert "660 arrows between them are left out" in drawing.note


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=200),
    st.lists(st.integers(-5, 5), min_size=61, max_size=61),
    st.integers(1, 80),
)
def test_every_node_is_drawn_or_counted_once(
    ends: list[tuple[int, int]], depths: list[int], most: int
) -> None:
    nodes = [node(f"{n}", depth=depth if n else 0) for n, depth in enumerate(depths)]
    drawing = choose(graph(nodes, [edge(f"{a}", "used", f"{b}") for a, b in ends]), most)
    assert drawn(drawing) + sum(fold.count for fold in folds(drawing)) == 61
    assert drawn(drawing) <= max(most, 1) + len({*depths})
    assert nodes[0] in drawing.boxes
    assert all(
        0 <= end < len(drawing.boxes) for link in drawing.links for end in (link.source, link.target)
    )

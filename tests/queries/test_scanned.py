"""A store that nobody keeps an index of gives the same answers as one that is indexed."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from whence.ontology.namespaces import PROV, RDF_TYPE
from whence.queries.along import path
from whence.queries.graph import LineageGraph
from whence.queries.lineage import Request, lineage
from whence.reasoning.keeper import Keeper
from whence.store.embedded import EmbeddedBackend

RELATIONS = [
    PROV.wasDerivedFrom,
    PROV.wasRevisionOf,
    PROV.used,
    PROV.wasGeneratedBy,
    PROV.wasInformedBy,
    PROV.alternateOf,
    PROV.specializationOf,
    PROV.hadMember,
]
BUNDLE = NamedNode("urn:bundle")


def thing(number: int) -> NamedNode:
    return NamedNode(f"urn:thing:{number}")


Edges = Sequence[tuple[int, NamedNode, int]]
EDGES = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(RELATIONS), st.integers(0, 9)), min_size=1, max_size=25
)


def stored(edges: Edges) -> tuple[Keeper, EmbeddedBackend]:
    """A store with these relations, indexed and not."""
    backend = EmbeddedBackend.open(":memory:")
    keeper = Keeper(backend)
    keeper.write(Quad(thing(one), relation, thing(other), BUNDLE) for one, relation, other in edges)
    return keeper, backend


def told(graph: LineageGraph) -> tuple[object, ...]:
    nodes = {(node.iri, node.kind, node.depth) for node in graph}
    edges = {(edge.source, edge.relation, edge.target, edge.inferred) for edge in graph.edges}
    return nodes, edges, graph.complete


@settings(max_examples=60, deadline=None)
@given(
    edges=EDGES,
    direction=st.sampled_from(["back", "forward", "both"]),
    view=st.sampled_from(["full", "entities", "activities"]),
    kinds=st.sampled_from([None, ["derivation"], ["alternate", "usage"]]),
    depth=st.sampled_from([None, 0, 2]),
)
def test_the_same_lineage(
    edges: Edges, direction: str, view: str, kinds: object, depth: int | None
) -> None:
    keeper, backend = stored(edges)
    asked = Request(direction=direction, view=view, kinds=kinds, depth=depth)  # type: ignore[arg-type]
    start = thing(edges[0][0])
    assert told(lineage(backend, start, asked)) == told(lineage(keeper, start, asked))


@settings(max_examples=30, deadline=None)
@given(edges=EDGES)
def test_the_same_length_of_the_shortest_way(edges: Edges) -> None:
    keeper, backend = stored(edges)
    start, goal = thing(edges[0][0]), thing(edges[-1][2])
    found = [path(held, start, goal) for held in (keeper, backend)]
    lengths = [None if way is None else len(way.edges) for way in found]
    assert lengths[0] == lengths[1]


def test_a_node_with_very_many_statements() -> None:
    hub = thing(0)
    quads = [Quad(thing(number), PROV.used, hub, BUNDLE) for number in range(1, 800)]
    quads += [Quad(NamedNode(f"urn:n:{number}"), RDF_TYPE, hub, BUNDLE) for number in range(400)]
    backend = EmbeddedBackend.open(":memory:")
    backend.write(quads)
    found = lineage(backend, hub, Request(direction="forward"))
    assert len(found) == 800
    assert not any(edge.inferred for edge in found.edges)

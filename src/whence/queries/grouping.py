"""Alike siblings as one node, so that a thousand inputs of one step are read at a glance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Final

from whence.queries.described import Nodes
from whence.queries.graph import LineageGraph, Node
from whence.queries.lookup import Node as Resource

__all__ = ["LEAST", "folded", "grouped"]

LEAST: Final = 5
"""Fewer alike siblings than this are each shown."""


def grouped(graph: LineageGraph, least: int = LEAST) -> LineageGraph:
    """The graph with each ``least`` or more alike nodes as one, which ``stands_for`` so many.

    Alike are nodes of the same kind and types that the same relations join to the same neighbours; those
    asked about are never grouped. A group has the IRI of the first of them and a label that counts. Where
    groups are again alike, they are not grouped further. Cost: proportional to the edges.
    """
    joined: dict[Resource, set[tuple[str, bool, Resource]]] = defaultdict(set)
    for edge in graph.edges:
        joined[edge.source].add((edge.relation, True, edge.target))
        joined[edge.target].add((edge.relation, False, edge.source))
    alike: dict[object, list[Node]] = {}
    for node in graph.nodes.values():
        if node.iri not in graph.starts and joined[node.iri]:
            alike.setdefault((node.kind, node.types, frozenset(joined[node.iri])), []).append(node)
    groups = [nodes for nodes in alike.values() if len(nodes) >= max(least, 2)]
    chosen = {node.iri: nodes[0].iri for nodes in groups for node in nodes}
    return folded(graph, chosen, {nodes[0].iri: _group(nodes) for nodes in groups}) if groups else graph


def _group(nodes: list[Node]) -> Node:
    first = nodes[0]
    count = sum(node.stands_for for node in nodes)
    starts = [node.started for node in nodes if node.started is not None]
    ends = [node.ended for node in nodes if node.ended is not None]
    names = [node.label for node in nodes]
    return replace(
        first,
        label=f"{count:,} alike: {names[0]} … {names[-1]}",
        started=min(starts, default=None),
        ended=max(ends, default=None),
        bundles=tuple(dict.fromkeys(bundle for node in nodes for bundle in node.bundles)),
        stands_for=count,
    )


def folded(graph: LineageGraph, into: dict[Resource, Resource], made: dict[Resource, Node]) -> LineageGraph:
    """The graph with nodes put into others: ``into`` says which, ``made`` has the nodes that come of it.

    Edges within what is folded are left out, and of several alike one is kept.
    """
    nodes = {
        into.get(node.iri, node.iri): made.get(into.get(node.iri, node.iri), node)
        for node in graph.nodes.values()
    }
    edges = {
        edge._replace(
            source=into.get(edge.source, edge.source), target=into.get(edge.target, edge.target)
        ): None
        for edge in graph.edges
        if into.get(edge.source, edge.source) != into.get(edge.target, edge.target)
    }
    return replace(graph, nodes=Nodes(nodes.values()), edges=list(edges))

"""Quads as the data of SPARQL updates."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, DefaultGraph, Quad

__all__ = ["delete_data", "has_blank_node", "insert_data"]


def insert_data(quads: Iterable[Quad]) -> str:
    """An ``INSERT DATA`` operation that adds the quads; they hold no blank nodes."""
    return f"INSERT DATA {_body(quads)}"


def delete_data(quads: Iterable[Quad]) -> str:
    """A ``DELETE DATA`` operation that removes the quads; they hold no blank nodes."""
    return f"DELETE DATA {_body(quads)}"


def has_blank_node(quad: Quad) -> bool:
    """Whether an update cannot name this quad: a blank node in it would be a new one."""
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


def _body(quads: Iterable[Quad]) -> str:
    by_graph: dict[object, list[str]] = {}
    for quad in quads:
        triple = f"{quad.subject} {quad.predicate} {quad.object} ."
        by_graph.setdefault(quad.graph_name, []).append(triple)
    parts = []
    for graph, triples in by_graph.items():
        body = "\n".join(triples)
        parts.append(body if isinstance(graph, DefaultGraph) else f"GRAPH {graph} {{\n{body}\n}}")
    return "{\n" + "\n".join(parts) + "\n}"

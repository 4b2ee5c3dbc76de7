"""A lineage graph as GraphML, for programs that analyse and draw graphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from whence.queries.graph import LineageGraph
from whence.queries.render_text import records
from whence.queries.telling import Teller, identifier

__all__ = ["EDGE_KEYS", "NODE_KEYS", "edge_values", "graphml", "node_values"]

NODE_KEYS: Final[Mapping[str, str]] = {
    "iri": "string",
    "label": "string",
    "kind": "string",
    "types": "string",
    "bundles": "string",
    "steps": "int",
    "started": "string",
    "ended": "string",
    "stands_for": "int",
}
"""What is said of nodes, and its type in GraphML."""

EDGE_KEYS: Final[Mapping[str, str]] = {
    "relation": "string",
    "predicate": "string",
    "role": "string",
    "inferred": "boolean",
}
"""What is said of edges, and its type in GraphML."""

_NAMESPACE: Final = "http://graphml.graphdrawing.org/xmlns"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Values = dict[str, str | int | bool]


def node_values(graph: LineageGraph) -> Iterator[Values]:
    """What is said of each node, without what is unknown; types and bundles have spaces in between."""
    for record in records(graph):
        yield {name: _flat(record[name]) for name in NODE_KEYS if record[name] not in (None, "", [])}


def edge_values(graph: LineageGraph) -> Iterator[tuple[str, str, Values]]:
    """Both ends of each edge, and what is said of it."""
    for edge in graph.edges:
        if edge.source in graph.nodes and edge.target in graph.nodes:
            told: Values = {"relation": edge.relation, "predicate": edge.predicate.value}
            if edge.role:
                told["role"] = edge.role
            yield identifier(edge.source), identifier(edge.target), told | {"inferred": edge.inferred}


def _flat(value: Any) -> str | int:
    return " ".join(value) if isinstance(value, list) else value


def graphml(graph: LineageGraph) -> str:
    """The whole graph as GraphML 1.0 with typed attributes, which Gephi, yEd, Cytoscape and networkx read.

    Nodes have the attributes of :data:`NODE_KEYS`, as :func:`~whence.queries.render_text.records` gives
    them, edges those of :data:`EDGE_KEYS`.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *_head(Teller(graph).title())]
    numbers: dict[str, int] = {}
    for values in node_values(graph):
        number = numbers[str(values["iri"])] = len(numbers)
        lines.append(f'    <node id="n{number}">{_data("n", values)}</node>')
    for number, (source, target, values) in enumerate(edge_values(graph)):
        ends = f'source="n{numbers[source]}" target="n{numbers[target]}"'
        lines.append(f'    <edge id="e{number}" {ends}>{_data("e", values)}</edge>')
    return "\n".join((*lines, "  </graph>", "</graphml>", ""))


def _head(title: str) -> Iterator[str]:
    schema = f"{_NAMESPACE} {_NAMESPACE}/1.0/graphml.xsd"
    instance = "http://www.w3.org/2001/XMLSchema-instance"
    yield f'<graphml xmlns="{_NAMESPACE}" xmlns:xsi="{instance}" xsi:schemaLocation="{schema}">'
    yield f"  <desc>{escape(title)}</desc>"
    for owner, keys in (("node", NODE_KEYS), ("edge", EDGE_KEYS)):
        for name, value_type in keys.items():
            key = f'id="{owner[0]}_{name}" for="{owner}" attr.name="{name}" attr.type="{value_type}"'
            yield f"  <key {key}/>"
    yield '  <graph id="lineage" edgedefault="directed">'


def _data(owner: str, values: Values) -> str:
    return "".join(f'<data key="{owner}_{name}">{_text(value)}</data>' for name, value in values.items())


def _text(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # A carriage return would be read as a line feed.
    return escape(_NOT_XML.sub("\ufffd", str(value)), {"\r": "&#13;"})

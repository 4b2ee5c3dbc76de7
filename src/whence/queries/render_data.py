"""A lineage graph as data: JSON, PROV in Turtle, and a networkx graph."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from whence.errors import MissingExtra
from whence.ontology.namespaces import PREFIXES, PROV, RDF_TYPE, RDFS, XSD
from whence.queries.graph import LineageGraph, Node
from whence.queries.render_graphml import edge_values, node_values
from whence.queries.render_text import records
from whence.queries.telling import identifier

if TYPE_CHECKING:
    import networkx

__all__ = ["json_data", "networkx_graph", "triples", "turtle"]

_LOCAL: Final = re.compile(r"[^/#:]*\Z")
_CLASSES: Final = {"entity": PROV.Entity, "activity": PROV.Activity, "agent": PROV.Agent}


def json_data(graph: LineageGraph) -> dict[str, Any]:
    """The graph as plain data for ``json.dumps``.

    ``starts`` (IRIs), ``direction``, ``complete``, ``stopped`` (why it is not), ``nodes`` (the
    :func:`~whence.queries.render_text.records`), ``edges`` (objects with ``source``, ``target``,
    ``relation``, ``predicate``, ``role`` and ``inferred``; the source comes from the target), ``prefixes``,
    and ``sparql`` and ``url``, which give the same (``null`` where there is none). Blank nodes begin
    with ``_:``.
    """
    return {
        "starts": [identifier(name) for name in graph.starts],
        "direction": graph.direction,
        "complete": graph.complete,
        "stopped": graph.stopped or None,
        "nodes": records(graph),
        "edges": [
            {
                "source": identifier(edge.source),
                "target": identifier(edge.target),
                "relation": edge.relation,
                "predicate": edge.predicate.value,
                "role": edge.role or None,
                "inferred": edge.inferred,
            }
            for edge in graph.edges
        ],
        "prefixes": dict(graph.prefixes),
        "sparql": graph.sparql or None,
        "url": graph.url or None,
    }


def triples(graph: LineageGraph) -> Iterator[Triple]:
    """The graph as PROV-O, each triple once: kinds, types, labels, times, and a property for each edge.

    It is a part of what the store says: it can be loaded and validated by itself. A node that stands for
    several is told of with a comment. Roles, which need qualified nodes, are left out.
    """
    said: set[Triple] = set()
    for triple in _all_triples(graph):
        if triple not in said:
            said.add(triple)
            yield triple


def _all_triples(graph: LineageGraph) -> Iterator[Triple]:
    edges = defaultdict(list)
    for edge in graph.edges:
        # A mention names a bundle, which an edge does not have; it is a specialization without.
        predicate = PROV.specializationOf if edge.predicate == PROV.mentionOf else edge.predicate
        edges[edge.source].append(Triple(edge.source, predicate, edge.target))
    for node in graph:
        yield from _of_node(node)
        yield from edges[node.iri]


def _of_node(node: Node) -> Iterator[Triple]:
    if node.kind in _CLASSES:
        yield Triple(node.iri, RDF_TYPE, _CLASSES[node.kind])
    for found in node.types:
        yield Triple(node.iri, RDF_TYPE, found)
    if node.label:
        yield Triple(node.iri, RDFS.label, Literal(node.label))
    if node.stands_for > 1:
        yield Triple(node.iri, RDFS.comment, Literal(f"stands for {node.stands_for} alike"))
    times = {"activity": (PROV.startedAtTime, PROV.endedAtTime), "entity": (PROV.generatedAtTime, None)}
    for predicate, time in zip(times.get(node.kind, (None, None)), (node.started, node.ended), strict=True):
        if predicate is not None and time is not None:
            yield Triple(node.iri, predicate, Literal(time.isoformat(), datatype=XSD.dateTime))


def turtle(graph: LineageGraph) -> str:
    """The :func:`triples` as Turtle."""
    told = list(triples(graph))
    spaces = {_space(term) for triple in told for term in triple}
    known = {**graph.prefixes, **PREFIXES}
    used = {prefix: space for prefix, space in known.items() if space in spaces}
    buffer = io.BytesIO()
    serialize(told, buffer, RdfFormat.TURTLE, prefixes=used)
    return buffer.getvalue().decode()


def _space(term: object) -> str:
    """The namespace of an IRI, or of a literal's datatype, as prefixes usually have it."""
    if isinstance(term, Literal):
        term = term.datatype
    return _LOCAL.sub("", term.value) if isinstance(term, NamedNode) else ""


def networkx_graph(graph: LineageGraph) -> networkx.MultiDiGraph[str]:
    """A ``networkx.MultiDiGraph``: nodes are IRIs, edges lead from what comes of something to that.

    Nodes and edges have the attributes of GraphML; the key of an edge is its relation. Needs the extra
    ``networkx``.
    """
    try:
        import networkx
    except ImportError as error:
        raise MissingExtra("networkx", "networkx") from error
    made: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    made.graph.update(starts=[identifier(name) for name in graph.starts], complete=graph.complete)
    for values in node_values(graph):
        made.add_node(str(values["iri"]), **values)
    for source, target, told in edge_values(graph):
        made.add_edge(source, target, key=told["relation"], **told)
    return made

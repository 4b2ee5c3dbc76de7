"""Coarser looks at a lineage graph: by step of a workflow, or by run.

``item`` is the graph as it is. ``step`` folds activities into the step of the plan that they carried out
(``p-plan:correspondsToStep``, ``wfprov:describedByProcess``, or the plan of an association), so that the
rounds of a loop are one. ``run`` folds activities into the run they are part of (``dcterms:isPartOf``,
``wfprov:wasPartOfWorkflowRun``, to the outermost), or else into the bundle that tells of them. With both,
an entity that stays within one step or run goes into it, unless it was asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias, get_args
from typing import Literal as Choice

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import SourceError
from whence.ontology.namespaces import DCTERMS, PROV, RDFS, WHENCE_CATALOGUE
from whence.queries.described import described as described_nodes
from whence.queries.described import tail
from whence.queries.graph import LineageGraph, Node
from whence.queries.grouping import folded
from whence.queries.lookup import Lookup
from whence.queries.lookup import Node as Resource

__all__ = ["Granularity", "check_granularity", "coarser"]

Granularity: TypeAlias = Choice["item", "step", "run"]

_P_PLAN: Final = "http://purl.org/net/p-plan#"
_WFPROV: Final = "http://purl.org/wf4ever/wfprov#"
_PART_OF: Final = (DCTERMS.isPartOf, NamedNode(f"{_WFPROV}wasPartOfWorkflowRun"))
_STEP_OF: Final = (
    NamedNode(f"{_P_PLAN}correspondsToStep"),
    NamedNode(f"{_WFPROV}describedByProcess"),
)
_LEVELS: Final = 100


def check_granularity(name: str) -> None:
    """Raise :class:`~whence.errors.SourceError` for a granularity there is not."""
    if name not in get_args(Granularity):
        raise SourceError(f"no granularity is called {name!r}; there are item, step and run")


def coarser(lookup: Lookup, graph: LineageGraph, granularity: Granularity) -> LineageGraph:
    """The graph by steps or runs; activities that belong to none stay as they are."""
    if granularity == "item":
        return graph
    activities = [node for node in graph.nodes.values() if node.kind == "activity"]
    iris = [node.iri for node in activities]
    into = _steps(lookup, iris) if granularity == "step" else _runs(lookup, activities)
    into = {activity: whole for activity, whole in into.items() if activity not in graph.starts}
    wholes = _wholes(lookup, graph, into)
    into |= _within(graph, into, set(wholes))
    return folded(graph, into, wholes)


def _steps(lookup: Lookup, activities: Iterable[Resource]) -> dict[Resource, Resource]:
    """The step that each activity carried out."""
    nodes = list(activities)
    found = {link.subject: link.object for link in lookup.of(nodes, _STEP_OF)}
    left = [node for node in nodes if node not in found]
    qualified = {link.object: link.subject for link in lookup.of(left, (PROV.qualifiedAssociation,))}
    associations = [node for node in qualified if isinstance(node, NamedNode | BlankNode)]
    for link in lookup.of(associations, (PROV.hadPlan,)):
        found.setdefault(qualified[link.subject], link.object)
    return {node: step for node, step in found.items() if isinstance(step, NamedNode | BlankNode)}


def _runs(lookup: Lookup, activities: Iterable[Node]) -> dict[Resource, Resource]:
    """The outermost run that each activity is part of, or the bundle that tells of it."""
    found: dict[Resource, Resource] = {}
    nodes = list(activities)
    parents: dict[Resource, Resource] = {}
    frontier = [node.iri for node in nodes]
    for _ in range(_LEVELS):
        links = [link for link in lookup.of(frontier, _PART_OF) if link.subject not in parents]
        frontier = []
        for link in links:
            if isinstance(link.object, NamedNode | BlankNode):
                parents[link.subject] = link.object
                frontier.append(link.object)
        if not frontier:
            break
    for node in nodes:
        run = _outermost(parents, node.iri)
        if run == node.iri and node.iri not in parents.values() and node.bundles:
            run = node.bundles[0]
        if run != node.iri:
            found[node.iri] = run
    return found


def _outermost(parents: Mapping[Resource, Resource], node: Resource) -> Resource:
    seen = {node}
    while node in parents and parents[node] not in seen:
        node = parents[node]
        seen.add(node)
    return node


def _wholes(lookup: Lookup, graph: LineageGraph, into: Mapping[Resource, Resource]) -> dict[Resource, Node]:
    """The nodes that activities are folded into."""
    parts: dict[Resource, list[Node]] = defaultdict(list)
    for activity, whole in into.items():
        parts[whole].append(graph.nodes[activity])
    bare = [Node(whole, "activity", _label(lookup, whole)) for whole in parts]
    return {node.iri: _whole(node, parts[node.iri]) for node in described_nodes(lookup, bare)}


def _label(lookup: Lookup, whole: Resource) -> str:
    """What the catalogue calls a bundle, or the end of the IRI."""
    if lookup.is_local:
        for quad in lookup.backend.quads(whole, RDFS.label, None, WHENCE_CATALOGUE):
            if isinstance(quad.object, Literal):
                return quad.object.value
    return tail(whole)


def _whole(node: Node, parts: list[Node]) -> Node:
    starts = [part.started for part in parts if part.started is not None]
    ends = [part.ended for part in parts if part.ended is not None]
    return replace(
        node,
        kind="activity",
        depth=min((part.depth for part in parts), key=abs),
        started=min(starts, default=node.started),
        ended=max(ends, default=node.ended),
        bundles=tuple(dict.fromkeys(bundle for part in parts for bundle in part.bundles)),
        stands_for=len(parts),
    )


def _within(
    graph: LineageGraph, into: Mapping[Resource, Resource], wholes: set[Resource]
) -> dict[Resource, Resource]:
    """The entities that were made and used within one step or run only."""
    beside: dict[Resource, set[Resource]] = defaultdict(set)
    made: set[Resource] = set()
    for edge in graph.edges:
        source, target = into.get(edge.source, edge.source), into.get(edge.target, edge.target)
        # What joins two entities says nothing of where they belong.
        if edge.relation == "used":
            beside[edge.target].add(source)
        elif edge.relation == "wasGeneratedBy":
            beside[edge.source].add(target)
            made.add(edge.source)
    return {
        entity: next(iter(places))
        for entity, places in beside.items()
        if entity in made and entity not in graph.starts and len(places) == 1 and places <= wholes
    }

"""Lineage and paths, told in a query worker: walked by lookups in its snapshot, within a deadline."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from pyoxigraph import BlankNode, NamedNode

from whence.errors import UnknownFormat
from whence.queries.along import path
from whence.queries.drawing import telling
from whence.queries.graph import Edge, LineageGraph
from whence.queries.lineage import Request, lineage
from whence.queries.render import FORMATS, render
from whence.queries.telling import Teller, identifier, phrase
from whence.store.embedded import EmbeddedBackend

__all__ = ["lineage_told"]

Name: TypeAlias = NamedNode | BlankNode

_SHOWN: Final = 500
"""Nodes that the table of a page has."""
_LINES: Final = 400
"""Lines that the tree of a page has."""
_LEVELS: Final = 30
_DRAWN: Final = 100
_OWN_STYLE: Final = re.compile(r"<style>.*?</style>\n<rect class=\"ground\"[^>]*/>\n?", re.DOTALL)


def lineage_told(backend: EmbeddedBackend, request: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What is found, as ``request["as"]`` wants it: ``page``, or one of the formats of lineage graphs.

    What is said of it first is whether it is ``complete``, else why it ``stopped``, and how many nodes
    there are.
    """
    found = _path(backend, request) if request["verb"] == "path" else _lineage(backend, request)
    if found is None:
        return {"error": "none", "reason": "neither of the two comes from the other"}, ""
    found.url = request["url"]
    said = {"complete": found.complete, "stopped": found.stopped, "count": len(found)}
    return said, json.dumps(_page(found)) if request["as"] == "page" else _text(found, request)


def _lineage(backend: EmbeddedBackend, request: Mapping[str, Any]) -> LineageGraph:
    until = request["until"]
    asked = Request(
        direction=request["direction"],
        depth=request["depth"],
        kinds=request["kinds"] or None,
        stop_at=[NamedNode(iri) for iri in request["stop_at"]],
        until=None if until is None else datetime.fromisoformat(until),
        via=_via(request["via"]),
        view=request["view"],
        agents=request["agents"],
        versions=request["versions"],
        parts=request["parts"],
        granularity=request["granularity"],
        group=request["group"] or None,
        limit=request["limit"],
        timeout=request["timeout"],
    )
    starts = [NamedNode(iri) for iri in request["known"]]
    return lineage(backend, starts, asked, prefixes=request["prefixes"])


def _via(told: Mapping[str, str] | None) -> NamedNode | str | None:
    if told is None:
        return None
    return told["kind"] if "kind" in told else NamedNode(told["iri"])


def _path(backend: EmbeddedBackend, request: Mapping[str, Any]) -> LineageGraph | None:
    start, goal = (NamedNode(iri) for iri in request["known"])
    return path(
        backend,
        start,
        goal,
        kinds=request["kinds"] or None,
        agents=request["agents"],
        timeout=request["timeout"],
        prefixes=request["prefixes"],
    )


def _text(graph: LineageGraph, request: Mapping[str, Any]) -> str:
    wanted = request["as"]
    if wanted == "svg":
        return graph.to_svg(base_url=request["host"])
    if wanted == "dot":
        return graph.to_dot(base_url=request["host"])
    if wanted not in FORMATS:
        raise UnknownFormat(f"lineage is not written as {wanted}")
    return render(graph, wanted)


# For pages


def _page(graph: LineageGraph) -> dict[str, Any]:
    teller = Teller(graph)
    nodes = sorted(graph, key=lambda node: abs(node.depth))
    shown = {node.iri: number for number, node in enumerate(nodes[:_SHOWN])}
    # The style of a page says how a drawing within it looks, dark or light.
    drawing = _OWN_STYLE.sub("", graph.to_svg(most=_DRAWN, base_url="")) if nodes else ""
    joined: dict[Name, dict[str, None]] = defaultdict(dict)
    for edge in graph.edges:
        if edge.source in shown:
            joined[edge.source][phrase(edge.relation)] = None
    return {
        "title": teller.title(),
        "summary": teller.summary(),
        "nodes": [
            {
                "iri": identifier(node.iri),
                "kind": teller.kind(node),
                "label": teller.label(node),
                "depth": node.depth,
                "when": teller.when(node),
                "stands_for": node.stands_for,
                "relations": list(joined[node.iri]),
            }
            for node in nodes[:_SHOWN]
        ],
        "tree": _trees(graph, shown),
        "drawing": drawing,
        "sparql": graph.sparql,
    }


def _trees(graph: LineageGraph, shown: Mapping[Name, int]) -> list[dict[str, Any]]:
    """For each start and direction a tree of shortest ways, with the numbers of the nodes ``shown``."""
    ways = {"back": (False,), "forward": (True,), "both": (False, True)}[graph.direction]
    edges = telling(graph.edges)
    return [
        _tree(start, _links(edges, shown, against=against), shown, against=against)
        for against in ways
        for start in graph.starts
        if start in shown
    ]


def _links(
    edges: Sequence[Edge], shown: Mapping[Name, int], *, against: bool
) -> Mapping[Name, Mapping[Name, list[Edge]]]:
    links: dict[Name, dict[Name, list[Edge]]] = defaultdict(dict)
    for edge in edges:
        here, there = (edge.target, edge.source) if against else (edge.source, edge.target)
        if there in shown:
            links[here].setdefault(there, []).append(edge)
    return links


def _tree(
    start: Name,
    links: Mapping[Name, Mapping[Name, list[Edge]]],
    shown: Mapping[Name, int],
    *,
    against: bool,
) -> dict[str, Any]:
    root: dict[str, Any] = {"node": shown[start], "words": [], "below": []}
    met, level, lines = {start}, [(start, root)], 0
    for _ in range(_LEVELS):
        deeper: list[tuple[Name, dict[str, Any]]] = []
        for name, place in level:
            for other, between in links.get(name, {}).items():
                lines += 1
                if lines > _LINES:
                    root["cut"] = True
                    return root
                step = _step(shown[other], between, again=other in met and other in links, against=against)
                place["below"].append(step)
                if other not in met:
                    met.add(other)
                    deeper.append((other, step))
        level = deeper
    root["cut"] = any(links.get(name) for name, _ in level)
    return root


def _step(number: int, edges: Sequence[Edge], *, again: bool, against: bool) -> dict[str, Any]:
    words = dict.fromkeys(phrase(edge.relation, against=against) for edge in edges)
    return {
        "node": number,
        "words": list(words),
        "role": next((edge.role for edge in edges if edge.role), ""),
        "inferred": all(edge.inferred for edge in edges),
        "again": again,
        "below": [],
    }

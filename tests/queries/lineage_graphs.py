"""Lineage graphs made by hand, and those whose names try to break out of whatever shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from pyoxigraph import NamedNode

from whence.ontology.namespaces import PROV
from whence.queries.graph import Direction, Edge, LineageGraph, Node, NodeKind

EX = "http://example.org/"

HOSTILE = (
    "\"quoted\" 'single'",
    "line\nbreak\r\nand\ttab",
    "<script>alert(1)</script>",
    "]]><svg onload=alert(1)>",
    "</title></style><b>",
    "&lt;not a tag&gt; &amp; &#65;",
    "back\\slash \\N \\G \\",
    "`code` %%{init}%% #35; ;",
    '] --> evil["',
    "red\x1b[31m\x00\x07\ufffe",
    "turned \u202e around",
    "1. list",
    "=1+1",
    "🧬 größer 表",
)


def node(name: str, kind: NodeKind = "entity", depth: int = 0, label: str = "", count: int = 1) -> Node:
    return Node(NamedNode(EX + name), kind, label, depth=depth, stands_for=count)


def edge(source: str, relation: str, target: str, role: str = "", *, inferred: bool = False) -> Edge:
    ends = NamedNode(EX + source), NamedNode(EX + target)
    return Edge(*ends, relation, PROV[relation], role=role, inferred=inferred)


def graph(
    nodes: Iterable[Node], edges: Iterable[Edge], direction: Direction = "back", *, starts: int = 1
) -> LineageGraph:
    by_name = {one.iri: one for one in nodes}
    first = tuple(by_name)[:starts]
    return LineageGraph(first, direction, by_name, list(edges), prefixes={"ex": EX})


def report() -> LineageGraph:
    """A report, what wrote it, from what, and what came of it."""
    write = Node(
        NamedNode(f"{EX}write"),
        "activity",
        "writing",
        (PROV.Activity,),
        1,
        datetime(2026, 6, 1, 9, tzinfo=UTC),
        datetime(2026, 6, 1, 9, 5, tzinfo=UTC),
        (NamedNode("urn:run:1"),),
    )
    nodes = [
        node("report", label="the report"),
        write,
        node("data", depth=2, label="data"),
        node("files", depth=2, label="station files", count=7),
        node("kim", "agent", 2, "Kim"),
        node("old", depth=1, label="old edition"),
        node("news", depth=-1, label="newspaper"),
    ]
    edges = [
        edge("report", "wasGeneratedBy", "write"),
        edge("write", "used", "data", "input"),
        edge("write", "used", "files"),
        edge("write", "wasAssociatedWith", "kim"),
        edge("report", "wasRevisionOf", "old"),
        edge("report", "wasDerivedFrom", "old", inferred=True),
        edge("report", "wasDerivedFrom", "data", inferred=True),
        edge("old", "wasDerivedFrom", "data", inferred=True),
        edge("news", "wasDerivedFrom", "report"),
    ]
    return graph(nodes, edges, "both")


def hostile() -> LineageGraph:
    """A chain of things with the labels of :data:`HOSTILE`, which are roles as well."""
    nodes = [node(f"n{place}", depth=place, label=label) for place, label in enumerate(HOSTILE)]
    edges = [
        edge(f"n{place}", "wasDerivedFrom", f"n{place + 1}", label)
        for place, label in enumerate(HOSTILE[1:])
    ]
    return graph(nodes, edges)


def fan(wide: int, deep: int = 1) -> LineageGraph:
    """``wide`` ways of ``deep`` steps back from one thing."""
    nodes, edges = [node("start")], []
    for way in range(wide):
        for step in range(1, deep + 1):
            nodes.append(node(f"{way}-{step}", depth=step))
            before = "start" if step == 1 else f"{way}-{step - 1}"
            edges.append(edge(before, "wasDerivedFrom", f"{way}-{step}"))
    return graph(nodes, edges)

"""The answer of a walk through provenance: nodes and edges, as data that every rendering starts from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal as Choice
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode

__all__ = ["Direction", "Edge", "LineageGraph", "Node", "NodeKind"]

Direction: TypeAlias = Choice["back", "forward", "both"]
NodeKind: TypeAlias = Choice["entity", "activity", "agent", "other"]


@dataclass(frozen=True, slots=True)
class Node:
    """A resource that was reached. ``depth`` is its distance in steps, negative for what came after.

    ``started`` and ``ended`` are of activities; of entities ``started`` is the generation. ``stands_for``
    counts the alike siblings that a grouped node was made of, 1 for a node that is itself.
    """

    iri: NamedNode | BlankNode
    kind: NodeKind
    label: str
    types: tuple[NamedNode, ...] = ()
    depth: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    bundles: tuple[NamedNode, ...] = ()
    stands_for: int = 1


@dataclass(frozen=True, slots=True)
class Edge:
    """That ``source`` comes from ``target``: PROV's direction, effect to cause, whatever way was walked.

    ``relation`` is the PROV-N name (``used``, ``wasDerivedFrom``, ``hadMember``...), ``predicate`` the
    property that says it. ``inferred`` is true where no bundle asserts it.
    """

    source: NamedNode | BlankNode
    target: NamedNode | BlankNode
    relation: str
    predicate: NamedNode
    role: str = ""
    inferred: bool = False


@dataclass(slots=True)
class LineageGraph:
    """What a walk found. ``complete`` is false where it stopped early, and ``stopped`` says why.

    ``starts`` are the nodes asked about; ``sparql`` is a query that finds the same nodes, empty where
    SPARQL has none; ``url`` is where a server answers the same, when it came from one.
    """

    starts: tuple[NamedNode | BlankNode, ...]
    direction: Direction
    nodes: dict[NamedNode | BlankNode, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    complete: bool = True
    stopped: str = ""
    prefixes: dict[str, str] = field(default_factory=dict)
    sparql: str = ""
    url: str = ""

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __contains__(self, iri: object) -> bool:
        return iri in self.nodes

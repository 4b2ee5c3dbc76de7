"""The answer of a walk through provenance: nodes and edges, as data that every rendering starts from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from typing import Literal as Choice

from pyoxigraph import BlankNode, NamedNode

if TYPE_CHECKING:
    import networkx

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


class Edge(NamedTuple):
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

    def __repr__(self) -> str:
        starts = ", ".join(map(str, self.starts[:3])) + (", ..." if len(self.starts) > 3 else "")
        count = f"{len(self.nodes)} nodes, {len(self.edges)} edges"
        end = "" if self.complete else ", incomplete"
        return f"LineageGraph({self.direction} from {starts}: {count}{end})"

    def __str__(self) -> str:
        return self.to_tree()

    def to_tree(self, *, most: int = 500) -> str:
        """A tree as text, from where it starts; what was shown is not unrolled again. ``most`` lines."""
        from whence.queries.render_text import tree

        return tree(self, most=most)

    def to_table(self) -> str:
        """The nodes as aligned text, nearest first."""
        from whence.queries.render_text import table

        return table(self)

    def to_csv(self) -> str:
        """The nodes as CSV with a heading, nearest first."""
        from whence.queries.render_text import csv_text

        return csv_text(self)

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``json.dumps``: ``nodes``, ``edges``, ``starts``, ``complete`` and so on.

        Each node has ``steps``, ``kind``, ``label``, ``iri``, ``started``, ``ended``, ``types``,
        ``bundles``, ``stands_for`` and ``relations``; each edge ``source``, ``target``, ``relation``,
        ``predicate``, ``role`` and ``inferred``.
        """
        from whence.queries.render_data import json_data

        return json_data(self)

    def to_turtle(self) -> str:
        """PROV-O in Turtle, a part of what the store says, which can be loaded and validated by itself."""
        from whence.queries.render_data import turtle

        return turtle(self)

    def to_svg(self, *, most: int = 120, base_url: str | None = None) -> str:
        """A drawing as an SVG document, of at most ``most`` nodes and of boxes that count the others.

        With ``base_url``, the address of a Whence server, nodes are links to their pages.
        """
        from whence.queries.render_svg import svg

        return svg(self, most=most, base_url=base_url)

    def to_dot(self, *, base_url: str | None = None) -> str:
        """The whole graph for Graphviz."""
        from whence.queries.render_formats import dot

        return dot(self, base_url=base_url)

    def to_mermaid(self, *, most: int = 150, base_url: str | None = None) -> str:
        """A Mermaid flowchart of at most ``most`` nodes, and of boxes that count the others."""
        from whence.queries.render_formats import mermaid

        return mermaid(self, most=most, base_url=base_url)

    def to_graphml(self) -> str:
        """The whole graph as GraphML 1.0."""
        from whence.queries.render_graphml import graphml

        return graphml(self)

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """A ``networkx.MultiDiGraph`` of IRIs, with the attributes of GraphML.

        Raises :class:`~whence.errors.MissingExtra` without the extra ``networkx``.
        """
        from whence.queries.render_data import networkx_graph

        return networkx_graph(self)

    def save(self, path: str | Path, *, format: str | None = None) -> None:
        """Write it to a file.

        Its name ends in ``.svg``, ``.dot``, ``.mmd``, ``.graphml``, ``.json``, ``.csv``, ``.ttl`` or
        ``.txt`` (the tree). Raises :class:`~whence.errors.UnknownFormat` for another ending, unless
        ``format`` names one.
        """
        from whence.queries.render import save

        save(self, path, format)

    def _repr_html_(self) -> str:
        from whence.queries.render import page_fragment

        return page_fragment(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Jupyter's display: the drawing, or the tree where there are no drawings."""
        return {"text/html": self._repr_html_(), "text/plain": self.to_tree(most=60)}

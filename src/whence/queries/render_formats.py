"""A lineage graph in the languages of other drawing tools: DOT and Mermaid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from whence.queries.drawing import Drawing, Fold, choose
from whence.queries.graph import Edge, LineageGraph, Node
from whence.queries.telling import Teller, page_of, plain

__all__ = ["dot", "mermaid"]

_DOT_LOOKS: Final = {
    "entity": 'shape=ellipse, fillcolor="#fffc87", color="#808080"',
    "bundle": 'shape=folder, fillcolor="#e2eee2", color="#47754a"',
    "activity": 'shape=box, fillcolor="#9fb1fc", color="#0000ff"',
    "agent": 'shape=house, fillcolor="#fdb266", color="#808080"',
    "thing": 'shape=box, fillcolor="#ffffff", color="#808080"',
}
"""The colours of the PROV layout conventions (W3C, 2012)."""


def dot(graph: LineageGraph, *, base_url: str | None = None) -> str:
    """The whole graph for Graphviz: entities yellow ellipses, activities blue boxes, agents orange houses.

    Nodes have their IRI as tooltip and, with ``base_url``, their page on a Whence server as URL. What is
    inferred is dashed.
    """
    teller = Teller(graph)
    numbers = {name: number for number, name in enumerate(graph.nodes)}
    lines = [
        "digraph lineage {",
        f"  label={_quoted(teller.title())};",
        '  charset="UTF-8"; rankdir=RL; node [style=filled, fontname="sans-serif"];',
        '  edge [fontname="sans-serif", fontsize=10];',
    ]
    for name, number in numbers.items():
        node = graph.nodes[name]
        looks = _DOT_LOOKS[teller.kind(node)] + (", penwidth=3" if name in graph.starts else "")
        link = "" if base_url is None else f", URL={_quoted(page_of(node, base_url))}"
        words = _quoted(_label(node, teller))
        lines.append(f"  n{number} [label={words}, tooltip={_quoted(node.iri.value)}, {looks}{link}];")
    for edge in graph.edges:
        if edge.source in numbers and edge.target in numbers:
            ends = f"n{numbers[edge.source]} -> n{numbers[edge.target]}"
            style = ", style=dashed" if edge.inferred else ""
            lines.append(f"  {ends} [label={_quoted(_edge_label(edge))}{style}];")
    return "\n".join((*lines, "}", ""))


def _label(node: Node, teller: Teller) -> str:
    label = teller.label(node)
    return f"{label} ({node.stands_for:,} alike)" if node.stands_for > 1 else label


def _edge_label(edge: Edge) -> str:
    return f"{edge.relation} ({edge.role})" if edge.role else edge.relation


def _quoted(text: str) -> str:
    """A string of DOT that is taken as it is: no escapes, and no character references."""
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{escaped}"'


_MERMAID_MOST: Final = 150
_BRACKETS: Final[Mapping[str, tuple[str, str]]] = {
    "entity": ("([", "])"),
    "bundle": ("[[", "]]"),
    "activity": ("[", "]"),
    "agent": ("[/", "\\]"),
    "thing": ("(", ")"),
    "fold": ("(", ")"),
}
_CLASSES: Final = (
    "  classDef entity fill:#fffc87,stroke:#808080,color:#000000",
    "  classDef bundle fill:#e2eee2,stroke:#47754a,color:#000000",
    "  classDef activity fill:#9fb1fc,stroke:#0000ff,color:#000000",
    "  classDef agent fill:#fdb266,stroke:#808080,color:#000000",
    "  classDef thing fill:#ffffff,stroke:#808080,color:#000000",
    "  classDef fold fill:#f1efe9,stroke:#808080,color:#57606a,stroke-dasharray:4 3",
)
# Letters, digits and marks that Mermaid gives no meaning to; all else becomes a number of its own kind.
_NOT_SAFE: Final = re.compile(r"[^\w :/,()=+.-]|^[-+]|(?<=\d)\.(?=\s)|_{2,}", re.ASCII)


def mermaid(graph: LineageGraph, *, most: int = _MERMAID_MOST, base_url: str | None = None) -> str:
    """A Mermaid flowchart of at most ``most`` nodes, the nearest, and boxes that count the others.

    Mermaid refuses drawings of more than 500 arrows. With ``base_url`` nodes are links to their pages.
    """
    teller, drawing = Teller(graph), choose(graph, most)
    lines = ["flowchart RL", *_mermaid_boxes(drawing, teller, base_url)]
    for link in drawing.links[:500]:
        words = _safe(", ".join(link.relations))
        arrow = f'-. "{words}" .->' if link.inferred else f'-- "{words}" -->'
        lines.append(f"  n{link.source} {arrow} n{link.target}")
    return "\n".join((*lines, *_CLASSES, ""))


def _mermaid_boxes(drawing: Drawing, teller: Teller, base_url: str | None) -> Iterator[str]:
    for number, box in enumerate(drawing.boxes):
        kind = "fold" if isinstance(box, Fold) else teller.kind(box)
        label = box.title if isinstance(box, Fold) else _label(box, teller)
        opening, closing = _BRACKETS[kind]
        yield f'  n{number}{opening}"{_safe(label)}"{closing}:::{kind}'
        if base_url is not None and isinstance(box, Node):
            yield f'  click n{number} href "{page_of(box, base_url)}"'


def _safe(text: str) -> str:
    """Text for Mermaid: what might mean something to it is written as numbered characters."""
    return _NOT_SAFE.sub(lambda found: "".join(map(_numbered, found[0])), plain(text))


def _numbered(character: str) -> str:
    return character if character.isalnum() and not character.isascii() else f"#{ord(character)};"

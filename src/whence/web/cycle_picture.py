"""The picture of events that would have to come before themselves: time goes right, one step leads back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pygraphviz

from whence.queries.layout import (
    Box,
    Flip,
    arrow_paths,
    centre,
    drawn,
    inches,
    label_place,
    lines_of,
    outline,
    room_for,
)

__all__ = ["CyclePicture", "draw_cycle"]

_KINDS: Final = {"generation": "entity", "usage": "entity", "invalidation": "entity"}
_SIDE_BY_SIDE: Final = 4
_WORDS: Final = 24
_WIDE: Final = 1036


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the order, drawn. ``back`` is the one that contradicts the others."""

    line: str
    head: str
    text: str
    x: float
    y: float
    title: str
    back: bool


@dataclass(frozen=True, slots=True)
class CyclePicture:
    """A drawing in SVG user units."""

    width: float
    height: float
    boxes: list[Box]
    steps: list[Step]

    @property
    def scale(self) -> float:
        """How much smaller than drawn it is shown: to fit the page, but never too small to read."""
        return max(min(1.0, _WIDE / self.width), 0.8)


@dataclass(frozen=True, slots=True)
class _Node:
    lines: list[str]
    title: str
    href: str
    kind: str


def draw_cycle(
    steps: Sequence[Mapping[str, Any]], gap: int, link: Callable[[str | None], str]
) -> CyclePicture:
    """Draw the steps of a cycle as reports have them in JSON, the last of them as the one that leads back.

    ``gap`` is how many steps are left out in the middle; ``link`` gives the page of a resource, or "".
    """
    nodes, edges = _graph_of(steps, gap, link)
    plan, width, height, flip = drawn(_sizes(nodes, edges))
    boxes = [_box(found, nodes[int(found["name"][1:])], flip) for found in plan["objects"]]
    arrows = [_step(found, edges[int(found["id"])], flip) for found in plan["edges"]]
    return CyclePicture(width, height, boxes, arrows)


_Edge = tuple[int, int, str, str, bool]


def _graph_of(
    steps: Sequence[Mapping[str, Any]], gap: int, link: Callable[[str | None], str]
) -> tuple[list[_Node], list[_Edge]]:
    half = len(steps) // 2 if gap else len(steps)
    nodes = [_node(step["before"], link) for step in steps]
    edges: list[_Edge] = []
    for place, step in enumerate(steps):
        # Behind a gap there are two places more: that of the gap, and of what the step before it leads to.
        start = place + (2 if place >= half else 0)
        back = place == len(steps) - 1
        title = f"{step['before']['text']} {step['relation']} {step['after']['text']} ({step['label']})"
        words = step["relation"].removeprefix("comes ").removeprefix("is ")
        edges.append((start, 0 if back else start + 1, f"{words} ({step['rule']['id']})", title, back))
    if gap:
        title = f"{gap:,} more steps"
        nodes[half:half] = [
            _node(steps[half - 1]["after"], link),
            _Node([f"… {title} …"], title, "", "gap"),
        ]
        edges += [(half, half + 1, "", title, False), (half + 1, half + 2, "", title, False)]
    return nodes, edges


def _node(event: Mapping[str, Any], link: Callable[[str | None], str]) -> _Node:
    kind = _KINDS.get(event["kind"], "activity")
    return _Node(lines_of(event["text"], _WORDS), event["text"], link(event["of"]), kind)


def _sizes(nodes: Sequence[_Node], edges: Sequence[_Edge]) -> pygraphviz.AGraph:
    direction = "LR" if len(nodes) <= _SIDE_BY_SIDE else "TB"
    graph = pygraphviz.AGraph(
        directed=True, strict=False, rankdir=direction, nodesep="0.3", ranksep="0.4", pad="0.05"
    )
    for number, node in enumerate(nodes):
        graph.add_node(
            f"n{number}",
            label="",
            shape="ellipse" if node.kind == "entity" else "box",
            width=max(inches(node.lines) * (1.15 if node.kind == "entity" else 1), 0.8),
            height=0.42 + 0.16 * (len(node.lines) - 1),
            fixedsize=True,
        )
    for number, (start, end, words, _, back) in enumerate(edges):
        # The step back is laid out as if it led on, so that the others keep their direction.
        ends = (end, start) if back and start != end else (start, end)
        way = "back" if ends != (start, end) else "forward"
        graph.add_edge(
            *(f"n{place}" for place in ends),
            key=str(number),
            id=str(number),
            label=room_for(words) if words else "",
            arrowsize=0.6,
            dir=way,
        )
    return graph


def _box(found: Mapping[str, Any], node: _Node, flip: Flip) -> Box:
    x, y = centre(found, flip)
    middle = y - 7 * (len(node.lines) - 1)
    lines = [(round(middle + 4 + 14 * number, 1), line) for number, line in enumerate(node.lines)]
    return Box(outline(found, flip), x, y, lines, node.title, node.href, node.kind, current=False)


def _step(found: Mapping[str, Any], edge: _Edge, flip: Flip) -> Step:
    line, head = arrow_paths(found, flip)
    x, y = label_place(found, flip)
    return Step(line, head, edge[2], x, y, edge[3], edge[4])

"""Graphviz at work: small graphs laid out as SVG path data. It sees sizes only, no text of the data."""

from __future__ import annotations

import json
import textwrap
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pygraphviz

__all__ = [
    "Box",
    "Flip",
    "arrow_paths",
    "centre",
    "drawn",
    "inches",
    "label_place",
    "lines_of",
    "outline",
    "room_for",
]

_LINE: Final = 20
_LETTER: Final = 6.7
_SMALL_LETTER: Final = 5.2
_POINTS: Final = 72

# Graphviz in this process is not safe to enter from two threads at once.
_LAYOUT = threading.Lock()


@dataclass(frozen=True, slots=True)
class Box:
    """One node, drawn: the outline as SVG path data, and where its words go."""

    outline: str
    x: float
    y: float
    lines: list[tuple[float, str]]
    title: str
    href: str
    kind: str
    current: bool


@dataclass(frozen=True, slots=True)
class Flip:
    """Graphviz counts upwards from the bottom, SVG downwards from the top."""

    left: float
    top: float

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        return round(x - self.left, 1), round(self.top - y, 1)

    def path(self, points: Iterable[Iterable[float]]) -> list[str]:
        """Points as SVG writes them."""
        return ["{} {}".format(*self(*point)) for point in points]


def drawn(graph: pygraphviz.AGraph) -> tuple[Any, float, float, Flip]:
    """The graph laid out by ``dot``: Graphviz's JSON, width, height, and what turns its places to SVG's."""
    with _LAYOUT:
        plan = json.loads(graph.draw(format="json", prog="dot"))
    left, bottom, right, top = (float(number) for number in plan["bb"].split(","))
    return plan, right - left, top - bottom, Flip(left, top)


def lines_of(label: str, width: int = _LINE) -> list[str]:
    """A label in at most two lines; what is left over becomes an ellipsis."""
    lines = textwrap.wrap(label, width, max_lines=2, placeholder="…", break_on_hyphens=False)
    return lines or ["…"]


def inches(lines: Iterable[str]) -> float:
    """The width of a box for lines of text, in Graphviz's unit."""
    return (max(len(line) for line in lines) * _LETTER + 22) / _POINTS


def room_for(words: str) -> str:
    """An empty label of the right size: with text in it, Graphviz would go looking for fonts."""
    cell = f'width="{len(words) * _SMALL_LETTER + 6:.0f}" height="11"'
    return f'<<table border="0" cellspacing="0" fixedsize="true" {cell}><tr><td></td></tr></table>>'


def centre(found: Mapping[str, Any], flip: Flip) -> tuple[float, float]:
    """Where a node is."""
    x, y = (float(part) for part in found["pos"].split(","))
    return flip(x, y)


def outline(found: Mapping[str, Any], flip: Flip) -> str:
    """A node's shape."""
    path = ""
    x, y = centre(found, flip)
    for step in found["_draw_"]:
        if step["op"] in "eE":
            rx, ry = step["rect"][2:]
            path = f"M{x - rx:.1f} {y}a{rx} {ry} 0 1 0 {2 * rx:.1f} 0a{rx} {ry} 0 1 0 {-2 * rx:.1f} 0z"
        elif step["op"] in "pP":
            path = "M" + "L".join(flip.path(step["points"])) + "z"
        elif step["op"] in "bB":
            start, *rest = flip.path(step["points"])
            path = f"M{start}C{' '.join(rest)}z"
    return path


def arrow_paths(found: Mapping[str, Any], flip: Flip) -> tuple[str, str]:
    """An edge's line and its head."""
    line = head = ""
    for step in found["_draw_"]:
        if step["op"] in "bB":
            start, *rest = flip.path(step["points"])
            line = f"M{start}C{' '.join(rest)}"
    # An edge that was laid out the other way round has its head at the tail.
    for step in (*found.get("_hdraw_", ()), *found.get("_tdraw_", ())):
        if step["op"] in "pP":
            head = "M" + "L".join(flip.path(step["points"])) + "z"
    return line, head


def label_place(found: Mapping[str, Any], flip: Flip) -> tuple[float, float]:
    """Where the words of an edge go; the corner for one without words."""
    if "lp" not in found:
        return 0.0, 0.0
    x, y = (float(part) for part in found["lp"].split(","))
    return flip(x, y)

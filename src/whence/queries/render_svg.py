"""A lineage graph as a drawing in the looks of PROV: a whole SVG document that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import pygraphviz

from whence.queries.drawing import Drawing, Fold, Link, choose
from whence.queries.graph import LineageGraph, Node
from whence.queries.layout import (
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
from whence.queries.telling import Teller, group_of, page_of, phrase, plain

__all__ = ["MOST", "svg"]

MOST: Final = 120
"""Nodes that are drawn unless more are asked for."""

_MOST_LABELLED: Final = 40
_LETTER: Final = 6.4
_SHAPES: Final = {"entity": "ellipse", "bundle": "ellipse", "activity": "box", "agent": "house"}
_LIGHT: Final = {
    "entity": ("#fff6bf", "#8a7400", "#3d3400"),
    "activity": ("#e0e5ff", "#4052b8", "#1d2766"),
    "agent": ("#ffe2c4", "#ab520a", "#552800"),
    "bundle": ("#e2eee2", "#47754a", "#1f3d21"),
    "thing": ("#fcfbf8", "#8b8f94", "#1d2125"),
    "fold": ("#f1efe9", "#8b8f94", "#57606a"),
}
_DARK: Final = {
    "entity": ("#3b350f", "#cdbb45", "#f7edb2"),
    "activity": ("#242c58", "#96a5f7", "#e2e7ff"),
    "agent": ("#482a0e", "#eda25f", "#ffe5cb"),
    "bundle": ("#1f3421", "#86b98a", "#dcefdd"),
    "thing": ("#15181b", "#7d858d", "#e7e4dd"),
    "fold": ("#23282c", "#7d858d", "#a6adb4"),
}
_DASHES: Final = {"versions": "5 3", "members": "5 3", "responsibility": "2 3"}
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def svg(graph: LineageGraph, *, most: int = MOST, base_url: str | None = None) -> str:
    """The drawing: arrows lead back to where things come from; later things are further right.

    At most ``most`` nodes are drawn, the nearest; the others are counted in a box for each distance, and a
    line says so. ``base_url`` is the address of a Whence server, ``""`` for the one that serves the
    drawing: with it each node is a link to its page.
    """
    teller, drawing = Teller(graph), choose(graph, most)
    if not drawing.boxes:
        return _document(teller, [], 220, 40, note="Nothing was found.", links=False)
    labelled = len(drawing.links) <= _MOST_LABELLED
    plan, width, height, flip = drawn(_graph(drawing, teller, labelled=labelled))
    starts = set(graph.starts)
    parts = ['<g class="arrows">']
    parts += [
        _arrow(found, drawing.links[int(found["id"])], teller, flip) for found in plan.get("edges", ())
    ]
    parts.append("</g>")
    for found in plan["objects"]:
        box = drawing.boxes[int(found["name"][1:])]
        is_start = isinstance(box, Node) and box.iri in starts
        parts.append(_box(found, box, teller, flip, base_url, is_start=is_start))
    return _document(teller, parts, width, height, note=drawing.note, links=base_url is not None)


def _document(
    teller: Teller, parts: Sequence[str], width: float, height: float, *, note: str, links: bool
) -> str:
    lines = [note] if note else []
    bottom = height + (22 if note else 0)
    width = max(width, len(note) * _LETTER)
    box = f"-8 -8 {width + 16:.0f} {bottom + 16:.0f}"
    # Within an image nothing can be reached; a group lets readers go through its links.
    role = "group" if links else "img"
    title, summary = escape(teller.title()), escape(" ".join([teller.summary(), *lines]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="whence-lineage" viewBox="{box}" '
        f'width="{width + 16:.0f}" height="{bottom + 16:.0f}" role="{role}" '
        f'aria-label="{title}" font-family="{_FONT}" font-size="12" text-anchor="middle">\n'
        f"<title>{title}</title>\n<desc>{summary}</desc>\n<style>{_style()}</style>\n"
        f'<rect class="ground" x="-8" y="-8" width="100%" height="100%" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + (_note(note, width, height) if note else "")
        + "\n</svg>\n"
    )


def _note(note: str, width: float, height: float) -> str:
    place = f'x="{width / 2:.0f}" y="{height + 16:.0f}"'
    return f'\n<text class="note" {place} fill="#57606a">{escape(note)}</text>'


def _style() -> str:
    scope = ".whence-lineage"
    dark = [
        f"{scope} .{kind} path{{fill:{fill};stroke:{line}}}{scope} .{kind} text{{fill:{ink}}}"
        for kind, (fill, line, ink) in _DARK.items()
    ]
    dark.append(f"{scope} .ground{{fill:#1c2024}}{scope} .arrow text{{fill:#a6adb4;stroke:#1c2024}}")
    dark.append(f"{scope} .note{{fill:#a6adb4}}")
    rules = "".join(dark)
    return (
        f"{scope} a:hover path,{scope} a:focus path{{stroke-width:3}}"
        f"{scope} a:focus-visible{{outline:none}}{scope} a:focus-visible path{{stroke-width:4}}"
        f"@media (prefers-color-scheme:dark){{{rules}}}"
    )


def _graph(drawing: Drawing, teller: Teller, *, labelled: bool) -> pygraphviz.AGraph:
    # The limits keep crowded drawings to seconds; small ones never reach them.
    graph = pygraphviz.AGraph(
        directed=True, strict=False, rankdir="RL", nodesep="0.2", ranksep="0.45", pad="0.05",
        nslimit="2", nslimit1="2", mclimit="0.5",
    )  # fmt: skip
    for number, box in enumerate(drawing.boxes):
        kind, lines = _kind(box, teller), _lines(box, teller)
        shape = _SHAPES.get(kind, "box")
        graph.add_node(
            f"n{number}",
            label="",
            shape=shape,
            style="solid" if kind in _SHAPES else "rounded",
            width=max(inches(lines) * (1.15 if shape == "ellipse" else 1), 0.8),
            height=(0.58 if shape == "house" else 0.42) + 0.16 * (len(lines) - 1),
            fixedsize=True,
        )
    for number, link in enumerate(drawing.links):
        words = room_for(_words(link)) if labelled else ""
        ends = f"n{link.source}", f"n{link.target}"
        graph.add_edge(*ends, key=str(number), id=str(number), label=words, arrowsize=0.6)
    return graph


def _kind(box: Node | Fold, teller: Teller) -> str:
    return "fold" if isinstance(box, Fold) else teller.kind(box)


def _lines(box: Node | Fold, teller: Teller) -> list[str]:
    if isinstance(box, Fold):
        return [box.label]
    lines = lines_of(teller.label(box))
    return [*lines, f"{box.stands_for:,} alike"] if box.stands_for > 1 else lines


def _words(link: Link) -> str:
    words = phrase(link.relations[0]).removeprefix("was ").removeprefix("is a ").removeprefix("is an ")
    return words.removeprefix("is ").removeprefix("has the ")


def _box(
    found: Mapping[str, Any],
    box: Node | Fold,
    teller: Teller,
    flip: Flip,
    base_url: str | None,
    *,
    is_start: bool,
) -> str:
    kind, lines = _kind(box, teller), _lines(box, teller)
    x, y = centre(found, flip)
    # A house has its roof above the words.
    first = y + (6 if kind == "agent" else 0) - 7 * (len(lines) - 1) + 4
    fill, line, ink = _LIGHT[kind]
    spans = "".join(
        f'<tspan x="{x}" y="{first + 14 * number:.1f}">{escape(text)}</tspan>'
        for number, text in enumerate(lines)
    )
    title = box.title if isinstance(box, Fold) else f"{teller.full(box)} ({kind})"
    dashes = ' stroke-dasharray="4 3"' if kind == "fold" else ""
    bold = ' font-weight="700"' if is_start else ""
    body = (
        f"<title>{escape(title)}</title>"
        f'<path d="{outline(found, flip)}" fill="{fill}" stroke="{line}" '
        f'stroke-width="{3 if is_start else 1.2}"{dashes}/>'
        f'<text fill="{ink}"{bold}>{spans}</text>'
    )
    name = f"box {kind} current" if is_start else f"box {kind}"
    if base_url is None or isinstance(box, Fold):
        return f'<g class="{name}">{body}</g>'
    href = escape(page_of(box, base_url))
    return f'<a class="{name}" href="{href}" aria-label="{escape(title)}">{body}</a>'


def _arrow(found: Mapping[str, Any], link: Link, teller: Teller, flip: Flip) -> str:
    line, head = arrow_paths(found, flip)
    kind = group_of(link.relations[0])
    dashes = f' stroke-dasharray="{_DASHES[kind]}"' if kind in _DASHES else ""
    told = [plain(teller.sentence(edge)) for edge in link.edges[:5]]
    if len(link.edges) > 5:
        told.append(f"and {len(link.edges) - 5:,} more")
    parts = [f'<path class="line" d="{line}" fill="none" stroke="#8b8f94" stroke-width="1.1"{dashes}/>']
    if head:
        parts.append(f'<path class="head" d="{head}" fill="#8b8f94" stroke="#8b8f94"/>')
    if "lp" in found:
        x, y = label_place(found, flip)
        style = 'font-size="10" fill="#57606a" stroke="#ffffff" stroke-width="3" paint-order="stroke"'
        parts.append(f'<text x="{x}" y="{y + 3:.1f}" {style}>{escape(_words(link))}</text>')
    name = f"arrow {kind} inferred" if link.inferred else f"arrow {kind}"
    opacity = ' opacity="0.6"' if link.inferred else ""
    return f'<g class="{name}"{opacity}><title>{escape(chr(10).join(told))}</title>{"".join(parts)}</g>'

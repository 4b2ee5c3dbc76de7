"""The forms that a lineage graph can take, by name and by the ending of a file."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from whence.errors import UnknownFormat
from whence.queries import render_data, render_formats, render_graphml, render_text
from whence.queries.telling import Teller

if TYPE_CHECKING:
    from whence.queries.graph import LineageGraph

__all__ = ["FORMATS", "Rendering", "page_fragment", "render", "rendering", "save"]


@dataclass(frozen=True, slots=True)
class Rendering:
    """One form: its name, endings of files, media type, and what makes the text."""

    name: str
    endings: tuple[str, ...]
    media_type: str
    text: Callable[[LineageGraph], str]


def _svg(graph: LineageGraph) -> str:
    # Graphviz is loaded only by those who draw.
    from whence.queries.render_svg import svg

    return svg(graph)


def _json(graph: LineageGraph) -> str:
    return json.dumps(render_data.json_data(graph), indent=2, ensure_ascii=False) + "\n"


_ALL: Final = (
    Rendering("tree", (".txt",), "text/plain", lambda graph: f"{render_text.tree(graph)}\n"),
    Rendering("table", (), "text/plain", lambda graph: f"{render_text.table(graph)}\n"),
    Rendering("json", (".json",), "application/json", _json),
    Rendering("csv", (".csv",), "text/csv", render_text.csv_text),
    Rendering("turtle", (".ttl",), "text/turtle", render_data.turtle),
    Rendering("svg", (".svg",), "image/svg+xml", _svg),
    Rendering("dot", (".dot", ".gv"), "text/vnd.graphviz", render_formats.dot),
    Rendering("mermaid", (".mmd", ".mermaid"), "text/vnd.mermaid", render_formats.mermaid),
    Rendering("graphml", (".graphml",), "application/graphml+xml", render_graphml.graphml),
)
FORMATS: Final[Mapping[str, Rendering]] = {form.name: form for form in _ALL}
"""Every form by its name."""
_BY_ENDING: Final = {ending: form for form in _ALL for ending in form.endings}


def rendering(name: str) -> Rendering:
    """The form of a name, or of a file's name by its ending; raises :class:`UnknownFormat`."""
    form = FORMATS.get(name) or _BY_ENDING.get(Path(name).suffix.lower())
    if form is None:
        endings = ", ".join(sorted(_BY_ENDING))
        raise UnknownFormat(f"{name}: lineage is written as {', '.join(FORMATS)}, to files named {endings}")
    return form


def render(graph: LineageGraph, format: str) -> str:
    """The graph as text in a format of :data:`FORMATS`."""
    return rendering(format).text(graph)


def save(graph: LineageGraph, path: str | Path, format: str | None = None) -> None:
    """Write the graph to a file, in the format its name ends with unless one is given."""
    Path(path).write_text(render(graph, format or str(path)), encoding="utf-8", newline="")


def page_fragment(graph: LineageGraph) -> str:
    """The drawing as HTML with a line that says how much it is."""
    teller = Teller(graph)
    caption = html.escape(f"{teller.title()}: {teller.summary()}")
    return f'<figure style="overflow-x:auto">{_svg(graph)}<figcaption>{caption}</figcaption></figure>'

"""A lineage graph as text: a tree for terminals, a table, and records for programs."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final, TypeAlias

from pyoxigraph import BlankNode, NamedNode

from whence.queries.drawing import telling
from whence.queries.graph import Edge, LineageGraph, Node
from whence.queries.telling import Teller, identifier, phrase, plain

__all__ = ["COLUMNS", "csv_text", "print_tree", "records", "table", "tree"]

COLUMNS: Final = ("steps", "kind", "label", "iri", "started", "ended", "relations")
"""The columns of :func:`records` that tables show."""

_MOST_ROWS: Final = 500
_MOST_LEVELS: Final = 60
_WIDEST: Final = 60
_COLOURS: Final = {"entity": "yellow", "activity": "blue", "agent": "dark_orange", "bundle": "green"}

Name: TypeAlias = NamedNode | BlankNode
Links: TypeAlias = Mapping[Name, Mapping[Name, list[Edge]]]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a tree: what stands before it, how it was reached, and of what it tells."""

    indent: str
    words: str
    node: Node | None
    note: str = ""


def tree(graph: LineageGraph, *, most: int = _MOST_ROWS) -> str:
    """The graph unrolled from where it starts: each step says how it was reached.

    What was shown already is not unrolled again. At most ``most`` lines, nearest steps first, and a last
    line that says how much there is in all.
    """
    teller = Teller(graph)
    lines = [_plain_line(line, teller) for line in _unrolled(graph, most)]
    return "\n".join((*lines, "", teller.summary()))


def print_tree(graph: LineageGraph, output: IO[str] | None = None, *, most: int = _MOST_ROWS) -> None:
    """Print the tree in the colours of PROV."""
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    console, teller = Console(file=output, highlight=False), Teller(graph)
    for line in _unrolled(graph, most):
        text = Text()
        text.append(line.indent + line.words, "dim")
        if line.node is not None:
            label, *rest = teller.full(line.node).split("  ")
            text.append(label, Style(color=_COLOURS.get(teller.kind(line.node)), bold=not line.indent))
            text.append("".join(f"  {part}" for part in rest), "dim")
        text.append(line.note, "dim italic")
        console.print(text, soft_wrap=True)
    console.print(Text(f"\n{teller.summary()}"))


def _plain_line(line: _Line, teller: Teller) -> str:
    told = teller.full(line.node) if line.node is not None else ""
    return f"{line.indent}{line.words}{told}{line.note}"


def _unrolled(graph: LineageGraph, most: int) -> Iterator[_Line]:
    ways = {"back": (False,), "forward": (True,), "both": (False, True)}[graph.direction]
    edges = telling(graph.edges)
    links = {against: _links(edges, against=against) for against in ways}
    room = most
    for start in graph.starts:
        if start not in graph.nodes:
            continue
        yield _Line("", "", graph.nodes[start])
        for against in ways:
            more = against != ways[-1] and start in links[ways[-1]]
            for line in _branches(graph, start, links[against], room, against=against, more=more):
                room -= 1
                yield line


def _links(edges: Iterable[Edge], *, against: bool) -> Links:
    links: dict[Name, dict[Name, list[Edge]]] = defaultdict(dict)
    for edge in edges:
        here, there = (edge.target, edge.source) if against else (edge.source, edge.target)
        links[here].setdefault(there, []).append(edge)
    return links


@dataclass(slots=True)
class _Step:
    """A resource that a tree has at some place, and what is below it. ``again`` was elsewhere before."""

    name: Name
    level: int
    edges: list[Edge]
    below: list[_Step]
    again: bool = False
    left: int = 0


def _branches(
    graph: LineageGraph, start: Name, links: Links, room: int, *, against: bool, more: bool
) -> Iterator[_Line]:
    root = _grown(graph, start, links, room)
    waiting = [(step, "", step is root.below[-1] and not more) for step in reversed(root.below)]
    if root.left:
        yield _Line("", "", None, _left(root.left))
    while waiting:
        step, indent, is_last = waiting.pop()
        words = ", ".join(dict.fromkeys(phrase(edge.relation, against=against) for edge in step.edges))
        role = next((f" as {plain(edge.role)}" for edge in step.edges if edge.role), "")
        follows = "  (inferred)" if all(edge.inferred for edge in step.edges) else ""
        note = follows + ("  (shown elsewhere)" if step.again else "")
        joint = "└─ " if is_last else "├─ "
        yield _Line(indent + joint, f"{words}{role}  ", graph.nodes[step.name], note)
        indent += "   " if is_last else "│  "
        if step.left:
            yield _Line(indent, "", None, _left(step.left))
        waiting += [(child, indent, child is step.below[-1]) for child in reversed(step.below)]


def _left(count: int) -> str:
    return f"… {count:,} more step{'' if count == 1 else 's'} from here"


def _grown(graph: LineageGraph, start: Name, links: Links, room: int) -> _Step:
    """The tree of shortest ways from the start, cut where there is no more room."""
    root = _Step(start, 0, [], [])
    shown = {start}
    level = [root]
    while level:
        deeper: list[_Step] = []
        for step in level:
            reached = {name: e for name, e in links.get(step.name, {}).items() if name in graph.nodes}
            for number, (name, edges) in enumerate(reached.items()):
                if room <= 0 or step.level >= _MOST_LEVELS:
                    step.left = len(reached) - number
                    break
                room -= 1
                child = _Step(name, step.level + 1, edges, [], name in shown and bool(links.get(name)))
                step.below.append(child)
                if name not in shown:
                    shown.add(name)
                    deeper.append(child)
        level = deeper
    return root


def records(graph: LineageGraph) -> list[dict[str, Any]]:
    """The nodes as plain values, nearest first.

    ``steps`` from where it starts (negative for what came after), ``kind``, ``label``, ``iri``, ``started``
    and ``ended`` (ISO 8601, ``None`` if unknown; of entities ``started`` is the generation), ``types`` and
    ``bundles`` (lists of IRIs), ``stands_for``, and ``relations``: the PROV-N names by which it is joined
    to the rest, in order.
    """
    joined: dict[Name, set[str]] = defaultdict(set)
    for edge in graph.edges:
        joined[edge.source].add(edge.relation)
        joined[edge.target].add(edge.relation)
    teller = Teller(graph)
    return [
        {
            "steps": node.depth,
            "kind": node.kind,
            "label": node.label or teller.iri(node),
            "iri": identifier(node.iri),
            "started": node.started.isoformat() if node.started else None,
            "ended": node.ended.isoformat() if node.ended else None,
            "types": [iri.value for iri in node.types],
            "bundles": [iri.value for iri in node.bundles],
            "stands_for": node.stands_for,
            "relations": sorted(joined[node.iri]),
        }
        for node in sorted(graph, key=lambda node: abs(node.depth))
    ]


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        for name, value in record.items()
    }


def csv_text(graph: LineageGraph) -> str:
    """The :func:`records` as CSV (RFC 4180) with a heading; lists have spaces in between."""
    text = io.StringIO(newline="")
    columns = [*COLUMNS, "types", "bundles", "stands_for"]
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(map(_flat, records(graph)))
    return text.getvalue()


def table(graph: LineageGraph) -> str:
    """The nodes as aligned text, one a line, with long labels clipped."""
    rows = [[_cell(name, record[name]) for name in COLUMNS] for record in map(_flat, records(graph))]
    grid = [list(COLUMNS), *rows]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    grid.insert(1, ["-" * width for width in widths])
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in grid)
    return "\n".join((*lines, "", Teller(graph).summary()))


def _cell(column: str, text: str) -> str:
    cell = plain(text)
    # A name that is cut is of no use.
    return cell if column == "iri" or len(cell) <= _WIDEST else f"{cell[: _WIDEST - 1]}…"

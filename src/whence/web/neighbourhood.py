"""The picture of what is around a resource: chosen here, laid out by Graphviz, drawn by a template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Final, TypeAlias

import pygraphviz
from pyoxigraph import NamedNode

from whence.ontology.namespaces import PROV
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
from whence.queries.words import BY_DIRECT, REVERSED, Relation
from whence.web.facts import Facts
from whence.web.reading import ReadService, rows_of
from whence.web.terms import Names, page_url

__all__ = ["Arrow", "Box", "Picture", "choose", "draw"]

MAX_NODES: Final = 25
_NEAR: Final = 16
_ENOUGH: Final = 12
_MAX_LABELLED: Final = 12
_WIDE: Final = 1036

Edge: TypeAlias = tuple[NamedNode, Relation, NamedNode]

_SHAPES: Final = {"entity": "ellipse", "bundle": "ellipse", "activity": "box", "agent": "house"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a picture shows: edges among at most :data:`MAX_NODES` resources, and how many are left out."""

    nodes: list[NamedNode]
    edges: list[Edge]
    more: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """One relation, drawn."""

    line: str
    head: str
    text: str
    x: float
    y: float
    title: str
    subject: NamedNode
    target: NamedNode
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing in SVG user units."""

    width: float
    height: float
    boxes: list[Box]
    arrows: list[Arrow]
    more: int

    @property
    def scale(self) -> float:
        """How much smaller than drawn it is shown: to fit the page, but never too small to read."""
        return max(min(1.0, _WIDE / self.width), 0.8)


def choose(service: ReadService, facts: Facts) -> Choice:
    """The resources and relations to draw around ``facts.this``, near ones first."""
    edges = _edges_of(facts)
    near: dict[tuple[str, bool], list[NamedNode]] = defaultdict(list)
    for subject, relation, target in edges:
        far = target if subject == facts.this else subject
        near[relation.name, subject == facts.this].append(far)
    # In turns, so that a hundred members do not hide the one activity that made them.
    turns = chain.from_iterable(zip_longest(*near.values()))
    ranked = list(dict.fromkeys(node for node in turns if node is not None and node != facts.this))
    chosen = [facts.this, *ranked[: MAX_NODES - 1 if len(ranked) < MAX_NODES else _NEAR]]
    if ranked:
        further = _further(service, chosen[1:])
        beyond = [node for node in _beyond(facts.this, edges, further) if node not in chosen]
        chosen += beyond[: max(_ENOUGH - len(chosen), 0)]
        edges += further
    known = sum(count.number for key, count in facts.totals.items() if key[1] in BY_DIRECT)
    more = max(len(ranked), known) - (len(set(chosen) & set(ranked)))
    return Choice(chosen, _tidy(edges, set(chosen)), max(more, 0))


def _edges_of(facts: Facts) -> list[Edge]:
    edges = []
    for way, predicate, far in facts.edges():
        if not isinstance(far, NamedNode):
            continue
        forward = (way == "outgoing") != (predicate in REVERSED)
        relation = BY_DIRECT.get(REVERSED.get(predicate, predicate))
        if relation is not None:
            edges.append((facts.this, relation, far) if forward else (far, relation, facts.this))
    return edges


def _beyond(this: NamedNode, edges: list[Edge], further: list[Edge]) -> Iterable[NamedNode]:
    """What near causes come from and what near effects led to, in turns; not what merely shares them."""
    causes = {target for subject, _, target in edges if subject == this}
    effects = {subject for subject, _, target in edges if target == this}
    back = [target for subject, _, target in further if subject in causes]
    forth = [subject for subject, _, target in further if target in effects]
    turns = chain.from_iterable(zip_longest(back, forth))
    return dict.fromkeys(node for node in turns if node is not None)


def _further(service: ReadService, nodes: Iterable[NamedNode]) -> list[Edge]:
    rows = rows_of(service, "neighbours", terms=list(nodes), properties=sorted(_DRAWN, key=str), limit=400)
    return [
        (subject, BY_DIRECT[predicate], target)
        for subject, predicate, target in rows
        if isinstance(subject, NamedNode)
        and isinstance(predicate, NamedNode)
        and isinstance(target, NamedNode)
    ]


# Farther out only what flows is drawn: an agent's other work would drown the rest.
_DRAWN: Final = frozenset({PROV.wasGeneratedBy, PROV.used, PROV.wasDerivedFrom, PROV.wasRevisionOf})


def _tidy(edges: list[Edge], chosen: set[NamedNode]) -> list[Edge]:
    """Edges among the chosen, each once, without those that more telling ones imply."""
    kept = dict.fromkeys(e for e in edges if e[0] in chosen and e[2] in chosen and e[0] != e[2])
    implied = {
        (subject, relation.broader, target) for subject, relation, target in kept if relation.broader
    }
    implied |= {(s, PROV.wasInfluencedBy, o) for s, r, o in kept if r.name != "wasInfluencedBy"}
    made = {(s, o) for s, r, o in kept if r.name == "wasGeneratedBy"}
    used = {(s, o) for s, r, o in kept if r.name == "used"}
    # Made by what used it: the derivation follows the two arrows that are there anyway.
    implied |= {(e, PROV.wasDerivedFrom, source) for e, a in made for b, source in used if a == b}
    # So does communication; and of two versions of one thing, nobody needs to be told they are alternates.
    implied |= {(b, PROV.wasInformedBy, a) for e, a in made for b, source in used if e == source}
    versions = {(s, o) for s, r, o in kept if r.name == "wasRevisionOf"}
    implied |= {(s, PROV.alternateOf, o) for pair in versions for s, o in (pair, pair[::-1])}
    return [e for e in kept if (e[0], e[1].direct, e[2]) not in implied]


def draw(choice: Choice, names: Names) -> Picture | None:
    """Lay the choice out; ``None`` when there is nothing but the resource itself."""
    if not choice.edges:
        return None
    labelled = len(choice.edges) <= _MAX_LABELLED
    plan, width, height, flip = drawn(_graph(choice, names, labelled=labelled))
    if labelled and width > _WIDE:
        # Words on the arrows take the most room; those who point at one still get them.
        plan, width, height, flip = drawn(_graph(choice, names, labelled=False))
    boxes = [
        _box(found, choice.nodes[int(found["name"][1:])], choice.nodes[0], names, flip)
        for found in plan["objects"]
    ]
    arrows = [_arrow(found, choice.edges[int(found["id"])], names, flip) for found in plan["edges"]]
    return Picture(width, height, boxes, arrows, choice.more)


def _graph(choice: Choice, names: Names, *, labelled: bool) -> pygraphviz.AGraph:
    graph = pygraphviz.AGraph(
        directed=True, strict=False, rankdir="RL", nodesep="0.2", ranksep="0.45", pad="0.05"
    )
    for number, node in enumerate(choice.nodes):
        shape = _SHAPES.get(names.glyph(node), "box")
        lines = lines_of(names.label(node))
        width = inches(lines) * (1.15 if shape == "ellipse" else 1)
        height = (0.58 if shape == "house" else 0.42) + 0.16 * (len(lines) - 1)
        style = "rounded" if not names.glyph(node) else "solid"
        graph.add_node(
            f"n{number}",
            label="",
            shape=shape,
            style=style,
            width=max(width, 0.8),
            height=height,
            fixedsize=True,
        )
    place = {node: f"n{number}" for number, node in enumerate(choice.nodes)}
    for number, (subject, relation, target) in enumerate(choice.edges):
        label = room_for(_short_words(relation)) if labelled else ""
        graph.add_edge(
            place[subject], place[target], key=str(number), id=str(number), label=label, arrowsize=0.6
        )
    return graph


def _short_words(relation: Relation) -> str:
    words = relation.out.removeprefix("was ").removeprefix("is a ").removeprefix("is an ")
    return words.removeprefix("is ").removeprefix("has the ")


def _box(found: Mapping[str, Any], node: NamedNode, current: NamedNode, names: Names, flip: Flip) -> Box:
    x, y = centre(found, flip)
    kind = names.glyph(node) or "thing"
    label = names.label(node)
    lines = lines_of(label)
    # A house has its roof above the words.
    middle = y + (6 if kind == "agent" else 0) - 7 * (len(lines) - 1)
    return Box(
        outline(found, flip),
        x,
        y,
        [(round(middle + 4 + 14 * number, 1), line) for number, line in enumerate(lines)],
        f"{label} ({kind})",
        page_url(node.value),
        kind,
        node == current,
    )


def _arrow(found: Mapping[str, Any], edge: Edge, names: Names, flip: Flip) -> Arrow:
    subject, relation, target = edge
    line, head = arrow_paths(found, flip)
    x, y = label_place(found, flip)
    title = f"{names.label(subject)} {relation.out} {names.label(target)}"
    text = _short_words(relation) if "lp" in found else ""
    return Arrow(line, head, text, x, y, title, subject, target, relation.out, relation.out_group)

"""What of a lineage graph a drawing has room for: near things themselves, the rest folded by distance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, NamedNode

from whence.queries.graph import Edge, LineageGraph, Node
from whence.queries.telling import number_of
from whence.queries.words import BY_NAME

__all__ = ["Drawing", "Fold", "Link", "choose", "telling"]

_LINKS_EACH: Final = 3
"""Arrows drawn for each box, at most: Graphviz's time grows steeply with them."""

Name: TypeAlias = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class Fold:
    """Nodes that there is no room for: how many, of what kind, ``nearest`` to ``farthest`` steps away."""

    count: int
    kind: str
    nearest: int
    farthest: int

    @property
    def label(self) -> str:
        """It in words."""
        return number_of(self.count, self.kind, more="more")

    @property
    def title(self) -> str:
        """The same with how far away they are."""
        first, last = abs(self.nearest), abs(self.farthest)
        steps = (
            f"{first:,} step{'' if first == 1 else 's'}"
            if first == last
            else f"{first:,} to {last:,} steps"
        )
        return f"{self.label}, {steps} {'after' if self.nearest < 0 else 'back'}"


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow: all edges between two boxes, by their places in the drawing."""

    source: int
    target: int
    edges: tuple[Edge, ...]

    @property
    def relations(self) -> tuple[str, ...]:
        """The relations it stands for, the most telling first."""
        return tuple(sorted(dict.fromkeys(edge.relation for edge in self.edges), key=_rank))

    @property
    def inferred(self) -> bool:
        """Whether no bundle asserts any of it."""
        return all(edge.inferred for edge in self.edges)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and arrows to draw; ``left`` counts arrows that are not."""

    boxes: tuple[Node | Fold, ...]
    links: tuple[Link, ...]
    left: int = 0

    @property
    def note(self) -> str:
        """What is not drawn, in words; empty if all is."""
        folded = sum(box.count for box in self.boxes if isinstance(box, Fold))
        drawn = sum(1 for box in self.boxes if isinstance(box, Node))
        parts = []
        if folded:
            parts.append(f"{drawn:,} of {drawn + folded:,} are drawn, the nearest; the others are counted")
        if self.left:
            parts.append(f"{self.left:,} arrows between them are left out")
        return ("; ".join(parts) + ".") if parts else ""


def choose(graph: LineageGraph, most: int) -> Drawing:
    """At most ``most`` nodes, and a box for the rest at each distance; time is linear in the graph."""
    kept, folds = _kept(graph, max(most, 1))
    boxes: list[Node | Fold] = []
    place: dict[Name, int] = {}
    for name, node in graph.nodes.items():
        if name in kept:
            place[name] = len(boxes)
            boxes.append(node)
    for nodes in folds:
        place.update(dict.fromkeys((node.iri for node in nodes), len(boxes)))
        boxes.append(_fold(nodes))
    links = _links(graph, place)
    drawn = _bounded(links, len(boxes), _LINKS_EACH * len(boxes))
    return Drawing(tuple(boxes), tuple(drawn), len(links) - len(drawn))


def _fold(nodes: Sequence[Node]) -> Fold:
    kinds = {node.kind for node in nodes}
    far = sorted((node.depth for node in nodes), key=abs)
    return Fold(
        sum(node.stands_for for node in nodes), kinds.pop() if len(kinds) == 1 else "other", far[0], far[-1]
    )


def _kept(graph: LineageGraph, most: int) -> tuple[set[Name], list[list[Node]]]:
    """The names of nodes to draw, and those to fold, in groups."""
    if len(graph.nodes) <= most:
        return set(graph.nodes), []
    layers: dict[int, list[Node]] = defaultdict(list)
    for node in graph:
        layers[node.depth].append(node)
    starts = set(graph.starts)
    layers[0].sort(key=lambda node: node.iri not in starts)
    order = sorted(layers, key=lambda depth: (abs(depth), depth))
    near = _within(order, layers, most)
    room = _shares({depth: len(layers[depth]) for depth in near}, most)
    beside = _beside(graph)
    kept: set[Name] = set()
    folds: list[list[Node]] = []
    for depth in near:
        nodes = layers[depth]
        if depth:
            nodes = sorted(nodes, key=lambda node: not any(o in kept for o in beside[node.iri]))
        kept.update(node.iri for node in nodes[: room[depth]])
        if rest := nodes[room[depth] :]:
            folds.append(rest)
    beyond = [
        [node for depth in order[len(near) :] if (depth < 0) == after for node in layers[depth]]
        for after in (False, True)
    ]
    return kept, folds + [nodes for nodes in beyond if nodes]


def _within(order: Sequence[int], layers: Mapping[int, Sequence[Node]], most: int) -> Sequence[int]:
    """The distances that there is room for: each takes a box, and one for what it folds."""
    used = 0
    for number, depth in enumerate(order):
        used += min(len(layers[depth]), 2)
        if used > most and number:
            return order[:number]
    return order


def _shares(sizes: dict[int, int], most: int) -> dict[int, int]:
    """How many each distance may show: small ones all they have, the others alike."""
    shares, left = {}, most
    for number, depth in enumerate(sorted(sizes, key=sizes.__getitem__)):
        share = max(left // (len(sizes) - number), 1)
        # A box that says "1 more" takes the room of that one.
        shares[depth] = sizes[depth] if sizes[depth] <= share + 1 else share
        left -= shares[depth]
    return shares


def _beside(graph: LineageGraph) -> dict[Name, list[Name]]:
    beside: dict[Name, list[Name]] = defaultdict(list)
    for edge in graph.edges:
        beside[edge.source].append(edge.target)
        beside[edge.target].append(edge.source)
    return beside


def _links(graph: LineageGraph, place: dict[Name, int]) -> list[Link]:
    between: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in telling(graph.edges):
        ends = place.get(edge.source), place.get(edge.target)
        if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
            between[ends[0], ends[1]].append(edge)
    return [Link(source, target, tuple(edges)) for (source, target), edges in between.items()]


def telling(edges: Iterable[Edge]) -> list[Edge]:
    """The edges without those that are inferred from two others of them, which say it anyway."""
    edges = list(edges)
    made: dict[Name, set[Name]] = defaultdict(set)
    users: dict[Name, set[Name]] = defaultdict(set)
    uses: dict[Name, set[Name]] = defaultdict(set)
    products: dict[Name, set[Name]] = defaultdict(set)
    for edge in edges:
        if edge.relation == "wasGeneratedBy":
            made[edge.source].add(edge.target)
            products[edge.target].add(edge.source)
        elif edge.relation == "used":
            users[edge.target].add(edge.source)
            uses[edge.source].add(edge.target)

    def implied(edge: Edge) -> bool:
        if edge.relation == "wasInformedBy":
            return not uses[edge.source].isdisjoint(products[edge.target])
        return edge.relation == "wasDerivedFrom" and not made[edge.source].isdisjoint(users[edge.target])

    return [edge for edge in edges if not (edge.inferred and implied(edge))]


def _bounded(links: list[Link], boxes: int, most: int) -> list[Link]:
    """The links if they are few, else those that keep everything joined and as many others as may be."""
    if len(links) <= most:
        return links
    group = list(range(boxes))

    def root(box: int) -> int:
        while group[box] != box:
            group[box] = group[group[box]]
            box = group[box]
        return box

    joining: list[Link] = []
    others: list[Link] = []
    for link in links:
        ends = root(link.source), root(link.target)
        (joining if ends[0] != ends[1] else others).append(link)
        group[ends[0]] = ends[1]
    return joining + others[: max(most - len(joining), 0)]


def _rank(relation: str) -> tuple[bool, str]:
    """Sorts what is said more precisely first."""
    known = BY_NAME.get(relation)
    return (known is None or relation in ("wasDerivedFrom", "wasInfluencedBy", "alternateOf"), relation)

"""How the nodes and edges of a lineage graph are told in words, the same in every rendering."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import BlankNode, NamedNode

from whence.ontology.namespaces import PREFIXES, PROV
from whence.queries.graph import Edge, LineageGraph, Node
from whence.queries.words import BY_NAME

__all__ = ["Teller", "group_of", "identifier", "number_of", "page_of", "phrase", "plain"]

_UNFIT: Final = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202f-\u2065\u2070-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TYPED: Final = re.compile(r"\w[\w./~%+=@-]*")
_PLURALS: Final = {"entity": "entities", "activity": "activities", "agent": "agents"}

_WALKED: Final = {
    "collection": ("was part of", "had the part"),
    "sameAs": ("is the same as", "is the same as"),
    "wasMadeWith": ("was made with", "went into"),
}
"""Steps of walks that are no relations of PROV: forwards, and against their direction."""


def plain(text: str) -> str:
    """Text on one line, without characters that XML forbids, terminals obey or that turn text around."""
    return _UNFIT.sub("\ufffd", " ".join(text.split()))


def phrase(relation: str, *, against: bool = False) -> str:
    """A relation in words, said of its source, or ``against`` its direction of its target.

    >>> phrase("used"), phrase("used", against=True)
    ('used', 'was used by')
    """
    known = BY_NAME.get(relation)
    if known is not None:
        return known.into if against else known.out
    words = _HUMP.sub(" ", plain(relation)).lower()
    return _WALKED.get(relation, (words, f"is what {words}"))[against]


def group_of(relation: str) -> str:
    """The part of a page that a relation belongs to: ``upstream``, ``versions``, ``members``..."""
    known = BY_NAME.get(relation)
    return known.out_group if known else "upstream"


def number_of(count: int, kind: str, *, more: str = "") -> str:
    """A number of things of a kind: ``3 more entities``."""
    one = kind if kind in _PLURALS else "thing"
    words = one if count == 1 else _PLURALS.get(kind, "things")
    return f"{count:,}{more and f' {more}'} {words}"


def identifier(name: NamedNode | BlankNode) -> str:
    """The IRI, or what a blank node is called in data."""
    return name.value if isinstance(name, NamedNode) else str(name)


def page_of(node: Node, base_url: str) -> str:
    """The page of a resource on a Whence server."""
    return f"{base_url.rstrip('/')}/resource?{urlencode({'iri': node.iri.value})}"


class Teller:
    """Tells of the nodes and edges of one graph, with the names that its sources use."""

    def __init__(self, graph: LineageGraph) -> None:
        self._graph = graph
        known = {**graph.prefixes, **PREFIXES}.items()
        self._spaces = sorted(known, key=lambda pair: -len(pair[1]))

    def iri(self, node: Node) -> str:
        """The name of a resource, short where a prefix is known, as commands take it."""
        if isinstance(node.iri, NamedNode):
            for prefix, space in self._spaces:
                if node.iri.value.startswith(space) and _TYPED.fullmatch(node.iri.value, len(space)):
                    return f"{prefix}:{node.iri.value[len(space) :]}"
        return plain(str(node.iri))

    def label(self, node: Node) -> str:
        """What to call it: its label, or its name."""
        return plain(node.label) or self.iri(node)

    def full(self, node: Node) -> str:
        """Its label, how many it stands for, its name if that is another, and its time."""
        label, iri = self.label(node), self.iri(node)
        # What has no label is called by the end of its name, which need not be said twice.
        parts = [iri if iri.endswith(f":{label}") else label]
        if node.stands_for > 1:
            parts.append(f"({node.stands_for:,} alike)")
        if iri != parts[0]:
            parts.append(iri)
        if when := self.when(node):
            parts.append(when)
        return "  ".join(parts)

    def kind(self, node: Node) -> str:
        """What it is drawn as: ``entity``, ``activity``, ``agent``, ``bundle`` or ``thing``."""
        if PROV.Bundle in node.types:
            return "bundle"
        return "thing" if node.kind == "other" else node.kind

    def when(self, node: Node) -> str:
        """Its times for people: to the minute, in UTC where the zone is known."""
        first, last = _moment(node.started), _moment(node.ended)
        if first and last and first[:10] == last[:10]:
            last = last[11:]
        return f"{first} to {last}" if first and last else first or (last and f"until {last}")

    def sentence(self, edge: Edge) -> str:
        """An edge as a sentence."""
        nodes = self._graph.nodes
        role = f" as {plain(edge.role)}" if edge.role else ""
        follows = " (inferred)" if edge.inferred else ""
        ends = (self.label(nodes[end]) for end in (edge.source, edge.target))
        return f" {phrase(edge.relation)} ".join(ends) + role + follows

    def title(self) -> str:
        """What the graph answers."""
        names = [self.label(n) for iri in self._graph.starts if (n := self._graph.nodes.get(iri))]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
        come = "comes" if len(names) < 2 else "come"
        what = {"back": f"Where {{}} {come} from", "forward": "What came of {}"}
        return what.get(self._graph.direction, "What is around {}").format(shown or "nothing")

    def summary(self) -> str:
        """How much was found, and whether that is all."""
        graph = self._graph
        counts = dict.fromkeys(("entity", "activity", "agent", "other"), 0)
        for node in graph:
            counts[node.kind] += node.stands_for
        found = ", ".join(number_of(count, kind) for kind, count in counts.items() if count)
        relations = f"{len(graph.edges):,} relation{'' if len(graph.edges) == 1 else 's'}"
        end = "" if graph.complete else f" That is not all: {plain(graph.stopped) or 'it stopped early'}."
        return f"{found or 'Nothing'}; {relations}.{end}"


def _moment(time: datetime | None) -> str:
    if time is None:
        return ""
    if time.tzinfo is None:
        return time.isoformat(" ", "minutes")
    return f"{time.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'minutes')}Z"

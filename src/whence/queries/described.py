"""The nodes of a lineage graph with their labels, types and times, read when one is first looked at."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, ValuesView
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from whence.ontology.namespaces import DCTERMS, PROV, RDF_TYPE, RDFS, WHENCE_INFERRED
from whence.queries.graph import Node, NodeKind
from whence.queries.lookup import Link, Lookup
from whence.queries.lookup import Node as Resource
from whence.queries.moments import moment
from whence.store.catalogue import is_system
from whence.store.results import SelectResult

__all__ = ["Nodes", "described", "kind_of", "tail"]

_D = TypeVar("_D")

_FOAF_NAME: Final = NamedNode("http://xmlns.com/foaf/0.1/name")
_LABELS: Final = (RDFS.label, DCTERMS["title"], _FOAF_NAME)
_TOLD: Final = (
    *_LABELS,
    RDF_TYPE,
    PROV.startedAtTime,
    PROV.endedAtTime,
    PROV.generatedAtTime,
    PROV.qualifiedGeneration,
    PROV.qualifiedStart,
    PROV.qualifiedEnd,
)
_MOMENTS: Final = {
    PROV.qualifiedGeneration: PROV.generatedAtTime,
    PROV.qualifiedStart: PROV.startedAtTime,
    PROV.qualifiedEnd: PROV.endedAtTime,
}
_WHOLE: Final = 300
"""Up to this many statements of a node are read as they come; of a node with more, those that are told."""

_KINDS: Final[Mapping[NamedNode, NodeKind]] = {
    PROV.Activity: "activity",
    PROV.Agent: "agent",
    PROV.Person: "agent",
    PROV.Organization: "agent",
    PROV.SoftwareAgent: "agent",
    PROV.Entity: "entity",
    PROV.Plan: "entity",
    PROV.Collection: "entity",
    PROV.Bundle: "entity",
    PROV.Dictionary: "entity",
}


Later = Callable[[list[Resource]], Iterable[Node]]
"""Gives the nodes of some IRIs when they are first looked at."""


class Nodes(dict[Resource, Node]):
    """Nodes by IRI. To count them, or ask which there are, reads nothing from the store.

    The first look at a node reads what the store then says of all of them; after the store was closed
    that is a :class:`~whence.errors.StoreError`. :meth:`describe` does it at once.
    """

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        super().__init__((node.iri, node) for node in nodes)
        self._later: Later | None = None

    @classmethod
    def later(cls, keys: Iterable[Resource], later: Later) -> Nodes:
        """Nodes that are made when one is looked at."""
        nodes = cls()
        nodes.update(dict.fromkeys(keys))  # type: ignore[arg-type]  # filled before anyone looks
        nodes._later = later
        return nodes

    def describe(self) -> None:
        """Read now what the store says of the nodes."""
        if self._later is not None:
            made = list(self._later(list(self)))
            self._later = None
            self.update((node.iri, node) for node in made)

    @property
    def is_described(self) -> bool:
        """Whether that was done."""
        return self._later is None

    def only(self, keys: Iterable[Resource]) -> Nodes:
        """Some of the nodes."""
        if self._later is not None:
            return Nodes.later(keys, self._later)
        return Nodes(self[key] for key in keys)

    def __getitem__(self, key: Resource) -> Node:
        self.describe()
        return super().__getitem__(key)

    def get(self, key: Resource, default: Any = None) -> Any:
        """The node of an IRI, or ``default``."""
        self.describe()
        return super().get(key, default)

    def values(self) -> ValuesView[Node]:  # type: ignore[override]  # the view is of the same values
        """The nodes."""
        self.describe()
        return super().values()

    def items(self) -> ItemsView[Resource, Node]:  # type: ignore[override]  # as above
        """The IRIs with their nodes."""
        self.describe()
        return super().items()

    def __eq__(self, other: object) -> bool:
        self.describe()
        return super().__eq__(other)

    __hash__ = None

    def __repr__(self) -> str:
        return f"<{len(self)} nodes>"


def described(lookup: Lookup, nodes: list[Node]) -> list[Node]:
    """The same nodes with what bundles and inferences say of them."""
    told, bundles = _told(lookup, [node.iri for node in nodes])
    moments = {
        link.subject: found
        for link in lookup.of(_moments_of(told.values()), (PROV.atTime,))
        if (found := moment(link.object)) is not None
    }
    return [_described(node, told.get(node.iri, {}), moments, bundles.get(node.iri, ())) for node in nodes]


_Told = dict[Resource, dict[NamedNode, dict[Any, None]]]


def _told(lookup: Lookup, nodes: list[Resource]) -> tuple[_Told, dict[Resource, tuple[NamedNode, ...]]]:
    if not lookup.is_local:
        found: _Told = {}
        for link in lookup.of(nodes, _TOLD):
            _note(found, link)
        return found, _bundles_on_server(lookup, nodes)
    local: _Told = {}
    bundles: dict[Resource, tuple[NamedNode, ...]] = {}
    wanted = frozenset(_TOLD)
    # A store has few graphs beside its triples.
    counts: dict[object, bool] = {WHENCE_INFERRED: True}
    for node in nodes:
        graphs: dict[object, None] = {}
        told: dict[NamedNode, dict[Any, None]] = {}
        for quad in _quads(lookup, node):
            graph = quad.graph_name
            if graph not in counts:
                counts[graph] = not is_system(graph)
            if counts[graph]:
                graphs[graph] = None
                if quad.predicate in wanted:
                    told.setdefault(quad.predicate, {})[quad.object] = None
        local[node] = told
        graphs.pop(WHENCE_INFERRED, None)
        bundles[node] = tuple(graph for graph in graphs if isinstance(graph, NamedNode))
    return local, bundles


def _quads(lookup: Lookup, node: Resource) -> Iterator[Quad]:
    quads = lookup.backend.quads(node)
    head = list(islice(quads, _WHOLE + 1))
    if len(head) <= _WHOLE:
        yield from head
        return
    for predicate in _TOLD:
        yield from islice(lookup.backend.quads(node, predicate), _WHOLE)


def _bundles_on_server(lookup: Lookup, nodes: list[Resource]) -> dict[Resource, tuple[NamedNode, ...]]:
    found: dict[Resource, tuple[NamedNode, ...]] = {}
    named = [node for node in nodes if isinstance(node, NamedNode)]
    for start in range(0, len(named), 300):
        values = " ".join(map(str, named[start : start + 300]))
        text = f"SELECT DISTINCT ?s ?g WHERE {{ VALUES ?s {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
        result = lookup.backend.query(text)
        for row in result if isinstance(result, SelectResult) else ():
            subject, graph = row
            if isinstance(subject, NamedNode) and isinstance(graph, NamedNode) and not is_system(graph):
                found[subject] = (*found.get(subject, ()), graph)
    return found


def _note(told: _Told, link: Link) -> None:
    told.setdefault(link.subject, {}).setdefault(link.predicate, {})[link.object] = None


def _moments_of(all_told: Iterable[dict[NamedNode, dict[Any, None]]]) -> list[Resource]:
    return [
        node
        for told in all_told
        for link in _MOMENTS
        for node in told.get(link, ())
        if isinstance(node, NamedNode | BlankNode)
    ]


def _described(
    node: Node,
    told: Mapping[NamedNode, Mapping[Any, None]],
    moments: Mapping[Resource, datetime],
    bundles: tuple[NamedNode, ...],
) -> Node:
    types = tuple(sorted((t for t in told.get(RDF_TYPE, ()) if isinstance(t, NamedNode)), key=str))
    kind = kind_of(types) or node.kind
    return replace(
        node,
        kind=kind,
        label=_label(told) or node.label,
        types=types,
        started=_time(told, moments, PROV.startedAtTime if kind == "activity" else PROV.generatedAtTime),
        ended=_time(told, moments, PROV.endedAtTime) if kind == "activity" else None,
        bundles=bundles,
    )


def kind_of(types: Iterable[NamedNode]) -> NodeKind | None:
    """What the types of a node make it; an activity or agent before an entity, as those say more."""
    kinds = {_KINDS.get(cls) for cls in types}
    return next((kind for kind in ("activity", "agent", "entity") if kind in kinds), None)


def _label(told: Mapping[NamedNode, Mapping[Any, None]]) -> str:
    for predicate in _LABELS:
        found = [term for term in told.get(predicate, ()) if isinstance(term, Literal)]
        if found:
            return min(found, key=_label_rank).value
    return ""


def _label_rank(label: Literal) -> tuple[int, str]:
    language = label.language or ""
    return (0 if not language else 1 if language.startswith("en") else 2), label.value


def _time(
    told: Mapping[NamedNode, Mapping[Any, None]], moments: Mapping[Resource, datetime], which: NamedNode
) -> datetime | None:
    said = [moment(term) for term in told.get(which, ())]
    said += [
        moments.get(node) for link, time in _MOMENTS.items() if time == which for node in told.get(link, ())
    ]
    return min((time for time in said if time is not None), default=None)


def tail(node: Resource) -> str:
    """The last part of an IRI, decoded, for what has no label."""
    if isinstance(node, BlankNode):
        return str(node)
    text = node.value.rstrip("/#")
    last = text.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
    return unquote(last.rsplit(":", 1)[-1] if "/" not in text else last) or node.value

"""Looking at a graph resource by resource, whatever holds it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Final, Protocol

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from whence.formats.identifiers import generated
from whence.formats.prov_o import LITERAL_PROPERTIES, PROV_NAMES, RELATION_PROPERTIES
from whence.ontology.namespaces import PROV, RDF_TYPE

__all__ = ["Attributes", "Graph", "Node", "Properties", "View", "named", "node_of"]

Graph = NamedNode | DefaultGraph
Node = NamedNode | BlankNode
Attributes = list[tuple[NamedNode, NamedNode | Literal]]

_TYPE: Final = PROV.type


class View(Protocol):
    """What can be asked for quads by pattern, as a pyoxigraph ``Store`` can."""

    def quads_for_pattern(
        self,
        subject: Node | Triple | None,
        predicate: NamedNode | None,
        object: Node | Literal | Triple | None,
        graph_name: Graph | BlankNode | None = None,
    ) -> Iterator[Quad]:
        """The quads that match; ``None`` matches anything."""


class Properties:
    """What a graph says about one resource, by property."""

    __slots__ = ("_by_name", "types")

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._by_name: dict[NamedNode, list[Node | Literal]] = {}
        for quad in quads:
            if not isinstance(quad.object, Triple):
                self._by_name.setdefault(quad.predicate, []).append(quad.object)
        self.types = frozenset(t for t in self._by_name.get(RDF_TYPE, ()) if isinstance(t, NamedNode))

    def literals(self, name: NamedNode) -> list[Literal]:
        """The literal values of a property."""
        return [value for value in self._by_name.get(name, ()) if isinstance(value, Literal)]

    def nodes(self, name: NamedNode) -> list[Node]:
        """The values of a property that are resources."""
        return [value for value in self._by_name.get(name, ()) if not isinstance(value, Literal)]

    def attributes(
        self, used: Container[NamedNode], apart: Container[NamedNode] = frozenset()
    ) -> Attributes:
        """Everything but relations, under PROV-DM's names, sorted.

        Left out are the arguments in ``used`` and, whatever they are, the properties ``apart``.

        A value of the wrong sort for an argument or a relation (a time that is an IRI, an end that
        is a string) stays an attribute, so that nothing is lost.
        """
        found: dict[tuple[NamedNode, NamedNode | Literal], None] = {}
        for name, values in self._by_name.items():
            for value in values:
                literal = isinstance(value, Literal)
                if name in RELATION_PROPERTIES and not literal:
                    continue
                if name in used and literal == (name in LITERAL_PROPERTIES):
                    continue
                if name in apart:
                    continue
                prov = _TYPE if name == RDF_TYPE else PROV_NAMES.get(name, name)
                found[prov, value if isinstance(value, Literal) else named(value)] = None
        return sorted(found, key=lambda pair: (pair[0].value, str(pair[1])))


def named(node: Node) -> NamedNode:
    """An IRI for any node; blank ones get one made from their label."""
    return node if isinstance(node, NamedNode) else generated("urn:whence:", "label", node.value)


def node_of(term: object) -> Node:
    """A subject or object that is known to be a resource."""
    assert isinstance(term, NamedNode | BlankNode)  # noqa: S101  # subjects are, but in RDF-star
    return term

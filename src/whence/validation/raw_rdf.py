"""PROV statements out of raw RDF, nothing conflicting lost: see the W3C's PROV-O (2013)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final, cast

from pyoxigraph import Literal, NamedNode

from whence.formats import rdf
from whence.formats.identifiers import canonical
from whence.formats.prov_o import ELEMENTS, NODE_PROPERTIES, RELATION_PROPERTIES, SUBCLASSES
from whence.formats.registry import Format
from whence.formats.statements import FORMS, Form
from whence.ontology.namespaces import PROV
from whence.validation.assertion import Argument, Assertion
from whence.validation.complaints import Complaints
from whence.validation.moments import is_moment
from whence.validation.prov_terms import is_misspelt
from whence.validation.raw_nodes import Nodes, attributes, covering, is_node
from whence.validation.raw_triples import Fact, Graph, Node, Role, Triples, Value
from whence.validation.source import Item, Source
from whence.validation.wording import Names

__all__ = ["graph_items", "read_rdf"]

_ACTIVITY: Final = FORMS["activity"]
_MENTION: Final = FORMS["mentionOf"]
_DERIVED: Final = PROV.wasDerivedFrom
_ENDED: Final = PROV.endedAtTime
_SPANS: Final = frozenset(slot.property for slot in _ACTIVITY.slots if slot.property)
_EVENTS: Final = frozenset({PROV.generatedAtTime, PROV.invalidatedAtTime})
_APART: Final = RELATION_PROPERTIES | _SPANS | _EVENTS
_NODE_APART: Final = _APART | NODE_PROPERTIES


def read_rdf(stream: IO[bytes], format: Format, *, name: str, base: str, union: bool) -> Source:
    """Read RDF: see :func:`whence.validation.reading.read_assertions`."""
    document = NamedNode(f"{base}document")
    reading = rdf.read(stream, format, bundle=document, base=base, name=name, keep_blank=True)
    triples = Triples(document=document, union=union)

    def items() -> Iterator[Item]:
        triples.add(reading.quads)
        names = Names(reading.prefixes)
        for graph in triples.graphs.values():
            yield from graph_items(graph, names)

    return Source(name, items(), reading.prefixes)


def graph_items(graph: Graph, names: Names) -> Iterator[Item]:
    """The statements that a graph makes, each once, and what in it is malformed.

    A direct property that a qualified node says as well is no statement of its own. A node with
    several values for an argument makes statements that share its id. What an entity was generated or
    invalidated at is a generation or invalidation by an unknown activity, unless a node has that time.
    """
    complaints = Complaints(names)
    nodes = Nodes(graph, complaints)
    for subject, facts in graph.subjects():
        yield from _Resource(subject, facts, subject in graph.owners, nodes, complaints).items()


class _Resource:
    """What is said of one resource, by the way it is said; ``owned`` if a relation has it as its node."""

    def __init__(
        self, subject: Node, facts: Iterator[Fact], owned: bool, nodes: Nodes, complaints: Complaints
    ) -> None:
        self._subject, self._owned = subject, owned
        self._nodes, self._complaints = nodes, complaints
        self._ways: dict[str, dict[tuple[Role, Value], Fact]] = {}
        for fact in facts:
            self._ways.setdefault(fact.role.way, {}).setdefault((fact.role, fact.value), fact)
        self._covered: set[tuple[NamedNode, Argument]] = set()
        self._times: dict[str, set[Literal]] = {}

    def items(self) -> Iterator[Item]:
        """Its statements: as an element, then those whose first argument it is."""
        ways = self._ways
        types = [value for _, value in ways.get("type", ())]
        if types or "span" in ways:
            yield from self._element(types)
        yield from self._misspelt(types)
        if is_node(types):
            bundle = next(iter(ways["type"].values())).bundle
            yield from self._nodes.orphans(self._subject, types, bundle)
        if "link" in ways:
            yield from self._links()
        if "direct" in ways:
            yield from self._directs()
        if "inverse" in ways:
            yield from map(self._literal, ways["inverse"].values())
        if "bundle" in ways and all(role.form is not _MENTION for role, _ in ways.get("direct", ())):
            bundle = next(iter(ways["bundle"].values())).bundle
            yield self._complaints.half_mention(self._subject, bundle, has_entity=False)
        if "event" in ways:
            yield from self._events()

    def _misspelt(self, types: list[Value]) -> Iterator[Item]:
        """Complaints of terms in the namespace of PROV that nothing defines, each once."""
        for cls in types:
            if isinstance(cls, NamedNode) and is_misspelt(cls):
                bundle = next(iter(self._ways["type"].values())).bundle
                yield self._complaints.misspelt(self._subject, cls, bundle, as_class=True)
        said = {fact.role.name: fact.bundle for fact in self._ways.get("misspelt", {}).values()}
        for name, bundle in said.items():
            yield self._complaints.misspelt(self._subject, name, bundle, as_class=False)

    # As an element

    def _element(self, types: list[Value]) -> Iterator[Item]:
        explicit = [form for form in ELEMENTS if form.element in types]
        node = self._owned or is_node(types)
        if not explicit and not node:
            kinds = {
                SUBCLASSES[cls]: None for cls in types if isinstance(cls, NamedNode) and cls in SUBCLASSES
            }
            explicit = [FORMS[kind] for kind in kinds]
        times: list[list[Argument]] = [[], []]
        if "span" in self._ways:
            yield from self._spans(times)
            if _ACTIVITY not in explicit:
                explicit.append(_ACTIVITY)
        if not explicit:
            return
        said = attributes(self._by_name(), _NODE_APART if node else _APART)
        classes = {form.element for form in explicit}
        said = tuple(item for item in said if item[1] not in classes)
        bundle = next(iter(self._ways["type" if types else "span"].values())).bundle
        for form in explicit:
            mine = said if len(explicit) == 1 else tuple(i for i in said if _is_of(i[1], form, explicit))
            for args in covering([each or [None] for each in times]) if form is _ACTIVITY else [()]:
                yield Assertion(form.name, self._subject, args, mine, bundle)

    def _by_name(self) -> dict[NamedNode, list[Value]]:
        said: dict[NamedNode, list[Value]] = {}
        for way in ("type", "other"):
            for role, value in self._ways.get(way, ()):
                said.setdefault(role.name, []).append(value)
        return said

    def _spans(self, times: list[list[Argument]]) -> Iterator[Item]:
        """Puts when it started and ended into ``times``."""
        for role, value, bundle in self._ways["span"].values():
            if isinstance(value, Literal) and is_moment(value):
                times[role.name == _ENDED].append(value)
            else:
                yield self._complaints.no_moment(self._subject, role.name, value, bundle)

    # As the first argument of relations

    def _links(self) -> Iterator[Item]:
        nodes: dict[Node, list[Fact]] = {}
        for fact in self._ways["link"].values():
            if isinstance(fact.value, Literal):
                yield self._literal(fact)
            else:
                nodes.setdefault(fact.value, []).append(fact)
        for node, links in nodes.items():
            for form, found in self._nodes.link(self._subject, node, links):
                yield from found.items
                self._covered.update((direct, end) for direct in found.directs for end in found.objects)
                if found.times and "event" in self._ways:
                    times = (canonical(time) for time in found.times if isinstance(time, Literal))
                    self._times.setdefault(form.name, set()).update(times)

    def _directs(self) -> Iterator[Item]:
        directs = self._ways["direct"]
        # Who says revision, and derivation as what follows from it, says one thing.
        for role, value in directs:
            if role.subtype is not None:
                self._covered.add((_DERIVED, cast("Node", value)))
        for fact in directs.values():
            form = fact.role.form
            assert form is not None  # noqa: S101  # direct properties have one
            if isinstance(fact.value, Literal):
                yield self._literal(fact)
            elif form is _MENTION:
                yield from self._mention(fact.value, fact.bundle)
            elif (fact.role.name, fact.value) not in self._covered:
                said = ((PROV.type, fact.role.subtype),) if fact.role.subtype else ()
                args = (self._subject, fact.value, *(None,) * (len(form.slots) - 2))
                yield Assertion(form.name, None, args, said, fact.bundle)

    def _mention(self, general: Node, bundle: NamedNode | None) -> Iterator[Item]:
        inside = [value for _, value in self._ways.get("bundle", ()) if not isinstance(value, Literal)]
        for other in inside:
            yield Assertion(_MENTION.name, None, (self._subject, general, other), (), bundle)
        if not inside:
            yield self._complaints.half_mention(self._subject, bundle, has_entity=True)

    def _events(self) -> Iterator[Item]:
        """Generations and invalidations at times that no node has."""
        for role, time, bundle in self._ways["event"].values():
            form = role.form
            assert form is not None  # noqa: S101  # such properties have one
            if not (isinstance(time, Literal) and is_moment(time)):
                yield self._complaints.no_moment(self._subject, role.name, time, bundle)
            elif canonical(time) not in self._times.get(form.name, ()):
                yield Assertion(form.name, None, (self._subject, None, time), (), bundle)

    def _literal(self, fact: Fact) -> Item:
        return self._complaints.literal(self._subject, fact.role.name, fact.value, fact.bundle)


def _is_of(value: NamedNode | Literal, form: Form, explicit: list[Form]) -> bool:
    """Whether an attribute of a resource of several kinds is said of it as one of ``form``.

    That is the first of its kinds, but for types below another of them.
    """
    kind = SUBCLASSES.get(value) if isinstance(value, NamedNode) else None
    return form is next((other for other in explicit if other.name == kind), explicit[0])

"""The reverse of :mod:`whence.formats.to_rdf`: PROV statements out of any PROV-O graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from whence.formats.identifiers import is_generated
from whence.formats.prov_o import (
    ARGUMENTS,
    BY_NODE,
    DIRECTS,
    ELEMENTS,
    INFLUENCE,
    INVERSES,
    LINK_PROPERTIES,
    LINKS,
    NODE_CLASSES,
    NODE_PROPERTIES,
    RELATION_PROPERTIES,
    RELATIONS,
    ROLES,
    SUBCLASSES,
    SUBTYPES,
)
from whence.formats.statements import FORMS, Arg, Form, Slot, Statement
from whence.formats.view import Attributes, Graph, Node, Properties, View, named, node_of
from whence.ontology.namespaces import PROV, RDF_TYPE

__all__ = ["Extraction", "View", "leftover", "statements"]

_TYPE: Final = PROV.type
_AS_IN_BUNDLE: Final = PROV.asInBundle


def statements(view: View, graph: Graph, *, incomplete: bool = True) -> Iterator[Statement]:
    """The PROV statements that ``graph`` makes, each once.

    Reads what PROV-O allows, not only what Whence writes: a direct property that no qualified node
    says as well is a statement; so is each combination of a qualified node's values; subclasses,
    inverses and nodes that nothing links to count too. Nodes with generated IRIs have no id, unless
    something else refers to them. A resource without a type of PROV that has properties of its own
    and stands in a relation is taken for what the relation says it is.

    ``incomplete`` keeps statements that lack an argument PROV requires (an orphan node has no
    subject): their argument is ``None``. Memory: a 64-bit hash for each resource and each qualified
    relation.
    """
    return iter(Extraction(view, graph, incomplete=incomplete))


def leftover(view: View, graph: Graph) -> int:
    """How many triples of ``graph`` no complete PROV statement says: what a PROV syntax would lose."""
    extraction = Extraction(view, graph, incomplete=False)
    for _ in extraction:
        pass
    return extraction.leftover()


class Extraction:
    """One reading of a graph: iterate to get the statements, then ask what was left over."""

    def __init__(self, view: View, graph: Graph, *, incomplete: bool = True) -> None:
        self._view, self._graph, self._incomplete = view, graph, incomplete
        self._covered: set[int] = set()
        self._elements: set[int] = set()
        self._said: set[int] = set()
        self._anonymous: set[int] = set()
        self._dropped: set[int] = set()

    def __iter__(self) -> Iterator[Statement]:
        for form in ELEMENTS:
            yield from self._typed(form)
        for cls, kind in SUBCLASSES.items():
            yield from self._subclassed(cls, FORMS[kind])
        for statement in self._relations():
            if self._incomplete or _is_complete(statement):
                yield from self._untyped(statement)
                yield statement
            else:
                self._dropped.add(hash((statement.form.direct, *statement.args[:2])))

    def leftover(self) -> int:
        """The number of triples in no statement that was given; to be asked after iterating."""
        return sum(not self._is_said(quad) for quad in self._find(None, None, None))

    def _is_said(self, quad: Quad) -> bool:
        if isinstance(quad.object, Triple):
            return False
        if quad.predicate in LINK_PROPERTIES:
            return hash(quad.object) in self._said
        if quad.predicate in RELATION_PROPERTIES and not isinstance(quad.object, Literal):
            if quad.predicate == _AS_IN_BUNDLE:
                return self._has(quad.subject, PROV.mentionOf, None)
            ends = named(node_of(quad.subject)), named(node_of(quad.object))
            return hash((quad.predicate, *ends)) not in self._dropped
        return hash(quad.subject) in self._said or hash(quad.subject) in self._elements

    # Looking at the graph

    def _find(
        self, subject: Node | None, predicate: NamedNode | None, object_: Node | None
    ) -> Iterator[Quad]:
        return self._view.quads_for_pattern(subject, predicate, object_, self._graph)

    def _has(self, subject: object, predicate: NamedNode, object_: Node | None) -> bool:
        assert isinstance(subject, NamedNode | BlankNode) or subject is None  # noqa: S101  # no triples
        return next(self._find(subject, predicate, object_), None) is not None

    def _properties(self, node: Node) -> Properties:
        return Properties(self._find(node, None, None))

    # Elements

    def _typed(self, form: Form) -> Iterator[Statement]:
        for quad in self._find(None, RDF_TYPE, form.element):
            subject = node_of(quad.subject)
            properties = self._properties(subject)
            explicit = [other for other in ELEMENTS if other.element in properties.types]
            yield from self._element(form, subject, properties, explicit)

    def _subclassed(self, cls: NamedNode, form: Form) -> Iterator[Statement]:
        """Elements that have a type of PROV below entity, activity or agent but none of these."""
        for quad in self._find(None, RDF_TYPE, cls):
            subject = node_of(quad.subject)
            if hash(subject) in self._elements:
                continue
            properties = self._properties(subject)
            # A relation's node may have such a type as its attribute.
            if not properties.types & NODE_CLASSES:
                yield from self._element(form, subject, properties, [form])

    def _untyped(self, statement: Statement) -> Iterator[Statement]:
        """The ends of a relation that have properties but no type PROV knows."""
        for slot, arg in zip(statement.form.slots, statement.args, strict=True):
            kind = ROLES.get(slot.name, "entity")
            if not isinstance(arg, NamedNode) or slot.type != "iri" or not kind:
                continue
            key = hash(arg)
            if key in self._elements:
                continue
            properties = self._properties(arg)
            if properties.types & NODE_CLASSES or not properties.attributes(()):
                continue
            yield from self._element(FORMS[kind], arg, properties, [FORMS[kind]])

    def _element(
        self, form: Form, subject: Node, properties: Properties, explicit: list[Form]
    ) -> Iterator[Statement]:
        """A resource of several kinds has its attributes on the first, but for agents' subclasses."""
        self._elements.add(hash(subject))
        used = {slot.property for other in explicit for slot in other.slots if slot.property}
        slots: list[list[Arg]] = [
            [*properties.literals(slot.property)] for slot in form.slots if slot.property
        ]
        # What it says as the node of a relation is not said again of it as an element.
        is_node = bool(properties.types & NODE_CLASSES) and self._is_linked(subject)
        attributes: Attributes = []
        for name, value in properties.attributes(used, NODE_PROPERTIES if is_node else ()):
            owner = explicit[0]
            if name == _TYPE and isinstance(value, NamedNode):
                if any(value == other.element for other in explicit):
                    continue
                owner = next(
                    (other for other in explicit if other.name == SUBCLASSES.get(value)), explicit[0]
                )
            if owner is form:
                attributes.append((name, value))
        for args in product(*(values or [None] for values in slots)):
            yield Statement(form.name, named(subject), args, tuple(attributes))

    # Relations

    def _relations(self) -> Iterator[Statement]:
        for form in RELATIONS:
            for link in LINKS[form.name]:
                for quad in self._find(None, link, None):
                    if isinstance(quad.object, NamedNode | BlankNode):
                        yield from self._linked(form, link, node_of(quad.subject), quad.object)
        for cls in (*BY_NODE, *SUBTYPES):
            yield from self._orphans(cls)
        for direct, (form, subtype) in DIRECTS.items():
            for quad in self._find(None, direct, None):
                yield from self._direct(form, subtype, direct, quad.subject, quad.object)
        for inverse, form in INVERSES.items():
            for quad in self._find(None, inverse, None):
                if form.direct and not self._has_edge(quad.object, form.direct, quad.subject):
                    yield from self._direct(form, None, form.direct, quad.object, quad.subject)

    def _has_edge(self, subject: object, predicate: NamedNode, object_: object) -> bool:
        return (
            isinstance(subject, NamedNode | BlankNode)
            and isinstance(object_, NamedNode | BlankNode)
            and self._has(subject, predicate, object_)
        )

    def _direct(
        self, form: Form, subtype: NamedNode | None, direct: NamedNode, subject: object, object_: object
    ) -> Iterator[Statement]:
        if not isinstance(subject, NamedNode | BlankNode) or not isinstance(object_, NamedNode | BlankNode):
            return
        if hash((direct, subject, object_)) in self._covered:
            return
        rest: list[Arg] = [() if slot.type in ("pairs", "keys") else None for slot in form.slots[2:]]
        attributes = ((_TYPE, subtype),) if subtype else ()
        ends = (named(subject), named(object_))
        if form.name == "mentionOf":
            bundles = [named(node) for node in self._properties(subject).nodes(PROV.asInBundle)]
            for bundle in bundles or [None]:  # type: ignore[list-item]  # no bundle is a value here
                yield Statement(form.name, None, (*ends, bundle))
            return
        yield Statement(form.name, None, (*ends, *rest), attributes)

    def _linked(self, form: Form, link: NamedNode, subject: Node, node: Node) -> Iterator[Statement]:
        properties = self._properties(node)
        forms = [form]
        if form is INFLUENCE and form.node not in properties.types:
            # qualifiedInfluence is above the other links: the node's class says what it is about.
            narrower = [BY_NODE[cls] for cls in BY_NODE if cls in properties.types]
            narrower += [FORMS["wasDerivedFrom"] for cls in SUBTYPES if cls in properties.types]
            forms = [other for other in dict.fromkeys(narrower) if other is not INFLUENCE] or forms
        for actual in forms:
            earlier = [other for other in LINKS[actual.name] if other != link]
            if actual is form:
                earlier = earlier[: list(LINKS[form.name]).index(link)]
            if not any(self._has(subject, other, node) for other in earlier):
                yield from self._qualified(actual, subject, node, properties, link)

    def _orphans(self, cls: NamedNode) -> Iterator[Statement]:
        """Nodes that are of a qualified relation's class but that nothing links to."""
        form = BY_NODE.get(cls) or FORMS["wasDerivedFrom"]
        for quad in self._find(None, RDF_TYPE, cls):
            node = node_of(quad.subject)
            properties = self._properties(node)
            if cls in SUBTYPES and any(
                other in properties.types
                for other in (form.node, *list(SUBTYPES)[: list(SUBTYPES).index(cls)])
            ):
                continue
            if hash(node) not in self._elements and not self._is_linked(node):
                yield from self._qualified(form, None, node, properties, None)

    def _qualified(
        self, form: Form, subject: Node | None, node: Node, properties: Properties, link: NamedNode | None
    ) -> Iterator[Statement]:
        used: set[NamedNode] = set()
        values = [self._values(form, slot, properties, used) for slot in form.slots[1:]]
        said = {form.node} | {
            cls for cls in properties.types if self._is_said_elsewhere(node, cls, form, link is None)
        }
        attributes = [
            (name, value)
            for name, value in properties.attributes(used)
            if not (name == _TYPE and value in said)
        ]
        if form.name == "wasDerivedFrom":
            # The link may say revision where the node's types do not.
            attributes += [
                (_TYPE, cls)
                for cls, (_, qualified) in SUBTYPES.items()
                if (qualified == link or (subject and self._has(subject, qualified, node)))
                and (_TYPE, cls) not in attributes
            ]
        self._cover(form, subject, properties, link, attributes)
        id_ = named(node) if form.identified and self._keeps_id(node) else None
        for args in product(*values):
            statement = Statement(
                form.name,
                id_,
                (named(subject) if subject else None, *args),
                tuple(attributes) if form.attributed else (),
            )
            if self._incomplete or _is_complete(statement):
                self._said.add(hash(node))
            if id_ is None and form.identified:
                # Two blank nodes may say the same.
                key = hash(statement)
                if key in self._anonymous:
                    continue
                self._anonymous.add(key)
            yield statement

    def _values(self, form: Form, slot: Slot, properties: Properties, used: set[NamedNode]) -> list[Arg]:
        """The values for one argument; the properties they came by are added to ``used``."""
        if slot.property is None:
            return [None]
        if slot.type in ("time", "key"):
            used.add(slot.property)
            return [*properties.literals(slot.property)] or [None]
        if slot.type == "keys":
            used.add(slot.property)
            return [tuple(sorted(properties.literals(slot.property), key=str))]
        if slot.type == "pairs":
            used.add(slot.property)
            return [tuple(self._pairs(properties.nodes(slot.property)))]
        found: dict[NamedNode, None] = {}
        for name in ARGUMENTS[form.name, slot.name]:
            nodes = properties.nodes(name)
            if nodes:
                used.add(name)
            found |= dict.fromkeys(named(node) for node in nodes)
        return [*found] or [None]

    def _pairs(self, nodes: Iterable[Node]) -> list[tuple[Literal, NamedNode]]:
        pairs: dict[tuple[Literal, NamedNode], None] = {}
        for node in nodes:
            pair = self._properties(node)
            self._said.add(hash(node))
            for key, entity in product(pair.literals(PROV.pairKey), pair.nodes(PROV.pairEntity)):
                pairs[key, named(entity)] = None
        return sorted(pairs, key=lambda pair: (str(pair[0]), str(pair[1])))

    def _cover(
        self,
        form: Form,
        subject: Node | None,
        properties: Properties,
        link: NamedNode | None,
        attributes: Attributes,
    ) -> None:
        """Note the direct properties that a node says as well."""
        if subject is None or form.direct is None:
            return
        directs = {direct for other, direct in LINKS[form.name].items() if direct and other == link}
        directs |= {
            SUBTYPES[cls][0]
            for name, cls in attributes
            if name == _TYPE and isinstance(cls, NamedNode) and cls in SUBTYPES
        }
        if link == INFLUENCE.qualified:
            directs |= {form.direct, PROV.wasInfluencedBy}
        for name in ARGUMENTS[form.name, form.slots[1].name]:
            for object_ in properties.nodes(name):
                self._covered.update(hash((direct, subject, object_)) for direct in directs)

    def _is_linked(self, node: Node) -> bool:
        return any(quad.predicate in LINK_PROPERTIES for quad in self._find(None, None, node))

    def _is_said_elsewhere(self, node: Node, cls: NamedNode, form: Form, orphan: bool) -> bool:
        """Whether a statement of another form than ``form`` says that ``node`` is of class ``cls``."""
        links: list[NamedNode] = []
        if cls in BY_NODE:
            links += LINKS[BY_NODE[cls].name]
        elif cls in SUBTYPES and form.name != "wasDerivedFrom":
            links.append(SUBTYPES[cls][1])
        if links and orphan:
            return True
        return any(self._has(None, link, node) for link in links)

    def _keeps_id(self, node: Node) -> bool:
        if isinstance(node, NamedNode) and not is_generated(node):
            return True
        return any(quad.predicate not in LINK_PROPERTIES for quad in self._find(None, None, node))


def _is_complete(statement: Statement) -> bool:
    return not any(
        slot.required and arg is None
        for slot, arg in zip(statement.form.slots, statement.args, strict=True)
        if slot.type != "pairs" and slot.type != "keys"
    )

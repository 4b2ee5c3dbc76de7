"""A closed T-box arranged for looking up, with terms turned into those of rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.ontology.namespaces import RDF, RDF_TYPE, RDFS, WHENCE, XSD
from whence.reasoning.rules import OWL, Atom, Scope, Term
from whence.reasoning.tbox import Statement

__all__ = ["ANONYMOUS", "Axioms", "Node", "Note", "Value"]

Node: TypeAlias = NamedNode | BlankNode
Value: TypeAlias = NamedNode | BlankNode | Literal

ANONYMOUS: Final = "urn:whence:class:"
"""The start of the names that class expressions get while rules are compiled."""

_EXPRESSION: Final = (
    OWL.onProperty,
    OWL.someValuesFrom,
    OWL.allValuesFrom,
    OWL.hasValue,
    OWL.unionOf,
    OWL.intersectionOf,
    OWL.complementOf,
    OWL.oneOf,
    OWL.maxCardinality,
    OWL.maxQualifiedCardinality,
    OWL.onClass,
    OWL.inverseOf,
)
_PROPERTIES: Final = (OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)
_SCHEMA: Final = tuple(map(str, (OWL, RDF, RDFS, XSD)))


@dataclass(frozen=True, slots=True)
class Note:
    """What an annotation says of an axiom: its number, name, link and whether it is for query time."""

    number: str
    name: str
    spec: str
    at_query_time: bool


class Axioms:
    """The statements of a closed T-box, indexed. Everything comes in a fixed order."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._pairs: dict[NamedNode, list[tuple[Node, Value]]] = defaultdict(list)
        self._objects: dict[tuple[Node, NamedNode], list[Value]] = defaultdict(list)
        for s, p, o in sorted(statements, key=str):
            self._pairs[p].append((s, o))
            self._objects[s, p].append(o)
        self._notes = dict(self._annotations())
        self._names: dict[BlankNode, str] = {}

    def pairs(self, predicate: NamedNode) -> tuple[tuple[Node, Value], ...]:
        """What ``predicate`` relates."""
        return tuple(self._pairs.get(predicate, ()))

    def objects(self, subject: Node, predicate: NamedNode) -> tuple[Value, ...]:
        """What ``subject`` has for ``predicate``."""
        return tuple(self._objects.get((subject, predicate), ()))

    def sequence(self, head: Value) -> tuple[Value, ...]:
        """The items of an RDF list; a broken or endless list ends where it breaks or comes back."""
        items: list[Value] = []
        seen: set[Value] = set()
        while not isinstance(head, Literal) and head not in seen:
            seen.add(head)
            items += self.objects(head, RDF.first)[:1]
            head = next(iter(self.objects(head, RDF.rest)), head)
        return tuple(items)

    def instances(self, cls: NamedNode) -> Iterator[tuple[Node, Note | None]]:
        """What is of ``cls``, with the note on that axiom."""
        for subject, found in self.pairs(RDF_TYPE):
            if found == cls:
                yield subject, self.note(subject, RDF_TYPE, cls)

    def groups(self, cls: NamedNode, members: NamedNode) -> Iterator[tuple[Note | None, Value, Value]]:
        """The pairs within each group of ``cls`` (``owl:AllDisjointClasses`` and such)."""
        for group, _ in self.instances(cls):
            for items in self.objects(group, members):
                for one, other in combinations(self.sequence(items), 2):
                    yield self._note_of(group), one, other

    def is_indirect(self, subject: Node, predicate: NamedNode, expression: Value) -> bool:
        """Whether a closed axiom about a class expression follows from one about a named class.

        The rules for the named class then do; without this each expression would be unfolded once more
        for every subclass of the classes below it.
        """
        if not self._is_expression(expression):
            return False
        return any(
            cls != subject
            and not self._is_expression(cls)
            and not isinstance(cls, Literal)
            and expression in self.objects(cls, RDFS.subClassOf)
            and subject not in self.objects(cls, RDFS.subClassOf)
            for cls in self.objects(subject, predicate)
        )

    def properties_of(self, restriction: Node) -> tuple[Value, ...]:
        """The properties that a restriction is on."""
        return self.objects(restriction, OWL.onProperty)

    def note(self, subject: Value, predicate: NamedNode, object_: Value) -> Note | None:
        """What an annotation says of this axiom."""
        return self._notes.get((subject, predicate, object_))

    def _annotations(self) -> Iterator[tuple[tuple[Value, Value, Value], Note]]:
        for axiom, source in self.pairs(OWL.annotatedSource):
            note = self._note_of(axiom)
            for predicate in self.objects(axiom, OWL.annotatedProperty) if note else ():
                for target in self.objects(axiom, OWL.annotatedTarget):
                    assert note is not None  # noqa: S101  # the loop above has nothing otherwise
                    yield (source, predicate, target), note

    def _note_of(self, node: Node) -> Note | None:
        numbers = self.objects(node, WHENCE.number)
        if not numbers:
            return None
        names, links = self.objects(node, RDFS.label), self.objects(node, RDFS.seeAlso)
        late = self.objects(node, WHENCE.atQueryTime)
        return Note(
            numbers[0].value,
            names[0].value if names else "",
            links[0].value if links else "",
            bool(late) and late[0].value in ("true", "1"),
        )

    def atom(self, subject: Term, prop: Value, object_: Term, scope: Scope = "all") -> Atom:
        """A pattern over a property, or over the other direction of one (``[ owl:inverseOf p ]``)."""
        if isinstance(prop, NamedNode):
            return Atom(subject, prop, object_, scope)
        inverse = self.objects(prop, OWL.inverseOf) if not isinstance(prop, Literal) else ()
        if inverse and isinstance(inverse[0], NamedNode):
            return Atom(object_, inverse[0], subject, scope)
        return Atom(subject, OWL.bottomObjectProperty, object_, scope)

    def constant(self, value: Value) -> NamedNode | Literal | None:
        """A value that rules can mention; a blank node means nothing outside its file."""
        return None if isinstance(value, BlankNode) else value

    def integer(self, value: Value) -> int | None:
        """A cardinality."""
        return int(value.value) if isinstance(value, Literal) and value.value.isdecimal() else None

    def class_name(self, cls: Value) -> NamedNode:
        """The name of a class; a class expression gets one from what it says."""
        if isinstance(cls, NamedNode):
            return cls
        return NamedNode(ANONYMOUS + sha256(self._structure(cls, ()).encode()).hexdigest()[:32])

    def _is_expression(self, node: Value) -> bool:
        return isinstance(node, BlankNode)

    def _structure(self, node: Value, above: tuple[Value, ...]) -> str:
        """What a class expression says, as text without blank node labels."""
        if not isinstance(node, BlankNode) or node in above:
            return str(node) if not isinstance(node, BlankNode) else "_"
        if node not in self._names:
            parts = []
            for part in _EXPRESSION:
                for value in self.objects(node, part):
                    items = self.sequence(value) or (value,)
                    inner = [self._structure(item, (*above, node)) for item in items]
                    parts.append(f"{part}({' '.join(inner)})")
            self._names[node] = "[" + " ".join(parts) + "]"
        return self._names[node]

    def individual_facts(self) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
        """What is said of individuals: their types, and their values of declared properties."""
        schema = self._schema_terms()
        declared = {p for cls in _PROPERTIES for p, _ in self.instances(cls) if isinstance(p, NamedNode)}
        for predicate in sorted({RDF_TYPE, OWL.sameAs, OWL.differentFrom, *declared}, key=str):
            for s, o in self.pairs(predicate):
                if not isinstance(s, NamedNode) or isinstance(o, BlankNode) or s in schema:
                    continue
                if predicate == RDF_TYPE:
                    told = isinstance(o, NamedNode) and not o.value.startswith(_SCHEMA)
                else:
                    told = o not in schema
                if told:
                    yield s, predicate, o

    def _schema_terms(self) -> frozenset[Value]:
        """What has a type of the OWL or RDFS vocabulary, individuals declared as such apart."""
        return frozenset(
            subject
            for subject, cls in self.pairs(RDF_TYPE)
            if isinstance(cls, NamedNode) and cls.value.startswith(_SCHEMA) and cls != OWL.NamedIndividual
        )

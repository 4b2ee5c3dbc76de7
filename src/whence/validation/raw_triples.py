"""Raw triples by subject, each with what its property means to PROV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeAlias, cast

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from whence.formats.prov_o import DIRECTS, INVERSES, LINKS, RELATIONS
from whence.formats.statements import FORMS, Form
from whence.ontology.namespaces import MUTABLE, PROV, RDF_TYPE
from whence.validation.prov_terms import is_misspelt
from whence.validation.source import unknown

__all__ = ["Fact", "Graph", "Node", "Role", "Triples", "Value"]

Node: TypeAlias = NamedNode | BlankNode
Value: TypeAlias = NamedNode | BlankNode | Literal

_PAIRS: Final = (PROV.insertedKeyEntityPair, MUTABLE.inserted)


class Role:
    """What a property says; there is one object for each property, so identity tells them apart.

    ``way`` is type, link (to the qualified node of a ``form``), direct, inverse, span (when an
    activity started or ended), event (when an entity was generated or invalidated), bundle (of a
    mention) or other. ``owns`` names the form whose nodes the property's values are.
    """

    __slots__ = ("form", "name", "owns", "subtype", "way")

    def __init__(
        self,
        name: NamedNode,
        way: str = "other",
        form: Form | None = None,
        subtype: NamedNode | None = None,
    ) -> None:
        self.name, self.way, self.form, self.subtype = name, way, form, subtype
        self.owns = "hadDictionaryMember" if name in _PAIRS else form.name if way == "link" and form else ""


class Fact(NamedTuple):
    """One thing said of a subject, and the bundle it is said in."""

    role: Role
    value: Value
    bundle: NamedNode | None


class Graph:
    """The triples of what is validated as one, by subject, and the forms that own a node."""

    __slots__ = ("_subjects", "owners")

    def __init__(self) -> None:
        # Role, value and bundle one after the other: a list for each subject is all the garbage
        # collector has to look at.
        self._subjects: dict[Node, list[Any]] = {}
        self.owners: dict[Node, tuple[str, ...]] = {}

    def subjects(self) -> Iterator[tuple[Node, Iterator[Fact]]]:
        """Each subject with what is said of it."""
        for subject in self._subjects:
            yield subject, self.facts(subject)

    def facts(self, subject: Node) -> Iterator[Fact]:
        """What is said of a node."""
        parts = iter(self._subjects.get(subject, ()))
        return map(Fact, parts, parts, parts)

    def keep(self, subject: Node, role: Role, value: Value, bundle: NamedNode | None) -> None:
        """Take something said of a subject in."""
        facts = self._subjects.get(subject)
        if facts is None:
            facts = self._subjects[subject] = []
        facts += (role, value, bundle)
        if role.owns and not isinstance(value, Literal):
            owners = self.owners.get(value, ())
            if role.owns not in owners:
                self.owners[value] = (*owners, role.owns)


class Triples:
    """Takes quads in and keeps them by graph and subject.

    With ``union`` all go into one graph. ``document`` is the graph whose statements are outside
    bundles, like those of the default graph. An inverse is kept as the property it is the inverse of.
    IRIs made for blank nodes become blank nodes again. Memory: each term once.
    """

    def __init__(self, *, document: NamedNode | None = None, union: bool = False) -> None:
        self.graphs: dict[NamedNode | None, Graph] = {}
        self._document, self._union = document, union
        self._terms: dict[object, Value] = {}
        self._bundles: dict[object, NamedNode | None] = {}
        self._roles = _roles()

    def add(self, quads: Iterable[Quad]) -> None:
        """Keep quads; those that hold triple terms are passed over."""
        terms, roles, bundles = self._terms, self._roles, self._bundles
        for subject, predicate, value, graph in quads:
            own_subject = terms.get(subject) or self._term(subject)
            own_value = terms.get(value) or self._term(value)
            if own_subject is None or own_value is None:
                continue
            role = roles.get(predicate)
            if role is None:
                role = roles[predicate] = Role(predicate, "misspelt" if is_misspelt(predicate) else "other")
            bundle = bundles[graph] if graph in bundles else self._bundle(graph)
            self._keep(own_subject, role, own_value, bundle)

    def _keep(self, subject: Value, role: Role, value: Value, bundle: NamedNode | None) -> None:
        key = None if self._union else bundle
        graph = self.graphs.get(key)
        if graph is None:
            graph = self.graphs[key] = Graph()
        if role.way == "inverse" and not isinstance(value, Literal):
            subject, value = value, subject
            role = self._roles[role.form.direct]  # type: ignore[union-attr,index]  # inverses have both
        assert not isinstance(subject, Literal)  # noqa: S101  # subjects are nodes
        graph.keep(subject, role, value, bundle)

    def _term(self, term: object) -> Value | None:
        if isinstance(term, Triple):
            return None
        own: Value
        own = unknown(term) if isinstance(term, NamedNode) else term  # type: ignore[assignment]
        self._terms[term] = own
        return own

    def _bundle(self, graph: NamedNode | BlankNode | DefaultGraph) -> NamedNode | None:
        inside = isinstance(graph, NamedNode) and graph != self._document
        bundle = self._bundles[graph] = cast("NamedNode", graph) if inside else None
        return bundle


def _roles() -> dict[NamedNode, Role]:
    activity = FORMS["activity"]
    roles = [Role(RDF_TYPE, "type"), Role(PROV.asInBundle, "bundle")]
    roles += [Role(slot.property, "span", activity) for slot in activity.slots if slot.property]
    roles += [Role(name, "inverse", form) for name, form in INVERSES.items()]
    roles += [Role(name, "direct", form, subtype) for name, (form, subtype) in DIRECTS.items()]
    roles += [Role(link, "link", form) for form in RELATIONS for link in LINKS[form.name]]
    roles += [
        Role(PROV.generatedAtTime, "event", FORMS["wasGeneratedBy"]),
        Role(PROV.invalidatedAtTime, "event", FORMS["wasInvalidatedBy"]),
    ]
    return {role.name: role for role in roles}

"""Statements out of the qualified nodes of raw RDF, conflicting values and all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar, cast

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.identifiers import GENID, canonical
from whence.formats.prov_o import ARGUMENTS, BY_NODE, LINK_PROPERTIES, NODE_PROPERTIES, PROV_NAMES, SUBTYPES
from whence.formats.statements import FORMS, Arg, Form, Slot
from whence.ontology.namespaces import PROV, RDF_TYPE
from whence.validation.assertion import Argument, Assertion, Malformed
from whence.validation.complaints import Complaints
from whence.validation.moments import is_moment
from whence.validation.raw_triples import Fact, Graph, Node, Value

__all__ = ["Nodes", "Qualified", "attributes", "covering", "is_node"]

T = TypeVar("T")
Attributes: TypeAlias = tuple[tuple[NamedNode, NamedNode | Literal], ...]
Said: TypeAlias = Mapping[NamedNode, Sequence[Value]]
"""What is said of a node, by property."""

_TYPE: Final = PROV.type
_NAMES: Final = {**PROV_NAMES, RDF_TYPE: _TYPE, _TYPE: _TYPE}
_DERIVATION: Final = FORMS["wasDerivedFrom"]
_INFLUENCE: Final = FORMS["wasInfluencedBy"]
_MEMBER: Final = FORMS["hadDictionaryMember"]
_ANY: Final = tuple(
    PROV[name] for name in ("Influence", "EntityInfluence", "ActivityInfluence", "AgentInfluence")
)
_UNSAID: Final = frozenset({*BY_NODE, *_ANY, PROV.KeyEntityPair, PROV.InstantaneousEvent})
_OWNED: Final = {
    **{cls: frozenset({form.name, "wasInfluencedBy"}) for cls, form in BY_NODE.items() if cls},
    **{cls: frozenset({"wasDerivedFrom", "wasInfluencedBy"}) for cls in SUBTYPES},
    # An insertion or removal is a derivation too.
    PROV.Derivation: frozenset(
        {"wasDerivedFrom", "wasInfluencedBy", "derivedByInsertionFrom", "derivedByRemovalFrom"}
    ),
    PROV.KeyEntityPair: frozenset({"hadDictionaryMember"}),
    **dict.fromkeys(_ANY, frozenset[str]()),
}
"""By class of nodes: the forms one of which must own such a node; where there are none, any may."""


class Qualified:
    """What links to a qualified node say: statements, and what elsewhere says no more than they do.

    ``directs`` are direct properties, ``objects`` what they may lead to; ``times`` are the node's.
    """

    __slots__ = ("directs", "items", "objects", "times")

    def __init__(self) -> None:
        self.items: list[Assertion | Malformed] = []
        self.directs: set[NamedNode] = set()
        self.objects: Sequence[Argument] = ()
        self.times: list[Argument] = []


class Nodes:
    """The qualified nodes of a graph."""

    def __init__(self, graph: Graph, complaints: Complaints) -> None:
        self._graph, self._complaints = graph, complaints
        self._broken_pairs: set[Node] = set()

    def link(self, owner: Node, node: Node, links: Sequence[Fact]) -> Iterator[tuple[Form, Qualified]]:
        """What the links from ``owner`` to ``node`` say, for each form they are of."""
        said = self._said(node)
        names = {link.role.name for link in links}
        forms = {link.role.form.name for link in links if link.role.form is not None}
        if "wasInfluencedBy" in forms:
            narrower = _narrower(said.get(RDF_TYPE, ()))
            forms = forms | narrower if narrower or len(forms) == 1 else forms
            if len(forms) > 1:
                forms.discard("wasInfluencedBy")
        for name in sorted(forms):
            form = FORMS[name]
            yield form, _Reading(self, form, owner, node, said, links[0].bundle).qualified(names)

    def orphans(self, node: Node, types: Iterable[Value], bundle: NamedNode | None) -> Iterator[Malformed]:
        """Complaints of a node of these types that no relation of such a type leads to."""
        classes = [cls for cls in types if isinstance(cls, NamedNode) and cls in _OWNED]
        if not classes:
            return
        owners = self._graph.owners.get(node, ())
        narrow = [cls for cls in classes if cls not in _ANY]
        for cls in narrow or classes[:1]:
            wanted = _OWNED[cls]
            if any(owner in wanted for owner in owners) or (owners and not wanted):
                continue
            # Of a revision that is called a derivation as well, one complaint is enough.
            if cls != PROV.Derivation or SUBTYPES.keys().isdisjoint(classes):
                yield self._complaints.orphan(_form_of(cls), node, cls, bundle)

    def pair(
        self, owner: Node, pair: Node, bundle: NamedNode | None
    ) -> tuple[list[tuple[Literal, Node]], list[Malformed]]:
        """The key of a pair with each of its entities; what is wrong with it is said once."""
        said = self._said(pair)
        keys = {canonical(key): key for key in said.get(PROV.pairKey, ()) if isinstance(key, Literal)}
        entities = [node for node in said.get(PROV.pairEntity, ()) if not isinstance(node, Literal)]
        if len(keys) == 1 and entities:
            key = next(iter(keys.values()))
            return [(key, entity) for entity in entities], []
        if pair in self._broken_pairs:
            return [], []
        self._broken_pairs.add(pair)
        what = "no key that is a literal" if not keys else f"{len(keys)} keys"
        if len(keys) == 1:
            what = "no entity that is a resource"
        return [], [self._complaints.pair(what, owner, pair, bundle)]

    def _said(self, node: Node) -> Said:
        said: dict[NamedNode, list[Value]] = {}
        for role, value in dict.fromkeys((fact.role, fact.value) for fact in self._graph.facts(node)):
            said.setdefault(role.name, []).append(value)
        return said

    @property
    def complaints(self) -> Complaints:
        """Words for what is malformed."""
        return self._complaints


class _Reading:
    """One node read as a statement of one form."""

    def __init__(
        self, nodes: Nodes, form: Form, owner: Node, node: Node, said: Said, bundle: NamedNode | None
    ) -> None:
        self._nodes, self._complaints = nodes, nodes.complaints
        self._form, self._owner, self._node = form, owner, node
        self._said, self._bundle = said, bundle
        self._wrong: list[Malformed] = []

    def qualified(self, links: set[NamedNode]) -> Qualified:
        """All of it; ``links`` are the properties that lead from the owner to the node."""
        form, found = self._form, Qualified()
        if form is _MEMBER:
            self._member(found)
            return found
        values: list[Sequence[Argument]] = []
        complete = True
        for slot in form.slots[1:]:
            before = len(self._wrong)
            given = self._values(slot)
            if slot.required and not given:
                complete = False
                if len(self._wrong) == before:
                    self._wrong.append(
                        self._complaints.missing(form, slot, self._owner, self._node, self._bundle)
                    )
            if slot.type == "time":
                found.times += given
            values.append(given or [None])
        subtypes = self._subtypes(links)
        found.directs = _directs(form, links, subtypes)
        found.objects = values[0]
        found.items += self._wrong
        if complete:
            found.items += self._assertions(values, subtypes)
        return found

    def _assertions(
        self, values: Sequence[Sequence[Argument]], subtypes: list[NamedNode]
    ) -> Iterator[Assertion]:
        form = self._form
        said = attributes(self._said, _PROPERTIES[form.name]) if form.attributed else ()
        if subtypes:
            said = tuple(dict.fromkeys((*said, *((_TYPE, cls) for cls in subtypes))))
        id_ = self._node if form.identified else None
        for args in covering(values):
            yield Assertion(form.name, id_, (self._owner, *args), said, self._bundle)

    def _member(self, found: Qualified) -> None:
        pairs, wrong = self._nodes.pair(self._owner, self._node, self._bundle)
        found.items += wrong
        for key, entity in pairs:
            args = (self._owner, entity, key)
            found.items.append(Assertion(_MEMBER.name, None, args, (), self._bundle))

    def _values(self, slot: Slot) -> Sequence[Argument]:
        given = [
            (name, value)
            for name in ARGUMENTS[self._form.name, slot.name]
            for value in self._said.get(name, ())
        ]
        right: dict[Value, None] = {}
        for name, value in given:
            if self._is_right(slot, name, value):
                right[value] = None
        if slot.type == "keys":
            return [cast("Arg", tuple(right))] if right or not given else []
        if slot.type == "pairs":
            pairs = dict.fromkeys(pair for node in right for pair in self._pairs(cast("Node", node)))
            return [cast("Arg", tuple(pairs))] if pairs or not given else []
        return [*right]

    def _pairs(self, node: Node) -> list[tuple[Literal, Node]]:
        pairs, wrong = self._nodes.pair(self._node, node, self._bundle)
        self._wrong += wrong
        return pairs

    def _is_right(self, slot: Slot, name: NamedNode, value: Value) -> bool:
        """Whether a value is of the kind an argument is; else it is complained of."""
        literal = isinstance(value, Literal)
        if slot.type == "time":
            if isinstance(value, Literal) and is_moment(value):
                return True
            self._wrong.append(
                self._complaints.no_moment(self._node, name, value, self._bundle, self._owner)
            )
            return False
        if literal == (slot.type in ("key", "keys")):
            return True
        self._wrong.append(self._complaints.wrong_kind(self._owner, self._node, name, value, self._bundle))
        return False

    def _subtypes(self, links: set[NamedNode]) -> list[NamedNode]:
        """The types of a derivation, from its node and from the links to it."""
        if self._form is not _DERIVATION:
            return []
        types = self._said.get(RDF_TYPE, ())
        return [cls for cls, (_, link) in SUBTYPES.items() if cls in types or link in links]


def covering(values: Sequence[Sequence[T]]) -> list[tuple[T, ...]]:
    """The fewest combinations in which each value is: where all share an id, they say as much as all.

    >>> covering([[1, 2], [3], [4, 5, 6]])
    [(1, 3, 4), (2, 3, 5), (1, 3, 6)]
    """
    longest = max(map(len, values), default=0)
    return [tuple(given[n] if n < len(given) else given[0] for given in values) for n in range(longest)]


def is_node(types: Iterable[Value]) -> bool:
    """Whether something of these types is a qualified node."""
    return any(cls in _OWNED for cls in types)


def attributes(said: Said, apart: frozenset[NamedNode]) -> Attributes:
    """What is said besides the properties ``apart``, under PROV-DM's names; no classes of nodes."""
    found: list[tuple[NamedNode, NamedNode | Literal]] = []
    for name, values in said.items():
        if name in apart:
            continue
        prov = _NAMES.get(name, name)
        for value in values:
            if prov is _TYPE and value in _UNSAID:
                continue
            # Attributes are no arguments, so that nothing is unified with an unknown one.
            plain = NamedNode(f"urn:whence:{GENID}{value.value}") if isinstance(value, BlankNode) else value
            found.append((prov, plain))
    return tuple(found)


_PROPERTIES: Final = {
    form.name: frozenset(
        {*LINK_PROPERTIES, *NODE_PROPERTIES}
        | {name for slot in form.slots for name in ARGUMENTS.get((form.name, slot.name), ())}
    )
    for form in FORMS.values()
}
"""By form: what is no attribute of its nodes."""


def _form_of(cls: NamedNode) -> Form:
    """The form that a class of nodes is for."""
    if cls == PROV.KeyEntityPair:
        return _MEMBER
    if cls in SUBTYPES:
        return _DERIVATION
    return BY_NODE.get(cls, _INFLUENCE)


def _narrower(types: Sequence[Value]) -> set[str]:
    """What an influence is more precisely, by the classes of its node."""
    forms = {BY_NODE[cls].name for cls in types if isinstance(cls, NamedNode) and cls in BY_NODE}
    if any(cls in SUBTYPES for cls in types):
        forms.add("wasDerivedFrom")
    forms.discard("wasInfluencedBy")
    # An insertion or removal is a derivation too.
    if forms & {"derivedByInsertionFrom", "derivedByRemovalFrom"}:
        forms.discard("wasDerivedFrom")
    return forms


def _directs(form: Form, links: set[NamedNode], subtypes: Iterable[NamedNode]) -> set[NamedNode]:
    """The direct properties that say no more than the node does."""
    directs = {form.direct} if form.direct else set()
    if subtypes:
        directs |= {SUBTYPES[cls][0] for cls in subtypes}
    if _INFLUENCE.direct and _INFLUENCE.qualified in links:
        directs.add(_INFLUENCE.direct)
    return directs

"""What is said of RDF that makes no PROV statement, and how to put it right."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.statements import Form, Slot
from whence.ontology.namespaces import PROV
from whence.validation import moments
from whence.validation.assertion import Malformed
from whence.validation.prov_terms import link, meant
from whence.validation.raw_triples import Node, Value
from whence.validation.wording import Names

__all__ = ["Complaints"]


class Complaints:
    """Words for malformed RDF, with the names its reader knows.

    A ``node`` is a qualified node or a dictionary's pair; ``owner`` is what it is linked from.
    """

    def __init__(self, names: Names) -> None:
        self._names = names

    def literal(self, subject: Node, name: NamedNode, value: Value, bundle: NamedNode | None) -> Malformed:
        """A text where a relation leads to."""
        return Malformed(
            f"{self._names(name)} of {self._who(subject)} is the text {value} where a resource is due",
            f"Give {self._names(name)} the IRI of a resource; a name for people goes into its rdfs:label.",
            (subject,),
            bundle,
            link=link(name),
            term=name,
        )

    def no_moment(
        self,
        subject: Node,
        name: NamedNode,
        value: Value,
        bundle: NamedNode | None,
        owner: Node | None = None,
    ) -> Malformed:
        """A time that is none."""
        who = self._node(subject, "a node", owner) if owner is not None else self._who(subject)
        why, mend = moments.fault(value)
        return Malformed(
            f"{self._names(name)} of {who} is {self._value(value)}, which {why}",
            mend,
            (subject,) if owner is None else (owner, subject),
            bundle,
            link=moments.LINK,
            term=name,
        )

    def misspelt(
        self, subject: Node, term: NamedNode, bundle: NamedNode | None, *, as_class: bool
    ) -> Malformed:
        """A property or class in the namespace of PROV that nothing defines."""
        rather = meant(term, as_class=as_class)
        name, what = self._names(term), "class" if as_class else "property"
        mend = f"Use a {what} that PROV defines, or one of a namespace of your own."
        if rather is not None:
            mend = f"Write {self._names(rather)}, or use a {what} of a namespace of your own."
        hint = "" if rather is None else f"; did you mean {self._names(rather)}?"
        about = f"{self._who(subject)} is a {name}" if as_class else f"{self._who(subject)} has {name}"
        return Malformed(
            f"{about}, but PROV has no {what} of that name{hint}",
            mend,
            (subject,),
            bundle,
            term=term,
            link=link(rather) if rather is not None else "https://www.w3.org/TR/prov-o/",
        )

    def wrong_kind(
        self, owner: Node, node: Node, name: NamedNode, value: Value, bundle: NamedNode | None
    ) -> Malformed:
        """A literal where a node's argument is a resource, or the other way round."""
        due, mend = "literal", "Write a literal there."
        if isinstance(value, Literal):
            due, mend = "resource", "Write the IRI of a resource there."
        return Malformed(
            f"{self._names(name)} of {self._node(node, 'a node', owner)} is {self._value(value)} "
            f"where a {due} is due",
            mend,
            (owner, node),
            bundle,
            link=link(name),
            term=name,
        )

    def missing(
        self, form: Form, slot: Slot, owner: Node, node: Node, bundle: NamedNode | None
    ) -> Malformed:
        """An argument that PROV requires is not there."""
        name = self._names(slot.property) if slot.property else slot.name
        word = self._names(form.node) if form.node else form.name
        return Malformed(
            f"{self._node(node, f'a {word}', owner)} has no {name}, but {form.name} needs its {slot.name}",
            f"Say with {name} what the {slot.name} is, or remove the {word}.",
            (owner, node),
            bundle,
            link=link(form.node) if form.node else "",
        )

    def pair(self, what: str, owner: Node, pair: Node, bundle: NamedNode | None) -> Malformed:
        """A dictionary's pair that is not one key and an entity."""
        return Malformed(
            f"{self._node(pair, 'a prov:KeyEntityPair', owner)} has {what}",
            "Give the pair one prov:pairKey, a literal, and one prov:pairEntity, a resource.",
            (owner, pair),
            bundle,
            link=link(PROV.KeyEntityPair),
        )

    def orphan(self, form: Form, node: Node, cls: NamedNode, bundle: NamedNode | None) -> Malformed:
        """A node of a relation's class that no such relation leads to."""
        word, way = self._names(cls), self._names(form.qualified) if form.qualified else form.name
        return Malformed(
            f"{self._who(node)} is a {word}, but nothing has it as its {way}",
            f"Link the {form.slots[0].name} to it with {way}, or take the type {word} from it.",
            (node,),
            bundle,
            link=link(cls),
            term=cls,
        )

    def half_mention(self, subject: Node, bundle: NamedNode | None, *, has_entity: bool) -> Malformed:
        """One of ``prov:mentionOf`` and ``prov:asInBundle`` without the other."""
        if has_entity:
            reason = "has prov:mentionOf, but no prov:asInBundle"
            mend = "Add prov:asInBundle with the bundle, or use prov:specializationOf alone."
        else:
            reason = "has prov:asInBundle, but no prov:mentionOf"
            mend = "Add prov:mentionOf with the entity of that bundle, or remove prov:asInBundle."
        place = link(PROV.mentionOf)
        return Malformed(f"{self._who(subject)} {reason}", mend, (subject,), bundle, link=place)

    def _who(self, node: Node) -> str:
        return self._names(node) if isinstance(node, NamedNode) else "a blank node"

    def _node(self, node: Node, what: str, owner: Node) -> str:
        if isinstance(node, NamedNode):
            return self._names(node)
        return f"{what} of {self._names(owner)}" if isinstance(owner, NamedNode) else what

    def _value(self, value: Value) -> str:
        if isinstance(value, NamedNode):
            return self._names(value)
        return "a blank node" if isinstance(value, BlankNode) else str(value)

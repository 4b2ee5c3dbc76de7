"""Words PROV-N readers meet beyond the recommendation: extension expressions and older spellings.

The older Versioned-PROV files (2018) leave out prefixes, ``document`` and quotes; what they mean is
said here once. Every use is noted among the repairs.
"""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import Literal, NamedNode

from whence.formats.identifiers import Repairs
from whence.formats.qnames import XSD_STRING, Scope
from whence.formats.statements import FORMS, Form
from whence.ontology.namespaces import INTERTWINED, PREFIXES, PROV, VERSION, XSD

__all__ = [
    "CORE",
    "EXTENSIONS",
    "PROPERTIES",
    "assume_prefix",
    "bare_key",
    "checkpoint",
    "extension_iri",
    "plain_attribute",
    "without_attributes",
]

CORE: Final = frozenset(
    {
        "entity",
        "activity",
        "agent",
        "wasGeneratedBy",
        "used",
        "wasInformedBy",
        "wasStartedBy",
        "wasEndedBy",
        "wasInvalidatedBy",
        "wasDerivedFrom",
        "wasAttributedTo",
        "wasAssociatedWith",
        "actedOnBehalfOf",
        "wasInfluencedBy",
        "specializationOf",
        "alternateOf",
        "hadMember",
    }
)
"""Kinds of statements PROV-N itself has; all others are extension expressions, written with a prefix."""


def extension_iri(form: Form) -> NamedNode:
    """The name of a kind of statement as PROV-N's extensibility wants it: in its namespace."""
    owner = (form.element or form.direct or form.qualified or PROV.entity).value
    return NamedNode(owner[: owner.rfind("#") + 1] + form.name)


EXTENSIONS: Final = {
    **{str(PROV) + form.name: form for form in FORMS.values()},
    **{extension_iri(form).value: form for form in FORMS.values()},
}
"""Kinds of statements by the IRI of their prefixed spelling."""

PROPERTIES: Final = {
    **{name: PROV[name] for name in ("type", "label", "value", "role", "location")},
    "repr": PROV.value,
    **{name: VERSION[name] for name in ("checkpoint", "key", "collection", "access")},
    "moment": VERSION.checkpoint,
    "whole": VERSION.collection,
}
"""What unprefixed attributes mean where no default namespace is in force."""

_TYPES: Final = {
    "Insertion": VERSION.Put,
    "Removal": VERSION.Del,
    **{name: VERSION[name] for name in ("Put", "Add", "Del", "Reference", "VoidEntity")},
    **{
        name: PROV[name]
        for name in ("Collection", "Dictionary", "EmptyCollection", "EmptyDictionary", "Plan", "Bundle")
    },
}
_RENAMED: Final = {VERSION.Insertion: VERSION.Put, VERSION.Removal: VERSION.Del}
_CHECKPOINTS: Final = frozenset({VERSION.checkpoint, INTERTWINED.checkpoint})
_ASSUMED: Final = {
    **{name: PREFIXES[name] for name in ("version", "intertwined", "script", "mutable")},
    "dot": "http://openprovenance.org/Toolbox/dot#",
}
_TICK = re.compile(r"T?(\d+)\Z")
_TYPE_NAME = re.compile(r"\w[\w-]*:[\w-]+\Z")


def plain_attribute(
    name: str, value: NamedNode | Literal, scope: Scope
) -> tuple[NamedNode, NamedNode | Literal]:
    """An attribute without prefix; a type given as a string becomes the name it spells."""
    prop = PROPERTIES[name]
    scope.repairs.note(name, prop.value)
    if name == "type" and isinstance(value, Literal) and value.datatype == XSD_STRING:
        node = _TYPES.get(value.value)
        if node is None and _TYPE_NAME.match(value.value):
            assume_prefix(value.value.partition(":")[0], scope)
            node = scope.resolve(value.value)
        if node is not None:
            value = _RENAMED.get(node, node)
    return prop, value


def checkpoint(
    prop: NamedNode, value: NamedNode | Literal, repairs: Repairs
) -> tuple[NamedNode, NamedNode | Literal]:
    """A checkpoint written as a string is the integer it spells, so that 9 comes before 10."""
    if prop in _CHECKPOINTS and isinstance(value, Literal) and value.datatype == XSD_STRING:
        return prop, bare_key(value.value, repairs)
    return prop, value


def bare_key(name: str, repairs: Repairs) -> Literal:
    """A key or checkpoint written as a bare name: ``T5`` is the integer 5, others are strings."""
    tick = _TICK.match(name)
    literal = Literal(tick[1], datatype=XSD.integer) if tick else Literal(name)
    repairs.note(name, literal.value)
    return literal


def assume_prefix(prefix: str, scope: Scope) -> bool:
    """Declare a prefix that files of the Versioned-PROV family leave undeclared; whether it is one."""
    namespace = _ASSUMED.get(prefix)
    if namespace is None or prefix in scope.names:
        return False
    scope.repairs.note(f"{prefix}:", namespace)
    scope.declare(prefix, namespace)
    return True


def without_attributes(
    form: Form, attributes: tuple[tuple[NamedNode, NamedNode | Literal], ...], repairs: Repairs
) -> tuple[()]:
    """Attributes of a statement that can have none are left out."""
    for prop, value in attributes:
        repairs.note(f"{form.name}(...[{prop.value}={value.value}])", f"{form.name}(...)")
    return ()

"""The names PROV-O gives to what the table of statements holds, arranged for looking up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pyoxigraph import NamedNode

from whence.formats.statements import FORMS, Form, Slot
from whence.ontology.namespaces import PROV, RDFS

__all__ = [
    "ARGUMENTS",
    "ATTRIBUTES",
    "BY_NODE",
    "DIRECTS",
    "ELEMENTS",
    "INFLUENCE",
    "INVERSES",
    "LINKS",
    "LINK_PROPERTIES",
    "LITERAL_PROPERTIES",
    "NODE_CLASSES",
    "NODE_PROPERTIES",
    "PROV_NAMES",
    "RELATIONS",
    "RELATION_PROPERTIES",
    "ROLES",
    "SUBCLASSES",
    "SUBTYPES",
]

ATTRIBUTES: Final[Mapping[NamedNode, NamedNode]] = {
    PROV.label: RDFS.label,
    PROV.location: PROV.atLocation,
    PROV.role: PROV.hadRole,
}
"""PROV-DM attributes that PROV-O writes as another property; ``prov:type`` is handled apart."""

SUBTYPES: Final[Mapping[NamedNode, tuple[NamedNode, NamedNode]]] = {
    PROV.Revision: (PROV.wasRevisionOf, PROV.qualifiedRevision),
    PROV.Quotation: (PROV.wasQuotedFrom, PROV.qualifiedQuotation),
    PROV.PrimarySource: (PROV.hadPrimarySource, PROV.qualifiedPrimarySource),
}
"""Types of derivation that PROV-O has properties for: direct, qualified."""

ELEMENTS: Final = tuple(form for form in FORMS.values() if form.element)
"""What has a class and an IRI of its own."""

RELATIONS: Final = tuple(form for form in FORMS.values() if not form.element)
"""What relates two of these."""

SUBCLASSES: Final[Mapping[NamedNode, str]] = {
    **{PROV[name]: "agent" for name in ("Person", "Organization", "SoftwareAgent")},
    **{
        PROV[name]: "entity"
        for name in ("Plan", "Collection", "EmptyCollection", "Dictionary", "EmptyDictionary", "Bundle")
    },
}
"""PROV's own subclasses of the elements."""

PROV_NAMES: Final = {rdf: prov for prov, rdf in ATTRIBUTES.items()}
"""The reverse of :data:`ATTRIBUTES`."""

INVERSES: Final = {
    PROV.generated: FORMS["wasGeneratedBy"],
    PROV.invalidated: FORMS["wasInvalidatedBy"],
    PROV.influenced: FORMS["wasInfluencedBy"],
}
"""Properties that PROV-O has for the other direction of a relation."""

INFLUENCE: Final = FORMS["wasInfluencedBy"]
_INFLUENCERS: Final = (PROV.entity, PROV.activity, PROV.agent)
BY_NODE: Final = {form.node: form for form in RELATIONS if form.node and form.identified}
"""Forms by the class of their qualified nodes."""

ROLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("activity", "informed", "informant", "starter", "ender"), "activity"),
    **dict.fromkeys(("agent", "responsible", "delegate"), "agent"),
    **dict.fromkeys(("influencee", "influencer", "generation", "usage", "bundle"), ""),
    "value": "value",
}
"""The kind of element that an argument of this name is; entities are all the others."""


def _links(form: Form) -> dict[NamedNode, NamedNode | None]:
    """The properties that lead to a form's qualified nodes, each with its direct property."""
    if form.qualified is None:
        return {}
    links: dict[NamedNode, NamedNode | None] = {form.qualified: form.direct}
    if form.name == "wasDerivedFrom":
        links |= {qualified: direct for direct, qualified in SUBTYPES.values()}
    return links


LINKS: Final = {form.name: _links(form) for form in RELATIONS}
"""By form: the properties that lead to its qualified nodes, each with its direct property."""

LINK_PROPERTIES: Final = frozenset(link for links in LINKS.values() for link in links)
DIRECTS: Final[Mapping[NamedNode, tuple[Form, NamedNode | None]]] = {
    **{form.direct: (form, None) for form in RELATIONS if form.direct},
    **{direct: (FORMS["wasDerivedFrom"], cls) for cls, (direct, _) in SUBTYPES.items()},
}
"""By direct property: its form, and the type of derivation it stands for."""

RELATION_PROPERTIES: Final = frozenset({*LINK_PROPERTIES, *DIRECTS, *INVERSES, PROV.asInBundle})
"""What says a relation and so is nobody's attribute."""


def _arguments(form: Form, slot: Slot) -> tuple[NamedNode, ...]:
    if slot.property is None:
        return ()
    if slot is not form.slots[1]:
        return (slot.property,)
    if form is INFLUENCE:
        return (slot.property, *_INFLUENCERS)
    return (slot.property, PROV.influencer) if slot.property in _INFLUENCERS else (slot.property,)


ARGUMENTS: Final = {
    (form.name, slot.name): _arguments(form, slot) for form in RELATIONS for slot in form.slots
}
"""The properties an argument may come by: PROV-O lets ``prov:influencer`` stand for the others."""

NODE_PROPERTIES: Final = frozenset(
    slot.property for form in RELATIONS for slot in form.slots if slot.property
)
"""What sits on qualified nodes as an argument."""

NODE_CLASSES: Final = frozenset({*BY_NODE, *SUBTYPES, PROV.KeyEntityPair})
"""Classes of nodes that stand for a relation, or a part of one."""

LITERAL_PROPERTIES: Final = frozenset(
    slot.property
    for form in FORMS.values()
    for slot in form.slots
    if slot.property and slot.type in ("time", "key", "keys")
)
"""Arguments that are literals."""

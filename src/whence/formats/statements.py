"""PROV statements as data: one record per statement, one table of what each kind is made of.

The table is PROV-DM (2013) sections 5.1-5.6, PROV-DICTIONARY, PROV-LINKS (mention) and the
Mutable-PROV expressions. Everything that reads or writes PROV is driven by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from typing import Literal as Choice

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.ontology.namespaces import MUTABLE, PROV, WHENCE

__all__ = ["FORMS", "Arg", "Form", "Pair", "Prefixes", "Slot", "Statement", "Term"]

Term: TypeAlias = NamedNode | BlankNode | Literal
Pair: TypeAlias = tuple[Literal, NamedNode]
"""A dictionary entry: key, entity."""
Arg: TypeAlias = NamedNode | Literal | tuple[Pair, ...] | tuple[Literal, ...] | None
"""An argument: an IRI, a time (``xsd:dateTime``) or key literal, a set of pairs or keys, or ``-``."""
Prefixes: TypeAlias = dict[str, str]

SlotType: TypeAlias = Choice["iri", "time", "key", "pairs", "keys"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One formal argument: its PROV name, its kind of value, and the property that carries it.

    ``property`` sits on the qualified node, or for elements on the element itself. The first slot
    of a relation is its subject and has none. ``required`` follows PROV-N's grammar.
    """

    name: str
    type: SlotType
    property: NamedNode | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of statement is made of.

    ``name`` is its PROV-N name. ``direct`` is the binary property from the first slot to the second,
    ``qualified`` the property to its qualified node, whose class is ``node``. Elements have
    ``element`` (their class) instead. ``identified`` and ``attributed`` say whether the syntaxes
    allow an id and attributes.
    """

    name: str
    slots: tuple[Slot, ...]
    element: NamedNode | None = None
    direct: NamedNode | None = None
    qualified: NamedNode | None = None
    node: NamedNode | None = None
    identified: bool = True
    attributed: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """One PROV statement.

    ``kind`` is a key of :data:`FORMS` (the PROV-N name). For elements ``id`` is the element and
    ``args`` are what follows it (an activity's start and end). For relations ``id`` is the optional
    relation id and ``args`` match the form's slots, ``None`` standing for ``-``. ``attributes`` are
    (property, value) pairs as PROV writes them: ``prov:type``, ``prov:label``, ``prov:role``,
    ``prov:location``, ``prov:value`` and any other property.
    """

    kind: str
    id: NamedNode | None
    args: tuple[Arg, ...] = ()
    attributes: tuple[tuple[NamedNode, NamedNode | Literal], ...] = ()

    @property
    def form(self) -> Form:
        """The row of the table this statement follows."""
        return FORMS[self.kind]


def _iri(name: str, property: str | None = None, *, required: bool = False) -> Slot:
    return Slot(name, "iri", PROV[property] if property else None, required)


_TIME = Slot("time", "time", PROV.atTime)
_CHECKPOINT = Slot("checkpoint", "key", MUTABLE.checkpoint)


def _relation(
    name: str, node: str, *slots: Slot, direct: str | None = None, qualified: str | None = None
) -> Form:
    return Form(
        name,
        slots,
        direct=PROV[direct or name],
        qualified=PROV[qualified or f"qualified{node}"],
        node=PROV[node],
    )


def _mutable(name: str, node: str, *slots: Slot) -> Form:
    return Form(
        name,
        slots,
        direct=MUTABLE[name],
        qualified=MUTABLE[f"qualified{node}"],
        node=MUTABLE[node],
    )


def _element(name: str, cls: NamedNode, *slots: Slot) -> Form:
    return Form(name, slots, element=cls)


def _need(name: str) -> Slot:
    return _iri(name, required=True)


_FORMS: tuple[Form, ...] = (
    _element("entity", PROV.Entity),
    _element(
        "activity",
        PROV.Activity,
        Slot("startTime", "time", PROV.startedAtTime),
        Slot("endTime", "time", PROV.endedAtTime),
    ),
    _element("agent", PROV.Agent),
    _relation("wasGeneratedBy", "Generation", _need("entity"), _iri("activity", "activity"), _TIME),
    _relation("used", "Usage", _need("activity"), _iri("entity", "entity"), _TIME),
    _relation(
        "wasInformedBy",
        "Communication",
        _need("informed"),
        _iri("informant", "activity", required=True),
    ),
    _relation(
        "wasStartedBy",
        "Start",
        _need("activity"),
        _iri("trigger", "entity"),
        _iri("starter", "hadActivity"),
        _TIME,
    ),
    _relation(
        "wasEndedBy",
        "End",
        _need("activity"),
        _iri("trigger", "entity"),
        _iri("ender", "hadActivity"),
        _TIME,
    ),
    _relation("wasInvalidatedBy", "Invalidation", _need("entity"), _iri("activity", "activity"), _TIME),
    _relation(
        "wasDerivedFrom",
        "Derivation",
        _need("generatedEntity"),
        _iri("usedEntity", "entity", required=True),
        _iri("activity", "hadActivity"),
        _iri("generation", "hadGeneration"),
        _iri("usage", "hadUsage"),
    ),
    _relation("wasAttributedTo", "Attribution", _need("entity"), _iri("agent", "agent", required=True)),
    _relation(
        "wasAssociatedWith",
        "Association",
        _need("activity"),
        _iri("agent", "agent"),
        _iri("plan", "hadPlan"),
    ),
    _relation(
        "actedOnBehalfOf",
        "Delegation",
        _need("delegate"),
        _iri("responsible", "agent", required=True),
        _iri("activity", "hadActivity"),
    ),
    _relation(
        "wasInfluencedBy",
        "Influence",
        _need("influencee"),
        _iri("influencer", "influencer", required=True),
    ),
    Form(
        "specializationOf",
        (_need("specificEntity"), _need("generalEntity")),
        direct=PROV.specializationOf,
        identified=False,
        attributed=False,
    ),
    Form(
        "alternateOf",
        (_need("alternate1"), _need("alternate2")),
        direct=PROV.alternateOf,
        identified=False,
        attributed=False,
    ),
    Form(
        "mentionOf",
        (_need("specificEntity"), _need("generalEntity"), _iri("bundle", "asInBundle", required=True)),
        direct=PROV.mentionOf,
        identified=False,
        attributed=False,
    ),
    Form(
        "hadMember",
        (_need("collection"), _iri("entity", "entity", required=True)),
        direct=PROV.hadMember,
        qualified=WHENCE.qualifiedMembership,
        node=WHENCE.Membership,
    ),
    Form(
        "hadDictionaryMember",
        (
            _need("dictionary"),
            _iri("entity", "pairEntity", required=True),
            Slot("key", "key", PROV.pairKey, required=True),
        ),
        qualified=PROV.hadDictionaryMember,
        node=PROV.KeyEntityPair,
        identified=False,
        attributed=False,
    ),
    _relation(
        "derivedByInsertionFrom",
        "Insertion",
        _need("newDictionary"),
        _iri("oldDictionary", "dictionary", required=True),
        Slot("pairs", "pairs", PROV.insertedKeyEntityPair, required=True),
    ),
    _relation(
        "derivedByRemovalFrom",
        "Removal",
        _need("newDictionary"),
        _iri("oldDictionary", "dictionary", required=True),
        Slot("keys", "keys", PROV.removedKey, required=True),
    ),
    _element("value", MUTABLE.Value),
    _mutable(
        "defined",
        "Definition",
        _need("entity"),
        Slot("value", "iri", MUTABLE.value, required=True),
        _CHECKPOINT,
    ),
    _mutable(
        "wasDefinedBy",
        "ValueDefinition",
        _need("value"),
        Slot("entity", "iri", MUTABLE.entity, required=True),
        _CHECKPOINT,
    ),
    _mutable(
        "accessed",
        "Access",
        _need("entity"),
        Slot("value", "iri", MUTABLE.value, required=True),
        _CHECKPOINT,
    ),
    _mutable(
        "accessedPart",
        "PartAccess",
        _need("entity"),
        Slot("whole", "iri", MUTABLE.whole, required=True),
        Slot("key", "key", MUTABLE.key, required=True),
        Slot("part", "iri", MUTABLE.part, required=True),
        _CHECKPOINT,
    ),
    _mutable(
        "derivedByInsertion",
        "Insertion",
        _need("entity"),
        Slot("whole", "iri", MUTABLE.whole, required=True),
        Slot("pairs", "pairs", MUTABLE.inserted, required=True),
        _CHECKPOINT,
    ),
    _mutable(
        "derivedByRemoval",
        "Removal",
        _need("entity"),
        Slot("whole", "iri", MUTABLE.whole, required=True),
        Slot("keys", "keys", MUTABLE.removed, required=True),
        _CHECKPOINT,
    ),
)

FORMS: Final[Mapping[str, Form]] = {form.name: form for form in _FORMS}
"""Every kind of statement by its PROV-N name."""

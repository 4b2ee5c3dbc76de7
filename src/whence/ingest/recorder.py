"""The one writer of PROV: every adapter, and every user, says its statements through this class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from pyoxigraph import NamedNode, Quad

from whence.formats.statements import Arg, Statement
from whence.formats.to_rdf import quads as statement_quads
from whence.ingest.values import Attributes, IRILike, Time, TypeLike, Value, Words

__all__ = ["Recorder"]

Emit: TypeAlias = Callable[[Iterable[Quad]], None]
Pairs: TypeAlias = Mapping[str, IRILike] | Sequence[tuple[Value, IRILike]]


class Recorder:
    """Writes PROV statements into one bundle.

    IRIs are given as strings (absolute, or ``prefix:name`` with a prefix from :meth:`prefix`) or as
    ``pyoxigraph.NamedNode``. Every method takes ``attributes``, a mapping of property to a value or a
    list of values, and the PROV attributes by name: ``type``, ``label``, and where PROV allows them
    ``role``, ``location`` and ``value``. Methods for elements return the element's IRI. Statements
    follow PROV-DM (2013), section 5; those on dictionaries follow PROV-DICTIONARY.

    Raises :class:`~whence.errors.SourceError` for what is no IRI, no time or an unknown prefix.
    """

    def __init__(self, emit: Emit, bundle: NamedNode, base: str, words: Words | None = None) -> None:
        self._emit, self._base = emit, base
        self._words = words or Words()
        self.iri = bundle

    def prefix(self, prefix: str, namespace: str) -> None:
        """Let ``prefix:name`` stand for ``namespace`` + ``name`` from here on."""
        self._words.declare(prefix, namespace)

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes declared so far."""
        return self._words.declared

    def bundle(self, iri: IRILike) -> Recorder:
        """A recorder for another bundle in the same transaction; its IRI is recorded here as a bundle."""
        name = self.entity(iri, type="prov:Bundle")
        return Recorder(self._emit, name, self._base, self._words)

    def statement(self, statement: Statement) -> None:
        """Write one statement as data."""
        self._emit(statement_quads(statement, self.iri, base=self._base))

    def _say(
        self,
        kind: str,
        args: Sequence[Arg],
        id: IRILike | None,
        attributes: Attributes | None,
        **known: Value | Sequence[Value] | None,
    ) -> None:
        pairs = self._words.attributes(attributes, known)
        self.statement(Statement(kind, self._words.optional_iri(id), tuple(args), pairs))

    def _element(
        self,
        kind: str,
        id: IRILike,
        attributes: Attributes | None,
        args: Sequence[Arg] = (),
        **known: Value | Sequence[Value] | None,
    ) -> NamedNode:
        name = self._words.iri(id)
        self._say(kind, args, name, attributes, **known)
        return name

    def entity(
        self,
        id: IRILike,
        attributes: Attributes | None = None,
        *,
        type: TypeLike = None,
        label: str | None = None,
        location: Value | None = None,
        value: Value | None = None,
    ) -> NamedNode:
        """A thing with some fixed aspects (PROV-DM 5.1.1)."""
        return self._element(
            "entity", id, attributes, type=type, label=label, location=location, value=value
        )

    def collection(
        self, id: IRILike, members: Iterable[IRILike] = (), *, label: str | None = None, empty: bool = False
    ) -> NamedNode:
        """An entity with members (PROV-DM 5.6); ``empty`` says that it has none."""
        name = self.entity(id, type="prov:EmptyCollection" if empty else "prov:Collection", label=label)
        for member in members:
            self.had_member(name, member)
        return name

    def dictionary(
        self, id: IRILike, members: Pairs = (), *, label: str | None = None, empty: bool = False
    ) -> NamedNode:
        """A collection of key-entity pairs (PROV-DICTIONARY 3.1)."""
        name = self.entity(id, type="prov:EmptyDictionary" if empty else "prov:Dictionary", label=label)
        for key, entity in self._words.pairs(members):
            self.had_dictionary_member(name, entity, key)
        return name

    def plan(
        self, id: IRILike, attributes: Attributes | None = None, *, label: str | None = None
    ) -> NamedNode:
        """What an agent meant to follow (PROV-DM 5.3.3)."""
        return self.entity(id, attributes, type="prov:Plan", label=label)

    def activity(
        self,
        id: IRILike,
        start: Time | None = None,
        end: Time | None = None,
        attributes: Attributes | None = None,
        *,
        type: TypeLike = None,
        label: str | None = None,
        location: Value | None = None,
    ) -> NamedNode:
        """Something that went on from ``start`` to ``end`` (PROV-DM 5.1.2)."""
        times = (self._words.time(start), self._words.time(end))
        return self._element("activity", id, attributes, times, type=type, label=label, location=location)

    def agent(
        self,
        id: IRILike,
        attributes: Attributes | None = None,
        *,
        type: TypeLike = None,
        label: str | None = None,
        location: Value | None = None,
    ) -> NamedNode:
        """Someone or something responsible (PROV-DM 5.3.1)."""
        return self._element("agent", id, attributes, type=type, label=label, location=location)

    def person(self, id: IRILike, *, label: str | None = None) -> NamedNode:
        """An agent that is a person."""
        return self.agent(id, type="prov:Person", label=label)

    def organization(self, id: IRILike, *, label: str | None = None) -> NamedNode:
        """An agent that is an organisation."""
        return self.agent(id, type="prov:Organization", label=label)

    def software_agent(self, id: IRILike, *, label: str | None = None) -> NamedNode:
        """An agent that is running software."""
        return self.agent(id, type="prov:SoftwareAgent", label=label)

    def was_generated_by(
        self,
        entity: IRILike,
        activity: IRILike | None = None,
        time: Time | None = None,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        role: Value | None = None,
        type: TypeLike = None,
        location: Value | None = None,
    ) -> None:
        """``activity`` completed ``entity`` at ``time`` (PROV-DM 5.1.3)."""
        args = (*self._ends(entity, activity), self._words.time(time))
        self._say("wasGeneratedBy", args, id, attributes, role=role, type=type, location=location)

    def used(
        self,
        activity: IRILike,
        entity: IRILike | None = None,
        time: Time | None = None,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        role: Value | None = None,
        type: TypeLike = None,
        location: Value | None = None,
    ) -> None:
        """``activity`` began to use ``entity`` at ``time`` (PROV-DM 5.1.4)."""
        args = (*self._ends(activity, entity), self._words.time(time))
        self._say("used", args, id, attributes, role=role, type=type, location=location)

    def was_informed_by(
        self,
        informed: IRILike,
        informant: IRILike,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        type: TypeLike = None,
    ) -> None:
        """Activity ``informed`` used something that ``informant`` made (PROV-DM 5.1.5)."""
        self._say("wasInformedBy", self._ends(informed, informant), id, attributes, type=type)

    def was_started_by(
        self,
        activity: IRILike,
        trigger: IRILike | None = None,
        starter: IRILike | None = None,
        time: Time | None = None,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        role: Value | None = None,
        type: TypeLike = None,
    ) -> None:
        """Entity ``trigger``, made by activity ``starter``, started ``activity`` (PROV-DM 5.1.6)."""
        args = (*self._ends(activity, trigger, starter), self._words.time(time))
        self._say("wasStartedBy", args, id, attributes, role=role, type=type)

    def was_ended_by(
        self,
        activity: IRILike,
        trigger: IRILike | None = None,
        ender: IRILike | None = None,
        time: Time | None = None,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        role: Value | None = None,
        type: TypeLike = None,
    ) -> None:
        """Entity ``trigger``, made by activity ``ender``, ended ``activity`` (PROV-DM 5.1.7)."""
        args = (*self._ends(activity, trigger, ender), self._words.time(time))
        self._say("wasEndedBy", args, id, attributes, role=role, type=type)

    def was_invalidated_by(
        self,
        entity: IRILike,
        activity: IRILike | None = None,
        time: Time | None = None,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        role: Value | None = None,
        type: TypeLike = None,
        location: Value | None = None,
    ) -> None:
        """``entity`` was no more from ``time`` on, by ``activity`` (PROV-DM 5.1.8)."""
        args = (*self._ends(entity, activity), self._words.time(time))
        self._say("wasInvalidatedBy", args, id, attributes, role=role, type=type, location=location)

    def was_derived_from(
        self,
        generated: IRILike,
        used: IRILike,
        activity: IRILike | None = None,
        generation: IRILike | None = None,
        usage: IRILike | None = None,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        type: TypeLike = None,
    ) -> None:
        """Entity ``generated`` came from ``used``, in that activity (PROV-DM 5.2.1)."""
        args = self._ends(generated, used, activity, generation, usage)
        self._say("wasDerivedFrom", args, id, attributes, type=type)

    def was_revision_of(self, newer: IRILike, older: IRILike, **more: IRILike | None) -> None:
        """``newer`` is a revised version of ``older`` (PROV-DM 5.2.2); ``more`` as for derivations."""
        self.was_derived_from(newer, older, type="prov:Revision", **more)  # type: ignore[arg-type]  # same names

    def was_quoted_from(self, quote: IRILike, original: IRILike, **more: IRILike | None) -> None:
        """``quote`` repeats some of ``original`` (PROV-DM 5.2.3)."""
        self.was_derived_from(quote, original, type="prov:Quotation", **more)  # type: ignore[arg-type]  # same names

    def had_primary_source(self, entity: IRILike, source: IRILike, **more: IRILike | None) -> None:
        """``source`` is a first-hand account behind ``entity`` (PROV-DM 5.2.4)."""
        self.was_derived_from(entity, source, type="prov:PrimarySource", **more)  # type: ignore[arg-type]  # same names

    def was_attributed_to(
        self,
        entity: IRILike,
        agent: IRILike,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        type: TypeLike = None,
    ) -> None:
        """``agent`` is answerable for ``entity`` (PROV-DM 5.3.2)."""
        self._say("wasAttributedTo", self._ends(entity, agent), id, attributes, type=type)

    def was_associated_with(
        self,
        activity: IRILike,
        agent: IRILike | None = None,
        plan: IRILike | None = None,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        role: Value | None = None,
        type: TypeLike = None,
    ) -> None:
        """``agent`` had a part in ``activity``, following ``plan`` (PROV-DM 5.3.3)."""
        args = self._ends(activity, agent, plan)
        self._say("wasAssociatedWith", args, id, attributes, role=role, type=type)

    def acted_on_behalf_of(
        self,
        delegate: IRILike,
        responsible: IRILike,
        activity: IRILike | None = None,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        type: TypeLike = None,
    ) -> None:
        """``delegate`` acted for ``responsible``, in ``activity`` or in general (PROV-DM 5.3.4)."""
        args = self._ends(delegate, responsible, activity)
        self._say("actedOnBehalfOf", args, id, attributes, type=type)

    def was_influenced_by(
        self,
        influencee: IRILike,
        influencer: IRILike,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
        type: TypeLike = None,
    ) -> None:
        """``influencer`` had some effect on ``influencee`` (PROV-DM 5.3.5)."""
        self._say("wasInfluencedBy", self._ends(influencee, influencer), id, attributes, type=type)

    def specialization_of(self, specific: IRILike, general: IRILike) -> None:
        """``specific`` is ``general`` in a narrower aspect, such as one version (PROV-DM 5.5.1)."""
        self._say("specializationOf", self._ends(specific, general), None, None)

    def alternate_of(self, one: IRILike, other: IRILike) -> None:
        """Both are aspects of the same thing (PROV-DM 5.5.2)."""
        self._say("alternateOf", self._ends(one, other), None, None)

    def mention_of(self, specific: IRILike, general: IRILike, bundle: IRILike) -> None:
        """``specific`` is ``general`` as ``bundle`` describes it (PROV-LINKS)."""
        self._say("mentionOf", self._ends(specific, general, bundle), None, None)

    def had_member(
        self,
        collection: IRILike,
        entity: IRILike,
        attributes: Attributes | None = None,
        *,
        type: TypeLike = None,
    ) -> None:
        """``entity`` is in ``collection`` (PROV-DM 5.6.2); Versioned-PROV adds attributes."""
        self._say("hadMember", self._ends(collection, entity), None, attributes, type=type)

    def had_dictionary_member(self, dictionary: IRILike, entity: IRILike, key: Value) -> None:
        """``dictionary`` has ``entity`` at ``key`` (PROV-DICTIONARY 3.4)."""
        args = (*self._ends(dictionary, entity), self._words.literal(key))
        self._say("hadDictionaryMember", args, None, None)

    def derived_by_insertion_from(
        self,
        new: IRILike,
        old: IRILike,
        pairs: Pairs,
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
    ) -> None:
        """Dictionary ``new`` is ``old`` with ``pairs`` put in (PROV-DICTIONARY 3.2)."""
        args = (*self._ends(new, old), self._words.pairs(pairs))
        self._say("derivedByInsertionFrom", args, id, attributes)

    def derived_by_removal_from(
        self,
        new: IRILike,
        old: IRILike,
        keys: Iterable[Value],
        attributes: Attributes | None = None,
        *,
        id: IRILike | None = None,
    ) -> None:
        """Dictionary ``new`` is ``old`` without ``keys`` (PROV-DICTIONARY 3.3)."""
        args = (*self._ends(new, old), tuple(self._words.literal(key) for key in keys))
        self._say("derivedByRemovalFrom", args, id, attributes)

    def _ends(self, *iris: IRILike | None) -> tuple[NamedNode | None, ...]:
        return tuple(self._words.optional_iri(iri) for iri in iris)

"""From a closed T-box to rules over data: one template for each row of the OWL 2 RL tables.

The rows are those of OWL 2 Profiles (2012) section 4.3, tables 5 to 7. Class expressions without a name
get one for the time of compiling, and are then unfolded into the rules that mention them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from pyoxigraph import NamedNode

from whence.ontology.namespaces import RDF_TYPE, RDFS
from whence.reasoning.axioms import Axioms, Node, Note, Value
from whence.reasoning.drafts import Draft, finish, unfold
from whence.reasoning.rules import OWL, SAME_AS, Atom, Inconsistency, Rule, Term, Var
from whence.reasoning.tbox import Statement

__all__ = ["compile_tbox"]

_X, _Y, _Z = Var("x"), Var("y"), Var("z")


def compile_tbox(statements: Iterable[Statement]) -> tuple[list[Rule], list[Inconsistency]]:
    """The rules that a closed T-box (:func:`whence.reasoning.tbox.closed`) makes for data.

    Left out, because they say nothing new or nothing of use: typing by ``owl:Thing``,
    ``rdfs:Resource``, ``rdfs:Literal`` and datatypes, rules that conclude what they ask for, and whatever
    follows from being a literal of a datatype. Raises :class:`whence.errors.SourceError` for class
    expressions that unfold into too many rules.
    """
    axioms = Axioms(statements)
    drafts = [
        draft
        for templates in (
            _hierarchies,
            _combinations,
            _restrictions,
            _cardinalities,
            _properties,
            _characteristics,
            _keys,
            _class_contradictions,
            _property_contradictions,
            _facts,
        )
        for draft in templates(axioms)
    ]
    return finish(_with_what_is_asked_for(unfold(drafts)))


def _with_what_is_asked_for(drafts: list[Draft]) -> Iterator[Draft]:
    """The drafts; the other side of a property is not left to queries if a rule looks at that side."""
    asked = {atom.predicate for draft in drafts for atom in draft.body if draft.row != "prp-inv1"}
    for draft in drafts:
        if draft.row in ("prp-inv2", "prp-spo1") and draft.head and draft.head.predicate in asked:
            yield replace(draft, note=_kept(draft.note))
        else:
            yield draft


def _kept(note: Note | None) -> Note | None:
    return note if note is None or not note.at_query_time else replace(note, at_query_time=False)


def _typing(axioms: Axioms, term: Term, cls: Value) -> Atom:
    return Atom(term, RDF_TYPE, axioms.class_name(cls))


def _hierarchies(axioms: Axioms) -> Iterator[Draft]:
    for sub, sup in axioms.pairs(RDFS.subClassOf):
        if axioms.is_indirect(sub, RDFS.subClassOf, sup):
            continue
        note = axioms.note(sub, RDFS.subClassOf, sup)
        if sup == OWL.Nothing:
            yield Draft("cls-nothing2", (_typing(axioms, _X, sub),), None, note=note)
        else:
            yield Draft("cax-sco", (_typing(axioms, _X, sub),), _typing(axioms, _X, sup), note=note)
    for one, other in axioms.pairs(OWL.equivalentClass):
        note = axioms.note(one, OWL.equivalentClass, other)
        yield Draft("cax-eqc", (_typing(axioms, _X, one),), _typing(axioms, _X, other), note=note)
        yield Draft("cax-eqc", (_typing(axioms, _X, other),), _typing(axioms, _X, one), note=note)


def _combinations(axioms: Axioms) -> Iterator[Draft]:
    for whole, items in axioms.pairs(OWL.intersectionOf):
        members = axioms.sequence(items)
        if members:
            body = tuple(_typing(axioms, _X, member) for member in members)
            yield Draft("cls-int", body, _typing(axioms, _X, whole))
        for member in members:
            yield Draft("cls-int", (_typing(axioms, _X, whole),), _typing(axioms, _X, member))
    for whole, items in axioms.pairs(OWL.unionOf):
        for member in axioms.sequence(items):
            yield Draft("cls-uni", (_typing(axioms, _X, member),), _typing(axioms, _X, whole))
    for cls, items in axioms.pairs(OWL.oneOf):
        for member in axioms.sequence(items):
            if isinstance(member, NamedNode):
                yield Draft("cls-oo", (), _typing(axioms, member, cls))


def _restrictions(axioms: Axioms) -> Iterator[Draft]:
    for cls, filler in axioms.pairs(OWL.someValuesFrom):
        for p in axioms.properties_of(cls):
            body = (axioms.atom(_X, p, _Y), _typing(axioms, _Y, filler))
            yield Draft("cls-svf1", body, _typing(axioms, _X, cls))
    for cls, filler in axioms.pairs(OWL.allValuesFrom):
        for p in axioms.properties_of(cls):
            body = (_typing(axioms, _X, cls), axioms.atom(_X, p, _Y))
            yield Draft("cls-avf", body, _typing(axioms, _Y, filler))
    for cls, value in axioms.pairs(OWL.hasValue):
        constant = axioms.constant(value)
        for p in axioms.properties_of(cls) if constant is not None else ():
            assert constant is not None  # noqa: S101  # the loop above has nothing otherwise
            yield Draft("cls-hv1", (_typing(axioms, _X, cls),), axioms.atom(_X, p, constant))
            yield Draft("cls-hv2", (axioms.atom(_X, p, constant),), _typing(axioms, _X, cls))


def _cardinalities(axioms: Axioms) -> Iterator[Draft]:
    for predicate, qualified in ((OWL.maxCardinality, False), (OWL.maxQualifiedCardinality, True)):
        for cls, limit in axioms.pairs(predicate):
            most = axioms.integer(limit)
            fillers: tuple[Value, ...] = axioms.objects(cls, OWL.onClass) if qualified else (OWL.Thing,)
            for p in axioms.properties_of(cls):
                for filler in fillers:
                    yield from _at_most(axioms, cls, p, filler, most)


def _at_most(axioms: Axioms, cls: Node, p: Value, filler: Value, most: int | None) -> Iterator[Draft]:
    row = "cls-maxc" if filler == OWL.Thing else "cls-maxqc"
    body = (_typing(axioms, _X, cls), axioms.atom(_X, p, _Y), _typing(axioms, _Y, filler))
    if most == 0:
        yield Draft(f"{row}1", body, None)
    elif most == 1:
        two = (*body, axioms.atom(_X, p, _Z), _typing(axioms, _Z, filler))
        yield Draft(f"{row}{2 if row == 'cls-maxc' else 3}", two, Atom(_Y, SAME_AS, _Z), ((_Y, _Z),))


def _properties(axioms: Axioms) -> Iterator[Draft]:
    for row, predicate, end in (("prp-dom", RDFS.domain, _X), ("prp-rng", RDFS.range, _Y)):
        for p, cls in axioms.pairs(predicate):
            if not axioms.is_indirect(p, predicate, cls):
                note = axioms.note(p, predicate, cls)
                yield Draft(row, (axioms.atom(_X, p, _Y),), _typing(axioms, end, cls), note=note)
    for p, q in axioms.pairs(RDFS.subPropertyOf):
        note = axioms.note(p, RDFS.subPropertyOf, q)
        yield Draft("prp-spo1", (axioms.atom(_X, p, _Y),), axioms.atom(_X, q, _Y), note=note)
    for p, q in axioms.pairs(OWL.equivalentProperty):
        note = axioms.note(p, OWL.equivalentProperty, q)
        yield Draft("prp-eqp1", (axioms.atom(_X, p, _Y),), axioms.atom(_X, q, _Y), note=note)
        yield Draft("prp-eqp2", (axioms.atom(_X, q, _Y),), axioms.atom(_X, p, _Y), note=note)
    for p, q in axioms.pairs(OWL.inverseOf):
        note = axioms.note(p, OWL.inverseOf, q)
        # What is said of this side is told to the other one, which is stored.
        yield Draft("prp-inv1", (axioms.atom(_X, p, _Y),), axioms.atom(_Y, q, _X), note=_kept(note))
        yield Draft("prp-inv2", (axioms.atom(_X, q, _Y),), axioms.atom(_Y, p, _X), note=note)
    for p, items in axioms.pairs(OWL.propertyChainAxiom):
        yield from _chain(axioms, p, items)


def _chain(axioms: Axioms, p: Node, items: Value) -> Iterator[Draft]:
    links = axioms.sequence(items)
    if not links:
        return
    note = axioms.note(p, OWL.propertyChainAxiom, items)
    if links == (p, p):
        yield _transitive(axioms, p, note)
        return
    stops = [Var(f"x{place}") for place in range(len(links) + 1)]
    body = tuple(axioms.atom(stops[i], link, stops[i + 1]) for i, link in enumerate(links))
    yield Draft("prp-spo2", body, axioms.atom(stops[0], p, stops[-1]), note=note)


def _transitive(axioms: Axioms, p: Node, note: Note | None) -> Draft:
    body = (axioms.atom(_X, p, _Y), axioms.atom(_Y, p, _Z, "base"))
    return Draft("prp-trp", body, axioms.atom(_X, p, _Z), note=note)


def _characteristics(axioms: Axioms) -> Iterator[Draft]:
    for p, note in axioms.instances(OWL.SymmetricProperty):
        yield Draft("prp-symp", (axioms.atom(_X, p, _Y),), axioms.atom(_Y, p, _X), note=note)
    for p, note in axioms.instances(OWL.TransitiveProperty):
        yield _transitive(axioms, p, note)
    for p, note in axioms.instances(OWL.FunctionalProperty):
        body = (axioms.atom(_X, p, _Y), axioms.atom(_X, p, _Z))
        yield Draft("prp-fp", body, Atom(_Y, SAME_AS, _Z), ((_Y, _Z),), note=note)
    for p, note in axioms.instances(OWL.InverseFunctionalProperty):
        body = (axioms.atom(_X, p, _Z), axioms.atom(_Y, p, _Z))
        yield Draft("prp-ifp", body, Atom(_X, SAME_AS, _Y), ((_X, _Y),), note=note)


def _keys(axioms: Axioms) -> Iterator[Draft]:
    for cls, items in axioms.pairs(OWL.hasKey):
        body = [_typing(axioms, _X, cls), _typing(axioms, _Y, cls)]
        for place, p in enumerate(axioms.sequence(items)):
            value = Var(f"z{place}")
            body += [axioms.atom(_X, p, value), axioms.atom(_Y, p, value)]
        if len(body) > 2:
            note = axioms.note(cls, OWL.hasKey, items)
            yield Draft("prp-key", tuple(body), Atom(_X, SAME_AS, _Y), ((_X, _Y),), note=note)


def _class_contradictions(axioms: Axioms) -> Iterator[Draft]:
    for predicate, row in ((OWL.disjointWith, "cax-dw"), (OWL.complementOf, "cls-com")):
        for one, other in axioms.pairs(predicate):
            body = (_typing(axioms, _X, one), _typing(axioms, _X, other))
            yield Draft(row, body, None, note=axioms.note(one, predicate, other))
    for note, left, right in axioms.groups(OWL.AllDisjointClasses, OWL.members):
        yield Draft("cax-adc", (_typing(axioms, _X, left), _typing(axioms, _X, right)), None, note=note)


def _property_contradictions(axioms: Axioms) -> Iterator[Draft]:
    for one, other in axioms.pairs(OWL.propertyDisjointWith):
        note = axioms.note(one, OWL.propertyDisjointWith, other)
        yield _denied("prp-pdw", axioms, one, other, note)
    for note, left, right in axioms.groups(OWL.AllDisjointProperties, OWL.members):
        yield _denied("prp-adp", axioms, left, right, note)
    for p, note in axioms.instances(OWL.IrreflexiveProperty):
        yield Draft("prp-irp", (axioms.atom(_X, p, _X),), None, note=note)
    for p, note in axioms.instances(OWL.AsymmetricProperty):
        yield Draft("prp-asyp", (axioms.atom(_X, p, _Y), axioms.atom(_Y, p, _X)), None, note=note)
    for denial, denied in axioms.pairs(OWL.assertionProperty):
        values = axioms.objects(denial, OWL.targetIndividual) + axioms.objects(denial, OWL.targetValue)
        for source, value in product(axioms.objects(denial, OWL.sourceIndividual), values):
            subject, object_ = axioms.constant(source), axioms.constant(value)
            if subject is not None and object_ is not None:
                yield Draft("prp-npa", (axioms.atom(subject, denied, object_),), None)
    # Equal things have one name where rules are evaluated, so unequal ones that are equal meet themselves.
    yield Draft("eq-diff1", (Atom(_X, OWL.differentFrom, _X),), None)


def _denied(row: str, axioms: Axioms, p: Value, q: Value, note: Note | None) -> Draft:
    return Draft(row, (axioms.atom(_X, p, _Y), axioms.atom(_X, q, _Y)), None, note=note)


def _facts(axioms: Axioms) -> Iterator[Draft]:
    """What the ontologies say of individuals."""
    for subject, p, object_ in axioms.individual_facts():
        yield Draft("fact", (), Atom(subject, p, object_))
    for members in (OWL.members, OWL.distinctMembers):
        for _, one, other in axioms.groups(OWL.AllDifferent, members):
            if isinstance(one, NamedNode) and isinstance(other, NamedNode):
                yield Draft("eq-diff2", (), Atom(one, OWL.differentFrom, other))

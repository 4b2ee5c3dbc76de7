"""The vocabularies: they parse, every term has words, and every term the code uses is declared."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode

import whence
from whence import ontology
from whence.formats import prov_o
from whence.formats.statements import FORMS
from whence.ontology import namespaces
from whence.ontology.namespaces import PROV, RDF, RDF_TYPE, RDFS, VERSION, WHENCE

OWL = namespaces.Namespace("http://www.w3.org/2002/07/owl#")
ROOT = Path(whence.__file__).parent
NAMES = ("PROV", "VERSION", "INTERTWINED", "MUTABLE", "WHENCE")
OURS = tuple(str(getattr(namespaces, name)) for name in NAMES)
KINDS = {
    *(OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual),
    RDFS.Datatype,
}

NO_TERMS = {
    # attributes of PROV-DM that PROV-O writes as another property, and what PROV-XML and PROV-JSON add
    *(PROV[name] for name in ("type", "label", "location", "role", "QUALIFIED_NAME", "document")),
    # a name of an early draft of PROV-O, for pages to say it like the final one
    PROV.EntityDerivation,
    # older names that are read as version:Put and version:Del
    VERSION.Insertion,
    VERSION.Removal,
    # what older files call the type of a value
    VERSION.type,
    # the starts of names, not names
    WHENCE["staging/"],
    WHENCE["ontology/"],
}


def declared() -> dict[NamedNode, str]:
    """Every declared term with the ontology that declares it."""
    return {
        triple.subject: name
        for name in ontology.VOCABULARIES
        for triple in ontology.load(name)
        if triple.predicate == RDF_TYPE and triple.object in KINDS and isinstance(triple.subject, NamedNode)
    }


def terms_in_code() -> Iterator[tuple[NamedNode, str]]:
    """``PROV.used``, ``PROV["used"]`` and ``VERSION[name] for name in ("Put", ...)`` in every module."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.DictComp | ast.SetComp | ast.ListComp | ast.GeneratorExp):
                for part in ast.walk(node):
                    yield from ((term, path.name) for term in named_in(part, node.generators[0]))
            yield from ((term, path.name) for term in named_in(node))


def named_in(node: ast.AST, loop: ast.comprehension | None = None) -> Iterator[NamedNode]:
    if not isinstance(node, ast.Attribute | ast.Subscript) or not isinstance(node.value, ast.Name):
        return
    if node.value.id not in NAMES:
        return
    namespace = getattr(namespaces, node.value.id)
    if isinstance(node, ast.Attribute):
        yield namespace[node.attr]
    elif isinstance(node.slice, ast.Constant):
        yield namespace[node.slice.value]
    elif loop and isinstance(loop.iter, ast.Tuple) and ast.unparse(loop.target) == ast.unparse(node.slice):
        yield from (namespace[item.value] for item in loop.iter.elts if isinstance(item, ast.Constant))


def terms_in_queries() -> Iterator[tuple[NamedNode, str]]:
    for path in (*ROOT.rglob("*.rq"), *ROOT.rglob("*.ru")):
        for name, local in re.findall(
            r"\b(prov|version|intertwined|mutable|whence):(\w+)", path.read_text()
        ):
            yield getattr(namespaces, name.upper())[local], path.name


def terms_of_statements() -> Iterator[tuple[NamedNode, str]]:
    """What the table of statements makes by rule."""
    for form in FORMS.values():
        for term in (form.element, form.direct, form.qualified, form.node):
            if term:
                yield term, form.name
        for slot in form.slots:
            if slot.property:
                yield slot.property, form.name
    for cls, properties in prov_o.SUBTYPES.items():
        yield from ((term, "subtypes") for term in (cls, *properties))
    for term in (*prov_o.SUBCLASSES, *prov_o.INVERSES):
        yield term, "prov_o"


@pytest.mark.parametrize(
    "source", [terms_in_code, terms_in_queries, terms_of_statements], ids=lambda source: source.__name__
)
def test_every_term_in_use_is_declared(source: object) -> None:
    assert callable(source)
    terms = declared()
    used = [(term, where) for term, where in source() if term.value.startswith(OURS)]
    assert len(used) > 10
    assert {
        f"{term} in {where}" for term, where in used if term not in terms and term not in NO_TERMS
    } == set()


@pytest.mark.parametrize("name", ontology.VOCABULARIES)
def test_every_declared_term_has_a_label_and_a_comment(name: str) -> None:
    said = {(triple.subject, triple.predicate) for triple in ontology.load(name)}
    terms = [term for term, home in declared().items() if home == name]
    assert terms
    for term in terms:
        assert (term, RDFS.label) in said, term
        assert (term, RDFS.comment) in said, term


@pytest.mark.parametrize("name", ontology.ONTOLOGIES)
def test_axioms_speak_of_declared_terms_only(name: str) -> None:
    terms = declared()
    for triple in ontology.load(name):
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode) and term.value.startswith(OURS):
                assert term in terms, term


def test_blank_nodes_keep_their_labels_and_are_nobody_elses() -> None:
    labels = [
        {str(t.subject) for t in ontology.load(name) if isinstance(t.subject, BlankNode)}
        for name in ontology.ONTOLOGIES
    ]
    assert len(set().union(*labels)) == sum(map(len, labels)) > 50
    again = ontology.load.__wrapped__("prov")
    assert set(again) == set(ontology.load("prov"))


def test_no_other_file_can_be_loaded() -> None:
    with pytest.raises(KeyError):
        ontology.load("../errors")


def test_prov_has_the_thirteen_chains_and_four_disjoint_pairs_of_the_recommendation() -> None:
    axioms = ontology.load("prov")
    chains = {
        getattr(t.subject, "value", "").removeprefix(str(PROV))
        for t in axioms
        if t.predicate == OWL.propertyChainAxiom
    }
    assert chains == {
        "actedOnBehalfOf", "hadPrimarySource", "used", "wasAssociatedWith", "wasAttributedTo",
        "wasDerivedFrom", "wasEndedBy", "wasGeneratedBy", "wasInformedBy", "wasInvalidatedBy",
        "wasQuotedFrom", "wasRevisionOf", "wasStartedBy",
    }  # fmt: skip
    disjoint = {(t.subject, t.object) for t in axioms if t.predicate == OWL.disjointWith}
    assert disjoint == {
        (PROV.Activity, PROV.Entity),
        (PROV.ActivityInfluence, PROV.EntityInfluence),
        (PROV.Agent, PROV.InstantaneousEvent),
        (PROV.Entity, PROV.InstantaneousEvent),
    }


def test_the_old_dictionary_of_an_insertion_does_not_make_it_a_removal() -> None:
    domains = [
        t.object
        for t in ontology.load("prov-dictionary")
        if t.subject == PROV.dictionary and t.predicate == RDFS.domain
    ]
    assert [type(domain) for domain in domains] == [BlankNode]


def test_every_axiom_of_prov_constraints_has_a_number_a_name_and_a_link() -> None:
    axioms = ontology.load("prov-constraints")
    notes = {t.subject for t in axioms if t.predicate == OWL.annotatedSource}
    for predicate in (WHENCE.number, RDFS.label, RDFS.seeAlso, OWL.annotatedProperty, OWL.annotatedTarget):
        assert notes <= {t.subject for t in axioms if t.predicate == predicate}
    stated = {(t.subject, t.predicate, t.object) for t in (*axioms, *ontology.load("prov"))}
    for note in notes:
        (s,), (p,), (o,) = (
            {t.object for t in axioms if t.subject == note and t.predicate == part}
            for part in (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
        )
        assert (s, p, o) in stated
    assert {getattr(t.object, "value", "") for t in axioms if t.predicate == WHENCE.number} >= {
        "6", "12", "15", "17", "18", "19", "20", "50", "52", "53", "54", "55", "56",
    }  # fmt: skip
    assert RDF["first"] in {t.predicate for t in axioms}


def test_rules_come_in_the_order_of_their_numbers() -> None:
    names = list(ontology.rules())
    assert names == sorted(names)
    assert {name.partition("-")[0] for name in names} == {"05", "09", "10", "11", "13", "14", "16", "21"}

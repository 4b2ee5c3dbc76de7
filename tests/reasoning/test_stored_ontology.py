"""An ontology makes the same rules when its blank nodes have been given IRIs by the store."""

from io import BytesIO

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from whence import formats
from whence.formats.identifiers import is_generated
from whence.ontology.namespaces import Namespace
from whence.reasoning import ruleset
from whence.reasoning.renaming import constants

EX = Namespace("http://example.org/lab#")
TURTLE = b"""
PREFIX : <http://example.org/lab#> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX whence: <https://w3id.org/whence/ns#>
:Run a owl:Class ; rdfs:subClassOf prov:Activity ,
    [ a owl:Restriction ; owl:onProperty :usedKit ; owl:allValuesFrom :Kit ] .
:usedKit a owl:ObjectProperty ; rdfs:subPropertyOf prov:used .
:sampled a owl:ObjectProperty ; owl:propertyChainAxiom ( :usedKit :holds ) .
:holds a owl:ObjectProperty, owl:TransitiveProperty ; owl:inverseOf :heldBy .
:Good owl:equivalentClass [ a owl:Class ; owl:intersectionOf (
    :Run
    [ a owl:Restriction ; owl:onProperty :status ; owl:hasValue "ok" ]
    [ owl:onProperty :usedKit ; owl:someValuesFrom [ owl:unionOf ( :Kit :Tool ) ] ] ) ] .
:status a owl:DatatypeProperty, owl:FunctionalProperty .
:Kit owl:hasKey ( :maker :serial ) .
:Tool rdfs:subClassOf [ owl:onProperty [ owl:inverseOf :usedKit ] ;
    owl:maxQualifiedCardinality "1"^^xsd:nonNegativeInteger ; owl:onClass :Run ] .
:Colour owl:oneOf ( :red :green ) .
[] a owl:AllDisjointClasses ; owl:members ( :Run :Kit :Tool ) ; whence:number "L1" ; rdfs:label "apart" .
[] a owl:AllDifferent ; owl:distinctMembers ( :a :b :c ) .
[] a owl:NegativePropertyAssertion ;
    owl:sourceIndividual :a ; owl:assertionProperty :holds ; owl:targetIndividual :b .
[] a owl:Axiom ; owl:annotatedSource :Run ; owl:annotatedProperty rdfs:subClassOf ;
    owl:annotatedTarget prov:Activity ; whence:number "L2" ; rdfs:label "runs are activities" .
:a a owl:NamedIndividual, :Kit ; :maker :acme ; :holds :b .
:maker a owl:ObjectProperty . :serial a owl:DatatypeProperty .
[] a :Kit ; :maker :acme ; :serial "7" .
"""


@pytest.fixture(scope="module")
def written() -> list[Triple]:
    return [quad.triple for quad in parse(TURTLE, format=RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def stored() -> list[Triple]:
    graph = NamedNode("https://w3id.org/whence/ns#ontology/lab")
    reading = formats.read(BytesIO(TURTLE), "turtle", bundle=graph, base="http://example.org/store/")
    return [quad.triple for quad in reading.quads]


@pytest.mark.parametrize("profile", ["owl", "prov"])
def test_the_rules_are_the_same(profile: str, written: list[Triple], stored: list[Triple]) -> None:
    assert any(isinstance(triple.subject, BlankNode) for triple in written)
    assert not any(isinstance(triple.subject, BlankNode) for triple in stored)
    one, other = ruleset(profile, written), ruleset(profile, stored)
    assert one.digest == other.digest
    assert (one.rules, one.inconsistencies) == (other.rules, other.inconsistencies)
    assert len(one.rules) > len(ruleset(profile).rules) + 25


def test_no_rule_mentions_a_name_that_the_store_made(stored: list[Triple]) -> None:
    terms = list(constants(ruleset("prov", stored)))
    assert EX.Run in terms and Literal("ok") in terms
    assert not [term for term in terms if isinstance(term, NamedNode) and is_generated(term)]


def test_annotations_of_axioms_name_rules(stored: list[Triple]) -> None:
    rules = ruleset("prov", stored)
    assert "runs are activities" in {rule.name for rule in rules.rules if rule.number == "L2"}
    assert "apart" in {denied.name for denied in rules.inconsistencies if denied.number == "L1"}


def test_nothing_is_the_same_for_sharing_a_part_of_a_key(stored: list[Triple]) -> None:
    facts = [rule.head[0] for rule in ruleset("prov", stored).rules if not rule.body]
    assert not [atom for atom in facts if atom.predicate.value.endswith("sameAs")]

"""What of an ontology has no consequences is told; what has some is not mentioned."""

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from whence.formats.identifiers import Skolemiser
from whence.reasoning.coverage import remarks

PREFIXES = """
PREFIX : <http://example.org/> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX sh: <http://www.w3.org/ns/shacl#>
"""
SOME = "[ owl:onProperty :p ; owl:someValuesFrom :B ]"
ALL = "[ owl:onProperty :p ; owl:allValuesFrom :B ]"


def said(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + turtle, format=RdfFormat.TURTLE)]


@pytest.mark.parametrize(
    ("turtle", "expected"),
    [
        (": owl:imports <urn:x>", "owl:imports <urn:x>: not fetched; add that ontology too"),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 1 ]", "owl:minCardinality: "),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 3 ]", "owl:maxCardinality 3: only"),
        (":A owl:disjointUnionOf ( :B :C )", "owl:disjointUnionOf: write"),
        (":p a owl:ReflexiveProperty", "owl:ReflexiveProperty: "),
        (":s a sh:NodeShape", "sh:NodeShape: shapes are not rules"),
        (
            f":A rdfs:subClassOf {SOME}",
            "<http://example.org/A> rdfs:subClassOf, by owl:someValuesFrom: that something exists",
        ),
        (
            f":A rdfs:subClassOf [ owl:intersectionOf ( :C {SOME} ) ]",
            "<http://example.org/A> rdfs:subClassOf, by owl:someValuesFrom: ",
        ),
        (":p rdfs:range [ owl:unionOf ( :B :C ) ]", "<http://example.org/p> rdfs:range, by owl:unionOf: "),
        (
            f"{ALL} rdfs:subClassOf :A",
            "what is said to be narrower than <http://example.org/A>, by owl:allValuesFrom: ",
        ),
    ],
)
def test_what_has_no_consequences_is_told(turtle: str, expected: str) -> None:
    (found,) = remarks(said(turtle + " ."))
    assert found.startswith(expected)


@pytest.mark.parametrize(
    "turtle",
    [
        f"{SOME} rdfs:subClassOf :A",
        f":A rdfs:subClassOf {ALL}",
        "[ owl:unionOf ( :B :C ) ] rdfs:subClassOf :A",
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ]",
        ":p owl:propertyChainAxiom ( :q :r ) ; a owl:TransitiveProperty",
        ":A owl:disjointWith :B ; owl:hasKey ( :p )",
    ],
)
def test_what_has_consequences_is_not_mentioned(turtle: str) -> None:
    assert remarks(said(turtle + " .")) == ()


def test_generated_names_count_as_none() -> None:
    skolem = Skolemiser(NamedNode("urn:g"), "urn:whence:")

    def stored(term: object) -> object:
        return skolem(term) if type(term).__name__ == "BlankNode" else term  # type: ignore[arg-type]

    triples = said(f":A rdfs:subClassOf [ owl:intersectionOf ( :C {SOME} ) ] .")
    kept = [Triple(stored(s), p, stored(o)) for s, p, o in triples]  # type: ignore[arg-type]
    assert remarks(kept) == remarks(triples) != ()

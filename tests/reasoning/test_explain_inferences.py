"""Each inference of PROV-CONSTRAINTS that is made here: it holds, and its explanation names its number."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import whence
from whence.errors import SourceError
from whence.reasoning.explanation import Explanation

STARTED = "ex:run prov:qualifiedStart [ prov:entity ex:order ; prov:hadActivity ex:shop ]"
ENDED = "ex:run prov:qualifiedEnd [ prov:entity ex:stop ; prov:hadActivity ex:shop ]"
DERIVED = """ex:cake prov:qualifiedDerivation [ prov:entity ex:flour ; prov:hadActivity ex:bake ;
    prov:hadUsage ex:use ; prov:hadGeneration ex:make ]"""
DELEGATED = "ex:ann prov:qualifiedDelegation [ prov:agent ex:bob ; prov:hadActivity ex:bake ]"
SPECIAL = "ex:v1 prov:specializationOf ex:cake . ex:cake"


@dataclass(frozen=True)
class Case:
    """What is said, and what follows by which inference; ``late`` if that is not stored."""

    number: str
    said: str
    follows: tuple[str, str, str]
    profile: str = "prov"
    late: bool = False


CASES = [
    Case("6", "ex:eat prov:used ex:cake . ex:cake prov:wasGeneratedBy ex:bake",
         ("ex:eat", "prov:wasInformedBy", "ex:bake")),
    Case("9", STARTED, ("ex:order", "prov:wasGeneratedBy", "ex:shop")),
    Case("10", ENDED, ("ex:stop", "prov:wasGeneratedBy", "ex:shop")),
    Case("11", DERIVED, ("ex:bake", "prov:used", "ex:flour")),
    Case("11", DERIVED, ("ex:cake", "prov:wasGeneratedBy", "ex:bake")),
    Case("11", DERIVED, ("ex:bake", "prov:qualifiedUsage", "ex:use")),
    Case("11", DERIVED, ("ex:use", "prov:entity", "ex:flour")),
    Case("11", DERIVED, ("ex:cake", "prov:qualifiedGeneration", "ex:make")),
    Case("11", DERIVED, ("ex:make", "prov:activity", "ex:bake")),
    Case("12", "ex:v2 prov:wasRevisionOf ex:v1", ("ex:v2", "prov:alternateOf", "ex:v1")),
    Case("14", DELEGATED, ("ex:bake", "prov:wasAssociatedWith", "ex:ann")),
    Case("14", DELEGATED, ("ex:bake", "prov:wasAssociatedWith", "ex:bob")),
    *(
        Case("15", f"ex:a prov:{relation} ex:b", ("ex:a", "prov:wasInfluencedBy", "ex:b"))
        for relation in (
            "wasGeneratedBy", "used", "wasInformedBy", "wasStartedBy", "wasEndedBy", "wasInvalidatedBy",
            "wasDerivedFrom", "wasAttributedTo", "wasAssociatedWith", "actedOnBehalfOf",
        )
    ),
    Case("16", "ex:cake a prov:Entity", ("ex:cake", "prov:alternateOf", "ex:cake"), late=True),
    Case("17", "ex:a prov:alternateOf ex:b . ex:b prov:alternateOf ex:c",
         ("ex:a", "prov:alternateOf", "ex:c"), late=True),
    Case("18", "ex:a prov:alternateOf ex:b", ("ex:b", "prov:alternateOf", "ex:a"), late=True),
    Case("19", "ex:a prov:specializationOf ex:b . ex:b prov:specializationOf ex:c",
         ("ex:a", "prov:specializationOf", "ex:c"), late=True),
    Case("20", "ex:v1 prov:specializationOf ex:cake", ("ex:v1", "prov:alternateOf", "ex:cake")),
    Case("21", f"{SPECIAL} a ex:Dessert", ("ex:v1", "a", "ex:Dessert")),
    Case("21", f"{SPECIAL} prov:atLocation ex:oven", ("ex:v1", "prov:atLocation", "ex:oven")),
    Case("21", f"{SPECIAL} prov:value 7", ("ex:v1", "prov:value", "7")),
    Case("21", f'{SPECIAL} rdfs:label "cake"@en', ("ex:v1", "rdfs:label", '"cake"@en'), "prov-full"),
]  # fmt: skip


def store_with(said: str, profile: str) -> whence.Store:
    prefixes = """@prefix ex: <http://example.org/> . @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . """
    store = whence.open(":memory:", inference=profile)
    store.load(f"{prefixes}{said} .".encode(), format="turtle", bundle="http://example.org/bundle")
    return store


def numbers(found: Explanation) -> list[str]:
    """The numbers of the rules by which the statement itself follows."""
    return [derivation.rule.number for derivation in found.reasons[0].derivations]


def is_stored(store: whence.Store, statement: tuple[str, str, str]) -> bool:
    where = " ".join(statement)
    return bool(
        store.query(f"PREFIX ex: <http://example.org/> ASK {{ GRAPH whence:inferred {{ {where} }} }}")
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {' '.join(case.follows)}")
def test_an_inference_holds_and_is_explained_by_its_number(case: Case) -> None:
    with store_with(case.said, case.profile) as store:
        assert is_stored(store, case.follows) != case.late
        found = store.explain(*case.follows)
        assert found.holds
        assert numbers(found) == [case.number]
        rule = found.reasons[0].derivations[0].rule
        assert rule.spec.startswith("https://www.w3.org/TR/prov-constraints/#")
        assert f"inference {case.number}" in str(found)
        for reason in found.reasons:
            assert reason.derivations or [str(graph) for graph in reason.bundles] == [
                "<http://example.org/bundle>"
            ]


EXISTENTIAL = [
    Case("5", "ex:eat prov:wasInformedBy ex:bake",
         ("SELECT ?x { ex:eat prov:used ?x . ?x prov:wasGeneratedBy ex:bake }",
          "ex:eat prov:used ?x", "?x prov:wasGeneratedBy ex:bake")),
    Case("13", "ex:cake prov:wasAttributedTo ex:ann",
         ("SELECT ?x { ex:cake prov:wasGeneratedBy ?x . ?x prov:wasAssociatedWith ex:ann }",
          "ex:cake prov:wasGeneratedBy ?x", "?x prov:wasAssociatedWith ex:ann")),
    Case("13", "ex:cake prov:qualifiedAttribution [ prov:agent ex:ann ]",
         ("SELECT ?x { ex:cake prov:wasGeneratedBy ?x . ?x prov:wasAssociatedWith ex:ann }",
          "ex:cake prov:wasGeneratedBy ?x", "?x prov:wasAssociatedWith ex:ann")),
    Case("14", "ex:ann prov:actedOnBehalfOf ex:bob",
         ("SELECT ?x { ?x prov:wasAssociatedWith ex:ann , ex:bob }",
          "?x prov:wasAssociatedWith ex:ann", "?x prov:wasAssociatedWith ex:bob")),
]  # fmt: skip


@pytest.mark.parametrize("case", EXISTENTIAL, ids=lambda case: f"{case.number} {case.said}")
def test_what_must_exist_has_a_name_and_is_explained(case: Case) -> None:
    query, *statements = case.follows
    with store_with(case.said, "prov-full") as store:
        (row,) = store.query(f"PREFIX ex: <http://example.org/> {query}")  # type: ignore[misc]  # one row
        for statement in statements:
            words = [str(row[0]) if word == "?x" else word for word in statement.split()]
            assert numbers(store.explain(*words)) == [case.number]


@pytest.mark.parametrize("number", ["5", "13", "14"])
def test_what_must_exist_is_left_out_of_the_default_profile(number: str) -> None:
    case = next(case for case in EXISTENTIAL if case.number == number)
    with store_with(case.said, "prov") as store:
        assert list(store.query(f"PREFIX ex: <http://example.org/> {case.follows[0]}")) == []  # type: ignore[arg-type]


def test_specialization_reaches_through_chains_of_versions() -> None:
    said = "ex:a prov:specializationOf ex:b . ex:b prov:specializationOf ex:c . ex:c prov:atLocation ex:d"
    with store_with(said, "prov") as store:
        found = store.explain("ex:a", "prov:atLocation", "ex:d")
        assert found.steps == 2
        assert str(found).count("inference 21") == 2


@pytest.mark.parametrize(
    ("number", "said", "properties"),
    [
        ("7", "ex:cake a prov:Entity", ("prov:qualifiedGeneration", "prov:qualifiedInvalidation")),
        ("8", "ex:bake a prov:Activity", ("prov:qualifiedStart", "prov:qualifiedEnd")),
    ],
    ids=["7", "8"],
)
@pytest.mark.parametrize("profile", ["prov", "prov-full"])
def test_events_that_nothing_tells_of_are_left_to_validation(
    number: str, said: str, properties: tuple[str, str], profile: str
) -> None:
    """Each entity has a generation, each activity a start: stored, that would be noise without end."""
    subject = said.split()[0]
    with store_with(said, profile) as store:
        for name in properties:
            asked = f"PREFIX ex: <http://example.org/> ASK {{ {subject} {name} ?event }}"
            assert not store.query(asked)
            found = store.explain(subject, name, "ex:event")
            assert not found.holds
            assert f"inference {number}" not in str(found)


def test_walks_of_query_time_are_refused_with_their_steps() -> None:
    with (
        store_with("ex:v2 prov:wasDerivedFrom ex:v1", "prov") as store,
        pytest.raises(SourceError, match="stands for a walk"),
    ):
        store.explain("ex:v2", "whence:derivedFrom", "ex:v1")

"""The recorder writes what PROV-O says, and refuses what is no IRI or time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyoxigraph import NamedNode

import whence
from whence import Recorder, Store
from whence.errors import SourceError


@pytest.fixture
def store() -> Iterator[Store]:
    with whence.open(":memory:") as opened:
        yield opened


def ask(store: Store, pattern: str) -> bool:
    text = f"PREFIX ex: <http://example.org/> ASK {{ GRAPH <urn:run:1> {{ {pattern} }} }}"
    return bool(store.query(text))


def test_a_run_reads_as_it_is_said(store: Store) -> None:
    with store.bundle("urn:run:1", label="first run") as b:
        b.prefix("ex", "http://example.org/")
        data = b.entity("ex:data", {"ex:rows": 120}, label="data")
        fit = b.activity("ex:fit", "2026-05-03T10:00:00Z", datetime(2026, 5, 3, 10, 12, tzinfo=UTC))
        b.used(fit, data, role="training set")
        b.was_generated_by("ex:model", fit)
        b.was_derived_from("ex:model", data)
        b.was_associated_with(fit, b.person("ex:ada", label="Ada"), b.plan("ex:recipe"))
    assert ask(store, "ex:data a prov:Entity ; ex:rows 120 ; rdfs:label 'data'")
    assert ask(store, 'ex:fit prov:startedAtTime "2026-05-03T10:00:00Z"^^xsd:dateTime')
    assert ask(store, "ex:fit prov:used ex:data ; prov:qualifiedUsage [ prov:hadRole 'training set' ]")
    assert ask(store, "ex:model prov:wasGeneratedBy ex:fit ; prov:wasDerivedFrom ex:data")
    assert not ask(store, "ex:model prov:qualifiedGeneration ?g")
    assert ask(store, "ex:fit prov:qualifiedAssociation [ prov:agent ex:ada ; prov:hadPlan ex:recipe ]")
    assert ask(store, "ex:ada a prov:Person, prov:Agent")


def test_every_relation_has_its_direct_property(store: Store) -> None:
    with store.bundle("urn:run:1") as b:
        b.prefix("ex", "http://example.org/")
        b.was_informed_by("ex:b", "ex:a")
        b.was_started_by("ex:b", "ex:t", "ex:a", "2026-01-01T00:00:00")
        b.was_ended_by("ex:b", "ex:t")
        b.was_invalidated_by("ex:old", "ex:b", datetime(2026, 1, 2))
        b.was_revision_of("ex:new", "ex:old")
        b.was_quoted_from("ex:quote", "ex:new")
        b.had_primary_source("ex:new", "ex:diary")
        b.was_attributed_to("ex:new", "ex:ada")
        b.acted_on_behalf_of("ex:ada", "ex:lab", "ex:b")
        b.was_influenced_by("ex:new", "ex:mood", id="ex:i1")
        b.specialization_of("ex:new", "ex:report")
        b.alternate_of("ex:new", "ex:old")
        b.mention_of("ex:new", "ex:old", "ex:other")
        b.collection("ex:all", ["ex:old", "ex:new"])
        b.dictionary("ex:dict", {"k": "ex:old"})
        b.derived_by_insertion_from("ex:dict2", "ex:dict", {"l": "ex:new"})
        b.derived_by_removal_from("ex:dict3", "ex:dict2", ["k"])
    for pattern in (
        "ex:b prov:wasInformedBy ex:a",
        "ex:b prov:wasStartedBy ex:t ; prov:qualifiedStart [ prov:hadActivity ex:a ; prov:atTime ?t ]",
        "ex:b prov:wasEndedBy ex:t",
        "ex:old prov:wasInvalidatedBy ex:b ; prov:qualifiedInvalidation [ prov:atTime ?t ]",
        "ex:new prov:wasRevisionOf ex:old",
        "ex:quote prov:wasQuotedFrom ex:new",
        "ex:new prov:hadPrimarySource ex:diary",
        "ex:new prov:wasAttributedTo ex:ada",
        "ex:ada prov:actedOnBehalfOf ex:lab ; prov:qualifiedDelegation [ prov:hadActivity ex:b ]",
        "ex:new prov:wasInfluencedBy ex:mood ; prov:qualifiedInfluence ex:i1",
        "ex:new prov:specializationOf ex:report ; prov:alternateOf ex:old",
        "ex:new prov:mentionOf ex:old ; prov:asInBundle ex:other",
        "ex:all a prov:Collection ; prov:hadMember ex:old, ex:new",
        "ex:dict prov:hadDictionaryMember [ prov:pairKey 'k' ; prov:pairEntity ex:old ]",
        "ex:dict2 prov:derivedByInsertionFrom ex:dict",
        "ex:dict3 prov:qualifiedRemoval [ prov:dictionary ex:dict2 ; prov:removedKey 'k' ]",
    ):
        assert ask(store, pattern), pattern


def test_saying_it_twice_adds_nothing(store: Store) -> None:
    def say(b: Recorder) -> None:
        b.used("urn:a", "urn:e", "2026-01-01T00:00:00+00:00", role="in")
        b.was_derived_from("urn:e2", "urn:e", "urn:a", attributes={"urn:p": [1, Decimal("2.50")]})

    with store.bundle("urn:run:1") as b:
        say(b)
        say(b)
    before = store.backend.count(NamedNode("urn:run:1"))
    with store.bundle("urn:run:1") as b:
        say(b)
    assert store.backend.count(NamedNode("urn:run:1")) == before


def test_an_exception_discards_the_whole_block(store: Store) -> None:
    with pytest.raises(RuntimeError), store.bundle("urn:run:1") as b:
        b.entity("urn:e")
        raise RuntimeError("the program failed")
    assert store.stats().quads == 0


def test_bundles_within_a_bundle_share_its_transaction(store: Store) -> None:
    with store.bundle("urn:run:1") as b:
        inner = b.bundle("urn:run:1:detail")
        inner.entity("urn:e")
    assert ask(store, "<urn:run:1:detail> a prov:Bundle")
    assert store.query("ASK { GRAPH <urn:run:1:detail> { <urn:e> a prov:Entity } }")


def test_many_statements_go_through_a_file(store: Store) -> None:
    with store.bundle("urn:run:1") as b:
        for number in range(25_000):
            b.entity(f"urn:e:{number}", value=number)
    assert store.stats().entities >= 25_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, '"true"^^xsd:boolean'),
        (3, "3"),
        (0.5, "0.5e0"),
        (Decimal("2.5"), "2.5"),
        (date(2026, 5, 3), '"2026-05-03"^^xsd:date'),
        ("plain", '"plain"'),
    ],
)
def test_python_values_become_typed_literals(store: Store, value: object, text: str) -> None:
    with store.bundle("urn:run:1") as b:
        b.entity("urn:e", value=value)  # type: ignore[arg-type]
    assert ask(store, f"<urn:e> prov:value {text}")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        *(("model", "no IRI"), ("nope:", "no IRI"), ("urn:a b", "no IRI"), ("", "no IRI")),
        ("exx:raw.csv", "no prefix 'exx' is declared"),
    ],
)
def test_what_is_no_iri_is_refused(store: Store, bad: str, message: str) -> None:
    with pytest.raises(SourceError, match=message), store.bundle("urn:run:1") as b:
        b.entity(bad)


def test_what_is_no_time_or_value_is_refused(store: Store) -> None:
    with pytest.raises(SourceError, match="ISO 8601"), store.bundle("urn:run:1") as b:
        b.activity("urn:a", "yesterday")
    with pytest.raises(SourceError, match="cannot be recorded"), store.bundle("urn:run:1") as b:
        b.entity("urn:e", value=object())  # type: ignore[arg-type]
    with pytest.raises(SourceError, match="absolute IRI"), store.bundle("urn:run:1") as b:
        b.prefix("ex", "example")

"""Statements as rows of numbered terms."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode
from tests.validation.said import EX, instance

from whence.ontology.namespaces import XSD
from whence.validation.assertion import Assertion
from whence.validation.instance import Instance


def time(text: str) -> Literal:
    return Literal(text, datatype=XSD.dateTime)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00+00:00"),
        ("2026-01-02T00:00:00Z", "2026-01-02T02:00:00+02:00"),
        ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00.000Z"),
        ("2026-01-02T00:00:00.5Z", "2026-01-01T23:00:00.50-01:00"),
        ("2026-01-02T00:00:00Z", "2026-01-01T24:00:00Z"),
    ],
)
def test_times_of_one_instant_are_one_term(one: str, other: str) -> None:
    terms = Instance([])
    assert terms.number(time(one)) == terms.number(time(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00"),
        ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00.1Z"),
        ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00+02:00"),
    ],
)
def test_different_times_are_different_terms(one: str, other: str) -> None:
    terms = Instance([])
    assert terms.number(time(one)) != terms.number(time(other))


def test_a_text_that_looks_like_a_time_is_none() -> None:
    terms = Instance([])
    text = "2026-01-02T00:00:00Z"
    assert terms.number(time(text)) != terms.number(Literal(text))


def test_what_is_left_out_is_unknown_or_none_by_definition_4() -> None:
    said = instance("wasDerivedFrom(ex:b, ex:a) wasAssociatedWith(ex:run, -, -) used(ex:run, -, -)")
    (derivation,) = said.rows["wasDerivedFrom"]
    assert derivation.args[2:] == (0, 0, 0)
    (association,) = said.rows["wasAssociatedWith"]
    assert said.fresh(association.args[1])
    assert association.args[2] == 0
    (usage,) = said.rows["used"]
    assert all(map(said.fresh, (usage.id, *usage.args[1:])))


def test_a_derivation_with_an_activity_has_a_generation_and_a_usage() -> None:
    (derivation,) = instance("wasDerivedFrom(ex:b, ex:a, ex:run, -, -)").rows["wasDerivedFrom"]
    assert all(derivation.args)


def test_blank_nodes_are_unknowns_that_statements_share() -> None:
    entity = BlankNode("it")
    said = Instance(
        [Assertion("entity", entity), Assertion("wasGeneratedBy", None, (entity, None, None))], {"ex": EX}
    )
    row = said.rows["wasGeneratedBy"][0]
    assert row.args[0] == said.rows["entity"][0].id
    assert said.term(row.args[0]) is None
    assert not said.fresh(row.args[0])
    assert said.name(row.args[0]) == "_:it"
    assert said.name(row.args[1], "activity") == "an unknown activity"


def test_evidence_is_the_statement_with_the_resources_it_names() -> None:
    said = instance('entity(ex:e, [prov:label="data"]) wasGeneratedBy(ex:g; ex:e, -, 2026-01-02T00:00:00Z)')
    (entity,), (generation,) = said.rows["entity"], said.rows["wasGeneratedBy"]
    assert said.evidence(entity).text == 'entity(ex:e, [prov:label="data"])'
    shown = said.evidence(generation)
    assert shown.text == "wasGeneratedBy(ex:g; ex:e, -, 2026-01-02T00:00:00Z)"
    assert shown.nodes == (NamedNode(EX + "g"), NamedNode(EX + "e"))
    assert shown.line == 3
    assert shown.rule is None


def test_evidence_of_what_follows_tells_from_what() -> None:
    said = instance("wasStartedBy(ex:run, ex:order, ex:boss, -)")
    start = said.rows["wasStartedBy"][0]
    row = said.infer("wasGeneratedBy", said.unknown(), (start.args[1], start.args[2], 0), "9", start)
    shown = said.evidence(row)
    assert shown.text == "wasGeneratedBy(ex:order, ex:boss, -)"
    assert shown.rule is not None
    assert shown.rule.id == "9"
    assert shown.premises == (said.evidence(start),)


def test_names_without_a_prefix_are_shown_whole() -> None:
    said = Instance([Assertion("entity", NamedNode("urn:other:thing"))])
    assert said.evidence(said.rows["entity"][0]).text == "entity(<urn:other:thing>)"


def test_long_values_are_shortened() -> None:
    label = Literal("x" * 500)
    said = Instance([Assertion("entity", NamedNode("urn:e"), (), ((NamedNode("urn:text"), label),))])
    assert len(said.evidence(said.rows["entity"][0]).text) < 200

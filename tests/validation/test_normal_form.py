"""Each inference of the recommendation in the normal form, and what must not matter to it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode
from tests.validation.documents import documents
from tests.validation.said import EX, assertions

from whence.errors import SourceError
from whence.validation.assertion import Assertion
from whence.validation.normal_form import normal_form
from whence.validation.validate import validate

T = "2026-01-01T00:00:00Z"


def normal(text: str) -> set[str]:
    """The normal form of a text, a line for each statement: unknowns are "?" ."""
    return {line(each) for each in normal_form(assertions(text))}


def line(said: Assertion) -> str:
    def word(term: object) -> str:
        if term is None:
            return "-"
        return "?" if isinstance(term, BlankNode) else getattr(term, "value", str(term)).removeprefix(EX)

    terms = [word(term) for term in said.args]
    if said.id is not None:
        terms.insert(0, word(said.id))
    types = [value.value.rpartition("#")[2] for _, value in said.attributes]
    return f"{said.kind}({', '.join(terms)}){' ' + ' '.join(types) if types else ''}"


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("wasInformedBy(ex:b, ex:a)", {"wasGeneratedBy(?, ?, a, -)", "used(?, b, ?, -)"}),
        ("wasGeneratedBy(ex:e, ex:a, -) used(ex:b, ex:e, -)", {"wasInformedBy(?, b, a)"}),
        ("entity(ex:e)", {"wasGeneratedBy(?, e, ?, -)", "wasInvalidatedBy(?, e, ?, -)"}),
        (f"activity(ex:a, {T}, -)", {f"wasStartedBy(?, a, ?, ?, {T})", "wasEndedBy(?, a, ?, ?, -)"}),
        ("wasStartedBy(ex:a, ex:e, ex:b, -)", {"wasGeneratedBy(?, e, b, -)"}),
        ("wasEndedBy(ex:a, ex:e, ex:b, -)", {"wasGeneratedBy(?, e, b, -)"}),
        ("wasDerivedFrom(ex:f, ex:e, ex:a, ex:g, -)", {"wasGeneratedBy(g, f, a, -)", "used(?, a, e, -)"}),
        ("wasDerivedFrom(ex:f, ex:e, [prov:type='prov:Revision'])", {"alternateOf(f, e)"}),
        (
            "wasAttributedTo(ex:e, ex:bob)",
            {"wasGeneratedBy(?, e, ?, -)", "wasAssociatedWith(?, ?, bob, ?)"},
        ),
        (
            "actedOnBehalfOf(ex:bob, ex:eve, ex:a)",
            {"wasAssociatedWith(?, a, bob, ?)", "wasAssociatedWith(?, a, eve, ?)"},
        ),
        (
            "used(ex:u; ex:a, ex:e, -, [prov:type='ex:T'])",
            {"wasInfluencedBy(u, a, e) http://example.org/T"},
        ),
        ("alternateOf(ex:e, ex:f) alternateOf(ex:f, ex:g)", {"alternateOf(e, g)"}),
        ("alternateOf(ex:e, ex:f)", {"alternateOf(f, e)"}),
        ("specializationOf(ex:e, ex:f) specializationOf(ex:f, ex:g)", {"specializationOf(e, g)"}),
        ("specializationOf(ex:e, ex:f)", {"alternateOf(e, f)"}),
        (
            "entity(ex:f, [prov:type='ex:T']) specializationOf(ex:e, ex:f)",
            {"entity(e) http://example.org/T"},
        ),
    ],
    ids=["5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "17", "18", "19", "20", "21"],
)
def test_what_follows_is_in_the_normal_form(text: str, follows: set[str]) -> None:
    assert follows <= normal(text)


def test_nothing_is_said_to_be_an_alternate_of_itself() -> None:
    assert not {"alternateOf(e, e)", "alternateOf(f, f)"} & normal("entity(ex:e) alternateOf(ex:e, ex:f)")


def test_a_statement_that_fits_keeps_an_inference_from_adding_one() -> None:
    found = list(normal_form(assertions("entity(ex:e) wasGeneratedBy(ex:g; ex:e, ex:a, -)")))
    assert [line(each) for each in found if each.kind == "wasGeneratedBy"] == ["wasGeneratedBy(g, e, a, -)"]


def test_statements_that_are_one_become_one() -> None:
    found = list(
        normal_form(assertions(f"wasGeneratedBy(ex:g; ex:e, ex:a, -) wasGeneratedBy(ex:e, ex:a, {T})"))
    )
    assert [line(each) for each in found if each.kind == "wasGeneratedBy"] == [
        f"wasGeneratedBy(g, e, a, {T})"
    ]


def test_unknowns_are_shared_between_statements() -> None:
    found = list(normal_form(assertions("wasInformedBy(ex:b, ex:a)")))
    (generation,) = (each for each in found if each.kind == "wasGeneratedBy")
    (usage,) = (each for each in found if each.kind == "used")
    assert generation.args[0] == usage.args[1]


def test_bundles_have_normal_forms_of_their_own() -> None:
    found = list(normal_form(assertions("bundle ex:one entity(ex:e) endBundle entity(ex:f)")))
    places = {each.args[0]: each.bundle for each in found if each.kind == "wasGeneratedBy"}
    assert places == {NamedNode(EX + "e"): NamedNode(EX + "one"), NamedNode(EX + "f"): None}


def test_extensions_stay_as_they_are() -> None:
    text = 'prov:hadDictionaryMember(ex:d, ex:e, "k")'
    assert "hadDictionaryMember(d, e, k)" in normal(text)


def test_provenance_that_clashes_has_no_normal_form() -> None:
    with pytest.raises(SourceError, match="constraint 23"):
        list(normal_form(assertions("used(ex:u; ex:a, ex:e, -) used(ex:u; ex:a, ex:f, -)")))


@settings(max_examples=60)
@given(documents(), st.randoms())
def test_neither_order_nor_repetition_nor_a_second_time_matters(
    document: list[Assertion], by: Random
) -> None:
    assume(validate(document).valid)
    first = list(normal_form(document))
    shuffled = document * 2
    by.shuffle(shuffled)
    assert {line(each) for each in normal_form(shuffled)} == {line(each) for each in first}
    again = list(normal_form(first))
    assert sorted(map(line, again)) == sorted(map(line, first))
    assert validate(first).valid

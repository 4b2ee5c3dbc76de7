"""What PROV-DICTIONARY forbids, each rule from both sides, and that contents are carried both ways."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats import provn
from whence.validation import dictionaries
from whence.validation.assertion import Assertion, of_statement
from whence.validation.instance import Instance
from whence.validation.report import Violation
from whence.validation.validate import validate

EX = "http://example.org/"


def instance(text: str) -> Instance:
    document = f"document\nprefix ex <{EX}>\n{text}\nendDocument"
    items = provn.read_statements(io.BytesIO(document.encode()), name="test", base="urn:test:").items
    return Instance([of_statement(item[1], item[0]) for item in items], {"ex": EX})


def check(text: str) -> list[Violation]:
    return list(dictionaries.check(instance(text)))


def broken(text: str) -> list[str]:
    return [violation.rule.id for violation in check(text)]


def test_a_key_stands_for_one_entity() -> None:
    assert not broken(
        """
        prov:hadDictionaryMember(ex:d, ex:one, "a")
        prov:hadDictionaryMember(ex:d, ex:one, "a")
        prov:hadDictionaryMember(ex:d, ex:one, "b")
        """
    )
    [violation] = check(
        """
        prov:hadDictionaryMember(ex:d, ex:one, "a")
        prov:hadDictionaryMember(ex:d, ex:two, "a")
        """
    )
    assert violation.rule.id == "dictionary-1"
    assert violation.message == 'ex:d holds both ex:one and ex:two at key "a".'
    assert [evidence.text for evidence in violation.evidence] == [
        'prov:hadDictionaryMember(ex:d, ex:one, "a")',
        'prov:hadDictionaryMember(ex:d, ex:two, "a")',
    ]


def test_keys_are_compared_by_value() -> None:
    text = """
        prov:hadDictionaryMember(ex:d, ex:one, "007" %% xsd:integer)
        prov:hadDictionaryMember(ex:d, ex:two, {})
        """
    assert broken(text.format("7")) == ["dictionary-1"]
    assert broken(text.format('"7"')) == []


def test_what_is_inserted_replaces_what_was_there() -> None:
    assert not broken(
        """
        prov:hadDictionaryMember(ex:old, ex:one, "a")
        prov:derivedByInsertionFrom(ex:new, ex:old, {("a", ex:two), ("b", ex:three)})
        prov:hadDictionaryMember(ex:new, ex:two, "a")
        """
    )
    [violation] = check(
        """
        prov:derivedByInsertionFrom(ex:new, ex:old, {("a", ex:two)})
        prov:hadDictionaryMember(ex:new, ex:one, "a")
        """
    )
    assert violation.rule.id == "dictionary-1"
    inferred = violation.evidence[0]
    assert inferred.text == 'prov:hadDictionaryMember(ex:new, ex:two, "a")'
    assert inferred.rule is not None
    assert inferred.rule.id == "dictionary-2"


def test_other_keys_are_carried_over_forward_and_back() -> None:
    between = """
        prov:derivedByInsertionFrom(ex:d1, ex:d0, {("b", ex:b)})
        prov:derivedByRemovalFrom(ex:d2, ex:d1, {"c"})
        """
    forward = 'prov:hadDictionaryMember(ex:d0, ex:one, "a")' + between
    assert not broken(forward + 'prov:hadDictionaryMember(ex:d2, ex:one, "a")')
    [violation] = check(forward + 'prov:hadDictionaryMember(ex:d2, ex:two, "a")')
    assert violation.rule.id == "dictionary-1"
    assert "no change between" in violation.message
    assert len(violation.evidence) == 4


def test_branches_of_one_dictionary_share_what_neither_changed() -> None:
    text = """
        prov:derivedByInsertionFrom(ex:left, ex:root, {("x", ex:e)})
        prov:derivedByInsertionFrom(ex:right, ex:root, {("y", ex:e)})
        prov:hadDictionaryMember(ex:left, ex:one, "a")
        prov:hadDictionaryMember(ex:right, ex:two, "%s")
        """
    assert broken(text % "a") == ["dictionary-1"]
    assert broken(text % "x") == []


def test_a_removed_key_is_gone_until_it_is_inserted_again() -> None:
    text = """
        prov:hadDictionaryMember(ex:d0, ex:one, "a")
        prov:derivedByRemovalFrom(ex:d1, ex:d0, {"a"})
        """
    assert not broken(text)
    assert broken(text + 'prov:hadDictionaryMember(ex:d1, ex:one, "a")') == ["dictionary-4"]
    later = text + 'prov:derivedByInsertionFrom(ex:d2, ex:d1, {("%s", ex:two)})'
    assert broken(later % "b" + 'prov:hadDictionaryMember(ex:d2, ex:one, "a")') == ["dictionary-4"]
    assert not broken(later % "a" + 'prov:hadDictionaryMember(ex:d2, ex:two, "a")')


def test_a_dictionary_comes_from_one_other() -> None:
    one = 'prov:derivedByInsertionFrom(ex:new, ex:old, {("a", ex:one)})'
    assert not broken(one + one)
    for other in (
        'prov:derivedByInsertionFrom(ex:new, ex:other, {("a", ex:one)})',
        'prov:derivedByInsertionFrom(ex:new, ex:old, {("b", ex:one)})',
        'prov:derivedByRemovalFrom(ex:new, ex:old, {"a"})',
    ):
        assert broken(one + other) == ["dictionary-6"]


def test_a_dictionary_that_comes_from_itself_is_a_fault_of_order() -> None:
    text = """
        prov:derivedByInsertionFrom(ex:a, ex:b, {("k", ex:e)})
        prov:derivedByRemovalFrom(ex:b, ex:a, {"k"})
        prov:derivedByInsertionFrom(ex:c, ex:a, {("j", ex:e)})
        entity(ex:a)
        entity(ex:b)
        """
    assert not broken(text)
    assert [violation.rule.id for violation in validate(instance(text).assertions).violations] == ["42"]


def test_what_is_inserted_is_an_entity() -> None:
    text = 'prov:derivedByInsertionFrom(ex:new, ex:old, {("a", ex:one)})'
    assert not broken(text + "entity(ex:one)")
    assert broken(text + "activity(ex:one)") == ["dictionary-9"]


def test_an_empty_dictionary_holds_nothing() -> None:
    empty = "entity(ex:d, [prov:type='prov:EmptyDictionary'])"
    assert not broken(empty + 'prov:derivedByInsertionFrom(ex:new, ex:d, {("a", ex:e)})')
    assert broken(empty + 'prov:hadDictionaryMember(ex:d, ex:e, "a")') == ["dictionary-7"]
    assert broken(empty + 'prov:derivedByInsertionFrom(ex:d, ex:old, {("a", ex:e)})') == ["dictionary-7"]


def test_a_dictionary_that_became_empty_had_all_its_keys_removed() -> None:
    text = """
        prov:hadDictionaryMember(ex:d0, ex:one, "a")
        prov:hadDictionaryMember(ex:d0, ex:two, "b")
        entity(ex:d1, [prov:type='prov:EmptyDictionary'])
        """
    assert not broken(text + 'prov:derivedByRemovalFrom(ex:d1, ex:d0, {"a", "b"})')
    [violation] = check(text + 'prov:derivedByRemovalFrom(ex:d1, ex:d0, {"a"})')
    assert violation.rule.id == "dictionary-7"
    assert 'still holds ex:two at key "b"' in violation.message


def test_a_dictionary_that_began_empty_is_known_completely() -> None:
    text = """
        entity(ex:d0, [prov:type='prov:EmptyDictionary'])
        prov:derivedByInsertionFrom(ex:d1, ex:d0, {("a", ex:one), ("b", ex:two)})
        prov:derivedByRemovalFrom(ex:d2, ex:d1, {"a"})
        """
    assert not broken(text + "hadMember(ex:d1, ex:one) hadMember(ex:d2, ex:two)")
    assert broken(text + 'prov:hadDictionaryMember(ex:d2, ex:e, "z")') == ["dictionary-8"]
    assert broken(text + "hadMember(ex:d2, ex:one)") == ["dictionary-8"]
    assert broken(text + "hadMember(ex:d1, ex:other)") == ["dictionary-8"]


def test_a_dictionary_of_unknown_origin_may_hold_more() -> None:
    assert not broken(
        """
        prov:derivedByInsertionFrom(ex:d1, ex:d0, {("a", ex:one)})
        hadMember(ex:d1, ex:other)
        prov:hadDictionaryMember(ex:d1, ex:more, "z")
        """
    )


def test_a_change_without_keys_carries_nothing_over() -> None:
    text = """
        prov:hadDictionaryMember(ex:d0, ex:one, "a")
        prov:derivedByInsertionFrom(ex:d1, ex:d0, {})
        prov:hadDictionaryMember(ex:d1, ex:two, "a")
        """
    assert not broken(text)


def held(dictionary: str, entity: NamedNode | BlankNode, key: str) -> Assertion:
    return Assertion("hadDictionaryMember", None, (NamedNode(EX + dictionary), entity, Literal(key)))


def test_statements_of_one_change_are_taken_together() -> None:
    new, old, unknown = NamedNode(EX + "new"), NamedNode(EX + "old"), BlankNode()
    pairs = ((Literal("a"), NamedNode(EX + "one")),)
    direct = Assertion("derivedByInsertionFrom", None, (new, old, ()))
    node = Assertion("derivedByInsertionFrom", None, (new, unknown, pairs))
    two = NamedNode(EX + "two")
    before, after = held("old", two, "b"), held("new", NamedNode(EX + "three"), "b")
    for changes in ([direct, node], [node, direct]):
        assert not list(dictionaries.check(Instance([*changes, before])))
        [violation] = dictionaries.check(Instance([*changes, before, after]))
        assert violation.rule.id == "dictionary-1"


def test_an_unknown_entity_takes_the_name_of_the_one_at_its_key() -> None:
    unknown, one, two = BlankNode(), NamedNode(EX + "one"), NamedNode(EX + "two")
    same = [held("d", unknown, "a"), held("d", one, "a"), held("other", unknown, "b")]
    assert not list(dictionaries.check(Instance(same)))
    clash = [*same, held("other", two, "b")]
    assert [violation.rule.id for violation in dictionaries.check(Instance(clash))] == ["dictionary-1"]


@pytest.mark.parametrize("size", [10, 10_000])
def test_a_long_chain_over_a_large_dictionary_is_followed(size: int) -> None:
    def name(number: int) -> NamedNode:
        return NamedNode(f"{EX}d{number}")

    entity = NamedNode(EX + "e")
    assertions = [held("d0", entity, f"k{number}") for number in range(size)]
    for number in range(1, size):
        pairs = ((Literal(f"new{number}"), entity),)
        args = (name(number), name(number - 1), pairs)
        assertions.append(Assertion("derivedByInsertionFrom", None, args))
    last = f"d{size - 1}"
    assert not list(dictionaries.check(Instance([*assertions, held(last, entity, "k3")])))
    wrong = held(last, NamedNode(EX + "other"), "k3")
    [violation] = dictionaries.check(Instance([*assertions, wrong]))
    assert violation.rule.id == "dictionary-1"


KEYS = "abc"
changes = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.dictionaries(st.sampled_from(KEYS), st.sampled_from([None, "x", "y"]), min_size=1),
    ),
    max_size=5,
)
claims = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(KEYS), st.sampled_from(["x", "y", "z"])), max_size=5
)


@given(changes, claims, st.booleans())
def test_verdicts_are_those_of_trying_every_content(
    steps: list[tuple[int, dict[str, str | None]]], claims: list[tuple[int, str, str]], empty: bool
) -> None:
    """A history is consistent if some content of the first dictionary makes all claims true."""
    lines = ["entity(ex:d0, [prov:type='prov:EmptyDictionary'])"] if empty else []
    parents: list[int] = []
    kept: list[dict[str, str | None]] = []
    for place, (parent, step) in enumerate(steps, 1):
        inserted = {key: value for key, value in step.items() if value}
        step = dict(inserted) if inserted else step
        parents.append(min(parent, place - 1))
        kept.append(step)
        ends = f"ex:d{place}, ex:d{parents[-1]}"
        if inserted:
            pairs = ", ".join(f'("{key}", ex:{value})' for key, value in step.items())
            lines.append(f"prov:derivedByInsertionFrom({ends}, {{{pairs}}})")
        else:
            keys = ", ".join(f'"{key}"' for key in step)
            lines.append(f"prov:derivedByRemovalFrom({ends}, {{{keys}}})")
    claims = [claim for claim in claims if claim[0] <= len(steps)]
    lines += [f'prov:hadDictionaryMember(ex:d{node}, ex:{value}, "{key}")' for node, key, value in claims]

    def consistent(key: str) -> bool:
        for first in [None] if empty else [None, "x", "y", "z"]:
            held = [first]
            for parent, step in zip(parents, kept, strict=True):
                held.append(step.get(key, held[parent]))
            if all(held[node] == value for node, other, value in claims if other == key):
                return True
        return False

    assert bool(broken("\n".join(lines))) != all(consistent(key) for key in KEYS)

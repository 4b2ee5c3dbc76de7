"""Versioned-PROV: what each rule forbids and allows, and states against a naive replay."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from whence.demo import DOCUMENTS
from whence.formats import provn
from whence.ontology.namespaces import PROV, VERSION, XSD
from whence.validation import versioned
from whence.validation.assertion import Assertion, of_statement
from whence.validation.checkpoints import place
from whence.validation.instance import Instance
from whence.validation.report import Violation

EX = "http://example.org/"
HEAD = f"prefix ex <{EX}>\nprefix version <{VERSION}>\nprefix script <http://example.org/script/>"
LIST = """
    hadMember(ex:list, ex:a, [prov:type='version:Put', version:key="0", version:checkpoint=1])
    hadMember(ex:list, ex:b, [prov:type='version:Put', version:key="1", version:checkpoint=2])
    wasDerivedFrom(ex:x, ex:list, -, -, -, [prov:type='version:Reference', version:checkpoint=3])
"""


def assertions(text: str) -> list[Assertion]:
    document = f"document\n{HEAD}\n{text}\nendDocument".encode()
    items = provn.read_statements(io.BytesIO(document), name="test", base="urn:test:").items
    return [of_statement(item[1], item[0]) for item in items]


def check(text: str) -> list[Violation]:
    return list(versioned.check(Instance(assertions(text), {"ex": EX})))


def broken(text: str) -> list[str]:
    return [violation.rule.id for violation in check(text)]


def read(value: str, key: str, checkpoint: object, whole: str = "x", mode: str = "r") -> str:
    return f"""wasDerivedFrom(ex:part, ex:{value}, -, -, -, [prov:type='version:Reference',
        version:collection='ex:{whole}', version:key="{key}", version:access="{mode}",
        version:checkpoint={checkpoint}])"""


def member(member: str, kind: str, checkpoint: object, key: str | None = None) -> str:
    said = "" if key is None else f', version:key="{key}"'
    return (
        f"hadMember(ex:list, {member}, [prov:type='version:{kind}', version:checkpoint={checkpoint}{said}])"
    )


def test_the_script_of_the_demonstration_is_consistent() -> None:
    [document] = [document for document in DOCUMENTS if document.file == "stock_script.provn"]
    items = provn.read_statements(document.open(), name="", base="urn:test:").items
    assert not list(versioned.check(Instance([of_statement(item[1], item[0]) for item in items])))


# V1


def test_an_entity_refers_to_one_other() -> None:
    reference = "wasDerivedFrom(ex:x, ex:{}, -, -, -, [prov:type='version:Reference'])"
    assert not broken(reference.format("a") + reference.format("a") + "wasDerivedFrom(ex:x, ex:b)")
    [violation] = check(reference.format("a") + reference.format("b"))
    assert violation.rule.id == "V1"
    assert violation.message == "ex:x is a reference to ex:a and ex:b at once."
    assert len(violation.evidence) == 2


def test_references_do_not_run_in_circles() -> None:
    def reference(one: str, other: str) -> str:
        return f"wasDerivedFrom(ex:{one}, ex:{other}, -, -, -, [prov:type='version:Reference'])"

    chain = reference("c", "b") + reference("b", "a")
    assert not broken(chain)
    assert broken(chain + reference("a", "c")) == ["V1"]
    assert broken(chain + reference("a", "a")) == ["V1"]


# V2


@pytest.mark.parametrize(
    "event",
    [
        member("ex:a", "Put", 1, "0"),
        member("ex:a", "Add", 1),
        member("ex:a", "Add", 1, "0"),
        member("ex:a", "Del", 1),
        member("ex:a", "Del", 1, "0"),
        member("ex:void", "Put", 1, "0"),
        "hadMember(ex:list, ex:a)",
        "hadMember(ex:list, ex:a, [prov:type='script:item'])",
    ],
)
def test_whole_events(event: str) -> None:
    assert not broken("entity(ex:void, [prov:type='version:VoidEntity'])" + event)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (member("ex:a", "Put", 1), "puts at no key"),
        (member("ex:void", "Add", 1), "adds nothing"),
        (member("ex:void", "Del", 1), "deletes neither"),
        ("hadMember(ex:list, ex:a, [prov:type='version:Add'])", "no checkpoint"),
        ('hadMember(ex:list, ex:a, [version:key="0", version:checkpoint=1])', "does not say what"),
        (
            "hadMember(ex:list, ex:a, [prov:type='version:Put', prov:type='version:Del', "
            'version:key="0", version:checkpoint=1])',
            "several things",
        ),
        (
            'hadMember(ex:list, ex:a, [prov:type=\'version:Put\', version:key="0", version:key="1", '
            "version:checkpoint=1])",
            "several keys",
        ),
    ],
)
def test_events_that_lack_something(event: str, message: str) -> None:
    [violation] = check("entity(ex:void, [prov:type='version:VoidEntity'])" + event)
    assert violation.rule.id == "V2"
    assert message in violation.message
    assert violation.mend


# V3


def test_checkpoints_are_of_one_kind() -> None:
    used = "used(ex:run, ex:a, -, [version:checkpoint={}])"
    assert not broken(used.format("9") + used.format('"10.5" %% xsd:decimal'))
    [violation] = check(used.format("9") + used.format('"2026-01-01T00:00:00Z" %% xsd:dateTime'))
    assert violation.rule.id == "V3"
    assert "numbers" in violation.message
    assert "times" in violation.message


@pytest.mark.parametrize("checkpoint", ["'ex:later'", '"soon"@en', '"NaN" %% xsd:double'])
def test_checkpoints_have_an_order(checkpoint: str) -> None:
    assert broken(f"used(ex:run, ex:a, -, [version:checkpoint={checkpoint}])") == ["V3"]


def test_an_event_has_one_checkpoint() -> None:
    assert broken("used(ex:run, ex:a, -, [version:checkpoint=1, version:checkpoint=2])") == ["V3"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Literal(9), Literal(10)),
        (Literal("-INF", datatype=XSD.double), Literal(0)),
        (Literal("9"), Literal("a")),
        (
            Literal("2026-01-01T01:00:00+02:00", datatype=XSD.dateTime),
            Literal("2026-01-01T00:00:00Z", datatype=XSD.dateTime),
        ),
        (Literal("2026-01-01", datatype=XSD.date), Literal("2026-01-02", datatype=XSD.date)),
    ],
)
def test_order_of_checkpoints(earlier: Literal, later: Literal) -> None:
    one, other = place(earlier), place(later)
    assert one is not None
    assert other is not None
    assert one[0] == other[0]
    assert one < other


# V5


def test_a_read_names_what_the_collection_holds() -> None:
    assert not broken(LIST + read("a", "0", 4) + read("b", "1", 4).replace("part", "other"))
    [violation] = check(LIST + read("b", "0", 4))
    assert violation.rule.id == "V5"
    assert violation.message == (
        "ex:part is read from key 0 of ex:list at checkpoint 4 and derived from ex:b, "
        "but the collection then holds ex:a there."
    )
    assert [evidence.text.partition("(")[0] for evidence in violation.evidence] == [
        "wasDerivedFrom",
        "hadMember",
        "wasDerivedFrom",
    ]


def test_a_read_sees_the_events_of_its_checkpoint_and_none_after() -> None:
    text = LIST + member("ex:c", "Put", 5, "0")
    assert broken(text + read("a", "0", 4)) == []
    assert broken(text + read("c", "0", 4)) == ["V5"]
    assert broken(text + read("c", "0", 5)) == []
    assert broken(text + read("a", "0", 6)) == ["V5"]


def test_a_read_may_name_another_reference_to_the_member() -> None:
    alias = "wasDerivedFrom(ex:also, ex:a, -, -, -, [prov:type='version:Reference'])"
    assert broken(LIST + alias + read("also", "0", 4)) == []
    assert broken(LIST + alias.replace("Reference", "Copy") + read("also", "0", 4)) == ["V5"]


def test_what_was_taken_away_is_not_read() -> None:
    void = "entity(ex:void, [prov:type='version:VoidEntity'])" + member("ex:void", "Put", 5, "0")
    [violation] = check(LIST + void + read("a", "0", 6))
    assert "holds nothing any more" in violation.message


def test_events_of_a_list_shift_what_follows() -> None:
    assert broken(LIST + member("ex:c", "Add", 5, "0") + read("a", "1", 6)) == []
    assert broken(LIST + member("ex:c", "Add", 5, "0") + read("a", "0", 6)) == ["V5"]
    assert broken(LIST + member("ex:a", "Del", 5, "0") + read("b", "0", 6)) == []
    assert broken(LIST + member("ex:a", "Del", 5, "0") + read("a", "0", 6)) == ["V5"]
    assert broken(LIST + member("ex:c", "Add", 5) + read("c", "2", 6)) == []
    assert broken(LIST + member("ex:c", "Add", 5) + read("a", "2", 6)) == ["V5"]


def test_keys_of_a_dictionary_do_not_shift() -> None:
    dictionary = "entity(ex:list, [prov:type='prov:Dictionary'])"
    text = LIST + member("ex:a", "Del", 5, "0")
    assert broken(text + dictionary + read("b", "1", 6)) == []
    assert broken(text + dictionary + read("a", "1", 6)) == ["V5"]


def test_events_without_order_leave_it_open_which_came_last() -> None:
    text = LIST + member("ex:c", "Put", 5, "0") + member("ex:d", "Put", 5, "0")
    for value, wrong in (("c", []), ("d", []), ("a", ["V5"])):
        assert broken(text + read(value, "0", 6)) == wrong
    shifting = LIST + member("ex:c", "Add", 5, "0") + member("ex:d", "Add", 5, "1")
    assert broken(shifting + read("a", "0", 6)) == []


def test_what_no_event_tells_is_not_held_against_a_read() -> None:
    assert broken(LIST + read("c", "7", 4)) == []
    assert broken(read("c", "0", 4, whole="unheard")) == []


# V7


@pytest.mark.parametrize(
    "attributes",
    [
        'version:access="x", version:collection=\'ex:d\', version:key="0"',
        'version:access="r", version:access="w", version:collection=\'ex:d\', version:key="0"',
        "version:access=\"r\", version:collection='ex:d'",
        'version:access="r", version:key="0"',
        'version:access="r"',
    ],
)
def test_an_access_says_how_where_and_which_part(attributes: str) -> None:
    assert broken(f"wasDerivedFrom(ex:part, ex:a, -, -, -, [{attributes}])") == ["V7"]


def test_a_write_has_its_put() -> None:
    write = read("v", "0", 5, mode="w")
    assert broken(LIST + write + member("ex:part", "Put", 5, "0")) == []
    assert broken(LIST + write + member("ex:v", "Put", 5, "0")) == []
    for other in ("", member("ex:part", "Put", 6, "0"), member("ex:part", "Put", 5, "1")):
        [violation] = check(LIST + write + other)
        assert violation.rule.id == "V7"
        assert "no Put says so" in violation.message


# All of it


def test_a_long_list_that_grows_at_its_front_is_replayed() -> None:
    def event(number: int) -> Assertion:
        said = ((PROV.type, VERSION.Add), (VERSION.key, Literal(0)), (VERSION.checkpoint, Literal(number)))
        return Assertion("hadMember", None, (NamedNode(EX + "list"), NamedNode(f"{EX}e{number}")), said)

    def reading(value: int, key: int) -> Assertion:
        said = (
            (VERSION.access, Literal("r")),
            (VERSION.collection, NamedNode(EX + "list")),
            (VERSION.key, Literal(key)),
            (VERSION.checkpoint, Literal(size)),
        )
        args = (NamedNode(EX + "part"), NamedNode(f"{EX}e{value}"), None, None, None)
        return Assertion("wasDerivedFrom", None, args, said)

    size = 10_000
    events = [event(number) for number in range(size)]
    random.Random(7).shuffle(events)
    assert not list(versioned.check(Instance([*events, reading(0, size - 1), reading(size - 1, 0)])))
    assert len(list(versioned.check(Instance([*events, reading(1, size - 1)])))) == 1


@given(
    st.lists(st.tuples(st.sampled_from(["Put", "Add", "Del", "Append"]), st.integers(0, 4)), max_size=8),
    st.integers(0, 4),
    st.integers(0, 8),
)
def test_states_are_those_of_a_naive_replay(steps: list[tuple[str, int]], key: int, value: int) -> None:
    held: list[int | None] = []
    lines = []
    for number, (kind, position) in enumerate(steps):
        event = member(f"ex:e{number}", "Add" if kind == "Append" else kind, number, str(position))
        if kind == "Append":
            event = member(f"ex:e{number}", "Add", number)
            held.append(number)
        elif kind == "Del":
            del held[position : position + 1]
        else:
            held += [None] * (position + (kind == "Put") - len(held))
            if kind == "Put":
                held[position] = number
            else:
                held.insert(position, number)
        lines.append(event)
    expected = held[key] if key < len(held) else None
    wrong = expected is not None and expected != value
    lines.append(read(f"e{value}", str(key), len(steps), whole="list"))
    assert (broken("\n".join(lines)) == ["V5"]) == wrong


@given(st.randoms(use_true_random=False))
def test_the_order_of_statements_and_repetitions_do_not_matter(random: random.Random) -> None:
    text = LIST + member("ex:c", "Add", 5, "0") + member("ex:d", "Add", 6) + read("b", "0", 7)
    statements = assertions(text)
    statements += random.sample(statements, 3)
    random.shuffle(statements)
    [violation] = versioned.check(Instance(statements, {"ex": EX}))
    assert violation.rule.id == "V5"
    assert "ex:c" in violation.message

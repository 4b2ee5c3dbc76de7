"""Which of two came first, by each of the constraints that say so."""

from __future__ import annotations

import io

import pytest
from pyoxigraph import NamedNode
from tests.validation.chains import line

from whence.formats.provn import read_statements
from whence.validation.assertion import of_statement
from whence.validation.events import END, EventGraph
from whence.validation.instance import Instance
from whence.validation.precedence import Answer, Order, happened_before

EX = "http://example.org/"


def instance_of(text: str) -> Instance:
    document = f"document prefix ex <{EX}> {text} endDocument"
    reading = read_statements(io.BytesIO(document.encode()), name="test", base="urn:test:")
    return Instance((of_statement(item, bundle) for bundle, item in reading.items), {"ex": EX})


def order(text: str, a: str, b: str) -> Order:
    return happened_before(instance_of(text), NamedNode(EX + a), NamedNode(EX + b))


# What each constraint orders: statements, the two events by id, and the numbers of the steps between.
START = "wasStartedBy(ex:s; ex:a, ex:t, -, -)"
END_ = "wasEndedBy(ex:n; ex:a, ex:t, -, -)"
ORDERED = [
    ("30", f"{START} {END_}", "s", "n"),
    ("33", f"{START} used(ex:u; ex:a, ex:e, -)", "s", "u"),
    ("33", f"{END_} used(ex:u; ex:a, ex:e, -)", "u", "n"),
    ("34", f"{START} wasGeneratedBy(ex:g; ex:e, ex:a, -)", "s", "g"),
    ("34", f"{END_} wasGeneratedBy(ex:g; ex:e, ex:a, -)", "g", "n"),
    ("35", f"{START} wasEndedBy(ex:m; ex:b, ex:x, -, -) wasInformedBy(ex:b, ex:a)", "s", "m"),
    ("36", "wasGeneratedBy(ex:g; ex:e, ex:a, -) wasInvalidatedBy(ex:i; ex:e, ex:b, -)", "g", "i"),
    ("37", "wasGeneratedBy(ex:g; ex:e, ex:a, -) used(ex:u; ex:b, ex:e, -)", "g", "u"),
    ("38", "wasInvalidatedBy(ex:i; ex:e, ex:a, -) used(ex:u; ex:b, ex:e, -)", "u", "i"),
    ("41", "used(ex:u; ex:a, ex:x, -) wasGeneratedBy(ex:g; ex:e, ex:a, -)"
     " wasDerivedFrom(ex:e, ex:x, ex:a, ex:g, ex:u)", "u", "g"),
    ("42", "wasGeneratedBy(ex:g; ex:e, ex:a, -) wasGeneratedBy(ex:h; ex:f, ex:a, -)"
     " wasDerivedFrom(ex:f, ex:e)", "g", "h"),
    ("43", "wasGeneratedBy(ex:g; ex:e, ex:b, -) wasStartedBy(ex:s; ex:a, ex:e, -, -)", "g", "s"),
    ("43", "wasInvalidatedBy(ex:i; ex:e, ex:b, -) wasStartedBy(ex:s; ex:a, ex:e, -, -)", "s", "i"),
    ("44", "wasGeneratedBy(ex:g; ex:e, ex:b, -) wasEndedBy(ex:n; ex:a, ex:e, -, -)", "g", "n"),
    ("44", "wasInvalidatedBy(ex:i; ex:e, ex:b, -) wasEndedBy(ex:n; ex:a, ex:e, -, -)", "n", "i"),
    ("45", "wasGeneratedBy(ex:g; ex:e, ex:a, -) wasGeneratedBy(ex:h; ex:f, ex:a, -)"
     " specializationOf(ex:f, ex:e)", "g", "h"),
    ("46", "wasInvalidatedBy(ex:i; ex:e, ex:a, -) wasInvalidatedBy(ex:j; ex:f, ex:a, -)"
     " specializationOf(ex:f, ex:e)", "j", "i"),
    ("47", f"{START} wasInvalidatedBy(ex:i; ex:ag, ex:x, -) wasAssociatedWith(ex:a, ex:ag, -)", "s", "i"),
    ("47", f"{END_} wasGeneratedBy(ex:g; ex:ag, ex:x, -) wasAssociatedWith(ex:a, ex:ag, -)", "g", "n"),
    ("47", f"{START} wasEndedBy(ex:m; ex:ag, ex:x, -, -) wasAssociatedWith(ex:a, ex:ag, -)", "s", "m"),
    ("47", f"{END_} wasStartedBy(ex:r; ex:ag, ex:x, -, -) wasAssociatedWith(ex:a, ex:ag, -)", "r", "n"),
    ("48", "wasGeneratedBy(ex:g; ex:ag, ex:a, -) wasGeneratedBy(ex:h; ex:e, ex:b, -)"
     " wasAttributedTo(ex:e, ex:ag)", "g", "h"),
    ("48", f"{START} wasGeneratedBy(ex:h; ex:e, ex:b, -) wasAttributedTo(ex:e, ex:a)", "s", "h"),
    ("49", "wasGeneratedBy(ex:g; ex:boss, ex:a, -) wasInvalidatedBy(ex:i; ex:ag, ex:b, -)"
     " actedOnBehalfOf(ex:ag, ex:boss, -)", "g", "i"),
    ("49", f"{END_} wasStartedBy(ex:r; ex:boss, ex:x, -, -) actedOnBehalfOf(ex:a, ex:boss, -)", "r", "n"),
    ("43 31 43", f"{START} wasStartedBy(ex:s2; ex:a, ex:v, -, -) wasGeneratedBy(ex:g; ex:t, ex:b, -)"
     " wasInvalidatedBy(ex:i; ex:v, ex:c, -)", "g", "i"),
    ("44 32 44", f"{END_} wasEndedBy(ex:n2; ex:a, ex:v, -, -) wasGeneratedBy(ex:g; ex:t, ex:b, -)"
     " wasInvalidatedBy(ex:i; ex:v, ex:c, -)", "g", "i"),
    ("34 39 34", f"{START} wasGeneratedBy(ex:g; ex:e, ex:a, -) wasGeneratedBy(ex:h; ex:e, ex:b, -)"
     " wasEndedBy(ex:m; ex:b, ex:x, -, -)", "s", "m"),
]  # fmt: skip


@pytest.mark.parametrize(("numbers", "text", "first", "second"), ORDERED)
def test_each_constraint_orders_its_events(numbers: str, text: str, first: str, second: str) -> None:
    found = order(text, first, second)
    assert found.answer is Answer.YES
    assert " ".join(step.rule.id for step in found.reason) == numbers
    assert found.strict == (numbers == "42")
    back = order(text, second, first)
    assert back.answer is Answer.NO
    assert back.reason == found.reason


UNRELATED = [
    (text.rpartition(") ")[0] + ")", first, second)
    for number, text, first, second in ORDERED
    if number in ("35", "41", "42", "45", "46", "47", "48", "49")
]
"""The last statement of these is what relates the others: without it they tell of no order."""
UNRELATED += [
    (f"{START} wasEndedBy(ex:n; ex:b, ex:t, -, -)", "s", "n"),
    (f"{START} used(ex:u; ex:b, ex:e, -)", "s", "u"),
    (f"{END_} used(ex:u; ex:b, ex:e, -)", "u", "n"),
    (f"{START} wasGeneratedBy(ex:g; ex:e, ex:b, -)", "s", "g"),
    (f"{END_} wasGeneratedBy(ex:g; ex:e, ex:b, -)", "g", "n"),
    ("wasGeneratedBy(ex:g; ex:e, ex:a, -) wasInvalidatedBy(ex:i; ex:f, ex:a, -)", "g", "i"),
    ("wasGeneratedBy(ex:g; ex:e, ex:a, -) used(ex:u; ex:b, ex:f, -)", "g", "u"),
    ("wasInvalidatedBy(ex:i; ex:e, ex:a, -) used(ex:u; ex:b, ex:f, -)", "u", "i"),
    (f"{START} wasGeneratedBy(ex:g; ex:e, ex:b, -)", "g", "s"),
    (f"{END_} wasInvalidatedBy(ex:i; ex:e, ex:b, -)", "n", "i"),
]


@pytest.mark.parametrize(("text", "first", "second"), UNRELATED)
def test_without_what_relates_them_nothing_is_known(text: str, first: str, second: str) -> None:
    assert order(text, first, second) == order(text, second, first) == Order(Answer.UNKNOWN)


def test_elements_stand_for_their_beginning() -> None:
    text = "used(ex:a, ex:in, -) wasGeneratedBy(ex:out, ex:a, -) wasDerivedFrom(ex:out, ex:in)"
    found = order(text, "in", "out")
    assert (found.answer, found.strict) == (Answer.YES, True)
    assert line(found.reason) == "generation of ex:in < generation of ex:out (42)"
    assert order(text, "a", "out").answer is Answer.YES
    assert order(text, "out", "a").answer is Answer.NO
    assert order(text, "in", "a").answer is Answer.UNKNOWN


def test_elements_need_not_be_declared_to_have_a_beginning() -> None:
    text = "wasDerivedFrom(ex:c, ex:b) specializationOf(ex:b, ex:a)"
    assert [step.rule.id for step in order(text, "a", "c").reason] == ["45", "42"]


def test_simultaneous_events_are_not_before_each_other() -> None:
    text = "specializationOf(ex:a, ex:b) specializationOf(ex:b, ex:a)"
    found = order(text, "a", "b")
    assert (found.answer, found.simultaneous, bool(found)) == (Answer.NO, True, False)
    assert [step.rule.id for step in found.reason] == ["45", "45"]
    twice = "wasGeneratedBy(ex:g; ex:e, ex:a, -) wasGeneratedBy(ex:h; ex:e, ex:b, -)"
    assert order(twice, "g", "h") == Order(Answer.NO, simultaneous=True)


def test_contradictory_statements_leave_it_unknown_and_say_why() -> None:
    found = order("wasDerivedFrom(ex:a, ex:b) wasDerivedFrom(ex:b, ex:a)", "a", "b")
    assert found.answer is Answer.UNKNOWN
    assert [step.rule.id for step in found.reason] == ["42", "42"]


def test_what_nothing_tells_of_is_unknown() -> None:
    assert order("entity(ex:a)", "a", "nobody") == Order(Answer.UNKNOWN)
    assert order("agent(ex:ag) entity(ex:a)", "a", "ag") == Order(Answer.UNKNOWN)


def test_a_strict_way_is_told_even_where_a_shorter_one_is_not_strict() -> None:
    text = "specializationOf(ex:b, ex:a) wasDerivedFrom(ex:m, ex:a) specializationOf(ex:b, ex:m)"
    found = order(text, "a", "b")
    assert found.strict
    assert [step.rule.id for step in found.reason] == ["42", "45"]


def test_the_graph_can_be_asked_more_than_once() -> None:
    instance = instance_of("activity(ex:a) used(ex:a, ex:e, -)")
    graph = EventGraph(instance, whole=True)
    number = instance.known(NamedNode(EX + "a"))
    assert number is not None
    assert graph.makers[graph.node(END, number)] is not None
    assert not list(graph.leaving(graph.node(END, number)))
    assert (
        str(happened_before(instance, NamedNode(EX + "e"), NamedNode(EX + "a"), graph).answer) == "unknown"
    )

"""Times that are odd, in documents that are valid or not: the lint never decides."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode
from tests.validation.chains import line

from whence.formats.provn import read_statements
from whence.ontology.namespaces import XSD
from whence.validation.assertion import Assertion, of_statement
from whence.validation.events import EventGraph
from whence.validation.instance import Instance
from whence.validation.time_lint import TimeFinding, lint
from whence.validation.timeline import certainly_later, moment, times

EX = "http://example.org/"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
NINE, TEN, NOON = (f"2026-01-05T{hour}:00:00Z" for hour in ("09", "10", "12"))


def instance_of(text: str) -> Instance:
    document = f"document prefix ex <{EX}> {text} endDocument"
    reading = read_statements(io.BytesIO(document.encode()), name="test", base="urn:test:")
    return Instance((of_statement(item, bundle) for bundle, item in reading.items), {"ex": EX})


def found(text: str) -> list[TimeFinding]:
    return lint([instance_of(text)], NOW)


def only(text: str) -> TimeFinding:
    (finding,) = found(text)
    return finding


def test_times_in_order_are_fine() -> None:
    assert (
        found(f"activity(ex:a, {NINE}, {NOON}) wasGeneratedBy(ex:e, ex:a, {TEN}) used(ex:b, ex:e, {NOON})")
        == []
    )
    assert found(f"wasGeneratedBy(ex:e, ex:a, {TEN}) wasGeneratedBy(ex:f, ex:a, {NINE})") == []


def test_the_same_time_is_no_contradiction() -> None:
    text = f"wasDerivedFrom(ex:f, ex:e) wasGeneratedBy(ex:e, -, {TEN}) wasGeneratedBy(ex:f, -, {TEN})"
    assert found(text) == []


def test_a_time_before_that_of_an_earlier_event() -> None:
    finding = only(
        f"wasGeneratedBy(ex:g; ex:e, ex:a, {NOON}) wasDerivedFrom(ex:m, ex:e) specializationOf(ex:f, ex:m)"
        f" used(ex:b, ex:f, {TEN})"
    )
    assert finding.kind == "order"
    assert finding.message == (
        f"The usage of ex:f by ex:b at {TEN} cannot be before the generation ex:g of ex:e at {NOON}."
    )
    assert finding.mend == (
        f"Correct one of the two times: the usage of ex:f by ex:b to {NOON} or later,"
        f" or the generation ex:g of ex:e to {TEN} or earlier."
    )
    assert [step.rule.id for step in finding.reason] == ["42", "45", "37"]
    assert [item.text for item in finding.evidence] == [
        f"wasGeneratedBy(ex:g; ex:e, ex:a, {NOON})",
        f"used(ex:b, ex:f, {TEN})",
    ]


def test_each_contradiction_is_told_once_by_the_nearest_times() -> None:
    chain = " ".join(f"wasDerivedFrom(ex:e{n + 1}, ex:e{n})" for n in range(4))
    finding = only(
        f"{chain} wasGeneratedBy(ex:e0, -, {NOON}) wasGeneratedBy(ex:e2, -, {NINE})"
        f" wasGeneratedBy(ex:e4, -, {TEN})"
    )
    assert line(finding.reason) == (
        "generation of ex:e0 < generation of ex:e1 (42) < generation of ex:e2 (42)"
    )


def test_an_activity_that_ends_before_it_starts() -> None:
    finding = only(f"activity(ex:a, {NOON}, {TEN})")
    assert finding.kind == "reversed"
    assert finding.message == f"ex:a ends at {TEN}, before it starts at {NOON}."
    (evidence,) = finding.evidence
    assert evidence.text == f"activity(ex:a, {NOON}, {TEN})"


def test_simultaneous_events_with_different_times() -> None:
    finding = only(f"wasGeneratedBy(ex:e, ex:a, {TEN}) wasGeneratedBy(ex:e, ex:b, {NINE})")
    assert finding.kind == "simultaneous"
    assert finding.message == (
        "The generation of ex:e by ex:b and the generation of ex:e by ex:a are simultaneous, "
        f"but have the times {NINE} and {TEN}."
    )
    both = f"specializationOf(ex:e, ex:f) specializationOf(ex:f, ex:e) wasGeneratedBy(ex:e, -, {TEN})"
    finding = only(f"{both} wasGeneratedBy(ex:f, -, {NINE})")
    assert finding.message == (
        "The generation of ex:f and the generation of ex:e are simultaneous,"
        f" but have the times {NINE} and {TEN}."
    )


def test_simultaneous_events_differ_where_any_two_of_their_times_certainly_do() -> None:
    local = f"wasGeneratedBy(ex:e, ex:c, {NINE[:-1]})"
    text = f"{local} wasGeneratedBy(ex:e, ex:a, {TEN}) wasGeneratedBy(ex:e, ex:b, {NOON})"
    assert {finding.kind for finding in found(text)} == {"simultaneous", "zone"}


def test_what_constraint_28_sees_to_is_not_told_again() -> None:
    text = f"wasStartedBy(ex:a, -, -, {NINE}) wasStartedBy(ex:a, ex:t, ex:b, {TEN})"
    assert [finding.kind for finding in found(text)] == ["simultaneous"]
    assert found(f"{text} activity(ex:a)") == []


def test_a_time_in_the_future() -> None:
    finding = only("wasGeneratedBy(ex:e, -, 2062-01-01T00:00:00Z)")
    assert finding.kind == "future"
    assert finding.mend == "Correct the time; it is 2026-06-01T00:00:00Z now."
    assert found("wasGeneratedBy(ex:e, -, 2026-06-01T00:00:00Z)") == []
    assert only("wasGeneratedBy(ex:e, -, 2026-06-01T14:00:01)").kind == "future"
    assert found("wasGeneratedBy(ex:e, -, 2026-06-01T13:00:00)") == []


def test_an_activity_that_others_show_to_have_ended() -> None:
    finding = only(
        f"activity(ex:a, {NINE}, -) wasEndedBy(ex:a, ex:t, -, -) wasGeneratedBy(ex:e, ex:a, {TEN})"
    )
    assert finding.kind == "end"
    assert finding.message == "ex:a is said to have ended, but has no end time."
    assert finding.mend == f"Say when ex:a ended, {TEN} or later."
    finding = only(f"activity(ex:a, {NINE}, -) wasGeneratedBy(ex:e, ex:a, -) used(ex:b, ex:e, {NOON})")
    assert finding.message == "ex:a made what others used already, but has no end time."
    assert finding.mend == f"Say when ex:a ended, {NINE} or later."


def test_an_activity_that_may_still_go_on() -> None:
    assert found(f"activity(ex:a, {NINE}, -) wasGeneratedBy(ex:e, ex:a, -) used(ex:a, ex:e, -)") == []
    assert found("activity(ex:a) wasEndedBy(ex:a, ex:t, -, -)") == []
    assert found(f"activity(ex:a, {NINE}, {NOON}) wasEndedBy(ex:a, ex:t, -, -)") == []
    assert found(f"activity(ex:a, {NINE}, -) wasEndedBy(ex:a, ex:t, -, {NOON})") == []


def test_times_with_and_without_zone() -> None:
    finding = only(f"wasGeneratedBy(ex:e, -, {NOON}) used(ex:a, ex:e, 2026-01-05T11:00:00)")
    assert finding.kind == "zone"
    assert finding.message.startswith("1 of 2 times has no time zone")
    assert finding.mend.endswith("2026-01-05T11:00:00Z.")
    assert found("wasGeneratedBy(ex:e, -, 2026-01-05T10:00:00) used(ex:a, ex:e, 2026-01-05T11:00:00)") == []
    kinds = {
        finding.kind
        for finding in found(f"wasGeneratedBy(ex:e, -, {NOON}) used(ex:a, ex:e, 2026-01-04T21:00:00)")
    }
    assert kinds == {"order", "zone"}


def test_instances_are_looked_at_one_by_one_up_to_a_limit() -> None:
    instances = [instance_of(f"activity(ex:a{n}, {NOON}, {TEN})") for n in range(3)]
    assert len(lint(instances, NOW, limit=2)) == 2
    assert lint(instances)[0].kind == "reversed"


def test_moments_compare_as_far_as_their_zones_are_known() -> None:
    def at(text: str) -> Literal:
        return Literal(text, datatype=XSD.dateTime)

    utc, east, local = (
        moment(at(NOON)),
        moment(at("2026-01-05T13:00:00+02:00")),
        moment(at("2026-01-06T01:00:01")),
    )
    assert utc is not None
    assert east is not None
    assert local is not None
    assert certainly_later(utc, east)
    assert not certainly_later(local, utc)
    assert certainly_later(local, east)
    assert moment(at("-0044-03-15T00:00:00Z")) is None
    assert moment(Literal("2026-01-05T13:00:00")) is None


NAMES = [NamedNode(EX + name) for name in ("x", "y", "z", "v", "w")]
names = st.sampled_from(NAMES)
clock = st.one_of(
    st.none(),
    st.integers(0, 40).flatmap(
        lambda hour: st.sampled_from(["", "Z"]).map(
            lambda zone: Literal(
                f"{(datetime(2026, 1, 5) + timedelta(hours=hour)).isoformat()}{zone}", datatype=XSD.dateTime
            )
        )
    ),
)
TIMED = st.one_of(
    st.builds(lambda e, a, t: Assertion("wasGeneratedBy", None, (e, a, t)), names, names, clock),
    st.builds(lambda a, e, t: Assertion("used", None, (a, e, t)), names, names, clock),
    st.builds(lambda a, e, t: Assertion("wasEndedBy", None, (a, e, None, t)), names, names, clock),
    st.builds(lambda a, e, t: Assertion("wasStartedBy", None, (a, e, None, t)), names, names, clock),
    st.builds(lambda e, f: Assertion("specializationOf", None, (e, f)), names, names),
    st.builds(lambda e, f: Assertion("wasDerivedFrom", None, (e, f, None, None, None)), names, names),
)


@settings(max_examples=200)
@given(st.lists(TIMED, max_size=12))
def test_there_is_a_finding_exactly_where_two_times_contradict_the_order(
    assertions: list[Assertion],
) -> None:
    instance = Instance(assertions)
    findings = [
        finding
        for finding in lint([instance], NOW)
        if finding.kind in ("order", "reversed", "simultaneous")
    ]
    graph = EventGraph(instance, whole=True)
    after = {(a, a) for a in range(len(graph.kinds))} | set(zip(graph.sources, graph.targets, strict=True))
    for middle in range(len(graph.kinds)):
        after |= {(a, d) for (a, b), (c, d) in product(after, after) if b == c == middle}
    wrong = [
        (first, second)
        for first, second in product(times(graph), repeat=2)
        if (first.node, second.node) in after and certainly_later(first.moment, second.moment)
    ]
    assert bool(findings) == bool(wrong)
    for finding in findings:
        for one, following in zip(finding.reason, finding.reason[1:], strict=False):
            assert one.after == following.before

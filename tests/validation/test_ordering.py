"""Constraints 30 to 49: what may not come before itself, and how that is told."""

from __future__ import annotations

import io
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode
from tests.validation.chains import line

from whence.formats.provn import read_statements
from whence.validation.assertion import Assertion, of_statement
from whence.validation.cycles import components, shortest_cycles
from whence.validation.events import EventGraph
from whence.validation.instance import Instance
from whence.validation.ordering import check
from whence.validation.report import Violation

EX = "http://example.org/"


def instance_of(text: str) -> Instance:
    """The instance of PROV-N statements, with what chasing them would add already said in them."""
    document = f"document prefix ex <{EX}> {text} endDocument"
    reading = read_statements(io.BytesIO(document.encode()), name="test", base="urn:test:")
    return Instance((of_statement(item, bundle) for bundle, item in reading.items), {"ex": EX})


def violations(text: str) -> list[Violation]:
    return list(check(instance_of(text)))


def rules(violation: Violation) -> set[int]:
    return {int(step.rule.id) for step in violation.cycle}


LATER = "entity(ex:e) entity(ex:e2) wasDerivedFrom(ex:e2, ex:e)"
"""ex:e2 is generated strictly after ex:e."""

DOCUMENTS = [
    # (constraint, a document that breaks the order by it, one in order that says it as well)
    (42, "entity(ex:e) wasDerivedFrom(ex:e, ex:e)", LATER),
    (42, LATER + " wasDerivedFrom(ex:e, ex:e2)", LATER + " wasDerivedFrom(ex:e2, ex:e)"),
    # A derivation of what was made into what it was made of, by way of something in between.
    (
        42,
        LATER + " entity(ex:m) wasDerivedFrom(ex:m, ex:e2) wasDerivedFrom(ex:e, ex:m)",
        LATER + " entity(ex:m) wasDerivedFrom(ex:m, ex:e) wasDerivedFrom(ex:e2, ex:m)",
    ),
    (45, LATER + " specializationOf(ex:e, ex:e2)", LATER + " specializationOf(ex:e2, ex:e)"),
    (48, LATER + " wasAttributedTo(ex:e, ex:e2)", LATER + " wasAttributedTo(ex:e2, ex:e)"),
    # The start of what generated ex:e was triggered by what came of ex:e.
    (
        43,
        LATER + " wasStartedBy(ex:a, ex:e2, -, -) wasGeneratedBy(ex:e, ex:a, -)",
        LATER + " wasStartedBy(ex:a, ex:e, -, -) wasGeneratedBy(ex:e2, ex:a, -)",
    ),
    (
        34,
        LATER + " wasStartedBy(ex:a, ex:e2, -, -) wasGeneratedBy(ex:e, ex:a, -)",
        LATER + " wasGeneratedBy(ex:e, ex:a, -) wasGeneratedBy(ex:e2, ex:a, -)",
    ),
    # An agent that is an activity.
    (
        48,
        LATER + " wasStartedBy(ex:a, ex:e2, -, -) wasAttributedTo(ex:e, ex:a)",
        LATER + " wasStartedBy(ex:a, ex:e, -, -) wasAttributedTo(ex:e2, ex:a)",
    ),
]
"""What breaks each constraint that can be broken. No end or invalidation comes before anything but an
invalidation, so those of them (30, 32, 35, 36, 38, 40, 44, 46, 47, 49) are never on a strict cycle. What
a usage comes before (33, 37, 41) comes after what comes before the usage by 34 and 42 too. That
generations or starts are simultaneous (31, 39) is never needed, as what comes after one of them by
another constraint comes after them all."""
BREAKABLE = {34, 42, 43, 45, 48}


@pytest.mark.parametrize(("number", "broken", "sound"), DOCUMENTS)
def test_what_breaks_the_order_is_told_by_its_constraints(number: int, broken: str, sound: str) -> None:
    assert violations(sound) == []
    (violation,) = violations(broken)
    assert violation.rule.id == "42"
    assert number in rules(violation)
    assert violation.cycle[0].strict
    after = [step.after for step in violation.cycle]
    assert [step.before for step in violation.cycle] == [after[-1], *after[:-1]]


def test_every_breakable_constraint_has_a_document() -> None:
    assert {number for number, _, _ in DOCUMENTS} == BREAKABLE


@pytest.mark.parametrize(
    "text",
    [
        "activity(ex:a) wasStartedBy(ex:s; ex:a, ex:e, -, -) wasStartedBy(ex:t; ex:a, ex:f, -, -)",
        "entity(ex:e) alternateOf(ex:e, ex:e) specializationOf(ex:e, ex:f) specializationOf(ex:f, ex:e)",
        "entity(ex:e) used(ex:a, ex:e, -) wasGeneratedBy(ex:e, ex:a, -)",
        "activity(ex:a) wasInformedBy(ex:a, ex:b) wasInformedBy(ex:b, ex:a) activity(ex:b)",
        "agent(ex:a) agent(ex:b) actedOnBehalfOf(ex:a, ex:b) actedOnBehalfOf(ex:b, ex:a)",
        "entity(ex:e) wasStartedBy(ex:a, ex:e, -, -) wasGeneratedBy(ex:e, ex:a, -)",
        "entity(ex:e) wasInvalidatedBy(ex:e, ex:a, -) used(ex:a, ex:e, -)",
    ],
)
def test_a_cycle_without_a_strict_edge_is_in_order(text: str) -> None:
    assert violations(LATER + " " + text) == []


def test_what_is_derived_is_an_entity_and_so_was_generated() -> None:
    (violation,) = violations("wasDerivedFrom(ex:e, ex:f) wasDerivedFrom(ex:f, ex:e)")
    assert [step.rule.id for step in violation.cycle] == ["42", "42"]
    assert {item.text for item in violation.evidence} == {
        "wasDerivedFrom(ex:e, ex:f)",
        "wasDerivedFrom(ex:f, ex:e)",
    }


def test_that_a_declared_entity_was_generated_goes_without_saying() -> None:
    (violation,) = violations("wasDerivedFrom(ex:e, ex:e) entity(ex:e)")
    assert [item.text for item in violation.evidence] == ["wasDerivedFrom(ex:e, ex:e)"]


def test_what_else_makes_an_event_exist_is_told() -> None:
    (violation,) = violations("wasDerivedFrom(ex:e, ex:e) wasGeneratedBy(ex:g; ex:e, -, -)")
    assert [item.text for item in violation.evidence] == [
        "wasDerivedFrom(ex:e, ex:e)",
        "wasGeneratedBy(ex:g; ex:e)",
    ]


def test_specialization_orders_over_an_entity_without_generation() -> None:
    (violation,) = violations(
        "wasGeneratedBy(ex:a, -, -) wasGeneratedBy(ex:c, -, -) wasDerivedFrom(ex:a, ex:c)"
        " specializationOf(ex:b, ex:a) specializationOf(ex:c, ex:b)"
    )
    assert [step.rule.id for step in violation.cycle] == ["42", "45", "45"]


def test_the_shortest_cycle_of_a_component_is_told() -> None:
    ring = " ".join(f"entity(ex:r{n}) wasDerivedFrom(ex:r{n}, ex:r{(n + 1) % 9})" for n in range(9))
    (violation,) = violations(ring)
    assert len(violation.cycle) == 9
    (violation,) = violations(ring + " wasDerivedFrom(ex:r6, ex:r4)")
    assert line(violation.cycle) == (
        "generation of ex:r5 < generation of ex:r4 (42)"
        " < generation of ex:r6 (42) < generation of ex:r5 (42)"
    )


def test_each_tangle_is_a_violation_of_its_own() -> None:
    found = violations(
        LATER
        + " wasDerivedFrom(ex:e, ex:e2) entity(ex:f) wasDerivedFrom(ex:f, ex:f) wasDerivedFrom(ex:f, ex:e)"
    )
    assert [len(violation.cycle) for violation in found] == [2, 1]


def test_the_report_names_statements_and_how_to_mend() -> None:
    (violation,) = violations(
        LATER + " wasStartedBy(ex:a, ex:e2, -, -) wasGeneratedBy(ex:g; ex:e, ex:a, -)"
    )
    assert (
        violation.message == "The generation of ex:e2 would come before itself, by way of 2 other events."
    )
    assert line(violation.cycle) == (
        "generation ex:g of ex:e < generation of ex:e2 (42)"
        " ≤ start of ex:a (43) ≤ generation ex:g of ex:e (34)"
    )
    assert "wasDerivedFrom(ex:e2, ex:e)" in violation.mend
    assert {item.text for item in violation.evidence} >= {
        "wasDerivedFrom(ex:e2, ex:e)",
        "wasStartedBy(ex:a, ex:e2, -, -)",
        "wasGeneratedBy(ex:g; ex:e, ex:a, -)",
    }


def test_something_derived_from_itself() -> None:
    (violation,) = violations("entity(ex:e) wasDerivedFrom(ex:e, ex:e)")
    assert violation.message == "ex:e is derived from itself, so its generation would come before itself."
    assert violation.mend.startswith("Remove wasDerivedFrom(ex:e, ex:e), or derive from an earlier version")


def test_a_long_cycle_is_told_whole_and_its_names_are_shortened() -> None:
    (violation,) = violations(
        " ".join(f"entity(ex:r{n}) wasDerivedFrom(ex:r{n}, ex:r{(n + 1) % 500})" for n in range(500))
    )
    assert len(violation.cycle) == 500
    names = violation.message.partition(": ")[2].removesuffix(".").split(", ")
    assert violation.message.startswith("500 entities are derived from each other in a circle: ex:r")
    assert (len(names), names[-2]) == (7, "...")
    assert violation.mend.endswith("or one of 497 other statements along the cycle.")


# Against a slow closure that draws every pair of events by itself


NAMES = [NamedNode(EX + name) for name in ("x", "y", "z", "v")]
names = st.sampled_from(NAMES)


def usage(activity: NamedNode, entity: NamedNode) -> NamedNode:
    """One id for one usage, as constraint 23 wants it."""
    return NamedNode(f"{activity.value}-{entity.value.rpartition('/')[2]}")


def kinds(*kinds: str) -> st.SearchStrategy[str]:
    return st.sampled_from(kinds)


ASSERTIONS = st.one_of(
    st.builds(lambda a: Assertion("entity", a), names),
    st.builds(lambda a: Assertion("activity", a, (None, None)), names),
    st.builds(
        lambda kind, a, b: Assertion(kind, None, (a, b, None)),
        kinds("wasGeneratedBy", "wasInvalidatedBy", "wasAssociatedWith", "actedOnBehalfOf"),
        names,
        names,
    ),
    st.builds(lambda a, b: Assertion("used", usage(a, b), (a, b, None)), names, names),
    st.builds(
        lambda kind, a, b: Assertion(kind, None, (a, b, None, None)),
        kinds("wasStartedBy", "wasEndedBy"),
        names,
        names,
    ),
    st.builds(
        lambda kind, a, b: Assertion(kind, None, (a, b)),
        kinds("wasInformedBy", "wasAttributedTo", "specializationOf"),
        names,
        names,
    ),
    st.builds(lambda a, b: Assertion("wasDerivedFrom", None, (a, b, None, None, None)), names, names),
    st.builds(
        lambda a, b, c: Assertion("wasDerivedFrom", None, (a, b, c, None, usage(c, b))), names, names, names
    ),
)


def slow(instance: Instance) -> bool:
    """Whether some event comes strictly before itself, by the definitions one by one."""
    rows = {kind: [row.args for row in found] for kind, found in instance.rows.items()}

    def args(kind: str) -> list[tuple[int, ...]]:
        return rows.get(kind, [])

    special = set(args("specializationOf"))
    while new := {(a, d) for (a, b), (c, d) in product(special, special) if b == c} - special:
        special |= new
    entities = {row.id for row in instance.rows.get("entity", [])}
    # Entities by constraint 50, of the relations in which that can matter.
    entities |= {entity for pair in special for entity in pair}
    entities |= {entity for derivation in args("wasDerivedFrom") for entity in derivation[:2]}
    entities |= {start[1] for start in args("wasStartedBy")}
    activities = {row.id for row in instance.rows.get("activity", [])}
    # (kind, of, distinguishing what simultaneous events there are)
    generations = [("g", e, n) for n, (e, *_) in enumerate(args("wasGeneratedBy"))]
    generations += [("g", e, -1) for e in entities] + [("g", e, -2) for e, _ in args("wasAttributedTo")]
    invalidations = [("i", e, n) for n, (e, *_) in enumerate(args("wasInvalidatedBy"))]
    invalidations += [("i", e, -1) for e in entities]
    starts = [("s", a, n) for n, (a, *_) in enumerate(args("wasStartedBy"))]
    starts += [("s", a, -1) for a in activities]
    ends = [("e", a, n) for n, (a, *_) in enumerate(args("wasEndedBy"))] + [
        ("e", a, -1) for a in activities
    ]
    uses = [(("u", row.id, 0), row.args[0], row.args[1]) for row in instance.rows.get("used", [])]

    before: set[tuple[tuple[str, int, int], tuple[str, int, int]]] = set()
    strict: set[tuple[tuple[str, int, int], tuple[str, int, int]]] = set()

    def all_of(events: list[tuple[str, int, int]], of: int) -> list[tuple[str, int, int]]:
        return [event for event in events if event[1] == of]

    def order(
        first: list[tuple[str, int, int]], a: int, second: list[tuple[str, int, int]], b: int
    ) -> None:
        before.update(product(all_of(first, a), all_of(second, b)))

    for term in {event[1] for event in (*generations, *invalidations, *starts, *ends)}:
        order(starts, term, ends, term)  # 30
        order(starts, term, starts, term)  # 31
        order(ends, term, ends, term)  # 32
        order(generations, term, invalidations, term)  # 36
        order(generations, term, generations, term)  # 39
        order(invalidations, term, invalidations, term)  # 40
    for use, a, e in uses:
        before.update((event, use) for event in all_of(starts, a))  # 33
        before.update((use, event) for event in all_of(ends, a))
        before.update((event, use) for event in all_of(generations, e))  # 37
        before.update((use, event) for event in all_of(invalidations, e))  # 38
    for n, (e, a, _) in enumerate(args("wasGeneratedBy")):  # 34
        before.update((event, ("g", e, n)) for event in all_of(starts, a))
        before.update((("g", e, n), event) for event in all_of(ends, a))
    for informed, informant in args("wasInformedBy"):  # 35
        order(starts, informant, ends, informed)
    for e2, e1, a, _, u in args("wasDerivedFrom"):
        if a:  # 41
            before.update(
                (use, event) for use, _, _ in uses if use[1] == u for event in all_of(generations, e2)
            )
        strict.update(product(all_of(generations, e1), all_of(generations, e2)))  # 42
    for kind, letter in (("wasStartedBy", "s"), ("wasEndedBy", "e")):  # 43, 44
        for n, (a, e, *_) in enumerate(args(kind)):
            before.update((event, (letter, a, n)) for event in all_of(generations, e))
            before.update(((letter, a, n), event) for event in all_of(invalidations, e))
    for specific, general in special:
        order(generations, general, generations, specific)  # 45
        order(invalidations, specific, invalidations, general)  # 46
    for a, agent, _ in args("wasAssociatedWith"):  # 47
        order(starts, a, invalidations, agent)
        order(generations, agent, ends, a)
        order(starts, a, ends, agent)
        order(starts, agent, ends, a)
    for e, agent in args("wasAttributedTo"):  # 48
        order(generations, agent, generations, e)
        order(starts, agent, generations, e)
    for delegate, responsible, _ in args("actedOnBehalfOf"):  # 49
        order(generations, responsible, invalidations, delegate)
        order(starts, responsible, ends, delegate)
    before |= strict
    events = {event for pair in before for event in pair}
    for middle in events:
        into = [a for a in events if (a, middle) in before]
        out = [b for b in events if (middle, b) in before]
        before.update(product(into, out))
    return any(a == b or (b, a) in before for a, b in strict)


@settings(max_examples=300)
@given(st.lists(ASSERTIONS, max_size=14))
def test_the_verdict_is_that_of_a_slow_closure(assertions: list[Assertion]) -> None:
    instance = Instance(assertions, {"ex": EX})
    found = list(check(instance))
    assert bool(found) == slow(instance)
    for violation in found:
        assert rules(violation) <= BREAKABLE
        after = [step.after.text for step in violation.cycle]
        assert [step.before.text for step in violation.cycle] == [after[-1], *after[:-1]]


@settings(max_examples=100)
@given(st.lists(ASSERTIONS, max_size=14))
def test_no_strict_cycle_is_shorter_than_the_one_told(assertions: list[Assertion]) -> None:
    graph = EventGraph(Instance(assertions))
    component = components(graph)
    for edge in range(len(graph.sources)):
        assert component[graph.sources[edge]] >= component[graph.targets[edge]]
    for cycle in shortest_cycles(graph, component):
        home = component[graph.sources[cycle[0]]]
        lengths = [
            1 + distance(graph, graph.targets[edge], graph.sources[edge])
            for edge, rule in enumerate(graph.rules)
            if rule == 42 and component[graph.sources[edge]] == component[graph.targets[edge]] == home
        ]
        assert len(cycle) == min(lengths)
        for edge, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            assert graph.targets[edge] == graph.sources[following]


def distance(graph: EventGraph, start: int, goal: int) -> int:
    reached, steps = {start}, 0
    while goal not in reached:
        reached |= {graph.targets[edge] for node in reached for edge in graph.leaving(node)}
        steps += 1
    return steps

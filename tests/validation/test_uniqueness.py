"""How clashes are told."""

from __future__ import annotations

from tests.validation.said import report

T1, T2 = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def told(text: str) -> tuple[str, str]:
    (violation,) = report(text).violations
    return violation.message, violation.mend


def test_two_times_of_an_activity() -> None:
    assert told(f"activity(ex:a, {T1}, -) activity(ex:a, {T2}, -)") == (
        f"ex:a is described twice: the start time is {T1} in one and {T2} in the other.",
        "Give ex:a the same start time in both statements.",
    )


def test_two_relations_with_one_identifier() -> None:
    message, mend = told(f"used(ex:u; ex:a, ex:e, {T1}) used(ex:u; ex:a, ex:f, {T2})")
    assert message == (
        "ex:u identifies two usages: the entity is ex:e in one and ex:f in the other; "
        f"the time is {T1} in one and {T2} in the other."
    )
    assert mend == (
        "Give one of the usages another identifier than ex:u, or both the same entity and the same time."
    )


def test_two_statements_of_one_generation() -> None:
    text = f"wasGeneratedBy(ex:e, ex:a, {T1}) wasGeneratedBy(ex:e, ex:a, {T2})"
    assert told(text) == (
        "There are two statements of the generation of ex:e by ex:a: "
        f"the time is {T1} in one and {T2} in the other.",
        "Remove one of the two statements of the generation of ex:e by ex:a, or give them the same time.",
    )
    (violation,) = report(text).violations
    assert [equation.rule.id for equation in violation.equations] == ["24", "23"]


def test_a_generation_with_two_identifiers() -> None:
    assert told("wasGeneratedBy(ex:g; ex:e, ex:a, -) wasGeneratedBy(ex:h; ex:e, ex:a, -)") == (
        "ex:a generates ex:e twice, as ex:g and as ex:h.",
        "Remove one of the two generations of ex:e by ex:a, give them the same identifier if they are one, "
        "or name another activity for one of them.",
    )


def test_two_generations_at_different_times_need_more_than_one_identifier() -> None:
    _, mend = told(f"wasGeneratedBy(ex:g; ex:e, ex:a, {T1}) wasGeneratedBy(ex:h; ex:e, ex:a, {T2})")
    assert mend == (
        "Remove one of the two generations of ex:e by ex:a, give them the same identifier and the same "
        "time if they are one, or name another activity for one of them."
    )


def test_an_activity_that_starts_twice_tells_of_both_starts() -> None:
    (violation,) = report(
        f"activity(ex:a) wasStartedBy(ex:a, -, ex:b, {T1}) wasStartedBy(ex:a, -, ex:c, {T2})"
    ).violations
    assert violation.message == f"ex:a starts at {T1} by one statement and at {T2} by another."
    assert {evidence.text for evidence in violation.evidence} == {
        "activity(ex:a)",
        f"wasStartedBy(ex:a, -, ex:b, {T1})",
        f"wasStartedBy(ex:a, -, ex:c, {T2})",
    }


def test_what_is_none_is_called_none() -> None:
    message, _ = told(
        "wasAssociatedWith(ex:x; ex:a, ex:bob, -) wasAssociatedWith(ex:x; ex:a, ex:bob, ex:plan)"
    )
    assert message == "ex:x identifies two associations: the plan is none in one and ex:plan in the other."


def test_a_mention_of_two() -> None:
    message, mend = told("mentionOf(ex:f, ex:e, ex:b) mentionOf(ex:f, ex:e, ex:c)")
    assert message == "ex:f mentions two entities: the bundle is ex:b in one and ex:c in the other."
    assert mend == "Keep one of the two mentions by ex:f."

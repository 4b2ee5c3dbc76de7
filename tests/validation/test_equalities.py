"""Classes of terms, and why two terms are the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whence.validation.equalities import Equalities, Reason


def join(terms: Equalities, left: int, right: int, rule: str = "23") -> None:
    if terms.find(left) != terms.find(right):
        terms.union(left, right, Reason(rule, ()), terms.find(left))


def test_a_class_is_stood_for_by_the_term_to_keep() -> None:
    terms = Equalities()
    lost = terms.union(1, 2, Reason("24", ()), 2)
    assert lost == 1
    assert terms.find(1) == terms.find(2) == 2
    assert terms.find(3) == 3


def test_why_tells_the_steps_in_order() -> None:
    terms = Equalities()
    join(terms, 1, 2, "22")
    join(terms, 3, 4, "28")
    join(terms, 2, 3, "23")
    assert [(step.left, step.right, step.reason.rule) for step in terms.why(1, 4)] == [
        (1, 2, "22"),
        (2, 3, "23"),
        (3, 4, "28"),
    ]
    assert [(step.left, step.right) for step in terms.why(4, 2)] == [(4, 3), (3, 2)]


def test_nothing_tells_why_different_terms_are_the_same() -> None:
    terms = Equalities()
    join(terms, 1, 2)
    assert terms.why(1, 3) == []
    assert terms.why(1, 1) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_steps_lead_from_one_term_to_the_other_by_what_was_joined(pairs: list[tuple[int, int]]) -> None:
    terms = Equalities()
    for left, right in pairs:
        join(terms, left, right)
    said = {frozenset(pair) for pair in pairs}
    for left in range(10):
        for right in range(10):
            steps = terms.why(left, right)
            if terms.find(left) != terms.find(right):
                assert steps == []
                continue
            places = [left]
            for step in steps:
                assert frozenset((step.left, step.right)) in said
                assert step.left == places[-1]
                places.append(step.right)
            assert places[-1] == right
            assert len(set(places)) == len(places)

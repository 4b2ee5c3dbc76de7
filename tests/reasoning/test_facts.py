"""Terms get numbers and give them back; columns never change under those who look at them."""

import numpy as np
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.reasoning.facts import Relation, Terms
from whence.reasoning.spellings import Node

A, B, TEXT, BLANK = NamedNode("urn:a"), NamedNode("urn:b"), Literal("text"), BlankNode("b")
ALL: list[Node] = [A, TEXT, BLANK, B]


def kept(*given: Node) -> Terms:
    """Terms as they come back from a file."""
    made = Terms()
    made.numbers(given)
    return Terms(made.spellings())


@pytest.mark.parametrize("terms", [Terms(), kept(A), kept(A, TEXT), kept(*ALL)], ids=len)
def test_numbers_follow_first_use_wherever_terms_are_kept(terms: Terms) -> None:
    assert [terms.number(term) for term in ALL] == [0, 1, 2, 3]
    assert terms.numbers([B, A, B]).tolist() == [3, 0, 3]
    assert terms.terms(np.array([3, 2, 1, 0])) == ALL[::-1]
    assert [terms.term(number) for number in range(4)] == ALL
    assert terms.are_literals(np.array([0, 1, 2, 3])).tolist() == [False, True, False, False]
    assert len(terms) == 4


@pytest.mark.parametrize("terms", [Terms(), kept(A)], ids=len)
def test_looking_for_a_term_gives_it_no_number(terms: Terms) -> None:
    known = len(terms)
    assert terms.find(B) is None
    assert len(terms) == known
    assert terms.find(B) is None
    assert terms.number(B) == terms.find(B) == known


def test_many_terms_some_new_some_twice() -> None:
    terms = kept(A)
    assert terms.numbers([B, TEXT, B, A]).tolist() == [1, 2, 1, 0]
    assert terms.numbers([]).tolist() == []


def test_only_some_terms_stay_in_order() -> None:
    some = kept(*ALL).spellings().only(np.array([True, False, False, True]))
    assert [Terms(some).term(number) for number in range(len(some))] == [A, B]
    assert [Terms(some).find(term) for term in ALL] == [0, None, None, 1]
    assert some.extended([TEXT]).find(b'"text"') == 2


def test_a_relation_leaves_the_columns_it_was_given_alone() -> None:
    given = np.array([1 << 32 | 2, 3 << 32 | 1], np.int64)
    given.flags.writeable = False
    relation = Relation(given)
    more = np.array([2 << 32 | 2], np.int64)
    assert relation.turned.tolist() == [1 << 32 | 3, 2 << 32 | 1]
    relation.add(more)
    assert relation.has(more).all()
    assert relation.turned.tolist() == [1 << 32 | 3, 2 << 32 | 1, 2 << 32 | 2]
    relation.remove(given)
    assert relation.pairs.tolist() == more.tolist()
    assert given.tolist() == [1 << 32 | 2, 3 << 32 | 1]

"""An evaluator that goes on from kept columns is as good as the one that made them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from whence.reasoning.evaluate import Evaluator
from whence.reasoning.facts import Columns, Terms
from whence.reasoning.rules import Atom, Rule, RuleSet, Var
from whence.reasoning.spellings import Node

X, Y, Z = Var("x"), Var("y"), Var("z")
PART, WITHIN, INSIDE = (NamedNode(f"urn:{name}") for name in ("part", "within", "inside"))
NODES = [NamedNode(f"urn:n{number}") for number in range(5)]


def rule(name: str, body: list[Atom], head: Atom, *, transitive: bool = False) -> Rule:
    return Rule(name, name, name, "", tuple(body), (head,), transitive=transitive)


RULES = RuleSet(
    "test",
    (
        rule("subproperty", [Atom(X, PART, Y)], Atom(X, WITHIN, Y)),
        rule("inverse", [Atom(X, INSIDE, Y)], Atom(Y, PART, X)),
        rule(
            "transitive",
            [Atom(X, WITHIN, Y), Atom(Y, WITHIN, Z, "base")],
            Atom(X, WITHIN, Z),
            transitive=True,
        ),
        rule("axiom", [], Atom(NODES[0], WITHIN, NODES[1])),
    ),
    (),
    "",
)

Fact = tuple[NamedNode, NamedNode, NamedNode]
facts = st.tuples(st.sampled_from(NODES), st.sampled_from([PART, WITHIN, INSIDE]), st.sampled_from(NODES))
some_facts = st.sets(facts, max_size=6)


def columns(given: set[Fact], terms: Terms) -> Columns:
    found: dict[int, list[int]] = {}
    for subject, predicate, object_ in given:
        pair = terms.number(subject) << 32 | terms.number(object_)
        found.setdefault(terms.number(predicate), []).append(pair)
    return {predicate: np.array(pairs, np.int64) for predicate, pairs in found.items()}


def decoded(found: Columns, terms: Terms) -> set[tuple[Node, ...]]:
    return {
        (terms.term(pair >> 32), terms.term(predicate), terms.term(pair & 0xFFFFFFFF))
        for predicate, pairs in found.items()
        for pair in pairs.tolist()
    }


def closed(asserted: set[Fact]) -> Evaluator:
    evaluator = Evaluator(RULES, Terms())
    evaluator.add(columns(asserted, evaluator.terms))
    return evaluator


def frozen(given: Columns) -> Columns:
    for pairs in given.values():
        pairs.flags.writeable = False
    return given


@given(some_facts, st.lists(st.tuples(st.booleans(), some_facts), max_size=4))
@settings(deadline=None, max_examples=150)
def test_changes_after_resuming_end_where_a_full_run_ends(
    asserted: set[Fact], changes: list[tuple[bool, set[Fact]]]
) -> None:
    first = closed(asserted)
    evaluator = Evaluator(RULES, first.terms)
    evaluator.resume(frozen(first.asserted.columns()), frozen(first.facts.columns()))
    for adding, facts in changes:
        asserted = asserted | facts if adding else asserted - facts
        batch = columns(facts, evaluator.terms)
        _ = evaluator.add(batch) if adding else evaluator.remove(batch)
    full = closed(asserted)
    assert decoded(evaluator.facts.columns(), evaluator.terms) == decoded(full.facts.columns(), full.terms)


def test_a_walk_may_take_its_last_step_over_what_an_ontology_states() -> None:
    evaluator = closed({(NODES[2], WITHIN, NODES[0])})
    assert (NODES[2], WITHIN, NODES[1]) in decoded(evaluator.facts.columns(), evaluator.terms)

"""The evaluator closes facts as the rules say, and stays equal to a full run after any change."""

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from whence.reasoning.evaluate import Evaluator
from whence.reasoning.facts import Columns, Terms
from whence.reasoning.rules import Atom, Rule, RuleSet, Skolem, Term, Var, skolem_iri

X, Y, Z, A = Var("x"), Var("y"), Var("z"), Var("a")
P, Q, R, S, TYPE = (NamedNode(f"urn:{name}") for name in "pqrst")
C, D = NamedNode("urn:C"), NamedNode("urn:D")
Fact = tuple[Term, NamedNode, Term]


def rule(name: str, body: list[Atom], head: list[Atom], **more: object) -> Rule:
    return Rule(name, name, name, "", tuple(body), tuple(head), **more)  # type: ignore[arg-type]


RULES = RuleSet(
    "test",
    (
        rule("subproperty", [Atom(X, P, Y)], [Atom(X, Q, Y)]),
        rule("inverse", [Atom(X, Q, Y)], [Atom(Y, R, X)]),
        rule("domain", [Atom(X, P, Y)], [Atom(X, TYPE, C)]),
        rule("subclass", [Atom(X, TYPE, C)], [Atom(X, TYPE, D)]),
        rule("chain", [Atom(X, P, Y), Atom(Y, R, Z)], [Atom(X, S, Z)]),
        rule("transitive", [Atom(X, Q, Y), Atom(Y, Q, Z, "base")], [Atom(X, Q, Z)], transitive=True),
        rule("loop", [Atom(X, S, X), Atom(X, TYPE, D)], [Atom(X, TYPE, NamedNode("urn:Loop"))]),
        rule(
            "siblings",
            [Atom(X, P, Z), Atom(Y, P, Z)],
            [Atom(X, TYPE, NamedNode("urn:Twin"))],
            distinct=((X, Y),),
        ),
        rule("some", [Atom(X, P, Y, "asserted")], [Atom(A, S, X)], skolem=(Skolem(A, "some", (X, Y)),)),
        rule("axiom", [], [Atom(C, TYPE, D)]),
    ),
    (),
    "",
)


def naive(asserted: set[Fact]) -> set[Fact]:
    """The closure, a fact at a time, as the docstrings of the rule form say it."""
    facts, base = set(asserted), set(asserted)
    while True:
        before = len(facts), len(base)
        for each in RULES.rules:
            for bindings in list(
                matches(each.body, {"all": facts, "asserted": asserted, "base": base}, {})
            ):
                if any(bindings[left] == bindings[right] for left, right in each.distinct):
                    continue
                for made in each.skolem:
                    bindings[made.variable] = skolem_iri(made.label, [bindings[v] for v in made.arguments])  # type: ignore[misc]
                for atom in each.head:
                    fact = (value(atom.subject, bindings), atom.predicate, value(atom.object, bindings))
                    if not isinstance(fact[0], Literal):
                        facts.add(fact)
                        if not each.transitive:
                            base.add(fact)
        if (len(facts), len(base)) == before:
            return facts


def value(end: Term, bindings: dict[Var, Term]) -> Term:
    return bindings[end] if isinstance(end, Var) else end


def matches(
    body: Iterable[Atom], facts: dict[str, set[Fact]], bindings: dict[Var, Term]
) -> Iterator[dict[Var, Term]]:
    first, *rest = body if body else (None,)
    if first is None:
        yield dict(bindings)
        return
    for subject, predicate, object_ in list(facts[first.scope]):
        found = dict(bindings)
        if predicate == first.predicate and all(
            (found.setdefault(end, term) if isinstance(end, Var) else end) == term
            for end, term in ((first.subject, subject), (first.object, object_))
        ):
            yield from matches(rest, facts, found)


def columns(facts: Iterable[Fact], terms: Terms) -> Columns:
    found: dict[int, list[int]] = {}
    for s, p, o in facts:
        pair = (terms.number(s) << 32) | terms.number(o)  # type: ignore[arg-type]
        found.setdefault(terms.number(p), []).append(pair)
    return {predicate: np.array(pairs, np.int64) for predicate, pairs in found.items()}


def decoded(found: Columns, terms: Terms) -> set[Fact]:
    return {
        (terms.term(int(pair) >> 32), terms.term(predicate), terms.term(int(pair) & 0xFFFFFFFF))  # type: ignore[misc]
        for predicate, pairs in found.items()
        for pair in pairs
    }


OBJECTS: list[Term] = [*(NamedNode(f"urn:n{number}") for number in range(4)), Literal("text")]
NODES = [NamedNode(f"urn:n{number}") for number in range(4)]
FACTS: list[Fact] = [
    *product(NODES, (P, Q, R), OBJECTS),
    *product(NODES, (TYPE,), (C, D)),
]
some_facts = st.sets(st.sampled_from(FACTS), max_size=8)


@given(some_facts)
@settings(deadline=None, max_examples=60)
def test_the_closure_is_what_the_rules_say(asserted: set[Fact]) -> None:
    evaluator = Evaluator(RULES, Terms())
    added = evaluator.add(columns(asserted, evaluator.terms))
    assert decoded(evaluator.facts.columns(), evaluator.terms) == naive(asserted)
    assert decoded(added, evaluator.terms) == naive(asserted)


@given(st.lists(st.tuples(st.booleans(), some_facts), max_size=6))
@settings(deadline=None, max_examples=60)
def test_any_changes_end_where_a_full_run_ends(changes: list[tuple[bool, set[Fact]]]) -> None:
    evaluator = Evaluator(RULES, Terms())
    evaluator.add({})
    asserted: set[Fact] = set()
    reported = naive(set())
    for adding, facts in changes:
        batch = columns(facts, evaluator.terms)
        if adding:
            asserted |= facts
            reported |= decoded(evaluator.add(batch), evaluator.terms)
        else:
            asserted -= facts
            lost, kept = evaluator.remove(batch)
            reported -= decoded(lost, evaluator.terms)
            assert decoded(kept, evaluator.terms) <= naive(asserted) - asserted
        assert decoded(evaluator.facts.columns(), evaluator.terms) == naive(asserted)
        assert reported == naive(asserted)


def test_a_long_chain_closes_quickly_and_fully() -> None:
    chain: set[Fact] = {(NamedNode(f"urn:{n}"), Q, NamedNode(f"urn:{n + 1}")) for n in range(200)}
    evaluator = Evaluator(RULES, Terms())
    evaluator.add(columns(chain, evaluator.terms))
    q = evaluator.terms.number(Q)
    assert len(evaluator.facts.relation(q)) == 200 * 201 // 2

"""Rules run as SPARQL updates conclude what the evaluator over columns does, after any change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from whence.ontology.namespaces import WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.reasoning.evaluate import Evaluator, Interrupted
from whence.reasoning.facts import Terms
from whence.reasoning.rules import Atom, Rule, RuleSet, Skolem, Term, Var
from whence.reasoning.sparql_evaluator import Change, SparqlEvaluator
from whence.store.backend import Backend, Graph
from whence.store.embedded import EmbeddedBackend

X, Y, Z, A = Var("x"), Var("y"), Var("z"), Var("a")
P, Q, R, S, TYPE = (NamedNode(f"urn:{name}") for name in "pqrst")
C, D, TWIN, LOOP = (NamedNode(f"urn:{name}") for name in ("C", "D", "Twin", "Loop"))
NODES = [NamedNode(f"urn:n{number}") for number in range(4)]
RUN, OTHER, UNNAMED = NamedNode("urn:run:1"), NamedNode("urn:run:2"), DefaultGraph()


def rule(name: str, body: list[Atom], head: list[Atom], **more: object) -> Rule:
    return Rule(name, name, name, "", tuple(body), tuple(head), **more)  # type: ignore[arg-type]  # given by name


RULES = RuleSet(
    "test",
    (
        rule("subproperty", [Atom(X, P, Y)], [Atom(X, Q, Y)]),
        rule("another subproperty", [Atom(X, R, Y)], [Atom(X, Q, Y)]),
        rule("inverse", [Atom(X, Q, Y)], [Atom(Y, R, X)]),
        rule("domain", [Atom(X, P, Y)], [Atom(X, TYPE, C)]),
        rule("another domain", [Atom(X, S, Y)], [Atom(X, TYPE, D)]),
        rule("range", [Atom(X, P, Y)], [Atom(Y, TYPE, C)]),
        rule("subclass", [Atom(X, TYPE, C)], [Atom(X, TYPE, D)]),
        rule("value", [Atom(X, TYPE, TWIN)], [Atom(X, P, Literal("text"))]),
        rule("chain", [Atom(X, P, Y), Atom(Y, R, Z)], [Atom(X, S, Z), Atom(Z, TYPE, D)]),
        rule("transitive", [Atom(X, Q, Y), Atom(Y, Q, Z, "base")], [Atom(X, Q, Z)], transitive=True),
        rule("loop", [Atom(X, S, X), Atom(X, TYPE, D)], [Atom(X, TYPE, LOOP)]),
        rule("twins", [Atom(X, P, Z), Atom(Y, P, Z)], [Atom(X, TYPE, TWIN)], distinct=((X, Y),)),
        rule(
            "some",
            [Atom(X, P, Y, "asserted")],
            [Atom(A, S, X), Atom(X, R, A)],
            skolem=(Skolem(A, "some", (X, Y)),),
        ),
        rule("only if", [Atom(X, TYPE, C, "asserted"), Atom(X, Q, Y)], [Atom(Y, TYPE, C)]),
        rule("axiom", [], [Atom(C, TYPE, D)]),
        rule("at query time", [Atom(X, Q, Y)], [Atom(X, TYPE, LOOP)], at_query_time=True),
    ),
    (),
    "",
)
OBJECTS: list[Term] = [*NODES, Literal("text"), Literal("7", datatype=NamedNode("urn:kind"))]
FACTS = [
    Triple(*terms) for terms in (*product(NODES, (P, Q, R), OBJECTS), *product(NODES, (TYPE,), (C, D)))
]  # type: ignore[arg-type]  # terms of triples
some_facts = st.sets(st.sampled_from(FACTS), max_size=6)
placed = st.dictionaries(st.sampled_from(FACTS), st.sampled_from([RUN, OTHER, UNNAMED]), max_size=6)


def memory(quads: Iterable[Quad] = ()) -> EmbeddedBackend:
    backend = EmbeddedBackend.open(":memory:")
    backend.write(quads)
    return backend


def inferred(backend: Backend) -> set[Triple]:
    return {quad.triple for quad in backend.quads(graph=WHENCE_INFERRED)}


def follows(asserted: Iterable[Triple], rules: RuleSet = RULES) -> set[Triple]:
    """What the evaluator over columns concludes, without what was asserted."""
    terms = Terms()
    evaluator = Evaluator(rules, terms)
    given = set(asserted)
    columns: dict[int, list[int]] = {}
    for s, p, o in given:
        columns.setdefault(terms.number(p), []).append((terms.number(s) << 32) | terms.number(o))  # type: ignore[arg-type]  # no triple terms
    evaluator.add({number: np.array(pairs, np.int64) for number, pairs in columns.items()})
    closed = {
        Triple(terms.term(int(pair) >> 32), terms.term(predicate), terms.term(int(pair) & 0xFFFFFFFF))  # type: ignore[arg-type]  # as they went in
        for predicate, pairs in evaluator.facts.columns().items()
        for pair in pairs
    }
    return closed - given


def quads(triples: Iterable[Triple], graph: Graph = RUN) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object, graph) for t in triples]


@given(placed)
@settings(deadline=None, max_examples=50)
def test_a_full_run_infers_what_follows(facts: dict[Triple, Graph]) -> None:
    backend = memory(quad for triple, graph in facts.items() for quad in quads([triple], graph))
    change = SparqlEvaluator(backend, RULES).infer()
    assert inferred(backend) == follows(facts)
    assert change == Change(len(follows(facts)), 0)


@given(some_facts, st.lists(st.tuples(st.booleans(), some_facts), max_size=5))
@settings(deadline=None, max_examples=50)
def test_any_changes_end_where_a_full_run_ends(
    start: set[Triple], changes: list[tuple[bool, set[Triple]]]
) -> None:
    backend, asserted = memory(quads(start)), set(start)
    evaluator = SparqlEvaluator(backend, RULES)
    evaluator.infer()
    for adding, facts in changes:
        before = inferred(backend)
        if adding:
            backend.write(quads(facts))
            asserted |= facts
            change = evaluator.add(quads(facts))
        else:
            for quad in quads(facts):
                backend.engine.remove(quad)
            asserted -= facts
            change = evaluator.remove(quads(facts))
        after = inferred(backend)
        assert after == follows(asserted)
        assert change == (len(after - before), len(before - after))
        assert set(backend.engine.named_graphs()) <= {RUN, WHENCE_INFERRED}

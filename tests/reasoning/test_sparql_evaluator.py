"""Rules run as SPARQL updates conclude what the evaluator over columns does, after any change."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from whence.ontology.namespaces import WHENCE, WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.reasoning.evaluate import Evaluator, Interrupted
from whence.reasoning.facts import Terms
from whence.reasoning.rules import Atom, Rule, RuleSet, Skolem, Var
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
OBJECTS: list[NamedNode | Literal] = [*NODES, Literal("text"), Literal("7", datatype=NamedNode("urn:kind"))]
FACTS = [
    Triple(*terms) for terms in (*product(NODES, (P, Q, R), OBJECTS), *product(NODES, (TYPE,), (C, D)))
]
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
        columns.setdefault(terms.number(p), []).append((terms.number(s) << 32) | terms.number(o))
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
@settings(max_examples=settings().max_examples // 5)
def test_a_full_run_infers_what_follows(facts: dict[Triple, Graph]) -> None:
    backend = memory(quad for triple, graph in facts.items() for quad in quads([triple], graph))
    change = SparqlEvaluator(backend, RULES).infer()
    assert inferred(backend) == follows(facts)
    assert change == Change(len(follows(facts)), 0)


@given(some_facts, st.lists(st.tuples(st.booleans(), some_facts), max_size=5))
@settings(max_examples=settings().max_examples // 5)
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


def test_what_is_asserted_in_place_of_an_inference_leaves_the_inferred_graph() -> None:
    first, told = Triple(NODES[0], P, NODES[1]), Triple(NODES[0], Q, NODES[1])
    backend = memory(quads([first]))
    evaluator = SparqlEvaluator(backend, RULES)
    evaluator.infer()
    assert told in inferred(backend)
    backend.write(quads([told], OTHER))
    assert evaluator.add(quads([told], OTHER)) == Change(0, 1)
    assert inferred(backend) == follows([first, told])


def test_triples_that_did_not_change_may_be_named_as_well() -> None:
    facts = [Triple(NODES[0], P, NODES[1]), Triple(NODES[1], P, NODES[2])]
    backend = memory(quads(facts[:1]))
    evaluator = SparqlEvaluator(backend, RULES)
    evaluator.infer()
    assert evaluator.add(quads(facts)) == Change(0, 0)
    assert evaluator.remove(quads([*facts, *follows(facts[:1])])) == Change(0, 0)
    assert inferred(backend) == follows(facts[:1])


def test_the_catalogue_the_inferred_and_ontologies_are_no_facts() -> None:
    fact = Triple(NODES[0], P, NODES[1])
    system = (WHENCE_CATALOGUE, WHENCE["ontology/mine"], WHENCE_INFERRED)
    backend = memory(quad for graph in system for quad in quads([fact], graph))
    axioms = len(follows([]))
    assert SparqlEvaluator(backend, RULES).infer() == Change(axioms, 1)
    assert inferred(backend) == follows([])


def test_an_interrupted_run_leaves_the_inferred_graph_as_it_was() -> None:
    backend = memory(quads([Triple(NODES[0], P, NODES[1])]))
    rounds: list[tuple[int, int]] = []

    def stop(number: int, found: int) -> bool:
        rounds.append((number, found))
        return number < 2

    with pytest.raises(Interrupted):
        SparqlEvaluator(backend, RULES).infer(stop)
    assert [number for number, _ in rounds] == [1, 2]
    assert set(backend.engine.named_graphs()) == {RUN}


def test_blank_nodes_are_inferred_about_by_a_full_run() -> None:
    backend = memory()
    evaluator = SparqlEvaluator(backend, RULES)
    evaluator.infer()
    told = [Quad(BlankNode(), P, NODES[1], RUN)]
    backend.write(told)
    evaluator.add(told)
    assert Triple(told[0].subject, Q, NODES[1]) in inferred(backend)
    backend.update(f"DROP GRAPH {RUN}")
    evaluator.remove(told)
    assert inferred(backend) == follows([])


@pytest.mark.parametrize("kind", [RUN, UNNAMED])
def test_a_long_chain_closes_fully_wherever_it_is(kind: Graph) -> None:
    chain = [Triple(NamedNode(f"urn:{n}"), Q, NamedNode(f"urn:{n + 1}")) for n in range(12)]
    backend = memory(quads(chain, kind))
    SparqlEvaluator(backend, RULES).infer()
    closed = {
        triple for triple in inferred(backend) if triple.predicate == Q and triple.subject != triple.object
    }
    assert inferred(backend) == follows(chain)
    assert len(closed) >= 12 * 11 // 2


def test_what_no_rule_speaks_of_asks_nothing_of_the_store() -> None:
    backend = memory()
    evaluator = SparqlEvaluator(backend, RuleSet("few", RULES.rules[:1], (), ""))
    backend.close()
    unknown = quads([Triple(NODES[0], S, NODES[1])])
    assert (evaluator.add(unknown), evaluator.remove(unknown)) == (Change(0, 0), Change(0, 0))

"""Things with several names: one stands for all, nothing is lost, and nothing grows with the square."""

from collections.abc import Iterable
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owlrl import OWLRL_Semantics
from pyoxigraph import Literal, RdfFormat, Triple, parse
from rdflib import Graph

from whence.ontology.namespaces import PROV, RDF_TYPE, Namespace
from whence.reasoning import ruleset
from whence.reasoning.compile import compile_tbox
from whence.reasoning.contradictions import Contradiction, contradictions
from whence.reasoning.equality import EqualityEvaluator, evaluator
from whence.reasoning.evaluate import Evaluator, Interrupted
from whence.reasoning.facts import Columns, Facts, Terms
from whence.reasoning.rules import OWL, SAME_AS, RuleSet
from whence.reasoning.tbox import closed, from_rdflib

EX = Namespace("http://example.org/")
Fact = tuple[object, ...]

AXIOMS = """
PREFIX : <http://example.org/> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
:parent a owl:ObjectProperty, owl:FunctionalProperty ; rdfs:subPropertyOf :near .
:badge a owl:DatatypeProperty, owl:InverseFunctionalProperty .
:near a owl:ObjectProperty, owl:TransitiveProperty ; rdfs:domain :Thing .
:twin a owl:ObjectProperty ; rdfs:subPropertyOf owl:sameAs .
:Solo rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :likes ;
    owl:maxQualifiedCardinality "1"^^xsd:nonNegativeInteger ; owl:onClass :Solo ] .
:Chosen owl:equivalentClass [ a owl:Restriction ; owl:onProperty :likes ; owl:hasValue :n0 ] .
:likes a owl:ObjectProperty .
:unlike rdfs:subPropertyOf owl:differentFrom .
"""
NODES = [EX[f"n{number}"] for number in range(5)]
FACTS: list[Fact] = [
    *product(NODES, (EX.parent, EX.near, EX.likes), NODES),
    *product(NODES[1:], (SAME_AS,), NODES),
    *product(NODES[:2], (EX.twin,), NODES),
    *product(NODES, (EX.badge,), (Literal("1"), Literal("2"))),
    *product(NODES, (RDF_TYPE,), (EX.Solo, EX.Chosen)),
]
PREDICATES = {EX.parent, EX.near, EX.likes, EX.badge, RDF_TYPE}
CLASSES = {EX.Thing, EX.Solo, EX.Chosen}
some_facts = st.sets(st.sampled_from(FACTS), max_size=7)


def compiled(turtle: str) -> RuleSet:
    rules, denied = compile_tbox(closed(quad.triple for quad in parse(turtle, format=RdfFormat.TURTLE)))
    return RuleSet("test", tuple(rules), tuple(denied), "")


@cache
def rules() -> RuleSet:
    return compiled(AXIOMS)


def columns(facts: Iterable[Fact], terms: Terms) -> Columns:
    found: dict[int, list[int]] = {}
    for s, p, o in facts:
        pair = (terms.number(s) << 32) | terms.number(o)  # type: ignore[arg-type]
        found.setdefault(terms.number(p), []).append(pair)  # type: ignore[arg-type]
    return {predicate: np.array(pairs, np.int64) for predicate, pairs in found.items()}


def decoded(found: Columns | Facts, terms: Terms) -> set[Fact]:
    columns = found.columns() if isinstance(found, Facts) else found
    return {
        (terms.term(int(pair) >> 32), terms.term(predicate), terms.term(int(pair) & 0xFFFFFFFF))
        for predicate, pairs in columns.items()
        for pair in pairs
    }


def closing(facts: Iterable[Fact], by: RuleSet | None = None) -> EqualityEvaluator:
    made = evaluator(by or rules(), Terms())
    made.add(columns(facts, made.terms))
    return made


def all_of(made: EqualityEvaluator) -> set[Fact]:
    return decoded(made.facts, made.terms)


def by_owlrl(asserted: Iterable[Fact]) -> set[Fact]:
    lines = "\n".join("{} {} {} .".format(*fact) for fact in asserted)
    graph = Graph().parse(data=AXIOMS, format="turtle")
    graph.parse(data=lines, format="nt")
    OWLRL_Semantics(graph, False, False, False).closure()
    return {tuple(map(from_rdflib, triple)) for triple in graph}


@given(some_facts)
@settings(deadline=None, max_examples=60)
def test_it_is_what_owlrl_concludes_told_of_one_name(asserted: set[Fact]) -> None:
    facts, oracle = all_of(closing(asserted)), by_owlrl(asserted)
    same = {s: [o for a, p, o in oracle if a == s and p == SAME_AS] for s in NODES}
    least = {s: min(names, key=str) for s, names in same.items() if names}
    links: dict[object, object] = {s: name for s, name in least.items() if name != s}
    told = {(s, SAME_AS, name) for s, name in links.items()}
    assert told <= facts
    assert {fact for fact in facts - asserted if fact[1] == SAME_AS} <= told

    def renamed(facts: Iterable[Fact]) -> set[Fact]:
        return {
            (links.get(s, s), p, links.get(o, o))
            for s, p, o in facts
            if p in PREDICATES and s in NODES and (p != RDF_TYPE or o in CLASSES)
        }

    assert renamed(facts) == renamed(oracle)
    # What is told of another name than that which stands for all was said so.
    assert {f for f in facts - asserted if f[1] in PREDICATES} <= renamed(facts)


@given(st.lists(st.tuples(st.booleans(), some_facts), max_size=5))
@settings(deadline=None, max_examples=80)
def test_any_changes_end_where_a_full_run_ends(changes: list[tuple[bool, set[Fact]]]) -> None:
    made = closing(())
    asserted: set[Fact] = set()
    mirror = all_of(made)
    for adding, facts in changes:
        batch = columns(facts, made.terms)
        if adding:
            asserted |= facts
            gained = decoded(made.add(batch), made.terms)
            lost = decoded(made.superseded, made.terms)
            assert not gained & mirror and lost <= mirror
            mirror = mirror - lost | gained
        else:
            gone = facts & asserted
            asserted -= facts
            left, kept = (decoded(found, made.terms) for found in made.remove(batch))
            assert left <= mirror and not left & kept and not kept & asserted
            assert gone <= left | kept
            mirror = mirror - left | kept
        assert decoded(made.asserted, made.terms) == asserted
        assert all_of(made) == mirror == all_of(closing(asserted))


@given(some_facts, some_facts)
@settings(deadline=None, max_examples=30)
def test_it_goes_on_from_what_was_kept(before: set[Fact], after: set[Fact]) -> None:
    first = closing(before)
    second = evaluator(rules(), first.terms)
    second.resume(first.asserted.columns(), first.facts.columns())
    assert all_of(second) == all_of(first)
    second.add(columns(after, second.terms))
    assert all_of(second) == all_of(closing(before | after))


def test_the_least_name_stands_for_all_and_the_others_point_to_it() -> None:
    a, b, c, d = (EX[name] for name in "abcd")
    said: set[Fact] = {(c, SAME_AS, b), (b, SAME_AS, a), (c, EX.parent, d)}
    made = closing(said)
    assert all_of(made) - said - all_of(closing(())) == {
        (c, SAME_AS, a),
        (a, EX.parent, d),
        (a, EX.near, d),
        (a, RDF_TYPE, EX.Thing),
    }


def test_without_equality_it_is_the_plain_evaluator() -> None:
    without = compiled(
        "PREFIX : <http://example.org/> :p <http://www.w3.org/2000/01/rdf-schema#domain> :C ."
    )
    made = closing({(EX.n0, EX.p, EX.n1)}, without)
    plain = Evaluator(without, made.terms)
    plain.add(columns({(EX.n0, EX.p, EX.n1)}, made.terms))
    assert made.facts.columns().keys() == plain.facts.columns().keys()
    assert made.facts is made._inner.facts
    assert made.asserted is made._inner.asserted


@pytest.mark.parametrize("size", [100, 400])
def test_many_names_of_one_thing_make_as_many_facts(size: int) -> None:
    made = closing((EX.child, EX.parent, EX[f"{number:04}"]) for number in range(size))
    same = made.facts.relation(made.terms.number(SAME_AS))
    assert len(same) == size - 1
    assert len(made.facts) < 3 * size + 10
    assert len(made._inner.facts) < 3 * size + 10


def test_literals_are_never_the_same() -> None:
    words = compiled(
        "PREFIX : <http://example.org/> PREFIX owl: <http://www.w3.org/2002/07/owl#>"
        " :v a owl:FunctionalProperty . "
    )
    said: set[Fact] = {(EX.n0, EX.v, Literal("1")), (EX.n0, EX.v, Literal("2")), (EX.n0, EX.v, EX.n1)}
    assert all_of(closing(said, words)) == said


def test_all_properties_of_a_key_have_to_agree() -> None:
    words = compiled(
        "PREFIX : <http://example.org/> PREFIX owl: <http://www.w3.org/2002/07/owl#>"
        " :Kit owl:hasKey ( :maker :serial ) . "
    )
    a, b, c = (EX[name] for name in "abc")
    said: set[Fact] = {
        *product((a, b, c), (RDF_TYPE,), (EX.Kit,)),
        *product((a, b, c), (EX.maker,), (EX.acme,)),
        *product((a, b), (EX.serial,), (Literal("7"),)),
        (c, EX.serial, Literal("8")),
    }
    assert all_of(closing(said, words)) - said == {(b, SAME_AS, a)}


def test_words_of_rules_keep_their_names_and_mean_their_equals_too() -> None:
    a_class, prov = EX.Activity, ruleset("prov")
    said: set[Fact] = {(a_class, SAME_AS, PROV.Activity), (EX.run, RDF_TYPE, a_class)}
    found = all_of(closing(said, prov)) - said
    assert (EX.run, RDF_TYPE, PROV.Activity) in found
    assert (EX.run, RDF_TYPE, a_class) not in found


def test_a_property_may_have_two_names() -> None:
    said: set[Fact] = {(EX.within, SAME_AS, EX.near), (EX.a, EX.within, EX.b), (EX.b, EX.near, EX.c)}
    assert (EX.a, EX.near, EX.c) in all_of(closing(said))


def test_it_can_be_stopped() -> None:
    made = evaluator(rules(), Terms())
    with pytest.raises(Interrupted):
        made.add(columns({(EX.a, SAME_AS, EX.b)}, made.terms), lambda _round, _found: False)


# What must not be


def denied(facts: Iterable[Fact], by: RuleSet, limit: int = 100) -> list[Contradiction]:
    return contradictions(closing(facts, by), by, limit)


def test_to_be_entity_and_activity_is_a_contradiction() -> None:
    (found,) = denied({(EX.a, PROV.used, EX.b), (EX.b, PROV.used, EX.c)}, ruleset("prov"))
    assert found.number == "55"
    assert set(found.triples) == {
        Triple(EX.b, RDF_TYPE, PROV.Entity),
        Triple(EX.b, RDF_TYPE, PROV.Activity),
    }
    assert found.spec.startswith("https://www.w3.org/TR/prov-constraints/#")
    assert "(55)" in str(found)


def test_what_holds_together_is_no_contradiction() -> None:
    assert denied({(EX.a, PROV.used, EX.b)}, ruleset("prov")) == []


def test_to_be_different_and_the_same_is_a_contradiction() -> None:
    apart: Fact = (EX.b, OWL.differentFrom, EX.a)
    assert denied({apart}, rules()) == []
    (found,) = denied({apart, (EX.a, SAME_AS, EX.c), (EX.c, SAME_AS, EX.b)}, rules())
    assert found.number == "eq-diff1"


def test_contradictions_are_bounded() -> None:
    facts = {(EX[f"b{number}"], p, EX.x) for number in range(50) for p in (PROV.used, PROV.wasAttributedTo)}
    assert len(denied(facts, ruleset("prov"))) == 50
    assert len(denied(facts, ruleset("prov"), limit=7)) == 7

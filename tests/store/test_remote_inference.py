"""Rules run on real servers as they do in memory: what follows is inferred there, and kept true."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS, WHENCE, WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.reasoning import ruleset
from whence.reasoning.rules import Atom, Rule, RuleSet, Skolem, Var
from whence.reasoning.sparql_evaluator import Change, SparqlEvaluator
from whence.store.backend import Backend, Graph
from whence.store.embedded import EmbeddedBackend

RUN, OTHER = NamedNode("urn:run:1"), NamedNode("urn:run:2")
ONTOLOGY = WHENCE["ontology/mine"]
Open = Callable[[str], Backend]


@pytest.fixture(params=["oxigraph_server", "virtuoso_server"])
def server(request: pytest.FixtureRequest, open_remote: Open) -> Backend:
    return open_remote(str(request.param))


def thing(name: object) -> NamedNode:
    return NamedNode(f"urn:thing:{name}")


def run(number: int, graph: Graph = RUN) -> list[Quad]:
    """One step of a workflow, with its usage, generation and derivation."""
    act, made, source = (
        thing(f"{kind}{n}") for kind, n in (("act", number), ("e", number), ("e", number - 1))
    )
    usage, derivation = thing(f"usage{number}"), thing(f"derivation{number}")
    facts: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        (act, PROV.qualifiedUsage, usage),
        (usage, PROV.entity, source),
        (made, PROV.wasGeneratedBy, act),
        (made, PROV.qualifiedDerivation, derivation),
        (derivation, RDF_TYPE, PROV.Derivation),
        (derivation, PROV.entity, source),
        (derivation, PROV.hadActivity, act),
        (made, PROV.wasAttributedTo, thing("someone")),
        (made, PROV.value, Literal("blue", language="en")),
        (made, RDFS.label, Literal(f"thing {number}")),
        (made, PROV.specializationOf, thing("e")),
    ]
    return [Quad(*fact, graph) for fact in facts]


def inferred(backend: Backend) -> set[Triple]:
    return {quad.triple for quad in backend.quads(graph=WHENCE_INFERRED)}


def expected(quads: Iterable[Quad], rules: RuleSet) -> set[Triple]:
    """What is inferred from the same quads in memory."""
    backend = EmbeddedBackend.open(":memory:")
    backend.write(quads)
    SparqlEvaluator(backend, rules).infer()
    return inferred(backend)


@pytest.mark.parametrize("profile", ["prov", "prov-full"])
def test_what_follows_is_inferred_and_kept_true_on_a_server(server: Backend, profile: str) -> None:
    rules = ruleset(profile)
    evaluator = SparqlEvaluator(server, rules)
    first, second = [*run(1), *run(2)], [*run(3, OTHER), *run(2, OTHER)]
    server.write(first)
    assert evaluator.infer() == Change(len(expected(first, rules)), 0)
    assert inferred(server) == expected(first, rules)
    server.write(second)
    evaluator.add(second)
    assert inferred(server) == expected([*first, *second], rules)
    server.write([], replace=[OTHER])
    evaluator.remove(second)
    assert inferred(server) == expected(first, rules)
    assert evaluator.infer() == Change(0, 0)
    assert set(server.graphs()) == {RUN, WHENCE_INFERRED}


def test_what_is_asserted_leaves_the_inferred_and_comes_back(server: Backend) -> None:
    rules = ruleset("prov")
    evaluator = SparqlEvaluator(server, rules)
    facts = [Quad(thing("run"), PROV.used, thing("data"), RUN)]
    told = Quad(thing("data"), RDF_TYPE, PROV.Entity, OTHER)
    server.write(facts)
    evaluator.infer()
    before = inferred(server)
    assert told.triple in before
    server.write([told])
    assert evaluator.add([told]) == Change(0, 1)
    assert inferred(server) == before - {told.triple}
    server.write([], replace=[OTHER])
    assert evaluator.remove([told]) == Change(1, 0)
    assert inferred(server) == before


def test_the_catalogue_and_ontologies_are_no_facts(server: Backend) -> None:
    used = (thing("run"), PROV.used, thing("data"))
    server.write([Quad(*used, WHENCE_CATALOGUE), Quad(*used, ONTOLOGY)])
    assert SparqlEvaluator(server, ruleset("prov")).infer() == Change(0, 0)
    assert inferred(server) == set()


X, Y, Z, MADE = Var("x"), Var("y"), Var("z"), Var("made")
NEXT, TWIN = NamedNode("urn:next"), NamedNode("urn:Twin")
ODD = RuleSet(
    "odd",
    (
        Rule("range", "", "", "", (Atom(X, NEXT, Y),), (Atom(Y, RDF_TYPE, TWIN),)),
        Rule("value", "", "", "", (Atom(X, RDF_TYPE, TWIN),), (Atom(X, PROV.value, Literal("7")),)),
        Rule("self", "", "", "", (Atom(X, NEXT, X),), (Atom(X, RDF_TYPE, PROV.Entity),)),
        Rule(
            "twins",
            "",
            "",
            "",
            (Atom(X, NEXT, Z), Atom(Y, NEXT, Z)),
            (Atom(X, PROV.alternateOf, Y),),
            ((X, Y),),
        ),
        Rule(
            "some",
            "",
            "",
            "",
            (Atom(X, NEXT, Y, "asserted"),),
            (Atom(MADE, PROV.used, Y), Atom(X, PROV.wasGeneratedBy, MADE)),
            skolem=(Skolem(MADE, "some", (X, Y)),),
        ),
        Rule("axiom", "", "", "", (), (Atom(TWIN, RDFS.label, Literal("twin")),)),
    ),
    (),
    "",
)


def test_rules_of_every_form_run_on_a_server(server: Backend) -> None:
    nodes = [thing("a"), thing("b")]
    ends: list[NamedNode | Literal] = [
        *nodes,
        Literal("a"),
        Literal("a", language="en"),
        Literal('say "a"\n\\'),
    ]
    quads = [Quad(s, NEXT, o, RUN) for s, o in product(nodes, ends)]
    evaluator = SparqlEvaluator(server, ODD)
    server.write(quads)
    evaluator.infer()
    assert inferred(server) == expected(quads, ODD)
    server.write(quads[:3], replace=[RUN])
    evaluator.remove(quads[3:])
    assert inferred(server) == expected(quads[:3], ODD)

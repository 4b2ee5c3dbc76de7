"""Explanations are correct, as short as can be, end in what is asserted, and read well."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, product
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

import whence
from whence.errors import WhenceError
from whence.ontology.namespaces import PROV, RDF_TYPE, WHENCE, WHENCE_INFERRED
from whence.reasoning import ruleset
from whence.reasoning.explain import explain
from whence.reasoning.explanation import Explanation
from whence.reasoning.keeper import Keeper
from whence.reasoning.rules import SAME_AS, Atom, Rule, RuleSet, Skolem, Term, Var, skolem_iri
from whence.store.embedded import EmbeddedBackend

X, Y, Z, A = Var("x"), Var("y"), Var("z"), Var("a")
P, Q, R, S, T = (NamedNode(f"urn:{name}") for name in "pqrst")
C, D = NamedNode("urn:C"), NamedNode("urn:D")
BUNDLE, OTHER = NamedNode("urn:bundle:1"), NamedNode("urn:bundle:2")
Fact = tuple[Term, NamedNode, Term]
Bindings = dict[Var, Term]


def rule(name: str, body: list[Atom], head: list[Atom], **more: object) -> Rule:
    return Rule(name, f"the rule {name}", name, "", tuple(body), tuple(head), **more)  # type: ignore[arg-type]


RULES = RuleSet(
    "test",
    (
        rule("subproperty", [Atom(X, P, Y)], [Atom(X, Q, Y)]),
        rule("inverse", [Atom(X, Q, Y)], [Atom(Y, R, X)]),
        rule("and back", [Atom(X, R, Y)], [Atom(Y, Q, X)]),
        rule("domain", [Atom(X, P, Y)], [Atom(X, RDF_TYPE, C), Atom(Y, RDF_TYPE, D)]),
        rule("subclass", [Atom(X, RDF_TYPE, C)], [Atom(X, RDF_TYPE, D)]),
        rule("chain", [Atom(X, P, Y), Atom(Y, R, Z)], [Atom(X, S, Z)]),
        rule("transitive", [Atom(X, Q, Y), Atom(Y, Q, Z, "base")], [Atom(X, Q, Z)], transitive=True),
        rule("loop", [Atom(X, S, X), Atom(X, RDF_TYPE, D)], [Atom(X, RDF_TYPE, NamedNode("urn:Loop"))]),
        rule(
            "twins",
            [Atom(X, P, Z), Atom(Y, P, Z)],
            [Atom(X, RDF_TYPE, NamedNode("urn:Twin"))],
            distinct=((X, Y),),
        ),
        rule(
            "some",
            [Atom(X, P, Y, "asserted")],
            [Atom(A, S, X), Atom(Y, S, A)],
            skolem=(Skolem(A, "some", (X, Y)),),
        ),
        rule("axiom", [], [Atom(C, RDF_TYPE, D)]),
        rule("late symmetry", [Atom(X, T, Y)], [Atom(Y, T, X)], at_query_time=True),
        rule(
            "late walk",
            [Atom(X, T, Y), Atom(Y, T, Z, "base")],
            [Atom(X, T, Z)],
            transitive=True,
            at_query_time=True,
        ),
    ),
    (),
    "",
)


def value(end: Term, bindings: Bindings) -> Term:
    return bindings[end] if isinstance(end, Var) else end


def filled(atom: Atom, bindings: Bindings) -> Fact:
    return value(atom.subject, bindings), atom.predicate, value(atom.object, bindings)


def matches(body: Iterable[Atom], facts: dict[str, set[Fact]], bindings: Bindings) -> Iterator[Bindings]:
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


Step = tuple[Rule, tuple[Fact, ...], Fact]
"""A rule, premises, a conclusion."""


def steps(rules: Iterable[Rule], facts: dict[str, set[Fact]]) -> Iterator[Step]:
    """Every application of a rule to facts."""
    for each in rules:
        for bindings in list(matches(each.body, facts, {})):
            if any(bindings[left] == bindings[right] for left, right in each.distinct):
                continue
            for made in each.skolem:
                bindings[made.variable] = skolem_iri(made.label, [bindings[v] for v in made.arguments])  # type: ignore[misc]
            for head in each.head:
                if not isinstance(value(head.subject, bindings), Literal):
                    yield each, tuple(filled(atom, bindings) for atom in each.body), filled(head, bindings)


def closed(asserted: set[Fact], rules: Iterable[Rule]) -> tuple[set[Fact], set[Step]]:
    """What follows, with all applications of rules that say so: slowly, as the rule form is documented."""
    facts = {"all": set(asserted), "base": set(asserted), "asserted": asserted}
    found: set[Step] = set()
    while True:
        before = len(found)
        found |= set(steps(rules, facts))
        facts["all"] |= {head for _, _, head in found}
        facts["base"] |= {head for each, _, head in found if not each.transitive}
        if len(found) == before:
            return facts["all"], found


def least_steps(asserted: set[Fact], applications: set[Step]) -> dict[Fact, int]:
    """How few applications of rules conclude each fact, found by trying all until nothing is shorter."""
    least = {(fact, base): 0 for fact in asserted for base in (True, False)}
    while True:
        before = dict(least)
        for each, premises, head in applications:
            keys = [(fact, atom.scope == "base") for fact, atom in zip(premises, each.body, strict=True)]
            if all(key in least for key in keys):
                cost = 1 + sum(least[key] for key in keys)
                for base in (False,) if each.transitive else (False, True):
                    least[head, base] = min(cost, least.get((head, base), cost))
        if least == before:
            return {fact: cost for (fact, base), cost in least.items() if not base}


def stored(asserted: set[Fact], rules: RuleSet) -> EmbeddedBackend:
    """A store that holds facts and what follows from them, as reasoning leaves it."""
    backend = EmbeddedBackend.open(":memory:")
    everything, _ = closed(asserted, rules.materialised)
    backend.write(Quad(*fact, BUNDLE) for fact in asserted)  # type: ignore[arg-type]
    backend.write(Quad(*fact, WHENCE_INFERRED) for fact in everything - asserted)  # type: ignore[arg-type]
    return backend


def check(found: Explanation, asserted: set[Fact]) -> None:
    """Every step is an application of its rule; every statement is asserted or follows; no circles."""
    statements = [reason.statement for reason in found.reasons]
    facts: list[Fact] = [(s.subject, s.predicate, s.object) for s in statements]  # type: ignore[misc]
    settled: set[int] = set()
    for place in reversed(_downwards(found)):
        reason = found.reasons[place]
        assert bool(reason.bundles) == (facts[place] in asserted)
        assert reason.bundles or reason.derivations
        for derivation in reason.derivations:
            assert settled.issuperset(derivation.premises), "a statement is among its own premises"
            premises = [facts[premise] for premise in derivation.premises]
            assert _follows(derivation.rule, premises, facts[place])
            for premise, atom in zip(derivation.premises, derivation.rule.body, strict=True):
                assert atom.scope != "asserted" or facts[premise] in asserted
                ways = found.reasons[premise].derivations
                assert atom.scope != "base" or not any(way.rule.transitive for way in ways)
        settled.add(place)


def _downwards(found: Explanation) -> list[int]:
    """The places of the reasons, each before its premises, as far as they are in no circle."""
    order: list[int] = []
    seen: set[int] = set()

    def visit(place: int) -> None:
        if place not in seen:
            seen.add(place)
            for derivation in found.reasons[place].derivations:
                for premise in derivation.premises:
                    visit(premise)
            order.insert(0, place)

    visit(0)
    assert seen == set(range(len(found.reasons)))
    return order


def _follows(each: Rule, premises: list[Fact], head: Fact) -> bool:
    assert len(premises) == len(each.body)
    bindings: Bindings = {}
    for atom, fact in zip(each.body, premises, strict=True):
        found = next(matches([atom], {atom.scope: {fact}}, bindings), None)
        assert found is not None, f"{fact} is no premise of {each.id}"
        bindings = found
    assert all(bindings[left] != bindings[right] for left, right in each.distinct)
    for made in each.skolem:
        bindings[made.variable] = skolem_iri(made.label, [bindings[v] for v in made.arguments])  # type: ignore[misc]
    return head in {filled(atom, bindings) for atom in each.head}


NODES = [NamedNode(f"urn:n{number}") for number in range(4)]
OBJECTS: list[Term] = [*NODES, Literal("text")]
FACTS: list[Fact] = [
    *product(NODES, (P, Q, R), OBJECTS),
    *product(NODES, (T,), NODES),
    *product(NODES, (RDF_TYPE,), (C, D)),
]
some_facts = st.sets(st.sampled_from(FACTS), max_size=7)


@given(some_facts)
@settings(deadline=None, max_examples=40)
def test_the_shortest_derivation_of_whatever_follows(asserted: set[Fact]) -> None:
    everything, applications = closed(asserted, RULES.materialised)
    least = least_steps(asserted, applications)
    backend = stored(asserted, RULES)
    for fact in everything:
        found = explain(backend, RULES, *fact)  # type: ignore[arg-type]
        assert found.holds and found.complete
        assert found.steps == least[fact]
        assert all(len(reason.derivations) <= 1 for reason in found.reasons)
        check(found, asserted)


@given(some_facts)
@settings(deadline=None, max_examples=25)
def test_all_derivations_of_whatever_is_stored(asserted: set[Fact]) -> None:
    everything, applications = closed(asserted, RULES.materialised)
    backend = stored(asserted, RULES)
    for fact in everything:
        found = explain(backend, RULES, *fact, all=True)  # type: ignore[arg-type]
        assert found.holds and found.complete
        check(found, asserted)
        free = {step for step in applications if fact not in step[1]}
        provable = least_steps(asserted - {fact}, free)
        ways = {
            (each.id, premises)
            for each, premises, head in free
            if head == fact and all(premise in provable for premise in premises)
        }
        statements = [reason.statement for reason in found.reasons]
        assert {
            (
                way.rule.id,
                tuple(
                    (s.subject, s.predicate, s.object) for s in map(statements.__getitem__, way.premises)
                ),
            )
            for way in found.reasons[0].derivations
        } == ways


@given(some_facts)
@settings(deadline=None, max_examples=25)
def test_what_is_left_to_query_time_is_explained_though_not_stored(asserted: set[Fact]) -> None:
    everything, applications = closed(asserted, RULES.rules)
    least = least_steps(asserted, applications)
    backend = stored(asserted, RULES)
    for fact in product(NODES, (T,), NODES):
        found = explain(backend, RULES, *fact)
        assert found.holds == (fact in everything)
        assert found.complete
        if found.holds:
            check(found, asserted)
            # A walk has the fewest edges; another one may have edges that are explained in fewer steps.
            assert found.steps >= least[fact]


def unary(conclusion: str, *premises: str) -> Rule:
    """A rule about one pair of things: those related by all of ``premises`` are by ``conclusion``."""
    body = [Atom(X, NamedNode(f"urn:{premise}"), Y) for premise in premises]
    return rule(f"{conclusion} from {premises}", body, [Atom(X, NamedNode(f"urn:{conclusion}"), Y)])


def test_the_shortest_derivation_is_not_the_one_that_looks_short() -> None:
    chain = [unary(f"c{number}", f"c{number + 1}") for number in range(5)]
    two = [unary(f"{name}{number}", f"{name}{number + 1}") for name in "de" for number in range(3)]
    rules = RuleSet("test", (unary("goal", "d0", "e0"), unary("goal", "c0"), *chain, *two), (), "")
    said: set[Fact] = {(NODES[0], NamedNode(f"urn:{name}"), NODES[1]) for name in ("c5", "d3", "e3")}
    found = explain(stored(said, rules), rules, NODES[0], NamedNode("urn:goal"), NODES[1])
    assert found.steps == 6
    assert found.reasons[0].derivations[0].rule.id == "goal from ('c0',)"


def test_equal_things_share_statements_and_say_why_they_are_equal() -> None:
    turtle = b"""@prefix owl: <http://www.w3.org/2002/07/owl#> .
        <urn:p> a owl:FunctionalProperty , owl:ObjectProperty . <urn:q> a owl:ObjectProperty ."""
    words = [quad.triple for quad in parse(turtle, format=RdfFormat.TURTLE)]
    rules = ruleset("owl", words)
    one, two, three, other = (NamedNode(f"urn:{name}") for name in ("b1", "b2", "b3", "c"))
    said: list[Fact] = [(NODES[0], P, one), (NODES[0], P, two), (NODES[0], P, three), (two, Q, other)]
    backend = EmbeddedBackend.open(":memory:")
    backend.write(Quad(*fact, BUNDLE) for fact in said)  # type: ignore[arg-type]
    inferred: list[Fact] = [(two, SAME_AS, one), (three, SAME_AS, one), (one, Q, other)]
    backend.write(Quad(*fact, WHENCE_INFERRED) for fact in inferred)  # type: ignore[arg-type]

    def numbers(*fact: Term) -> list[str]:
        found = explain(backend, rules, *fact)  # type: ignore[arg-type]
        check(found, set(said))
        return [way.rule.number for reason in found.reasons for way in reason.derivations]

    assert numbers(two, SAME_AS, one) == ["prp-fp"]
    assert numbers(one, SAME_AS, two) == ["prp-fp"]
    assert numbers(one, Q, other) == ["eq-rep-s", "prp-fp"]
    assert numbers(three, Q, other) == ["eq-rep-s", "prp-fp"]
    assert not explain(backend, rules, other, SAME_AS, one)


EQUALITY = """
    PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    <urn:p> a owl:FunctionalProperty ; rdfs:domain <urn:C> . <urn:q> a owl:InverseFunctionalProperty .
    <urn:r> rdfs:subPropertyOf <urn:s> . <urn:s> a owl:TransitiveProperty .
"""


@given(
    st.sets(
        st.tuples(st.sampled_from(NODES), st.sampled_from([P, Q, R, S, SAME_AS]), st.sampled_from(NODES))
    )
)
@settings(deadline=None, max_examples=30)
def test_whatever_follows_from_equality_is_explained(asserted: set[Fact]) -> None:
    with whence.open(":memory:", inference="owl") as store:
        store.ontology.add(EQUALITY, name="words")
        store.backend.write(Quad(*fact, BUNDLE) for fact in asserted)  # type: ignore[arg-type]
        for quad in list(store.backend.quads(None, None, None, WHENCE_INFERRED)):
            found = store.explain(quad.subject, quad.predicate, quad.object)  # type: ignore[arg-type]
            assert found.holds and found.complete and found.steps
            check(found, asserted)


RELATIONS = [
    PROV.used,
    PROV.wasGeneratedBy,
    PROV.wasInformedBy,
    PROV.wasDerivedFrom,
    PROV.wasRevisionOf,
    PROV.specializationOf,
    PROV.wasAttributedTo,
    PROV.actedOnBehalfOf,
    PROV.qualifiedDelegation,
    PROV.qualifiedDerivation,
    PROV.hadActivity,
    PROV.agent,
    PROV.entity,
    PROV.atLocation,
    PROV.generated,
]


@given(
    st.sets(
        st.tuples(st.sampled_from(NODES), st.sampled_from(RELATIONS), st.sampled_from(NODES)), max_size=4
    )
)
@settings(deadline=None, max_examples=12)
def test_whatever_follows_by_prov_is_explained(asserted: set[Fact]) -> None:
    rules = ruleset("prov-full")
    everything, _ = closed(asserted, rules.materialised)
    backend = stored(asserted, rules)
    for fact in everything - asserted:
        found = explain(backend, rules, *fact)  # type: ignore[arg-type]
        assert found.holds and found.complete and found.steps
        check(found, asserted)


@pytest.fixture
def backend() -> EmbeddedBackend:
    """Two bundles: in one a view of a plot, in the other how the plot was made."""
    draw, plot, view = (NamedNode(f"http://example.org/{name}") for name in ("draw", "plot", "view"))
    made: Fact = (plot, PROV.wasGeneratedBy, draw)
    used: Fact = (view, PROV.used, plot)
    backend = stored({made, used}, ruleset("prov"))
    backend.update(
        f"DELETE DATA {{ GRAPH {BUNDLE} {{ {view} {PROV.used} {plot} }} }} ; INSERT DATA {{"
        f" {view} {PROV.used} {plot} GRAPH {OTHER} {{ {view} {PROV.used} {plot} }} }}"
    )
    return backend


Ask = Callable[..., Explanation]


@pytest.fixture
def why(backend: EmbeddedBackend) -> Ask:
    """``why("view", "wasInformedBy", "draw")`` explains with short names."""

    def ask(subject: str, predicate: str, object_: str, **options: bool | int) -> Explanation:
        ends = [NamedNode(f"http://example.org/{name}") for name in (subject, object_)]
        return explain(backend, ruleset("prov"), ends[0], PROV[predicate], ends[1], **options)  # type: ignore[arg-type]

    return ask


def test_a_tree_for_people(why: Ask) -> None:
    assert (
        str(why("view", "wasInfluencedBy", "draw"))
        == """\
<http://example.org/view> prov:wasInfluencedBy <http://example.org/draw>
└─ by inference 15, the relation is an influence  https://www.w3.org/TR/prov-constraints/#influence-inference
   └─ <http://example.org/view> prov:wasInformedBy <http://example.org/draw>
      └─ by inference 6, generation and use make a communication  \
https://www.w3.org/TR/prov-constraints/#generation-use-communication-inference
         ├─ <http://example.org/view> prov:used <http://example.org/plot>  [in <urn:bundle:2> and 1 more]
         └─ <http://example.org/plot> prov:wasGeneratedBy <http://example.org/draw>  [in <urn:bundle:1>]

It follows in 2 steps from 2 asserted statements."""
    )


def test_what_is_asserted_says_where(why: Ask) -> None:
    found = why("view", "used", "plot")
    assert found.holds and found.asserted and found.steps == 0
    assert set(found.reasons[0].bundles) == {OTHER, DefaultGraph()}
    assert found.summary == "It is asserted, in 2 bundles."
    assert found.reasons[0].derivations == ()


def test_what_does_not_hold_says_so(why: Ask) -> None:
    found = why("draw", "used", "view")
    assert not found
    assert str(found).splitlines()[1:] == [
        "It does not hold: no bundle asserts it, nor does it follow by profile 'prov'."
    ]


def test_an_inference_that_is_no_longer_founded_is_told_from_one_that_is(
    backend: EmbeddedBackend, why: Ask
) -> None:
    backend.update(f"DROP GRAPH {BUNDLE}")
    found = why("view", "wasInformedBy", "draw")
    assert not found.holds
    assert "stored as inferred, but does not follow" in found.summary


def test_graphs_of_the_store_itself_assert_nothing(backend: EmbeddedBackend, why: Ask) -> None:
    ends = [NamedNode(f"http://example.org/{name}") for name in ("draw", "view")]
    for graph in (WHENCE.catalogue, WHENCE["ontology/mine"], WHENCE["staging/0"]):
        backend.write([Quad(ends[0], PROV.used, ends[1], graph)])
    assert not why("draw", "used", "view").holds


def test_literals_are_found_as_the_store_spells_them(backend: EmbeddedBackend) -> None:
    about = NamedNode("urn:x")
    number = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    backend.write([Quad(about, PROV.value, Literal("007", datatype=number), BUNDLE)])
    found = explain(backend, ruleset("prov"), about, PROV.value, Literal("07", datatype=number))
    assert found.asserted
    assert "<urn:x> prov:value 7  [in <urn:bundle:1>]" in str(found)


def test_data_for_programs(why: Ask) -> None:
    found = why("view", "wasInformedBy", "draw").to_json()
    assert json.loads(json.dumps(found)) == found
    assert (found["holds"], found["asserted"], found["complete"], found["steps"]) == (True, False, True, 1)
    first, second, third = found["reasons"]
    assert first["statement"] == {
        "subject": {"type": "uri", "value": "http://example.org/view"},
        "predicate": {"type": "uri", "value": "http://www.w3.org/ns/prov#wasInformedBy"},
        "object": {"type": "uri", "value": "http://example.org/draw"},
    }
    assert first["bundles"] == []
    (derivation,) = first["derivations"]
    assert derivation["premises"] == [1, 2]
    assert derivation["rule"]["number"] == "6"
    assert derivation["rule"]["if"] == [
        "?x <http://www.w3.org/ns/prov#used> ?y",
        "?y <http://www.w3.org/ns/prov#wasGeneratedBy> ?z",
    ]
    assert derivation["rule"]["then"] == ["?x <http://www.w3.org/ns/prov#wasInformedBy> ?z"]
    assert second["bundles"] == ["urn:bundle:2", None]
    assert third == {"statement": third["statement"], "bundles": ["urn:bundle:1"], "derivations": []}


def test_a_drawing_has_every_statement_and_links_to_the_rules(why: Ask) -> None:
    found = why("view", "wasInfluencedBy", "draw")
    drawing = ElementTree.fromstring(found.to_svg())
    titles = [title.text or "" for title in drawing.iter("{http://www.w3.org/2000/svg}title")]
    assert [title.split()[1] for title in titles if title.startswith("<")] == [
        "prov:wasInfluencedBy",
        "prov:wasInformedBy",
        "prov:used",
        "prov:wasGeneratedBy",
    ]
    links = [link.get("href") for link in drawing.iter("{http://www.w3.org/2000/svg}a")]
    assert links[0] == "https://www.w3.org/TR/prov-constraints/#influence-inference"
    assert found._repr_html_().startswith("<figure><svg")
    assert found._repr_svg_() == found.to_svg()


def test_hostile_terms_do_no_harm_in_text_and_drawing(backend: EmbeddedBackend) -> None:
    about, words = NamedNode("urn:x"), Literal('\x1b[31m</text><script>"&\n' + 200 * "x")
    backend.write([Quad(about, PROV.value, words, BUNDLE)])
    found = explain(backend, ruleset("prov"), about, PROV.value, words)
    assert "\x1b" not in str(found) and "\n" not in str(found).splitlines()[0]
    assert len(str(found).splitlines()[0]) < 200
    assert "<script" not in found.to_svg()
    ElementTree.fromstring(found.to_svg())


def test_a_way_that_ends_in_a_walk_is_shown_as_one_step(backend: EmbeddedBackend) -> None:
    stops = [NamedNode(f"urn:{number}") for number in range(50)]
    backend.write(Quad(one, PROV.alternateOf, two, BUNDLE) for one, two in pairwise(stops))
    found = explain(backend, ruleset("prov"), stops[0], PROV.alternateOf, stops[-1])
    assert found.steps == 48
    lines = str(found).splitlines()
    assert len(lines) == 2 + 49 + 2
    assert "48 times" in lines[1]


def test_versions_of_one_thing_by_the_thousand_are_explained(backend: EmbeddedBackend) -> None:
    thing, versions = NamedNode("urn:thing"), [NamedNode(f"urn:v{number}") for number in range(3000)]
    for graph, relation in ((BUNDLE, PROV.specializationOf), (WHENCE_INFERRED, PROV.alternateOf)):
        backend.write(Quad(version, relation, thing, graph) for version in versions)
    near = explain(backend, ruleset("prov"), versions[0], PROV.alternateOf, versions[-1])
    assert near.steps == 4
    far = explain(backend, ruleset("prov"), versions[0], PROV.alternateOf, NamedNode("urn:else"))
    assert not far.holds and far.complete
    many = explain(backend, ruleset("prov"), thing, RDF_TYPE, PROV.Entity, all=True, limit=50)
    assert not many.complete
    assert sum(len(reason.derivations) for reason in many.reasons) <= 100
    assert "not everything was looked at" in many.summary


def test_a_snapshot_that_is_only_read_explains_as_well(tmp_path: Path) -> None:
    with whence.open(tmp_path / "store") as store:
        with store.bundle("urn:bundle") as bundle:
            bundle.used("urn:view", "urn:plot")
        assert isinstance(store.backend, Keeper)
        store.backend.snapshot(tmp_path / "snapshot")
    snapshot = EmbeddedBackend.open_snapshot(tmp_path / "snapshot")
    ends = NamedNode("urn:view"), NamedNode("urn:plot")
    assert explain(snapshot, ruleset("prov"), ends[0], PROV.wasInfluencedBy, ends[1]).steps == 1


def test_room_for_no_step_is_refused(why: Ask) -> None:
    with pytest.raises(WhenceError, match="limit"):
        why("view", "used", "plot", limit=0)


def test_what_queries_walk_is_named_where_a_statement_does_not_hold() -> None:
    store = whence.open()
    with store.bundle("urn:run:1") as b:
        b.was_derived_from("urn:c", "urn:b")
        b.was_derived_from("urn:b", "urn:a")
    why = store.explain("urn:c", "prov:wasDerivedFrom", "urn:a")
    assert not why.holds
    assert "related by whence:derivedFrom and whence:ancestor" in why.summary
    for there in (("urn:a", "prov:wasDerivedFrom", "urn:c"), ("urn:c", "prov:wasInformedBy", "urn:z")):
        assert "whence:" not in store.explain(*there).summary

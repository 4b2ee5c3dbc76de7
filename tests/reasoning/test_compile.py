"""Ontologies become rules: row by row, and together against owlrl on whole graphs."""

from collections.abc import Iterable, Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from owlrl import OWLRL_Semantics
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from rdflib import Graph

from whence import ontology, reasoning
from whence.errors import SourceError, WhenceError
from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS, WHENCE, Namespace
from whence.reasoning import drafts
from whence.reasoning.axioms import Axioms
from whence.reasoning.compile import compile_tbox
from whence.reasoning.rules import OWL, SAME_AS, Atom, Inconsistency, Rule, Term, Var, skolem_iri
from whence.reasoning.tbox import Statement, closed, from_rdflib

Value = NamedNode | BlankNode | Literal
Fact = tuple[NamedNode | BlankNode | Literal, NamedNode, Value]

EX = Namespace("http://example.org/")
HEAD = """
PREFIX : <http://example.org/> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX whence: <https://w3id.org/whence/ns#>
"""


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


# The smallest evaluator there can be: every rule over every fact until nothing is new.


def matches(
    body: tuple[Atom, ...], facts: set[Fact], base: set[Fact], given: set[Fact]
) -> Iterator[dict[Var, Value]]:
    if not body:
        yield {}
        return
    *rest, last = body
    pool = {"all": facts, "base": base, "asserted": given}[last.scope]
    for binding in matches(tuple(rest), facts, base, given):
        for s, p, o in pool:
            if p != last.predicate:
                continue
            bound = dict(binding)
            if all(
                bound.setdefault(term, value) == value if isinstance(term, Var) else term == value
                for term, value in ((last.subject, s), (last.object, o))
            ):
                yield bound


def evaluate(rules: Iterable[Rule], data: Iterable[Fact]) -> set[Fact]:
    """All that follows from ``data``, with it."""
    given = set(data)
    facts, base = set(given), set(given)
    rules = list(rules)
    while True:
        size = len(facts)
        for rule in rules:
            for fact in conclusions(rule, facts, base, given):
                if fact not in facts and not rule.transitive:
                    base.add(fact)
                facts.add(fact)
        if len(facts) == size:
            return facts


def conclusions(rule: Rule, facts: set[Fact], base: set[Fact], given: set[Fact]) -> list[Fact]:
    found: list[Fact] = []
    for binding in matches(rule.body, facts, base, given):
        if any(binding[a] == binding[b] for a, b in rule.distinct):
            continue
        for new in rule.skolem:
            values = [binding[var] for var in new.arguments]
            binding[new.variable] = skolem_iri(
                new.label, [v for v in values if not isinstance(v, BlankNode)]
            )

        def term(t: Term, bound: dict[Var, Value] = binding) -> Value:
            return bound[t] if isinstance(t, Var) else t

        found += [
            (term(atom.subject), atom.predicate, term(atom.object))
            for atom in rule.head
            if not isinstance(term(atom.subject), Literal)
        ]
    return found


def violated(inconsistencies: Iterable[Inconsistency], facts: set[Fact]) -> set[str]:
    return {
        rule.number
        for rule in inconsistencies
        for binding in matches(rule.body, facts, facts, facts)
        if all(binding[a] != binding[b] for a, b in rule.distinct)
    }


def triples(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(HEAD + turtle, format=RdfFormat.TURTLE)]


def facts(turtle: str) -> set[Fact]:
    return {
        (t.subject, t.predicate, t.object)
        for t in triples(turtle)
        if not isinstance(t.subject, Triple) and not isinstance(t.object, Triple)
    }


def compiled(turtle: str) -> tuple[list[Rule], list[Inconsistency]]:
    return compile_tbox(closed(triples(turtle)))


def inferred(axioms: str, data: str) -> set[Fact]:
    given = facts(data)
    return evaluate(compiled(axioms)[0], given) - given


CASES = {
    "cax-sco": (":A rdfs:subClassOf :B .", ":x a :A .", ":x a :B ."),
    "cax-eqc": (":A owl:equivalentClass :B .", ":x a :A . :y a :B .", ":x a :B . :y a :A ."),
    "prp-dom": (":p rdfs:domain :A .", ":x :p :y .", ":x a :A ."),
    "prp-rng": (":p rdfs:range :A .", ":x :p :y . :x :p 7 .", ":y a :A ."),
    "prp-spo1": (":p rdfs:subPropertyOf :q .", ":x :p 1 .", ":x :q 1 ."),
    "prp-spo2": (
        ":p owl:propertyChainAxiom ( :a :b :c ) .", ":w :a :x . :x :b :y . :y :c :z .", ":w :p :z .",
    ),
    "prp-spo2, inverse link": (
        ":p owl:propertyChainAxiom ( :a [ owl:inverseOf :b ] ) .", ":x :a :y . :z :b :y .", ":x :p :z .",
    ),
    "prp-inv": (":p owl:inverseOf :q .", ":x :p :y . :u :q :v .", ":y :q :x . :v :p :u ."),
    "prp-eqp": (":p owl:equivalentProperty :q .", ":x :p 1 . :y :q 2 .", ":x :q 1 . :y :p 2 ."),
    "prp-symp": (":p a owl:SymmetricProperty .", ":x :p :y .", ":y :p :x ."),
    "prp-trp": (
        ":p a owl:TransitiveProperty .", ":a :p :b . :b :p :c . :c :p :d .", ":a :p :c , :d . :b :p :d .",
    ),
    "prp-trp over subproperties": (
        ":p a owl:TransitiveProperty . :q rdfs:subPropertyOf :p .",
        ":a :p :b . :b :q :c . :c :p :d .", ":b :p :c , :d . :a :p :c , :d .",
    ),
    "prp-trp as a chain": (":p owl:propertyChainAxiom ( :p :p ) .", ":a :p :b . :b :p :c .", ":a :p :c ."),
    "prp-fp": (
        ":p a owl:FunctionalProperty .", ":x :p :y , :z .", ":y owl:sameAs :z . :z owl:sameAs :y .",
    ),
    "prp-ifp": (
        ":p a owl:InverseFunctionalProperty .", ":x :p 1 . :y :p 1 .",
        ":x owl:sameAs :y . :y owl:sameAs :x .",
    ),
    "prp-key": (
        ":A owl:hasKey ( :p :q ) .",
        ":x a :A ; :p 1 ; :q 2 . :y a :A ; :p 1 ; :q 2 . :z a :A ; :p 1 ; :q 3 . :w :p 1 ; :q 2 .",
        ":x owl:sameAs :y . :y owl:sameAs :x .",
    ),
    "cls-int": (
        ":C owl:intersectionOf ( :A :B ) .", ":x a :A , :B . :y a :A . :z a :C .",
        ":x a :C . :z a :A , :B .",
    ),
    "cls-uni": (":C owl:unionOf ( :A :B ) .", ":x a :A . :y a :B .", ":x a :C . :y a :C ."),
    "cls-svf1": (
        "[ owl:onProperty :p ; owl:someValuesFrom :A ] rdfs:subClassOf :B .",
        ":x :p :y . :y a :A . :z :p :u .", ":x a :B .",
    ),
    "cls-svf2": (
        "[ owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :B .", ":x :p :y .",
        ":x a :B .",
    ),
    "cls-avf": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .", ":x a :A ; :p :y .",
        ":y a :B .",
    ),
    "cls-hv": (
        ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue :v ] .",
        ":x a :A . :y :p :v . :z :p :w .", ":x :p :v . :y a :A .",
    ),
    "cls-maxc2": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
        ":x a :A ; :p :y , :z . :u :p :y , :z .", ":y owl:sameAs :z . :z owl:sameAs :y .",
    ),
    "cls-maxqc3": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass :B ] .",
        ":x a :A ; :p :y , :z , :w . :y a :B . :z a :B .", ":y owl:sameAs :z . :z owl:sameAs :y .",
    ),
    "cls-oo": (":A owl:oneOf ( :x :y ) .", "", ":x a :A . :y a :A ."),
    "nested expressions": (
        """:Risky owl:equivalentClass [ owl:intersectionOf ( prov:Entity
             [ owl:onProperty :derived ; owl:someValuesFrom
               [ owl:unionOf ( :Leaked [ owl:onProperty :grade ; owl:hasValue 0 ] ) ] ] ) ] .""",
        ":x a prov:Entity ; :derived :y . :y :grade 0 . :z a prov:Entity ; :derived :w . :w :grade 1 .",
        ":x a :Risky .",
    ),
    "a class defined over itself": (
        "[ owl:onProperty :parent ; owl:someValuesFrom :Royal ] rdfs:subClassOf :Royal .",
        ":c :parent :b . :b :parent :a . :a a :Royal .", ":b a :Royal . :c a :Royal .",
    ),
    "an expression defined over itself": (
        """:A rdfs:subClassOf _:all . _:all owl:onProperty :p ; owl:allValuesFrom _:some .
           _:some owl:onProperty :p ; owl:someValuesFrom owl:Thing ; rdfs:subClassOf _:all .
           _:all rdfs:subClassOf :Z .""",
        ":x a :A ; :p :y . :y :p :z .",
        ":x a :Z . :y a :Z . :z a :Z .",
    ),
    "individuals of the ontology": (
        ":x a :A ; :p :y . :p a owl:ObjectProperty . :A rdfs:subClassOf :B .", "", ":x a :A , :B ; :p :y .",
    ),
    "nothing new": (
        """:A rdfs:subClassOf :A , owl:Thing . :p rdfs:subPropertyOf :p .
           :p rdfs:range rdfs:Literal , xsd:int .
           :q rdfs:domain rdfs:Resource .""",
        ":x a :A ; :p 1 ; :q :x .", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_row_of_the_tables(case: str) -> None:
    axioms, data, expected = CASES[case]
    kept_expressions = "urn:whence:class:"
    found = {fact for fact in inferred(axioms, data) if kept_expressions not in str(fact[2])}
    assert found == facts(expected)


CONTRADICTIONS = {
    "cax-dw": (":A owl:disjointWith :B .", ":x a :A , :B .", ":x a :A . :y a :B ."),
    "cax-adc": ("[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .", ":x a :A , :C .", ":x a :A ."),
    "cls-com": (":A owl:complementOf :B .", ":x a :A , :B .", ":x a :A ."),
    "cls-nothing2": (":A rdfs:subClassOf owl:Nothing .", ":x a :A .", ":x a :B ."),
    "cls-maxc1": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 0 ] .", ":x a :A ; :p 1 .",
        ":x :p 1 .",
    ),
    "cls-maxqc1": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 0 ; owl:onClass :B ] .",
        ":x a :A ; :p :y . :y a :B .", ":x a :A ; :p :y .",
    ),
    "prp-irp": (":p a owl:IrreflexiveProperty .", ":x :p :x .", ":x :p :y ."),
    "prp-asyp": (":p a owl:AsymmetricProperty .", ":x :p :y . :y :p :x .", ":x :p :y ."),
    "prp-pdw": (":p owl:propertyDisjointWith :q .", ":x :p 1 ; :q 1 .", ":x :p 1 ; :q 2 ."),
    "prp-adp": (
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q ) .", ":x :p 1 ; :q 1 .", ":x :p 1 .",
    ),
    "prp-npa": (
        "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetIndividual :y .",
        ":x :p :y .", ":y :p :x .",
    ),
    "eq-diff1": (":p a owl:ObjectProperty .", ":x owl:differentFrom :x .", ":x owl:differentFrom :y ."),
}  # fmt: skip


@pytest.mark.parametrize("number", CONTRADICTIONS)
def test_a_contradiction_is_found_and_nothing_else_is(number: str) -> None:
    axioms, wrong, right = CONTRADICTIONS[number]
    rules, inconsistencies = compiled(axioms)
    assert violated(inconsistencies, evaluate(rules, facts(wrong))) == {number}
    assert violated(inconsistencies, evaluate(rules, facts(right))) == set()


def test_equal_axioms_make_equal_rules_whatever_their_blank_nodes_are_called() -> None:
    turtle = "[ owl:onProperty :p ; owl:someValuesFrom [ owl:unionOf ( :A :B ) ] ] rdfs:subClassOf :C ."
    first, second = compiled(turtle), compiled(turtle)
    assert first == second
    assert len(first[0]) == 2


def test_expressions_that_have_been_through_a_store_are_no_classes_of_their_own() -> None:
    node = "urn:whence:.well-known/genid/" + "0" * 32
    turtle = f"<{node}> owl:onProperty :p ; owl:someValuesFrom :A ; rdfs:subClassOf :C ."
    assert inferred(turtle, ":x :p :y . :y a :A .") == facts(":x a :C .")


def test_expressions_that_make_too_many_rules_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_LIMIT", 50)
    unions = " ".join(f"[ owl:unionOf ( :A{place} :B :C :D :E ) ]" for place in range(4))
    with pytest.raises(SourceError, match="too many rules"):
        compiled(f"[ owl:intersectionOf ( {unions} ) ] rdfs:subClassOf :X .")


def test_a_numbered_axiom_gives_its_number_to_its_rule() -> None:
    found = {rule.number: rule for rule in reasoning.ruleset("prov").rules}
    assert found["12"].body == (Atom(Var("x"), PROV.wasRevisionOf, Var("y")),)
    assert found["12"].head == (Atom(Var("x"), PROV.alternateOf, Var("y")),)
    assert found["12"].spec == "https://www.w3.org/TR/prov-constraints/#revision-is-alternate-inference"
    assert {"6", "9", "10", "11", "12", "14", "15", "20", "21", "50"} <= found.keys()
    assert {rule.number for rule in reasoning.ruleset("prov").inconsistencies} >= {
        "52",
        "53",
        "54",
        "55",
        "56",
    }


def test_what_would_be_quadratic_or_said_twice_is_left_to_query_time() -> None:
    late = {rule.number for rule in reasoning.ruleset("prov").rules if rule.at_query_time}
    assert late == {"16", "17", "18", "19", "inverse"}
    assert (late - {"inverse"}).isdisjoint(rule.number for rule in reasoning.ruleset("prov").materialised)


LATE = """
[] a owl:Axiom ; owl:annotatedSource :q ; owl:annotatedProperty owl:inverseOf ; owl:annotatedTarget :p ;
   whence:number "1" ; whence:atQueryTime true .
:q owl:inverseOf :p .
"""


def test_of_an_inverse_left_to_query_time_only_the_other_side_is() -> None:
    rules, _ = compiled(LATE)
    assert {(rule.body[0].predicate, rule.at_query_time) for rule in rules} == {
        (EX.p, True),
        (EX.q, False),
    }


def test_an_inverse_that_another_rule_looks_at_is_stored() -> None:
    rules, _ = compiled(LATE + ":q rdfs:subPropertyOf :r .")
    assert not any(rule.at_query_time for rule in rules)


def test_the_step_of_a_transitive_rule_is_a_base_fact() -> None:
    rules, _ = compiled(":p a owl:TransitiveProperty .")
    assert [(rule.transitive, [atom.scope for atom in rule.body]) for rule in rules] == [
        (True, ["all", "base"])
    ]


NUMBERED = {
    "6": (":a prov:used :e . :e prov:wasGeneratedBy :b .", ":a prov:wasInformedBy :b ."),
    "12": (":e2 prov:wasRevisionOf :e1 .", ":e2 prov:alternateOf :e1 ."),
    "15": (":e prov:wasAttributedTo :ag .", ":e prov:wasInfluencedBy :ag ."),
    "17": (":a prov:alternateOf :b . :b prov:alternateOf :c .", ":a prov:alternateOf :c ."),
    "18": (":a prov:alternateOf :b .", ":b prov:alternateOf :a ."),
    "19": (":a prov:specializationOf :b . :b prov:specializationOf :c .", ":a prov:specializationOf :c ."),
    "20": (":a prov:specializationOf :b .", ":a prov:alternateOf :b ."),
    "50": (":a prov:wasAssociatedWith :b .", ":a a prov:Activity . :b a prov:Agent ."),
    "membership": (
        ":c whence:qualifiedMembership :m . :m prov:entity :e .",
        ":c prov:hadMember :e .",
    ),
    "dictionary-membership": (
        ":d prov:hadDictionaryMember :pair . :pair prov:pairEntity :e .",
        ":d prov:hadMember :e .",
    ),
    "dictionary-insertion": (
        ":d prov:qualifiedInsertion :i . :i prov:insertedKeyEntityPair :pair .",
        ":d prov:hadDictionaryMember :pair .",
    ),
}


@pytest.mark.parametrize("number", NUMBERED)
def test_an_inference_that_is_an_axiom(number: str) -> None:
    data, expected = NUMBERED[number]
    rules = [rule for rule in reasoning.ruleset("prov").rules if rule.number == number]
    assert evaluate(rules, facts(data)) - facts(data) == facts(expected)


def test_an_insertion_is_no_removal() -> None:
    found = evaluate(
        reasoning.ruleset("prov").materialised,
        facts(":d2 prov:qualifiedInsertion :i . :i prov:dictionary :d1 ; prov:insertedKeyEntityPair :p ."),
    )
    assert found >= facts(
        ":i a prov:Insertion . :d2 prov:derivedByInsertionFrom :d1 ; prov:wasDerivedFrom :d1 ."
    )
    assert not found & facts(":i a prov:Removal .")


# Profiles


def test_profiles_grow() -> None:
    counts = [len(reasoning.ruleset(profile).rules) for profile in reasoning.PROFILES]
    assert counts[0] == 0
    assert counts == sorted(set(counts))
    assert len({reasoning.ruleset(profile).digest for profile in reasoning.PROFILES}) == 4


def test_ids_are_unique_and_every_rule_can_be_cited() -> None:
    rules = reasoning.ruleset("prov-full")
    everything: list[Rule | Inconsistency] = [*rules.rules, *rules.inconsistencies]
    assert len({rule.id for rule in everything}) == len(everything)
    for rule in everything:
        assert rule.name
        assert rule.number
        assert rule.spec.startswith("https://")


def test_every_variable_of_a_head_is_bound_and_no_expression_is_left() -> None:
    for rule in reasoning.ruleset("prov-full").rules:
        bound = {var for atom in rule.body for var in atom.variables} | {
            new.variable for new in rule.skolem
        }
        assert bound >= {var for atom in rule.head for var in atom.variables}
        assert "urn:whence:class:" not in str((rule.body, rule.head))


def test_the_default_profile_takes_no_two_things_for_one() -> None:
    assert not [rule.id for rule in reasoning.ruleset("prov-full").rules if rule.same_as]


def test_a_ruleset_is_made_once() -> None:
    assert reasoning.ruleset("owl") is reasoning.ruleset("owl")


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(WhenceError, match="there are none, owl, prov, prov-full"):
        reasoning.ruleset("full")


def test_a_users_ontology_joins_the_vocabularies() -> None:
    extra = triples(
        """:Training rdfs:subClassOf prov:Activity . :partOf a owl:TransitiveProperty .
           :trainedOn owl:propertyChainAxiom ( prov:wasGeneratedBy prov:used ) ."""
    )
    rules = reasoning.ruleset("prov", extra)
    assert rules is reasoning.ruleset("prov", reversed(extra))
    data = facts(
        """:run a :Training ; prov:used :data . :model prov:wasGeneratedBy :run .
           :a :partOf :b . :b :partOf :c ."""
    )
    found = evaluate(rules.materialised, data)
    assert found >= facts(":run a prov:Activity . :model :trainedOn :data . :a :partOf :c .")


def closed_form(names: Iterable[str]) -> list[Statement]:
    return [(s, p, o) for name in names for s, p, o in ontology.load(name) if not isinstance(s, Triple)]


# The oracle: owlrl over ontology and data together, against rules over the data.

TERMS = [
    term for name in ontology.VOCABULARIES for term in ontology.load(name) if term.predicate == RDF_TYPE
]
OBJECT_PROPERTIES = sorted(str(t.subject)[1:-1] for t in TERMS if t.object == OWL.ObjectProperty)
DATA_PROPERTIES = sorted(str(t.subject)[1:-1] for t in TERMS if t.object == OWL.DatatypeProperty)
CLASSES = sorted(
    str(t.subject)[1:-1] for t in TERMS if t.object == OWL.Class and isinstance(t.subject, NamedNode)
)
NODES = [f"n{place}" for place in range(6)]

STATEMENTS = st.one_of(
    st.tuples(st.sampled_from(NODES), st.sampled_from(OBJECT_PROPERTIES), st.sampled_from(NODES)),
    st.tuples(st.sampled_from(NODES), st.sampled_from(DATA_PROPERTIES), st.integers(0, 3)),
    st.tuples(st.sampled_from(NODES), st.just(str(RDF_TYPE)[1:-1]), st.sampled_from(CLASSES)),
)
AXIOMS = Axioms(closed_form(ontology.ONTOLOGIES))
CHAINS = [
    [str(link)[1:-1] for link in AXIOMS.sequence(links)]
    for _, links in AXIOMS.pairs(OWL.propertyChainAxiom)
]
# By chance alone, two statements seldom make a chain.
WALKS = st.tuples(
    st.sampled_from(NODES),
    st.sampled_from(CHAINS),
    st.lists(st.sampled_from(NODES), min_size=2, max_size=2),
).map(lambda walk: [*zip([walk[0], *walk[2]], walk[1], walk[2], strict=False)])
GRAPHS = st.lists(
    st.tuples(st.lists(STATEMENTS, min_size=1, max_size=8), WALKS, WALKS).map(
        lambda parts: [*parts[0], *parts[1], *parts[2]]
    ),
    min_size=5,
    max_size=5,
)


def drawn(graphs: list[list[tuple[str, str, str | int]]]) -> set[Fact]:
    """Several graphs as one, each with nodes of its own, since closing the ontology is what takes time."""
    found: set[Fact] = set()
    for place, graph in zip(count(), graphs, strict=False):
        for s, p, o in graph:
            value: Value = (
                Literal(o) if isinstance(o, int) else EX[f"{place}/{o}"] if o in NODES else NamedNode(o)
            )
            found.add((EX[f"{place}/{s}"], NamedNode(p), value))
    return found


def owlrl_on(axioms: Iterable[Triple], data: set[Fact]) -> set[Fact]:
    """What owlrl makes of axioms and data, without the noise listed in :func:`is_noise`."""
    graph = Graph()
    text = "".join(f"{t.subject} {t.predicate} {t.object} .\n" for t in axioms)
    text += "".join(f"{s} {p} {o} .\n" for s, p, o in data)
    graph.parse(data=text, format="nt")
    OWLRL_Semantics(graph, False, False, False).closure()
    found = {(from_rdflib(s), from_rdflib(p), from_rdflib(o)) for s, p, o in graph}
    return {
        (s, p, o)
        for s, p, o in found
        if isinstance(p, NamedNode) and str(s).startswith(f"<{EX}") and not is_noise(s, p, o)
    }


def is_noise(s: Value, p: NamedNode, o: Value) -> bool:
    """What owlrl adds and rules leave out, all of it:

    - that a thing is the same as itself;
    - that a thing is an ``owl:Thing`` (``rdfs:Resource`` is no part of OWL 2 RL);
    - that a thing is of a class that has no name.

    What it says of literals, of the built-in vocabulary and of the terms of the ontology, and its error
    messages, are no statements about the data and are dropped before.
    """
    if p == SAME_AS:
        return s == o
    return p == RDF_TYPE and (o == OWL.Thing or isinstance(o, BlankNode))


def axioms_of(names: Iterable[str]) -> list[Triple]:
    """The ontologies without the words about terms, which only take owlrl's time."""
    words = {RDFS.label, RDFS.comment, RDFS.seeAlso, WHENCE.number, WHENCE.atQueryTime}
    found = [t for name in names for t in ontology.load(name)]
    notes = {t.subject for t in found if t.predicate == OWL.annotatedSource}
    return [t for t in found if t.predicate not in words and t.subject not in notes]


# Shrinking would run owlrl for minutes; the graphs are small as they are.
ORACLE = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@settings(ORACLE, max_examples=6)
@given(GRAPHS)
def test_rules_conclude_what_owlrl_does(graphs: list[list[tuple[str, str, str | int]]]) -> None:
    data = drawn(graphs)
    rules, _ = compile_tbox(closed([t for name in ontology.ONTOLOGIES for t in ontology.load(name)]))
    # What is left to query time is part of what follows: here it is applied.
    assert evaluate(rules, data) == owlrl_on(axioms_of(ontology.ONTOLOGIES), data)


USER = """
:A rdfs:subClassOf :B , [ owl:onProperty :p ; owl:allValuesFrom :C ] . :B owl:equivalentClass :E .
:C owl:equivalentClass [ owl:intersectionOf ( :D [ owl:onProperty :q ; owl:someValuesFrom :B ] ) ] .
:D owl:unionOf ( :F [ owl:onProperty :r ; owl:hasValue :n ] ) .
:G rdfs:subClassOf [ owl:onProperty :r ; owl:hasValue :n ] .
:p a owl:TransitiveProperty ; owl:inverseOf :s . :q a owl:SymmetricProperty ; rdfs:subPropertyOf :p .
:r owl:propertyChainAxiom ( :q :p ) ; rdfs:range :B . :s rdfs:domain :G .
"""
USER_STATEMENTS = st.one_of(
    st.tuples(
        st.sampled_from(NODES),
        st.sampled_from([str(EX[name])[1:-1] for name in "pqrs"]),
        st.sampled_from(NODES),
    ),
    st.tuples(
        st.sampled_from(NODES),
        st.just(str(RDF_TYPE)[1:-1]),
        st.sampled_from([str(EX[c])[1:-1] for c in "ABCDEFG"]),
    ),
)


@settings(ORACLE, max_examples=10)
@given(st.lists(st.lists(USER_STATEMENTS, min_size=1, max_size=7), min_size=3, max_size=3))
def test_rules_of_a_users_ontology_conclude_what_owlrl_does(
    graphs: list[list[tuple[str, str, str | int]]],
) -> None:
    data = drawn(graphs)
    axioms = [quad.triple for quad in parse(HEAD + USER, format=RdfFormat.TURTLE)]
    rules, _ = compile_tbox(closed(axioms))
    terms = {EX[name] for name in (*"ABCDEFGpqrs",)}
    expected = {fact for fact in owlrl_on(axioms, data) if fact[0] not in terms}
    assert {fact for fact in evaluate(rules, data) if fact[0] not in terms} == expected

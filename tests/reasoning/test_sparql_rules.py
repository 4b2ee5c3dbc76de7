"""Rules in SPARQL: what each of ours concludes, and what cannot be a rule."""

from typing import cast

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, QueryTriples, RdfFormat, Store

from whence import ontology
from whence.errors import SourceSyntaxError
from whence.ontology.namespaces import PROV, RDF_TYPE, Namespace
from whence.reasoning.rules import Atom, Rule, Skolem, Term, Var, skolem_iri
from whence.reasoning.sparql_rules import compile_rules

EX = Namespace("http://example.org/")
PREFIXES = """
PREFIX : <http://example.org/> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX whence: <https://w3id.org/whence/ns#>
"""
HEADER = """# number: 1
# name: a rule
# spec: https://example.org/
# profile: prov
"""


def compiled(where: str, construct: str = "?x :q ?y") -> Rule:
    text = f"{HEADER}{PREFIXES}CONSTRUCT {{ {construct} }} WHERE {{ {where} }}"
    (rule,) = compile_rules({"01-rule.rq": text}, "prov")
    return rule


def ours(stem: str) -> Rule:
    (rule,) = compile_rules({f"{stem}.rq": ontology.rules()[f"{stem}.rq"]}, "prov-full")
    return rule


def stored(turtle: str) -> Store:
    store = Store()
    store.load(f"{PREFIXES}{turtle}".encode(), format=RdfFormat.TURTLE)
    return store


def concluded(rule: Rule, store: Store) -> set[str]:
    """What one application of a rule concludes, its patterns put to the store as a query."""
    patterns = " . ".join(
        f"{_sparql(atom.subject)} {atom.predicate} {_sparql(atom.object)}" for atom in rule.body
    )
    found = set()
    for row in cast(QuerySolutions, store.query(f"SELECT * WHERE {{ {patterns} }}")):
        values = {var: cast(NamedNode, row[var.name]) for atom in rule.body for var in atom.variables}
        for new in rule.skolem:
            values[new.variable] = skolem_iri(new.label, [values[var] for var in new.arguments])
        for atom in rule.head:
            subject, object_ = (
                values[term] if isinstance(term, Var) else term for term in (atom.subject, atom.object)
            )
            found.add(f"{subject} {atom.predicate} {object_}")
    return found


def _sparql(term: Term) -> str:
    return f"?{term.name}" if isinstance(term, Var) else str(term)


def said(turtle: str) -> set[str]:
    return {f"{quad.subject} {quad.predicate} {quad.object}" for quad in stored(turtle)}


START = ":a prov:qualifiedStart :s . :s prov:entity :e ; prov:hadActivity :starter ."
END = ":a prov:qualifiedEnd :s . :s prov:entity :e ; prov:hadActivity :ender ."
DERIVATION = """:e2 prov:qualifiedInfluence :d .
    :d a prov:Derivation ; prov:entity :e1 ;
       prov:hadActivity :a ; prov:hadGeneration :g ; prov:hadUsage :u ."""
DELEGATION = """:ag1 prov:actedOnBehalfOf :ag2 ; prov:qualifiedDelegation :d .
    :d prov:agent :ag2 ; prov:hadActivity :a ."""
SPECIAL = (
    ':v prov:specializationOf :t . :t a :Data ; prov:value 7 ; prov:atLocation :here ; rdfs:label "t" .'
)
COMMUNICATION = f"<{skolem_iri('communication', [EX.a2, EX.a1]).value}>"
ATTRIBUTION = f"<{skolem_iri('attribution', [EX.e, EX.ag]).value}>"
SOME = f"<{skolem_iri('delegation', [EX.ag1, EX.ag2]).value}>"

INFERENCES = {
    "05-communication": (
        ":a2 prov:wasInformedBy :a1 .",
        f"{COMMUNICATION} prov:wasGeneratedBy :a1 . :a2 prov:used {COMMUNICATION} .",
    ),
    "09-start": (START, ":e prov:wasGeneratedBy :starter ."),
    "10-end": (END, ":e prov:wasGeneratedBy :ender ."),
    "11-derivation": (DERIVATION, ":a prov:used :e1 . :e2 prov:wasGeneratedBy :a ."),
    "11-derivation-generation": (DERIVATION, ":e2 prov:qualifiedGeneration :g . :g prov:activity :a ."),
    "11-derivation-usage": (DERIVATION, ":a prov:qualifiedUsage :u . :u prov:entity :e1 ."),
    "13-attribution": (
        ":e prov:wasAttributedTo :ag .",
        f":e prov:wasGeneratedBy {ATTRIBUTION} . {ATTRIBUTION} prov:wasAssociatedWith :ag .",
    ),
    "13-attribution-qualified": (
        ":e prov:qualifiedAttribution :q . :q prov:agent :ag .",
        f":e prov:wasGeneratedBy {ATTRIBUTION} . {ATTRIBUTION} prov:wasAssociatedWith :ag .",
    ),
    "14-delegation": (DELEGATION, ":a prov:wasAssociatedWith :ag1 , :ag2 ."),
    "14-delegation-some": (DELEGATION, f"{SOME} prov:wasAssociatedWith :ag1 , :ag2 ."),
    "16-alternate": (":e a prov:Entity .", ":e prov:alternateOf :e ."),
    "21-specialization-label": (SPECIAL, ':v rdfs:label "t" .'),
    "21-specialization-location": (SPECIAL, ":v prov:atLocation :here ."),
    "21-specialization-type": (SPECIAL, ":v a :Data ."),
    "21-specialization-value": (SPECIAL, ":v prov:value 7 ."),
}


def test_every_rule_of_ours_has_its_example_here() -> None:
    assert {f"{stem}.rq" for stem in INFERENCES} == ontology.rules().keys()


@pytest.mark.parametrize("stem", INFERENCES)
def test_an_inference(stem: str) -> None:
    data, expected = INFERENCES[stem]
    rule = ours(stem)
    assert rule.number == stem.partition("-")[0].lstrip("0")
    assert rule.spec.startswith("https://www.w3.org/TR/prov-constraints/#")
    assert concluded(rule, stored(data)) == said(expected)


@pytest.mark.parametrize(
    "stem", [stem for stem in INFERENCES if "whence:" not in ontology.rules()[f"{stem}.rq"]]
)
def test_the_rule_says_what_its_text_says_to_a_sparql_engine(stem: str) -> None:
    store = stored(" ".join(data for data, _ in INFERENCES.values()))
    found = cast(QueryTriples, store.query(ontology.rules()[f"{stem}.rq"]))
    expected = {f"{triple.subject} {triple.predicate} {triple.object}" for triple in found}
    assert expected
    assert concluded(ours(stem), store) == expected


@pytest.mark.parametrize(
    "stem", ["05-communication", "13-attribution", "13-attribution-qualified", "14-delegation-some"]
)
def test_what_must_exist_is_asked_for_by_asserted_statements_only(stem: str) -> None:
    rule = ours(stem)
    assert rule.skolem
    assert {atom.scope for atom in rule.body} == {"asserted"}
    assert f"{stem}.rq" not in {f"{rule.id}.rq" for rule in compile_rules(ontology.rules(), "prov")}


def test_profiles_choose_rules() -> None:
    files = ontology.rules()
    assert compile_rules(files, "owl") == []
    prov, full = compile_rules(files, "prov"), compile_rules(files, "prov-full")
    assert not [rule for rule in prov if rule.skolem]
    assert len(full) == len(files) > len(prov) > 0


def test_names_of_what_must_exist_depend_on_label_and_values_only() -> None:
    assert skolem_iri("x", [EX.a, EX.b]) == skolem_iri("x", [EX.a, EX.b])
    others: list[tuple[str, list[NamedNode | Literal]]] = [
        ("y", [EX.a, EX.b]),
        ("x", [EX.b, EX.a]),
        ("x", [EX.a]),
        ("x", [EX.a, Literal(EX.b.value)]),
    ]
    assert skolem_iri("x", [EX.a, EX.b]) not in [skolem_iri(label, values) for label, values in others]


def test_all_the_forms_there_are() -> None:
    rule = compiled(
        """GRAPH whence:asserted { ?x :p ?y } ?y a :C ; :is "b"@en .
           BIND(whence:skolem("new", ?x, ?y) AS ?z) FILTER(?x != ?y)""",
        "?x :q ?z",
    )
    x, y, z = Var("x"), Var("y"), Var("z")
    assert set(rule.body) == {
        Atom(x, EX.p, y, "asserted"),
        Atom(y, RDF_TYPE, EX.C),
        Atom(y, EX["is"], Literal("b", language="en")),
    }
    assert rule.head == (Atom(x, EX.q, z),)
    assert rule.distinct == ((x, y),)
    assert rule.skolem == (Skolem(z, "new", (x, y)),)


def test_filters_can_be_joined() -> None:
    rule = compiled("?x :p ?y , ?z FILTER(?x != ?y && ?y != ?z)")
    assert rule.distinct == ((Var("x"), Var("y")), (Var("y"), Var("z")))


REFUSED = {
    "OPTIONAL": ("?x :p ?y OPTIONAL { ?y :p ?z }", "OPTIONAL"),
    "UNION": ("{ ?x :p ?y } UNION { ?x :r ?y }", "UNION"),
    "MINUS": ("?x :p ?y MINUS { ?x :r ?y }", "MINUS"),
    "VALUES": ("?x :p ?y VALUES ?x { :a }", "VALUES"),
    "a subquery": ("{ SELECT ?x ?y WHERE { ?x :p ?y } }", "subquery"),
    "NOT EXISTS": ("?x :p ?y FILTER NOT EXISTS { ?x :r ?y }", "NOT EXISTS"),
    "another comparison": ("?x :p ?y FILTER(?x < ?y)", "comparison"),
    "a constant compared": ("?x :p ?y FILTER(?x != :a)", "comparison"),
    "another BIND": ("?x :p ?z BIND(str(?z) AS ?y)", "BIND"),
    "a label that is no text": ("?x :p ?z BIND(whence:skolem(?x, ?z) AS ?y)", "a label and variables"),
    "a predicate variable": ("?x ?p ?y", "predicate"),
    "a path": ("?x :p+ ?y", "path"),
    "a blank node": ("?x :p ?y . ?y :p []", "blank node"),
    "a graph": ("GRAPH :g { ?x :p ?y }", "GRAPH other than whence:asserted"),
    "a head that is not bound": ("?x :p ?z", "nothing binds"),
    "a name for what is not bound": ('?x :p ?z BIND(whence:skolem("a", ?w) AS ?y)', "nothing binds"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_rule_can_have_is_named_with_its_file(case: str) -> None:
    where, named = REFUSED[case]
    with pytest.raises(SourceSyntaxError, match=named) as caught:
        compiled(where)
    assert caught.value.source == "01-rule.rq"


@pytest.mark.parametrize("key", ["number", "name", "spec", "profile"])
def test_a_header_is_complete(key: str) -> None:
    header = "\n".join(line for line in HEADER.splitlines() if f"# {key}:" not in line)
    with pytest.raises(SourceSyntaxError, match=f"01-rule.rq: the header has no '# {key}:'"):
        compile_rules({"01-rule.rq": header + PREFIXES}, "prov")


def test_a_profile_that_is_none_is_refused() -> None:
    with pytest.raises(SourceSyntaxError, match="'full' is none of prov, prov-full"):
        compile_rules({"01-rule.rq": HEADER.replace("profile: prov", "profile: full")}, "prov")


def test_a_syntax_error_has_its_line() -> None:
    with pytest.raises(SourceSyntaxError) as caught:
        compile_rules({"01-rule.rq": HEADER + "CONSTRUCT { ?x } WHERE { }"}, "prov")
    assert (caught.value.source, caught.value.line) == ("01-rule.rq", 5)


def test_an_unknown_prefix_is_an_error_of_the_file() -> None:
    with pytest.raises(SourceSyntaxError, match=r"01-rule\.rq: .*nobody"):
        compiled("?x nobody:knows ?y")


def test_only_construct_makes_a_rule() -> None:
    with pytest.raises(SourceSyntaxError, match="CONSTRUCT"):
        compile_rules({"01-rule.rq": f"{HEADER}{PREFIXES}SELECT ?x WHERE {{ ?x :p ?y }}"}, "prov")


def test_derivations_of_every_kind_are_met_through_influence() -> None:
    assert Atom(Var("made"), PROV.qualifiedInfluence, Var("derivation")) in ours("11-derivation").body

"""Our closure is that of owlrl on data and ontology, but for a list of differences, each stated here.

Many graphs go through owlrl at once, for it takes seconds to read the ontology and little more to read
a graph. Each graph has nodes of its own, and no rule joins graphs that share no node (a test below), so
the closure of them all is the closure of each.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from owlrl import OWLRL_Semantics
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as Value

from whence import ontology
from whence.ontology.namespaces import PROV, RDF, RDF_TYPE, RDFS, XSD
from whence.reasoning import ruleset
from whence.reasoning.evaluate import Evaluator
from whence.reasoning.facts import Terms
from whence.reasoning.rules import OWL, Atom, Rule, RuleSet, Var
from whence.reasoning.tbox import Statement, from_rdflib

CASES = Path("/work/shared/cases/constraints")
GRAPHS = 70
"""Graphs in one run of owlrl; three runs make 210, besides one of a graph that says nothing."""

WORDS = frozenset({RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy})
SCHEMA = tuple(map(str, (OWL, RDF, RDFS, XSD)))
ERROR = NamedNode("http://www.daml.org/2002/03/agents/agent-ont#error")
ERROR_MESSAGE = NamedNode("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage")
CONTRADICTIONS = frozenset(
    {OWL.disjointWith, OWL.members, OWL.maxCardinality, OWL.AllDisjointClasses, OWL.IrreflexiveProperty}
)
AT_QUERY_TIME = frozenset({PROV.alternateOf, PROV.specializationOf, PROV.influenced})


# What owlrl concludes and we do not


def is_reflexive(statement: Statement) -> bool:
    """Everything is the same as itself."""
    s, p, o = statement
    return p == OWL.sameAs and s == o


def is_typing_by_everything(statement: Statement) -> bool:
    """Everything is a thing and a resource."""
    _, p, o = statement
    return p == RDF_TYPE and o in (OWL.Thing, RDFS.Resource)


def is_about_a_literal(statement: Statement) -> bool:
    """A literal has a datatype, and the range of what leads to it, which RDF cannot say."""
    return isinstance(statement[0], Literal)


def is_typing_by_an_expression(statement: Statement) -> bool:
    """A class without a name has members, which nobody can ask for; the classes around it have them too."""
    _, p, o = statement
    return p == RDF_TYPE and isinstance(o, BlankNode) and o in vocabulary()


def is_about_the_ontology(statement: Statement) -> bool:
    """Classes and properties have statements about themselves, which are no data."""
    s = statement[0]
    return s in vocabulary() or (isinstance(s, NamedNode) and s.value.startswith(SCHEMA))


def is_typing_by_a_datatype(statement: Statement) -> bool:
    """A node where a literal belongs is one by the range of the property, which helps nobody."""
    _, p, o = statement
    return p == RDF_TYPE and (
        o == RDFS.Literal or (isinstance(o, NamedNode) and o.value.startswith(str(XSD)))
    )


def is_an_error_report(statement: Statement) -> bool:
    """owlrl writes down what is wrong with literals, as statements about a fresh blank node."""
    s, p, o = statement
    return isinstance(s, BlankNode) and (p == ERROR or (p == RDF_TYPE and o == ERROR_MESSAGE))


DIFFERENCES: tuple[Callable[[Statement], bool], ...] = (
    is_reflexive,
    is_typing_by_everything,
    is_about_a_literal,
    is_typing_by_an_expression,
    is_about_the_ontology,
    is_typing_by_a_datatype,
    is_an_error_report,
)


# The two closures


@cache
def axioms(profile: str) -> frozenset[Statement]:
    """What the ontologies of a profile say that adds to data: no words for people, no contradictions."""
    names = ontology.VOCABULARIES if profile == "owl" else ontology.ONTOLOGIES
    triples = [triple for name in names for triple in ontology.load(name)]
    notes = {t.subject for t in triples if t.predicate == OWL.annotatedSource}
    return frozenset(
        (t.subject, t.predicate, t.object)  # type: ignore[misc]  # no quoted triples in ontologies
        for t in triples
        if t.predicate.value.startswith(SCHEMA)
        and t.predicate not in WORDS | CONTRADICTIONS
        and t.object not in CONTRADICTIONS
        and t.subject not in notes
    )


@cache
def vocabulary() -> frozenset[Any]:
    """What the ontologies speak of: their classes, properties and class expressions."""
    return frozenset(subject for subject, _, _ in axioms("prov"))


def rdflib_term(term: Any) -> Any:
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    return (
        Value(term.value, lang=term.language)
        if term.language
        else Value(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    )


def theirs(profile: str, data: Iterable[Statement]) -> set[Statement]:
    """owlrl on data and ontology; for ``prov`` in turns with the SPARQL rules, until these add nothing."""
    rules = (
        [text for text in ontology.rules().values() if "# profile: prov\n" in text]
        if profile == "prov"
        else []
    )
    told: set[Any] = {tuple(map(rdflib_term, statement)) for statement in {*axioms(profile), *data}}
    while True:
        graph = Graph()
        for triple in told:
            graph.add(triple)
        OWLRL_Semantics(graph, False, False, False).closure()
        # Not put into the closure but beside the data: owlrl is slower on what it has closed before.
        added = apply(rules, graph)
        if not added:
            return {tuple(map(from_rdflib, triple)) for triple in graph}  # type: ignore[misc]
        told |= added


def apply(rules: Iterable[str], graph: Graph) -> set[Any]:
    """Add what the SPARQL rules say to a graph until nothing is new; what was added."""
    added: set[Any] = set()
    while True:
        found: set[Any] = {triple for text in rules for triple in graph.query(text)}
        fresh = {triple for triple in found if triple not in graph}
        if not fresh:
            return added
        added |= fresh
        for triple in fresh:
            graph.add(triple)


def ours(rules: RuleSet, data: Iterable[Statement]) -> set[Statement]:
    """The evaluator's closure."""
    terms = Terms()
    columns: dict[int, list[int]] = {}
    for s, p, o in data:
        columns.setdefault(terms.number(p), []).append((terms.number(s) << 32) | terms.number(o))
    evaluator = Evaluator(rules, terms)
    evaluator.add({predicate: np.array(pairs, np.int64) for predicate, pairs in columns.items()})
    return {
        (terms.term(int(pair) >> 32), terms.term(predicate), terms.term(int(pair) & 0xFFFFFFFF))  # type: ignore[misc]
        for predicate, pairs in evaluator.facts.columns().items()
        for pair in pairs
    }


@cache
def complete(profile: str, extra: frozenset[Any] = frozenset()) -> RuleSet:
    """A profile with the rules of query time applied as well: those relations are compared closed."""
    rules = ruleset(profile, extra)
    return replace(rules, rules=tuple(replace(rule, at_query_time=False) for rule in rules.rules))


def check(profile: str, data: set[Statement], extra: frozenset[Statement] = frozenset()) -> None:
    """Compare on ``data`` and an ontology ``extra`` besides those of the profile."""
    triples = frozenset(Triple(*statement) for statement in extra)
    expected, found = theirs(profile, data | extra), ours(complete(profile, triples), data)
    assert found - expected == set(), "concluded without reason"
    described = {subject for subject, _, _ in extra}
    unexplained = {s for s in expected - found if not any(differs(s) for differs in DIFFERENCES)}
    assert {s for s in unexplained if s[0] not in described} == set(), "not concluded"
    # What is in the data stays, whatever it is about.
    assert data <= found


# Graphs


def apart(graphs: Iterable[Iterable[Statement]], extra: Collection[Statement] = ()) -> set[Statement]:
    """All graphs in one but for ``extra``, the nodes of each its own; the vocabularies are common."""
    common = vocabulary() | {subject for subject, _, _ in extra}
    return {
        (own(s, number), p, o if o in common else own(o, number))
        for number, graph in enumerate(graphs)
        for s, p, o in graph
        if (s, p, o) not in extra
    }


def own(node: Any, number: int) -> Any:
    if isinstance(node, BlankNode):
        return BlankNode(f"g{number}{node.value}")
    return NamedNode(f"{node.value}?{number}") if isinstance(node, NamedNode) else node


NODES = [NamedNode(f"http://example.org/{name}") for name in "abcde"]
LITERALS = [
    Literal("text"),
    Literal("1", datatype=XSD.integer),
    Literal("2024-05-01T12:00:00Z", datatype=XSD.dateTime),
]
CLASSES = sorted(
    {s for s, p, o in axioms("prov") if p == RDF_TYPE and o == OWL.Class and isinstance(s, NamedNode)},
    key=str,
)
RULES = ruleset("prov").rules
PROPERTIES = sorted(
    {a.predicate for r in RULES for a in (*r.body, *r.head)} - {RDF_TYPE, OWL.sameAs}, key=str
)
FOR_LITERALS = [
    PROV.atLocation,
    *(p for p in PROPERTIES if (p, RDF_TYPE, OWL.DatatypeProperty) in axioms("prov")),
]
PATTERNS = [rule for rule in RULES if len(rule.body) > 1]


@st.composite
def bodies(draw: st.DrawFn) -> list[Statement]:
    """What a rule with joins asks for: qualified relations, dictionaries, versions."""
    rule = draw(st.sampled_from(PATTERNS))
    nodes: dict[Any, Any] = {}

    def node(end: Any) -> Any:
        return nodes.setdefault(end, draw(st.sampled_from(NODES))) if isinstance(end, Var) else end

    return [(node(atom.subject), atom.predicate, node(atom.object)) for atom in rule.body]


single = st.one_of(
    st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), st.sampled_from(NODES)),
    # Elsewhere literals are no data, and owlrl has them as subjects of what follows.
    st.tuples(st.sampled_from(NODES), st.sampled_from(FOR_LITERALS), st.sampled_from(LITERALS)),
    st.tuples(st.sampled_from(NODES), st.just(RDF_TYPE), st.sampled_from(CLASSES)),
).map(lambda statement: [statement])
graphs = st.lists(st.one_of(single, bodies()), min_size=4, max_size=8).map(
    lambda parts: [statement for part in parts for statement in part][:25]
)


class Batch(list[list[Statement]]):
    """Graphs that are checked together, too many to print."""

    def __repr__(self) -> str:
        return f"{len(self)} graphs"


batches = st.lists(graphs, min_size=GRAPHS, max_size=GRAPHS).map(Batch)


@pytest.mark.parametrize("profile", ["owl", "prov"])
@given(batch=batches)
@settings(
    # The first is the simplest one there is: the same graph over and over.
    max_examples=settings().max_examples // 25,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
def test_generated_graphs_close_as_owlrl_closes_them(profile: str, batch: Batch) -> None:
    check(profile, apart(batch))


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")
@pytest.mark.parametrize("profile", ["owl", "prov"])
def test_the_cases_close_as_owlrl_closes_them(profile: str) -> None:
    read = [
        [(q.subject, q.predicate, q.object) for q in parse(path=path, format=RdfFormat.TURTLE)]
        for path in sorted(CASES.rglob("*.ttl"))
    ]
    assert len(read) > 100
    axioms_read = frozenset(s for graph in read for s in graph if is_axiom(s))
    check(profile, apart(read, axioms_read), axioms_read)


def is_axiom(statement: Statement) -> bool:
    """Whether a statement is of an ontology: some of the cases bring one along."""
    _, p, o = statement
    said = o if p == RDF_TYPE else p
    return isinstance(said, NamedNode) and said.value.startswith(SCHEMA) and p not in WORDS


def test_what_is_left_to_query_time_is_all_that_is_not_stored() -> None:
    data = {
        (node, predicate, other)
        for predicate in (PROV.specializationOf, PROV.wasRevisionOf, PROV.alternateOf)
        for node, other in pairwise(NODES)
    } | {(NODES[-1], PROV.atLocation, NODES[0]), (NODES[-1], RDF_TYPE, PROV.Plan)}
    more = ours(complete("prov"), data) - ours(ruleset("prov"), data)
    assert (NODES[0], PROV.specializationOf, NODES[2]) in more
    assert {p for _, p, _ in more} == AT_QUERY_TIME


@pytest.mark.parametrize("profile", ["owl", "prov"])
def test_no_rule_joins_graphs_that_share_no_node(profile: str) -> None:
    assert [rule.id for rule in complete(profile).rules if not is_connected(rule)] == []


def is_connected(rule: Rule) -> bool:
    """Whether its patterns hang together by variables for nodes, which are a subject somewhere."""
    nodes = {atom.subject for atom in rule.body if isinstance(atom.subject, Var)}
    first, *waiting = rule.body

    def ends(atom: Atom) -> set[Any]:
        return {atom.subject, atom.object} & nodes

    reached, progress = ends(first), True
    while waiting and progress:
        met = [atom for atom in waiting if ends(atom) & reached]
        waiting = [atom for atom in waiting if atom not in met]
        reached |= {end for atom in met for end in ends(atom)}
        progress = bool(met)
    return not waiting

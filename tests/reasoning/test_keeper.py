"""After any write, what is inferred is what a full run would infer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from whence.errors import SourceError, WhenceError
from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS, WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.reasoning import ruleset
from whence.reasoning.asserted import Asserted
from whence.reasoning.evaluate import Evaluator
from whence.reasoning.facts import Terms, distinct
from whence.reasoning.keeper import Keeper
from whence.store.embedded import EmbeddedBackend
from whence.store.inference import STALE

EX = "http://example.org/"
NAMES = [NamedNode(EX + name) for name in "abcdef"]
G1, G2 = NamedNode(EX + "g1"), NamedNode(EX + "g2")
GRAPHS: list[NamedNode | DefaultGraph] = [G1, G2, DefaultGraph()]
PREDICATES = [
    PROV.used,
    PROV.wasGeneratedBy,
    PROV.wasDerivedFrom,
    PROV.wasRevisionOf,
    PROV.specializationOf,
    PROV.qualifiedUsage,
    PROV.entity,
    PROV.wasAssociatedWith,
    PROV.hadMember,
    NamedNode(EX + "unrelated"),
]


def keeper(profile: str = "prov") -> Keeper:
    return Keeper(EmbeddedBackend.open(":memory:"), profile=profile)


def statement(subject: NamedNode, predicate: NamedNode, object_: NamedNode | Literal) -> Quad:
    return Quad(subject, predicate, object_, GRAPHS[0])


def inferred(store: Keeper) -> set[Triple]:
    return {quad.triple for quad in store.quads(graph=WHENCE_INFERRED)}


def asserted(store: Keeper) -> set[Triple]:
    system = (WHENCE_INFERRED, WHENCE_CATALOGUE)
    return {quad.triple for quad in store.quads() if quad.graph_name not in system}


def closure(triples: set[Triple], profile: str = "prov") -> set[Triple]:
    """What follows from the triples, by one run over all of them."""
    terms = Terms()
    evaluator = Evaluator(ruleset(profile), terms)
    columns: dict[int, list[int]] = {}
    for triple in triples:
        pair = terms.number(triple.subject) << 32 | terms.number(triple.object)  # type: ignore[arg-type]
        columns.setdefault(terms.number(triple.predicate), []).append(pair)
    evaluator.add({predicate: distinct(np.array(pairs, np.int64)) for predicate, pairs in columns.items()})
    return {
        Triple(terms.term(pair >> 32), terms.term(predicate), terms.term(pair & 0xFFFFFFFF))  # type: ignore[arg-type]
        for predicate, pairs in evaluator.facts.columns().items()
        for pair in pairs.tolist()
    } - triples


A, B, C, D, E, F = NAMES
A_B = Triple(A, PROV.wasInfluencedBy, B)


def test_what_follows_is_stored_apart() -> None:
    store = keeper()
    store.write([statement(A, PROV.used, B)])
    assert {A_B, Triple(A, RDF_TYPE, PROV.Activity), Triple(B, RDF_TYPE, PROV.Entity)} <= inferred(store)
    assert asserted(store) == {Triple(A, PROV.used, B)}
    assert store.status().current
    assert store.status().profile == "prov"


def test_what_is_asserted_is_not_inferred_as_well() -> None:
    store = keeper()
    store.write([statement(A, PROV.used, B)])
    store.write([Quad(A, PROV.wasInfluencedBy, B, GRAPHS[1])])
    assert A_B not in inferred(store)
    store.update(f"DROP GRAPH {GRAPHS[1]}")
    assert A_B in inferred(store)


def test_a_triple_in_two_bundles_goes_with_the_last() -> None:
    store = keeper()
    store.write([Quad(A, PROV.used, B, graph) for graph in GRAPHS])
    store.update(f"DROP GRAPH {GRAPHS[0]}")
    store.write([], replace=[G2])
    assert A_B in inferred(store)
    store.update("CLEAR DEFAULT")
    assert A_B not in inferred(store)


def test_literals_are_those_of_the_store() -> None:
    store = keeper()
    seven = Literal("007", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    store.write([statement(A, PROV.specializationOf, B), statement(B, PROV.value, seven)])
    assert Triple(A, PROV.value, Literal(7)) in inferred(store)
    store.update(f"DELETE DATA {{ GRAPH {GRAPHS[0]} {{ {B} {PROV.value} 7 }} }}")
    assert not [triple for triple in inferred(store) if triple.predicate == PROV.value]


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a> prov:used <c> . GRAPH <g1> { <c> prov:wasDerivedFrom <d> } }",
        "DELETE DATA { GRAPH <g1> { <a> prov:used <b> } } ; INSERT DATA { <a> prov:used <e> }",
        "DELETE WHERE { GRAPH ?g { <a> ?p ?o } }",
        "DELETE WHERE { GRAPH <g1> { ?s prov:used ?o } }",
        "DELETE { GRAPH ?g { ?s prov:used ?o } } "
        "INSERT { GRAPH ?g { ?o prov:wasGeneratedBy ?s } ?s a prov:Plan } "
        "WHERE { GRAPH ?g { ?s prov:used ?o } }",
        "WITH <g1> DELETE { ?s prov:used ?o } INSERT { ?s prov:used <f> } WHERE { ?s prov:used ?o }",
        "INSERT { GRAPH <g2> { ?s prov:used ?o } } USING <g1> WHERE { ?s prov:used ?o }",
        "INSERT { GRAPH <g2> { ?s prov:qualifiedUsage [ prov:entity ?o ] } } "
        "WHERE { GRAPH <g1> { ?s prov:used ?o } }",
        "INSERT DATA { GRAPH <g2> { <a> prov:qualifiedUsage [ prov:entity <f> ] } }",
        "DELETE WHERE { GRAPH <g2> { ?s ?p ?o } } ; "
        "INSERT { <d> ?p ?o } WHERE { GRAPH <g1> { <a> ?p ?o } }",
        "MOVE <g1> TO <g2>",
        "COPY <g1> TO DEFAULT",
        "ADD GRAPH <g1> TO GRAPH <g2>",
        "CLEAR NAMED",
        "DROP ALL",
        "CLEAR GRAPH <g1>",
        "CREATE GRAPH <g9>",
        "DELETE WHERE { GRAPH whence:inferred { ?s ?p ?o } }",
        "INSERT DATA { GRAPH whence:inferred { <x> <y> <z> . <x> a prov:Entity } }",
        "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o FILTER(?s = <b>) } }",
        "PREFIX p: <http://www.w3.org/ns/prov#> INSERT DATA { <a> p:used <e> }",
        "PREFIX p: <http://example.org/> CLEAR GRAPH <g1> ; DROP SILENT GRAPH p:g2",
    ],
)
def test_any_update_is_followed(update: str) -> None:
    store = keeper()
    store.write(
        [
            statement(A, PROV.used, B),
            statement(B, PROV.wasDerivedFrom, C),
            Quad(A, PROV.used, B, GRAPHS[1]),
            Quad(D, PROV.specializationOf, C, GRAPHS[2]),
        ]
    )
    for name in ("a", "b", "c", "d", "e", "f", "g1", "g2", "g9", "x", "y", "z"):
        update = update.replace(f"<{name}>", f"<{EX}{name}>")
    store.update(update)
    assert inferred(store) == closure(asserted(store))
    assert store.status().current
    assert store.status().profile == "prov"


def test_a_refused_update_leaves_no_mark() -> None:
    store = keeper()
    store.write([statement(A, PROV.used, B)])
    with pytest.raises(WhenceError):
        store.update("INSERT DATA { nonsense")
    with pytest.raises(WhenceError):
        store.update(f"DROP GRAPH {NAMES[5]}")
    assert store.status().current


def test_a_failed_write_is_not_followed() -> None:
    def broken() -> Iterator[Quad]:
        yield statement(A, PROV.used, B)
        raise ValueError("broken")

    store = keeper()
    store.write([statement(C, PROV.used, D)])
    with pytest.raises(ValueError, match="broken"):
        store.write(broken())
    assert store.status().current
    store.write([statement(E, PROV.used, F)])
    assert inferred(store) == closure(asserted(store))


def test_a_death_between_write_and_inference_is_known_and_mended() -> None:
    store = keeper()
    store.write([statement(A, PROV.used, B)])
    # What a killed process leaves: the write and its mark, nothing inferred from it.
    store.inner.write([statement(C, PROV.used, D), STALE])
    again = Keeper(store.inner)
    assert not again.status().current
    again.write([statement(E, PROV.used, F)])
    assert again.status().current
    assert inferred(again) == closure(asserted(again))


def test_another_process_goes_on_where_one_ended() -> None:
    store = keeper()
    store.write([statement(A, PROV.used, B)])
    again = Keeper(store.inner)
    again.write([statement(B, PROV.wasDerivedFrom, C)])
    again.update(f"DELETE DATA {{ GRAPH {GRAPHS[0]} {{ {A} {PROV.used} {B} }} }}")
    assert inferred(again) == closure(asserted(again))


def test_profiles_can_be_changed() -> None:
    store = keeper()
    store.write([statement(A, PROV.wasAttributedTo, B)])
    by_prov = inferred(store)
    for profile in ("owl", "prov-full", "none", "prov"):
        report = store.infer(profile)
        assert report is not None
        assert report.profile == store.status().profile == profile
        assert store.status().current
        assert inferred(store) == closure(asserted(store), profile)
    assert inferred(store) == by_prov


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(WhenceError, match="prov-full"):
        keeper().infer("everything")


def test_nothing_is_inferred_by_none() -> None:
    store = keeper("none")
    store.write([statement(A, PROV.used, B)])
    store.update("INSERT DATA { <urn:a> prov:used <urn:b> }")
    assert inferred(store) == set()
    store.update("DROP ALL")
    assert Keeper(store.inner).profile == "none"


def test_removing_quads_is_followed() -> None:
    store = keeper()
    store.write([statement(A, PROV.used, B), Quad(A, PROV.used, B, G2), statement(B, PROV.used, C)])
    told = [Quad(t.subject, t.predicate, t.object, WHENCE_INFERRED) for t in inferred(store)]
    store.remove([*told, statement(A, PROV.used, B)])
    assert inferred(store) == closure(asserted(store))
    store.remove([Quad(A, PROV.used, B, G2)])
    assert A_B not in inferred(store)
    assert inferred(store) == closure(asserted(store))


def test_inferring_can_be_stopped() -> None:
    store = keeper("none")
    store.write([statement(A, PROV.used, B)])
    stages: list[str] = []

    def stop(stage: str, _: int) -> bool:
        stages.append(stage)
        return False

    assert store.infer("prov", progress=stop) is None
    assert stages
    assert inferred(store) == set()
    assert not store.status().current
    assert store.infer() is not None
    assert store.status().current


def test_statements_of_another_store_about_its_inferences_are_left_out() -> None:
    store = keeper()
    store.write(
        [
            statement(A, PROV.used, B),
            Quad(NAMES[5], RDF_TYPE, PROV.Agent, WHENCE_INFERRED),
            STALE,
        ]
    )
    assert store.status().current
    assert Triple(NAMES[5], RDF_TYPE, PROV.Agent) not in inferred(store)


def test_the_catalogue_is_not_reasoned_about() -> None:
    store = keeper()
    store.write([Quad(G1, PROV.used, B, WHENCE_CATALOGUE), statement(A, RDFS.label, Literal("a"))])
    assert not {triple for triple in inferred(store) if G1 in (triple.subject, triple.object)}


def test_blank_nodes_of_updates_are_followed() -> None:
    store = keeper()
    store.update(f"INSERT DATA {{ {A} prov:qualifiedUsage _:u . _:u prov:entity {B} }}")
    assert Triple(A, PROV.used, B) in inferred(store)
    assert any(isinstance(triple.subject, BlankNode) for triple in inferred(store))


quads = st.builds(
    Quad,
    st.sampled_from(NAMES),
    st.sampled_from(PREDICATES),
    st.sampled_from(NAMES),
    st.sampled_from(GRAPHS),
)


class Writes(RuleBasedStateMachine):
    """Any sequence of writes, replacements and updates."""

    @initialize(profile=st.sampled_from(["prov", "owl", "prov-full"]))
    def open(self, profile: str) -> None:
        self.store, self.profile = keeper(profile), profile

    @rule(some=st.lists(quads, max_size=6))
    def write(self, some: list[Quad]) -> None:
        self.store.write(some)

    @rule(some=st.lists(quads, max_size=4), graph=st.sampled_from([G1, G2]))
    def replace(self, some: list[Quad], graph: NamedNode) -> None:
        self.store.write(some, replace=[graph])

    @rule(graph=st.sampled_from([G1, G2]))
    def drop(self, graph: NamedNode) -> None:
        self.store.update(f"DROP SILENT GRAPH {graph}")

    @rule(quad=quads)
    def delete(self, quad: Quad) -> None:
        named = quad.graph_name != DefaultGraph()
        open_, close = (f"GRAPH {quad.graph_name} {{", "}") if named else ("", "")
        self.store.update(f"DELETE DATA {{ {open_} {quad.triple} {close} }}")

    @rule(predicate=st.sampled_from(PREDICATES), other=st.sampled_from(PREDICATES))
    def rewrite(self, predicate: NamedNode, other: NamedNode) -> None:
        self.store.update(
            f"DELETE {{ GRAPH ?g {{ ?s {predicate} ?o }} }} INSERT {{ ?o {other} ?s }}"
            f" WHERE {{ GRAPH ?g {{ ?s {predicate} ?o }} }}"
        )

    @rule()
    def reopen(self) -> None:
        self.store = Keeper(self.store.inner, profile=self.profile)

    @invariant()
    def inferred_is_what_a_full_run_gives(self) -> None:
        if hasattr(self, "store") and self.store.status().rules is not None:
            assert inferred(self.store) == closure(asserted(self.store), self.profile)


Writes.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
test_any_sequence_of_writes = Writes.TestCase


def test_what_is_known_is_kept_beside_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Keeper(EmbeddedBackend.open(tmp_path / "store"))
    store.write([statement(A, PROV.used, B)])
    store.close()
    again = Keeper(EmbeddedBackend.open(tmp_path / "store"))
    with monkeypatch.context() as patched:
        # The store itself is not read again.
        patched.setattr(Asserted, "of_predicate", None)
        again.write([statement(B, PROV.wasDerivedFrom, C)])
    assert inferred(again) == closure(asserted(again))
    again.close()


def test_a_store_that_another_wrote_to_is_read_again(tmp_path: Path) -> None:
    store = Keeper(EmbeddedBackend.open(tmp_path / "store"))
    store.write([statement(A, PROV.used, B)])
    store.close()
    bare = EmbeddedBackend.open(tmp_path / "store")
    bare.write([statement(C, PROV.used, D), STALE])
    bare.close()
    again = Keeper(EmbeddedBackend.open(tmp_path / "store"))
    again.write([statement(E, PROV.used, F)])
    assert inferred(again) == closure(asserted(again))
    again.close()


def test_an_ontology_changes_answers_at_once() -> None:
    """A subclass of prov:Activity, a property chain and a transitive property, then without them."""
    store = keeper()
    words = NamedNode("https://w3id.org/whence/ns#ontology/lab")
    run, sample, part, whole = (NamedNode(EX + name) for name in ("run", "sample", "part", "whole"))
    store.write(
        [
            statement(run, RDF_TYPE, NamedNode(EX + "Assay")),
            statement(run, NamedNode(EX + "took"), sample),
            statement(sample, NamedNode(EX + "from"), whole),
            statement(part, NamedNode(EX + "within"), sample),
            statement(sample, NamedNode(EX + "within"), whole),
        ]
    )
    wanted = {
        Triple(run, RDF_TYPE, PROV.Activity),
        Triple(run, PROV.used, whole),
        Triple(run, PROV.wasInfluencedBy, whole),
        Triple(part, NamedNode(EX + "within"), whole),
    }
    assert not wanted & inferred(store)
    ontology = f"""PREFIX : <{EX}> INSERT DATA {{ GRAPH {words} {{
        :Assay rdfs:subClassOf prov:Activity .
        prov:used owl:propertyChainAxiom _:list . _:list rdf:first :took ; rdf:rest _:rest .
        _:rest rdf:first :from ; rdf:rest rdf:nil .
        :within a owl:TransitiveProperty }} }}"""
    store.update(f"PREFIX owl: <http://www.w3.org/2002/07/owl#>{ontology}")
    assert wanted <= inferred(store)
    store.update(f"DROP GRAPH {words}")
    assert not wanted & inferred(store)
    assert inferred(store) == closure(asserted(store))


def test_contradictions_are_reported() -> None:
    store = keeper()
    store.write([statement(A, RDF_TYPE, PROV.Entity), statement(A, RDF_TYPE, PROV.Activity)])
    report = store.infer()
    assert report is not None
    assert any(A.value in text for text in report.contradictions)


def test_an_ontology_that_makes_no_rules_blocks_no_write(monkeypatch: pytest.MonkeyPatch) -> None:
    store = keeper()
    store.write([statement(A, PROV.used, B)])
    words = NamedNode("https://w3id.org/whence/ns#ontology/broken")

    def refuse(profile: str, extra: frozenset[Triple]) -> object:
        if extra:
            raise SourceError("too many rules")
        return ruleset(profile)

    monkeypatch.setattr("whence.reasoning.keeper.ruleset", refuse)
    store.update(f"INSERT DATA {{ GRAPH {words} {{ {A} rdfs:subClassOf {B} }} }}")
    assert not store.status().current
    with pytest.raises(SourceError):
        store.infer()
    store.write([statement(C, PROV.used, D)])
    store.update(f"INSERT DATA {{ GRAPH {G1} {{ {D} {PROV.used} {E} }} }}")
    store.update(f"DROP GRAPH {words}")
    assert store.status().current
    assert inferred(store) == closure(asserted(store))


def test_inferences_by_other_rules_are_not_current() -> None:
    store = keeper()
    store.write([statement(A, PROV.used, B)])
    store.update(
        "DELETE { GRAPH whence:catalogue { ?x whence:rules ?old } } INSERT { GRAPH whence:catalogue "
        '{ ?x whence:rules "older" } } WHERE { GRAPH whence:catalogue { ?x whence:rules ?old } }'
    )
    again = Keeper(store.inner)
    assert not again.status().current
    again.check()
    assert next(again.quads(*STALE), None) is not None
    again.write([statement(C, PROV.used, D)])
    assert again.status().current


def test_the_profile_a_store_is_made_with_is_kept_before_anything_is_written(tmp_path: Path) -> None:
    Keeper(EmbeddedBackend.open(tmp_path / "store"), profile="none").close()
    again = Keeper(EmbeddedBackend.open(tmp_path / "store"))
    assert again.profile == "none"
    assert again.status().current
    again.close()

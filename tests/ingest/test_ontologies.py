"""An ontology of a user changes what follows at once, and says what of it has no consequences."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

import whence
from whence import Store
from whence.errors import SourceError, SourceSyntaxError
from whence.ontology.namespaces import WHENCE_INFERRED
from whence.reasoning import drafts

PREFIXES = """
PREFIX : <http://example.org/lab#> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
LAB = (
    PREFIXES
    + """
:Run a owl:Class ; rdfs:subClassOf prov:Activity .
:usedKit a owl:ObjectProperty ; rdfs:subPropertyOf prov:used .
:holds a owl:ObjectProperty, owl:TransitiveProperty .
:sampled a owl:ObjectProperty ; owl:propertyChainAxiom ( :usedKit :holds ) .
"""
)
DATA = (
    PREFIXES
    + """
:run7 a :Run ; :usedKit :kit . :kit :holds :rack . :rack :holds :box . :box :holds :tube .
"""
)
ANSWERS = (
    "ASK { :run7 a prov:Activity }",
    "ASK { :run7 prov:used :kit . :kit a prov:Entity }",
    "ASK { :kit :holds :tube }",
    "ASK { :run7 :sampled :tube }",
)


@pytest.fixture
def store() -> Iterator[Store]:
    with whence.open(":memory:") as made:
        yield made


def answers(store: Store) -> list[bool]:
    return [bool(store.query(PREFIXES + question)) for question in ANSWERS]


def inferred(store: Store) -> int:
    return store.backend.count(WHENCE_INFERRED)


@pytest.mark.parametrize("first", ["ontology", "data"])
def test_a_subclass_a_chain_and_a_transitive_property_change_answers_at_once(
    store: Store, first: str
) -> None:
    if first == "ontology":
        report = store.ontology.add(LAB, name="lab")
        store.load(DATA.encode(), format="turtle")
    else:
        store.load(DATA.encode(), format="turtle")
        assert answers(store) == [False] * 4
        report = store.ontology.add(LAB, name="lab")
    assert answers(store) == [True] * 4
    assert (report.name, report.remarks, report.replaced) == ("lab", (), False)
    assert report.rules > 4
    assert store.inference.current
    assert store.ontology.remove("lab")
    assert answers(store) == [False] * 4
    assert not store.ontology.remove("lab")
    assert inferred(store) == 0


def test_adding_again_replaces(store: Store) -> None:
    store.load(DATA.encode(), format="turtle")
    store.ontology.add(LAB, name="lab")
    report = store.ontology.add(PREFIXES + ":Run rdfs:subClassOf prov:Activity .", name="lab")
    assert report.replaced
    assert report.rules < 0
    assert answers(store) == [True, False, False, False]
    assert [info.name for info in store.ontology.list()] == ["lab"]


def test_ontologies_add_up(store: Store) -> None:
    store.ontology.add(PREFIXES + ":Short rdfs:subClassOf :Run .", name="more")
    store.ontology.add(LAB, name="lab")
    store.load((PREFIXES + ":run8 a :Short .").encode(), format="turtle")
    assert store.query(PREFIXES + "ASK { :run8 a prov:Activity }")


def test_it_comes_from_a_file_of_any_rdf_syntax(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "lab words.ttl.gz"
    path.write_bytes(gzip.compress(LAB.encode()))
    assert store.ontology.add(path).name == "lab words"
    report = store.ontology.add(path.as_uri(), name="lab")
    assert report.triples == len(LAB.split(" a ")) + 7
    assert store.ontology.add(io.BytesIO(LAB.encode()), name="stream").triples == report.triples
    (info, *_) = store.ontology.list()
    assert (info.name, info.format) == ("lab", "text/turtle")
    assert info.sha256 is not None


def test_it_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    with whence.open(tmp_path / "store") as store:
        store.ontology.add(LAB, name="lab")
    with whence.open(tmp_path / "store") as store:
        store.load(DATA.encode(), format="turtle")
        assert answers(store) == [True] * 4


def test_any_write_to_its_graph_counts(store: Store) -> None:
    store.load(DATA.encode(), format="turtle")
    graph = NamedNode("https://w3id.org/whence/ns#ontology/mine")
    said = ":Run rdfs:subClassOf prov:Activity"
    store.update(f"{PREFIXES} INSERT DATA {{ GRAPH {graph} {{ {said} }} }}")
    assert answers(store)[0]
    store.update(f"{PREFIXES} DELETE DATA {{ GRAPH {graph} {{ {said} }} }}")
    assert not answers(store)[0]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (PREFIXES + ":Run oops", "<bytes>:5:6: oops"),
        ("http://example.org/lab.ttl", "not fetched"),
        ("missing.ttl", "no such file"),
        (PREFIXES + "\n", "says nothing"),
        ("document\nendDocument\n", "RDF"),
    ],
)
def test_what_is_no_ontology_is_refused_and_changes_nothing(store: Store, source: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        store.ontology.add(source, name="lab")
    assert store.ontology.list() == []


def test_a_place_is_given_for_a_mistake(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "lab.ttl"
    path.write_text(PREFIXES + ":Run a owl:Class .\n:Run oops")
    with pytest.raises(SourceSyntaxError) as caught:
        store.ontology.add(path)
    assert (Path(caught.value.source).name, caught.value.line) == ("lab.ttl", 6)


def test_what_makes_too_many_rules_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_LIMIT", 2000)
    unions = [f"[ owl:unionOf ( {' '.join(f':{name}{n}' for n in range(13))} ) ]" for name in "ABC"]
    words = f"{PREFIXES} [ owl:intersectionOf ( {' '.join(unions)} ) ] rdfs:subClassOf :Both ."
    with pytest.raises(SourceError, match="too many rules"):
        store.ontology.add(words, name="large")
    assert store.ontology.list() == []
    store.load(DATA.encode(), format="turtle")


def test_a_text_needs_a_name(store: Store) -> None:
    with pytest.raises(SourceError, match="needs a name"):
        store.ontology.add(LAB)


def test_a_store_that_infers_nothing_says_so() -> None:
    with whence.open(":memory:", inference="none") as store:
        report = store.ontology.add(LAB, name="lab")
        assert report.rules == 0
        assert "infers nothing" in report.remarks[-1]


def test_relative_names_are_told(store: Store) -> None:
    report = store.ontology.add(PREFIXES + "<#Run> rdfs:subClassOf prov:Activity .", name="lab")
    assert any("no absolute IRI" in remark for remark in report.remarks)


def test_equality_is_kept_through_writes_and_removals(store: Store) -> None:
    store.ontology.add(PREFIXES + ":serial a owl:InverseFunctionalProperty .", name="lab")
    one, other = b':a :serial "7" ; a prov:Entity .', b':b :serial "7" . :run prov:used :b .'
    store.load(PREFIXES.encode() + one, format="turtle", bundle="urn:one")
    store.load(PREFIXES.encode() + other, format="turtle", bundle="urn:other")
    assert store.query(PREFIXES + "ASK { :b owl:sameAs :a . :run prov:used :a }")
    store.remove("urn:one")
    assert not store.query(PREFIXES + "ASK { { ?x owl:sameAs ?y } UNION { ?x ?p :a } }")
    assert store.query(PREFIXES + "ASK { :b a prov:Entity }")

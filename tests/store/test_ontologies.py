"""Ontologies of users lie in graphs of their own, which are no bundles."""

from io import BytesIO

import pytest
from pyoxigraph import NamedNode, Quad, Triple

import whence
from whence.errors import SourceError
from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS, WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.reasoning.keeper import Keeper
from whence.store import catalogue, ontologies
from whence.store.catalogue import Description, is_system
from whence.store.embedded import EmbeddedBackend

RUN, STEP = NamedNode("http://example.org/lab#Run"), NamedNode("http://example.org/lab#Step")
LAB = ontologies.graph_of("lab")


def put(backend: EmbeddedBackend, name: str, cls: NamedNode, **more: str) -> None:
    graph = ontologies.graph_of(name)
    about = Description(graph, adapter="ontology", kind=ontologies.KIND, **more)  # type: ignore[arg-type]
    ontologies.write(backend, [Quad(cls, RDFS.subClassOf, PROV.Activity, graph)], about, "1")


@pytest.fixture
def backend() -> EmbeddedBackend:
    return EmbeddedBackend.open(":memory:")


def test_an_ontology_is_kept_and_described(backend: EmbeddedBackend) -> None:
    put(backend, "lab", RUN, source="lab.ttl", sha256="ab")
    (info,) = ontologies.listed(backend)
    assert (info.name, info.iri, info.triples) == ("lab", LAB.value, 1)
    assert (info.source, info.sha256) == ("lab.ttl", "ab")
    assert info.time is not None
    assert ontologies.triples(backend) == {Triple(RUN, RDFS.subClassOf, PROV.Activity)}


def test_adding_again_replaces_what_was_there_and_what_was_said_of_it(backend: EmbeddedBackend) -> None:
    put(backend, "lab", RUN, source="lab.ttl", sha256="ff")
    put(backend, "lab", STEP, source="lab2.ttl", sha256="ab")
    (info,) = ontologies.listed(backend)
    assert (info.source, info.sha256, info.triples) == ("lab2.ttl", "ab", 1)
    assert ontologies.triples(backend) == {Triple(STEP, RDFS.subClassOf, PROV.Activity)}


def test_removing_leaves_nothing(backend: EmbeddedBackend) -> None:
    put(backend, "lab", RUN)
    assert ontologies.remove(backend, "lab")
    assert not ontologies.remove(backend, "lab")
    assert backend.count() == 0


def test_names_may_hold_anything_but_nothing(backend: EmbeddedBackend) -> None:
    for name in ("Wörter/v1 #2", "100%"):
        put(backend, name, RUN)
    assert {info.name for info in ontologies.listed(backend)} == {"Wörter/v1 #2", "100%"}
    with pytest.raises(SourceError):
        ontologies.graph_of(" ")


def test_an_ontology_put_there_by_other_means_counts_as_well(backend: EmbeddedBackend) -> None:
    backend.update(f"INSERT DATA {{ GRAPH {LAB} {{ {RUN} {RDFS.subClassOf} {PROV.Activity} }} }}")
    (info,) = ontologies.listed(backend)
    assert (info.name, info.triples, info.source) == ("lab", 1, None)
    assert len(ontologies.triples(backend)) == 1


def test_system_graphs_are_the_catalogue_the_inferences_and_ontologies() -> None:
    assert all(map(is_system, (WHENCE_CATALOGUE, WHENCE_INFERRED, LAB)))
    assert not is_system(NamedNode("urn:run:1"))


def test_ontologies_are_no_bundles(backend: EmbeddedBackend) -> None:
    store = whence.Store(Keeper(backend, profile="none"))
    store.load(b"<urn:a> a <http://www.w3.org/ns/prov#Entity> .", format="turtle", bundle="urn:run:1")
    put(backend, "lab", RUN)
    assert [info.iri for info in store.bundles()] == ["urn:run:1"]
    assert store.stats().bundles == 1


def test_dumps_with_graphs_restore_ontologies_and_others_leave_them_out(backend: EmbeddedBackend) -> None:
    store = whence.Store(Keeper(backend, profile="none"))
    store.load(b"<urn:a> a <http://www.w3.org/ns/prov#Entity> .", format="turtle", bundle="urn:run:1")
    put(backend, "lab", RUN, source="lab.ttl")
    flat, whole = BytesIO(), BytesIO()
    store.dump(flat, format="ntriples")
    store.dump(whole, format="trig")
    assert flat.getvalue().decode() == f"<urn:a> {RDF_TYPE} {PROV.Entity} .\n"
    with whence.open(":memory:") as other:
        report = other.load(whole.getvalue(), format="trig", bundle="urn:dump")
        assert report.sources[0].parts == ("urn:run:1",)
        assert [info.name for info in ontologies.listed(other.backend)] == ["lab"]
        assert LAB.value not in {info.iri for info in catalogue.bundles(other.backend)}

"""Inferences on a SPARQL server follow what is written there through a store."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import NamedNode, Quad, Triple

from whence.ontology.namespaces import PROV, RDF_TYPE, WHENCE_INFERRED
from whence.reasoning.keeper import Keeper
from whence.reasoning.remote_keeper import RemoteKeeper
from whence.store.backend import Backend
from whence.store.catalogue import is_system
from whence.store.embedded import EmbeddedBackend
from whence.store.remote import RemoteBackend

EX = "http://example.org/"
A, B, C, D, G1, G2 = (NamedNode(EX + name) for name in ("a", "b", "c", "d", "g1", "g2"))


@pytest.fixture(params=["oxigraph_server", "virtuoso_server"])
def store(request: pytest.FixtureRequest, open_remote: Callable[[str], Backend]) -> RemoteKeeper:
    backend = open_remote(str(request.param))
    assert isinstance(backend, RemoteBackend)
    return RemoteKeeper(backend)


def inferred(store: Backend) -> set[Triple]:
    return {quad.triple for quad in store.quads(graph=WHENCE_INFERRED)}


def expected(store: Backend) -> set[Triple]:
    """What an embedded store infers from the same."""
    copy = Keeper(EmbeddedBackend.open(":memory:"))
    copy.write([quad for quad in store.quads() if not is_system(quad.graph_name)])
    return inferred(copy)


def test_nothing_is_inferred_unless_asked(store: RemoteKeeper) -> None:
    store.write([Quad(A, PROV.used, B, G1)])
    assert inferred(store) == set()
    assert store.status().profile == "none"


def test_inferences_follow_writes(store: RemoteKeeper) -> None:
    store.write([Quad(A, PROV.used, B, G1), Quad(B, PROV.wasDerivedFrom, C, G1)])
    report = store.infer("prov")
    assert report is not None
    assert report.inferred == report.added == len(inferred(store)) > 0
    assert inferred(store) == expected(store)
    store.write([Quad(B, PROV.wasGeneratedBy, D, G2), Quad(A, RDF_TYPE, PROV.Activity, G2)])
    assert inferred(store) == expected(store)
    store.write([Quad(A, PROV.used, D, G2)], replace=[G2])
    assert inferred(store) == expected(store)
    store.update(f"DELETE DATA {{ GRAPH {G1} {{ {A} {PROV.used} {B} }} }}")
    assert inferred(store) == expected(store)
    store.update(f"DROP SILENT GRAPH {G2}")
    assert inferred(store) == expected(store)
    assert store.status().current


def test_another_client_goes_on_and_an_end_can_be_made(store: RemoteKeeper) -> None:
    store.write([Quad(A, PROV.used, B, G1)])
    store.infer("prov")
    again = RemoteKeeper(store.inner)
    assert again.status().profile == "prov"
    again.write([Quad(B, PROV.wasAttributedTo, C, G1)])
    assert inferred(again) == expected(again)
    again.infer("none")
    assert inferred(again) == set()

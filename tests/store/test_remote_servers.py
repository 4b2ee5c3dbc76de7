"""What is particular to each real server: who may write, what it cuts, and what a failed write leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from whence.errors import QueryTooLarge, RemoteError, StoreError
from whence.ontology.namespaces import PROV, WHENCE_CATALOGUE, XSD
from whence.store.inference import is_own
from whence.store.remote import RemoteBackend
from whence.store.results import GraphResult, SelectResult

RUN, OTHER = NamedNode("urn:run:1"), NamedNode("urn:run:2")


def quads(count: int, graph: NamedNode = RUN) -> Iterator[Quad]:
    for number in range(count):
        yield Quad(NamedNode(f"urn:thing:{number:06}"), PROV.value, Literal(f"value {number}"), graph)


Open = Callable[[str], RemoteBackend]


@pytest.fixture
def oxigraph(open_remote: Open) -> RemoteBackend:
    return open_remote("oxigraph_server")


@pytest.fixture
def virtuoso(open_remote: Open) -> RemoteBackend:
    return open_remote("virtuoso_server")


@pytest.fixture
def whence(open_remote: Open) -> RemoteBackend:
    return open_remote("whence_server")


def test_whence_takes_writes_with_its_token_only(whence_server: Any) -> None:
    for token, words in ((None, "give a token"), ("wrong", "does not allow this")):
        stranger = RemoteBackend.connect(whence_server.url, token=token)
        with pytest.raises(RemoteError, match=words) as caught:
            stranger.write(quads(1))
        assert caught.value.status == 401
        with pytest.raises(RemoteError):
            stranger.update("CLEAR ALL")
        stranger.close()


@pytest.mark.parametrize("password", [None, "wrong"])
def test_virtuoso_takes_writes_with_a_password_only(virtuoso_server: Any, password: str | None) -> None:
    auth = ("whence", password) if password else None
    stranger = RemoteBackend.connect(virtuoso_server.url, auth=auth)
    with pytest.raises(RemoteError, match="does not allow this" if password else "give a token"):
        stranger.write(quads(1))
    stranger.close()


def test_virtuosos_cut_answers_are_refused(virtuoso: RemoteBackend) -> None:
    virtuoso.write(quads(10_500))
    with pytest.raises(QueryTooLarge, match="at 10000 rows"):
        virtuoso.query(f"SELECT * {{ GRAPH {RUN} {{ ?s ?p ?o }} }}")
    construct = virtuoso.query(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH {RUN} {{ ?s ?p ?o }} }}")
    assert isinstance(construct, GraphResult)
    with pytest.raises(QueryTooLarge, match="at 10000 rows"):
        list(construct)
    within = virtuoso.query(f"SELECT * {{ GRAPH {RUN} {{ ?s ?p ?o }} }} LIMIT 10000")
    assert isinstance(within, SelectResult)
    assert len(within.rows()) == 10_000
    assert set(virtuoso.quads()) == set(quads(10_500))


def test_virtuosos_own_graphs_are_not_ours(virtuoso: RemoteBackend) -> None:
    result = virtuoso.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert isinstance(result, SelectResult)
    assert [row.asdict() for row in result] == [{"n": 0}]
    assert list(virtuoso.quads()) == []


@pytest.mark.parametrize("replace", [[], [RUN]], ids=["adding", "replacing"])
@pytest.mark.parametrize("count", [5, 9_000], ids=["small", "large"])
def test_a_value_virtuoso_cannot_hold_undoes_the_write(
    virtuoso: RemoteBackend, count: int, replace: list[NamedNode]
) -> None:
    before = Quad(RUN, PROV.value, Literal("before"), RUN)
    virtuoso.write([before])
    too_big = Quad(OTHER, PROV.value, Literal("1" * 30, datatype=XSD.integer), OTHER)
    with pytest.raises(RemoteError, match=r"refused the data.*Invalid integer"):
        virtuoso.write([*quads(count), too_big], replace=replace)
    assert list(virtuoso.quads()) == [before]
    assert list(virtuoso._server.reader.every_graph()) == [RUN]


def test_a_write_of_many_graphs_replaced_at_once(
    oxigraph: RemoteBackend, virtuoso: RemoteBackend, whence: RemoteBackend
) -> None:
    bundles = [NamedNode(f"urn:bundle:{number}") for number in range(300)]
    for backend in (oxigraph, virtuoso, whence):
        for text in ("first", "second"):
            written = [Quad(bundle, PROV.value, Literal(text), bundle) for bundle in bundles]
            backend.write(written, replace=bundles)
            # A Whence server notes its inference profile besides.
            assert {quad for quad in backend.quads() if not is_own(quad)} == set(written)


def test_whence_replaces_while_it_takes_a_dataset_only(whence_server: Any, whence: RemoteBackend) -> None:
    whence.write(quads(3))
    headers = {"authorization": f"Bearer {whence_server.token}", "content-type": "text/turtle"}
    params = {"graph": OTHER.value, "replace": RUN.value}
    url = f"{whence_server.url}/store"
    answer = httpx.post(url, params=params, headers=headers, content="<urn:a> <urn:b> 1 .")
    assert answer.status_code == 400
    assert "replace goes with a dataset" in answer.text
    assert set(whence.graphs()) - {WHENCE_CATALOGUE} == {RUN}


def test_oxigraph_survives_a_sort_of_mixed_kinds(oxigraph: RemoteBackend) -> None:
    kinds = [Literal(n) for n in range(40)]
    kinds += [Literal(f"2026-01-{n:02}", datatype=XSD.date) for n in range(1, 28)]
    kinds += [Literal(f"text {n}") for n in range(40)]
    oxigraph.write(Quad(NamedNode(f"urn:{n}"), PROV.value, value, RUN) for n, value in enumerate(kinds))
    result = oxigraph.query("SELECT ?v { ?s ?p ?v } ORDER BY ?v")
    assert isinstance(result, SelectResult)
    assert len(result.rows()) == len(kinds)


def test_answers_left_unread_are_let_go_of(oxigraph: RemoteBackend, whence: RemoteBackend) -> None:
    # 120 are more than the connections that one client keeps; a Whence server has few workers.
    for backend, times in ((oxigraph, 120), (whence, 8)):
        backend.write(quads(10_000))
        for _ in range(times):
            result = backend.query("SELECT ?s ?p ?o { ?s ?p ?o . ?x ?y ?z }")
            assert isinstance(result, SelectResult)
            next(iter(result))
            del result
        assert backend.count(RUN) == 10_000


def test_threads_share_a_backend(oxigraph: RemoteBackend) -> None:
    oxigraph.write(quads(100))
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(oxigraph.count())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [100] * 8


def test_only_a_whence_server_is_asked_to_infer(oxigraph: RemoteBackend, whence: RemoteBackend) -> None:
    whence.write(quads(3))
    assert whence.infer()["profile"] == "none"
    assert whence.infer("owl")["profile"] == "owl"
    assert whence.infer("none")["inferred"] == 0
    with pytest.raises(StoreError, match="no Whence server"):
        oxigraph.infer()

"""kill -9 of every process of the server: nothing acknowledged is lost, and the server comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from whence.errors import StoreLocked
from whence.store.catalogue import SYSTEM_GRAPHS
from whence.store.embedded import EmbeddedBackend

CROSS_PRODUCT = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], object]) -> bool:
    """Whether ``condition`` becomes true within a generous time."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError, AssertionError):
            if condition():
                return True
        time.sleep(0.05)
    return False


def asks(server: Any, query: str = "ASK {}") -> bool:
    answer: bool = server.query(query)["boolean"]
    return answer


def test_idle_workers_are_replaced_unseen(own_server: Any) -> None:
    killed = own_server.helpers()["workers"]
    for pid in killed:
        kill(pid)
    assert wait_for(lambda: not any(map(alive, killed)))
    assert asks(own_server)
    assert wait_for(lambda: len(own_server.helpers()["workers"]) >= len(killed))


def test_a_worker_killed_in_a_query_costs_that_query_alone(own_server: Any) -> None:
    own_server.fill(1500)
    answers: list[httpx.Response] = []
    params = {"query": CROSS_PRODUCT, "timeout": "30"}

    def run() -> None:
        answers.append(httpx.get(f"{own_server.url}/sparql", params=params, timeout=60, trust_env=False))

    thread = threading.Thread(target=run)
    thread.start()
    assert wait_for(lambda: 'workers{state="busy"} 1.0' in own_server.client.get("/metrics").text)
    for pid in own_server.helpers()["workers"]:
        kill(pid)
    thread.join(30)
    assert answers[0].status_code == 500
    assert "crashed on this query (SIGKILL)" in answers[0].text
    assert wait_for(lambda: asks(own_server))


def test_a_killed_writer_is_replaced(own_server: Any) -> None:
    assert own_server.update("INSERT DATA { <urn:before> <urn:p> 1 }").status_code == 204
    (writer,) = own_server.helpers()["writer"]
    kill(writer)
    assert wait_for(lambda: own_server.helpers()["writer"] not in ([], [writer]))
    assert asks(own_server, "ASK { <urn:before> ?p ?o }")
    assert own_server.update("INSERT DATA { <urn:after> <urn:p> 1 }").status_code == 204
    assert asks(own_server, "ASK { <urn:after> ?p ?o }")
    assert (own_server.store_path / "server.json").exists()


def test_a_writer_killed_in_an_update_leaves_nothing_of_it(own_server: Any) -> None:
    statuses: list[int] = []
    text = "INSERT { ?a <urn:torn> ?d } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    thread = threading.Thread(target=lambda: statuses.append(own_server.update(text).status_code))
    thread.start()
    time.sleep(0.5)
    (writer,) = own_server.helpers()["writer"]
    kill(writer)
    thread.join(60)
    assert statuses == [500]
    assert not asks(own_server, "ASK { ?s <urn:torn> ?o }")
    assert own_server.update("INSERT DATA { <urn:again> <urn:p> 1 }").status_code == 204


def test_a_killed_front_is_replaced(own_server: Any) -> None:
    own_server.update("INSERT DATA { <urn:kept> <urn:p> 1 }")
    (front,) = own_server.helpers()["front"]
    kill(front)
    assert wait_for(lambda: own_server.client.get("/health").status_code == 200)
    assert wait_for(lambda: asks(own_server, "ASK { <urn:kept> ?p ?o }"))
    assert own_server.update("INSERT DATA { <urn:new> <urn:p> 1 }").status_code == 204
    assert (own_server.store_path / "server.json").exists()


def opened(path: Path) -> EmbeddedBackend:
    """The store, as soon as the kernel has cleaned up after the one that held it."""
    until = time.monotonic() + 60
    while True:
        try:
            return EmbeddedBackend.open(path)
        except StoreLocked:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.parametrize("round_", range(4))
def test_acknowledged_writes_survive_the_death_of_everything(
    start_server: Any, tmp_path: Path, round_: int
) -> None:
    """Kill all processes at once in the middle of small updates and loads; see what is there after."""
    server = start_server()
    acknowledged: list[int] = []

    def write() -> None:
        number = 0
        with contextlib.suppress(httpx.HTTPError, AssertionError):
            while True:
                pair = f"<urn:n{number}> <urn:a> {number} . <urn:n{number}> <urn:b> {number} ."
                if number % 5 == 4:
                    many = "".join(f"<urn:n{number}> <urn:c> {extra} .\n" for extra in range(3000))
                    response = server.put(f"urn:g{number}", pair + many)
                else:
                    response = server.update(f"INSERT DATA {{ GRAPH <urn:g{number}> {{ {pair} }} }}")
                assert response.status_code in (201, 204)
                acknowledged.append(number)
                number += 1

    thread = threading.Thread(target=write)
    thread.start()
    wait_for(lambda: len(acknowledged) >= 5 + 3 * round_)
    helpers = server.helpers()
    everyone = [server.process.pid, *helpers["front"], *helpers["writer"], *helpers["workers"]]
    for pid in everyone:
        kill(pid)
    thread.join(60)
    backend = opened(tmp_path / "store")
    try:
        bundles = set(backend.graphs()) - SYSTEM_GRAPHS
        counts = {graph.value: backend.count(graph) for graph in bundles}
        for number in acknowledged:
            assert counts[f"urn:g{number}"] == (3002 if number % 5 == 4 else 2)
        # The one in flight is there whole or not at all.
        assert set(counts.values()) <= {2, 3002}
    finally:
        backend.close()


def test_helpers_do_not_outlive_the_supervisor(start_server: Any) -> None:
    server = start_server()
    server.fill(1500)

    def run() -> None:
        with contextlib.suppress(httpx.HTTPError):
            server.client.get("/sparql", params={"query": CROSS_PRODUCT})

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    helpers = server.helpers()
    kill(server.process.pid)
    server.process.wait()
    everyone = [pid for pids in helpers.values() for pid in pids]
    assert wait_for(lambda: not any(map(alive, everyone)))
    thread.join(60)

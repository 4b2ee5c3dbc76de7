"""Starting and stopping: the file beside the store, locks, ports, signals."""

from __future__ import annotations

import json
import signal
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from whence.errors import StoreDamaged, StoreError, StoreLocked
from whence.store.embedded import EmbeddedBackend
from whence.store.lock import running_server
from whence.web.serving import serve
from whence.web.settings import Settings


def test_a_file_beside_the_store_says_where_the_server_is(start_server: Any) -> None:
    server = start_server()
    path = server.store_path / "server.json"
    assert json.loads(path.read_text()) == {
        "url": server.url,
        "pid": server.process.pid,
        "token": server.token,
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert running_server(server.store_path) is not None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_order(start_server: Any, how: signal.Signals) -> None:
    server = start_server()
    server.update("INSERT DATA { <urn:a> <urn:b> 1 }")
    helpers = [pid for pids in server.helpers().values() for pid in pids]
    server.process.send_signal(how)
    assert server.process.wait(30) == 0
    assert not (server.store_path / "server.json").exists()
    assert not (server.store_path / "serving").exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in helpers)
    backend = EmbeddedBackend.open(server.store_path)
    assert backend.count() == 1
    backend.close()


def test_only_one_process_opens_a_store(start_server: Any) -> None:
    server = start_server()
    with pytest.raises(StoreLocked, match="whence serve"):
        EmbeddedBackend.open(server.store_path)
    assert (server.store_path / "server.json").exists()


def test_a_second_server_on_a_store_says_who_holds_it(start_server: Any) -> None:
    server = start_server()
    with pytest.raises(StoreLocked, match="whence serve"):
        serve(str(server.store_path), Settings(port=0))
    assert (server.store_path / "server.json").exists()
    assert server.query("ASK {}")["boolean"] is True


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StoreError, match=f"port {port}"):
            serve(str(tmp_path / "store"), Settings(port=port))


def test_a_directory_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreDamaged):
        serve(str(tmp_path), Settings(port=0))
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_reads_that_need_a_token_need_one_to_be_set(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="token"):
        serve(str(tmp_path / "store"), Settings(port=0, public_reads=False))


def test_a_store_in_memory(start_server: Any) -> None:
    server = start_server(store=":memory:")
    server.update("INSERT DATA { <urn:a> <urn:b> 1 }")
    assert server.query("ASK { <urn:a> <urn:b> 1 }")["boolean"] is True


def test_what_was_stored_is_there_after_a_restart(start_server: Any, tmp_path: Path) -> None:
    first = start_server()
    first.update("INSERT DATA { <urn:a> <urn:b> 1 }")
    assert first.stop() == 0
    second = start_server(store=tmp_path / "store")
    assert second.query("ASK { <urn:a> <urn:b> 1 }")["boolean"] is True


def test_a_base_for_new_stores(start_server: Any) -> None:
    server = start_server(base="https://lineage.example/")
    posted = server.client.post(
        "/store", content="<urn:a> <urn:b> 1 .", headers=server.writing("text/turtle")
    )
    assert "lineage.example" in posted.headers["Location"]


def test_old_snapshots_are_removed(start_server: Any) -> None:
    server = start_server()
    for number in range(20):
        server.update(f"INSERT DATA {{ <urn:a> <urn:b> {number} }}")
        server.query("ASK {}")
    snapshots = list((server.store_path / "serving" / "snapshots").iterdir())
    assert 1 <= len(snapshots) <= len(server.helpers()["workers"]) + 1

"""The embedded store: transactions, replacement, locks, backups, and what bad paths get."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from whence.errors import QuerySyntaxError, StoreDamaged, StoreError, StoreLocked
from whence.ontology.namespaces import WHENCE_INFERRED
from whence.store import embedded
from whence.store.durability import Syncer
from whence.store.embedded import EmbeddedBackend, restore
from whence.store.results import SelectResult

G, H = NamedNode("urn:g"), NamedNode("urn:h")


def quad(number: int, graph: NamedNode = G) -> Quad:
    return Quad(NamedNode(f"urn:s:{number}"), NamedNode("urn:p"), Literal(number), graph)


def objects(backend: EmbeddedBackend, graph: NamedNode = G) -> set[int]:
    return {int(found.object.value) for found in backend.quads(graph=graph)}  # type: ignore[union-attr]


@pytest.fixture(params=["memory", "path"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedBackend]:
    opened = EmbeddedBackend.open(":memory:" if request.param == "memory" else tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture(params=[10_000, 3], ids=["few", "many"])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Both ways a write can go: through the log, or straight into table files."""
    monkeypatch.setattr(embedded, "_SMALL", request.param)
    monkeypatch.setattr(embedded, "_REPLACED_AT_ONCE", request.param)
    return int(request.param)


def test_a_write_is_there_whole(backend: EmbeddedBackend, small: int) -> None:
    backend.write(quad(n) for n in range(10))
    assert objects(backend) == set(range(10))
    assert backend.count() == backend.count(G) == 10
    assert list(backend.graphs()) == [G]


def test_a_write_that_fails_leaves_nothing(backend: EmbeddedBackend, small: int) -> None:
    backend.write([quad(0)])

    def broken() -> Iterator[Quad]:
        yield from (quad(n) for n in range(1, 10))
        raise ValueError("in the middle")

    for replace in ([], [G]):
        with pytest.raises(ValueError, match="in the middle"):
            backend.write(broken(), replace=replace)
        assert objects(backend) == {0}
        assert list(backend.graphs()) == [G]


def test_replace_empties_the_graph_in_the_same_step(backend: EmbeddedBackend, small: int) -> None:
    backend.write([quad(0), quad(1), quad(7, H)])
    backend.write([*(quad(n) for n in range(1, 9)), quad(8, H)], replace=[G])
    assert objects(backend) == set(range(1, 9))
    assert objects(backend, H) == {7, 8}
    assert set(backend.graphs()) == {G, H}


def test_replace_reaches_the_default_graph(backend: EmbeddedBackend, small: int) -> None:
    plain = [Quad(q.subject, q.predicate, q.object) for q in map(quad, range(8))]
    backend.write(plain, replace=[G])
    assert backend.count(DefaultGraph()) == 8


def test_the_default_graph_is_the_union_and_inferences_can_be_left_out(backend: EmbeddedBackend) -> None:
    backend.write([quad(1), quad(2, H), quad(3, WHENCE_INFERRED)])

    def values(**options: object) -> set[str]:
        result = backend.query("SELECT ?o { ?s ?p ?o }", **options)  # type: ignore[arg-type]
        assert isinstance(result, SelectResult)
        return {row["o"].value for row in result}  # type: ignore[union-attr]

    assert values() == {"1", "2", "3"}
    assert values(inferred=False) == {"1", "2"}
    assert values(default_graphs=[H]) == {"2"}
    assert values(default_graphs=[], named_graphs=[G]) == set()


def test_a_query_may_name_its_own_dataset(backend: EmbeddedBackend) -> None:
    backend.write([quad(1), quad(2, H)])
    result = backend.query("SELECT ?o FROM <urn:h> { ?s ?p ?o }")
    assert isinstance(result, SelectResult)
    assert [row[0].value for row in result] == ["2"]  # type: ignore[union-attr]


def test_known_prefixes_need_no_declaration(backend: EmbeddedBackend) -> None:
    backend.update("INSERT DATA { GRAPH <urn:g> { <urn:e> a prov:Entity } }")
    assert backend.query("ASK { ?e a prov:Entity }")


def test_a_syntax_error_has_its_position(backend: EmbeddedBackend) -> None:
    with pytest.raises(QuerySyntaxError, match=r"line 2, column \d+: expected") as caught:
        backend.query("SELECT *\n{ ?s ?p ")
    assert caught.value.line == 2
    with pytest.raises(QuerySyntaxError):
        backend.update("INSERT DATA { nonsense }")


def test_what_was_written_is_there_when_opened_again(tmp_path: Path) -> None:
    first = EmbeddedBackend.open(tmp_path / "store", base="http://example.org/base/")
    first.write([quad(1)])
    first.close()
    second = EmbeddedBackend.open(tmp_path / "store")
    assert objects(second) == {1}
    assert second.base == "http://example.org/base/"
    second.close()
    with pytest.raises(StoreError, match="cannot be opened with"):
        EmbeddedBackend.open(tmp_path / "store", base="urn:other:")


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    backend = EmbeddedBackend.open(tmp_path / "store")
    backend.close()
    backend.close()
    with pytest.raises(StoreError, match="closed"):
        backend.count()


def test_a_second_process_is_told_who_has_the_store(tmp_path: Path) -> None:
    path = tmp_path / "store"
    backend = EmbeddedBackend.open(path)
    code = f"from whence.store.embedded import EmbeddedBackend as B; B.open({str(path)!r})"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"pid {os.getpid()}" in other.stderr
    assert "whence serve" in other.stderr
    assert "open in another process" in other.stderr
    with pytest.raises(StoreLocked, match="open already in this program"):
        EmbeddedBackend.open(path)
    backend.close()
    EmbeddedBackend.open(path).close()


def test_bad_paths_get_one_clear_sentence(tmp_path: Path) -> None:
    file = tmp_path / "data.ttl"
    file.write_text("")
    with pytest.raises(StoreDamaged, match="is a file, not a store"):
        EmbeddedBackend.open(file)
    with pytest.raises(StoreDamaged, match="not a Whence store"):
        EmbeddedBackend.open(tmp_path)
    with pytest.raises(StoreError, match="no store can be made"):
        EmbeddedBackend.open("/proc/nowhere/store")


def test_a_store_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store"
    EmbeddedBackend.open(path).close()
    (path / "whence.json").write_text(json.dumps({"format": 99, "base": "urn:x:"}))
    with pytest.raises(StoreDamaged, match="store format 99"):
        EmbeddedBackend.open(path)


def test_a_backup_is_a_store_of_its_own(backend: EmbeddedBackend, tmp_path: Path) -> None:
    backend.write([quad(1)])
    backend.backup(tmp_path / "copy")
    backend.write([quad(2)])
    restore(tmp_path / "copy", tmp_path / "again")
    for path in (tmp_path / "copy", tmp_path / "again"):
        opened = EmbeddedBackend.open(path)
        assert objects(opened) == {1}
        opened.close()
    with pytest.raises(StoreError, match="exists already"):
        backend.backup(tmp_path / "copy")
    with pytest.raises(StoreError, match="exists already"):
        restore(tmp_path / "copy", tmp_path / "again")
    with pytest.raises(StoreDamaged, match="no backup"):
        restore(tmp_path, tmp_path / "other")


def test_a_snapshot_keeps_its_moment(tmp_path: Path) -> None:
    backend = EmbeddedBackend.open(tmp_path / "store")
    backend.write([quad(1)])
    backend.snapshot(tmp_path / "snapshot")
    backend.write([quad(2)])
    frozen = EmbeddedBackend.open_snapshot(tmp_path / "snapshot")
    assert objects(frozen) == {1}
    assert backend.generation == 2
    backend.close()


def test_leftovers_of_killed_processes_are_swept(tmp_path: Path) -> None:
    path = tmp_path / "store"
    backend = EmbeddedBackend.open(path)
    backend.write([quad(1), quad(2, NamedNode(embedded._STAGING + "0"))])
    backend.close()
    (path / "snapshots" / "3").mkdir(parents=True)
    (path / "tmp").mkdir()
    (path / "data" / "bulk-7.sst").write_bytes(b"half")
    backend = EmbeddedBackend.open(path)
    assert backend.count() == 1
    assert not (path / "snapshots").exists()
    assert not (path / "data" / "bulk-7.sst").exists()
    backend.close()


@pytest.mark.parametrize(("mode", "synced"), [("full", True), ("process", False)])
def test_full_durability_reaches_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, synced: bool, small: int
) -> None:
    backend = EmbeddedBackend.open(tmp_path / "store", durability=mode)  # type: ignore[arg-type]
    backend.write([quad(0)])
    calls: list[str] = []

    def fsync(handle: int) -> None:
        calls.append(name_of(handle))

    monkeypatch.setattr(os, "fsync", fsync)
    backend.write(quad(n) for n in range(20))
    suffix = ".log" if small > 20 else ".sst"
    assert any(name.endswith(suffix) for name in calls) is synced
    backend.close()


def name_of(handle: int) -> str:
    return str(Path(f"/proc/self/fd/{handle}").readlink())


def test_new_files_are_synced_with_their_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: calls.append(name_of(handle)))
    (tmp_path / "000001.log").touch()
    syncer = Syncer(tmp_path, "full")
    syncer.sync_log()
    assert calls == [str(tmp_path / "000001.log"), str(tmp_path)]
    calls.clear()
    syncer.sync_log()
    assert calls == [str(tmp_path / "000001.log")]


def test_optimize_and_size(tmp_path: Path) -> None:
    backend = EmbeddedBackend.open(tmp_path / "store")
    backend.write([quad(1)])
    backend.optimize()
    assert (backend.size() or 0) > 0
    assert EmbeddedBackend.open(":memory:").size() is None
    backend.close()

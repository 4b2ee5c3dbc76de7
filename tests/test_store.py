"""The front door: dumps, and one store shared by processes through the server that holds it."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

import whence
from whence.errors import SourceError, StoreError, StoreLocked, UnknownFormat

SERVE = """
import sys
from whence.web.serving import serve
from whence.web.settings import Settings
settings = Settings(port=0, token="t", access_log=False)
serve(sys.argv[1], settings, ready=lambda url: print(url, flush=True))
"""


def test_a_dump_is_whole_or_absent(tmp_path: Path) -> None:
    with whence.open() as store:
        with store.bundle("urn:b") as b:
            b.entity("urn:e", label="thing")
        store.dump(tmp_path / "all.nq")
        store.dump(tmp_path / "all.trig.gz")
        with pytest.raises(UnknownFormat):
            store.dump(tmp_path / "all.doc")
        with pytest.raises(SourceError, match="cannot be written"):
            store.dump(tmp_path / "missing" / "all.nq")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.nq", "all.trig.gz"]
    assert b"<urn:e>" in gzip.decompress((tmp_path / "all.trig.gz").read_bytes())


@pytest.mark.parametrize("name", ["all.nq", "all.trig", "all.jsonld", "all.trig.gz"])
def test_a_dump_restores_bundles_and_catalogue(tmp_path: Path, name: str) -> None:
    with whence.open() as store:
        with store.bundle("urn:b", label="first") as b:
            b.was_derived_from("urn:e2", "urn:e1")
        store.dump(tmp_path / name)
        listed = store.bundles()
    with whence.open() as again:
        again.load(tmp_path / name)
        restored = {info.iri: info for info in again.bundles()}
    assert restored["urn:b"].label == "first"
    assert restored["urn:b"].quads == listed[0].quads


def test_a_store_held_by_a_server_is_used_through_it(tmp_path: Path) -> None:
    path = tmp_path / "store"
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with whence.open(path) as store:
            assert store.location.startswith(url)
            with store.bundle("urn:b") as b:
                b.entity("urn:e")
            assert store.query("ASK { <urn:e> a prov:Entity }")
            assert [info.iri for info in store.bundles()] == ["urn:b"]
    finally:
        server.terminate()
        server.wait(30)
        assert server.stdout is not None
        server.stdout.close()
    with whence.open(path) as store:
        assert store.query("ASK { <urn:e> a prov:Entity }")
        with pytest.raises(StoreLocked):
            whence.open(path)


def test_what_is_no_store_or_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no store"):
        whence.open("htp://127.0.0.1:7676")
    with whence.open() as store, pytest.raises(StoreError, match="no bundle <urn:nix>"):
        store.dump(tmp_path / "x.nq", bundle="urn:nix")
    assert list(tmp_path.iterdir()) == []

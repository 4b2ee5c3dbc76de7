"""An answer of triples says each once, whatever number of bundles says it."""

import pytest

import whence
from whence.store import once as module
from whence.store.results import GraphResult


def test_constructed_triples_come_once() -> None:
    with whence.open() as store:
        for bundle in ("urn:a", "urn:b"):
            with store.bundle(bundle) as b:
                b.entity("urn:e")
        result = store.query("CONSTRUCT { ?s a ?t } WHERE { ?s a ?t FILTER(?s = <urn:e>) }")
        assert isinstance(result, GraphResult)
        assert len(list(result)) == 1


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    assert list(module.once([1, 1, 2, 3, 3, 2])) == [1, 2, 3, 3]

"""Counting what is in a store: asserted, inferred and what the store says of itself, apart."""

from pathlib import Path

import whence
from whence.ontology.namespaces import PROV, WHENCE_INFERRED


def test_what_is_inferred_is_counted_apart() -> None:
    with whence.open() as store, whence.open(inference="none") as plain:
        for each in (store, plain):
            with each.bundle("urn:run:1") as b:
                b.used("urn:draw", "urn:data")
        stats, without = store.stats(), plain.stats()
        assert stats.quads == without.quads
        assert stats.inferred == store.backend.count(WHENCE_INFERRED) > 0
        assert without.inferred == 0
        assert (stats.inference.profile, without.inference.profile) == ("prov", "none")
        assert stats.inference.current
        # Typed by nobody, but only activities use, and only entities are used.
        assert stats.by_type[PROV.Activity.value] == 1
        assert PROV.Activity.value not in without.by_type


def test_what_is_stated_and_inferred_is_one_thing() -> None:
    with whence.open() as store:
        with store.bundle("urn:run:1") as b:
            b.activity("urn:draw")
            b.used("urn:draw", "urn:data")
        with store.bundle("urn:run:2") as b:
            b.activity("urn:draw")
        assert store.stats().activities == 1


def test_an_emptied_store_counts_nothing() -> None:
    with whence.open() as store:
        with store.bundle("urn:run:1") as b:
            b.entity("urn:data")
        store.remove("urn:run:1")
        stats = store.stats()
        assert (stats.quads, stats.inferred, stats.bundles, stats.by_type) == (0, 0, 0, {})


def test_what_was_left_behind_shows(tmp_path: Path) -> None:
    with whence.open(tmp_path / "store") as store:
        with store.bundle("urn:run:1") as b:
            b.entity("urn:data")
        assert store.infer("owl", progress=lambda _stage, _count: False) is None
    with whence.open(tmp_path / "store") as store:
        inference = store.stats().inference
        assert (inference.profile, inference.current) == ("owl", False)
        store.infer()
        assert store.stats().inference.current

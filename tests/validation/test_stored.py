"""What is validated of a store: what it asserts, bundle by bundle."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

import whence
from whence.errors import StoreError
from whence.validation.assertion import Assertion
from whence.validation.source import Source
from whence.validation.stored import of_backend

EX = "http://example.org/"
TRIG = b"""
prefix prov: <http://www.w3.org/ns/prov#>
prefix ex: <http://example.org/>
ex:b1 a prov:Bundle .
ex:b1 { ex:a prov:used ex:e ; prov:qualifiedUsage [ prov:entity ex:e ] . }
ex:b2 { ex:f prov:wasRevisionOf ex:e . }
"""


@pytest.fixture
def store() -> Iterator[whence.Store]:
    with whence.open(":memory:") as opened:
        opened.load(io.BytesIO(TRIG), format="trig", bundle=f"{EX}document")
        opened.load(
            io.BytesIO(b"<urn:x> a <http://www.w3.org/ns/prov#Agent> ."), format="turtle", bundle=f"{EX}c"
        )
        yield opened


def ex(local: str) -> NamedNode:
    return NamedNode(EX + local)


def found(source: Source) -> set[tuple[str, NamedNode | None]]:
    return {(item.kind, item.bundle) for item in source.items if isinstance(item, Assertion)}


def test_each_bundle_is_read_without_what_is_inferred(store: whence.Store) -> None:
    assert found(of_backend(store.backend)) == {
        ("entity", ex("document")),
        ("used", ex("b1")),
        ("wasDerivedFrom", ex("b2")),
        ("agent", ex("c")),
    }


def test_a_document_comes_with_its_bundles(store: whence.Store) -> None:
    source = of_backend(store.backend, ex("document"))
    assert {bundle for _, bundle in found(source)} == {ex("document"), ex("b1"), ex("b2")}
    assert found(of_backend(store.backend, ex("b2"))) == {("wasDerivedFrom", ex("b2"))}


def test_a_bundle_must_be_there(store: whence.Store) -> None:
    with pytest.raises(StoreError, match=r"there is no bundle <http://example.org/x>"):
        of_backend(store.backend, ex("x"))


def test_a_union_keeps_the_bundles_of_statements(store: whence.Store) -> None:
    assert found(of_backend(store.backend, union=True)) == found(of_backend(store.backend))


def test_names_are_those_that_the_sources_declared(store: whence.Store) -> None:
    source = of_backend(store.backend)
    assert source.prefixes["ex"] == EX
    assert source.name == ":memory:"


def test_a_violation_names_the_file_its_bundle_was_loaded_from(tmp_path: Path) -> None:
    path = tmp_path / "loops.trig"
    path.write_text(
        "prefix prov: <http://www.w3.org/ns/prov#> prefix ex: <http://example.org/>\n"
        "ex:d prov:specializationOf ex:d . ex:b1 { ex:e prov:specializationOf ex:e . }"
    )
    with whence.open(":memory:") as store:
        store.load(path, bundle=f"{EX}document")
        report = store.validate()
    assert report.files == {f"{EX}b1": str(path), f"{EX}document": str(path)}
    assert f"In bundle ex:b1, loaded from {path}.\n" in str(report)
    assert f"In bundle ex:document, loaded from {path}.\n" in str(report)

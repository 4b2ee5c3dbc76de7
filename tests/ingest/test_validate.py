"""Validating documents without storing them, and before they are stored."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

import whence
from whence.errors import SourceError, SourceSyntaxError, ValidationFailed
from whence.ingest.validate import unreadable

PREFIX = "prefix ex <http://example.org/> "
VALID = f"document {PREFIX} wasDerivedFrom(ex:b, ex:a) endDocument".encode()
ITSELF = f"document {PREFIX} specializationOf(ex:a, ex:a) endDocument".encode()
PARTS = (
    f"document {PREFIX} bundle ex:one entity(ex:b) wasDerivedFrom(ex:b, ex:a) endBundle "
    "bundle ex:two entity(ex:a) wasDerivedFrom(ex:a, ex:b) endBundle endDocument"
).encode()
EX = "http://example.org/"


def test_bytes_streams_paths_and_gzip(tmp_path: Path) -> None:
    path = tmp_path / "itself.provn.gz"
    path.write_bytes(gzip.compress(ITSELF))
    for source in (ITSELF, io.BytesIO(ITSELF), path, str(path)):
        report = whence.validate(source)
        assert [violation.rule.id for violation in report.violations] == ["52"]
    assert whence.validate(VALID)


def test_the_source_is_named_in_the_report(tmp_path: Path) -> None:
    (tmp_path / "valid.provn").write_bytes(VALID)
    report = whence.validate(tmp_path / "valid.provn")
    assert report.source == str(tmp_path / "valid.provn")
    assert report.prefixes["ex"] == EX


def test_bundles_are_apart_but_for_union() -> None:
    assert whence.validate(PARTS)
    assert not whence.validate(PARTS, union=True)
    assert whence.validate(PARTS, bundle="ex:one")
    assert whence.validate(PARTS, bundle=NamedNode(f"{EX}one")).statements == 2


@pytest.mark.parametrize("name", ["ex:three", f"{EX}three", "unknown:one"])
def test_a_bundle_that_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises(SourceError, match="there is no bundle"):
        whence.validate(PARTS, bundle=name)


def test_one_source_at_a_time(tmp_path: Path) -> None:
    for name in ("a.provn", "b.provn"):
        (tmp_path / name).write_bytes(VALID)
    with pytest.raises(SourceError, match="2 files"):
        whence.validate(tmp_path)


def test_what_cannot_be_read_raises() -> None:
    with pytest.raises(SourceSyntaxError):
        whence.validate(b"document entity( endDocument", format="provn")


def test_what_cannot_be_read_can_be_reported_beside_others() -> None:
    report = unreadable("run.provn", SourceSyntaxError("no comma", source="run.provn", line=3, column=7))
    assert report.outcome == "malformed"
    fault = report.malformed[0]
    assert (fault.line, fault.column, fault.reason) == (3, 7, "no comma")


def test_a_report_shows_itself_as_text_and_data() -> None:
    report = whence.validate(ITSELF)
    assert str(report).startswith("<bytes>: invalid: 1 violation")
    assert report.to_json()["found"] == 1
    assert b"ValidationReport" in report.to_rdf()
    assert "&lt;bytes&gt;" in report._repr_html_()


def test_reject_stores_nothing_of_what_is_invalid() -> None:
    with whence.open() as store:
        with pytest.raises(ValidationFailed, match="nothing of it was stored") as refused:
            store.load(ITSELF, validate="reject")
        assert refused.value.report.found == 1
        assert store.bundles() == []
        assert store.load(VALID, validate="reject").sources[0].validation


def test_warn_stores_and_reports() -> None:
    with whence.open() as store:
        (loaded,) = store.load(ITSELF, validate="warn").sources
        assert loaded.validation is not None
        assert loaded.validation.outcome == "invalid"
        assert loaded.quads
        (again,) = store.load(ITSELF, validate="warn").sources
        assert again.skipped
        assert again.validation == loaded.validation


def test_nothing_is_looked_at_unasked() -> None:
    with whence.open() as store:
        assert store.load(ITSELF).sources[0].validation is None


def test_other_ways_are_refused() -> None:
    with whence.open() as store, pytest.raises(SourceError, match="'warn' or 'reject'"):
        store.load(VALID, validate="maybe")  # type: ignore[arg-type]


def test_a_store_is_judged_bundle_by_bundle_by_what_it_asserts() -> None:
    with whence.open() as store:
        store.load(PARTS, bundle="urn:run:1")
        assert store.validate()
        report = store.validate(union=True)
        assert [violation.rule.id for violation in report.violations] == ["42"]
        assert store.validate(f"{EX}one")
        with pytest.raises(whence.errors.StoreError, match="no bundle"):
            store.validate("urn:run:2")


def test_what_follows_is_not_taken_for_said() -> None:
    with whence.open(inference="prov-full") as store:
        store.load(
            f"document {PREFIX} wasAttributedTo(ex:e, ex:a) used(ex:b, ex:e, -) endDocument".encode()
        )
        assert store.stats().inferred
        assert store.validate().statements == 2


def test_what_happened_before_what() -> None:
    with whence.open() as store:
        store.load(
            f"document {PREFIX} wasDerivedFrom(ex:b, ex:a) entity(ex:c) endDocument".encode(),
            bundle="urn:run:1",
        )
        store.load(f"document {PREFIX} wasDerivedFrom(ex:d, ex:b) endDocument".encode(), bundle="urn:run:2")
        order = store.happened_before("ex:a", f"{EX}d")
        assert (str(order.answer), len(order.reason)) == ("yes", 2)
        assert str(store.happened_before("ex:d", "ex:a").answer) == "no"
        assert str(store.happened_before("ex:c", "ex:a").answer) == "unknown"
        assert str(store.happened_before("ex:a", "ex:d", bundle="urn:run:1").answer) == "unknown"
        assert str(store.happened_before("ex:nothing", "ex:a").answer) == "unknown"


def test_order_in_an_empty_store_is_unknown() -> None:
    with whence.open() as store:
        assert not store.happened_before(f"{EX}a", f"{EX}b")


def test_the_normal_form_says_what_follows(tmp_path: Path) -> None:
    with whence.open() as store:
        store.load(
            f"document {PREFIX} wasDerivedFrom(ex:b, ex:a, ex:act, -, -) endDocument".encode(),
            bundle="urn:run:1",
        )
        count = store.normal_form(tmp_path / "normal.provn", bundle="urn:run:1")
        text = (tmp_path / "normal.provn").read_text()
        assert count == text.count("(")
        assert "used(" in text
        assert "wasGeneratedBy(" in text
        for name in ("normal.ttl", "normal.json", "normal.provx"):
            store.normal_form(tmp_path / name, bundle="urn:run:1")
            assert whence.validate(tmp_path / name)


def test_what_clashes_has_no_normal_form(tmp_path: Path) -> None:
    with whence.open() as store:
        clash = "wasGeneratedBy(ex:g1; ex:e, ex:a, -) wasGeneratedBy(ex:g2; ex:e, ex:a, -)"
        store.load(f"document {PREFIX} {clash} endDocument".encode())
        with pytest.raises(SourceError, match="no normal form"):
            store.normal_form(tmp_path / "normal.provn")
    assert not (tmp_path / "normal.provn").exists()

"""Loading files: one bundle and one transaction a source, found formats, and clear refusals."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

import whence
from whence import Store
from whence.errors import SourceError, SourceSyntaxError, UnknownFormat
from whence.store.results import SelectResult

TURTLE = """
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <http://example.org/> .
ex:report a prov:Entity ; prov:wasGeneratedBy ex:write ;
  prov:qualifiedGeneration [ prov:atTime "2026-01-01T00:00:00Z" ] .
<> a prov:Bundle . <figure.png> a prov:Entity .
"""
PROVN = """document
  prefix ex <http://example.org/>
  entity(ex:report, [prov:label="Report"])
  bundle ex:inner
    entity(ex:draft)
  endBundle
endDocument
"""


@pytest.fixture
def store() -> Iterator[Store]:
    with whence.open(":memory:") as opened:
        yield opened


def test_the_same_source_twice_adds_nothing(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "run.ttl"
    file.write_text(TURTLE)
    first = store.load(file)
    quads = store.stats().quads
    assert first.quads == 6
    second = store.load(file)
    assert second.sources[0].skipped
    assert store.stats().quads == quads
    assert [bundle.iri for bundle in store.bundles()] == first.bundles


def test_a_source_is_loaded_again_once_its_bundle_was_changed(store: Store) -> None:
    bundle = store.load(TURTLE.encode()).bundles[0]
    store.update(f"DELETE WHERE {{ GRAPH <{bundle}> {{ ?s a prov:Entity }} }}")
    assert not store.load(TURTLE.encode()).sources[0].skipped
    assert store.query("ASK { <http://example.org/report> a prov:Entity }")


def test_a_removed_bundle_is_gone_with_its_description(store: Store) -> None:
    quads = store.stats().quads
    bundle = store.load(TURTLE.encode()).bundles[0]
    assert store.remove(bundle)
    assert store.stats().quads == quads
    assert not store.remove(bundle)
    assert store.load(TURTLE.encode()).quads == 6


def test_relative_names_are_repaired_and_reported(store: Store) -> None:
    source = store.load(TURTLE.encode()).sources[0]
    assert source.repairs.count
    assert store.query(f"ASK {{ <{source.bundle}> a prov:Bundle }}")
    assert store.query("ASK { <urn:whence:ref/figure.png> a prov:Entity }")


def test_bundles_of_a_document_are_graphs_of_their_own(store: Store) -> None:
    document = store.load(PROVN.encode()).bundles[0]
    assert {bundle.iri for bundle in store.bundles()} == {document, "http://example.org/inner"}
    assert store.query(
        "ASK { GRAPH <http://example.org/inner> { <http://example.org/draft> a prov:Entity } }"
    )
    assert store.remove("http://example.org/inner")
    store.load(PROVN.encode())
    assert store.query("ASK { GRAPH <http://example.org/inner> { ?draft a prov:Entity } }")


def test_a_named_bundle_can_be_replaced(store: Store) -> None:
    store.load(TURTLE.encode(), bundle="urn:b")
    store.load(
        b"<urn:x> a <http://www.w3.org/ns/prov#Entity> .", bundle="urn:b", format="turtle", replace=True
    )
    rows = store.query("SELECT ?s { GRAPH <urn:b> { ?s ?p ?o } }")
    assert isinstance(rows, SelectResult)
    assert [str(row[0]) for row in rows] == ["<urn:x>"]


def test_gzip_directories_and_globs(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.ttl.gz").write_bytes(gzip.compress(TURTLE.encode()))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.provn").write_text(PROVN)
    (tmp_path / "notes.md").write_text("# not provenance\n")
    (tmp_path / ".hidden.ttl").write_text("garbage")
    report = store.load(tmp_path)
    assert [Path(source.source).name for source in report.sources] == ["a.ttl.gz", "b.provn"]
    assert [Path(name).name for name in report.ignored] == ["notes.md"]
    assert store.load(str(tmp_path / "**" / "*.provn")).sources[0].skipped


def test_progress_reaches_the_size_of_the_file(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "run.ttl"
    file.write_text(TURTLE)
    calls: list[tuple[str, int, int]] = []
    store.load(file, progress=lambda *call: calls.append(call))
    assert calls[-1] == (str(file), len(TURTLE), len(TURTLE))


def test_a_stream_can_be_loaded(store: Store) -> None:
    assert store.load(io.BytesIO(PROVN.encode())).sources[0].format == "provn"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("@prefix ex: <http://example.org/> .\nex:a ex:b ex:c .\nex:d ex:e\n  oops .\n", ":4:"),
        (
            "document\n  prefix ex <http://example.org/>\n  entity(ex:a)\n  used(ex:a,\n ^)\nendDocument\n",
            ":5:",
        ),
    ],
)
def test_a_syntax_error_names_the_place_and_stores_nothing(
    store: Store, tmp_path: Path, text: str, place: str
) -> None:
    file = tmp_path / "bad"
    file.write_text(text)
    with pytest.raises(SourceSyntaxError) as caught:
        store.load(file)
    assert str(caught.value).startswith(f"{file}{place}")
    assert store.stats().quads == 0


def test_what_is_no_provenance_is_refused_with_the_list(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("# Notes\n\nNothing here.\n")
    with pytest.raises(UnknownFormat, match="turtle"):
        store.load(file)
    with pytest.raises(UnknownFormat, match="none of the 1 files"):
        store.load(tmp_path)
    with pytest.raises(SourceError, match="no such file"):
        store.load(tmp_path / "missing.ttl")


def test_prefixes_of_sources_are_remembered(store: Store) -> None:
    store.load(PROVN.encode())
    assert store.prefixes()["ex"] == "http://example.org/"


def test_a_directory_may_hold_the_store_itself(tmp_path: Path) -> None:
    (tmp_path / "run.provn").write_text(PROVN)
    with whence.open(tmp_path / "whence.db") as opened:
        assert [Path(name.source).name for name in opened.load(tmp_path).sources] == ["run.provn"]
        assert opened.load(tmp_path).sources[0].skipped


def test_a_dump_loaded_back_describes_its_bundles_itself(store: Store) -> None:
    store.load(PROVN.encode())
    times = "SELECT ?t { GRAPH whence:catalogue { <http://example.org/inner> prov:generatedAtTime ?t } }"
    dump = io.BytesIO()
    store.dump(dump, format="nquads")
    report = store.load(dump.getvalue())
    assert "http://example.org/inner" in report.sources[0].parts
    rows = store.query(times)
    assert isinstance(rows, SelectResult)
    assert len(rows.rows()) == 1

"""``whence validate`` and ``whence load --validate``: statuses, reports as text and data."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from pyoxigraph import RdfFormat, parse

Whence: TypeAlias = Callable[..., Any]

PREFIX = "document prefix ex <http://example.org/>\n"
VALID = PREFIX + "entity(ex:a)\nwasDerivedFrom(ex:b, ex:a)\nendDocument\n"
INVALID = (
    PREFIX
    + "entity(ex:a) entity(ex:b)\nwasDerivedFrom(ex:b, ex:a)\nwasDerivedFrom(ex:a, ex:b)\nendDocument\n"
)
NO_TIME = """
@prefix ex: <http://example.org/> . @prefix prov: <http://www.w3.org/ns/prov#> .
ex:a a prov:Activity ; prov:startedAtTime "yesterday" .
"""
BUNDLES = (
    PREFIX
    + "bundle ex:one entity(ex:a) endBundle\n"
    + "bundle ex:two specializationOf(ex:a, ex:a) endBundle endDocument"
)


@pytest.fixture
def files(here: Path) -> Path:
    (here / "valid.provn").write_text(VALID)
    (here / "invalid.provn").write_text(INVALID)
    (here / "malformed.ttl").write_text(NO_TIME)
    (here / "syntax.provn").write_text(PREFIX + "entity(ex:a endDocument")
    (here / "bundles.provn").write_text(BUNDLES)
    return here


def test_valid_is_0(whence: Whence, files: Path) -> None:
    outcome = whence("validate", "valid.provn")
    assert (outcome.status, outcome.out) == (0, "valid.provn: valid: 2 statements\n")


def test_invalid_is_3_and_the_report_suffices_to_mend_it(whence: Whence, files: Path) -> None:
    outcome = whence("validate", "invalid.provn")
    assert outcome.status == 3
    assert outcome.out.startswith("invalid.provn: invalid: 1 violation; 4 statements\n")
    assert "1. Constraint 42, derivation-generation-generation-ordering: " in outcome.out
    assert "wasDerivedFrom(ex:b, ex:a)   invalid.provn:3\n" in outcome.out
    assert "wasDerivedFrom(ex:a, ex:b)   invalid.provn:4\n" in outcome.out
    assert "comes before generation of ex:" in outcome.out
    assert "   Mend: " in outcome.out
    assert (
        "https://www.w3.org/TR/prov-constraints/#derivation-generation-generation-ordering" in outcome.out
    )


@pytest.mark.parametrize("name", ["malformed.ttl", "syntax.provn"])
def test_malformed_is_1(whence: Whence, files: Path, name: str) -> None:
    outcome = whence("validate", name)
    assert outcome.status == 1
    assert outcome.out.startswith(f"{name}: malformed: ")
    assert "   Mend: " in outcome.out


def test_the_place_of_a_syntax_error_is_told(whence: Whence, files: Path) -> None:
    told = whence("validate", "syntax.provn").out
    assert "(read as PROV-N)\n   at syntax.provn:2:13\n" in told


def test_of_many_files_each_is_told_and_the_worst_counts(whence: Whence, files: Path) -> None:
    assert whence("validate", "valid.provn", "invalid.provn").status == 3
    outcome = whence("validate", ".")
    assert outcome.status == 1
    names = [line.partition(":")[0] for line in outcome.out.splitlines() if ".provn: " in line]
    assert names == ["bundles.provn", "invalid.provn", "syntax.provn", "valid.provn"]


def test_quiet_reports_what_is_not_valid(whence: Whence, files: Path) -> None:
    assert whence("validate", "--quiet", "valid.provn").out == ""
    outcome = whence("validate", "--quiet", "valid.provn", "invalid.provn")
    assert outcome.out.startswith("invalid.provn: invalid")


def test_gzip_patterns_and_standard_input(whence: Whence, files: Path) -> None:
    (files / "packed.provn.gz").write_bytes(gzip.compress(INVALID.encode()))
    assert whence("validate", "*.gz").status == 3
    assert whence("validate", "-", stdin=INVALID.encode()).status == 3
    assert whence("validate", "-", "--input-format", "provn", stdin=VALID.encode()).status == 0


def test_files_of_other_kinds_in_directories_are_passed_over_and_counted(
    whence: Whence, here: Path
) -> None:
    (here / "minutes.txt").write_text("nothing of the sort")
    (here / "package.json").write_text('{"name": 1}')
    (here / "valid.provn").write_text(VALID)
    outcome = whence("validate", ".")
    assert (outcome.status, outcome.out) == (0, "valid.provn: valid: 2 statements\n")
    assert outcome.err == "2 files in no known format passed over: minutes.txt, package.json\n"
    assert whence("validate", "minutes.txt").status == 1


def test_looking_at_nothing_is_no_success(whence: Whence, here: Path) -> None:
    (here / "minutes.txt").write_text("nothing of the sort")
    outcome = whence("validate", ".", "--format", "json")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == "whence: none of the 1 file is in a format Whence reads\n"


@pytest.mark.parametrize(
    "name", ["x.provn", "x.ttl", "x.trig", "x.nt", "x.nq", "x.rdf", "x.jsonld", "x.provx"]
)
def test_broken_files_of_provenance_are_never_passed_over(whence: Whence, here: Path, name: str) -> None:
    (here / name).write_text("nothing of the sort")
    outcome = whence("validate", ".")
    assert outcome.status == 1
    assert outcome.out.startswith(f"{name}: malformed: ")
    (here / name).write_text("")
    assert "empty: nothing to validate" in whence("validate", ".").out


@pytest.mark.parametrize("text", ['{"prefix": {', '{"entity": {"ex:e": {}}', "{'entity': 1}"])
def test_json_that_may_be_provenance_is_never_passed_over(whence: Whence, here: Path, text: str) -> None:
    (here / "x.json").write_text(text)
    outcome = whence("validate", ".")
    assert outcome.status == 1
    assert "(read as PROV-JSON)" in outcome.out


def test_the_last_line_counts_several_sources(whence: Whence, files: Path) -> None:
    outcome = whence("validate", "valid.provn", "invalid.provn", "syntax.provn", "bundles.provn")
    assert outcome.out.endswith("\n4 sources: 1 malformed, 2 invalid, 1 valid\n")


def test_a_mistyped_first_word_is_told_in_the_format_of_the_name(whence: Whence, here: Path) -> None:
    (here / "run.provn").write_text(VALID.replace("document", "documnt", 1))
    assert (
        "found 'documnt'; did you mean 'document'? (read as PROV-N)" in whence("validate", "run.provn").out
    )


@pytest.mark.parametrize("name", ["e.provn", "e.ttl", "e.json", "e.provx", "e.jsonld", "e.txt"])
@pytest.mark.parametrize("text", ["", "\n  \n", "\ufeff"])
def test_empty_sources_are_malformed_whatever_they_are_called(
    whence: Whence, here: Path, name: str, text: str
) -> None:
    (here / name).write_text(text)
    outcome = whence("validate", name)
    assert outcome.status == 1
    assert "Malformed: the source is empty: nothing to validate\n" in outcome.out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("none.provn", "document endDocument"),
        ("none.ttl", "<urn:a> <urn:b> <urn:c> ."),
        ("none.ttl", "# nothing yet"),
        ("none.json", "{}"),
    ],
)
def test_documents_without_provenance_are_valid_and_say_so(
    whence: Whence, here: Path, name: str, text: str
) -> None:
    (here / name).write_text(text)
    outcome = whence("validate", name)
    assert (outcome.status, outcome.out) == (0, f"{name}: valid: no provenance found in it\n")


def test_mends_of_what_cannot_be_read_fit(whence: Whence, files: Path) -> None:
    (files / "cut.provn.gz").write_bytes(gzip.compress(VALID.encode())[:-12])
    assert "Mend: Pack it again" in whence("validate", "cut.provn.gz").out
    (files / "package.json").write_text('{"name": 1}')
    told = whence("validate", "package.json").out
    assert "it is JSON, but neither PROV-JSON, PROV-JSONLD nor JSON-LD" in told
    assert "Mend: Name a file of provenance" in told


def test_json_is_a_list_of_reports(whence: Whence, files: Path) -> None:
    outcome = whence("validate", "--format", "json", "valid.provn", "invalid.provn", "syntax.provn")
    reports = json.loads(outcome.out)
    assert [report["outcome"] for report in reports] == ["valid", "invalid", "malformed"]
    (violation,) = reports[1]["violations"]
    assert (violation["rule"]["id"], len(violation["cycle"])) == ("42", 2)


def test_turtle_is_one_graph(whence: Whence, files: Path) -> None:
    outcome = whence(
        "validate", "--format", "turtle", "--output", "report.ttl", "valid.provn", "invalid.provn"
    )
    assert (outcome.status, outcome.out) == (3, "")
    triples = list(parse((files / "report.ttl").read_bytes(), RdfFormat.TURTLE))
    results = [
        triple for triple in triples if triple.predicate.value == "http://www.w3.org/ns/shacl#result"
    ]
    assert len(results) == 1


def test_html_is_a_page_of_one_source(whence: Whence, files: Path) -> None:
    outcome = whence("validate", "--format", "html", "invalid.provn")
    assert outcome.status == 3
    assert outcome.out.startswith("<!DOCTYPE html>")
    assert "#derivation-generation-generation-ordering" in outcome.out
    assert whence("validate", "--format", "html", "valid.provn", "invalid.provn").status == 2


def test_a_bundle_by_its_name(whence: Whence, files: Path) -> None:
    assert whence("validate", "bundles.provn").status == 3
    assert whence("validate", "bundles.provn", "--bundle", "ex:one").status == 0
    assert whence("validate", "bundles.provn", "--bundle", "http://example.org/two").status == 3
    missing = whence("validate", "bundles.provn", "--bundle", "ex:three")
    assert missing.status == 2
    assert "there is no bundle ex:three in bundles.provn; it holds ex:one, ex:two" in missing.err


def test_of_many_files_those_with_the_bundle_count(whence: Whence, files: Path) -> None:
    outcome = whence("validate", "valid.provn", "bundles.provn", "--bundle", "ex:one")
    assert (outcome.status, outcome.out) == (0, "bundles.provn: valid: 1 statement\n")


def test_bundles_are_apart_but_for_union(whence: Whence, here: Path) -> None:
    one, two = "entity(ex:b) wasDerivedFrom(ex:b, ex:a)", "entity(ex:a) wasDerivedFrom(ex:a, ex:b)"
    parts = f"bundle ex:one {one} endBundle bundle ex:two {two} endBundle"
    (here / "parts.provn").write_text(f"{PREFIX}{parts} endDocument")
    assert whence("validate", "parts.provn").status == 0
    assert whence("validate", "parts.provn", "--union").status == 3


@pytest.mark.parametrize("arguments", [(), ("--store", "lab.db"), ("--store",)])
def test_a_store(
    whence: Whence, files: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHENCE_STORE", "lab.db")
    assert whence("load", "--bundle", "urn:run:1", "invalid.provn").status == 0
    assert whence("load", "--bundle", "urn:run:2", "valid.provn").status == 0
    outcome = whence("validate", *arguments)
    assert outcome.status == 3
    assert outcome.out.startswith("lab.db: invalid: 1 violation; ")
    assert "   In bundle <urn:run:1>, loaded from invalid.provn.\n" in outcome.out
    assert whence("validate", *arguments, "--bundle", "urn:run:2").status == 0
    missing = whence("validate", *arguments, "--bundle", "urn:run:3")
    assert missing.status == 2
    assert "there is no bundle <urn:run:3> in lab.db; it holds <urn:run:1>, <urn:run:2>" in missing.err


def test_files_and_a_store_are_one_too_many(whence: Whence, files: Path) -> None:
    assert whence("validate", "--store", "lab.db", "valid.provn").status == 2


def test_odd_times_are_told_when_asked_for_and_leave_the_status(whence: Whence, here: Path) -> None:
    backwards = "activity(ex:a, 2020-01-02T00:00:00Z, 2020-01-01T00:00:00Z)"
    (here / "times.provn").write_text(f"{PREFIX}{backwards}\nendDocument")
    assert whence("validate", "times.provn").out == "times.provn: valid: 1 statement\n"
    outcome = whence("validate", "--time", "--quiet", "times.provn")
    assert outcome.status == 0
    assert "\nTime: ex:a ends at 2020-01-01T00:00:00Z, before it starts" in outcome.out
    assert json.loads(whence("validate", "--time", "-f", "json", "times.provn").out)[0]["times"]


def test_rdf_is_told_by_the_lines_of_its_resources(whence: Whence, here: Path) -> None:
    (here / "x.ttl").write_text(
        "@prefix prov: <http://www.w3.org/ns/prov#> .\n@prefix ex: <http://example.org/> .\n\n"
        "ex:a prov:specializationOf ex:a .\n"
    )
    assert "specializationOf(ex:a, ex:a)   x.ttl:4\n" in whence("validate", "x.ttl").out


def test_limit_keeps_some_and_counts_all(whence: Whence, here: Path) -> None:
    loops = "\n".join(f"specializationOf(ex:e{i}, ex:e{i})" for i in range(5))
    (here / "many.provn").write_text(f"{PREFIX}{loops}\nendDocument")
    outcome = whence("validate", "--limit", "2", "many.provn")
    assert outcome.out.startswith("many.provn: invalid: 5 violations; ")
    assert "3 more violations not listed" in outcome.out


def test_load_rejects_what_is_invalid(whence: Whence, files: Path) -> None:
    outcome = whence("load", "--validate", "reject", "valid.provn", "invalid.provn")
    assert outcome.status == 1
    assert "1. Constraint 42" in outcome.err
    assert outcome.err.endswith(
        "whence: invalid.provn is no valid provenance, and nothing of it was stored\n"
    )
    bundles = json.loads(whence("bundles", "--format", "json").out)
    assert len(bundles) == 1


def test_load_warns_of_what_is_invalid(whence: Whence, files: Path) -> None:
    outcome = whence("load", "--validate", "warn", "--quiet", "valid.provn", "invalid.provn")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err.startswith("invalid.provn: invalid: 1 violation")
    assert whence("validate").status == 3


CONTRARY = """
@prefix prov: <http://www.w3.org/ns/prov#> .
<urn:thing/v/2> a prov:Entity ; prov:specializationOf <urn:thing> ; prov:wasRevisionOf <urn:thing/v/1> .
"""


def test_shapes_of_encodings_are_checked_when_asked(whence: Whence, files: Path) -> None:
    pytest.importorskip("pyshacl")
    assert whence("validate", "--shapes", "valid.provn").status == 0
    outcome = whence("validate", "--shapes", str(_contrary(files)))
    assert outcome.status == 3
    assert "shape-" in outcome.out


def test_shapes_of_a_store_are_checked_when_asked(whence: Whence, files: Path) -> None:
    pytest.importorskip("pyshacl")
    whence("load", "valid.provn", "--bundle", "urn:run:1")
    assert whence("validate", "--store", "--shapes").status == 0
    whence("load", "--bundle", "urn:run:1", "--replace", str(_contrary(files)))
    assert "shape-" in whence("validate", "--store", "--shapes", "--bundle", "urn:run:1").out


def _contrary(files: Path) -> Path:
    path = files / "contrary.ttl"
    path.write_text(CONTRARY)
    return path

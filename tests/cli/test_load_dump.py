"""Reading provenance into a store from the command line, and writing it out again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Whence: TypeAlias = Callable[..., Any]


def test_a_file_becomes_a_bundle(whence: Whence, workflow: Path) -> None:
    outcome = whence("load", "--bundle", "urn:run:1", workflow.name)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("workflow.provn: ")
    assert "(provn) in <urn:run:1>" in outcome.out
    assert json.loads(whence("stats", "--format", "json").out)["activities"] == 1


def test_loading_twice_adds_nothing(whence: Whence, workflow: Path) -> None:
    whence("load", workflow.name)
    before = whence("stats", "--format", "json").out
    assert "already there" in whence("load", workflow.name).out
    assert json.loads(whence("stats", "--format", "json").out)["quads"] == json.loads(before)["quads"]


def test_replace_empties_the_bundle_first(loaded: Whence, here: Path) -> None:
    (here / "other.ttl").write_text("<urn:a> a <http://www.w3.org/ns/prov#Entity> .")
    assert loaded("load", "--bundle", "urn:run:1", "--replace", "other.ttl").status == 0
    bundles = json.loads(loaded("bundles", "--format", "json").out)
    assert [bundle["iri"] for bundle in bundles] == ["urn:run:1"]
    assert loaded("query", "ASK { ?s a prov:Activity }").out == "no\n"
    assert loaded("query", "ASK { <urn:a> a prov:Entity }").out == "yes\n"


def test_directories_and_patterns(whence: Whence, workflow: Path, here: Path) -> None:
    (here / "data").mkdir()
    workflow.rename(here / "data" / "one.provn")
    (here / "two.ttl").write_text("<urn:a> a <http://www.w3.org/ns/prov#Entity> .")
    outcome = whence("load", "data", "t*.ttl")
    assert outcome.status == 0
    assert [line.partition(":")[0] for line in outcome.out.splitlines()] == ["data/one.provn", "two.ttl"]


def test_standard_input(whence: Whence) -> None:
    text = b"<urn:a> <http://www.w3.org/ns/prov#wasDerivedFrom> <urn:b> ."
    assert whence("load", "-", "--input-format", "text/turtle", stdin=text).status == 0
    assert whence("query", "ASK { <urn:a> prov:wasDerivedFrom <urn:b> }").out == "yes\n"


def test_quiet_prints_nothing(whence: Whence, workflow: Path) -> None:
    assert whence("load", "--quiet", workflow.name).out == ""


def test_a_syntax_error_is_one_line_and_stores_nothing(whence: Whence, here: Path) -> None:
    (here / "broken.ttl").write_text("<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> .\n")
    outcome = whence("load", "broken.ttl")
    assert outcome.status == 1
    assert outcome.err.startswith("broken.ttl:2:")
    assert outcome.err.count("\n") == 1
    assert json.loads(whence("stats", "--format", "json").out)["quads"] == 0


def test_an_unknown_format_is_answered_with_the_list(whence: Whence, workflow: Path) -> None:
    outcome = whence("load", "--input-format", "xls", workflow.name)
    assert outcome.status == 1
    assert "turtle" in outcome.err
    assert "provjson" in outcome.err


def test_a_file_that_is_not_there(whence: Whence) -> None:
    outcome = whence("load", "missing.ttl")
    assert outcome.status == 1
    assert outcome.err.startswith("whence: ")
    assert "missing.ttl" in outcome.err


def test_repaired_names_are_reported(whence: Whence, here: Path) -> None:
    (here / "relative.provn").write_text(
        "document\n  prefix ex <www.example.org/ns#>\n  entity(ex:a)\nendDocument\n"
    )
    outcome = whence("load", "relative.provn")
    assert outcome.status == 0
    assert "repaired" in outcome.out
    assert "www.example.org/ns#" in outcome.out


@pytest.mark.parametrize("format", ["provn", "provjson", "provxml", "turtle", "trig", "nquads", "jsonld"])
def test_what_is_dumped_loads_again(loaded: Whence, format: str) -> None:
    assert loaded("dump", "--bundle", "urn:run:1", "--format", format, "--output", "copy").status == 0
    outcome = loaded("load", "--store", "again", "copy", "--input-format", format)
    assert outcome.status == 0, outcome.err
    question = "ASK { <http://example.org/plot> prov:wasDerivedFrom <http://example.org/data> }"
    assert loaded("query", "--store", "again", question).out == "yes\n"


def test_the_ending_of_the_output_names_the_format(loaded: Whence, here: Path) -> None:
    assert loaded("dump", "--output", "all.nq.gz").status == 0
    assert (here / "all.nq.gz").read_bytes().startswith(b"\x1f\x8b")
    assert loaded("load", "--store", "again", "all.nq.gz").status == 0


def test_a_dump_goes_to_standard_output_as_trig(loaded: Whence) -> None:
    outcome = loaded("dump")
    assert outcome.status == 0
    assert "prov:wasDerivedFrom" in outcome.out


def test_what_a_prov_syntax_cannot_say_is_counted(loaded: Whence, here: Path) -> None:
    (here / "more.ttl").write_text('<urn:plain> <urn:says> "hello" .')
    loaded("load", "--bundle", "urn:run:1", "more.ttl")
    outcome = loaded("dump", "--bundle", "urn:run:1", "--format", "provn")
    assert outcome.status == 0
    assert "1 triples are not PROV statements" in outcome.err


def test_a_failed_dump_leaves_no_file(loaded: Whence, here: Path) -> None:
    assert loaded("dump", "--format", "xls", "--output", "copy").status == 1
    assert not (here / "copy").exists()


@pytest.mark.parametrize(
    ("text", "hinted"),
    [
        ("<urn:o> a owl:Ontology .", True),
        ("<urn:T> a rdfs:Class .", True),
        ("<urn:p> a owl:ObjectProperty ; rdfs:subPropertyOf prov:used .", True),
        ("<urn:T> a rdfs:Class . <urn:e> a prov:Entity .", False),
        ("<urn:T> a rdfs:Class . <urn:e> prov:wasDerivedFrom <urn:f> .", False),
        ("<urn:e> a prov:Entity ; a <urn:T> .", False),
    ],
)
def test_an_ontology_that_is_loaded_as_data_is_remarked(
    whence: Whence, here: Path, text: str, hinted: bool
) -> None:
    prefixes = {
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "prov": "http://www.w3.org/ns/prov#",
    }
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in prefixes.items())
    (here / "lab terms.ttl").write_text(head + text)
    outcome = whence("load", "lab terms.ttl")
    assert outcome.status == 0
    assert ("`whence ontology add 'lab terms.ttl'`" in outcome.err) is hinted


def test_the_normal_form_says_what_follows(whence: Whence, here: Path) -> None:
    text = "document prefix ex <urn:ex:> used(ex:a, ex:e, -) endDocument"
    (here / "use.provn").write_text(text)
    whence("load", "use.provn", "--bundle", "urn:run:1")
    outcome = whence("dump", "--normal-form", "--bundle", "urn:run:1", "--format", "provn")
    assert outcome.status == 0
    assert "ex:a, ex:e)" in outcome.out
    assert "wasInfluencedBy(" in outcome.out
    assert "2 statements in normal form" in outcome.err
    assert whence("dump", "--normal-form", "--inferred").status == 2

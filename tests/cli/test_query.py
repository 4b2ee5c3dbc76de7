"""SPARQL from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Whence: TypeAlias = Callable[..., Any]

LABELS = "SELECT ?label { GRAPH <urn:run:1> { ?e a prov:Entity ; rdfs:label ?label } } ORDER BY ?label"


def test_a_table_for_people(loaded: Whence) -> None:
    outcome = loaded("query", "SELECT ?e { ?e a prov:Activity }")
    assert outcome.status == 0
    assert [line.strip() for line in outcome.out.splitlines()] == ["e", "-------", "ex:draw"]


@pytest.mark.parametrize(
    ("format", "start"),
    [("csv", "label\r\ndata\r\nplot"), ("tsv", "?label\n"), ("json", '{"head"'), ("xml", "<?xml")],
)
def test_formats_for_programs(loaded: Whence, format: str, start: str) -> None:
    assert loaded("query", LABELS, "--format", format).out.startswith(start)


def test_a_file_and_standard_input_hold_queries(loaded: Whence, here: Path) -> None:
    (here / "labels.rq").write_text(LABELS)
    expected = loaded("query", LABELS).out
    assert "plot" in expected
    assert loaded("query", "labels.rq").out == expected
    assert loaded("query", "-", stdin=LABELS.encode()).out == expected


def test_a_name_that_is_no_file(loaded: Whence) -> None:
    outcome = loaded("query", "nothing.rq")
    assert outcome.status == 1
    assert outcome.err.startswith("whence: nothing.rq is neither a file nor a query\n")


def test_ask_can_set_the_exit_status(loaded: Whence) -> None:
    assert loaded("query", "ASK { ?s a prov:Plan }").status == 0
    outcome = loaded("query", "ASK { ?s a prov:Plan }", "--exit-status")
    assert (outcome.status, outcome.out) == (3, "no\n")
    assert loaded("query", "ASK { ?s a prov:Entity }", "--exit-status").status == 0


def test_construct_gives_turtle_or_another_graph_format(loaded: Whence) -> None:
    text = "CONSTRUCT { ?a prov:wasInfluencedBy ?b } WHERE { ?a prov:wasDerivedFrom ?b }"
    assert "prov:wasInfluencedBy" in loaded("query", text).out
    assert loaded("query", text, "--format", "ntriples").out.count(" .\n") == 1


@pytest.mark.parametrize(
    ("text", "format"),
    [("SELECT * { ?s ?p ?o }", "turtle"), ("DESCRIBE <urn:x>", "csv"), ("ASK { ?s ?p ?o }", "jsonld")],
)
def test_a_format_that_does_not_fit_the_answer(loaded: Whence, text: str, format: str) -> None:
    outcome = loaded("query", text, "--format", format, "--output", "answer")
    assert outcome.status == 2
    assert "choose from" in outcome.err
    assert not Path("answer").exists()


def test_output_goes_to_a_file(loaded: Whence, here: Path) -> None:
    outcome = loaded("query", LABELS, "--format", "json", "--output", "labels.json")
    assert (outcome.status, outcome.out) == (0, "")
    answer = json.loads((here / "labels.json").read_text())
    assert [row["label"]["value"] for row in answer["results"]["bindings"]] == ["data", "plot"]


def test_a_syntax_error_says_where(loaded: Whence) -> None:
    outcome = loaded("query", "SELECT ?e\n{ ?e a prov:Entity ; }\nORDER BY")
    assert outcome.status == 1
    assert outcome.err.startswith("whence: line 3")


def test_no_store_is_made_by_asking(whence: Whence, here: Path) -> None:
    outcome = whence("query", "ASK { ?s ?p ?o }")
    assert outcome.status == 1
    assert outcome.err.startswith("whence: there is no store at whence.db\nhint: ")
    assert list(here.iterdir()) == []


def test_the_store_is_named_by_option_or_environment(
    loaded: Whence, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded("query", "ASK { ?s ?p ?o }", "--store", ":memory:").out == "no\n"
    monkeypatch.setenv("WHENCE_STORE", ":memory:")
    assert loaded("query", "ASK { ?s ?p ?o }").out == "no\n"
    assert loaded("query", "ASK { ?s ?p ?o }", "--store", "whence.db").out == "yes\n"


def test_debug_adds_the_traceback(loaded: Whence) -> None:
    assert "Traceback" not in loaded("query", "nonsense {").err
    outcome = loaded("query", "--debug", "nonsense {")
    assert outcome.status == 1
    assert "Traceback" in outcome.err


def test_prefixes_that_sources_declared_need_no_declaration(loaded: Whence) -> None:
    outcome = loaded("query", "SELECT ?e { ?e prov:wasDerivedFrom ex:data }")
    assert outcome.status == 0
    assert outcome.out.splitlines()[-1].strip() == "ex:plot"

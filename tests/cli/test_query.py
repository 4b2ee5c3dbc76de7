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


@pytest.fixture
def own_queries(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's own queries."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "config"))
    folder = here / "own"
    folder.mkdir()
    monkeypatch.setenv("WHENCE_QUERIES", str(folder))
    return folder


def test_a_query_is_asked_by_its_name(loaded: Whence) -> None:
    outcome = loaded("query", "step-back", "-p", "thing=ex:plot", "--format", "csv")
    assert outcome.status == 0
    assert [line.split(",")[1] for line in outcome.out.splitlines()[1:]] == [
        "http://example.org/data",
        "http://example.org/draw",
    ]
    assert "ex:draw" in loaded("query", "longest-activities").out


def test_a_parameter_with_several_values_and_a_limit(loaded: Whence) -> None:
    both = ("query", "things", "-f", "csv", "-p", "type=prov:Entity", "-p", "text=ex")
    assert len(loaded(*both).out.splitlines()) > 2
    assert len(loaded(*both, "--limit", "1").out.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("step-back",), 1, "step-back needs the parameter thing (iri)"),
        (("step-back", "-p", "thnig=ex:a"), 1, "did you mean thing"),
        (("step-back", "-p", "thing=nowhere:a"), 1, "prefix 'nowhere'"),
        (("step-bakc", "-p", "thing=ex:a"), 1, "hint: did you mean step-back"),
        (("step-back", "-p", "thing"), 2, "name=value"),
        (("things", "-p", "limit=3"), 2, "--limit"),
        ((), 2, "give a query, its name or its file, or --list"),
    ],
)
def test_what_is_wrong_with_asking_by_name(
    loaded: Whence, arguments: tuple[str, ...], status: int, words: str
) -> None:
    outcome = loaded("query", *arguments)
    assert outcome.status == status
    assert words in outcome.err


def test_queries_are_listed_without_a_store(whence: Whence, own_queries: Path) -> None:
    (own_queries / "mine.rq").write_text("# title: All mine\n# param: x iri -- a thing\nASK { $x ?p ?o }\n")
    (own_queries / "broken.rq").write_text("ASK { $x ?p ?o }\n")
    outcome = whence("query", "--list")
    assert outcome.status == 0
    assert "All mine" in outcome.out
    assert "broken.rq: $x is not declared" in outcome.err
    listed = {one["name"]: one for one in json.loads(whence("query", "--list", "--format", "json").out)}
    assert listed["mine"]["parameters"][0]["required"]
    assert whence("query", "--list", "--format", "csv").out.startswith("name,topic,parameters,title\n")
    assert whence("query", "--list", "--format", "turtle").status == 2


def test_a_query_is_described(whence: Whence) -> None:
    described = whence("query", "orphans", "--describe")
    assert "type  iri, prov:Entity unless given: the class they are of" in described.out
    assert json.loads(whence("query", "orphans", "--describe", "-f", "json").out)["name"] == "orphans"


def test_a_file_with_a_header_takes_parameters(loaded: Whence, here: Path) -> None:
    (here / "labelled.rq").write_text(
        "# param: label string = plot\n\nSELECT ?e { ?e rdfs:label ?l FILTER(STR(?l) = $label) }\n"
    )
    assert "ex:plot" in loaded("query", "labelled.rq").out
    assert "ex:data" in loaded("query", "labelled.rq", "-p", "label=data").out
    assert loaded("query", "labelled.rq", "-p", 'label=" || true').out.splitlines()[2:] == []


def test_a_name_goes_before_what_lies_in_the_directory(loaded: Whence, here: Path) -> None:
    (here / "counts").write_text("SELECT ?never { ?never ?p ?o }")
    assert "entities" in loaded("query", "counts").out
    assert "never" in loaded("query", "./counts").out

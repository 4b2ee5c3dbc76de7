"""Ontologies from the command line, on a store of one's own and through a server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Whence: TypeAlias = Callable[..., Any]

LAB = """
PREFIX : <http://example.org/lab#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX owl: <http://www.w3.org/2002/07/owl#>
:Run rdfs:subClassOf prov:Activity .
<http://example.org/lab> owl:imports <http://example.org/units> .
"""
DATA = "<http://example.org/run7> a <http://example.org/lab#Run> ."
ASK = "ASK { <http://example.org/run7> a prov:Activity }"


@pytest.fixture
def lab(whence: Whence, here: Path) -> Whence:
    """The command line over a store with a run, and an ontology beside it."""
    (here / "lab.ttl").write_text(LAB)
    (here / "data.ttl").write_text(DATA)
    assert whence("load", "data.ttl").status == 0
    return whence


def test_an_ontology_changes_answers_until_it_is_removed(lab: Whence) -> None:
    assert lab("query", ASK).out == "no\n"
    outcome = lab("ontology", "add", "lab.ttl")
    assert outcome.status == 0
    assert outcome.out.startswith("lab: added, 2 triples, +1 rules\n")
    assert "owl:imports <http://example.org/units>: not fetched" in outcome.out
    assert lab("query", ASK).out == "yes\n"
    assert lab("query", "--no-inferred", ASK).out == "no\n"
    assert lab("ontology", "remove", "lab").out == "removed lab\n"
    assert lab("query", ASK).out == "no\n"


def test_ontologies_are_listed(lab: Whence) -> None:
    lab("ontology", "add", "--name", "words of the lab", "lab.ttl")
    (found,) = json.loads(lab("ontology", "list", "--format", "json").out)
    assert (found["name"], found["triples"], found["source"]) == ("words of the lab", 2, "lab.ttl")
    assert found["iri"] == "https://w3id.org/whence/ns#ontology/words%20of%20the%20lab"
    assert "words of the lab" in lab("ontology", "list").out
    assert len(json.loads(lab("bundles", "--format", "json").out)) == 1


def test_the_same_name_again_replaces(lab: Whence) -> None:
    lab("ontology", "add", "lab.ttl")
    outcome = lab("ontology", "add", "--name", "lab", "-", "--input-format", "turtle", stdin=DATA.encode())
    assert outcome.out.startswith("lab: replaced, 1 triples,")
    assert lab("query", ASK).out == "no\n"


def test_a_bad_ontology_changes_nothing(lab: Whence, here: Path) -> None:
    (here / "bad.ttl").write_text(LAB + "oops")
    outcome = lab("ontology", "add", "bad.ttl")
    assert outcome.status == 1
    assert "bad.ttl:" in outcome.err
    assert json.loads(lab("ontology", "list", "--format", "json").out) == []


def test_removing_what_is_not_there_is_refused(lab: Whence) -> None:
    outcome = lab("ontology", "remove", "nothing")
    assert outcome.status == 1
    assert "nothing" in outcome.err


@pytest.mark.parametrize("name", ["add", "remove", "list"])
def test_help_shows_examples(whence: Whence, name: str) -> None:
    assert f"whence ontology {name}" in whence("ontology", name, "--help").out


def test_it_goes_through_a_running_server(lab: Whence, here: Path, start: Callable[..., Any]) -> None:
    server = start("serve", "whence.db", "--port", "0", "--token", "secret")
    deadline = time.monotonic() + 30
    while not (here / "whence.db" / "server.json").exists():
        assert server.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    assert lab("ontology", "add", "lab.ttl").out.startswith("lab: added, 2 triples, +1 rules\n")
    assert lab("query", ASK).out == "yes\n"
    assert lab("ontology", "remove", "lab").status == 0
    assert lab("query", ASK).out == "no\n"

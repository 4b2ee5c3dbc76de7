"""``whence explain``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Whence: TypeAlias = Callable[..., Any]


def test_a_tree_with_the_rule_and_the_bundle(loaded: Whence) -> None:
    outcome = loaded("explain", "ex:plot", "prov:wasInfluencedBy", "ex:data")
    assert outcome.status == 0
    first, rule, premise, _, summary = outcome.out.splitlines()
    assert first == "ex:plot prov:wasInfluencedBy ex:data"
    assert rule.startswith("└─ by inference 15, the relation is an influence  https://www.w3.org/TR/")
    assert premise == "   └─ ex:plot prov:wasDerivedFrom ex:data  [in <urn:run:1>]"
    assert summary == "It follows in 1 step from 1 asserted statement."


def test_all_ways_as_json(loaded: Whence) -> None:
    shortest = json.loads(loaded("explain", "ex:plot", "a", "prov:Entity", "--format", "json").out)
    assert shortest["asserted"] and shortest["reasons"][0]["derivations"] == []
    found = json.loads(loaded("explain", "ex:plot", "a", "prov:Entity", "--all", "--format", "json").out)
    numbers = {way["rule"]["number"] for way in found["reasons"][0]["derivations"]}
    assert "50" in numbers
    cut = json.loads(
        loaded("explain", "ex:plot", "a", "prov:Entity", "--all", "--limit", "1", "-f", "json").out
    )
    assert not cut["complete"]


def test_a_drawing_in_a_file(loaded: Whence, here: Path) -> None:
    loaded("explain", "ex:plot", "prov:wasInfluencedBy", "ex:data", "-f", "svg", "-o", "why.svg")
    assert (here / "why.svg").read_text().startswith("<svg")


def test_a_literal_that_is_asserted(loaded: Whence) -> None:
    outcome = loaded("explain", "ex:plot", "rdfs:label", '"plot"')
    assert outcome.out.endswith("It is asserted, in <urn:run:1>.\n")


def test_what_does_not_hold_has_its_own_exit_status(loaded: Whence) -> None:
    outcome = loaded("explain", "ex:data", "prov:wasDerivedFrom", "ex:plot")
    assert (outcome.status, outcome.err) == (3, "")
    assert "It does not hold" in outcome.out


@pytest.mark.parametrize("words", [("nope:x", "a", "prov:Entity"), ("ex:plot", "rdfs:label", '"open')])
def test_what_is_no_term_is_one_line(loaded: Whence, words: tuple[str, ...]) -> None:
    outcome = loaded("explain", *words)
    assert outcome.status == 1
    assert outcome.err.startswith("whence: ") and outcome.err.count("\n") == 1


def test_a_predicate_that_is_a_literal_is_refused(loaded: Whence) -> None:
    assert loaded("explain", "ex:plot", '"x"', "ex:data").status == 1


def test_an_unknown_prefix_is_told_in_words_of_the_command_line(loaded: Whence) -> None:
    outcome = loaded("explain", "nobody:x", "a", "prov:Entity")
    assert outcome.status == 1
    assert outcome.err == (
        "whence: nobody:x: no source declares the prefix 'nobody'; "
        "write an IRI whole, in angle brackets: '<http://example.org/x>'\n"
    )

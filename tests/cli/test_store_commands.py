"""Looking after a store from the command line: stats, bundles, backup, restore, optimize."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Whence: TypeAlias = Callable[..., Any]


def test_stats_for_people_and_programs(loaded: Whence) -> None:
    assert "entities" in loaded("stats").out
    # The bundle is an entity too.
    facts = json.loads(loaded("stats", "--format", "json").out)
    assert (facts["entities"], facts["activities"], facts["bundles"]) == (3, 1, 1)
    assert facts["by_type"]["http://www.w3.org/ns/prov#Activity"] == 1
    assert "activities,1\n" in loaded("stats", "--format", "csv").out


def test_bundles_are_listed_and_removed(loaded: Whence) -> None:
    (bundle,) = json.loads(loaded("bundles", "--format", "json").out)
    assert bundle["iri"] == "urn:run:1"
    assert bundle["source"] == "workflow.provn"
    assert len(bundle["sha256"]) == 64
    assert loaded("bundles", "--remove", "urn:run:1").status == 0
    assert json.loads(loaded("bundles", "--format", "json").out) == []


def test_removing_what_is_not_there_is_refused(loaded: Whence) -> None:
    outcome = loaded("bundles", "--remove", "urn:run:2")
    assert outcome.status == 1
    assert "<urn:run:2>" in outcome.err


def test_a_backup_restores(loaded: Whence, here: Path) -> None:
    assert loaded("backup", "copy").status == 0
    assert loaded("restore", "copy", "--store", "second").status == 0
    assert loaded("query", "--store", "second", "ASK { ?s a prov:Activity }").out == "yes\n"
    outcome = loaded("restore", "copy", "--store", "second")
    assert outcome.status == 1
    assert "exists" in outcome.err


def test_optimize(loaded: Whence) -> None:
    assert loaded("optimize").status == 0
    assert loaded("query", "ASK { ?s a prov:Activity }").out == "yes\n"


@pytest.mark.parametrize("arguments", [("stats",), ("bundles",), ("dump",), ("backup", "x"), ("optimize",)])
def test_reading_commands_make_no_store(whence: Whence, here: Path, arguments: tuple[str, ...]) -> None:
    assert whence(*arguments).status == 1
    assert list(here.iterdir()) == []


def test_what_is_no_store_is_refused(whence: Whence, here: Path) -> None:
    (here / "whence.db").mkdir()
    (here / "whence.db" / "notes.txt").write_text("mine")
    outcome = whence("stats")
    assert outcome.status == 1
    assert "not a Whence store" in outcome.err
    assert [path.name for path in (here / "whence.db").iterdir()] == ["notes.txt"]

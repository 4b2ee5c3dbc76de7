"""``whence versions``, ``at``, ``diff``, ``blame`` and ``history``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import whence as whence_

Whence: TypeAlias = Callable[..., Any]
EX = "http://example.org/"


@pytest.fixture(autouse=True)
def store(here: Path) -> None:
    """A configuration with three versions, in ``whence.db``."""
    with whence_.open(here / "whence.db") as store, store.bundle("urn:b:config") as b:
        b.prefix("ex", EX)
        b.dictionary("ex:v0", empty=True)
        b.derived_by_insertion_from("ex:v1", "ex:v0", {"host": "ex:alpha", "timeout": "ex:30s"})
        b.derived_by_insertion_from("ex:v2", "ex:v1", {"timeout": "ex:60s"})
        for number in range(3):
            b.specialization_of(f"ex:v{number}", "ex:config")
            b.was_generated_by(f"ex:v{number}", f"ex:edit{number}", f"2024-03-0{number + 1}T12:00:00Z")


def test_versions_are_a_table_or_data(whence: Whence) -> None:
    lines = whence("versions", "ex:config").out.splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [["1", "ex:v0"], ["2", "ex:v1"], ["3", "ex:v2"]]
    data = json.loads(whence("versions", "ex:config", "--format", "json").out)
    assert [version["version"] for version in data] == [f"{EX}v{n}" for n in range(3)]
    rows = list(csv.DictReader(io.StringIO(whence("versions", "ex:config", "-f", "csv").out)))
    assert rows[2]["revises"] == f"{EX}v1"


def test_at_a_time_is_what_held_then(whence: Whence) -> None:
    outcome = whence("at", "ex:config", "2024-03-02")
    assert outcome.out.splitlines()[0] == "ex:v1, a dictionary of 2"
    assert "timeout  ex:30s" in outcome.out
    data = json.loads(whence("at", "ex:config", "--format", "json").out)
    assert {held["key"]: held["entity"] for held in data["held"]} == {
        "host": f"{EX}alpha",
        "timeout": f"{EX}60s",
    }
    rows = list(csv.DictReader(io.StringIO(whence("at", "ex:v1", "-f", "csv").out)))
    assert rows[0] == {"key": "host", "entity": f"{EX}alpha", "value": ""}


def test_before_the_first_version_is_refused_with_a_reason(whence: Whence) -> None:
    outcome = whence("at", "ex:config", "2024-01-01")
    assert outcome.status == 1
    assert "the first is of 2024-03-01T12:00:00+00:00" in outcome.err


def test_diff_tells_keys_and_by_status_whether_there_are_any(whence: Whence) -> None:
    outcome = whence("diff", "ex:v1", "ex:v2")
    assert outcome.status == 0
    assert outcome.out.splitlines()[0] == "ex:v1 and ex:v2: 1 difference of a dictionary"
    assert "timeout" in outcome.out
    assert whence("diff", "ex:v1", "ex:v2", "--exit-status").status == 3
    assert whence("diff", "ex:v1", "ex:v1", "--exit-status").status == 0
    rows = list(csv.DictReader(io.StringIO(whence("diff", "ex:v1", "ex:v2", "-f", "csv").out)))
    assert [row["after"] for row in rows] == [f"{EX}60s"]


def test_diff_between_two_times(whence: Whence) -> None:
    arguments = ("diff", "ex:config", "--between", "2024-03-02", "2024-03-03", "--format", "json")
    (change,) = json.loads(whence(*arguments).out)["changes"]
    assert (change["before"], change["after"]) == (f"{EX}30s", f"{EX}60s")


@pytest.mark.parametrize("arguments", [("ex:v1",), ("ex:v1", "ex:v2", "--between", "2024", "2025")])
def test_diff_wants_two_things_or_two_times(whence: Whence, arguments: tuple[str, ...]) -> None:
    assert whence("diff", *arguments).status == 2


def test_blame_and_history(whence: Whence) -> None:
    data = json.loads(whence("blame", "ex:config", "--format", "json").out)
    assert [(each["key"], each["activity"]) for each in data] == [
        ("host", f"{EX}edit1"),
        ("timeout", f"{EX}edit2"),
    ]
    assert "ex:edit2" in whence("blame", "ex:config").out
    data = json.loads(whence("history", "ex:config", "timeout", "--format", "json").out)
    assert [each["version"] for each in data] == [f"{EX}v1", f"{EX}v2"]
    assert len(json.loads(whence("history", "ex:config", "--limit", "1", "-f", "json").out)) == 1


def test_as_of_looks_at_what_was_recorded_by_then(whence: Whence) -> None:
    outcome = whence("versions", "ex:config", "--as-of", "2000-01-01")
    assert outcome.status == 1
    assert "nothing is known of" in outcome.err
    assert whence("versions", "ex:config", "--as-of", "2999-01-01").status == 0


def test_a_name_that_is_not_known_is_told_with_one_that_is_like_it(whence: Whence) -> None:
    outcome = whence("versions", "ex:confg")
    assert outcome.status == 1
    assert "nothing is known of ex:confg" in outcome.err
    assert "ex:config" in outcome.err

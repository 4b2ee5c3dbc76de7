"""The command as a process: interrupts, deadlines, closed pipes, stores that others hold."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import whence as library

Whence: TypeAlias = Callable[..., Any]
Start: TypeAlias = Callable[..., subprocess.Popen[str]]

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }"


@pytest.fixture
def numbers(here: Path) -> Path:
    """A store in which a cross product takes for ever."""
    path = here / "numbers.db"
    with library.open(path) as store:
        store.load("".join(f"<urn:{n}> <urn:p> {n} .\n" for n in range(3000)).encode(), format="turtle")
    return path


def test_a_deadline_stops_an_endless_query(numbers: Path, start: Start) -> None:
    process = start("query", "--store", str(numbers), "--timeout", "0.5", "--output", "answer", ENDLESS)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.startswith("whence: ")
    assert "hint: give it longer with --timeout" in err
    assert [path.name for path in numbers.parent.iterdir()] == [numbers.name]


def test_ctrl_c_stops_an_endless_query(numbers: Path, start: Start) -> None:
    process = start("query", "--store", str(numbers), ENDLESS)
    _wait_until_held(numbers, process)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err


def _wait_until_held(store: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if f"pid {process.pid}:" in (store / "lock").read_text():
            return
        time.sleep(0.05)
    pytest.fail("the query did not begin")


def test_a_closed_pipe_is_no_error(numbers: Path, start: Start) -> None:
    text = "SELECT ?s ?o ?t { ?s <urn:p> ?o . ?t <urn:p> ?u } LIMIT 2000000"
    process = start("query", "--store", str(numbers), "--format", "csv", text)
    assert process.stdout
    assert process.stdout.readline() == "s,o,t\n"
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr
    assert process.stderr.read() == ""


def test_a_store_that_another_process_holds(here: Path, start: Start) -> None:
    with library.open(here / "whence.db"):
        process = start("stats", "--store", "whence.db")
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith("whence: whence.db is open in another process")
    assert said.count("\n") == 1


def test_results_are_drawn_only_on_a_terminal(numbers: Path, start: Start) -> None:
    process = start("query", "--store", str(numbers), "SELECT ?s { ?s <urn:p> 7 }", FORCE_COLOR="")
    out, _ = process.communicate(timeout=30)
    assert out == "s\n-------\n<urn:7>\n"


def test_json_is_the_only_thing_on_standard_output(numbers: Path, start: Start) -> None:
    process = start("stats", "--store", str(numbers), "--format", "json")
    out, _ = process.communicate(timeout=30)
    assert json.loads(out)["quads"] >= 3000

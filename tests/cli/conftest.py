"""The command line, run in this process and in one of its own."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from whence.cli._main import run

WORKFLOW = """document
  prefix ex <http://example.org/>
  entity(ex:data, [prov:label="data"])
  entity(ex:plot, [prov:label="plot"])
  activity(ex:draw, 2026-06-01T09:00:00Z, 2026-06-01T09:01:00Z)
  used(ex:draw, ex:data, -)
  wasGeneratedBy(ex:plot, ex:draw, -)
  wasDerivedFrom(ex:plot, ex:data)
endDocument
"""


@dataclass(frozen=True)
class Outcome:
    """What a command did: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


Whence = Callable[..., Outcome]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory, and no settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("WHENCE_")]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def whence(
    here: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Whence:
    """``whence("load", "x.ttl")`` runs a command line in the current directory."""

    def call(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capfdbinary.readouterr()
        status = run(arguments)
        out, err = capfdbinary.readouterr()
        return Outcome(status, out.decode(), err.decode())

    return call


@pytest.fixture
def workflow(here: Path) -> Path:
    """A small PROV-N document in the current directory."""
    path = here / "workflow.provn"
    path.write_text(WORKFLOW)
    return path


@pytest.fixture
def loaded(whence: Whence, workflow: Path) -> Whence:
    """The command line over a store that holds the workflow as ``urn:run:1``."""
    assert whence("load", "--bundle", "urn:run:1", workflow.name).status == 0
    return whence


@pytest.fixture
def start(here: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """``start("serve")`` runs the command in a process of its own, ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "whence.cli", *arguments],
            cwd=here,
            env={**os.environ, **environment},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Where the tests run in the background of a shell they ignore it, and so would this.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)

"""Help, version, completion and wrong usage."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from whence import __version__
from whence.cli._main import _COMMANDS

Whence: TypeAlias = Callable[..., Any]

DOCS = Path(__file__).parents[2] / "docs"


def test_help_lists_every_command(whence: Whence) -> None:
    outcome = whence("--help")
    assert outcome.status == 0
    assert all(f"\n  {name} " in outcome.out for name in _COMMANDS)
    assert "Exit status" in outcome.out


@pytest.mark.parametrize("name", _COMMANDS)
def test_each_command_explains_itself_with_examples(whence: Whence, name: str) -> None:
    outcome = whence(name, "--help")
    assert outcome.status == 0
    text, _, examples = outcome.out.partition("Examples:")
    assert len(text.split("\n\n")[1].split()) > 3
    assert f"whence {name}" in examples


@pytest.mark.parametrize("name", _COMMANDS)
def test_the_manual_names_each_command(name: str) -> None:
    assert f"`whence {name}`" in (DOCS / "cli.md").read_text()


def test_version(whence: Whence) -> None:
    assert whence("--version").out.strip() == f"whence {__version__}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("load",),
        ("load", "--nonsense", "x"),
        ("query", "--format", "nonsense", "ASK {}"),
        ("load", "--bundle", "urn:b", "one.ttl", "two.ttl"),
    ],
)
def test_wrong_usage_is_2(whence: Whence, arguments: tuple[str, ...]) -> None:
    outcome = whence(*arguments)
    assert outcome.status == 2
    assert "Usage: whence" in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_code_calls_whence(whence: Whence, shell: str) -> None:
    outcome = whence("completion", shell)
    assert outcome.status == 0
    assert "_WHENCE_COMPLETE" in outcome.out


def test_completion_knows_commands(here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from whence.cli import main; main()"],
        cwd=here,
        env={"_WHENCE_COMPLETE": "bash_complete", "COMP_WORDS": "whence qu", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "plain,query"


def test_help_does_not_import_the_server_or_the_readers() -> None:
    code = (
        "import sys\n"
        "from whence.cli._main import run\n"
        "run(['--help'])\n"
        "heavy = {'flask', 'rdflib', 'prov', 'owlrl', 'granian', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


_NEGATIVE = {"", "query", "lineage", "impact", "diff", "explain", "validate"}


@pytest.mark.parametrize("name", [*_COMMANDS, ""])
def test_help_tells_every_exit_status(whence: Whence, name: str) -> None:
    told = " ".join(whence(*name.split(), "--help").out.partition("Exit status:")[2].split())
    statuses = set(re.findall(r"(?:^|, )(\d+) ", told))
    assert statuses - {"3"} == {"0", "1", "2", "130", "141"}
    assert ("3" in statuses) == (name in _NEGATIVE)

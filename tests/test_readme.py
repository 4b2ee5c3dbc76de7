"""Every Python and shell block in README.md and docs/ runs as written, in order, file by file."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ADDRESS = "127.0.0.1:7676"
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RUN = ("python", "bash")


@dataclass(frozen=True)
class Block:
    language: str
    remark: str
    text: str
    line: int

    @property
    def runs(self) -> bool:
        return self.language in _RUN and not self.remark.startswith("not-run:")


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(found[1], found[2].strip(), found[3], text.count("\n", 0, found.start()) + 1)
        for found in _FENCE.finditer(text)
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    scripts = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHENCE_")}
    return kept | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A running ``whence demo``: its directory and its address."""
    directory = tmp_path_factory.mktemp("demo")
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "whence.cli", "demo", "--port", address.partition(":")[2]]
    with (directory / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=directory, env=environment(), stdout=log, stderr=log)
    try:
        _wait_for(f"http://{address}/health", process, directory / "log")
        yield directory / "whence-demo", address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"{url} does not answer:\n{log.read_text()}")


class Interpreter:
    """One Python for all Python blocks of a page, so that later ones see the names of earlier ones."""

    _LOOP = """
import json, sys, traceback
names = {"__name__": "__main__"}
answers, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    try:
        exec(compile(json.loads(line), "<block>", "exec"), names)
        fault = ""
    except BaseException:
        fault = traceback.format_exc()
    print(json.dumps(fault), file=answers, flush=True)
"""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", self._LOOP],
            cwd=directory,
            env=environment(),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Interpreter:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def run(self, text: str) -> str:
        """Run a block and give its traceback, empty if there was none."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        return str(json.loads(answer)) if answer else "the interpreter ended"


def run_shell(text: str, directory: Path) -> str:
    """Run a block in bash and give what it printed if it failed, else nothing."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=directory,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return f"status {done.returncode}\n{done.stdout}\n{done.stderr}" if done.returncode else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_run(page: Path, demo: tuple[Path, str], tmp_path: Path) -> None:
    store, address = demo
    (tmp_path / store.name).symlink_to(store)
    with Interpreter(tmp_path) as python:
        for block in filter(lambda block: block.runs, blocks(page)):
            text = block.text.replace(ADDRESS, address)
            fault = python.run(text) if block.language == "python" else run_shell(text, tmp_path)
            assert not fault, f"{page.name}:{block.line}\n{fault}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_block_that_does_not_run_says_why(page: Path) -> None:
    for block in blocks(page):
        assert not block.remark or re.match(r"not-run: \w+", block.remark), f"{page.name}:{block.line}"
        known = (*_RUN, "text", "json", "turtle", "sparql", "toml", "ini", "nginx", "yaml", "provn")
        assert block.language in known, f"{page.name}:{block.line} is in {block.language}"


def test_readme_gives_exactly_two_commands_to_start() -> None:
    start = (ROOT / "README.md").read_text().partition("## Start")[2].partition("\n## ")[0]
    commands = [found[3].strip() for found in _FENCE.finditer(start)]
    assert len(commands) == 2
    assert "whence demo" in commands[0]
    assert "pytest" in commands[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"

"""A live server for the tests of this room: a process of its own, as users run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from whence.web.settings import Settings

TOKEN = "a token for tests"

_RUN = """
import logging, sys
from whence.web.serving import serve
from whence.web.settings import Settings
logging.basicConfig(level=logging.INFO)
serve(sys.argv[1], Settings.from_json(sys.argv[2]), ready=lambda url: print(url, flush=True))
"""


@dataclass
class LiveServer:
    """A running server: its ``url``, the ``token`` for writing, where its store is, its process."""

    url: str
    token: str
    store_path: Path
    process: subprocess.Popen[str]
    client: httpx.Client = field(repr=False)

    def query(self, text: str, accept: str = "application/sparql-results+json", **params: Any) -> Any:
        """The answer of a query as JSON, or its text for other types."""
        response = self.client.get("/sparql", params={"query": text, **params}, headers={"Accept": accept})
        assert response.status_code == 200, response.text
        return response.json() if accept.endswith("json") else response.text

    def values(self, text: str, **params: Any) -> list[str]:
        """The values of the first variable of a SELECT query."""
        answer = self.query(text, **params)
        name = answer["head"]["vars"][0]
        return [row[name]["value"] for row in answer["results"]["bindings"]]

    def update(self, text: str, **params: Any) -> httpx.Response:
        """Send an update with the token."""
        return self.client.post(
            "/update", params=params, content=text, headers=self.writing("application/sparql-update")
        )

    def writing(self, content_type: str) -> dict[str, str]:
        """Headers of a request that may write."""
        return {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}

    def fill(self, count: int) -> None:
        """Store that many things, numbered by ``urn:value`` and chained by ``urn:next``."""
        names = "BIND(IRI(CONCAT('urn:c', STR(?n))) AS ?x) BIND(IRI(CONCAT('urn:c', STR(?n + 1))) AS ?y)"
        values = f"VALUES ?n {{ {' '.join(map(str, range(count)))} }}"
        made = self.update(f"INSERT {{ ?x <urn:value> ?n ; <urn:next> ?y }} WHERE {{ {values} {names} }}")
        assert made.status_code == 204, made.text

    def put(self, graph: str, turtle: str) -> httpx.Response:
        """Replace a graph by Turtle text."""
        headers = self.writing("text/turtle")
        return self.client.put("/store", params={"graph": graph}, content=turtle, headers=headers)

    def stop(self) -> int:
        """Ask it to stop, and wait; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def helpers(self) -> dict[str, list[int]]:
        """Process numbers of the running helpers, by kind: ``front``, ``writer``, ``workers``."""
        found: dict[str, list[int]] = {"front": children(self.process.pid), "writer": [], "workers": []}
        for front in found["front"]:
            for pid in children(front):
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                found["writer" if b"writer_process" in command else "workers"].append(pid)
        return found


def children(pid: int) -> list[int]:
    """The child processes of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


@contextmanager
def running(store: str | Path, **settings: Any) -> Iterator[LiveServer]:
    """Start a server on a free port, stop it in the end."""
    defaults: dict[str, Any] = {"port": 0, "token": TOKEN, "access_log": False}
    values = Settings(**(defaults | settings))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WHENCE_")}
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN, str(store), values.to_json()],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                log.seek(0)
                pytest.fail(f"the server did not start:\n{log.read()}")
            with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
                yield LiveServer(url, values.token or "", Path(store), process, client)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all tests that leave it as they found it, or use graphs of their own."""
    with running(tmp_path_factory.mktemp("served") / "store") as live:
        yield live


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server for the tests of one module."""
    with running(tmp_path_factory.mktemp("own") / "store") as live:
        yield live


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """A function that starts a server of the test's own with the settings it is given."""
    with ExitStack() as stack:

        def start(**settings: Any) -> LiveServer:
            store = settings.pop("store", tmp_path / "store")
            return stack.enter_context(running(store, **settings))

        yield start

"""SPARQL servers to test against, started once per session on free loopback ports.

A server whose program is missing skips its tests, saying so, unless ``WHENCE_REQUIRE_ALL=1`` is set.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from whence.store.remote import RemoteBackend


@dataclass(frozen=True)
class Server:
    """A running server: the URL a user would give, and who may write."""

    url: str
    token: str | None = None
    auth: tuple[str, str] | None = None


def missing(what: str) -> None:
    """Skip, or fail where everything has to be there."""
    if os.environ.get("WHENCE_REQUIRE_ALL") == "1":
        pytest.fail(f"{what}, and WHENCE_REQUIRE_ALL=1 is set")
    pytest.skip(what)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], alive: Callable[[], bool], directory: Path) -> Iterator[None]:
    """A subprocess that is waited for, and ended the way it is meant to be."""
    with (directory / "output.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=directory, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 180
            while not alive():
                if process.poll() is not None or time.monotonic() > deadline:
                    text = (directory / "output.log").read_text(errors="replace")
                    pytest.fail(f"{command[0]} did not start: {text[-2000:]}")
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(url: str) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            httpx.get(url, timeout=5)
        except httpx.HTTPError:
            return False
        return True

    return ask


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Oxigraph's own server, from the ``oxigraph`` wheel."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if program is None:
        missing("no oxigraph program is installed (pip install oxigraph)")
    directory = tmp_path_factory.mktemp("oxigraph")
    address = f"127.0.0.1:{free_port()}"
    command = [str(program), "serve", "--location", str(directory / "data"), "--bind", address]
    with running(command, answers(f"http://{address}/"), directory):
        yield Server(f"http://{address}/query")


VIRTUOSO_CONFIGURATION = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = {directory}/nowhere
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
CheckpointInterval = 0
CaseMode = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 6
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = 10000
"""
VIRTUOSO_USER = """\
DB.DBA.USER_CREATE ('whence', 'secret');
GRANT SPARQL_SELECT TO "whence";
GRANT SPARQL_UPDATE TO "whence";
DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('whence', 7);
"""


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Virtuoso Open Source with a user that may write, known to it by digest authentication."""
    program, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if program is None or client is None:
        missing("no Virtuoso is installed (Debian: virtuoso-opensource)")
    directory = tmp_path_factory.mktemp("virtuoso")
    sql, http = free_port(), free_port()
    configuration = directory / "virtuoso.ini"
    configuration.write_text(VIRTUOSO_CONFIGURATION.format(sql=sql, http=http, directory=directory))
    command = [str(program), "+foreground", "+configfile", str(configuration)]
    url = f"http://127.0.0.1:{http}/sparql"
    with running(command, answers(url), directory):
        commands = directory / "user.sql"
        commands.write_text(VIRTUOSO_USER)
        subprocess.run(
            [str(client), f"127.0.0.1:{sql}", "dba", "dba", str(commands)],
            check=True,
            capture_output=True,
            timeout=60,
        )
        yield Server(url, auth=("whence", "secret"))


@pytest.fixture(scope="session")
def whence_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``whence serve`` over a store of its own."""
    if importlib.util.find_spec("whence.web.serving") is None:
        missing("whence.web.serving is not there")
    directory = tmp_path_factory.mktemp("whence")
    port, token = free_port(), "token-for-tests"
    command = [sys.executable, "-m", "whence.cli", "serve", str(directory / "store")]
    # What is tested here is storage: what is read back is what was written.
    command += ["--port", str(port), "--token", token, "--inference", "none"]
    url = f"http://127.0.0.1:{port}"
    with running(command, answers(f"{url}/ready"), directory):
        yield Server(url, token=token)


@pytest.fixture
def open_remote(request: pytest.FixtureRequest) -> Iterator[Callable[[str], RemoteBackend]]:
    """Opens an empty store on a server, named by its fixture; closed afterwards."""
    opened: list[RemoteBackend] = []

    def open_one(server_fixture: str) -> RemoteBackend:
        server: Server = request.getfixturevalue(server_fixture)
        backend = RemoteBackend.connect(server.url, token=server.token, auth=server.auth)
        opened.append(backend)
        backend.write([], replace=list(backend.graphs()))
        return backend

    yield open_one
    for backend in opened:
        backend.close()

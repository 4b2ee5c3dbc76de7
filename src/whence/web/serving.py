"""Running the server: the HTTP front with the store behind it, started, watched and stopped in order.

Three kinds of processes: this one supervises; the front (Flask under granian) answers HTTP; the front
owns the writer and the query workers. Each ends when the one that started it is gone.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import multiprocessing.util
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from whence.errors import StoreError, WhenceError
from whence.store.lock import SERVER_FILE, ServerAddress, running_server
from whence.web.settings import Settings
from whence.web.writer import restored
from whence.web.writer_process import describe

__all__ = ["serve"]

_STARTING: Final = 180.0
_STOPPING: Final = 10
_log = logging.getLogger("whence.server")


def serve(store: str, settings: Settings, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve the store at ``store`` (a path, or ``":memory:"``) until SIGTERM or SIGINT.

    ``ready`` is called with the server's URL once it answers. While it runs, ``server.json`` beside the
    store tells other processes of this user where it is. Raises :class:`StoreError` when the address is
    taken or the store cannot be opened (:class:`~whence.errors.StoreLocked` if another process has it).
    """
    with _directory(store) as path:
        settings = replace(settings, port=_free_port(settings.host, settings.port))
        if not settings.public_reads and settings.token is None:
            raise StoreError("reads that need a token (public_reads off) need a token to be set")
        _Server(path, settings, ready).run()


@contextlib.contextmanager
def _directory(store: str) -> Iterator[Path]:
    """The store's directory; a temporary one for a store in memory."""
    if store != ":memory:":
        yield Path(store).resolve()
        return
    made = tempfile.mkdtemp(prefix="whence-")
    try:
        yield Path(made) / "store"
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _free_port(host: str, port: int) -> int:
    """``port`` if nothing listens there, or a free one for 0.

    The front binds with SO_REUSEPORT, which would share the port with another server without a word.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(
                f"cannot listen on {host} port {port}: {reason}; choose another port"
            ) from None
        return int(probe.getsockname()[1])


def _url(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - compared
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}:{settings.port}"


@dataclass(frozen=True, slots=True)
class _Front:
    """What the front process needs to know; called there, it makes the application."""

    path: Path
    settings: Settings
    supervisor: int
    level: int
    report: Path

    def __call__(self) -> Any:
        from whence.web.app import create_app
        from whence.web.service import Service

        logging.basicConfig(
            level=self.level, format="%(asctime)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z"
        )
        address = ServerAddress(_url(self.settings), self.supervisor, self.settings.token)
        # granian's own handler, inherited here, would only set a flag; until it is set anew, just end.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            # A front before us that died may have left a writer that is just ending.
            again = running_server(self.path) == address
            service = Service(self.path, self.settings, lock_wait=30.0 if again else 0.5)
        except WhenceError as error:
            # Told to the supervisor, whose caller is waiting to hear it.
            self.report.write_text(json.dumps(describe(error)))
            os.kill(self.supervisor, signal.SIGTERM)
            # It ends this process in its turn; leaving first would look like a crash.
            time.sleep(_STOPPING)
            sys.exit(1)
        # Opening a store clears what a dead server left there, the file that says where we are too.
        service.writer.on_restart = lambda: address.write(self.path)
        if again:
            address.write(self.path)
        multiprocessing.util.Finalize(None, service.close, exitpriority=10)
        threading.Thread(target=self._leave_with_supervisor, daemon=True).start()
        app = create_app(service, self.settings)
        self.report.write_text("{}")
        return app

    def _leave_with_supervisor(self) -> None:
        while os.getppid() == self.supervisor:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)


class _Server:
    def __init__(self, path: Path, settings: Settings, ready: Callable[[str], None] | None) -> None:
        self._path, self._settings, self._ready = path, settings, ready
        self._address = ServerAddress(_url(settings), os.getpid(), settings.token)
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._announced = False
        self._report = Path(tempfile.mkstemp(prefix="whence-")[1])

    def run(self) -> None:
        """Serve until stopped."""
        settings = self._settings
        level = logging.getLogger().getEffectiveLevel()
        front = _Front(self._path, settings, os.getpid(), level, self._report)
        # granian warns of more threads than cores: most of ours wait, for query processes and clients.
        server = Server(
            "whence",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            loop=Loops.asyncio,
            workers=1,
            blocking_threads=settings.threads,
            backpressure=max(settings.threads, 128),
            respawn_failed_workers=True,
            respawn_interval=0.1,
            workers_kill_timeout=_STOPPING,
            websockets=False,
            log_level=LogLevels.error,
        )
        announcer = threading.Thread(target=self._announce, daemon=True)
        announcer.start()
        try:
            server.serve(target_loader=front, wrap_loader=False)
        finally:
            self._stopped.set()
            announcer.join(5.0)
            if self._announced:
                (self._path / SERVER_FILE).unlink(missing_ok=True)
            said = json.loads(self._report.read_text() or "{}")
            self._report.unlink()
        if said:
            raise restored(said)
        if self._failure is not None:
            raise self._failure

    def _announce(self) -> None:
        """Wait until the server answers, then say where it is."""
        until = time.monotonic() + _STARTING
        # Nothing but waiting until the front is there: it is forked beside this thread, and would
        # inherit locked whatever lock this thread held in that moment.
        while not self._stopped.wait(0.02) and not (self._report.stat().st_size and self._answers()):
            if time.monotonic() > until:
                self._stop(StoreError(f"the server did not start within {_STARTING:g} seconds"))
                return
        if self._stopped.is_set():
            return
        try:
            self._address.write(self._path)
            self._announced = True
            if self._ready is not None:
                self._ready(self._address.url)
        except (WhenceError, OSError) as error:
            self._stop(error)

    def _answers(self) -> bool:
        place = urlsplit(self._address.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=2.0)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _stop(self, failure: BaseException) -> None:
        self._failure = failure
        os.kill(os.getpid(), signal.SIGTERM)

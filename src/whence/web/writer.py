"""The server's side of the writer process: sends it writes, counts them, restarts it when it dies."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from whence import errors
from whence.errors import (
    QuerySyntaxError,
    QueryTimeout,
    SourceSyntaxError,
    StoreBusy,
    StoreError,
    WhenceError,
)
from whence.web.processes import start
from whence.web.settings import Settings
from whence.web.wire import Channel
from whence.web.writer_process import SERVING

__all__ = ["Part", "Writer", "restored"]

_OPENING: Final = 120.0
_SNAPSHOT_WAIT: Final = 10.0
_CLOSING: Final = 30.0
_log = logging.getLogger("whence.server")

Part = dict[str, str]
"""A spooled body: ``path`` of the file, ``format`` name, ``name`` for people."""


class _Process:
    """One running writer and the two channels to it."""

    def __init__(
        self, path: Path, settings: Settings, parent: int, *, sweep: bool, lock_wait: float
    ) -> None:
        pairs = [socket.socketpair() for _ in range(2)]
        theirs = [pair[1] for pair in pairs]
        config = {
            "path": str(path),
            "base": settings.base,
            "durability": settings.durability,
            "inference": settings.inference,
            "warm": settings.token is not None and not settings.read_only,
            "parent": parent,
            "sweep": sweep,
            "lock_wait": lock_wait,
        }
        numbers = [str(end.fileno()) for end in theirs]
        command = [sys.executable, "-P", "-m", "whence.web.writer_process", *numbers]
        self.popen: subprocess.Popen[bytes] = start(command, theirs)
        for end in theirs:
            end.close()
        self.writes, self.copies = Channel(pairs[0][0]), Channel(pairs[1][0])
        hello = None
        with suppress(TimeoutError, BrokenPipeError):
            self.writes.send_message(config)
            hello = self.writes.receive_message(_OPENING)
        if hello is None or "error" in hello:
            self.kill()
            if hello is None:
                raise StoreError(f"the writer of {path} did not start")
            raise restored(hello)
        self.base: str = hello["base"]

    def kill(self) -> None:
        """Stop it at once."""
        self.popen.kill()
        self.popen.wait()
        self.writes.close()
        self.copies.close()


class Writer:
    """The store's writer. Writes go one after the other; snapshots beside them.

    ``before_write`` is called before each write with whether it may take long; ``on_restart`` after the
    process was replaced.
    """

    def __init__(self, path: Path, settings: Settings, *, lock_wait: float = 10.0) -> None:
        self._path, self._settings = path, settings
        self._parent = os.getpid()
        self._turn = threading.Lock()
        self._copying = threading.Lock()
        self._replacing = threading.Lock()
        self._process = _Process(path, settings, self._parent, sweep=True, lock_wait=lock_wait)
        self._ids = 0
        self._closed = False
        self.generation = 0
        self.restarts = 0
        self.before_write: Callable[[bool], None] = lambda _: None
        self.on_restart: Callable[[], None] = lambda: None

    @property
    def base(self) -> str:
        """The store's base IRI."""
        return self._process.base

    @property
    def pid(self) -> int:
        """Process number of the writer."""
        return self._process.popen.pid

    @property
    def incoming(self) -> Path:
        """Directory for request bodies on their way into the store."""
        return self._path / SERVING / "incoming"

    @property
    def snapshots(self) -> Path:
        """Directory for snapshots."""
        return self._path / SERVING / "snapshots"

    def update(self, text: str, *, timeout: float) -> None:
        """Run an update request, already checked. Raises :class:`QueryTimeout` when it was stopped."""
        self._write({"do": "update", "text": text}, timeout, long=False)

    def load(
        self, parts: Sequence[Part], *, graph: str | None, replace: bool, emptied: Sequence[str] = ()
    ) -> bool:
        """Store spooled bodies in one transaction; returns whether the graph existed before.

        ``graph``: an IRI, ``""`` for the unnamed graph, ``None`` for the graphs the bodies name.
        ``emptied``: graphs to empty first.
        """
        request: dict[str, object] = {"do": "load", "parts": list(parts), "graph": graph}
        request |= {"replace": replace, "emptied": list(emptied)}
        reply = self._write(request, self._settings.load_timeout, long=True)
        return bool(reply["existed"])

    def delete(self, graph: str | None) -> bool:
        """Remove a graph (``None``: everything); returns whether it existed."""
        reply = self._write({"do": "delete", "graph": graph}, self._settings.update_timeout, long=False)
        return bool(reply["existed"])

    def infer(self, profile: str | None) -> dict[str, Any]:
        """Make inferences anew, by another profile if one is given; the report's fields."""
        request = {"do": "infer", "profile": profile}
        report: dict[str, Any] = self._write(request, self._settings.load_timeout, long=True)["report"]
        return report

    def snapshot(self, target: Path) -> None:
        """Copy the store to ``target`` by hard links."""
        if not self._copying.acquire(timeout=_SNAPSHOT_WAIT):
            raise StoreBusy("a long write is going on; try again in a moment")
        try:
            process = self._living()
            reply = self._exchange(
                process.copies, {"do": "snapshot", "target": str(target)}, _SNAPSHOT_WAIT
            )
        except TimeoutError:
            raise StoreBusy("a long write is going on; try again in a moment") from None
        finally:
            self._copying.release()
        if reply is None:
            self._replace(process)
            raise StoreBusy("the writer is being restarted; try again in a moment")
        if "error" in reply:
            raise restored(reply)

    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.popen.poll() is None

    def ensure(self) -> None:
        """Restart the process if it has died; for the supervisor's rounds."""
        if not self._closed and not self.alive() and self._turn.acquire(blocking=False):
            try:
                self._living()
            except StoreError:
                _log.exception("the writer cannot be restarted")
            finally:
                self._turn.release()

    def close(self) -> None:
        """Let the write in progress finish, then end the process."""
        self._closed = True
        with self._turn:
            with suppress(OSError):
                self._process.writes.send_message({"do": "stop", "id": 0})
            with suppress(subprocess.TimeoutExpired):
                self._process.popen.wait(_CLOSING)
            self._process.kill()

    def _write(self, request: dict[str, Any], timeout: float, *, long: bool) -> dict[str, Any]:
        if not self._turn.acquire(timeout=self._settings.write_wait):
            raise StoreBusy("other writes take long; try again in a moment")
        try:
            process = self._living()
            self.before_write(long)
            try:
                reply = self._exchange(process.writes, request, timeout)
            except TimeoutError:
                self._replace(process)
                raise QueryTimeout(
                    f"stopped at its deadline of {timeout:g} seconds; unless it ended in that very "
                    "moment, nothing of it was stored"
                ) from None
            finally:
                # Also after a failure: a write cut off in its last moment may have been stored.
                self.generation += 1
            if reply is None:
                self._replace(process)
                raise errors.QueryCrashed(
                    "the writer crashed on this; unless it was just finished, nothing of it was stored"
                )
        finally:
            self._turn.release()
        if "error" in reply:
            raise restored(reply)
        return reply

    def _exchange(self, channel: Channel, request: dict[str, Any], timeout: float) -> dict[str, Any] | None:
        self._ids += 1
        number = self._ids
        until = time.monotonic() + timeout
        try:
            channel.send_message({**request, "id": number})
        except OSError:
            return None
        while True:
            reply = channel.receive_message(max(0.01, until - time.monotonic()))
            # An older number answers a request whose caller has stopped waiting.
            if reply is None or reply.get("id") == number:
                return reply

    def _living(self) -> _Process:
        process = self._process
        return process if process.popen.poll() is None else self._replace(process)

    def _replace(self, dead: _Process) -> _Process:
        """Start a new process in the place of ``dead``, unless another thread has."""
        with self._replacing:
            if self._process is not dead:
                return self._process
            if self._closed:
                raise StoreBusy("the server is stopping")
            dead.kill()
            self.restarts += 1
            self.generation += 1
            _log.warning("the writer is restarted")
            self._process = _Process(
                self._path, self._settings, self._parent, sweep=False, lock_wait=_OPENING
            )
            self.on_restart()
            return self._process


def restored(reply: dict[str, Any]) -> WhenceError:
    """The error that ``describe`` in the writer process put into words."""
    kind = getattr(errors, reply["error"], StoreError)
    if kind is SourceSyntaxError:
        return SourceSyntaxError(
            reply["reason"], source=reply["source"], line=reply["line"], column=reply["column"]
        )
    if kind is QuerySyntaxError:
        return QuerySyntaxError(reply["reason"], line=reply["line"], column=reply["column"])
    made: WhenceError = kind(reply["reason"])
    return made

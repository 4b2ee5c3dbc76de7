"""Who holds a store directory: one process at a time, and where to reach it if that one is a server."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from whence.errors import StoreLocked

__all__ = ["SERVER_FILE", "DirectoryLock", "ServerAddress", "running_server"]

SERVER_FILE = "server.json"
_LOCK_FILE = "lock"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where the ``whence serve`` that holds a store answers, and the token that lets us write."""

    url: str
    pid: int
    token: str | None

    def write(self, directory: Path) -> None:
        """Put the address beside the store, readable by this user alone."""
        target = directory / SERVER_FILE
        draft = target.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"url": self.url, "pid": self.pid, "token": self.token}, file)
        draft.replace(target)


def running_server(directory: Path) -> ServerAddress | None:
    """The server that says it holds this store, if its process is still there."""
    try:
        data = json.loads((directory / SERVER_FILE).read_text())
        address = ServerAddress(data["url"], data["pid"], data.get("token"))
        os.kill(address.pid, 0)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, AttributeError):
        return None
    return address


class DirectoryLock:
    """An exclusive lock on a store directory, let go by the kernel even after ``kill -9``.

    Raises :class:`StoreLocked`, naming the process that holds it, when it is taken.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / _LOCK_FILE
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise StoreLocked(_held(directory, holder)) from error
        self._file.truncate(0)
        command = " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])[:200]
        self._file.write(f"pid {os.getpid()}: {command}")
        self._file.flush()

    def release(self) -> None:
        """Let others have it."""
        with contextlib.suppress(OSError):
            self._file.close()


def _held(directory: Path, holder: str) -> str:
    server = running_server(directory)
    if server is not None:
        return f"{directory} is served already at {server.url} ({holder})"
    if holder.startswith(f"pid {os.getpid()}:"):
        return f"{directory} is open already in this program; use that store, or close it first"
    return (
        f"{directory} is open in another process ({holder}); close it there, "
        f"or run `whence serve {directory}` and let every process go through the server"
    )

"""The access log: one line per request, written by a thread of its own.

A write for every request would let go of the interpreter's lock each time, and the requests of other
clients queue up behind it.
"""

from __future__ import annotations

import multiprocessing.util
import sys
import threading
import time
from typing import Final, TextIO

__all__ = ["AccessLog"]

_DELAY: Final = 0.1
_LONGEST_PATH: Final = 500


class AccessLog:
    """Lines for ``stream`` (standard error), at most a tenth of a second late."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lines: list[str] = []
        self._second, self._stamp = 0, ""
        self._some = threading.Event()
        threading.Thread(target=self._write_on, name="access log", daemon=True).start()
        # Unlike what atexit knows, this is run in a forked process as well.
        multiprocessing.util.Finalize(None, self.flush, exitpriority=0)

    def note(self, who: str, method: str, path: str, status: str, sent: int, seconds: float) -> None:
        """Log one request that was answered with ``sent`` bytes."""
        now = int(time.time())
        if now != self._second:
            self._stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(now))
            self._second = now
        self._lines.append(
            f"{self._stamp} {who} {method} {_printable(path)} {status} {sent} {seconds * 1000:.1f}ms\n"
        )
        if not self._some.is_set():
            self._some.set()

    def flush(self) -> None:
        """Write what is waiting."""
        lines, self._lines = self._lines, []
        if lines:
            self._stream.write("".join(lines))
            self._stream.flush()

    def _write_on(self) -> None:
        while True:
            self._some.wait()
            time.sleep(_DELAY)
            self._some.clear()
            self.flush()


def _printable(path: str) -> str:
    """A path that cannot forge log lines."""
    if path.isprintable() and " " not in path and len(path) <= _LONGEST_PATH:
        return path
    return "".join(char if char.isprintable() and char != " " else "?" for char in path)[:_LONGEST_PATH]

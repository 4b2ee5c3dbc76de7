"""Ctrl-C and deadlines that also stop a query engine which does not come back to Python."""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import click

from whence.cli._errors import FAILED, INTERRUPTED, explain
from whence.cli._output import abandon_files
from whence.errors import QueryTimeout

__all__ = ["stoppable"]

_GRACE: Final = 0.5
"""Seconds past the deadline that the store has to report it by itself."""


def _end(status: int, message: str = "") -> NoReturn:
    abandon_files()
    if message:
        click.echo(message, err=True)
    os._exit(status)


def _watch(wakeup: int, timeout: float | None) -> None:
    """Wait for a byte: a signal's number, or 0 when the block is left."""
    wait = None if timeout is None else timeout + _GRACE
    signals = b""
    while 0 not in signals:
        ready, _, _ = select.select([wakeup], [], [], wait)
        if not ready:
            _end(FAILED, explain(QueryTimeout(f"the query was stopped after {timeout:g} s")))
        signals = os.read(wakeup, 64)
        if signal.SIGINT in signals:
            _end(INTERRUPTED)


@contextmanager
def stoppable(timeout: float | None) -> Iterator[None]:
    """Within this block Ctrl-C, and the passing of ``timeout`` seconds, end the process at once.

    The engine runs a query without returning to the interpreter, so no exception could reach it.
    Ending the process is safe for a store that is only being read. For the main thread only.
    """
    wakeup, signalled = os.pipe()
    os.set_blocking(signalled, False)
    before = signal.set_wakeup_fd(signalled)
    watcher = threading.Thread(target=_watch, args=(wakeup, timeout), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.write(signalled, b"\0")
        watcher.join()
        os.close(wakeup)
        os.close(signalled)

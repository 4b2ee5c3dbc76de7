"""The thread that looks after query workers: deadlines, memory, priority, replacements."""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from whence.web.processes import resident_bytes
from whence.web.settings import Settings

if TYPE_CHECKING:
    from whence.web.pool import Pool, Worker

__all__ = ["Watchdog"]

_TICK: Final = 0.05
_HOUSEKEEPING: Final = 1.0
_NICE: Final = 10
_KEPT_MEMORY: Final = 512 << 20
"""An idle worker that holds more than this is replaced."""

_log = logging.getLogger("whence.server")


class Watchdog:
    """Looks at busy workers twenty times a second, at idle ones once."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool, self._settings = pool, settings
        self._wake = threading.Event()
        self._stopped = False
        self._swept = 0.0
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something has begun that needs watching."""
        if not self._wake.is_set():
            self._wake.set()

    def stop(self) -> None:
        """End the thread."""
        self._stopped = True
        self._wake.set()
        if self._thread is not threading.current_thread():
            self._thread.join(5.0)

    def _watch(self) -> None:
        while not self._stopped:
            try:
                busy = self._round()
            except OSError:
                _log.exception("the watchdog could not do its round")
                busy = True
            if busy:
                time.sleep(_TICK)
            else:
                self._wake.clear()
                self._wake.wait(_HOUSEKEEPING)

    def _round(self) -> bool:
        now = time.monotonic()
        workers = self._pool.workers()
        for worker in workers:
            if worker.busy:
                self._check(worker, now)
        self._move_aside(workers)
        if now - self._swept >= _HOUSEKEEPING:
            self._swept = now
            self._look_after_idle(workers)
            self._pool.housekeeping()
        self._pool.refill()
        return any(worker.busy for worker in workers)

    def _check(self, worker: Worker, now: float) -> None:
        ran = worker.ran(now)
        if ran > worker.deadline:
            worker.kill("timeout")
        elif resident_bytes(worker.process.pid) > self._settings.query_memory:
            worker.kill("memory")
        elif worker.pause_since and now - worker.pause_since > self._settings.client_patience:
            worker.kill("client")
            self._pool.retire(worker)
        elif ran > self._settings.heavy_after + worker.grace and not worker.slowed:
            worker.slowed = True
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.process.pid, _NICE)

    def _move_aside(self, workers: list[Worker]) -> None:
        """Long queries leave the lanes of the short ones, as far as there is room for them."""
        aside = sum(worker.heavy for worker in workers)
        for worker in workers:
            if worker.busy and worker.slowed and not worker.heavy and aside < self._settings.heavy_workers:
                worker.heavy = True
                aside += 1

    def _look_after_idle(self, workers: list[Worker]) -> None:
        for worker in workers:
            if worker.busy:
                continue
            if worker.process.poll() is not None or resident_bytes(worker.process.pid) > _KEPT_MEMORY:
                if self._pool.take_idle(worker):
                    self._pool.retire(worker)
            elif worker.snapshot is not None and not self._pool.snapshots.is_current(worker.snapshot):
                self._pool.refresh(worker)

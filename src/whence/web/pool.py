"""A pool of query workers: each query runs in a process that can be stopped at any moment."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

from whence.errors import (
    QueryCrashed,
    QueryError,
    QueryTimeout,
    QueryTooLarge,
    StoreBusy,
    StoreError,
    WhenceError,
)
from whence.store.syntax_errors import from_engine
from whence.web.processes import query_worker_command, start
from whence.web.settings import Settings
from whence.web.snapshots import Snapshot, Snapshots
from whence.web.watchdog import Watchdog
from whence.web.wire import DATA, END, WHOLE, Channel

__all__ = ["Answer", "GraphMissing", "Pool", "Worker"]


_COMPILING: Final = 4.0
"""Seconds a worker may take over the rules; one that was moved aside would be gone, and they with it."""
_IMPORTING: Final = 1.0
"""The same for what validating and walking import."""
_GRACE: Final = {"explain": _COMPILING, "validate": _IMPORTING, "trace": _IMPORTING}


class GraphMissing(StoreError):
    """The store has no graph of this name."""


class Worker:
    """One worker process, and what the watchdog knows about the query it runs."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.process = start(query_worker_command(theirs.fileno()), [theirs])
        theirs.close()
        self.channel = Channel(ours)
        self.snapshot: Snapshot | None = None
        self.verdict: str | None = None
        self.started = self.deadline = self.paused = self.pause_since = self.grace = 0.0
        self.busy = self.heavy = self.slowed = self.gone = False

    def begin(self, timeout: float, grace: float = 0.0) -> None:
        """Start the clock of a query that may run for ``timeout`` seconds.

        It is taken for a long one ``grace`` seconds later than others.
        """
        self.verdict, self.grace = None, grace
        self.started, self.paused, self.pause_since = time.monotonic(), 0.0, 0.0
        self.deadline = timeout
        self.busy = True

    def ran(self, now: float) -> float:
        """Seconds the query has run, without the time the client took to accept what was sent."""
        waiting = now - self.pause_since if self.pause_since else 0.0
        return now - self.started - self.paused - waiting

    def pause(self) -> None:
        """Stop the clock: the client is being sent to."""
        self.pause_since = time.monotonic()

    def resume(self) -> None:
        """Let the clock run on."""
        if self.pause_since:
            self.paused += time.monotonic() - self.pause_since
            self.pause_since = 0.0

    def kill(self, verdict: str | None = None) -> None:
        """Stop the process at once; ``verdict`` is told to the query's client."""
        self.verdict = self.verdict or verdict
        with suppress(ProcessLookupError):
            self.process.kill()


class Answer:
    """Bytes of a result: ``whole`` when it is small, else an iterator of large parts.

    Iterating raises :class:`QueryError` if the query is stopped on its way. :meth:`close` must be
    called in the end; it stops a query that is still running.
    """

    def __init__(self, pool: Pool, worker: Worker | None, first: bytes, *, whole: bool) -> None:
        self._pool, self._worker = pool, worker
        self._first: bytes | None = first
        self.whole = first if whole else None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        worker = self._worker
        if worker is None:
            raise StopIteration
        worker.resume()
        received = worker.channel.receive()
        if received is None:
            self._worker = None
            raise self._pool.failure(worker)
        kind, body = received
        if kind == END:
            self._worker = None
            self._pool.release(worker)
            end = json.loads(body)
            if "error" in end:
                raise self._pool.error(end)
            raise StopIteration
        worker.pause()
        return body

    def read(self) -> bytes:
        """The whole answer."""
        return self.whole if self.whole is not None else b"".join(self)

    def close(self) -> None:
        """Let go; a worker still busy with this answer is stopped."""
        worker, self._worker = self._worker, None
        if worker is not None:
            self._pool.retire(worker)


class Pool:
    """Runs requests in workers: short ones in their own lanes, long ones aside at low priority."""

    def __init__(self, snapshots: Snapshots, settings: Settings) -> None:
        self.snapshots, self.settings = snapshots, settings
        self.counts: Counter[str] = Counter()
        self.housekeeping: Callable[[], None] = lambda: None
        self._free = threading.Condition()
        self._idle: list[Worker] = []
        self._workers: set[Worker] = set()
        self._closed = False
        self.refill()
        self._watchdog = Watchdog(self, settings)

    def run(self, request: dict[str, Any], *, timeout: float) -> Answer:
        """Run one request (see ``query_worker``) on a fresh snapshot.

        Raises the :class:`QueryError` that says how it failed, :class:`StoreBusy` when no worker was
        free in time, :class:`GraphMissing` for a dump of an unknown graph.
        """
        worker = self._send(request, timeout)
        try:
            received = worker.channel.receive()
        except BaseException:
            self.retire(worker)
            raise
        self.counts["queries"] += 1
        if received is None:
            raise self.failure(worker)
        kind, body = received
        if kind == DATA:
            worker.pause()
            return Answer(self, worker, body, whole=False)
        self.release(worker)
        if kind == WHOLE:
            return Answer(self, None, body, whole=True)
        raise self.error(json.loads(body))

    def release(self, worker: Worker) -> None:
        """Take back a worker whose request is done."""
        worker.busy = False
        if worker.slowed or self._closed:
            self.retire(worker)
            return
        with self._free:
            self._idle.append(worker)
            self._free.notify()

    def retire(self, worker: Worker) -> None:
        """Stop a worker for good. Safe to call twice."""
        worker.kill()
        with self._free:
            if worker.gone:
                return
            worker.gone, worker.busy = True, False
            self._workers.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            snapshot, worker.snapshot = worker.snapshot, None
        worker.process.wait()
        worker.channel.close()
        if snapshot is not None:
            self.snapshots.release(snapshot)
        self._watchdog.wake()

    def failure(self, worker: Worker) -> WhenceError:
        """Why a worker went away in the middle of a request; the worker is retired."""
        self.retire(worker)
        verdict = worker.verdict
        self.counts[verdict or "crashed"] += 1
        if verdict == "timeout":
            return QueryTimeout(f"stopped at its deadline of {worker.deadline:g} seconds")
        if verdict == "memory":
            limit = self.settings.query_memory >> 20
            return QueryTooLarge(f"stopped because it took more than {limit} MiB of memory")
        if verdict == "client":
            return QueryError("stopped because the client took nothing of the answer")
        if self._closed:
            return StoreBusy("the server is stopping")
        code = worker.process.returncode
        how = signal.Signals(-code).name if code and code < 0 else f"exit {code}"
        return QueryCrashed(f"the query engine crashed on this query ({how}); the store is unharmed")

    def error(self, end: dict[str, Any]) -> WhenceError:
        """The error a worker reported."""
        kind = end["error"]
        self.counts[kind] += 1
        if kind == "syntax":
            return from_engine(SyntaxError(end["reason"]))
        if kind == "too-large":
            return QueryTooLarge(f"the answer is larger than the limit of {end['limit']} bytes")
        if kind == "no-graph":
            return GraphMissing("there is no graph of this name")
        return QueryError(f"the query failed: {end['reason']}")

    def workers(self) -> list[Worker]:
        """All worker processes now."""
        with self._free:
            return list(self._workers)

    def refill(self) -> None:
        """Start workers until all lanes for short queries are there."""
        while True:
            with self._free:
                lanes = sum(not worker.heavy for worker in self._workers)
                if self._closed or lanes >= self.settings.workers:
                    return
            worker = Worker()
            with self._free:
                self._workers.add(worker)
                self._idle.insert(0, worker)
                self._free.notify()

    def take_idle(self, worker: Worker) -> bool:
        """Take a worker out of the idle ones, to do something to it; false if it is busy."""
        with self._free:
            if worker in self._idle:
                self._idle.remove(worker)
                return True
            return False

    def refresh(self, worker: Worker) -> None:
        """Let an idle worker move to the newest snapshot, so that the old one can be removed."""
        if not self.take_idle(worker):
            return
        try:
            self._see(worker)
            worker.channel.send_message({"do": "ping", "snapshot": str(self._path(worker))})
            answered = worker.channel.receive(timeout=5.0)
        except (OSError, StoreError):
            answered = None
        if answered is None:
            self.retire(worker)
        else:
            self.release(worker)

    def close(self) -> None:
        """Stop all workers."""
        self._closed = True
        self._watchdog.stop()
        for worker in self.workers():
            self.retire(worker)

    def _send(self, request: dict[str, Any], timeout: float) -> Worker:
        """Hand a request to a worker; to another one where that has died since its last."""
        while True:
            worker = self._acquire()
            try:
                self._see(worker)
                worker.begin(timeout, _GRACE.get(request["do"], 0.0))
                self._watchdog.wake()
                worker.channel.send_message({**request, "snapshot": str(self._path(worker))})
            except ConnectionError:
                self.retire(worker)
            except BaseException:
                self.retire(worker)
                raise
            else:
                return worker

    def _acquire(self) -> Worker:
        until = time.monotonic() + self.settings.queue_wait
        while True:
            with self._free:
                while not self._idle:
                    left = until - time.monotonic()
                    if left <= 0 or self._closed:
                        self.counts["busy"] += 1
                        raise StoreBusy("too many queries at once; try again in a moment")
                    self._free.wait(left)
                return self._idle.pop()

    def _see(self, worker: Worker) -> None:
        """Give the worker a fresh snapshot, unless it has one."""
        held = worker.snapshot
        snapshot = self.snapshots.lease()
        worker.snapshot = snapshot
        if held is not None:
            self.snapshots.release(held)

    @staticmethod
    def _path(worker: Worker) -> str:
        return str(worker.snapshot.path) if worker.snapshot else ""

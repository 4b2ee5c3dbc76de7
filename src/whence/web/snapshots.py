"""Which states of the store query workers see: hard-link copies, made when needed, removed when unused."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Protocol

__all__ = ["Snapshot", "SnapshotSource", "Snapshots"]


class SnapshotSource(Protocol):
    """What makes snapshots: the writer."""

    @property
    def generation(self) -> int:
        """Number of the last acknowledged write."""

    def snapshot(self, target: Path) -> None:
        """Copy the store as it is now to ``target``, with every acknowledged write."""


class Snapshot:
    """One copy: ``path``, the ``generation`` of writes it surely has, and how many workers use it."""

    __slots__ = ("generation", "made", "path", "users")

    def __init__(self, generation: int, path: Path) -> None:
        self.generation, self.path = generation, path
        self.made, self.users = time.monotonic(), 0


class Snapshots:
    """Hands out the newest snapshot that is fresh enough, making one when there is none.

    ``freshness``: seconds a snapshot may lag behind acknowledged writes.
    """

    def __init__(self, source: SnapshotSource, directory: Path, *, freshness: float = 0.0) -> None:
        self._source, self._directory, self._freshness = source, directory, freshness
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._count = 0
        self._current: Snapshot | None = None
        self._old: list[Snapshot] = []

    def lease(self) -> Snapshot:
        """A snapshot with every write acknowledged before this call; give it back with :meth:`release`.

        Raises :class:`~whence.errors.StoreError` when a new one is needed and cannot be made.
        """
        wanted = self._source.generation
        snapshot = self._take(wanted)
        if snapshot is not None:
            return snapshot
        with self._making:
            snapshot = self._take(wanted)
            if snapshot is None:
                self._make()
                snapshot = self._take(wanted)
        if snapshot is None:  # pragma: no cover - a snapshot just made has every write wanted before it
            raise RuntimeError("a new snapshot is not fresh")
        return snapshot

    def release(self, snapshot: Snapshot) -> None:
        """Give back what :meth:`lease` gave; unused old snapshots are removed from disk."""
        with self._lock:
            snapshot.users -= 1
            unused = [old for old in self._old if not old.users]
            self._old = [old for old in self._old if old.users]
        for old in unused:
            shutil.rmtree(old.path, ignore_errors=True)

    def is_current(self, snapshot: Snapshot) -> bool:
        """Whether no newer snapshot has been made."""
        return snapshot is self._current

    def _take(self, wanted: int) -> Snapshot | None:
        with self._lock:
            current = self._current
            if current is None:
                return None
            if current.generation < wanted and time.monotonic() - current.made >= self._freshness:
                return None
            current.users += 1
            return current

    def _make(self) -> None:
        generation = self._source.generation
        self._count += 1
        path = self._directory / str(self._count)
        shutil.rmtree(path, ignore_errors=True)
        self._source.snapshot(path)
        made = Snapshot(generation, path)
        with self._lock:
            if self._current is not None:
                self._old.append(self._current)
            self._current = made

"""What changed among the facts of a few predicates since someone last looked."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from whence.reasoning.facts import Columns

__all__ = ["Journal"]

_MOST = 500_000
"""More changed pairs than this are not kept: to look at everything again is as quick."""


class Journal:
    """Changes of the pairs of some predicates, noted by one thread and taken by another.

    It lasts while ``whole``: afterwards changes are missing, and whoever reads it has to start anew.
    """

    __slots__ = ("_changes", "_lock", "_predicates", "_size", "whole")

    def __init__(self, predicates: Iterable[int]) -> None:
        self._predicates = frozenset(predicates)
        self._changes: list[tuple[Columns, Columns]] = []
        self._size = 0
        self._lock = threading.Lock()
        self.whole = True

    def note(self, added: Columns, removed: Columns) -> None:
        """Pairs that are there now, and pairs that are not any more; some may have been so before."""
        coming, going = (
            {predicate: pairs for predicate, pairs in columns.items() if predicate in self._predicates}
            for columns in (added, removed)
        )
        if not self.whole or not (coming or going):
            return
        with self._lock:
            self._size += sum(map(len, coming.values())) + sum(map(len, going.values()))
            self._changes.append((coming, going))
        if self._size > _MOST:
            self.spoil()

    def spoil(self) -> None:
        """Say that something changed that is not noted here."""
        with self._lock:
            self.whole = False
            self._changes = []

    def take(self) -> list[tuple[Columns, Columns]]:
        """What was noted since the last time: what was added and removed, in the order of noting."""
        if not self._changes:
            return []
        with self._lock:
            taken, self._changes, self._size = self._changes, [], 0
        return taken

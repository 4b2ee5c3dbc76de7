"""When a write counts as done: after the disk has it, or after the operating system has it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = ["DATA_DIRECTORY", "Durability", "Syncer"]

DATA_DIRECTORY = "data"
"""What of a store's directory is the engine's."""

Durability: TypeAlias = Literal["full", "process"]
"""``full``: an acknowledged write survives power loss. ``process``: it survives the death of the
process (kill -9), but the last seconds may be lost with the machine; small writes are faster."""


class Syncer:
    """Pushes what the engine wrote to the disk; the engine itself never calls fsync on its log."""

    def __init__(self, directory: Path, mode: Durability) -> None:
        self._directory = directory
        self._mode = mode
        self._known: frozenset[str] = frozenset()

    def sync_log(self) -> None:
        """Make small writes, which are in the write-ahead log, survive power loss."""
        if self._mode == "full":
            self._sync(".log")

    def sync_files(self) -> None:
        """Make bulk writes, which are in table files and the manifest, survive power loss."""
        if self._mode == "full":
            self._sync("")

    def _sync(self, suffix: str) -> None:
        entries = [entry for entry in os.scandir(self._directory) if entry.is_file()]
        names = frozenset(entry.name for entry in entries)
        for entry in entries:
            is_new = entry.name not in self._known and entry.name.endswith((".sst", ".log"))
            is_live = entry.name.endswith(".log") or entry.name.startswith(("MANIFEST", "CURRENT"))
            if is_new or (is_live and entry.name.endswith(suffix)):
                _fsync(Path(entry.path))
        if names != self._known:
            _fsync(self._directory)
            self._known = names


def _fsync(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

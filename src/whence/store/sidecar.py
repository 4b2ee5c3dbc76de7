"""The file beside the data that repeats it in another form, and so must go before the data changes."""

from __future__ import annotations

import os
from pathlib import Path

from whence.store.durability import DATA_DIRECTORY, Syncer

__all__ = ["SIDECAR_DRAFT", "SIDECAR_FILE", "STEPS_FILE", "discard", "publish"]

SIDECAR_FILE = "ids"
SIDECAR_DRAFT = "ids.new"
STEPS_FILE = "steps.npz"
"""Made of the sidecar, which it names: it may stay when the sidecar goes."""


def discard(directory: Path) -> None:
    """Remove the sidecar of the store in a directory, for good; cheap when there is none.

    Whoever holds the store calls this before each change of its data, so that not even a crash leaves
    a sidecar that says something else than the data. Raises :class:`OSError` if it cannot be removed.
    """
    try:
        (directory / SIDECAR_FILE).unlink()
    except FileNotFoundError:
        return
    _sync(directory)


def publish(directory: Path) -> None:
    """Make the draft, which its writer has synced, the sidecar of the store in a directory.

    What the store wrote is made to last first: power loss must not leave a sidecar that knows more than
    the data. Raises :class:`OSError`.
    """
    Syncer(directory / DATA_DIRECTORY, "full").sync_files()
    (directory / SIDECAR_DRAFT).replace(directory / SIDECAR_FILE)
    _sync(directory)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

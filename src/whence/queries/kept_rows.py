"""Rows of steps in a file beside a store, so that its first walk need not sort them."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from whence.queries.edges import STEPS
from whence.queries.rows import Base
from whence.store.sidecar import STEPS_FILE

__all__ = ["load", "save"]

_PARTS: Final = {"starts": np.uint32, "others": np.uint32, "labels": np.uint8}
_WAYS: Final = ("back", "forward")


def save(directory: Path, back: Base, forward: Base, *, name: str) -> None:
    """Keep the rows made of the sidecar with this name, in place of what was kept.

    A store on a disk that is full or read-only is left as it is.
    """
    arrays: dict[str, NDArray[Any]] = {
        f"{way}_{part}": getattr(base, part)
        for way, base in zip(_WAYS, (back, forward), strict=True)
        for part in _PARTS
    }
    with contextlib.suppress(OSError):
        handle, draft = tempfile.mkstemp(dir=directory, prefix=f".{STEPS_FILE}.")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, allow_pickle=False, made_of=np.array(_made_of(name)), **arrays)
            Path(draft).replace(directory / STEPS_FILE)
        finally:
            Path(draft).unlink(missing_ok=True)


def load(directory: Path, *, name: str) -> tuple[Base, Base] | None:
    """The rows back and forward that were made of the sidecar with this name.

    ``None`` if there are none, or none that are whole.
    """
    try:
        with np.load(directory / STEPS_FILE, allow_pickle=False) as arrays:
            if str(arrays["made_of"]) != _made_of(name):
                return None
            back, forward = (
                Base(*(arrays[f"{way}_{part}"].astype(kind, copy=False) for part, kind in _PARTS.items()))
                for way in _WAYS
            )
    except (OSError, ValueError, LookupError, zipfile.BadZipFile):
        return None
    return back, forward


def _made_of(name: str) -> str:
    """The sidecar and the table of steps, whose numbers the rows hold."""
    return f"{name} {sha256(repr(STEPS).encode()).hexdigest()}"

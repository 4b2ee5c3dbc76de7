"""A temporary file for the part of a document that must wait for what stands before it."""

from __future__ import annotations

import shutil
import tempfile
from types import TracebackType
from typing import BinaryIO

__all__ = ["Spool"]

_IN_MEMORY = 8 << 20


class Spool:
    """Text that is written now and copied to its place later; large text waits on disk.

    True once something has been written. Use it as a context manager, so that its file goes away.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by __exit__
        self._used = False

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __bool__(self) -> bool:
        return self._used

    def write(self, text: str) -> None:
        """Add text."""
        self._used = True
        self._file.write(text.encode())

    def copy(self, output: BinaryIO) -> None:
        """Write everything to ``output``."""
        self._file.seek(0)
        shutil.copyfileobj(self._file, output)

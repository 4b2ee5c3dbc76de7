"""Quads waiting for their transaction: in memory while few, in a temporary file when many."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from types import TracebackType

from pyoxigraph import Quad, RdfFormat, parse, serialize

__all__ = ["Spool"]

_IN_MEMORY = 20_000


class Spool:
    """Collects quads; iterating gives them all back, any number of times.

    Memory is bounded: beyond 20,000 quads they go to an unnamed temporary file. Use it as a context
    manager so that the file goes away.
    """

    def __init__(self) -> None:
        self._recent: list[Quad] = []
        self._file: tempfile._TemporaryFileWrapper[bytes] | None = None
        self._count = 0

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads."""
        before = len(self._recent)
        self._recent.extend(quads)
        self._count += len(self._recent) - before
        if len(self._recent) >= _IN_MEMORY:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(prefix="whence-", suffix=".nq")  # noqa: SIM115  # closed with the spool
        serialize(self._recent, self._file, RdfFormat.N_QUADS)
        self._recent.clear()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Quad]:
        if self._file is not None:
            self._file.flush()
            yield from parse(path=self._file.name, format=RdfFormat.N_QUADS)
        yield from self._recent

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

"""What can be loaded: paths, directories, globs, bytes and streams, each as named sources of bytes."""

from __future__ import annotations

import glob
import hashlib
import io
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from whence.errors import SourceError
from whence.formats.detect import HEAD, detect, peekable
from whence.formats.registry import Format, find_format
from whence.store.embedded import is_store

__all__ = ["Loadable", "Progress", "Source", "find_sources"]

Loadable: TypeAlias = str | Path | bytes | BinaryIO
Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a source's name, the bytes done and the bytes there are (0 if unknown)."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One source: ``name`` for people, ``open`` for its bytes as stored, ``size`` in bytes or 0.

    ``listed`` is false for a file met in a directory, which is passed over if its format is unknown.
    """

    name: str
    open: Callable[[], BinaryIO]
    size: int
    listed: bool = True

    def sha256(self) -> str:
        """The hex digest of the bytes as stored."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def format(self, wanted: str | None) -> Format:
        """The wanted format, or what the content says. Raises :class:`UnknownFormat`."""
        if wanted is not None:
            return find_format(wanted)
        with self.open() as stream, peekable(stream, self.name) as plain:
            return detect(plain.peek(HEAD), self.name)

    def is_empty(self) -> bool:
        """Whether it holds nothing, or nothing but white space as far as its beginning goes."""
        with self.open() as stream, peekable(stream, self.name) as plain:
            return not plain.peek(HEAD).removeprefix(b"\xef\xbb\xbf").strip()

    def read(self, progress: Progress | None) -> BinaryIO:
        """The bytes, unpacked if they are gzip, reporting progress over the stored bytes."""
        stream = self.open()
        if progress is not None:
            stream = io.BufferedReader(_Watched(stream, self, progress), _CHUNK)
        return peekable(stream, self.name)


class _Watched(io.RawIOBase):
    """Tells a progress callback how far a stream has been read."""

    def __init__(self, stream: BinaryIO, source: Source, progress: Progress) -> None:
        self._stream, self._source, self._progress = stream, source, progress
        self._done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # io hands over a writable buffer
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._done += len(data)
        self._progress(self._source.name, self._done, self._source.size)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def find_sources(what: Loadable) -> Iterator[Source]:
    """The sources that a path, directory (walked in order), glob, bytes or stream stands for.

    Raises :class:`SourceError` when there are none.
    """
    if isinstance(what, bytes):
        yield _in_memory("<bytes>", what)
    elif isinstance(what, str | Path):
        yield from _paths(str(what))
    else:
        yield _spooled(str(getattr(what, "name", "<stream>")), what)


def _in_memory(name: str, data: bytes) -> Source:
    return Source(name, lambda: io.BytesIO(data), len(data))


def _spooled(name: str, stream: BinaryIO) -> Source:
    """A stream's bytes on disk, since they are read more than once; gone with the source."""
    handle, place = tempfile.mkstemp(prefix="whence-")
    path = Path(place)

    def read() -> BinaryIO:
        return path.open("rb")

    weakref.finalize(read, path.unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
    return Source(name, read, path.stat().st_size)


def _paths(pattern: str) -> Iterator[Source]:
    path = Path(pattern)
    if path.is_dir():
        files = sorted(_files(path))
        if not files:
            raise SourceError(f"{pattern} holds no files")
        yield from (_file(file, listed=False) for file in files)
    elif path.exists():
        yield _file(path, listed=True)
    else:
        matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  # absolute patterns too
        if not matches:
            raise SourceError(f"{pattern}: no such file or directory, and no file matches it as a pattern")
        for match in matches:
            yield from _paths(match)


def _files(directory: Path) -> Iterator[Path]:
    """The files below a directory, but for hidden ones and those of stores that lie in it."""
    for entry in directory.iterdir():
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if not is_store(entry):
                yield from _files(entry)
        elif entry.is_file():
            yield entry


def _file(path: Path, *, listed: bool) -> Source:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error

    def read() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}") from error

    return Source(str(path), read, size, listed)

"""Where documents are written: files, complete or absent, or streams."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from whence.errors import SourceError
from whence.formats.registry import Format, find_format

__all__ = ["opened_target", "target_format"]


def target_format(name: str | None, target: str | Path | BinaryIO) -> Format:
    """The format of a name, or what the ending of a file name says; ``.gz`` at its end does not count."""
    if name is not None:
        return find_format(name)
    if isinstance(target, str | Path):
        plain = Path(str(target).removesuffix(".gz"))
        return find_format(plain.suffix.lstrip(".") or plain.name)
    raise SourceError("give format= when writing to a stream")


@contextmanager
def opened_target(target: str | Path | BinaryIO) -> Iterator[IO[bytes]]:
    """A stream to write to: ``target`` itself, or a file that appears only when it is complete."""
    if not isinstance(target, str | Path):
        yield target
        return
    path = Path(target)
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            if path.suffix == ".gz":
                # Without a name and time inside, equal stores give equal files.
                with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
                    yield cast(IO[bytes], packed)
            else:
                yield file
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)

"""Request bodies: bounded, decompressed, in memory for queries and on disk for data."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from flask import request

from whence.web.answers import Problem

__all__ = ["read_text", "spool"]

_CHUNK: Final = 1 << 18


def read_text(limit: int) -> str:
    """The body as text, at most ``limit`` bytes. Raises :class:`Problem` 413, 415 or 400."""
    body = b"".join(_bounded(limit))
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise Problem(415, f"charset {charset} is not understood; send UTF-8")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, f"the body is not UTF-8: {error}") from None


def spool(directory: Path, limit: int, stream: IO[bytes] | None = None) -> Path:
    """Write the body (or ``stream``, a part of it) to a new file; the caller removes it."""
    parts = _bounded(limit) if stream is None else _limited(iter(lambda: stream.read(_CHUNK), b""), limit)
    with tempfile.NamedTemporaryFile(dir=directory, delete=False) as file:
        path = Path(file.name)
        try:
            for part in parts:
                file.write(part)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path


def _bounded(limit: int) -> Iterator[bytes]:
    if request.content_length is not None and request.content_length > limit:
        raise _too_large(limit)
    stream = request.stream
    raw = iter(lambda: stream.read(_CHUNK), b"")
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return _limited(_inflated(raw), limit)
    if encoding not in ("identity", ""):
        raise Problem(
            415, f"Content-Encoding {encoding} is not understood; send gzip or none", Accept_Encoding="gzip"
        )
    return _limited(raw, limit)


def _limited(parts: Iterator[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    for part in parts:
        total += len(part)
        if total > limit:
            raise _too_large(limit)
        yield part


def _inflated(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress gzip, several members in a row too, never more than a chunk at a time."""
    engine = zlib.decompressobj(wbits=31)
    begun = False
    try:
        for part in parts:
            pending = part
            while pending:
                if engine.eof:
                    engine = zlib.decompressobj(wbits=31)
                begun = True
                yield engine.decompress(pending, _CHUNK)
                pending = engine.unconsumed_tail or engine.unused_data
    except zlib.error as error:
        raise Problem(400, f"the body is not valid gzip: {error}") from None
    if begun and not engine.eof:
        raise Problem(400, "the gzip body ends too early")


def _too_large(limit: int) -> Problem:
    return Problem(413, f"the request body is larger than the limit of {limit} bytes")

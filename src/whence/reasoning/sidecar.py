"""Terms and columns in one file beside a store, so that opening it again reads no quads."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import secrets
import struct
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from whence.reasoning.facts import Columns, Ids, Terms, pack, unpack
from whence.reasoning.spellings import Spellings
from whence.store.sidecar import SIDECAR_DRAFT, SIDECAR_FILE, discard, publish

__all__ = ["discard", "identity", "load", "save"]

# The file: arrays one after the other, each at a multiple of _ALIGN; a table of contents in JSON; a
# trailer with the place of that table, the CRC-32 of all that is before the trailer, and the magic.
_MAGIC: Final = b"whenceI1"
_TRAILER: Final = struct.Struct("<QII8s")
_ALIGN: Final = 64
_CHUNK: Final = 1 << 20
_MANY_UNUSED: Final = 10_000
_TERMS: Final = {
    "text": np.uint8,
    "starts": np.uint64,
    "hashes": np.uint64,
    "order": np.uint32,
    "literals": np.bool_,
}

_Kept: TypeAlias = Mapping[str, Mapping[int, Ids]]


def save(
    directory: Path, terms: Terms, asserted: Mapping[int, Ids], facts: Mapping[int, Ids], *, stamp: str
) -> None:
    """Keep terms and packed columns beside the store in ``directory``, in place of what was kept.

    ``stamp`` says what they hold for; :func:`load` gives them for the same stamp only. The caller holds
    the store and lets nobody write meanwhile. Where most terms are in no column any more, those are left
    out and the others get new numbers. Raises :class:`OSError`, and then nothing is kept anew.
    """
    draft = directory / SIDECAR_DRAFT
    spellings, columns = _compacted(terms.spellings(), {"asserted": asserted, "facts": facts})
    try:
        with draft.open("wb") as file:
            _write(file, spellings, columns, stamp)
            file.flush()
            os.fsync(file.fileno())
        publish(directory)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def load(directory: Path, *, stamp: str) -> tuple[Terms, Columns, Columns] | None:
    """What :func:`save` kept with this stamp: terms, asserted columns, and columns of all facts.

    ``None`` if there is nothing, nothing for this stamp, or nothing whole. The columns are views of the
    file, mapped and read-only; they stay good when the file is replaced or discarded.
    """
    try:
        with (directory / SIDECAR_FILE).open("rb") as file:
            contents = _contents(file)
            if contents is None or contents["stamp"] != stamp or not _is_whole(file):
                return None
            whole = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
        parts = {name: _part(whole, contents["terms"][name], kind) for name, kind in _TERMS.items()}
        asserted, facts = (
            {predicate: _part(whole, place, np.int64) for predicate, *place in contents[name]}
            for name in ("asserted", "facts")
        )
        return Terms(Spellings(**parts)), asserted, facts
    except (OSError, ValueError, LookupError, TypeError):
        return None


def identity(directory: Path) -> str | None:
    """A name for the sidecar as it is, which no other one has; ``None`` if there is none."""
    try:
        with (directory / SIDECAR_FILE).open("rb") as file:
            found = (_contents(file) or {}).get("name")
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) else None


def _compacted(terms: Spellings, columns: _Kept) -> tuple[Spellings, _Kept]:
    """The same without the terms that are in no column, if those are many and most."""
    used = np.zeros(len(terms), np.bool_)
    for by_predicate in columns.values():
        used[list(by_predicate)] = True
        for pairs in by_predicate.values():
            for ends in unpack(pairs):
                used[ends] = True
    count = int(used.sum())
    if len(terms) - count < max(count, _MANY_UNUSED):
        return terms, columns
    numbers = np.cumsum(used) - 1
    renumbered = {
        name: {
            int(numbers[p]): pack(*(numbers[ends] for ends in unpack(v))) for p, v in by_predicate.items()
        }
        for name, by_predicate in columns.items()
    }
    return terms.only(used), renumbered


def _write(file: BinaryIO, terms: Spellings, columns: _Kept, stamp: str) -> None:
    out = _Summing(file)
    contents: dict[str, Any] = {
        "stamp": stamp,
        "name": secrets.token_hex(16),
        "byteorder": sys.byteorder,
        "terms": {
            name: out.array(getattr(terms, name).astype(kind, copy=False)) for name, kind in _TERMS.items()
        },
    }
    for name, by_predicate in columns.items():
        contents[name] = [
            [predicate, *out.array(pairs.astype(np.int64, copy=False))]
            for predicate, pairs in by_predicate.items()
        ]
    table = json.dumps(contents).encode()
    place = out.size
    out.write(table)
    file.write(_TRAILER.pack(place, len(table), out.sum, _MAGIC))


class _Summing:
    """Writes to a file and sums up what went there."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = self.sum = 0

    def write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self.sum = zlib.crc32(data, self.sum)
        self.size += len(data)

    def array(self, values: NDArray[Any]) -> tuple[int, int]:
        """Write an array; where it begins, and its size in bytes."""
        self.write(bytes(-self.size % _ALIGN))
        place = self.size
        self.write(np.ascontiguousarray(values).data.cast("B") if len(values) else b"")
        return place, self.size - place


def _trailer(file: BinaryIO) -> tuple[int, int, int]:
    """Place and size of the table of contents, and the sum. Raises ValueError or OSError."""
    file.seek(-_TRAILER.size, os.SEEK_END)
    end = file.tell()
    place, size, total, magic = _TRAILER.unpack(file.read(_TRAILER.size))
    if magic != _MAGIC or place + size != end:
        raise ValueError("no sidecar of this version")
    return place, size, total


def _contents(file: BinaryIO) -> dict[str, Any] | None:
    place, size, _ = _trailer(file)
    file.seek(place)
    contents = cast(dict[str, Any], json.loads(file.read(size)))
    return contents if contents["byteorder"] == sys.byteorder else None


def _is_whole(file: BinaryIO) -> bool:
    """Whether the bytes are those written. They go through a small buffer: mapped pages stay unused."""
    place, size, expected = _trailer(file)
    left, total = place + size, 0
    buffer = memoryview(bytearray(_CHUNK))
    file.seek(0)
    while left and (got := file.readinto(buffer[: min(left, _CHUNK)])):  # type: ignore[attr-defined]
        total = zlib.crc32(buffer[:got], total)
        left -= got
    return left == 0 and total == expected


def _part(whole: NDArray[np.uint8], place: list[int], kind: Any) -> NDArray[Any]:
    start, size = place
    return whole[start : start + size].view(kind)

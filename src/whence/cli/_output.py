"""What commands print: tables for people, JSON and CSV for programs, files that appear only when whole."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

import click

__all__ = [
    "abandon_files",
    "human_size",
    "note",
    "output_option",
    "output_to",
    "table_format_option",
    "write_json",
    "write_records",
    "write_table",
]

Record = dict[str, Any]

output_option = click.option(
    "--output",
    "-o",
    metavar="FILE",
    help="Write to this file instead of the terminal. It appears only when it is complete.",
)
table_format_option = click.option(
    "--format",
    "-f",
    "format",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="A table for people, or JSON or CSV for programs.",
)

_unfinished: set[Path] = set()
_PARTS: Final = 10_000
_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")


def human_size(size: int | None) -> str:
    """A number of bytes in words, in powers of 1000; empty when unknown."""
    if size is None:
        return ""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{size} bytes" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"


def note(text: str) -> None:
    """Say something beside the output proper, on standard error."""
    click.echo(text, err=True)


def abandon_files() -> None:
    """Remove files that are not complete, before the process ends without unwinding."""
    for path in list(_unfinished):
        path.unlink(missing_ok=True)


def _mode_for(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


@contextmanager
def output_to(target: str | None) -> Iterator[BinaryIO]:
    """A binary stream to write an answer to: standard output, or a file.

    The file takes the place of ``target`` at the end; after a failure ``target`` is as it was. Pipes
    and devices are written directly.
    """
    if target is None or target == "-":
        yield cast(BinaryIO, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    path = Path(target).absolute()
    if path.is_dir():
        raise IsADirectoryError(21, "is a directory", target)
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    _unfinished.add(temporary)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            os.fchmod(stream.fileno(), _mode_for(path))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        _unfinished.discard(temporary)


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]) -> str:
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(padded).rstrip() + "\n"

    return line(columns) + line(["-" * width for width in widths]) + "".join(map(line, rows))


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(columns):
        table.add_column(Text(name), justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def write_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], stream: BinaryIO, *, right: frozenset[int]
) -> None:
    """Print a table: drawn on a terminal, aligned plain text elsewhere."""
    if not columns:
        stream.write(f"{len(rows)} rows without columns\n".encode())
    elif stream is sys.stdout.buffer and sys.stdout.isatty():
        _rich_table(columns, rows, right)
    else:
        stream.write(_plain_table(columns, rows, right).encode())


def write_json(value: object, stream: BinaryIO) -> None:
    """Write a value as indented JSON and a line end, in parts: the text may be many times the value."""
    parts = json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value)
    while part := "".join(islice(parts, _PARTS)):
        stream.write(part.encode())
    stream.write(b"\n")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def write_records(records: Sequence[Record], columns: Sequence[str], format: str, stream: BinaryIO) -> None:
    """Write records as a table, a JSON array of objects, or CSV with a heading line.

    A table holds ``columns`` only, with numbers to the right.
    """
    if format == "json":
        write_json(list(records), stream)
    elif format == "csv":
        text = io.TextIOWrapper(cast(IO[bytes], stream), encoding="utf-8", newline="", write_through=True)
        writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        text.detach()
    else:
        rows = [[_text(record.get(name)) for name in columns] for record in records]
        numeric = frozenset(
            index
            for index, name in enumerate(columns)
            if records and all(isinstance(record.get(name), int) for record in records)
        )
        write_table(columns, rows, stream, right=numeric)

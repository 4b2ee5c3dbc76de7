"""Named queries on the command line: which one is meant, what it is given, and the list of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from whence.cli._errors import Refused
from whence.cli._output import note, write_json, write_records

if TYPE_CHECKING:
    from whence.queries.named_header import NamedQuery

__all__ = ["describe", "list_queries", "meant", "values_of"]

_HEADER: Final = re.compile(r"#\s*(?:title|topic|param|column|limit):")


def meant(argument: str, *, named: bool) -> str | NamedQuery:
    """The query that an argument means: SPARQL text, or a query with a name or a header.

    ``-`` is standard input; what has neither space nor brace is a file, or the name of a query.
    ``named`` says that it is to have parameters. Raises :class:`Refused` for what is none of these.
    """
    if not argument.strip():
        raise Refused("the query is empty")
    if argument == "-":
        return _with_header(sys.stdin.read(), "standard input", named=named)
    if re.search(r"[\s{]", argument):
        return _with_header(argument, "the query", named=named)
    from whence.errors import QueryError
    from whence.queries.named import open_catalogue

    path, known = Path(argument), open_catalogue()
    # A name is one whatever lies in the current directory; a file can be written with its ending or ./
    if path.is_file() and argument not in known:
        return _with_header(path.read_text(encoding="utf-8"), argument, named=named)
    try:
        return known.find(argument)
    except QueryError as error:
        _, _, hint = str(error).partition("; ")
        raise Refused(f"{argument} is neither a file nor a query", hint) from error


def _with_header(text: str, source: str, *, named: bool) -> str | NamedQuery:
    from whence.queries.named_header import read_named_query

    header = any(_HEADER.match(line) for line in text.splitlines() if line.startswith("#"))
    return read_named_query(text, name=source, source=source) if named or header else text


def values_of(pairs: Sequence[str]) -> dict[str, list[str]]:
    """The values that ``name=value`` options give; a name may be given more than once."""
    from whence.queries.named_header import RESERVED

    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.UsageError(f"a parameter is written name=value, not {pair!r}")
        if name in RESERVED:
            raise click.UsageError(f"{name} is no parameter of a query, but an option: --{name}")
        found.setdefault(name, []).append(value)
    return found


def list_queries(format: str | None, stream: BinaryIO) -> None:
    """Write which named queries there are."""
    from whence.queries.named import open_catalogue
    from whence.queries.named_description import as_data

    if format not in (None, "table", "json", "csv"):
        raise click.UsageError("the list is written as table, json or csv")
    known = open_catalogue()
    for fault in known.faults.values():
        note(f"left out, since it cannot be read: {fault}")
    if format == "json":
        write_json([as_data(query) for query in known.values()], stream)
        return
    records = [
        {
            "name": query.name,
            "topic": query.topic,
            "parameters": " ".join(p.name if p.required else f"[{p.name}]" for p in query.parameters),
            "title": query.title,
        }
        for query in known.values()
    ]
    write_records(records, ("name", "topic", "parameters", "title"), format or "table", stream)


def describe(query: NamedQuery, format: str | None, stream: BinaryIO) -> None:
    """Write what a named query is and what it is given."""
    from whence.queries.named_description import as_data, as_text

    if format == "json":
        write_json(as_data(query), stream)
    elif format in (None, "table"):
        stream.write(as_text(query).encode())
    else:
        raise click.UsageError("a description is written as text or json")

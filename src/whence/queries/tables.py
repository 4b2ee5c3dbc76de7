"""Lists of answers that print as tables: in a terminal, in a notebook, and as data for programs."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar, overload

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.ontology.namespaces import PREFIXES
from whence.queries.names import Shortener

__all__ = ["Answer", "Record", "plain", "table_html", "table_text"]

_SHOWN: Final = 200
"""How many rows a notebook shows."""


class Record(Protocol):
    """One answer in a list of answers."""

    def to_json(self) -> dict[str, Any]:
        """It as data: names of columns and plain values."""


_R = TypeVar("_R", bound=Record)


class Answer(Sequence[_R], Generic[_R]):
    """A list of records of one sort. ``str()`` is a table, as is its display in a notebook.

    ``columns`` are the keys of the records' data that a table shows; ``prefixes`` shorten IRIs there.
    """

    def __init__(
        self, records: Sequence[_R], columns: Sequence[str], prefixes: Mapping[str, str] | None = None
    ) -> None:
        self._records, self.columns = tuple(records), tuple(columns)
        self.prefixes = {**PREFIXES, **(prefixes or {})}

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> _R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_R]: ...
    def __getitem__(self, index: int | slice) -> _R | Sequence[_R]:
        return self._records[index]

    def __iter__(self) -> Iterator[_R]:
        return iter(self._records)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Answer | list | tuple) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def to_json(self) -> list[dict[str, Any]]:
        """All records as data, IRIs whole."""
        return [record.to_json() for record in self]

    def rows(self) -> list[dict[str, str]]:
        """The records as a table shows them: text, IRIs short."""
        short = Shortener(self.prefixes)
        return [
            {name: plain(record.get(name), short) for name in self.columns} for record in self.to_json()
        ]

    def __str__(self) -> str:
        return table_text(self.columns, [list(row.values()) for row in self.rows()])

    def __repr__(self) -> str:
        return f"<{len(self)} records of {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        return table_html(self.columns, [list(row.values()) for row in self.rows()])


def plain(value: object, short: Shortener) -> str:
    """A value of a record's data as a table shows it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(plain(item, short) for item in value)
    if isinstance(value, NamedNode | BlankNode | Literal):
        return short(value)
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    return short.iri(text).removeprefix("<").removesuffix(">") if ":" in text and " " not in text else text


def table_text(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned text, without a line end after the last row."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    return "\n".join([line(columns), line(["-" * width for width in widths]), *map(line, rows)])


def table_html(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table for a notebook; of many rows the first ones, saying so."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[:_SHOWN]
    )
    more = f"<p>{len(rows) - _SHOWN} more rows</p>" if len(rows) > _SHOWN else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

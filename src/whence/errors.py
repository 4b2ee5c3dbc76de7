"""One tree of errors: everything Whence raises on purpose is a WhenceError.

WhenceError
├── SourceError          something that was read is not acceptable
│   ├── SourceSyntaxError  file, line, column, what was expected
│   ├── UnknownFormat      no reader for it; lists the formats
│   ├── UnknownBundle      no bundle of this name; lists those there are (a StoreError, too)
│   └── ValidationFailed   breaks the rules of PROV, and such sources are not wanted; carries the report
├── QueryError           a SPARQL text that cannot be run
│   ├── QuerySyntaxError position of the fault
│   ├── QueryForbidden   asks for what the operator has not allowed
│   ├── QueryTimeout     stopped at its deadline
│   ├── QueryTooLarge    stopped at its row, size or memory limit
│   └── QueryCrashed     the engine died on it
├── StoreError           the store cannot do it
│   ├── StoreLocked      another process holds it
│   ├── StoreDamaged     not a Whence store, or written by a newer one
│   ├── StoreBusy        too much is asked of it at once; try again later
│   └── RemoteError      a server answered with a failure
└── MissingExtra         an optional package is not installed; names the extra
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "MissingExtra",
    "QueryCrashed",
    "QueryError",
    "QueryForbidden",
    "QuerySyntaxError",
    "QueryTimeout",
    "QueryTooLarge",
    "RemoteError",
    "SourceError",
    "SourceSyntaxError",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreLocked",
    "UnknownBundle",
    "UnknownFormat",
    "ValidationFailed",
    "WhenceError",
]


class WhenceError(Exception):
    """Root of every error Whence raises on purpose."""


class SourceError(WhenceError):
    """A source (file, stream, request body) cannot be read as provenance."""


class SourceSyntaxError(SourceError):
    """A source breaks the grammar of its format.

    Attributes: ``source`` (a name for people), ``line`` and ``column`` (from 1, ``None`` when the
    format gives none) and ``reason`` (what was found and what was expected).
    """

    def __init__(
        self, reason: str, *, source: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        self.source, self.line, self.column, self.reason = source, line, column, reason
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        return f"{place}: {self.reason}" if place else self.reason


class UnknownFormat(SourceError):
    """No reader or writer for this format; the message lists those there are."""


class ValidationFailed(SourceError):
    """A source is no valid provenance, and was to be stored only if it is.

    ``report`` is the :class:`whence.ValidationReport` that says what is wrong with it.
    """

    def __init__(self, message: str, report: Any) -> None:
        self.report = report
        super().__init__(message)


class QueryError(WhenceError):
    """A query or update cannot be run."""


class QuerySyntaxError(QueryError):
    """SPARQL text that does not parse. ``line`` and ``column`` count from 1 when known."""

    def __init__(self, reason: str, *, line: int | None = None, column: int | None = None) -> None:
        self.reason, self.line, self.column = reason, line, column
        place = f"line {line}, column {column}: " if line else ""
        super().__init__(f"{place}{reason}")


class QueryForbidden(QueryError):
    """The query asks for something the operator has not allowed (SERVICE, LOAD)."""


class QueryTimeout(QueryError):
    """The query was stopped at its deadline."""


class QueryTooLarge(QueryError):
    """The query was stopped at a limit on rows, answer size or memory."""


class QueryCrashed(QueryError):
    """The query engine died while running this query; the store is unharmed."""


class StoreError(WhenceError):
    """The store cannot do what was asked."""


class UnknownBundle(SourceError, StoreError):
    """A source or store holds no bundle of this name; the message names some of those there are."""


class StoreLocked(StoreError):
    """Another process holds the store."""


class StoreDamaged(StoreError):
    """The path is no Whence store, or one this version cannot read."""


class StoreBusy(StoreError):
    """Too much is asked at once; the same request may succeed a little later."""


class RemoteError(StoreError):
    """A remote SPARQL server refused or failed. ``status`` is the HTTP status, if there was one."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class MissingExtra(WhenceError):
    """An optional package is missing. The message names the extra that installs it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; run: pip install 'whence[{extra}]'")

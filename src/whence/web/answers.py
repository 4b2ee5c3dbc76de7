"""How answers leave the server: whole or streamed, compressed or not, and faults in words and numbers."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from flask import Response, current_app, json, request

from whence.errors import (
    QueryCrashed,
    QueryError,
    QueryForbidden,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    SourceError,
    SourceSyntaxError,
    StoreBusy,
    UnknownFormat,
    WhenceError,
)
from whence.web.negotiation import HTML, Format, choose
from whence.web.pool import Answer, GraphMissing

__all__ = ["Problem", "answer", "fault", "negotiate_error", "nothing", "status_of", "text"]

_STATUS: Final[tuple[tuple[type[WhenceError], int], ...]] = (
    (QuerySyntaxError, 400),
    (QueryForbidden, 403),
    (QueryTimeout, 504),
    (QueryTooLarge, 500),
    (QueryCrashed, 500),
    (QueryError, 400),
    (SourceSyntaxError, 400),
    (UnknownFormat, 415),
    (SourceError, 400),
    (GraphMissing, 404),
    (StoreBusy, 503),
)
_COMPRESS_FROM: Final = 1024
_PROBLEM_FORMATS: Final = (
    Format(("text",), ("text/plain",), "", "txt", text=True),
    Format(("json",), ("application/problem+json", "application/json"), "", "json"),
    HTML,
)


class Problem(Exception):
    """A request that cannot be served: HTTP ``status``, ``message`` for people, extra ``headers``."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        self.status, self.message = status, message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(message)


def status_of(error: WhenceError) -> int:
    """The HTTP status for an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def fault(error: WhenceError | Problem) -> Response:
    """The response for an error, in plain text, JSON or a page as the client prefers."""
    details: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if isinstance(error, Problem):
        status, headers = error.status, error.headers
    else:
        status = status_of(error)
        details = {
            name: getattr(error, name)
            for name in ("line", "column")
            if getattr(error, name, None) is not None
        }
    if isinstance(error, StoreBusy):
        headers = {"Retry-After": "2"}
    return negotiate_error(status, str(error), kind=type(error).__name__, details=details, headers=headers)


def negotiate_error(
    status: int,
    message: str,
    *,
    kind: str = "Problem",
    details: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error response; browsers get a page if the pages room offers one."""
    chosen = choose(request.headers.get("Accept"), _PROBLEM_FORMATS) or _PROBLEM_FORMATS[0]
    page: Callable[[int, str], Response] | None = current_app.extensions.get("whence_error_page")
    if chosen is HTML and page is not None:
        response = page(status, message)
    elif "json" in chosen.names:
        problem = {"status": status, "title": kind, "detail": message, **(details or {})}
        response = text(json.dumps(problem) + "\n", "application/problem+json", status)
    else:
        response = text(message + "\n", status=status)
    response.headers.update(headers or {})
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-store"
    return response


def text(body: str, content_type: str = "text/plain; charset=utf-8", status: int = 200) -> Response:
    """A short text as a response."""
    return Response(body, status, content_type=content_type)


def nothing(status: int = 204, **headers: str) -> Response:
    """A response without a body."""
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response


def answer(found: Answer, content_type: str, *, level: int, file_name: str = "") -> Response:
    """A response with a result: small ones with their length, large ones streamed."""
    compress = level > 0 and _accepts_gzip()
    headers = [("Content-Type", content_type), ("Vary", "Accept, Accept-Encoding")]
    if file_name:
        headers.append(("Content-Disposition", f'attachment; filename="{file_name}"'))
    body: bytes | Iterator[bytes]
    if found.whole is not None:
        body = found.whole
        compress = compress and len(body) >= _COMPRESS_FROM
        if compress:
            body = zlib.compress(body, level, wbits=31)
    elif request.method == "HEAD":
        found.close()
        # Of unknown length, as the body would have been.
        body, compress = iter(()), False
    else:
        parts = _Cut(found, content_type)
        body = _Gzip(parts, level) if compress else parts
    if compress:
        headers.append(("Content-Encoding", "gzip"))
    return Response(body, headers=headers)


def _accepts_gzip() -> bool:
    accepted = request.environ.get("HTTP_ACCEPT_ENCODING", "")
    return "gzip" in accepted and request.accept_encodings["gzip"] > 0


class _Cut:
    """The parts of an answer; if it is stopped on its way, a last line that no parser takes for data.

    The status line has gone out by then, and the end of the body cannot be left off.
    """

    def __init__(self, found: Answer, content_type: str) -> None:
        self._found, self._content_type = found, content_type
        self._ended = False
        self.cut = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._ended:
            raise StopIteration
        try:
            return next(self._found)
        except StopIteration:
            self._ended = True
            raise
        except WhenceError as error:
            self._ended = self.cut = True
            # An open quote, for readers of CSV that would take the line for a row.
            quote = '"' if self._content_type.startswith("text/csv") else ""
            return f"\n{quote}!! whence: the answer was cut: {error}\n".encode()

    def close(self) -> None:
        """Stop the query if it still runs."""
        self._found.close()


class _Gzip:
    """A stream compressed as it goes. One that was cut has no gzip trailer, so that readers notice."""

    def __init__(self, parts: _Cut, level: int) -> None:
        self._parts = parts
        self._engine = zlib.compressobj(level, wbits=31)
        self._ended = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        while not self._ended:
            part = next(self._parts, None)
            if part is None:
                self._ended = True
                return self._engine.flush()
            if self._parts.cut:
                self._ended = True
                return self._engine.compress(part) + self._engine.flush(zlib.Z_SYNC_FLUSH)
            if data := self._engine.compress(part):
                return data
        raise StopIteration

    def close(self) -> None:
        """Stop the query if it still runs."""
        self._parts.close()

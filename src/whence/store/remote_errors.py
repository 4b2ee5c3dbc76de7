"""What a SPARQL server's failures mean, as Whence's errors in words for people."""

from __future__ import annotations

import contextlib
import html
import json
import re
from typing import Any, Final

import httpx

from whence import errors
from whence.errors import (
    QueryCrashed,
    QueryError,
    QueryForbidden,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    RemoteError,
    StoreBusy,
    WhenceError,
)
from whence.store.syntax_errors import from_engine

__all__ = ["cut_short", "failure", "refusal"]

_MARKUP: Final = re.compile(
    r"<(title|style|script)[^>]*>.*?</\1>|<[/!a-zA-Z][^>]*>", re.DOTALL | re.IGNORECASE
)
_ECHO: Final = re.compile(r"\s*SPARQL query:\n.*", re.DOTALL)
_LINE: Final = re.compile(r"\bline (\d+)(?:,? column (\d+))?", re.IGNORECASE)
_POSITION: Final = re.compile(r"^line \d+, column \d+: ")
_MOST_WORDS = 500


def failure(error: Exception, url: str) -> WhenceError:
    """The error for an exchange that came to no response, or broke off within it."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return RemoteError(f"no server answers at {url}: {str(error) or 'no connection in time'}")
    if isinstance(error, httpx.TimeoutException):
        return QueryTimeout(f"{url} did not answer in time; give the query a longer timeout")
    return RemoteError(f"the exchange with {url} failed: {str(error) or type(error).__name__}")


def refusal(response: httpx.Response, url: str, *, query: bool, has_credentials: bool) -> WhenceError:
    """The error that a response with a failure status means; its body has been read."""
    if "problem+json" in response.headers.get("content-type", ""):
        known = _problem(response)
        if known is not None:
            return known
    status, words = response.status_code, _words(response)
    said = f"{url} answered {status}" + (f": {words}" if words else "")
    if status == 400 and query:
        return _syntax(response.text, words)
    if status in (401, 403) or "SECURITY: No permission" in words:
        if status == 401 or "SECURITY: No permission" in words:
            hint = "the token or password given does not allow this" if has_credentials else "give a token"
            said = f"{said} ({hint})"
        return RemoteError(said, status=status)
    if status in (408, 504) or "S1T00" in words:
        return QueryTimeout(said)
    if status in (429, 503):
        return StoreBusy(said)
    if status == 413:
        return RemoteError(f"{said} (the server takes no body this large)", status=status)
    if response.has_redirect_location:
        return RemoteError(f"{said}; use the URL {response.headers['location']}", status=status)
    return RemoteError(said, status=status)


def cut_short(reason: str) -> WhenceError:
    """The error for the words that a Whence server ends a broken-off answer with."""
    for words, kind in (
        ("deadline timeout seconds", QueryTimeout),
        ("limit large bytes memory", QueryTooLarge),
        ("crash died", QueryCrashed),
    ):
        if any(word in reason for word in words.split()):
            return kind(reason)
    return RemoteError(f"the server broke off its answer: {reason}")


def _problem(response: httpx.Response) -> WhenceError | None:
    """A Whence server's own error again, where it is about the query or how busy the server is."""
    try:
        problem: dict[str, Any] = json.loads(response.content)
        title, detail = str(problem["title"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return None
    if title == QuerySyntaxError.__name__:
        place = {name: problem.get(name) for name in ("line", "column")}
        return QuerySyntaxError(_POSITION.sub("", detail), **place)
    kind = getattr(errors, title, None) if title in errors.__all__ else None
    if kind in (QueryError, QueryForbidden, QueryTimeout, QueryTooLarge, QueryCrashed, StoreBusy):
        return kind(detail)  # type: ignore[no-any-return]  # one of those named
    return None


def _words(response: httpx.Response) -> str:
    """What the server said, for a person: without markup, and without our own query repeated."""
    content_type = response.headers.get("content-type", "")
    text = _ECHO.sub("", response.text)
    if "problem+json" in content_type:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            text = str(json.loads(text)["detail"])
    elif "html" in content_type:
        text = html.unescape(_MARKUP.sub(" ", text))
    text = re.sub(r"[ \t]*\n\s*", "\n", text.strip())
    return text if len(text) <= _MOST_WORDS else text[:_MOST_WORDS] + "..."


def _syntax(text: str, words: str) -> QuerySyntaxError:
    if re.search(r"error at \d+:\d+: ", text):
        return from_engine(SyntaxError(text))
    place = _LINE.search(words)
    if place is None:
        return QuerySyntaxError(words)
    return QuerySyntaxError(words, line=int(place[1]), column=int(place[2]) if place[2] else None)

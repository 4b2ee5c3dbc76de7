"""The wire to a SPARQL server: requests with credentials, streamed answers, failures in our words."""

from __future__ import annotations

import html
import re
import threading
import weakref
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from typing import IO, Any, Final, NoReturn, cast

import httpx

from whence.errors import (
    QueryCrashed,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    RemoteError,
    StoreBusy,
    WhenceError,
)
from whence.store.syntax_errors import from_engine

__all__ = ["Answer", "ChallengeAuth", "Wire"]

_MARKUP: Final = re.compile(
    r"<(title|style|script)[^>]*>.*?</\1>|<[/!a-zA-Z][^>]*>", re.DOTALL | re.IGNORECASE
)
_ECHO: Final = re.compile(r"\s*SPARQL query:\n.*", re.DOTALL)
_LINE: Final = re.compile(r"\bline (\d+)(?:,? column (\d+))?", re.IGNORECASE)
_MOST_WORDS = 500
_CUT: Final = b"\n!! whence: the answer was cut: "
"""How a Whence server ends an answer that it had to stop after it had begun."""
_SLOWEST_WRITE = 20_000
"""Bytes a second that a server is given to store what it was sent, on top of :data:`_WRITE_PATIENCE`."""
_WRITE_PATIENCE = 300.0


class ChallengeAuth(httpx.Auth):
    """A name and password, given as the server asks for them: digest (RFC 7616) or basic (RFC 7617)."""

    requires_response_body = False

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx.BasicAuth(user, password)
        self._digest = httpx.DigestAuth(user, password)
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send bare first, then as the server's challenge says; later requests go that way at once."""
        if self._chosen is None:
            response = yield request
            if response.status_code != 401:
                return
            digest = response.headers.get("www-authenticate", "").lower().startswith("digest")
            self._chosen = self._digest if digest else self._basic
        yield from self._chosen.auth_flow(request)


class Answer:
    """The body of a response as a binary file to read, raising Whence's errors.

    It is let go of when read to its end, closed, or forgotten.
    """

    def __init__(self, response: httpx.Response, url: str) -> None:
        self.headers = response.headers
        self._chunks = response.iter_bytes()
        self._url, self._held, self._ended = url, b"", False
        self.close = weakref.finalize(self, response.close)
        self.close.atexit = False

    @property
    def body(self) -> IO[bytes]:
        """This object, for parsers that ask for a file and call its ``read`` alone."""
        return cast("IO[bytes]", self)

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, empty at the end; with -1 whatever comes next."""
        # The last bytes wait for the next chunk, in case they begin the words of an answer cut short.
        while not self._ended and len(self._held) <= len(_CUT):
            self._fill()
        ready = len(self._held) if self._ended else len(self._held) - len(_CUT)
        if 0 <= size < ready:
            ready = size
        taken, self._held = self._held[:ready], self._held[ready:]
        return taken

    def _fill(self) -> None:
        try:
            self._held += next(self._chunks)
        except StopIteration:
            self._ended = True
            self.close()
        except httpx.HTTPError as error:
            self.close()
            _fail(error, self._url)
        at = self._held.find(_CUT)
        if at >= 0:
            self.close()
            raise _cut(self._held[at + len(_CUT) :].decode("utf-8", "replace").strip())

    def all(self) -> bytes:
        """Everything that is left."""
        return b"".join(iter(self.read, b""))


class Wire:
    """Requests to one server. Safe to share between threads."""

    def __init__(self, *, token: str | None, auth: tuple[str, str] | None, timeout: float) -> None:
        headers = {"user-agent": "whence"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self._has_credentials = bool(token or auth)
        self._client = httpx.Client(
            headers=headers, auth=ChallengeAuth(*auth) if auth else None, timeout=timeout
        )
        self._timeout = timeout
        self._closing = threading.Lock()

    def probe(self, url: str, accept: str) -> tuple[int, httpx.Headers, str]:
        """Status, headers and text (cut at 64 KiB) of a GET, whatever the status."""
        with closing(self._sent(url, "GET", headers={"accept": accept}, read=self._timeout)) as response:
            text = b""
            for chunk in response.iter_bytes():
                text += chunk
                if len(text) > 65_536:
                    break
            return response.status_code, response.headers, text.decode("utf-8", "replace")

    def get(self, url: str, *, params: Mapping[str, str], accept: str) -> Answer | None:
        """GET a document; ``None`` where there is none (404)."""
        response = self._sent(url, "GET", params=params, headers={"accept": accept}, read=self._timeout)
        if response.status_code == 404:
            response.close()
            return None
        return self._answer(response, url)

    def query(
        self,
        url: str,
        form: Mapping[str, str | Sequence[str]],
        *,
        params: Mapping[str, str],
        accept: str,
        timeout: float | None,
    ) -> Answer:
        """POST a query as a form; ``timeout`` is the longest wait for the next piece of the answer."""
        response = self._sent(
            url,
            "POST",
            params=params,
            data=dict(form),
            headers={"accept": accept},
            read=timeout or self._timeout,
        )
        return self._answer(response, url, query=True)

    def update(self, url: str, text: str) -> None:
        """POST an update request as a form, the way every server takes."""
        body = {"update": text}
        self._write(url, len(text), query=True, data=body)

    def upload(self, url: str, body: Iterable[bytes], size: int, content_type: str) -> None:
        """POST a body of ``size`` bytes. It may be iterated again, where the server asks who we are."""
        headers = {"content-type": content_type, "content-length": str(size)}
        self._write(url, size, query=False, content=body, headers=headers)

    def _write(self, url: str, size: int, *, query: bool, **request: Any) -> None:
        patience = max(self._timeout, _WRITE_PATIENCE) + size / _SLOWEST_WRITE
        try:
            response = self._sent(url, "POST", read=patience, **request)
        except QueryTimeout as error:
            raise RemoteError(
                f"{url} did not confirm the write in {patience:.0f} s; it may or may not have been stored"
            ) from error
        self._answer(response, url, query=query).all()

    def _sent(self, url: str, method: str, *, read: float, **request: Any) -> httpx.Response:
        timeout = httpx.Timeout(self._timeout, read=read, write=max(read, self._timeout))
        try:
            return self._client.send(
                self._client.build_request(method, url, timeout=timeout, **request), stream=True
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            _fail(error, url)
        except RuntimeError as error:
            raise RemoteError(f"the connection to {url} is closed") from error

    def _answer(self, response: httpx.Response, url: str, *, query: bool = False) -> Answer:
        if response.is_success:
            return Answer(response, url)
        try:
            response.read()
        except httpx.HTTPError as error:
            _fail(error, url)
        raise _refusal(response, url, query=query, has_credentials=self._has_credentials)

    def close(self) -> None:
        """Close every connection."""
        with self._closing:
            self._client.close()


def _fail(error: Exception, url: str) -> NoReturn:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        raise RemoteError(f"no server answers at {url}: {str(error) or 'no connection in time'}") from error
    if isinstance(error, httpx.TimeoutException):
        raise QueryTimeout(f"{url} did not answer in time; give the query a longer timeout") from error
    raise RemoteError(f"the exchange with {url} failed: {error or type(error).__name__}") from error


def _words(response: httpx.Response) -> str:
    """What the server said, for a person to read: without markup, and without our own query repeated."""
    text = _ECHO.sub("", response.text)
    if "html" in response.headers.get("content-type", ""):
        text = html.unescape(_MARKUP.sub(" ", text))
    text = re.sub(r"[ \t]*\n\s*", "\n", text.strip())
    return text if len(text) <= _MOST_WORDS else text[:_MOST_WORDS] + "..."


def _refusal(response: httpx.Response, url: str, *, query: bool, has_credentials: bool) -> WhenceError:
    """The error that a failure status means."""
    status, words = response.status_code, _words(response)
    said = f"{url} answered {status}" + (f": {words}" if words else "")
    if status == 400 and query:
        return _syntax(response.text, words)
    if status in (401, 403) or "SECURITY: No permission" in words:
        hint = (
            "the token or password given does not allow this" if has_credentials else "give a token or auth"
        )
        return RemoteError(f"{said} ({hint})", status=status)
    if status in (408, 504) or "S1T00" in words:
        return QueryTimeout(said)
    if status in (429, 503):
        return StoreBusy(said)
    if status == 413:
        return RemoteError(f"{said} (the server takes no body this large)", status=status)
    if response.has_redirect_location:
        return RemoteError(f"{said}; use the URL {response.headers['location']}", status=status)
    return RemoteError(said, status=status)


def _syntax(text: str, words: str) -> QuerySyntaxError:
    if re.search(r"error at \d+:\d+: ", text):
        return from_engine(SyntaxError(text))
    place = _LINE.search(words)
    if place is None:
        return QuerySyntaxError(words)
    return QuerySyntaxError(words, line=int(place[1]), column=int(place[2]) if place[2] else None)


def _cut(reason: str) -> WhenceError:
    """The error for the words a Whence server ends a broken-off answer with."""
    for words, kind in (
        ("deadline timeout time", QueryTimeout),
        ("limit large bytes rows memory", QueryTooLarge),
        ("crash died", QueryCrashed),
    ):
        if any(word in reason for word in words.split()):
            return kind(reason)
    return RemoteError(f"the server broke off its answer: {reason}")

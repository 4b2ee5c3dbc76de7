"""The wire to a SPARQL server: requests with credentials, streamed answers, failures in our words."""

from __future__ import annotations

import weakref
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from typing import IO, Any, Final, cast

import httpx

from whence.errors import QueryTimeout, RemoteError
from whence.store.remote_errors import cut_short, failure, refusal

__all__ = ["Answer", "ChallengeAuth", "Wire"]

_CUT: Final = b"\n!! whence: the answer was cut: "
"""How a Whence server ends an answer that it had to stop after it had begun."""
_SLOWEST_WRITE = 20_000
"""Bytes a second that a server is given to store what it was sent, on top of :data:`_WRITE_PATIENCE`."""
_WRITE_PATIENCE = 300.0
_DOWN: Final = frozenset({429, 502, 503, 504})
_PROBLEMS: Final = {"accept": "*/*;q=0.5, application/problem+json"}


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
        self._url, self._held, self._at, self._ended = url, b"", 0, False
        self.close = weakref.finalize(self, response.close)
        self.close.atexit = False

    @property
    def body(self) -> IO[bytes]:
        """This object, for parsers that ask for a file and call its ``read`` alone."""
        return cast("IO[bytes]", self)

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, empty at the end; with -1 whatever comes next."""
        # The last bytes wait for the next chunk, in case they begin the words of an answer cut short.
        while not self._ended and len(self._held) - self._at <= len(_CUT):
            self._fill()
        end = len(self._held) if self._ended else len(self._held) - len(_CUT)
        if size >= 0:
            end = min(end, self._at + size)
        taken = self._held[self._at : end]
        self._at = end
        return taken

    def _fill(self) -> None:
        self._held, self._at = self._held[self._at :] + self._next(), 0
        at = self._held.find(_CUT)
        if at >= 0:
            rest = self._held[at + len(_CUT) :] + b"".join(iter(self._next, b""))
            raise cut_short(rest.decode("utf-8", "replace").strip())

    def _next(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            self._ended = True
        except (httpx.HTTPError, httpx.StreamError) as error:
            self.close()
            raise failure(error, self._url) from error
        self.close()
        return b""

    def all(self) -> bytes:
        """Everything that is left."""
        return b"".join(iter(self.read, b""))


class Wire:
    """Requests to one server. Safe to share between threads; closed by ``close()`` or when forgotten."""

    def __init__(
        self, *, token: str | None, auth: tuple[str, str] | None, timeout: float, encrypted: bool
    ) -> None:
        headers = {"user-agent": "whence"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self._has_credentials = bool(token or auth)
        self._client = httpx.Client(
            headers=headers,
            auth=ChallengeAuth(*auth) if auth else None,
            timeout=timeout,
            # Reading the certificates of the world takes a quarter of a second, for nothing without TLS.
            verify=encrypted,
        )
        self._timeout = timeout
        self.close = weakref.finalize(self, self._client.close)

    def probe(self, url: str, accept: str) -> tuple[httpx.Headers, str]:
        """Headers and text (cut at 64 KiB) of a GET, unless the server is down for now."""
        with closing(self._sent(url, "GET", headers={"accept": accept}, read=self._timeout)) as response:
            if response.status_code in _DOWN:
                self._answer(response, url)
            text = b""
            for chunk in response.iter_bytes():
                text += chunk
                if len(text) > 65_536:
                    break
            return response.headers, text.decode("utf-8", "replace")

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
        # Servers that can describe a problem as data (RFC 9457) are asked to.
        response = self._sent(
            url,
            "POST",
            params=params,
            data=dict(form),
            headers={"accept": f"{accept}, application/problem+json;q=0.1"},
            read=timeout or self._timeout,
        )
        return self._answer(response, url, query=True)

    def update(self, url: str, text: str) -> None:
        """POST an update request."""
        body, headers = (
            text.encode(),
            {**_PROBLEMS, "content-type": "application/sparql-update; charset=utf-8"},
        )
        self._write(url, len(body), query=True, content=body, headers=headers)

    def upload(self, url: str, body: Iterable[bytes], size: int, content_type: str) -> None:
        """POST a body of ``size`` bytes. It may be iterated again, where the server asks who we are."""
        headers = {**_PROBLEMS, "content-type": content_type, "content-length": str(size)}
        self._write(url, size, query=False, content=body, headers=headers)

    def post(self, url: str, form: Mapping[str, str], *, patience: float) -> bytes:
        """POST a form to have something done that may take ``patience`` seconds; the whole answer."""
        response = self._sent(url, "POST", read=patience, data=dict(form), headers=_PROBLEMS)
        return self._answer(response, url).all()

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
            raise failure(error, url) from error
        except RuntimeError as error:
            raise RemoteError(f"the connection to {url} is closed") from error

    def _answer(self, response: httpx.Response, url: str, *, query: bool = False) -> Answer:
        if response.is_success:
            return Answer(response, url)
        try:
            response.read()
        except httpx.HTTPError as error:
            raise failure(error, url) from error
        raise refusal(response, url, query=query, has_credentials=self._has_credentials)

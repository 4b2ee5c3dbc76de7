"""Who may do what: the bearer token, the Host header, other origins, and headers that protect browsers."""

from __future__ import annotations

import hmac
import ipaddress
from functools import lru_cache

from flask import Flask, Response, request

from whence.web.answers import Problem, nothing
from whence.web.settings import Settings

__all__ = ["PROTECTIVE_HEADERS", "protect", "require_reader", "require_writer"]

PROTECTIVE_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    (
        "Content-Security-Policy",
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    ),
)
"""Headers of every response that does not set them itself."""

_READING = "GET, HEAD, POST, OPTIONS"
_EXPOSED = "Whence-Row-Limit, Whence-Outcome, Whence-Complete, Whence-Stopped, Content-Location, Link"
_READ_BY_POST = frozenset({"/sparql", "/validate"})
_OPEN_PATHS = frozenset({"/health", "/ready"})


def require_writer(settings: Settings) -> None:
    """Let the request pass if it may write; raises :class:`Problem` 401 or 403."""
    if settings.read_only:
        raise Problem(403, "this server is read-only")
    if settings.token is None:
        raise Problem(
            403, "writing is off: start the server with a token (whence serve --token, or WHENCE_TOKEN)"
        )
    _check_token(settings.token, "writing")


def require_reader(settings: Settings) -> None:
    """Let the request pass if it may read; raises :class:`Problem` 401 or 403."""
    if settings.public_reads:
        return
    if settings.token is None:
        raise Problem(403, "reading needs a token, and this server has none set")
    _check_token(settings.token, "reading")


def protect(app: Flask, settings: Settings) -> None:
    """Check the Host header and reading rights of every request; say what other origins may read."""
    bound_to_loopback = _is_loopback(settings.host)
    allowed = frozenset(name.lower() for name in settings.allowed_hosts)

    @app.before_request
    def check() -> Response | None:
        # The environment itself: every request comes through here, and the request's views of it cost.
        environ = request.environ
        if bound_to_loopback and not _answers_for(environ.get("HTTP_HOST", ""), allowed):
            host = _host_name(environ["HTTP_HOST"])
            raise Problem(
                421, f"this server does not answer for host {host}; see the allowed_hosts setting"
            )
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return _preflight()
        if not settings.public_reads and request.path not in _OPEN_PATHS:
            require_reader(settings)
        return None

    @app.after_request
    def guard(response: Response) -> Response:
        if "HTTP_ORIGIN" in request.environ and _offered_to_others():
            _allow_origin(response, settings)
        return response


@lru_cache(maxsize=64)
def _answers_for(header: str, allowed: frozenset[str]) -> bool:
    """Whether a server bound to loopback answers under the name in this Host header."""
    host = _host_name(header)
    return not host or _is_loopback(host) or host in allowed


def _check_token(token: str, what: str) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Problem(
            401,
            f"{what} needs a token: Authorization: Bearer ...",
            WWW_Authenticate='Bearer realm="whence"',
        )
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        challenge = 'Bearer realm="whence", error="invalid_token"'
        raise Problem(401, "this token is not valid here", WWW_Authenticate=challenge)


def _host_name(header: str) -> str:
    host = header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_loopback(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _offered_to_others() -> bool:
    reading = request.method in ("GET", "HEAD", "OPTIONS") or request.path in _READ_BY_POST
    return reading and request.path != "/update"


def _allow_origin(response: Response, settings: Settings) -> None:
    origin = request.headers["Origin"]
    if "*" in settings.cors_origins:
        response.headers["Access-Control-Allow-Origin"] = "*"
    elif origin in settings.cors_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.vary.add("Origin")
    else:
        return
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED


def _preflight() -> Response | None:
    """Answer a browser that asks before a cross-origin request; other OPTIONS go on to the route."""
    if "Access-Control-Request-Method" not in request.headers:
        return None
    response = nothing()
    wanted = request.headers["Access-Control-Request-Method"].upper()
    writes = request.path == "/update" or (request.path == "/store" and wanted not in ("GET", "HEAD"))
    if not writes:
        response.headers["Access-Control-Allow-Methods"] = _READING
        response.headers["Access-Control-Allow-Headers"] = "Accept, Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response

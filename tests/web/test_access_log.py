"""One line for each request, late by a tenth of a second at most."""

from __future__ import annotations

import re
import time
from io import StringIO

from whence.web.access_log import AccessLog


def line_of(path: str) -> str:
    stream = StringIO()
    log = AccessLog(stream)
    log.note("192.0.2.1", "GET", path, "200", 12, 0.0015)
    log.flush()
    return stream.getvalue()


def test_each_request_is_one_line() -> None:
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} 192\.0\.2\.1 GET /sparql 200 12 1\.5ms\n",
        line_of("/sparql"),
    )


def test_a_path_cannot_forge_a_line() -> None:
    assert "GET /a?192.0.2.9?GET?/b?200 200" in line_of("/a\n192.0.2.9 GET /b 200")
    assert line_of("/a\nb").count("\n") == 1
    assert len(line_of("/" + "a" * 10_000)) < 600


def test_lines_come_by_themselves() -> None:
    stream = StringIO()
    AccessLog(stream).note("192.0.2.1", "GET", "/", "200", 0, 0.0)
    until = time.monotonic() + 5
    while not stream.getvalue() and time.monotonic() < until:
        time.sleep(0.02)
    assert "GET / 200" in stream.getvalue()

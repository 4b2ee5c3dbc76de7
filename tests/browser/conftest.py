"""A real browser on a real server that holds the demonstration data."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

import whence
from whence.demo import DOCUMENTS
from whence.web.settings import Settings

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SERVE = """
import sys
from whence.web.serving import serve
from whence.web.settings import Settings
serve(sys.argv[1], Settings.from_json(sys.argv[2]), ready=lambda url: print(url, flush=True))
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, started once."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("WHENCE_REQUIRE_ALL") == "1":
            pytest.fail(f"there is no browser at {CHROMIUM}")
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server with the demonstration data."""
    path = tmp_path_factory.mktemp("browser") / "store"
    with whence.open(path) as store:
        for document in DOCUMENTS:
            store.load(document.open(), bundle=document.bundle)
    settings = Settings(port=0, token="for tests", access_log=False).to_json()
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(path), settings],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, "the server did not start"
        yield url
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


class Visit:
    """A browser window that notes everything that goes wrong in it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.faults: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("request", self._asked)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def _failed(self, request: Request) -> None:
        # A download ends the navigation it came from.
        if "ERR_ABORTED" not in str(request.failure):
            self.faults.append(f"{request.url}: {request.failure}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.faults.append(f"asked for {request.url}")

    def go(self, path: str) -> Page:
        """Open a page of the site and wait until it is there."""
        response: Response | None = self.page.goto(self.site + path)
        assert response is not None
        assert response.status == 200, path
        return self.page


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visit]]:
    """A function that opens a window (``color_scheme=``, ``viewport=``, ...); none may have had faults."""
    opened: list[tuple[Any, Visit]] = []

    def open_window(**options: Any) -> Visit:
        context = browser.new_context(**options)
        context.set_default_timeout(15_000)
        window = Visit(context.new_page(), site)
        opened.append((context, window))
        return window

    yield open_window
    faults = [fault for _, window in opened for fault in window.faults]
    for context, _ in opened:
        context.close()
    assert faults == []

"""``whence serve`` and ``whence demo``: settings, the address they say, going through a running server."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeAlias, get_origin, get_type_hints

import click
import httpx
import pytest

from whence.cli.demo import free_port
from whence.cli.serve import serve, setting_notes
from whence.web.settings import Settings

Whence: TypeAlias = Callable[..., Any]
Start: TypeAlias = Callable[..., subprocess.Popen[str]]

MANUAL = Path(__file__).parents[2] / "docs" / "http.md"
OF_THE_MACHINE = {"workers", "heavy_workers"}
"""Settings whose default depends on the number of cores."""


def options() -> dict[str, click.Option]:
    return {option.name or "": option for option in serve.params if isinstance(option, click.Option)}


def shown_default(name: str) -> str:
    value = getattr(Settings(), name)
    if name in OF_THE_MACHINE:
        return "by the number of cores"
    if isinstance(value, tuple | frozenset):
        return f"`{' '.join(sorted(value))}`" if value else "none"
    if value is None:
        return "not set"
    return "on" if value is True else "off" if value is False else f"`{value}`"


def manual_row(name: str) -> str:
    """The row of the manual's table for a setting, made from what the code says of it."""
    flag = "--" + name.replace("_", "-")
    repeated = " Repeatable." if get_origin(get_type_hints(Settings)[name]) in (tuple, frozenset) else ""
    note = " ".join(setting_notes()[name].replace("``None``", "none").replace("``", "`").split())
    return f"| `{flag}` | `WHENCE_{name.upper()}` | {shown_default(name)} | {note}{repeated} |"


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_each_setting_is_an_option_and_in_the_manual(name: str) -> None:
    option = options()[name]
    assert option.envvar == f"WHENCE_{name.upper()}"
    assert option.help
    assert len(option.help.split()) > 5
    assert manual_row(name) in MANUAL.read_text().splitlines(), manual_row(name)


def test_option_values_become_settings(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Settings] = []
    monkeypatch.setattr(
        "whence.cli.serve.serve_store", lambda store, settings, ready: taken.append(settings)
    )
    monkeypatch.setenv("WHENCE_SERVICE_HOSTS", "a.example b.example")
    serve.main(
        [
            "x.db",
            "--port",
            "0",
            "--max-rows",
            "10",
            "--no-public-reads",
            "--cors-origins",
            "https://a.example",
        ],
        standalone_mode=False,
    )
    (settings,) = taken
    assert (settings.port, settings.max_rows, settings.public_reads) == (0, 10, False)
    assert settings.cors_origins == ("https://a.example",)
    assert settings.service_hosts == frozenset({"a.example", "b.example"})
    assert settings.query_timeout == Settings().query_timeout


def test_a_server_is_no_store_to_serve(whence: Whence) -> None:
    outcome = whence("serve", "http://127.0.0.1:9/")
    assert outcome.status == 1
    assert "is a server already" in outcome.err


def test_the_next_free_port_is_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def wait_for(process: subprocess.Popen[str], pattern: str) -> str:
    """What ``pattern`` captures in the output, read line by line as it comes."""
    assert process.stdout
    for line in process.stdout:
        if found := re.search(pattern, line):
            return found[1]
    assert process.stderr
    pytest.fail(process.stderr.read())


@pytest.fixture
def served(here: Path, start: Start) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A server on ``whence.db``: its process, URL and token."""
    process = start("serve", "--port", "0", "--token", "auto")
    url = wait_for(process, r"is served on (\S+)")
    yield process, url, wait_for(process, r"token for writing: (\S+)")


def test_commands_go_through_the_server_that_holds_the_store(
    whence: Whence, workflow: Path, served: tuple[subprocess.Popen[str], str, str]
) -> None:
    _, url, token = served
    assert whence("load", "--bundle", "urn:run:1", workflow.name).status == 0
    question = "ASK { <http://example.org/plot> prov:wasGeneratedBy ?activity }"
    assert whence("query", question).out == "yes\n"
    assert whence("query", "--store", url, question).out == "yes\n"
    stats = json.loads(whence("stats", "--format", "json").out)
    assert (stats["activities"], stats["location"].rstrip("/")) == (1, url)
    assert [bundle["iri"] for bundle in json.loads(whence("bundles", "--format", "json").out)] == [
        "urn:run:1"
    ]
    assert "ex:plot" in whence("dump", "--bundle", "urn:run:1", "--format", "provn").out
    assert whence("bundles", "--store", url, "--token", token, "--remove", "urn:run:1").status == 0
    assert whence("query", question).out == "no\n"


def test_writing_without_the_token_is_refused(
    whence: Whence, workflow: Path, served: tuple[subprocess.Popen[str], str, str]
) -> None:
    outcome = whence("load", "--store", served[1], workflow.name)
    assert outcome.status == 1
    assert outcome.err.startswith("whence: ")
    assert "hint: give the server's token with --token or WHENCE_TOKEN" in outcome.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly(
    here: Path, served: tuple[subprocess.Popen[str], str, str], number: signal.Signals
) -> None:
    process = served[0]
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert not (here / "whence.db" / "server.json").exists()


def test_demo_loads_says_what_to_try_and_serves(whence: Whence, here: Path, start: Start) -> None:
    process = start("demo", "--store", "d", "--port", str(free_port("127.0.0.1", 20000)))
    page = wait_for(process, r"Look at a page: +(\S+)")
    url = wait_for(process, r"Serving d on (\S+) until")
    answer = httpx.get(page, headers={"Accept": "text/html"}, timeout=30)
    assert answer.status_code == 200
    assert "Fine dust report, second edition" in answer.text
    again = whence("demo", "--store", "d")
    assert again.status == 0
    assert again.out.count("already there") == 5
    assert f"curl {url}/sparql" in again.out
    assert "being served already" in again.out


def test_demo_without_serving(whence: Whence) -> None:
    outcome = whence("demo", "--no-serve")
    assert outcome.status == 0
    assert "Three things to try" in outcome.out
    assert "whence serve whence-demo" in outcome.out


def test_what_demo_suggests_works(whence: Whence) -> None:
    out = whence("demo", "--no-serve").out
    command = re.search(r"whence query --store (\S+) \\\s+'([^']+)'", out)
    assert command
    outcome = whence("query", "--store", command[1], command[2], "--format", "csv")
    assert len(outcome.out.splitlines()) > 8


@pytest.mark.parametrize(
    ("arguments", "served"),
    [
        ([], "whence.db"),
        (["x.db"], "x.db"),
        (["--store", "y.db"], "y.db"),
        (["x.db", "--store", "x.db"], "x.db"),
    ],
)
def test_the_store_is_named_as_everywhere_else(
    whence: Whence, monkeypatch: pytest.MonkeyPatch, arguments: list[str], served: str
) -> None:
    taken: list[str] = []
    monkeypatch.setattr("whence.cli.serve.serve_store", lambda store, settings, ready: taken.append(store))
    assert whence("serve", *arguments).status == 0
    monkeypatch.setenv("WHENCE_STORE", "from-the-environment.db")
    assert whence("serve", *arguments).status == 0
    assert taken == [served, served if arguments else "from-the-environment.db"]


def test_two_stores_to_serve_are_wrong_usage(whence: Whence) -> None:
    outcome = whence("serve", "x.db", "--store", "y.db")
    assert outcome.status == 2
    assert "x.db and --store y.db are two stores; name one" in outcome.err

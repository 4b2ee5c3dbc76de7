"""``whence demo``: the demonstration data in a store of its own, served."""

from __future__ import annotations

import shlex
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import click

from whence.cli._errors import Refused
from whence.cli._options import command, is_url, opened
from whence.cli.infer import inference_option
from whence.demo import DOCUMENTS, START

if TYPE_CHECKING:
    from whence import Store

__all__ = ["demo"]

_STORE: Final = "whence-demo"
_PORT: Final = 7676
_PORTS_TRIED: Final = 50
_COUNT_QUERY: Final = (
    "SELECT ?type (COUNT(DISTINCT ?thing) AS ?things) { ?thing a ?type } "
    "GROUP BY ?type ORDER BY DESC(?things) LIMIT 10"
)
_HISTORY_QUERY: Final = (
    f"PREFIX prov: <http://www.w3.org/ns/prov#> "
    f"SELECT DISTINCT ?source {{ <{START}> (prov:wasDerivedFrom|prov:wasRevisionOf)+ ?source }}"
)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str, first: int) -> int:
    """The first free port from ``first`` on."""
    for port in range(first, min(first + _PORTS_TRIED, 65536)):
        if _is_free(host, port):
            return port
    raise Refused(
        f"no port is free from {first} to {first + _PORTS_TRIED - 1}", "choose another with --port"
    )


def _load(store: Store) -> None:
    for document in DOCUMENTS:
        report = store.load(document.open(), bundle=document.bundle)
        there = all(source.skipped for source in report.sources)
        size = "already there" if there else f"{report.quads:,} quads"
        click.echo(f"  {document.file:<22} {document.story} ({size})")


def _say_what_to_try(store: str, url: str) -> None:
    click.echo("\nThree things to try:")
    click.echo(f"  1. Look at a page:    {url}/resource?iri={quote(START, safe='')}")
    click.echo(f"  2. Ask over HTTP:     curl {url}/sparql -H 'Accept: text/csv' \\")
    click.echo(f"                          --data-urlencode query={shlex.quote(_COUNT_QUERY)}")
    click.echo(f"  3. Ask from a shell:  whence query --store {shlex.quote(store)} \\")
    click.echo(f"                          {shlex.quote(_HISTORY_QUERY)}")


@command(
    "demo",
    examples="""
whence demo
whence demo --port 8080
whence demo --store /tmp/demo --no-serve
""",
)
@click.option("--store", "-s", metavar="DIR", default=_STORE, show_default=True, help="Directory to make.")
@click.option(
    "--port",
    "-p",
    type=click.IntRange(1, 65535),
    default=_PORT,
    show_default=True,
    help="Port to listen on; the next free one if it is taken.",
)
@inference_option
@click.option("--no-serve", is_flag=True, help="Load the data and stop.")
def demo(store: str, port: int, inference: str | None, no_serve: bool) -> None:
    """Load demonstration data into a store and serve it until Ctrl-C.

    Running it again adds nothing.
    """
    with opened(store, create=True, inference=inference) as target:
        click.echo(f"Demonstration data in {store}:")
        _load(target)
        location = target.location
    if is_url(location):
        _say_what_to_try(store, location.removesuffix("/sparql").rstrip("/"))
        click.echo("\nIt is being served already.")
        return
    from whence.web.settings import Settings

    settings = Settings(host="127.0.0.1", port=port, access_log=False)
    if no_serve:
        _say_what_to_try(store, f"http://{settings.host}:{port}")
        click.echo(f"\nThe first two need the server: whence serve {shlex.quote(store)}")
        return
    from whence.cli.serve import serve_store

    def ready(url: str) -> None:
        _say_what_to_try(store, url.rstrip("/"))
        click.echo(f"\nServing {store} on {url} until Ctrl-C.")

    serve_store(store, replace(settings, port=free_port(settings.host, port)), ready)

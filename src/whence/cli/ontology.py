"""``whence ontology``: the ontologies that inferences follow besides those of PROV."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from whence.cli._errors import Refused
from whence.cli._options import command, debug_option, exit_statuses, format_name, opened, store_options
from whence.cli._output import output_option, output_to, table_format_option, write_records

__all__ = ["ontology"]

_TABLE = ("name", "triples", "source", "time")


@click.group(
    "ontology",
    epilog="\b\nExamples:\n"
    "  whence ontology add lab.ttl\n"
    "  whence ontology list\n"
    "  whence ontology remove lab\n\n" + exit_statuses(""),
)
@debug_option
def ontology() -> None:
    """Add, remove or list the ontologies that inferences follow.

    Subclasses, subproperties, chains and so on that an ontology declares change what the store infers,
    at once. See the manual for what of OWL has consequences.
    """


@ontology.add_command
@command(
    "add",
    examples="""
whence ontology add lab.ttl
whence ontology add lab.ttl units.owl
whence ontology add --name lab lab-2.ttl
""",
)
@store_options
@click.option("--name", "-n", help="Name to know it by, instead of that of the file; one file only.")
@click.option("--input-format", "-i", metavar="FORMAT", help="Format, found from the content otherwise.")
@click.argument("files", nargs=-1, required=True, metavar="FILE|-...")
def add(
    store: str,
    token: str | None,
    name: str | None,
    input_format: str | None,
    files: Sequence[str],
) -> None:
    """Add ontologies, or replace those of the same names. A store is made if there is none."""
    if name and len(files) > 1:
        raise click.UsageError("--name goes with one file only")
    syntax = format_name(input_format)
    from whence.ingest.sources import find_sources

    for file in files:
        # Before a store is made for them.
        if file != "-":
            next(iter(find_sources(file)))
    with opened(store, token, create=True) as target:
        for file in files:
            source: Any = sys.stdin.buffer if file == "-" else file
            report = target.ontology.add(source, name=name, format=syntax)
            verb = "replaced" if report.replaced else "added"
            click.echo(f"{report.name}: {verb}, {report.triples:,} triples, {report.rules:+,} rules")
            for remark in report.remarks:
                click.echo(f"  {remark}")


@ontology.add_command
@command(
    "remove",
    examples="""
whence ontology remove lab
""",
)
@store_options
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def remove(store: str, token: str | None, names: Sequence[str]) -> None:
    """Remove ontologies and what followed from them."""
    with opened(store, token) as target:
        for name in names:
            if not target.ontology.remove(name):
                raise Refused(f"there is no ontology called {name}", "whence ontology list lists them")
            click.echo(f"removed {name}")


@ontology.add_command
@command(
    "list",
    examples="""
whence ontology list
whence ontology list --format json
""",
)
@store_options
@table_format_option
@output_option
def list_(store: str, token: str | None, format: str, output: str | None) -> None:
    """List the ontologies of a store. JSON and CSV have graph, format and digest too."""
    with opened(store, token) as target:
        records = [asdict(info) for info in target.ontology.list()]
    columns = _TABLE if format == "table" else (*_TABLE, "iri", "format", "sha256")
    with output_to(output) as stream:
        write_records(records, columns, format, stream)

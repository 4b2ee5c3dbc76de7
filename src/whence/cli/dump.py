"""``whence dump``: a store, or a bundle of it, in any format Whence writes."""

from __future__ import annotations

import gzip
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

import click

from whence.cli._options import command, format_name, opened, store_options
from whence.cli._output import note, output_option, output_to

__all__ = ["dump"]


def _format_of(format: str | None, output: str | None) -> str:
    """The format asked for, or the one the file's extension names, or TriG."""
    if format is not None:
        return cast(str, format_name(format))
    suffix = Path((output or "").removesuffix(".gz")).suffix
    return cast(str, format_name(suffix)) if suffix else "trig"


@command(
    "dump",
    examples="""
whence dump > everything.trig
whence dump --output everything.nq.gz
whence dump --bundle urn:run:42 --format provn
whence dump --inferred --format turtle --output all.ttl
whence dump --normal-form --bundle urn:run:42 --format provn
""",
)
@store_options
@click.option("--bundle", "-b", metavar="IRI", help="Only this bundle.")
@click.option(
    "--format",
    "-f",
    "format",
    metavar="FORMAT",
    help="turtle, trig, ntriples, nquads, rdfxml, jsonld, provn, provjson, provxml or provjsonld; "
    "else from the extension of --output; else trig.",
)
@output_option
@click.option("--inferred", is_flag=True, help="Inferred statements as well; not with --bundle.")
@click.option(
    "--normal-form",
    is_flag=True,
    help="The normal form by PROV-CONSTRAINTS: all that follows, with what must be the same made one.",
)
def dump(
    store: str,
    token: str | None,
    bundle: str | None,
    format: str | None,
    output: str | None,
    inferred: bool,
    normal_form: bool,
) -> None:
    """Write a store, or a bundle of it. A name ending in .gz is compressed."""
    if normal_form and inferred:
        raise click.UsageError("the normal form has its own inferences; leave --inferred out")
    chosen = _format_of(format, output)
    with opened(store, token) as source, ExitStack() as stack:
        stream = stack.enter_context(output_to(output))
        if output and output.endswith(".gz"):
            stream = cast(BinaryIO, stack.enter_context(gzip.GzipFile("", "wb", 6, stream, mtime=0)))
        if normal_form:
            count = source.normal_form(stream, format=chosen, bundle=bundle)
            note(f"{count:,} statements in normal form ({chosen})")
            return
        report = source.dump(stream, format=chosen, bundle=bundle, inferred=inferred)
    if report.leftover:
        note(f"{report.leftover:,} triples are not PROV statements and are left out; RDF formats keep them")
    if output:
        note(f"{output}: {report.quads:,} quads ({chosen})")

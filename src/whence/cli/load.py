"""``whence load``: provenance from files, directories and standard input into a store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import click

from whence.cli._options import command, format_name, opened, store_options
from whence.cli._output import note
from whence.cli._vocabularies import hint_at_ontologies
from whence.cli.infer import inference_option
from whence.errors import ValidationFailed

if TYPE_CHECKING:
    from whence import LoadReport

__all__ = ["load", "print_report", "progress_bar"]

Progress = Callable[[str, int, int], None]


@contextmanager
def progress_bar(wanted: bool) -> Iterator[Progress | None]:
    """A progress callback that draws a bar a source on standard error, or none off a terminal."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(name: str, done: int, total: int) -> None:
            if name not in tasks:
                for earlier in tasks.values():
                    bars.update(earlier, visible=False)
                tasks[name] = bars.add_task(name, total=total or None)
            bars.update(tasks[name], completed=done)

        yield report


def print_report(report: LoadReport) -> None:
    """Say what each source became: bundle, format, quads and repairs, or that it was there already."""
    for source in report.sources:
        if source.skipped:
            click.echo(f"{source.source}: already there, as <{source.bundle}>")
            continue
        where = f"<{source.bundle}>" + (f" and {len(source.parts)} bundles in it" if source.parts else "")
        click.echo(f"{source.source}: {source.quads:,} quads ({source.format}) in {where}")
        if source.repairs.count:
            click.echo(f"  {source.repairs.count} names were no absolute IRIs and were repaired:")
            for original, repaired in source.repairs.examples[:5]:
                click.echo(f"    <{original}> is now <{repaired}>")
    if report.ignored:
        count = len(report.ignored)
        click.echo(
            f"{count} file{'s' * (count > 1)} in no known format passed over: {report.ignored[0]}", nl=False
        )
        click.echo(" ..." if count > 1 else "")


@command(
    "load",
    examples="""
whence load run.provn
whence load data/ 'more/*.ttl.gz'
whence load --bundle urn:run:42 --replace run.json
whence load --validate reject run.provn
curl -s https://example.org/run.ttl | whence load - --input-format turtle
""",
)
@store_options
@click.option("--bundle", "-b", metavar="IRI", help="Name of the bundle to load into; one source only.")
@click.option("--replace", is_flag=True, help="Empty the bundle first, in the same transaction.")
@click.option(
    "--input-format",
    "-i",
    metavar="FORMAT",
    help="Name, extension or media type of the format; found from the content otherwise.",
)
@click.option(
    "--validate",
    type=click.Choice(["warn", "reject"]),
    help="See first whether each file is valid provenance. warn: report what is wrong and load it; "
    "reject: report it and stop, with nothing of the file stored.",
)
@inference_option
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors and reports of --validate.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|DIR|GLOB|-...")
def load(
    store: str,
    token: str | None,
    bundle: str | None,
    replace: bool,
    input_format: str | None,
    validate: Literal["warn", "reject"] | None,
    inference: str | None,
    quiet: bool,
    sources: Sequence[str],
) -> None:
    """Read provenance from files into a store, which is made if there is none.

    Each file becomes a bundle. A file that is in the store already is skipped. A file with an error
    leaves nothing behind; files before it stay loaded. The exit status is then 1, also for what
    --validate reject refuses.
    """
    if bundle and len(sources) > 1:
        raise click.UsageError("--bundle goes with one source only")
    syntax = format_name(input_format)
    from whence.ingest.sources import find_sources

    for name in sources:
        # Before a store is made for them.
        if name != "-":
            next(iter(find_sources(name)))
    with opened(store, token, create=True, inference=inference) as target:
        for name in sources:
            source: Any = sys.stdin.buffer if name == "-" else name
            try:
                with progress_bar(not quiet) as bar:
                    report = target.load(
                        source,
                        format=syntax,
                        bundle=bundle,
                        replace=replace,
                        validate=validate,
                        progress=bar,
                    )
            except ValidationFailed as error:
                note(str(error.report))
                raise
            for loaded in report.sources:
                if loaded.validation is not None and not loaded.validation.valid:
                    note(str(loaded.validation))
            if not quiet:
                print_report(report)
                hint_at_ontologies(target, report)

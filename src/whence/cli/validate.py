"""``whence validate``: whether documents, or what a store asserts, are valid provenance."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from whence.cli._errors import FAILED, NEGATIVE
from whence.cli._options import DEFAULT_STORE, command, format_name, opened, token_option
from whence.cli._output import output_option, output_to, write_json
from whence.cli.load import progress_bar

if TYPE_CHECKING:
    from whence import ValidationReport
    from whence.ingest.sources import Source

__all__ = ["validate"]

_STATUS: Final = {"valid": 0, "invalid": NEGATIVE, "malformed": FAILED}


@command(
    "validate",
    examples="""
whence validate run.provn
whence validate data/ 'more/*.ttl.gz'
curl -s https://example.org/run.ttl | whence validate - --input-format turtle
whence validate --store lineage.db
whence validate --store lineage.db --bundle urn:run:42 --format json
whence validate --time run.provn
whence validate --quiet provenance/ || echo 'mend it first'
""",
    negative="a rule is broken",
)
@click.option(
    "--store",
    "-s",
    metavar="[PATH|URL]",
    is_flag=False,
    flag_value="",
    help="Validate what this store asserts, bundle by bundle; it is so without FILE, too. "
    f"[env: WHENCE_STORE; default: {DEFAULT_STORE}]",
)
@token_option
@click.option("--bundle", "-b", metavar="IRI", help="Only this bundle.")
@click.option("--union", is_flag=True, help="All bundles of a file or store as one, not each by itself.")
@click.option(
    "--time",
    "times",
    is_flag=True,
    help="Look over literal times, too: against the order of events, in the future, missing. "
    "What is odd is reported and leaves the exit status as it is.",
)
@click.option(
    "--shapes",
    is_flag=True,
    help="Check by SHACL, too, that things are encoded as Whence does it (needs whence[shacl]).",
)
@click.option(
    "--format",
    "-f",
    "format",
    type=click.Choice(["text", "json", "turtle", "html"]),
    default="text",
    show_default=True,
    help="Text for people; JSON, a list with a report for each source; a SHACL report with EARL "
    "assertions in Turtle; or a page for browsers, of one source.",
)
@click.option(
    "--input-format",
    "-i",
    metavar="FORMAT",
    help="Name, extension or media type of the format; found from the content otherwise.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    metavar="N",
    help="Report no more violations of a source than these; all are counted.",
)
@output_option
@click.option("--quiet", "-q", is_flag=True, help="Report only sources that are not valid.")
@click.argument("files", nargs=-1, metavar="[FILE|DIR|GLOB|-]...")
@click.pass_context
def validate(
    context: click.Context,
    store: str | None,
    token: str | None,
    bundle: str | None,
    union: bool,
    times: bool,
    shapes: bool,
    format: str,
    input_format: str | None,
    limit: int,
    output: str | None,
    quiet: bool,
    files: Sequence[str],
) -> None:
    """Say whether provenance is valid, by PROV-CONSTRAINTS, PROV-DICTIONARY and Versioned-PROV.

    Each violation comes with its rule, the statements it rests on, and how to mend it. Each bundle is
    looked at by itself. Nothing is changed.

    The exit status is 0 if all is valid, 3 if a rule is broken, and 1 if a source is malformed: no
    provenance that could be valid. Of several sources the worst counts, malformed before invalid.
    """
    if files and store is not None:
        raise click.UsageError("validate files or a store, one at a time")
    options: dict[str, Any] = {"union": union, "limit": limit, "times": times, "shapes": shapes}
    if files:
        sources = _found(files)
        if format == "html" and len(sources) > 1:
            raise click.UsageError(f"--format html shows one source, and these are {len(sources)}")
        reports = _of_files(sources, {"format": format_name(input_format), "bundle": bundle, **options})
    else:
        with opened(store or _default_store(), token) as source:
            reports = iter([source.validate(bundle, **options)])
    outcomes: set[str] = set()
    with output_to(output) as stream:
        _write(_noted(reports, outcomes, quiet), format, stream)
    worst = next((name for name in ("malformed", "invalid") if name in outcomes), "valid")
    context.exit(_STATUS[worst])


def _default_store() -> str:
    import os

    return os.environ.get("WHENCE_STORE") or DEFAULT_STORE


def _found(files: Sequence[str]) -> list[Source]:
    """All sources before the first is read, so that a mistyped name is told at once."""
    from whence.ingest.sources import find_sources

    return [source for name in files for source in find_sources(sys.stdin.buffer if name == "-" else name)]


def _of_files(sources: Iterable[Source], options: dict[str, Any]) -> Iterator[ValidationReport]:
    from whence.errors import SourceError, UnknownFormat
    from whence.ingest.validate import unreadable, validate_source

    for source in sources:
        try:
            with progress_bar(True) as bar:
                report = validate_source(source, progress=bar, **options)
        except UnknownFormat as error:
            if not source.listed:
                continue
            report = unreadable(source.name, error)
        except SourceError as error:
            report = unreadable(source.name, error)
        yield report


def _noted(
    reports: Iterable[ValidationReport], outcomes: set[str], quiet: bool
) -> Iterator[ValidationReport]:
    """The reports to write, their outcomes noted on the way."""
    for report in reports:
        outcomes.add(report.outcome)
        if not (quiet and report.valid and not report.times):
            yield report


def _write(reports: Iterable[ValidationReport], format: str, stream: BinaryIO) -> None:
    from whence.validation.report_json import to_json
    from whence.validation.report_rdf import serialized
    from whence.validation.report_text import text

    if format == "json":
        write_json([to_json(report) for report in reports], stream)
    elif format == "turtle":
        stream.write(serialized("turtle", *reports))
    elif format == "html":
        from whence.web.validation_page import standalone

        stream.writelines(standalone(report).encode() for report in reports)
    else:
        for report in reports:
            stream.write(text(report).encode())
            if not report.valid or report.times:
                stream.write(b"\n")
            stream.flush()

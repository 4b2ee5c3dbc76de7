"""``whence validate``: whether documents, or what a store asserts, are valid provenance."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from whence.cli._errors import FAILED, NEGATIVE
from whence.cli._options import DEFAULT_STORE, command, format_name, opened, token_option
from whence.cli._output import note, output_option, output_to, write_json
from whence.cli.load import progress_bar

if TYPE_CHECKING:
    from whence import ValidationReport
    from whence.ingest.sources import Source

__all__ = ["validate"]

_NAMED: Final = 3
"""Files that are passed over and named."""
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
    "What is odd is reported in text, JSON and HTML, and leaves the exit status as it is.",
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
        reports = iter([_of_store(store or _default_store(), token, bundle, options)])
    outcomes: Counter[str] = Counter()
    with output_to(output) as stream:
        _write(_noted(reports, outcomes, quiet), format, stream)
        if format == "text" and outcomes.total() > 1:
            stream.write(f"{_total(outcomes)}\n".encode())
    worst = next((name for name in ("malformed", "invalid") if name in outcomes), "valid")
    context.exit(_STATUS[worst])


def _default_store() -> str:
    import os

    return os.environ.get("WHENCE_STORE") or DEFAULT_STORE


def _found(files: Sequence[str]) -> list[Source]:
    """All sources before the first is read, so that a mistyped name is told at once."""
    from whence.ingest.sources import find_sources

    return [source for name in files for source in find_sources(sys.stdin.buffer if name == "-" else name)]


def _of_store(location: str, token: str | None, bundle: str | None, options: Any) -> ValidationReport:
    from whence.errors import UnknownBundle

    with opened(location, token) as source:
        try:
            return source.validate(bundle, **options)
        except UnknownBundle as error:
            raise click.UsageError(str(error)) from error


def _of_files(sources: Sequence[Source], options: dict[str, Any]) -> Iterator[ValidationReport]:
    """The reports on files; raises UnknownFormat where there is no report to give."""
    from whence.errors import SourceError, UnknownBundle, UnknownFormat
    from whence.ingest.validate import unreadable, validate_source

    passed: list[str] = []
    without: list[UnknownBundle] = []
    for source in sources:
        try:
            with progress_bar(True) as bar:
                report = validate_source(source, progress=bar, **options)
        except UnknownBundle as error:
            without.append(error)
            continue
        except SourceError as error:
            if isinstance(error, UnknownFormat) and not source.listed:
                passed.append(source.name)
                continue
            report = unreadable(source.name, error)
        yield report
    if len(without) + len(passed) == len(sources):
        if without:
            raise click.UsageError(str(without[0]))
        raise UnknownFormat(f"none of the {_files(len(passed))} is in a format Whence reads")
    if passed:
        names = ", ".join(passed[:_NAMED]) + (" ..." if len(passed) > _NAMED else "")
        note(f"{_files(len(passed))} in no known format passed over: {names}")


def _files(number: int) -> str:
    return f"{number:,} file{'' if number == 1 else 's'}"


def _noted(
    reports: Iterable[ValidationReport], outcomes: Counter[str], quiet: bool
) -> Iterator[ValidationReport]:
    """The reports to write, their outcomes noted on the way."""
    for report in reports:
        outcomes[report.outcome] += 1
        if not (quiet and report.valid and not report.times):
            yield report


def _total(outcomes: Counter[str]) -> str:
    """All sources in one line, the worst outcome first."""
    parts = [f"{outcomes[name]:,} {name}" for name in ("malformed", "invalid", "valid") if outcomes[name]]
    return f"{outcomes.total():,} sources: {', '.join(parts)}"


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

"""``whence versions``, ``at``, ``diff``, ``blame``, ``history``: what things were, who changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from whence.cli._errors import NEGATIVE
from whence.cli._options import command, opened, store_options
from whence.cli._output import output_option, output_to, table_format_option, write_json, write_records

if TYPE_CHECKING:
    from whence.queries.differences import Difference
    from whence.queries.tables import Answer
    from whence.queries.values import Value

__all__ = ["at", "blame", "diff", "history", "versions"]

as_of_option: Final = click.option(
    "--as-of",
    metavar="TIME",
    help="Look at the store as it was recorded at this time.",
)


def _write(answer: Answer[Any], format: str, stream: BinaryIO) -> None:
    """An answer: short names in a table, whole IRIs for programs."""
    if format == "json":
        write_json(answer.to_json(), stream)
    elif format == "csv":
        write_records([_flat(record) for record in answer.to_json()], answer.columns, format, stream)
    else:
        write_records(answer.rows(), answer.columns, format, stream)


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record for CSV: lists as text."""
    return {
        name: " ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in record.items()
    }


def _write_one(
    found: Value | Difference, columns: Sequence[str], records: Sequence[Any], format: str, stream: BinaryIO
) -> None:
    """One answer: with a heading for people; for programs ``records``, with IRIs whole."""
    if format == "json":
        write_json(found.to_json(), stream)
    elif format == "csv":
        write_records([_flat(record) for record in records], columns, format, stream)
    else:
        stream.write(f"{str(found).partition(chr(10))[0]}\n".encode())
        if rows := found.rows():
            write_records(rows, columns, format, stream)


def _moment(when: str) -> str | int:
    """A time, or a whole number for a checkpoint; eight digits are a date without dashes."""
    return int(when) if when.isdecimal() and len(when) < len("20240301") else when


@command(
    "versions",
    examples="""
whence versions ex:report
whence versions ex:report --format csv
""",
)
@store_options
@as_of_option
@table_format_option
@output_option
@click.argument("thing")
def versions(
    store: str, token: str | None, as_of: str | None, format: str, output: str | None, thing: str
) -> None:
    """List the versions of THING, oldest first: when, by what and by whom each was made.

    Of a version, all versions of the thing it is a version of. Names are IRIs, whole or prefixed.
    """
    with opened(store, token) as source:
        answer = (source.as_of(as_of) if as_of else source).versions(thing)
        with output_to(output) as stream:
            _write(answer, format, stream)


@command(
    "at",
    examples="""
whence at ex:config                          the latest version
whence at ex:config 2024-03-01
whence at ex:dist 7 --nested                 a container at checkpoint 7
whence at ex:config/v/3 --format json
""",
)
@store_options
@as_of_option
@click.option("--nested", is_flag=True, help="The values of members as well.")
@click.option("--checkpoint", metavar="CHECKPOINT", help="A checkpoint that is no whole number.")
@table_format_option
@output_option
@click.argument("thing")
@click.argument("when", required=False)
def at(
    store: str,
    token: str | None,
    as_of: str | None,
    nested: bool,
    checkpoint: str | None,
    format: str,
    output: str | None,
    thing: str,
    when: str | None,
) -> None:
    """Say what THING was at a time, or is in its latest version; what a version holds.

    WHEN is a time such as 2024-03-01T12:00:00Z, a day for its end, or a whole number for a checkpoint.
    """
    with opened(store, token) as source:
        past = source.as_of(as_of) if as_of else source
        found = past.at(thing, when and _moment(when), checkpoint=checkpoint, nested=nested)
        data = found.to_json()
        is_entity = found.kind == "entity"
        columns = ("attribute", "value") if is_entity else ("key", "entity", "value")
        said = [
            {"attribute": name, "value": value}
            for name, values in data["attributes"].items()
            for value in values
        ]
        with output_to(output) as stream:
            _write_one(found, columns, said if is_entity else data["held"], format, stream)


@command(
    "diff",
    examples="""
whence diff ex:config/v/2 ex:config/v/3
whence diff urn:run:1 urn:run:2              inputs, parameters, code, environment, outputs
whence diff ex:config --between 2024-03-01 2024-04-01
whence diff ex:a ex:b --exit-status
""",
    negative="they differ (with --exit-status)",
)
@store_options
@click.option(
    "--between", nargs=2, metavar="WHEN WHEN", help="Compare one thing at two times, or two checkpoints."
)
@click.option("--exit-status", is_flag=True, help="Exit with status 3 if anything differs.")
@table_format_option
@output_option
@click.argument("a")
@click.argument("b", required=False)
@click.pass_context
def diff(
    context: click.Context,
    store: str,
    token: str | None,
    between: tuple[str, str] | None,
    exit_status: bool,
    format: str,
    output: str | None,
    a: str,
    b: str | None,
) -> None:
    """Say what differs between A and B: entities, dictionaries, collections, bundles or runs."""
    if (b is None) == (between is None):
        raise click.UsageError("name two things, or one and --between two times")
    times = None
    if between is not None:
        times = _moment(between[0]), _moment(between[1])
    with opened(store, token) as source:
        found = source.diff(a, b, between=times)
        columns = ("what", "key", "change", "before", "after")
        with output_to(output) as stream:
            _write_one(found, columns, found.to_json()["changes"], format, stream)
    if found and exit_status:
        context.exit(NEGATIVE)


@command(
    "blame",
    examples="""
whence blame ex:config
whence blame ex:config/v/3 --format json
""",
)
@store_options
@as_of_option
@table_format_option
@output_option
@click.argument("thing")
def blame(
    store: str, token: str | None, as_of: str | None, format: str, output: str | None, thing: str
) -> None:
    """Say of each key, member or attribute of THING which version and activity set it last."""
    with opened(store, token) as source:
        answer = (source.as_of(as_of) if as_of else source).blame(thing)
        with output_to(output) as stream:
            _write(answer, format, stream)


@command(
    "history",
    examples="""
whence history ex:config
whence history ex:config timeout
whence history ex:config --limit 20 --format json
""",
)
@store_options
@as_of_option
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="No more than the last of so many changes; 0 for all.",
)
@table_format_option
@output_option
@click.argument("thing")
@click.argument("key", required=False)
def history(
    store: str,
    token: str | None,
    as_of: str | None,
    limit: int,
    format: str,
    output: str | None,
    thing: str,
    key: str | None,
) -> None:
    """List what was done to THING, or to one KEY or member of it, oldest first."""
    with opened(store, token) as source:
        past = source.as_of(as_of) if as_of else source
        answer = past.history(thing, key, limit=limit or None)
        with output_to(output) as stream:
            _write(answer, format, stream)

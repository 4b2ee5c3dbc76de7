"""``whence stats`` and ``whence bundles``: what is in a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from whence.cli._errors import Refused
from whence.cli._options import command, opened, store_options
from whence.cli._output import (
    human_size,
    output_option,
    output_to,
    table_format_option,
    write_json,
    write_records,
)

if TYPE_CHECKING:
    from whence import Statistics

__all__ = ["bundles", "stats"]

_BUNDLE_TABLE = ("iri", "label", "quads", "time")
_BUNDLE_FACTS = (*_BUNDLE_TABLE, "source", "format", "sha256")


def _facts(stats: Statistics) -> dict[str, object]:
    return {
        "location": stats.location,
        "base": stats.base,
        "quads": stats.quads,
        "inferred": stats.inferred,
        "inference": stats.inference.profile or "none",
        "inference_current": stats.inference.current,
        "bundles": stats.bundles,
        "entities": stats.entities,
        "activities": stats.activities,
        "agents": stats.agents,
        "size": stats.size,
    }


def _in_words(stats: Statistics) -> str:
    state = "current" if stats.inference.current else "not current: run whence infer"
    return f"{stats.inferred:,} by profile {stats.inference.profile or 'none'}, {state}"


@command(
    "stats",
    examples="""
whence stats
whence stats --store http://127.0.0.1:7676 --format json
""",
)
@store_options
@table_format_option
@output_option
def stats(store: str, token: str | None, format: str, output: str | None) -> None:
    """Say what is in a store: quads, what is inferred, bundles, and things by type."""
    with opened(store, token) as source:
        found, prefixes = source.stats(), source.prefixes()
    facts = _facts(found)
    with output_to(output) as stream:
        if format == "json":
            write_json({**facts, "by_type": found.by_type}, stream)
            return
        types = found.by_type
        if format == "table":
            from whence.queries.names import Shortener

            facts["size"] = human_size(found.size)
            facts["inferred"] = _in_words(found)
            del facts["inference"], facts["inference_current"]
            types = {Shortener(prefixes).iri(iri): count for iri, count in types.items()}
        rows = [{"what": name, "value": value} for name, value in (facts | types).items()]
        write_records(rows, ("what", "value"), format, stream)


@command(
    "bundles",
    examples="""
whence bundles
whence bundles --format json
whence bundles --remove urn:run:42
""",
)
@store_options
@table_format_option
@output_option
@click.option("--remove", multiple=True, metavar="IRI", help="Remove this bundle. May be given repeatedly.")
def bundles(store: str, token: str | None, format: str, output: str | None, remove: Sequence[str]) -> None:
    """List the bundles of a store, or remove some. JSON and CSV have source, format and digest too."""
    with opened(store, token) as source:
        for iri in remove:
            if not source.remove(iri):
                raise Refused(f"there is no bundle <{iri}>", "whence bundles lists them")
            click.echo(f"removed <{iri}>")
        if remove:
            return
        found = source.bundles()
    records = [{name: getattr(bundle, name) for name in _BUNDLE_FACTS} for bundle in found]
    columns = _BUNDLE_TABLE if format == "table" else _BUNDLE_FACTS
    with output_to(output) as stream:
        write_records(records, columns, format, stream)

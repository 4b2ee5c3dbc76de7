"""``whence lineage`` and ``whence impact``: where things come from, and what came of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

from whence.cli._errors import NEGATIVE
from whence.cli._options import command, opened, store_options
from whence.cli._output import note, output_option, output_to, write_records

if TYPE_CHECKING:
    from whence import Store
    from whence.queries.graph import Direction, LineageGraph

__all__ = ["impact", "lineage"]

_FORMATS: Final = ("tree", "table", "json", "csv", "dot", "mermaid", "svg", "graphml", "turtle")
_NO_WAY: Final = "there is no way (--path-to)"

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _names(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> list[str]:
    """Names given in several options, or in one with commas in between."""
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


_OPTIONS: Final = (
    click.option("--depth", type=click.IntRange(min=0), metavar="STEPS", help="No farther than this."),
    click.option(
        "--kinds",
        multiple=True,
        callback=_names,
        metavar="KIND,...",
        help="Only steps of these kinds: derivation, generation, usage, communication, start, end, member, "
        "specialization, alternate, invalidation, attribution, association, delegation, value; or of these "
        "relations, such as wasRevisionOf.",
    ),
    click.option(
        "--stop-at", multiple=True, metavar="IRI|TYPE", help="Do not go beyond this. May be repeated."
    ),
    click.option("--until", metavar="TIME", help="Only as far back, or as far on, as this time."),
    click.option("--via", metavar="IRI|TYPE|KIND", help="Only ways through this."),
    click.option(
        "--view",
        type=click.Choice(["full", "entities", "activities"]),
        default="full",
        show_default=True,
        help="Leave out activities, or entities, and pass through them.",
    ),
    click.option("--agents", is_flag=True, help="Who is responsible, too."),
    click.option(
        "--parts/--no-parts",
        default=None,
        help="Whether a part comes from its collection without its siblings. "
        "[default: with Versioned-PROV]",
    ),
    click.option("--no-versions", is_flag=True, help="Do not go from versions to their things."),
    click.option(
        "--limit",
        type=click.IntRange(min=1),
        default=100_000,
        show_default=True,
        metavar="NODES",
        help="Stop there, with what was found.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="Stop then, with what was found.",
    ),
    click.option(
        "--granularity",
        type=click.Choice(["item", "step", "run"]),
        default="item",
        show_default=True,
        help="Fold items into the steps, or steps into the runs, that they are part of.",
    ),
    click.option(
        "--group",
        type=click.IntRange(min=2),
        metavar="COUNT",
        help="Show this many alike siblings, or more, as one.",
    ),
    click.option("--path-to", metavar="IRI", help="The shortest way there, and nothing else."),
    click.option(
        "--format",
        "-f",
        "format",
        type=click.Choice(_FORMATS),
        help="[default: what --output ends with, or tree]",
    ),
    click.option(
        "--most",
        type=click.IntRange(min=1),
        metavar="NODES",
        help="Draw no more than these in a tree, svg or mermaid; count the rest.",
    ),
)


def _asking(function: _Command) -> _Command:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_iris = click.argument("iris", metavar="IRI...", nargs=-1, required=True)


@command(
    "lineage",
    examples="""
whence lineage ex:plot
whence lineage ex:plot --depth 3 --view entities
whence lineage ex:plot --kinds derivation --stop-at prov:Plan
whence lineage ex:plot --agents --output plot.svg
whence lineage ex:plot --path-to ex:raw
whence lineage ex:plot ex:table --common
""",
    negative=f"{_NO_WAY}, or nothing in common (--common)",
)
@store_options
@_asking
@click.option("--both", is_flag=True, help="What came of it, too.")
@click.option(
    "--common", is_flag=True, help="What all of several things come from, nearest first, as a list."
)
@output_option
@_iris
@click.pass_context
def lineage(
    context: click.Context, /, store: str, token: str | None, both: bool, common: bool, **asked: Any
) -> None:
    """Say where a thing comes from.

    IRIs are whole or prefixed, as the sources declared the prefixes. Several are asked about together.
    """
    if common:
        _common(context, store, token, asked)
    else:
        _answer(context, store, token, "both" if both else "back", asked)


@command(
    "impact",
    examples="""
whence impact ex:raw
whence impact ex:raw --view entities --format table
whence impact ex:raw --until 2026-06-30 --output impact.graphml
whence impact ex:raw --path-to ex:plot --format svg --output way.svg
""",
    negative=_NO_WAY,
)
@store_options
@_asking
@output_option
@_iris
@click.pass_context
def impact(context: click.Context, /, store: str, token: str | None, **asked: Any) -> None:
    """Say what came of a thing, or depends on it.

    IRIs are whole or prefixed, as the sources declared the prefixes. Several are asked about together.
    """
    _answer(context, store, token, "forward", asked)


def _answer(
    context: click.Context, store: str, token: str | None, direction: Direction, asked: dict[str, Any]
) -> None:
    output, most = asked.pop("output"), asked.pop("most")
    chosen = _chosen(asked.pop("format"), output)
    with opened(store, token) as source:
        found = _found(context, source, direction, asked)
        if found is None:
            note("there is no way between them")
            context.exit(NEGATIVE)
        # Before the store is closed: labels are read when they are first looked at.
        with output_to(output) as stream:
            if chosen == "tree" and stream is sys.stdout.buffer and sys.stdout.isatty():
                from whence.queries.render_text import print_tree

                print_tree(found, **({"most": most} if most else {}))
            else:
                stream.write(_text(found, chosen, most).encode())
    # Trees and tables say so themselves.
    if not found.complete and chosen not in ("tree", "table"):
        note(f"that is not all: {found.stopped or 'it stopped early'}")


def _found(
    context: click.Context, source: Store, direction: Direction, asked: dict[str, Any]
) -> LineageGraph | None:
    iris, goal = asked.pop("iris"), asked.pop("path_to")
    asked["kinds"] = asked["kinds"] or None
    if goal is not None:
        _refuse(context, "--path-to", ("kinds", "agents", "timeout"))
        if len(iris) != 1:
            raise click.UsageError("--path-to leads from one thing")
        way: LineageGraph | None = source.path(iris[0], goal, **_some(asked, "kinds", "agents", "timeout"))
        return way
    versions = not asked.pop("no_versions")
    found: LineageGraph = source.lineage(list(iris), direction, versions=versions, **asked)
    return found


def _common(context: click.Context, store: str, token: str | None, asked: dict[str, Any]) -> None:
    """Answer ``--common``, which is a list and no graph."""
    _refuse(context, "--common", ("kinds", "agents", "timeout"))
    chosen = asked["format"] or "table"
    if chosen not in ("table", "json", "csv"):
        raise click.UsageError(f"--common gives a list, which --format {chosen} cannot write")
    if len(asked["iris"]) < 2:
        raise click.UsageError("--common is of two things or more")
    from whence.queries.graph import LineageGraph
    from whence.queries.render_text import records

    options = _some(asked, "kinds", "agents", "timeout")
    with opened(store, token) as source:
        nodes = source.common_ancestors(*asked["iris"], **options | {"kinds": options["kinds"] or None})
        listed = LineageGraph((), "back", {node.iri: node for node in nodes}, prefixes=source.prefixes())
        with output_to(asked["output"]) as stream:
            columns = ("steps", "kind", "label", "iri", "started", "ended")
            write_records(records(listed), columns, chosen, stream)
    if not nodes:
        note("there is nothing that all of them come from")
        context.exit(NEGATIVE)


def _some(asked: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: asked[name] for name in names}


def _refuse(context: click.Context, what: str, allowed: Sequence[str]) -> None:
    """Say so where an option is given that would be of no effect, rather than leave it out silently."""
    always = {*allowed, "store", "token", "iris", "format", "output", "most", "path_to", "common"}
    for name in context.params:
        if name not in always and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} has no effect with {what}")


def _chosen(format: str | None, output: str | None) -> str:
    if format is not None:
        return format
    if output in (None, "-"):
        return "tree"
    from whence.queries.render import rendering

    return rendering(str(output)).name


def _text(found: LineageGraph, format: str, most: int | None) -> str:
    from whence.queries.render import render

    if most is None or format not in ("tree", "svg", "mermaid"):
        return render(found, format)
    if format == "tree":
        return f"{found.to_tree(most=most)}\n"
    return found.to_svg(most=most) if format == "svg" else found.to_mermaid(most=most)

"""``whence explain``: why a statement holds."""

from __future__ import annotations

import click

from whence.cli._errors import NEGATIVE
from whence.cli._options import command, opened, store_options
from whence.cli._output import output_option, output_to, write_json

__all__ = ["explain"]


@command(
    "explain",
    examples="""
whence explain ex:view prov:wasInfluencedBy ex:draw
whence explain ex:plot a prov:Entity --all
whence explain ex:plot rdfs:label '"air"@en' --format json
whence explain ex:v1 prov:alternateOf ex:v7 --format svg --output why.svg
""",
    negative="the statement does not hold",
)
@store_options
@click.option("--all", "every", is_flag=True, help="Every way in which it follows, not the shortest alone.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    metavar="STEPS",
    help="With --all, no more steps than these.",
)
@click.option(
    "--format",
    "-f",
    "format",
    type=click.Choice(["text", "json", "svg"]),
    default="text",
    show_default=True,
    help="A tree for people, data for programs, or a drawing.",
)
@output_option
@click.argument("subject")
@click.argument("predicate")
@click.argument("object", metavar="OBJECT")
@click.pass_context
def explain(
    context: click.Context,
    store: str,
    token: str | None,
    every: bool,
    limit: int,
    format: str,
    output: str | None,
    subject: str,
    predicate: str,
    object: str,
) -> None:
    """Say why a statement holds: by which rule, from what, and who asserted that.

    IRIs are whole or prefixed, as the sources declared the prefixes; 'a' is rdf:type. Literals are
    quoted as in Turtle, within quotes for the shell, and so are IRIs in angle brackets.
    """
    with opened(store, token) as source:
        found = source.explain(subject, predicate, object, all=every, limit=limit)
        with output_to(output) as stream:
            if format == "json":
                write_json(found.to_json(), stream)
            else:
                stream.write((found.to_svg() if format == "svg" else f"{found}\n").encode())
    if not found:
        context.exit(NEGATIVE)

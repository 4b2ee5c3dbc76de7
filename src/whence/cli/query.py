"""``whence query``: SPARQL from the command line, a file or standard input, or a query with a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from whence.cli._deadline import stoppable
from whence.cli._errors import NEGATIVE
from whence.cli._named import describe, list_queries, meant, values_of
from whence.cli._options import command, opened, store_options
from whence.cli._output import note, output_option, output_to, write_table

if TYPE_CHECKING:
    from whence import Store
    from whence.store.results import AskResult, GraphResult, Result, SelectResult

__all__ = ["query"]

_ROW_FORMATS: Final = {"json": "JSON", "csv": "CSV", "tsv": "TSV", "xml": "XML"}
_GRAPH_FORMATS: Final = {
    "turtle": "TURTLE",
    "ntriples": "N_TRIPLES",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON_LD",
}
_TABLE_ROWS: Final = 10_000
_PREFIX: Final = re.compile(r"\bPREFIX\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE)


def _write_rows(
    result: SelectResult, source: Store, sparql: str, format: str | None, stream: BinaryIO
) -> None:
    from pyoxigraph import QueryResultsFormat

    if format in _ROW_FORMATS:
        result.write(stream, getattr(QueryResultsFormat, _ROW_FORMATS[format]))
        return
    _need(format, "table", _ROW_FORMATS, "SELECT gives rows")
    from whence.queries.names import Shortener

    shorten = Shortener({**source.prefixes(), **dict(_PREFIX.findall(sparql))})
    solutions = iter(result)
    rows = [[shorten(term) for term in row] for row in islice(solutions, _TABLE_ROWS)]
    write_table(result.variables, rows, stream, right=frozenset())
    if next(solutions, None) is not None:
        note(f"only the first {_TABLE_ROWS:,} rows are shown; --format csv gives all of them")


def _write_answer(result: AskResult, format: str | None, stream: BinaryIO) -> None:
    from pyoxigraph import QueryResultsFormat

    if format in _ROW_FORMATS:
        result.write(stream, getattr(QueryResultsFormat, _ROW_FORMATS[format]))
        return
    _need(format, "table", _ROW_FORMATS, "ASK gives yes or no")
    stream.write(b"yes\n" if result else b"no\n")


def _write_graph(result: GraphResult, format: str | None, stream: BinaryIO) -> None:
    from pyoxigraph import RdfFormat

    from whence.ontology.namespaces import PREFIXES

    _need(format, None, _GRAPH_FORMATS, "CONSTRUCT and DESCRIBE give a graph")
    chosen = getattr(RdfFormat, _GRAPH_FORMATS[format or "turtle"])
    result.write(stream, chosen, prefixes=PREFIXES)


def _need(format: str | None, default: str | None, formats: dict[str, str], what: str) -> None:
    if format is not None and format != default and format not in formats:
        choices = ", ".join(([default] if default else []) + list(formats))
        raise click.UsageError(f"{what}, which --format {format} cannot write; choose from: {choices}")


def _write(result: Result, source: Store, sparql: str, format: str | None, stream: BinaryIO) -> None:
    from whence.store.results import AskResult, SelectResult

    if isinstance(result, SelectResult):
        _write_rows(result, source, sparql, format, stream)
    elif isinstance(result, AskResult):
        _write_answer(result, format, stream)
    else:
        _write_graph(result, format, stream)


@command(
    "query",
    examples="""
whence query 'SELECT ?e { ?e a prov:Entity } LIMIT 10'
whence query lineage.rq --format csv --output lineage.csv
whence query --store http://127.0.0.1:7676 'ASK { ?e a prov:Plan }' --exit-status
echo 'DESCRIBE <http://example.org/air/report/v2>' | whence query -
whence query --list
whence query types --describe
whence query things -p type=prov:Plan --limit 20
""",
    negative="the answer to ASK is no, with --exit-status",
)
@store_options
@click.option(
    "--format",
    "-f",
    "format",
    type=click.Choice(["table", *_ROW_FORMATS, *_GRAPH_FORMATS]),
    help="For SELECT and ASK: table, json, csv, tsv, xml. "
    "For CONSTRUCT and DESCRIBE: turtle, ntriples, rdfxml, jsonld. [default: table or turtle]",
)
@output_option
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Stop then."
)
@click.option("--no-inferred", is_flag=True, help="Leave out inferred statements.")
@click.option("--exit-status", is_flag=True, help=f"Exit with {NEGATIVE} when ASK is answered with no.")
@click.option(
    "--param",
    "-p",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for a parameter. Repeatable.",
)
@click.option("--limit", type=click.IntRange(min=0), help="Rows of a named query; 0 for all.")
@click.option("--list", "listing", is_flag=True, help="List the queries that have names.")
@click.option(
    "--describe", "describing", is_flag=True, help="Say what a named query is, and do not ask it."
)
@click.argument("text", metavar="TEXT|NAME|FILE|-", required=False)
@click.pass_context
def query(
    context: click.Context,
    store: str,
    token: str | None,
    format: str | None,
    output: str | None,
    timeout: float | None,
    no_inferred: bool,
    exit_status: bool,
    pairs: Sequence[str],
    limit: int | None,
    listing: bool,
    describing: bool,
    text: str | None,
) -> None:
    """Ask a store in SPARQL, or by the name of a query.

    Usual prefixes (prov, rdf, rdfs, xsd, whence, ...) and those that the loaded sources declared need no
    declaration, neither in a query nor in values of parameters. Queries of your own are found by name in
    the folders that WHENCE_QUERIES lists and in ~/.config/whence/queries.
    """
    if listing:
        with output_to(output) as stream:
            list_queries(format, stream)
        return
    if text is None:
        raise click.UsageError("give a query, its name or its file, or --list")
    asked = meant(text, named=bool(pairs) or limit is not None or describing)
    if describing and not isinstance(asked, str):
        with output_to(output) as stream:
            describe(asked, format, stream)
        return
    values = values_of(pairs)
    with opened(store, token) as source, stoppable(timeout):
        if isinstance(asked, str):
            sparql = asked
            result = source.query(asked, inferred=not no_inferred, timeout=timeout)
        else:
            result = source.ask(asked, limit=limit, inferred=not no_inferred, timeout=timeout, **values)
            sparql = result.sparql
        with output_to(output) as stream:
            _write(result, source, sparql, format, stream)
    _exit(context, result, wanted=exit_status)


def _exit(context: click.Context, result: Result, *, wanted: bool) -> None:
    from whence.store.results import AskResult

    if wanted and isinstance(result, AskResult) and not result:
        context.exit(NEGATIVE)

"""``whence query``: a SPARQL query from the command line, a file or standard input."""

from __future__ import annotations

import re
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from whence.cli._deadline import stoppable
from whence.cli._errors import NEGATIVE, Refused
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


def _text_of(argument: str) -> str:
    """The query text that an argument means: standard input, a file's content, or itself."""
    if argument == "-":
        return sys.stdin.read()
    if not argument.strip():
        raise Refused("the query is empty")
    if re.search(r"[\s{]", argument) is None:
        path = Path(argument)
        if not path.exists():
            raise Refused(f"{argument} is neither a file nor a query")
        return path.read_text(encoding="utf-8")
    return argument


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
@click.argument("text", metavar="TEXT|FILE|-")
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
    text: str,
) -> None:
    """Ask a store in SPARQL.

    Usual prefixes (prov, rdf, rdfs, xsd, whence, ...) and those that the loaded sources declared need no
    declaration.
    """
    from whence.store.results import AskResult

    sparql = _text_of(text)
    with opened(store, token) as source, stoppable(timeout):
        result = source.query(sparql, inferred=not no_inferred, timeout=timeout)
        with output_to(output) as stream:
            _write(result, source, sparql, format, stream)
    if exit_status and isinstance(result, AskResult) and not result:
        context.exit(NEGATIVE)

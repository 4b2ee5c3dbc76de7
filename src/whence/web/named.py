"""Named queries at ``/queries``: their list, and each as a form, as its answer, or as what it is."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask import json as flask_json
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize
from werkzeug.datastructures import MultiDict

from whence.errors import QueryError, SourceError, WhenceError
from whence.ingest.terms import resource
from whence.ontology.namespaces import PREFIXES, RDF_TYPE, RDFS, VOID
from whence.queries.named import Catalogue, bind, open_catalogue
from whence.queries.named_description import as_data, as_rdf
from whence.queries.named_header import RESERVED, NamedQuery
from whence.store.results import Result
from whence.web.answers import Problem, nothing, status_of, text
from whence.web.named_page import Asked, list_page, query_page
from whence.web.negotiation import GRAPH_FORMATS, HTML, SELECT_FORMATS, Format
from whence.web.overview import Remembered, prefixes
from whence.web.protocol import PAGE_ROWS, Parameters, answer_query, pick, timeout_of, wants_inferred
from whence.web.service import Service

__all__ = ["blueprint"]

_JSON: Final = Format(("json",), ("application/json",), "", "json")
_CSV: Final = Format(("csv",), ("text/csv",), "", "csv", text=True)
_SPARQL: Final = Format(("sparql", "rq"), ("application/sparql-query",), "", "rq", text=True)
_RDF: Final = tuple(form for form in GRAPH_FORMATS if form.engine not in ("N_QUADS", "TRIG"))
_LIST_FORMATS: Final = (_JSON, HTML, _CSV, *_RDF)


def blueprint(service: Service) -> Blueprint:
    """``/queries`` and ``/queries/NAME`` over ``service``."""
    routes = Blueprint("named", __name__)
    declared = Remembered(lambda: prefixes(service))

    def known() -> dict[str, str]:
        return {**declared.get(service.generation), **PREFIXES}

    @routes.route("/queries", methods=["GET", "OPTIONS"])
    @routes.route("/queries.<any(ttl,json,csv):suffix>", methods=["GET", "OPTIONS"])
    def every(suffix: str = "") -> Response:
        if request.method == "OPTIONS":
            return nothing(Allow="GET, HEAD, OPTIONS")
        return _list(open_catalogue(), pick(_LIST_FORMATS, suffix or request.args.get("format")))

    @routes.route("/queries/<path:name>", methods=["GET", "OPTIONS"])
    def one(name: str) -> Response:
        if request.method == "OPTIONS":
            return nothing(Allow="GET, HEAD, OPTIONS")
        query = _find(open_catalogue(), name)
        chosen = pick(_formats(query), request.args.get("format") or request.args.get("output"))
        if chosen is HTML:
            return _page(service, query, known())
        if chosen in _RDF and query.form in ("SELECT", "ASK"):
            return _rdf([query], chosen)
        sparql = _bound(query, known())
        if chosen is _SPARQL:
            return _varied(text(sparql, _SPARQL.content_type))
        response = answer_query(service, sparql, _how())
        response.headers.add("Link", f'<{_address(query)}>; rel="describedby"; type="text/turtle"')
        return response

    return routes


def _find(catalogue: Catalogue, name: str) -> NamedQuery:
    try:
        return catalogue.find(name)
    except QueryError as error:
        raise Problem(404, str(error)) from error
    except SourceError as error:
        # Without the error itself, which tells where files lie on the server.
        raise Problem(500, f"the file of {name} cannot be read; whence query --list says why") from error


def _formats(query: NamedQuery) -> tuple[Format, ...]:
    if query.form in ("SELECT", "ASK"):
        return (*SELECT_FORMATS, HTML, _SPARQL, *_RDF)
    return (*GRAPH_FORMATS, HTML, _SPARQL)


def _how() -> Parameters:
    """The parameters that say how a query is run, which are not those of the query."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name in RESERVED]
    return MultiDict([(name, value) for name, value in kept if name != "limit"])


def _given(query: NamedQuery) -> dict[str, list[str]]:
    """The values in the address. Empty ones count as not given, as forms send all their fields."""
    found: dict[str, list[str]] = {}
    for name, values in request.args.lists():
        if name in RESERVED:
            continue
        parameter = query.parameter(name)
        if parameter is not None and parameter.many:
            # A box of a form holds one value a line.
            values = [line.strip() for value in values for line in value.splitlines()]
        if kept := [value for value in values if value]:
            found[name] = kept
    return found


def _limit() -> int | None:
    value = request.args.get("limit", "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise QueryError(f"limit is a number of rows, 0 for all, not {value!r}")
    return int(value)


def _bound(query: NamedQuery, known: dict[str, str]) -> str:
    return bind(query, _given(query), lambda iri: resource(iri, known), limit=_limit())


def _page(service: Service, query: NamedQuery, known: dict[str, str]) -> Response:
    """The form, with the answer where nothing is missing, or what is wrong with the values."""
    asked = Asked(query, _given(query), request.args.get("limit", ""), inferred=True)
    missing = [one.name for one in query.parameters if one.required and one.name not in asked.given]
    result: Result | None = None
    begun = time.monotonic()
    try:
        asked.inferred = wants_inferred(_how())
        if missing and not asked.given:
            return query_page(asked, None)
        asked.sparql = _bound(query, known)
        result = service.run(
            asked.sparql,
            max_rows=min(PAGE_ROWS, service.settings.max_rows or PAGE_ROWS),
            timeout=timeout_of(_how()) or service.settings.query_timeout,
            inferred=asked.inferred,
        )
    except WhenceError as error:
        return query_page(asked, None, error=error, status=status_of(error))
    return query_page(asked, result, seconds=time.monotonic() - begun)


def _list(catalogue: Catalogue, chosen: Format) -> Response:
    queries = list(catalogue.values())
    if chosen is HTML:
        return list_page(catalogue)
    if chosen is _JSON:
        described: list[dict[str, Any]] = [as_data(query) | {"url": _address(query)} for query in queries]
        for one in described:
            # Where a file lies on the server is nobody's business.
            del one["source"]
        return _varied(text(flask_json.dumps({"queries": described}) + "\n", _JSON.content_type))
    if chosen is _CSV:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(("name", "topic", "title", "parameters", "url"))
        for query in queries:
            names = " ".join(parameter.name for parameter in query.parameters)
            writer.writerow((query.name, query.topic, query.title, names, _address(query)))
        return _varied(text(buffer.getvalue(), _CSV.content_type))
    return _rdf(queries, chosen)


def _place() -> str:
    return f"{request.host_url}queries"


def _address(query: NamedQuery) -> str:
    return f"{_place()}/{quote(query.name)}"


def _rdf(queries: Iterable[NamedQuery], chosen: Format) -> Response:
    place, held = _place(), list(queries)
    dataset = NamedNode(f"{request.host_url}.well-known/void#dataset")
    triples = [Triple(dataset, RDF_TYPE, VOID.Dataset)]
    triples += [Triple(dataset, RDFS.seeAlso, NamedNode(f"{place}/{quote(query.name)}")) for query in held]
    triples.append(Triple(NamedNode(place), RDFS.label, Literal("Named queries", language="en")))
    triples += as_rdf(held, place)
    rdf_format: RdfFormat = getattr(RdfFormat, chosen.engine)
    body = serialize(triples, format=rdf_format, prefixes=PREFIXES) or b""
    return _varied(text(body.decode(), chosen.content_type))


def _varied(response: Response) -> Response:
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

"""SPARQL 1.1 Protocol: queries at ``/sparql``, updates at ``/update``.

https://www.w3.org/TR/sparql11-protocol/ is what the rules here come from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from pyoxigraph import NamedNode
from werkzeug.datastructures import MultiDict

from whence.errors import WhenceError
from whence.store.results import Result
from whence.store.sparql_text import Prepared
from whence.web.answers import Problem, answer, nothing, status_of
from whence.web.auth import require_writer
from whence.web.bodies import read_text
from whence.web.description import service_description
from whence.web.negotiation import ASK_FORMATS, GRAPH_FORMATS, HTML, SELECT_FORMATS, Format, choose, named
from whence.web.service import Dataset, Service

__all__ = [
    "PAGE_ROWS",
    "Parameters",
    "SparqlPage",
    "answer_query",
    "blueprint",
    "iri_parameter",
    "pick",
    "timeout_of",
    "wants_inferred",
]

SparqlPage = Callable[..., ResponseReturnValue]
"""``page(query, result, error=..., seconds=..., status=..., inferred=...)``: what a browser gets.

``query`` is its text, perhaps empty; ``result`` what it gave, ``error`` why it failed, or ``None``;
``inferred`` whether inferred statements were to be looked at.
"""

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_ALL_FORMATS: Final = (*SELECT_FORMATS, *GRAPH_FORMATS, HTML)
PAGE_ROWS: Final = 1001
"""Rows of an answer that a page needs to show a thousand and know whether there are more."""
_SWITCHES: Final = {
    "inference": {"on": True, "off": False},
    "inferred": {"true": True, "false": False, "1": True, "0": False},
}

Parameters = MultiDict[str, str]


def blueprint(service: Service) -> Blueprint:
    """The two endpoints over ``service``."""
    routes = Blueprint("protocol", __name__)

    @routes.route("/sparql", methods=["GET", "POST", "OPTIONS"])
    def sparql() -> ResponseReturnValue:
        if request.method == "OPTIONS":
            return nothing(Allow="GET, HEAD, POST, OPTIONS")
        parameters = _parameters("query", _QUERY, service.settings.max_query_length)
        text = _single(parameters, "query")
        if text is None and request.method == "POST":
            hint = "; updates go to /update" if "update" in parameters else ""
            raise Problem(400, f"there is no query parameter{hint}")
        page: SparqlPage | None = current_app.extensions.get("whence_sparql_page")
        if page is not None and _wants_page(parameters):
            return _page(service, page, text, parameters)
        return service_description(service) if text is None else answer_query(service, text, parameters)

    @routes.route("/update", methods=["GET", "POST", "OPTIONS"])
    def update() -> ResponseReturnValue:
        if request.method in ("GET", "HEAD"):
            raise Problem(405, "updates are sent with POST", Allow="POST, OPTIONS")
        if request.method == "OPTIONS":
            return nothing(Allow="POST, OPTIONS")
        require_writer(service.settings)
        parameters = _parameters("update", _UPDATE, service.settings.max_query_length)
        text = _single(parameters, "update")
        if text is None:
            raise Problem(400, "there is no update parameter")
        service.update(
            text,
            using=_iris(parameters, "using-graph-uri"),
            using_named=_iris(parameters, "using-named-graph-uri"),
            timeout=timeout_of(parameters),
        )
        return nothing()

    return routes


def pick(formats: Sequence[Format], wanted: str | None) -> Format:
    """The format for the answer: by ``wanted`` (the ``format`` parameter) or Accept. Raises 400 or 406."""
    there_is = ", ".join(form.media_types[0] for form in formats)
    if wanted:
        found = named(wanted, formats)
        if found is None:
            raise Problem(400, f"there is no format {wanted!r} for this; there is: {there_is}")
        return found
    chosen = choose(request.headers.get("Accept"), tuple(formats))
    if chosen is None:
        raise Problem(406, f"none of the accepted types can be had; there is: {there_is}")
    return chosen


def iri_parameter(value: str, name: str) -> str:
    """``value`` if it is an absolute IRI; else :class:`Problem` 400."""
    try:
        return NamedNode(value).value
    except ValueError:
        raise Problem(400, f"{name} is not an absolute IRI: {value}") from None


def _parameters(name: str, direct: str, limit: int) -> Parameters:
    """The parameters of a request, in whichever of the protocol's three ways they came."""
    from_url: Parameters = MultiDict(request.args)
    if request.method != "POST":
        if len(request.query_string) > 3 * limit:
            raise Problem(413, f"the {name} is longer than the limit of {limit} bytes")
        return from_url
    kind = request.mimetype
    if kind == direct:
        if name in from_url:
            raise Problem(400, f"the {name} is given twice, in the body and in the URL")
        from_url.add(name, read_text(limit))
        return from_url
    if kind == _FORM:
        try:
            pairs = parse_qsl(read_text(3 * limit), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise Problem(400, "the form is not UTF-8") from None
        except ValueError as error:
            raise Problem(400, f"the form cannot be read: {error}") from None
        for key, value in pairs:
            from_url.add(key, value)
        return from_url
    raise Problem(
        415, f"a POST here has Content-Type {direct} or {_FORM}", Accept_Post=f"{direct}, {_FORM}"
    )


def _single(parameters: Parameters, name: str) -> str | None:
    values = parameters.getlist(name)
    if len(values) > 1:
        raise Problem(400, f"there is more than one {name} parameter")
    return values[0] if values else None


def _iris(parameters: Parameters, name: str) -> list[str]:
    return [iri_parameter(value, name) for value in parameters.getlist(name)]


def _dataset(parameters: Parameters) -> Dataset | None:
    default = _iris(parameters, "default-graph-uri")
    graphs = _iris(parameters, "named-graph-uri")
    return (default, graphs) if default or graphs else None


def timeout_of(parameters: Parameters) -> float | None:
    """The seconds that the ``timeout`` parameter allows, if there is one."""
    value = _single(parameters, "timeout")
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise Problem(400, f"timeout is a number of seconds, not {value!r}")
    return seconds


def wants_inferred(parameters: Parameters, *, default: bool = True) -> bool:
    """Whether inferred statements are asked for: ``inference=on|off``, or ``inferred=true|false``."""
    values = {name: (_single(parameters, name) or "").lower() for name in ("inference", "inferred")}
    chosen = {known[value] for name, known in _SWITCHES.items() if (value := values[name]) in known}
    for name, known in _SWITCHES.items():
        if values[name] and values[name] not in known:
            raise Problem(400, f"{name} is {' or '.join(list(known)[:2])}")
    if len(chosen) > 1:
        raise Problem(400, "inference and inferred contradict each other; inference is enough")
    return chosen.pop() if chosen else default


def _format_parameter(parameters: Parameters) -> str | None:
    return _single(parameters, "format") or _single(parameters, "output")


def _wants_page(parameters: Parameters) -> bool:
    wanted = _format_parameter(parameters)
    if wanted:
        return wanted == "html"
    return choose(request.headers.get("Accept"), _ALL_FORMATS) is HTML


def _formats(prepared: Prepared) -> tuple[Format, ...]:
    if prepared.form in ("CONSTRUCT", "DESCRIBE"):
        return GRAPH_FORMATS
    return ASK_FORMATS if prepared.form == "ASK" else SELECT_FORMATS


def answer_query(service: Service, text: str, parameters: Parameters) -> Response:
    """The answer of a query as data, in the format that the parameters or the Accept header name."""
    settings = service.settings
    prepared = service.prepare(text, max_rows=settings.max_rows)
    chosen = pick(_formats(prepared), _format_parameter(parameters))
    options: dict[str, Any] = {"rdf" if chosen in GRAPH_FORMATS else "results": chosen.engine}
    found = service.query(
        text,
        prepared,
        dataset=_dataset(parameters),
        inferred=wants_inferred(parameters),
        timeout=timeout_of(parameters),
        **options,
    )
    response = answer(found, chosen.content_type, level=settings.compress_level)
    if settings.max_rows is not None and prepared.form != "ASK":
        response.headers["Whence-Row-Limit"] = str(settings.max_rows)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page(
    service: Service, page: SparqlPage, text: str | None, parameters: Parameters
) -> ResponseReturnValue:
    """The SPARQL page, with the answer or the error in it."""
    result: Result | None = None
    error: WhenceError | None = None
    inferred = wants_inferred(parameters)
    begun = time.monotonic()
    if text is not None and text.strip():
        try:
            limit = min(PAGE_ROWS, service.settings.max_rows or PAGE_ROWS)
            result = service.run(
                text,
                max_rows=limit,
                timeout=timeout_of(parameters) or service.settings.query_timeout,
                inferred=inferred,
                dataset=_dataset(parameters),
            )
        except WhenceError as caught:
            error = caught
    seconds = None if result is None and error is None else time.monotonic() - begun
    status = 200 if error is None else status_of(error)
    return page(text or "", result, error=error, seconds=seconds, status=status, inferred=inferred)

"""Validation at ``/validate``: a document is posted, or something stored is named, and a report comes back.

It writes nothing, so it needs no token but where reading does. The work is done in a query worker,
which is stopped at its deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Response, current_app, request

from whence.errors import SourceError, SourceSyntaxError, UnknownFormat, WhenceError
from whence.web.answers import Problem, nothing, status_of, text
from whence.web.negotiation import GRAPH_FORMATS, HTML, Format
from whence.web.protocol import pick
from whence.web.service import Service
from whence.web.validation_request import Asked, asked_for, find_syntax

__all__ = ["ReportPage", "blueprint"]

ReportPage = Callable[..., Response]
"""``page(asked, report, error=..., status=...)``: what a browser gets. ``report`` is what ``page_data``
gives, ``None`` before anything was asked for, and where ``error`` says why there is none."""

_METHODS: Final = "GET, HEAD, POST, OPTIONS"
_TEXT: Final = Format(("text", "txt"), ("text/plain",), "", "txt", text=True)
_JSON: Final = Format(("json",), ("application/json",), "", "json")
_RDF: Final = tuple(form for form in GRAPH_FORMATS if form.engine not in ("N_QUADS", "TRIG"))
_FORMATS: Final = (_TEXT, _JSON, HTML, *_RDF)
_KEPT_ON_PAGE: Final = 100


def blueprint(service: Service) -> Blueprint:
    """``/validate`` over ``service``."""
    routes = Blueprint("validation", __name__)

    @routes.route("/validate", methods=["GET", "POST", "OPTIONS"])
    def validate() -> Response:
        if request.method == "OPTIONS":
            return nothing(Allow=_METHODS)
        with asked_for(service.writer.incoming, service.settings.max_document_bytes) as asked:
            chosen = pick(_FORMATS, asked.format)
            if chosen is HTML:
                return _page(service, asked, current_app.extensions["whence_validation_page"])
            return _data(service, asked, chosen)

    return routes


def _data(service: Service, asked: Asked, chosen: Format) -> Response:
    if not asked.anything:
        raise Problem(400, "there is nothing to validate: POST a document, or name bundle=IRI or store")
    find_syntax(asked)
    told = _run(service, asked, chosen.names[0])
    return _marked(text(told["body"], chosen.content_type), told["outcome"])


def _page(service: Service, asked: Asked, page: ReportPage) -> Response:
    """The form, with the report on what was sent, or with what is wrong with it."""
    if not asked.anything:
        if request.method != "POST":
            return page(asked, None)
        error = SourceError("The form is empty: paste a document into it, or choose a file.")
        return page(asked, None, error=error, status=400)
    asked.limit = min(asked.limit, _KEPT_ON_PAGE)
    try:
        find_syntax(asked)
        told = _run(service, asked, "page")
    except WhenceError as fault:
        return page(asked, None, error=fault, status=status_of(fault))
    return _marked(page(asked, told["body"]), told["outcome"])


def _marked(answer: Response, outcome: str) -> Response:
    # For scripts that want no more than the outcome: the status says only that there is a report.
    answer.headers["Whence-Outcome"] = outcome
    answer.headers["Cache-Control"] = "no-cache"
    answer.vary.add("Accept")
    return answer


def _run(service: Service, asked: Asked, wanted: str) -> dict[str, Any]:
    told = service.validate(
        {
            "path": None if asked.document is None else str(asked.document),
            "format": asked.syntax,
            "name": asked.name,
            "bundle": asked.bundle,
            "union": asked.union,
            "times": asked.times,
            "limit": asked.limit,
            "as": wanted,
        }
    )
    if "error" not in told:
        return told
    if told["error"] == "syntax":
        place = {name: told[name] for name in ("source", "line", "column")}
        raise SourceSyntaxError(told["reason"], **place)
    raise (UnknownFormat if told["error"] == "format" else SourceError)(told["reason"])

"""Validations, made in a query worker: of a document in a file, or of what a snapshot holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from pyoxigraph import NamedNode

from whence.errors import SourceError, SourceSyntaxError, StoreError, UnknownFormat, WhenceError
from whence.formats import FORMATS
from whence.store.embedded import EmbeddedBackend
from whence.validation.places import placed
from whence.validation.reading import read_assertions
from whence.validation.report import ValidationReport
from whence.validation.report_json import to_json
from whence.validation.report_rdf import serialized
from whence.validation.report_text import text
from whence.validation.source import Source
from whence.validation.stored import of_backend
from whence.validation.validate import validate
from whence.web.report_data import page_data

__all__ = ["validated"]


def validated(store: ox.Store, request: Mapping[str, Any]) -> dict[str, Any]:
    """The report on the document at ``path``, or on ``store`` where that is ``None``, as ``as`` wants it.

    ``as`` is ``page`` (see :func:`~whence.web.report_data.page_data`), ``text``, ``json``, or the name of
    an RDF format. What is wrong with a document that cannot be read is answered as well: its sender
    is to know. Raises :class:`RuntimeError` with the reason for anything else.
    """
    try:
        report = _of_document(request) if request["path"] is not None else _of_store(store, request)
    except SourceSyntaxError as error:
        place = {"line": error.line, "column": error.column, "source": error.source}
        return {"error": "syntax", "reason": error.reason, **place}
    except UnknownFormat as error:
        return {"error": "format", "reason": str(error)}
    except SourceError as error:
        return {"error": "source", "reason": str(error)}
    except WhenceError as error:
        raise RuntimeError(str(error)) from error
    return {"outcome": report.outcome, "body": _told(report, request["as"])}


def _of_document(request: Mapping[str, Any]) -> ValidationReport:
    path, form, name = Path(request["path"]), FORMATS[request["format"]], request["name"]
    with path.open("rb") as stream:
        source = read_assertions(stream, form, name=name, base=request["base"], union=request["union"])
        report = _validated(source, request)
    if form.rdf:
        # Triples have no lines, but the text they were read from has.
        with path.open("rb") as stream:
            report = placed(report, stream, form)
    return report


def _of_store(store: ox.Store, request: Mapping[str, Any]) -> ValidationReport:
    backend = EmbeddedBackend(store, base=request["base"])
    bundle = None if request["bundle"] is None else NamedNode(request["bundle"])
    try:
        source = of_backend(backend, bundle, union=request["union"])
    except StoreError:
        raise ValueError("no such graph") from None
    return _validated(source, request)


def _validated(source: Source, request: Mapping[str, Any]) -> ValidationReport:
    return validate(
        source.items,
        source=request["name"],
        prefixes=source.prefixes,
        files=source.files,
        union=request["union"],
        limit=request["limit"],
        times=request["times"],
    )


def _told(report: ValidationReport, wanted: str) -> Any:
    if wanted == "page":
        return page_data(report)
    if wanted == "json":
        # As text, so that the server has only to hand it on.
        return json.dumps(to_json(report)) + "\n"
    return text(report) if wanted == "text" else serialized(wanted, report).decode()

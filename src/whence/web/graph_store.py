"""SPARQL 1.1 Graph Store HTTP Protocol at ``/store``: read, replace, extend and remove graphs.

https://www.w3.org/TR/sparql11-http-rdf-update/ with indirect identification (``?graph=IRI``,
``?default``). Without either, reading and posting are about the whole dataset; reading then leaves out
what is inferred, unless ``inference=on`` is given.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, request

from whence.errors import UnknownFormat
from whence.formats.registry import FORMATS, Format, find_format
from whence.ontology.namespaces import WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.web.answers import Problem, answer, nothing
from whence.web.auth import require_writer
from whence.web.bodies import spool
from whence.web.negotiation import DATASET_FORMATS, GRAPH_FORMATS
from whence.web.protocol import iri_parameter, pick, wants_inferred
from whence.web.service import Service
from whence.web.writer import Part

__all__ = ["blueprint"]

_KEPT: Final = frozenset({WHENCE_CATALOGUE.value, WHENCE_INFERRED.value})
_METHODS: Final = "GET, HEAD, PUT, POST, DELETE, OPTIONS"
_MULTIPART: Final = "multipart/form-data"


def blueprint(service: Service) -> Blueprint:
    """The graph store over ``service``."""
    routes = Blueprint("graph_store", __name__)

    @routes.route("/store", methods=["GET", "PUT", "POST", "DELETE", "OPTIONS"])
    def store() -> Response:
        if request.method == "OPTIONS":
            return nothing(Allow=_METHODS)
        if request.method not in ("GET", "HEAD"):
            require_writer(service.settings)
        graph = _graph()
        if request.method in ("GET", "HEAD"):
            return _get(service, graph)
        if graph in _KEPT:
            raise Problem(403, f"<{graph}> is kept by the store itself; change the bundles it tells of")
        if request.method == "DELETE":
            return _delete(service, graph)
        with _parts(service) as parts:
            return _put(service, graph, parts) if request.method == "PUT" else _post(service, graph, parts)

    return routes


def _graph() -> str | None:
    """The graph the request is about: an IRI, ``""`` for the unnamed graph, ``None`` for none."""
    graphs = request.args.getlist("graph")
    default = "default" in request.args
    if len(graphs) + default > 1:
        raise Problem(400, "name one graph: graph=IRI or default, not both or twice")
    if default:
        return ""
    return iri_parameter(graphs[0], "graph") if graphs else None


def _get(service: Service, graph: str | None) -> Response:
    formats = DATASET_FORMATS if graph is None else GRAPH_FORMATS
    chosen = pick(formats, request.args.get("format"))
    # What follows can be made again from a dump, and would be asserted where it is loaded elsewhere.
    inferred = wants_inferred(request.args, default=False)
    found = service.dump(graph, chosen.engine, inferred=inferred)
    return answer(found, chosen.content_type, level=service.settings.compress_level)


def _delete(service: Service, graph: str | None) -> Response:
    if graph is None:
        raise Problem(400, "name the graph to delete: graph=IRI or default")
    if not service.delete(graph):
        raise Problem(404, "there is no graph of this name")
    return nothing()


def _put(service: Service, graph: str | None, parts: list[Part]) -> Response:
    if graph is None:
        raise Problem(400, "name the graph to replace: graph=IRI or default")
    existed = service.load(parts, graph=graph, replace=True)
    return nothing(204 if existed else 201)


def _post(service: Service, graph: str | None, parts: list[Part]) -> Response:
    emptied = [iri_parameter(name, "replace") for name in request.args.getlist("replace")]
    datasets = any(FORMATS[part["format"]].datasets for part in parts)
    if emptied and (graph is not None or not datasets):
        raise Problem(400, "replace goes with a dataset (N-Quads, TriG); PUT replaces one graph")
    if graph is not None:
        existed = service.load(parts, graph=graph)
        return nothing(204 if existed else 201)
    if datasets:
        # Beyond the recommendation: ?replace=IRI empties graphs first, in the same transaction.
        service.load(parts, graph=None, emptied=emptied)
        return nothing()
    minted = f"{service.base}graph/{uuid.uuid4()}"
    service.load(parts, graph=minted)
    location = f"{request.base_url}?graph={quote(minted, safe='')}"
    return nothing(201, Location=location)


@contextmanager
def _parts(service: Service) -> Iterator[list[Part]]:
    """The bodies of the request as files in the store's directory, removed afterwards."""
    limit, directory = service.settings.max_body_bytes, service.writer.incoming
    made: list[Part] = []
    try:
        if request.mimetype == _MULTIPART:
            request.max_content_length = limit
            for file in request.files.values():
                form = _body_format(file.mimetype, file.filename or "")
                path = spool(directory, limit, file.stream)
                made.append({"path": str(path), "format": form.name, "name": file.filename or "part"})
            if not made:
                raise Problem(400, "the multipart body has no file part")
        else:
            form = _body_format(request.mimetype, "")
            path = spool(directory, limit)
            made.append({"path": str(path), "format": form.name, "name": "request body"})
        yield made
    finally:
        for part in made:
            Path(part["path"]).unlink(missing_ok=True)


def _body_format(mimetype: str, name: str) -> Format:
    """The format of a body, by its media type, else by the file name of a part. Raises 415."""
    if mimetype and mimetype not in ("application/octet-stream", "text/plain"):
        header = request.headers.get("Content-Type", "")
        try:
            return find_format(header if header.lower().startswith(mimetype) else mimetype)
        except UnknownFormat:
            pass
    extension = name.rpartition(".")[2]
    if extension:
        try:
            return find_format(extension)
        except UnknownFormat:
            pass
    there_is = ", ".join(form.media_type for form in FORMATS.values())
    raise Problem(415, f"media type {mimetype or 'missing'} is not understood; send one of: {there_is}")

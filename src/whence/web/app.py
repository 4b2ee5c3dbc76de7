"""The Flask application: endpoints, pages if they are there, and one way to answer for every error."""

from __future__ import annotations

import logging

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from whence.errors import WhenceError
from whence.web import description, graph_store, inference, named, operations, pages, protocol, validate
from whence.web.access_log import AccessLog
from whence.web.answers import Problem, fault, negotiate_error
from whence.web.auth import protect
from whence.web.service import Service
from whence.web.settings import Settings

__all__ = ["create_app"]

_log = logging.getLogger("whence.server")


def create_app(service: Service, settings: Settings) -> Flask:
    """The application over ``service``.

    The pages come from ``whence.web.pages``; endpoints that have a page for browsers as well find it
    in ``app.extensions`` (see :data:`~whence.web.protocol.SparqlPage`).
    """
    app = Flask("whence.web", static_folder=None)
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_query_length
    metrics = operations.Metrics(service)
    protect(app, settings)
    app.register_blueprint(protocol.blueprint(service))
    app.register_blueprint(graph_store.blueprint(service))
    app.register_blueprint(description.blueprint(service))
    app.register_blueprint(inference.blueprint(service))
    app.register_blueprint(validate.blueprint(service))
    app.register_blueprint(named.blueprint(service))
    app.register_blueprint(operations.blueprint(service, metrics))
    pages.register(app, service)
    app.extensions["whence_sparql_page"] = pages.render_sparql_page
    app.extensions["whence_validation_page"] = pages.render_validation_page
    app.extensions["whence_error_page"] = pages.render_error
    _answer_for_errors(app)
    log = AccessLog() if settings.access_log else None
    app.wsgi_app = operations.Front(app.wsgi_app, metrics, log)  # type: ignore[method-assign]  # how Flask takes middleware
    return app


def _answer_for_errors(app: Flask) -> None:
    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return fault(error)

    @app.errorhandler(WhenceError)
    def refused(error: WhenceError) -> Response:
        return fault(error)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> AnyResponse:
        # Redirects and ready-made responses pass as they are.
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()
        headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
        return negotiate_error(
            error.code or 500, error.description or error.name, kind=error.name, headers=headers
        )

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        _log.error("a request failed in an unexpected way", exc_info=error)
        return negotiate_error(500, "something went wrong in the server; its log says what")

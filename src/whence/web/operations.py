"""What the operator's tools look at: health, readiness, metrics, and one log line per request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from whence.errors import WhenceError
from whence.web.access_log import AccessLog
from whence.web.answers import Problem, text
from whence.web.auth import PROTECTIVE_HEADERS
from whence.web.processes import resident_bytes
from whence.web.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Front", "Metrics", "blueprint"]

_KNOWN: Final = frozenset(
    {"sparql", "update", "store", "infer", "explain", "validate", "resource", "static"}
    | {"health", "ready", "metrics"}
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_Metric = TypeVar("_Metric", Counter, Histogram)


class Metrics:
    """Counters of requests, and the state of pool and writer, for Prometheus."""

    def __init__(self, service: Service) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "whence_http_requests",
            "Requests answered.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "whence_http_request_seconds",
            "Time until an answer was sent whole.",
            ["route"],
            buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60),
            registry=self.registry,
        )
        self._sent = Counter("whence_http_sent_bytes", "Bytes of answers sent.", registry=self.registry)
        self.registry.register(_State(service))

    def request(self, path: str, method: str, status: str, sent: int, seconds: float) -> None:
        """Note one request that was answered."""
        first = path.split("/", 2)[1] if path.startswith("/") else ""
        # Only known names become labels: a client must not be able to grow the metrics.
        route = first if first in _KNOWN else "other"
        _child(self._requests, route, method if method in _METHODS else "other", status).inc()
        _child(self._seconds, route).observe(seconds)
        self._sent.inc(sent)


@cache
def _child(metric: _Metric, *labels: str) -> _Metric:
    """The metric with these labels; asking the library each time costs more than counting."""
    return metric.labels(*labels)


class _State(Collector):
    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Numbers read from the service when asked for."""
        service = self._service
        outcomes = CounterMetricFamily("whence_query_outcomes", "Queries by outcome.", labels=["outcome"])
        for outcome, count in sorted(service.pool.counts.items()):
            outcomes.add_metric([outcome], count)
        yield outcomes
        workers = service.pool.workers()
        gauge = GaugeMetricFamily("whence_query_workers", "Query worker processes.", labels=["state"])
        gauge.add_metric(["busy"], sum(worker.busy for worker in workers))
        gauge.add_metric(["idle"], sum(not worker.busy for worker in workers))
        yield gauge
        memory = GaugeMetricFamily("whence_resident_bytes", "Resident memory.", labels=["process"])
        memory.add_metric(["workers"], sum(resident_bytes(worker.process.pid) for worker in workers))
        memory.add_metric(["writer"], resident_bytes(service.writer.pid))
        yield memory
        yield CounterMetricFamily("whence_writes", "Acknowledged writes.", value=service.generation)
        # Left out while nobody can say, so that the other numbers are there all the same.
        with suppress(WhenceError):
            yield GaugeMetricFamily(
                "whence_inference_current",
                "Whether what is inferred is what follows from what is asserted.",
                value=service.inference(timeout=1.0).current,
            )
        yield CounterMetricFamily(
            "whence_writer_restarts", "Times the writer was replaced.", value=service.writer.restarts
        )


def blueprint(service: Service, metrics: Metrics) -> Blueprint:
    """``/health``, ``/ready`` and ``/metrics``."""
    routes = Blueprint("operations", __name__)

    @routes.get("/health")
    def health() -> Response:
        return text("ok\n")

    @routes.get("/ready")
    def ready() -> Response:
        try:
            if service.ready():
                return text("ready\n")
        except WhenceError as error:
            raise Problem(503, f"not ready: {error}") from error
        raise Problem(503, "not ready: the writer is not running")

    @routes.get("/metrics")
    def numbers() -> Response:
        body = generate_latest(metrics.registry)
        return Response(body, content_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


class Front:
    """The outermost layer: logs and counts each request, adds protective headers, and hands small answers
    on in one piece.

    The HTTP server sends a list in one go and iterates anything else in a thread of its own.
    """

    def __init__(self, app: WSGIApplication, metrics: Metrics, log: AccessLog | None = None) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        seen: dict[str, Any] = {"status": "500", "sized": False}

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            seen["status"] = status[:3]
            names = {name.lower() for name, _ in headers}
            seen["sized"] = "content-length" in names
            headers += [pair for pair in PROTECTIVE_HEADERS if pair[0].lower() not in names]
            return start_response(status, headers, exc_info)

        def done(sent: int) -> None:
            self._note(environ, str(seen["status"]), sent, time.perf_counter() - begun)

        body = self._app(environ, start)
        if not seen["sized"]:
            return _Counted(body, done)
        try:
            parts = list(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        done(sum(map(len, parts)))
        return parts

    def _note(self, environ: WSGIEnvironment, status: str, sent: int, seconds: float) -> None:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        self._metrics.request(path, method, status, sent, seconds)
        if self._log is not None:
            self._log.note(environ.get("REMOTE_ADDR", "-"), method, path, status, sent, seconds)


class _Counted:
    """A streamed body that says how much of it was sent when it is closed."""

    def __init__(self, body: Iterable[bytes], done: Callable[[int], None]) -> None:
        self._body, self._done = body, done
        self._parts = iter(body)
        self._sent = 0
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            part = next(self._parts)
        except StopIteration:
            self.close()
            raise
        self._sent += len(part)
        return part

    def close(self) -> None:
        """Close the body; once."""
        if self._closed:
            return
        self._closed = True
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._done(self._sent)

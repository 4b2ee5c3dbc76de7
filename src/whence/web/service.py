"""What the web room asks of the store: queries through the pool, writes through the writer."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from whence.errors import QueryError, QuerySyntaxError, StoreError, WhenceError
from whence.ontology.namespaces import PREFIXES
from whence.reasoning.keeper import DEFAULT_PROFILE
from whence.store.declared import usable
from whence.store.inference import InferenceStatus
from whence.store.results import AskResult, GraphResult, Result, Row, SelectResult, Value, wrap
from whence.store.sparql_text import Prepared, prepare_query, prepare_update
from whence.web.inference import status
from whence.web.pool import Answer, Pool
from whence.web.reading import rows_of
from whence.web.settings import Settings
from whence.web.snapshots import Snapshots
from whence.web.writer import Part, Writer

__all__ = ["Dataset", "Service", "Term"]

Term: TypeAlias = NamedNode | BlankNode | Literal
Dataset: TypeAlias = tuple[Sequence[str], Sequence[str]]
"""Graph IRIs of a protocol dataset: those of the default graph, and the named ones."""

_RECENT = 10.0
_KEPT_LENGTH = 1 << 13
"""Longer queries are prepared anew each time: a thousand of the longest allowed would fill gigabytes."""


class Service:
    """Queries and writes of one served store.

    ``base`` is the store's base IRI; ``generation`` grows with every acknowledged write, for caches.
    """

    def __init__(self, path: Path, settings: Settings, *, lock_wait: float = 10.0) -> None:
        self.settings, self.path = settings, path
        self.writer = Writer(path, settings, lock_wait=lock_wait)
        self.snapshots = Snapshots(self.writer, self.writer.snapshots, freshness=settings.freshness)
        self.pool = Pool(self.snapshots, settings)
        self.pool.housekeeping = self.writer.ensure
        self.writer.before_write = self._before_write
        self._asked = 0.0
        self._inference: tuple[int, InferenceStatus] | None = None
        self._declared: tuple[int, tuple[tuple[str, str], ...]] | None = None

    @property
    def base(self) -> str:
        """The store's base IRI."""
        return self.writer.base

    @property
    def generation(self) -> int:
        """Number of the last acknowledged write."""
        return self.writer.generation

    @property
    def longest(self) -> float:
        """Seconds that a question may take."""
        return self.settings.query_timeout

    def prepare(self, sparql: str, *, max_rows: int | None = None) -> Prepared:
        """Check a query and make it safe to run. Raises :class:`QueryError`.

        It need not declare the prefixes of Whence, nor those that sources declared.
        """
        prepare = _prepared if len(sparql) <= _KEPT_LENGTH else _prepared.__wrapped__
        try:
            return prepare(sparql, self.settings.service_hosts, max_rows)
        except QuerySyntaxError:
            # Looked up for the few queries that need it, so that others take no longer.
            if not (declared := self._declared_prefixes()):
                raise
        return prepare(sparql, self.settings.service_hosts, max_rows, declared)

    def _declared_prefixes(self) -> tuple[tuple[str, str], ...]:
        """The prefixes that queries need not declare since sources did; none while nobody can say."""
        generation = self.generation
        if self._declared is None or self._declared[0] != generation:
            try:
                rows = rows_of(self, "prefixes")
            except WhenceError:
                return ()
            found = usable((_value(prefix), _value(namespace)) for prefix, namespace in rows)
            self._declared = generation, tuple(found.items())
        return self._declared[1]

    def query(
        self,
        sparql: str,
        prepared: Prepared,
        *,
        results: str = "JSON",
        rdf: str = "N_TRIPLES",
        dataset: Dataset | None = None,
        inferred: bool = True,
        timeout: float | None = None,
        bindings: Mapping[str, Term] | None = None,
    ) -> Answer:
        """Run a prepared query; ``results`` and ``rdf`` name the engine's formats for its answer.

        ``timeout`` can shorten, not lengthen, the operator's. The answer must be closed.
        """
        limit = self.settings.query_timeout
        request: dict[str, Any] = {"do": "query", "text": prepared.text, "results": results, "rdf": rdf}
        if prepared.form in ("CONSTRUCT", "DESCRIBE") and rdf not in ("N_TRIPLES", "N_QUADS"):
            request["prefixes"] = PREFIXES
        if prepared.text != sparql:
            request["original"] = sparql
        if prepared.undeclared:
            request["undeclared"] = dict(prepared.undeclared)
        if dataset is not None:
            request["default"], request["named"] = (list(part) for part in dataset)
        if bindings:
            request["bindings"] = [(name, _encoded(term)) for name, term in bindings.items()]
        request |= {
            "has_dataset": prepared.has_dataset,
            "inferred": inferred,
            "max_bytes": self.settings.max_answer_bytes,
        }
        self._asked = time.monotonic()
        return self.pool.run(request, timeout=limit if timeout is None else min(timeout, limit))

    def dump(self, graph: str | None, rdf: str, *, inferred: bool = True) -> Answer:
        """A graph (``""``: the unnamed one; ``None``: the whole dataset) in the engine's format ``rdf``.

        Of the whole dataset, the graph of inferences only if ``inferred``.
        """
        request: dict[str, Any] = {"do": "dump", "graph": graph, "rdf": rdf, "prefixes": PREFIXES}
        request["inferred"] = inferred
        request["max_bytes"] = self.settings.max_answer_bytes
        self._asked = time.monotonic()
        return self.pool.run(request, timeout=self.settings.query_timeout)

    def run(
        self,
        sparql: str,
        *,
        bindings: Mapping[str, Term] | None = None,
        timeout: float = 5.0,
        max_rows: int | None = None,
        inferred: bool = True,
        dataset: Dataset | None = None,
    ) -> Result:
        """Run a query of any form and hold its whole answer."""
        prepared = self.prepare(sparql, max_rows=max_rows)
        answer = self.query(
            sparql, prepared, bindings=bindings, timeout=timeout, inferred=inferred, dataset=dataset
        )
        try:
            body = answer.read()
        finally:
            answer.close()
        if prepared.form in ("CONSTRUCT", "DESCRIBE"):
            return GraphResult([quad.triple for quad in parse(body, format=RdfFormat.N_TRIPLES)])
        parsed = parse_query_results(body, format=QueryResultsFormat.JSON)
        return SelectResult(parsed) if isinstance(parsed, QuerySolutions) else wrap(parsed)

    def select(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0
    ) -> list[Row]:
        """All rows of a SELECT query. ``bindings`` give values to projected variables."""
        result = self.run(sparql, bindings=bindings, timeout=timeout)
        if not isinstance(result, SelectResult):
            raise QueryError("this is not a SELECT query")
        return result.rows()

    def construct(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0
    ) -> list[Triple]:
        """All triples of a CONSTRUCT or DESCRIBE query."""
        result = self.run(sparql, bindings=bindings, timeout=timeout)
        if not isinstance(result, GraphResult):
            raise QueryError("this is not a CONSTRUCT or DESCRIBE query")
        return list(result)

    def ask(self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0) -> bool:
        """The answer of an ASK query."""
        result = self.run(sparql, bindings=bindings, timeout=timeout)
        if not isinstance(result, AskResult):
            raise QueryError("this is not an ASK query")
        return bool(result)

    def update(
        self,
        sparql: str,
        *,
        using: Sequence[str] = (),
        using_named: Sequence[str] = (),
        timeout: float | None = None,
    ) -> None:
        """Run an update request as one transaction; acknowledged when this returns."""
        text = prepare_update(
            sparql,
            using=using,
            using_named=using_named,
            load_hosts=self.settings.load_hosts,
            service_hosts=self.settings.service_hosts,
        )
        limit = self.settings.update_timeout
        self.writer.update(text, timeout=limit if timeout is None else min(timeout, limit))

    def load(
        self,
        parts: Sequence[Part],
        *,
        graph: str | None,
        replace: bool = False,
        emptied: Sequence[str] = (),
    ) -> bool:
        """Store spooled bodies; see :meth:`Writer.load`."""
        return self.writer.load(parts, graph=graph, replace=replace, emptied=emptied)

    def delete(self, graph: str | None) -> bool:
        """Remove a graph; see :meth:`Writer.delete`."""
        return self.writer.delete(graph)

    def infer(self, profile: str | None = None) -> dict[str, Any]:
        """Make the inferences anew; see :meth:`Writer.infer`."""
        return self.writer.infer(profile)

    def inference(self, *, timeout: float = 5.0) -> InferenceStatus:
        """By which profile there are inferences, and whether they are current."""
        generation = self.generation
        if self._inference is None or self._inference[0] != generation:
            found = status(self, default=self.settings.inference, timeout=timeout)
            self._inference = generation, found
        return self._inference[1]

    def explain(
        self,
        subject: NamedNode | BlankNode,
        predicate: NamedNode,
        object: Term,
        *,
        all: bool = False,
    ) -> dict[str, Any]:
        """Why a statement holds: ``explanation`` (data), ``text``, ``svg``, and by which ``profile``."""
        request: dict[str, Any] = {
            "do": "explain",
            "subject": _encoded(subject),
            "predicate": _encoded(predicate),
            "object": _encoded(object),
            "all": all,
            "base": self.base,
            "profile": self.settings.inference or DEFAULT_PROFILE,
            "max_bytes": self.settings.max_answer_bytes,
        }
        self._asked = time.monotonic()
        answer = self.pool.run(request, timeout=self.settings.query_timeout)
        try:
            found: dict[str, Any] = json.loads(answer.read())
        finally:
            answer.close()
        return found

    def validate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What :func:`whence.web.validating.validated` answers to ``asked``."""
        request = {
            "do": "validate",
            "base": self.base,
            "max_bytes": self.settings.max_answer_bytes,
            **asked,
        }
        self._asked = time.monotonic()
        answer = self.pool.run(request, timeout=self.settings.validation_timeout)
        try:
            found: dict[str, Any] = json.loads(answer.read())
        finally:
            answer.close()
        return found

    def trace(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """What :func:`whence.web.tracing.traced` answers to ``asked``."""
        request = {"do": "trace", "base": self.base, "max_bytes": self.settings.max_answer_bytes, **asked}
        self._asked = time.monotonic()
        answer = self.pool.run(request, timeout=self.settings.query_timeout)
        try:
            said, _, text = answer.read().decode().partition("\n")
        finally:
            answer.close()
        return json.loads(said), text

    def ready(self) -> bool:
        """Whether the writer is there and a worker answers a query."""
        return self.writer.alive() and self.ask("ASK {}", timeout=2.0)

    def close(self) -> None:
        """Stop workers and writer, in this order."""
        self.pool.close()
        self.writer.close()

    def _before_write(self, long: bool) -> None:
        """Queries that come while a write goes on need a snapshot with all writes before it."""
        if long or time.monotonic() - self._asked < _RECENT:
            try:
                self.snapshots.release(self.snapshots.lease())
            except StoreError:
                # Queries will say so themselves; the write need not fail for it.
                return


@lru_cache(maxsize=1024)
def _prepared(
    sparql: str,
    service_hosts: frozenset[str],
    max_rows: int | None,
    declared: tuple[tuple[str, str], ...] = (),
) -> Prepared:
    known = {**dict(declared), **PREFIXES}
    return prepare_query(sparql, service_hosts=service_hosts, max_rows=max_rows, known_prefixes=known)


def _value(term: Value) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""


def _encoded(term: Term) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"iri": term.value}
    if isinstance(term, BlankNode):
        return {"blank": term.value}
    if term.language:
        return {"value": term.value, "language": term.language}
    return {"value": term.value, "datatype": term.datatype.value}

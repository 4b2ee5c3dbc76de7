"""What pages ask of a store: the reading service, and the query files beside this module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from whence.ontology.namespaces import PREFIXES
from whence.store.results import Row

__all__ = [
    "PAGE_PREFIXES",
    "PAGE_TIMEOUT",
    "ReadService",
    "Term",
    "as_iri",
    "as_text",
    "query_text",
    "rows_of",
]

Term: TypeAlias = NamedNode | BlankNode | Literal

PAGE_TIMEOUT = 5.0
"""Seconds one query of a page may take."""

PAGE_PREFIXES = PREFIXES | {"foaf": "http://xmlns.com/foaf/0.1/", "schema": "http://schema.org/"}
"""Prefixes that pages and their queries know without being told."""

_SLOT = re.compile(r"\$(\w+)")


class ReadService(Protocol):
    """A store that answers queries. The default graph is the union of all graphs."""

    @property
    def base(self) -> str:
        """The base IRI of the store."""

    @property
    def generation(self) -> int:
        """A number that grows with every acknowledged write."""

    @property
    def longest(self) -> float:
        """Seconds that a question may take."""

    def select(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0
    ) -> list[Row]:
        """All rows of a SELECT query."""

    def construct(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0
    ) -> list[Triple]:
        """All triples of a CONSTRUCT query."""

    def explain(
        self,
        subject: NamedNode | BlankNode,
        predicate: NamedNode,
        object: Term,
        *,
        all: bool = False,
    ) -> Mapping[str, Any]:
        """Why a statement holds: ``explanation`` as data, and the same as ``text`` and ``svg``."""

    def trace(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """What is said of the answer to a question about lineage or versions, and the answer as text."""

    def ask(self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0) -> bool:
        """The answer of an ASK query."""


def as_iri(text: str) -> NamedNode | None:
    """The IRI that ``text`` is, or ``None`` when it is not an absolute IRI."""
    try:
        return NamedNode(text.strip())
    except ValueError:
        return None


def as_text(value: Term | int | Iterable[Term]) -> str:
    """SPARQL text of a term, a number, or several terms for a VALUES block."""
    if isinstance(value, NamedNode | BlankNode | Literal | int):
        return str(value)
    # A blank node in a query is a variable, so it cannot be asked for.
    return " ".join(str(term) for term in value if not isinstance(term, BlankNode))


@cache
def _source(name: str) -> tuple[str, str]:
    """A query file: the prefixes it uses, declared, and its text."""
    body = (resources.files("whence.web") / "queries" / f"{name}.rq").read_text(encoding="utf-8").strip()
    used = [p for p in PAGE_PREFIXES if re.search(rf"(?<![\w:/]){p}:\w", body)]
    return "".join(f"PREFIX {p}: <{PAGE_PREFIXES[p]}>\n" for p in used), body


def query_text(name: str, **slots: Term | int | Iterable[Term]) -> str:
    """The query file ``name`` with each ``$slot`` filled in and the prefixes it uses declared.

    Terms are written by the RDF library, which refuses IRIs with delimiters and escapes literals, so
    no value can leave its place. (The engine's own substitution binds projected variables only.)
    """
    head, body = _source(name)
    return head + _SLOT.sub(lambda match: as_text(slots[match[1]]), body)


def rows_of(
    service: ReadService, name: str, *, timeout: float = PAGE_TIMEOUT, **slots: Term | int | Iterable[Term]
) -> list[Row]:
    """The rows of the SELECT query file ``name``."""
    return service.select(query_text(name, **slots), timeout=timeout)

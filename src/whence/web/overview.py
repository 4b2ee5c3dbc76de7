"""What is in a store: totals, bundles, types, newest activities, search, and pages of lists."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from pyoxigraph import Literal, NamedNode

from whence.errors import QueryTimeout
from whence.ontology.namespaces import PROV, RDF, RDFS, SH, XSD
from whence.queries.words import PLUMBING_TYPES
from whence.store.catalogue import is_system
from whence.store.inference import InferenceStatus
from whence.store.results import Row
from whence.web.facts import COUNT_LIMIT, PAGE_SIZE, Count, as_count
from whence.web.inference import status
from whence.web.reading import ReadService, as_iri, rows_of
from whence.web.terms import Names

__all__ = [
    "BundleRow",
    "Found",
    "Overview",
    "Remembered",
    "bundle_rows",
    "look",
    "prefixes",
    "search",
]

T = TypeVar("T")

_SLOW: Final = 0.1
_SHARE: Final = 20
_OF_ONTOLOGIES: Final = ("http://www.w3.org/2002/07/owl#", str(RDFS))


class Remembered(Generic[T]):
    """An answer kept while the store has not changed.

    One that took long is also kept for :data:`_SHARE` times as long as it took, so that a busy writer
    does not make every page count the whole store again.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._kept: tuple[int, float, T] | None = None

    def get(self, generation: int) -> T:
        """The answer for this generation of the store, or one not much older."""
        with self._lock:
            if self._kept is not None:
                made, until, answer = self._kept
                if made == generation or time.monotonic() < until:
                    return answer
            begun = time.monotonic()
            answer = self._ask()
            took = time.monotonic() - begun
            until = begun + took * _SHARE if took > _SLOW else begun
            self._kept = generation, until, answer
            return answer


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle as a list shows it."""

    bundle: NamedNode
    label: str
    time: str
    source: str
    count: int | None


@dataclass(slots=True)
class Overview:
    """What the front page tells. ``None`` stands for what could not be counted in time.

    ``statements`` counts those that bundles assert, once for each bundle; ``inferred``, what follows.
    """

    empty: bool = True
    bundles: list[BundleRow] = field(default_factory=list)
    bundle_count: int = 0
    statements: int | None = None
    inferred: int | None = None
    inference: InferenceStatus | None = None
    types: list[tuple[NamedNode, Count]] = field(default_factory=list)
    newest: list[tuple[NamedNode, str]] = field(default_factory=list)
    partial: bool = False

    def count(self, cls: NamedNode) -> Count:
        """How many things there are of a type."""
        return next((count for known, count in self.types if known == cls), Count(0))


def prefixes(service: ReadService) -> dict[str, str]:
    """Prefixes that sources declared; the first source to declare one wins."""
    found: dict[str, str] = {}
    for row in rows_of(service, "prefixes"):
        prefix, namespace = row
        if isinstance(prefix, Literal) and isinstance(namespace, Literal | NamedNode):
            found.setdefault(prefix.value, namespace.value)
    return found


def look(service: ReadService, *, bundles: int = 8, activities: int = 8) -> Overview:
    """The store at a glance."""
    seen = Overview()
    if not rows_of(service, "any"):
        return seen
    seen.empty = False
    seen.bundles = bundle_rows(service, limit=bundles, offset=0)
    seen.bundle_count, noted = _totals(service)
    seen.inference = status(service)
    seen.statements, seen.inferred = _statements(service, noted)
    seen.partial = seen.statements is None or seen.inferred is None
    try:
        seen.types = _types(service)
        seen.newest = _newest(service, activities)
    except QueryTimeout:
        seen.partial = True
        seen.types = seen.types or [
            (cls, count_of_type(service, cls)) for cls in (PROV.Entity, PROV.Activity, PROV.Agent)
        ]
    return seen


def _newest(service: ReadService, limit: int) -> list[tuple[NamedNode, str]]:
    latest: dict[NamedNode, str] = {}
    # An activity may have several starts; it is listed once, at the last of them.
    for activity, when in rows_of(service, "newest", limit=4 * limit):
        if isinstance(activity, NamedNode) and isinstance(when, Literal):
            latest.setdefault(activity, when.value)
    return list(latest.items())[:limit]


def _number(value: object) -> int:
    try:
        return int(float(value.value)) if isinstance(value, Literal) else 0
    except ValueError:
        return 0


def _totals(service: ReadService) -> tuple[int, int]:
    rows = rows_of(service, "bundles_count")
    loose = len(rows_of(service, "uncatalogued"))
    return (_number(rows[0][0]) + loose, _number(rows[0][1])) if rows else (loose, 0)


def _statements(service: ReadService, noted: int) -> tuple[int | None, int | None]:
    """How many statements are asserted, and how many inferred; ``noted`` is what the catalogue says."""
    try:
        inferred, own, all_ = (
            _number(rows_of(service, name)[0][0]) for name in ("count_inferred", "count_own", "count_all")
        )
    except QueryTimeout:
        return noted or None, None
    return all_ - own - inferred, inferred


def _types(service: ReadService) -> list[tuple[NamedNode, Count]]:
    hidden = PLUMBING_TYPES | {RDF.Property, RDF.List, XSD.string, SH.PrefixDeclaration}
    return [
        (cls, Count(_number(count)))
        for cls, count in rows_of(service, "types")
        if isinstance(cls, NamedNode) and cls not in hidden and not cls.value.startswith(_OF_ONTOLOGIES)
    ]


def count_of_type(service: ReadService, cls: NamedNode) -> Count:
    """How many things of a type there are, counted up to a bound."""
    return as_count(rows_of(service, "type_count", cls=cls, limit=COUNT_LIMIT + 1))


def bundle_rows(service: ReadService, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[BundleRow]:
    """Bundles, newest first; graphs without a catalogue entry after the last of them."""
    rows = [
        _bundle_row(row)
        for row in rows_of(service, "bundles", limit=limit, offset=offset)
        if _is_bundle(row)
    ]
    if len(rows) < limit:
        rows += [
            BundleRow(graph, "", "", "", None)
            for (graph,) in rows_of(service, "uncatalogued")
            if isinstance(graph, NamedNode)
        ]
    return rows


def _is_bundle(row: Row) -> bool:
    return isinstance(row[0], NamedNode) and not is_system(row[0])


def _bundle_row(row: Row) -> BundleRow:
    bundle, when, label, source, count = row
    assert isinstance(bundle, NamedNode)  # noqa: S101  # filtered by the caller
    words = [term.value if isinstance(term, Literal | NamedNode) else "" for term in (label, when, source)]
    return BundleRow(bundle, words[0], words[1], words[2], None if count is None else _number(count))


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. ``slow`` says that the store could not look at everything in time."""

    exact: NamedNode | None
    things: list[NamedNode]
    cut: bool
    slow: bool


def search(service: ReadService, text: str, names: Names, *, limit: int = PAGE_SIZE) -> Found:
    """Things by label, by a part of their IRI, or by their whole IRI or prefixed name."""
    wanted = text.strip()
    exact = None
    for candidate in (wanted.strip("<>"), _expand(wanted, names)):
        iri = as_iri(candidate)
        if iri is not None and rows_of(service, "outgoing", this=iri, limit=1):
            exact = iri
    things: dict[NamedNode, None] = {}
    slow = False
    for name in ("search_labels", "search_iris"):
        try:
            rows = rows_of(service, name, text=Literal(wanted.lower()), limit=limit + 1)
        except QueryTimeout:
            slow = True
            continue
        things.update((thing, None) for (thing,) in rows if isinstance(thing, NamedNode))
    ranked = list(things)[:limit]
    return Found(exact, ranked, len(things) > limit, slow)


def _expand(text: str, names: Names) -> str:
    prefix, colon, local = text.partition(":")
    return names.prefixes[prefix] + local if colon and prefix in names.prefixes else ""

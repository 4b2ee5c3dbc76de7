"""Terms as people read them: short names, kinds, dates and safe links."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote, urlencode, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from whence.formats.identifiers import is_generated
from whence.ontology.namespaces import RDF_TYPE, RDFS, XSD
from whence.queries.words import KINDS
from whence.store.results import Row
from whence.web.reading import PAGE_PREFIXES, ReadService, Term, rows_of

__all__ = [
    "Names",
    "Shown",
    "human_date",
    "human_duration",
    "human_time",
    "page_url",
    "parse_time",
    "safe_link",
    "tail_of",
    "why_url",
]

_LONG = 400
_LABELS = (RDFS.label.value, "http://purl.org/dc/terms/title", "http://xmlns.com/foaf/0.1/name")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_PLAIN = {
    XSD[name]
    for name in ("string", "dateTime", "date", "integer", "decimal", "double", "float", "boolean", "anyURI")
}


def page_url(iri: str, **more: object) -> str:
    """The path of the page of ``iri``."""
    return "/resource?" + urlencode({"iri": iri, **more})


def why_url(statement: tuple[Term, NamedNode, Term], suffix: str = "", **more: str) -> str:
    """The path of the page that says why a statement holds, or with a suffix of the same as data."""
    # In angle brackets an IRI is not taken for a prefixed name; a web address never is.
    parts = [
        term.value if isinstance(term, NamedNode) and "://" in term.value else str(term)
        for term in statement
    ]
    words = dict(zip(("subject", "predicate", "object"), parts, strict=True))
    return f"/explain{'.' if suffix else ''}{suffix}?{urlencode(words | more)}"


def parse_time(value: str) -> datetime | None:
    """An ``xsd:dateTime`` as Python's, or ``None`` for one that Python cannot hold."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def human_time(value: str) -> str:
    """An ``xsd:dateTime`` for people: ``3 May 2026, 10:12 UTC``; seconds only when there are any."""
    when = parse_time(value)
    if when is None:
        return value
    clock = f"{when:%H:%M:%S}" if when.second or when.microsecond else f"{when:%H:%M}"
    offset = when.utcoffset()
    zone = "" if offset is None else " UTC" if not offset else f" UTC{when:%z}"[:10]
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}, {clock}{zone}"


def human_duration(span: timedelta) -> str:
    """A time span for people, in its two largest units."""
    seconds = span.total_seconds()
    if seconds < 60:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    units = ((86400, "day"), (3600, "h"), (60, "min"), (1, "s"))
    words = []
    for size, unit in units:
        count, whole = divmod(whole, size)
        if count:
            words.append(f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}")
    return " ".join(words[:2])


def human_date(value: str) -> str:
    """The day of an ``xsd:dateTime`` for people: ``3 May 2026``."""
    when = parse_time(value)
    return value if when is None else f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A term ready for a template.

    ``kind`` is ``iri``, ``literal`` or ``blank``; ``glyph`` is ``entity``, ``activity``, ``agent``,
    ``bundle`` or empty; ``href`` is a path of this server or an http(s) address, never anything else.
    """

    kind: str
    text: str
    title: str = ""
    href: str = ""
    glyph: str = ""
    lang: str = ""
    datatype: str = ""
    time: str = ""
    external: bool = False
    named: bool = False

    @property
    def halves(self) -> tuple[str, str]:
        """The text in two: a beginning that stays on the line of the glyph before it, and the rest."""
        first = self.text.split(" ", 1)[0]
        cut = len(first) if len(first) <= 16 else 4
        return self.text[:cut], self.text[cut:]

    @property
    def long(self) -> bool:
        """Whether a page should fold it away."""
        return len(self.text) > _LONG


class Names:
    """Labels, kinds and prefixes gathered for one page."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        known = PAGE_PREFIXES | dict(prefixes)
        # The longest namespace wins, so that nested vocabularies keep their own prefix.
        self._spaces = sorted(
            ((space, prefix) for prefix, space in known.items() if space), key=lambda pair: -len(pair[0])
        )
        self.prefixes: Mapping[str, str] = known
        self._labels: dict[Term, Literal] = {}
        self._types: dict[Term, set[NamedNode]] = defaultdict(set)
        self._asked: set[Term] = set()
        self.bundles: set[Term] = set()

    def learn(self, service: ReadService, terms: Iterable[Term | Triple | None]) -> None:
        """Ask the store for labels and types of those ``terms`` not asked for yet."""
        fresh = {t for t in terms if isinstance(t, NamedNode)} - self._asked
        self._asked |= fresh
        if fresh:
            for row in rows_of(service, "names", terms=sorted(fresh, key=str)):
                self._note(row)

    def _note(self, row: Row) -> None:
        term, predicate, value = row
        if not isinstance(term, NamedNode):
            return
        if predicate == RDF_TYPE:
            if isinstance(value, NamedNode):
                self._types[term].add(value)
        elif isinstance(value, Literal):
            best = self._labels.get(term)
            if best is None or _label_rank(value) < _label_rank(best):
                self._labels[term] = value

    def types(self, term: Term) -> set[NamedNode]:
        """The types that have been learnt of a term."""
        return self._types.get(term, set())

    def glyph(self, term: Term) -> str:
        """The kind of thing: ``entity``, ``activity``, ``agent``, ``bundle`` or empty."""
        if term in self.bundles:
            return "bundle"
        types = self.types(term)
        return next((kind for cls, kind in KINDS.items() if cls in types), "")

    def has_label(self, term: Term) -> bool:
        """Whether the store names it."""
        return term in self._labels

    def short(self, iri: str) -> str:
        """A prefixed name when a known namespace fits, else the telling end of the IRI."""
        if is_generated(iri):
            return f"unnamed {iri.rsplit('/', 1)[1][:8]}"
        for space, prefix in self._spaces:
            if iri.startswith(space) and len(iri) > len(space):
                return f"{prefix}:{iri[len(space) :]}"
        parts = urlsplit(iri)
        if parts.scheme in ("http", "https") and len(iri) > 40:
            tail = iri.split("://", 1)[1].rstrip("/#")
            return "…/" + "/".join(tail.split("/")[-2:]) if tail.count("/") > 1 else tail
        return iri if len(iri) <= 48 else f"{iri[:20]}…{iri[-24:]}"

    def label(self, term: Term | Triple) -> str:
        """What to call a term."""
        if isinstance(term, NamedNode):
            known = self._labels.get(term)
            return known.value if known is not None and known.value.strip() else self.short(term.value)
        if isinstance(term, BlankNode):
            return f"unnamed {term.value[:8]}"
        return term.value if isinstance(term, Literal) else str(term)

    def show(self, term: Term | Triple) -> Shown:
        """A term for a template."""
        if isinstance(term, NamedNode):
            return Shown(
                "iri",
                self.label(term),
                title=term.value,
                href=page_url(term.value),
                glyph=self.glyph(term),
                named=self.has_label(term),
            )
        if isinstance(term, Literal):
            return self._show_literal(term)
        return Shown("blank", self.label(term))

    def _show_literal(self, term: Literal) -> Shown:
        value, datatype = term.value, term.datatype
        if datatype == XSD.dateTime:
            return Shown("literal", human_time(value), title=value, time=value)
        external = datatype == XSD.anyURI and safe_link(value)
        return Shown(
            "literal",
            value,
            href=value if external else "",
            external=external,
            lang=term.language or "",
            datatype="" if datatype in _PLAIN or term.language else self.short(datatype.value),
        )


def safe_link(address: str) -> bool:
    """Whether an address from the data may become a link: http and https only, nothing that runs."""
    return re.fullmatch(r"https?://[^\s<>\"'\\]+", address) is not None


def _label_rank(label: Literal) -> tuple[int, str]:
    order = {None: 0, "en": 1}
    return order.get(label.language, 2 if (label.language or "").startswith("en") else 3), label.value


def tail_of(iri: str) -> str:
    """The last segment of an IRI, decoded, for headings of things without a label."""
    return unquote(re.split(r"[/#:]", iri.rstrip("/#"))[-1]) or iri

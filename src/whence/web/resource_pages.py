"""The page of one resource, the pages of its long lists, and IRIs that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from flask import Response, redirect, request
from pyoxigraph import Literal, NamedNode, Triple

from whence.formats.identifiers import is_generated
from whence.ontology.namespaces import DCTERMS, PROV, RDF_TYPE, RDFS, SH, VOID, WHENCE
from whence.queries.words import KINDS, UPPER_TYPES, property_words
from whence.web.documents import downloads
from whence.web.exports import View, chosen_suffix
from whence.web.facts import COUNT_LIMIT, PAGE_SIZE, Count, Facts, Way, as_count, gather, gather_related
from whence.web.neighbourhood import choose, draw
from whence.web.reading import Term, as_iri, query_text, rows_of
from whence.web.sentences import attributes, folded, references, tell
from whence.web.site import Site
from whence.web.sparql_page import query_url
from whence.web.terms import Names, human_duration, page_url, parse_time, safe_link, tail_of, why_url

__all__ = ["dereference", "describe_things", "page_number", "pager", "related", "resource", "table_of"]

_COMMENTS: Final = (RDFS.comment, DCTERMS.description, DCTERMS.abstract)
_PLAIN_TYPES: Final = {PROV.Entity, PROV.Activity, PROV.Agent, PROV.Bundle}
_TIMES: Final = (
    (PROV.generatedAtTime, "Generated"),
    (PROV.startedAtTime, "Started"),
    (PROV.endedAtTime, "Ended"),
    (PROV.invalidatedAtTime, "Invalidated"),
)
_CATALOGUE_WORDS: Final = (
    (DCTERMS.source, "Source"),
    (DCTERMS["format"], "Format"),
    (DCTERMS.isPartOf, "Part of"),
    (WHENCE.sha256, "SHA-256"),
    (PROV.generatedAtTime, "Written"),
    (WHENCE.adapter, "Read by"),
    (WHENCE.adapterVersion, "Version"),
    (DCTERMS.creator, "Loaded by"),
)
# Said by the record of a bundle already.
_RECORD: Final = frozenset({predicate for predicate, _ in _CATALOGUE_WORDS} | {SH.declare, VOID.triples})
_USES: Final = 25
_FOLDED: Final = 100
_PATH: Final = "/:@!$&'()*+,;=~"
_CONTENTS: Final = {
    "activities": ("Activities", PROV.Activity),
    "entities": ("Entities", PROV.Entity),
    "agents": ("Agents", PROV.Agent),
    "all": ("Everything", None),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to list what is in a bundle."""

    key: str
    title: str
    count: Count
    href: str
    current: bool


@dataclass(slots=True)
class Contents:
    """What a bundle page shows beyond that of any resource."""

    facts: list[tuple[str, list[Term]]]
    size: Count
    tabs: list[Tab]
    things: list[NamedNode]
    downloads: list[tuple[str, str]]
    pager: Pager


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a list is: which page, and the URLs of the pages beside it."""

    page: int
    before: str
    after: str


def page_number() -> int:
    """The page the request asks for, from 1."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), 100_000) if text.isascii() and text.isdigit() else 1


def _page_slots(page: int) -> dict[str, int]:
    """What the query of a list is told: one row more than is shown says whether there is another page."""
    return {"limit": PAGE_SIZE + 1, "offset": (page - 1) * PAGE_SIZE}


def pager(page: int, more: bool, url: str) -> Pager:
    """The pages beside this one; ``url`` has everything but the number."""
    return Pager(
        page, f"{url}&page={page - 1}" if page > 1 else "", f"{url}&page={page + 1}" if more else ""
    )


def resource(site: Site, suffix: str = "") -> Response:
    """The page of ``?iri=``, or its data."""
    text = request.args.get("iri", "").strip()
    this = as_iri(text)
    if this is None:
        return site.error(
            400, "This page needs an absolute IRI, as in /resource?iri=urn:example:thing.", wanted=text
        )
    view = _view(site, this)
    # The page gathers more than the data needs, so the data is not made to wait for it.
    if suffix or chosen_suffix():
        if not _is_known(site, this):
            return site.error(404, f"The store says nothing of {this.value}.", wanted=this.value)
        return site.answer(view, suffix, "", path="/resource", arguments={"iri": text})
    return _resource_page(site, this, view)


def _is_known(site: Site, this: NamedNode) -> bool:
    """Whether any statement has it as subject, object or property."""
    return any(rows_of(site.service, name, this=this, limit=1) for name in ("outgoing", "incoming", "uses"))


def _view(site: Site, this: NamedNode) -> View:
    service = site.service
    return View(
        lambda: service.construct(query_text("resource", this=this)),
        lambda: (("subject", "property", "object"), rows_of(service, "resource_table", this=this)),
        site.names().prefixes,
    )


def _resource_page(site: Site, this: NamedNode, view: View) -> Response:
    facts = gather(site.service, this)
    marks = {
        row[0].value for row in rows_of(site.service, "is_bundle", this=this) if isinstance(row[0], Literal)
    }
    uses = [(row[0], row[1]) for row in rows_of(site.service, "uses", this=this, limit=_USES + 1)]
    if not facts and not marks and not uses:
        return site.error(
            404,
            "The store says nothing of it. It may be spelt differently, or not be loaded yet.",
            title="Not in this store",
            wanted=tail_of(this.value),
            detail=this.value,
        )
    names = site.names()
    names.bundles |= set(facts.bundles) | ({this} if marks else set())
    names.learn(site.service, facts.terms())
    names.learn(site.service, (term for use in uses for term in use))
    choice = choose(site.service, facts)
    names.learn(site.service, choice.nodes)
    return site.answer(
        view,
        "",
        "resource.html",
        path="/resource",
        arguments={"iri": this.value},
        names=names,
        this=this,
        kind=_kind(this, names, uses=bool(uses)),
        picture=draw(choice, names),
        uses=uses[:_USES],
        more_uses=len(uses) > _USES,
        sparql=query_url(query_text("resource_table", this=this)),
        **_told(facts, names, _contents(site, this, names) if marks else None),
    )


def _told(facts: Facts, names: Names, contents: Contents | None) -> dict[str, object]:
    """What the page of a resource says, by the names its template knows."""
    this = facts.this
    hidden = {*_COMMENTS, *(_RECORD if contents else ())}
    groups, said, refers = tell(facts, names), attributes(facts), references(facts)
    inferred = [cls for cls in names.types(this) if facts.follows("outgoing", RDF_TYPE, cls)]
    also = folded(facts, groups, [*said, *refers])
    return {
        "heading": _heading(this, names),
        "types": sorted(names.types(this) - _PLAIN_TYPES - set(inferred), key=lambda cls: cls.value),
        "inferred_types": [cls for cls in sorted(inferred, key=str) if not cls.value.startswith(str(PROV))],
        "external": safe_link(this.value) and not is_generated(this),
        "generated": is_generated(this),
        "comments": [value for predicate in _COMMENTS for value in facts.values(predicate)],
        "times": [] if contents else _times(facts),
        "groups": groups,
        "attributes": [row for row in said if row.predicate not in hidden],
        "references": refers,
        "folded": also[:_FOLDED],
        "folded_number": len(also),
        "why": why_url,
        "property_words": property_words,
        "bundles": [bundle for bundle in facts.bundles if bundle != this],
        "partial": facts.partial,
        "has_instances": facts.has_instances,
        "contents": contents,
    }


def _heading(this: NamedNode, names: Names) -> str:
    if names.has_label(this):
        return names.label(this)
    return "Unnamed" if is_generated(this) else tail_of(this.value)


def _kind(this: NamedNode, names: Names, *, uses: bool) -> str:
    kind = names.glyph(this)
    if kind or uses:
        return kind or "property"
    types = names.types(this) - KINDS.keys()
    local = sorted(cls.value.rsplit("#", 1)[-1] for cls in types - UPPER_TYPES or types)
    return local[0].lower() if local and is_generated(this) else "thing"


def _times(facts: Facts) -> list[tuple[str, Term | str]]:
    rows: list[tuple[str, Term | str]] = []
    for predicate, words in _TIMES:
        rows += [(words, value) for value in sorted(facts.values(predicate), key=str)[:3]]
    started, ended = (
        [parse_time(v.value) for v in facts.values(p) if isinstance(v, Literal)]
        for p in (PROV.startedAtTime, PROV.endedAtTime)
    )
    span = _span(started[0], ended[0]) if len(started) == len(ended) == 1 else None
    if span is not None:
        rows.append(("Took", human_duration(span)))
    return rows


def _span(started: datetime | None, ended: datetime | None) -> timedelta | None:
    """The time between; a time with a zone and one without cannot be subtracted."""
    if started is None or ended is None or (started.tzinfo is None) != (ended.tzinfo is None):
        return None
    return ended - started if ended >= started else None


def _contents(site: Site, this: NamedNode, names: Names) -> Contents:
    service, page = site.service, page_number()
    said: dict[NamedNode, list[Term]] = {}
    for predicate, value in rows_of(service, "catalogue", this=this):
        if isinstance(predicate, NamedNode) and isinstance(value, NamedNode | Literal):
            said.setdefault(predicate, []).append(value)
    said.pop(SH.declare, None)
    counts = {
        key: as_count(rows_of(service, "bundle_count", this=this, cls=cls, limit=COUNT_LIMIT + 1))
        for key, (_, cls) in _CONTENTS.items()
        if cls is not None
    }
    size = _size(site, this, said.get(VOID.triples))
    shown = request.args.get("show", "")
    if shown not in _CONTENTS:
        shown = next((key for key, count in counts.items() if count.number), "all")
    cls = _CONTENTS[shown][1]
    place = _page_slots(page)
    if cls is None:
        rows = rows_of(service, "bundle_subjects", this=this, **place)
    else:
        rows = rows_of(service, "bundle_things", this=this, cls=cls, **place)
    things = [thing for (thing,) in rows if isinstance(thing, NamedNode)]
    names.learn(service, things)
    names.learn(service, (value for values in said.values() for value in values))
    tabs = [
        Tab(key, title, counts.get(key, Count(0)), page_url(this.value, show=key), key == shown)
        for key, (title, _) in _CONTENTS.items()
    ]
    return Contents(
        [(words, said[predicate]) for predicate, words in _CATALOGUE_WORDS if predicate in said],
        size,
        tabs,
        things[:PAGE_SIZE],
        downloads(this),
        pager(page, len(rows) > PAGE_SIZE, page_url(this.value, show=shown)),
    )


def _size(site: Site, this: NamedNode, said: list[Term] | None) -> Count:
    if said and isinstance(said[0], Literal) and said[0].value.isdigit():
        return Count(int(said[0].value))
    return as_count(rows_of(site.service, "bundle_size", this=this, limit=COUNT_LIMIT + 1))


def related(site: Site, suffix: str = "") -> Response:
    """One long list of a resource: everything it is related to by ``?property=``, page by page."""
    this, predicate = (as_iri(request.args.get(name, "")) for name in ("iri", "property"))
    way: Way = "incoming" if request.args.get("way") == "incoming" else "outgoing"
    if this is None or predicate is None:
        return site.error(400, "This page needs the IRI of a thing and of a property.")
    page = page_number()
    place = {"limit": PAGE_SIZE, "offset": (page - 1) * PAGE_SIZE}
    facts = gather_related(site.service, this, predicate, way, **place)
    ends: list[Term] = [far for _, _, far in facts.edges()]
    if not ends:
        return site.error(404, "The store has no such statements.", wanted=tail_of(this.value))
    total = facts.totals[way, predicate]
    names = site.names()
    names.learn(site.service, facts.terms())
    arguments = {"iri": this.value, "property": predicate.value, "way": way}
    more = len(ends) == PAGE_SIZE and (total.more or page * PAGE_SIZE < total.number)
    return site.answer(
        View(lambda: _triples(facts), lambda: table_of(ends, names), names.prefixes),
        suffix,
        "related.html",
        path="/related",
        arguments=arguments | ({"page": str(page)} if page > 1 else {}),
        names=names,
        this=this,
        heading=_heading(this, names),
        predicate=predicate,
        way=way,
        why=why_url,
        tellings=[telling for group in tell(facts, names) for telling in group.tellings],
        ends=ends,
        total=total,
        pager=pager(page, more, f"/related?{urlencode(arguments)}"),
        sparql=query_url(query_text(f"related_{way}", this=this, predicate=predicate, **place)),
    )


def _triples(facts: Facts) -> Iterable[Triple]:
    for predicate, far in facts.outgoing:
        yield Triple(facts.this, predicate, far)
    for predicate, far in facts.incoming:
        if not isinstance(far, Literal):
            yield Triple(far, predicate, facts.this)
    for node, known in facts.nodes.items():
        if isinstance(node, NamedNode):
            for predicate, value in known.says:
                yield Triple(node, predicate, value)


def table_of(things: Sequence[Term], names: Names) -> tuple[Sequence[str], list[tuple[str, str, str]]]:
    """A list of things as a table: IRI, what it is called, what kind it is."""
    return ("iri", "label", "kind"), [
        (thing.value, names.label(thing), names.glyph(thing)) for thing in things
    ]


def describe_things(things: Iterable[NamedNode], names: Names) -> Iterable[Triple]:
    """Labels and types of things, for the data beside a list."""
    for thing in things:
        if names.has_label(thing):
            yield Triple(thing, RDFS.label, Literal(names.label(thing)))
        for cls in names.types(thing):
            yield Triple(thing, RDF_TYPE, cls)


def dereference(site: Site, rest: str) -> Response:
    """Lead an IRI under the store's base to its page or its data, as the client prefers (303)."""
    for iri in _candidates(site.service.base, rest):
        if _is_known(site, iri):
            suffix = chosen_suffix()
            target = page_url(iri.value)
            if suffix:
                target = target.replace("/resource?", f"/resource.{suffix}?", 1)
            answer = redirect(target, code=303)
            answer.headers["Vary"] = "Accept"
            return Response(answer.get_data(), 303, answer.headers)
    return site.error(404, f"There is no page at /{rest}.", wanted=rest)


def _candidates(base: str, rest: str) -> list[NamedNode]:
    """The IRIs a request path may stand for: as it was sent, or with its escapes undone."""
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https"):
        return []
    origin = f"{parts.scheme}://{parts.netloc}"
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    sent = urlsplit(str(raw)).path if raw else ""
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    paths = [sent, quote(f"/{rest}", safe=_PATH), f"/{rest}", *_keyed(rest)]
    texts = dict.fromkeys(f"{origin}{path}{query}" for path in paths if path.startswith("/"))
    return [iri for text in texts if text.startswith(base) and (iri := as_iri(text)) is not None]


def _keyed(rest: str) -> Iterator[str]:
    """Paths of a keyed thing whose key has slashes: servers undo escapes before anybody can see them."""
    head, found, tail = rest.partition("thing/")
    kind, slash, key = tail.partition("/")
    if not (found and slash):
        return
    start = quote(f"/{head}thing/{kind}/", safe=_PATH)
    yield start + quote(key, safe="")
    key, version, number = key.rpartition("/v/")
    if version:
        yield f"{start}{quote(key, safe='')}/v/{quote(number, safe='')}"

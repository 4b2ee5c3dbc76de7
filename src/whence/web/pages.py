"""Pages for people: their addresses, and how they join a Flask application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, request
from pyoxigraph import Literal, NamedNode, Triple

from whence.formats import FORMATS
from whence.ontology.namespaces import DCTERMS, PROV, RDF_TYPE, RDFS, VOID, XSD
from whence.store.results import Result
from whence.web import lineage, sparql_page, versions
from whence.web.documents import document
from whence.web.explain_page import EXPLANATIONS, explain
from whence.web.exports import View
from whence.web.facts import PAGE_SIZE
from whence.web.inference import described
from whence.web.overview import BundleRow, Overview, bundle_rows, count_of_type, search
from whence.web.reading import PAGE_PREFIXES, ReadService, as_iri, query_text, rows_of
from whence.web.resource_pages import (
    dereference,
    describe_things,
    page_number,
    pager,
    related,
    resource,
    table_of,
)
from whence.web.site import Site
from whence.web.sparql_page import EXAMPLES, query_url
from whence.web.terms import Names
from whence.web.validation_page import validation_page
from whence.web.validation_request import Asked

__all__ = ["ReadService", "register", "render_error", "render_sparql_page", "render_validation_page"]

_EXTENSION = "whence.pages"


def register(app: Flask, service: ReadService) -> None:
    """Add the pages of the store behind ``service`` to ``app``."""
    site = Site(service)
    app.extensions[_EXTENSION] = site
    pages = Blueprint(
        "pages",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
    views: dict[str, Callable[..., Response]] = {
        "bundles": _bundles,
        "things": _things,
        "search": _search,
        "resource": resource,
        "related": related,
    }
    pages.add_url_rule("/", "front", partial(_front, site))
    pages.add_url_rule("/index.<any(ttl,json,csv):suffix>", "front_data", partial(_front, site))
    for name, view in views.items():
        pages.add_url_rule(f"/{name}", name, partial(view, site))
        pages.add_url_rule(f"/{name}.<any(ttl,json,csv):suffix>", f"{name}_data", partial(view, site))
    pages.add_url_rule("/explain", "explain", partial(explain, site))
    forms = ",".join(form.extension for form in EXPLANATIONS)
    pages.add_url_rule(f"/explain.<any({forms}):suffix>", "explain_data", partial(explain, site))
    for room in (lineage, versions):
        for verb in room.VERBS:
            tell = partial(room.told, site, verb)
            pages.add_url_rule(f"/{verb}", verb, tell)
            pages.add_url_rule(f"/{verb}.<any({','.join(room.ENDINGS)}):suffix>", f"{verb}_data", tell)
    ends = ",".join(form.extension for form in FORMATS.values() if not form.rdf)
    pages.add_url_rule(f"/document.<any({ends}):suffix>", "document", partial(document, site))
    pages.add_url_rule("/<path:rest>", "dereference", partial(dereference, site))
    app.register_blueprint(pages)


def _site() -> Site:
    site = current_app.extensions[_EXTENSION]
    assert isinstance(site, Site)  # noqa: S101  # register() put it there
    return site


def render_error(status: int, message: str, *, title: str = "") -> Response:
    """An error in the look of the pages, for browsers."""
    return _site().error(status, message, title=title)


def render_validation_page(
    asked: Asked, report: dict[str, Any] | None, *, error: Exception | None = None, status: int = 200
) -> Response:
    """The page of validation: empty, with a report, or with why there is none."""
    return validation_page(_site(), asked, report, error=error, status=status)


def render_sparql_page(
    query: str = "",
    result: Result | None = None,
    *,
    error: Exception | None = None,
    seconds: float | None = None,
    status: int = 200,
    inferred: bool = True,
) -> Response:
    """The SPARQL page: empty, with the answer of ``query``, or with what is wrong with it.

    Reads at most :data:`~whence.web.sparql_page.SHOWN_ROWS` + 1 rows of ``result``; ``seconds`` is how
    long the query took. Give a ``status`` with an ``error``. ``inferred``: whether inferred statements
    were to be looked at.
    """
    site = _site()
    answer = None if result is None else sparql_page.read_answer(result)
    names = site.names()
    if answer is not None:
        names.learn(site.service, sparql_page.terms_of(answer))
    numeric = [sparql_page.is_numeric(answer, n) for n in range(len(answer.variables))] if answer else []
    return site.page(
        "sparql.html",
        status=status,
        names=names,
        query=query,
        answer=answer,
        numeric=numeric,
        fault=None if error is None else sparql_page.fault_of(query, error),
        seconds=seconds,
        examples=EXAMPLES,
        prefixes=sorted(names.prefixes.items()),
        common=PAGE_PREFIXES,
        downloads=[] if answer is None else sparql_page.downloads(query, answer, inferred=inferred),
        inferred=inferred,
        shown=sparql_page.SHOWN_ROWS,
    )


def _front(site: Site, suffix: str = "") -> Response:
    seen = site.overview()
    names = site.names()
    names.bundles |= {row.bundle for row in seen.bundles}
    names.learn(
        site.service, [activity for activity, _ in seen.newest] + [row.bundle for row in seen.bundles]
    )
    names.learn(site.service, [cls for cls, _ in seen.types[:40]])
    view = View(
        lambda: _overview_triples(site, seen),
        lambda: (("type", "count"), [(cls.value, str(count.number)) for cls, count in seen.types]),
        names.prefixes,
    )
    return site.answer(
        view,
        suffix,
        "front.html",
        path="/",
        arguments={},
        names=names,
        seen=seen,
        core=[(one, many, cls, seen.count(cls)) for one, many, cls in _CORE],
        types=[row for row in seen.types if row[0] not in {cls for _, _, cls in _CORE}][:16],
        examples=EXAMPLES[:3],
        sparql=query_url(query_text("types")),
    )


_CORE = (
    ("entity", "entities", PROV.Entity),
    ("activity", "activities", PROV.Activity),
    ("agent", "agents", PROV.Agent),
)


def _overview_triples(site: Site, seen: Overview) -> Iterable[Triple]:
    store = as_iri(f"{site.service.base}.well-known/void") or NamedNode("urn:whence:store")
    yield Triple(store, RDF_TYPE, VOID.Dataset)
    if seen.statements is not None:
        yield Triple(store, VOID.triples, Literal(seen.statements))
    if seen.inference is not None:
        yield from described(store, seen.inference)
    for number, (cls, count) in enumerate(seen.types):
        part = NamedNode(f"{store.value}/type/{number}")
        yield Triple(store, VOID.classPartition, part)
        yield Triple(part, VOID["class"], cls)
        yield Triple(part, VOID.entities, Literal(count.number))


def _bundles(site: Site, suffix: str = "") -> Response:
    page = page_number()
    rows = bundle_rows(site.service, limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    names = site.names()
    names.bundles |= {row.bundle for row in rows}
    names.learn(site.service, [row.bundle for row in rows])
    header = ("bundle", "label", "time", "source", "statements")
    view = View(
        lambda: (triple for row in rows for triple in _bundle_triples(row)),
        lambda: (header, [(r.bundle.value, r.label, r.time, r.source, r.count or "") for r in rows]),
        names.prefixes,
    )
    return site.answer(
        view,
        suffix,
        "bundles.html",
        path="/bundles",
        arguments={"page": str(page)} if page > 1 else {},
        names=names,
        rows=rows,
        total=site.overview().bundle_count,
        pager=pager(page, more, "/bundles?"),
        sparql=query_url(query_text("bundles", limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)),
    )


def _bundle_triples(row: BundleRow) -> Iterable[Triple]:
    yield Triple(row.bundle, RDF_TYPE, PROV.Bundle)
    if row.label:
        yield Triple(row.bundle, RDFS.label, Literal(row.label))
    if row.time:
        yield Triple(row.bundle, PROV.generatedAtTime, Literal(row.time, datatype=XSD.dateTime))
    if row.source:
        yield Triple(row.bundle, DCTERMS.source, Literal(row.source))
    if row.count is not None:
        yield Triple(row.bundle, VOID.triples, Literal(row.count))


def _things(site: Site, suffix: str = "") -> Response:
    text = request.args.get("type", PROV.Entity.value)
    cls = as_iri(text)
    if cls is None:
        return site.error(400, "This page needs the IRI of a type, as in /things?type=….", wanted=text)
    page = page_number()
    place: dict[str, Any] = {"cls": cls, "limit": PAGE_SIZE + 1, "offset": (page - 1) * PAGE_SIZE}
    rows = rows_of(site.service, "things", **place)
    things = [thing for (thing,) in rows if isinstance(thing, NamedNode)]
    if not things:
        return site.error(404, f"The store has nothing of the type {cls.value}.")
    names = site.names()
    names.learn(site.service, [cls, *things])
    shown = things[:PAGE_SIZE]
    arguments = {"type": cls.value} | ({"page": str(page)} if page > 1 else {})
    return site.answer(
        _list_view(shown, names),
        suffix,
        "things.html",
        path="/things",
        arguments=arguments,
        names=names,
        cls=cls,
        things=shown,
        total=count_of_type(site.service, cls),
        pager=pager(page, len(rows) > PAGE_SIZE, _with("/things", type=cls.value)),
        sparql=query_url(query_text("things", **place)),
    )


def _with(path: str, **arguments: str) -> str:
    return f"{path}?{urlencode(arguments)}"


def _list_view(things: list[NamedNode], names: Names) -> View:
    return View(lambda: describe_things(things, names), lambda: table_of(things, names), names.prefixes)


def _search(site: Site, suffix: str = "") -> Response:
    text = request.args.get("q", "").strip()[:200]
    names = site.names()
    found = search(site.service, text, names) if text else None
    things = found.things if found else []
    if found and found.exact is not None and found.exact not in things:
        things = [found.exact, *things]
    names.learn(site.service, things)
    return site.answer(
        _list_view(things, names),
        suffix,
        "search.html",
        path="/search",
        arguments={"q": text},
        names=names,
        found=found,
        things=things,
        search_text=text,
        limit=PAGE_SIZE,
        sparql=query_url(query_text("search_labels", text=Literal(text.lower()), limit=PAGE_SIZE)),
    )

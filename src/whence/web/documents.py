"""Bundles as PROV documents: the downloads that the graph store, which speaks RDF, does not offer."""

from __future__ import annotations

import io
from typing import Final
from urllib.parse import urlencode

from flask import Response, request
from pyoxigraph import NamedNode, Quad, Store

from whence.formats import FORMATS, write
from whence.web.negotiation import GRAPH_FORMATS
from whence.web.reading import as_iri, query_text
from whence.web.site import Site

__all__ = ["MOST_STATEMENTS", "document", "downloads"]

MOST_STATEMENTS: Final = 200_000
"""A document is made in memory, so a larger bundle is not offered as one."""

_TIMEOUT: Final = 20.0


def downloads(bundle: NamedNode) -> list[tuple[str, str]]:
    """(title, URL) of a bundle in every format: RDF from the graph store, the PROV syntaxes from here."""
    offered = {name for form in GRAPH_FORMATS for name in form.names}
    links = []
    for form in FORMATS.values():
        if form.name in offered and not form.name.startswith(("nquads", "trig")):
            query = urlencode({"graph": bundle.value, "format": form.name})
            links.append((form.title, f"/store?{query}"))
        elif not form.rdf:
            links.append((form.title, f"/document.{form.extension}?{urlencode({'iri': bundle.value})}"))
    return links


def document(site: Site, suffix: str) -> Response:
    """The bundle ``?iri=`` as a document in the PROV syntax whose files end in ``suffix``."""
    form = next(form for form in FORMATS.values() if not form.rdf and form.extension == suffix)
    bundle = as_iri(request.args.get("iri", ""))
    if bundle is None:
        return site.error(400, "This address needs the IRI of a bundle, as in ?iri=urn:example:run.")
    text = query_text("bundle_triples", this=bundle, limit=MOST_STATEMENTS + 1)
    triples = site.service.construct(text, timeout=_TIMEOUT)
    if not triples:
        return site.error(404, f"There is no bundle {bundle.value}.", wanted=bundle.value)
    if len(triples) > MOST_STATEMENTS:
        return site.error(
            413,
            f"This bundle has more than {MOST_STATEMENTS:,} statements; take it as N-Triples.",
        )
    view, output = Store(), io.BytesIO()
    view.extend(Quad(triple.subject, triple.predicate, triple.object, bundle) for triple in triples)
    write(view, [bundle], output, form, site.names().prefixes, default=bundle)
    return Response(
        output.getvalue(),
        content_type=f"{form.media_type}; charset=utf-8" if ";" not in form.media_type else form.media_type,
        headers={"X-Content-Type-Options": "nosniff"},
    )

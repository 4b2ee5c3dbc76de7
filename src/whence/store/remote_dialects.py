"""How SPARQL servers differ, as data: each departure we work around, with what was seen of it.

Seen on: Oxigraph server 0.5.13; Virtuoso Open Source 7.2.5 (build 3229).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from typing import Literal as Choice
from urllib.parse import urlsplit, urlunsplit

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from whence.ontology.namespaces import WHENCE, Namespace

__all__ = [
    "OXIGRAPH",
    "VIRTUOSO",
    "WHENCE_SERVER",
    "Description",
    "Dialect",
    "Endpoints",
    "describe",
    "recognise",
    "resolve",
]

_SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
_HERE: Final = "http://localhost/"
"""Stands for the server's own URL, which is not what is looked for in its description."""

_JSON, _XML, _TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/tab-separated-values",
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a kind of server does where the recommendations leave a choice or the server leaves them.

    ``known``: it is a server we have tried, and not just any that speaks the protocols.
    ``results``: the media type asked for; all are parsed as they come.
    ``union``: how a query gets the union of all graphs as its default graph: it has it ``always``, by
    the URL ``parameter`` ``union-default-graph``, by every graph ``listed`` as ``default-graph-uri``, or
    by Virtuoso's ``define`` lines, since its own union holds its system graphs too.
    ``default_graph``: how the unnamed graph alone is read: by ``query``, from the graph ``store``, or
    there is ``none``.
    ``graphs``: the query for the names of all graphs.
    ``own_graphs``: graphs the server keeps for itself.
    ``datasets``: the graph store without a graph parameter gives the whole dataset as N-Quads, and takes
    one in one transaction.
    ``replaces``: such an upload empties the graphs named by ``replace=`` first, in the same transaction.
    ``uploads_graphs``: it takes N-Triples for one graph, and keeps them as they are.
    ``atomic``: a request of several operations is one transaction.
    ``operation_triples``, ``operations``, ``request_bytes``: the most triples in one INSERT DATA, the
    most operations in one request, the longest update text sent.
    ``page``: rows beyond which the server cuts answers short without an error, ``None`` if it never does.
    ``parameters``: takes Whence's own ``inferred=false`` and ``timeout=`` beside the protocol's.
    ``sorts_abort``: an ORDER BY over values of mixed kinds ends the server's process.
    """

    name: str
    known: bool = True
    results: str = _JSON
    union: Choice["always", "parameter", "listed", "define"] = "listed"
    default_graph: Choice["query", "store", "none"] = "query"
    graphs: str = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    own_graphs: frozenset[NamedNode] = frozenset()
    datasets: bool = False
    replaces: bool = False
    uploads_graphs: bool = False
    atomic: bool = False
    operation_triples: int = 10_000
    operations: int = 1_000
    request_bytes: int = 4_000_000
    page: int | None = None
    parameters: bool = False
    sorts_abort: bool = False


OXIGRAPH: Final = Dialect(
    "Oxigraph",
    # A query sees the unnamed graph only; `union-default-graph` makes it the union, and overrides a
    # FROM of the query, so it goes only with queries that have none.
    union="parameter",
    # Empty graphs are listed as well, at once; the pattern form scans every quad.
    graphs="SELECT ?g { GRAPH ?g {} }",
    # A body with a syntax error in its last of 300,001 lines, or broken off, stored nothing.
    datasets=True,
    # A failing last operation undid those before it. 100,000 triples in one INSERT DATA: 6 s.
    atomic=True,
    operation_triples=100_000,
    operations=10_000,
    request_bytes=16_000_000,
    sorts_abort=True,
)

WHENCE_SERVER: Final = Dialect(
    "Whence",
    # Half the time of JSON. That an answer was cut short shows in its last line, which is looked for.
    results=_TSV,
    union="always",
    default_graph="store",
    graphs="SELECT ?g { GRAPH ?g {} }",
    datasets=True,
    # Moving 100,000 staged triples by an update ran into its deadline of 60 s on a busy machine.
    replaces=True,
    atomic=True,
    operation_triples=100_000,
    operations=10_000,
    # The longest update it takes unless told otherwise is 1 MiB.
    request_bytes=700_000,
    parameters=True,
)

VIRTUOSO: Final = Dialect(
    "Virtuoso",
    # JSON has "typed-literal" and booleans as 1; its tab-separated values quote the names of variables.
    results=_XML,
    union="define",
    # "No plain default graph specified in the preamble": triples need a graph.
    default_graph="none",
    # DISTINCT over 125,000 quads had no answer after 90 s; grouping them takes 30 ms.
    graphs="SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    own_graphs=frozenset(
        NamedNode(iri)
        for iri in (
            "http://www.openlinksw.com/schemas/virtrdf#",
            "http://www.w3.org/ns/ldp#",
            "http://localuriqaserver/sparql",
            "http://www.w3.org/2002/07/owl#",
        )
    ),
    # A failing second operation left the first stored, with every setting of sql:log-enable. One INSERT
    # DATA alone is whole or nothing. The graph store is not used: it turns an xsd:integer it cannot hold
    # into another number and durations into seconds, where INSERT DATA refuses them.
    atomic=False,
    # "memory exhausted" after 4,990 triples in one INSERT DATA, "Query too large" after 994 operations.
    operation_triples=4_000,
    operations=200,
    request_bytes=2_000_000,
    # ResultSetMaxRows of its configuration; also for CONSTRUCT and the graph store, silently there.
    page=10_000,
)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where one server answers which protocol."""

    query: str
    update: str
    store: str | None


@dataclass(frozen=True, slots=True)
class Description:
    """What a server says of itself. ``base`` is what it mints IRIs with, if it is a Whence server."""

    product: str
    is_whence: bool
    shows_union: bool
    base: str | None


def describe(headers: Mapping[str, str], text: str) -> Description:
    """The ``Server`` header and the service description (SPARQL 1.1), where there is one."""
    syntax = RdfFormat.from_media_type(headers.get("content-type", ""))
    objects: set[object] = set()
    base = None
    with suppress(SyntaxError):
        for quad in parse(text, format=syntax, base_iri=_HERE) if syntax else ():
            objects.add(quad.object)
            if quad.predicate == WHENCE.base and isinstance(quad.object, Literal):
                base = quad.object.value
    return Description(
        product=headers.get("server", "").lower(),
        is_whence=WHENCE.Server in objects,
        shows_union=_SD.UnionDefaultGraph in objects,
        base=base,
    )


def recognise(described: Description) -> Dialect:
    """The dialect of a server."""
    if described.is_whence:
        return WHENCE_SERVER
    if described.product.startswith("oxigraph"):
        return OXIGRAPH
    if described.product.startswith("virtuoso"):
        return VIRTUOSO
    if described.shows_union:
        return replace(_UNKNOWN, union="always", default_graph="none")
    return _UNKNOWN


_UNKNOWN: Final = Dialect("SPARQL 1.1", known=False)
_TAILS: Final = ("/sparql-auth", "/sparql", "/query", "/update", "/store")


def _root(url: str) -> str:
    """The URL without the last segment that names a protocol, and without a query string."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    tail = next((tail for tail in _TAILS if path.endswith(tail)), "")
    return urlunsplit((parts.scheme, parts.netloc, path.removesuffix(tail), "", ""))


def resolve(url: str, dialect: Dialect, *, authenticated: bool) -> Endpoints:
    """The endpoints of a server, from the URL of its query endpoint or of its root."""
    return _PLACES.get(dialect.name, _anywhere)(url, authenticated)


def _whence(url: str, authenticated: bool) -> Endpoints:  # noqa: ARG001  # one signature for all
    root = _root(url)
    return Endpoints(f"{root}/sparql", f"{root}/update", f"{root}/store")


def _oxigraph(url: str, authenticated: bool) -> Endpoints:  # noqa: ARG001  # one signature for all
    root = _root(url)
    return Endpoints(f"{root}/query", f"{root}/update", f"{root}/store")


def _virtuoso(url: str, authenticated: bool) -> Endpoints:
    root, auth = _root(url), "-auth" if authenticated else ""
    return Endpoints(f"{root}/sparql{auth}", f"{root}/sparql{auth}", f"{root}/sparql-graph-crud{auth}")


def _anywhere(url: str, authenticated: bool) -> Endpoints:  # noqa: ARG001  # one signature for all
    root, query = _root(url), url
    if root == url.rstrip("/"):
        query = f"{root}/sparql"
    return Endpoints(query, f"{root}/update", None)


_PLACES: Final[dict[str, Callable[[str, bool], Endpoints]]] = {
    WHENCE_SERVER.name: _whence,
    OXIGRAPH.name: _oxigraph,
    VIRTUOSO.name: _virtuoso,
}

"""A store on a SPARQL 1.1 server: the same interface as the embedded one, over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit, urlunsplit

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from whence.errors import QueryError, QuerySyntaxError, RemoteError, StoreError
from whence.ontology.namespaces import PREFIXES, WHENCE, WHENCE_INFERRED
from whence.store.backend import Graph
from whence.store.quad_data import delete_data, has_blank_node
from whence.store.query_time import expanded_for_servers
from whence.store.remote_dialects import Dialect, describe, recognise, resolve
from whence.store.remote_http import Wire
from whence.store.remote_quads import Reader
from whence.store.remote_query import Asker
from whence.store.remote_writes import Writer
from whence.store.results import Result
from whence.store.sparql_text import Shape, prepare_query, query_shape, with_prefixes

__all__ = ["RemoteBackend"]

_DEFAULT_BASE: Final = "urn:whence:"
_AT_ONCE: Final = 500
_NO_GRAPH: Final = WHENCE["none"]
"""Names the empty dataset, for which the protocol has no words."""
_INFERRING: Final = 3_600.0
"""Seconds that a server is given to make all its inferences anew."""
_DESCRIPTION: Final = "text/turtle, */*;q=0.1"

_Dataset: TypeAlias = tuple[str, dict[str, Any], dict[str, str]]
"""Lines before a query, and parameters of its form and of its URL, that say what it is asked of."""


@dataclass(frozen=True, slots=True)
class _Server:
    """A server after it has been asked what it is. ``base`` is what it mints IRIs with, if it says.

    ``is_whence``: it is a Whence server, which makes inferences itself.
    """

    asker: Asker
    reader: Reader
    writer: Writer
    base: str | None
    is_whence: bool

    @property
    def dialect(self) -> Dialect:
        return self.asker.dialect


class RemoteBackend:
    """A :class:`~whence.store.backend.Backend` on a SPARQL 1.1 server.

    The server is asked what it is at the first use. Writes are all or nothing as far as the server's
    own transactions go, see :class:`~whence.store.remote_writes.Writer`. Blank nodes name nothing across
    requests, so patterns with one match nothing. On servers whose queries do not see the union of all
    graphs by themselves, leaving out inferred triples leaves out the unnamed graph as well.
    """

    def __init__(
        self,
        url: str,
        wire: Wire,
        *,
        update_url: str | None = None,
        graph_store_url: str | None = None,
        authenticated: bool = False,
        base: str | None = None,
    ) -> None:
        self._url, self._wire, self._base = url, wire, base
        self._given = (update_url, graph_store_url)
        self._authenticated = authenticated
        self._discovering = threading.RLock()
        self._found: _Server | None = None

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        update_url: str | None = None,
        graph_store_url: str | None = None,
        token: str | None = None,
        auth: tuple[str, str] | None = None,
        base: str | None = None,
        timeout: float = 30.0,
    ) -> RemoteBackend:
        """A store on the server at ``url``: its query endpoint, or its root where the server is known.

        ``update_url`` and ``graph_store_url`` are found from ``url`` unless given. ``token`` goes as a
        bearer token; ``auth``, a name and password (also taken from the URL), as the server asks for
        them: basic or digest. ``base`` is what minted IRIs begin with: what a Whence server says, else
        ``urn:whence:``, unless given. ``timeout`` is how many seconds to wait for a connection and for each
        piece of an answer. Raises :class:`RemoteError` if ``url`` is no http(s) URL; nothing is sent yet.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RemoteError(f"{url} is not an http or https URL")
        if parts.username is not None:
            auth = auth or (unquote(parts.username), unquote(parts.password or ""))
            url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        # Redirections are not followed, so these are all the URLs there will be.
        encrypted = any(
            urlsplit(place).scheme == "https" for place in (url, update_url, graph_store_url) if place
        )
        return cls(
            url,
            Wire(token=token, auth=auth, timeout=timeout, encrypted=encrypted),
            update_url=update_url,
            graph_store_url=graph_store_url,
            authenticated=auth is not None,
            base=base,
        )

    @property
    def base(self) -> str:
        """The base IRI of IRIs minted for this store; the server is asked unless it was given."""
        return self._base or self._server.base or _DEFAULT_BASE

    @property
    def location(self) -> str:
        """The URL, without credentials."""
        return self._url

    @property
    def dialect(self) -> Dialect:
        """What kind of server it is, which it is asked once."""
        return self._server.dialect

    @property
    def is_whence(self) -> bool:
        """Whether it is a Whence server, which makes inferences itself."""
        return self._server.is_whence

    @property
    def _server(self) -> _Server:
        with self._discovering:
            if self._found is None:
                self._found = self._discover()
            return self._found

    def _discover(self) -> _Server:
        """Ask the URL what it is; a root that does not say is asked at ``/sparql`` as well."""
        described = describe(*self._wire.probe(self._url, _DESCRIPTION))
        dialect = recognise(described)
        endpoints = resolve(self._url, dialect, authenticated=self._authenticated)
        if not dialect.known and endpoints.query != self._url:
            described = describe(*self._wire.probe(endpoints.query, _DESCRIPTION))
            dialect = recognise(described)
            endpoints = resolve(endpoints.query, dialect, authenticated=self._authenticated)
        update, store = self._given
        if store and not dialect.known:
            dialect = changed(dialect, uploads_graphs=True)
        endpoints = changed(endpoints, update=update or endpoints.update, store=store or endpoints.store)
        asker = Asker(self._wire, endpoints, dialect)
        return _Server(
            asker,
            Reader(asker),
            Writer(self._wire, endpoints, dialect),
            described.base,
            described.is_whence,
        )

    def query(
        self,
        sparql: str,
        *,
        default_graphs: Sequence[Graph] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        inferred: bool = True,
        timeout: float | None = None,
    ) -> Result:
        """Run a query on the server. ``timeout`` is the longest wait, in seconds, for the next rows.

        Raises :class:`QuerySyntaxError`, :class:`QueryTimeout`, :class:`QueryTooLarge` where the server
        is known to have cut the answer, and :class:`RemoteError` for its other failures.
        """
        shape = query_shape(sparql)
        if default_graphs is not None or named_graphs is not None:
            lines, form, params = self._dataset(default_graphs or (), named_graphs or ())
        elif shape.has_dataset:
            lines, form, params = "", {}, {}
        else:
            lines, form, params = self._union(shape, inferred=inferred)
        sparql = self._expanded(sparql)
        if self._server.dialect.sorts_abort:
            sparql = _safe(sparql)
        text = with_prefixes(sparql, PREFIXES)
        try:
            return self._server.asker.ask({"query": lines + text, **form}, params, shape, timeout)
        except QuerySyntaxError as error:
            if text is sparql or not error.line:
                raise
            # The server counts lines from the declarations we put before the text.
            raise QuerySyntaxError(error.reason, line=error.line - 1, column=error.column) from error

    def _expanded(self, sparql: str) -> str:
        """The text with the properties answered at query time as paths, if the server knows none."""
        dialect = self._server.dialect
        # Those whose sorts abort are our own engine.
        return sparql if dialect.parameters else expanded_for_servers(sparql, reorder=dialect.sorts_abort)

    def _union(self, shape: Shape, *, inferred: bool) -> _Dataset:
        """What gives a query the union of all graphs."""
        dialect = self._server.dialect
        if dialect.parameters:
            return "", {} if inferred else {"inferred": "false"}, {}
        hidden = dialect.own_graphs | (set() if inferred else {WHENCE_INFERRED})
        if dialect.union == "define":
            return self._define(shape, hidden), {}, {}
        if inferred and dialect.union == "always":
            return "", {}, {}
        shown = list(self.graphs()) if dialect.union == "listed" or not inferred else []
        if dialect.union == "parameter" and (inferred or WHENCE_INFERRED not in shown):
            return "", {}, {"union-default-graph": ""}
        default = [graph.value for graph in shown if graph not in hidden] or [_NO_GRAPH.value]
        return "", {"default-graph-uri": default, "named-graph-uri": [graph.value for graph in shown]}, {}

    def _define(self, shape: Shape, hidden: frozenset[NamedNode]) -> str:
        """Virtuoso's lines that leave graphs out of the union.

        Leaving out is cheap, but empties every GRAPH clause that names its graph; then the graphs to see
        are listed instead. As URL parameters they would all come back in one response header.
        """
        if not shape.names_graphs:
            return "".join(f"define input:default-graph-exclude {g}\n" for g in sorted(hidden, key=str))
        shown = [graph for graph in self.graphs() if graph not in hidden] or [_NO_GRAPH]
        return "".join(f"define input:default-graph-uri {graph}\n" for graph in shown)

    def _dataset(self, default: Sequence[Graph], named: Sequence[NamedNode]) -> _Dataset:
        """The protocol's parameters for a dataset, which override the query's own clauses."""
        if DefaultGraph() in default:
            if len(default) > 1 or named or self._server.dialect.default_graph != "query":
                raise StoreError(f"{self._url} has no name for its unnamed graph to be asked for by")
            return "", {}, {}
        form: dict[str, Any] = {
            "default-graph-uri": [graph.value for graph in default if isinstance(graph, NamedNode)],
            "named-graph-uri": [graph.value for graph in named],
        }
        if not default and not named:
            form["default-graph-uri"] = [_NO_GRAPH.value]
        return "", {name: values for name, values in form.items() if values}, {}

    def update(self, sparql: str) -> None:
        """Run an update request; it is one transaction where the server makes it one."""
        self._wire.update(
            self._server.asker.endpoints.update, with_prefixes(self._expanded(sparql), PREFIXES)
        )

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that match, ``None`` matching anything; they come as the server sends them."""
        return self._server.reader.quads((subject, predicate, object), graph)

    # The name pyoxigraph uses, so that readers of RDF take a store or a backend alike.
    quads_for_pattern = quads

    def infer(self, profile: str | None = None) -> dict[str, Any]:
        """Have a Whence server make its inferences anew; the fields of its report.

        Raises :class:`StoreError` for servers of another kind, which make none.
        """
        if not self.is_whence:
            raise StoreError(f"{self._url} is no Whence server: it makes no inferences")
        url = self._server.asker.endpoints.query.removesuffix("/sparql") + "/infer"
        answer = self._wire.post(url, {"profile": profile} if profile else {}, patience=_INFERRING)
        try:
            return dict(json.loads(answer))
        except (TypeError, ValueError) as error:
            raise RemoteError(f"{url} sent no report of what it inferred") from error

    def write(self, quads: Iterable[Quad], *, replace: Sequence[NamedNode] = ()) -> None:
        """Add quads after emptying the graphs in ``replace``, all or nothing.

        They are put aside in a temporary file first, so an exception they raise leaves the server alone.
        """
        self._server.writer.write(quads, replace)

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads, some hundreds in one update. Raises :class:`StoreError` for blank nodes.

        The protocol has no name for a blank node that is there already.
        """
        incoming = iter(quads)
        while batch := list(islice(incoming, _AT_ONCE)):
            if any(map(has_blank_node, batch)):
                raise StoreError(f"{self._url} cannot be asked to remove statements about blank nodes")
            self.update(delete_data(batch))

    def graphs(self) -> Iterator[NamedNode]:
        """The named graphs there are, without those the server keeps for itself."""
        return self._server.reader.graphs()

    def count(self, graph: Graph | None = None) -> int:
        """Number of quads, in one graph or in all."""
        return self._server.reader.count(graph)

    def size(self) -> int | None:
        """``None``: a server does not tell."""
        return None

    def backup(self, target: Path) -> None:
        """Not done from here; raises :class:`StoreError` saying what to do."""
        raise StoreError(
            f"{self._url} is a server, which makes its own backups; "
            f"`whence dump --store {self._url} --output {target}.trig` copies what is in it"
        )

    def optimize(self) -> None:
        """Remove what writers that died have left behind for a day; the server sees to the rest."""
        self._server.writer.sweep(self._server.reader.every_graph())

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()


def _safe(sparql: str) -> str:
    """The query with its sorts made safe; as it is where that cannot be told."""
    try:
        return prepare_query(sparql, known_prefixes=PREFIXES).text
    except QueryError:
        return sparql

"""Writing quads to a SPARQL server so that all of them arrive or none."""

from __future__ import annotations

import contextlib
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote, urlencode

from pyoxigraph import DefaultGraph, NamedNode, Quad

from whence.errors import QuerySyntaxError, RemoteError, WhenceError
from whence.ontology.namespaces import WHENCE, WHENCE_CATALOGUE
from whence.store.backend import Graph
from whence.store.remote_dialects import Dialect, Endpoints
from whence.store.remote_http import Wire

__all__ = ["STAGING", "Spool", "Writer", "abandoned"]

STAGING: Final = WHENCE["staging/"].value
"""Graphs whose names begin so hold what is on its way in; no listing shows them."""
_ABANDONED_AFTER = 24 * 3600.0
_IN_MEMORY = 4_000_000
_CHUNK = 1_000_000
_LONGEST_URL = 4_000

Rename = Callable[[Graph], Graph]


class Spool:
    """Quads put aside, in memory while few and then in a temporary file, to be sent in any shape.

    ``graphs`` are the graphs in order of appearance, ``size`` the bytes and ``count`` the quads.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by __exit__
        self.graphs: list[Graph] = []
        self._uses: list[int] = []
        self.count = self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def fill(self, quads: Iterable[Quad]) -> None:
        """Take every quad. An exception from ``quads`` passes through, before anything was sent."""
        numbers: dict[object, int] = {}
        for quad in quads:
            number = numbers.get(quad.graph_name)
            if number is None:
                number = numbers[quad.graph_name] = len(self.graphs)
                self.graphs.append(quad.graph_name)  # type: ignore[arg-type]  # graph names are never blank here
                self._uses.append(0)
            line = f"{number}\t{quad.subject} {quad.predicate} {quad.object}\n".encode()
            self._file.write(line)
            self._uses[number] += 1
            self.count += 1
            self.size += len(line)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        self._file.seek(0)
        for line in self._file:
            number, _, triple = line.partition(b"\t")
            yield int(number), triple[:-1]

    def nquads(self, rename: Rename) -> NQuads:
        """The quads as an N-Quads body, their graphs renamed."""
        ends = [
            b" .\n" if isinstance(graph, DefaultGraph) else f" {graph} .\n".encode()
            for graph in map(rename, self.graphs)
        ]
        prefixes = sum(
            len(f"{number}\t\n") * uses for number, uses in enumerate(self._uses)
        )  # what a line here has that an N-Quads line has not
        tails = sum(len(end) * uses for end, uses in zip(ends, self._uses, strict=True))
        return NQuads(self, ends, self.size - prefixes + tails)

    def batches(self, triples: int, size: int) -> Iterator[dict[Graph, list[bytes]]]:
        """The triples by graph, in batches of at most so many triples and about so many bytes."""
        batch: dict[Graph, list[bytes]] = {}
        count = length = 0
        for number, triple in self._lines():
            if count and (count >= triples or length + len(triple) > size):
                yield batch
                batch, count, length = {}, 0, 0
            batch.setdefault(self.graphs[number], []).append(triple)
            count += 1
            length += len(triple) + 4
        if batch:
            yield batch


@dataclass(frozen=True, slots=True)
class NQuads:
    """A request body of known ``size``, iterated from its start each time."""

    spool: Spool
    ends: Sequence[bytes]
    size: int

    def __iter__(self) -> Iterator[bytes]:
        buffer = bytearray()
        for number, triple in self.spool._lines():
            buffer += triple
            buffer += self.ends[number]
            if len(buffer) >= _CHUNK:
                yield bytes(buffer)
                buffer.clear()
        yield bytes(buffer)


class Writer:
    """All-or-nothing writes to one server.

    What needs no graph emptied goes up as one dataset where the server takes that in one transaction,
    and on a Whence server what does as well.
    What is small goes as one update request. The rest is first put into staging graphs, which no listing
    shows, and then moved by one update that reads no data from us; the catalogue comes last, so that a
    bundle is listed only when it is complete. Servers whose requests of several operations are no
    transactions are only trusted with one operation at a time: there, a failure of the last step (the
    moving) may leave part of it done, which the error says.
    """

    def __init__(self, wire: Wire, endpoints: Endpoints, dialect: Dialect) -> None:
        self._wire, self._endpoints, self._dialect = wire, endpoints, dialect

    def write(self, quads: Iterable[Quad], replace: Sequence[NamedNode]) -> None:
        """Empty the graphs in ``replace``, then add the quads."""
        dialect = self._dialect
        with Spool() as spool:
            spool.fill(quads)
            if dialect.default_graph == "none" and DefaultGraph() in spool.graphs:
                raise RemoteError(f"{dialect.name} stores no triples outside a named graph; name a graph")
            drops = [f"DROP SILENT GRAPH {graph}" for graph in replace]
            length = spool.size + sum(map(len, drops))
            small = spool.count <= dialect.operation_triples and length <= dialect.request_bytes
            if not spool.count:
                self._run(drops)
            elif dialect.datasets and (not drops or (dialect.replaces and _fits(replace))):
                self._upload(spool, lambda graph: graph, replace)
            elif small and (dialect.atomic or not drops):
                inserts = [_insert(batch) for batch in spool.batches(spool.count, spool.size * 2)]
                self._run([*drops, *inserts])
            else:
                self._staged(spool, drops)

    def _upload(self, spool: Spool, rename: Rename, replace: Sequence[NamedNode] = ()) -> None:
        body = spool.nquads(rename)
        emptied = "&".join(urlencode({"replace": graph.value}) for graph in replace)
        url = f"{self._endpoints.store}?{emptied}" if emptied else str(self._endpoints.store)
        self._wire.upload(url, body, body.size, "application/n-quads")

    def _run(self, operations: Sequence[str]) -> None:
        step = self._dialect.operations
        for at in range(0, len(operations), step):
            self._update(" ;\n".join(operations[at : at + step]))

    def _update(self, text: str) -> None:
        try:
            self._wire.update(self._endpoints.update, text)
        except QuerySyntaxError as error:
            # The text is ours and well formed, so it is a value in it that the server cannot hold.
            raise RemoteError(f"{self._endpoints.update} refused the data: {error}", status=400) from error

    def _staged(self, spool: Spool, drops: Sequence[str]) -> None:
        stem = f"{STAGING}{int(time.time())}-{uuid.uuid4().hex}/"
        names: dict[Graph, NamedNode] = {
            graph: NamedNode(f"{stem}{number}") for number, graph in enumerate(spool.graphs)
        }
        ordered = sorted(names.items(), key=lambda item: item[0] == WHENCE_CATALOGUE)
        cleanup = [f"DROP SILENT GRAPH {source}" for source in names.values()]
        moves = [f"ADD GRAPH {source} TO {_target(graph)}" for graph, source in ordered]
        try:
            self._stage(spool, names.__getitem__)
        except BaseException:
            self._clean(cleanup)
            raise
        try:
            self._run([*drops, *moves, *cleanup])
        except WhenceError as error:
            self._clean(cleanup)
            if self._dialect.atomic:
                raise
            raise RemoteError(
                f"the write failed in its last step and may be stored in part: {error}"
            ) from error

    def _stage(self, spool: Spool, rename: Rename) -> None:
        if self._dialect.datasets:
            self._upload(spool, rename)
            return
        for batch in spool.batches(self._dialect.operation_triples, self._dialect.request_bytes):
            renamed = {rename(graph): triples for graph, triples in batch.items()}
            if self._dialect.uploads_graphs:
                self._upload_graphs(renamed)
            else:
                self._update(_insert(renamed))

    def _upload_graphs(self, batch: dict[Graph, list[bytes]]) -> None:
        for graph, triples in batch.items():
            body = b"".join(triple + b" .\n" for triple in triples)
            name = {"default": ""} if isinstance(graph, DefaultGraph) else {"graph": graph.value}
            url = f"{self._endpoints.store}?{urlencode(name)}"
            self._wire.upload(url, [body], len(body), "application/n-triples")

    def _clean(self, cleanup: Sequence[str]) -> None:
        with contextlib.suppress(WhenceError):
            self._run(cleanup)

    def sweep(self, graphs: Iterable[NamedNode]) -> None:
        """Remove staging graphs among ``graphs`` that writers which died have left behind for a day."""
        self._run([f"DROP SILENT GRAPH {graph}" for graph in graphs if abandoned(graph, time.time())])


def _fits(graphs: Sequence[NamedNode]) -> bool:
    """Whether the names go into a URL that every proxy lets pass."""
    return sum(len(quote(graph.value)) + len("&replace=") for graph in graphs) < _LONGEST_URL


def abandoned(graph: NamedNode, now: float) -> bool:
    """Whether a graph is a staging graph begun more than a day before ``now`` (seconds since 1970)."""
    if not graph.value.startswith(STAGING):
        return False
    begun = graph.value.removeprefix(STAGING).partition("-")[0]
    return begun.isdigit() and now - int(begun) > _ABANDONED_AFTER


def _target(graph: Graph) -> str:
    return "DEFAULT" if isinstance(graph, DefaultGraph) else f"GRAPH {graph}"


def _insert(batch: dict[Graph, list[bytes]]) -> str:
    """One INSERT DATA operation, the catalogue last."""
    parts = []
    for graph, triples in sorted(batch.items(), key=lambda item: item[0] == WHENCE_CATALOGUE):
        body = b" .\n".join(triples).decode() + " .\n"
        parts.append(body if isinstance(graph, DefaultGraph) else f"GRAPH {graph} {{\n{body}}}\n")
    return "INSERT DATA {\n" + "".join(parts) + "}"

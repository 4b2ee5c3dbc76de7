"""The process that runs queries of clients, one at a time, on a snapshot it opens read-only.

It may be killed at any moment and may die of a query; it holds nothing but the snapshot. It imports
little, so that a new one is there in some 30 ms.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import threading
import time
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final, cast

import pyoxigraph as ox

from whence.store.once import once
from whence.web.wire import DATA, END, WHOLE, Channel

__all__ = ["WHOLE_LIMIT", "main"]

WHOLE_LIMIT: Final = 1 << 16
"""Answers up to this many bytes are sent whole, larger ones in parts."""
_PART: Final = 1 << 18
_INFERRED: Final = ox.NamedNode("https://w3id.org/whence/ns#inferred")


class _TooLarge(Exception):
    pass


class _Output:
    """What the engine serialises into: sends frames of a good size, keeps small answers whole."""

    def __init__(self, channel: Channel, limit: int | None) -> None:
        self._channel, self._limit = channel, limit
        self._parts: list[bytes] = []
        self._held, self._threshold = 0, WHOLE_LIMIT
        self.total = 0
        self.too_large = False

    def write(self, data: bytes) -> int:
        self._parts.append(data)
        self._held += len(data)
        self.total += len(data)
        if self._limit is not None and self.total > self._limit:
            self.too_large = True
            raise _TooLarge
        if self._held > self._threshold:
            self._channel.send(DATA, b"".join(self._parts))
            self._parts, self._held, self._threshold = [], 0, _PART
        return len(data)

    @property
    def file(self) -> IO[bytes]:
        """This, as the engine's signatures call it; they use ``write`` and ``flush`` alone."""
        return cast(IO[bytes], self)

    def flush(self) -> None:
        """Nothing: frames are sent when they are full."""

    def finish(self) -> None:
        rest = b"".join(self._parts)
        if self._threshold == WHOLE_LIMIT:
            self._channel.send(WHOLE, rest)
            return
        if rest:
            self._channel.send(DATA, rest)
        self._channel.send_message({"bytes": self.total}, END)


class _Worker:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._path = ""
        self._store = ox.Store()
        self._asserted: list[Any] | None = None

    def serve(self) -> None:
        while (request := self._channel.receive_message()) is not None:
            output = _Output(self._channel, request.get("max_bytes"))
            try:
                self._open(request["snapshot"])
                self._answer(request, output)
                output.finish()
            except (SyntaxError, ValueError, RuntimeError, OSError, MemoryError, _TooLarge) as error:
                self._channel.send_message(self._describe(error, request, output), END)

    def _open(self, path: str) -> None:
        if path != self._path:
            self._store = ox.Store.read_only(path)
            self._path, self._asserted = path, None

    def _answer(self, request: dict[str, Any], output: _Output) -> None:
        if request["do"] == "query":
            self._query(request, output)
        elif request["do"] == "dump":
            self._dump(request, output)
        elif request["do"] == "explain":
            self._explain(request, output)
        elif request["do"] == "validate":
            self._validate(request, output)
        elif request["do"] == "trace":
            self._trace(request, output)

    def _query(self, request: dict[str, Any], output: _Output) -> None:
        substitutions = {ox.Variable(name): _term(term) for name, term in request.get("bindings", ())}
        answer: Any = self._store.query(
            request["text"],
            base_iri=request.get("base"),
            prefixes=request.get("undeclared"),
            substitutions=substitutions or None,
            **self._dataset(request),
        )
        if isinstance(answer, ox.QueryTriples):
            rdf_format = getattr(ox.RdfFormat, request["rdf"])
            ox.serialize(once(answer), output.file, rdf_format, prefixes=request.get("prefixes"))
        else:
            answer.serialize(output.file, getattr(ox.QueryResultsFormat, request["results"]))

    def _dataset(self, request: dict[str, Any]) -> dict[str, Any]:
        """The engine's dataset arguments: the protocol's, else the query's own, else the union."""
        default, named = request.get("default"), request.get("named")
        if default is not None or named is not None:
            return {"default_graph": _graphs(default or ()), "named_graphs": _graphs(named or ())}
        if request.get("has_dataset"):
            return {}
        if request.get("inferred", True):
            return {"use_default_graph_as_union": True}
        asserted = self._asserted_graphs()
        return {"default_graph": [ox.DefaultGraph(), *asserted], "named_graphs": asserted}

    def _asserted_graphs(self) -> list[Any]:
        """All named graphs but that of inferences."""
        if self._asserted is None:
            self._asserted = [graph for graph in self._store.named_graphs() if graph != _INFERRED]
        return self._asserted

    def _dump(self, request: dict[str, Any], output: _Output) -> None:
        graph = request.get("graph")
        rdf_format = getattr(ox.RdfFormat, request["rdf"])
        prefixes = request.get("prefixes")
        if graph is None and (
            request.get("inferred", True) or not self._store.contains_named_graph(_INFERRED)
        ):
            self._store.dump(output.file, rdf_format, prefixes=prefixes)
            return
        if graph is None:
            graphs = (ox.DefaultGraph(), *self._asserted_graphs())
            quads = (self._store.quads_for_pattern(None, None, None, graph) for graph in graphs)
            ox.serialize(chain.from_iterable(quads), output.file, rdf_format, prefixes=prefixes)
            return
        node = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        if graph and not self._store.contains_named_graph(node):
            raise ValueError("no such graph")
        self._store.dump(output.file, rdf_format, from_graph=node, prefixes=prefixes)

    def _explain(self, request: dict[str, Any], output: _Output) -> None:
        # Imported here: few workers are ever asked, and reasoning takes long to import.
        from whence.web.explaining import explained

        statement = [_term(request[name]) for name in ("subject", "predicate", "object")]
        found = explained(
            self._store,
            (statement[0], statement[1], statement[2]),
            base=request["base"],
            profile=request["profile"],
            all=request["all"],
        )
        output.write(json.dumps(found).encode())

    def _validate(self, request: dict[str, Any], output: _Output) -> None:
        from whence.web.validating import validated

        output.write(json.dumps(validated(self._store, request)).encode())

    def _trace(self, request: dict[str, Any], output: _Output) -> None:
        from whence.web.tracing import traced

        said, text = traced(self._store, request)
        # What is said first fits one line, since JSON escapes line ends.
        output.write(f"{json.dumps(said)}\n{text}".encode())

    def _describe(self, error: BaseException, request: dict[str, Any], output: _Output) -> dict[str, Any]:
        if output.too_large:
            return {"error": "too-large", "limit": request.get("max_bytes")}
        if isinstance(error, SyntaxError):
            return {"error": "syntax", "reason": self._own_words(error, request)}
        if isinstance(error, ValueError) and str(error) == "no such graph":
            return {"error": "no-graph"}
        return {"error": "failed", "reason": str(error) or type(error).__name__}

    @staticmethod
    def _own_words(error: SyntaxError, request: dict[str, Any]) -> str:
        """The fault as it is in the text the client wrote, when that was rewritten before running."""
        original = request.get("original")
        if original is not None:
            try:
                known = request.get("undeclared")
                ox.Store().query(original, base_iri=request.get("base"), prefixes=known)
            except SyntaxError as own:
                return str(own)
            except (ValueError, RuntimeError, OSError):
                return str(error)
        return str(error)


def _graphs(names: Any) -> list[Any]:
    return [ox.NamedNode(name) if name else ox.DefaultGraph() for name in names]


def _term(term: dict[str, str]) -> Any:
    if "iri" in term:
        return ox.NamedNode(term["iri"])
    if "blank" in term:
        return ox.BlankNode(term["blank"])
    if "language" in term:
        return ox.Literal(term["value"], language=term["language"])
    return ox.Literal(term["value"], datatype=ox.NamedNode(term["datatype"]))


def _leave_with(parent: int) -> None:
    """End this process when its parent has died, also in the middle of a query."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main(descriptor: int, parent: int) -> None:
    """Serve requests from the socket ``descriptor`` until it closes or the process ``parent`` is gone."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("800")
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    channel = Channel(socket.socket(fileno=descriptor))
    try:
        _Worker(channel).serve()
    except (BrokenPipeError, ConnectionResetError):
        sys.exit(0)

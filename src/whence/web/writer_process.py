"""The one process that holds the store for writing. It may be killed: what it acknowledged is kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad

from whence._version import __version__
from whence.errors import QuerySyntaxError, SourceSyntaxError, StoreLocked, WhenceError
from whence.reasoning.keeper import Keeper
from whence.store import catalogue
from whence.store.embedded import EmbeddedBackend
from whence.web.wire import Channel

__all__ = ["SERVING", "describe", "main"]

SERVING: Final = "serving"
"""Directory within the store for snapshots and request bodies; it lives as long as the server."""
_PREPARED_ERRORS = (WhenceError, OSError, ValueError, RuntimeError, SyntaxError)


class _Writer:
    def __init__(self, backend: Keeper) -> None:
        self._backend = backend
        self._actions: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "update": self._update,
            "load": self._load,
            "delete": self._delete,
            "infer": self._infer,
            "snapshot": self._snapshot,
            "ping": self._ping,
        }

    def serve(self, channel: Channel) -> None:
        """Answer requests until the other side goes or says stop."""
        while (request := channel.receive_message()) is not None and request["do"] != "stop":
            try:
                reply = {"ok": True, **self._actions[request["do"]](request)}
            except _PREPARED_ERRORS as error:
                reply = describe(error)
            channel.send_message({"id": request["id"], **reply})

    def _ping(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"base": self._backend.base}

    def _update(self, request: dict[str, Any]) -> dict[str, Any]:
        self._backend.update(request["text"])
        return {}

    def _load(self, request: dict[str, Any]) -> dict[str, Any]:
        """Store the files ``parts``, into ``graph`` if given, else into the graphs they name."""
        graph: str | None = request["graph"]
        existed = self._exists(graph) if graph is not None else True
        quads = chain.from_iterable(self._described(part, graph) for part in request["parts"])
        if request["replace"] and graph == "":
            self._replace_default(quads)
        else:
            emptied = [graph] if graph and request["replace"] else request["emptied"]
            replaced = [NamedNode(name) for name in emptied]
            self._backend.write(quads, replace=replaced)
        if graph and not self._exists(graph):
            self._backend.update(f"CREATE SILENT GRAPH {NamedNode(graph)}")
        return {"existed": existed}

    def _replace_default(self, quads: Iterator[Quad]) -> None:
        """The unnamed graph has no name to replace it by, so its triples go in one update."""
        triples = "\n".join(f"{quad.subject} {quad.predicate} {quad.object} ." for quad in quads)
        self._backend.update(f"DROP DEFAULT ;\nINSERT DATA {{\n{triples}\n}}")

    def _described(self, part: dict[str, Any], graph: str | None) -> Iterator[Quad]:
        """The quads of one body, and what the catalogue is to say of the graph they go to.

        A dataset is stored as it is: whoever sends one describes its bundles in it.
        """
        from whence.formats import FORMATS

        empty = True
        for quad in self._read(part, graph):
            empty = False
            yield quad
        if graph and not empty:
            form = FORMATS[part["format"]].media_type
            about = catalogue.Description(NamedNode(graph), adapter="graph-store", format=form)
            yield from catalogue.describe(about, base=self._backend.base, version=__version__)

    def _read(self, part: dict[str, Any], graph: str | None) -> Iterator[Quad]:
        """The quads of one body, in ``graph`` if given; without one, unnamed triples stay unnamed."""
        # Imported here: reading formats needs libraries that start-up need not wait for.
        from whence import formats

        unnamed = NamedNode(f"{self._backend.base}graph/default")
        bundle = NamedNode(graph) if graph else unnamed
        with Path(part["path"]).open("rb") as stream:
            # The same body gives the same names for its blank nodes, another body gives others.
            scope = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            reading = formats.read(
                stream,
                part["format"],
                bundle=bundle,
                base=self._backend.base,
                name=part["name"],
                scope=scope,
            )
            for quad in reading.quads:
                target: NamedNode | DefaultGraph = bundle
                if graph is None and isinstance(quad.graph_name, NamedNode):
                    target = quad.graph_name
                if target == unnamed:
                    target = DefaultGraph()
                yield Quad(quad.subject, quad.predicate, quad.object, target)

    def _exists(self, graph: str) -> bool:
        if not graph:
            return True
        return NamedNode(graph) in set(self._backend.graphs())

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        graph: str | None = request["graph"]
        existed = self._exists(graph) if graph is not None else True
        if existed:
            if graph:
                self._backend.update(catalogue.forget(NamedNode(graph)))
            else:
                self._backend.update("DROP ALL" if graph is None else "DROP DEFAULT")
        return {"existed": existed}

    def _infer(self, request: dict[str, Any]) -> dict[str, Any]:
        report = self._backend.infer(request["profile"])
        assert report is not None  # noqa: S101  # only a progress callback can stop it
        return {"report": asdict(report)}

    def _snapshot(self, request: dict[str, Any]) -> dict[str, Any]:
        self._backend.snapshot(Path(request["target"]))
        return {}


def describe(error: BaseException) -> dict[str, Any]:
    """An error as a message; :func:`whence.web.writer.restored` makes it an error again."""
    if isinstance(error, SourceSyntaxError | QuerySyntaxError):
        place = {"reason": error.reason, "line": error.line, "column": error.column}
        return {"error": type(error).__name__, **place, "source": getattr(error, "source", "")}
    name = type(error).__name__ if isinstance(error, WhenceError) else "StoreError"
    return {"error": name, "reason": str(error) or type(error).__name__}


def _open(config: dict[str, Any]) -> Keeper:
    """Open the store, waiting a little for a writer before us that is just ending."""
    until = time.monotonic() + config["lock_wait"]
    while True:
        try:
            backend = EmbeddedBackend.open(
                config["path"], base=config["base"], durability=config["durability"]
            )
            return Keeper(backend, profile=config["inference"])
        except StoreLocked:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)


def _warm_up(backend: Keeper) -> None:
    """Compile the rules, which takes a second, before the first write has to wait for them.

    Stores whose inferences were made by other rules say so from then on.
    """
    with contextlib.suppress(WhenceError):
        backend.check()


def _leave_with(parent: int, backend: Keeper) -> None:
    """End when the server has died; what is being written is either finished or undone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    # Without waiting for a write that goes on.
    backend.inner.close()
    os._exit(0)


def main() -> None:
    """Run with the numbers of two sockets; the first brings the configuration and is told when open."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    writes, copies = (Channel(socket.socket(fileno=int(number))) for number in sys.argv[1:])
    config = writes.receive_message()
    if config is None:
        return
    # What others are told who find the store locked.
    sys.argv = ["whence serve", config["path"]]
    try:
        backend = _open(config)
    except _PREPARED_ERRORS as error:
        writes.send_message(describe(error))
        return
    serving = Path(config["path"]) / SERVING
    if config["sweep"]:
        shutil.rmtree(serving, ignore_errors=True)
    for room in ("snapshots", "incoming"):
        (serving / room).mkdir(parents=True, exist_ok=True)
    writer = _Writer(backend)
    threading.Thread(target=_leave_with, args=(config["parent"], backend), daemon=True).start()
    threading.Thread(target=writer.serve, args=(copies,), daemon=True).start()
    writes.send_message({"ok": True, "base": backend.base})
    if config["warm"]:
        # In this thread: a write that came by now waits, and does not compile beside.
        _warm_up(backend)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        writer.serve(writes)
    shutil.rmtree(serving, ignore_errors=True)
    backend.close()
    # Past every thread that may still wait on its socket.
    os._exit(0)


if __name__ == "__main__":
    main()

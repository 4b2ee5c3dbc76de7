"""The embedded store: Oxigraph in this process, in memory or in a directory, one writer at a time."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from whence.errors import QueryError, StoreDamaged, StoreError
from whence.ontology.namespaces import PREFIXES, WHENCE, WHENCE_INFERRED
from whence.store.backend import Graph
from whence.store.durability import DATA_DIRECTORY, Durability, Syncer
from whence.store.lock import SERVER_FILE, DirectoryLock
from whence.store.quad_data import delete_data, has_blank_node, insert_data
from whence.store.results import Result, wrap
from whence.store.sidecar import SIDECAR_DRAFT, SIDECAR_FILE, STEPS_FILE, discard
from whence.store.sparql_text import prepare_query, prepare_update
from whence.store.syntax_errors import from_engine

__all__ = ["DEFAULT_BASE", "EmbeddedBackend", "is_store", "read_base", "restore"]

DEFAULT_BASE = "urn:whence:"
_FORMAT_VERSION = 1
_META, _DATA, _SNAPSHOTS, _TEMPORARY = "whence.json", DATA_DIRECTORY, "snapshots", "tmp"
_SMALL = 10_000
"""Up to this many quads go through the log, more go straight into table files (10x either way)."""
_REPLACED_AT_ONCE = 200_000
"""A replacement of up to this many quads is one update held in memory; beyond, by a staging graph."""
_STAGING = WHENCE["staging/"].value


def is_store(path: Path) -> bool:
    """Whether a directory is a Whence store."""
    return (path / _META).is_file()


def read_base(directory: Path) -> str:
    """The base IRI of the store in a directory. Raises :class:`StoreDamaged` if it holds none."""
    return _read_meta(directory)["base"]


class EmbeddedBackend:
    """A :class:`~whence.store.backend.Backend` on Oxigraph.

    Writes are atomic and serialised; see :data:`~whence.store.durability.Durability` for what an
    acknowledged write survives. ``generation`` counts the writes of this process.
    """

    def __init__(
        self,
        store: ox.Store,
        *,
        base: str = DEFAULT_BASE,
        directory: Path | None = None,
        lock: DirectoryLock | None = None,
        durability: Durability = "full",
    ) -> None:
        self._engine: ox.Store | None = store
        self._base, self._directory, self._lock = base, directory, lock
        self._syncer = Syncer(directory / _DATA, durability) if directory and lock else None
        self._writing = threading.RLock()
        self.generation = 0

    @classmethod
    def open(
        cls, path: str | Path, *, base: str | None = None, durability: Durability = "full"
    ) -> EmbeddedBackend:
        """Open or make the store at ``path`` (``":memory:"`` for one that is gone at exit).

        ``base`` is fixed when a store is made; afterwards it is read from the store. Raises
        :class:`StoreLocked` if another process has it, :class:`StoreDamaged` if the path holds
        something else.
        """
        if str(path) == ":memory:":
            return cls(ox.Store(), base=base or DEFAULT_BASE)
        directory = Path(path)
        _make(directory, base or DEFAULT_BASE)
        meta = _read_meta(directory)
        if base is not None and base != meta["base"]:
            raise StoreError(
                f"{directory} was made with base {meta['base']}; it cannot be opened with {base}"
            )
        lock = DirectoryLock(directory)
        try:
            _sweep(directory)
            engine = ox.Store(directory / _DATA)
        except OSError as error:
            lock.release()
            raise StoreDamaged(f"{directory} cannot be opened: {error}") from error
        backend = cls(engine, base=meta["base"], directory=directory, lock=lock, durability=durability)
        backend._drop_staging()
        return backend

    @classmethod
    def open_snapshot(cls, path: str | Path, *, base: str = DEFAULT_BASE) -> EmbeddedBackend:
        """Open what :meth:`snapshot` made, read-only; any number of processes may."""
        return cls(ox.Store.read_only(str(path)), base=base, directory=Path(path))

    @property
    def base(self) -> str:
        """The base IRI of IRIs minted for this store."""
        return self._base

    @property
    def location(self) -> str:
        """The directory, or ``:memory:``."""
        return str(self._directory) if self._directory else ":memory:"

    @property
    def engine(self) -> ox.Store:
        """The engine's own store, for reading in bulk. Raises :class:`StoreError` once closed."""
        if self._engine is None:
            raise StoreError(f"the store {self.location} is closed")
        return self._engine

    def query(
        self,
        sparql: str,
        *,
        default_graphs: Sequence[Graph] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        inferred: bool = True,
        timeout: float | None = None,
    ) -> Result:
        """Run a query in this process. ``timeout`` stops a query between two rows, not within one."""
        prepared = prepare_query(sparql, known_prefixes=PREFIXES)
        options: dict[str, object] = {}
        if default_graphs is None and named_graphs is None and not prepared.has_dataset:
            if inferred or not self.engine.contains_named_graph(WHENCE_INFERRED):
                options["use_default_graph_as_union"] = True
            else:
                asserted = [g for g in self.engine.named_graphs() if g != WHENCE_INFERRED]
                options["default_graph"] = [DefaultGraph(), *asserted]
        elif not prepared.has_dataset:
            options["default_graph"] = list(default_graphs or [])
            options["named_graphs"] = list(named_graphs or [])
        try:
            answer = self.engine.query(prepared.text, prefixes=PREFIXES, **options)  # type: ignore[arg-type]  # built above
        except SyntaxError as error:
            raise from_engine(error, sparql, ox.Store().query) from error
        return wrap(answer, timeout=timeout)

    def update(self, sparql: str) -> None:
        """Run an update request as one transaction."""
        with self._writing:
            try:
                prepared = prepare_update(sparql)
                self._about_to_write()
                self.engine.update(prepared, prefixes=PREFIXES)
            except SyntaxError as error:
                raise from_engine(error, sparql, ox.Store().update) from error
            except OSError as error:
                raise _not_stored(error) from error
            except RuntimeError as error:
                # Such as DROP of a graph that is not there: undone as a whole, like any failed update.
                raise QueryError(f"the update was not done: {error}") from error
            self._written(bulk=False)

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that match, ``None`` matching anything."""
        return self.engine.quads_for_pattern(subject, predicate, object, graph)

    # The name pyoxigraph uses, so that readers of RDF take a store or a backend alike.
    quads_for_pattern = quads

    def write(self, quads: Iterable[Quad], *, replace: Sequence[NamedNode] = ()) -> None:
        """Add quads after removing the graphs in ``replace``, all in one transaction."""
        with self._writing:
            incoming = iter(quads)
            head = list(islice(incoming, (_REPLACED_AT_ONCE if replace else _SMALL) + 1))
            try:
                self._about_to_write()
                if replace:
                    self._replace(head, incoming, replace)
                elif len(head) <= _SMALL:
                    self.engine.extend(head)
                    self._written(bulk=False)
                else:
                    self.engine.bulk_extend(chain(head, incoming))
                    self._written(bulk=True)
            except OSError as error:
                raise _not_stored(error) from error

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads; some thousands in one transaction, those with blank nodes each in its own."""
        with self._writing:
            incoming = iter(quads)
            while batch := list(islice(incoming, _SMALL)):
                named = [quad for quad in batch if not has_blank_node(quad)]
                try:
                    self._about_to_write()
                    if named:
                        self.engine.update(delete_data(named))
                    for quad in batch:
                        if has_blank_node(quad):
                            self.engine.remove(quad)
                except OSError as error:
                    raise _not_stored(error) from error
                self._written(bulk=False)

    def _replace(self, head: list[Quad], rest: Iterator[Quad], replace: Sequence[NamedNode]) -> None:
        drops = [f"DROP SILENT GRAPH {graph}" for graph in replace]
        if len(head) <= _REPLACED_AT_ONCE:
            self.engine.update(" ;\n".join([*drops, insert_data(head)]), prefixes=PREFIXES)
            self._written(bulk=False)
            return
        staged: dict[Graph, NamedNode] = {}

        def into_staging() -> Iterator[Quad]:
            for quad in chain(head, rest):
                target = staged.setdefault(quad.graph_name, NamedNode(f"{_STAGING}{len(staged)}"))  # type: ignore[arg-type]  # graph names are never blank here
                yield Quad(quad.subject, quad.predicate, quad.object, target)

        self._drop_staging()
        self.engine.bulk_extend(into_staging())
        moves = [
            f"ADD SILENT GRAPH {source} TO " + ("DEFAULT" if graph == DefaultGraph() else f"GRAPH {graph}")
            for graph, source in staged.items()
        ]
        cleanup = [f"DROP SILENT GRAPH {source}" for source in staged.values()]
        self.engine.update(" ;\n".join([*drops, *moves, *cleanup]), prefixes=PREFIXES)
        self._written(bulk=True)

    def _drop_staging(self) -> None:
        """Remove what a killed replacement left; it was never part of a graph anyone could name."""
        for graph in list(self.engine.named_graphs()):
            if graph.value.startswith(_STAGING):
                self.engine.remove_graph(graph)

    def _about_to_write(self) -> None:
        if self._directory is not None and self._lock is not None:
            discard(self._directory)

    def _written(self, *, bulk: bool) -> None:
        self.generation += 1
        if self._syncer is None:
            return
        if bulk:
            self.engine.flush()
            self._syncer.sync_files()
        else:
            self._syncer.sync_log()

    def graphs(self) -> Iterator[NamedNode]:
        """The named graphs there are."""
        for graph in self.engine.named_graphs():
            if isinstance(graph, NamedNode) and not graph.value.startswith(_STAGING):
                yield graph

    def count(self, graph: Graph | None = None) -> int:
        """Number of quads, in one graph or in all."""
        if graph is None:
            return len(self.engine)
        where = "{ ?s ?p ?o }" if isinstance(graph, DefaultGraph) else f"{{ GRAPH {graph} {{ ?s ?p ?o }} }}"
        answer = self.engine.query(f"SELECT (COUNT(*) AS ?n) {where}")  # an IRI the engine validated
        return int(next(iter(answer))[0].value)  # type: ignore[arg-type]  # a SELECT with one number

    def size(self) -> int | None:
        """Bytes on disk."""
        if self._directory is None:
            return None
        # Snapshots are hard links: the same file under another name takes no more space.
        found = (path.stat() for path in self._directory.rglob("*") if path.is_file())
        return sum({entry.st_ino: entry.st_size for entry in found}.values())

    def snapshot(self, target: Path) -> None:
        """Make a read-only copy of the data by hard links: milliseconds, no extra space."""
        with self._writing:
            self.engine.backup(str(target))

    def backup(self, target: Path) -> None:
        """Copy the store to a new directory that :func:`restore` and ``whence.open`` accept."""
        if target.exists():
            raise StoreError(f"{target} exists already; a backup goes to a new directory")
        draft = target.with_name(target.name + ".part")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        if self._directory is None:
            copy = ox.Store(draft / _DATA)
            copy.bulk_extend(iter(self.engine))
            copy.flush()
            del copy
        else:
            self.snapshot(draft / _DATA)
        _write_meta(draft, self._base)
        _sync_tree(draft)
        draft.rename(target)

    def optimize(self) -> None:
        """Compact the table files."""
        with self._writing:
            self.engine.optimize()

    def close(self) -> None:
        """Flush, and let others open the store. Results still being read keep it open."""
        if self._engine is None:
            return
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._engine.flush()
        self._engine = None
        if self._lock is not None:
            self._lock.release()


def _not_stored(error: OSError) -> StoreError:
    hint = ""
    if "No space left" in str(error):
        # The engine takes no more writes until it is opened anew.
        hint = "; make room on the disk and open the store again, which keeps everything stored before"
    return StoreError(f"nothing was stored: {error}{hint}")


def restore(backup: str | Path, target: str | Path) -> None:
    """Make a store at ``target``, a new path, from a directory that :meth:`EmbeddedBackend.backup` made."""
    source, destination = Path(backup), Path(target)
    if not is_store(source):
        raise StoreDamaged(f"{source} is no backup of a Whence store")
    if destination.exists():
        raise StoreError(f"{destination} exists already; restore to a new path")
    draft = destination.with_name(destination.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    left_out = ("lock", SERVER_FILE, SIDECAR_FILE, SIDECAR_DRAFT, STEPS_FILE, _SNAPSHOTS, _TEMPORARY)
    shutil.copytree(source, draft, ignore=shutil.ignore_patterns(*left_out))
    _sync_tree(draft)
    draft.rename(destination)


def _make(directory: Path, base: str) -> None:
    if is_store(directory):
        return
    if directory.is_file():
        raise StoreDamaged(f"{directory} is a file, not a store; load it with `whence load {directory}`")
    # A kill while a store is being made leaves only names of ours, or nothing; anything else is not ours.
    if directory.is_dir() and {entry.name for entry in directory.iterdir()} - {_META + ".new"}:
        raise StoreDamaged(f"{directory} is not a Whence store and not empty; choose another path")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _write_meta(directory, base)
    except OSError as error:
        raise StoreError(f"no store can be made at {directory}: {error}") from error


def _write_meta(directory: Path, base: str) -> None:
    draft = directory / (_META + ".new")
    with draft.open("w") as file:
        json.dump({"format": _FORMAT_VERSION, "base": base}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(directory / _META)


def _read_meta(directory: Path) -> dict[str, str]:
    try:
        meta = json.loads((directory / _META).read_text())
        version = meta["format"]
        base = str(meta["base"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(f"{directory / _META} cannot be read: {error}") from error
    if version != _FORMAT_VERSION:
        raise StoreDamaged(
            f"{directory} has store format {version}; this version of whence reads {_FORMAT_VERSION}"
        )
    return {"base": base}


def _sweep(directory: Path) -> None:
    """Remove what processes that were killed left behind: unfinished files, snapshots, spools."""
    shutil.rmtree(directory / _SNAPSHOTS, ignore_errors=True)
    shutil.rmtree(directory / _TEMPORARY, ignore_errors=True)
    for orphan in (directory / _DATA).glob("bulk-*.sst"):
        orphan.unlink(missing_ok=True)
    (directory / SERVER_FILE).unlink(missing_ok=True)
    (directory / SIDECAR_DRAFT).unlink(missing_ok=True)


def _sync_tree(directory: Path) -> None:
    for path in [*directory.rglob("*"), directory]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

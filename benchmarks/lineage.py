"""Lineage against property paths, recursive SQL, kuzu and networkx in one run; equal results come first.

    python benchmarks/lineage.py             200,000 triples
    python benchmarks/lineage.py --full      10 million triples

The store is on disk. Each engine has the same steps in its own best form, answers in a process of its own,
and is asked for the numbers of all nodes that are reached; ours gives nodes and edges. Times are medians
over up to 20 starts. duckdb and kuzu are left out unless installed (``pip install whence[bench]``).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from _lineage_data import NODE, write

Ask = Callable[[int], Collection[Any]]
LIMIT_S: Final = 20.0
"""An engine that took longer than this for one answer is asked no larger question."""


def ours(folder: Path) -> Iterator[tuple[str, Any]]:
    """``store.lineage`` on the store on disk."""
    import whence
    import whence.queries.lineage  # it is not what is measured

    begin = time.perf_counter()
    store = whence.open(folder / "store")
    opened = time.perf_counter() - begin
    starts = json.loads((folder / "starts.json").read_text())
    begin = time.perf_counter()
    store.lineage(f"{NODE}{starts['ladder'][0]}")
    yield "open", opened
    yield "index", time.perf_counter() - begin
    yield (
        "ask",
        lambda start: store.lineage(f"{NODE}{start}", limit=1_000_000, timeout=None).nodes,
    )
    begin = time.perf_counter()
    for node in store.lineage(f"{NODE}{starts['1,000'][0]}"):
        node.label  # noqa: B018  # what is read when a node is first looked at
    yield "described", time.perf_counter() - begin
    store.close()


def oxigraph(folder: Path) -> Iterator[tuple[str, Any]]:
    """A property path, asked of the same store's engine."""
    import pyoxigraph as ox

    store = ox.Store.read_only(str(folder / "store" / "data"))
    path = "<p:used>|<p:wasGeneratedBy>|<p:wasDerivedFrom>".replace("p:", "http://www.w3.org/ns/prov#")

    def ask(start: int) -> Collection[Any]:
        text = f"SELECT DISTINCT ?x {{ <{NODE}{start}> ({path})* ?x }}"
        return list(store.query(text, use_default_graph_as_union=True))

    yield "ask", ask


def sqlite(folder: Path) -> Iterator[tuple[str, Any]]:
    """A recursive query over a table of integers whose primary key is the edge."""
    import sqlite3

    sources, targets = np.load(folder / "edges.npy").tolist()
    base = sqlite3.connect(folder / "edges.sqlite")
    base.execute(
        "CREATE TABLE edge (source INTEGER, target INTEGER, PRIMARY KEY (source, target)) WITHOUT ROWID"
    )
    base.executemany("INSERT OR IGNORE INTO edge VALUES (?, ?)", zip(sources, targets, strict=True))
    base.commit()
    del sources, targets
    yield "ask", lambda start: base.execute(_recursive("?"), (start,)).fetchall()


def duckdb(folder: Path) -> Iterator[tuple[str, Any]]:
    """The same recursive query over columns, with an index."""
    import duckdb

    sources, targets = np.load(folder / "edges.npy")
    base = duckdb.connect(str(folder / "edges.duckdb"))
    base.register("given", {"source": sources, "target": targets})
    base.execute("CREATE TABLE edge AS SELECT source, target FROM given ORDER BY source")
    base.execute("CREATE INDEX by_source ON edge (source)")
    yield "ask", lambda start: base.execute(_recursive("$1"), [start]).fetchall()


def kuzu(folder: Path) -> Iterator[tuple[str, Any]]:
    """A recursive relationship, shortest ways, in a graph database."""
    import kuzu

    edges = np.load(folder / "edges.npy")
    np.savetxt(folder / "edges.csv", edges.T, fmt="%d", delimiter=",")
    np.savetxt(folder / "nodes.csv", np.unique(edges), fmt="%d")
    connection = kuzu.Connection(kuzu.Database(str(folder / "edges.kuzu")))
    connection.execute("CREATE NODE TABLE Node(id INT64, PRIMARY KEY(id))")
    connection.execute("CREATE REL TABLE Step(FROM Node TO Node)")
    connection.execute(f"COPY Node FROM '{folder / 'nodes.csv'}'")
    connection.execute(f"COPY Step FROM '{folder / 'edges.csv'}'")
    connection.execute("CALL var_length_extend_max_depth=100000")
    query = "MATCH (a:Node {id: $start})-[:Step* SHORTEST 1..100000]->(b:Node) RETURN b.id"

    def ask(start: int) -> Collection[Any]:
        answer = connection.execute(query, {"start": start})
        return [(start,), *answer.get_all()]  # type: ignore[union-attr]  # one statement, one answer

    yield "ask", ask


def networkx(folder: Path) -> Iterator[tuple[str, Any]]:
    """A search in a graph of Python objects that is in memory already."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_edges_from(np.load(folder / "edges.npy").T.tolist())
    yield "ask", lambda start: {start} | nx.descendants(graph, start)


def _recursive(given: str) -> str:
    return (
        f"WITH RECURSIVE reached(node) AS (SELECT CAST({given} AS BIGINT) UNION "
        "SELECT target FROM reached JOIN edge ON source = node) SELECT node FROM reached"
    )


ENGINES: Final = {engine.__name__: engine for engine in (ours, oxigraph, sqlite, duckdb, kuzu, networkx)}


def measure(name: str, folder: Path) -> None:
    """Print as JSON what one engine took and found, by size of lineage."""
    starts = json.loads((folder / "starts.json").read_text())
    begin = time.perf_counter()
    for what, value in ENGINES[name](folder):
        if what != "ask":
            print(json.dumps([what, value, 0]), flush=True)
            continue
        print(json.dumps(["ready", time.perf_counter() - begin, 0]), flush=True)
        for size in sorted(starts, key=lambda size: (size != "ladder", len(size))):
            found, seconds = 0, []
            for start in starts[size][:20]:
                begin = time.perf_counter()
                found += len(value(start))
                seconds.append(time.perf_counter() - begin)
                if sum(seconds) > LIMIT_S:
                    break
            # The first is asked again, so that a single start is not measured cold.
            begin = time.perf_counter()
            value(starts[size][0])
            seconds.append(time.perf_counter() - begin)
            print(json.dumps([size, sorted(seconds), found // (len(seconds) - 1)]), flush=True)
            if seconds[-1] > LIMIT_S:
                break


GOALS: Final = {"ladder": 0.05, "1,000": 0.005, "100,000": 0.5}
"""The seconds that a lineage of each size is to take."""


def main() -> None:
    """Write the data, let every engine answer, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=", ".join(ENGINES))
    parser.add_argument("--full", action="store_true", help="10 million triples")
    parser.add_argument("--triples", type=int)
    parser.add_argument("--inference", default="prov", help="profile of the store")
    parser.add_argument("--in-process", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.in_process:
        measure(options.engines[0], options.in_process)
        return
    folder = Path(tempfile.mkdtemp(prefix="benchmark-", dir=Path.cwd()))
    try:
        quads = options.triples or (10_000_000 if options.full else 200_000)
        _fill(folder, quads, options.inference)
        found = {name: _asked(name, folder) for name in options.engines or ENGINES}
    finally:
        shutil.rmtree(folder)
    _tell(found, quads)


def _fill(folder: Path, quads: int, inference: str) -> None:
    import whence

    written = write(folder, quads)
    begin = time.perf_counter()
    with whence.open(folder / "store", inference=inference) as store:
        store.load(folder / "data.nq")
        loaded = time.perf_counter() - begin
        # An index is made by the first walk, and kept beside the store from then on.
        begin = time.perf_counter()
        store.lineage(f"{NODE}{written.starts['ladder'][0]}")
        first = time.perf_counter() - begin
    (folder / "data.nq").unlink()
    print(
        f"{written.quads:,} triples loaded in {loaded:.0f} s, indexed for the first time in {first:.1f} s\n"
    )


def _asked(name: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, name, "--in-process", str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        print(f"{name} ended early: {(done.stderr.strip().splitlines() or ['killed'])[-1][:300]}")
    return {what: (value, nodes) for what, value, nodes in map(json.loads, done.stdout.splitlines())}


def _tell(found: dict[str, dict[str, Any]], quads: int) -> None:
    mine = found.get("ours", {})
    for what, goal in (("open", None), ("index", max(quads / 10_000_000, 0.1)), ("described", None)):
        if what in mine:
            words = {"open": "opening the store", "index": "index at start-up, first lineage included"}
            figure = f"{mine[what][0] * 1e3:.0f} ms"
            print(
                f"{words.get(what, 'lineage of 1,000 with labels and types read'):<48}{figure:>10}",
                _held(mine[what][0], goal),
            )
    print(f"\n{'lineage of':<14}{'nodes':>9}", *(f"{name:>20}" for name in found))
    sizes = [
        size
        for size in ("ladder", "100", "1,000", "10,000", "100,000")
        if any(size in each for each in found.values())
    ]
    for size in sizes:
        counts = {each[size][1] for each in found.values() if size in each}
        if len(counts) > 1:
            raise SystemExit(f"the engines do not find the same: {counts} nodes for {size}")
        base = statistics.median(mine[size][0]) if size in mine else None
        cells = [_cell(each, size, base) for each in found.values()]
        print(f"{size:<14}{counts.pop():>9,}", *cells, _held(base, GOALS.get(size)))
    print("\ngrowth: microseconds for each node reached")
    for name, each in found.items():
        figures = [
            f"{size}: {statistics.median(each[size][0]) / each[size][1] * 1e6:.2f}"
            for size in sizes
            if size in each and size != "ladder"
        ]
        print(f"  {name:<12}", "   ".join(figures))


def _cell(each: dict[str, Any], size: str, base: float | None) -> str:
    if size not in each:
        return f"{'-':>20}"
    seconds = statistics.median(each[size][0])
    ratio = f" = {seconds / base:.1f}x" if base else ""
    return f"{f'{seconds * 1e3:.2f} ms{ratio}':>20}"


def _held(seconds: float | None, goal: float | None) -> str:
    if seconds is None or goal is None:
        return ""
    return f"  to be <= {goal * 1e3:.0f} ms: {'yes' if seconds <= goal else 'NO'}"


if __name__ == "__main__":
    main()

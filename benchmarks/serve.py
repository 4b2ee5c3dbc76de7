"""The server under load: streaming, point queries beside a heavy one, and a deadline.

Each figure is a ratio against a baseline of the same run:

- streaming 1M rows over HTTP against pyoxigraph serialising the same rows to nothing in one process,
  with the memory the server's processes gained meanwhile;
- point queries by 8 clients (wrk) beside a heavy query, against the same without it;
- a cross product with a deadline of 2 s: when it came back, and how long the next query took.

    python benchmarks/serve.py [QUADS]
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pyoxigraph as ox
from _data import write_nquads

import whence

HERE = Path(__file__).parent
EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
CROSS_PRODUCT = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c > ?f) }"
POINT = "SELECT * WHERE { <http://example.org/e/7> ?p ?o }"


class Nowhere:
    """Takes bytes, keeps none."""

    def write(self, data: bytes) -> int:
        """Count and drop."""
        return len(data)

    def flush(self) -> None:
        """Nothing to do."""


def url(base: str, query: str, **more: str) -> str:
    """The address of a query."""
    return f"{base}/sparql?{urllib.parse.urlencode({'query': query, **more})}"


def memory(pid: int) -> float:
    """Megabytes private to a process and its descendants."""
    total = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Dirty", "Private_Clean")):
            total += int(line.split()[1])
    children = [
        child
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return total / 1024 + sum(memory(int(child)) for child in children)


def stream(base: str, pid: int, folder: Path) -> None:
    """Compare the rate of a large answer with the engine's own."""
    engine = ox.Store.read_only(str(folder / "engine"))
    for turn in range(3):
        start = time.perf_counter()
        engine.query(EVERYTHING, use_default_graph_as_union=True).serialize(
            Nowhere(), ox.QueryResultsFormat.TSV
        )
        own = time.perf_counter() - start
        before, most = memory(pid), 0.0
        start = time.perf_counter()
        request = urllib.request.Request(
            url(base, EVERYTHING), headers={"Accept": "text/tab-separated-values"}
        )
        lines = 0
        with urllib.request.urlopen(request) as answer:
            last = start
            while chunk := answer.read(1 << 20):
                lines += chunk.count(b"\n")
                if time.perf_counter() - last > 0.5:
                    last = time.perf_counter()
                    most = max(most, memory(pid) - before)
        http = time.perf_counter() - start
        print(
            f"  stream {turn}: {lines - 1:,} rows, engine {own:.1f} s, over HTTP {http:.1f} s, "
            f"{own / http:.2f}x of its rate, server memory +{most:.0f} MB"
        )


def wrk(base: str) -> float:
    """Requests a second of 8 clients asking point queries."""
    text = subprocess.run(
        ["wrk", "-t1", "-c8", "-d5s", "-s", str(HERE / "point.lua"), base],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in text:
        print(text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]


def points(base: str) -> None:
    """Point queries alone and beside a heavy query."""
    stop = threading.Event()

    def heavy() -> None:
        while not stop.is_set():
            try:
                urllib.request.urlopen(url(base, CROSS_PRODUCT, timeout="20")).read()
            except urllib.error.HTTPError:
                continue

    alone = wrk(base)
    thread = threading.Thread(target=heavy, daemon=True)
    thread.start()
    time.sleep(1)
    beside = [wrk(base) for _ in range(3)]
    stop.set()
    print(f"  points: alone {alone:,.0f}/s, beside a heavy query {beside} /s, {min(beside) / alone:.2f}x")
    thread.join()


def deadline(base: str) -> None:
    """A query that cannot finish in its time."""
    for turn in range(3):
        start = time.perf_counter()
        try:
            urllib.request.urlopen(url(base, CROSS_PRODUCT, timeout="2")).read()
        except urllib.error.HTTPError as error:
            status = error.code
        back = time.perf_counter() - start
        start = time.perf_counter()
        urllib.request.urlopen(url(base, POINT)).read()
        print(
            f"  deadline {turn}: 2 s cross product back after {back:.2f} s with status {status}, "
            f"next query {(time.perf_counter() - start) * 1000:.0f} ms"
        )


def main(quads: int = 1_000_000) -> None:
    """Load, serve, measure."""
    if shutil.which("wrk") is None:
        sys.exit("install wrk first: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=Path.cwd()) as name:
        folder = Path(name)
        write_nquads(folder / "data.nq", quads)
        with whence.open(folder / "store", inference="none") as store:
            store.load(folder / "data.nq")
            store.optimize()
            store.backup(folder / "backup")
        (folder / "backup" / "data").rename(folder / "engine")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "whence.cli", "serve", str(folder / "store"), "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        base = f"http://127.0.0.1:{port}"
        try:
            for _ in range(100):
                try:
                    urllib.request.urlopen(url(base, POINT)).read()
                    break
                except OSError:
                    time.sleep(0.1)
            print(f"{quads:,} quads served")
            deadline(base)
            points(base)
            stream(base, server.pid, folder)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""Loading N-Quads to disk: Whence against bare pyoxigraph, alternating in one run.

Both end with the data synced to disk, and nothing is inferred. Prints seconds and the ratio of rates
(above 1: Whence is faster).

    python benchmarks/load.py [QUADS] [ROUNDS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _data import write_nquads

BARE = """
import os, sys
import pyoxigraph
store = pyoxigraph.Store(sys.argv[2])
store.bulk_load(path=sys.argv[1], format=pyoxigraph.RdfFormat.N_QUADS)
store.flush()
os.sync()
"""
WHENCE = """
import os, sys
import whence
with whence.open(sys.argv[2], inference="none") as store:
    store.load(sys.argv[1])
os.sync()
"""


def seconds(code: str, source: Path, target: Path) -> float:
    """Seconds of one load in a fresh process into a new store."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(source), str(target)], check=True)
    return time.perf_counter() - start


def main(quads: int = 1_000_000, rounds: int = 3) -> None:
    """Run and print a table."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=Path.cwd()) as folder:
        source = Path(folder) / "data.nq"
        write_nquads(source, quads)
        bare, ours = [], []
        for turn in range(rounds):
            bare.append(seconds(BARE, source, Path(folder) / f"bare{turn}"))
            ours.append(seconds(WHENCE, source, Path(folder) / f"whence{turn}"))
    print(f"{quads:,} N-Quads to disk, {rounds} rounds, alternating")
    for name, times in (("bare pyoxigraph bulk_load", bare), ("whence load", ours)):
        middle = statistics.median(times)
        print(f"  {name:<28} median {middle:6.1f} s  {quads / middle:>10,.0f} quads/s")
    ratios = [b / o for b, o in zip(bare, ours, strict=True)]
    print(f"  whence / bare rate           median {statistics.median(ratios):.2f}x  all {ratios}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

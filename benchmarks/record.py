"""Recording many statements in one transaction: seconds and peak memory as the number grows tenfold.

Prints the growth in memory against the growth in statements; a recorder that kept them would grow as much.

Nothing is inferred: this is about recording alone.

    python benchmarks/record.py [STATEMENTS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

CODE = """
import resource, sys, time
import whence
many = int(sys.argv[2])
start = time.perf_counter()
with whence.open(sys.argv[1], inference="none") as store:
    with store.bundle("urn:run:1") as b:
        for n in range(many // 4):
            b.entity(f"urn:e:{n}", label=f"entity {n}")
            b.activity(f"urn:a:{n}", "2026-01-01T00:00:00Z")
            b.used(f"urn:a:{n}", f"urn:e:{max(0, n - 1)}", role="input")
            b.was_generated_by(f"urn:e:{n}", f"urn:a:{n}")
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def record(many: int) -> tuple[float, float]:
    """Seconds and peak megabytes of recording ``many`` statements to disk in a fresh process."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=Path.cwd()) as folder:
        done = subprocess.run(
            [sys.executable, "-c", CODE, f"{folder}/store", str(many)],
            capture_output=True,
            text=True,
            check=True,
        )
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def main(statements: int = 1_000_000) -> None:
    """Run and print a table."""
    sizes = [statements // 100, statements // 10, statements]
    results = {many: record(many) for many in sizes}
    for many, (seconds, megabytes) in results.items():
        rate = many / seconds
        print(f"  {many:>10,} statements  {seconds:7.1f} s  {rate:>9,.0f}/s  peak {megabytes:6.0f} MB")
    growth = results[sizes[2]][1] / results[sizes[1]][1]
    print(f"  ten times the statements take {growth:.2f}x the memory")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""Versions of a big dictionary: bytes per change, and the time to read, compare and blame any version.

    python benchmarks/versions.py            1,000 versions of 10,000 keys, some seconds
    python benchmarks/versions.py --full     10,000 versions of 100,000 keys, some minutes

Each version changes 0.1 % of the keys. The store is on disk. A plain copy of every version, as one
membership a key, is reckoned from the bytes a key of the first version takes.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import whence
from whence.ontology.namespaces import WHENCE_SNAPSHOTS

EX = "http://example.org/"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--full", action="store_true", help="10,000 versions of 100,000 keys")
    options.add_argument("--versions", type=int)
    options.add_argument("--keys", type=int)
    options.add_argument("--inference", default="none", help="profile of the store")
    given = options.parse_args()
    versions = given.versions or (10_000 if given.full else 1_000)
    keys = given.keys or (100_000 if given.full else 10_000)
    directory = Path(tempfile.mkdtemp(prefix="whence-versions-"))
    try:
        run(directory / "store", versions, keys, given.inference)
    finally:
        shutil.rmtree(directory)


def run(path: Path, versions: int, keys: int, profile: str) -> None:
    changes = max(1, keys // 1000)
    random.seed(7)
    print(f"{versions:,} versions of {keys:,} keys, {changes} changes each, inference {profile}\n")
    with whence.open(path, inference=profile) as store:
        seconds, _ = timed(lambda: first(store, keys))
        store.optimize()
        base = store.backend.size() or 0
        print(
            f"{'first version':32} {seconds:8.1f} s  {base / 1e6:8.1f} MB  {base / keys:7.0f} bytes a key"
        )
        seconds, _ = timed(lambda: record(store, versions, keys, changes))
        store.backend.optimize()
        size = store.backend.size() or 0
        number = versions * changes
        print(
            f"{f'{number:,} changes':32} {seconds:8.1f} s  {(size - base) / 1e6:8.1f} MB  "
            f"{(size - base) / number:7.0f} bytes a change"
        )
        print(f"{'(every version copied)':32} {'':10}  {base * versions / 1e6:8.1f} MB  (reckoned)\n")
        print("without snapshots")
        read(store, [versions // 100, versions // 10])
        seconds, taken = timed(store.snapshot_values)
        store.backend.optimize()
        with_snapshots = store.backend.size() or 0
        text = sum(len(quad.object.value) for quad in store.backend.quads(graph=WHENCE_SNAPSHOTS))
        print(
            f"\n{f'{taken} snapshots':32} {seconds:8.1f} s  {(with_snapshots - size) / 1e6:8.1f} MB  "
            f"{text / number:7.0f} bytes of text a change"
        )
        some = sorted({1, versions // 100, versions // 10, versions // 2, versions * 3 // 4 + 1, versions})
        read(store, some)
        print("\ndifferences")
        for apart in (1, 10, 100):
            differ(store, versions, apart)
        seconds, found = timed(lambda: store.diff(version(1), version(versions)))
        print(f"{'first and last version':32} {seconds * 1000:8.1f} ms {len(found):8,} changes")
        print("\nwho")
        seconds, _ = timed(lambda: store.blame(version(versions)))
        print(f"{'blame of the last version':32} {seconds * 1000:8.1f} ms")
        times = [
            timed(lambda: store.history(version(versions), key(random.randrange(keys))))[0] for _ in "123"
        ]
        print(f"{'history of one key':32} {statistics.median(times) * 1000:8.1f} ms")
        seconds, found = timed(lambda: store.versions(version(versions)))
        print(f"{'list of all versions':32} {seconds * 1000:8.1f} ms {len(found):8,} versions")


def key(number: int) -> str:
    return f"k{number:06}"


def version(number: int) -> str:
    return f"{EX}d{number}"


def first(store: whence.Store, keys: int) -> None:
    with store.bundle("urn:b:0") as b:
        b.dictionary(version(0), empty=True)
        b.derived_by_insertion_from(
            version(1), version(0), {key(number): f"{EX}e/{number}/1" for number in range(keys)}
        )


def record(store: whence.Store, versions: int, keys: int, changes: int) -> None:
    with store.bundle("urn:b:1") as b:
        for number in range(2, versions + 1):
            pairs = {key(at): f"{EX}e/{at}/{number}" for at in random.sample(range(keys), changes)}
            b.derived_by_insertion_from(version(number), version(number - 1), pairs)
            b.was_generated_by(version(number), f"{EX}run/{number}")


def read(store: whence.Store, numbers: list[int]) -> None:
    for number in numbers:
        seconds, found = timed(lambda number=number: store.at(version(number)))
        print(
            f"{f'version {number:,}':32} {seconds * 1000:8.1f} ms {len(found):8,} keys "
            f"{found.deltas:8,} deltas replayed"
        )


def differ(store: whence.Store, versions: int, apart: int) -> None:
    starts = [random.randrange(1, versions - apart) for _ in range(5)]
    taken = [
        timed(lambda start=start: store.diff(version(start), version(start + apart))) for start in starts
    ]
    number = statistics.median(len(found) for _, found in taken)
    seconds = statistics.median(seconds for seconds, _ in taken)
    print(f"{f'{apart} versions apart':32} {seconds * 1000:8.1f} ms {number:8,.0f} changes")


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


if __name__ == "__main__":
    main()

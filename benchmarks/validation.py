"""Validation against reading the same file without it, in one run; a verdict that is wrong stops it.

Prints a table: what was measured, the figure, and what it is to be. Every line is of a fresh process, so
that memory is its own. Without ``--full`` sizes are a tenth of those of the targets.

    python benchmarks/validation.py [--full] [PART ...]
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from whence.validation.reading import read_assertions
from whence.validation.report import ValidationReport
from whence.validation.report_text import text
from whence.validation.validate import validate

Row = tuple[str, str, str]
"""What, the figure, what it is to be."""
HEAD: Final = "document\nprefix ex <http://example.org/>\n"
STEP: Final = """entity(ex:e{n}, [prov:label="entity {n}"])
activity(ex:a{n}, 2026-01-01T00:00:00Z, 2026-01-01T01:00:00Z)
used(ex:u{n}; ex:a{n}, ex:e{before}, 2026-01-01T00:30:00Z)
used(ex:a{n}, ex:e{earlier}, -)
wasGeneratedBy(ex:g{n}; ex:e{n}, ex:a{n}, 2026-01-01T00:40:00Z)
wasDerivedFrom(ex:e{n}, ex:e{before}, ex:a{n}, -, -)
wasAssociatedWith(ex:a{n}, ex:agent{agent}, -)
wasAttributedTo(ex:e{n}, ex:agent{agent})
specializationOf(ex:e{n}, ex:thing{thing})
wasInformedBy(ex:a{n}, ex:a{before})
"""
PER_STEP: Final = STEP.count("\n")


def runs(statements: int) -> bytes:
    """Valid provenance in one bundle: steps that use what earlier ones made."""
    body = (
        STEP.format(n=n, before=max(0, n - 1), earlier=n * 3 // 4, agent=n % 100, thing=n % 1000)
        for n in range(1, statements // PER_STEP + 1)
    )
    return (HEAD + "".join(body) + "endDocument\n").encode()


def circle(entities: int) -> bytes:
    """Entities of which each derives from the one before, and the first from the last."""
    body = (
        f"entity(ex:e{n})\nwasDerivedFrom(ex:e{n}, ex:e{(n - 1) % entities})\n" for n in range(entities)
    )
    return (HEAD + "".join(body) + "endDocument\n").encode()


def repeated(statements: int) -> bytes:
    """One generation, told again and again, each time without its id."""
    body = "wasGeneratedBy(ex:e, ex:a, -)\nwasGeneratedBy(ex:e, ex:a, 2026-01-01T00:00:00Z)\n"
    return (HEAD + body * (statements // 2) + "endDocument\n").encode()


def clashes(statements: int) -> bytes:
    """Every statement clashes with the first."""
    body = (f"wasGeneratedBy(ex:id; ex:e{n}, ex:a, -)\n" for n in range(statements))
    return (HEAD + "".join(body) + "endDocument\n").encode()


MAKERS: Final[dict[str, tuple[Callable[[int], bytes], str]]] = {
    "runs": (runs, "valid"),
    "circle": (circle, "invalid"),
    "repeated": (repeated, "valid"),
    "clashes": (clashes, "invalid"),
}


def measure(kind: str, size: int) -> dict[str, float]:
    """Seconds of reading alone and with validation, and the bytes that validation held at most."""
    make, outcome = MAKERS[kind]
    data = make(size)
    start = time.perf_counter()
    deque(read_assertions(io.BytesIO(data), "provn").items, maxlen=0)
    reading = time.perf_counter() - start
    before = _peak()
    start = time.perf_counter()
    source = read_assertions(io.BytesIO(data), "provn")
    report = validate(source.items, prefixes=source.prefixes)
    seconds = time.perf_counter() - start
    if report.outcome != outcome:
        raise SystemExit(f"{kind} is {report.outcome}, not {outcome}: {_first(report)}")
    start = time.perf_counter()
    length = len(text(report))
    return {
        "statements": report.statements,
        "reading": reading,
        "seconds": seconds,
        "bytes": _peak() - before,
        "found": report.found,
        "telling": time.perf_counter() - start,
        "text": length,
    }


def _first(report: ValidationReport) -> str:
    found = [*report.malformed, *report.violations]
    return str(found[0])[:300] if found else ""


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _apart(kind: str, size: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", kind, str(size)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr.strip()[-600:])
    found: dict[str, float] = json.loads(done.stdout)
    return found


# Parts


def linear(most: int) -> Iterator[Row]:
    """Time and memory per statement, from a thousand to a million."""
    size = 1_000
    while size <= most:
        yield _row(_apart("runs", size), size)
        size *= 10


def _row(found: dict[str, float], size: int) -> Row:
    many, seconds = found["statements"], found["seconds"]
    figure = f"{seconds:7.2f} s {seconds / many * 1e9:7,.0f} ns {found['bytes'] / many:6,.0f} B each"
    ratio = f"= {seconds / found['reading']:.1f}x reading ({found['reading']:.2f} s)"
    goal = {1_000: "< 0.1 s", 1_000_000: "< 90 s, < 2,000 B"}.get(size, "")
    return f"reading and validating {many:>9,.0f} statements", f"{figure} {ratio}", goal


def derivations(most: int) -> Iterator[Row]:
    """A circle of derivations through all entities."""
    found = _apart("circle", most)
    figure = f"{found['seconds']:.2f} s, {found['bytes'] / 2**20:,.0f} MiB"
    yield f"a circle of {most:,} derivations", f"{figure}, {found['found']:.0f} violation", "seconds"
    yield "  its report as text", f"{found['telling']:.2f} s, {found['text']:,.0f} characters", ""


def awkward(most: int) -> Iterator[Row]:
    """What a slower algorithm would be quadratic on."""
    for kind in ("repeated", "clashes"):
        for size in (most // 10, most):
            found = _apart(kind, size)
            figure = (
                f"{found['seconds']:7.2f} s {found['seconds'] / found['statements'] * 1e9:7,.0f} ns each"
            )
            yield f"{kind}, {size:,} statements", figure, "equal times each"


def start(most: int) -> Iterator[Row]:  # noqa: ARG001  # the target is for a thousand
    """A thousand statements once a process has begun, and the process with them."""
    found = _apart("runs", 1_000)
    yield "1,000 statements after start", f"{found['seconds'] * 1e3:.0f} ms", "< 100 ms"
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import whence"], check=True)
    bare = time.perf_counter() - begin
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "whence", "validate", "-"], input=runs(1_000), capture_output=True
    )
    whole = time.perf_counter() - begin
    yield "  the command, from nothing", f"{whole:.2f} s = {whole / bare:.1f}x import whence", ""


PARTS: Final[dict[str, tuple[Callable[[int], Iterator[Row]], int]]] = {
    "linear": (linear, 1_000_000),
    "circle": (derivations, 100_000),
    "awkward": (awkward, 200_000),
    "start": (start, 1_000),
}


def main() -> None:
    """Run the parts and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--full", action="store_true", help="the sizes that the targets are for")
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        kind, size = options.measure
        print(json.dumps(measure(kind, int(size))))
        return
    for name in options.parts or PARTS:
        work, most = PARTS[name]
        for what, figure, goal in work(most if options.full else most // 10):
            print(f"{what:<46} {figure:<66} {goal}", flush=True)


if __name__ == "__main__":
    main()

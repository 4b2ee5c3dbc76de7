"""Inference against owlrl, `reasonable` and bulk loading in one run; equal results come first.

Prints a table: what was measured, the figure, and what it is to be. Every part runs in a fresh process.
Without ``--full`` the sizes are a tenth of those of the targets. `reasonable` is left out unless it is
installed (``pip install reasonable``).

    python benchmarks/reasoning.py [--full] [PART ...]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
from _reasoning_data import columns, steps_for, write

import whence
from whence import ontology
from whence.ontology.namespaces import RDF_TYPE, RDFS, WHENCE_INFERRED, XSD
from whence.reasoning import ruleset
from whence.reasoning.evaluate import Evaluator
from whence.reasoning.facts import Columns, Terms
from whence.reasoning.follower import Follower
from whence.reasoning.rules import OWL, RuleSet

Row = tuple[str, str, str]
"""What, the figure, what it is to be."""
GIVEN: Final = "http://example.org/"


def best(
    work: Callable[..., Any], times: int = 3, fresh: Callable[[], tuple[Any, ...]] = tuple
) -> tuple[float, Any]:
    """Seconds of the fastest of some runs, each on what ``fresh`` gives, and what the last returned."""
    seconds, result = float("inf"), None
    for _ in range(times):
        given = fresh()
        start = time.perf_counter()
        result = work(*given)
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, result


# Others


def owlrl(size: int, folder: Path) -> Iterator[Row]:
    """owlrl closes data and ontology; we read the data's triples and close them by the same ontology."""
    from owlrl import OWLRL_Semantics
    from rdflib import Graph

    source = _turtle(folder, size)
    graph = Graph().parse(_ontology(folder)).parse(source)
    theirs, _ = best(lambda: OWLRL_Semantics(graph, False, False, False).closure(), 1)
    facts = {triple for triple in map(_spelt, graph) if _counts(*triple)}
    yield from _against("owlrl", size, theirs, facts, source, ruleset("owl"), 500)


def reasonable(size: int, folder: Path) -> Iterator[Row]:
    """`reasonable` has neither property chains nor keys, so here we apply rules of one pattern only."""
    try:
        from reasonable import PyReasoner
    except ImportError:
        yield "reasonable", "not installed", "pip install reasonable"
        return
    source, reasoner = _turtle(folder, size), PyReasoner()
    reasoner.load_file(str(_ontology(folder)))
    reasoner.load_file(str(source))
    theirs, triples = best(reasoner.reason, 1)
    facts = {triple for triple in map(_spelt, triples) if _counts(*triple)}
    rules = ruleset("owl")
    rules = replace(rules, rules=tuple(rule for rule in rules.rules if len(rule.body) < 2))
    yield from _against("reasonable", size, theirs, facts, source, rules, 100)


def _against(
    name: str,
    size: int,
    theirs: float,
    facts: set[tuple[str, ...]],
    source: Path,
    rules: RuleSet,
    goal: int,
) -> Iterator[Row]:
    triples = [quad.triple for quad in ox.parse(path=source, format=ox.RdfFormat.TURTLE)]
    follower = _followed(rules, triples)
    found = {
        (str(triple.subject), str(triple.predicate), str(triple.object))
        for triple in follower.quads(follower.evaluator.facts.columns())
    }
    found = {triple for triple in found if _counts(*triple)}
    _same(found, facts, name)
    ours, _ = best(lambda: _followed(rules, triples))
    asserted = follower.evaluator.asserted.columns()
    alone, _ = best(lambda e: e.add(asserted), 3, lambda: (Evaluator(rules, follower.terms),))
    what = f"{name}, {size:,} triples, {len(found):,} equal facts"
    yield what, f"{theirs:.2f} s", "the baseline"
    # They were timed with the triples read.
    yield "  ours, reading triples and closing", f"{ours * 1e3:.0f} ms = {theirs / ours:,.0f}x", ""
    yield "  ours, closing alone", f"{alone * 1e3:.1f} ms = {theirs / alone:,.0f}x", f">= {goal}x"


def _followed(rules: RuleSet, triples: list[ox.Triple]) -> Follower:
    follower = Follower(rules)
    for triple in triples:
        follower.coming.add(triple)
    follower.settle()
    return follower


def _turtle(folder: Path, size: int) -> Path:
    write(folder / "data.ttl", steps_for(size), graphs=False)
    return folder / "data.ttl"


def _ontology(folder: Path) -> Path:
    axioms = [triple for name in ontology.VOCABULARIES for triple in ontology.load(name)]
    (folder / "ontology.ttl").write_text(
        "".join(f"{t.subject} {t.predicate} {t.object} .\n" for t in axioms)
    )
    return folder / "ontology.ttl"


def _spelt(triple: Any) -> tuple[str, ...]:
    # rdflib writes the time zone of a literal in its own way.
    return tuple(term.n3().replace('+00:00"', 'Z"') for term in triple)


def _counts(subject: str, predicate: str, object_: str) -> bool:
    """Whether a fact is about the data, and no equality to itself or typing by what has no name or use."""
    noise = (str(OWL.Thing), str(RDFS.Resource), str(RDFS.Literal))
    if not subject.startswith(f"<{GIVEN}") or predicate == str(OWL.sameAs):
        return False
    return predicate != str(RDF_TYPE) or not (object_.startswith(("_:", f"<{XSD}")) or object_ in noise)


def _same(ours: set[tuple[str, ...]], theirs: set[tuple[str, ...]], name: str) -> None:
    if ours != theirs:
        sample = [*islice(ours - theirs, 3), *islice(theirs - ours, 3)]
        raise SystemExit(f"not the conclusions of {name}: {len(ours ^ theirs):,} differ, such as {sample}")


# Reasoning alone


def alone(size: int, folder: Path) -> Iterator[Row]:  # noqa: ARG001  # every part has both
    """Closing integer columns, as it is after the triples were numbered."""
    rules, data, terms, count = _columns(size)
    seconds, facts = best(lambda e: e.add(data), 5, lambda: (Evaluator(rules, terms),))
    inferred = sum(map(len, facts.values())) - count
    figure = f"{count / seconds / 1e6:.1f} M/s ({seconds * 1e3:.0f} ms, {inferred:,} inferred)"
    yield f"reasoning alone, {count:,} triples", figure, ">= 5 M/s"


def memory(size: int, folder: Path) -> Iterator[Row]:  # noqa: ARG001
    """The most memory used while closing, beyond what was used before there were data."""
    before = _peak()
    rules, data, terms, count = _columns(size)
    evaluator = Evaluator(rules, terms)
    evaluator.add(data)
    yield (
        f"peak memory of closing {count:,} triples",
        f"{(_peak() - before) / count:.0f} B/triple",
        "<= 500",
    )


def memory_store(size: int, folder: Path) -> Iterator[Row]:
    """The most memory used by ``store.infer()`` on disk, beyond what the open store used before."""
    count = write(folder / "data.nq", steps_for(size))
    code = (
        "import re, sys, whence\n"
        # Not of getrusage: that goes on from the peak of the process that started this one.
        "status = lambda: open('/proc/self/status').read()\n"
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', status())[1]) * 1024\n"
        "store = whence.open(sys.argv[1]); before = peak()\n"
        "store.infer('prov'); print(peak() - before)"
    )
    with whence.open(folder / "store", inference="none") as store:
        store.load(folder / "data.nq")
    used = int(subprocess.check_output([sys.executable, "-c", code, str(folder / "store")]).split()[-1])
    yield f"peak memory of infer() on disk, {count:,}", f"{used / count:.0f} B/triple", "<= 500"


def linear(size: int, folder: Path) -> Iterator[Row]:  # noqa: ARG001
    """Time per triple at sizes up to ``size``."""
    for part in (size // 500, size // 50, size // 5, size):
        rules, data, terms, count = _columns(part)
        seconds, _ = best(lambda e: e.add(data), 3, lambda: (Evaluator(rules, terms),))  # noqa: B023
        yield (
            f"  closing {count:>9,} triples",
            f"{seconds * 1e3:8.1f} ms {seconds / count * 1e9:5.0f} ns each",
            "",
        )


def _columns(size: int) -> tuple[RuleSet, Columns, Terms, int]:
    rules, terms = ruleset("prov"), Terms()
    Evaluator(rules, terms)
    data, count = columns(steps_for(size), terms)
    return rules, data, terms, count


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# Stores


def in_memory(size: int, folder: Path) -> Iterator[Row]:
    """``store.infer()`` against loading what it infers, in memory."""
    yield from _end_to_end(size, folder, "in memory")


def on_disk(size: int, folder: Path) -> Iterator[Row]:
    """``store.infer()`` against loading what it infers, on disk."""
    yield from _end_to_end(size, folder, "on disk")


def _end_to_end(size: int, folder: Path, where: str) -> Iterator[Row]:
    count = write(folder / "data.nq", steps_for(size))
    in_memory = where == "in memory"
    with whence.open(":memory:" if in_memory else folder / "after", inference="none") as store:
        without, _ = best(lambda: store.load(folder / "data.nq"), 1)
        ruleset("prov")  # once in a process
        ours, report = best(lambda: store.infer("prov"), 1)
        with (folder / "inferred.nq").open("w") as file:
            file.writelines(f"{quad} .\n" for quad in store.backend.quads(graph=WHENCE_INFERRED))
    with whence.open(":memory:" if in_memory else folder / "along", inference="prov") as store:
        including, _ = best(lambda: store.load(folder / "data.nq"), 1)
        if store.stats().inferred != report.inferred:
            raise SystemExit("not the same inferred after a load")
    added = including - without
    bare = ox.Store() if in_memory else ox.Store(str(folder / "bare"))

    def load() -> None:
        bare.bulk_load(path=folder / "inferred.nq", format=ox.RdfFormat.N_QUADS)
        bare.flush()

    theirs, _ = best(load, 1)
    if len(bare) != report.inferred:
        raise SystemExit(f"{len(bare):,} inferred triples loaded, {report.inferred:,} reported")
    yield f"bulk_load of {report.inferred:,} {where}", f"{theirs:.1f} s", "the baseline"
    yield f"  infer() from {count:,}", f"{ours:.1f} s = {ours / theirs:.2f}x", "<= 2x"
    yield "  what inference adds to loading them", f"{added:.1f} s = {added / theirs:.2f}x", "<= 2x"


def changes(size: int, folder: Path) -> Iterator[Row]:
    """Adding about 1,000 triples to a store in memory and removing a bundle of 200, rules applied."""
    steps = steps_for(size)
    count = write(folder / "data.nq", steps)
    with whence.open(":memory:", inference="prov") as store:
        store.load(folder / "data.nq")
        adding, removing = [], []
        for turn in range(5):
            added = write(folder / "more.nq", 50, first=steps + 50 * turn)
            quads = list(ox.parse(path=folder / "more.nq", format=ox.RdfFormat.N_QUADS))
            adding.append(best(lambda: store.backend.write(quads), 1)[0])  # noqa: B023
            gone = f"DROP GRAPH <urn:run:{steps // 20 + turn}>"
            removing.append(best(lambda: store.update(gone), 1)[0])  # noqa: B023
        inferred = store.stats().inferred
        again = store.infer()
        if again is None or again.added or again.removed or again.inferred != inferred:
            raise SystemExit("changes did not end where a full run ends")
    middle = sorted(adding)[2], sorted(removing)[2]
    yield f"adding {added} triples to {count:,}, median", f"{middle[0] * 1e3:.0f} ms", "<= 100 ms"
    yield "removing a bundle of 200, median", f"{middle[1] * 1e3:.0f} ms", "<= 150 ms"


PARTS: Final[dict[str, tuple[Callable[[int, Path], Iterator[Row]], int]]] = {
    "owlrl": (owlrl, 30_000),
    "reasonable": (reasonable, 100_000),
    "alone": (alone, 1_000_000),
    "linear": (linear, 5_000_000),
    "memory": (memory, 1_000_000),
    "in-memory": (in_memory, 1_000_000),
    "on-disk": (on_disk, 1_000_000),
    "changes": (changes, 1_000_000),
    "memory-store": (memory_store, 1_000_000),
}


def main() -> None:
    """Run the parts and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--full", action="store_true", help="the sizes that the targets are for")
    parser.add_argument("--in-process", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in options.parts or PARTS:
        if not options.in_process:
            again = [sys.executable, __file__, name, "--in-process", *(["--full"] if options.full else [])]
            done = subprocess.run(again, capture_output=True, text=True)
            if done.returncode:
                print(f"{name} failed: {done.stderr.strip()[-600:]}")
            for line in done.stdout.splitlines():
                what, figure, goal = json.loads(line)
                print(f"{what:<58} {figure:<44} {goal}", flush=True)
            continue
        work, size = PARTS[name]
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=Path.cwd()) as folder:
            for row in work(size if options.full else size // 10, Path(folder)):
                print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()

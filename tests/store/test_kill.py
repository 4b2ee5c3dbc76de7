"""kill -9 in the middle of writes: nothing acknowledged is lost, nothing is torn."""

import random
import subprocess
import sys
import time
from pathlib import Path

from pyoxigraph import NamedNode

from whence.store.embedded import EmbeddedBackend

KILLS = 22
BATCH, BULK, REPLACED = 50, 12_000, 40

# Each operation is told before it starts and acknowledged after it returned.
WRITER = f"""
import sys
from itertools import count
from pyoxigraph import Literal, NamedNode, Quad
from whence.store import embedded
from whence.store.embedded import EmbeddedBackend

embedded._REPLACED_AT_ONCE = {BULK} - 1

def quads(graph, many, value=None):
    for n in range(many):
        number = Literal(n if value is None else value)
        yield Quad(NamedNode(f"urn:s:{{n}}"), NamedNode("urn:p"), number, graph)

backend = EmbeddedBackend.open(sys.argv[1])
for k in count(int(sys.argv[2])):
    print("begin", k, flush=True)
    if k % 4 == 0:
        backend.write(quads(NamedNode(f"urn:batch:{{k}}"), {BATCH}))
    elif k % 4 == 1:
        backend.write(quads(NamedNode(f"urn:bulk:{{k}}"), {BULK}))
    elif k % 4 == 2:
        backend.update(f'''
            DELETE {{{{ GRAPH <urn:state> {{{{ <urn:x> ?p ?o }}}} }}}}
            INSERT {{{{ GRAPH <urn:state> {{{{ <urn:x> <urn:a> {{k}} ; <urn:b> {{k}} }}}} }}}}
            WHERE {{{{ OPTIONAL {{{{ GRAPH <urn:state> {{{{ <urn:x> ?p ?o }}}} }}}} }}}}
        ''')
    else:
        many = {REPLACED} if k % 8 == 3 else {BULK}
        graph = NamedNode("urn:replaced")
        backend.write(quads(graph, many, k), replace=[graph])
    print("done", k, flush=True)
"""


def run_and_kill(path: Path, start: int, seconds: float) -> tuple[list[int], int]:
    """The operations acknowledged before the kill, and the last one begun."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(start)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    lines = [child.stdout.readline()]
    time.sleep(seconds)
    child.kill()
    lines += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    words = [line.split() for line in lines if line.endswith("\n") and line.strip()]
    done = [int(number) for word, number in words if word == "done"]
    return done, max(int(number) for _, number in words)


def values(backend: EmbeddedBackend, graph: str, subject: str | None = None) -> list[int]:
    about = NamedNode(subject) if subject else None
    return [int(q.object.value) for q in backend.quads(about, graph=NamedNode(graph))]  # type: ignore[union-attr]


def check(backend: EmbeddedBackend, done: list[int], interrupted: list[int]) -> None:
    sizes = {"urn:batch:": BATCH, "urn:bulk:": BULK}
    for k in done:
        if k % 4 < 2:
            prefix = "urn:batch:" if k % 4 == 0 else "urn:bulk:"
            assert backend.count(NamedNode(f"{prefix}{k}")) == sizes[prefix], f"{k} was acknowledged"
    for graph in backend.graphs():
        for prefix, size in sizes.items():
            if graph.value.startswith(prefix):
                assert backend.count(graph) == size, f"{graph} is torn"
    last_update = max((k for k in done if k % 4 == 2), default=-1)
    state = values(backend, "urn:state")
    assert len(state) in (0, 2)
    assert len(set(state)) <= 1
    if last_update >= 0:
        assert state[0] in (last_update, *(k for k in interrupted if k > last_update))
    last_replaced = max((k for k in done if k % 4 == 3), default=-1)
    replaced = values(backend, "urn:replaced")
    assert len(set(replaced)) <= 1
    if last_replaced >= 0:
        assert replaced[0] in (last_replaced, *(k for k in interrupted if k > last_replaced))
        assert len(replaced) == (REPLACED if replaced[0] % 8 == 3 else BULK)


def test_kills_in_the_middle_of_writing(tmp_path: Path) -> None:
    path = tmp_path / "store"
    dice = random.Random(20)
    acknowledged: list[int] = []
    interrupted: list[int] = []
    begun = -1
    for _ in range(KILLS):
        done, begun = run_and_kill(path, begun + 1, dice.uniform(0.02, 0.7))
        acknowledged += done
        if begun not in done:
            interrupted.append(begun)
        backend = EmbeddedBackend.open(path)
        check(backend, acknowledged, interrupted)
        backend.close()
    assert acknowledged
    assert len(interrupted) >= KILLS // 2, "too few kills hit an operation"

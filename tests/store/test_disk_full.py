"""A full disk: the write that did not fit is not there; all earlier ones are, and stay."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from whence.errors import StoreError
from whence.store.embedded import EmbeddedBackend


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this system does not let us mount a small file system")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def quads(graph: NamedNode, many: int) -> Iterator[Quad]:
    for number in range(many):
        yield Quad(NamedNode(f"{graph.value}:{number}"), NamedNode("urn:p"), Literal("x" * 200), graph)


def test_what_does_not_fit_leaves_the_rest(small_disk: Path) -> None:
    backend = EmbeddedBackend.open(small_disk / "store")
    sizes: dict[NamedNode, int] = {}
    with pytest.raises(StoreError, match="make room on the disk and open the store again"):
        for number in range(100):
            graph, many = NamedNode(f"urn:g:{number}"), 3_000 if number % 2 else 12_000
            backend.write(quads(graph, many))
            sizes[graph] = many
    assert len(sizes) > 1

    def check(opened: EmbeddedBackend) -> None:
        assert {graph: opened.count(graph) for graph in opened.graphs()} == sizes

    check(backend)
    backend.close()
    again = EmbeddedBackend.open(small_disk / "store")
    check(again)
    again.close()

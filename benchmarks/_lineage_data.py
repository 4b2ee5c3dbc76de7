"""Provenance for the lineage benchmark: families of steps, apart from each other, of known lineage.

A family has levels of entities side by side; the activity of each used two of the level before. So what is
asked about decides how much is reached, and the rest of the store is only there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

NODE: Final = "http://example.org/n/"
PROV: Final = "http://www.w3.org/ns/prov#"
TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LADDER: Final = 20
SIZES: Final = (100, 1_000, 10_000, 100_000)
"""About how many nodes the lineage of a start has; in a small store the last one is left out."""

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Written:
    """How many quads there are, and whose lineage to ask for: nodes by the size of their lineage."""

    quads: int
    starts: dict[str, list[int]]


def family(nodes: int, first: int) -> tuple[Ids, Ids]:
    """Edges of a family of about so many nodes, effect to cause; the first node is a last entity.

    Entities have even numbers, each activity the number after that of what it made.
    """
    lanes = 10 if nodes < 50_000 else 100
    steps = max(nodes // 2 // lanes, 2) * lanes
    step = np.arange(steps, dtype=np.int64)
    level, lane = step // lanes, step % lanes
    later = (level + 1) * lanes
    entity = first + 2 * step
    below = later < steps
    used = [first + 2 * (later + beside)[below] for beside in (2 * lane % lanes, (2 * lane + 1) % lanes)]
    sources = np.concatenate((entity, *(entity[below] + 1 for _ in used)))
    return sources, np.concatenate((entity + 1, *used))


def ladder(first: int) -> tuple[Ids, Ids]:
    """Diamonds one behind the other, each of two activities that used what the next two made."""
    rung = first + 8 * np.arange(LADDER, dtype=np.int64)
    pairs = [(0, 1), (0, 3), (1, 2), (3, 4), (2, 5), (4, 5), (5, 8)]
    return (
        np.concatenate([rung + one for one, _ in pairs]),
        np.concatenate([rung + other for _, other in pairs]),
    )


def write(folder: Path, quads: int) -> Written:
    """Write ``data.nq``, ``edges.npy`` and ``starts.json`` with about so many quads."""
    wanted = [size for size in SIZES if 5 * size <= quads]
    starts: dict[str, list[int]] = {f"{size:,}": [] for size in wanted}
    pieces, first, said = [], 0, 0
    with (folder / "data.nq").open("w") as file:
        for size in (*wanted[2:], *(wanted[:1] * 50)):
            said += _family(file, pieces, starts, size, first)
            first = _after(pieces)
        pieces.append(ladder(first))
        starts["ladder"] = [first]
        said += _quads(file, *pieces[-1], "ladder", typed=False)
        first = _after(pieces) + 16
        while said < quads:
            said += _family(file, pieces, starts, 1_000, first)
            first = _after(pieces)
    edges = np.stack([np.concatenate(ends) for ends in zip(*pieces, strict=True)])
    np.save(folder / "edges.npy", edges)
    starts["1,000"] = starts["1,000"][:: max(1, len(starts["1,000"]) // 50)]
    (folder / "starts.json").write_text(json.dumps(starts))
    return Written(said, starts)


def _after(pieces: list[tuple[Ids, Ids]]) -> int:
    return (int(max(ends.max() for ends in pieces[-1])) // 2 + 1) * 2


def _family(
    file: object, pieces: list[tuple[Ids, Ids]], starts: dict[str, list[int]], size: int, first: int
) -> int:
    pieces.append(family(size, first))
    starts[f"{size:,}"].append(first)
    return _quads(file, *pieces[-1], str(first), typed=True)


def _quads(file: object, sources: Ids, targets: Ids, bundle: str, *, typed: bool) -> int:
    lines = []
    graph = f"<urn:run:{bundle}>"
    for source, target in zip(sources.tolist(), targets.tolist(), strict=True):
        relation = "used" if typed and source % 2 else "wasGeneratedBy" if typed else "wasDerivedFrom"
        lines.append(f"<{NODE}{source}> <{PROV}{relation}> <{NODE}{target}> {graph} .\n")
        if typed and not source % 2:
            lines.append(f"<{NODE}{source}> {TYPE} <{PROV}Entity> {graph} .\n")
            lines.append(f"<{NODE}{target}> {TYPE} <{PROV}Activity> {graph} .\n")
    file.writelines(lines)  # type: ignore[attr-defined]
    return len(lines)

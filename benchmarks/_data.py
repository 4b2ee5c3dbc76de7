"""Synthetic provenance for the benchmarks: runs of activities that use earlier entities, as N-Quads."""

from __future__ import annotations

import random
from pathlib import Path

PROV = "http://www.w3.org/ns/prov#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"


def write_nquads(path: Path, quads: int, *, per_run: int = 20_000) -> None:
    """Write ``quads`` quads (a multiple of 5), one named graph for every ``per_run`` of them."""
    dice = random.Random(1)
    with path.open("w") as file:
        for step in range(quads // 5):
            entity, activity = f"<http://example.org/e/{step}>", f"<http://example.org/a/{step}>"
            source = f"<http://example.org/e/{max(0, step - dice.randint(1, 50))}>"
            graph = f"<urn:run:{step * 5 // per_run}>"
            file.write(
                f"{entity} {TYPE} <{PROV}Entity> {graph} .\n"
                f"{activity} {TYPE} <{PROV}Activity> {graph} .\n"
                f"{activity} <{PROV}used> {source} {graph} .\n"
                f"{entity} <{PROV}wasGeneratedBy> {activity} {graph} .\n"
                f'{entity} {LABEL} "entity number {step}" {graph} .\n'
            )

"""Provenance for the reasoning benchmarks: runs of ten activities that make new versions of things.

The same data as N-Quads and as integer columns. A run is a bundle of about 200 statements. The number of
steps decides everything, so each size is a beginning of the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV, RDF_TYPE, XSD
from whence.reasoning.facts import Columns, Ids, Terms, gather, pack

STEPS_PER_RUN: Final = 10
LATER: Final = ("entity", PROV.wasRevisionOf, "previous")
"""The one statement that a step lacks when its thing is new."""
SHAPE: Final = (
    ("activity", RDF_TYPE, PROV.Activity),
    ("activity", PROV.startedAtTime, "start"),
    ("activity", PROV.endedAtTime, "end"),
    ("activity", PROV.wasAssociatedWith, "agent"),
    ("activity", PROV.qualifiedAssociation, "association"),
    ("association", RDF_TYPE, PROV.Association),
    ("association", PROV.agent, "agent"),
    ("association", PROV.hadRole, "role"),
    ("activity", PROV.used, "source"),
    ("activity", PROV.used, "second"),
    ("activity", PROV.qualifiedUsage, "usage"),
    ("usage", RDF_TYPE, PROV.Usage),
    ("usage", PROV.entity, "source"),
    ("usage", PROV.hadRole, "part"),
    ("entity", RDF_TYPE, PROV.Entity),
    ("entity", PROV.wasGeneratedBy, "activity"),
    ("entity", PROV.wasDerivedFrom, "source"),
    ("entity", PROV.specializationOf, "thing"),
    ("entity", PROV.wasAttributedTo, "agent"),
    LATER,
)
_PER_STEP: Final = ("activity", "association", "usage", "entity", "start", "end")
_POOLS: Final = {"agent": 50, "role": 20}
_LANES, _VERSIONS = 10, 8  # things worked on side by side, versions of each


def steps_for(triples: int) -> int:
    """How many steps give about this many triples, whole runs."""
    return max(1, round(triples / (len(SHAPE) - 1 / _VERSIONS) / STEPS_PER_RUN)) * STEPS_PER_RUN


def _places(steps: Ids) -> dict[str, tuple[str, Ids]]:
    """For each name in :data:`SHAPE` the kind of node and the number within the kind, for each step."""
    # A fixed pseudo-random distance: a multiplicative hash of the step.
    near = steps * 2654435761 % 2**32 % 50 + 1
    far = steps * 40503 % 2**16 % 500 + 1
    block = _LANES * _VERSIONS
    return {
        **{kind: (kind, steps) for kind in _PER_STEP},
        "agent": ("agent", steps % _POOLS["agent"]),
        "role": ("role", steps % 7),
        "part": ("role", 7 + steps % 13),
        "source": ("entity", np.maximum(steps - near, 0)),
        "second": ("entity", np.maximum(steps - far, 0)),
        "previous": ("entity", np.maximum(steps - _LANES, 0)),
        "thing": ("thing", steps // block * _LANES + steps % _LANES),
    }


def _is_new(steps: Ids) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return steps % (_LANES * _VERSIONS) < _LANES


def columns(steps: int, terms: Terms, first: int = 0) -> tuple[Columns, int]:
    """The statements of ``steps`` steps as columns, and how many. Terms are numbered as they are met."""
    number, predicates = _numbering(steps, terms, first), {}
    at = np.arange(first, first + steps)
    places = _places(at)
    later = ~_is_new(at)

    def ids(end: str | NamedNode) -> Ids:
        if isinstance(end, NamedNode):
            return np.full(steps, terms.number(end), np.int64)
        kind, places_of = places[end]
        return number(kind, places_of)

    parts = []
    for row in SHAPE:
        subject, predicate, object_ = row
        pairs = pack(ids(subject), ids(object_))
        predicates[predicate] = terms.number(predicate)
        parts.append((predicates[predicate], pairs[later] if row is LATER else pairs))
    found = {predicate: np.unique(pairs) for predicate, pairs in gather(parts).items()}
    return found, sum(map(len, found.values()))


def _numbering(steps: int, terms: Terms, first: int):  # type: ignore[no-untyped-def]
    """A function from a kind and numbers within it to the numbers of terms, which all exist after this."""
    tables: dict[str, Ids] = {}
    last = first + steps

    def table(kind: str, count: int, start: int = 0) -> None:
        tables[kind] = np.zeros(count, np.int64)
        for at in range(start, count):
            tables[kind][at] = terms.number(term(kind, at))

    for kind, size in _POOLS.items():
        table(kind, size)
    table("thing", last // (_LANES * _VERSIONS) * _LANES + _LANES, first // (_LANES * _VERSIONS) * _LANES)
    for kind in _PER_STEP:
        tables[kind] = np.zeros(last, np.int64)
    # Entities of earlier steps are met again as sources.
    for at in range(max(0, first - 500), first):
        tables["entity"][at] = terms.number(term("entity", at))
    for at in range(first, last):
        for kind in _PER_STEP:
            tables[kind][at] = terms.number(term(kind, at))
    return lambda kind, places: tables[kind][places]


def term(kind: str, at: int) -> NamedNode | Literal:
    """A node of the data."""
    if kind in ("start", "end"):
        return Literal(_time(kind, at), datatype=XSD.dateTime)
    return NamedNode(f"http://example.org/{kind}/{at}")


def _time(kind: str, at: int) -> str:
    return f"{np.datetime64('2020-01-01') + np.timedelta64(at * 60 + (30 if kind == 'end' else 0), 's')}Z"


def lines(steps: int, first: int = 0, *, graphs: bool = True) -> Iterator[str]:
    """The same statements as text, all of a step in one piece: N-Quads, or N-Triples without ``graphs``."""
    names = tuple(dict.fromkeys(end for row in SHAPE for end in (row[0], row[2]) if isinstance(end, str)))

    def block(*, later: bool) -> str:
        graph = " <urn:run:{run}>" if graphs else ""
        rows = [row for row in SHAPE if later or row is not LATER]
        return "".join(f"{_slot(s)} {p} {_slot(o)}{graph} .\n" for s, p, o in rows)

    shapes = {False: block(later=False), True: block(later=True)}
    for low in range(first, first + steps, 10_000):
        at = np.arange(low, min(low + 10_000, first + steps))
        places = _places(at)
        values = [[str(term(places[name][0], int(n))) for n in places[name][1]] for name in names]
        for step, new, row in zip(
            at.tolist(), _is_new(at).tolist(), zip(*values, strict=True), strict=True
        ):
            yield shapes[not new].format(run=step // STEPS_PER_RUN, **dict(zip(names, row, strict=True)))


def _slot(end: str | NamedNode) -> str:
    return f"{{{end}}}" if isinstance(end, str) else str(end)


def write(path: Path, steps: int, first: int = 0, *, graphs: bool = True) -> int:
    """Write the text to a file; how many statements there are."""
    count = 0
    with path.open("w") as file:
        for piece in lines(steps, first, graphs=graphs):
            file.write(piece)
            count += piece.count("\n")
    return count

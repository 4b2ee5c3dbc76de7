"""What a walk goes over: the index of a store in this process, or a server asked in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import BlankNode, NamedNode

from whence.queries.adjacency import Adjacency
from whence.queries.edges import STEPS, Labels
from whence.queries.lookup import Lookup, Node
from whence.queries.rows import Expanded, Stepper
from whence.queries.scanned import Scanned
from whence.queries.walk import Steps
from whence.reasoning.facts import Ids
from whence.reasoning.keeper import Keeper
from whence.store.backend import Backend

__all__ = ["Asked", "Ground", "ground"]


class Ground(Steps, Protocol):
    """Steps between numbered nodes, and whose numbers they are."""

    def number(self, node: Node) -> int | None:
        """The number of a node; ``None`` for one that no step leads from or to."""

    def terms(self, numbers: Ids) -> Sequence[Node]:
        """The nodes with these numbers."""

    def are_asserted(self, sources: Ids, targets: Ids, steps: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Of edges in PROV's direction, by the labels of their steps, which a bundle asserts."""


def ground(backend: Backend) -> Ground:
    """What to walk over in this store, as it is now."""
    lookup = Lookup(backend)
    if not lookup.is_local:
        return Asked(lookup)
    # What nobody keeps an index of is not read whole for one walk.
    return Adjacency.of(backend) if isinstance(backend, Keeper) else Scanned(backend)


class Asked:
    """The steps of a store on a server, asked for some hundred nodes at a time and remembered.

    One object is for one walk: what others write meanwhile may be in it or not.
    """

    wide_from: Final = 1

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._numbers: dict[Node, int] = {}
        self._terms: list[Node] = []
        self._rows: dict[tuple[Labels, bool], dict[int, list[tuple[int, int]]]] = {}

    def number(self, node: Node) -> int:
        """The number of a node, a new one if it was not met before."""
        found = self._numbers.get(node)
        if found is None:
            found = self._numbers[node] = len(self._terms)
            self._terms.append(node)
        return found

    def terms(self, numbers: Ids) -> list[Node]:
        """The nodes with these numbers."""
        return [self._terms[number] for number in numbers.tolist()]

    def stepper(self, wanted: Labels, *, forward: bool = False) -> Stepper:
        """What asks for the steps out of one node; :meth:`expand` asks less often."""
        return lambda node: self._read([node], wanted, forward)[node]

    def expand(self, nodes: Ids, wanted: Labels, *, forward: bool = False) -> Expanded:
        """The steps out of many nodes, in no order."""
        numbers = nodes.tolist()
        rows = self._read(numbers, wanted, forward)
        found = [(node, other, label) for node in numbers for label, other in rows[node]]
        columns = np.array(found, np.int64).reshape(-1, 3)
        return columns[:, 0], columns[:, 1], columns[:, 2].astype(np.uint8)

    def _read(
        self, numbers: Iterable[int], wanted: Labels, forward: bool
    ) -> dict[int, list[tuple[int, int]]]:
        rows = self._rows.setdefault((wanted, forward), {})
        fresh = [number for number in dict.fromkeys(numbers) if number not in rows]
        rows.update((number, []) for number in fresh)
        nodes = [self._terms[number] for number in fresh]
        # A turned step leads from the object of a triple to its subject.
        for outward in (True, False):
            labels = {STEPS[at].predicate: at for at in wanted if (STEPS[at].turned == forward) is outward}
            if not labels or not nodes:
                continue
            links = (
                self._lookup.of(nodes, list(labels)) if outward else self._lookup.to(nodes, list(labels))
            )
            for link in links:
                near, far = (link.subject, link.object) if outward else (link.object, link.subject)
                if isinstance(near, NamedNode | BlankNode) and isinstance(far, NamedNode | BlankNode):
                    rows[self.number(near)].append((labels[link.predicate], self.number(far)))
        return rows

    def are_asserted(self, sources: Ids, targets: Ids, steps: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Of edges in PROV's direction, by the labels of their steps, which a bundle asserts."""
        predicates = [STEPS[label].predicate for label in np.unique(steps).tolist()]
        subjects = self.terms(np.unique(sources))
        told = (
            set(Lookup(self._lookup.backend, inferred=False).of(subjects, predicates))
            if len(steps)
            else set()
        )
        ends = zip(self.terms(sources), steps.tolist(), self.terms(targets), strict=True)
        return np.array([(one, STEPS[at].predicate, other) in told for one, at, other in ends], np.bool_)

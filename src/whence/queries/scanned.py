"""Steps read from a local store as a walk goes, for stores that nobody keeps an index of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import BlankNode, NamedNode, Quad

from whence.ontology.namespaces import WHENCE_INFERRED
from whence.queries.edges import STEPS, Labels
from whence.queries.lookup import Node
from whence.queries.rows import Expanded, Stepper
from whence.reasoning.facts import Ids
from whence.store.backend import Backend
from whence.store.catalogue import is_system

__all__ = ["Scanned"]

_WHOLE: Final = 300
"""Up to this many statements of a node are read as they come; of a node with more, those of each step."""


class Scanned:
    """The steps of a store as lookups find them, some 0.1 ms for each node; each is read once.

    One object is for one walk, over a store that nobody writes to meanwhile.
    """

    wide_from: Final = 1 << 62
    """Never: many nodes are read one by one as well."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._numbers: dict[Node, int] = {}
        self._terms: list[Node] = []
        self._rows: dict[tuple[Labels, bool], dict[int, list[tuple[int, int]]]] = {}
        self._asserted: set[tuple[int, NamedNode, int]] = set()

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
        """What gives the label and the node of each step with one of these labels out of a node."""
        # A turned step leads from the object of a triple to its subject.
        out, into = (
            {STEPS[at].predicate: at for at in wanted if (STEPS[at].turned == forward) is outward}
            for outward in (True, False)
        )
        rows = self._rows.setdefault((wanted, forward), {})

        def step(node: int) -> list[tuple[int, int]]:
            found = rows.get(node)
            if found is None:
                read = chain(self._read(node, out, outward=True), self._read(node, into, outward=False))
                found = rows[node] = list(dict.fromkeys(read))
            return found

        return step

    def expand(self, nodes: Ids, wanted: Labels, *, forward: bool = False) -> Expanded:
        """The steps out of many nodes, in no order."""
        step = self.stepper(wanted, forward=forward)
        found = [(node, other, label) for node in nodes.tolist() for label, other in step(node)]
        columns = np.array(found, np.int64).reshape(-1, 3)
        return columns[:, 0], columns[:, 1], columns[:, 2].astype(np.uint8)

    def are_asserted(self, sources: Ids, targets: Ids, steps: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Of edges that were walked, in PROV's direction, by the labels of their steps: those asserted."""
        ends = zip(sources.tolist(), steps.tolist(), targets.tolist(), strict=True)
        return np.array(
            [(one, STEPS[label].predicate, other) in self._asserted for one, label, other in ends], np.bool_
        )

    def _read(self, node: int, labels: dict[NamedNode, int], *, outward: bool) -> Iterator[tuple[int, int]]:
        if not labels:
            return
        for quad in self._quads(self._terms[node], labels, outward=outward):
            label = labels.get(quad.predicate)
            if label is None or (is_system(quad.graph_name) and quad.graph_name != WHENCE_INFERRED):
                continue
            far = quad.object if outward else quad.subject
            if isinstance(far, NamedNode | BlankNode):
                other = self.number(far)
                if quad.graph_name != WHENCE_INFERRED:
                    ends = (node, other) if outward else (other, node)
                    self._asserted.add((ends[0], quad.predicate, ends[1]))
                yield label, other

    def _quads(self, term: Node, predicates: Iterable[NamedNode], *, outward: bool) -> Iterable[Quad]:
        subject, value = (term, None) if outward else (None, term)
        head = list(islice(self._backend.quads(subject, None, value), _WHOLE + 1))
        if len(head) <= _WHOLE:
            return head
        return chain.from_iterable(self._backend.quads(subject, p, value) for p in predicates)

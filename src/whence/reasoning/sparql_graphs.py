"""Patterns over the graphs of a server: which hold asserted facts, which inferred, and which neither."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from itertools import count
from typing import Final

from pyoxigraph import NamedNode

from whence.ontology.namespaces import WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.store.catalogue import ONTOLOGIES
from whence.store.remote_writes import STAGING

__all__ = ["ALL", "Graphs", "within"]

ALL: Final = "?s ?p ?o"


def within(graph: NamedNode, triple: str) -> str:
    """A pattern, or a template, for a triple in one graph."""
    return f"GRAPH {graph} {{ {triple} }}"


class Graphs:
    """The graphs of one run: its own working graphs, and what a pattern must look at beside them.

    ``unnamed`` says whether the unnamed graph holds facts that no ``GRAPH`` pattern finds. ``hidden`` are
    graphs that the server keeps for itself. With ``afresh``, what has been inferred before is no fact:
    only what this run has found is.
    """

    def __init__(self, *, unnamed: bool, hidden: Iterable[NamedNode] = (), afresh: bool = False) -> None:
        # As writers name theirs, so that what a killed run leaves behind is swept up like what they leave.
        self._stem = f"{STAGING}{int(time.time())}-{uuid.uuid4().hex}/"
        self._unnamed = unnamed
        self._never = [WHENCE_CATALOGUE, *sorted(hidden, key=str)]
        self._afresh = afresh
        self._numbers, self._variables = count(), count()
        self.made: list[NamedNode] = []
        self.found: list[NamedNode] = []

    def fresh(self) -> NamedNode:
        """Another working graph, whose triples are no facts."""
        self.made.append(NamedNode(f"{self._stem}{next(self._numbers)}"))
        return self.made[-1]

    def finding(self) -> NamedNode:
        """Another working graph, whose triples are facts that this run has found."""
        self.found.append(NamedNode(f"{self._stem}found/{next(self._numbers)}"))
        self.made.append(self.found[-1])
        return self.found[-1]

    def asserted(self, triple: str) -> str:
        """A pattern for a triple in any graph that people write."""
        graph = self._variable()
        return self._anywhere(triple, graph, f"{_is_named(graph, [*self._never, WHENCE_INFERRED])}")

    def facts(self, triple: str, more: NamedNode | None = None) -> str:
        """A pattern for a triple that is asserted, inferred or found; or in the graph ``more``."""
        graph = self._variable()
        never = [*self._never, WHENCE_INFERRED] if self._afresh else self._never
        test = _is_named(graph, never)
        if self.found:
            test = f'STRSTARTS(STR({graph}), "{self._stem}found/") || ({test})'
        if more is not None:
            test = f"{graph} = {more} || ({test})"
        return self._anywhere(triple, graph, test)

    def _variable(self) -> str:
        return f"?g{next(self._variables)}"

    def _anywhere(self, triple: str, graph: str, test: str) -> str:
        named = f"GRAPH {graph} {{ {triple} }} FILTER({test})"
        return f"{{ {{ {triple} }} UNION {{ {named} }} }}" if self._unnamed else f"{{ {named} }}"


def _is_named(graph: str, never: Iterable[NamedNode]) -> str:
    excluded = ", ".join(map(str, never))
    starts = " && ".join(f'!STRSTARTS(STR({graph}), "{start}")' for start in (STAGING, ONTOLOGIES))
    return f"{graph} NOT IN ({excluded}) && {starts}"

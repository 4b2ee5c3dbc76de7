"""What a store asserts and what was inferred in it, told apart: the graphs of its own are no bundles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple

from whence.ontology.namespaces import WHENCE_INFERRED
from whence.reasoning.report import Progress
from whence.store.backend import Backend, Graph
from whence.store.catalogue import is_system
from whence.store.results import GraphResult
from whence.store.touched import Touched

__all__ = ["Asserted", "inferred"]

_STEP = 20_000


class Asserted:
    """The triples of a store's bundles and its unnamed graph."""

    def __init__(self, inner: Backend) -> None:
        self.inner = inner

    def is_empty(self) -> bool:
        """Whether there is none, and nothing was inferred."""
        named = any(not is_system(graph) or graph == WHENCE_INFERRED for graph in self.inner.graphs())
        return not named and next(self.inner.quads(graph=DefaultGraph()), None) is None

    def of_predicate(
        self, predicate: NamedNode, counter: Iterator[int], progress: Progress | None
    ) -> Iterator[Quad]:
        """Those with a predicate; ``counter`` counts them for ``progress``, which may stop the reading."""
        from whence.reasoning.evaluate import Interrupted

        # A store has few graphs beside its triples; asking of each triple's takes as long as reading it.
        excluded = lru_cache(1 << 12)(is_system)
        for quad in self.inner.quads(None, predicate):
            number = next(counter)
            if number % _STEP == 0 and progress is not None and not progress("reading", number):
                raise Interrupted
            if not excluded(quad.graph_name):
                yield quad

    def facts_of(self, predicate: NamedNode) -> Iterator[Quad]:
        """What bundles assert, and what was inferred when that was last current."""
        quads = self.inner.quads(None, predicate)
        return (q for q in quads if q.graph_name == WHENCE_INFERRED or not is_system(q.graph_name))

    def of_graph(self, graph: Graph, relevant: Collection[NamedNode]) -> Iterator[Triple]:
        """Those of a graph whose predicates are relevant; none where the graph is the store's own."""
        if is_system(graph):
            return
        for quad in self.inner.quads(graph=graph):
            if quad.predicate in relevant:
                yield quad.triple

    def held(self, change: Touched, relevant: Collection[NamedNode]) -> set[Triple]:
        """Those of the triples that may change, or all in the graphs that may, that are asserted now."""
        if change.triples is not None:
            some = (triple for triple in change.triples if triple.predicate in relevant)
            return {triple for triple in some if self.holds(triple)}
        graphs = (graph for graph in change.graphs or () if not is_system(graph))
        return {triple for graph in graphs for triple in self.of_graph(graph, relevant)}

    def construct(self, sparql: str, default: Graph) -> Iterable[Triple]:
        """What a CONSTRUCT query gives, over one default graph and all named ones."""
        result = self.inner.query(sparql, default_graphs=[default], named_graphs=list(self.inner.graphs()))
        return result if isinstance(result, GraphResult) else ()

    def holds(self, triple: Triple) -> bool:
        """Whether a triple is asserted."""
        found = self.inner.quads(triple.subject, triple.predicate, triple.object)  # type: ignore[arg-type]  # no triple terms are stored
        return any(not is_system(quad.graph_name) for quad in found)

    def infers(self, triple: Triple) -> bool:
        """Whether a triple is in the graph of inferences."""
        return next(self.inner.quads(*inferred(triple)), None) is not None


def inferred(triple: Triple) -> Quad:
    """The triple in the graph of inferences."""
    return Quad(triple.subject, triple.predicate, triple.object, WHENCE_INFERRED)

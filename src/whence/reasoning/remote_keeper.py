"""A store on a SPARQL server whose inferences are kept true: the rules run on the server."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, Triple

from whence.errors import SourceError
from whence.ontology.namespaces import WHENCE_INFERRED
from whence.reasoning import ruleset
from whence.reasoning.keeper import Keeper, is_wide
from whence.reasoning.report import InferenceReport, Progress
from whence.reasoning.rules import SAME_AS
from whence.store import inference, ontologies
from whence.store.backend import Graph
from whence.store.catalogue import is_system
from whence.store.inference import STALE, InferenceStatus, is_own
from whence.store.remote import RemoteBackend
from whence.store.results import AskResult
from whence.store.touched import Touched, touched

if TYPE_CHECKING:
    from whence.reasoning.sparql_evaluator import SparqlEvaluator

__all__ = ["RemoteKeeper"]

_AT_ONCE = 50_000
"""A change of more triples than this is not followed; everything is inferred anew, on the server."""


class RemoteKeeper(Keeper):
    """A :class:`~whence.reasoning.keeper.Keeper` of a store on a server.

    A Whence server makes its inferences itself. On any other nothing is inferred until :meth:`infer` is
    called with a profile, which the server's catalogue remembers: others write there too, and what they
    write is not followed before the next :meth:`infer`.
    """

    inner: RemoteBackend

    def __init__(self, inner: RemoteBackend, *, profile: str | None = None) -> None:
        super().__init__(inner, profile=profile)
        self._default = profile or "none"

    def status(self) -> InferenceStatus:
        """As of the catalogue on the server."""
        said = inference.status(self.inner)
        return InferenceStatus(said.profile or self._default, said.rules, said.stale)

    def write(self, quads: Iterable[Quad], *, replace: Sequence[NamedNode] = ()) -> None:
        """Add quads after removing graphs; then what this changes of the inferences."""
        if self._is_left_alone():
            self.inner.write((quad for quad in quads if not is_own(quad)), replace=replace)
            return
        evaluator, relevant = self._evaluator(), self._relevant()
        before = [quad for graph in replace for quad in self._facts(graph, relevant)]
        seen: list[Quad] = []

        def tapped() -> Iterator[Quad]:
            for quad in quads:
                if is_own(quad):
                    continue
                if quad.predicate in relevant and not is_system(quad.graph_name) and len(seen) <= _AT_ONCE:
                    seen.append(quad)
                yield quad

        words = ontologies.triples(self.inner)
        self.inner.write(chain(tapped(), (STALE,)), replace=replace)
        self._follow(evaluator, before, seen, words)

    def update(self, sparql: str) -> None:
        """Run an update request; then what this changes of the inferences."""
        if self._is_left_alone():
            self.inner.update(sparql)
            return
        evaluator, relevant = self._evaluator(), self._relevant()
        change, words = touched(sparql, self.asserted.construct), ontologies.triples(self.inner)
        if change.triples is None and is_wide(change):
            evaluator = None
        candidates = set(self._candidates(change, relevant)) if evaluator is not None else set()
        if change.triples is not None and not candidates:
            self.inner.update(sparql)
            if ontologies.triples(self.inner) != words:
                self._catch_up()
            return
        self._marked_update(sparql)
        after = set(self._candidates(change, relevant)) if change.triples is None else candidates
        self._follow(evaluator, [*candidates], [*after], words)

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads; then what this changes of the inferences."""
        incoming = (quad for quad in quads if not is_own(quad))
        while batch := list(islice(incoming, _AT_ONCE)):
            if self._is_left_alone():
                self.inner.remove(batch)
                continue
            evaluator, words = self._evaluator(), ontologies.triples(self.inner)
            self.inner.write([STALE])
            self.inner.remove(batch)
            relevant = self._relevant()
            self._follow(evaluator, [quad for quad in batch if quad.predicate in relevant], [], words)

    def infer(self, profile: str | None = None, progress: Progress | None = None) -> InferenceReport | None:
        """As of :class:`Keeper`; a Whence server is asked to do it, and does not tell how far it is."""
        if self.inner.is_whence:
            return InferenceReport.from_json(self.inner.infer(profile))
        return super().infer(profile, progress)

    def _is_left_alone(self) -> bool:
        return self.inner.is_whence or self.profile == "none"

    def _relevant(self) -> frozenset[NamedNode]:
        from whence.reasoning.follower import relevant_predicates

        try:
            return relevant_predicates(ruleset(*self._rules()))
        except SourceError:
            return frozenset()

    def _evaluator(self) -> SparqlEvaluator | None:
        """What follows changes; none if everything has to be inferred anew."""
        from whence.reasoning.sparql_evaluator import SparqlEvaluator

        try:
            rules = ruleset(*self._rules())
        except SourceError:
            return None
        said = inference.status(self.inner)
        # Equality is for :meth:`_rebuild`: rules on the server do not know which name stands for all.
        equal = any(rule.same_as for rule in rules.rules) or next(self.inner.quads(None, SAME_AS), None)
        current = not said.stale and said.rules == rules.digest and not equal
        return SparqlEvaluator(self.inner, rules) if current else None

    def _facts(self, graph: Graph, relevant: frozenset[NamedNode]) -> Iterator[Quad]:
        found = () if is_system(graph) else self.inner.quads(graph=graph)
        return (quad for quad in found if quad.predicate in relevant)

    def _candidates(self, change: Touched, relevant: frozenset[NamedNode]) -> Iterator[Quad]:
        """What an update may have changed, in the state as it is."""
        for triple in change.triples or ():
            if triple.predicate in relevant:
                yield Quad(triple.subject, triple.predicate, triple.object)
        for graph in change.graphs or ():
            yield from self._facts(graph, relevant)

    def _follow(
        self,
        evaluator: SparqlEvaluator | None,
        gone: Sequence[Quad],
        come: Sequence[Quad],
        words: frozenset[Triple],
    ) -> None:
        """Follow what may have gone and come; the server passes over what did not."""
        wide = evaluator is None or len(gone) > _AT_ONCE or len(come) > _AT_ONCE
        if wide or ontologies.triples(self.inner) != words:
            self._catch_up()
            return
        assert evaluator is not None  # noqa: S101  # it would be wide
        if gone:
            evaluator.remove(gone)
        if come:
            evaluator.add(come)
        rules = ruleset(*self._rules())
        inference.apply(self.inner, (), (), profile=self.profile, rules=rules.digest)

    def _rebuild(self, progress: Progress | None = None) -> InferenceReport | None:
        """Infer here from what the server sends, and send it what differs.

        That is several times faster than rules on the server. But a blank node has no name between
        requests, so where there are any the rules run there.
        """
        if self._has_blank_nodes():
            return self._rebuild_there(progress)
        report = super()._rebuild(progress)
        # Others write there too: what is known now need not hold at the next write.
        self._follower = None
        return report

    def _has_blank_nodes(self) -> bool:
        blank = "FILTER(isBlank(?s) || isBlank(?o))"
        found = self.inner.query(f"ASK {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} {blank} }}")
        return bool(isinstance(found, AskResult) and found)

    def _rebuild_there(self, progress: Progress | None = None) -> InferenceReport | None:
        from whence.reasoning.evaluate import Interrupted
        from whence.reasoning.sparql_evaluator import SparqlEvaluator

        start, rules = time.perf_counter(), ruleset(*self._rules())
        try:
            change = SparqlEvaluator(self.inner, rules).infer(
                None if progress is None else lambda _, count: progress("reasoning", count)
            )
        except Interrupted:
            return None
        inference.apply(self.inner, (), (), profile=self.profile, rules=rules.digest)
        inferred = self.inner.count(WHENCE_INFERRED)
        asserted = self.inner.count() - inferred
        seconds = time.perf_counter() - start
        return InferenceReport(self.profile, asserted, inferred, change.added, change.removed, seconds)

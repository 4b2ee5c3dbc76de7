"""Keeping the inferred graph of a remote store true: rules run on the server, as SPARQL updates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from whence.ontology.namespaces import WHENCE_INFERRED
from whence.reasoning.evaluate import Progress
from whence.reasoning.rules import RuleSet, Scope
from whence.reasoning.sparql_graphs import ALL, Graphs, within
from whence.reasoning.sparql_run import Limits, Run, Test
from whence.reasoning.sparql_steps import inserting, steps
from whence.store.backend import Backend
from whence.store.remote import RemoteBackend

__all__ = ["Change", "SparqlEvaluator"]


class Change(NamedTuple):
    """How many triples came into the inferred graph, and how many left it."""

    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class _Server:
    """What a server is like: ``unnamed`` if its default graph is other triples than its named graphs'."""

    limits: Limits
    unnamed: bool


class SparqlEvaluator:
    """Keeps the inferred graph of a store true, by SPARQL 1.1 queries and updates alone.

    Facts are the triples of every graph but the catalogue, the graphs of user ontologies and working
    graphs; those outside a named graph as well, unless the server's default graph is the union of the
    others. Working graphs are such that no listing shows them; a run that ends, however it does, drops
    its own. The inferred graph is changed by one request at the end, which is one transaction where the
    server makes it one; only :meth:`remove` takes out before what it may put back.

    Two things differ from :class:`~whence.reasoning.evaluate.Evaluator`: ``owl:sameAs`` is a property
    like any other, without representatives; and nothing is made to exist for a blank node, which has no
    name to make one from.
    """

    def __init__(self, backend: Backend, rules: RuleSet) -> None:
        self._backend = backend
        self._steps = steps(rules.materialised)
        self._axioms = [
            f"{head.subject} {head.predicate} {head.object}"
            for rule in rules.materialised
            if not rule.body
            for head in rule.head
            if not isinstance(head.subject, Literal)
        ]
        self._predicates = {a.predicate for rule in rules.materialised for a in (*rule.body, *rule.head)}
        self._server: _Server | None = None

    def infer(self, progress: Progress | None = None) -> Change:
        """Make the inferred graph what follows from the asserted triples, less those themselves.

        The closure is made beside the old one; then the difference alone is written. Raises
        :class:`~whence.reasoning.evaluate.Interrupted` when ``progress`` returns false; the inferred
        graph is then as it was.
        """
        with self._run(afresh=True) as run:
            first = run.graphs.finding()
            run.update(self._missing_axioms(run, first))
            run.apply(run.everything(), first, run.is_new)
            found = run.close(first, progress)
            gone = run.graphs.fresh()
            kept = " ".join(
                f"FILTER NOT EXISTS {{ {within(graph, ALL)} }}" for graph in run.graphs.found[:-1]
            )
            run.update([inserting(gone, ALL, f"{within(WHENCE_INFERRED, ALL)} {kept}")])
            removed, before = run.size(gone), self._backend.count(WHENCE_INFERRED)
            run.finish([_taking(WHENCE_INFERRED, within(gone, ALL))])
            return Change(found - before + removed, removed)

    def add(self, quads: Sequence[Quad], progress: Progress | None = None) -> Change:
        """Infer what follows from triples that the store has asserted only now.

        Those of them that had been inferred leave the inferred graph; those that are not asserted are
        passed over. Raises :class:`~whence.reasoning.evaluate.Interrupted` as :meth:`infer` does.
        """
        known = self._known(quads)
        if known is None:
            return self.infer(progress)
        if not known and not self._axioms:
            return Change(0, 0)
        with self._run() as run:
            given, promoted, first = run.graphs.fresh(), run.graphs.fresh(), run.graphs.finding()
            run.put(known, given)
            strange = f"{within(given, ALL)} FILTER NOT EXISTS {run.graphs.asserted(ALL)}"
            both = f"{within(given, ALL)} {within(WHENCE_INFERRED, ALL)}"
            operations = [_taking(given, strange), inserting(promoted, ALL, both)]
            run.update([*operations, *self._missing_axioms(run, first)])
            predicates = {str(quad.predicate) for quad in known}
            run.apply(run.consequences(given, predicates, run.match, asserted=True), first, run.is_new)
            found = run.close(first, progress)
            removed = run.size(promoted)
            run.finish([_taking(WHENCE_INFERRED, within(promoted, ALL))])
            return Change(found, removed)

    def remove(self, quads: Sequence[Quad], progress: Progress | None = None) -> Change:
        """Take out what no longer follows, now that these triples are asserted in no graph any more.

        Those that other facts imply become inferred; those that are asserted still, or had not been, are
        passed over. When ``progress`` returns false, the inferred graph lacks some of what follows.
        """
        known = self._known(quads)
        if known is None:
            return self.infer(progress)
        if not known:
            return Change(0, 0)
        with self._run() as run:
            given, doomed = run.graphs.fresh(), run.graphs.fresh()
            run.put(known, given)
            groups = (run.graphs.asserted(ALL), within(WHENCE_INFERRED, ALL))
            run.update(_taking(given, f"{within(given, ALL)} {group}") for group in groups)
            sizes = self._overdelete(run, given, doomed)
            if not sizes:
                return Change(0, 0)
            run.update([_taking(WHENCE_INFERRED, within(doomed, ALL))])
            first, kept = run.graphs.finding(), run.graphs.fresh()
            run.update(inserting(first, axiom, within(doomed, axiom)) for axiom in self._axioms)
            run.apply(run.implying(doomed, sizes.keys()), first, _among(doomed))
            back = run.close(first, progress)
            both = [f"{within(given, ALL)} {within(graph, ALL)}" for graph in run.graphs.found]
            run.update(inserting(kept, ALL, where) for where in both)
            added, inferred = run.size(kept), sum(sizes.values()) - run.size(given)
            run.finish([])
            return Change(added, inferred - (back - added))

    def _overdelete(self, run: Run, given: NamedNode, doomed: NamedNode) -> dict[str, int]:
        """Put into ``doomed`` what is given, and all that was inferred with any of it; its sizes."""
        inferred = _among(WHENCE_INFERRED)

        def match(triple: str, scope: Scope) -> str:  # noqa: ARG001  # what was asserted may be doomed by now
            return run.graphs.facts(triple, doomed)

        def test(triple: str) -> str:
            return f"{inferred(triple)} FILTER NOT EXISTS {{ {within(doomed, triple)} }}"

        delta = given
        while sizes := run.sizes(delta):
            run.update([f"ADD GRAPH {delta} TO GRAPH {doomed}"])
            instances = run.consequences(delta, sizes.keys(), match, asserted=delta == given)
            delta = run.graphs.fresh()
            run.apply(instances, delta, test)
        return run.sizes(doomed)

    def _known(self, quads: Sequence[Quad]) -> list[Quad] | None:
        """Those that rules speak of; ``None`` if a blank node, which has no name outside, is in them."""
        found = [quad for quad in quads if quad.predicate in self._predicates]
        blank = any(isinstance(end, BlankNode) for quad in found for end in (quad.subject, quad.object))
        return None if blank else found

    def _missing_axioms(self, run: Run, target: NamedNode) -> list[str]:
        return [inserting(target, axiom, run.is_new(axiom)) for axiom in self._axioms]

    @contextmanager
    def _run(self, *, afresh: bool = False) -> Iterator[Run]:
        if self._server is None:
            self._server = self._look()
        limits = self._server.limits
        if afresh:
            # Each operation over everything is long enough, and a server may have a deadline.
            limits = replace(limits, together=1)
        graphs = Graphs(unnamed=self._server.unnamed, hidden=limits.hidden, afresh=afresh)
        run = Run(self._backend, self._steps, graphs, limits)
        try:
            yield run
        finally:
            run.clean()

    def _look(self) -> _Server:
        limits = Limits()
        if isinstance(self._backend, RemoteBackend):
            dialect = self._backend.dialect
            limits = Limits(
                operations=dialect.operations,
                # Virtuoso plans a request as a whole, and runs out of stack over a few rules.
                together=dialect.operations if dialect.atomic else 1,
                size=dialect.request_bytes,
                hidden=dialect.own_graphs,
            )
        return _Server(limits, self._looks_apart(limits))

    def _looks_apart(self, limits: Limits) -> bool:
        """Whether a pattern outside of GRAPH does not see what is in a named graph."""
        run = Run(self._backend, (), Graphs(unnamed=False), limits)
        named, seen = run.graphs.fresh(), run.graphs.fresh()
        triple = f"{named} {named} {named}"
        try:
            run.update([f"INSERT DATA {{ {within(named, triple)} }}", inserting(seen, triple, triple)])
            return run.size(seen) == 0
        finally:
            run.clean()


def _taking(graph: NamedNode, where: str) -> str:
    """The operation that takes triples out of a graph."""
    return f"DELETE {{ {within(graph, ALL)} }} WHERE {{ {where} }}"


def _among(graph: NamedNode) -> Test:
    """The test that a triple is in a graph."""
    return lambda triple: f"FILTER EXISTS {{ {within(graph, triple)} }}"

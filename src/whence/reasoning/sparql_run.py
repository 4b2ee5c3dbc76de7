"""One run of rules on a server: its requests, its working graphs, and the rounds until nothing is new."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Quad

from whence.errors import StoreError, WhenceError
from whence.ontology.namespaces import WHENCE_INFERRED
from whence.reasoning.evaluate import Interrupted, Progress
from whence.reasoning.rules import Scope, Var, skolem_iri
from whence.reasoning.sparql_graphs import ALL, Graphs, within
from whence.reasoning.sparql_steps import Pattern, Step, inserting
from whence.store.backend import Backend
from whence.store.remote_writes import STAGING
from whence.store.results import SelectResult

__all__ = ["Instances", "Limits", "Run", "Test"]

Node: TypeAlias = NamedNode | Literal
Test: TypeAlias = Callable[[str], str]
"""From a triple pattern whose variables are bound to a FILTER on it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most operations, operations that are rules, and bytes of one request.

    ``hidden`` are graphs that are the server's own.
    """

    operations: int = 1_000
    together: int = 1_000
    size: int = 4_000_000
    hidden: frozenset[NamedNode] = frozenset()


@dataclass(frozen=True, slots=True)
class Instances:
    """Ways to apply the rules of a step: the WHERE that finds them, and the heads that are asked for."""

    step: Step
    where: str
    heads: tuple[Pattern, ...]


class Run:
    """The requests of one run. ``found`` of its ``graphs`` are facts as soon as they are written."""

    def __init__(self, backend: Backend, steps: Sequence[Step], graphs: Graphs, limits: Limits) -> None:
        self.graphs = graphs
        self._backend, self._steps, self._limits = backend, steps, limits

    def update(self, operations: Iterable[str], most: int | None = None) -> None:
        """Run operations in order, up to ``most`` in one request, or as many as the server takes."""
        most = most or self._limits.operations
        batch: list[str] = []
        size = 0
        for operation in operations:
            if batch and (len(batch) == most or size + len(operation) > self._limits.size):
                self._backend.update(" ;\n".join(batch))
                batch, size = [], 0
            batch.append(operation)
            size += len(operation) + 3
        if batch:
            self._backend.update(" ;\n".join(batch))

    def put(self, quads: Iterable[Quad], graph: NamedNode) -> None:
        """Put triples into a working graph."""
        self._backend.write(Quad(q.subject, q.predicate, q.object, graph) for q in quads)

    def sizes(self, graph: NamedNode) -> dict[str, int]:
        """How many triples of each predicate, written as SPARQL does, are in a working graph."""
        query = f"SELECT ?p (COUNT(*) AS ?n) {{ {ALL} }} GROUP BY ?p"
        result = self._backend.query(query, default_graphs=[graph])
        if not isinstance(result, SelectResult):
            raise StoreError(f"{self._backend.location} did not answer a SELECT with rows")
        counts: dict[str, int] = {}
        for row in result:
            number = row["n"]
            if row["p"] is not None and isinstance(number, Literal):
                counts[str(row["p"])] = int(number.value)
        return counts

    def size(self, graph: NamedNode) -> int:
        """How many triples are in a graph."""
        return sum(self.sizes(graph).values())

    def finish(self, operations: Iterable[str]) -> None:
        """Change the inferred graph: by these operations first, then by adding all that was found."""
        # The last of the found graphs is the one that turned out empty.
        additions = [f"ADD GRAPH {graph} TO GRAPH {WHENCE_INFERRED}" for graph in self.graphs.found[:-1]]
        self.update([*operations, *additions, *self._drops()])
        self.graphs.made.clear()

    def clean(self) -> None:
        """Remove all working graphs if that can be; what cannot is swept up later."""
        with contextlib.suppress(WhenceError):
            self.update(self._drops())

    def _drops(self) -> list[str]:
        return [f"DROP SILENT GRAPH {graph}" for graph in self.graphs.made]

    # Where patterns match

    def match(self, triple: str, scope: Scope) -> str:
        """A group for a triple among the facts; all of them where it says ``base``, which adds nothing."""
        return self.graphs.asserted(triple) if scope == "asserted" else self.graphs.facts(triple)

    def match_asserted(self, triple: str, scope: Scope) -> str:  # noqa: ARG002  # one signature for all
        """A group for a triple among the asserted facts."""
        return self.graphs.asserted(triple)

    def is_new(self, triple: str) -> str:
        """The test that a triple is no fact yet."""
        return f"FILTER NOT EXISTS {self.graphs.facts(triple)}"

    # Rounds

    def close(self, delta: NamedNode, progress: Progress | None = None) -> int:
        """Apply rules until nothing is new; how many facts were found, those in ``delta`` counted in."""
        found = rounds = 0
        while sizes := self.sizes(delta):
            found, rounds = found + sum(sizes.values()), rounds + 1
            if progress is not None and not progress(rounds, found):
                raise Interrupted
            target = self.graphs.finding()
            instances = self.consequences(delta, sizes.keys(), self.match, asserted=False)
            self.apply(instances, target, self.is_new)
            delta = target
        return found

    def consequences(
        self, delta: NamedNode, predicates: Set[str], match: Callable[[str, Scope], str], *, asserted: bool
    ) -> Iterator[Instances]:
        """The rule instances that use a triple of a graph, which are ``asserted`` ones or all are not."""
        for step in self._steps:
            for at, pattern in enumerate(step.body):
                narrowed = step.about(pattern, predicates)
                if narrowed is None or (pattern.scope == "asserted" and not asserted):
                    continue
                rest = [other for number, other in enumerate(step.body) if number != at]
                seeds = [within(delta, pattern.text)]
                yield Instances(narrowed, narrowed.where(seeds, pattern.variables, rest, match), step.head)

    def everything(self) -> Iterator[Instances]:
        """All rule instances whose facts are asserted ones."""
        for step in self._steps:
            yield Instances(step, step.where([], frozenset(), step.body, self.match_asserted), step.head)

    def implying(self, graph: NamedNode, predicates: Set[str]) -> Iterator[Instances]:
        """The rule instances among the facts whose head is in a graph, as far as it can be told before."""
        for step in self._steps:
            for head in step.head:
                narrowed = step.about(head, predicates)
                if narrowed is None:
                    continue
                bound = head.variables - step.made
                where = narrowed.where([within(graph, head.text)], bound, step.body, self.match)
                yield Instances(narrowed, where, (head,))

    def apply(self, instances: Iterable[Instances], target: NamedNode, test: Test) -> None:
        """Put the heads of rule instances that pass a test into a working graph."""
        operations: list[str] = []
        rows: list[tuple[Step, NamedNode]] = []
        for each in instances:
            if each.step.skolem:
                rows.append((each.step, self.graphs.fresh()))
                operations.append(_bindings(each, rows[-1][1]))
                continue
            for head in each.heads:
                tests = f"{each.step.guard(head)} {test(head.text)}"
                operations.append(inserting(target, head.text, f"{each.where}\n{tests}"))
        self.update(operations, self._limits.together)
        made = [quad for step, graph in rows for quad in self._made(step, graph)]
        if made:
            candidates = self.graphs.fresh()
            self.put(made, candidates)
            self.update([inserting(target, ALL, f"{within(candidates, ALL)} {test(ALL)}")])

    def _made(self, step: Step, graph: NamedNode) -> Iterator[Quad]:
        """The heads of a step with skolem terms, from the bindings in a graph."""
        if step.rule is None:
            return
        rows: dict[object, dict[str, Node]] = {}
        for quad in self._backend.quads(graph=graph):
            if isinstance(quad.object, NamedNode | Literal):
                rows.setdefault(quad.subject, {})[quad.predicate.value] = quad.object
        for row in rows.values():
            bindings = {
                variable: row[cell] for variable, name in step.names.items() if (cell := _cell(name)) in row
            }
            for skolem in step.rule.skolem:
                values = [bindings[argument] for argument in skolem.arguments]
                bindings[skolem.variable] = skolem_iri(skolem.label, values)
            for atom in step.rule.head:
                subject, object_ = (
                    bindings[end] if isinstance(end, Var) else end for end in (atom.subject, atom.object)
                )
                if isinstance(subject, NamedNode):
                    yield Quad(subject, atom.predicate, object_, graph)


def _bindings(each: Instances, graph: NamedNode) -> str:
    """The operation that writes what variables stand for, with a node for each rule instance."""
    names = each.step.bound
    cells = " ; ".join(f"<{_cell(name)}> {name}" for name in names)
    tests = " ".join(f"FILTER(!isBlank({name}))" for name in names)
    # Named, since a server may give blank nodes names that nothing else reads.
    row = f'IRI(CONCAT("{graph.value}/", MD5(CONCAT({", ".join(map(_spelled, names))}))))'
    return inserting(graph, f"?row {cells}", f"{each.where}\n{tests}\nBIND({row} AS ?row)")


def _spelled(variable: str) -> str:
    """An expression that tells any two IRIs or literals apart."""
    literal = f'CONCAT("|", STR(DATATYPE({variable})), "|", LANG({variable}))'
    return f'STR({variable}), IF(isLiteral({variable}), {literal}, ""), "|"'


def _cell(variable: str) -> str:
    return f"{STAGING}{variable[1:]}"

"""A store as it was at a time: what had been recorded by then, or what there was by then.

``recorded``: the bundles that the catalogue says were written by then, whatever they tell of. What a later
bundle added is not there, and neither is what was removed since. ``valid``: all bundles, but only entities
generated and not yet invalidated, and activities started, by then; what has no time counts as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn, TypeAlias
from typing import Literal as Choice

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from whence.errors import StoreError
from whence.ontology.namespaces import PROV, WHENCE_CATALOGUE, WHENCE_INFERRED, WHENCE_SNAPSHOTS
from whence.queries.moments import moment
from whence.store import catalogue
from whence.store.around import Around
from whence.store.backend import Backend, Graph
from whence.store.embedded import EmbeddedBackend
from whence.store.results import Result

__all__ = ["By", "Past", "recorded_by", "there_at"]

By: TypeAlias = Choice["recorded", "valid"]
_HIDDEN: Final = frozenset({WHENCE_INFERRED, WHENCE_SNAPSHOTS})


class Past(Around):
    """A store of which some graphs are shown, and nothing can be written.

    Inferences are not among them: they follow from all bundles together.
    """

    def __init__(self, inner: Backend, shown: Iterable[Graph], when: datetime) -> None:
        super().__init__(inner)
        self._shown = dict.fromkeys(shown)
        self._when = when

    @property
    def location(self) -> str:
        """The store's, and the time."""
        return f"{self.inner.location} as of {self._when.isoformat()}"

    def shows(self, graph: Graph) -> bool:
        """Whether a graph is one of those that are shown."""
        return graph in self._shown

    def query(
        self,
        sparql: str,
        *,
        default_graphs: Sequence[Graph] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        inferred: bool = True,
        timeout: float | None = None,
    ) -> Result:
        """Run a query on the graphs that are shown."""
        named = [graph for graph in self._shown if isinstance(graph, NamedNode)]
        if default_graphs is not None:
            named_default: list[Graph] = [graph for graph in default_graphs if graph in self._shown]
        else:
            named_default = [graph for graph in self._shown if graph != WHENCE_CATALOGUE]
        if named_graphs is not None:
            named = [graph for graph in named_graphs if graph in self._shown]
        return self.inner.query(
            sparql, default_graphs=named_default, named_graphs=named, inferred=inferred, timeout=timeout
        )

    def quads(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that match, of the graphs that are shown."""
        if graph is not None and graph not in self._shown:
            return
        for quad in self.inner.quads(subject, predicate, object, graph):
            if quad.graph_name in self._shown:
                yield quad

    quads_for_pattern = quads

    def graphs(self) -> Iterator[NamedNode]:
        """The named graphs that are shown."""
        return (graph for graph in self.inner.graphs() if graph in self._shown)

    def count(self, graph: Graph | None = None) -> int:
        """Number of quads, in one graph or in all that are shown."""
        graphs = self._shown if graph is None else [graph] if graph in self._shown else []
        return sum(self.inner.count(each) for each in graphs)

    def size(self) -> int | None:
        """Unknown: a past has no size of its own."""
        return None

    def write(self, quads: Iterable[Quad], *, replace: Sequence[NamedNode] = ()) -> NoReturn:  # noqa: ARG002  # as of a backend
        """Raises :class:`~whence.errors.StoreError`, as all that writes does."""
        raise self._past()

    def update(self, sparql: str) -> NoReturn:  # noqa: ARG002  # as of a backend
        """Raises :class:`~whence.errors.StoreError`."""
        raise self._past()

    def remove(self, quads: Iterable[Quad]) -> NoReturn:  # noqa: ARG002  # as of a backend
        """Raises :class:`~whence.errors.StoreError`."""
        raise self._past()

    def backup(self, target: Path) -> NoReturn:  # noqa: ARG002  # as of a backend
        """Raises :class:`~whence.errors.StoreError`."""
        raise StoreError("a backup is of a store as it is, not as of a time: dump this one instead")

    def optimize(self) -> None:
        """Nothing: the store itself is what can be compacted."""

    def close(self) -> None:
        """Nothing: the store itself stays open."""

    def _past(self) -> StoreError:
        return StoreError(f"{self.location} is the past and cannot be written to")


def recorded_by(backend: Backend, when: datetime) -> Past:
    """What had been recorded by a time: bundles first written by then, by the catalogue.

    A bundle written to several times counts from the first; one that the catalogue does not know of is
    left out, since nobody can tell when it came.
    """
    shown: list[Graph] = [WHENCE_CATALOGUE]
    for quad in backend.quads(None, PROV.generatedAtTime, None, WHENCE_CATALOGUE):
        written = moment(quad.object)
        if isinstance(quad.subject, NamedNode) and written is not None and written <= when:
            shown.append(quad.subject)
    return Past(backend, shown, when)


def there_at(backend: Backend, when: datetime) -> Past:
    """What there was at a time, of all that was ever recorded; a copy in memory, read in one pass.

    Left out is every triple of an entity that was generated later or invalidated by then, of an activity
    that started later, and of a qualified relation with a later time, and every triple that leads to one.
    """
    gone = _not_there(backend, when)
    copy = EmbeddedBackend.open(":memory:", base=backend.base)
    graphs: list[Graph] = [DefaultGraph(), *(graph for graph in backend.graphs() if graph not in _HIDDEN)]
    kept = (
        quad
        for graph in graphs
        for quad in backend.quads(graph=graph)
        if catalogue.is_system(graph) or (quad.subject not in gone and quad.object not in gone)
    )
    copy.write(kept)
    return Past(copy, graphs, when)


def _not_there(backend: Backend, when: datetime) -> set[object]:
    found: set[object] = set()
    for predicate in (PROV.generatedAtTime, PROV.startedAtTime, PROV.atTime):
        found |= {quad.subject for quad in _bundled(backend, predicate) if _is_later(quad.object, when)}
    for quad in _bundled(backend, PROV.invalidatedAtTime):
        ended = moment(quad.object)
        if ended is not None and ended <= when:
            found.add(quad.subject)
    invalidated = {quad.object: quad.subject for quad in _bundled(backend, PROV.qualifiedInvalidation)}
    generated = {quad.object: quad.subject for quad in _bundled(backend, PROV.qualifiedGeneration)}
    started = {quad.object: quad.subject for quad in _bundled(backend, PROV.qualifiedStart)}
    for quad in _bundled(backend, PROV.atTime):
        later = _is_later(quad.object, when)
        if later:
            found.add(generated.get(quad.subject) or started.get(quad.subject) or quad.subject)
        elif quad.subject in invalidated and moment(quad.object) is not None:
            found.add(invalidated[quad.subject])
    return found


def _bundled(backend: Backend, predicate: NamedNode) -> Iterator[Quad]:
    return (quad for quad in backend.quads(None, predicate) if not catalogue.is_system(quad.graph_name))


def _is_later(time: object, when: datetime) -> bool:
    found = moment(time)
    return found is not None and found > when

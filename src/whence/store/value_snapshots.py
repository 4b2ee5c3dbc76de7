"""Contents of dictionaries kept ready, so that a version is read without replaying all before it.

They follow from what bundles assert and live in a graph of their own, which no dump carries. A write that
might make one of them wrong takes all of them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import NamedNode, Quad

from whence.ontology.namespaces import PROV, RDF_TYPE, WHENCE_SNAPSHOTS
from whence.store.backend import Backend
from whence.store.embedded import EmbeddedBackend
from whence.store.touched import Touched

__all__ = ["Watch", "are_there", "drop", "may_matter"]

_OF_VERSIONS: Final = frozenset(
    {
        *(PROV.qualifiedInsertion, PROV.qualifiedRemoval, PROV.hadDictionaryMember),
        *(PROV.derivedByInsertionFrom, PROV.derivedByRemovalFrom),
        *(PROV.insertedKeyEntityPair, PROV.removedKey, PROV.dictionary),
    }
)
_WORDS: Final = _OF_VERSIONS | {PROV.pairKey, PROV.pairEntity}
_EMPTY: Final = frozenset({PROV.EmptyDictionary, PROV.EmptyCollection})


def are_there(backend: Backend) -> bool:
    """Whether a store in this process has any."""
    return isinstance(backend, EmbeddedBackend) and backend.engine.contains_named_graph(WHENCE_SNAPSHOTS)


def drop(backend: Backend) -> None:
    """Take all of them out."""
    if are_there(backend):
        backend.update(f"DROP SILENT GRAPH {WHENCE_SNAPSHOTS}")


def may_matter(change: Touched, system: Iterable[NamedNode]) -> bool:
    """Whether an update may change what a version of a dictionary holds; ``system`` graphs cannot."""
    if change.triples is not None:
        return any(
            triple.predicate in _WORDS or (triple.predicate == RDF_TYPE and triple.object in _EMPTY)
            for triple in change.triples
        )
    return change.graphs is None or not change.graphs <= frozenset(system)


class Watch:
    """Looks whether what is written says something new of a dictionary that is known already."""

    def __init__(self, backend: EmbeddedBackend) -> None:
        self._backend = backend
        self._new: set[object] = set()
        self.saw_change = False

    def over(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """The quads as they come."""
        for quad in quads:
            predicate = quad.predicate
            if predicate in _OF_VERSIONS or (predicate == RDF_TYPE and quad.object in _EMPTY):
                self._look(quad)
            yield quad

    def _look(self, quad: Quad) -> None:
        subject = quad.subject
        if self.saw_change or subject in self._new:
            return
        known = any(found.predicate in _OF_VERSIONS for found in self._backend.quads(subject))  # type: ignore[arg-type]  # no triple terms are stored
        if not known:
            # It may still be named as what another dictionary was made from.
            known = next(self._backend.quads(None, PROV.dictionary, subject), None) is not None  # type: ignore[arg-type]  # as above
        if not known:
            self._new.add(subject)
        elif next(self._backend.quads(subject, quad.predicate, quad.object), None) is None:  # type: ignore[arg-type]  # as above
            self.saw_change = True

"""The steps between the things of a store, as integers: what every walk goes along."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import BlankNode, NamedNode, Quad

from whence.ontology.namespaces import WHENCE_INFERRED
from whence.queries import kept_rows
from whence.queries.edges import STEPS, Labels, Step, labels
from whence.queries.rows import Base, Change, Expanded, Rows, Stepper, listed, turned
from whence.queries.walk import Bounds, Walk, walk
from whence.reasoning.facts import Columns, Ids, Terms, pack
from whence.reasoning.keeper import Keeper
from whence.reasoning.watch import Plain, Watched
from whence.store.backend import Backend
from whence.store.catalogue import is_system

__all__ = ["Adjacency", "Resource"]

Resource = NamedNode | BlankNode

_PREDICATES: Final = tuple(dict.fromkeys(step.predicate for step in STEPS))
_FEW: Final = 50_000
"""Up to this many changes are laid over what was read; with more, and an eighth of it, all is made anew."""

_MANY: Final = 100_000
"""Fewer steps are made sooner than a file is read."""

_kept: WeakKeyDictionary[Keeper, _Index] = WeakKeyDictionary()
_keeping = threading.Lock()


@dataclass(frozen=True, slots=True)
class Adjacency:
    """The steps of a store as of one moment; later writes make another one.

    Nodes are numbers. ``back`` leads from a thing to what it is from, ``forward`` the other way.
    """

    watched: Watched
    back: Rows
    forward: Rows
    size: int

    @classmethod
    def of(cls, backend: Backend, *, timeout: float = -1) -> Adjacency:
        """The steps of a store in this process as it is now, made once for a store and then kept current.

        What others write to a store on a server is not followed: ask such a one in batches instead.
        ``timeout`` is how many seconds to wait for a write that is going on when they are first made (-1:
        without limit); :class:`~whence.errors.StoreBusy` after that.
        """
        if not isinstance(backend, Keeper):
            return _Index.read(backend).current
        with _keeping:
            index = _kept.setdefault(backend, _Index())
        return index.refreshed(backend, timeout)

    @property
    def wide_from(self) -> int:
        """From how many nodes on it is quicker to look at them all together."""
        return 48

    def number(self, node: Resource) -> int | None:
        """The number of a node; ``None`` if the store has never met it as the end of a relation."""
        found = self.watched.terms.find(node)
        return None if found is None or found >= self.size else found

    def term(self, number: int) -> Resource:
        """The node with a number."""
        return self.watched.terms.term(number)  # type: ignore[return-value]  # steps join no literals

    def terms(self, numbers: Ids) -> list[Resource]:
        """The nodes with these numbers."""
        return self.watched.terms.terms(numbers)  # type: ignore[return-value]  # as above

    def steps(
        self, node: int, kinds: Iterable[str] | None = None, *, forward: bool = False
    ) -> list[tuple[int, Step]]:
        """The nodes one step away, each with the step that leads there."""
        return [(other, STEPS[label]) for label, other in self.row(node, labels(kinds), forward=forward)]

    def row(self, node: int, wanted: Labels, *, forward: bool = False) -> list[tuple[int, int]]:
        """The label and the node of each step out of a node."""
        return (self.forward if forward else self.back).row(node, wanted)

    def stepper(self, wanted: Labels, *, forward: bool = False) -> Stepper:
        """What gives the label and the node of each step with one of these labels out of a node."""
        return (self.forward if forward else self.back).stepper(wanted)

    def expand(self, nodes: Ids, wanted: Labels, *, forward: bool = False) -> Expanded:
        """The steps out of many nodes, in no order."""
        return (self.forward if forward else self.back).expand(nodes, wanted)

    def walk(
        self,
        starts: Iterable[Resource],
        kinds: Iterable[str] | None = None,
        *,
        forward: bool = False,
        bounds: Bounds | None = None,
    ) -> Walk:
        """What steps of these kinds lead to, as :func:`~whence.queries.walk.walk` has it.

        Nodes to start from that the store has never met are passed over.
        """
        numbers = [number for node in starts if (number := self.number(node)) is not None]
        return walk(self, numbers, labels(kinds), forward=forward, bounds=bounds)

    def has_steps(self, node: int) -> bool:
        """Whether anything leads to or from a node."""
        every = frozenset(range(len(STEPS)))
        return bool(self.back.row(node, every) or self.forward.row(node, every))

    def are_asserted(self, sources: Ids, targets: Ids, steps: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Of edges (PROV's direction, labels of steps that are not turned), which a bundle asserts."""
        found = np.ones(len(sources), np.bool_)
        for label in np.unique(steps).tolist():
            at = np.flatnonzero(steps == label)
            found[at] = self.watched.are_asserted(STEPS[label].predicate, pack(sources[at], targets[at]))
        return found


class _Index:
    """The adjacency of one store, made when first asked for and brought up to date when asked again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: Adjacency | None = None

    @classmethod
    def read(cls, backend: Backend) -> _Index:
        """Of a store that nobody follows, as it is now."""
        index = cls()
        quads = {
            name: (quad for quad in backend.quads(None, name) if _is_told(quad)) for name in _PREDICATES
        }
        index._current = _made(Plain(_PREDICATES).read(quads))
        return index

    @property
    def current(self) -> Adjacency:
        """As it was last brought up to date."""
        assert self._current is not None  # noqa: S101  # the only callers have made it
        return self._current

    def refreshed(self, keeper: Keeper, timeout: float) -> Adjacency:
        """As of all that was written to the store."""
        with self._lock:
            current = self._current
            if current is None or not keeper.is_watched(current.watched.journal):
                self._current = None
                current = _first(keeper, timeout)
            elif changes := current.watched.journal.take():
                current = _changed(current, changes)
                if current.back.overlay > max(_FEW, len(current.back.base) // 8):
                    current = _made(keeper.watch(_PREDICATES, timeout=timeout))
            self._current = current
            return current


def _is_told(quad: Quad) -> bool:
    return quad.graph_name == WHENCE_INFERRED or not is_system(quad.graph_name)


def _first(keeper: Keeper, timeout: float) -> Adjacency:
    """The steps of a store, taken from the file beside it where that has them."""
    watched = keeper.watch(_PREDICATES, timeout=timeout)
    name = None if watched.follower is None else watched.follower.kept_as
    if name is None:
        return _made(watched)
    directory = Path(keeper.location)
    kept = kept_rows.load(directory, name=name)
    if kept is not None:
        back, forward = kept
        return Adjacency(watched, Rows(back), Rows(forward), len(watched.terms))
    made = _made(watched)
    if len(made.back.base) >= _MANY:
        kept_rows.save(directory, made.back.base, made.forward.base, name=name)
    return made


def _made(watched: Watched) -> Adjacency:
    back: Columns = {}
    forward: Columns = {}
    for label, step in enumerate(STEPS):
        pairs = _between_resources(watched.columns[step.predicate], watched.terms)
        one, other = (forward, back) if step.turned else (back, forward)
        one[label] = pairs
        other[label] = turned(pairs)
    size = len(watched.terms)
    return Adjacency(watched, Rows(Base.of(back, size)), Rows(Base.of(forward, size)), size)


def _between_resources(pairs: Ids, terms: Terms) -> Ids:
    literal = terms.are_literals(pairs & 0xFFFFFFFF)
    return pairs[~literal] if literal.any() else pairs


def _changed(old: Adjacency, changes: list[tuple[Columns, Columns]]) -> Adjacency:
    back, forward = old.back, old.forward
    for coming, going in changes:
        added, removed = _steps(coming, old.watched.terms), _steps(going, old.watched.terms)
        back = back.changed(added[0], removed[0])
        forward = forward.changed(added[1], removed[1])
    return Adjacency(old.watched, back, forward, len(old.watched.terms))


def _steps(columns: Mapping[int, Ids], terms: Terms) -> tuple[list[Change], list[Change]]:
    """Changed pairs as steps back and forward."""
    back: list[Change] = []
    forward: list[Change] = []
    for label, step in enumerate(STEPS):
        number = terms.find(step.predicate)
        if number is None or number not in columns:
            continue
        pairs = _between_resources(columns[number], terms)
        one, other = (forward, back) if step.turned else (back, forward)
        one.extend(listed(label, pairs))
        other.extend(listed(label, turned(pairs)))
    return back, forward

"""Facts of a few predicates handed to whoever keeps something made of them, with what changes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import NamedNode, Quad

from whence.reasoning.facts import Columns, Ids, Terms, distinct
from whence.reasoning.journal import Journal
from whence.store.catalogue import is_system

if TYPE_CHECKING:
    from whence.reasoning.follower import Follower

__all__ = ["Plain", "Watched"]


@dataclass(frozen=True, slots=True)
class Watched:
    """The pairs of some predicates at one time, sorted and packed, and a journal of all that changes later.

    ``follower`` is who knows them; ``None`` where nothing is inferred, and so everything is asserted.
    """

    terms: Terms
    columns: Mapping[NamedNode, Ids]
    journal: Journal
    follower: Follower | None = None

    @classmethod
    def of(cls, follower: Follower, predicates: Iterable[NamedNode]) -> Watched:
        """What a follower knows, asserted and inferred. Nobody may write meanwhile."""
        numbers = {predicate: follower.terms.number(predicate) for predicate in predicates}
        facts = follower.evaluator.facts
        columns = {predicate: facts.relation(number).pairs for predicate, number in numbers.items()}
        follower.journal = Journal(numbers.values())
        return cls(follower.terms, columns, follower.journal, follower)

    def are_asserted(self, predicate: NamedNode, pairs: Ids) -> NDArray[np.bool_]:
        """Which facts of a predicate are asserted, not only inferred."""
        number = self.terms.find(predicate)
        if self.follower is None or number is None:
            return np.ones(len(pairs), np.bool_)
        return self.follower.evaluator.asserted.relation(number).has(pairs)

    def asserted_pairs(self, predicate: NamedNode) -> Ids | None:
        """The facts of a predicate that are asserted, sorted and packed; ``None`` where all facts are."""
        number = self.terms.find(predicate)
        if self.follower is None or number is None:
            return None
        return self.follower.evaluator.asserted.relation(number).pairs


class Plain:
    """The same for a store in which nothing is inferred: it follows what is added, and no more."""

    def __init__(self, predicates: Iterable[NamedNode]) -> None:
        self._terms = Terms()
        self._numbers = {predicate: self._terms.number(predicate) for predicate in predicates}
        self.journal = Journal(self._numbers.values())

    def read(self, quads: Mapping[NamedNode, Iterable[Quad]]) -> Watched:
        """What a store has, by predicate."""
        columns = {
            predicate: distinct(np.fromiter(self._terms.pairs(found), np.int64))
            for predicate, found in quads.items()
        }
        return Watched(self._terms, columns, self.journal)

    def tap(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """Quads on their way to the store, noted when all of them have passed."""
        coming: dict[int, list[int]] = {}
        for quad in quads:
            number = self._numbers.get(quad.predicate)
            if number is not None and not is_system(quad.graph_name):
                coming.setdefault(number, []).extend(self._terms.pairs((quad,)))
            yield quad
        found: Columns = {
            predicate: distinct(np.array(pairs, np.int64)) for predicate, pairs in coming.items()
        }
        self.journal.note(found, {})

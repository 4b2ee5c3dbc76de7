"""What follows from the asserted triples of a store, kept in integer columns beside it."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import repeat
from pathlib import Path

import numpy as np
import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad, Triple

from whence.ontology.namespaces import WHENCE_INFERRED
from whence.reasoning import sidecar
from whence.reasoning.equality import evaluator
from whence.reasoning.evaluate import Progress
from whence.reasoning.facts import Columns, Facts, Terms, distinct, gather, unpack
from whence.reasoning.journal import Journal
from whence.reasoning.rules import SAME_AS, Atom, RuleSet
from whence.store.catalogue import SYSTEM_GRAPHS, is_system
from whence.store.inference import is_own

__all__ = ["Change", "Follower", "canonical", "difference", "relevant_predicates", "size"]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_XSD_STRING = f"{_XSD}string"
_CANONICAL = {
    f"{_XSD}dateTime": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{0,8}[1-9])?Z"
    ),
    f"{_XSD}integer": re.compile(r"0|-?[1-9][0-9]{0,17}"),
}
"""What of the most frequent datatypes is surely stored as it is; a try takes ten times as long."""

_AT_ONCE = 20_000


def relevant_predicates(rules: RuleSet) -> frozenset[NamedNode]:
    """The predicates that rules whose conclusions are stored, or contradictions, look at; and equality."""
    atoms: list[Atom] = [atom for rule in rules.materialised for atom in (*rule.body, *rule.head)]
    atoms += [atom for denied in rules.inconsistencies for atom in denied.body]
    return frozenset({SAME_AS, *(atom.predicate for atom in atoms)})


class Change:
    """Triples that came to be asserted, or ceased to be; numbered as they come."""

    __slots__ = ("_pairs", "_terms")

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._pairs: dict[NamedNode, array[int]] = {}

    def add(self, triple: Triple | Quad) -> None:
        """Note one triple."""
        number = self._terms.number
        object_ = triple.object
        if isinstance(object_, Literal):
            object_ = canonical(object_)
        pairs = self._pairs.get(triple.predicate)
        if pairs is None:
            pairs = self._pairs[triple.predicate] = array("q")
        pairs.append(number(triple.subject) << 32 | number(object_))  # type: ignore[arg-type]  # no triple terms here

    def extend(self, predicate: NamedNode, quads: Iterable[Quad]) -> None:
        """Note triples of one predicate that a store gave, whose literals are canonical."""
        self._pairs.setdefault(predicate, array("q")).extend(self._terms.pairs(quads))

    def columns(self) -> Columns:
        """All of them, each once."""
        return {
            self._terms.number(predicate): distinct(np.frombuffer(pairs, np.int64))
            for predicate, pairs in self._pairs.items()
        }


class Follower:
    """Rules applied to all asserted triples, ready to say what a change of those changes.

    It is told of every change; :meth:`settle` gives what comes into and goes out of the graph of
    inferences, which is the closure without the asserted triples. ``kept_as`` names the sidecar that says
    all that it knows, if there is one; ``journal``, if someone asked for it, gets all that changes.
    """

    def __init__(self, rules: RuleSet, terms: Terms | None = None) -> None:
        self.rules = rules
        self.terms = Terms() if terms is None else terms
        self.relevant = relevant_predicates(rules)
        self.evaluator = evaluator(rules, self.terms)
        self.saw_words = False
        self.journal: Journal | None = None
        self.kept_as: str | None = None
        self.forget()

    @classmethod
    def kept(cls, rules: RuleSet, directory: Path) -> Follower | None:
        """One as it was when :meth:`keep` was called, if the store has not been written to since."""
        found = sidecar.load(directory, stamp=rules.digest)
        if found is None:
            return None
        terms, asserted, facts = found
        follower = cls(rules, terms)
        follower.evaluator.resume(asserted, facts)
        follower.kept_as = sidecar.identity(directory)
        return follower

    def keep(self, directory: Path) -> None:
        """Write what it knows beside the store, for a process that opens it later."""
        known = self.evaluator
        sidecar.save(
            directory, self.terms, known.asserted.columns(), known.facts.columns(), stamp=self.rules.digest
        )

    def forget(self) -> None:
        """Forget the changes noted since the last time: they did not happen."""
        self.coming, self.going = Change(self.terms), Change(self.terms)

    def tap(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """The quads that are not the store's own to write, passed on and noted as asserted.

        ``saw_words`` says afterwards whether any was of an ontology.
        """
        relevant, add = self.relevant, self.coming.add
        self.saw_words = is_told = is_about = False
        graph: object = None
        for quad in quads:
            if quad.graph_name != graph:
                graph = quad.graph_name
                is_told, is_about = not is_system(graph), graph in SYSTEM_GRAPHS
                self.saw_words |= not is_told and not is_about
            if is_about and is_own(quad):
                continue
            if is_told and quad.predicate in relevant:
                add(quad)
            yield quad

    def settle(self, progress: Progress | None = None) -> tuple[Columns, Columns]:
        """Follow the changes noted since the last time; what was added to and removed from inferences."""
        coming, going = self.coming.columns(), self.going.columns()
        self.forget()
        going = Facts(coming).missing(going)
        added: list[Columns] = []
        removed: list[Columns] = []
        if going:
            gone = self.evaluator.asserted.present(going)
            lost, kept = self.evaluator.remove(going)
            self._note(kept, lost)
            removed.append(_minus(lost, gone))
            added.append(kept)
        asserted = self.evaluator.asserted.missing(coming)
        new = self.evaluator.add(coming, progress)
        self._note(new, self.evaluator.superseded)
        added.append(_minus(new, asserted))
        removed += [_minus(asserted, new), self.evaluator.superseded]
        more, less = _union(added), _union(removed)
        return _minus(more, less), _minus(less, more)

    def _note(self, added: Columns, removed: Columns) -> None:
        if added or removed:
            self.kept_as = None
        if self.journal is not None:
            self.journal.note(added, removed)

    def inferred(self) -> Columns:
        """Everything that follows without being asserted."""
        return self.evaluator.asserted.missing(self.evaluator.facts.columns())

    def follows(self, triple: Triple) -> bool:
        """Whether a triple is inferred and not asserted."""
        ends = [self.terms.find(end) for end in (triple.subject, triple.predicate, triple.object)]  # type: ignore[arg-type]
        if None in ends:
            return False
        subject, predicate, object_ = ends
        pair = np.array([(subject or 0) << 32 | (object_ or 0)], np.int64)
        known = self.evaluator
        there = known.facts.relation(predicate or 0).has(pair)[0]
        return bool(there and not known.asserted.relation(predicate or 0).has(pair)[0])

    def quads(self, columns: Columns) -> Iterator[Quad]:
        """Columns as quads of the graph of inferences."""
        terms = self.terms.terms
        for predicate, pairs in columns.items():
            name = self.terms.term(predicate)
            for start in range(0, len(pairs), _AT_ONCE):
                left, right = unpack(pairs[start : start + _AT_ONCE])
                yield from map(Quad, terms(left), repeat(name), terms(right), repeat(WHENCE_INFERRED))  # type: ignore[arg-type]  # heads have no literal subjects


def difference(wanted: Columns, there: Columns) -> tuple[Columns, Columns]:
    """What has to be added to ``there``, and removed from it, to have what is ``wanted``."""
    return _minus(wanted, there), _minus(there, wanted)


def size(columns: Columns) -> int:
    """Number of facts."""
    return sum(map(len, columns.values()))


def _minus(one: Columns, other: Columns) -> Columns:
    return Facts({predicate: distinct(pairs) for predicate, pairs in other.items()}).missing(one)


def _union(parts: Iterable[Columns]) -> Columns:
    joined = gather((predicate, pairs) for part in parts for predicate, pairs in part.items())
    return {predicate: distinct(pairs) for predicate, pairs in joined.items()}


def canonical(literal: Literal) -> Literal:
    """The literal as the engine stores it: ``007`` becomes ``7``."""
    if literal.language or literal.datatype.value == _XSD_STRING:
        return literal
    spelling = _CANONICAL.get(literal.datatype.value)
    return literal if spelling and spelling.fullmatch(literal.value) else _stored(literal)


@lru_cache(maxsize=1 << 16)
def _stored(literal: Literal) -> Literal:
    scratch = ox.Store()
    name = NamedNode("urn:x")
    scratch.add(Quad(name, name, literal))
    (quad,) = scratch
    found = quad.object
    return found if isinstance(found, Literal) else literal

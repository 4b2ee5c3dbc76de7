"""Why a statement holds: back from it, by rules, to what bundles assert, by lookups in a store alone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from whence.errors import QueryError, SourceError, StoreError, WhenceError
from whence.formats.identifiers import canonical
from whence.ontology.namespaces import PREFIXES, WHENCE
from whence.reasoning.explain_backward import Goal
from whence.reasoning.explain_lookup import Fact, Known, Node, Value
from whence.reasoning.explain_search import Proofs, Search
from whence.reasoning.explanation import Derivation, Explanation, Reason
from whence.reasoning.rules import RuleSet
from whence.store import catalogue, inference, query_time
from whence.store.backend import Backend, Graph

__all__ = ["Derivation", "Explanation", "Reason", "explain"]

_MOST_QUADS: Final = 500_000
_MOST_APPLICATIONS: Final = 50_000


def explain(
    backend: Backend,
    rules: RuleSet,
    subject: Node,
    predicate: NamedNode,
    object: Value,
    *,
    all: bool = False,
    limit: int = 1000,
) -> Explanation:
    """Why a statement holds in ``backend``, whose inferences were made by ``rules``.

    Of what follows, the derivation with the fewest applications of rules is given; of what bundles
    assert, the bundles. With ``all``, every way in which it and its premises follow, whether asserted
    or not, at most ``limit`` applications of rules. What rules leave to query time is explained too,
    though it is not stored. A statement that does not hold gives an explanation that says so.

    Raises :class:`WhenceError` for a ``limit`` below one, and :class:`SourceError` for the properties
    that stand for walks (:mod:`whence.store.query_time`).
    """
    if limit < 1:
        raise WhenceError("an explanation has room for one step at least: limit must be 1 or more")
    if (path := query_time.paths().get(predicate.value)) is not None:
        name = predicate.value.removeprefix(str(WHENCE))
        raise SourceError(
            f"whence:{name} is asked for in queries and stands for a walk; "
            f"explain the steps of the walk instead, which are {path}"
        )
    fact = (subject, predicate, canonical(object) if isinstance(object, Literal) else object)
    known = Known(backend, _MOST_QUADS)
    prefixes = {**catalogue.prefixes(backend), **PREFIXES}
    try:
        if known.is_asserted(fact) and not all:
            return _asserted(fact, known, prefixes)
        search = Search(known, rules, fact, most=_MOST_APPLICATIONS)
        proofs = search.all(limit) if all else search.shortest()
        complete = not (search.cut or known.cut)
        if proofs is not None:
            return _derived(fact, proofs, known, prefixes, search.steps, complete=complete)
        if known.is_asserted(fact):
            return _asserted(fact, known, prefixes, complete=complete)
        return _unfounded(fact, known, prefixes, rules, backend, complete=complete)
    finally:
        known.close()


def _triple(fact: Fact) -> Triple:
    subject, predicate, object_ = fact
    assert not isinstance(subject, Literal)  # noqa: S101  # facts come from a store or from the caller
    return Triple(subject, predicate, object_)


def _asserted(
    fact: Fact, known: Known, prefixes: Mapping[str, str], *, complete: bool = True
) -> Explanation:
    triple, bundles = _triple(fact), known.bundles(fact)
    summary = f"It is asserted, {_places(bundles)}."
    return Explanation(triple, True, (Reason(triple, bundles),), 0, complete, summary, prefixes)


def _places(bundles: tuple[Graph, ...]) -> str:
    if len(bundles) != 1:
        return f"in {len(bundles)} bundles"
    return "in the unnamed graph" if isinstance(bundles[0], DefaultGraph) else f"in {bundles[0]}"


def _derived(
    fact: Fact,
    proofs: Proofs,
    known: Known,
    prefixes: Mapping[str, str],
    steps: int,
    *,
    complete: bool,
) -> Explanation:
    places = {Goal(fact): 0}
    order = [Goal(fact)]
    for goal in order:
        for premise in (p for instance in proofs[goal] for p in instance.premises):
            if premise not in places:
                places[premise] = len(order)
                order.append(premise)
    reasons = tuple(
        Reason(
            _triple(goal.fact),
            known.bundles(goal.fact) if known.is_asserted(goal.fact) else (),
            tuple(Derivation(way.rule, tuple(places[p] for p in way.premises)) for way in proofs[goal]),
        )
        for goal in order
    )
    summary = _summary(reasons, steps, complete=complete)
    asserted = bool(reasons[0].bundles)
    return Explanation(
        reasons[0].statement, True, reasons, 0 if asserted else steps, complete, summary, prefixes
    )


def _summary(reasons: tuple[Reason, ...], steps: int, *, complete: bool) -> str:
    said = {reason.statement for reason in reasons[1:] if reason.bundles and not reason.derivations}
    first, ways, length = reasons[0], len(reasons[0].derivations), _number(steps, "step")
    start = f"It is asserted, {_places(first.bundles)}, and follows" if first.bundles else "It follows"
    how = f"in {length}" if ways == 1 else f"in {ways} ways, the shortest of {length},"
    end = "" if complete else " There may be other or shorter derivations: not everything was looked at."
    return f"{start} {how} from {_number(len(said), 'asserted statement')}.{end}"


def _number(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _unfounded(
    fact: Fact,
    known: Known,
    prefixes: Mapping[str, str],
    rules: RuleSet,
    backend: Backend,
    *,
    complete: bool,
) -> Explanation:
    stored, stale = known.holds(fact), inference.status(backend).stale
    if not complete:
        summary = "No derivation was found, but not everything was looked at."
    elif stored:
        summary = "It is stored as inferred, but does not follow from what is asserted now."
    elif rules.profile == "none":
        summary = "It does not hold: no bundle asserts it, and in this store nothing is inferred."
    else:
        summary = (
            f"It does not hold: no bundle asserts it, nor does it follow by profile {rules.profile!r}."
        )
    if complete and not stored:
        summary += _walked(fact, backend)
    if stale or (stored and complete):
        summary += " What is inferred is not current: whence infer makes it anew."
    triple = _triple(fact)
    return Explanation(triple, stored and not complete, (Reason(triple),), 0, complete, summary, prefixes)


def _walked(fact: Fact, backend: Backend) -> str:
    """A sentence that names the walks by which the ends are related all the same, if there are any."""
    subject, predicate, object_ = fact
    if not (isinstance(subject, NamedNode) and isinstance(object_, NamedNode)):
        return ""
    held = []
    # Those that say most come first.
    for walk, path in sorted(query_time.paths().items(), key=lambda item: (len(item[1]), item)):
        # Steps against the direction of a property lead from the other end.
        forward = str(predicate) in path.replace(f"^{predicate}", "")
        with suppress(QueryError, StoreError):
            if forward and backend.query(f"ASK {{ {subject} <{walk}> {object_} }}"):
                held.append(f"whence:{walk.removeprefix(str(WHENCE))}")
    if not held:
        return ""
    return f" In queries its ends are related by {' and '.join(held)}, over any number of steps."

"""Which PROV relations are steps of a walk, and what kind of step each is: a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from pyoxigraph import NamedNode

from whence.errors import SourceError
from whence.ontology.namespaces import MUTABLE, PROV

__all__ = ["DEFAULT_KINDS", "KINDS", "LABELS", "STEPS", "Labels", "Step", "general_of", "labels"]

Labels: TypeAlias = frozenset[int]
"""Numbers of steps: their places in :data:`STEPS`."""

_SAME_AS: Final = NamedNode("http://www.w3.org/2002/07/owl#sameAs")


@dataclass(frozen=True, slots=True)
class Step:
    """A relation that is walked from its subject (what is later) to its object (where that is from).

    ``relation`` is its PROV-N name, ``kind`` the group it is chosen by. ``general`` is the relation that
    says less of the same two things and follows from it. A ``turned`` step goes from the object to the
    subject of a triple, for relations that hold both ways.
    """

    relation: str
    predicate: NamedNode
    kind: str
    general: str = ""
    turned: bool = False


STEPS: Final = (
    Step("wasDerivedFrom", PROV.wasDerivedFrom, "derivation"),
    Step("wasRevisionOf", PROV.wasRevisionOf, "derivation", "wasDerivedFrom"),
    Step("wasQuotedFrom", PROV.wasQuotedFrom, "derivation", "wasDerivedFrom"),
    Step("hadPrimarySource", PROV.hadPrimarySource, "derivation", "wasDerivedFrom"),
    Step("derivedByInsertionFrom", PROV.derivedByInsertionFrom, "derivation", "wasDerivedFrom"),
    Step("derivedByRemovalFrom", PROV.derivedByRemovalFrom, "derivation", "wasDerivedFrom"),
    Step("wasGeneratedBy", PROV.wasGeneratedBy, "generation"),
    Step("used", PROV.used, "usage"),
    Step("wasInformedBy", PROV.wasInformedBy, "communication"),
    Step("wasStartedBy", PROV.wasStartedBy, "start"),
    Step("wasEndedBy", PROV.wasEndedBy, "end"),
    Step("hadMember", PROV.hadMember, "member"),
    Step("specializationOf", PROV.specializationOf, "specialization"),
    Step("mentionOf", PROV.mentionOf, "specialization", "specializationOf"),
    Step("alternateOf", PROV.alternateOf, "alternate"),
    Step("alternateOf", PROV.alternateOf, "alternate", turned=True),
    Step("wasInvalidatedBy", PROV.wasInvalidatedBy, "invalidation"),
    Step("wasAttributedTo", PROV.wasAttributedTo, "attribution"),
    Step("wasAssociatedWith", PROV.wasAssociatedWith, "association"),
    Step("actedOnBehalfOf", PROV.actedOnBehalfOf, "delegation"),
    Step("sameAs", _SAME_AS, "same"),
    Step("sameAs", _SAME_AS, "same", turned=True),
    Step("accessed", MUTABLE.accessed, "value"),
    Step("accessedPart", MUTABLE.accessedPart, "value"),
    Step("wasDefinedBy", MUTABLE.wasDefinedBy, "value"),
    Step("derivedByInsertion", MUTABLE.derivedByInsertion, "value"),
    Step("derivedByRemoval", MUTABLE.derivedByRemoval, "value"),
)

KINDS: Final = tuple(dict.fromkeys(step.kind for step in STEPS))
"""The kinds of steps there are."""

DEFAULT_KINDS: Final = ("derivation", "generation", "usage", "communication", "start", "end", "member")
"""The kinds of steps that lead from a thing to what it is from."""

LABELS: Final[Labels] = frozenset(range(len(STEPS)))
"""All steps."""


def labels(kinds: Iterable[str] | None = None) -> Labels:
    """The steps with these kinds or relation names, :data:`DEFAULT_KINDS` if none are given.

    >>> sorted(STEPS[number].relation for number in labels(["generation", "used"]))
    ['used', 'wasGeneratedBy']

    Raises :class:`~whence.errors.SourceError` for a name that is neither.
    """
    wanted = {kinds} if isinstance(kinds, str) else set(DEFAULT_KINDS if kinds is None else kinds)
    known = {step.kind for step in STEPS} | {step.relation for step in STEPS}
    if unknown := sorted(wanted - known):
        raise SourceError(f"no step is called {unknown[0]!r}; there are {', '.join(KINDS)}")
    return frozenset(at for at, step in enumerate(STEPS) if step.kind in wanted or step.relation in wanted)


def general_of(label: int) -> int | None:
    """The step that follows from this one, ``None`` for most."""
    name = STEPS[label].general
    return next((at for at, step in enumerate(STEPS) if step.relation == name), None) if name else None

"""The one form that every rule takes, wherever it was written: OWL axiom or SPARQL CONSTRUCT.

A rule is a conjunction of triple patterns and what follows from it. It is plain data: evaluators read
it, explanations cite it. Nothing here evaluates anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias
from typing import Literal as Choice

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.identifiers import generated
from whence.ontology.namespaces import Namespace

__all__ = [
    "OWL",
    "SAME_AS",
    "Atom",
    "Inconsistency",
    "Rule",
    "RuleSet",
    "Scope",
    "Skolem",
    "Term",
    "Var",
    "skolem_iri",
]

OWL: Final = Namespace("http://www.w3.org/2002/07/owl#")
SAME_AS: Final = OWL.sameAs

Scope: TypeAlias = Choice["all", "base", "asserted"]
"""Which facts a pattern may match.

``all``: asserted and inferred. ``asserted``: asserted only (the guard that lets rules with skolem terms
end). ``base``: asserted, or inferred by a rule that is not ``transitive`` (for the last step of a
transitive rule: a step that is itself a walk of base steps adds nothing).
"""


@dataclass(frozen=True, slots=True, order=True)
class Var:
    """A variable of a rule."""

    name: str


Term: TypeAlias = Var | NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Atom:
    """A triple pattern. A variable that stands in both places matches equal ends only.

    In a head, an atom whose subject is bound to a literal says nothing: RDF has no such triple.
    """

    subject: Term
    predicate: NamedNode
    object: Term
    scope: Scope = "all"

    @property
    def variables(self) -> tuple[Var, ...]:
        """Its variables, subject first."""
        return tuple(term for term in (self.subject, self.object) if isinstance(term, Var))


@dataclass(frozen=True, slots=True)
class Skolem:
    """A variable that the body does not bind: it becomes ``skolem_iri(label, values of arguments)``."""

    variable: Var
    label: str
    arguments: tuple[Var, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """For every way to match ``body`` with each pair in ``distinct`` unequal, ``head`` follows.

    ``id`` is unique in a rule set and the same on every machine. ``name`` is the name of the rule for
    people, ``number`` the number of the PROV-CONSTRAINTS inference (or the id of the row in the
    OWL 2 RL table, such as ``prp-dom``), ``spec`` a link to the section that says so. Every variable
    of the head is in the body or is a skolem variable. A rule without a body states a fact.

    ``transitive`` marks the rules that close a relation over itself (see :data:`Scope`).
    ``same_as`` marks the rules whose head is ``owl:sameAs``. ``at_query_time`` marks the rules that
    would make quadratically many facts: nothing materialises them, queries answer them.
    """

    id: str
    name: str
    number: str
    spec: str
    body: tuple[Atom, ...]
    head: tuple[Atom, ...]
    distinct: tuple[tuple[Var, Var], ...] = ()
    skolem: tuple[Skolem, ...] = ()
    transitive: bool = False
    same_as: bool = False
    at_query_time: bool = False


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """What must not be: to match ``body`` with each pair in ``distinct`` unequal is a contradiction."""

    id: str
    name: str
    number: str
    spec: str
    body: tuple[Atom, ...]
    distinct: tuple[tuple[Var, Var], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a profile, in a fixed order. Equal ``digest`` means equal rules.

    ``digest`` is a hexadecimal SHA-256 over all that decides what the rules conclude.
    """

    profile: str
    rules: tuple[Rule, ...]
    inconsistencies: tuple[Inconsistency, ...]
    digest: str

    @property
    def materialised(self) -> tuple[Rule, ...]:
        """The rules whose conclusions are stored: those not left to query time."""
        return tuple(rule for rule in self.rules if not rule.at_query_time)


def skolem_iri(
    label: str, values: Iterable[NamedNode | BlankNode | Literal], base: str = "urn:whence:"
) -> NamedNode:
    """The generated IRI of what must exist because of ``values``; equal label and values give equal IRIs.

    Values are told apart by their N-Triples form, so an IRI and a literal of one spelling differ.
    """
    return generated(base, "some", label, *map(str, values))

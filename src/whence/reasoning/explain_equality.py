"""How ``owl:sameAs`` goes on, as rules that explanations cite: evaluators keep one name for equal things.

A store holds one link from each thing to the one that stands for it, and of that one all that follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pyoxigraph import NamedNode

from whence.reasoning.explain_lookup import Known
from whence.reasoning.rules import SAME_AS, Atom, Rule, Var

__all__ = ["EQUALITY", "carried"]

_SPEC: Final = "https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules"
_X, _Y, _Z = Var("x"), Var("y"), Var("z")

EQUALITY: Final = (
    Rule(
        "eq-sym/sameAs",
        "equality is symmetric",
        "eq-sym",
        _SPEC,
        (Atom(_X, SAME_AS, _Y),),
        (Atom(_Y, SAME_AS, _X),),
        same_as=True,
        at_query_time=True,
    ),
    Rule(
        "eq-trans/sameAs",
        "equality is transitive",
        "eq-trans",
        _SPEC,
        (Atom(_X, SAME_AS, _Y), Atom(_Y, SAME_AS, _Z, "base")),
        (Atom(_X, SAME_AS, _Z),),
        transitive=True,
        same_as=True,
        at_query_time=True,
    ),
)
"""Equality of more than two things."""


def carried(predicate: NamedNode, known: Known) -> Iterator[tuple[Rule, Atom]]:
    """The rules by which equal things share their statements of one property, with their heads."""
    head = Atom(_Y, predicate, _Z)
    same, other = Atom(_X, SAME_AS, _Y), Atom(_X, predicate, _Z)
    yield _sharing("eq-rep-s", "equal subjects", predicate, (same, other)), head
    same, other = Atom(_X, SAME_AS, _Z), Atom(_Y, predicate, _X)
    yield _sharing("eq-rep-o", "equal objects", predicate, (same, other)), head
    for equal in known.equals(predicate):
        if isinstance(equal, NamedNode):
            body = (Atom(equal, SAME_AS, predicate), Atom(_Y, equal, _Z))
            yield _sharing("eq-rep-p", "equal properties", predicate, body), head


def _sharing(number: str, name: str, predicate: NamedNode, body: tuple[Atom, ...]) -> Rule:
    key = " ".join(atom.predicate.value for atom in body if atom.predicate != SAME_AS)
    head = (Atom(_Y, predicate, _Z),)
    return Rule(f"{number}/{predicate.value}/{key}", name, number, _SPEC, body, head)

"""What the words mean: vocabularies, their axioms and rules, and their IRIs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeVar

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, RdfFormat, Triple, parse

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode

_Term = TypeVar("_Term", "NamedNode | BlankNode | Triple", "NamedNode | BlankNode | Literal | Triple")

__all__ = ["AXIOMS", "ONTOLOGIES", "VOCABULARIES", "load", "rules", "text"]

VOCABULARIES: Final = (
    "prov",
    "prov-dictionary",
    "prov-links",
    "versioned-prov",
    "intertwined-prov",
    "mutable-prov",
    "whence",
)
"""What declares terms."""

AXIOMS: Final = ("prov-constraints",)
"""What declares none and says more about those of others."""

ONTOLOGIES: Final = VOCABULARIES + AXIOMS


def text(name: str) -> str:
    """The Turtle of one of :data:`ONTOLOGIES`. Raises :class:`KeyError` for another name."""
    if name not in ONTOLOGIES:
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.ttl").read_text(encoding="utf-8")


@cache
def load(name: str) -> tuple[Triple, ...]:
    """The triples of one of :data:`ONTOLOGIES`. Raises :class:`KeyError` for another name.

    Blank nodes have the same label each time, and none that another ontology has.
    """
    dataset = Dataset(parse(text(name), format=RdfFormat.TURTLE))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return tuple(
        Triple(_labelled(quad.subject, name), quad.predicate, _labelled(quad.object, name))
        for quad in dataset
    )


def _labelled(term: _Term, name: str) -> _Term | BlankNode:
    return BlankNode(f"{name}-{term.value}") if isinstance(term, BlankNode) else term


def rules() -> Mapping[str, str]:
    """The rules that axioms cannot say: SPARQL CONSTRUCT by file name, in the order of their numbers."""
    found = files(__name__).joinpath("rules").iterdir()
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(found, key=lambda file: file.name)
        if file.name.endswith(".rq")
    }

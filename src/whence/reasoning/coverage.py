"""What an ontology says that nothing is concluded from, told in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from whence.formats.identifiers import is_generated
from whence.ontology.namespaces import RDF, RDF_TYPE, RDFS, SH
from whence.reasoning.rules import OWL

__all__ = ["remarks"]

_NO_EFFECT: Final[Mapping[NamedNode, str]] = {
    OWL.minCardinality: "nothing is concluded from it",
    OWL.minQualifiedCardinality: "nothing is concluded from it",
    OWL.cardinality: "write owl:maxCardinality for the part of it that has consequences",
    OWL.qualifiedCardinality: "write owl:maxQualifiedCardinality for the part of it that has consequences",
    OWL.hasSelf: "OWL 2 RL has no such restriction",
    OWL.disjointUnionOf: "write owl:unionOf and owl:disjointWith instead",
    OWL.datatypeComplementOf: "values of literals are not looked at",
    OWL.onDatatype: "values of literals are not looked at",
    OWL.onProperties: "OWL 2 RL has no restrictions on several properties",
}
_NO_EFFECT_AS_TYPE: Final[Mapping[NamedNode, str]] = {
    OWL.ReflexiveProperty: "a statement of everything about itself would only be noise",
    SH.NodeShape: "shapes are not rules",
    SH.PropertyShape: "shapes are not rules",
    NamedNode("http://www.w3.org/2003/11/swrl#Imp"): "SWRL rules are not read",
}
_ONLY_BELOW: Final[Mapping[NamedNode, str]] = {
    OWL.someValuesFrom: "that something exists says not what",
    OWL.unionOf: "that it is one of several says not which",
    OWL.oneOf: "that it is one of several says not which",
}
"""What has consequences where a class is said to be wider than it, not where one is said to be narrower."""
_ONLY_ABOVE: Final[Mapping[NamedNode, str]] = {
    OWL.allValuesFrom: "whether all values are known is never known",
    OWL.complementOf: "what is not said may be true all the same",
    OWL.maxCardinality: "whether all values are known is never known",
    OWL.maxQualifiedCardinality: "whether all values are known is never known",
}


def remarks(triples: Iterable[Triple]) -> tuple[str, ...]:
    """What in an ontology has no consequences, a sentence each; what has some is not mentioned.

    OWL 2 Profiles (2012) section 4.2 says where OWL 2 RL gives an expression consequences.
    """
    stated = sorted(set(triples), key=str)
    return tuple(dict.fromkeys((*_imports(stated), *_without_effect(stated), *_misplaced(stated))))


def _imports(triples: list[Triple]) -> Iterator[str]:
    for triple in triples:
        if triple.predicate == OWL.imports:
            yield f"owl:imports {_name(triple.object)}: not fetched; add that ontology too"


def _without_effect(triples: list[Triple]) -> Iterator[str]:
    for triple in triples:
        if triple.predicate in _NO_EFFECT:
            yield f"{_name(triple.predicate)}: {_NO_EFFECT[triple.predicate]}"
        elif triple.predicate == RDF_TYPE and triple.object in _NO_EFFECT_AS_TYPE:
            yield f"{_name(triple.object)}: {_NO_EFFECT_AS_TYPE[triple.object]}"  # type: ignore[index]  # it is there
        elif (
            triple.predicate in (OWL.maxCardinality, OWL.maxQualifiedCardinality)
            and isinstance(triple.object, Literal)
            and triple.object.value not in ("0", "1")
        ):
            yield f"{_name(triple.predicate)} {triple.object.value}: only 0 and 1 have consequences"


def _misplaced(triples: list[Triple]) -> Iterator[str]:
    """Class expressions on the side of an axiom where they have no consequences."""
    says: dict[object, list[Triple]] = defaultdict(list)
    for triple in triples:
        says[triple.subject].append(triple)
    for triple in triples:
        if triple.predicate in (RDFS.subClassOf, RDFS.domain, RDFS.range):
            axiom = f"{_name(triple.subject)} {_name(triple.predicate)}"
            yield from _among(triple.object, _ONLY_BELOW, says, axiom)
        if triple.predicate == RDFS.subClassOf:
            axiom = f"what is said to be narrower than {_name(triple.object)}"
            yield from _among(triple.subject, _ONLY_ABOVE, says, axiom)


def _among(
    cls: object, useless: Mapping[NamedNode, str], says: Mapping[object, list[Triple]], axiom: str
) -> Iterator[str]:
    """What is useless among the parts of a class expression that all have to hold."""
    waiting, seen = [cls], set()
    while waiting:
        node = waiting.pop()
        if node in seen or not (isinstance(node, BlankNode) or _is_made(node)):
            continue
        seen.add(node)
        for triple in says.get(node, ()):
            if triple.predicate in useless:
                yield f"{axiom}, by {_name(triple.predicate)}: {useless[triple.predicate]}"
            elif triple.predicate in (OWL.intersectionOf, RDF.first, RDF.rest):
                waiting.append(triple.object)


def _is_made(node: object) -> bool:
    return isinstance(node, NamedNode) and is_generated(node)


def _name(term: object) -> str:
    if not isinstance(term, NamedNode) or is_generated(term):
        return "a class without a name"
    for prefix, namespace in (("owl", OWL), ("rdfs", RDFS), ("sh", SH)):
        if term.value.startswith(namespace):
            return f"{prefix}:{term.value.removeprefix(namespace)}"
    return str(term)

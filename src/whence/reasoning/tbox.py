"""The closed T-box: what owlrl makes of the ontologies, computed once and kept in the user's cache."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from whence.formats.identifiers import is_generated
from whence.ontology.namespaces import RDF, RDF_TYPE, RDFS, XSD
from whence.reasoning.rules import OWL

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

__all__ = ["Statement", "cache_folder", "closed", "from_rdflib"]

Statement: TypeAlias = tuple[NamedNode | BlankNode, NamedNode, NamedNode | BlankNode | Literal]
"""A triple as a tuple."""

# Changes when what this module keeps of a closure does, so that no older file is taken for a new one.
_EDITION: Final = "2"
_BUILT_IN: Final = (str(OWL), str(RDF), str(RDFS), str(XSD))
_REFLEXIVE: Final = frozenset(
    {RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty, OWL.sameAs}
)
_TOPS: Final = frozenset({OWL.Thing, RDFS.Resource, RDFS.Literal})
_WORDS: Final = frozenset({RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy})


def closed(triples: Iterable[Triple]) -> tuple[Statement, ...]:
    """What follows from the axioms in ``triples`` by OWL 2 RL, with them, without the noise.

    Left out are statements about the built-in vocabulary, reflexive ones (``C rdfs:subClassOf C``),
    those about ``owl:Thing``, and what labels and comments say. What is said of individuals is passed on
    as it is, since rules draw the same conclusions from it. A generated IRI counts as the blank node that
    it stands for, so an ontology says the same before and after it was stored. The result is kept in
    :func:`cache_folder` under the digest of the axioms; a file that is damaged or cannot be written is
    done without.
    """
    stated = sorted({_text(triple): triple for triple in map(_as_written, triples)}.items())
    digest = sha256("\n".join((_EDITION, version("owlrl"), *(line for line, _ in stated))).encode())
    path = cache_folder() / f"tbox-{digest.hexdigest()[:32]}.nt"
    found = _read(path)
    if found is None:
        found = tuple(sorted(set(_close(triple for _, triple in stated)), key=str))
        _write(path, found)
    return found


def cache_folder() -> Path:
    """Where closures are kept: ``whence`` in ``XDG_CACHE_HOME``, or in ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification has relative paths ignored.
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "whence"


def _as_written(triple: Triple) -> Triple:
    """The triple with blank nodes where the store put generated IRIs."""
    subject, predicate, object_ = triple
    if isinstance(subject, NamedNode) and is_generated(subject):
        subject = BlankNode(f"genid-{subject.value[-32:]}")
    if isinstance(object_, NamedNode) and is_generated(object_):
        object_ = BlankNode(f"genid-{object_.value[-32:]}")
    return Triple(subject, predicate, object_)


def _text(triple: Triple) -> str:
    return f"{triple.subject} {triple.predicate} {triple.object} ."


def _line(statement: Statement) -> str:
    return "{} {} {} .\n".format(*statement)


def _read(path: Path) -> tuple[Statement, ...] | None:
    """The closure in a file, or ``None`` when there is none or it is not what was written."""
    try:
        head, _, body = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    if head != f"# {sha256(body.encode()).hexdigest()}":
        return None
    return tuple(
        (quad.subject, quad.predicate, quad.object)
        for quad in parse(body, format=RdfFormat.N_TRIPLES)
        if not isinstance(quad.subject, Triple) and not isinstance(quad.object, Triple)
    )


def _write(path: Path, statements: Iterable[Statement]) -> None:
    body = "".join(map(_line, statements))
    # A read-only home or a full disk costs time, nothing else.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent) as folder:
            whole = Path(folder) / path.name
            whole.write_text(f"# {sha256(body.encode()).hexdigest()}\n{body}", encoding="utf-8")
            whole.replace(path)


def _close(triples: Iterable[Triple]) -> Iterator[Statement]:
    """The closure. What is said of individuals and axioms is passed on; words about terms take no part.

    So are keys: owlrl 7 looks at all properties of a key but the last.
    """
    from owlrl import OWLRL_Semantics
    from rdflib import Graph

    stated = [
        (triple.subject, triple.predicate, triple.object)
        for triple in triples
        if not isinstance(triple.subject, Triple) and not isinstance(triple.object, Triple)
    ]
    notes = {s for s, p, o in stated if p == OWL.annotatedSource}
    notes |= {s for s, p, o in stated if p == RDF_TYPE and o == OWL.AllDisjointClasses}
    graph = Graph()
    for subject, predicate, object_ in stated:
        apart = predicate == OWL.hasKey or _is_of_individuals(predicate, object_)
        if apart or subject in notes:
            yield subject, predicate, object_
        if not apart and predicate not in _WORDS:
            graph.add((_to_rdflib(subject), _to_rdflib(predicate), _to_rdflib(object_)))
    OWLRL_Semantics(graph, False, False, False).closure()
    yield from _told(graph)


def _is_of_individuals(predicate: NamedNode, object_: NamedNode | BlankNode | Literal) -> bool:
    if predicate == RDF_TYPE:
        return isinstance(object_, NamedNode) and not object_.value.startswith(_BUILT_IN)
    return predicate in (OWL.sameAs, OWL.differentFrom) or not predicate.value.startswith(_BUILT_IN)


def _told(graph: Graph) -> Iterator[Statement]:
    for subject, predicate, object_ in graph:
        s, p, o = from_rdflib(subject), from_rdflib(predicate), from_rdflib(object_)
        if isinstance(s, Literal) or not isinstance(p, NamedNode):
            continue
        if p in _REFLEXIVE and (s == o or o in _TOPS or s == OWL.Nothing):
            continue
        if (p == RDF_TYPE and o in _TOPS) or (isinstance(s, NamedNode) and s.value.startswith(_BUILT_IN)):
            continue
        yield s, p, o


def _to_rdflib(term: NamedNode | BlankNode | Literal) -> Any:
    from rdflib import BNode, URIRef
    from rdflib import Literal as Value

    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if term.language:
        return Value(term.value, lang=term.language)
    return Value(term.value, datatype=URIRef(term.datatype.value), normalize=False)


def from_rdflib(term: Node) -> NamedNode | BlankNode | Literal:
    """An rdflib term as a term of the store. Raises :class:`ValueError` where there is none such."""
    from rdflib import BNode, URIRef
    from rdflib import Literal as Value

    if isinstance(term, URIRef):
        return NamedNode(str(term))
    if isinstance(term, BNode):
        return BlankNode(str(term))
    if isinstance(term, Value):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(str(term.datatype)) if term.datatype else None)
    raise ValueError(f"not an RDF term: {term!r}")

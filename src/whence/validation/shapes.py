"""Whether triples have the shape of Whence's encodings: SHACL, by the optional library pyshacl."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from whence.errors import MissingExtra, SourceError
from whence.ontology.namespaces import RDF_TYPE, RDFS, SH, WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.store import catalogue
from whence.store.backend import Backend
from whence.validation.report import Evidence, ValidationReport, Violation
from whence.validation.specification import Rule
from whence.validation.wording import Names

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["LARGEST", "SHAPES", "check_shapes", "check_stored_shapes", "shape_rules", "shapes_text"]

SHAPES: Final = "https://w3id.org/whence/shapes#"
"""How the IRIs of the shapes begin; in a rule's id they are ``shape-`` and what follows."""
LARGEST: Final = 50_000
"""How many triples are looked at in one go unless asked for more: SHACL takes about a third of a
millisecond a triple."""

_SEEN: Final = 5
_TAG: Final = "urn:x-graph:"


def shapes_text() -> str:
    """The shapes, in Turtle."""
    return files("whence.ontology").joinpath("shapes.ttl").read_text(encoding="utf-8")


@cache
def shape_rules() -> Mapping[str, Rule]:
    """What each shape demands, by the IRI of the shape."""
    said = _said()
    found = {}
    for shape in _messages():
        name = shape.removeprefix(SHAPES)
        title, mend = said[shape, RDFS.label], said[shape, RDFS.comment]
        found[shape] = Rule(f"shape-{name}", "shape", name, title, shape, mend)
    return found


def _messages() -> Mapping[str, str]:
    return {shape: text for (shape, name), text in _said().items() if name == SH.message}


@cache
def _said() -> Mapping[tuple[str, NamedNode], str]:
    """The texts of the shapes, by shape and property."""
    return {
        (quad.subject.value, quad.predicate): quad.object.value
        for quad in parse(shapes_text(), format=RdfFormat.TURTLE)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }


def check_stored_shapes(
    backend: Backend, bundle: NamedNode | None = None, *, limit: int = 1000, largest: int = LARGEST
) -> ValidationReport:
    """Check what a store asserts, its catalogue included, or one bundle and those read with it.

    Raises as :func:`check_shapes` does.
    """
    graphs: list[NamedNode | None] = [None]
    if bundle is not None:
        graphs = [bundle, *catalogue.parts(backend, bundle)]
    quads = (
        quad
        for graph in graphs
        for quad in backend.quads(graph=graph)
        if quad.graph_name == WHENCE_CATALOGUE
        or not (isinstance(quad.graph_name, NamedNode) and catalogue.is_system(quad.graph_name))
    )
    name = backend.location if bundle is None else bundle.value
    prefixes = catalogue.prefixes(backend, bundle)
    return check_shapes(quads, source=name, prefixes=prefixes, limit=limit, largest=largest)


def check_shapes(
    quads: Iterable[Quad],
    *,
    source: str = "",
    prefixes: Mapping[str, str] | None = None,
    limit: int = 1000,
    largest: int = LARGEST,
) -> ValidationReport:
    """Check triples, graph by graph, against the shapes of ``ontology/shapes.ttl``.

    The report counts triples as its statements and keeps ``limit`` violations. Inferred triples are
    left out. Nothing is fetched, and neither imports nor shapes in the data are followed. Raises
    :class:`~whence.errors.MissingExtra` without pyshacl, and :class:`~whence.errors.SourceError` for
    more than ``largest`` triples.
    """
    try:
        import pyshacl
    except ImportError as error:
        raise MissingExtra("pyshacl", "shacl") from error
    asserted = (quad for quad in quads if quad.graph_name != WHENCE_INFERRED)
    known = list(islice(asserted, largest + 1))
    if len(known) > largest:
        raise SourceError(
            f"{source or 'the data'} has more than {largest:,} triples, too many to check shapes at once; "
            "check one bundle at a time, or allow more"
        )
    _, results, _ = pyshacl.validate(
        _tagged(known), shacl_graph=_shapes(), inference="none", inplace=True, do_owl_imports=False
    )
    if not hasattr(results, "triples"):
        raise SourceError(f"the shapes of {source or 'the data'} cannot be checked: {results}")
    violations = list(_Results(results, known, Names(dict(prefixes or {}))))
    kept = tuple(violations[:limit])
    graphs = len({quad.graph_name for quad in known})
    return ValidationReport(source, kept, (), len(violations), len(known), graphs, dict(prefixes or {}))


def _tagged(quads: Iterable[Quad]) -> Graph:
    """All graphs in one, in which the resources of each are others, so that one run checks them apart."""
    from rdflib import Graph

    graph = Graph()
    numbers: dict[object, int] = {}
    for quad in quads:
        number = numbers.setdefault(quad.graph_name, len(numbers))
        if not isinstance(quad.object, Triple):
            object_ = quad.object if quad.predicate == RDF_TYPE else _tag(quad.object, number)
            subject = _tag(quad.subject, number)
            graph.add((_term(subject), _term(quad.predicate), _term(object_)))
    return graph


def _tag(term: object, number: int) -> object:
    if isinstance(term, NamedNode):
        return NamedNode(f"{_TAG}{number}:{term.value}")
    return BlankNode(f"{number}x{term.value}") if isinstance(term, BlankNode) else term


@cache
def _shapes() -> Graph:
    from rdflib import Graph

    graph = Graph()
    for quad in parse(shapes_text(), format=RdfFormat.TURTLE):
        graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return graph


def _term(term: object) -> Any:
    import rdflib

    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if not isinstance(term, Literal):
        raise TypeError(f"no term of RDF: {term!r}")
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    # Not normalised: what is written is what is checked.
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


class _Results:
    """The violations that a SHACL report tells, in the order of their shapes and resources."""

    def __init__(self, results: Graph, quads: list[Quad], names: Names) -> None:
        self._results, self._names = results, names
        self._quads = quads
        self._about: dict[str, list[Quad]] = {}

    def __iter__(self) -> Iterator[Violation]:
        found = dict(sorted(self._found()))
        wanted = {focus for _, focus in found}
        numbers: dict[object, int] = {}
        for quad in self._quads if wanted else ():
            name = _name(_tag(quad.subject, numbers.setdefault(quad.graph_name, len(numbers))))
            if name in wanted:
                self._about.setdefault(name, []).append(quad)
        for (shape, focus), path in found.items():
            yield self._violation(shape, focus, path)

    def _found(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Shape and resource, and the property that is at fault. Its values are one fault together."""
        import rdflib

        sh = rdflib.Namespace(str(SH))
        for result in self._results.subjects(rdflib.RDF.type, sh.ValidationResult):
            value = self._results.value
            shape, focus = value(result, sh.sourceShape), value(result, sh.focusNode)
            if str(shape) in shape_rules() and not isinstance(focus, rdflib.Literal):
                name = f"_:{focus}" if isinstance(focus, rdflib.BNode) else str(focus)
                yield (str(shape), name), str(value(result, sh.resultPath))

    def _violation(self, shape: str, focus: str, path: str) -> Violation:
        about = sorted(self._about.get(focus, []), key=lambda quad: quad.predicate.value != path)
        evidence = tuple(self._evidence(quad) for quad in about[:_SEEN])
        iri = focus.removeprefix(_TAG).partition(":")[2] if focus.startswith(_TAG) else ""
        who = self._names(NamedNode(iri)) if iri else "A blank node"
        rule = shape_rules()[shape]
        message = f"{who}: {_messages()[shape]}"
        return Violation(rule, message, rule.mend, evidence, evidence[0].bundle if evidence else None)

    def _evidence(self, quad: Quad) -> Evidence:
        terms = (quad.subject, quad.predicate, quad.object)
        texts = (self._names(term) if isinstance(term, NamedNode) else str(term) for term in terms)
        nodes = tuple(term for term in (quad.subject, quad.object) if isinstance(term, NamedNode))
        bundle = quad.graph_name if isinstance(quad.graph_name, NamedNode) else None
        return Evidence(" ".join(texts), nodes, bundle)


def _name(term: object) -> str:
    return f"_:{term.value}" if isinstance(term, BlankNode) else getattr(term, "value", "")

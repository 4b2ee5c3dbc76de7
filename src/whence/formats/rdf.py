"""Reading and writing the RDF syntaxes as streams of quads, with every name made absolute."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from operator import attrgetter
from typing import IO, Final

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from whence.errors import SourceError, SourceSyntaxError
from whence.formats.guards import JsonGuard, XmlGuard
from whence.formats.identifiers import Repairs, Skolemiser
from whence.formats.registry import Format, find_format, unknown_format

__all__ = ["Reading", "batched", "engine_format", "read", "write"]

# Relative references come out of the parser under this base, and nothing else does.
_SENTINEL: Final = "whence-relative://ref/"
_SENTINEL_SCHEME: Final = "whence-relative:"
_BATCH: Final = 256
_GRAPH = attrgetter("graph_name")
_LINE_BASED: Final = frozenset({"ntriples", "nquads"})
_ENGINE: Final[Mapping[str, RdfFormat]] = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
_PLACE = re.compile(
    r"\AParser error (?:at line \d+ (?:column \d+|between columns \d+ and \d+)"
    r"|between line \d+ column \d+ and line \d+ column \d+): "
)
# Prefixes that Turtle, TriG and XML all take.
_PREFIX = re.compile(r"(?:[^\W\d_](?:[\w.-]*[\w-])?)?\Z")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The end of an IRI that can be an XML element's local name.
_XML_LOCAL = re.compile(r"[^\W\d][\w.\-\u00b7]*\Z")

Name = NamedNode | BlankNode
Object = NamedNode | BlankNode | Literal | Triple
Graph = NamedNode | BlankNode | DefaultGraph
Batch = tuple[list[Quad], Counter[NamedNode]]


class Reading:
    """One pass over a source.

    ``quads`` is an iterator to be used once. While it runs, ``count`` is how many quads were read
    (at most 256 of them not given yet), ``graphs`` how many in each graph, ``repairs`` the IRIs
    that had to be made absolute; ``prefixes`` is complete when it has ended.
    """

    def __init__(self, format: Format, name: str, repairs: Repairs) -> None:
        self.format, self.name, self.repairs = format, name, repairs
        self.prefixes: dict[str, str] = {}
        self.graphs: Counter[NamedNode] = Counter()
        self.count = 0
        self.quads: Iterator[Quad] = iter(())

    def feed(self, batches: Iterable[Batch]) -> None:
        """Let ``quads`` be those of ``batches``, counted as they come."""
        self.quads = chain.from_iterable(self._counted(batches))

    def _counted(self, batches: Iterable[Batch]) -> Iterator[list[Quad]]:
        for quads, graphs in batches:
            self.graphs.update(graphs)
            self.count += len(quads)
            yield quads


def batched(quads: Iterable[Quad]) -> Iterator[Batch]:
    """``quads`` in lists of 256, counted by graph: what is done to a list runs at the speed of C."""
    source = iter(quads)
    while batch := list(islice(source, _BATCH)):
        yield batch, Counter(map(_GRAPH, batch))


def engine_format(format: Format) -> RdfFormat:
    """The engine's own name for one of the RDF formats; another is an ``UnknownFormat``."""
    if format.name not in _ENGINE:
        raise unknown_format(f"{format.title} is not an RDF format")
    return _ENGINE[format.name]


def read(
    stream: IO[bytes],
    format: Format | str,
    *,
    bundle: NamedNode,
    base: str,
    name: str = "",
    scope: str = "",
    keep_blank: bool = False,
) -> Reading:
    """Read RDF as quads, streaming.

    The default graph becomes ``bundle``; named graphs keep their names. Blank nodes get IRIs under
    ``base`` that are the same whenever the same bytes are read into the same bundle. Relative and
    scheme-less IRIs: ``<>`` is the bundle, ``<#x>`` is ``x`` in it, any other is
    ``<base>ref/<what it was>``; each is noted in ``repairs``. ``name`` is for messages. ``scope`` keeps
    apart the blank nodes of different sources that are read into the same bundle. With ``keep_blank``
    subjects and objects that are blank nodes stay what they are.

    While iterating, raises :class:`~whence.errors.SourceSyntaxError` with line and column, and
    :class:`~whence.errors.SourceError` for what is not read on purpose: remote JSON-LD contexts, RDF
    1.2 triple terms (SPARQL 1.1 servers cannot hold them), XML entities beyond simple ones, nesting
    deeper than 500 levels in JSON-LD and RDF/XML.
    """
    row = find_format(format) if isinstance(format, str) else format
    reading = Reading(row, name, Repairs(base))
    names = _Names(reading, bundle, base, scope, keep_blank)
    reading.feed(_parse(stream, engine_format(row), reading, names))
    return reading


class _Names:
    """Makes every name of a source an absolute IRI."""

    def __init__(
        self, reading: Reading, bundle: NamedNode, base: str, scope: str, keep_blank: bool
    ) -> None:
        self.bundle, self._base, self._source = bundle, base, reading.name
        self.keep_blank = keep_blank
        self._repairs = reading.repairs
        self._skolem = Skolemiser(bundle, base, scope)

    def placed(self, quad: Quad) -> Quad:
        """The quad, whose other names are absolute, in a named graph."""
        subject, predicate, object_, graph = quad
        if graph.__class__ is NamedNode:
            return quad
        return Quad(subject, predicate, object_, self.bundle)

    def quad(self, quad: Quad) -> Quad:
        """The quad with all its names absolute, in a named graph."""
        subject, predicate, object_, graph = quad
        return Quad(self.node(subject), self.subject(predicate), self.object(object_), self.graph(graph))

    def node(self, term: Name | Triple) -> Name:
        """A subject, or an object that is no literal."""
        return term if self.keep_blank and isinstance(term, BlankNode) else self.subject(term)

    def subject(self, term: Name | Triple) -> NamedNode:
        """What must have a name."""
        if isinstance(term, BlankNode):
            return self._skolem(term)
        if isinstance(term, Triple):
            raise self._triple_term()
        value = term.value
        return NamedNode(self.absolute(value)) if value.startswith(_SENTINEL_SCHEME) else term

    def object(self, term: Object) -> Name | Literal:
        """Any object."""
        if not isinstance(term, Literal):
            return self.node(term)
        datatype = term.datatype.value
        if not datatype.startswith(_SENTINEL_SCHEME):
            return term
        return Literal(term.value, datatype=NamedNode(self.absolute(datatype)))

    def graph(self, term: Graph) -> NamedNode:
        """A graph name; the default graph is the bundle."""
        return self.bundle if isinstance(term, DefaultGraph) else self.subject(term)

    def absolute(self, value: str) -> str:
        """What stands for the relative reference that the parser resolved to ``value``."""
        if not value.startswith(_SENTINEL_SCHEME):
            return value
        original = value.removeprefix(_SENTINEL)
        if original == value:
            original = value.removeprefix(_SENTINEL_SCHEME)
        bundle = self.bundle.value
        if original == "" or (original.startswith("#") and "#" not in bundle):
            repaired = bundle + original
            self._repairs.note(original, repaired)
            return repaired
        return self._repairs.repair(original)

    def _triple_term(self) -> SourceError:
        return SourceError(f"{self._source}: triple terms (RDF 1.2, RDF-star) are not supported")


class _Watched:
    """A stream of N-Quads that notes whether blank nodes or triple terms may have been read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._last = stream, b""
        self.plain = True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        if self.plain:
            seam = self._last + data[:1]
            self.plain = not (b"_:" in data or b"<<" in data or seam in (b"_:", b"<<"))
            self._last = data[-1:]
        return data


def _parse(stream: IO[bytes], format: RdfFormat, reading: Reading, names: _Names) -> Iterator[Batch]:
    row = reading.format
    source: JsonGuard | XmlGuard | _Watched | IO[bytes] = stream
    if row.name == "jsonld":
        source = JsonGuard(stream, reading.name)
    elif row.name == "rdfxml":
        source = XmlGuard(stream, reading.name)
    elif row.name in _LINE_BASED:
        source = _Watched(stream)
    try:
        parser = parse(
            source,  # type: ignore[arg-type]  # all it calls is read()
            format,
            base_iri=None if row.name in _LINE_BASED else _SENTINEL,
        )
        if isinstance(source, _Watched):
            yield from _line_quads(parser, names, source)
        else:
            yield from _document_quads(parser, names)
    except SyntaxError as error:
        raise _syntax_error(error, reading.name, source) from error
    reading.prefixes.update((key, names.absolute(iri)) for key, iri in parser.prefixes.items())


def _line_quads(parser: Iterable[Quad], names: _Names, source: _Watched) -> Iterator[Batch]:
    """N-Triples and N-Quads: IRIs are absolute, so most quads pass as they are."""
    default = DefaultGraph()
    for batch, graphs in batched(parser):
        if source.plain and default not in graphs:
            yield batch, graphs
        else:
            fixed = map(names.quad, batch) if not source.plain else map(names.placed, batch)
            yield from batched(fixed)


def _document_quads(parser: Iterable[Quad], names: _Names) -> Iterator[Batch]:
    """The other syntaxes, where any name may be relative; one look at the text of a quad tells."""

    def must_name(quad: Quad) -> bool:
        return not names.keep_blank or isinstance(quad.graph_name, BlankNode)

    def fix(quad: Quad) -> Quad:
        text = str(quad)
        if _SENTINEL_SCHEME in text or "<<" in text or ("_:" in text and must_name(quad)):
            return names.quad(quad)
        return names.placed(quad)

    return batched(map(fix, parser))


def _syntax_error(error: SyntaxError, name: str, source: object) -> SourceError:
    reason = _PLACE.sub("", error.msg or str(error))
    if "LoadDocumentCallback" in reason:
        contexts = source.remote_contexts() if isinstance(source, JsonGuard) else []
        which = " ".join(contexts) or "a remote context"
        return SourceError(
            f"{name}: refers to the JSON-LD context {which}; remote contexts are not fetched, "
            "put the context inside the document"
        )
    return SourceSyntaxError(reason, source=name, line=error.lineno, column=error.offset)


def write(
    quads: Iterable[Quad],
    output: IO[bytes],
    format: Format | str,
    prefixes: Mapping[str, str] | None = None,
) -> None:
    """Write quads in an RDF format, streaming.

    Turtle, N-Triples and RDF/XML have no named graphs: there, the triples of all graphs are written
    as one. Prefixes that some syntax does not take are left out. Raises
    :class:`~whence.errors.SourceError` for what RDF/XML cannot say: a property whose IRI ends in
    something that is no XML name, a text with control characters.
    """
    row = find_format(format) if isinstance(format, str) else format
    prefixes = {key: iri for key, iri in (prefixes or {}).items() if _PREFIX.match(key) and _is_iri(iri)}
    if row.datasets:
        serialize(quads, output, engine_format(row), prefixes=prefixes)
        return
    triples: Iterator[Triple] = (quad.triple for quad in quads)
    if row.name == "rdfxml":
        triples = _writable_as_xml(triples)
    serialize(triples, output, engine_format(row), prefixes=prefixes)


def _writable_as_xml(triples: Iterator[Triple]) -> Iterator[Triple]:
    """The triples as they are; an error at the first that the serialiser would write broken."""
    known: set[NamedNode] = set()
    for triple in triples:
        predicate = triple.predicate
        if predicate not in known:
            if not _XML_LOCAL.search(predicate.value):
                raise SourceError(
                    f"RDF/XML cannot write the property <{predicate.value}>; use another format"
                )
            known.add(predicate)
        if isinstance(triple.object, Literal) and _NOT_XML.search(triple.object.value):
            raise SourceError(
                f"RDF/XML cannot write the control characters in {triple.object}; use another format"
            )
        yield triple


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True

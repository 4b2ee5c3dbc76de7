"""How ontologies of users come in: read, checked, and put where rules are compiled from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from pyoxigraph import NamedNode, Quad, Triple

from whence import formats
from whence._version import __version__
from whence.errors import SourceError
from whence.formats.registry import FORMATS
from whence.ingest.sources import Loadable, Source, find_sources
from whence.reasoning.keeper import DEFAULT_PROFILE
from whence.store import ontologies
from whence.store.catalogue import Description
from whence.store.ontologies import OntologyInfo

if TYPE_CHECKING:
    from whence.reasoning.keeper import Keeper

__all__ = ["Ontologies", "OntologyReport"]

_ENDS: Final = (".", "}", ">", "]")


@dataclass(frozen=True, slots=True)
class OntologyReport:
    """What adding an ontology did.

    ``rules`` is how many rules the store has more (or fewer) by it, under its profile; ``remarks`` tell
    what in it nothing is concluded from, and which names were no absolute IRIs; ``replaced`` whether
    there was one of this name.
    """

    name: str
    iri: str
    triples: int
    rules: int
    remarks: tuple[str, ...]
    replaced: bool


class Ontologies:
    """The ontologies of a store: what they say is concluded with, from the next moment on.

    Anything that writes to their graphs has the same effect; this also checks and describes.
    """

    def __init__(self, backend: Keeper) -> None:
        self._backend = backend

    def add(
        self, source: Loadable, *, name: str | None = None, format: str | None = None
    ) -> OntologyReport:
        """Add an ontology, or replace the one of this name.

        ``source`` is a path, a ``file:`` URL, bytes, a stream, or text in an RDF syntax; ``name`` is that
        of the file unless given. Nothing is fetched, ``owl:imports`` neither. Raises
        :class:`~whence.errors.SourceSyntaxError` with the place, and :class:`~whence.errors.SourceError`
        for what is no RDF or makes too many rules; then nothing is changed.
        """
        said, about, notes = _read(source, name, format, self._backend.base)
        graph = about.bundle
        gained, without = self._checked(graph, frozenset(said))
        replaced = graph in ontologies.graphs(self._backend)
        quads = (Quad(triple.subject, triple.predicate, triple.object, graph) for triple in said)
        ontologies.write(self._backend, quads, about, __version__)
        known_as = ontologies.name_of(graph)
        return OntologyReport(known_as, graph.value, len(said), gained, without + notes, replaced)

    def remove(self, name: str) -> bool:
        """Remove an ontology and what followed from it; whether there was one of this name."""
        return ontologies.remove(self._backend, name)

    def list(self) -> list[OntologyInfo]:
        """The ontologies, in the order of their names."""
        return ontologies.listed(self._backend)

    def _checked(self, graph: NamedNode, said: frozenset[Triple]) -> tuple[int, tuple[str, ...]]:
        """How many rules an ontology makes with the others, and what in it makes none."""
        from whence.reasoning import ruleset
        from whence.reasoning.coverage import remarks

        profile = self._backend.status().profile or DEFAULT_PROFILE
        before = ontologies.triples(self._backend)
        others = frozenset(
            quad.triple
            for other in ontologies.graphs(self._backend)
            if other != graph
            for quad in self._backend.quads(graph=other)
        )
        # A store that infers nothing now may do so later.
        checked = ruleset(DEFAULT_PROFILE if profile == "none" else profile, others | said)
        notes = remarks(said)
        if profile == "none":
            return 0, (*notes, "this store infers nothing (its profile is none)")
        return len(checked.rules) - len(ruleset(profile, before).rules), notes


def _read(
    source: Loadable, name: str | None, format: str | None, base: str
) -> tuple[list[Triple], Description, tuple[str, ...]]:
    """What an ontology says, what is to be said of it, and which of its names were repaired."""
    found = _source(source)
    graph = ontologies.graph_of(_name(found) if name is None else name)
    syntax = found.format(format)
    if not syntax.rdf:
        known = ", ".join(form.title for form in FORMATS.values() if form.rdf)
        raise SourceError(f"{found.name} is {syntax.title}; ontologies are RDF: {known}")
    with found.read(None) as stream:
        reading = formats.read(stream, syntax, bundle=graph, base=base, name=found.name)
        said = list(dict.fromkeys(quad.triple for quad in reading.quads))
    if not said:
        raise SourceError(f"{found.name} says nothing")
    about = Description(
        graph,
        adapter="ontology",
        source=found.name,
        format=syntax.media_types[0],
        sha256=found.sha256(),
        prefixes=reading.prefixes,
        kind=ontologies.KIND,
    )
    repairs = reading.repairs.examples
    return said, about, tuple(f"<{old}> is no absolute IRI; it is now <{new}>" for old, new in repairs)


def _source(source: Loadable) -> Source:
    if isinstance(source, str):
        if "\n" in source or (source.rstrip().endswith(_ENDS) and not Path(source).exists()):
            source = source.encode()
        elif source.startswith("file:"):
            source = Path(unquote(urlsplit(source).path))
        elif source.startswith(("http://", "https://")):
            raise SourceError(f"{source} is not fetched; download it and add the file")
    found = list(find_sources(source))
    if len(found) != 1:
        raise SourceError(f"{source!s} holds {len(found)} files; add ontologies one by one")
    return found[0]


def _name(source: Source) -> str:
    """The name of a file without what tells its format."""
    stem = Path(source.name).name.removesuffix(".gz")
    if stem.startswith("<") or not stem:
        raise SourceError("an ontology that is no file needs a name")
    return Path(stem).stem

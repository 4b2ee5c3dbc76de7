"""The store as people use it: loading, recording, asking and dumping over any backend."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from pyoxigraph import BlankNode, NamedNode

from whence._facade.held import bundle_iri
from whence._facade.judging import Judged
from whence._facade.tracing import Traced
from whence._facade.versioning import Versioned
from whence._version import __version__
from whence.errors import SourceError, StoreError, StoreLocked
from whence.ingest.load import LoadReport, Validate, load
from whence.ingest.ontologies import Ontologies
from whence.ingest.recorder import Recorder
from whence.ingest.sources import Loadable, Progress
from whence.ingest.terms import resource, term
from whence.ingest.values import Value, Words
from whence.ontology.namespaces import PREFIXES
from whence.reasoning import check_profile, ruleset
from whence.reasoning.explain import Explanation, explain
from whence.reasoning.keeper import Keeper
from whence.reasoning.report import InferenceReport
from whence.reasoning.report import Progress as InferenceProgress
from whence.store import catalogue, dump, ontologies
from whence.store.catalogue import BundleInfo, Description
from whence.store.declared import asked
from whence.store.durability import Durability
from whence.store.embedded import EmbeddedBackend, read_base
from whence.store.inference import InferenceStatus
from whence.store.lock import running_server
from whence.store.results import Result
from whence.store.spool import Spool
from whence.store.statistics import Statistics, statistics
from whence.store.target import opened_target, target_format

if TYPE_CHECKING:
    from whence.queries.named import Catalogue
    from whence.queries.named_header import NamedQuery

__all__ = ["Store", "open_store"]


def open_store(
    target: str | Path = ":memory:",
    *,
    token: str | None = None,
    auth: tuple[str, str] | None = None,
    base: str | None = None,
    durability: Durability = "full",
    inference: str | None = None,
) -> Store:
    """Open a store: ``":memory:"``, a directory (made if missing), or the URL of a SPARQL 1.1 server.

    ``token`` or ``auth`` (user, password) are for servers. ``base`` is where IRIs minted for a new store
    begin (``urn:whence:``). ``durability`` says what an acknowledged write survives: ``"full"`` power
    loss, ``"process"`` the end of the process. ``inference`` is the profile of a new store: what is
    inferred from what is written (``"prov"`` unless given; ``"none"``, ``"owl"``, ``"prov-full"``).

    A directory held by a running ``whence serve`` is used through that server. Raises
    :class:`~whence.errors.StoreLocked` when any other process has it, and
    :class:`~whence.errors.StoreDamaged` when the path is something else.

    >>> with open_store(":memory:") as store:
    ...     store.stats().quads
    0
    """
    from whence.reasoning.remote_keeper import RemoteKeeper
    from whence.store.remote import RemoteBackend

    check_profile(inference)
    if str(target).startswith(("http://", "https://")):
        server = RemoteBackend.connect(str(target), token=token, auth=auth, base=base)
        return Store(RemoteKeeper(server, profile=inference))
    if "://" in str(target):
        raise StoreError(
            f"{target} is no store: give a directory, or a URL that begins with http:// or https://"
        )
    try:
        backend = EmbeddedBackend.open(target, base=base, durability=durability)
    except StoreLocked:
        directory = Path(target)
        address = running_server(directory)
        if address is None:
            raise
        server = RemoteBackend.connect(address.url, token=token or address.token, base=read_base(directory))
        return Store(RemoteKeeper(server, profile=inference))
    try:
        return Store(Keeper(backend, profile=inference))
    except BaseException:
        backend.close()
        raise


class Store(Traced, Versioned, Judged):
    """A provenance store. Get one from ``whence.open``; use it as a context manager, or close it."""

    def load(
        self,
        source: Loadable,
        *,
        format: str | None = None,
        bundle: str | NamedNode | None = None,
        replace: bool = False,
        validate: Validate | None = None,
        progress: Progress | None = None,
    ) -> LoadReport:
        """Load provenance in any format Whence reads, found from the content; gzip too.

        ``source`` is a path, a directory (files of unknown format are passed over and reported), a glob,
        bytes or a binary stream. Each source becomes one bundle in one transaction: ``bundle``, or a name
        made from its content, so that loading it again adds nothing. ``replace`` empties the bundle
        first. ``progress(name, bytes_done, bytes_total)`` is called while reading. ``validate`` looks
        first whether the source is valid provenance: with ``"warn"`` the report is in that of the load,
        with ``"reject"`` a source that is not raises :class:`~whence.errors.ValidationFailed`.

        Raises :class:`~whence.errors.SourceSyntaxError` with file, line and column; nothing of a source
        that raises is stored.
        """
        return load(
            self.backend,
            source,
            format=format,
            bundle=None if bundle is None else bundle_iri(bundle),
            replace=replace,
            validate=validate,
            progress=progress,
            version=__version__,
        )

    @contextmanager
    def bundle(
        self,
        iri: str | NamedNode,
        *,
        label: str | None = None,
        replace: bool = False,
        adapter: str = "recorder",
    ) -> Iterator[Recorder]:
        """Record statements into a bundle as one transaction, written when the block ends well.

        An exception in the block discards everything said in it. Memory stays bounded however many
        statements there are.
        """
        words = Words()
        graph = bundle_iri(iri)
        with Spool() as spool:
            yield Recorder(spool.extend, graph, self.base, words)
            about = Description(
                graph, adapter=adapter, label=label, creator=_user(), prefixes=words.declared
            )
            spool.extend(catalogue.describe(about, base=self.base, version=__version__))
            is_new = replace or not self.backend.query(f"ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
            self.backend.write(spool, replace=[graph] if replace else ())
            if is_new:
                catalogue.record_counts(self.backend, [graph])

    def query(self, sparql: str, *, inferred: bool = True, timeout: float | None = None) -> Result:
        """Run a SPARQL 1.1 query and return an iterable result.

        Whence's prefixes (``prov:``, ``rdfs:``, ``whence:`` ...) are known without being declared, and so
        are those that the loaded sources declared, where they agree on what a prefix stands for. The
        default graph is the union of all bundles and, unless ``inferred`` is false, what was inferred.
        A triple that several bundles hold is there once for each of them: use DISTINCT to fold them.
        ``timeout`` is in seconds. Raises :class:`~whence.errors.QuerySyntaxError` with the position.
        """
        return asked(
            sparql,
            lambda: catalogue.query_prefixes(self.backend),
            lambda text: self.backend.query(text, inferred=inferred, timeout=timeout),
        )

    def ask(
        self,
        name: str | NamedQuery,
        /,
        *,
        limit: int | None = None,
        inferred: bool = True,
        timeout: float | None = None,
        **parameters: object,
    ) -> Result:
        """Ask a query by its name: one of :meth:`queries`, with values for its parameters.

        IRIs may be ``prefix:name`` with the store's prefixes; a parameter that takes several values is
        given a list. ``limit`` is how many rows are wanted, 0 for all. The answer has the SPARQL it comes
        from as ``sparql``. Raises :class:`~whence.errors.QueryError` for an unknown name, and for a value
        that is missing or of another type.
        """
        from whence.queries.named import bind

        known = cache(self.prefixes)
        query = self.queries().find(name) if isinstance(name, str) else name
        text = bind(query, parameters, lambda iri: resource(iri, known()), limit=limit)
        answer = self.query(text, inferred=inferred, timeout=timeout)
        answer.sparql = text
        return answer

    def queries(self) -> Catalogue:
        """The queries that can be asked by name: those of Whence, and those in the user's own folders."""
        from whence.queries.named import open_catalogue

        return open_catalogue()

    def update(self, sparql: str) -> None:
        """Run a SPARQL 1.1 update request as one transaction."""
        self.backend.update(sparql)

    def bundles(self) -> list[BundleInfo]:
        """The bundles, newest first, with their sizes and what the catalogue knows of them."""
        from whence.queries.as_of import Past

        past, found = self.backend.inner, catalogue.bundles(self.backend)
        return [one for one in found if not isinstance(past, Past) or past.shows(NamedNode(one.iri))]

    def remove(self, bundle: str | NamedNode) -> bool:
        """Remove a bundle and its description; whether there was one."""
        graph = bundle_iri(bundle)
        there = bool(self.backend.count(graph)) or any(
            info.iri == graph.value for info in catalogue.bundles(self.backend)
        )
        self.backend.update(catalogue.forget(graph))
        return there

    def dump(
        self,
        target: str | Path | BinaryIO,
        *,
        format: str | None = None,
        bundle: str | NamedNode | None = None,
        inferred: bool = False,
    ) -> dump.DumpReport:
        """Write the store, or one bundle with the bundles inside it, in any format Whence writes.

        ``format`` defaults to what the file name says; a name that ends in ``.gz`` is compressed.
        A file is complete or absent, never half-written.
        Triple formats (Turtle, N-Triples, RDF/XML) hold the union of the bundles. The report tells how
        many triples a PROV syntax could not say.
        """
        chosen = target_format(format, target)
        graph = None if bundle is None else bundle_iri(bundle)
        prefixes = {**PREFIXES, **catalogue.prefixes(self.backend, graph)}
        with opened_target(target) as output:
            # What keeps the inferences has no part in reading, and hides the engine's own ways of it.
            backend = self.backend.inner
            return dump.dump(backend, output, chosen, bundle=graph, inferred=inferred, prefixes=prefixes)

    @property
    def inference(self) -> InferenceStatus:
        """Which profile holds here, and whether what is inferred is current."""
        return self.backend.status()

    def infer(
        self, profile: str | None = None, *, progress: InferenceProgress | None = None
    ) -> InferenceReport | None:
        """Make inferences anew, by another profile if one is given, writing only what differs.

        Every write is followed by what it changes, so this is for a change of profile, and for a store
        whose :attr:`inference` is not current. ``progress(stage, count)`` is called now and then, and
        stops the work by returning false; then the answer is ``None``. Raises
        :class:`~whence.errors.WhenceError` for an unknown profile.
        """
        return self.backend.infer(profile, progress)

    @property
    def ontology(self) -> Ontologies:
        """The ontologies that inferences follow besides those of PROV: add, remove and list them."""
        return Ontologies(self.backend)

    def explain(
        self,
        subject: str | NamedNode | BlankNode,
        predicate: str | NamedNode,
        object: Value | BlankNode,
        *,
        all: bool = False,
        limit: int = 1000,
    ) -> Explanation:
        """Why a statement holds: the rule it follows by, its premises, and so on to what bundles assert.

        IRIs may be ``prefix:name`` with the store's prefixes; text for a literal is quoted as in Turtle
        (``'"air"@en'``). The derivation with the fewest steps is given, or ``all``, at most ``limit``
        steps. The explanation prints as a tree; :attr:`~Explanation.holds` is false for what does not
        hold. Raises :class:`~whence.errors.SourceError` for text that is no term.
        """
        known = self.prefixes()
        verb = resource(predicate, known)
        if not isinstance(verb, NamedNode):
            raise SourceError("a predicate is an IRI")
        profile = self.inference.profile or "none"
        rules = ruleset(profile, ontologies.triples(self.backend))
        ends = resource(subject, known), term(object, known)
        return explain(self.backend, rules, ends[0], verb, ends[1], all=all, limit=limit)

    def stats(self) -> Statistics:
        """Counts of quads, inferred triples, bundles and things by type, and the size on disk in bytes."""
        return statistics(self.backend, self.inference)

    def backup(self, target: str | Path) -> None:
        """Copy the store to a new directory while it goes on being used."""
        self.backend.backup(Path(target))

    def optimize(self) -> None:
        """Compact the store on disk, so that reads are faster; takes snapshots of values, too."""
        self.snapshot_values()
        self.backend.optimize()

    def close(self) -> None:
        """Let others open the store. Safe to call twice."""
        self.backend.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<whence.Store {self.location}>"


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None

"""The store as people use it: loading, recording, asking and dumping over any backend."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Unpack

from pyoxigraph import BlankNode, NamedNode

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
    from whence.queries.along import PathOptions
    from whence.queries.as_of import By
    from whence.queries.blame import Blame, Happening
    from whence.queries.differences import Difference
    from whence.queries.graph import Direction, LineageGraph
    from whence.queries.graph import Node as LineageNode
    from whence.queries.lineage import LineageOptions
    from whence.queries.named import Catalogue
    from whence.queries.named_header import NamedQuery
    from whence.queries.tables import Answer
    from whence.queries.values import Value as ThingValue
    from whence.queries.values import When
    from whence.queries.versions import Version
    from whence.validation.precedence import Order
    from whence.validation.report import ValidationReport

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


class Store:
    """A provenance store. Get one from ``whence.open``; use it as a context manager, or close it."""

    def __init__(self, backend: Keeper) -> None:
        self.backend = backend
        self._prefixes: tuple[int, dict[str, str]] | None = None

    @property
    def location(self) -> str:
        """The path or URL it was opened with."""
        return self.backend.location

    @property
    def base(self) -> str:
        """Where IRIs minted for this store begin."""
        return self.backend.base

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
            bundle=None if bundle is None else _bundle_iri(bundle),
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
        graph = _bundle_iri(iri)
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

    def lineage(
        self,
        things: str | NamedNode | Sequence[str | NamedNode],
        direction: Direction = "back",
        depth: int | None = None,
        **options: Unpack[LineageOptions],
    ) -> LineageGraph:
        """Where things are from (``back``), what came of them (``forward``), or ``both``, as a graph.

        Options: ``kinds`` of steps (``"derivation"``, ``"usage"``...), ``stop_at`` (IRIs or types where the
        walk ends), ``until`` (a time it does not pass), ``via`` (a node, type or kind of step to pass),
        ``view`` (``"full"``, ``"entities"``, ``"activities"``), ``agents`` (who is responsible, too),
        ``versions`` (from a version to its thing, and for a thing all its versions; on), ``granularity``
        (``"item"``, ``"step"``, ``"run"``), ``group`` (from how many alike siblings on to show one node),
        ``limit`` (nodes, 100,000) and ``timeout`` (seconds, 10). A walk that meets these two is not
        ``complete`` and says what ``stopped`` it. See :func:`whence.queries.lineage.lineage`.

        Labels, types and times are read when a node is first looked at. Raises
        :class:`~whence.errors.SourceError` for what the store knows nothing of.
        """
        from whence.queries.lineage import lineage, request_of

        names = self.prefixes()
        asked = request_of(direction, depth, lambda name: resource(name, names), options)
        return lineage(self.backend, _resources(things, names), asked, prefixes=names)

    def impact(
        self,
        things: str | NamedNode | Sequence[str | NamedNode],
        depth: int | None = None,
        **options: Unpack[LineageOptions],
    ) -> LineageGraph:
        """What came of things: :meth:`lineage` forward."""
        return self.lineage(things, "forward", depth, **options)

    def critical_path(
        self,
        things: str | NamedNode | Sequence[str | NamedNode],
        direction: Direction = "back",
        **options: Unpack[LineageOptions],
    ) -> LineageGraph:
        """The way through the :meth:`lineage` of things whose activities took longest, start to end."""
        from whence.queries.along import critical_path

        return critical_path(self.lineage(things, direction, **options))

    def path(
        self, start: str | NamedNode, goal: str | NamedNode, **options: Unpack[PathOptions]
    ) -> LineageGraph | None:
        """A shortest way from one thing back to another, else forward; ``None`` if there is none.

        Options are ``kinds`` of steps, ``agents`` (also over agents) and ``timeout``. Raises
        :class:`~whence.errors.QueryTimeout` when the time is up.
        """
        from whence.queries.along import path

        names = self.prefixes()
        ends = resource(start, names), resource(goal, names)
        return path(self.backend, *ends, prefixes=names, **options)

    def paths(
        self,
        start: str | NamedNode,
        goal: str | NamedNode,
        *,
        limit: int = 100,
        length: int | None = None,
        **options: Unpack[PathOptions],
    ) -> list[LineageGraph]:
        """The ways between two things that pass nothing twice, the shortest first, at most ``limit``.

        None has more than ``length`` steps. Where there may be more, the last one is not ``complete``.
        """
        from whence.queries.along import paths

        names = self.prefixes()
        ends = resource(start, names), resource(goal, names)
        return paths(self.backend, *ends, limit=limit, length=length, prefixes=names, **options)

    def common_ancestors(
        self, *things: str | NamedNode, **options: Unpack[PathOptions]
    ) -> list[LineageNode]:
        """What all of some things come from, the nearest first; ``depth`` is the sum of the distances."""
        from whence.queries.along import common_ancestors

        names = self.prefixes()
        return common_ancestors(self.backend, _resources(things, names), prefixes=names, **options)

    def ancestors(
        self,
        thing: str | NamedNode,
        type: str | NamedNode | None = None,
        depth: int | None = None,
        **options: Unpack[LineageOptions],
    ) -> list[LineageNode]:
        """What a thing comes from, the nearest first, all or of one ``type``; else as :meth:`lineage`."""
        from whence.queries.along import ancestors
        from whence.queries.lineage import request_of

        names = self.prefixes()
        asked = request_of("back", depth, lambda name: resource(name, names), options)
        cls = None if type is None else NamedNode(resource(type, names).value)
        return ancestors(self.backend, resource(thing, names), cls, asked, prefixes=names)

    def versions(self, thing: str | NamedNode) -> Answer[Version]:
        """The versions of a thing, oldest first; of a version, all those of the thing it is a version of.

        Versions are ``prov:specializationOf`` the thing, or joined to it by revisions or by changes of a
        dictionary. The list prints as a table. Raises :class:`~whence.errors.SourceError` for a thing that
        nothing is known of.
        """
        from whence.queries.lookup import Lookup
        from whence.queries.versions import versions

        names, iri = self._known(thing)
        return versions(Lookup(self.backend), iri, names)

    def at(
        self,
        thing: str | NamedNode,
        when: When | None = None,
        *,
        checkpoint: int | str | None = None,
        nested: bool = False,
    ) -> ThingValue:
        """What a thing was at a time or checkpoint, or is in its latest version; what a version holds.

        ``when`` is a time, or a whole number for a checkpoint. Dictionaries, collections and containers of
        Versioned-PROV are put together from their changes; ``nested`` does so for their members as well.
        The answer has entities by key, and :meth:`~whence.queries.values.Value.to_python`. Raises
        :class:`~whence.errors.SourceError` if there was no version yet.
        """
        from dataclasses import replace

        from whence.queries.lookup import Lookup
        from whence.queries.values import at

        names, iri = self._known(thing)
        found = at(Lookup(self.backend), iri, when, checkpoint=checkpoint, nested=nested)
        return replace(found, prefixes=names)

    def diff(
        self,
        a: str | NamedNode,
        b: str | NamedNode | None = None,
        *,
        between: tuple[When, When] | None = None,
    ) -> Difference:
        """What differs between two entities, dictionaries, collections, bundles or runs.

        Or of one thing ``between`` two times or checkpoints. The answer is true if anything differs.
        """
        from dataclasses import replace

        from whence.queries.differences import diff, diff_between
        from whence.queries.lookup import Lookup

        names, one = self._known(a)
        if (b is None) == (between is None):
            raise SourceError("name two things, or one and the two times it is compared between")
        lookup = Lookup(self.backend)
        if between is not None:
            return replace(diff_between(lookup, one, *between), prefixes=names)
        assert b is not None  # noqa: S101  # as said above
        return replace(diff(lookup, one, self._known(b)[1]), prefixes=names)

    def blame(self, thing: str | NamedNode) -> Answer[Blame]:
        """Of each key, member or attribute of a thing: the version and activity that set it last.

        ``thing`` in its latest version, or a version.
        """
        from whence.queries.blame import blame
        from whence.queries.lookup import Lookup

        names, iri = self._known(thing)
        return blame(Lookup(self.backend), iri, names)

    def history(
        self,
        thing: str | NamedNode,
        key: str | float | NamedNode | None = None,
        *,
        limit: int | None = 1000,
    ) -> Answer[Happening]:
        """What was done to a thing, or to one key or member, oldest first; ``limit`` keeps the last."""
        from pyoxigraph import Literal

        from whence.queries.blame import history
        from whence.queries.lookup import Lookup

        names, iri = self._known(thing)
        lookup = Lookup(self.backend)
        place = key if key is None or isinstance(key, NamedNode) else Literal(key)
        found = history(lookup, iri, place, names, limit=limit)
        if isinstance(key, str) and ":" in key and not found:
            member = resource(key, names)
            found = history(lookup, iri, NamedNode(member.value), names, limit=limit)
        return found

    def as_of(self, when: datetime | date | str, *, by: By = "recorded") -> Store:
        """This store as it was at a time, to be read only: queries and all other questions go to the past.

        ``by="recorded"`` shows the bundles that had been written by then; ``by="valid"`` all bundles, but
        only what had been generated or started by then and not been invalidated. Inferences are not shown,
        for they follow from everything. A day stands for its end.
        """
        from whence.queries.as_of import recorded_by, there_at
        from whence.queries.moments import parse_moment

        moment = parse_moment(when)
        past = (recorded_by if by == "recorded" else there_at)(self.backend.inner, moment)
        return Store(Keeper(past))

    def snapshot_values(self) -> int:
        """Take snapshots of long-lived dictionaries, so that any version is read fast; how many were taken.

        To be called now and then, such as after many versions were loaded: only those that are missing are
        taken. Their size is in proportion to the changes. Stores on servers have none.
        """
        from whence.queries.take_snapshots import take_snapshots

        return take_snapshots(self.backend)

    def _known(self, name: str | NamedNode) -> tuple[dict[str, str], NamedNode]:
        """The prefixes, and the IRI for a name; something must be known of it."""
        from whence.queries.unknown import require_known

        names = self.prefixes()
        iri = NamedNode(resource(name, names).value)
        require_known(self.backend, iri, names)
        return names, iri

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
        graph = _bundle_iri(bundle)
        there = bool(self.backend.count(graph)) or any(
            info.iri == graph.value for info in catalogue.bundles(self.backend)
        )
        self.backend.update(catalogue.forget(graph))
        return there

    def prefixes(self) -> dict[str, str]:
        """Prefixes for writing IRIs short: Whence's own and those the loaded sources declared."""
        inner = self.backend.inner
        if not isinstance(inner, EmbeddedBackend):
            return {**catalogue.prefixes(self.backend), **PREFIXES}
        if self._prefixes is None or self._prefixes[0] != inner.generation:
            # Whoever asks often, asks for names each time; they change only by writing.
            self._prefixes = inner.generation, {**catalogue.prefixes(self.backend), **PREFIXES}
        return dict(self._prefixes[1])

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
        graph = None if bundle is None else _bundle_iri(bundle)
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

    def validate(
        self,
        bundle: str | NamedNode | None = None,
        *,
        union: bool = False,
        limit: int = 1000,
        times: bool = False,
        shapes: bool = False,
    ) -> ValidationReport:
        """Whether what the store asserts is valid: PROV-CONSTRAINTS, PROV-DICTIONARY, Versioned-PROV.

        Each bundle is validated by itself, as PROV-CONSTRAINTS has it, or ``bundle`` alone; ``union``
        takes all bundles as one. The report keeps ``limit`` violations and counts all. It is true if
        there are none, and lists them as ``violations``; ``str()`` of it is text for people. Nothing is
        changed. ``times`` looks over literal times as well, which has no part in validity; ``shapes`` has
        SHACL check that things are encoded as Whence does it (extra ``shacl``). A document goes with the
        bundles in it. Raises :class:`~whence.errors.StoreError` for a bundle that is not there.
        """
        from whence.validation.stored import of_backend
        from whence.validation.validate import validate

        graph = None if bundle is None else _bundle_iri(bundle)
        read = of_backend(self.backend.inner, graph, union=union)
        report = validate(
            read.items,
            source=self.location,
            prefixes=read.prefixes,
            union=union,
            limit=limit,
            times=times,
        )
        if not shapes:
            return report
        from whence.validation.shapes import check_stored_shapes

        return report.joined(check_stored_shapes(self.backend.inner, graph, limit=limit), limit)

    def happened_before(
        self, first: str | NamedNode, second: str | NamedNode, *, bundle: str | NamedNode | None = None
    ) -> Order:
        """Whether one thing came before another by what the store asserts, whatever the clocks say.

        An entity stands for its generation, an activity for its start; ids of usages, generations,
        invalidations, starts and ends stand for these. IRIs may be ``prefix:name``. The answer is yes, no
        or unknown, true for yes, with the steps that lead to it as ``reason``. All bundles count
        together, or ``bundle`` alone. Time is linear in what is asserted.
        """
        from whence.validation.instance import Instance
        from whence.validation.precedence import happened_before
        from whence.validation.stored import of_backend
        from whence.validation.validate import instances

        known = self.prefixes()
        earlier, later = (NamedNode(resource(name, known).value) for name in (first, second))
        graph = None if bundle is None else _bundle_iri(bundle)
        read = of_backend(self.backend.inner, graph, union=True)
        # What is not spoken of is asked for in an empty instance.
        instance = next(instances(read.items, read.prefixes, union=True), Instance(()))
        return happened_before(instance, earlier, later)

    def normal_form(
        self,
        target: str | Path | BinaryIO,
        *,
        format: str | None = None,
        bundle: str | NamedNode | None = None,
    ) -> int:
        """Write the normal form of what the store asserts, or of one bundle and those inside it.

        That is everything that follows by PROV-CONSTRAINTS, with what must be the same made one: two
        bundles say the same where it is the same but for unknowns. Returns how many statements it has;
        ``format`` is as in :meth:`dump`. Raises :class:`~whence.errors.SourceError` for provenance that
        has none, since constraints 22 to 29 do not hold.
        """
        from whence.validation.normal_document import write_normal_form
        from whence.validation.stored import of_backend

        chosen = target_format(format, target)
        graph = None if bundle is None else _bundle_iri(bundle)
        read = of_backend(self.backend.inner, graph)
        with opened_target(target) as output:
            return write_normal_form(read, output, chosen, base=self.base, top=graph)

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


def _resources(
    names: str | NamedNode | Sequence[str | NamedNode], prefixes: Mapping[str, str]
) -> list[NamedNode | BlankNode]:
    several = (names,) if isinstance(names, str | NamedNode) else names
    return [resource(name, prefixes) for name in several]


def _bundle_iri(name: str | NamedNode) -> NamedNode:
    return Words(any_scheme=True).iri(name)


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None

"""A store whose inferences are kept true: every write is followed by what it changes of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, Triple

from whence.errors import SourceError, StoreBusy, StoreError, WhenceError
from whence.ontology.namespaces import WHENCE_INFERRED
from whence.reasoning import check_profile, ruleset
from whence.reasoning.asserted import Asserted, inferred
from whence.reasoning.report import InferenceReport, Progress
from whence.store import inference, ontologies, value_snapshots
from whence.store.around import Around
from whence.store.backend import Backend
from whence.store.catalogue import SYSTEM_GRAPHS, is_system
from whence.store.embedded import EmbeddedBackend
from whence.store.inference import STALE, InferenceStatus, is_own
from whence.store.touched import Touched, touched

if TYPE_CHECKING:
    from whence.reasoning.facts import Columns
    from whence.reasoning.follower import Follower
    from whence.reasoning.journal import Journal
    from whence.reasoning.watch import Plain, Watched

# What evaluates rules is imported when first needed: stores that are only read do without.

__all__ = ["DEFAULT_PROFILE", "Keeper", "is_wide"]

DEFAULT_PROFILE = "prov"

_STEP = 20_000
_log = logging.getLogger("whence.reasoning")


class Keeper(Around):
    """A :class:`~whence.store.backend.Backend` around another one, which only this one writes to.

    After every write the graph of inferences holds what follows by the store's profile. The store is
    marked stale while it does not; a process that dies in between leaves the mark, and the next write,
    or :meth:`infer`, makes all anew. ``profile`` is for a store that has none yet.
    """

    def __init__(self, inner: Backend, *, profile: str | None = None) -> None:
        recorded = None if profile is None else inference.status(inner).profile
        if recorded is not None and recorded != profile:
            raise StoreError(
                f"{inner.location} has the inference profile {recorded}; "
                f"change it with store.infer({profile!r}) or `whence infer --profile {profile}`"
            )
        super().__init__(inner)
        self.asserted = Asserted(inner)
        self._default = profile or DEFAULT_PROFILE
        self._profile: str | None = None
        self._kept = False
        self._follower: Follower | None = None
        self._plain: Plain | None = None
        self._writing = threading.RLock()
        if profile is not None and recorded is None and isinstance(inner, EmbeddedBackend):
            self._keep_profile()

    def status(self) -> InferenceStatus:
        """Which profile holds, and whether what is inferred is current."""
        said = inference.status(self.inner)
        stale = said.stale or (self.profile != "none" and self._is_outdated(said))
        return InferenceStatus(self.profile, said.rules, stale)

    def check(self) -> None:
        """Mark inferences as stale that were made by other rules, such as an older Whence has."""
        with self._writing:
            if not inference.status(self.inner).stale and not self.status().current:
                self.inner.write([STALE])

    def _is_outdated(self, said: InferenceStatus) -> bool:
        if said.rules is None:
            return not self.asserted.is_empty()
        try:
            return said.rules != ruleset(*self._rules()).digest
        except SourceError:
            return True

    # Writing

    def write(self, quads: Iterable[Quad], *, replace: Sequence[NamedNode] = ()) -> None:
        """Add quads after removing graphs; then what this changes of the inferences.

        Statements about inferences, as dumps of other stores hold them, are left out.
        """
        with self._writing, self._minding_snapshots(replace) as watched:
            quads = watched(quads)
            if self.profile == "none":
                self._write_plain((quad for quad in quads if not is_own(quad)), replace)
                self._keep_profile()
                return
            follower = self._attached()
            if follower is None:
                foreign = (quad for quad in quads if not is_own(quad))
                self.inner.write(chain(foreign, (STALE,)), replace=replace)
                self._catch_up()
                return
            if not replace:
                self._add(quads, follower)
                return
            before = {
                triple for graph in replace for triple in self.asserted.of_graph(graph, follower.relevant)
            }
            try:
                self.inner.write(chain(follower.tap(quads), (STALE,)), replace=replace)
            except BaseException:
                follower.forget()
                raise
            with self._dropping_follower():
                if follower.saw_words or any(map(is_system, replace)):
                    self._catch_up()
                    return
                self._note_removed(before, follower)
                self._settle(follower)

    def _write_plain(self, quads: Iterable[Quad], replace: Sequence[NamedNode]) -> None:
        if self._plain is None or replace:
            self._spoil()
            self.inner.write(quads, replace=replace)
            return
        try:
            self.inner.write(self._plain.tap(quads))
        except BaseException:
            self._spoil()
            raise

    def _add(self, quads: Iterable[Quad], follower: Follower) -> None:
        """Write quads, what follows from them, and that it is current, as one transaction."""
        going: Columns = {}
        settled = False

        def followed() -> Iterator[Quad]:
            nonlocal going, settled
            yield from follower.tap(quads)
            if follower.saw_words:
                yield STALE
                return
            settled = True
            coming, going = follower.settle()
            yield from follower.quads(coming)
            yield from inference.statements(self.profile, follower.rules.digest)
            if going:
                yield STALE

        try:
            self.inner.write(followed())
        except BaseException:
            if settled:
                self._follower = None
            else:
                follower.forget()
            raise
        with self._dropping_follower():
            if follower.saw_words:
                self._catch_up()
            elif going:
                self._apply(follower, {}, going)

    def update(self, sparql: str) -> None:
        """Run an update request; then what this changes of the inferences."""
        with self._writing:
            if value_snapshots.are_there(self.inner) and value_snapshots.may_matter(
                touched(sparql, self.asserted.construct), SYSTEM_GRAPHS
            ):
                value_snapshots.drop(self.inner)
            if self.profile == "none":
                self._spoil()
                self.inner.update(sparql)
                # It may have emptied the catalogue.
                self._kept = False
                self._keep_profile()
                return
            follower = self._attached()
            change = touched(sparql, self.asserted.construct)
            if follower is None or (change.triples is None and is_wide(change)):
                self._marked_update(sparql)
                self._catch_up()
                return
            words = ontologies.triples(self.inner)
            if change.triples is not None and not self._may_matter(change.triples, follower):
                self.inner.update(sparql)
                if ontologies.triples(self.inner) != words:
                    self._catch_up()
                return
            before = self.asserted.held(change, follower.relevant)
            self._marked_update(sparql)
            with self._dropping_follower():
                if ontologies.triples(self.inner) != words:
                    self._catch_up()
                    return
                after = self.asserted.held(change, follower.relevant)
                for triple in after - before:
                    follower.coming.add(triple)
                self._note_removed(before - after, follower)
                self._settle(follower, change.triples or ())

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads; then what this changes of the inferences."""
        with self._writing:
            value_snapshots.drop(self.inner)
            incoming = (quad for quad in quads if not is_own(quad))
            while batch := list(islice(incoming, _STEP)):
                self._remove(batch)

    def _remove(self, batch: Sequence[Quad]) -> None:
        if self.profile == "none":
            self._spoil()
            self.inner.remove(batch)
            return
        follower = self._attached()
        words = ontologies.triples(self.inner)
        self.inner.write([STALE])
        self.inner.remove(batch)
        if follower is None or ontologies.triples(self.inner) != words:
            self._catch_up()
            return
        with self._dropping_follower():
            gone = {quad.triple for quad in batch if quad.predicate in follower.relevant}
            self._note_removed(gone, follower)
            self._settle(follower)

    def infer(self, profile: str | None = None, progress: Progress | None = None) -> InferenceReport | None:
        """Make the inferences anew, by another profile if one is given, writing only what differs.

        ``None`` when ``progress`` stopped the work: what was inferred before is then still there, and
        marked stale if it is. Raises :class:`WhenceError` for a profile there is not.
        """
        with self._writing:
            check_profile(profile)
            if profile is not None and profile != self.profile:
                inference.set_profile(self.inner, profile, stale=True)
                self._profile = profile
            return self._rebuild(progress)

    def watch(self, predicates: Iterable[NamedNode], *, timeout: float = -1) -> Watched:
        """What there is of some predicates, inferred and asserted, and a journal of what changes of it.

        There is one journal: an earlier one is spoilt. Waits ``timeout`` seconds (-1: without limit) for a
        write to end, and raises :class:`~whence.errors.StoreBusy` when it does not.
        """
        from whence.reasoning.watch import Plain, Watched

        if not self._writing.acquire(timeout=timeout):
            raise StoreBusy("the store is being written to; try again later")
        try:
            self._spoil()
            follower = None if self.profile == "none" else self._attached()
            if follower is not None:
                return Watched.of(follower, predicates)
            self._plain = plain = Plain(names := tuple(predicates))
            return plain.read({name: self.asserted.facts_of(name) for name in names})
        finally:
            self._writing.release()

    def is_watched(self, journal: Journal) -> bool:
        """Whether a journal has, or is going to have, all that changes."""
        source = self._follower or self._plain
        return journal.whole and source is not None and source.journal is journal

    def _spoil(self) -> None:
        for source in (self._follower, self._plain):
            if source is not None and source.journal is not None:
                source.journal.spoil()
        self._plain = None

    def backup(self, target: Path) -> None:
        """As of the store within, between two writes."""
        with self._writing:
            self.inner.backup(target)

    def snapshot(self, target: Path) -> None:
        """As of the embedded store within, between two writes."""
        if not isinstance(self.inner, EmbeddedBackend):
            raise StoreError("only an embedded store has snapshots")
        with self._writing:
            self.inner.snapshot(target)

    def close(self) -> None:
        """Close the store within. Safe to call twice."""
        with self._writing:
            if self._follower is not None and self._directory is not None and not self._is_kept():
                # Without it the next process that writes has to read the store first.
                with suppress(OSError):
                    self._follower.keep(self._directory)
            self._follower = None
            self.inner.close()

    # How it is done

    def _is_kept(self) -> bool:
        """Whether the file beside the store says already what the follower knows."""
        from whence.reasoning.sidecar import identity

        name = None if self._follower is None else self._follower.kept_as
        return name is not None and self._directory is not None and identity(self._directory) == name

    @contextmanager
    def _minding_snapshots(
        self, replace: Sequence[NamedNode]
    ) -> Iterator[Callable[[Iterable[Quad]], Iterable[Quad]]]:
        """Drop snapshots of values that a write makes wrong; gives what the quads have to pass through."""
        if not isinstance(self.inner, EmbeddedBackend) or not value_snapshots.are_there(self.inner):
            yield lambda quads: quads
            return
        if replace:
            value_snapshots.drop(self.inner)
        watch = value_snapshots.Watch(self.inner)
        yield watch.over
        if watch.saw_change:
            value_snapshots.drop(self.inner)

    @property
    def profile(self) -> str:
        """The profile that holds."""
        if self._profile is None:
            self._profile = inference.status(self.inner).profile or self._default
        return self._profile

    def _keep_profile(self) -> None:
        """Say in the store which profile it has, if it does not."""
        if not self._kept:
            if inference.status(self.inner).profile is None:
                stale = self.profile != "none" and not self.asserted.is_empty()
                inference.set_profile(self.inner, self.profile, stale=stale)
            self._kept = True

    def _rules(self) -> tuple[str, frozenset[Triple]]:
        return self.profile, ontologies.triples(self.inner)

    def _attached(self) -> Follower | None:
        """A follower that knows every asserted triple; none if the inferences have to be made anew."""
        if self._follower is not None:
            return self._follower
        from whence.reasoning.follower import Follower

        try:
            rules = ruleset(*self._rules())
        except SourceError:
            return None
        said = inference.status(self.inner)
        if said.rules is None and self.asserted.is_empty():
            self._follower = Follower(rules)
        elif not said.stale and said.rules == rules.digest:
            directory = self._directory
            self._follower = None if directory is None else Follower.kept(rules, directory)
            if self._follower is None:
                follower = Follower(rules)
                self._read(follower)
                follower.settle()
                self._follower = follower
        return self._follower

    @property
    def _directory(self) -> Path | None:
        embedded = isinstance(self.inner, EmbeddedBackend)
        return Path(self.location) if embedded and self.location != ":memory:" else None

    def _read(self, follower: Follower, progress: Progress | None = None) -> None:
        """Tell a follower of all that is asserted."""
        counter = count(1)
        for predicate in sorted(follower.relevant, key=str):
            follower.coming.extend(predicate, self.asserted.of_predicate(predicate, counter, progress))

    def _catch_up(self) -> None:
        """Infer anew after a write; an ontology that no rules can be made of is only stored."""
        try:
            self._rebuild()
        except SourceError as error:
            self.inner.write([STALE])
            _log.warning("inferences are stale until this is mended: %s", error)

    def _rebuild(self, progress: Progress | None = None) -> InferenceReport | None:
        """Read everything, close it, and write what differs from what is there."""
        from whence.reasoning.contradictions import contradictions
        from whence.reasoning.evaluate import Interrupted
        from whence.reasoning.follower import Change, Follower, difference, size

        start = time.perf_counter()
        self._follower = None
        self._spoil()
        follower = Follower(ruleset(*self._rules()))
        there = Change(follower.terms)
        try:
            self._read(follower, progress)
            for quad in self.inner.quads(graph=WHENCE_INFERRED):
                there.add(quad)
            follower.settle(None if progress is None else lambda _, count: progress("reasoning", count))
        except Interrupted:
            return None
        closed = follower.inferred()
        added, removed = difference(closed, there.columns())
        if progress is not None and not progress("writing", size(added) + size(removed)):
            return None
        if not closed:
            # Far quicker than taking out each triple.
            self.inner.update(f"DROP SILENT GRAPH {WHENCE_INFERRED}")
        self._apply(follower, added, removed if closed else {})
        self._follower = follower
        broken = tuple(map(str, contradictions(follower.evaluator, follower.rules)))
        asserted, seconds = len(follower.evaluator.asserted), time.perf_counter() - start
        return InferenceReport(
            self.profile, asserted, size(closed), size(added), size(removed), seconds, broken
        )

    def _settle(self, follower: Follower, looked_at: Iterable[Triple] = ()) -> None:
        """Write what the noted changes make of the inferences; put right what was ``looked_at``.

        An update may have written to the graph of inferences itself.
        """
        added, removed = follower.settle()
        coming, going = follower.quads(added), follower.quads(removed)
        wrong = [triple for triple in looked_at if self.asserted.infers(triple) != follower.follows(triple)]
        if wrong:
            missing = [triple for triple in wrong if follower.follows(triple)]
            coming = chain(coming, map(inferred, missing))
            going = chain(going, map(inferred, set(wrong).difference(missing)))
        inference.apply(self.inner, coming, going, profile=self.profile, rules=follower.rules.digest)

    def _apply(self, follower: Follower, added: Columns, removed: Columns) -> None:
        inference.apply(
            self.inner,
            follower.quads(added),
            follower.quads(removed),
            profile=self.profile,
            rules=follower.rules.digest,
        )

    @contextmanager
    def _dropping_follower(self) -> Iterator[None]:
        """A follower that may have missed something is not asked again."""
        try:
            yield
        except BaseException:
            self._follower = None
            raise

    def _marked_update(self, sparql: str) -> None:
        """Run an update with the inferences marked stale before; not if it changed nothing."""
        was_stale = next(self.inner.quads(*STALE), None) is not None
        self.inner.write([STALE])
        try:
            self.inner.update(sparql)
        except WhenceError:
            if not was_stale:
                self.inner.update(f"DELETE DATA {{ GRAPH {STALE.graph_name} {{ {STALE.triple} }} }}")
            raise

    def _may_matter(self, triples: Iterable[Triple], follower: Follower) -> bool:
        """Whether a change of these triples can change inferences, if the ontologies stay as they are."""
        return any(
            triple.predicate in follower.relevant or self.asserted.infers(triple) for triple in triples
        )

    def _note_removed(self, triples: Iterable[Triple], follower: Follower) -> None:
        """Note the triples that no graph asserts any more."""
        for triple in triples:
            if not self.asserted.holds(triple):
                follower.going.add(triple)


def is_wide(change: Touched) -> bool:
    """Whether a change may reach the graph of inferences, ontologies, or anything."""
    return change.graphs is None or WHENCE_INFERRED in change.graphs

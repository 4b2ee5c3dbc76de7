"""Versions of things, what they held, what differs, and the past, as a store is asked it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from pyoxigraph import Literal, NamedNode

from whence._facade.held import Held
from whence.errors import SourceError
from whence.ingest.terms import resource
from whence.reasoning.keeper import Keeper

if TYPE_CHECKING:
    from whence.queries.as_of import By
    from whence.queries.blame import Blame, Happening
    from whence.queries.differences import Difference
    from whence.queries.tables import Answer
    from whence.queries.values import Value as ThingValue
    from whence.queries.values import When
    from whence.queries.versions import Version

__all__ = ["Versioned"]


class Versioned(Held):
    """Versions, values at a time, differences, blame, history, and stores as of a time."""

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

    def as_of(self, when: datetime | date | str, *, by: By = "recorded") -> Self:
        """This store as it was at a time, to be read only: queries and all other questions go to the past.

        ``by="recorded"`` shows the bundles that had been written by then; ``by="valid"`` all bundles, but
        only what had been generated or started by then and not been invalidated. Inferences are not shown,
        for they follow from everything. A day stands for its end.
        """
        from whence.queries.as_of import recorded_by, there_at
        from whence.queries.moments import parse_moment

        moment = parse_moment(when)
        past = (recorded_by if by == "recorded" else there_at)(self.backend.inner, moment)
        return type(self)(Keeper(past))

    def snapshot_values(self) -> int:
        """Take snapshots of long-lived dictionaries, so that any version is read fast; how many were taken.

        To be called now and then, such as after many versions were loaded: only those that are missing are
        taken. Their size is in proportion to the changes. Stores on servers have none.
        """
        from whence.queries.take_snapshots import take_snapshots

        return take_snapshots(self.backend)

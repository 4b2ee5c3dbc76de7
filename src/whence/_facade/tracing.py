"""Where things are from and what came of them, as a store is asked it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Unpack

from pyoxigraph import BlankNode, NamedNode

from whence._facade.held import Held
from whence.ingest.terms import resource

if TYPE_CHECKING:
    from whence.queries.along import PathOptions
    from whence.queries.graph import Direction, LineageGraph
    from whence.queries.graph import Node as LineageNode
    from whence.queries.lineage import LineageOptions

__all__ = ["Traced"]


class Traced(Held):
    """Lineage, impact, ways between things, and what they have in common."""

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


def _resources(
    names: str | NamedNode | Sequence[str | NamedNode], prefixes: Mapping[str, str]
) -> list[NamedNode | BlankNode]:
    several = (names,) if isinstance(names, str | NamedNode) else names
    return [resource(name, prefixes) for name in several]

"""When: the times people and provenance write, made comparable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Final

from pyoxigraph import Literal, NamedNode

from whence.errors import SourceError
from whence.ontology.namespaces import PROV
from whence.queries.lookup import Lookup, Node

__all__ = ["generation_times", "moment", "parse_moment"]


def moment(literal: object) -> datetime | None:
    """The time of an ``xsd:dateTime`` or ``xsd:date``; without a zone it is taken for UTC."""
    if not isinstance(literal, Literal):
        return None
    try:
        found = datetime.fromisoformat(literal.value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def parse_moment(when: datetime | date | str) -> datetime:
    """A time as people give it; a day alone stands for its end, since what it made was there then.

    Raises :class:`~whence.errors.SourceError` for text that is no ISO 8601 date or time.
    """
    if isinstance(when, str):
        try:
            when = date.fromisoformat(when) if len(when) == _DAY else datetime.fromisoformat(when)
        except ValueError as error:
            raise SourceError(
                f"{when!r} is no ISO 8601 date or time, such as 2024-03-01T12:00:00Z"
            ) from error
    if not isinstance(when, datetime):
        when = datetime.combine(when, time.max)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


_DAY: Final = len("2024-03-01")


def generation_times(lookup: Lookup, entities: Iterable[Node]) -> dict[Node, datetime]:
    """When entities were generated: the first time said by them, by a generation or by a ``Generation``."""
    found: dict[Node, datetime] = {}
    nodes: dict[Node, Node] = {}
    wanted: tuple[NamedNode, ...] = (PROV.generatedAtTime, PROV.qualifiedGeneration)
    for link in lookup.of(entities, wanted):
        if link.predicate == PROV.generatedAtTime:
            _earliest(found, link.subject, moment(link.object))
        elif not isinstance(link.object, Literal):
            nodes[link.object] = link.subject
    for link in lookup.of(nodes, (PROV.atTime,)):
        _earliest(found, nodes[link.subject], moment(link.object))
    return found


def _earliest(found: dict[Node, datetime], entity: Node, when: datetime | None) -> None:
    if when is not None and (entity not in found or when < found[entity]):
        found[entity] = when

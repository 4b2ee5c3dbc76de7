"""Snapshots of dictionaries: what a version holds in one literal, so that few deltas are replayed.

A snapshot is whole, or only what changed since the snapshot before it. One is taken every ``EVERY``
changes of keys, and it is a whole one when as many keys have changed since the last whole one as there
are. So their size grows with the changes, not with versions times keys, and to read a version takes one
whole snapshot, partial ones that together are no longer, and at most about ``EVERY`` changes.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from whence.ontology.namespaces import WHENCE, WHENCE_SNAPSHOTS, XSD
from whence.queries.lookup import Lookup, innermost
from whence.store.embedded import EmbeddedBackend

__all__ = ["EVERY", "Held", "Snapshot", "quad", "snapshot_of"]

EVERY: Final = 500
"""Changes of keys from one snapshot to the next."""


class Held(NamedTuple):
    """What is at a key (``None``: nothing), and the version that last said so."""

    entity: NamedNode | None
    version: NamedNode


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What ``version`` holds, or with ``since`` where it differs from that older version."""

    version: NamedNode
    since: NamedNode | None
    complete: bool
    columns: Mapping[str, Any]

    def items(self, keys: frozenset[Literal] | None = None) -> Iterator[tuple[Literal, Held]]:
        """Keys and what is at them: all, or some."""
        versions = [NamedNode(iri) for iri in self.columns["versions"]]
        wanted = None if keys is None else {_hashable(_spelled(key)) for key in keys}
        rows = zip(self.columns["keys"], self.columns["entities"], self.columns["by"], strict=True)
        for spelled, entity, by in rows:
            if wanted is None or _hashable(spelled) in wanted:
                yield _read(spelled), Held(None if entity is None else NamedNode(entity), versions[by])


def _hashable(spelled: Any) -> Any:
    return spelled if isinstance(spelled, str) else tuple(spelled)


def _spelled(key: Literal) -> Any:
    if key.language:
        return [key.value, None, key.language]
    return key.value if key.datatype == XSD.string else [key.value, key.datatype.value]


def _read(spelled: Any) -> Literal:
    if isinstance(spelled, str):
        return Literal(spelled)
    if len(spelled) > len(("value", "datatype")):
        return Literal(spelled[0], language=spelled[2])
    return Literal(spelled[0], datatype=NamedNode(spelled[1]))


def quad(
    version: NamedNode, held: Mapping[Literal, Held], *, since: NamedNode | None, complete: bool
) -> Quad:
    """The quad that keeps a snapshot; entries with no entity are kept where it is a partial one."""
    numbers: dict[NamedNode, int] = {}
    rows = sorted(
        (item for item in held.items() if since or item[1].entity), key=lambda item: item[0].value
    )
    columns = {
        "since": since.value if since else None,
        "complete": complete,
        "keys": [_spelled(key) for key, _ in rows],
        "entities": [entry.entity.value if entry.entity else None for _, entry in rows],
        "by": [numbers.setdefault(entry.version, len(numbers)) for _, entry in rows],
        "versions": [version.value for version in numbers],
    }
    packed = base64.b64encode(zlib.compress(json.dumps(columns, separators=(",", ":")).encode(), 6))
    return Quad(version, WHENCE.snapshot, Literal(packed.decode(), datatype=_PACKED), WHENCE_SNAPSHOTS)


_PACKED: Final = WHENCE.packedJSON


def snapshot_of(lookup: Lookup, version: NamedNode) -> Snapshot | None:
    """The snapshot of a version, if there is one in a store of this process."""
    if not lookup.is_local or not lookup.has_snapshots:
        return None
    backend = innermost(lookup.backend)
    assert isinstance(backend, EmbeddedBackend)  # noqa: S101  # as is_local says
    found = next(backend.quads(version, WHENCE.snapshot, None, WHENCE_SNAPSHOTS), None)
    if found is None or not isinstance(found.object, Literal):
        return None
    columns = json.loads(zlib.decompress(base64.b64decode(found.object.value)))
    since = None if columns["since"] is None else NamedNode(columns["since"])
    return Snapshot(version, since, bool(columns["complete"]), columns)

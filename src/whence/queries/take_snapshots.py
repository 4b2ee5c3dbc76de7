"""Taking snapshots of every long chain of dictionaries in a store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from whence.ontology.namespaces import PROV, WHENCE, WHENCE_SNAPSHOTS
from whence.queries.contents import Contents, delta, replay
from whence.queries.lookup import Lookup, innermost
from whence.queries.snapshots import EVERY, Held, quad, snapshot_of
from whence.store.backend import Backend
from whence.store.embedded import EmbeddedBackend

__all__ = ["take_snapshots"]

_AT_ONCE: Final = 50
"""How many are written in one transaction."""
_LINKS: Final = (PROV.derivedByInsertionFrom, PROV.derivedByRemovalFrom)


@dataclass(slots=True)
class _State:
    """Where a walk along a chain is: what is held now, and what changed since the last snapshot."""

    contents: Contents
    last: NamedNode | None = None
    pending: dict[Literal, Held] = field(default_factory=dict)
    partial: int = 0
    """Keys in partial snapshots since the last whole one."""


def take_snapshots(backend: Backend, *, every: int = EVERY) -> int:
    """Take the snapshots that are missing; returns how many were taken.

    Time is in the changes since the last snapshots there are. A store on a server gets none: its values
    are replayed from the beginning.
    """
    inner = innermost(backend)
    if not isinstance(inner, EmbeddedBackend):
        return 0
    there: set[object] = {
        found.subject for found in inner.quads(None, WHENCE.snapshot, None, WHENCE_SNAPSHOTS)
    }
    children = _children(inner)
    olds = {new for news in children.values() for new in news}
    taken = 0
    for root in [old for old in children if old not in olds]:
        waiting: list[Quad] = []
        for found in _Chain(_lookup(backend), children, there, every).run(root):
            if found is not None:
                waiting.append(found)
                taken += 1
            if waiting and (found is None or len(waiting) == _AT_ONCE):
                inner.write(waiting)
                waiting = []
        inner.write(waiting)
    return taken


def _lookup(backend: Backend) -> Lookup:
    found = Lookup(backend, inferred=False)
    # There may be none yet, but there will be.
    found.has_snapshots = True
    return found


def _children(backend: EmbeddedBackend) -> dict[NamedNode, list[NamedNode]]:
    """By dictionary: those made from it."""
    found: dict[NamedNode, dict[NamedNode, None]] = {}
    for link in _LINKS:
        for each in backend.quads(None, link):
            if isinstance(each.subject, NamedNode) and isinstance(each.object, NamedNode):
                found.setdefault(each.object, {})[each.subject] = None
    return {old: list(news) for old, news in found.items()}


class _Chain:
    def __init__(
        self, lookup: Lookup, children: dict[NamedNode, list[NamedNode]], there: set[object], every: int
    ) -> None:
        self.lookup, self.children, self.there, self.every = lookup, children, there, every

    def run(self, root: NamedNode) -> Iterator[Quad | None]:
        """The snapshots missing in a tree of dictionaries, each before those that build on it.

        ``None`` wants those before it to be written, to go on from them.
        """
        stack: list[tuple[NamedNode, NamedNode | None, _State | None]] = [(root, None, _State(Contents()))]
        met: set[NamedNode] = set()
        while stack:
            node, parent, state = stack.pop()
            if node in met:
                continue
            met.add(node)
            if node in self.there:
                state = None
            else:
                if state is None:
                    yield None
                    state = self._resumed(parent)
                yield from self._enter(node, state)
            news = self.children.get(node, [])
            # One child goes on with the state; the others read theirs from the snapshots.
            stack += [(new, node, None) for new in news[1:]]
            stack += [(new, node, state) for new in news[:1]]

    def _resumed(self, parent: NamedNode | None) -> _State:
        if parent is None:
            return _State(Contents())
        last: NamedNode | None = parent
        while last is not None and last not in self.there:
            last = delta(self.lookup, last).old
        contents = replay(self.lookup, parent)
        if last is None:
            return _State(contents, None, dict(contents.held))
        before = replay(self.lookup, last)
        pending = {key: held for key, held in contents.held.items() if before.held.get(key) != held}
        return _State(contents, last, pending, self._partial(last))

    def _partial(self, version: NamedNode) -> int:
        """How many keys the partial snapshots hold down to the last whole one."""
        number = 0
        found = snapshot_of(self.lookup, version)
        while found is not None and found.since is not None:
            number += len(found.columns["keys"])
            found = snapshot_of(self.lookup, found.since)
        return number

    def _enter(self, node: NamedNode, state: _State) -> Iterator[Quad]:
        found = delta(self.lookup, node)
        if found.is_empty or found.is_disputed:
            state.contents, state.last, state.pending, state.partial = Contents(), None, {}, 0
            state.contents.complete = found.is_empty
        for key, entity in found.items():
            held = Held(entity, node)
            state.contents.held[key] = held
            state.pending[key] = held
        if len(state.pending) >= self.every:
            yield self._taken(node, state)

    def _taken(self, node: NamedNode, state: _State) -> Quad:
        held, complete = state.contents.held, state.contents.complete
        state.partial += len(state.pending)
        since = None if state.partial >= len(held) else state.last
        if since is None:
            state.partial = 0
            chosen = held
        else:
            chosen = state.pending
        state.last, state.pending = node, {}
        self.there.add(node)
        return quad(node, chosen, since=since, complete=complete)

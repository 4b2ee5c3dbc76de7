"""What differs between two things: entities, dictionaries, collections, documents, runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from pyoxigraph import Literal, NamedNode
from pyoxigraph import Store as Engine

from whence.errors import SourceError
from whence.formats.compare import normal
from whence.formats.from_rdf import statements
from whence.formats.provn_writer import StatementText
from whence.formats.statements import Statement
from whence.ontology.namespaces import PROV, RDF_TYPE
from whence.queries.contents import Delta, delta, has_deltas, older, replay
from whence.queries.lookup import Lookup
from whence.queries.names import Shortener
from whence.queries.runs import run_parts
from whence.queries.tables import plain, table_html, table_text
from whence.queries.values import Key, Value, When, at, attributes, value_of
from whence.store.results import to_python

__all__ = ["Change", "Difference", "diff", "diff_between"]

_COLUMNS: Final = ("what", "key", "change", "before", "after")
_FAR: Final = 10_000
"""After so many versions, or changes of keys, on the way to a common one, both are read whole instead."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs.

    ``what`` is ``"key"``, ``"member"``, ``"attribute"``, ``"statement"``, or of runs ``"input"``,
    ``"parameter"``, ``"code"``, ``"environment"`` or ``"output"``. ``before`` and ``after`` are what is at
    ``key`` in the one and the other, ``None`` for nothing.
    """

    what: str
    key: Any
    before: Any = None
    after: Any = None

    @property
    def change(self) -> str:
        """``"added"``, ``"removed"`` or ``"changed"``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    def to_json(self) -> dict[str, Any]:
        """It as data."""
        return {
            "what": self.what,
            "key": _json(self.key),
            "change": self.change,
            "before": _json(self.before),
            "after": _json(self.after),
        }


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return to_python(value) if isinstance(value, NamedNode | Literal) else value


@dataclass(slots=True)
class Difference:
    """What has to change for ``a`` to be ``b``; true if anything has.

    ``kind`` is ``"dictionary"``, ``"list"``, ``"set"``, ``"collection"``, ``"entity"``, ``"document"`` or
    ``"run"``. ``shared`` is true where both were found to come from one dictionary, so that no more than
    what changed was read.
    """

    a: NamedNode
    b: NamedNode
    kind: str
    changes: list[Change] = field(default_factory=list)
    shared: bool = False
    prefixes: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def apply(self, held: Mapping[Key, NamedNode]) -> dict[Key, NamedNode]:
        """What ``b`` holds, from what ``a`` does."""
        found = dict(held)
        for change in self.changes:
            if change.what not in ("key", "member"):
                continue
            if change.after is None:
                found.pop(change.key, None)
            else:
                found[change.key] = change.after
        return found

    def to_json(self) -> dict[str, Any]:
        """It as data, IRIs whole."""
        changes = [change.to_json() for change in self.changes]
        return {"a": self.a.value, "b": self.b.value, "kind": self.kind, "changes": changes}

    def rows(self) -> list[dict[str, str]]:
        """The changes as a table shows them."""
        short = Shortener(self.prefixes)
        return [
            {
                "what": change.what,
                "key": plain(change.key, short),
                "change": change.change,
                "before": plain(change.before, short),
                "after": plain(change.after, short),
            }
            for change in self.changes
        ]

    def _heading(self) -> str:
        short = Shortener(self.prefixes)
        names = f"{short(self.a)} and {short(self.b)}" if self.a != self.b else short(self.a)
        if not self.changes:
            return f"{names}: no difference"
        number = len(self.changes)
        return f"{names}: {number} difference{'s' if number > 1 else ''} of a {self.kind}"

    def __str__(self) -> str:
        rows = [list(row.values()) for row in self.rows()]
        return f"{self._heading()}\n{table_text(_COLUMNS, rows)}" if rows else self._heading()

    def _repr_html_(self) -> str:
        rows = [list(row.values()) for row in self.rows()]
        return f"<p>{escape(self._heading())}</p>{table_html(_COLUMNS, rows) if rows else ''}"


def diff(lookup: Lookup, a: NamedNode, b: NamedNode) -> Difference:
    """What differs between two entities, bundles or activities.

    Of two dictionaries that come from a common one, no more deltas are read than lie between them; what
    was at the changed keys before takes a look at the common one, in whose snapshots only those keys are
    sought. Raises
    :class:`~whence.errors.SourceError` where one is a bundle or a run and the other is not.
    """
    own = Lookup(lookup.backend, inferred=False)
    for kind, test in (("a bundle", _is_bundle), ("an activity", _is_activity)):
        found = [test(own, name) for name in (a, b)]
        if any(found) and not all(found):
            one, other = (a, b) if found[0] else (b, a)
            raise SourceError(f"{one} is {kind} and {other} is none; there is nothing to compare")
        if all(found):
            is_document = test is _is_bundle
            changes = _of_documents(own, a, b) if is_document else _of_runs(own, a, b)
            return Difference(a, b, "document" if is_document else "run", changes)
    if has_deltas(own, a) and has_deltas(own, b):
        changes, shared = _of_dictionaries(own, a, b)
        kind = "dictionary"
    else:
        before, after = value_of(own, a), value_of(own, b)
        changes, shared, kind = _of_values(before, after), False, _kind(before, after)
    said = attributes(own, [a, b])
    return Difference(a, b, kind, changes + _of_attributes(said.get(a, {}), said.get(b, {})), shared)


def diff_between(lookup: Lookup, thing: NamedNode, before: When, after: When) -> Difference:
    """What changed of a thing from one time, or checkpoint, to another."""
    one, other = at(lookup, thing, before), at(lookup, thing, after)
    if one.version != other.version:
        return diff(lookup, one.version, other.version)
    return Difference(one.version, other.version, _kind(one, other), _of_values(one, other))


def _kind(one: Value, other: Value) -> str:
    return other.kind if one.kind == "entity" else one.kind


def _of_values(one: Value, other: Value) -> list[Change]:
    what = "member" if "dictionary" not in (one.kind, other.kind) and one.kind != "list" else "key"
    return _of_maps(what, one.held, other.held)


def _of_maps(what: str, one: Mapping[Any, Any], other: Mapping[Any, Any]) -> list[Change]:
    changes = [
        Change(what, key, value, other.get(key)) for key, value in one.items() if other.get(key) != value
    ]
    changes += [Change(what, key, None, value) for key, value in other.items() if key not in one]
    return sorted(changes, key=lambda change: _natural(change.key))


def _natural(key: Any) -> tuple[bool, int, str]:
    text = key.value if isinstance(key, NamedNode | Literal) else str(key)
    number = text.isdecimal() and text.isascii()
    return not number, int(text) if number else 0, text


def _of_attributes(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> list[Change]:
    def single(said: Mapping[Any, Any]) -> dict[Any, Any]:
        return {name: values[0] if len(values) == 1 else values for name, values in said.items()}

    return _of_maps("attribute", single(one), single(other))


# Dictionaries


def _of_dictionaries(lookup: Lookup, a: NamedNode, b: NamedNode) -> tuple[list[Change], bool]:
    ways = _to_common(lookup, a, b)
    if ways is None:
        return _of_maps("key", replay(lookup, a).members(), replay(lookup, b).members()), False
    common, *paths = ways
    ends = [_newest(path) for path in paths]
    keys = frozenset(ends[0].keys() | ends[1].keys())
    there = replay(lookup, common, keys=keys).members() if keys else {}
    one, other = ({key: end.get(key, there.get(key)) for key in keys} for end in ends)
    changes = [Change("key", key, one[key], other[key]) for key in keys if one[key] != other[key]]
    return sorted(changes, key=lambda change: _natural(change.key)), True


def _newest(path: list[Delta]) -> dict[Literal, NamedNode | None]:
    found: dict[Literal, NamedNode | None] = {}
    for step in path:
        for key, entity in step.items():
            found.setdefault(key, entity)
    return found


def _to_common(
    lookup: Lookup, a: NamedNode, b: NamedNode
) -> tuple[NamedNode, list[Delta], list[Delta]] | None:
    """The nearest dictionary both come from, and the deltas since, newest first; none if that is far."""
    common, ways = _common(lookup, a, b)
    if common is None:
        return None
    paths: tuple[list[Delta], list[Delta]] = ([], [])
    read = 0
    for way, path in zip(ways, paths, strict=True):
        for version in way[: way.index(common)]:
            step = delta(lookup, version)
            read += len(step.said) + len(step.also)
            if step.is_empty or step.is_disputed or read > _FAR:
                return None
            path.append(step)
    return common, *paths


def _common(
    lookup: Lookup, a: NamedNode, b: NamedNode
) -> tuple[NamedNode | None, tuple[list[NamedNode], list[NamedNode]]]:
    """Where the ways back from two dictionaries meet, and the ways; steps are taken by turns."""
    ways: tuple[list[NamedNode], list[NamedNode]] = ([a], [b])
    met: tuple[set[NamedNode], set[NamedNode]] = ({a}, {b})
    going = [True, True]
    common = a if a == b else None
    while common is None and any(going) and max(map(len, ways)) <= _FAR:
        for side in (0, 1):
            old = older(lookup, ways[side][-1]) if going[side] and common is None else None
            going[side] = old is not None and old not in met[side]
            if old is not None and going[side]:
                ways[side].append(old)
                met[side].add(old)
                common = old if old in met[1 - side] else None
    return common, ways


# Documents and runs


def _is_bundle(lookup: Lookup, name: NamedNode) -> bool:
    return next(lookup.backend.quads(graph=name), None) is not None


def _of_documents(lookup: Lookup, a: NamedNode, b: NamedNode) -> list[Change]:
    text = StatementText(lambda iri: f"<{iri.value}>")
    one, other = ({text.text(said): said for said in _said(lookup, bundle)} for bundle in (a, b))
    gone = [Change("statement", key, key, None) for key in one if key not in other]
    return gone + [Change("statement", key, None, key) for key in other if key not in one]


def _said(lookup: Lookup, bundle: NamedNode) -> list[Statement]:
    copy = Engine()
    copy.bulk_extend(lookup.backend.quads(graph=bundle))
    return sorted({normal(statement) for statement in statements(copy, bundle)}, key=str)


def _is_activity(lookup: Lookup, name: NamedNode) -> bool:
    found = lookup.of([name], (RDF_TYPE, PROV.used, PROV.startedAtTime, PROV.wasAssociatedWith))
    if any(link.predicate != RDF_TYPE or link.object == PROV.Activity for link in found):
        return True
    return any(True for _ in lookup.to([name], (PROV.wasGeneratedBy,)))


def _of_runs(lookup: Lookup, a: NamedNode, b: NamedNode) -> list[Change]:
    one, other = run_parts(lookup, a), run_parts(lookup, b)
    changes: list[Change] = []
    for what in one:
        for key in sorted({*one[what], *other[what]}):
            before, after = one[what].get(key, ()), other[what].get(key, ())
            if sorted(content for _, content in before) != sorted(content for _, content in after):
                changes.append(Change(what, key, _shown(before), _shown(after)))
    return changes


def _shown(entities: tuple[tuple[Any, str], ...]) -> Any:
    names = tuple(entity for entity, _ in entities)
    return None if not names else names[0] if len(names) == 1 else names

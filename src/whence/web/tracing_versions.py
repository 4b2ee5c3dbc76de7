"""Versions, values, differences, blame and history, told in a query worker."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.ontology.namespaces import XSD
from whence.queries.blame import HISTORY_COLUMNS, blame, history
from whence.queries.differences import Difference, diff, diff_between
from whence.queries.lookup import Lookup
from whence.queries.tables import Answer
from whence.queries.values import Value, at
from whence.queries.versions import Version, versions
from whence.store.embedded import EmbeddedBackend
from whence.store.results import to_python

__all__ = ["versions_told"]

Found: TypeAlias = Answer[Any] | Value | Difference
_Table: TypeAlias = tuple[list[str], list[list[Any]]]

_SHOWN: Final = 1000
"""Rows of a page; the data beside it has all."""


def versions_told(backend: EmbeddedBackend, request: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What ``request["verb"]`` finds.

    ``request["as"]`` is ``page``, ``json``, ``csv`` or ``text``.
    """
    lookup = Lookup(backend)
    found = _VERBS[request["verb"]](lookup, request)
    wanted = request["as"]
    if wanted == "page":
        return {}, json.dumps(_page(found))
    if wanted == "json":
        return {}, json.dumps(found.to_json(), ensure_ascii=False) + "\n"
    return {}, _csv(found) if wanted == "csv" else f"{found}\n"


def _versions(lookup: Lookup, request: Mapping[str, Any]) -> Found:
    return versions(lookup, NamedNode(request["iri"]), request["prefixes"])


def _at(lookup: Lookup, request: Mapping[str, Any]) -> Found:
    mark, when = request["checkpoint"], request["when"]
    moment = None if when is None else datetime.fromisoformat(when)
    found = at(lookup, NamedNode(request["iri"]), moment, checkpoint=mark, nested=request["nested"])
    found.prefixes = request["prefixes"]
    return found


def _diff(lookup: Lookup, request: Mapping[str, Any]) -> Found:
    if request["iri"] is None:
        found = diff(lookup, NamedNode(request["a"]), NamedNode(request["b"]))
    else:
        before, after = (datetime.fromisoformat(request[name]) for name in ("before", "after"))
        found = diff_between(lookup, NamedNode(request["iri"]), before, after)
    found.prefixes = request["prefixes"]
    return found


def _blame(lookup: Lookup, request: Mapping[str, Any]) -> Found:
    return blame(lookup, NamedNode(request["iri"]), request["prefixes"])


def _history(lookup: Lookup, request: Mapping[str, Any]) -> Found:
    thing, prefixes, limit = NamedNode(request["iri"]), request["prefixes"], request["limit"]
    # A key that is written like an IRI may be one, or text that looks so.
    tried = (history(lookup, thing, key and _key(key), prefixes, limit=limit) for key in request["keys"])
    return next(filter(None, tried), Answer((), HISTORY_COLUMNS, prefixes))


_VERBS: Final[Mapping[str, Callable[[Lookup, Mapping[str, Any]], Found]]] = {
    "versions": _versions,
    "at": _at,
    "diff": _diff,
    "blame": _blame,
    "history": _history,
}


def _key(key: Mapping[str, str]) -> Literal | NamedNode:
    """A key or member as the server sends it."""
    if "iri" in key:
        return NamedNode(key["iri"])
    return Literal(key["value"], datatype=NamedNode(key["datatype"]))


# For pages


def _encoded(value: Any) -> Any:
    """A value as JSON that keeps apart what is an IRI, a time, and text."""
    if isinstance(value, NamedNode):
        return {"iri": value.value}
    if isinstance(value, BlankNode):
        return {"value": str(value), "datatype": XSD.string.value}
    if isinstance(value, Literal):
        if value.language:
            return {"value": value.value, "language": value.language}
        return {"value": value.value, "datatype": value.datatype.value}
    if isinstance(value, datetime):
        return {"value": value.isoformat(), "datatype": XSD.dateTime.value}
    if isinstance(value, list | tuple):
        return [_encoded(part) for part in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _page(found: Found) -> dict[str, Any]:
    columns, rows = _table(found)
    if "label" in columns:
        # A page calls things by their labels anyway.
        place = columns.index("label")
        columns, rows = _without(columns, place), [_without(row, place) for row in rows]
    shown = [[_encoded(cell) for cell in row] for row in rows[:_SHOWN]]
    page: dict[str, Any] = {"columns": columns, "rows": shown, "count": len(rows)}
    if isinstance(found, Value):
        attributes = [[_encoded(name), _encoded(values)] for name, values in found.attributes.items()]
        page |= {
            "version": found.version.value,
            "kind": found.kind,
            "complete": found.complete,
            "checkpoint": _encoded(found.checkpoint),
            "attributes": attributes,
        }
    elif isinstance(found, Difference):
        page |= {"a": found.a.value, "b": found.b.value, "kind": found.kind}
    return page


def _without(row: list[Any], place: int) -> list[Any]:
    return row[:place] + row[place + 1 :]


def _table(found: Found) -> _Table:
    if isinstance(found, Value):
        return ["key", "entity", "value"], [
            [key, entity, _inner(found, entity)] for key, entity in found.held.items()
        ]
    if isinstance(found, Difference):
        names = ["what", "key", "change", "before", "after"]
        return names, [[getattr(change, name) for name in names] for change in found]
    aliases = _VERSION if _is_versions(found) else {}
    names = [aliases.get(name, name) for name in found.columns]
    return list(found.columns), [[getattr(record, name) for name in names] for record in found]


_VERSION: Final = {"version": "iri", "revises": "predecessors"}
"""Columns of versions that are not called as the fields they show."""


def _is_versions(found: Answer[Any]) -> bool:
    return any(isinstance(record, Version) for record in found[:1])


def _inner(found: Value, entity: NamedNode) -> Any:
    """What is known of the value of a member, in one cell."""
    if entity in found.parts:
        return json.dumps(found.parts[entity].to_python(), ensure_ascii=False, default=str)
    return found.leaves.get(entity)


# For programs


def _csv(found: Found) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    columns, rows = _table(found)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return " ".join(_cell(part) for part in value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return str(value)
    return str(to_python(value)) if isinstance(value, NamedNode | Literal) else str(value)

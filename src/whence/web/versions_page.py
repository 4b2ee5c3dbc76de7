"""The pages of versions, values, differences, blame and history: one table each, and the way on."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response
from pyoxigraph import Literal, NamedNode

from whence.web.parameters import Parameters
from whence.web.reading import Term
from whence.web.site import Site
from whence.web.terms import Names, tail_of

__all__ = ["decoded", "table_page"]

_LEARNT: Final = 500
"""Of how many things labels and kinds are asked for."""
_HEADINGS: Final = {
    "number": "No.",
    "version": "Version",
    "time": "Made",
    "activity": "By",
    "agents": "Who",
    "label": "Name",
    "revises": "Revises",
    "key": "Key",
    "entity": "Entity",
    "value": "Value",
    "checkpoint": "Checkpoint",
    "what": "What",
    "change": "Change",
    "before": "Before",
    "after": "After",
}
_TITLES: Final = {
    "versions": "Versions",
    "at": "What it holds",
    "diff": "What differs",
    "blame": "Who set what last",
    "history": "What was done to it",
}
_FIELDS: Final = {
    "versions": (("iri", "Thing", "IRI or prefixed name"),),
    "at": (
        ("iri", "Thing or version", "IRI or prefixed name"),
        ("when", "At", "a time, as in 2026-03-01T12:00Z"),
        ("checkpoint", "Or at checkpoint", "a number"),
    ),
    "diff": (("a", "From", "IRI or prefixed name"), ("b", "To", "IRI or prefixed name")),
    "blame": (("iri", "Thing", "IRI or prefixed name"),),
    "history": (
        ("iri", "Thing", "IRI or prefixed name"),
        ("key", "Only this key or member", "all"),
        ("limit", "Last changes", "1000"),
    ),
}
_NOTHING: Final = {
    "versions": "Nothing is said to be a version of it, and nothing revises it.",
    "at": "It holds nothing that the store knows of.",
    "diff": "The two do not differ in anything that is stated of them.",
    "blame": "Nothing is held in it, and it has no attributes.",
    "history": "Nothing is known to have been done to it.",
}


def table_page(
    site: Site,
    verb: str,
    parameters: Parameters,
    *,
    names: Names,
    asked: Mapping[str, Any] | None = None,
    found: Mapping[str, Any] | None = None,
    alternates: list[tuple[str, str, str]] | None = None,
) -> Response:
    """The page of a question and of what was ``found``; the question alone without."""
    things = [] if asked is None else [NamedNode(name) for name in asked["known"]]
    rows: list[list[Any]] = []
    more: dict[str, Any] = {}
    if found is not None and asked is not None:
        rows = [[decoded(cell) for cell in row] for row in found["rows"]]
        more = _more(found, asked)
        ends = (
            term for row in [things, *rows[:_LEARNT], *more.get("attributes", [])] for term in _ends(row)
        )
        names.learn(site.service, ends)
    return site.page(
        "versions.html",
        names=names,
        alternates=alternates or [],
        verb=verb,
        title=_TITLES[verb],
        called=[names.label(t) if names.has_label(t) else tail_of(t.value) for t in things],
        things=things,
        found=found,
        columns=[] if found is None else [_HEADINGS[name] for name in found["columns"]],
        rows=rows,
        ways=_ways(verb, found, rows),
        nothing=_NOTHING[verb],
        fields=[(*field, parameters.text(field[0])) for field in _FIELDS[verb]],
        others=_others(verb, things),
        titles=_TITLES,
        python=None if asked is None else _python(verb, asked),
        command=None if asked is None else _command(verb, asked),
        **more,
    )


def decoded(cell: Any) -> Any:
    """A cell as a worker sends it: terms, lists of them, or text; ``None`` for nothing."""
    if isinstance(cell, list):
        return [decoded(part) for part in cell]
    if not isinstance(cell, Mapping):
        return None if cell is None or cell == "" else str(cell)
    if "iri" in cell:
        return NamedNode(cell["iri"])
    if "language" in cell:
        return Literal(cell["value"], language=cell["language"])
    return Literal(cell["value"], datatype=NamedNode(cell["datatype"]))


def _ends(row: list[Any]) -> Iterator[Term]:
    for cell in row:
        if isinstance(cell, list):
            yield from _ends(cell)
        elif isinstance(cell, NamedNode | Literal):
            yield cell


def _more(found: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a value or a difference has besides its table."""
    more: dict[str, Any] = {}
    if "version" in found:
        version = NamedNode(found["version"])
        more["version"] = None if version.value == asked["iri"] else version
        more["attributes"] = [[decoded(cell) for cell in row] for row in found["attributes"]]
    if "a" in found:
        more["compared"] = NamedNode(found["a"]), NamedNode(found["b"])
    return more


def _ways(verb: str, found: Mapping[str, Any] | None, rows: list[list[Any]]) -> list[list[tuple[str, str]]]:
    """What each version leads on to."""
    if found is None or verb != "versions":
        return [[] for _ in rows]
    place = {name: number for number, name in enumerate(found["columns"])}
    ways = []
    for row in rows:
        this = row[place["version"]].value
        links = [("what it holds", f"/at?{urlencode({'iri': this})}")]
        olders = [older.value for older in row[place["revises"]] or []]
        links += [("what changed", f"/diff?{urlencode({'a': older, 'b': this})}") for older in olders]
        ways.append(links)
    return ways


def _others(verb: str, things: list[NamedNode]) -> list[tuple[str, str]]:
    """The other questions about the one thing that was asked about, and their addresses."""
    if len(things) != 1:
        return []
    query = urlencode({"iri": things[0].value})
    return [(other, f"/{other}?{query}") for other in _TITLES if other not in (verb, "diff")]


def _python(verb: str, asked: Mapping[str, Any]) -> str:
    """The call that gives the same in Python."""
    if verb == "diff" and asked["iri"] is None:
        return f"store.diff({asked['a']!r}, {asked['b']!r})"
    words = [repr(asked["iri"])]
    if verb == "diff":
        words.append(f"between=({asked['before']!r}, {asked['after']!r})")
    if asked.get("when"):
        words.append(repr(asked["when"]))
    if asked.get("checkpoint"):
        words.append(f"checkpoint={asked['checkpoint']!r}")
    if asked.get("nested"):
        words.append("nested=True")
    if (key := _typed(asked)) is not None:
        words.append(f"key={key!r}")
    return f"store.{verb}({', '.join(words)})"


def _command(verb: str, asked: Mapping[str, Any]) -> str:
    """The same for a terminal."""
    if verb == "diff" and asked["iri"] is None:
        words = [asked["a"], asked["b"]]
    elif verb == "diff":
        words = [asked["iri"], "--between", asked["before"], asked["after"]]
    else:
        words = [asked["iri"], asked.get("when") or _typed(asked) or ""]
        words += ["--nested"] if asked.get("nested") else []
        words += ["--checkpoint", asked["checkpoint"]] if asked.get("checkpoint") else []
    return shlex.join(["whence", verb, *filter(None, words)])


def _typed(asked: Mapping[str, Any]) -> str | None:
    keys = [key for key in asked.get("keys", ()) if key is not None]
    return None if not keys else str(keys[0].get("value") or keys[0].get("iri"))

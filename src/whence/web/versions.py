"""Versions, values, differences, blame and history of things over HTTP: as pages, JSON, CSV and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Response, json, request
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceError
from whence.ingest.terms import resource
from whence.web.answers import Problem, text
from whence.web.negotiation import HTML, Format
from whence.web.parameters import Parameters
from whence.web.protocol import pick
from whence.web.site import HEADERS, Site
from whence.web.versions_page import table_page

__all__ = ["ENDINGS", "VERBS", "asked_of_worker", "told"]

_TEXT: Final = Format(("text", "txt"), ("text/plain",), "", "txt", text=True)
_JSON: Final = Format(("json",), ("application/json",), "", "json")
_CSV: Final = Format(("csv",), ("text/csv",), "", "csv", text=True)
_FORMATS: Final = (_TEXT, _JSON, HTML, _CSV)
ENDINGS: Final = tuple(form.extension for form in _FORMATS if form is not HTML)
"""What the paths of the data end with."""
_NAMES: Final = {"json": "JSON", "csv": "CSV", "text": "Text"}
_MOST_CHANGES: Final = 100_000

Asked = dict[str, Any]


def told(site: Site, verb: str, suffix: str = "") -> Response:
    """What ``verb`` (one of :data:`VERBS`) finds of the things that the URL names; a form without any.

    The ``suffix`` of the path, ``format=`` or else Accept say in which form. Raises :class:`Problem`: 400
    for parameters that make no sense, 404 for things that the store knows nothing of.
    """
    names = site.names()
    read, known = VERBS[verb]
    parameters = Parameters(request.args, names.prefixes, (*known, "format"))
    chosen = pick(_FORMATS, suffix or request.args.get("format"))
    asked = read(parameters)
    if asked is None:
        if chosen is not HTML:
            raise Problem(400, f"name what is meant: {' and '.join(_NEEDED[verb])}")
        return table_page(site, verb, parameters, names=names)
    wanted = "page" if chosen is HTML else chosen.names[0]
    _, body = asked_of_worker(site, {**asked, "verb": verb, "as": wanted, "prefixes": dict(names.prefixes)})
    if chosen is not HTML:
        return _data(body, chosen)
    data = [form for form in _FORMATS if form is not HTML]
    alternates = [
        (parameters.url(f"/{verb}.{form.extension}", format=""), form.media_types[0], _NAMES[form.names[0]])
        for form in data
    ]
    return table_page(
        site, verb, parameters, names=names, asked=asked, found=json.loads(body), alternates=alternates
    )


def asked_of_worker(site: Site, asked: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What a query worker answers (see :func:`~whence.web.tracing.traced`), or the :class:`Problem`."""
    said, body = site.service.trace(asked)
    if "error" in said:
        raise Problem(404 if said["error"] in ("unknown", "none") else 400, said["reason"])
    return said, body


def _data(body: str, chosen: Format) -> Response:
    answer = text(body, chosen.content_type)
    answer.headers.update(HEADERS)
    answer.headers["Cache-Control"] = "no-cache"
    answer.vary.add("Accept")
    return answer


def _thing(parameters: Parameters) -> Asked | None:
    iri = parameters.iri("iri")
    return None if iri is None else {"iri": iri.value, "known": [iri.value]}


def _at(parameters: Parameters) -> Asked | None:
    asked = _thing(parameters)
    when, mark = parameters.moment("when"), parameters.text("checkpoint")
    if when is not None and mark:
        raise Problem(400, "give a time or a checkpoint, not both")
    if asked is not None:
        asked |= {
            "when": when and when.isoformat(),
            "checkpoint": mark or None,
            "nested": parameters.switch("nested"),
        }
    return asked


def _diff(parameters: Parameters) -> Asked | None:
    iri, a, b = (parameters.iri(name) for name in ("iri", "a", "b"))
    before, after = (parameters.moment(name) for name in ("before", "after"))
    if iri is not None:
        if a or b or before is None or after is None:
            raise Problem(400, "compare a with b, or one thing (iri) at two times, before and after")
        times = {"before": before.isoformat(), "after": after.isoformat()}
        return {"iri": iri.value, "known": [iri.value], **times}
    if a is None or b is None:
        if a or b:
            raise Problem(400, f"name the other one to compare with: {'b' if a else 'a'}")
        return None
    return {"iri": None, "a": a.value, "b": b.value, "known": [a.value, b.value]}


def _history(parameters: Parameters) -> Asked | None:
    asked = _thing(parameters)
    limit = parameters.number("limit", 1, _MOST_CHANGES)
    if asked is not None:
        asked |= {"keys": _keys(parameters), "limit": limit or 1000}
    return asked


def _keys(parameters: Parameters) -> list[Any]:
    """What a key may stand for: text, a number, and what is held itself where it is an IRI."""
    typed = parameters.text("key")
    if not typed:
        return [None]
    keys: list[Literal | NamedNode] = [Literal(typed)]
    if typed.isdecimal():
        keys.append(Literal(int(typed)))
    if ":" in typed:
        try:
            found = resource(typed, parameters.prefixes)
        except SourceError:
            # It is text with a colon.
            found = None
        if isinstance(found, NamedNode):
            keys.insert(0, found)
    return [_key(key) for key in keys]


def _key(key: Literal | NamedNode) -> dict[str, str]:
    if isinstance(key, NamedNode):
        return {"iri": key.value}
    return {"value": key.value, "datatype": key.datatype.value}


VERBS: Final[Mapping[str, tuple[Callable[[Parameters], Asked | None], tuple[str, ...]]]] = {
    "versions": (_thing, ("iri",)),
    "at": (_at, ("iri", "when", "checkpoint", "nested")),
    "diff": (_diff, ("a", "b", "iri", "before", "after")),
    "blame": (_thing, ("iri",)),
    "history": (_history, ("iri", "key", "limit")),
}
"""What there is to ask: how a request is read, and the parameters it may have."""
_NEEDED: Final = {**dict.fromkeys(VERBS, ("iri=IRI",)), "diff": ("a=IRI", "b=IRI")}

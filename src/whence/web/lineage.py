"""Lineage, impact and paths over HTTP: what is asked for, as a page or in a format of lineage graphs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Response, json, request

from whence.errors import SourceError
from whence.queries.edges import KINDS, STEPS, labels
from whence.queries.render import FORMATS
from whence.queries.views import VIEWS
from whence.web.answers import Problem, text
from whence.web.lineage_page import lineage_page
from whence.web.negotiation import HTML, Format
from whence.web.parameters import Parameters
from whence.web.protocol import pick
from whence.web.site import HEADERS, Site
from whence.web.versions import asked_of_worker

__all__ = ["ENDINGS", "VERBS", "told"]

VERBS: Final = ("lineage", "impact", "path")
"""What there is to ask: where a thing comes from, what came of it, how one leads to another."""

_TITLES: Final = {
    "tree": "Text",
    "table": "Table",
    "json": "JSON",
    "csv": "CSV",
    "turtle": "Turtle",
    "svg": "SVG",
    "dot": "DOT",
    "mermaid": "Mermaid",
    "graphml": "GraphML",
}
_ENDS: Final = {name: form.endings[0][1:] for name, form in FORMATS.items() if form.endings}
_DATA: Final = tuple(
    Format(
        tuple(dict.fromkeys((name, *(ending[1:] for ending in form.endings)))),
        (form.media_type,),
        "",
        _ENDS.get(name, ""),
        text=form.media_type.startswith("text/"),
    )
    for name, form in FORMATS.items()
)
_FORMATS: Final = (*_DATA, HTML)
ENDINGS: Final = tuple(_ENDS.values())
"""What the paths of the data end with."""

_GROUP: Final = 5
_MOST_NODES: Final = 100_000
_NODES: Final = {True: 2000, False: 10_000}
"""Nodes that a page, and the data, are walked to unless ``limit`` says otherwise."""
_MOST_STEPS: Final = 100_000
_SECONDS: Final = 10.0
_SHARE: Final = 0.5
"""How much of the longest time of a query a walk may take; the rest is for telling what it found."""
_STEP_NAMES: Final = {name for step in STEPS for name in (step.kind, step.relation)}
_COMMON: Final = ("kinds", "agents", "timeout", "format")
_OF_WALKS: Final = (
    *("iri", "direction", "depth", "view", "until", "stop_at", "via", "versions", "parts"),
    *("granularity", "group", "limit", *_COMMON),
)
_KNOWN: Final = {"lineage": _OF_WALKS, "impact": _OF_WALKS, "path": ("from", "to", *_COMMON)}
_DIRECTIONS: Final = {"lineage": ("back", "both", "forward"), "impact": ("forward", "both", "back")}
_PARTS: Final = {"auto": None, "on": True, "off": False}
_STYLED: Final = {**HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""A drawing brings its own style, and nothing else that could run or be fetched."""
_UNFIT: Final = re.compile(r"[^\x20-\x7e]+")

Asked = dict[str, Any]


def told(site: Site, verb: str, suffix: str = "") -> Response:
    """The answer of ``verb`` (one of :data:`VERBS`) to the URL; a form where it names nothing.

    The ``suffix`` of the path, ``format=`` or else Accept say in which form. ``Whence-Complete`` is
    ``false``, and ``Whence-Stopped`` says why, where there is more than is told. Raises :class:`Problem`:
    400 for parameters that make no sense, 404 for what the store knows nothing of.
    """
    names = site.names()
    parameters = Parameters(request.args, names.prefixes, _KNOWN[verb])
    chosen = pick(_FORMATS, suffix or request.args.get("format"))
    is_page = chosen is HTML
    asked = _asked(verb, parameters, site.service.longest, is_page=is_page)
    if asked is None:
        if not is_page:
            raise Problem(
                400, f"name what is meant: {'from=IRI and to=IRI' if verb == 'path' else 'iri=IRI'}"
            )
        return lineage_page(site, verb, parameters, names=names)
    here = request.host_url.rstrip("/")
    said, body = asked_of_worker(
        site,
        {
            **asked,
            "verb": "path" if verb == "path" else "lineage",
            "as": "page" if is_page else chosen.names[0],
            "prefixes": dict(names.prefixes),
            "url": here + parameters.url(f"/{verb}", format=""),
            "host": here,
        },
    )
    if not is_page:
        return _data(said, body, chosen)
    page = lineage_page(
        site,
        verb,
        parameters,
        names=names,
        asked=asked,
        found={**said, **json.loads(body)},
        alternates=_alternates(verb, parameters),
    )
    return _marked(page, said)


def _asked(verb: str, parameters: Parameters, longest: float, *, is_page: bool) -> Asked | None:
    """What the parameters ask for, as :func:`~whence.web.tracing_lineage.lineage_told` takes it."""
    seconds = parameters.seconds("timeout", longest * _SHARE)
    common = {
        "kinds": _kinds(parameters),
        "agents": parameters.switch("agents"),
        "timeout": min(_SECONDS, longest * _SHARE) if seconds is None else seconds,
    }
    if verb == "path":
        start, goal = parameters.iri("from"), parameters.iri("to")
        if start is None or goal is None:
            if start or goal:
                raise Problem(400, f"name the other end of the path: {'to' if start else 'from'}")
            return None
        return {"known": [start.value, goal.value], **common}
    asked = {
        "known": [iri.value for iri in parameters.iris("iri")],
        "direction": parameters.choice("direction", _DIRECTIONS[verb]),
        "depth": parameters.number("depth", 0, _MOST_STEPS),
        "view": parameters.choice("view", VIEWS),
        "until": _until(parameters),
        "stop_at": [iri.value for iri in parameters.iris("stop_at")],
        "via": _via(parameters),
        "versions": parameters.switch("versions", default=True),
        "parts": _PARTS[parameters.choice("parts", tuple(_PARTS))],
        "granularity": parameters.choice("granularity", ("item", "step", "run")),
        "group": parameters.number("group", 0, _MOST_NODES),
        "limit": parameters.number("limit", 1, _MOST_NODES) or _NODES[is_page],
        **common,
    }
    if asked["group"] == 1:
        raise Problem(
            400, "group is from how many alike siblings on they are one: 2 or more, or 0 for never"
        )
    if asked["group"] is None:
        asked["group"] = _GROUP if is_page else 0
    return asked if asked["known"] else None


def _kinds(parameters: Parameters) -> list[str]:
    kinds = parameters.texts("kinds")
    try:
        labels(kinds or None)
    except SourceError as error:
        raise Problem(400, f"kinds: {error}") from None
    # The order in which they are listed is no other question.
    return sorted(dict.fromkeys(kinds), key=lambda kind: (kind not in KINDS, kind))


def _until(parameters: Parameters) -> str | None:
    found = parameters.moment("until")
    return None if found is None else found.isoformat()


def _via(parameters: Parameters) -> dict[str, str] | None:
    typed = parameters.text("via")
    if typed in _STEP_NAMES:
        return {"kind": typed}
    found = parameters.iri("via")
    return None if found is None else {"iri": found.value}


def _alternates(verb: str, parameters: Parameters) -> list[tuple[str, str, str]]:
    return [
        (parameters.url(f"/{verb}.{_ENDS[name]}", format=""), form.media_type, _TITLES[name])
        for name, form in FORMATS.items()
        if name in _ENDS
    ]


def _data(said: Mapping[str, Any], body: str, chosen: Format) -> Response:
    answer = text(body, chosen.content_type)
    answer.headers.update(_STYLED if "svg" in chosen.names else HEADERS)
    return _marked(answer, said)


def _marked(answer: Response, said: Mapping[str, Any]) -> Response:
    answer.headers["Whence-Complete"] = str(said["complete"]).lower()
    if not said["complete"]:
        answer.headers["Whence-Stopped"] = _UNFIT.sub("?", said["stopped"])
    answer.headers["Cache-Control"] = "no-cache"
    answer.vary.add("Accept")
    return answer

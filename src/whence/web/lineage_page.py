"""The pages of lineage, impact and paths: a drawing, the same as a tree and a table, and the way on."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response
from markupsafe import Markup
from pyoxigraph import NamedNode

from whence.queries.edges import KINDS
from whence.web.parameters import Parameters
from whence.web.site import Site
from whence.web.sparql_page import query_url
from whence.web.terms import Names, Shown, page_url, tail_of

__all__ = ["lineage_page"]

_TITLES: Final = {
    "lineage": "Where does it come from?",
    "impact": "What came of it?",
    "path": "How does one lead to the other?",
}
_DIRECTIONS: Final = (("back", "where it comes from"), ("forward", "what came of it"), ("both", "both"))
_VIEWS: Final = (("full", "everything"), ("entities", "entities only"), ("activities", "activities only"))
_GRAINS: Final = (("item", "each activity"), ("step", "by step of the plan"), ("run", "by run"))
_KINDS: Final = ("entity", "activity", "agent", "bundle")
_OPTIONS: Final[Mapping[str, Any]] = {
    "depth": None,
    "stop_at": [],
    "via": None,
    "until": None,
    "kinds": [],
    "view": "full",
    "agents": False,
    "versions": True,
    "parts": None,
    "granularity": "item",
}
"""What is asked for where nothing is said of it."""


def lineage_page(
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
    names.learn(site.service, things)
    nodes = [] if found is None else found["nodes"]
    return site.page(
        "lineage.html",
        names=names,
        alternates=alternates or [],
        verb=verb,
        title=_TITLES[verb] if found is None else found["title"],
        things=things,
        called=[names.label(thing) if names.has_label(thing) else tail_of(thing.value) for thing in things],
        found=found,
        drawing=Markup(found["drawing"]) if found else "",  # noqa: S704  # drawn by us, all words in it escaped
        rows=[(node, _shown(node)) for node in nodes],
        shown=[_shown(node) for node in nodes],
        parameters=parameters,
        directions=_DIRECTIONS,
        views=_VIEWS,
        grains=_GRAINS,
        kinds=KINDS,
        chosen=set(asked["kinds"] if asked else ()),
        asked=asked or {},
        turns=_turns(verb, asked, parameters),
        sparql=query_url(found["sparql"]) if found and found["sparql"] else "",
        query="" if found is None else found["sparql"],
        python="" if asked is None else _python(verb, asked),
        command="" if asked is None else _command(verb, asked),
    )


def _shown(node: Mapping[str, Any]) -> Shown:
    """A node, ready for a template."""
    if node["iri"].startswith("_:"):
        return Shown("blank", node["label"])
    glyph = node["kind"] if node["kind"] in _KINDS else ""
    return Shown("iri", node["label"], node["iri"], page_url(node["iri"]), glyph, named=True)


def _turns(verb: str, asked: Mapping[str, Any] | None, parameters: Parameters) -> list[tuple[str, str]]:
    """The same things looked at the other way."""
    if asked is None or verb == "path":
        return []
    turns = []
    if asked["direction"] != "back":
        turns.append(("Where it comes from", parameters.url("/lineage", direction="")))
    if asked["direction"] != "forward":
        turns.append(("What came of it", parameters.url("/impact", direction="")))
    if len(asked["known"]) == 1:
        only = urlencode({"iri": asked["known"][0]})
        turns += [("Its versions", f"/versions?{only}"), ("What was done to it", f"/history?{only}")]
    return turns


def _differing(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are not what they are by themselves, as Python has them."""
    options = {
        name: asked[name] for name, plain in _OPTIONS.items() if name in asked and asked[name] != plain
    }
    if "via" in options:
        options["via"] = options["via"].get("kind") or options["via"]["iri"]
    return options


def _python(verb: str, asked: Mapping[str, Any]) -> str:
    """The call that gives the same in Python."""
    things = asked["known"]
    options = _differing(asked)
    if verb == "path":
        words = [repr(thing) for thing in things]
    else:
        verb = "impact" if asked["direction"] == "forward" else "lineage"
        words = [repr(things[0] if len(things) == 1 else things)]
        words += ["direction='both'"] if asked["direction"] == "both" else []
        options["limit"] = asked["limit"]
    words += [f"{name}={value!r}" for name, value in options.items()]
    if asked.get("group"):
        words.append(f"group={asked['group']}")
    return f"store.{verb}({', '.join(words)})"


def _command(verb: str, asked: Mapping[str, Any]) -> str:
    """The same for a terminal."""
    options = _differing(asked)
    words: list[str] = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if value is False:
            words.append(f"--no-{name}")
        elif isinstance(value, list):
            words += [word for each in value for word in (option, each)]
        else:
            words += [option] if value is True else [option, str(value)]
    if verb == "path":
        start, goal = asked["known"]
        return shlex.join(["whence", "lineage", start, "--path-to", goal, *words])
    both = ["--both"] if asked["direction"] == "both" else []
    verb = "impact" if asked["direction"] == "forward" else "lineage"
    words += ["--limit", str(asked["limit"])]
    words += ["--group", str(asked["group"])] if asked["group"] else []
    return shlex.join(["whence", verb, *asked["known"], *both, *words])

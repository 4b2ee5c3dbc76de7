"""The page that says why a statement holds: rules and premises, down to what bundles assert."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Response, json, request
from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import SourceError
from whence.ingest.terms import resource, term
from whence.web.answers import text
from whence.web.facts import Statement
from whence.web.negotiation import HTML, Format
from whence.web.protocol import pick
from whence.web.reading import Term
from whence.web.site import HEADERS, Site
from whence.web.terms import Names, why_url

__all__ = ["EXPLANATIONS", "explain"]

_TEXT: Final = Format(("text", "txt"), ("text/plain",), "", "txt", text=True)
_JSON: Final = Format(("json",), ("application/json",), "", "json")
_SVG: Final = Format(("svg",), ("image/svg+xml",), "", "svg", text=True)
EXPLANATIONS: Final = (_TEXT, _JSON, _SVG)
"""What an explanation is written as besides its page, each under its suffix too."""
_FORMATS: Final = (HTML, *EXPLANATIONS)
_ON: Final = ("on", "true", "1")
_IRI: Final = re.compile(r"<([^<>]*)>")
_MOST_ROWS: Final = 300
_MOST_LEVELS: Final = 40
_LAST_INFERENCE: Final = 21
_TWO_STEPS: Final = 2
_PARTS: Final = ("subject", "predicate", "object")


@dataclass(slots=True)
class Way:
    """The application of a rule, ``times`` over, and the premises it was applied to."""

    title: str
    name: str
    spec: str
    pattern: str
    times: int
    premises: list[Said] = field(default_factory=list)


@dataclass(slots=True)
class Said:
    """A statement: who asserts it (``None``: the unnamed graph), and how it follows.

    ``note`` says why the ways are left out where they are.
    """

    statement: Statement
    bundles: list[NamedNode | None]
    ways: list[Way] = field(default_factory=list)
    note: str = ""


def explain(site: Site, suffix: str = "") -> Response:
    """Why the statement of ``?subject=``, ``predicate=`` and ``object=`` holds; a form without them.

    The ``suffix`` of the path, ``format=`` or else Accept say in which form.
    """
    names = site.names()
    asked = {name: request.args.get(name, "").strip() for name in _PARTS}
    chosen = pick(_FORMATS, suffix or request.args.get("format"))
    if not any(asked.values()) and chosen is HTML:
        return site.page("explain.html", names=names, asked=asked, tree=None)
    try:
        statement = _statement(asked, names.prefixes)
    except SourceError as error:
        return site.error(400, f"{error}.".replace("..", "."))
    every = request.args.get("all", "").lower() in _ON
    found = site.service.explain(*statement, all=every)
    if chosen is not HTML:
        return _data(found, chosen)
    return _page(site, names, statement, found, asked, every=every)


def _statement(
    asked: Mapping[str, str], prefixes: Mapping[str, str]
) -> tuple[NamedNode | BlankNode, NamedNode, Term]:
    missing = [name for name, value in asked.items() if not value]
    if missing:
        raise SourceError(
            f"the {missing[0]} is missing: a statement has a subject, a predicate and an object"
        )
    predicate = resource(asked["predicate"], prefixes)
    if not isinstance(predicate, NamedNode):
        raise SourceError("a predicate is an IRI")
    return resource(asked["subject"], prefixes), predicate, term(asked["object"], prefixes)


def _data(found: Mapping[str, Any], chosen: Format) -> Response:
    body: str = found["svg"]
    if chosen is _TEXT:
        body = found["text"] + "\n"
    elif chosen is _JSON:
        body = json.dumps({"profile": found["profile"], **found["explanation"]}) + "\n"
    answer = text(body, chosen.content_type)
    # A drawing may be opened as a page of its own.
    answer.headers.update(HEADERS)
    answer.vary.add("Accept")
    return answer


def _page(
    site: Site,
    names: Names,
    statement: Statement,
    found: Mapping[str, Any],
    asked: Mapping[str, str],
    *,
    every: bool,
) -> Response:
    explanation = found["explanation"]
    tree, whole = unrolled(explanation["reasons"], names)
    shown = list(_shown(tree))
    names.bundles |= {bundle for said in shown for bundle in said.bundles if bundle is not None}
    names.learn(site.service, (end for said in shown for end in said.statement))
    names.learn(site.service, names.bundles)
    switch = {"all": "on"} if every else {}
    forms = [(form, why_url(statement, suffix=form.extension, **switch)) for form in EXPLANATIONS]
    return site.page(
        "explain.html",
        names=names,
        asked=asked,
        tree=tree,
        whole=whole,
        explanation=explanation,
        profile=found["profile"],
        drawing=Markup(found["svg"]),  # noqa: S704  # drawn by us, every word in it escaped
        every=every,
        other=why_url(statement) if every else why_url(statement, all="on"),
        alternates=[(url, form.media_types[0], form.extension.upper()) for form, url in forms],
    )


def unrolled(reasons: Sequence[Mapping[str, Any]], names: Names) -> tuple[Said, bool]:
    """The reasons as a tree from the first of them; whether that is all, or too much to show."""
    root = _said(reasons[0])
    waiting, seen, number = [(root, 0, 0)], {0}, 1
    for said, place, level in waiting:
        for derivation in reasons[place]["derivations"]:
            premises, times = _gathered(reasons, derivation)
            number += 1 + len(premises)
            if number > _MOST_ROWS or level > _MOST_LEVELS:
                said.note = "how it follows is not shown here"
                return root, False
            way = _way(derivation["rule"], times, names)
            said.ways.append(way)
            for premise in premises:
                below = _said(reasons[premise])
                way.premises.append(below)
                if not reasons[premise]["derivations"]:
                    continue
                if premise in seen:
                    below.note = "how it follows is shown elsewhere on this page"
                else:
                    seen.add(premise)
                    waiting.append((below, premise, level + 1))
    return root, True


def _gathered(
    reasons: Sequence[Mapping[str, Any]], derivation: Mapping[str, Any]
) -> tuple[Sequence[int], int]:
    """The premises of a walk by one rule put side by side, and how often the rule was applied."""
    premises, times = list(derivation["premises"]), 1
    while _is_walk(derivation["rule"]):
        first = reasons[premises[0]]["derivations"]
        if len(first) != 1 or first[0]["rule"]["id"] != derivation["rule"]["id"]:
            break
        premises, times = [*first[0]["premises"], *premises[1:]], times + 1
    return premises, times


def _is_walk(rule: Mapping[str, Any]) -> bool:
    """Whether a rule says that a relation is transitive."""
    patterns = [*rule["if"], *rule["then"]]
    return len(rule["if"]) == _TWO_STEPS and len({pattern.split(" ")[1] for pattern in patterns}) == 1


def _way(rule: Mapping[str, Any], times: int, names: Names) -> Way:
    number = rule["number"]
    kind = "rule"
    if number.isdecimal():
        kind = "inference" if int(number) <= _LAST_INFERENCE else "constraint"
    spec = rule["spec"] if rule["spec"].startswith(("http://", "https://")) else ""
    pattern = f"{' and '.join(rule['if'])} ⟹ {' and '.join(rule['then'])}"
    short = _IRI.sub(lambda match: names.short(match[1]), pattern)
    return Way(f"{kind} {number}", rule["name"], spec, short, times)


def _said(reason: Mapping[str, Any]) -> Said:
    subject, predicate, object_ = (_term(reason["statement"][part]) for part in _PARTS)
    assert isinstance(predicate, NamedNode)  # noqa: S101  # a predicate is an IRI
    bundles = [None if name is None else NamedNode(name) for name in reason["bundles"]]
    return Said((subject, predicate, object_), bundles)


def _term(told: Mapping[str, str]) -> Term:
    """A term of the SPARQL results JSON format."""
    if told["type"] == "uri":
        return NamedNode(told["value"])
    if told["type"] == "bnode":
        return BlankNode(told["value"])
    if "xml:lang" in told:
        return Literal(told["value"], language=told["xml:lang"])
    return Literal(told["value"], datatype=NamedNode(told["datatype"]) if "datatype" in told else None)


def _shown(root: Said) -> Iterator[Said]:
    waiting = [root]
    while waiting:
        yield (said := waiting.pop())
        waiting += [premise for way in said.ways for premise in way.premises]

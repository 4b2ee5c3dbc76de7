"""The page of validation: a form to paste a document into, and reports as people read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request
from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from whence.errors import SourceSyntaxError
from whence.formats.registry import FORMATS
from whence.validation.report import ValidationReport
from whence.web.cycle_picture import draw_cycle
from whence.web.report_data import page_data
from whence.web.site import Site
from whence.web.terms import Names, page_url
from whence.web.validation_request import Asked

__all__ = ["linked", "listing", "standalone", "validation_page"]

MOST_TYPED: Final = 1 << 18
"""Longest text, in bytes, that is put into the text box to be mended there."""

_READ: Final = 16 << 20
_ALL_LINES: Final = 400
_AROUND: Final = 2
_MOST_LINES: Final = 1000
_LONG: Final = 500
_NAME: Final = re.compile(r"<[^<>\s]+>|[\w.-]*:(?:\\.|[^\s,;()\[\]'\"<>=\\])+|\w[\w./-]*")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)?")
_WHOLE: Final = r'<span class="stay">\g<0></span>'
_ESCAPE: Final = re.compile(r"\\(.)")
_DATA: Final = (("Text", "text"), ("JSON", "json"), ("Turtle", "turtle"))
_EXAMPLES: Final = (
    ("order", "Events in a circle"),
    ("twice", "Two records that disagree"),
    ("kinds", "One name for two things"),
    ("sound", "A sound document"),
)

Piece = tuple[str, str, str]
"""A part of a text, the address of the page it leads to (or ""), and its full name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the document; ``problems`` are the numbers of those that rest on it, 0 for the fault.

    ``number`` 0 stands for lines that are left out.
    """

    number: int
    text: str
    problems: tuple[int, ...] = ()


def validation_page(
    site: Site,
    asked: Asked,
    report: dict[str, Any] | None,
    *,
    error: Exception | None = None,
    status: int = 200,
) -> Response:
    """The form, and the report on what was asked for, or why there is none."""
    names = site.names() if asked.stored else Names({} if report is None else report["prefixes"])
    fault_line = error.line if isinstance(error, SourceSyntaxError) else None
    text = asked.typed or _text_of(asked.document) or _example(request.args.get("example", ""))
    marks = _marks(report) if report is not None else {fault_line: [0]} if fault_line else {}
    lines = list(listing(text, marks)) if asked.document is not None and text else []
    return site.page(
        "validate.html",
        status=status,
        names=names,
        asked=asked,
        report=report,
        fault=error,
        lines=lines,
        numbers={line.number for line in lines},
        typed=text if len(text) <= MOST_TYPED else "",
        syntaxes=list(FORMATS.values()),
        examples=[(title, f"/validate?{urlencode({'example': key})}#form") for key, title in _EXAMPLES],
        downloads=[(title, _again(asked, format=name)) for title, name in _DATA] if asked.stored else [],
        forms=_DATA,
        **_tools(names, stored=asked.stored),
    )


def standalone(report: ValidationReport) -> str:
    """The report as an HTML document of its own, style included; it links to nothing but specifications."""
    data = page_data(report)
    environment = Environment(
        loader=PackageLoader("whence.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    style = resources.files("whence.web").joinpath("static", "whence.css").read_text(encoding="utf-8")
    template = environment.get_template("whence/report_alone.html")
    return template.render(report=data, style=style, **_tools(Names(report.prefixes), stored=False))


def linked(
    text: str, nodes: Sequence[str], prefixes: Mapping[str, str], *, stored: bool
) -> Iterator[Piece]:
    """The text in pieces; names of ``nodes`` in it lead to their pages where they are ``stored``."""
    wanted, end = set(nodes), 0
    for match in _NAME.finditer(text):
        for name in dict.fromkeys((match[0], match[0].rstrip(".:"))):
            iri = _expanded(name, prefixes)
            if iri in wanted:
                if match.start() > end:
                    yield text[end : match.start()], "", ""
                yield name, page_url(iri) if stored else "", iri
                end = match.start() + len(name)
                break
    if end < len(text):
        yield text[end:], "", ""


def listing(text: str, marks: Mapping[int, Sequence[int]]) -> Iterator[Line]:
    """The lines of a document; of a long one those that are marked, and what is around them."""
    lines = text.split("\n")
    shown = range(1, len(lines) + 1)
    chosen = set(shown)
    if len(lines) > _ALL_LINES:
        chosen = {near for line in marks for near in range(line - _AROUND, line + _AROUND + 1)} & chosen
    last = 0
    for number in sorted(chosen)[:_MOST_LINES]:
        if number > last + 1:
            yield Line(0, "")
        last = number
        line = lines[number - 1].rstrip("\r")
        short = line if len(line) <= _LONG else f"{line[:_LONG]}…"
        yield Line(number, short, tuple(dict.fromkeys(marks.get(number, ()))))
    if last < len(lines):
        yield Line(0, "")


def _marks(report: Mapping[str, Any]) -> dict[int, list[int]]:
    """Which problems, by the numbers the page gives them, rest on which lines."""
    found: dict[int, list[int]] = {}
    problems = [[fault] for fault in report["malformed"]]
    problems += [violation["statements"] for violation in report["violations"]]
    for number, statements in enumerate(problems, 1):
        for statement in statements:
            if statement["line"] is not None:
                found.setdefault(statement["line"], []).append(number)
    return found


def _tools(names: Names, *, stored: bool) -> dict[str, Callable[..., Any]]:
    """What templates of reports call."""

    def page_of(iri: str | None) -> str:
        return page_url(iri) if stored and iri is not None else ""

    return {
        "pieces": partial(_shown, prefixes=names.prefixes, stored=stored),
        "short": names.short,
        "page_of": page_of,
        "draw": partial(draw_cycle, link=page_of),
        "nodes_of": _nodes_of,
    }


def _shown(
    text: str, nodes: Sequence[str], prefixes: Mapping[str, str], *, stored: bool
) -> Iterator[Piece]:
    """The pieces of a text, times in them kept in one line."""
    for words, href, iri in linked(text, nodes, prefixes, stored=stored):
        yield words if iri else Markup(_TIME.sub(_WHOLE, str(escape(words)))), href, iri  # noqa: S704  # escaped


def _nodes_of(violation: Mapping[str, Any]) -> list[str]:
    """All resources that a violation is about."""
    found = dict.fromkeys(node for statement in violation["statements"] for node in statement["nodes"])
    return list(found)


def _expanded(name: str, prefixes: Mapping[str, str]) -> str:
    if name.startswith("<"):
        return name[1:-1]
    prefix, colon, local = name.partition(":")
    if not colon:
        prefix, local = "", name
    space = prefixes.get(prefix)
    return "" if space is None else space + _ESCAPE.sub(r"\1", local)


def _text_of(document: Path | None) -> str:
    """The text of a document, as far as it is read for showing it; nothing where it is no text."""
    if document is None:
        return ""
    with document.open("rb") as stream:
        data = stream.read(_READ)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


@cache
def _texts() -> dict[str, str]:
    folder = resources.files("whence.web") / "examples"
    return {key: folder.joinpath(f"{key}.provn").read_text(encoding="utf-8") for key, _ in _EXAMPLES}


def _example(key: str) -> str:
    return _texts().get(key, "")


def _again(asked: Asked, **more: str) -> str:
    """The address of the report on what is stored, another way."""
    what = {"bundle": asked.bundle} if asked.bundle is not None else {"store": "on"}
    switches = {name: "on" for name, on in (("union", asked.union), ("time", asked.times)) if on}
    return f"/validate?{urlencode(what | switches | more)}"

"""Finds the lines where an RDF text speaks of resources, after it was read; and puts them in reports."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import IO, Final, TypeAlias
from urllib.parse import urljoin

from pyoxigraph import BlankNode, NamedNode

from whence.formats.provn_tokens import unescape_local
from whence.formats.registry import Format
from whence.validation.report import Evidence, Precedence, TimeFinding, ValidationReport, Violation

__all__ = ["lines", "placed"]

Lines: TypeAlias = dict[NamedNode, int]
_Mentions: TypeAlias = Iterator[tuple[str, int]]

# Where a statement of Turtle may begin: at the start of a line, or behind the end of another.
_SUBJECT: Final = re.compile(
    r"(?:\A|(?<=[.{}])\s)\s*(<[^<>\s]*>|[\w.-]*:(?:\\.|[^\s;,\[\]()<>\"'\\])*)(?=\s|\Z)"
)
_COMMENT: Final = re.compile(r"(?:\A|\s)#.*")
_BASE: Final = re.compile(r"\s*@?base\s+<([^<>\s]*)>", re.IGNORECASE)
_DIRECTIVE: Final = re.compile(r"\s*(?:prefix|base)\s", re.IGNORECASE)
_ABOUT: Final = re.compile(r"""[\s:](about|ID|base)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ID: Final = re.compile(r'"@id"\s*:\s*("(?:[^"\\]|\\.)*")\s*(,)?')


def lines(
    stream: IO[bytes], format: Format, nodes: Iterable[NamedNode], prefixes: Mapping[str, str]
) -> Lines:
    """The lines, from 1, where resources are first described in an RDF text.

    It goes by how texts are usually laid out and reads the text once, a line at a time: a resource
    whose description starts within another's, or that is spelled in an unusual way, is left out.
    """
    wanted = {node.value: node for node in nodes}
    found: Lines = {}
    if not wanted:
        return found
    read = _READERS.get(format.name, _turtle)
    for iri, line in read((line.decode("utf-8", "replace") for line in stream), prefixes):
        node = wanted.get(iri)
        if node is not None and node not in found:
            found[node] = line
            if len(found) == len(wanted):
                break
    return found


def placed(report: ValidationReport, stream: IO[bytes], format: Format) -> ValidationReport:
    """The report with the lines of an RDF text where it has none: ``stream`` is the text once more.

    A statement is placed where its id is described, or else the first resource it names.
    """
    found: tuple[Violation | TimeFinding, ...] = (*report.violations, *report.times)
    nodes = {node: None for each in found for evidence in _evidence(each) for node in evidence.nodes}
    for malformed in report.malformed:
        nodes.update((node, None) for node in malformed.nodes if isinstance(node, NamedNode))
    at = _Placing(lines(stream, format, nodes, report.prefixes))
    return replace(
        report,
        violations=tuple(
            replace(
                each,
                evidence=at.statements(each.evidence),
                equations=tuple(
                    replace(one, evidence=at.statements(one.evidence)) for one in each.equations
                ),
                cycle=at.steps(each.cycle),
            )
            for each in report.violations
        ),
        times=tuple(
            replace(each, evidence=at.statements(each.evidence), reason=at.steps(each.reason))
            for each in report.times
        ),
        malformed=tuple(
            replace(each, line=each.line or at.line(reversed(each.nodes))) for each in report.malformed
        ),
    )


class _Placing:
    """Puts lines that are known into parts of a report."""

    def __init__(self, known: Lines) -> None:
        self._known = known

    def line(self, nodes: Iterable[NamedNode | BlankNode]) -> int | None:
        """The line of the first resource that has one."""
        known = (self._known.get(node) for node in nodes if isinstance(node, NamedNode))
        return next((line for line in known if line is not None), None)

    def statements(self, evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
        """Statements with their lines; those that are inferred have none."""
        return tuple(
            replace(
                each,
                line=self.line(each.nodes) if each.line is None and each.rule is None else each.line,
                premises=self.statements(each.premises),
            )
            for each in evidence
        )

    def steps(self, steps: Iterable[Precedence]) -> tuple[Precedence, ...]:
        """Steps of a chain of events, whose statements have their lines."""
        return tuple(replace(step, evidence=self.statements(step.evidence)) for step in steps)


def _evidence(found: Violation | TimeFinding) -> Iterator[Evidence]:
    """All statements of what was found, and what they follow from."""
    waiting = [*found.evidence]
    steps = found.cycle if isinstance(found, Violation) else found.reason
    for step in steps:
        waiting += step.evidence
    for equation in found.equations if isinstance(found, Violation) else ():
        waiting += equation.evidence
    while waiting:
        evidence = waiting.pop()
        waiting += evidence.premises
        yield evidence


def _turtle(text: Iterable[str], prefixes: Mapping[str, str]) -> _Mentions:
    """Subjects of Turtle, TriG, N-Triples and N-Quads."""
    base, fresh = "", True
    for number, line in enumerate(text, 1):
        code = _COMMENT.sub("", line.rstrip()) if "#" in line else line.rstrip()
        if not code:
            continue
        declared = _BASE.match(code)
        if declared:
            base = declared[1]
        for match in _SUBJECT.finditer(code):
            if fresh or match.start():
                yield _iri(match[1], base, prefixes), number
        fresh = code[-1] in ".{}" or _DIRECTIVE.match(code) is not None


def _iri(name: str, base: str, prefixes: Mapping[str, str]) -> str:
    if name.startswith("<"):
        return urljoin(base, name[1:-1]) if base else name[1:-1]
    prefix, _, local = name.partition(":")
    return prefixes.get(prefix, f"{prefix}:") + unescape_local(local)


def _rdfxml(text: Iterable[str], prefixes: Mapping[str, str]) -> _Mentions:  # noqa: ARG001  # has whole IRIs
    base = ""
    for number, line in enumerate(text, 1):
        for match in _ABOUT.finditer(line):
            name = html.unescape(match[2] if match[2] is not None else match[3])
            if match[1] == "base":
                base = name
            else:
                name = f"#{name}" if match[1] == "ID" else name
                yield (urljoin(base, name) if base else name), number


def _jsonld(text: Iterable[str], prefixes: Mapping[str, str]) -> _Mentions:
    for number, line in enumerate(text, 1):
        for match in _ID.finditer(line):
            # A mere reference is an object with nothing but its @id.
            if match[2]:
                name = json.loads(match[1], strict=False)
                prefix, colon, local = name.partition(":")
                yield (prefixes[prefix] + local if colon and prefix in prefixes else name), number


_READERS: Final[Mapping[str, Callable[[Iterable[str], Mapping[str, str]], _Mentions]]] = {
    "rdfxml": _rdfxml,
    "jsonld": _jsonld,
}

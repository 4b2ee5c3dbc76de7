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
from whence.validation.assertion import Malformed
from whence.validation.report import Evidence, Precedence, TimeFinding, ValidationReport, Violation, ordered
from whence.validation.triple_places import Block, Named, line_of_statement, line_of_term, predicates

__all__ = ["lines", "placed"]

_LONGEST: Final = 500
"""Lines of what is said of one resource that are looked through."""

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

    In the Turtle family a statement is where its predicate and object stand within what is said of its
    subject. Else it is where its id is described, or the first resource it names, and marked so.
    """
    found: tuple[Violation | TimeFinding, ...] = (*report.violations, *report.times)
    nodes = {node: None for each in found for evidence in _evidence(each) for node in evidence.nodes}
    for malformed in report.malformed:
        nodes.update((node, None) for node in malformed.nodes if isinstance(node, NamedNode))
    if format.name in _READERS:
        at = _Placing(lines(stream, format, nodes, report.prefixes), {}, str)
    else:
        blocks, base = _blocks(stream, nodes, report.prefixes)
        first = {node: block[0][0] for node, block in blocks.items()}
        at = _Placing(first, blocks, lambda name: _iri(name, base, report.prefixes))
    return replace(
        report,
        violations=ordered(
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
        malformed=tuple(map(at.fault, report.malformed)),
    )


class _Placing:
    """Puts lines that are known into parts of a report."""

    def __init__(self, known: Lines, blocks: Mapping[NamedNode, Block], named: Named) -> None:
        self._known, self._blocks, self._named = known, blocks, named
        self._placed: dict[int, tuple[Evidence, Evidence]] = {}

    def fault(self, fault: Malformed) -> Malformed:
        """Something malformed with the line of the term it is about, or of a resource."""
        if fault.line is not None:
            return fault
        if fault.term is not None:
            for node in fault.nodes:
                block = self._blocks.get(node, ()) if isinstance(node, NamedNode) else ()
                line = line_of_term(block, fault.term, self._named)
                if line is not None:
                    return replace(fault, line=line)
        line = self._line(reversed(fault.nodes))
        return replace(fault, line=line, of_subject=line is not None)

    def statements(self, evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
        """Statements with their lines; those that are inferred have none."""
        return tuple(map(self._statement, evidence))

    def steps(self, steps: Iterable[Precedence]) -> tuple[Precedence, ...]:
        """Steps of a chain of events, whose statements have their lines."""
        return tuple(replace(step, evidence=self.statements(step.evidence)) for step in steps)

    def _statement(self, evidence: Evidence) -> Evidence:
        # By identity: reports repeat evidence, and comparing it would go through all premises.
        known = self._placed.get(id(evidence))
        if known is None:
            line, of_subject = evidence.line, evidence.of_subject
            if line is None and evidence.rule is None:
                line, of_subject = self._place(evidence)
            premises = self.statements(evidence.premises)
            there = replace(evidence, line=line, of_subject=of_subject, premises=premises)
            known = self._placed[id(evidence)] = (evidence, there)
        return known[1]

    def _place(self, evidence: Evidence) -> tuple[int | None, bool]:
        """The line of an asserted statement, and whether it is only its subject's."""
        kind, _, rest = evidence.text.partition("(")
        said, nodes = predicates(kind), evidence.nodes
        instead: int | None = None
        for node in nodes:
            others = [other for other in nodes if other != node] or nodes
            line, exact = line_of_statement(self._blocks.get(node, ()), said, others, self._named)
            if exact:
                return line, False
            instead = instead or line
        if instead is not None:
            return instead, False
        line = self._line(nodes)
        # A node that has the statement's id is about nothing else.
        identified = ";" in rest.partition(",")[0] and bool(nodes) and nodes[0] in self._known
        return line, line is not None and not identified

    def _line(self, nodes: Iterable[NamedNode | BlankNode]) -> int | None:
        known = (self._known.get(node) for node in nodes if isinstance(node, NamedNode))
        return next((line for line in known if line is not None), None)


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
    for name, base, number, _ in _said(text):
        if name:
            yield _iri(name, base, prefixes), number


def _blocks(
    stream: IO[bytes], nodes: Iterable[NamedNode], prefixes: Mapping[str, str]
) -> tuple[dict[NamedNode, list[tuple[int, str]]], str]:
    """What a text of the Turtle family says of resources, by lines; and its last base."""
    wanted = {node.value: node for node in nodes}
    found: dict[NamedNode, list[tuple[int, str]]] = {}
    current: list[tuple[int, str]] | None = None
    base = ""
    for name, base, number, words in _said(line.decode("utf-8", "replace") for line in stream):
        if name:
            node = wanted.get(_iri(name, base, prefixes))
            current = None if node is None else found.setdefault(node, [])
        if current is not None and len(current) < _LONGEST:
            current.append((number, words))
    return found, base


def _said(text: Iterable[str]) -> Iterator[tuple[str, str, int, str]]:
    """The parts of each line by subject: its name where it begins here, the base, the line, the words."""
    base, fresh = "", True
    for number, line in enumerate(text, 1):
        code = _COMMENT.sub("", line.rstrip()) if "#" in line else line.rstrip()
        if not code:
            continue
        declared = _BASE.match(code)
        if declared:
            base = declared[1]
        start, name = 0, ""
        for match in _SUBJECT.finditer(code):
            if fresh or match.start():
                if name or match.start():
                    yield name, base, number, code[start : match.start()]
                start, name = match.end(), match[1]
        yield name, base, number, code[start:]
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

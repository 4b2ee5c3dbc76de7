"""Explanations for people: a tree as text, and the same tree as a drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from whence.ontology.namespaces import RDF_TYPE, XSD
from whence.reasoning.explanation import Derivation, Explanation, Reason
from whence.reasoning.rules import Atom, Rule, Var
from whence.store.backend import Graph

__all__ = ["svg", "text"]

_MOST_ROWS: Final = 400
_MOST_BOXES: Final = 120
_MOST_LEVELS: Final = 80
_LONGEST: Final = 60
_LONGEST_NOTE: Final = 44
_LAST_INFERENCE: Final = 21
_LOCAL: Final = re.compile(r"\w[\w.-]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PLAIN: Final = frozenset({XSD.integer, XSD.decimal, XSD.boolean})


@dataclass(slots=True)
class _Row:
    """A statement or the application of a rule, with what stands below it."""

    level: int
    words: str
    note: str = ""
    link: str = ""
    short: tuple[str, str] | None = None
    """A rule in two lines for a drawing; statements have none."""
    below: list[_Row] = field(default_factory=list)

    @property
    def lines(self) -> tuple[str, str]:
        """What a drawing has room for."""
        first, second = self.short or (self.words, self.note)
        return _clipped(first), _clipped(second, _LONGEST_NOTE)

    @property
    def width(self) -> float:
        """The width of its box."""
        first, second = self.lines
        return max(len(first) * _LETTER, len(second) * _SMALL_LETTER) + 20


def text(explanation: Explanation) -> str:
    """A tree: each statement, the rule it follows by, and below that rule its premises."""
    root, whole = _tree(explanation, _MOST_ROWS)
    lines = [_line(root), explanation.summary] if not root.below else [_line(root)]
    waiting = [(row, "", row is root.below[-1]) for row in reversed(root.below)]
    while waiting:
        row, indent, is_last = waiting.pop()
        lines.append(f"{indent}{'└─ ' if is_last else '├─ '}{_line(row)}")
        indent += "   " if is_last else "│  "
        waiting += [(child, indent, child is row.below[-1]) for child in reversed(row.below)]
    if root.below:
        lines += ["", explanation.summary]
    if not whole:
        lines.append(f"Only {_MOST_ROWS} lines of it are shown; as JSON it is whole.")
    return "\n".join(lines)


def _line(row: _Row) -> str:
    note = f"  [{row.note}]" if row.note else ""
    return f"{row.words}{note}" + (f"  {row.link}" if row.link else "")


def _tree(explanation: Explanation, most: int) -> tuple[_Row, bool]:
    """The reasons unrolled from the first, at most ``most`` rows; whether that is all."""
    names = _Names(explanation.prefixes)
    root = _statement(explanation.reasons[0], names, 0)
    waiting, shown, number = [(root, 0)], {0}, 1
    while waiting:
        row, place = waiting.pop()
        below: list[tuple[_Row, int]] = []
        for derivation in explanation.reasons[place].derivations:
            premises, times = _gathered(explanation, derivation)
            number += 1 + len(premises)
            if number > most or row.level > _MOST_LEVELS:
                row.note = "not all is shown"
                return root, False
            way = _application(derivation.rule, times, names, row.level + 1)
            row.below.append(way)
            for premise in premises:
                reason = explanation.reasons[premise]
                way.below.append(child := _statement(reason, names, row.level + 2))
                if premise in shown and reason.derivations:
                    child.note = "see above"
                elif reason.derivations:
                    shown.add(premise)
                    below.append((child, premise))
        waiting += reversed(below)
    return root, True


def _gathered(explanation: Explanation, derivation: Derivation) -> tuple[tuple[int, ...], int]:
    """The premises of a walk by one transitive rule, put side by side, and how often it was applied."""
    premises, times = derivation.premises, 1
    while derivation.rule.transitive:
        first = explanation.reasons[premises[0]].derivations
        if len(first) != 1 or first[0].rule != derivation.rule:
            break
        premises, times = first[0].premises + premises[1:], times + 1
    return premises, times


def _statement(reason: Reason, names: _Names, level: int) -> _Row:
    places = [names.graph(graph) for graph in reason.bundles]
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return _Row(level, names.triple(reason.statement), f"in {places[0]}{more}" if places else "")


def _application(rule: Rule, times: int, names: _Names, level: int) -> _Row:
    title, name = _title(rule), rule.name + (f", {times} times" if times > 1 else "")
    # The number of an inference says enough; of OWL's table, the axiom says more than the row.
    note = "" if rule.number.isdecimal() else names.rule(rule)
    link = rule.spec if rule.spec.startswith(("http://", "https://")) else ""
    return _Row(level, f"by {title}, {name}", note, _CONTROL.sub("�", link), (title, name))


def _title(rule: Rule) -> str:
    if not rule.number.isdecimal():
        return f"rule {rule.number}"
    return f"{'inference' if int(rule.number) <= _LAST_INFERENCE else 'constraint'} {rule.number}"


class _Names:
    """Terms as people write them, on one line and of bearable length."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = sorted(prefixes.items(), key=lambda pair: -len(pair[1]))

    def triple(self, triple: Triple) -> str:
        return " ".join((self.term(triple.subject), self.verb(triple.predicate), self.term(triple.object)))

    def rule(self, rule: Rule) -> str:
        body = " and ".join(map(self._atom, rule.body))
        head = " and ".join(map(self._atom, rule.head))
        return f"if {body} then {head}" if body else head

    def graph(self, graph: Graph) -> str:
        return "the unnamed graph" if isinstance(graph, DefaultGraph) else self.term(graph)

    def verb(self, predicate: NamedNode) -> str:
        return "a" if predicate == RDF_TYPE else self.term(predicate)

    def term(self, term: object) -> str:
        if isinstance(term, Var):
            return f"?{term.name}"
        if isinstance(term, NamedNode):
            return self._iri(term.value)
        return _CONTROL.sub("�", self._literal(term) if isinstance(term, Literal) else str(term))

    def _atom(self, atom: Atom) -> str:
        return f"{self.term(atom.subject)} {self.verb(atom.predicate)} {self.term(atom.object)}"

    def _iri(self, iri: str) -> str:
        for prefix, namespace in self._prefixes:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

    def _literal(self, literal: Literal) -> str:
        if literal.datatype in _PLAIN:
            return literal.value
        quoted = f'"{_clipped(literal.value)}"'
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if literal.datatype == XSD.string else f"{quoted}^^{self.term(literal.datatype)}"


def _clipped(words: str, most: int = _LONGEST) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


_ROW_HEIGHT: Final = 52
_BOX_HEIGHT: Final = 38
_BETWEEN: Final = 34
_LETTER: Final = 6.7
_SMALL_LETTER: Final = 5.8


def svg(explanation: Explanation) -> str:
    """A drawing: the statement on the left, what it follows from on the right of it."""
    root, whole = _tree(explanation, _MOST_BOXES)
    rows = list(_walk(root))
    widths: dict[int, float] = {}
    for row in rows:
        widths[row.level] = max(widths.get(row.level, 0.0), row.width)
    left, starts = 1.0, {}
    for level in sorted(widths):
        starts[level] = left
        left += widths[level] + _BETWEEN
    heights = _heights(rows)
    parts = [_edge(row, child, starts, heights) for row in rows for child in row.below]
    parts += [_box(row, starts[row.level], heights[id(row)]) for row in rows]
    width = left - _BETWEEN + 1
    height = max(heights.values()) + _BOX_HEIGHT / 2 + 1
    if not whole:
        height += 20
        parts.append(f'<text x="1" y="{height - 6:.0f}" fill="#777">Not all of it is drawn.</text>')
    label = quoteattr(f"Why {root.words}: {explanation.summary}")
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={label} '
        f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _walk(root: _Row) -> Iterator[_Row]:
    waiting = [root]
    while waiting:
        yield (row := waiting.pop())
        waiting += reversed(row.below)


def _heights(rows: list[_Row]) -> dict[int, float]:
    """The middle of each row: leaves from top to bottom, others in the middle of what is below them."""
    heights: dict[int, float] = {}
    leaves = [row for row in rows if not row.below]
    for number, row in enumerate(leaves):
        heights[id(row)] = number * _ROW_HEIGHT + _BOX_HEIGHT / 2 + 1
    for row in reversed(rows):
        if row.below:
            heights[id(row)] = (heights[id(row.below[0])] + heights[id(row.below[-1])]) / 2
    return heights


def _edge(row: _Row, child: _Row, starts: Mapping[int, float], heights: Mapping[int, float]) -> str:
    x, y = starts[row.level] + row.width, heights[id(row)]
    far, there = starts[child.level], heights[id(child)]
    middle = (x + far) / 2
    return (
        f'<path d="M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {there:.1f} {far:.1f} {there:.1f}" '
        'fill="none" stroke="#888"/>'
    )


def _box(row: _Row, x: float, middle: float) -> str:
    fill, stroke, round_ = ("#ffffff", "#8a8a8a", 5.0)
    if row.short:
        fill, stroke, round_ = ("#eef3ff", "#7d95c9", _BOX_HEIGHT / 2)
    elif row.note.startswith("in "):
        fill, stroke = ("#eefaf0", "#6ba37a")
    first, second = row.lines
    words = _words(first, x, middle + (-3 if second else 4), 'fill="#1c1c1c"')
    if second:
        words += _words(second, x, middle + 11, 'fill="#555" font-size="9.5"')
    box = (
        f"<g><title>{escape(_line(row))}</title>"
        f'<rect x="{x:.1f}" y="{middle - _BOX_HEIGHT / 2:.1f}" width="{row.width:.1f}" '
        f'height="{_BOX_HEIGHT}" rx="{round_}" fill="{fill}" stroke="{stroke}"/>{words}</g>'
    )
    return f"<a href={quoteattr(row.link)}>{box}</a>" if row.link else box


def _words(words: str, x: float, y: float, style: str) -> str:
    return f'<text x="{x + 10:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'

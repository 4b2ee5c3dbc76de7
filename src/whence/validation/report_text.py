"""A validation report as text, for people at a terminal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from pyoxigraph import BlankNode, NamedNode

from whence.validation.assertion import Malformed
from whence.validation.evidence import Statements
from whence.validation.report import (
    Evidence,
    Precedence,
    TimeFinding,
    ValidationReport,
    Violation,
    turned,
)
from whence.validation.specification import Rule
from whence.validation.wording import Names

__all__ = ["label", "one_line", "relation", "text"]

_STEPS: Final = 12
"""Steps of a cycle or of a chain of equations that are shown; the middle of longer ones is left out."""
_STATEMENTS: Final = 40
_FEW: Final = 10
_SUBJECT: Final = "subject "
_SIMULTANEOUS: Final = frozenset({"31", "32", "39", "40"})
_RANDOM: Final = re.compile(r"[0-9a-f]{20,}")
_Step = TypeVar("_Step")


def label(rule: Rule) -> str:
    """What a rule is called in a sentence: ``Constraint 42``, ``Inference 11``, ``Versioned-PROV V3``."""
    if rule.id.isdigit():
        return f"{rule.kind.capitalize()} {rule.id}"
    if rule.id.startswith("dictionary-"):
        return f"PROV-DICTIONARY {rule.id.removeprefix('dictionary-')}"
    if re.fullmatch(r"V\d+", rule.id):
        return f"Versioned-PROV {rule.id}"
    return f"{rule.kind.capitalize()} {rule.id}"


def one_line(report: ValidationReport) -> str:
    """The outcome and what was looked at, in one line that begins with the source."""
    source = f"{report.source}: " if report.source else ""
    looked_at = _count(report.statements, "statement")
    if not report.statements and report.valid:
        looked_at = "no provenance found in it"
    if report.bundles > 1:
        looked_at += f" in {_count(report.bundles, 'bundle')}, each by itself"
    faults = []
    if report.malformed:
        faults.append(f"{_count(len(report.malformed), 'place')} to correct")
    if report.found:
        faults.append(_count(report.found, "violation"))
    times = f"; {_count(len(report.times), 'finding')} about times" if report.times else ""
    return f"{source}{report.outcome}: {', '.join(faults)}{'; ' if faults else ''}{looked_at}{times}"


def text(report: ValidationReport) -> str:
    """The whole report: what is wrong, where, why, and how to mend it. It ends with a line end.

    Statements of a violation are numbered; what follows by inference says from which ones. Long
    cycles and chains are shortened in their middle, with a count.
    """
    parts = [one_line(report)]
    parts += ["\n".join(_malformed(report, fault)) for fault in report.malformed]
    parts += ["\n".join(_violation(report, i, v)) for i, v in enumerate(report.violations, 1)]
    parts += ["\n".join(_time(report, finding)) for finding in report.times]
    parts += ["\n".join(summary)] if (summary := list(_summary(report))) else []
    return "\n\n".join(parts) + "\n"


def _malformed(report: ValidationReport, fault: Malformed) -> Iterator[str]:
    place = _place(report.source, fault.line, fault.column)
    yield f"Malformed: {fault.reason}"
    if place:
        yield f"   {_SUBJECT * fault.of_subject}at {place}"
    if fault.bundle is not None:
        yield f"   in bundle {_bundle(fault.bundle, report)}"
    if named := [_name(node, report) for node in fault.nodes if not _is_random(node)]:
        yield f"   about {', '.join(named)}"
    yield f"   Mend: {fault.mend}"
    if fault.link:
        yield f"   {fault.link}"


def _violation(report: ValidationReport, number: int, violation: Violation) -> Iterator[str]:
    cycle, cycle_gap = _shortened(turned(violation.cycle))
    equations, equations_gap = _shortened(violation.equations)
    shown = [item for equation in equations for item in equation.evidence]
    shown += [item for step in cycle for item in step.evidence]
    # The evidence of a long cycle is as long as the cycle itself.
    roots = shown if cycle_gap or equations_gap else (*violation.evidence, *shown)
    statements = Statements(roots, _STATEMENTS)
    rule = violation.rule
    yield f"{number}. {label(rule)}, {rule.name}: {rule.title}"
    yield f"   {violation.message}"
    if violation.bundle is not None:
        yield f"   In bundle {_bundle(violation.bundle, report)}."
    yield from _statements(report, violation.bundle, statements)
    if equations:
        yield "   These would have to be the same:"
        lines = [
            f"     {step.left} = {step.right}   {_by(step.rule, statements, step.evidence)}"
            for step in equations
        ]
        yield from _with_gap(lines, equations_gap, "equation")
    if cycle:
        yield "   The order goes in a circle:"
        yield from _chain(cycle, cycle_gap, statements)
    yield f"   Mend: {violation.mend or rule.mend}"
    yield f"   {rule.link}"


def _time(report: ValidationReport, finding: TimeFinding) -> Iterator[str]:
    reason, gap = _shortened(finding.reason)
    shown = [item for step in reason for item in step.evidence]
    statements = Statements((*finding.evidence[:_STATEMENTS], *shown), _STATEMENTS)
    yield f"Time: {finding.message}"
    if finding.bundle is not None:
        yield f"   In bundle {_bundle(finding.bundle, report)}."
    yield from _statements(report, finding.bundle, statements)
    if reason:
        yield "   The order is:"
        yield from _chain(reason, gap, statements)
    yield f"   Mend: {finding.mend}"


def _chain(steps: Sequence[Precedence], gap: int, statements: Statements) -> Iterator[str]:
    yield f"     {steps[0].before.text}"
    lines = [
        f"     {relation(step)} {step.after.text}   {_by(step.rule, statements, step.evidence)}"
        for step in steps
    ]
    yield from _with_gap(lines, gap, "step")


def _statements(
    report: ValidationReport, bundle: NamedNode | None, statements: Statements
) -> Iterator[str]:
    if not statements.list:
        return
    yield "   Statements:"
    for number, evidence in enumerate(statements.list, 1):
        notes = []
        if place := _place(report.source, evidence.line):
            notes.append(f"{f'{_SUBJECT}at ' * evidence.of_subject}{place}")
        if evidence.bundle is not None and evidence.bundle != bundle:
            notes.append(f"in bundle {_name(evidence.bundle, report)}")
        if evidence.rule is not None:
            origin = _numbers(statements, evidence.premises)
            notes.append(f"follows by {_lower(label(evidence.rule))}{f' from {origin}' if origin else ''}")
        yield f"     [{number}] {evidence.text}{'   ' if notes else ''}{', '.join(notes)}"
    if not statements.complete:
        yield "     ... and more"


def _summary(report: ValidationReport) -> Iterator[str]:
    counts = Counter(violation.rule for violation in report.violations)
    if counts and (counts.total() > max(len(counts), _FEW) or max(counts.values()) > 1 < len(counts)):
        yield "Violations by rule:"
        for rule, count in counts.most_common():
            yield f"  {count:>5,}  {label(rule)}, {rule.name}"
    hidden = report.found - len(report.violations)
    if hidden > 0:
        yield f"{_count(hidden, 'more violation')} not listed; mend these first, or raise the limit."


def _shortened(steps: Sequence[_Step]) -> tuple[Sequence[_Step], int]:
    """The steps to show, and how many are left out in their middle."""
    if len(steps) <= _STEPS:
        return steps, 0
    half = _STEPS // 2
    return (*steps[:half], *steps[-half:]), len(steps) - 2 * half


def _with_gap(lines: list[str], gap: int, noun: str) -> list[str]:
    if gap:
        lines.insert(len(lines) // 2, f"     ... {_count(gap, f'more {noun}')} ...")
    return lines


def relation(step: Precedence) -> str:
    """How the first event of a step stands to the second, in words: ``comes before``, for instance."""
    if step.rule.id in _SIMULTANEOUS:
        return "is at the same time as"
    return "comes before" if step.strict else "is not after"


def _by(rule: Rule, statements: Statements, evidence: Sequence[Evidence]) -> str:
    return f"({', '.join(filter(None, (_lower(label(rule)), _numbers(statements, evidence))))})"


def _numbers(statements: Statements, evidence: Sequence[Evidence]) -> str:
    return "".join(f"[{place + 1}]" for place in statements.places(evidence))


def _lower(name: str) -> str:
    return name if name.startswith(("PROV", "Versioned")) else name[0].lower() + name[1:]


def _place(source: str, line: int | None, column: int | None = None) -> str:
    if line is None:
        return ""
    if source:
        return f"{source}:{line}" if column is None else f"{source}:{line}:{column}"
    return f"line {line}" if column is None else f"line {line}, column {column}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _is_random(node: NamedNode | BlankNode) -> bool:
    """Whether a node's name is none the source gave it."""
    return isinstance(node, BlankNode) and _RANDOM.fullmatch(node.value) is not None


def _name(node: NamedNode | BlankNode, report: ValidationReport) -> str:
    if isinstance(node, BlankNode):
        return f"a blank node (_:{node.value})"
    return Names(report.prefixes)(node)


def _bundle(bundle: NamedNode, report: ValidationReport) -> str:
    source = report.files.get(bundle.value)
    return _name(bundle, report) + (f", loaded from {source}" if source else "")

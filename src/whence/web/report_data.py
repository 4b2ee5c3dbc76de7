"""A validation report as a page shows it: its JSON, with long cycles and many statements shortened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from whence.validation.report import Evidence, ValidationReport, Violation, turned
from whence.validation.report_json import to_json
from whence.validation.report_text import label, relation

__all__ = ["page_data"]

_STEPS: Final = 12
_STATEMENTS: Final = 40
_MALFORMED: Final = 100
_TIMES: Final = 50
_REASON: Final = 20
_T = TypeVar("_T")


def page_data(report: ValidationReport) -> dict[str, Any]:
    """What :func:`~whence.validation.report_json.to_json` gives, made to fit a page.

    Violations, steps and equations have a ``label`` besides, steps a ``relation`` in words, violations
    what their bundle was loaded from as ``file``; ``cycle_gap`` and ``equations_gap`` count what is left
    out in the middle, ``more_statements`` what is left out of the list. Cycles end with a strict step.
    ``more_malformed`` and ``more_times`` count what is left out of these lists, ``more_steps`` what is
    left out of a reason.
    """
    shortened = [_shortened(violation) for violation in report.violations]
    kept = replace(
        report,
        violations=tuple(one for one, _, _ in shortened),
        malformed=report.malformed[:_MALFORMED],
        times=tuple(replace(one, reason=one.reason[:_REASON]) for one in report.times[:_TIMES]),
    )
    data = to_json(kept)
    data["more_malformed"] = len(report.malformed) - len(kept.malformed)
    data["more_times"] = len(report.times) - len(kept.times)
    for told, finding in zip(data["times"], report.times, strict=False):
        told["more_steps"] = max(len(finding.reason) - _REASON, 0)
        for step, said in zip(finding.reason, told["reason"], strict=False):
            said["relation"] = relation(step)
    for told, (violation, cycle_gap, equations_gap) in zip(data["violations"], shortened, strict=True):
        told["label"] = label(violation.rule)
        told["file"] = data["files"].get(told["bundle"])
        told |= {"cycle_gap": cycle_gap, "equations_gap": equations_gap}
        for step, said in zip(violation.cycle, told["cycle"], strict=True):
            said |= {"label": label(step.rule), "relation": relation(step)}
        for equation, said in zip(violation.equations, told["equations"], strict=True):
            said["label"] = label(equation.rule)
        _cut(told)
    return data


def _shortened(violation: Violation) -> tuple[Violation, int, int]:
    """The violation without the middle of long chains, and how much of cycle and equations that is."""
    cycle = turned(violation.cycle)
    steps, equations = _ends(cycle), _ends(violation.equations)
    gaps = len(cycle) - len(steps), len(violation.equations) - len(equations)
    # The evidence of a long chain is as long as the chain itself.
    evidence = _of(steps, equations) if any(gaps) else violation.evidence
    return replace(violation, cycle=steps, equations=equations, evidence=evidence), *gaps


def _of(*chains: Iterable[Any]) -> tuple[Evidence, ...]:
    return tuple(evidence for chain in chains for step in chain for evidence in step.evidence)


def _ends(steps: tuple[_T, ...]) -> tuple[_T, ...]:
    half = _STEPS // 2
    return steps if len(steps) <= _STEPS else steps[:half] + steps[-half:]


def _cut(told: dict[str, Any]) -> None:
    """Keep those statements that are nearest to what is wrong, and number them anew."""
    statements: Sequence[dict[str, Any]] = told["statements"]
    parts = [told, *told["equations"], *told["cycle"]]
    waiting = list(dict.fromkeys(place for part in parts for place in part["evidence"]))
    for place in waiting:
        if len(waiting) >= _STATEMENTS:
            break
        waiting += [premise for premise in statements[place]["premises"] if premise not in waiting]
    places = {place: number for number, place in enumerate(sorted(waiting[:_STATEMENTS]))}
    told["statements"] = [statements[place] for place in places]
    told["more_statements"] = len(statements) - len(places)
    for part in parts:
        part["evidence"] = [places[place] for place in part["evidence"] if place in places]
    for statement in told["statements"]:
        statement["premises"] = [places[place] for place in statement["premises"] if place in places]

"""A validation report as JSON, for programs; its members are a promise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pyoxigraph import BlankNode, NamedNode

from whence.validation.assertion import Malformed
from whence.validation.evidence import Statements, evidence_of
from whence.validation.report import (
    Equation,
    Event,
    Evidence,
    Precedence,
    TimeFinding,
    ValidationReport,
    Violation,
)
from whence.validation.specification import Rule

__all__ = ["to_json"]


def to_json(report: ValidationReport) -> dict[str, Any]:
    """The report as values that :mod:`json` writes.

    Members: ``source``, ``outcome`` (``valid``, ``invalid``, ``malformed``), ``valid``,
    ``statements`` and ``bundles`` (numbers looked at), ``found`` (violations, listed or not),
    ``violations``, ``malformed``, ``times``, ``prefixes``, and
    ``files`` (what bundles of a store were loaded from).

    A violation has ``rule``, ``bundle``, ``message``, ``mend``, ``statements``, ``evidence``,
    ``equations`` and ``cycle``. ``statements`` lists each statement involved once, and ``evidence``
    (also in equations, in steps of the cycle, and as ``premises`` of statements that follow by a
    ``rule``) names them by their places in it, from 0. What is not known is ``null``. Findings about
    ``times`` have ``kind``, ``bundle``, ``message``, ``mend``, ``statements``, ``evidence`` and ``reason``,
    which is made like a cycle.
    """
    return {
        "source": report.source,
        "outcome": report.outcome,
        "valid": report.valid,
        "statements": report.statements,
        "bundles": report.bundles,
        "found": report.found,
        "violations": [_violation(violation) for violation in report.violations],
        "malformed": [_malformed(fault) for fault in report.malformed],
        "times": [_time(finding) for finding in report.times],
        "prefixes": dict(report.prefixes),
        "files": dict(report.files),
    }


def _violation(violation: Violation) -> dict[str, Any]:
    statements = Statements(evidence_of(violation))
    return {
        "rule": _rule(violation.rule),
        "bundle": _iri(violation.bundle),
        "message": violation.message,
        "mend": violation.mend or violation.rule.mend,
        "statements": [_statement(evidence, statements) for evidence in statements.list],
        "evidence": statements.places(violation.evidence),
        "equations": [_equation(equation, statements) for equation in violation.equations],
        "cycle": [_step(step, statements) for step in violation.cycle],
    }


def _time(finding: TimeFinding) -> dict[str, Any]:
    statements = Statements(evidence_of(finding))
    return {
        "kind": finding.kind,
        "bundle": _iri(finding.bundle),
        "message": finding.message,
        "mend": finding.mend,
        "statements": [_statement(evidence, statements) for evidence in statements.list],
        "evidence": statements.places(finding.evidence),
        "reason": [_step(step, statements) for step in finding.reason],
    }


@lru_cache(maxsize=256)
def _rule(rule: Rule) -> Mapping[str, str]:
    # Long cycles name the same few rules over and over.
    return {"id": rule.id, "kind": rule.kind, "name": rule.name, "title": rule.title, "link": rule.link}


def _statement(evidence: Evidence, statements: Statements) -> dict[str, Any]:
    return {
        "text": evidence.text,
        "nodes": [node.value for node in evidence.nodes],
        "bundle": _iri(evidence.bundle),
        "line": evidence.line,
        "of_subject": evidence.of_subject,
        "rule": None if evidence.rule is None else _rule(evidence.rule),
        "premises": statements.places(evidence.premises),
    }


def _equation(equation: Equation, statements: Statements) -> dict[str, Any]:
    return {
        "left": equation.left,
        "right": equation.right,
        "rule": _rule(equation.rule),
        "evidence": statements.places(equation.evidence),
    }


def _step(step: Precedence, statements: Statements) -> dict[str, Any]:
    return {
        "before": _event(step.before),
        "after": _event(step.after),
        "strict": step.strict,
        "rule": _rule(step.rule),
        "evidence": statements.places(step.evidence),
    }


def _event(event: Event) -> dict[str, Any]:
    return {"kind": event.kind, "text": event.text, "of": _iri(event.of), "id": _iri(event.id)}


def _malformed(fault: Malformed) -> dict[str, Any]:
    return {
        "reason": fault.reason,
        "mend": fault.mend,
        "nodes": [f"_:{node.value}" if isinstance(node, BlankNode) else node.value for node in fault.nodes],
        "bundle": _iri(fault.bundle),
        "line": fault.line,
        "of_subject": fault.of_subject,
        "column": fault.column,
        "link": fault.link or None,
    }


def _iri(node: NamedNode | None) -> str | None:
    return None if node is None else node.value

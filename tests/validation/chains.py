"""Chains and cycles of events in one line, for tests."""

from __future__ import annotations

from collections.abc import Sequence

from whence.validation.report import Precedence


def line(chain: Sequence[Precedence]) -> str:
    """``<`` stands before what comes strictly later, ``≤`` before what does not come earlier.

    ``=`` stands before what is simultaneous; the constraint behind each is in parentheses.
    """
    return " ".join((chain[0].before.text, *map(_step, chain)))


def _step(step: Precedence) -> str:
    sign = "=" if step.rule.id in ("31", "32", "39", "40") else "<" if step.strict else "≤"
    return f"{sign} {step.after.text} ({step.rule.id})"

"""Every failure as one line for people, a hint where one helps, and an exit status."""

from __future__ import annotations

from typing import Final

import click

from whence import errors

__all__ = ["FAILED", "INTERRUPTED", "NEGATIVE", "PIPE_CLOSED", "USAGE", "Refused", "explain"]

FAILED: Final = 1
"""Bad input, or the store refused."""
USAGE: Final = 2
"""The command line itself is wrong."""
NEGATIVE: Final = 3
"""``query --exit-status``: the answer to ASK is no; ``explain``: the statement does not hold;
``validate``: a rule is broken."""
INTERRUPTED: Final = 130
"""Ctrl-C."""
PIPE_CLOSED: Final = 141
"""The reader of the output went away."""


class Refused(click.ClickException):
    """The command cannot go on; ``hint`` says what would help."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


_HINTS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (errors.QueryTimeout, "give it longer with --timeout SECONDS, or ask for less with LIMIT"),
    (errors.QueryTooLarge, "ask for less with LIMIT"),
    (errors.StoreDamaged, "name the store with --store PATH or WHENCE_STORE"),
)


def _hint(error: BaseException) -> str:
    if isinstance(error, Refused):
        return error.hint
    if isinstance(error, errors.RemoteError) and error.status == 401:
        return "give the server's token with --token or WHENCE_TOKEN"
    return next((hint for kind, hint in _HINTS if isinstance(error, kind)), "")


def explain(error: Exception) -> str:
    """The text to print for an error: one line, and a second one with the hint if there is one.

    A syntax error is written ``file:line:column: what``, which editors can follow.
    """
    if isinstance(error, errors.SourceSyntaxError) and error.source:
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        message = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    else:
        message = error.message if isinstance(error, click.ClickException) else str(error)
    lines = [f"whence: {' '.join(message.split()) or type(error).__name__}"]
    if hint := _hint(error):
        lines.append(f"hint: {hint}")
    return "\n".join(lines)

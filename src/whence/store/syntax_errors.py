"""The engine's words for a fault in SPARQL text, turned into Whence's error with its position."""

from __future__ import annotations

import re

from whence.errors import QuerySyntaxError

__all__ = ["from_engine"]

_POSITION = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): (?P<reason>.*)", re.DOTALL)
_CLASS = r"(?<!\")\[(?:[^\]\"]|'[^']*')*\]"
_TERMINALS = re.compile(rf",? ?{_CLASS}(?: ?\| ?{_CLASS})*")
_MOST_EXPECTED = 400


def from_engine(error: SyntaxError) -> QuerySyntaxError:
    """A :class:`QuerySyntaxError` with line and column, its list of expected tokens kept readable."""
    text = str(error)
    match = _POSITION.search(text)
    if match is None:
        return QuerySyntaxError(text)
    if "Prefix not found" in match["reason"]:
        reason = "a prefix is used here that no PREFIX line declares"
        return QuerySyntaxError(reason, line=int(match["line"]), column=int(match["column"]))
    # Character classes of the grammar say nothing to a person, but for this one.
    text = match["reason"].replace("['0'..='9']", "a digit")
    reason = _TERMINALS.sub("", re.sub(r"\n\| ", "", text)).strip().rstrip("|, ")
    if len(reason) > _MOST_EXPECTED:
        reason = reason[:_MOST_EXPECTED] + "..."
    return QuerySyntaxError(reason, line=int(match["line"]), column=int(match["column"]))

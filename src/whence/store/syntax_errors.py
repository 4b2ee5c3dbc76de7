"""The engine's words for a fault in SPARQL text, turned into Whence's error with its position."""

from __future__ import annotations

import re
from collections.abc import Callable

from whence.errors import QuerySyntaxError
from whence.ontology.namespaces import PREFIXES

__all__ = ["from_engine"]

_POSITION = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): (?P<reason>.*)", re.DOTALL)
_CLASS = r"(?<!\")\[(?:[^\]\"]|'[^']*')*\]"
_TERMINALS = re.compile(rf",? ?{_CLASS}(?: ?\| ?{_CLASS})*")
_MOST_EXPECTED = 400


def from_engine(
    error: SyntaxError, original: str = "", run: Callable[..., object] | None = None
) -> QuerySyntaxError:
    """A :class:`QuerySyntaxError` with line and column, its list of expected tokens kept readable.

    Where the text was made safe before it ran, ``run`` of an empty store finds the fault in the
    ``original``, so that its position is the user's.
    """
    text = str(error)
    match = _POSITION.search(text)
    if match is None:
        return QuerySyntaxError(text)
    place = (_in_original(original, run) if run else None) or match
    line, column = int(place["line"]), int(place["column"])
    if "Prefix not found" in match["reason"]:
        reason = "a prefix is used here that no PREFIX line declares"
        return QuerySyntaxError(reason, line=line, column=column)
    # Character classes of the grammar say nothing to a person, but for this one.
    text = match["reason"].replace("['0'..='9']", "a digit")
    reason = _TERMINALS.sub("", re.sub(r"\n\| ", "", text)).strip().rstrip("|, ")
    if len(reason) > _MOST_EXPECTED:
        reason = reason[:_MOST_EXPECTED] + "..."
    return QuerySyntaxError(reason, line=line, column=column)


def _in_original(text: str, run: Callable[..., object]) -> re.Match[str] | None:
    try:
        # No text of SPARQL goes on like this, so it is read and not run.
        run(f"{text}\0", prefixes=PREFIXES)
    except SyntaxError as error:
        return _POSITION.search(str(error))
    except (ValueError, RuntimeError, OSError):
        return None
    return None

"""Telling times that are some moment from literals that are none."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal

from whence.ontology.namespaces import XSD

__all__ = ["LINK", "fault", "is_moment"]

_DATETIME: Final = XSD.dateTime
_LEXICAL: Final = re.compile(
    r"\s*-?([0-9]{4,})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?\s*\Z"
)

_PARTS: Final = re.compile(
    r"\s*-?(?P<year>[0-9]{4,})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2}))?"
)
_MOST: Final = {"month": 12, "day": 31, "hour": 24, "minute": 59, "second": 59}
_EXAMPLE: Final = "2026-03-31T09:21:00Z"

LINK: Final = "https://www.w3.org/TR/xmlschema11-2/#dateTime"
"""Where it is specified what a moment is."""


def fault(value: object, *, bare: bool = False) -> tuple[str, str]:
    """Why a value is no moment ("is no xsd:dateTime: ..."), and how to mend it; ``bare`` as in PROV-N.

    >>> fault(Literal("2026-13-01T00:00:00Z", datatype=XSD.dateTime))[0]
    'is no xsd:dateTime: there is no month 13'
    """
    if isinstance(value, Literal) and value.datatype != _DATETIME and _exists(value.value):
        if bare:
            return "is no xsd:dateTime", f"Write {value.value} alone."
        return "is no xsd:dateTime: it lacks ^^xsd:dateTime", f'Write "{value.value}"^^xsd:dateTime.'
    reason = _wrong(value.value) if isinstance(value, Literal) else ""
    example = _EXAMPLE if bare else f'"{_EXAMPLE}"^^xsd:dateTime'
    return f"is no xsd:dateTime{reason}", f"Write a moment that exists, such as {example}."


def _wrong(text: str) -> str:
    match = _PARTS.match(text)
    if match is None:
        return ""
    for part, most in _MOST.items():
        number = int(match[part] or 1)
        if number > most or (part in ("month", "day") and number == 0):
            return f": there is no {part} {match[part]}"
    if int(match["day"]) > monthrange(int(match["year"]) % 400 + 2000, int(match["month"]))[1]:
        return f": {match['year']}-{match['month']} has no day {match['day']}"
    return ": it has no time of day" if match.end() == len(text) and match["hour"] is None else ""


def is_moment(literal: Literal) -> bool:
    """Whether a literal is in the value space of ``xsd:dateTime`` (XML Schema 1.1 part 2, section 3.3.7).

    >>> is_moment(Literal("2026-02-30T00:00:00Z", datatype=XSD.dateTime))
    False
    """
    return literal.datatype == _DATETIME and _exists(literal.value)


@lru_cache(maxsize=1 << 12)
def _exists(text: str) -> bool:
    match = _LEXICAL.match(text)
    if match is None:
        return False
    # The calendar repeats every 400 years, and not every year is one that Python knows.
    year = int(match[1]) % 400 + 2000
    return int(match[3]) <= monthrange(year, int(match[2]))[1]

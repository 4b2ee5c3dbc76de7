"""Telling times that are some moment from literals that are none."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal

from whence.ontology.namespaces import XSD

__all__ = ["is_moment"]

_DATETIME: Final = XSD.dateTime
_LEXICAL: Final = re.compile(
    r"\s*-?([0-9]{4,})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?\s*\Z"
)


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

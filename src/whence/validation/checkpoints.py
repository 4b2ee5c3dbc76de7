"""The order of Versioned-PROV checkpoints: any kind of literal that has one."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import XSD

__all__ = ["Place", "place"]

Place: TypeAlias = tuple[str, Decimal | str | datetime | date]
"""A kind of checkpoints, in words, and what to sort by among those of the kind."""

_INTEGERS: Final = (
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *("nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort"),
    "unsignedByte",
)
_NUMBERS: Final = frozenset(XSD[name] for name in (*_INTEGERS, "decimal", "double", "float"))
_TIMES: Final = frozenset({XSD.dateTime, XSD.dateTimeStamp})


def place(checkpoint: NamedNode | Literal) -> Place | None:
    """Where a checkpoint comes in the order of its kind; ``None`` if it has no order.

    >>> place(Literal(9)) < place(Literal(10))
    True
    """
    if isinstance(checkpoint, NamedNode) or checkpoint.language:
        return None
    text, datatype = checkpoint.value, checkpoint.datatype
    if datatype == XSD.string:
        return "strings", text
    try:
        if datatype in _NUMBERS:
            return _number(text)
        if datatype in _TIMES:
            return _time(text)
        if datatype == XSD.date:
            return "dates", date.fromisoformat(text)
    except (ValueError, InvalidOperation, OverflowError):
        return None
    return None


def _number(text: str) -> Place | None:
    number = Decimal(text.replace("INF", "Infinity"))
    return None if math.isnan(number) else ("numbers", number)


def _time(text: str) -> Place:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        return "times without a zone", time
    return "times", time.astimezone(UTC)

"""From what people give for the parameters of a named query to RDF terms; never to text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import QueryError, SourceError
from whence.ontology.namespaces import PREFIXES, XSD
from whence.queries.named_header import Parameter

__all__ = ["Resolve", "default_terms", "terms_of"]

Resolve: TypeAlias = Callable[[str], NamedNode | BlankNode]
"""From an IRI as people write it, ``prefix:name`` or whole, to the IRI."""

_TRUE: Final = frozenset({"true", "1", "yes", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "off"})
_LARGEST: Final = 1 << 63


class _IllTyped(Exception):
    pass


def terms_of(parameter: Parameter, value: object, resolve: Resolve) -> list[NamedNode | Literal]:
    """The terms for the value of a parameter: one, or for a list any number.

    Text is read as the parameter's type; a time without a zone is UTC. Raises
    :class:`~whence.errors.QueryError` for what is not of the type.
    """
    values = _each(value)
    if len(values) != 1 and not parameter.many:
        raise QueryError(f"{parameter.name} takes one value, not {len(values)}")
    try:
        return [_READERS[parameter.type](one, resolve) for one in values]
    except _IllTyped as error:
        raise QueryError(f"{parameter.name} is {_WORDS[parameter.type]}; {error}") from error
    except SourceError as error:
        raise QueryError(f"{parameter.name}: {error}") from error


def default_terms(parameter: Parameter, prefixes: Mapping[str, str]) -> list[NamedNode | Literal]:
    """The terms for what a parameter is unless given, its IRIs with the prefixes of the query."""
    if parameter.default is None:
        return []
    known = {**PREFIXES, **prefixes}

    def resolve(text: str) -> NamedNode:
        prefix, colon, local = text.strip("<>").partition(":")
        return NamedNode(known[prefix] + local if colon and prefix in known else text.strip("<>"))

    return terms_of(parameter, parameter.default.split() if parameter.many else parameter.default, resolve)


def _each(value: object) -> list[object]:
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | NamedNode | Literal):
        return list(value)
    return [value]


def _iri(value: object, resolve: Resolve) -> NamedNode:
    if isinstance(value, str):
        try:
            value = resolve(value.strip())
        except ValueError as error:
            raise _IllTyped(f"{value!r} is none: {error}") from error
    if not isinstance(value, NamedNode):
        raise _IllTyped(f"{value!r} is none")
    return value


def _string(value: object, _resolve: Resolve) -> Literal:
    if isinstance(value, Literal) and (value.language or value.datatype == XSD.string):
        return value
    if not isinstance(value, str):
        raise _IllTyped(f"{value!r} is none")
    # Text that cannot be written as UTF-8 has no place in RDF.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise _IllTyped("this one has half a character in it")
    return Literal(value)


def _integer(value: object, _resolve: Resolve) -> Literal:
    text = _plain(value, XSD.integer, int)
    try:
        number = int(text)
    except ValueError:
        raise _IllTyped(f"{text!r} is none") from None
    if not -_LARGEST <= number < _LARGEST:
        raise _IllTyped(f"{text} is too large")
    return Literal(number)


def _decimal(value: object, _resolve: Resolve) -> Literal:
    text = _plain(value, XSD.decimal, int, float, Decimal)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _IllTyped(f"{text!r} is none") from None
    if not number.is_finite() or abs(number.adjusted()) > 17:
        raise _IllTyped(f"{text} is out of bounds")
    return Literal(format(number, "f"), datatype=XSD.decimal)


def _date_time(value: object, _resolve: Resolve) -> Literal:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, datetime):
        text = _plain(value, XSD.dateTime).strip()
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise _IllTyped(f"{text!r} is none: write 2026-01-31 or 2026-01-31T12:00:00Z") from None
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return Literal(value.isoformat().replace("+00:00", "Z"), datatype=XSD.dateTime)


def _boolean(value: object, _resolve: Resolve) -> Literal:
    if isinstance(value, bool):
        return Literal(value)
    text = _plain(value, XSD.boolean).strip().lower()
    if text not in _TRUE | _FALSE:
        raise _IllTyped(f"{text!r} is neither true nor false")
    return Literal(text in _TRUE)


def _plain(value: object, datatype: NamedNode, *kinds: type) -> str:
    """The text of a number, a time or a truth, however it was given."""
    if isinstance(value, Literal) and value.datatype in (datatype, XSD.string):
        return value.value
    if isinstance(value, str) or (isinstance(value, kinds) and not isinstance(value, bool)):
        return str(value)
    raise _IllTyped(f"{value!r} is none")


_READERS: Final[Mapping[str, Callable[[object, Resolve], NamedNode | Literal]]] = {
    "iri": _iri,
    "string": _string,
    "integer": _integer,
    "decimal": _decimal,
    "dateTime": _date_time,
    "boolean": _boolean,
}
_WORDS: Final[Mapping[str, str]] = {
    "iri": "an IRI",
    "string": "text",
    "integer": "a whole number",
    "decimal": "a number",
    "dateTime": "a date and time",
    "boolean": "true or false",
}

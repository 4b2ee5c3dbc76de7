"""From the Python values people pass to the terms PROV is made of: IRIs, times, literals, attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode

from whence.errors import SourceError
from whence.formats.statements import Pair
from whence.ontology.namespaces import PREFIXES, PROV, XSD

__all__ = ["Attributes", "IRILike", "Time", "TypeLike", "Value", "Words"]

IRILike: TypeAlias = str | NamedNode
Time: TypeAlias = datetime | str | Literal
Value: TypeAlias = str | int | float | bool | Decimal | date | time | NamedNode | Literal
TypeLike: TypeAlias = Value | Sequence[Value] | None
Attributes: TypeAlias = Mapping[IRILike, Value | Sequence[Value]]

_SCHEMES = frozenset(
    ("urn", "tag", "doi", "ark", "info", "mailto", "did", "data", "ni", "nih", "arn", "file", "geo")
)
"""Schemes of IRIs without ``//``; another word before a colon is more likely a forgotten prefix."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.")


class Words:
    """Resolves names against the prefixes declared so far.

    ``any_scheme`` takes every word before a colon that is no prefix for the scheme of an IRI.
    """

    def __init__(self, *, any_scheme: bool = False) -> None:
        self._any_scheme = any_scheme
        self.declared: dict[str, str] = {}

    def declare(self, prefix: str, namespace: str) -> None:
        """Declare a prefix; its namespace must be an absolute IRI."""
        if not _SCHEME.match(namespace):
            raise SourceError(f"the namespace of prefix {prefix!r} is no absolute IRI: {namespace!r}")
        self.declared[prefix] = namespace

    def iri(self, name: IRILike) -> NamedNode:
        """The IRI for a name: ``prefix:local`` with a known prefix, else an absolute IRI."""
        if isinstance(name, NamedNode):
            return name
        prefix, colon, local = name.partition(":")
        namespace = self.declared.get(prefix) or PREFIXES.get(prefix)
        if colon and namespace and not local.startswith("//"):
            name = namespace + local
        elif _SCHEME.match(name) and not self._is_scheme(prefix, local):
            raise SourceError(
                f"{name!r}: no prefix {prefix!r} is declared; declare it with prefix({prefix!r}, ...), "
                "or pass a pyoxigraph.NamedNode if this is a whole IRI"
            )
        elif not _SCHEME.match(name):
            raise SourceError(
                f"{name!r} is no IRI: give an absolute one such as 'urn:model:1', "
                "or declare a prefix and write 'prefix:name'"
            )
        try:
            return NamedNode(name)
        except ValueError as error:
            raise SourceError(f"{name!r} is no IRI: {error}") from error

    def _is_scheme(self, prefix: str, local: str) -> bool:
        return self._any_scheme or local.startswith("//") or prefix.lower() in _SCHEMES

    def optional_iri(self, name: IRILike | None) -> NamedNode | None:
        """The IRI for a name, or none for none."""
        return None if name is None else self.iri(name)

    def time(self, moment: Time | None) -> Literal | None:
        """An ``xsd:dateTime`` from a datetime or ISO 8601 text."""
        if moment is None or isinstance(moment, Literal):
            return moment
        if isinstance(moment, str):
            try:
                moment = datetime.fromisoformat(moment)
            except ValueError as error:
                raise SourceError(f"{moment!r} is no ISO 8601 date and time") from error
        return Literal(moment.isoformat(), datatype=XSD.dateTime)

    def literal(self, value: Value) -> Literal:
        """A literal with the XML Schema type that fits the Python type."""
        if isinstance(value, Literal):
            return value
        if isinstance(value, NamedNode):
            return Literal(value.value, datatype=XSD.anyURI)
        if isinstance(value, str | bool | int | float):
            return Literal(value)
        kinds = {datetime: XSD.dateTime, date: XSD.date, time: XSD.time, Decimal: XSD.decimal}
        for kind, datatype in kinds.items():
            if isinstance(value, kind):
                text = format(value, "f") if isinstance(value, Decimal) else value.isoformat()
                return Literal(text, datatype=datatype)
        raise SourceError(
            f"{value!r} of type {type(value).__name__} cannot be recorded; give a str or number"
        )

    def pairs(self, pairs: Mapping[str, IRILike] | Sequence[tuple[Value, IRILike]]) -> tuple[Pair, ...]:
        """Key-entity pairs of a dictionary."""
        items: Iterable[tuple[Value, IRILike]] = pairs.items() if isinstance(pairs, Mapping) else pairs
        return tuple((self.literal(key), self.iri(entity)) for key, entity in items)

    def attributes(
        self, attributes: Attributes | None, known: Mapping[str, Value | Sequence[Value] | None]
    ) -> tuple[tuple[NamedNode, NamedNode | Literal], ...]:
        """Attribute pairs, the PROV ones among ``known`` first. Types that look like IRIs are IRIs."""
        found: list[tuple[NamedNode, NamedNode | Literal]] = []
        for name, values in known.items():
            for value in _each(values):
                is_name = name == "type" and isinstance(value, str)
                found.append((PROV[name], self.iri(value) if is_name else self._term(value)))  # type: ignore[arg-type]  # a str here
        for key, values in (attributes or {}).items():
            found.extend((self.iri(key), self._term(value)) for value in _each(values))
        return tuple(found)

    def _term(self, value: Value) -> NamedNode | Literal:
        return value if isinstance(value, NamedNode) else self.literal(value)


def _each(values: Value | Sequence[Value] | None) -> Sequence[Value]:
    if values is None:
        return ()
    if isinstance(values, Sequence) and not isinstance(values, str):
        return values
    return (values,)

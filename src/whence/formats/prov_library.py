"""Statements from and to documents of the ``prov`` library, for programs that speak its model."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from prov.constants import PROV_N_MAP
from prov.identifier import Identifier, Namespace, QualifiedName
from prov.model import Literal as ProvLiteral
from prov.model import ProvBundle, ProvDocument, ProvRecord
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceError
from whence.formats.identifiers import Repairs
from whence.formats.qnames import XSD_DATETIME, XSD_STRING, Namer, Scope
from whence.formats.records import arguments, is_moment
from whence.formats.statements import FORMS, Arg, Statement
from whence.ontology.namespaces import PROV, XSD

__all__ = ["from_prov_document", "to_prov_document"]

_TYPES: Final[dict[str, QualifiedName]] = {name: kind for kind, name in PROV_N_MAP.items()}


def from_prov_document(
    document: ProvDocument, *, base: str = "urn:whence:"
) -> Iterator[tuple[NamedNode | None, Statement]]:
    """The statements of a ``ProvDocument``, each with its bundle (``None``: outside bundles).

    Identifiers that are no absolute IRIs are repaired against ``base``.
    """
    scope = Scope(Repairs(base), {})
    for record in document.get_records():
        yield None, _statement(record, scope)
    for bundle in document.bundles:
        name = None if bundle.identifier is None else scope.iri(bundle.identifier.uri)
        for record in bundle.get_records():
            yield name, _statement(record, scope)


def _statement(record: ProvRecord, scope: Scope) -> Statement:
    form = FORMS[PROV_N_MAP[record.get_type()]]
    given = {name.localpart: value for name, value in record.formal_attributes}
    args: list[Arg] = []
    for slot in form.slots:
        value = given.get(slot.name)
        args.append(None if value is None else _term(value, scope))
    attributes = tuple(
        (scope.iri(name.uri), _term(value, scope)) for name, value in record.extra_attributes
    )
    identifier = None if record.identifier is None else scope.iri(record.identifier.uri)
    return Statement(form.name, identifier, tuple(args), attributes)


def _term(value: Any, scope: Scope) -> NamedNode | Literal:
    if isinstance(value, QualifiedName):
        return scope.iri(value.uri)
    if isinstance(value, Identifier):
        return Literal(value.uri, datatype=XSD.anyURI)
    if isinstance(value, ProvLiteral):
        if value.langtag:
            return Literal(value.value, language=value.langtag)
        datatype = XSD_STRING if value.datatype is None else scope.iri(value.datatype.uri)
        return Literal(str(value.value), datatype=datatype)
    if isinstance(value, datetime.datetime):
        return Literal(value.isoformat(), datatype=XSD_DATETIME)
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=XSD.boolean)
    if isinstance(value, int):
        kind = XSD.int if -(1 << 31) <= value < 1 << 31 else XSD.long
        return Literal(str(value), datatype=kind if -(1 << 63) <= value < 1 << 63 else XSD.integer)
    if isinstance(value, float):
        return Literal(repr(value), datatype=XSD.double)
    return Literal(str(value))


def to_prov_document(
    items: Iterable[tuple[NamedNode | None, Statement]], prefixes: Mapping[str, str]
) -> ProvDocument:
    """A ``ProvDocument`` with these statements.

    ``prefixes`` are used where they fit, others are invented. Raises ``SourceError`` for kinds of
    statements the library does not have (dictionaries, Mutable-PROV).
    """
    names = _Names(prefixes)
    document = ProvDocument()
    bundles: dict[NamedNode, ProvBundle] = {}
    for bundle, statement in items:
        target: ProvBundle = document
        if bundle is not None:
            if bundle not in bundles:
                bundles[bundle] = document.bundle(names(bundle))
            target = bundles[bundle]
        _add(target, statement, names)
    return document


class _Names:
    """Qualified names of the library for IRIs."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._namer = Namer(prefixes, lambda local: local)
        self._namespaces: dict[str, Namespace] = {}

    def __call__(self, iri: NamedNode) -> QualifiedName:
        prefix, _, local = self._namer(iri).partition(":")
        namespace = self._namespaces.get(prefix)
        if namespace is None:
            namespace = self._namespaces[prefix] = Namespace(prefix, self._namer.used[prefix])
        return namespace[local]


def _add(target: ProvBundle, statement: Statement, names: _Names) -> None:
    form = statement.form
    kind = _TYPES.get(form.name)
    if kind is None:
        raise SourceError(f"the prov library has no {form.name}; write it as PROV-N, JSON or XML instead")
    formal = [
        (names(PROV[slot.name]), _value(arg, names))
        for slot, arg in zip(form.slots, arguments(statement), strict=True)
        if arg is not None
    ]
    other = [(names(prop), _value(value, names)) for prop, value in statement.attributes]
    target.new_record(kind, None if statement.id is None else names(statement.id), formal, other)


def _value(value: Arg, names: _Names) -> Any:
    if isinstance(value, NamedNode):
        return names(value)
    if not isinstance(value, Literal):
        raise TypeError(f"no value of the library: {value!r}")
    if value.language:
        return ProvLiteral(value.value, langtag=value.language)
    if value.datatype == XSD_STRING:
        return value.value
    if is_moment(value) and "T24:" not in value.value:  # an hour Python does not have
        return datetime.datetime.fromisoformat(value.value)
    return ProvLiteral(value.value, names(value.datatype))

"""Statements from records of named arguments, as PROV-JSON, PROV-XML and PROV-JSONLD write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode

from whence.formats.provn_tokens import MOMENT
from whence.formats.qnames import XSD_DATETIME
from whence.formats.statements import FORMS, Arg, Form, Pair, Statement
from whence.ontology.namespaces import MUTABLE, PROV

__all__ = [
    "Attribute",
    "RecordError",
    "argument_namespace",
    "arguments",
    "is_moment",
    "statements",
    "time_literal",
]

Attribute = tuple[NamedNode, NamedNode | Literal]
_MEMBER: Final = "hadDictionaryMember"
_NAMESPACES: Final = {
    form.name: str(MUTABLE)
    if (form.element or form.node or PROV.entity).value.startswith(str(MUTABLE))
    else str(PROV)
    for form in FORMS.values()
}


class RecordError(ValueError):
    """A record does not make a statement; ``key`` is the argument at fault, if there is one."""

    def __init__(self, reason: str, key: str = "") -> None:
        super().__init__(reason)
        self.key = key


def argument_namespace(form: Form) -> str:
    """The namespace of a statement's argument names."""
    return _NAMESPACES[form.name]


def arguments(statement: Statement) -> tuple[Arg, ...]:
    """The arguments of a statement, one for each slot; those left out at the end are ``None``."""
    missing = len(statement.form.slots) - len(statement.args)
    return statement.args + (None,) * missing


def is_moment(literal: Literal) -> bool:
    """Whether a time can be written as a bare ``xsd:dateTime``."""
    return literal.datatype == XSD_DATETIME and MOMENT.fullmatch(literal.value) is not None


def time_literal(text: str, key: str) -> Literal:
    """The time ``text`` spells. Raises ``RecordError`` if it spells none."""
    text = text.strip()
    if not MOMENT.fullmatch(text):
        raise RecordError(f"expected a time like 2012-03-31T09:21:00Z, found '{text}'", key)
    return Literal(text, datatype=XSD_DATETIME)


def statements(
    form: Form,
    identifier: NamedNode | None,
    arguments: Mapping[str, Sequence[Arg]],
    attributes: Sequence[Attribute],
) -> Iterator[Statement]:
    """The statements of one record: one, or one for each member it lists.

    ``arguments`` are by slot name. The second argument may have several values (a collection's
    members), and a dictionary's members may come as ``pairs``. Raises ``RecordError`` where an
    argument that must be there is not, where one has too many values, and where the kind of
    statement has no id or attributes but the record does.
    """
    if form.name == _MEMBER and "pairs" in arguments:
        for pair in _pairs(arguments["pairs"]):
            single = {**arguments, "entity": (pair[1],), "key": (pair[0],)}
            del single["pairs"]
            yield from statements(form, identifier, single, attributes)
        return
    _check(form, identifier, attributes)
    values: list[Arg] = []
    several: Sequence[Arg] = ()
    for index, slot in enumerate(form.slots):
        given = arguments.get(slot.name, ())
        if slot.required and not given:
            raise RecordError(f"{form.name} needs its {slot.name}")
        if len(given) > 1:
            if index != 1 or form.element is not None:
                raise RecordError(f"{form.name} has one {slot.name}, found {len(given)}", slot.name)
            several = given
        values.append(given[0] if given else None)
    for value in several or (None,):
        if several:
            values[1] = value
        yield Statement(form.name, identifier, tuple(values), tuple(attributes))


def _check(form: Form, identifier: NamedNode | None, attributes: Sequence[Attribute]) -> None:
    if form.element is not None and identifier is None:
        raise RecordError(f"{form.name} needs an id")
    if attributes and not form.attributed:
        raise RecordError(f"{form.name} has no attributes", attributes[0][0].value)
    if identifier is not None and form.element is None and not form.identified:
        raise RecordError(f"{form.name} has no id")


def _pairs(given: Sequence[Arg]) -> Iterator[Pair]:
    for group in given:
        if isinstance(group, tuple):
            for pair in group:
                if isinstance(pair, tuple):
                    yield pair

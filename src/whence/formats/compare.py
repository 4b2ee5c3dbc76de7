"""When two PROV statements, or two lists of them, say the same."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from whence.formats.identifiers import canonical
from whence.formats.statements import Arg, Statement
from whence.ontology.namespaces import PROV

__all__ = ["normal", "same_statements"]


def normal(statement: Statement) -> Statement:
    """The same statement in the one form that equal statements share.

    Literals are canonical, sets and attributes sorted without repetitions, missing arguments
    ``None`` (or an empty set), and the type that the statement's kind already says is dropped.
    """
    form = statement.form
    slots = form.slots
    args = [*statement.args, *[None] * (len(slots) - len(statement.args))]
    known = form.element or form.node
    attributes = {
        (name, canonical(value) if isinstance(value, Literal) else value)
        for name, value in statement.attributes
        if not (name == PROV.type and value == known)
    }
    return Statement(
        statement.kind,
        statement.id,
        tuple(_arg(arg, slot.type) for arg, slot in zip(args, slots, strict=True)),
        tuple(sorted(attributes, key=str)),
    )


def _arg(arg: Arg, type_: str) -> Arg:
    if isinstance(arg, Literal):
        return canonical(arg)
    if isinstance(arg, NamedNode):
        return arg
    if type_ == "pairs":
        pairs = {(canonical(item[0]), item[1]) for item in arg or () if isinstance(item, tuple)}
        return tuple(sorted(pairs, key=str))
    if type_ == "keys":
        return tuple(sorted({canonical(key) for key in arg or () if isinstance(key, Literal)}, key=str))
    return arg


def same_statements(one: Iterable[Statement], other: Iterable[Statement]) -> bool:
    """Whether both make the same set of statements, whatever their order."""
    return {normal(statement) for statement in one} == {normal(statement) for statement in other}

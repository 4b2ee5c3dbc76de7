"""What is validated: PROV statements as they were asserted, with their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.statements import Arg, Statement

__all__ = ["Argument", "Assertion", "Malformed", "of_statement"]

Argument: TypeAlias = Arg | BlankNode
"""An argument; a blank node is an unknown that statements of the same bundle may share."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A statement of a bundle (``None``: outside bundles), and the line of its source where known.

    Like :class:`~whence.formats.statements.Statement`, but ids and arguments may be blank nodes:
    existential unknowns in the sense of PROV-CONSTRAINTS, which RDF can share between statements.
    ``args`` has one item for each slot of the kind's form; ``None`` stands for ``-``.
    """

    kind: str
    id: NamedNode | BlankNode | None
    args: tuple[Argument, ...] = ()
    attributes: tuple[tuple[NamedNode, NamedNode | Literal], ...] = ()
    bundle: NamedNode | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something that is no PROV statement: it cannot be valid or invalid. ``mend`` says what to do.

    ``link`` leads to the section of a specification that says what is due, where there is one.
    ``term`` is the property or class it is about; ``of_subject``: the line is only where a resource of it
    is described.
    """

    reason: str
    mend: str
    nodes: tuple[NamedNode | BlankNode, ...] = ()
    bundle: NamedNode | None = None
    line: int | None = None
    column: int | None = None
    link: str = ""
    term: NamedNode | None = None
    of_subject: bool = False


def of_statement(statement: Statement, bundle: NamedNode | None, line: int | None = None) -> Assertion:
    """A statement that a reader gave, as an assertion."""
    missing = len(statement.form.slots) - len(statement.args)
    args = statement.args + (None,) * missing
    return Assertion(statement.kind, statement.id, args, statement.attributes, bundle, line)

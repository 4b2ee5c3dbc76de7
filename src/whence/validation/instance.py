"""The statements of one bundle as rows of numbered terms, with unknowns where nothing is said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.statements import FORMS
from whence.validation.assertion import Assertion

__all__ = ["Instance", "Row", "Term"]

Term = NamedNode | BlankNode | Literal

_STAYS_OPEN = frozenset({("wasDerivedFrom", "activity"), ("wasAssociatedWith", "plan")})
"""Arguments whose ``-`` means that there is none, not that it is unknown (definition 4)."""


class Row(NamedTuple):
    """A statement over numbered terms: ``0`` is ``-``.

    ``assertion`` is its place in :attr:`Instance.assertions`, or -1 for what follows by inference
    ``rule`` from the rows ``premises``.
    """

    kind: str
    id: int
    args: tuple[int, ...]
    assertion: int
    rule: str = ""
    premises: tuple[Row, ...] = ()


class Instance:
    """One bundle's rows by kind, over terms that unification may have made one.

    Numbers of terms go through :meth:`find` before they are compared.
    """

    def __init__(self, assertions: Iterable[Assertion], prefixes: dict[str, str] | None = None) -> None:
        self.assertions: list[Assertion] = []
        self.rows: dict[str, list[Row]] = {}
        self.prefixes = prefixes or {}
        self._terms: list[Term | None] = [None]
        self._numbers: dict[Term | tuple[object, ...], int] = {}
        for assertion in assertions:
            self._assert(assertion)

    def find(self, term: int) -> int:
        """The number that stands for a term and all that were found to be the same."""
        return term

    def term(self, number: int) -> Term | None:
        """What a number stands for: an IRI or literal, or ``None`` for ``-`` and for unknowns."""
        return self._terms[number]

    def number(self, term: Term) -> int:
        """The number of a term."""
        known = self._numbers.get(term)
        if known is None:
            known = self._numbers[term] = len(self._terms)
            self._terms.append(term)
        return known

    def unknown(self) -> int:
        """The number of a new unknown."""
        self._terms.append(None)
        return len(self._terms) - 1

    def _assert(self, assertion: Assertion) -> None:
        form = FORMS[assertion.kind]
        args = []
        for slot, arg in zip(form.slots, assertion.args, strict=True):
            if arg is not None:
                args.append(self._whole(arg) if isinstance(arg, tuple) else self.number(arg))
            elif slot.type in ("iri", "time") and (form.name, slot.name) not in _STAYS_OPEN:
                args.append(self.unknown())
            else:
                args.append(0)
        number = self.number(assertion.id) if assertion.id is not None else self.unknown()
        self.rows.setdefault(form.name, []).append(
            Row(form.name, number, tuple(args), len(self.assertions))
        )
        self.assertions.append(assertion)

    def _whole(self, arg: tuple[object, ...]) -> int:
        known = self._numbers.get(arg)
        if known is None:
            known = self._numbers[arg] = self.unknown()
        return known

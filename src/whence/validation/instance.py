"""The statements of one bundle as rows of numbered terms, with unknowns where nothing is said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.qnames import XSD_DATETIME, XSD_STRING
from whence.formats.statements import FORMS, Form
from whence.validation.assertion import Argument, Assertion
from whence.validation.equalities import Clash, Equalities, Reason

if TYPE_CHECKING:
    from whence.validation.report import Evidence
    from whence.validation.wording import Wording

__all__ = ["Instance", "Row", "Term"]

Term = NamedNode | BlankNode | Literal

_OPEN: Final = {"wasDerivedFrom": ("activity",), "wasAssociatedWith": ("plan",)}
"""Arguments whose ``-`` means that there is none, not that it is unknown (definition 4)."""
_OPEN_WITHOUT_ACTIVITY: Final = ("generation", "usage")
"""Arguments of a derivation whose ``-`` means none too where the derivation has no activity."""
_DERIVATION: Final = "wasDerivedFrom"

_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d*[1-9])?Z?\Z", re.ASCII)
_ZONED: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d:\d\d)\Z", re.ASCII)


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

    Numbers of terms go through :meth:`find` before they are compared. ``clashes`` are the values
    that cannot be made one although a constraint says so, ``overlaps`` the rows that share an
    identifier although their kinds may not (constraints 53 and 54):
    :func:`whence.validation.chase.saturate` fills both, makes terms one and adds the rows that follow.
    """

    def __init__(self, assertions: Iterable[Assertion], prefixes: dict[str, str] | None = None) -> None:
        self.assertions: list[Assertion] = []
        self.rows: dict[str, list[Row]] = {}
        self.prefixes = prefixes or {}
        self.equalities = Equalities()
        self.find = self.equalities.find
        self.saturated = False
        self.clashes: list[Clash] = []
        self.overlaps: list[Reason] = []
        self._terms: list[Term | None] = [None]
        self._numbers: dict[Term | tuple[object, ...] | str, int] = {}
        for assertion in assertions:
            self._assert(assertion)

    def same(self, left: int, right: int) -> bool:
        """Whether two numbers stand for the same."""
        return left == right or self.find(left) == self.find(right)

    def term(self, number: int) -> NamedNode | Literal | None:
        """What a number stands for: an IRI or literal, or ``None`` for ``-`` and for unknowns."""
        term = self._terms[self.find(number)]
        return None if term.__class__ is BlankNode else term  # type: ignore[return-value]  # no blank node

    def raw(self, number: int) -> Term | None:
        """The term that a number was given to: ``None`` for ``-`` and for unknowns without a name."""
        return self._terms[number]

    def constant(self, root: int) -> bool:
        """Whether what :meth:`find` gave is an IRI, a literal or ``-``, not an unknown."""
        return root == 0 or self._terms[root].__class__ in _CONSTANTS

    def fresh(self, number: int) -> bool:
        """Whether a number was given to an unknown that no name of the source stands for."""
        return number != 0 and self._terms[number] is None

    def number(self, term: Term) -> int:
        """The number of a term. Times that are the same instant share one."""
        key = _value(term) if isinstance(term, Literal) else term
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self._terms)
            self._terms.append(term)
        return known

    def known(self, term: Term) -> int | None:
        """The number of a term, if the instance speaks of it."""
        return self._numbers.get(_value(term) if isinstance(term, Literal) else term)

    def unknown(self) -> int:
        """The number of a new unknown."""
        self._terms.append(None)
        return len(self._terms) - 1

    def infer(self, kind: str, id: int, args: tuple[int, ...], rule: str, *premises: Row) -> Row:
        """Add the row that follows from ``premises`` by inference ``rule``."""
        row = Row(kind, id, args, -1, rule, premises)
        self.rows.setdefault(kind, []).append(row)
        return row

    def evidence(self, row: Row) -> Evidence:
        """The statement of a row as reports show it."""
        return self._wording.evidence(row)

    def name(self, number: int, kind: str = "resource") -> str:
        """What reports call a term; an unknown one is "an unknown <kind>"."""
        return self._wording.name(number, kind)

    def own_name(self, number: int, kind: str = "value") -> str:
        """What reports call a term, whatever else unification found it to be."""
        return self._wording.own_name(number, kind)

    @cached_property
    def _wording(self) -> Wording:
        from whence.validation.wording import Wording

        return Wording(self)

    def _assert(self, assertion: Assertion) -> None:
        form = FORMS[assertion.kind]
        number = self.number(assertion.id) if assertion.id is not None else self.unknown()
        args = self._arguments(form, assertion.args)
        self.rows.setdefault(form.name, []).append(Row(form.name, number, args, len(self.assertions)))
        self.assertions.append(assertion)

    def _arguments(self, form: Form, given: tuple[Argument, ...]) -> tuple[int, ...]:
        open_: tuple[str, ...] = _OPEN.get(form.name, ())
        if form.name == _DERIVATION and given[2] is None:
            open_ += _OPEN_WITHOUT_ACTIVITY
        args = []
        for slot, arg in zip(form.slots, given, strict=True):
            if arg is not None:
                args.append(self._whole(arg) if arg.__class__ is tuple else self.number(arg))  # type: ignore[arg-type]
            elif slot.type in ("iri", "time") and slot.name not in open_:
                args.append(self.unknown())
            else:
                args.append(0)
        return tuple(args)

    def _whole(self, arg: Argument) -> int:
        known = self._numbers.get(arg)  # type: ignore[arg-type]
        if known is None:
            known = self._numbers[arg] = self.unknown()  # type: ignore[index]
        return known


_CONSTANTS: Final = frozenset({NamedNode, Literal})


def _value(literal: Literal) -> Literal | str:
    """What equal values share: the instant of a time, else the canonical literal."""
    datatype = literal.datatype
    if datatype != XSD_DATETIME:
        return literal if datatype == XSD_STRING else _canonical(literal)
    text = literal.value
    if _UTC.match(text):
        return text
    zoned = _ZONED.match(text)
    if zoned is None:
        literal = _canonical(literal)
        return literal.value if _UTC.match(literal.value) else literal
    try:
        instant = datetime.fromisoformat(zoned[1] + zoned[3]).astimezone(UTC)
    except (ValueError, OverflowError):
        return literal
    fraction = (zoned[2] or "").rstrip("0")
    return f"{instant.isoformat().removesuffix('+00:00')}{'.' if fraction else ''}{fraction}Z"


def _canonical(literal: Literal) -> Literal:
    from whence.formats.identifiers import canonical

    return canonical(literal)

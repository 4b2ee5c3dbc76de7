"""What is an entity, an activity, an agent, a collection: constraints 50, 55 and 56.

An agent may be an entity or an activity as well; nothing is both an entity and an activity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pyoxigraph import NamedNode

from whence.formats.statements import FORMS
from whence.ontology.namespaces import PROV
from whence.validation.chase import saturate
from whence.validation.instance import Instance, Row
from whence.validation.report import Violation
from whence.validation.specification import rule
from whence.validation.wording import bundle_of

__all__ = ["check"]

_TYPE: Final = PROV.type
_ENTITY: Final = 1
_ACTIVITY: Final = 2
_AGENT: Final = 4
_EMPTY: Final = 8
_BOTH: Final = _ENTITY | _ACTIVITY

_ELEMENTS: Final = {"entity": _ENTITY, "activity": _ACTIVITY, "agent": _AGENT}
_ARGUMENTS: Final = {
    "wasGeneratedBy": (_ENTITY, _ACTIVITY),
    "used": (_ACTIVITY, _ENTITY),
    "wasInformedBy": (_ACTIVITY, _ACTIVITY),
    "wasStartedBy": (_ACTIVITY, _ENTITY, _ACTIVITY),
    "wasEndedBy": (_ACTIVITY, _ENTITY, _ACTIVITY),
    "wasInvalidatedBy": (_ENTITY, _ACTIVITY),
    "wasDerivedFrom": (_ENTITY, _ENTITY, _ACTIVITY),
    "wasAttributedTo": (_ENTITY, _AGENT),
    "wasAssociatedWith": (_ACTIVITY, _AGENT, _ENTITY),
    "actedOnBehalfOf": (_AGENT, _AGENT, _ACTIVITY),
    "specializationOf": (_ENTITY, _ENTITY),
    "alternateOf": (_ENTITY, _ENTITY),
    "mentionOf": (_ENTITY, _ENTITY),
    "hadMember": (_ENTITY, _ENTITY),
    "hadDictionaryMember": (_ENTITY, _ENTITY),
    "derivedByInsertionFrom": (_ENTITY, _ENTITY),
    "derivedByRemovalFrom": (_ENTITY, _ENTITY),
}
"""What the arguments of a statement are, in the order of its form."""
_CLASSES: Final = {
    "Entity": _ENTITY,
    "Activity": _ACTIVITY,
    "Agent": _AGENT,
    "Person": _AGENT,
    "Organization": _AGENT,
    "SoftwareAgent": _AGENT,
    "Plan": _ENTITY,
    "Bundle": _ENTITY,
    "Collection": _ENTITY,
    "EmptyCollection": _ENTITY | _EMPTY,
    "Dictionary": _ENTITY,
    "EmptyDictionary": _ENTITY | _EMPTY,
}
"""What the classes of PROV-O and PROV-DICTIONARY are, where ``prov:type`` names them."""

_STEPS: Final = 100
"""How many specializations are told that a kind was inherited by."""


def check(instance: Instance) -> Iterator[Violation]:
    """Violations of constraints 55 and 56, one for each entity that is an activity or full though empty."""
    saturate(instance)
    yield from _Kinds(instance).run()


class _Kinds:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.find = instance.find
        self.classes = {PROV[name]: kind for name, kind in _CLASSES.items()}
        self.kinds: dict[int, int] = {}
        self.handed: dict[tuple[int, int], tuple[int, Row]] = {}
        """By who inherits which kind: who has it, and the specialization that hands it on."""
        self.origins: dict[tuple[int, int], int] = {}
        """By who inherits which kind: who has it without inheriting it."""

    def run(self) -> Iterator[Violation]:
        kinds = self.kinds
        get = kinds.get
        for _, term, kind in self._typings():
            root = self.find(term)
            kinds[root] = get(root, 0) | kind
        kinds.pop(0, None)  # "-" is nothing
        self._inherit()
        wrong = {root for root, kind in kinds.items() if kind & _BOTH == _BOTH}
        full = self._full()
        if wrong or full:
            yield from self._violations(wrong, full)

    def _typings(self) -> Iterator[tuple[Row, int, int]]:
        """Every row, a term of it and what it says of that: declarations come first."""
        rows, assertions = self.instance.rows, self.instance.assertions
        for name, kind in _ELEMENTS.items():
            for row in rows.get(name, ()):
                yield row, row.id, kind
                if row.assertion >= 0 and assertions[row.assertion].attributes:
                    typed = self._typed(row)
                    if typed:
                        yield row, row.id, typed
        for name, kinds in _ARGUMENTS.items():
            for row in rows.get(name, ()):
                for term, kind in zip(row.args, kinds, strict=False):
                    yield row, term, kind

    def _typed(self, row: Row) -> int:
        found = 0
        for name, value in self.instance.assertions[row.assertion].attributes:
            if name == _TYPE and isinstance(value, NamedNode):
                found |= self.classes.get(value, 0)
        return found

    def _inherit(self) -> None:
        """Inference 21: a specialization has the attributes of what is more general, types among them."""
        specific: dict[int, list[tuple[int, Row]]] = {}
        for name in ("specializationOf", "mentionOf"):
            for row in self.instance.rows.get(name, ()):
                general = self.find(row.args[1])
                specific.setdefault(general, []).append((self.find(row.args[0]), row))
        if not specific:
            return
        waiting = []
        for row in self.instance.rows.get("entity", ()):
            if row.assertion >= 0 and self.instance.assertions[row.assertion].attributes:
                waiting += [(self.find(row.id), kind) for kind in _bits(self._typed(row))]
        met = set(waiting)
        while waiting:
            general, kind = waiting.pop()
            for heir, row in specific.get(general, ()):
                if (heir, kind) not in met:
                    met.add((heir, kind))
                    waiting.append((heir, kind))
                    if not self.kinds.get(heir, 0) & kind:
                        self.kinds[heir] = self.kinds.get(heir, 0) | kind
                        self.handed[heir, kind] = general, row
                        self.origins[heir, kind] = self.origins.get((general, kind), general)

    def _full(self) -> dict[int, Row]:
        """The empty collections that have members, with the first membership of each."""
        found: dict[int, Row] = {}
        for row in self.instance.rows.get("hadMember", ()):
            root = self.find(row.args[0])
            if self.kinds.get(root, 0) & _EMPTY:
                found.setdefault(root, row)
        return found

    def _violations(self, wrong: set[int], full: dict[int, Row]) -> Iterator[Violation]:
        reasons: dict[tuple[int, int], Row] = {}
        wanted = wrong | full.keys()
        wanted |= {general for general, _ in self.handed.values()}
        for row, term, kind in self._typings():
            root = self.find(term)
            if root in wanted:
                for bit in _bits(kind):
                    reasons.setdefault((root, bit), row)
        for root in sorted(wrong):
            yield self._disjoint(root, reasons)
        for root, row in sorted(full.items()):
            yield self._empty(root, row, reasons)

    def _disjoint(self, root: int, reasons: dict[tuple[int, int], Row]) -> Violation:
        rows = [self._reason(root, kind, reasons) for kind in (_ENTITY, _ACTIVITY)]
        name = self.instance.name(root)
        how = " and ".join(
            f"{'an entity' if kind == _ENTITY else 'an activity'} ({_role(row)})"
            for kind, row in zip((_ENTITY, _ACTIVITY), rows, strict=True)
        )
        evidence = tuple(map(self.instance.evidence, rows))
        mend = f"Use {name} for one of the two only, and another identifier for the other."
        return Violation(rule(55), f"{name} is both {how}.", mend, evidence, bundle_of(evidence))

    def _empty(self, root: int, member: Row, reasons: dict[tuple[int, int], Row]) -> Violation:
        row = self._reason(root, _EMPTY, reasons)
        name, what = self.instance.name(root), self.instance.name(member.args[1], "entity")
        evidence = (self.instance.evidence(row), self.instance.evidence(member))
        message = f"{name} is an empty collection, yet {what} is a member of it."
        mend = f"Remove the members of {name}, or do not call it empty."
        return Violation(rule(56), message, mend, evidence, bundle_of(evidence))

    def _reason(self, root: int, kind: int, reasons: dict[tuple[int, int], Row]) -> Row:
        """The row that says so; where it is inherited, an inferred one with what it follows from.

        Of a long way of specializations only the last steps are told.
        """
        way: list[Row] = []
        holder = root
        while (holder, kind) in self.handed and len(way) < _STEPS:
            holder, row = self.handed[holder, kind]
            way.append(row)
        found = reasons[self.origins.get((root, kind), root), kind]
        return Row("entity", root, (), -1, "21", (found, *reversed(way))) if way else found


def _bits(kinds: int) -> list[int]:
    return [bit for bit in (_ENTITY, _ACTIVITY, _AGENT, _EMPTY) if kinds & bit]


def _role(row: Row) -> str:
    """What a row makes of a term, as people say it."""
    if FORMS[row.kind].element is not None:
        return "by inheritance" if row.rule else "as declared"
    return f"in {row.kind}"

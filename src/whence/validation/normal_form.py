"""The normal form of provenance: all that follows from it, with what must be the same made one.

PROV-CONSTRAINTS, section 6.1. Two instances say the same where their normal forms differ in the names of
unknowns only. Alternates and specializations are closed, which can take quadratic space.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import SourceError
from whence.formats.statements import FORMS
from whence.validation.assertion import Argument, Assertion, Malformed
from whence.validation.instance import Instance
from whence.validation.normal_facts import Fact, Facts, inferences
from whence.validation.validate import instances

__all__ = ["normal_form"]


def normal_form(assertions: Iterable[Assertion | Malformed]) -> Iterator[Assertion]:
    """Every statement that holds, bundle by bundle: inferences 5 to 15 and 17 to 21 are applied.

    Unknowns are blank nodes, those of them that are times ``None``. Left out is only that everything is
    an alternate of itself (inference 16 and what 17 makes of it). Statements of PROV's extensions stay as
    they are. Malformed input is passed over. Raises :class:`~whence.errors.SourceError` where values
    clash (constraints 22 to 29): such provenance has no normal form.
    """
    for instance in instances(assertions):
        if instance.clashes:
            rule = instance.clashes[0].reason.rule
            shown = instance.evidence(instance.clashes[0].reason.rows[0]).text
            raise SourceError(f"there is no normal form, since constraint {rule} does not hold: {shown}")
        yield from _written(instance)


def _written(instance: Instance) -> Iterator[Assertion]:
    bundle = instance.assertions[0].bundle if instance.assertions else None
    for kind, rows in instance.rows.items():
        if kind not in Facts.KINDS:
            for row in rows:
                yield instance.assertions[row.assertion]
    facts = Facts(instance)
    inferences(facts)
    for fact, attributes in facts.items():
        yield _assertion(instance, fact, tuple(attributes), bundle)


def _assertion(
    instance: Instance,
    fact: Fact,
    attributes: tuple[tuple[NamedNode, NamedNode | Literal], ...],
    bundle: NamedNode | None,
) -> Assertion:
    kind, number, numbers = fact
    args: list[Argument] = []
    for slot, term in zip(FORMS[kind].slots, numbers, strict=True):
        value = _term(instance, term)
        args.append(None if slot.type == "time" and isinstance(value, BlankNode) else value)
    identifier = _term(instance, number)
    if isinstance(identifier, Literal):
        raise SourceError(f"a literal cannot identify a statement: {identifier.value}")
    return Assertion(kind, identifier, tuple(args), attributes, bundle)


def _term(instance: Instance, number: int) -> NamedNode | BlankNode | Literal | None:
    root = instance.find(number)
    if root == 0:
        return None
    term = instance.term(root) or instance.raw(root)
    if term is None:
        label = f"unknown{root}"
        while instance.known(BlankNode(label)) is not None:
            label += "x"
        term = BlankNode(label)
    return term

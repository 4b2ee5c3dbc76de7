"""What cannot be: constraints 51 to 54 of PROV-CONSTRAINTS."""

from __future__ import annotations

from collections.abc import Iterator

from whence.formats.statements import FORMS
from whence.validation.chase import saturate
from whence.validation.equalities import Reason
from whence.validation.instance import Instance, Row
from whence.validation.report import Violation
from whence.validation.specification import rule
from whence.validation.uniqueness import relation
from whence.validation.wording import bundle_of

__all__ = ["check"]


def check(instance: Instance) -> Iterator[Violation]:
    """Violations of constraints 51 to 54."""
    saturate(instance)
    for row in instance.rows.get("wasDerivedFrom", ()):
        _, _, activity, generation, usage = row.args
        if instance.find(activity) == 0 and (instance.find(generation) or instance.find(usage)):
            yield _unspecified(instance, row)
    for row in _loops(instance):
        yield _reflexive(instance, row)
    for reason in instance.overlaps:
        yield _overlap(instance, reason)


def _unspecified(instance: Instance, row: Row) -> Violation:
    what = relation(instance, row)
    given = [
        word
        for word, term in zip(("generation", "usage"), row.args[3:], strict=True)
        if instance.find(term)
    ]
    evidence = instance.evidence(row)
    return Violation(
        rule(51),
        f"The {what} has a {' and a '.join(given)}, but no activity that they belong to.",
        f"Name the activity of the {what}, or leave its {' and '.join(given)} out.",
        (evidence,),
        evidence.bundle,
    )


def _reflexive(instance: Instance, row: Row) -> Violation:
    name = instance.name(row.args[0], "entity")
    rows = row.premises or (row,)
    evidence = instance.evidence(row)
    if len(rows) == 1:
        message, mend = f"{name} is a specialization of itself.", f"Remove the specialization of {name}."
    else:
        others = ", ".join(instance.name(step.args[1], "entity") for step in rows[:3])
        more = ", ..." if len(rows) > 3 else ""
        message = f"{name} is a specialization of itself, by way of {others}{more}."
        mend = f"Remove one of the {len(rows)} specializations, or turn it round."
    return Violation(rule(52), message, mend, (evidence,), evidence.bundle)


def _overlap(instance: Instance, reason: Reason) -> Violation:
    left, right = reason.rows
    name = instance.name(left.id, "identifier")
    words = [_what(instance, row) for row in reason.rows]
    evidence = tuple(map(instance.evidence, reason.rows))
    message = f"{name} identifies both {words[0]} and {words[1]}."
    changed = words[1] if FORMS[right.kind].element is None else words[0]
    mend = f"Give {changed} another identifier than {name}."
    return Violation(rule(reason.rule), message, mend, evidence, bundle_of(evidence))


def _what(instance: Instance, row: Row) -> str:
    if FORMS[row.kind].element is not None:
        return f"{'an' if row.kind[0] in 'ae' else 'a'} {row.kind}"
    return f"the {relation(instance, row)}"


def _loops(instance: Instance) -> Iterator[Row]:
    """Specializations of itself, as stated or as inference 19 adds them: disjoint cycles."""
    leaving: dict[int, list[tuple[int, Row]]] = {}
    for kind in ("specializationOf", "mentionOf"):
        for row in instance.rows.get(kind, ()):
            source, target = instance.find(row.args[0]), instance.find(row.args[1])
            if source == target:
                yield row
            else:
                leaving.setdefault(source, []).append((target, row))
    met: set[int] = set()
    told: set[int] = set()
    for root in leaving:
        if root not in met:
            yield from _walk(root, leaving, met, told)


def _walk(
    root: int, leaving: dict[int, list[tuple[int, Row]]], met: set[int], told: set[int]
) -> Iterator[Row]:
    """Go depth first from one entity; a step back onto the way closes a cycle."""
    met.add(root)
    way, depth = [root], {root: 0}
    rows: list[Row] = []
    edges = [iter(leaving[root])]
    while edges:
        step = next(edges[-1], None)
        if step is None:
            edges.pop()
            del depth[way.pop()]
            if rows:
                rows.pop()
            continue
        target, row = step
        if target in depth:
            cycle = way[depth[target] :]
            if told.isdisjoint(cycle):
                told.update(cycle)
                premises = (*rows[depth[target] :], row)
                yield Row("specializationOf", 0, (target, target), -1, "19", premises)
        elif target not in met and target in leaving:
            met.add(target)
            depth[target] = len(way)
            way.append(target)
            rows.append(row)
            edges.append(iter(leaving[target]))

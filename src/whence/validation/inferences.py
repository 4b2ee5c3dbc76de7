"""The inferences that can change a verdict, row by row: 9, 10, 11 and 14 of PROV-CONSTRAINTS.

Inferences 5 to 8, 13 and 16 to 20, and 14 where the activity is unknown, make statements about fresh
unknowns or repeat what is known: they give the constraints on uniqueness nothing to work on. What they
(and the events that must exist by them) mean for the order is known to :mod:`whence.validation.events`,
and what 19 and 21 mean for specializations to :mod:`whence.validation.impossible` and
:mod:`whence.validation.kinds`.
"""

from __future__ import annotations

from whence.validation.instance import Instance, Row

__all__ = ["infer"]


def infer(instance: Instance) -> None:
    """Add the rows that follow from the asserted ones."""
    rows = instance.rows
    for row in rows.get("wasStartedBy", ())[:]:
        _trigger(instance, row, "9")
    for row in rows.get("wasEndedBy", ())[:]:
        _trigger(instance, row, "10")
    for row in rows.get("wasDerivedFrom", ())[:]:
        _derivation(instance, row)
    for row in rows.get("actedOnBehalfOf", ())[:]:
        _delegation(instance, row)


def _trigger(instance: Instance, row: Row, rule: str) -> None:
    _, trigger, starter, _ = row.args
    # That somebody generated something says nothing, unless rows of one identifier may name them.
    if instance.fresh(trigger) and instance.fresh(starter) and instance.fresh(row.id):
        return
    instance.infer("wasGeneratedBy", instance.unknown(), (trigger, starter, instance.unknown()), rule, row)


def _derivation(instance: Instance, row: Row) -> None:
    generated, used, activity, generation, usage = row.args
    if activity and generation and usage:
        unknown = instance.unknown
        instance.infer("used", usage, (activity, used, unknown()), "11", row)
        instance.infer("wasGeneratedBy", generation, (generated, activity, unknown()), "11", row)


def _delegation(instance: Instance, row: Row) -> None:
    delegate, responsible, activity = row.args
    if not instance.fresh(activity):
        for agent in (delegate, responsible):
            args = (activity, agent, instance.unknown())
            instance.infer("wasAssociatedWith", instance.unknown(), args, "14", row)

"""What the chase could not make one, in words: violations of constraints 22 to 29, and of PROV-LINKS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from whence.formats.statements import FORMS
from whence.validation.chase import saturate
from whence.validation.equalities import Clash, Step
from whence.validation.instance import Instance, Row
from whence.validation.report import Equation, Violation
from whence.validation.specification import rule
from whence.validation.wording import bundle_of

__all__ = ["check", "relation", "relations"]

_NOUNS: Final = {
    "wasGeneratedBy": ("generation", " of {0}", " by {1}"),
    "used": ("usage", " of {1}", " by {0}"),
    "wasInformedBy": ("communication", " from {1}", " to {0}"),
    "wasStartedBy": ("start", " of {0}", " by {2}"),
    "wasEndedBy": ("end", " of {0}", " by {2}"),
    "wasInvalidatedBy": ("invalidation", " of {0}", " by {1}"),
    "wasDerivedFrom": ("derivation", " of {0}", " from {1}"),
    "wasAttributedTo": ("attribution", " of {0}", " to {1}"),
    "wasAssociatedWith": ("association", " of {1}", " with {0}"),
    "actedOnBehalfOf": ("delegation", " from {1}", " to {0}"),
    "wasInfluencedBy": ("influence", " of {1}", " on {0}"),
}
_EVENTS: Final = {
    "24": ("generates", 1),
    "25": ("invalidates", 1),
    "26": ("starts", 2),
    "27": ("ends", 2),
}
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS: Final = {
    "alternate1": "entity",
    "influencee": "thing influenced",
    "influencer": "thing influencing",
}


def check(instance: Instance) -> Iterator[Violation]:
    """Violations of constraints 22 to 29 and ``unique-mention``, one for each two statements."""
    saturate(instance)
    for clash in instance.clashes:
        yield _violation(instance, clash)


def relation(instance: Instance, row: Row) -> str:
    """What to call a relation: "generation of ex:e by ex:a"."""
    noun, *parts = _NOUNS[row.kind]
    names = [_known(instance, number) for number in row.args]
    said = [part.format(*names) for part in parts]
    return noun + "".join(part for part in said if not part.endswith(" "))


def relations(kind: str) -> str:
    """The plural of a kind of relation: "usages"."""
    return f"{_NOUNS[kind][0]}s"


def _violation(instance: Instance, clash: Clash) -> Violation:
    reason = clash.reason
    message, mend = _words(instance, clash)
    steps: list[Step] = []
    left, right = reason.rows
    if reason.rule == "23":
        steps += instance.equalities.why(left.id, right.id)
    for first, second in clash.pairs:
        steps += instance.equalities.why(instance.find(first), first)
        steps.append(Step(first, second, reason))
        steps += instance.equalities.why(second, instance.find(second))
    rows = dict.fromkeys((*reason.rows, *(row for step in steps for row in step.reason.rows)))
    evidence = tuple(dict.fromkeys(map(instance.evidence, rows)))
    equations = tuple(_equation(instance, step) for step in dict.fromkeys(steps))
    return Violation(rule(reason.rule), message, mend, evidence, bundle_of(evidence), equations)


def _equation(instance: Instance, step: Step) -> Equation:
    return Equation(
        instance.own_name(step.left),
        instance.own_name(step.right),
        rule(step.reason.rule),
        tuple(map(instance.evidence, step.reason.rows)),
    )


def _words(instance: Instance, clash: Clash) -> tuple[str, str]:
    number = clash.reason.rule
    left = clash.reason.rows[0]
    if number in _EVENTS:
        return _twice(instance, clash)
    if number in ("28", "29"):
        name, side = instance.name(left.id), "start" if number == "28" else "end"
        one, two = _values(instance, clash)[0]
        message = f"{name} {side}s at {one} by one statement and at {two} by another."
        return message, f"Give {name} one {side} time, or leave the wrong one out."
    differences = _differences(instance, clash)
    wanted = _list([f"the same {slot}" for slot in _slots(clash)])
    if number == "22":
        name = instance.name(left.id)
        return f"{name} is described twice: {differences}.", f"Give {name} {wanted} in both statements."
    if number == "unique-mention":
        name = instance.name(left.args[0], "entity")
        return f"{name} mentions two entities: {differences}.", f"Keep one of the two mentions by {name}."
    name = _known(instance, left.id)
    if name:
        message = f"{name} identifies two {relations(left.kind)}: {differences}."
        mend = f"Give one of the {relations(left.kind)} another identifier than {name}, or both {wanted}."
        return message, mend
    what = relation(instance, left)
    return (
        f"There are two statements of the {what}: {differences}.",
        f"Remove one of the two statements of the {what}, or give them {wanted}.",
    )


def _twice(instance: Instance, clash: Clash) -> tuple[str, str]:
    verb, place = _EVENTS[clash.reason.rule]
    left = clash.reason.rows[0]
    noun = _NOUNS[left.kind][0]
    actor, what = instance.name(left.args[place], "activity"), instance.name(left.args[0])
    one, two = _values(instance, clash)[0]
    wanted = _list(
        ["the same identifier", *(f"the same {slot}" for slot in _apart(instance, *clash.reason.rows))]
    )
    return (
        f"{actor} {verb} {what} twice, as {one} and as {two}.",
        f"Remove one of the two {noun}s of {what} by {actor}, give them {wanted} if they are one, "
        "or name another activity for one of them.",
    )


def _apart(instance: Instance, row: Row, other: Row) -> Iterator[str]:
    """What the arguments are called that two rows both have and that differ."""
    for slot, left, right in zip(FORMS[row.kind].slots, row.args, other.args, strict=True):
        given = instance.term(left) is not None and instance.term(right) is not None
        if given and not instance.same(left, right):
            yield _WORDS.get(slot.name) or _CAMEL.sub(" ", slot.name).lower()


def _values(instance: Instance, clash: Clash) -> list[tuple[str, str]]:
    def word(number: int) -> str:
        return "none" if instance.find(number) == 0 else instance.name(number)

    return [(word(left), word(right)) for left, right in clash.pairs]


def _slots(clash: Clash) -> list[str]:
    """What the arguments that differ are called."""
    row, other = clash.reason.rows
    slots = FORMS[row.kind].slots
    found = []
    for left, right in clash.pairs:
        place = list(zip(row.args, other.args, strict=True)).index((left, right))
        name = slots[place].name
        found.append(_WORDS.get(name) or _CAMEL.sub(" ", name).lower())
    return found


def _differences(instance: Instance, clash: Clash) -> str:
    parts = [
        f"the {slot} is {one} in one and {two} in the other"
        for slot, (one, two) in zip(_slots(clash), _values(instance, clash), strict=True)
    ]
    return "; ".join(parts)


def _list(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _known(instance: Instance, number: int) -> str:
    return instance.name(number) if instance.term(number) is not None else ""

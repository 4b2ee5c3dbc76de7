"""Validates what was asserted: bundle by bundle, every check, one report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from pyoxigraph import NamedNode

from whence.validation import dictionaries, impossible, kinds, ordering, uniqueness, versioned
from whence.validation.assertion import Assertion, Malformed
from whence.validation.chase import saturate
from whence.validation.instance import Instance
from whence.validation.report import TimeFinding, ValidationReport, Violation, ordered
from whence.validation.time_lint import lint

__all__ = ["CHECKS", "instances", "validate"]

CHECKS: Final = (
    uniqueness.check,
    kinds.check,
    impossible.check,
    ordering.check,
    dictionaries.check,
    versioned.check,
)
"""Every check of an instance."""


def validate(
    assertions: Iterable[Assertion | Malformed],
    *,
    source: str = "",
    prefixes: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    union: bool = False,
    limit: int = 1000,
    times: bool = False,
) -> ValidationReport:
    """Whether assertions are valid provenance, and what is wrong where they are not.

    Each bundle, and what is outside bundles, is an instance of its own (PROV-CONSTRAINTS, section 6.2);
    with ``union`` all are one. ``prefixes`` may fill while the assertions are read. ``files`` says
    what bundles were loaded from, by their IRIs. Of violations and
    of malformed input the report keeps ``limit`` each; it counts all violations. With ``times`` it tells
    what is odd about literal times, too, which has no part in validity.
    """
    malformed: list[Malformed] = []
    groups = _grouped(assertions, malformed, union, limit)
    known = dict(prefixes or {})
    statements = sum(map(len, groups.values()))
    bundles = len({one.bundle for group in groups.values() for one in group} if union else groups)
    kept: list[Violation] = []
    odd: list[TimeFinding] = []
    found = 0
    while groups:
        group = groups.pop(next(iter(groups)))
        instance = Instance(group, known)
        violations = _violations(instance)
        kept += islice(violations, max(limit - found, 0))
        found = len(kept) if found < limit else found
        found += sum(1 for _ in violations)
        if times:
            odd += lint([instance], limit=limit - len(odd))
    return ValidationReport(
        source,
        ordered(kept),
        tuple(malformed),
        found,
        statements,
        bundles,
        known,
        tuple(odd),
        _told(files or {}, (*kept, *malformed, *odd)),
    )


def _told(files: Mapping[str, str], found: Iterable[Violation | Malformed | TimeFinding]) -> dict[str, str]:
    """What the bundles that something is said of were loaded from."""
    bundles = {each.bundle.value for each in found if each.bundle is not None}
    return {bundle: files[bundle] for bundle in sorted(bundles) if bundle in files}


def instances(
    assertions: Iterable[Assertion | Malformed],
    prefixes: Mapping[str, str] | None = None,
    *,
    union: bool = False,
) -> Iterator[Instance]:
    """The instances that assertions make, saturated: one for each bundle, or one with ``union``."""
    groups = _grouped(assertions, [], union, 0)
    while groups:
        instance = Instance(groups.pop(next(iter(groups))), dict(prefixes or {}))
        saturate(instance)
        yield instance


def _grouped(
    assertions: Iterable[Assertion | Malformed], malformed: list[Malformed], union: bool, limit: int
) -> dict[NamedNode | None, list[Assertion]]:
    groups: dict[NamedNode | None, list[Assertion]] = {}
    for item in assertions:
        if isinstance(item, Malformed):
            if len(malformed) < limit:
                malformed.append(item)
        else:
            groups.setdefault(None if union else item.bundle, []).append(item)
    return groups


def _violations(instance: Instance) -> Iterator[Violation]:
    for check in CHECKS:
        yield from check(instance)

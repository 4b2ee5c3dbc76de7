"""What follows: the rules of a profile, their evaluation, and why a statement holds."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from whence import ontology
from whence.errors import WhenceError

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from whence.reasoning.rules import RuleSet

__all__ = ["PROFILES", "check_profile", "ruleset"]

PROFILES: Final = ("none", "owl", "prov", "prov-full")
"""What is inferred: nothing; what axioms of vocabularies say; PROV-CONSTRAINTS too; existentials too."""


_compiling = threading.Lock()


def check_profile(name: str | None) -> None:
    """Raise :class:`WhenceError` if there is no such profile; ``None`` is for not giving one."""
    if name is not None and name not in PROFILES:
        raise WhenceError(f"no inference profile is called {name!r}; there are {', '.join(PROFILES)}")


def ruleset(profile: str = "prov", extra: Iterable[Triple] = ()) -> RuleSet:
    """The rules of one of :data:`PROFILES`, with what the ontologies in ``extra`` say (not for ``none``).

    Kept for the process: equal arguments give the same object. Raises :class:`WhenceError` for another
    profile, and :class:`whence.errors.SourceError` for axioms that make too many rules.
    """
    check_profile(profile)
    # What parses ontologies and rules is not made for two threads at once.
    with _compiling:
        return _ruleset(profile, frozenset(extra) if profile != "none" else frozenset())


@lru_cache(maxsize=8)
def _ruleset(profile: str, extra: frozenset[Triple]) -> RuleSet:
    from whence.reasoning.compile import compile_tbox
    from whence.reasoning.drafts import digest
    from whence.reasoning.rules import RuleSet
    from whence.reasoning.sparql_rules import compile_rules
    from whence.reasoning.tbox import closed

    if profile == "none":
        return RuleSet(profile, (), (), digest())
    names = ontology.VOCABULARIES if profile == "owl" else ontology.ONTOLOGIES
    axioms = [triple for name in names for triple in ontology.load(name)]
    rules, contradictions = compile_tbox(closed([*axioms, *extra]))
    rules += compile_rules(ontology.rules(), profile)
    return RuleSet(profile, tuple(rules), tuple(contradictions), digest(*rules, *contradictions))

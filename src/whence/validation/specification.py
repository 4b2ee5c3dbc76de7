"""The rules of PROV-CONSTRAINTS, PROV-DICTIONARY and Versioned-PROV: number, title, link, mending."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Rule", "rule", "rules"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A definition, inference or constraint.

    ``id`` is its number in PROV-CONSTRAINTS (``"42"``), or ``dictionary-N`` and ``V1`` to ``V9``;
    ``kind`` is inference, constraint or shape. ``mend`` says in one sentence how to put a violation
    right, and is empty for inferences.
    """

    id: str
    kind: str
    name: str
    title: str
    link: str
    mend: str = ""


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, as ``rules.toml`` lists them."""
    text = files("whence.validation").joinpath("rules.toml").read_text(encoding="utf-8")
    return {key: Rule(key, **row) for key, row in tomllib.loads(text).items()}


def rule(id: str | int) -> Rule:
    """The rule with this id."""
    return rules()[str(id)]

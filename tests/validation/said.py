"""PROV-N statements as what validation works on; ``ex:`` is declared."""

from __future__ import annotations

import io

from whence.validation.assertion import Assertion
from whence.validation.instance import Instance
from whence.validation.reading import read_assertions
from whence.validation.report import ValidationReport
from whence.validation.validate import validate

EX = "http://example.org/"


def assertions(text: str) -> list[Assertion]:
    """The statements of a text, which are all well-formed."""
    document = f"document\nprefix ex <{EX}>\n{text}\nendDocument"
    items = read_assertions(io.BytesIO(document.encode()), "provn").items
    return [item for item in items if isinstance(item, Assertion)]


def instance(text: str) -> Instance:
    """The statements outside bundles as an instance."""
    return Instance(assertions(text), {"ex": EX})


def report(text: str) -> ValidationReport:
    """What validation says of the statements."""
    return validate(assertions(text), prefixes={"ex": EX})


def numbers(text: str) -> list[str]:
    """The numbers of the constraints that the statements violate, one for each violation."""
    return [violation.rule.id for violation in report(text).violations]

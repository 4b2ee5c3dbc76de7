"""Public cases with a verdict get it, in every format; those without one at least do not crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from tests.validation.texts import RDF, WRITERS, report_of, written

from whence.errors import SourceSyntaxError
from whence.validation.assertion import Assertion
from whence.validation.reading import read_assertions
from whence.validation.validate import validate

CASES: Final = Path(__file__).parents[2] / ".." / "shared" / "cases" / "constraints"
FORMATS: Final = {"xml": "provxml", "provn": "provn", "json": "provjson", "ttl": "turtle", "trig": "trig"}
DISPUTED: Final = {
    # The responsible of a delegation is missing, which no PROV syntax allows: docs/validation.md.
    "provtoolbox-validation/unification/delegation-fail5.xml": "malformed",
    "provtoolbox-validation/unification/delegation-fail5.provn": "malformed",
}

pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this checkout")


def cases() -> list[dict[str, Any]]:
    manifest = CASES / "manifest.json"
    found: list[dict[str, Any]] = json.loads(manifest.read_text()) if manifest.exists() else []
    return found


def expected(case: dict[str, Any]) -> str:
    """The verdict: in RDF converted from elsewhere, what survived that."""
    return str(case.get("expected_rdf", case["expected"]))


def outcome(case: dict[str, Any]) -> str:
    """What we say: valid, invalid or malformed."""
    try:
        return report_of((CASES / case["path"]).read_bytes(), FORMATS[case["format"]], case["path"]).outcome
    except SourceSyntaxError:
        return "malformed"


def _path(case: dict[str, Any]) -> str:
    return str(case["path"])


def with_verdict() -> list[dict[str, Any]]:
    return [case for case in cases() if expected(case) in ("valid", "invalid")]


@pytest.mark.parametrize("case", with_verdict(), ids=_path)
def test_verdict(case: dict[str, Any]) -> None:
    found = outcome(case)
    assert ("valid" if found == "valid" else "invalid") == expected(case), found


@pytest.mark.parametrize(
    "case", [case for case in cases() if expected(case) not in ("valid", "invalid")], ids=_path
)
def test_without_verdict(case: dict[str, Any]) -> None:
    found = outcome(case)
    if case["expected"] == "disputed":
        assert found == DISPUTED[case["path"]]
    else:
        assert found in ("valid", "invalid")


@pytest.mark.parametrize("format", [*WRITERS, *RDF])
@pytest.mark.parametrize(
    "case", [case for case in with_verdict() if case["format"] in ("provn", "xml", "json")], ids=_path
)
def test_verdict_in_other_formats(case: dict[str, Any], format: str) -> None:
    with (CASES / case["path"]).open("rb") as stream:
        source = read_assertions(stream, FORMATS[case["format"]], name=case["path"])
        try:
            said = [item for item in source.items if isinstance(item, Assertion)]
        except SourceSyntaxError:
            pytest.skip("not read: there is nothing to write")
    if format in ("turtle", "rdfxml") and any(each.bundle for each in said):
        pytest.skip("the format has no bundles")
    again = report_of(written(said, format), format)
    twin = next((each for each in cases() if each["name"] == case["name"] and "expected_rdf" in each), None)
    wanted = expected(twin) if twin and format in RDF else expected(case)
    assert again.valid == (wanted == "valid"), [each.message for each in again.violations]
    if format in WRITERS:
        assert validate(said).valid == again.valid

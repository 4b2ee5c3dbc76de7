"""Documents of our own for every constraint, valid and invalid, in every syntax."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from tests.validation.reference import ORDERING, parsed
from tests.validation.texts import RDF, WRITERS, named, report_of, written

from whence.validation.assertion import Assertion
from whence.validation.reading import read_assertions
from whence.validation.report_text import text

CORPUS: Final = Path(__file__).parent / "corpus"
MANIFEST: Final[dict[str, Any]] = tomllib.loads((CORPUS / "manifest.toml").read_text())
DOCUMENTS: Final[list[dict[str, Any]]] = MANIFEST["document"]


def _names(entry: dict[str, Any]) -> str:
    return str(entry["file"])


@pytest.mark.parametrize("entry", DOCUMENTS, ids=_names)
def test_verdict_and_constraints(entry: dict[str, Any]) -> None:
    report = report_of((CORPUS / entry["file"]).read_bytes(), "provn", entry["file"])
    shown = [f"{each.rule.id}: {each.message}" for each in report.violations]
    assert report.valid == entry["valid"], shown
    assert not report.malformed
    if not entry["valid"]:
        assert set(map(str, entry.get("named", entry["about"]))) <= set(named(report)), shown


@pytest.mark.parametrize("format", [*WRITERS, *RDF])
@pytest.mark.parametrize("entry", DOCUMENTS, ids=_names)
def test_verdict_in_other_syntaxes(entry: dict[str, Any], format: str) -> None:
    data = written(_assertions(entry), format)
    report = report_of(data, format)
    shown = [f"{each.rule.id}: {each.message}" for each in report.violations]
    shown += [each.reason for each in report.malformed]
    lossy = "rdf" in entry and format in RDF
    apart = "why" in entry and "rdf" not in entry and format in ("turtle", "rdfxml")
    if not apart:
        assert report.valid == (entry["rdf"] == "valid" if lossy else entry["valid"]), shown


def _assertions(entry: dict[str, Any]) -> list[Assertion]:
    stream = io.BytesIO((CORPUS / entry["file"]).read_bytes())
    items = list(read_assertions(stream, "provn", name=entry["file"]).items)
    assert all(isinstance(item, Assertion) for item in items)
    return [item for item in items if isinstance(item, Assertion)]


def test_the_corpus_is_complete() -> None:
    assert {entry["file"] for entry in DOCUMENTS} == {path.name for path in CORPUS.glob("*.provn")}
    valid = {number for entry in DOCUMENTS if entry["valid"] for number in entry["about"]}
    invalid = {number for entry in DOCUMENTS if not entry["valid"] for number in entry["about"]}
    assert {*range(22, 57)} - valid <= {55}
    assert {*range(22, 57)} - invalid == set(MANIFEST["cannot_fail"])


def test_what_cannot_fail_leads_to_ends_and_invalidations_only() -> None:
    """Nothing leads from those to a generation, and only those are ordered strictly."""
    kinds: dict[int, set[tuple[str, str]]] = {}
    for number, premises, ((_, left, right),) in parsed(ORDERING):
        events = {atom[1]: atom[0] for atom in premises if atom[0] != "wasDerivedFrom"}
        kinds.setdefault(number, set()).add((events.get(left, "used"), events.get(right, "wasGeneratedBy")))
    last = {"wasEndedBy", "wasInvalidatedBy"}
    edges = {edge for several in kinds.values() for edge in several}
    assert all(after in last for before, after in edges if before in last)
    assert all(
        kinds[number] <= {(b, a) for b, a in edges if a in last} for number in MANIFEST["cannot_fail"]
    )


LONG: Final = {
    "circle of derivations": (
        "",
        "entity(ex:e{n})\nwasDerivedFrom(ex:e{n}, ex:e{before})\n",
        "wasDerivedFrom(ex:e0, ex:e{last})\nentity(ex:e0)",
    ),
    "circle of specializations": (
        "",
        "specializationOf(ex:e{n}, ex:e{before})\n",
        "specializationOf(ex:e0, ex:e{last})",
    ),
    "inherited emptiness": (
        "entity(ex:e0, [prov:type='prov:EmptyCollection'])\n",
        "specializationOf(ex:e{n}, ex:e{before})\n",
        "hadMember(ex:e{last}, ex:x)",
    ),
    "inherited identifier": (
        "entity(ex:e0)\n",
        "specializationOf(ex:e{n}, ex:e{before})\n",
        "used(ex:e{last}; ex:a, ex:x, -)",
    ),
}


@pytest.mark.parametrize("name", LONG)
def test_faults_far_apart_are_found_and_told_in_bounds(name: str) -> None:
    first, step, last = LONG[name]
    steps = "".join(step.format(n=n, before=n - 1) for n in range(1, 3000))
    body = f"{first}{steps}{last.format(last=2999)}"
    report = report_of(f"document\nprefix ex <http://example.org/>\n{body}\nendDocument".encode(), "provn")
    assert report.found == 1
    assert len(text(report)) < 5000

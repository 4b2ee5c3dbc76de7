"""Validating in a real browser: paste, read, mend, validate again, with and without script."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


@SCRIPT
def test_an_example_is_validated_mended_and_validated_again(visit: Open, script: bool) -> None:
    page = visit(java_script_enabled=script).go("/")
    page.get_by_role("link", name="Validate", exact=True).click()
    page.get_by_role("link", name="Events in a circle").click()
    page.get_by_role("button", name="Validate").click()
    assert "Invalid" in page.get_by_role("status").inner_text()
    problem = page.get_by_role("article")
    assert "Constraint 42" in problem.inner_text()
    assert problem.locator("svg .box").count() == 3
    assert problem.locator("svg .arrow.back").count() == 1
    assert problem.get_by_role("table").locator("tbody tr").count() == 3
    problem.get_by_role("link", name="line 14").click()
    assert page.locator(":target").inner_text().startswith("14  wasStartedBy")
    box = page.get_by_label("Provenance in any syntax")
    mended = box.input_value().replace("wasStartedBy(ex:mixing, ex:cake, -, -)", "")
    box.fill(mended)
    page.get_by_role("button", name="Validate").click()
    assert "Valid" in page.get_by_role("status").inner_text()
    assert box.input_value() == mended


@SCRIPT
def test_a_file_is_validated(visit: Open, script: bool, tmp_path: Path) -> None:
    file = tmp_path / "twice.provn"
    file.write_text("document\nprefix ex <http://a.example/>\nentity(ex:a)\nactivity(ex:a)\nendDocument\n")
    page = visit(java_script_enabled=script).go("/validate")
    page.get_by_label("or a file").set_input_files(file)
    page.get_by_role("button", name="Validate").click()
    assert "twice.provn" in page.get_by_role("status").inner_text()
    assert page.locator(".source .bad .line-number").all_inner_texts() == ["3", "4"]


def test_the_report_can_be_had_as_data(visit: Open) -> None:
    window = visit(java_script_enabled=False)
    page = window.go("/validate?example=twice")
    page.get_by_role("button", name="JSON").click()
    assert json.loads(page.locator("body").inner_text())["found"] == 2
    # Data names no icon, so the browser looks for one at the usual place.
    assert [fault for fault in window.faults if "404" not in fault] == []
    window.faults.clear()


def test_a_fault_of_grammar_shows_the_place(visit: Open) -> None:
    window = visit()
    page = window.go("/validate")
    page.get_by_label("Provenance in any syntax").fill("document\n  entity(ex:a\nendDocument\n")
    page.get_by_role("button", name="Validate").click()
    assert page.get_by_role("alert").inner_text()
    assert page.locator(".source .bad").count() == 1
    # The browser itself notes every answer that is not a success.
    assert [fault for fault in window.faults if "400" not in fault] == []
    window.faults.clear()


def test_a_bundle_is_validated_from_its_page(visit: Open) -> None:
    page = visit(java_script_enabled=False).go(
        "/resource?iri=http%3A%2F%2Fexample.org%2Fdemo%2Fair-quality"
    )
    page.get_by_role("link", name="Validate this bundle").click()
    assert page.get_by_role("status").inner_text().startswith(("Valid", "Invalid"))
    page.get_by_role("heading", level=1).get_by_role("link").click()
    assert "bundle" in page.locator("p.kind").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_reports_fit_the_screen(visit: Open, scheme: str, width: int) -> None:
    page = visit(color_scheme=scheme, viewport={"width": width, "height": 800}).go(
        "/validate?example=order"
    )
    page.get_by_role("button", name="Validate").click()
    page.wait_for_selector(".outcome")
    assert page.evaluate("document.documentElement.scrollWidth") <= width

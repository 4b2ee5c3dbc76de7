"""Lineage and versions in a real browser, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

Open = Callable[..., Any]
REPORT = quote("http://example.org/air/report/v2", safe="")
THING = quote("http://example.org/air/report", safe="")


@pytest.mark.parametrize("script", [True, False])
def test_from_a_thing_to_what_it_comes_from(visit: Open, script: bool) -> None:
    page = visit(java_script_enabled=script).go(f"/resource?iri={REPORT}")
    page.get_by_role("link", name="Where is it from?").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Where Fine dust report")
    drawn = page.get_by_role("region", name="Drawn")
    assert drawn.get_by_role("link").count() > 5
    assert page.get_by_role("region", name="Step by step").get_by_role("link").count() > 5
    page.get_by_role("region", name="As a table").get_by_role("link").nth(1).click()
    assert "/resource?iri=" in page.url


@pytest.mark.parametrize("script", [True, False])
def test_asking_otherwise_by_the_form(visit: Open, script: bool) -> None:
    page = visit(java_script_enabled=script).go(f"/lineage?iri={REPORT}")
    before = page.locator("tbody tr").count()
    page.get_by_label("Steps at most").fill("1")
    page.locator("#f-view").select_option("entities")
    page.get_by_role("button", name="Ask").click()
    assert "depth=1" in page.url
    assert "view=entities" in page.url
    assert 0 < page.locator("tbody tr").count() < before
    assert page.get_by_label("Steps at most").input_value() == "1"


@pytest.mark.parametrize("script", [True, False])
def test_two_versions_are_compared(visit: Open, script: bool) -> None:
    page = visit(java_script_enabled=script).go(f"/versions?iri={THING}")
    page.get_by_label("from version 1").check()
    page.get_by_label("to version 2").check()
    page.get_by_role("button", name="Compare").click()
    assert page.get_by_role("heading", level=1).inner_text() == "What differs"
    assert "between two entities" in page.locator("#found").inner_text()


def test_the_drawing_is_downloaded(visit: Open) -> None:
    page = visit().go(f"/lineage?iri={REPORT}")
    with page.expect_download() as waiting:
        page.locator("main").get_by_role("link", name="SVG").click()
    path = waiting.value.path()
    assert Path(path).read_text(encoding="utf-8").startswith("<svg")


def test_the_drawing_opens_by_itself_in_its_own_colours(visit: Open) -> None:
    page = visit(color_scheme="dark").go(f"/lineage.svg?iri={REPORT}")
    fill = page.evaluate("getComputedStyle(document.querySelector('.entity path')).fill")
    assert fill == "rgb(59, 53, 15)"


def test_nothing_runs_over_the_edge_of_a_phone(visit: Open) -> None:
    for path in (f"/lineage?iri={REPORT}", f"/versions?iri={THING}", f"/history?iri={THING}"):
        page = visit(viewport={"width": 320, "height": 640}).go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_keyboard_reaches_the_things_in_a_drawing(visit: Open) -> None:
    page = visit().go(f"/lineage?iri={REPORT}")
    page.locator("figure a.box").first.focus()
    width = page.evaluate(
        "parseFloat(getComputedStyle(document.activeElement.querySelector('path')).strokeWidth)"
    )
    assert width >= 3

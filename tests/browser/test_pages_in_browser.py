"""The pages in a real browser: what people do, with and without script, on a phone, in the dark."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

REPORT = quote("http://example.org/air/report/v2", safe="")
BUNDLE = quote("http://example.org/demo/air-quality", safe="")
QUERY = "SELECT ?n WHERE { VALUES ?n { 41 42 } }"
PATHS = [
    "/",
    "/bundles",
    "/sparql",
    f"/sparql?query={quote('SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 30')}",
    f"/resource?iri={REPORT}",
    f"/resource?iri={BUNDLE}&show=all",
    "/things?type=http%3A%2F%2Fwww.w3.org%2Fns%2Fprov%23Entity",
    "/search?q=report",
    "/explain?subject=http%3A%2F%2Fexample.org%2Fair%2Fwrite%2F1&predicate=prov%3AwasInformedBy"
    "&object=http%3A%2F%2Fexample.org%2Fair%2Fdraw%2F1",
    "/validate?example=twice",
    f"/validate?bundle={BUNDLE}",
]
Open = Callable[..., Any]


def test_from_the_front_page_to_a_report_and_back_to_its_source(visit: Open) -> None:
    page = visit().go("/")
    page.get_by_label("Search by name or IRI").fill("second edition")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Fine dust report, second edition").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Fine dust report, second edition"
    page.get_by_role("link", name="Revise the report").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Revise the report"


def test_the_picture_can_be_walked(visit: Open) -> None:
    page = visit().go(f"/resource?iri={REPORT}")
    box = page.locator(".picture a.box", has_text="Revise the report")
    box.click()
    page.wait_for_url("**/resource?iri=*revise*")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_an_inferred_statement_to_those_who_asserted_what_it_follows_from(
    visit: Open, script: bool
) -> None:
    page = visit(java_script_enabled=script).go("/resource?iri=http%3A%2F%2Fexample.org%2Fair%2Fwrite%2F1")
    line = page.locator(".sentences li", has_text="was informed by Draw the figure")
    assert "inferred" in line.inner_text()
    line.get_by_role("link", name="why?").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Why does this hold?"
    derivation = page.locator(".derivation")
    assert "inference 6" in derivation.inner_text()
    assert "prov:wasGeneratedBy" in derivation.inner_text()
    assert page.locator(".drawing svg").is_visible()
    derivation.get_by_role("link", name="Record of the run of 2 March 2026").first.click()
    assert "bundle" in page.locator("p.kind").inner_text()


def test_what_merely_repeats_is_folded_away_and_can_be_unfolded(visit: Open) -> None:
    page = visit(java_script_enabled=False).go(f"/resource?iri={REPORT}")
    folded = page.locator(".folded")
    assert not folded.get_by_role("link", name="why?").first.is_visible()
    folded.locator("summary").click()
    assert folded.get_by_role("link", name="why?").first.is_visible()


def test_a_query_leaves_out_what_is_inferred_without_script(visit: Open) -> None:
    text = "SELECT DISTINCT ?p WHERE { ?s ?p ?o FILTER(?p = <http://www.w3.org/ns/prov#generated>) }"
    page = visit(java_script_enabled=False).go(f"/sparql?query={quote(text)}")
    assert "1 row " in page.get_by_role("status").inner_text()
    page.get_by_label("Without inferred statements").check()
    page.get_by_role("button", name="Run").click()
    assert "0 rows" in page.get_by_role("status").inner_text()
    assert page.get_by_label("Without inferred statements").is_checked()


def test_a_query_is_typed_and_run_and_its_answer_downloaded(visit: Open, tmp_path: Any) -> None:
    page = visit().go("/sparql")
    editor = page.get_by_label("Query", exact=True)
    editor.press("Control+a")
    editor.press_sequentially(QUERY)
    assert page.locator(".paint .k").all_inner_texts() == ["SELECT", "WHERE", "VALUES"]
    assert page.locator(".paint .v").all_inner_texts() == ["?n", "?n"]
    editor.press("Control+Enter")
    page.wait_for_selector("table.answer")
    assert page.locator("table.answer td").all_inner_texts() == ["41", "42"]
    assert "2 rows" in page.get_by_role("status").inner_text()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").first.click()
    target = tmp_path / "answer.csv"
    waiting.value.save_as(target)
    assert list(csv.reader(target.read_text().splitlines())) == [["n"], ["41"], ["42"]]


def test_a_wrong_query_shows_the_place(visit: Open) -> None:
    window = visit()
    page = window.go("/sparql")
    page.get_by_label("Query", exact=True).fill("SELECT ?x WHERE {\n  ?x a b\n}")
    page.get_by_role("button", name="Run").click()
    assert re.match(r"Line \d+, column \d+: ", page.get_by_role("alert").inner_text())
    assert page.locator(".source .bad mark").count() == 1
    # The browser itself notes every answer that is not a success.
    assert [fault for fault in window.faults if "400" not in fault] == []
    window.faults.clear()


def test_the_editor_indents_and_lets_the_keyboard_out(visit: Open) -> None:
    page = visit().go("/sparql")
    editor = page.get_by_label("Query", exact=True)
    editor.fill("ASK {\n?s ?p ?o\n}")
    editor.press("Control+a")
    editor.press("Tab")
    assert editor.input_value() == "  ASK {\n  ?s ?p ?o\n  }"
    editor.press("Control+z")
    assert editor.input_value() == "ASK {\n?s ?p ?o\n}"
    editor.press("Escape")
    editor.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"


def test_a_prefix_is_put_before_the_query_once(visit: Open) -> None:
    page = visit().go("/sparql")
    editor = page.get_by_label("Query", exact=True)
    editor.fill("ASK {}")
    for _ in range(2):
        page.get_by_label("Add prefix").select_option(label="rdfs")
    assert editor.input_value() == "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\nASK {}"


def test_hostile_text_in_the_editor_is_only_painted(visit: Open) -> None:
    page = visit().go("/sparql")
    page.get_by_label("Query", exact=True).fill("# <img src=x onerror=alert(1)>\nASK {}")
    assert page.locator(".paint img").count() == 0
    assert page.locator(".paint .c").inner_text() == "# <img src=x onerror=alert(1)>"


def test_the_iri_can_be_copied(visit: Open) -> None:
    window = visit(permissions=["clipboard-read", "clipboard-write"])
    page = window.go(f"/resource?iri={REPORT}")
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "http://example.org/air/report/v2"


def test_everything_works_without_script(visit: Open) -> None:
    page = visit(java_script_enabled=False).go("/")
    page.get_by_role("link", name="SPARQL").first.click()
    page.get_by_label("Query", exact=True).fill(QUERY)
    page.get_by_role("button", name="Run").click()
    assert page.locator("table.answer td").all_inner_texts() == ["41", "42"]
    with page.expect_download() as waiting:
        page.get_by_role("link", name="JSON").first.click()
    assert waiting.value.path().read_bytes().startswith(b"{")
    page.get_by_role("link", name="Bundles").first.click()
    page.get_by_role("link", name="air_quality.provn").click()
    page.get_by_role("link", name="Entities").click()
    page.get_by_role("link", name="Fine dust report, first edition").click()
    assert page.locator(".picture svg a").count() > 1
    assert not page.get_by_role("button", name="Copy").is_visible()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_is_wider_than_the_window(visit: Open, path: str, width: int) -> None:
    page = visit(viewport={"width": width, "height": 700}).go(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_windows_get_dark_pages(visit: Open) -> None:
    def brightness(scheme: str) -> float:
        page = visit(color_scheme=scheme).go("/")
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3

    assert brightness("dark") < 60 < 200 < brightness("light")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_moves_while_a_page_loads(visit: Open, path: str) -> None:
    page = visit().go(path)
    moved = page.evaluate(
        """() => new Promise(done => {
            let total = 0;
            new PerformanceObserver(list => list.getEntries().forEach(e => { total += e.value; }))
                .observe({type: 'layout-shift', buffered: true});
            setTimeout(() => done(total), 100);
        })"""
    )
    assert moved < 0.02

"""Choosing a format by Accept (RFC 9110, section 12.5.1) and by name."""

from __future__ import annotations

import pytest

from whence.web.negotiation import GRAPH_FORMATS, HTML, SELECT_FORMATS, choose, named


@pytest.mark.parametrize(
    ("accept", "engine"),
    [
        (None, "JSON"),
        ("", "JSON"),
        ("*/*", "JSON"),
        ("application/*", "JSON"),
        ("text/*", "CSV"),
        ("text/csv", "CSV"),
        ("TEXT/CSV", "CSV"),
        ("text/csv;q=0.1, text/tab-separated-values;q=0.2", "TSV"),
        ("text/csv;q=0.1, */*;q=0.2", "JSON"),
        ("application/sparql-results+json;q=0, */*", "XML"),
        ("application/json", "JSON"),
        ("application/sparql-results+xml; charset=utf-8", "XML"),
        ("image/png, text/csv", "CSV"),
        ("text/csv, */*", "CSV"),
    ],
)
def test_results(accept: str | None, engine: str) -> None:
    chosen = choose(accept, SELECT_FORMATS)
    assert chosen is not None
    assert chosen.engine == engine


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "nonsense", "*/*;q=0"])
def test_nothing_fits(accept: str) -> None:
    assert choose(accept, SELECT_FORMATS) is None


def test_a_browser_prefers_html_where_there_is_a_page() -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert choose(browser, (*SELECT_FORMATS, *GRAPH_FORMATS, HTML)) is HTML


@pytest.mark.parametrize("name", ["turtle", "ttl", "text/turtle", "application/ld json", "TTL", "nt"])
def test_names(name: str) -> None:
    assert named(name, GRAPH_FORMATS) is not None


def test_an_unknown_name() -> None:
    assert named("docx", GRAPH_FORMATS) is None

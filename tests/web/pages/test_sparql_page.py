"""The SPARQL page: editor, answers, errors, downloads."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from pyoxigraph import Store

from whence.errors import QuerySyntaxError, QueryTimeout, WhenceError
from whence.web.pages import render_sparql_page
from whence.web.sparql_page import EXAMPLES


def page(workshop: Any, query: str = "", error: WhenceError | None = None, **more: Any) -> str:
    with workshop.app.test_request_context("/sparql"):
        result = workshop.service.run(query) if query and error is None else None
        source: str = render_sparql_page(query, result, error=error, **more).get_data(as_text=True)
        return source


def rows(source: str) -> list[list[str]]:
    body = source[source.index("<tbody>") : source.index("</tbody>")]
    body = re.sub(r"<svg.*?</svg>", "", body, flags=re.DOTALL)
    return [
        [
            html.unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def test_an_empty_page_offers_a_query_and_examples(workshop: Any) -> None:
    source = page(workshop)
    assert '<form class="editor-form" action="/sparql" method="get">' in source
    assert html.escape(EXAMPLES[0].query, quote=False)[:40] in source
    assert "What was made, by what, and when?" in source


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_examples_run_on_any_store(example: Any) -> None:
    Store().query(example.query)


def test_a_select_is_a_table_with_links_and_downloads(workshop: Any) -> None:
    source = page(
        workshop,
        "SELECT ?s ?n { ?s <http://pots.example/kilograms> ?n }",
        seconds=0.0123,
    )
    assert rows(source) == [["Grey clay", "2.5"]]
    assert 'href="/resource?iri=http%3A%2F%2Fpots.example%2Fclay"' in source
    assert "1 row" in source
    assert "in 12.3 ms" in source
    for name in ("json", "csv", "tsv", "xml"):
        assert f"&amp;format={name}" in source


def test_more_rows_than_a_page_holds_are_cut_and_said(workshop: Any) -> None:
    values = " ".join(str(n) for n in range(1200))
    source = page(workshop, f"SELECT ?n {{ VALUES ?n {{ {values} }} }}")
    assert len(rows(source)) == 1000
    assert "The first 1,000 rows" in source


def test_ask_answers_yes_or_no(workshop: Any) -> None:
    assert ">Yes<" in page(workshop, "ASK { ?s ?p ?o }")
    assert ">No<" in page(workshop, "ASK { <urn:none> ?p ?o }")


def test_construct_shows_statements_and_offers_turtle(workshop: Any) -> None:
    source = page(
        workshop,
        "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } FILTER(?s = <http://pots.example/ada>) }",
    )
    assert "3 statements" in source
    assert "format=ttl" in source


def test_nothing_found_is_said(workshop: Any) -> None:
    assert "nothing in the store matches" in page(workshop, "SELECT * { <urn:none> ?p ?o }")


def test_an_error_marks_its_place(workshop: Any) -> None:
    query = "SELECT ?x WHERE {\n  ?x ?y <b>\n}"
    source = page(workshop, query, QuerySyntaxError("expected an IRI", line=2, column=9), status=400)
    assert "Line 2, column 9: expected an IRI" in source
    assert re.search(r'class="line bad">.*?2</span>  \?x \?y <mark>&lt;</mark>b&gt;', source)
    assert html.escape(query, quote=False) in source


@pytest.mark.parametrize(("line", "column"), [(99, 99), (1, 500), (0, 0), (2, None), (None, None)])
def test_a_place_outside_the_text_breaks_nothing(
    workshop: Any, line: int | None, column: int | None
) -> None:
    error = QuerySyntaxError("odd", line=line, column=column)
    assert "odd" in page(workshop, "SELECT", error, status=400)


def test_other_errors_are_told_in_their_words(workshop: Any) -> None:
    assert "stopped after 2 s" in page(workshop, "SELECT", QueryTimeout("stopped after 2 s"), status=504)

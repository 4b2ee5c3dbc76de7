"""Front page, lists, search, bundles, and the data beside every page."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, parse

from whence.errors import QueryTimeout
from whence.web import reading

POT = "http://pots.example/"
PROV = "http://www.w3.org/ns/prov#"
PAGES: list[tuple[str, dict[str, str]]] = [
    ("/", {}),
    ("/bundles", {}),
    ("/things", {"type": PROV + "Entity"}),
    ("/search", {"q": "bowl"}),
    ("/resource", {"iri": POT + "bowl"}),
    ("/resource", {"iri": POT + "record"}),
    ("/related", {"iri": POT + "shelf", "property": PROV + "hadMember", "way": "outgoing"}),
]


def test_the_front_page_tells_what_is_in_the_store(workshop: Any) -> None:
    text = workshop.text("/")
    assert "8 entities 1 activity 1 agent 1 bundle 52 asserted statements 1 inferred" in text
    assert "not current: it may lag behind what is asserted" in text
    assert "Newest activities Throw the bowl 3 May 2026, 10:00 UTC" in text
    assert "Workshop record 37 statements, 4 May 2026" in text
    assert "prov:Person 1" in text
    assert "prov:Generation" not in text


def test_an_empty_store_says_how_to_load_something(make_visitor: Callable[..., Any]) -> None:
    text = make_visitor().text("/")
    assert "This store is empty" in text
    assert "whence load workflow.provn" in text


def test_a_write_shows_on_the_front_page(workshop: Any) -> None:
    workshop.html("/")
    workshop.service.add(f"<{POT}bert> a <{PROV}Agent> .", graph="urn:more")
    text = workshop.text("/")
    assert "2 agents 2 bundles" in text


def test_system_graphs_are_no_bundles(workshop: Any) -> None:
    text = workshop.text("/bundles")
    assert "Workshop record" in text
    assert "whence:catalogue" not in text and "whence:inferred" not in text


def test_the_page_of_a_bundle_has_its_record_contents_and_downloads(workshop: Any) -> None:
    text = workshop.text("/resource", iri=POT + "record")
    assert text.startswith("bundle Workshop record")
    for words in ("Statements 37", "Source workshop.trig", "Read by load", "Written 4 May 2026, 08:00 UTC"):
        assert words in text
    assert "Activities 1 Entities 7 Agents 1 Everything" in text
    assert "sh:declare" not in text
    source = workshop.html("/resource", iri=POT + "record", show="agents")
    assert "Ada</a>" in source.replace("</span>", "") and "Throw the bowl" not in source
    assert "/store?graph=http%3A%2F%2Fpots.example%2Frecord&amp;format=turtle" in source
    assert "/document.provn?iri=" in source


def test_a_bundle_can_be_had_as_a_prov_document(workshop: Any) -> None:
    response = workshop.get("/document.provn", iri=POT + "record")
    assert response.content_type == "text/provenance-notation; charset=utf-8"
    assert "wasRevisionOf" in response.text or "wasDerivedFrom(pot:mended, pot:bowl" in response.text
    assert workshop.get("/document.provn", iri="urn:none").status_code == 404
    assert workshop.get("/document.provn", iri="none").status_code == 400


def test_a_graph_without_a_record_is_still_a_bundle(make_visitor: Callable[..., Any]) -> None:
    visitor = make_visitor(f"<urn:g> {{ <urn:e> a <{PROV}Entity> }}")
    assert "urn:g" in visitor.text("/bundles")
    assert visitor.text("/resource", iri="urn:g").startswith("bundle g")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mend", "Mended bowl"),
        ("BOWL", "Throw the bowl"),
        ("pots.example/cl", "Grey clay"),
        ("pot:ada", "Ada"),
    ],
)
def test_search_finds_by_label_iri_part_and_prefixed_name(workshop: Any, text: str, found: str) -> None:
    assert found in workshop.text("/search", q=text)


def test_search_that_finds_nothing_says_so(workshop: Any) -> None:
    assert "Nothing found" in workshop.text("/search", q="teapot")
    assert workshop.get("/search").status_code == 200


def test_things_of_a_type_come_in_pages(make_visitor: Callable[..., Any]) -> None:
    visitor = make_visitor("".join(f"<urn:e:{n}> a <urn:T> ." for n in range(70)))
    rows = []
    for page in ("1", "2"):
        rows += visitor.get("/things.csv", type="urn:T", page=page).text.splitlines()[1:]
    assert len(set(rows)) == len(rows) == 70
    assert visitor.get("/things", type="urn:None").status_code == 404
    assert visitor.get("/things", type="not an iri").status_code == 400


@pytest.mark.parametrize("page", ["0", "-3", "x", "1e9", "99999999999999999999", "²"])
def test_a_strange_page_number_breaks_nothing(workshop: Any, page: str) -> None:
    assert workshop.get("/things", type=PROV + "Entity", page=page).status_code in (200, 404)


@pytest.mark.parametrize(("path", "arguments"), PAGES)
def test_every_view_is_there_as_turtle_json_and_csv(
    workshop: Any, path: str, arguments: dict[str, str]
) -> None:
    page = workshop.get(path, **arguments)
    links = re.findall(
        r'<([^>]+)>; rel="alternate"; type="([^"]+)"', ", ".join(page.headers.getlist("Link"))
    )
    assert [media for _, media in links] == ["text/turtle", "application/ld+json", "text/csv"]
    for url, media in links:
        response = workshop.client.get(url)
        assert response.status_code == 200
        assert response.mimetype == media
    turtle, json_ld, table = (workshop.client.get(url) for url, _ in links)
    triples = {quad.triple for quad in parse(turtle.data, format=RdfFormat.TURTLE)}
    assert triples
    assert {quad.triple for quad in parse(json_ld.data, format=RdfFormat.JSON_LD)} == triples
    assert json.loads(json_ld.data)
    rows = list(csv.reader(io.StringIO(table.text)))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize(("path", "arguments"), PAGES)
def test_the_plain_address_gives_programs_data(workshop: Any, path: str, arguments: dict[str, str]) -> None:
    response = workshop.get(path, accept="text/turtle", **arguments)
    assert response.mimetype == "text/turtle"
    assert "Accept" in response.headers["Vary"]
    assert workshop.get(path, accept="application/json", **arguments).mimetype == "application/ld+json"
    assert workshop.get(path, accept="*/*", **arguments).mimetype == "text/html"


@pytest.mark.parametrize(("path", "arguments"), PAGES)
def test_the_sparql_behind_a_page_runs(workshop: Any, path: str, arguments: dict[str, str]) -> None:
    from urllib.parse import parse_qs, urlsplit

    source = workshop.html(path, **arguments).replace("&amp;", "&")
    [link] = re.findall(r'href="(/sparql\?query=[^"]+)">SPARQL', source)
    [query] = parse_qs(urlsplit(link).query)["query"]
    assert workshop.service.select(query)


def test_the_data_of_a_resource_holds_its_qualified_nodes(workshop: Any) -> None:
    store = Store()
    store.load(workshop.get("/resource.ttl", iri=POT + "bowl").data, RdfFormat.TURTLE)
    node = NamedNode("urn:whence:.well-known/genid/" + "1".zfill(32))
    times = [quad.object for quad in store.quads_for_pattern(node, NamedNode(PROV + "atTime"), None)]
    assert [time.value for time in times if isinstance(time, Literal)] == ["2026-05-03T10:12:00Z"]


def test_data_of_an_unknown_resource_is_a_404_in_plain_words(workshop: Any) -> None:
    response = workshop.get("/resource.ttl", accept="text/turtle", iri="urn:none")
    assert response.status_code == 404
    assert response.mimetype == "text/plain"


def test_iris_under_the_base_lead_to_their_page_or_data(make_visitor: Callable[..., Any]) -> None:
    base = "http://store.example/data/"
    visitor = make_visitor(
        f"<{base}thing/File/a%20b> a <{PROV}Entity> . <{base}thing/File/a%2Fb/v/2> a <{PROV}Entity> .", base
    )
    page = visitor.get("/data/thing/File/a%20b")
    assert (page.status_code, page.location) == (
        303,
        "/resource?iri=http%3A%2F%2Fstore.example%2Fdata%2Fthing%2FFile%2Fa%2520b",
    )
    data = visitor.get("/data/thing/File/a%20b", accept="text/turtle")
    assert data.location.startswith("/resource.ttl?iri=")
    assert visitor.get("/data/thing/File/a%2Fb/v/2").status_code == 303
    assert visitor.client.get(data.location).mimetype == "text/turtle"
    assert visitor.get("/thing/File/a%20b").status_code == 404
    assert visitor.get("/data/nothing").status_code == 404


def test_an_address_that_is_not_there_is_a_page_for_browsers_and_a_line_for_programs(workshop: Any) -> None:
    assert "Nothing here" in workshop.text("/nowhere", 404)
    plain = workshop.get("/nowhere", accept="*/*")
    assert (plain.status_code, plain.mimetype) == (404, "text/plain")


def test_queries_are_bounded_documented_and_parse() -> None:
    folder = Path(reading.__file__).parent / "queries"
    slots: dict[str, Any] = {
        name: NamedNode("urn:x")
        for name in ("this", "predicate", "cls", "role", "fars", "owners", "links", "nodes", "terms")
    } | {
        "subjects": NamedNode("urn:s"),
        "objects": NamedNode("urn:o"),
        "properties": NamedNode("urn:p"),
        "limit": 5,
        "offset": 0,
        "text": Literal("x"),
    }
    store = Store()
    files = sorted(folder.glob("*.rq"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert text.startswith("# "), file.name
        assert "LIMIT" in text or "COUNT(" in text, file.name
        store.query(reading.query_text(file.stem, **slots))


@pytest.mark.parametrize("hostile", ["x> } ; DROP ALL #", "a\nb", "a b", "urn:a{b}", 'urn:"x"'])
def test_no_iri_can_leave_its_place_in_a_query(hostile: str) -> None:
    assert reading.as_iri(hostile) is None


def test_a_literal_stays_a_literal_in_a_query() -> None:
    text = reading.query_text("search_labels", text=Literal('") } DROP ALL #\n'), limit=1)
    result = Store().query(text)
    assert isinstance(result, QuerySolutions) and list(result) == []


def test_a_store_too_large_to_count_still_has_a_front_page(workshop: Any, monkeypatch: Any) -> None:
    select = workshop.service.select

    def slow(sparql: str, **options: Any) -> Any:
        if "GROUP BY ?type" in sparql or "startedAtTime" in sparql:
            raise QueryTimeout("stopped")
        return select(sparql, **options)

    monkeypatch.setattr(workshop.service, "select", slow)
    text = workshop.text("/")
    assert "some counts are left out" in text
    assert "8 entities" in text


def test_a_store_that_does_not_answer_in_time_is_a_page_that_says_so(
    workshop: Any, monkeypatch: Any
) -> None:
    def slow(sparql: str, **options: Any) -> Any:
        raise QueryTimeout("stopped at its deadline")

    monkeypatch.setattr(workshop.service, "select", slow)
    assert "stopped at its deadline" in workshop.text("/resource", 504, iri=POT + "bowl")

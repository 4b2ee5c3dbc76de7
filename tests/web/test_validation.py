"""Validation at the endpoint: what is posted or stored, and the report in the format that is asked for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from whence.web.validation_page import MOST_TYPED

PROVN, TURTLE, FORM = "text/provenance-notation", "text/turtle", "application/x-www-form-urlencoded"
EX = "http://kitchen.example/"
SOUND = f"""document
  prefix ex <{EX}>
  entity(ex:cake)
  wasGeneratedBy(ex:cake, ex:baking, -)
endDocument
"""
CIRCLE = f"""document
  prefix ex <{EX}>
  entity(ex:cake)
  entity(ex:batter)
  wasDerivedFrom(ex:cake, ex:batter)
  wasDerivedFrom(ex:batter, ex:cake)
endDocument
"""
RUN, DAY = f"{EX}run", f"{EX}day"
LINES = [5, 6]
BROKEN = f"document\n  prefix ex <{EX}>\n  entity(ex:cake\nendDocument\n"
JSON_DOCUMENT = json.dumps(
    {
        "prefix": {"ex": EX},
        "entity": {"ex:cake": {}, "ex:batter": {}},
        "wasDerivedFrom": {
            "_:a": {"prov:generatedEntity": "ex:cake", "prov:usedEntity": "ex:batter"},
            "_:b": {"prov:generatedEntity": "ex:batter", "prov:usedEntity": "ex:cake"},
        },
    }
)
IN_TURTLE = f"""@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <{EX}> .
ex:cake a prov:Entity ; prov:wasDerivedFrom ex:batter .
ex:batter a prov:Entity ; prov:wasDerivedFrom ex:cake .
"""
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def post(server: Any, content: str | bytes, kind: str = PROVN, **headers: str) -> httpx.Response:
    response: httpx.Response = server.client.post(
        "/validate", content=content, headers={"Content-Type": kind, "Accept": "application/json"} | headers
    )
    return response


def lines_of(violation: dict[str, Any]) -> list[int]:
    return sorted(statement["line"] for statement in violation["statements"] if statement["line"])


def test_a_posted_document_gets_a_report_without_a_token(server: Any) -> None:
    answer = post(server, SOUND)
    assert (answer.status_code, answer.headers["Whence-Outcome"]) == (200, "valid")
    assert answer.json()["statements"] == 2
    answer = post(server, CIRCLE)
    assert (answer.status_code, answer.headers["Whence-Outcome"]) == (200, "invalid")
    (violation,) = answer.json()["violations"]
    assert violation["rule"]["id"] == "42"
    assert lines_of(violation) == LINES


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CIRCLE, PROVN),
        (CIRCLE, "text/plain"),
        (CIRCLE, "application/octet-stream"),
        (JSON_DOCUMENT, "application/json"),
        (IN_TURTLE, TURTLE),
        (IN_TURTLE, "text/plain; charset=utf-8"),
        (gzip.compress(CIRCLE.encode(), mtime=0), "application/gzip"),
    ],
)
def test_any_format_by_its_type_or_by_its_content(server: Any, content: Any, kind: str) -> None:
    answer = post(server, content, kind)
    assert answer.status_code == 200, answer.text
    assert [violation["rule"]["id"] for violation in answer.json()["violations"]] == ["42"]


def test_a_document_comes_in_a_form_too(server: Any) -> None:
    as_json = {"Accept": "application/json"}
    ways: list[dict[str, Any]] = [
        {"data": {"document": CIRCLE, "name": "cake"}},
        {"data": {"document": CIRCLE.replace("\n", "\r\n"), "name": "cake"}},
        {"files": {"file": ("cake", CIRCLE)}},
        {"files": {"file": ("cake", gzip.compress(CIRCLE.encode()))}, "data": {"document": SOUND}},
    ]
    for way in ways:
        answer = server.client.post("/validate", headers=as_json, **way)
        assert answer.status_code == 200, answer.text
        assert answer.json()["source"] == "cake"
        assert lines_of(answer.json()["violations"][0]) == LINES


def test_a_body_may_be_compressed(server: Any) -> None:
    answer = post(server, gzip.compress(CIRCLE.encode()), **{"Content-Encoding": "gzip"})
    assert answer.headers["Whence-Outcome"] == "invalid"


def test_the_report_is_text_unless_something_else_is_wanted(server: Any) -> None:
    answer = post(server, CIRCLE, Accept="*/*")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("document: invalid: 1 violation")
    for accept, engine in [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/n-triples", RdfFormat.N_TRIPLES),
    ]:
        answer = post(server, CIRCLE, Accept=accept)
        assert answer.headers["Content-Type"].startswith(accept)
        objects = {str(quad.object) for quad in parse(answer.content, format=engine)}
        assert "<http://www.w3.org/ns/shacl#ValidationReport>" in objects
    assert post(server, CIRCLE, Accept="image/png").status_code == 406
    wanted = server.client.post("/validate?format=json", content=CIRCLE, headers={"Content-Type": PROVN})
    assert wanted.json()["outcome"] == "invalid"


def test_what_breaks_the_grammar_has_no_report(server: Any) -> None:
    answer = post(server, BROKEN)
    assert answer.status_code == 400
    assert answer.json()["line"] == 4
    assert "Whence-Outcome" not in answer.headers
    assert post(server, "<a", "application/rdf+xml").status_code == 400


@pytest.mark.parametrize(
    ("content", "kind", "status", "words"),
    [
        ("neither fish nor fowl", "text/plain", 415, "cannot tell the format"),
        (SOUND, "image/png", 415, "not a format Whence knows"),
        ("", PROVN, 400, "nothing to validate"),
        (" \n", PROVN, 400, "nothing to validate"),
        (b"\x1f\x8bnot gzip at all", PROVN, 400, "damaged"),
        (f"x={EX}", FORM, 400, "no document"),
    ],
)
def test_what_cannot_be_read_is_told_clearly(
    server: Any, content: Any, kind: str, status: int, words: str
) -> None:
    answer = post(server, content, kind, Accept="text/plain")
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


def test_an_empty_form_is_told_so(server: Any) -> None:
    answer = post(server, "document=%20", FORM, Accept="text/html")
    assert (answer.status_code, "The form is empty" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("union=perhaps", "union is on or off"),
        ("bundle=cake", "not an absolute IRI"),
        ("bundle=urn:a&store", "not both"),
        ("store", "not both"),
        ("input-format=cuneiform", "formats:"),
        ("format=cuneiform", "there is no format"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(server: Any, query: str, words: str) -> None:
    answer = server.client.post(f"/validate?{query}", content=SOUND, headers={"Content-Type": PROVN})
    assert answer.status_code in (400, 415)
    assert words in answer.text


def test_the_limit_keeps_the_report_short_and_the_count_whole(server: Any) -> None:
    many = "\n".join(f"specializationOf(ex:e{n}, ex:e{n})" for n in range(50))
    document = f"document\nprefix ex <{EX}>\n{many}\nendDocument"
    answer = server.client.post(
        "/validate?limit=7&format=json", content=document, headers={"Content-Type": PROVN}
    )
    assert (len(answer.json()["violations"]), answer.json()["found"]) == (7, 50)


def test_other_methods_and_the_ways_to_ask(server: Any) -> None:
    assert server.client.options("/validate").headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert server.client.put("/validate", content="x").status_code == 405
    asked = server.client.get("/validate", headers={"Accept": "text/plain"})
    assert (asked.status_code, "POST a document" in asked.text) == (400, True)


def test_large_documents_are_refused(start_server: Callable[..., Any]) -> None:
    server = start_server(max_document_bytes=2500, max_query_length=1000)
    assert post(server, SOUND).status_code == 200
    padded = SOUND + "// " + "x" * 4000
    assert post(server, padded).status_code == 413
    assert post(server, gzip.compress(padded.encode()), "application/gzip").status_code == 413
    assert post(server, gzip.compress(padded.encode()), **{"Content-Encoding": "gzip"}).status_code == 413
    sent = server.client.post("/validate", files={"file": ("cake.provn", padded)})
    assert sent.status_code == 413
    for way in (
        {"data": {"document": padded}},
        {"files": {"document": (None, SOUND + "// " + "x" * 1200)}},
    ):
        typed = server.client.post("/validate", **way)
        assert (typed.status_code, "1000 bytes may be typed" in typed.text) == (413, True)
    assert list((server.store_path / "incoming").glob("*")) == []


def test_a_validation_is_stopped_at_its_deadline(start_server: Callable[..., Any]) -> None:
    server = start_server(validation_timeout=0.5)
    many = "\n".join(f"used(ex:a{n}, ex:e{n}, -)" for n in range(60_000))
    answer = post(server, f"document\nprefix ex <{EX}>\n{many}\nendDocument", Accept="text/plain")
    assert (answer.status_code, "0.5 seconds" in answer.text) == (504, True)
    # Others are served all the while, and afterwards.
    assert server.query("ASK {}")["boolean"] is True


def test_reading_rights_hold_here_too(start_server: Callable[..., Any]) -> None:
    server = start_server(public_reads=False)
    assert post(server, SOUND).status_code == 401
    assert post(server, SOUND, Authorization=f"Bearer {server.token}").status_code == 200


def test_pages_of_other_origins_may_validate_where_they_may_read(start_server: Callable[..., Any]) -> None:
    server = start_server(cors_origins=("https://notes.example",))
    answer = post(server, SOUND, Origin="https://notes.example")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://notes.example"
    assert "Whence-Outcome" in answer.headers["Access-Control-Expose-Headers"]


def test_a_form_with_examples(server: Any) -> None:
    page = server.client.get("/validate", headers=BROWSER)
    assert page.status_code == 200
    assert '<textarea id="text" name="document"' in page.text
    filled = server.client.get("/validate?example=order", headers=BROWSER).text
    assert "wasStartedBy(ex:mixing, ex:cake, -, -)" in filled
    assert server.client.get("/validate?example=../x", headers=BROWSER).status_code == 200


@pytest.mark.parametrize(
    ("example", "outcome", "rules"),
    [
        ("order", "invalid", ["42"]),
        ("twice", "invalid", ["22", "24"]),
        ("kinds", "invalid", ["55", "52"]),
        ("sound", "valid", []),
    ],
)
def test_examples_show_what_they_promise(server: Any, example: str, outcome: str, rules: list[str]) -> None:
    page = server.client.get(f"/validate?example={example}", headers=BROWSER).text
    document = page.partition('<textarea id="text"')[2].partition(">\n")[2].partition("</textarea>")[0]
    for mark, plain in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'")):
        document = document.replace(mark, plain)
    answer = server.client.post("/validate?format=json", data={"document": document}).json()
    assert answer["outcome"] == outcome
    assert [violation["rule"]["id"] for violation in answer["violations"]] == rules


def test_a_report_marks_the_lines_of_the_document(server: Any) -> None:
    page = server.client.post("/validate", data={"document": CIRCLE}, headers=BROWSER)
    assert (page.status_code, page.headers["Whence-Outcome"]) == (200, "invalid")
    assert '<span class="line bad" id="line-5">' in page.text
    assert 'href="#line-6"' in page.text
    assert 'href="#problem-1"' in page.text
    assert '<svg viewBox="-2 -2' in page.text
    assert "wasDerivedFrom(ex:batter, ex:cake)" in page.text.partition("<textarea")[2]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_a_file_is_shown_and_can_be_mended_if_it_is_short(server: Any) -> None:
    short = server.client.post("/validate", files={"file": ("cake.provn", CIRCLE)}, headers=BROWSER)
    assert "wasDerivedFrom" in short.text.partition("<textarea")[2]
    padded = CIRCLE.replace("endDocument", "// " + "x" * MOST_TYPED + "\nendDocument")
    long = server.client.post("/validate", files={"file": ("cake.provn", padded)}, headers=BROWSER)
    assert "wasDerivedFrom" not in long.text.partition("<textarea")[2]
    assert '<span class="line bad" id="line-5">' in long.text


def test_a_fault_of_grammar_marks_its_line(server: Any) -> None:
    page = server.client.post("/validate", data={"document": BROKEN}, headers=BROWSER)
    assert page.status_code == 400
    assert '<span class="line bad" id="line-4">' in page.text
    assert "entity(ex:cake" in page.text.partition("<textarea")[2]


def test_what_was_typed_is_never_markup(server: Any) -> None:
    evil = "</textarea><script>alert(1)</script>"
    document = f'document\nprefix ex <{EX}>\nentity(ex:a, [ex:b="{evil}"])\nactivity(ex:a)\nendDocument'
    page = server.client.post("/validate", data={"document": document, "name": evil}, headers=BROWSER)
    assert page.status_code == 200
    assert "<script>alert" not in page.text


@pytest.fixture(scope="module")
def kitchen(own_server: Any) -> Any:
    """A server with two bundles that contradict each other, but not themselves."""
    prefixes = f"@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <{EX}> ."
    entities = "ex:cake a prov:Entity . ex:batter a prov:Entity ."
    forth = f"{prefixes} {entities} ex:cake prov:wasDerivedFrom ex:batter ."
    back = f"{prefixes} {entities} ex:batter prov:wasDerivedFrom ex:cake ."
    assert own_server.put(RUN, forth).status_code == 201
    assert own_server.put(DAY, back).status_code == 201
    return own_server


def outcome(kitchen: Any, **params: str) -> str:
    answer = kitchen.client.get("/validate", params=params)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["Whence-Outcome"])


def test_each_bundle_by_itself_unless_all_are_taken_as_one(kitchen: Any) -> None:
    assert outcome(kitchen, bundle=RUN) == "valid"
    assert outcome(kitchen, store="") == "valid"
    assert outcome(kitchen, store="on", union="on") == "invalid"
    posted = kitchen.client.post("/validate", params={"store": "", "union": ""})
    assert posted.headers["Whence-Outcome"] == "invalid"


def test_a_bundle_that_is_not_there(kitchen: Any) -> None:
    assert kitchen.client.get("/validate", params={"bundle": "urn:none"}).status_code == 404
    page = kitchen.client.get("/validate", params={"bundle": "urn:none"}, headers=BROWSER)
    assert (page.status_code, "could not be validated" in page.text) == (404, True)


def test_a_write_is_seen_at_once(kitchen: Any) -> None:
    same = f"<{EX}x> <http://www.w3.org/ns/prov#specializationOf> <{EX}x> ."
    kitchen.put(f"{EX}odd", same)
    assert outcome(kitchen, bundle=f"{EX}odd") == "invalid"
    kitchen.put(f"{EX}odd", same.replace("x> .", "y> ."))
    assert outcome(kitchen, bundle=f"{EX}odd") == "valid"


def test_what_the_page_names_leads_to_its_page(kitchen: Any) -> None:
    page = kitchen.client.get("/validate", params={"store": "", "union": "on"}, headers=BROWSER).text
    link = "/resource?iri=http%3A%2F%2Fkitchen.example%2Fcake"
    assert f'<a class="thing" href="{link}"' in page
    assert f'<a href="{link}" class="box entity"' in page
    assert "/resource?iri=http%3A%2F%2Fkitchen.example%2Frun" in page
    assert 'href="/validate?store=on&amp;union=on&amp;format=json"' in page
    assert kitchen.client.get(link, headers=BROWSER).status_code == 200


def test_the_page_of_a_bundle_leads_here(kitchen: Any) -> None:
    page = kitchen.client.get("/resource", params={"iri": RUN}, headers=BROWSER).text
    assert 'href="/validate?bundle=http%3A//kitchen.example/run"' in page


LATE = f"""document
  prefix ex <{EX}>
  activity(ex:baking, 2026-03-01T10:00:00Z, 2026-03-01T09:00:00Z)
endDocument
"""


def test_times_are_looked_at_when_asked_and_decide_nothing(server: Any) -> None:
    def sent(query: str) -> Any:
        return server.client.post(f"/validate?{query}", content=LATE, headers={"Content-Type": PROVN})

    assert sent("format=json").json()["times"] == []
    answer = sent("format=json&time")
    assert answer.headers["Whence-Outcome"] == "valid"
    assert [finding["kind"] for finding in answer.json()["times"]] == ["reversed"]
    assert "Time: ex:baking ends at" in sent("time").text
    page = sent("format=html&time=on").text
    assert 'id="time-1"' in page
    assert '<a href="#line-3">line 3</a>' in page
    assert 'id="line-3"' in page
    assert 'id="times"' not in sent("format=html").text


def test_what_is_read_from_rdf_is_found_in_its_text(server: Any) -> None:
    answer = post(server, IN_TURTLE, TURTLE)
    assert set(lines_of(answer.json()["violations"][0])) == {2, 3}


def test_the_service_description_leads_here(server: Any) -> None:
    described = server.client.get("/sparql", headers={"Accept": "application/n-triples"}).text
    assert f"rdf-schema#seeAlso> <{server.url}/validate>" in described

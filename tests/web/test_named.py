"""Named queries over HTTP: the list, forms, answers in each format, faults and descriptions."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

import whence
from whence.store.results import SelectResult

EX = "http://kitchen.example/"
SH = "http://www.w3.org/ns/shacl#"
DATA = f"""@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <{EX}> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:cake a prov:Entity ; rdfs:label "A <b>cake</b>" ; prov:wasGeneratedBy ex:baking .
ex:bread a prov:Entity ; prov:wasGeneratedBy ex:second .
ex:flour a prov:Entity .
ex:baking a prov:Activity ; prov:used ex:flour ; prov:wasAssociatedWith ex:ada ;
  prov:startedAtTime "2026-06-01T09:00:00Z"^^xsd:dateTime ;
  prov:endedAtTime "2026-06-01T10:00:00Z"^^xsd:dateTime .
ex:second a prov:Activity ; prov:used ex:flour ; prov:wasAssociatedWith ex:grace .
ex:ada a prov:Agent . ex:grace a prov:Agent .
"""
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def kitchen(own_server: Any) -> Any:
    own_server.put("urn:kitchen", DATA)
    return own_server


def get(server: Any, path: str, accept: str = "application/json", **parameters: Any) -> httpx.Response:
    response: httpx.Response = server.client.get(
        path, params=parameters or None, headers={"Accept": accept}
    )
    return response


def page(server: Any, path: str, **parameters: Any) -> httpx.Response:
    return get(server, path, BROWSER["Accept"], **parameters)


def test_the_list_as_json_and_csv(kitchen: Any) -> None:
    listed = {one["name"]: one for one in get(kitchen, "/queries").json()["queries"]}
    assert listed["things"]["parameters"][0]["default"] == "prov:Entity"
    assert listed["things"]["url"] == f"{kitchen.url}/queries/things"
    # Nothing is said of the files of the server.
    assert "source" not in listed["things"]
    rows = list(csv.DictReader(io.StringIO(get(kitchen, "/queries.csv").text)))
    assert {row["name"] for row in rows} == set(listed)


def test_the_list_for_people_leads_to_each(kitchen: Any) -> None:
    body = page(kitchen, "/queries").text
    assert 'href="/queries/who-did-what">Who did what</a>' in body
    assert '<h2 id="topic-1">' in body


@pytest.mark.parametrize("path", ["/queries", "/queries.ttl", "/queries/orphans"])
def test_queries_are_described_in_the_words_of_shacl(kitchen: Any, path: str) -> None:
    response = get(kitchen, path, "text/turtle")
    assert response.headers["Content-Type"].startswith("text/turtle")
    triples = {quad.triple for quad in parse(response.content, format=RdfFormat.TURTLE)}
    orphans = NamedNode(f"{kitchen.url}/queries/orphans")
    said = {(t.predicate.value, getattr(t.object, "value", "")) for t in triples if t.subject == orphans}
    assert any(verb == f"{SH}select" and "a $type" in text for verb, text in said)
    assert ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{SH}SPARQLExecutable") in said


@pytest.mark.parametrize("path", ["/.well-known/void", "/sparql"])
def test_descriptions_of_the_server_lead_to_the_queries(kitchen: Any, path: str) -> None:
    assert f"<{kitchen.url}/queries>" in get(kitchen, path, "text/turtle").text


@pytest.mark.parametrize(
    ("accept", "start"),
    [
        ("text/csv", "entity,activities\r\n"),
        ("text/tab-separated-values", "?entity"),
        ("application/sparql-results+xml", "<?xml"),
        ("application/sparql-results+json", '{"head"'),
        ("*/*", '{"head"'),
    ],
)
def test_answers_in_the_formats_of_sparql(kitchen: Any, accept: str, start: str) -> None:
    response = get(kitchen, "/queries/most-reused", accept)
    assert response.status_code == 200
    assert response.text.startswith(start)
    assert f"{EX}flour" in response.text


def test_parameters_are_terms(kitchen: Any) -> None:
    answer = get(kitchen, "/queries/who-did-what", who=[f"<{EX}ada>", f"<{EX}grace>"], format="csv").text
    assert len(answer.splitlines()) == 3
    hostile = 'x" ) } DROP ALL #'
    found = get(kitchen, "/queries/things", text=hostile, format="csv")
    assert (found.status_code, found.text) == (200, "thing,label\r\n")
    assert get(kitchen, "/queries/things", text="CAKE", format="csv").text.count(EX) == 1


def test_rows_and_inferences_as_asked(kitchen: Any) -> None:
    assert len(get(kitchen, "/queries/things", limit=1, format="csv").text.splitlines()) == 2
    everything = get(kitchen, "/queries/relations", format="csv").text
    assert "wasInformedBy" not in everything
    assert "wasInfluencedBy" in everything
    assert "wasInfluencedBy" not in get(kitchen, "/queries/relations", format="csv", inference="off").text


def test_the_sparql_of_an_answer_gives_it_again(kitchen: Any) -> None:
    text = get(kitchen, "/queries/things", format="sparql", type="prov:Agent").text
    assert "?thing a <http://www.w3.org/ns/prov#Agent>" in text
    again = get(kitchen, "/sparql", "text/csv", query=text).text
    assert again == get(kitchen, "/queries/things", "text/csv", type="prov:Agent").text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/queries/oprhans", 404, "did you mean orphans"),
        ("/queries/../types", 404, ""),
        ("/queries/changes", 400, "changes needs the parameter from (dateTime)"),
        ("/queries/changes?from=tomorrow", 400, "'tomorrow' is none"),
        ("/queries/things?typ=a", 400, "no parameter 'typ'; did you mean type"),
        ("/queries/things?type=nowhere:a", 400, "prefix 'nowhere'"),
        ("/queries/things?limit=-1", 400, "limit is a number of rows"),
        ("/queries/things?inference=maybe", 400, "inference is on or off"),
        ("/queries/things?format=doc", 400, "no format 'doc'"),
        ("/queries?format=doc", 400, "no format 'doc'"),
    ],
)
def test_what_cannot_be_asked(kitchen: Any, path: str, status: int, words: str) -> None:
    response = get(kitchen, path)
    assert response.status_code == status
    assert words in response.text


def test_a_form_has_an_input_of_the_right_kind_for_each_parameter(kitchen: Any) -> None:
    body = page(kitchen, "/queries/unfinished").text
    assert '<select id="p-all" name="all"' in body
    assert '<option value="false" selected>' in body
    assert 'name="least" type="number" value="2" step="1"' in page(kitchen, "/queries/most-reused").text
    assert '<textarea id="p-who" name="who"' in page(kitchen, "/queries/who-did-what").text
    body = page(kitchen, "/queries/changes").text
    assert 'name="from" type="text" value=""' in body
    assert "required" in body
    # Nothing was asked yet, so nothing is wrong.
    assert 'role="alert"' not in body


def test_a_filled_form_shows_its_answer(kitchen: Any) -> None:
    asked = {"who": f"<{EX}ada>\n<{EX}grace>", "limit": "", "inference": "off"}
    response = page(kitchen, "/queries/who-did-what", **asked)
    assert response.status_code == 200
    body = response.text
    assert "2 rows" in body
    assert f"&lt;{EX}ada&gt;\n&lt;{EX}grace&gt;</textarea>" in body
    assert 'name="inference" value="off" checked' in body
    assert f"?agent IN (&lt;{EX}ada&gt;, &lt;{EX}grace&gt;)" in body
    assert "Open it in the editor" in body
    assert "inference=off&amp;format=csv" in body


def test_a_form_says_what_is_wrong(kitchen: Any) -> None:
    response = page(kitchen, "/queries/changes", **{"from": "<i>soon</i>"})
    assert response.status_code == 400
    assert "&lt;i&gt;soon&lt;/i&gt;" in response.text
    assert "<i>soon" not in response.text


def test_labels_cannot_write_into_the_page(kitchen: Any) -> None:
    body = page(kitchen, "/queries/things").text
    assert "A &lt;b&gt;cake" in body
    assert "<b>cake" not in body


def test_every_query_has_its_page(kitchen: Any) -> None:
    for one in get(kitchen, "/queries").json()["queries"]:
        response = page(kitchen, f"/queries/{one['name']}")
        assert response.status_code == 200, one["name"]
        assert "Content-Security-Policy" in response.headers


def test_a_store_behind_a_server_is_asked_by_name_too(kitchen: Any) -> None:
    with whence.open(kitchen.url) as store:
        result = store.ask("who-did-what", who=[NamedNode(f"{EX}ada")])
        assert isinstance(result, SelectResult)
        assert [str(row["activity"]) for row in result] == [f"<{EX}baking>"]


def test_queries_of_the_operator_are_served_without_a_new_start(
    start_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Servers of tests know nothing of WHENCE_ variables.
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    server = start_server()
    assert get(server, "/queries/mine").status_code == 404
    queries = tmp_path / "whence" / "queries"
    queries.mkdir(parents=True)
    (queries / "mine.rq").write_text(
        "# param: x boolean = true\nCONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER($x) }"
    )
    (queries / "broken.rq").write_text("ASK { $x ?p ?o }")
    assert get(server, "/queries/mine", "text/turtle").status_code == 200
    assert "1 file in the folders" in page(server, "/queries").text
    broken = get(server, "/queries/broken")
    assert broken.status_code == 500
    # Where the file lies is not told.
    assert str(tmp_path) not in broken.text

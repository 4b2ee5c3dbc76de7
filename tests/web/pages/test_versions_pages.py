"""Versions, values, differences, blame and history as pages and as data."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

MENU = """
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://w3id.org/whence/ns#catalogue> {
  <urn:b> sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/" ] .
}
<urn:b> {
  <http://example.org/menu> a prov:Entity ; rdfs:label "the menu" .
  <http://example.org/menu/1> a prov:Entity ; prov:specializationOf <http://example.org/menu> ;
      prov:generatedAtTime "2026-01-01T08:00:00Z"^^xsd:dateTime ;
      prov:wasGeneratedBy <http://example.org/opening> ;
      <http://example.org/price> 7 .
  <http://example.org/menu/2> a prov:Entity ; rdfs:label "the menu of spring" ;
      prov:specializationOf <http://example.org/menu> ; prov:wasRevisionOf <http://example.org/menu/1> ;
      prov:generatedAtTime "2026-03-01T08:00:00Z"^^xsd:dateTime ;
      <http://example.org/price> 8 ; <http://example.org/note> "<script>alert(1)</script>" .
  <http://example.org/opening> a prov:Activity ; prov:wasAssociatedWith <http://example.org/ada> .
  <http://example.org/ada> a prov:Agent ; rdfs:label "Ada" .
  <http://example.org/stock/1> a prov:Entity, prov:Dictionary ;
      prov:derivedByInsertionFrom <http://example.org/stock/0> ;
      prov:qualifiedInsertion [ a prov:Insertion ; prov:dictionary <http://example.org/stock/0> ;
        prov:insertedKeyEntityPair [ prov:pairKey "flour" ; prov:pairEntity <http://example.org/sack> ] ] .
  <http://example.org/stock/0> a prov:Entity, prov:EmptyDictionary .
}
"""
EX = "http://example.org/"


@pytest.fixture
def menu(make_visitor: Callable[..., Any]) -> Any:
    return make_visitor(MENU)


def test_versions_of_a_thing(menu: Any) -> None:
    text = menu.text("/versions", iri=f"{EX}menu")
    assert "Versions: the menu" in text
    assert "2 versions" in text
    assert "1 March 2026, 08:00 UTC" in text
    source = menu.html("/versions", iri=f"{EX}menu")
    assert "/at?iri=http%3A%2F%2Fexample.org%2Fmenu%2F1" in source
    assert "/diff?a=http%3A%2F%2Fexample.org%2Fmenu%2F1&amp;b=http%3A%2F%2Fexample.org%2Fmenu%2F2" in source
    assert f"store.versions(&#39;{EX}menu&#39;)" in source
    assert f"whence versions {EX}menu" in source


def test_a_page_leads_to_the_other_questions(menu: Any) -> None:
    source = menu.html("/versions", iri=f"{EX}menu")
    for verb in ("at", "blame", "history"):
        assert f'href="/{verb}?iri=http%3A%2F%2Fexample.org%2Fmenu"' in source


def test_what_holds_nothing_is_shown_by_its_attributes(menu: Any) -> None:
    text = menu.text("/at", iri=f"{EX}menu/2")
    assert "Members" not in text
    assert "ex:price 8" in text


def test_any_two_versions_can_be_compared_without_a_script(menu: Any) -> None:
    source = menu.html("/versions", iri=f"{EX}menu")
    assert source.count('type="radio" name="a"') == source.count('type="radio" name="b"') == 2
    assert source.count(" checked") == 2


def test_versions_as_data(menu: Any) -> None:
    data = menu.get("/versions.json", iri=f"{EX}menu").get_json()
    assert [version["version"] for version in data] == [f"{EX}menu/1", f"{EX}menu/2"]
    assert data[1]["revises"] == [f"{EX}menu/1"]
    text = menu.get("/versions.csv", iri=f"{EX}menu").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["activity"] == f"{EX}opening"
    assert rows[0]["agents"] == f"{EX}ada"
    plain = menu.get("/versions", accept="*/*", iri=f"{EX}menu")
    assert plain.content_type == "text/plain; charset=utf-8"
    assert "the menu of spring" in plain.text


def test_something_without_versions(menu: Any) -> None:
    assert "nothing revises it" in menu.text("/versions", iri=f"{EX}ada")


def test_what_was_current_at_a_time(menu: Any) -> None:
    text = menu.text("/at", iri=f"{EX}menu", when="2026-02-01")
    assert "7" in text
    assert "As its version" in text
    latest = menu.get("/at.json", iri=f"{EX}menu").get_json()
    assert latest["version"] == f"{EX}menu/2"
    early = menu.get("/at", accept="application/json", iri=f"{EX}menu", when="2025-12-31")
    assert early.status_code == 400
    assert "there was no version of" in early.get_json()["detail"]


def test_what_a_dictionary_holds(menu: Any) -> None:
    assert "1 in a dictionary" in menu.text("/at", iri=f"{EX}stock/1")
    held = menu.get("/at.json", iri=f"{EX}stock/1").get_json()["held"]
    assert held == [{"key": "flour", "entity": f"{EX}sack"}]


def test_what_differs(menu: Any) -> None:
    found = menu.get("/diff.json", a=f"{EX}menu/1", b=f"{EX}menu/2").get_json()
    assert {change["key"]: change["change"] for change in found["changes"]}[f"{EX}price"] == "changed"
    text = menu.text("/diff", a=f"{EX}menu/1", b=f"{EX}menu/2")
    assert "4 differences between two entities" in text
    assert "ex:price changed 7 8" in text
    times = menu.get("/diff.json", iri=f"{EX}menu", before="2026-02-01", after="2026-04-01").get_json()
    assert (times["a"], times["b"]) == (f"{EX}menu/1", f"{EX}menu/2")
    assert "do not differ" in menu.text("/diff", a=f"{EX}menu/1", b=f"{EX}menu/1")


def test_text_of_the_data_stays_text(menu: Any) -> None:
    source = menu.html("/diff", a=f"{EX}menu/1", b=f"{EX}menu/2")
    assert "<script>alert" not in source
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in source


def test_blame_and_history(menu: Any) -> None:
    blamed = menu.get("/blame.json", iri=f"{EX}stock/1").get_json()
    assert [(row["key"], row["version"]) for row in blamed] == [("flour", f"{EX}stock/1")]
    assert "1 part" in menu.text("/blame", iri=f"{EX}stock/1")
    done = menu.get("/history.json", iri=f"{EX}stock/1", key="flour").get_json()
    assert [(row["key"], row["change"]) for row in done] == [("flour", "put")]
    assert menu.get("/history.json", iri=f"{EX}stock/1", key="salt").get_json() == []
    assert "1 change" in menu.text("/history", iri=f"{EX}stock/1", key="flour")


@pytest.mark.parametrize("verb", ["versions", "at", "diff", "blame", "history"])
def test_without_a_question_there_is_a_form(menu: Any, verb: str) -> None:
    source = menu.html(f"/{verb}")
    assert f'action="/{verb}" method="get"' in source
    refused = menu.get(f"/{verb}.json")
    assert refused.status_code == 400
    assert "name what is meant" in refused.text


@pytest.mark.parametrize("verb", ["versions", "at", "blame", "history"])
def test_prefixes_of_the_store_are_known(menu: Any, verb: str) -> None:
    assert menu.get(f"/{verb}.json", iri="ex:menu").status_code == 200


def test_something_unknown_is_not_found(menu: Any) -> None:
    answer = menu.get("/versions", accept="application/json", iri=f"{EX}menus")
    assert answer.status_code == 404
    assert "nothing is known of" in answer.get_json()["detail"]
    assert "did you mean" in answer.get_json()["detail"]
    assert "nothing is known of" in menu.text("/blame", status=404, iri="urn:none")


@pytest.mark.parametrize(
    ("path", "arguments", "words"),
    [
        ("/versions", {"iri": "menu"}, "iri: menu"),
        ("/versions", {"iri": f"{EX}menu", "dept": "3"}, "no parameter 'dept'"),
        ("/at", {"iri": f"{EX}menu", "whn": "2026"}, "did you mean when?"),
        ("/at", {"iri": f"{EX}menu", "when": "yesterday"}, "no ISO 8601"),
        ("/at", {"iri": f"{EX}menu", "when": "2026-01-01", "checkpoint": "1"}, "not both"),
        ("/at", {"iri": f"{EX}menu", "nested": "perhaps"}, "nested is on or off"),
        ("/diff", {"a": f"{EX}menu"}, "the other one to compare with: b"),
        ("/diff", {"iri": f"{EX}menu", "before": "2026-01-01"}, "before and after"),
        ("/history", {"iri": f"{EX}menu", "limit": "0"}, "from 1 to"),
        ("/history", {"iri": f"{EX}menu", "limit": "٣"}, "from 1 to"),
        ("/versions", {"iri": f"{EX}menu", "format": "pdf"}, "there is no format 'pdf'"),
    ],
)
def test_what_makes_no_sense_is_said(menu: Any, path: str, arguments: dict[str, str], words: str) -> None:
    answer = menu.get(path, accept="application/json", **arguments)
    assert answer.status_code == 400
    assert words in answer.get_json()["detail"]

"""Lineage, impact and paths as pages and as data."""

from __future__ import annotations

import csv
import html
import io
import re
import shlex
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, Store

from whence.cli._main import cli

EX = "http://example.org/"
BREAD = """
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
<https://w3id.org/whence/ns#catalogue> {
  <urn:b> sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/" ] .
}
<urn:b> {
  ex:loaf a prov:Entity ; rdfs:label "a loaf" ; prov:wasGeneratedBy ex:baking ;
      prov:wasDerivedFrom ex:dough ; prov:generatedAtTime "2026-03-01T08:00:00Z"^^xsd:dateTime .
  ex:baking a prov:Activity ; rdfs:label "baking <b>hot</b>" ; prov:used ex:dough ;
      prov:startedAtTime "2026-03-01T07:00:00Z"^^xsd:dateTime ;
      prov:wasAssociatedWith ex:ada .
  ex:dough a prov:Entity ; prov:wasGeneratedBy ex:kneading .
  ex:kneading a prov:Activity ; prov:used ex:flour, ex:water .
  ex:flour a prov:Entity ; rdfs:label "flour" .
  ex:water a prov:Entity .
  ex:ada a prov:Agent ; rdfs:label "Ada" .
  ex:stone a prov:Entity .
}
"""


@pytest.fixture
def bakery(make_visitor: Callable[..., Any]) -> Any:
    return make_visitor(BREAD)


def reached(answer: Any) -> set[str]:
    """The names of the nodes of an answer in JSON, without the namespace."""
    return {node["iri"].removeprefix(EX) for node in answer.get_json()["nodes"]}


def test_where_a_thing_comes_from(bakery: Any) -> None:
    text = bakery.text("/lineage", iri=f"{EX}loaf")
    assert "Where a loaf comes from" in text
    assert "4 entities, 2 activities" in text
    source = bakery.html("/lineage", iri=f"{EX}loaf")
    assert 'href="/resource?iri=http%3A%2F%2Fexample.org%2Fflour"' in source
    assert "ex:ada" not in text


def test_the_drawing_the_tree_and_the_table_say_the_same(bakery: Any) -> None:
    source = bakery.html("/lineage", iri=f"{EX}loaf")
    parts = {
        "drawing": source[source.index("<figure") : source.index("</figure>")],
        "tree": source[source.index('class="scroll tree"') : source.index('id="listed"')],
        "table": source[source.index("<tbody>") : source.index("</tbody>")],
    }
    for name in ("loaf", "baking", "dough", "kneading", "flour", "water"):
        for part, text in parts.items():
            assert f"iri=http%3A%2F%2Fexample.org%2F{name}" in text, (name, part)


def test_text_of_the_data_stays_text(bakery: Any) -> None:
    source = bakery.html("/lineage", iri=f"{EX}loaf")
    assert "<b>hot" not in source
    assert "baking &lt;b&gt;hot&lt;/b&gt;" in source


def test_the_drawing_on_the_page_leaves_its_style_to_the_page(bakery: Any) -> None:
    assert "<style" not in bakery.html("/lineage", iri=f"{EX}loaf")
    alone = bakery.get("/lineage.svg", iri=f"{EX}loaf")
    assert "<style" in alone.text
    assert alone.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_what_came_of_a_thing(bakery: Any) -> None:
    assert "What came of flour" in bakery.text("/impact", iri=f"{EX}flour")
    found = bakery.get("/impact.json", iri=f"{EX}flour")
    assert reached(found) == {"flour", "kneading", "dough", "baking", "loaf"}
    assert reached(bakery.get("/lineage.json", iri=f"{EX}flour", direction="forward")) == reached(found)
    both = bakery.get("/lineage.json", iri=f"{EX}dough", direction="both")
    assert reached(both) == {"loaf", "baking", "dough", "kneading", "flour", "water"}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({"depth": "0"}, {"loaf"}),
        ({"depth": "1"}, {"loaf", "baking", "dough"}),
        ({"view": "entities"}, {"loaf", "dough", "flour", "water"}),
        ({"kinds": "derivation"}, {"loaf", "dough"}),
        ({"kinds": "generation,usage", "depth": "2"}, {"loaf", "baking", "dough"}),
        ({"agents": ""}, {"loaf", "baking", "dough", "kneading", "flour", "water", "ada"}),
        ({"stop_at": "ex:dough"}, {"loaf", "baking", "dough"}),
        ({"via": "ex:flour"}, {"loaf", "baking", "dough", "kneading", "flour"}),
        ({"versions": "off", "depth": "1"}, {"loaf", "baking", "dough"}),
        ({"until": "2026-03-01T07:30:00Z", "depth": "1"}, {"loaf", "dough"}),
    ],
)
def test_what_is_asked_for(bakery: Any, arguments: dict[str, str], names: set[str]) -> None:
    assert reached(bakery.get("/lineage.json", iri="ex:loaf", **arguments)) == names


def test_several_things_at_once(bakery: Any) -> None:
    query = f"/lineage.json?iri={EX}dough&iri={EX}stone"
    assert reached(bakery.get(query)) == {"dough", "kneading", "flour", "water", "stone"}
    assert bakery.html(f"/lineage?iri={EX}dough&iri={EX}stone").count('name="iri"') == 2


@pytest.mark.parametrize(
    ("ending", "media_type", "words"),
    [
        ("txt", "text/plain; charset=utf-8", "was generated by"),
        ("json", "application/json", '"direction": "back"'),
        ("csv", "text/csv; charset=utf-8", "steps,kind,label"),
        ("ttl", "text/turtle; charset=utf-8", "prov:wasDerivedFrom"),
        ("svg", "image/svg+xml", "<svg"),
        ("dot", "text/vnd.graphviz; charset=utf-8", "digraph"),
        ("mmd", "text/vnd.mermaid; charset=utf-8", "flowchart"),
        ("graphml", "application/graphml+xml", "<graphml"),
    ],
)
def test_formats(bakery: Any, ending: str, media_type: str, words: str) -> None:
    by_ending = bakery.get(f"/lineage.{ending}", iri=f"{EX}loaf")
    assert by_ending.status_code == 200
    assert by_ending.content_type == media_type
    assert words in by_ending.text
    assert by_ending.headers["Whence-Complete"] == "true"
    assert "Accept" in by_ending.headers["Vary"]
    by_type = bakery.get("/lineage", accept=media_type.partition(";")[0], iri=f"{EX}loaf")
    assert by_type.content_type == media_type
    by_name = bakery.get("/lineage", format=ending, iri=f"{EX}loaf")
    assert by_name.content_type == media_type


def test_the_data_can_be_read_back(bakery: Any) -> None:
    copy = Store()
    copy.load(bakery.get("/lineage.ttl", iri=f"{EX}loaf").data, RdfFormat.TURTLE)
    assert copy.query("ASK { <http://example.org/loaf> <http://www.w3.org/ns/prov#wasDerivedFrom> ?x }")
    rows = list(csv.DictReader(io.StringIO(bakery.get("/lineage.csv", iri=f"{EX}loaf").text)))
    assert {row["iri"] for row in rows} >= {f"{EX}loaf", f"{EX}flour"}
    ET.fromstring(bakery.get("/lineage.graphml", iri=f"{EX}loaf").text)
    drawn = ET.fromstring(bakery.get("/lineage.svg", iri=f"{EX}loaf").text)
    links = [link.get("href", "") for link in drawn.iter("{http://www.w3.org/2000/svg}a")]
    assert "http://localhost/resource?iri=http%3A%2F%2Fexample.org%2Floaf" in links


def test_an_answer_knows_its_address_and_its_sparql(bakery: Any) -> None:
    found = bakery.get("/lineage.json", iri="ex:loaf", depth="1").get_json()
    assert found["url"] == "http://localhost/lineage?iri=ex%3Aloaf&depth=1"
    rows = bakery.service.run(found["sparql"])
    assert {row["node"].value for row in rows} == {f"{EX}loaf", f"{EX}baking", f"{EX}dough"}


def test_the_same_in_python_and_in_a_terminal(bakery: Any) -> None:
    source = bakery.html("/lineage", iri=f"{EX}loaf", depth="1", agents="on", kinds="generation")
    options = "depth=1, kinds=[&#39;generation&#39;], agents=True, limit=2000, group=5"
    call = f"store.lineage(&#39;{EX}loaf&#39;, {options})"
    assert call in source
    assert f"whence lineage {EX}loaf --depth 1 --kinds generation --agents --limit 2000 --group 5" in source


@pytest.mark.parametrize(
    "path",
    [
        "/lineage?iri=ex:loaf&stop_at=ex:dough&until=2026-03-01&via=usage&view=entities&versions=off",
        "/impact?iri=ex:flour&iri=ex:water&granularity=run&group=3&parts=off",
        "/lineage?iri=ex:dough&direction=both&group=0&parts=on",
        "/path?from=ex:loaf&to=ex:flour&agents&kinds=generation,usage",
        "/versions?iri=ex:loaf",
        "/at?iri=ex:loaf&when=2026-04-01&nested",
        "/at?iri=ex:loaf&checkpoint=3",
        "/diff?a=ex:loaf&b=ex:dough",
        "/diff?iri=ex:loaf&before=2026-04-01&after=2026-05-01",
        "/blame?iri=ex:loaf",
        "/history?iri=ex:loaf&key=x",
    ],
)
def test_the_command_of_a_page_is_one_that_whence_takes(bakery: Any, path: str) -> None:
    source = bakery.html(path)
    (command,) = re.findall(r"<code>(whence .*?)</code>", source)
    words = shlex.split(html.unescape(command))
    ran = CliRunner().invoke(cli, [*words[1:], "--help"])
    assert ran.exit_code == 0, ran.output


def test_what_stops_early_says_so(bakery: Any) -> None:
    answer = bakery.get("/lineage", iri=f"{EX}loaf", limit="2")
    assert answer.status_code == 200
    assert answer.headers["Whence-Complete"] == "false"
    assert "2 nodes" in answer.headers["Whence-Stopped"]
    assert "This is not all" in answer.text
    assert bakery.get("/lineage.json", iri=f"{EX}loaf", limit="2").get_json()["complete"] is False


def test_alike_siblings_are_one_on_the_page(make_visitor: Callable[..., Any]) -> None:
    inputs = ", ".join(f"<urn:in:{number}>" for number in range(40))
    made = "<urn:out> prov:wasGeneratedBy <urn:run>"
    trig = f"<urn:b> {{ <urn:run> a prov:Activity ; prov:used {inputs} . {made} }}"
    visitor = make_visitor(f"@prefix prov: <http://www.w3.org/ns/prov#> . {trig}")
    assert "40 alike" in visitor.text("/lineage", iri="urn:out")
    assert len(visitor.get("/lineage.json", iri="urn:out").get_json()["nodes"]) == 42
    assert len(visitor.get("/lineage.json", iri="urn:out", group="5").get_json()["nodes"]) == 3
    assert "40 alike" not in visitor.text("/lineage", iri="urn:out", group="0")


def test_a_circle_and_a_long_chain(make_visitor: Callable[..., Any]) -> None:
    steps = " ".join(f"<urn:{n}> prov:wasDerivedFrom <urn:{n + 1}> ." for n in range(700))
    trig = (
        f"<urn:b> {{ {steps} <urn:a> prov:wasDerivedFrom <urn:b> . <urn:b> prov:wasDerivedFrom <urn:a> }}"
    )
    visitor = make_visitor(f"@prefix prov: <http://www.w3.org/ns/prov#> . {trig}")
    text = visitor.text("/lineage", iri="urn:0")
    assert "701" in text
    assert "The tree shows the nearest steps" in text
    assert "2 entities" in visitor.text("/lineage", iri="urn:a")


def test_how_one_thing_leads_to_another(bakery: Any) -> None:
    found = bakery.get("/path.json", **{"from": "ex:loaf", "to": "ex:flour"})
    assert reached(found) == {"loaf", "dough", "kneading", "flour"}
    assert "kneading" in bakery.text("/path", **{"from": f"{EX}loaf", "to": f"{EX}flour"})
    turned = bakery.get("/path.json", **{"from": "ex:flour", "to": "ex:loaf"})
    assert reached(turned) == reached(found)
    none = bakery.get("/path", accept="application/json", **{"from": "ex:loaf", "to": "ex:stone"})
    assert none.status_code == 404
    assert "neither of the two comes from the other" in none.get_json()["detail"]


@pytest.mark.parametrize("verb", ["lineage", "impact", "path"])
def test_without_a_question_there_is_a_form(bakery: Any, verb: str) -> None:
    assert 'method="get"' in bakery.html(f"/{verb}")
    refused = bakery.get(f"/{verb}.json")
    assert refused.status_code == 400
    assert "name what is meant" in refused.text


def test_a_form_with_fields_left_empty_asks_the_same(bakery: Any) -> None:
    empty = dict.fromkeys(("depth", "until", "stop_at", "via", "limit", "kinds"), "")
    assert reached(bakery.get("/lineage.json", iri="ex:loaf", **empty)) == {
        *("loaf", "baking", "dough", "kneading", "flour", "water")
    }


def test_something_unknown_is_not_found(bakery: Any) -> None:
    answer = bakery.get("/lineage", accept="application/json", iri="ex:loav")
    assert answer.status_code == 404
    assert "did you mean ex:loaf" in answer.get_json()["detail"]
    assert "nothing is known of" in bakery.text("/impact", status=404, iri="ex:loav")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"iri": "loaf"}, "iri: loaf"),
        ({"iri": "_:b"}, "iri"),
        ({"dept": "1"}, "did you mean depth?"),
        ({"depth": "-1"}, "depth is a whole number from 0"),
        ({"depth": "deep"}, "depth is a whole number from 0"),
        ({"direction": "up"}, "direction is one of back, both, forward"),
        ({"view": "half"}, "view is one of full, entities, activities"),
        ({"kinds": "eating"}, "no step is called 'eating'"),
        ({"until": "noon"}, "until: 'noon' is no ISO 8601"),
        ({"stop_at": "x y"}, "stop_at"),
        ({"via": "nowhere"}, "via"),
        ({"agents": "some"}, "agents is on or off"),
        ({"limit": "0"}, "limit is a whole number from 1"),
        ({"limit": "100001"}, "limit is a whole number from 1 to 100000"),
        ({"timeout": "-1"}, "timeout is a number of seconds above 0"),
        ({"timeout": "nan"}, "timeout is a number of seconds above 0"),
        ({"group": "1"}, "2 or more"),
        ({"parts": "some"}, "parts is one of auto, on, off"),
        ({"granularity": "coarse"}, "granularity is one of item, step, run"),
        ({"format": "pdf"}, "there is no format 'pdf'"),
    ],
)
def test_what_makes_no_sense_is_said(bakery: Any, arguments: dict[str, str], words: str) -> None:
    answer = bakery.get("/lineage", accept="application/json", **({"iri": "ex:loaf"} | arguments))
    assert answer.status_code == 400
    assert words in answer.get_json()["detail"]


def test_pages_of_things_lead_here(bakery: Any) -> None:
    source = bakery.html("/resource", iri=f"{EX}loaf")
    for verb in ("lineage", "impact", "versions", "history"):
        assert f'href="/{verb}?iri=http%3A//example.org/loaf"' in source

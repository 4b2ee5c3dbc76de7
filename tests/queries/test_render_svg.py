"""Lineage as a drawing."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from tests.queries.lineage_graphs import HOSTILE, fan, graph, hostile, report

from whence.queries.telling import plain

SVG = "{http://www.w3.org/2000/svg}"


def boxes(picture: Element) -> list[Element]:
    return [part for part in picture.iter() if part.get("class", "").startswith("box ")]


def words(part: Element) -> str:
    return " ".join(span.text or "" for span in part.iter(f"{SVG}tspan"))


def test_every_node_and_arrow_is_drawn_in_the_looks_of_prov() -> None:
    picture = fromstring(report().to_svg())
    found = {words(box): box.get("class") for box in boxes(picture)}
    assert found == {
        "the report": "box entity current",
        "writing": "box activity",
        "data": "box entity",
        "station files 7 alike": "box entity",
        "Kim": "box agent",
        "old edition": "box entity",
        "newspaper": "box entity",
    }
    arrows = [part for part in picture.iter(f"{SVG}g") if part.get("class", "").startswith("arrow ")]
    assert len(arrows) == 7
    assert all(arrow.find(f"{SVG}path") is not None for arrow in arrows)


def test_it_has_a_name_and_a_description_for_those_who_do_not_see_it() -> None:
    picture = fromstring(report().to_svg())
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == picture.findtext(f"{SVG}title") == "What is around the report"
    assert picture.findtext(f"{SVG}desc") == "11 entities, 1 activity, 1 agent; 9 relations."
    titles = [box.findtext(f"{SVG}title") for box in boxes(picture)]
    assert "writing  ex:write  2026-06-01 09:00Z to 09:05Z (activity)" in titles


def test_nodes_are_links_to_their_pages_when_there_is_a_server() -> None:
    assert "<a " not in report().to_svg()
    picture = fromstring(report().to_svg(base_url="http://localhost:7676/"))
    assert picture.get("role") == "group"
    first = boxes(picture)[0]
    assert first.get("href") == "http://localhost:7676/resource?iri=http%3A%2F%2Fexample.org%2Freport"
    assert first.get("aria-label")
    assert 'href="/resource?iri=' in report().to_svg(base_url="")


def test_labels_stay_text() -> None:
    text = hostile().to_svg(base_url="")
    picture = fromstring(text)
    tags = {part.tag.removeprefix(SVG) for part in picture.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "g", "path", "text", "tspan", "a"}
    assert not any(name.startswith("on") for part in picture.iter() for name in part.attrib)
    titles = "\n".join(box.findtext(f"{SVG}title") or "" for box in boxes(picture))
    assert all(plain(label) in titles for label in HOSTILE)


def test_it_looks_right_in_the_dark() -> None:
    style = fromstring(report().to_svg()).findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme:dark" in style
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", style.replace("@media (prefers-color-scheme:dark){", ""))
    assert rules and all(".whence-lineage" in rule for rule in rules)


def test_a_big_one_is_bounded_and_says_what_it_leaves_out() -> None:
    picture = fromstring(fan(1000, 5).to_svg(most=40))
    note = "40 of 5,001 are drawn, the nearest; the others are counted."
    assert note in (picture.findtext(f"{SVG}desc") or "")
    assert note in [part.text for part in picture.iter(f"{SVG}text")]
    assert len(boxes(picture)) == 45


def test_nothing_is_a_drawing_too() -> None:
    picture = fromstring(graph([], []).to_svg())
    assert "Nothing was found." in [part.text for part in picture.iter(f"{SVG}text")]

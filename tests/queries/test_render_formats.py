"""Lineage for Graphviz and Mermaid."""

from __future__ import annotations

import re

import pygraphviz
import pytest
from defusedxml.ElementTree import fromstring
from tests.queries.lineage_graphs import HOSTILE, fan, hostile, report

from whence.queries.telling import plain

SVG = "{http://www.w3.org/2000/svg}"
TITLE = "{http://www.w3.org/1999/xlink}title"
_BOX = re.compile(r'  n\d+(?:\(\[|\[\[|\[/|\[|\()"([^"]*)"(?:\]\)|\]\]|\\\]|\]|\)):::\w+')
_ARROW = re.compile(r'  n\d+ (?:-- "[^"]*" -->|-\. "[^"]*" \.->) n\d+')


def test_dot_is_read_by_graphviz_as_it_was_meant() -> None:
    read = pygraphviz.AGraph(string=report().to_dot(base_url="http://localhost:7676"))
    looks = {n.attr["label"]: n.attr["shape"] for n in map(read.get_node, read.nodes())}
    assert looks["the report"] == "ellipse" and looks["writing"] == "box" and looks["Kim"] == "house"
    assert "station files (7 alike)" in looks
    assert read.get_node("n1").attr["tooltip"] == "http://example.org/write"
    assert read.get_node("n1").attr["URL"].endswith("/resource?iri=http%3A%2F%2Fexample.org%2Fwrite")
    assert 'n0 -> n5 [label="wasRevisionOf"];' in report().to_dot()
    assert 'n1 -> n2 [label="used (input)"];' in report().to_dot()
    assert len(read.edges()) == 9
    assert report().to_dot().count("style=dashed") == 3


def test_labels_come_out_of_graphviz_as_they_went_in() -> None:
    picture = fromstring(pygraphviz.AGraph(string=hostile().to_dot()).draw(format="svg", prog="dot"))
    words = [
        " ".join(text.text or "" for text in part.iter(f"{SVG}text")).replace("\xa0", " ")
        for part in picture.iter(f"{SVG}g")
        if part.get("class") == "node"
    ]
    titles = [part.get(TITLE) for part in picture.iter(f"{SVG}a")]
    assert words == [plain(label) for label in HOSTILE]
    assert titles == [node.iri.value for node in hostile()]


@pytest.mark.parametrize("base_url", [None, "http://localhost:7676"])
def test_mermaid_has_only_boxes_arrows_links_and_looks(base_url: str | None) -> None:
    for graph in (report(), hostile()):
        first, *lines = graph.to_mermaid(base_url=base_url).splitlines()
        assert first == "flowchart RL"
        left = [line for line in lines if not _BOX.fullmatch(line) and not _ARROW.fullmatch(line)]
        links = [line for line in left if re.fullmatch(r'  click n\d+ href "http[\w:/?=%.]+"', line)]
        assert len(links) == (len(graph) if base_url else 0)
        assert len(left) - len(links) == 6
        assert all(line.startswith("  classDef ") for line in left if line not in links)


def test_mermaid_shows_labels_as_they_are() -> None:
    def shown(text: str) -> str:
        return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)

    found = [shown(box[1]) for line in hostile().to_mermaid().splitlines() if (box := _BOX.fullmatch(line))]
    assert found == [plain(label) for label in HOSTILE]
    text = hostile().to_mermaid()
    assert not any(mark in text for mark in ("<script", "%%", "`", "]]>"))


def test_mermaid_is_bounded_for_mermaid_refuses_much() -> None:
    text = fan(1000, 3).to_mermaid()
    assert sum(1 for line in text.splitlines() if _ARROW.fullmatch(line)) <= 500
    assert "more entities, 3 steps back" in text

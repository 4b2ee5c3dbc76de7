"""Readers of PROV's own syntaxes tell where each statement starts."""

from __future__ import annotations

import io

import pytest

from whence import formats
from whence.errors import UnknownFormat
from whence.formats import provn_source

PROVN = """document
prefix ex <http://example.org/>
entity(ex:e)
/* two
 lines */ activity(ex:a,
 -, -) used(ex:a, ex:e)
bundle ex:b
  entity(ex:f)
endBundle
endDocument
"""
PROVJSON = r"""{"prefix": {"ex": "http://example.org/"},
"bundle": {"ex:b": {"entity": {
  "ex:f": {}}}},
"entity": {
  "ex:e": {"ex:e": "a \" {"},
  "ex:\u0066": {"ex:f": {"$": "1",
    "type": "xsd:int"}}},
"used": {
  "_:u": [{"prov:activity": "ex:a"}, {"prov:activity": "ex:a2"}],
  "_:v": {"prov:activity": "ex:a"}}}
"""
PROVXML = """<prov:document xmlns:prov="http://www.w3.org/ns/prov#" xmlns:ex="http://example.org/">
  <prov:entity prov:id="ex:e"/>

  <prov:used>
    <prov:activity prov:ref="ex:a"/>
  </prov:used>
  <prov:bundleContent prov:id="ex:b">
    <prov:entity prov:id="ex:f"/></prov:bundleContent>
</prov:document>
"""
PROVJSONLD = """{"@context": [{"ex": "http://example.org/"}],
"@graph": [{"@type": "Entity", "@id": "ex:e", "label": [{"@value": "x"}]},
  {"@type": "Bundle", "@id": "ex:b",
   "@graph": [
     {"@type": "Entity", "@id": "ex:f"}]},

  {"@type": "Entity", "@id": "ex:g"}]}
"""


@pytest.mark.parametrize(
    ("syntax", "text", "lines"),
    [
        ("provn", PROVN, [3, 5, 6, 8]),
        ("provjson", PROVJSON, [5, 6, 9, 9, 10, 3]),
        ("provxml", PROVXML, [2, 4, 8]),
        ("provjsonld", PROVJSONLD, [2, 5, 7]),
    ],
)
def test_each_statement_has_the_line_it_starts_on(syntax: str, text: str, lines: list[int]) -> None:
    reading = formats.read_statements(io.BytesIO(text.encode()), syntax, name="x", base="urn:whence:")
    assert [reading.line() for _ in reading.items] == lines


def test_lines_are_right_where_a_source_is_longer_than_the_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provn_source, "_CHUNK", 64)
    monkeypatch.setattr(provn_source, "_MARGIN", 16)
    text = "document\nprefix ex <http://example.org/>\n" + "entity(\n ex:e)\n" * 50 + "endDocument"
    reading = formats.read_statements(io.BytesIO(text.encode()), "provn", name="x", base="urn:whence:")
    assert [reading.line() for _ in reading.items] == list(range(3, 103, 2))


def test_a_line_may_be_asked_for_now_and_then() -> None:
    reading = formats.read_statements(io.BytesIO(PROVN.encode()), "provn", name="x", base="urn:whence:")
    next(reading.items)
    next(reading.items)
    assert (reading.line(), reading.line()) == (5, 5)
    next(reading.items)
    assert reading.line() == 6


def test_rdf_lists_no_statements() -> None:
    with pytest.raises(UnknownFormat, match="Turtle does not list PROV statements"):
        formats.read_statements(io.BytesIO(), "turtle", name="x", base="urn:whence:")

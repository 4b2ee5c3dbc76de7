"""Nothing in the data becomes markup, script or a dangerous link; pages carry the headers that say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

PROV = "http://www.w3.org/ns/prov#"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
EVIL_TRIG = f"""
@prefix prov: <{PROV}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:g> {{
  <urn:e> a prov:Entity, <javascript:alert(2)> ; rdfs:label '''{EVIL}''' ; rdfs:comment '''{EVIL}''' ;
    <javascript:alert(3)> '''{EVIL}''' ; prov:wasDerivedFrom <javascript:alert(4)> ;
    <urn:link> "javascript:alert(5)"^^xsd:anyURI, "https://ok.example/"^^xsd:anyURI ;
    prov:wasGeneratedBy <urn:a> .
  <javascript:alert(4)> a prov:Entity ; rdfs:label '''{EVIL}''' .
  <urn:a> a prov:Activity ; prov:startedAtTime "2026-01-01T00:00:00Z"^^xsd:dateTime ;
    rdfs:label '''{EVIL}''' .
}}
"""


class _Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("/", {}),
        ("/bundles", {}),
        ("/resource", {"iri": "urn:e"}),
        ("/resource", {"iri": "javascript:alert(4)"}),
        ("/resource", {"iri": "urn:g", "show": "all"}),
        ("/things", {"type": "javascript:alert(2)"}),
        ("/search", {"q": EVIL}),
        ("/search", {"q": "script"}),
        ("/related", {"iri": "urn:e", "property": "javascript:alert(3)"}),
    ],
)
def test_data_never_becomes_markup(
    make_visitor: Callable[..., Any], path: str, arguments: dict[str, str]
) -> None:
    source = make_visitor(EVIL_TRIG).html(path, **arguments)
    elements = _Elements(source).seen
    scripts = [attributes for tag, attributes in elements if tag == "script"]
    assert scripts == [{"type": "module", "src": "/assets/whence.js"}]
    for tag, attributes in elements:
        assert tag != "img" or attributes["src"] == "/assets/mark.svg"
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            value = attributes.get(name)
            assert value is None or re.match(r"/|https://ok\.example/|#", value), value


def test_links_out_name_no_referrer(make_visitor: Callable[..., Any]) -> None:
    elements = _Elements(make_visitor(EVIL_TRIG).html("/resource", iri="urn:e")).seen
    [out] = [a for tag, a in elements if tag == "a" and (a.get("href") or "").startswith("http")]
    assert "noreferrer" in (out["rel"] or "")


def test_pages_say_that_only_our_own_files_may_run(workshop: Any) -> None:
    for path, status in (("/", 200), ("/resource?iri=urn:none", 404)):
        response = workshop.get(path)
        assert response.status_code == status
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"

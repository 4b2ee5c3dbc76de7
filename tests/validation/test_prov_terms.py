"""Terms in the namespace of PROV: those that are defined, and what misspelt ones were meant to be."""

from __future__ import annotations

from importlib import resources

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from tests.validation.texts import report_of

from whence.formats.prov_o import DIRECTS, LINK_PROPERTIES, NODE_CLASSES, NODE_PROPERTIES, SUBCLASSES
from whence.ontology.namespaces import PROV
from whence.validation.prov_terms import TERMS, is_misspelt, link, meant

PREFIXES = "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <http://example.org/> .\n"


@pytest.mark.parametrize("name", ["prov", "prov-dictionary", "prov-links"])
def test_all_terms_of_the_ontologies_are_known(name: str) -> None:
    text = resources.files("whence.ontology").joinpath(f"{name}.ttl").read_bytes()
    subjects = {triple.subject for triple in parse(text, RdfFormat.TURTLE)}
    assert not [term for term in subjects if is_misspelt(term)]


def test_all_that_statements_are_made_of_is_known() -> None:
    used = {*DIRECTS, *LINK_PROPERTIES, *NODE_CLASSES, *NODE_PROPERTIES, *SUBCLASSES}
    assert not [term for term in used if is_misspelt(term)]


@pytest.mark.parametrize(
    "name", ["hadDelegate", "qualifiedUsingActivity", "has_provenance", "Contributor", "label"]
)
def test_terms_of_other_documents_are_no_mistakes(name: str) -> None:
    assert PROV[name] in TERMS


@pytest.mark.parametrize(
    ("name", "rather"),
    [
        ("wasGenratedBy", "wasGeneratedBy"),
        ("WasDerivedFrom", "wasDerivedFrom"),
        ("Entty", "Entity"),
        ("entity2", "Entity"),
        ("frobs", None),
    ],
)
def test_what_was_meant(name: str, rather: str | None) -> None:
    assert is_misspelt(PROV[name])
    found = meant(PROV[name], as_class=rather is not None and rather[0].isupper())
    assert found == (None if rather is None else PROV[rather])


def test_other_namespaces_are_free() -> None:
    assert not is_misspelt(NamedNode("http://example.org/wasGenratedBy"))


def test_sections_of_specifications() -> None:
    assert link(PROV.Usage) == "https://www.w3.org/TR/prov-o/#Usage"
    assert link(PROV.Removal) == "https://www.w3.org/TR/prov-dictionary/"
    assert link(NamedNode("http://example.org/x")) == ""


def test_misspelt_terms_are_reported_once_for_each_resource() -> None:
    text = "ex:e a prov:Entty ; prov:wasGenratedBy ex:a, ex:b .\nex:f prov:frobs 2 ."
    report = report_of((PREFIXES + text).encode(), "turtle", "x.ttl")
    assert [fault.reason for fault in report.malformed] == [
        "ex:e is a prov:Entty, but PROV has no class of that name; did you mean prov:Entity?",
        "ex:e has prov:wasGenratedBy, but PROV has no property of that name; "
        "did you mean prov:wasGeneratedBy?",
        "ex:f has prov:frobs, but PROV has no property of that name",
    ]
    first = report.malformed[0]
    assert first.mend == "Write prov:Entity, or use a class of a namespace of your own."
    assert first.link == "https://www.w3.org/TR/prov-o/#Entity"

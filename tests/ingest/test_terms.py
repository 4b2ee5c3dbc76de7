"""Terms as people type them."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import SourceError
from whence.ingest.terms import resource, term
from whence.ontology.namespaces import PROV, RDF_TYPE, XSD

PREFIXES = {"ex": "http://example.org/"}


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("ex:a/b?c", NamedNode("http://example.org/a/b?c")),
        ("prov:used", PROV.used),
        ("a", RDF_TYPE),
        ("http://example.org/x", NamedNode("http://example.org/x")),
        ("<urn:x>", NamedNode("urn:x")),
        ("<strange:x>", NamedNode("strange:x")),
    ],
)
def test_names_and_iris(text: str, iri: NamedNode) -> None:
    assert resource(text, PREFIXES) == iri
    assert term(text, PREFIXES) == iri


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ('"a # b."', Literal("a # b.")),
        ("'air'@en", Literal("air", language="en")),
        ('"5"^^xsd:byte', Literal("5", datatype=XSD.byte)),
        ('"5"^^<http://example.org/t>', Literal("5", datatype=NamedNode("http://example.org/t"))),
        ('"5"^^ex:t', Literal("5", datatype=NamedNode("http://example.org/t"))),
        ("-2.5", Literal("-2.5", datatype=XSD.decimal)),
        ("true", Literal(True)),
    ],
)
def test_literals_as_in_turtle(text: str, literal: Literal) -> None:
    assert term(text, PREFIXES) == literal


def test_python_values_and_terms() -> None:
    assert term(7, {}) == Literal(7)
    assert term(PROV.used, {}) == PROV.used
    node = BlankNode()
    assert term(node, {}) == resource(node, {}) == node


@pytest.mark.parametrize(
    "text",
    ["nothing", "else:x", "<no iri>", '"open', '"a", "b"', '"a" . <urn:b> <urn:c> "d"', '"x"^^else:t', ""],
)
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        term(text, PREFIXES)

"""The one door to all formats: read gives quads, write takes graphs."""

import io

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from whence import formats
from whence.errors import SourceSyntaxError, UnknownFormat
from whence.formats.compare import same_statements
from whence.formats.from_rdf import statements
from whence.formats.statements import Statement
from whence.ontology.namespaces import PROV, RDFS

BASE = "urn:whence:"
TOP = NamedNode("urn:doc")
EX = "http://ex.org/"
PROVN = b"""document
  prefix ex <http://ex.org/>
  entity(ex:e1, [prov:label="first"])
  used(ex:a, ex:e1, 2026-01-01T12:00:00Z)
  bundle ex:b
    wasDerivedFrom(ex:e2, ex:e1)
  endBundle
endDocument
"""


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


def load(data: bytes, format: str) -> tuple[Store, formats.Reading]:
    reading = formats.read(io.BytesIO(data), format, bundle=TOP, base=BASE, name="source")
    store = Store()
    store.extend(reading.quads)
    return store, reading


def test_a_prov_document_becomes_quads() -> None:
    store, reading = load(PROVN, "provn")
    assert Quad(ex("a"), PROV.used, ex("e1"), TOP) in store
    assert Quad(ex("e2"), PROV.wasDerivedFrom, ex("e1"), ex("b")) in store
    assert reading.prefixes["ex"] == EX
    assert reading.count == sum(reading.graphs.values()) == len(store)
    assert reading.graphs.keys() == {TOP, ex("b")}


@pytest.mark.parametrize("format", ["provn", "provjson", "provxml", "provjsonld"])
def test_what_one_prov_syntax_says_the_others_say_too(format: str) -> None:
    store, reading = load(PROVN, "provn")
    output = io.BytesIO()
    assert formats.write(store, reading.graphs, output, format, reading.prefixes, default=TOP) == 0
    assert formats.detect(output.getvalue()).name == format
    again, _ = load(output.getvalue(), format)
    for graph in (TOP, ex("b")):
        assert same_statements(statements(store, graph), statements(again, graph))


def test_prov_read_twice_adds_nothing() -> None:
    store, _ = load(PROVN, "provn")
    before = set(store)
    store.extend(formats.read(io.BytesIO(PROVN), "provn", bundle=TOP, base=BASE).quads)
    assert set(store) == before


def test_what_a_prov_syntax_leaves_out_is_counted() -> None:
    store, _ = load(PROVN, "provn")
    store.add(Quad(ex("elsewhere"), RDFS.label, Literal("no part of PROV"), TOP))
    output = io.BytesIO()
    assert formats.write(store, [TOP], output, "provn", default=TOP) == 1
    assert b"no part of PROV" not in output.getvalue()
    assert next(statements(store, TOP)) == Statement(
        "entity", ex("e1"), (), ((PROV.label, Literal("first")),)
    )


def test_errors_name_the_source() -> None:
    for data, syntax in ((b"document entity( endDocument", "provn"), (b"<a", "turtle")):
        with pytest.raises(SourceSyntaxError, match=r"source:1:\d+: "):
            load(data, syntax)


def test_rdf_syntaxes_do_not_list_statements() -> None:
    with pytest.raises(UnknownFormat):
        formats.write(Store(), [], io.BytesIO(), "turtle")

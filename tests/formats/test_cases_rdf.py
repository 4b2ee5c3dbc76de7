"""Public PROV-O test suites: every file reads, and comes back whole in every syntax."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from whence import formats
from whence.formats import rdf
from whence.formats.compare import same_statements
from whence.formats.from_rdf import leftover, statements
from whence.formats.to_rdf import document_quads

BASE = "urn:whence:"
BUNDLE = NamedNode("urn:bundle")
SUITES = Path(__file__).parents[3] / "shared" / "cases" / "constraints"
RDF_FORMATS = [row for row in formats.FORMATS.values() if row.rdf]
PROV_FORMATS = [row for row in formats.FORMATS.values() if not row.rdf]


def case_paths() -> list[str]:
    if not SUITES.exists():
        return []
    rows = json.loads((SUITES / "manifest.json").read_text())
    return sorted({row["path"] for row in rows if row["path"].endswith((".ttl", ".trig"))})


pytestmark = pytest.mark.skipif(not SUITES.exists(), reason="the public PROV-O suites are not here")


def load(data: bytes, name: str, format: formats.Format | None = None) -> tuple[Store, formats.Reading]:
    row = format or formats.detect(data[: formats.HEAD], name)
    reading = formats.read(io.BytesIO(data), row, bundle=BUNDLE, base=BASE, name=name)
    store = Store()
    store.extend(reading.quads)
    return store, reading


@pytest.mark.parametrize("path", case_paths())
def test_every_rdf_syntax_gives_back_the_same_graph(path: str) -> None:
    # Blank nodes were given IRIs on reading, so isomorphic graphs are equal ones.
    store, reading = load((SUITES / path).read_bytes(), path)
    assert reading.repairs.count == 0
    for row in RDF_FORMATS:
        output = io.BytesIO()
        rdf.write(store, output, row, reading.prefixes)
        again, _ = load(output.getvalue(), f"{path} as {row.title}", row)
        if row.datasets:
            assert set(store) == set(again), row.title
        else:
            assert {quad.triple for quad in store} == {quad.triple for quad in again}, row.title


@pytest.mark.parametrize("path", case_paths())
def test_statements_stay_the_same_through_quads(path: str) -> None:
    store, reading = load((SUITES / path).read_bytes(), path)
    for graph in reading.graphs:
        found = list(statements(store, graph))
        again = Store()
        again.extend(document_quads([(graph, each) for each in found], default_graph=BUNDLE, base=BASE))
        assert same_statements(found, statements(again, graph))
        assert leftover(again, graph) <= leftover(store, graph)


@pytest.mark.parametrize("path", case_paths())
def test_every_prov_syntax_gives_back_the_same_statements(path: str) -> None:
    store, reading = load((SUITES / path).read_bytes(), path)
    for row in PROV_FORMATS:
        output = io.BytesIO()
        formats.write(store, reading.graphs, output, row, reading.prefixes, default=BUNDLE)
        again, _ = load(output.getvalue(), f"{path} as {row.title}", row)
        for graph in reading.graphs:
            wanted = statements(store, graph, incomplete=False)
            assert same_statements(wanted, statements(again, graph)), row.title

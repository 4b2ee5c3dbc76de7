"""Statements written in the syntaxes, and read again as what is validated."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Quad

from whence.formats import provjson, provjsonld, provn_writer, provxml
from whence.formats.registry import FORMATS
from whence.formats.statements import Statement
from whence.formats.to_rdf import document_quads
from whence.validation.assertion import Assertion
from whence.validation.reading import read_assertions
from whence.validation.report import ValidationReport
from whence.validation.validate import validate

WRITERS: Final = {
    "provn": provn_writer.write_statements,
    "provjson": provjson.write_statements,
    "provxml": provxml.write_statements,
    "provjsonld": provjsonld.write_statements,
}
RDF: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
_OUTSIDE: Final = NamedNode("urn:outside")
PREFIXES: Final = {"ex": "http://example.org/"}


def written(said: Iterable[Assertion], format: str) -> bytes:
    """Assertions without blank nodes as a document; syntaxes without bundles put all into one."""
    groups: dict[NamedNode | None, list[Statement]] = {}
    for each in said:
        groups.setdefault(each.bundle, []).append(_statement(each))
    if format in WRITERS:
        output = io.BytesIO()
        # Statements outside bundles come first in PROV-N.
        ordered = sorted(groups.items(), key=lambda group: group[0] is not None)
        WRITERS[format](ordered, output, dict(PREFIXES))
        return output.getvalue()
    items = ((bundle, each) for bundle, several in groups.items() for each in several)
    quads = document_quads(items, default_graph=_OUTSIDE, base="urn:whence:")
    if FORMATS[format].datasets:
        placed = (Quad(*quad.triple) if quad.graph_name == _OUTSIDE else quad for quad in quads)
        data = ox.serialize(placed, format=RDF[format], prefixes=PREFIXES)
    else:
        data = ox.serialize((quad.triple for quad in quads), format=RDF[format], prefixes=PREFIXES)
    assert data is not None
    return data


def _statement(said: Assertion) -> Statement:
    assert not isinstance(said.id, BlankNode)
    args = [arg for arg in said.args if not isinstance(arg, BlankNode)]
    assert len(args) == len(said.args)
    return Statement(said.kind, said.id, tuple(args), said.attributes)


def report_of(data: bytes, format: str, name: str = "document") -> ValidationReport:
    """What validation says of a text."""
    source = read_assertions(io.BytesIO(data), format, name=name)
    return validate(source.items, source=name, prefixes=source.prefixes)


def named(report: ValidationReport) -> Iterator[str]:
    """The ids of all rules that a report's violations name, in whatever part."""
    for violation in report.violations:
        yield violation.rule.id
        yield from (equation.rule.id for equation in violation.equations)
        yield from (step.rule.id for step in violation.cycle)

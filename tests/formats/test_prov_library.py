"""The ``prov`` library and our own readers and writers understand each other."""

from __future__ import annotations

import datetime
import io
import json
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prov import Error as ProvError
from prov.model import ProvDocument
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceError, SourceSyntaxError
from whence.formats import provjson, provjsonld, provn, provn_writer, provxml
from whence.formats.identifiers import canonical
from whence.formats.prov_library import from_prov_document, to_prov_document
from whence.formats.statements import Statement
from whence.ontology.namespaces import XSD

Items = Iterable[tuple[NamedNode | None, Statement]]
READERS = {"provn": provn, "xml": provxml, "json": provjson, "jsonld": provjsonld}
WRITERS = {"provn": provn_writer, "xml": provxml, "json": provjson, "jsonld": provjsonld}

DOCUMENT = """document
  prefix ex <http://example.org/>
  entity(ex:report, [prov:type='prov:Collection', prov:label="a \\"report\\""@en, ex:size=42])
  entity(ex:page)
  activity(ex:write, 2012-03-31T09:21:00Z, 2012-04-01T15:21:00+02:00)
  agent(ex:ana, [prov:type='prov:Person', ex:weight="61.5" %% xsd:double])
  wasGeneratedBy(ex:g; ex:report, ex:write, 2012-04-01T15:21:00Z, [prov:role='ex:output'])
  used(ex:write, ex:page, -)
  wasStartedBy(ex:write, ex:page, -, 2012-03-31T09:21:00Z)
  wasDerivedFrom(ex:report, ex:page, ex:write, ex:g, -, [prov:type='prov:Revision'])
  wasAssociatedWith(ex:write, ex:ana, -)
  hadMember(ex:report, ex:page)
  specializationOf(ex:page, ex:report)
  bundle ex:inside
    entity(ex:page, [prov:value="x", ex:seen="true" %% xsd:boolean])
  endBundle
endDocument
"""


@contextmanager
def prov_warnings_allowed() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def comparable(items: Items) -> Counter[Any]:
    """Statements with times and numbers in one spelling, whatever the order of attributes."""
    return Counter(
        (
            bundle,
            each.kind,
            each.id,
            tuple(map(_plain, each.args)),
            frozenset((name, _plain(value)) for name, value in each.attributes),
        )
        for bundle, each in items
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Literal) and value.datatype == XSD.dateTime:
        return datetime.datetime.fromisoformat(value.value)
    return canonical(value) if isinstance(value, Literal) else value


def ours(data: bytes, syntax: str) -> list[tuple[NamedNode | None, Statement]]:
    return list(READERS[syntax].read_statements(io.BytesIO(data), name="x", base="urn:whence:").items)


def theirs(data: bytes, syntax: str) -> ProvDocument:
    if syntax == "xml":
        pytest.importorskip("lxml", reason="the library reads and writes XML with lxml only")
    with prov_warnings_allowed():
        document: ProvDocument = ProvDocument.deserialize(io.BytesIO(data), format=syntax)
        return document


def test_a_document_of_the_library_becomes_statements() -> None:
    document = ProvDocument()
    document.add_namespace("ex", "http://example.org/")
    document.wasGeneratedBy("ex:e", "ex:a", "2012-03-31T09:21:00")
    assert list(from_prov_document(document)) == [
        (
            None,
            Statement(
                "wasGeneratedBy",
                None,
                (
                    NamedNode("http://example.org/e"),
                    NamedNode("http://example.org/a"),
                    Literal("2012-03-31T09:21:00", datatype=XSD.dateTime),
                ),
            ),
        )
    ]


def test_statements_survive_the_library() -> None:
    items = ours(DOCUMENT.encode(), "provn")
    document = to_prov_document(items, {"ex": "http://example.org/"})
    assert comparable(from_prov_document(document)) == comparable(items)


@pytest.mark.parametrize("syntax", WRITERS)
def test_the_library_reads_what_we_write(syntax: str) -> None:
    items = ours(DOCUMENT.encode(), "provn")
    groups: dict[NamedNode | None, list[Statement]] = {}
    for bundle, statement in items:
        groups.setdefault(bundle, []).append(statement)
    output = io.BytesIO()
    WRITERS[syntax].write_statements(groups.items(), output, {"ex": "http://example.org/"})
    assert comparable(from_prov_document(theirs(output.getvalue(), syntax))) == comparable(items)


@pytest.mark.parametrize("syntax", READERS)
def test_we_read_what_the_library_writes(syntax: str) -> None:
    document = theirs(DOCUMENT.encode(), "provn")
    if syntax == "xml":
        pytest.importorskip("lxml", reason="the library reads and writes XML with lxml only")
    written = str(document.serialize(format=syntax)).encode()
    assert comparable(ours(written, syntax)) == comparable(from_prov_document(document))


def test_what_the_library_lacks_is_named() -> None:
    ex = NamedNode("http://example.org/x")
    statement = Statement("hadDictionaryMember", None, (ex, ex, Literal("k")))
    with pytest.raises(SourceError, match="has no hadDictionaryMember"):
        to_prov_document([(None, statement)], {})


CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "constraints"
SYNTAX_OF = {"provn": "provn", "xml": "xml", "provx": "xml", "json": "json"}


def _cases() -> list[Any]:
    if not CASES.is_dir():
        reason = "the public constraint cases are not beside this checkout"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    manifest = json.loads((CASES / "manifest.json").read_text())
    return [pytest.param(case, id=case["path"]) for case in manifest if case["format"] in SYNTAX_OF]


@pytest.mark.parametrize("case", _cases())
def test_both_read_public_cases_alike(case: dict[str, str]) -> None:
    data = (CASES / case["path"]).read_bytes()
    syntax = SYNTAX_OF[case["format"]]
    try:
        document = theirs(data, syntax)
    except (ProvError, ValueError, AttributeError, KeyError, SyntaxError) as error:
        pytest.skip(f"the library does not read it: {error}")
    try:
        items = ours(data, syntax)
    except SourceSyntaxError as error:
        assert "must be given" in str(error) or "needs its" in str(error)
        return
    assert comparable(items) == comparable(from_prov_document(document))

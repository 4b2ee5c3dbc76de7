"""The format is told by content first; name and media type decide only what content leaves open."""

import gzip
import io
from pathlib import Path

import pytest

from whence.errors import SourceError, UnknownFormat
from whence.formats.detect import HEAD, detect, open_source, peekable

TRIPLE = b'<http://ex.org/a> <http://ex.org/p> "x { y" .\n'
QUAD = b"<http://ex.org/a> <http://ex.org/p> _:b <http://ex.org/g> .\n"
RDFXML = b'<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
PROVXML = b'<prov:document xmlns:prov="http://www.w3.org/ns/prov#"></prov:document>'
CONTEXT = b'"https://openprovenance.org/prov-jsonld/context.jsonld"'

BY_CONTENT = {
    "a comment before the document": (b"// made by hand\n/* twice */ document\nendDocument", "provn"),
    "statements without a document": (b"entity(e1)\n", "provn"),
    "PROV-N with namespaces": (
        b"document\n prefix ex <http://ex.org/>\n entity(ex:a)\nendDocument",
        "provn",
    ),
    "Turtle": (b"@prefix ex: <http://ex.org/> .\nex:a a ex:B .", "turtle"),
    "SPARQL-style prefix": (b"PREFIX ex: <http://ex.org/>\nex:a ex:b ex:c .", "turtle"),
    "the same in small letters": (b"prefix ex: <http://ex.org/>\nex:a ex:b ex:c .", "turtle"),
    "PROV-N without document": (b"prefix ex <http://ex.org/>\nentity(ex:a)", "provn"),
    "Turtle with braces in a string": (b'<http://a> <http://b> "{", \'}\', """{\n}""" .', "turtle"),
    "TriG": (b"@prefix ex: <http://ex.org/> .\nex:g { ex:a a ex:B . }", "trig"),
    "TriG with GRAPH": (b"GRAPH <http://g> { <http://a> <http://b> <http://c> }", "trig"),
    "N-Triples": (b"# a comment\n" + TRIPLE * 3, "ntriples"),
    "N-Quads": (TRIPLE + QUAD, "nquads"),
    "typed and tagged literals": (
        b'_:a <http://p> "1"^^<http://t> .\n_:a <http://p> "x\\" y"@en-GB <http://g> . # c\n',
        "nquads",
    ),
    "RDF/XML": (RDFXML, "rdfxml"),
    "RDF/XML with a doctype": (
        b'<!DOCTYPE rdf:RDF [<!ENTITY ex "http://ex.org/">]>\n' + RDFXML.partition(b"\n")[2],
        "rdfxml",
    ),
    "PROV-XML": (b"\xef\xbb\xbf<!-- hello -->\n" + PROVXML, "provxml"),
    "PROV-XML with a default namespace": (b'<document xmlns="http://www.w3.org/ns/prov#"/>', "provxml"),
    "JSON-LD": (b'{"@context": {"ex": "http://ex.org/"}, "@id": "ex:a"}', "jsonld"),
    "expanded JSON-LD": (b'[{"@id": "http://a", "http://p": [{"@value": 1}]}]', "jsonld"),
    "PROV-O in JSON-LD": (
        b'{"@context": {"@vocab": "http://www.w3.org/ns/prov#"}, "@type": "Entity", "@id": "http://a"}',
        "jsonld",
    ),
    "PROV-JSON": (b'{"prefix": {"ex": "http://ex.org/"}, "entity": {"ex:a": {}}}', "provjson"),
    "PROV-JSON of one relation": (b' {"used": {"_:u": {"prov:activity": "a"}}}', "provjson"),
    "PROV-JSONLD": (
        b'{"@context": [{"ex": "http://ex.org/"}, ' + CONTEXT + b'], "@graph": []}',
        "provjsonld",
    ),
    "PROV-JSONLD by its terms": (
        b'{"@context": [{"ex": "http://ex.org/"}], "@graph": [{"@type": "Usage", "activity": "ex:a"}]}',
        "provjsonld",
    ),
}


@pytest.mark.parametrize(("content", "expected"), BY_CONTENT.values(), ids=BY_CONTENT)
def test_content_tells(content: bytes, expected: str) -> None:
    assert detect(content).name == expected
    # A wrong name does not mislead.
    wrong = "data.provn" if expected != "provn" else "data.ttl"
    assert detect(content, wrong, "application/octet-stream").name == expected


@pytest.mark.parametrize(
    ("content", "name", "media_type", "expected"),
    [
        (TRIPLE, "data.nt", "", "ntriples"),
        (TRIPLE, "data.ttl", "", "turtle"),
        (TRIPLE, "data.nq.gz", "", "nquads"),
        (TRIPLE, "", "application/trig", "trig"),
        (TRIPLE, "http://ex.org/data.nt", "application/trig", "ntriples"),
        (b"<http://a> a <http://b>; a <http://c> .", "", "application/trig", "trig"),
        (b"{}", "x.jsonld", "", "jsonld"),
        (b"{}", "x.prov.jsonld", "", "provjsonld"),
        (b"{}", "", "", "provjson"),
        (b"", "empty.ttl", "", "turtle"),
        (b" \n# nothing yet\n", "", "text/turtle", "turtle"),
    ],
)
def test_name_then_media_type_decide_what_content_leaves_open(
    content: bytes, name: str, media_type: str, expected: str
) -> None:
    assert detect(content, name, media_type).name == expected


def test_a_graph_may_come_after_what_was_looked_at() -> None:
    long = (TRIPLE * (HEAD // len(TRIPLE) + 1))[:HEAD]
    assert detect(long).name == "nquads"
    turtle = (b"@prefix ex: <http://ex.org/> .\n" + b"ex:a a ex:B .\n" * HEAD)[:HEAD]
    assert detect(turtle).name == "trig"
    assert detect(turtle, "x.ttl").name == "turtle"


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"hello world", b"<html><body/></html>", b'{"name": 1}', b"a,b\n1,2\n", b"\x00\x01"],
)
def test_what_is_no_provenance_is_refused_with_the_list(content: bytes) -> None:
    with pytest.raises(UnknownFormat, match=r"report\.bin.*turtle, trig, .*provjsonld"):
        detect(content, "report.bin")


def test_gzip_is_unpacked_whatever_the_name(tmp_path: Path) -> None:
    path = tmp_path / "data.nq"
    path.write_bytes(gzip.compress(QUAD * 1000))
    with open_source(path) as stream:
        assert detect(stream.peek(HEAD), str(path)).name == "nquads"
        assert stream.read() == QUAD * 1000


def test_plain_files_are_read_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "data.nq"
    path.write_bytes(QUAD)
    with open_source(path) as stream:
        assert stream.peek(HEAD)[: len(QUAD)] == QUAD
        assert stream.read() == QUAD


def test_damaged_gzip_says_which_file(tmp_path: Path) -> None:
    path = tmp_path / "cut.ttl.gz"
    path.write_bytes(gzip.compress(QUAD * 10_000)[:-200])
    with open_source(path) as stream, pytest.raises(SourceError, match=r"cut\.ttl\.gz.*damaged"):
        stream.read()


def test_any_stream_that_reads_can_be_peeked_at() -> None:
    class Socket(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(7)

    with peekable(Socket(gzip.compress(TRIPLE))) as stream:
        assert stream.read() == TRIPLE


def test_hostile_heads_are_told_in_no_time() -> None:
    # Each way to part these brackets would be tried, or the stack would end.
    assert detect(b"<!DOCTYPE a " + b"[]" * 4000 + b"\n", "x.xml").name
    assert detect(b'{"@context":' + b"[" * 8100).name == "jsonld"

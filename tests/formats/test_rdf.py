"""RDF is read as a stream of quads whose names are all absolute, and written as a stream too."""

import io
from collections.abc import Iterator

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from whence.errors import SourceError, SourceSyntaxError, UnknownFormat
from whence.formats import rdf
from whence.formats.identifiers import is_generated
from whence.ontology.namespaces import PROV, RDF_TYPE, XSD

BASE = "urn:whence:"
BUNDLE = NamedNode("urn:run:1")
EX = "http://ex.org/"
RDF_FORMATS = ("turtle", "trig", "ntriples", "nquads", "rdfxml", "jsonld")


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


def reading(text: str | bytes, format: str, bundle: NamedNode = BUNDLE) -> rdf.Reading:
    data = text if isinstance(text, bytes) else text.encode()
    return rdf.read(io.BytesIO(data), format, bundle=bundle, base=BASE, name="source")


def quads(text: str | bytes, format: str) -> list[Quad]:
    return list(reading(text, format).quads)


def written(data: list[Quad], format: str, **prefixes: str) -> bytes:
    output = io.BytesIO()
    rdf.write(data, output, format, prefixes)
    return output.getvalue()


# Reading


def test_the_default_graph_is_the_bundle_and_named_graphs_keep_their_names() -> None:
    got = reading(
        "PREFIX ex: <http://ex.org/> ex:a ex:p ex:b . ex:g { ex:a ex:p 1 } _:x { ex:a ex:p 2 }", "trig"
    )
    graphs = [quad.graph_name for quad in got.quads]
    assert graphs[:2] == [BUNDLE, ex("g")]
    assert isinstance(graphs[2], NamedNode)
    assert is_generated(graphs[2])
    assert got.count == 3
    assert got.graphs == dict.fromkeys(graphs, 1)
    assert got.prefixes == {"ex": EX}
    assert got.repairs.count == 0


def test_lines_of_quads() -> None:
    text = "<http://ex.org/a> <http://ex.org/p> <http://ex.org/b> .\n"
    text += "_:b <http://ex.org/p> _:b <http://ex.org/g> .\n"
    first, second = quads(text, "nquads")
    assert first == Quad(ex("a"), ex("p"), ex("b"), BUNDLE)
    assert second.subject == second.object
    assert isinstance(second.subject, NamedNode)
    assert is_generated(second.subject)
    assert second.graph_name == ex("g")


def test_quads_that_need_nothing_pass_in_any_number() -> None:
    lines = [f"<{EX}{n}> <{EX}p> <{EX}o> <{EX}g{n % 3}> .\n" for n in range(1000)]
    got = reading("".join(lines), "nquads")
    assert [str(quad) + " .\n" for quad in got.quads] == lines
    assert got.count == 1000
    assert got.graphs == {ex("g0"): 334, ex("g1"): 333, ex("g2"): 333}


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_blank_node_on_the_seam_of_two_reads_is_seen(cut: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(cut)

    stream = Slow(f"<{EX}a> <{EX}p> _:b <{EX}g> .\n".encode())
    (quad,) = rdf.read(stream, "nquads", bundle=BUNDLE, base=BASE).quads
    assert isinstance(quad.object, NamedNode)


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("turtle", "[] <http://ex.org/p> [ <http://ex.org/q> _:x ], _:x, ( 1 2 ) ."),
        ("nquads", "_:a <http://ex.org/p> _:b .\n_:b <http://ex.org/p> _:a _:g .\n"),
        ("jsonld", '[{"http://ex.org/p": [{"http://ex.org/q": 1}, {"@id": "_:x"}]}]'),
        (
            "rdfxml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://ex.org/">'
            "<ex:T><ex:p><ex:U/></ex:p></ex:T></rdf:RDF>",
        ),
    ],
)
def test_reading_the_same_bytes_twice_gives_the_same_quads(format: str, text: str) -> None:
    first = set(quads(text, format))
    assert first == set(quads(text, format))
    assert not any(isinstance(term, BlankNode) for quad in first for term in quad)
    assert first.isdisjoint(reading(text, format, bundle=NamedNode("urn:run:2")).quads)


@pytest.mark.parametrize("format", ["trig", "nquads"])
def test_blank_nodes_may_stay_but_for_graphs(format: str) -> None:
    text = b"_:s <urn:p> _:o _:g ." if format == "nquads" else b"_:g { _:s <urn:p> _:o }"
    (quad,) = rdf.read(io.BytesIO(text), format, bundle=BUNDLE, base="urn:whence:", keep_blank=True).quads
    assert (quad.subject, quad.object) == (BlankNode("s"), BlankNode("o"))
    assert isinstance(quad.graph_name, NamedNode)
    assert is_generated(quad.graph_name)


def test_relative_and_scheme_less_iris_are_repaired_and_noted() -> None:
    got = reading(
        """PREFIX dl: <dlprov#>
        <> a dl:Run ; dl:by <#me>, <www.ex.org/ns#x>, <//host/y>, "1"^^<my/type> .""",
        "turtle",
    )
    assert set(got.quads) == {
        Quad(BUNDLE, RDF_TYPE, NamedNode("urn:whence:ref/dlprov#Run"), BUNDLE),
        Quad(BUNDLE, NamedNode("urn:whence:ref/dlprov#by"), NamedNode("urn:run:1#me"), BUNDLE),
        Quad(
            BUNDLE,
            NamedNode("urn:whence:ref/dlprov#by"),
            NamedNode("urn:whence:ref/www.ex.org/ns#x"),
            BUNDLE,
        ),
        Quad(BUNDLE, NamedNode("urn:whence:ref/dlprov#by"), NamedNode("urn:whence:ref///host/y"), BUNDLE),
        Quad(
            BUNDLE,
            NamedNode("urn:whence:ref/dlprov#by"),
            Literal("1", datatype=NamedNode("urn:whence:ref/my/type")),
            BUNDLE,
        ),
    }
    assert ("dlprov#Run", "urn:whence:ref/dlprov#Run") in got.repairs.examples
    assert ("", "urn:run:1") in got.repairs.examples
    assert got.prefixes == {"dl": "urn:whence:ref/dlprov#"}


def test_a_declared_base_needs_no_repair() -> None:
    got = reading("BASE <http://ex.org/> <a> <p> <b> .", "turtle")
    assert list(got.quads) == [Quad(ex("a"), ex("p"), ex("b"), BUNDLE)]
    assert got.repairs.count == 0


@pytest.mark.parametrize(
    ("format", "text", "line", "column", "reason"),
    [
        ("turtle", "<http://a> <http://b> <http://c> .\n<http://a> ex:p 1 .", 2, 12, "prefix ex:"),
        ("trig", "<http://g> { <http://a> <http://b> }", 1, 36, ""),
        ("nquads", "<http://a> <http://b> <http://c> .\nnonsense\n", 2, 1, "subject"),
        ("ntriples", "<a> <b> <c> .", 1, 1, "scheme"),
        ("jsonld", '{"@id": "http://a",\n "http://b": }', 2, 14, ""),
        (
            "rdfxml",
            "<rdf:RDF\n xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'></x>",
            2,
            60,
            "mismatched",
        ),
    ],
)
def test_syntax_errors_say_where(format: str, text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(SourceSyntaxError) as error:
        quads(text, format)
    assert (error.value.source, error.value.line, error.value.column) == ("source", line, column)
    assert reason in error.value.reason
    assert "Parser error" not in error.value.reason


@pytest.mark.parametrize(
    "context",
    [
        '"http://ex.org/context.jsonld"',
        '[{"ex": "http://ex.org/"}, "http://ex.org/context.jsonld"]',
        '{"@import": "http://ex.org/context.jsonld"}',
    ],
)
def test_remote_contexts_are_named_not_fetched(context: str) -> None:
    with pytest.raises(SourceError, match=r"http://ex\.org/context\.jsonld.*not fetched"):
        quads(f'{{"@context": {context}, "@id": "http://ex.org/a", "p": 1}}', "jsonld")


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("turtle", "<http://a> <http://b> <<( <http://a> <http://b> <http://c> )>> ."),
        ("turtle", "<http://a> <http://b> <<<http://a> <http://b> <http://c>>> ."),
        ("ntriples", "<http://a> <http://b> <<( <http://a> <http://b> <http://c> )>> ."),
    ],
)
def test_triple_terms_are_refused(format: str, text: str) -> None:
    with pytest.raises(SourceError, match="triple terms"):
        quads(text, format)


def test_faults_of_the_stream_come_through() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk is gone"):
        list(rdf.read(Broken(), "turtle", bundle=BUNDLE, base=BASE).quads)


def test_other_formats_are_refused() -> None:
    with pytest.raises(UnknownFormat):
        reading("document endDocument", "provn")
    with pytest.raises(UnknownFormat):
        rdf.write([], io.BytesIO(), "provn")


# What would crash the parsers


def xml(doctype: str, text: str) -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE rdf:RDF [{doctype}]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://ex.org/">'
        f'<rdf:Description rdf:about="http://ex.org/a"><ex:p>{text}</ex:p></rdf:Description></rdf:RDF>'
    )


def test_short_entities_are_read() -> None:
    (quad,) = quads(xml('<!ENTITY ex "http://ex.org/">', "&ex;b &amp; c"), "rdfxml")
    assert quad.object == Literal("http://ex.org/b & c")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">',
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&#38;a;">',
        f'<!ENTITY b "{"a" * 1000}">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p "x"><!ENTITY b "x">',
    ],
)
def test_other_entities_are_refused(doctype: str) -> None:
    with pytest.raises(SourceError, match=r"entity .* is refused"):
        quads(xml(doctype, "&b;"), "rdfxml")


def nested_json(levels: int, text: str = '"x"') -> str:
    return '{"http://ex.org/p":' * levels + text + "}" * levels


def nested_xml(levels: int) -> str:
    return xml("", "<rdf:Description><ex:p>" * levels + "x" + "</ex:p></rdf:Description>" * levels).replace(
        "<ex:p><rdf", "<ex:p>\n<rdf"
    )


def test_deep_nesting_is_refused() -> None:
    assert len(quads(nested_json(400), "jsonld")) == 400
    for text, syntax in ((nested_json(20_000), "jsonld"), (nested_xml(20_000), "rdfxml")):
        with pytest.raises(SourceError, match="nested more than 500"):
            quads(text, syntax)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
def test_brackets_in_strings_do_not_nest(size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, wanted: int | None = -1) -> bytes:
            return super().read(size)

    fine = Slow(nested_json(3, '"' + "{[" * 600 + '\\"\\\\"').encode())
    assert len(list(rdf.read(fine, "jsonld", bundle=BUNDLE, base=BASE).quads)) == 3
    # Closing brackets inside strings do not make up for open ones outside.
    deep = Slow(('{"}}}\\"}":' * 600).encode())
    with pytest.raises(SourceError, match="nested more than 500"):
        list(rdf.read(deep, "jsonld", bundle=BUNDLE, base=BASE).quads)


# Writing


DATA = [
    Quad(ex("a"), RDF_TYPE, PROV.Activity, BUNDLE),
    Quad(ex("a"), PROV.startedAtTime, Literal("2026-01-01T00:00:00Z", datatype=XSD.dateTime), BUNDLE),
    Quad(ex("a"), ex("note"), Literal('say "hi" & <bye>\n\ttwice', language="en"), BUNDLE),
    Quad(ex("é/%20"), ex("n"), Literal(3), BUNDLE),
]


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_what_is_written_is_read_again(format: str) -> None:
    assert set(quads(written(DATA, format, prov=str(PROV)), format)) == set(DATA)


@pytest.mark.parametrize("format", ["trig", "nquads", "jsonld"])
def test_datasets_keep_their_graphs(format: str) -> None:
    data = [*DATA, Quad(ex("a"), RDF_TYPE, PROV.Activity, ex("g"))]
    assert set(quads(written(data, format), format)) == set(data)


@pytest.mark.parametrize("format", ["turtle", "ntriples", "rdfxml"])
def test_without_graphs_the_union_is_written(format: str) -> None:
    data = [
        *DATA,
        Quad(ex("a"), RDF_TYPE, PROV.Activity, ex("g")),
        Quad(ex("b"), RDF_TYPE, PROV.Agent, ex("g")),
    ]
    triples = {quad.triple for quad in quads(written(data, format), format)}
    assert triples == {quad.triple for quad in data}


def test_prefixes_shorten_and_bad_ones_do_no_harm() -> None:
    bad = {"a b": EX, "1x": EX, "x.": EX, "_": EX, "-": EX, "a:b": EX, "odd": "not an iri"}
    text = written(DATA, "turtle", prov=str(PROV), **bad)
    assert b"a prov:Activity" in text
    assert text.count(b"@prefix") == 1
    for syntax in RDF_FORMATS:
        assert set(quads(written(DATA, syntax, **bad), syntax)) == set(DATA)


def test_what_xml_cannot_say_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"RDF/XML cannot write the property <http://ex\.org/1>"):
        written([Quad(ex("a"), ex("1"), ex("b"), BUNDLE)], "rdfxml")

    with pytest.raises(SourceError, match="RDF/XML cannot write the control characters"):
        written([Quad(ex("a"), ex("p"), Literal("a\x01b"), BUNDLE)], "rdfxml")


def test_writing_streams() -> None:
    taken = 0

    def many() -> Iterator[Quad]:
        nonlocal taken
        for number in range(20_000):
            taken += 1
            yield Quad(ex(str(number)), ex("p"), Literal(number), BUNDLE)

    class Output(io.BytesIO):
        first_at = 0

        def write(self, data: object) -> int:
            self.first_at = self.first_at or taken
            return super().write(data)  # type: ignore[arg-type]

    output = Output()
    rdf.write(many(), output, "nquads")
    assert 0 < output.first_at < 20_000

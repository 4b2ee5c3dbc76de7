"""PROV-XML as the note has it, and what is said of mistakes."""

from __future__ import annotations

import io

import pytest
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.formats import provxml
from whence.formats.qnames import StatementReading
from whence.formats.statements import Statement
from whence.ontology.namespaces import PROV, XSD

EX = "http://example.org/"
HEAD = (
    '<prov:document xmlns:prov="http://www.w3.org/ns/prov#" xmlns:ex="http://example.org/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n'
)


def ex(local: str) -> NamedNode:
    return NamedNode(EX + local)


A, B, C = ex("a"), ex("b"), ex("c")


def reading(text: str) -> StatementReading:
    return provxml.read_statements(io.BytesIO(text.encode()), name="file.xml", base="urn:whence:")


def statements(*lines: str) -> list[Statement]:
    return [each for _, each in reading(HEAD + "\n".join(lines) + "</prov:document>").items]


def error(text: str) -> SourceSyntaxError:
    with pytest.raises(SourceSyntaxError) as caught:
        list(reading(text).items)
    return caught.value


def test_elements_and_relations() -> None:
    found = statements(
        '<prov:entity prov:id="ex:a"/>',
        '<prov:activity prov:id="ex:b"><prov:startTime> 2012-03-31T09:21:00 </prov:startTime>'
        "</prov:activity>",
        '<prov:used prov:id="ex:c"><prov:activity prov:ref="ex:b"/><prov:entity prov:ref="ex:a"/>'
        "</prov:used>",
        '<prov:hadMember><prov:collection prov:ref="ex:a"/><prov:entity prov:ref="ex:b"/>'
        '<prov:entity prov:ref="ex:c"/></prov:hadMember>',
    )
    assert found == [
        Statement("entity", A),
        Statement("activity", B, (Literal("2012-03-31T09:21:00", datatype=XSD.dateTime), None)),
        Statement("used", C, (B, A, None)),
        Statement("hadMember", None, (A, B)),
        Statement("hadMember", None, (A, C)),
    ]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("<ex:p>text &amp; more</ex:p>", Literal("text & more")),
        ("<ex:p/>", Literal("")),
        ('<ex:p xml:lang="fr">chat</ex:p>', Literal("chat", language="fr")),
        ('<ex:p xsi:type="xsd:int">7</ex:p>', Literal("7", datatype=XSD.int)),
        ('<ex:p xsi:type="xsd:string">7</ex:p>', Literal("7")),
        ('<ex:p xsi:type="xsd:QName">ex:b</ex:p>', B),
        (
            '<ex:p xsi:type="xsd:anyURI">http://x.example/</ex:p>',
            Literal("http://x.example/", datatype=XSD.anyURI),
        ),
    ],
)
def test_values(attribute: str, value: NamedNode | Literal) -> None:
    (statement,) = statements(f'<prov:entity prov:id="ex:a">{attribute}</prov:entity>')
    assert statement.attributes == ((ex("p"), value),)


@pytest.mark.parametrize(
    ("element", "kind", "type"),
    [
        ("person", "agent", "Person"),
        ("softwareAgent", "agent", "SoftwareAgent"),
        ("organization", "agent", "Organization"),
        ("plan", "entity", "Plan"),
        ("bundle", "entity", "Bundle"),
        ("collection", "entity", "Collection"),
        ("emptyCollection", "entity", "EmptyCollection"),
        ("dictionary", "entity", "Dictionary"),
        ("emptyDictionary", "entity", "EmptyDictionary"),
    ],
)
def test_elements_that_say_a_type_too(element: str, kind: str, type: str) -> None:
    (statement,) = statements(f'<prov:{element} prov:id="ex:a"/>')
    assert statement == Statement(kind, A, (), ((PROV.type, PROV[type]),))


def test_derivations_that_say_a_type_too() -> None:
    (statement,) = statements(
        '<prov:wasRevisionOf><prov:generatedEntity prov:ref="ex:a"/><prov:usedEntity prov:ref="ex:b"/>'
        "</prov:wasRevisionOf>"
    )
    assert statement == Statement(
        "wasDerivedFrom", None, (A, B, None, None, None), ((PROV.type, PROV.Revision),)
    )


@pytest.mark.parametrize("pair", ["keyEntityPair", "keyValuePair"])
def test_dictionaries(pair: str) -> None:
    pairs = "".join(
        f'<prov:{pair}><prov:key{kind}>{key}</prov:key><prov:entity prov:ref="{entity}"/></prov:{pair}>'
        for kind, key, entity in ((' xsi:type="xsd:int"', "1", "ex:b"), ("", "k", "ex:c"))
    )
    ends = '<prov:newDictionary prov:ref="ex:a"/><prov:oldDictionary prov:ref="ex:b"/>'
    found = statements(
        f'<prov:hadDictionaryMember><prov:dictionary prov:ref="ex:a"/>{pairs}</prov:hadDictionaryMember>',
        f"<prov:derivedByInsertionFrom>{ends}{pairs}</prov:derivedByInsertionFrom>",
        f"<prov:derivedByRemovalFrom>{ends}<prov:key>k</prov:key></prov:derivedByRemovalFrom>",
    )
    one, key = Literal("1", datatype=XSD.int), Literal("k")
    assert found == [
        Statement("hadDictionaryMember", None, (A, B, one)),
        Statement("hadDictionaryMember", None, (A, C, key)),
        Statement("derivedByInsertionFrom", None, (A, B, ((one, B), (key, C)))),
        Statement("derivedByRemovalFrom", None, (A, B, (key,))),
    ]


@pytest.mark.parametrize("element", ["bundleContent", "bundle"])
def test_bundles_in_today_s_and_older_spelling(element: str) -> None:
    text = (
        f'{HEAD}<prov:{element} prov:id="ex:b"><prov:entity prov:id="ex:a"/><prov:agent prov:id="o:c" '
        f'xmlns:o="http://other.example/"/></prov:{element}><prov:entity prov:id="ex:c"/></prov:document>'
    )
    source = reading(text)
    assert list(source.items) == [
        (B, Statement("entity", A)),
        (B, Statement("agent", NamedNode("http://other.example/c"))),
        (None, Statement("entity", C)),
    ]
    assert source.prefixes["o"] == "http://other.example/"


def test_prov_as_default_namespace() -> None:
    text = (
        '<document xmlns="http://www.w3.org/ns/prov#" xmlns:prov="http://www.w3.org/ns/prov#">'
        '<entity prov:id="Entity"><label>x</label></entity></document>'
    )
    assert [each for _, each in reading(text).items] == [
        Statement("entity", PROV.Entity, (), ((PROV.label, Literal("x")),))
    ]


def test_what_cannot_be_kept_is_noted() -> None:
    source = reading(
        f'{HEAD}<prov:other><ex:x><ex:y/></ex:x></prov:other><prov:entity prov:id="ex:a">'
        '<prov:label odd:lang="fr">x</prov:label></prov:entity></prov:document>'
    )
    assert [each for _, each in source.items] == [
        Statement("entity", A, (), ((PROV.label, Literal("x", language="fr")),))
    ]
    assert source.repairs.examples == [("prov:other", "left out"), ("odd:lang", "xml:lang")]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("<prov:entity>", 16, "not XML: mismatched tag"),
        ("<prov:entity/>", 1, "entity needs an id"),
        ('<prov:entity prov:id="no:a"/>', 1, "expected a declared prefix, found 'no:a'"),
        ('<no:entity prov:id="ex:a"/>', 1, "expected a declared prefix, found 'no'"),
        ('<prov:entitie prov:id="ex:a"/>', 1, "found prov:entitie; did you mean 'entity'?"),
        ('<ex:entity prov:id="ex:a"/>', 1, "expected a statement, found ex:entity"),
        ('<prov:used><prov:entity prov:ref="ex:a"/></prov:used>', 1, "used needs its activity"),
        ("<prov:used><prov:activity/></prov:used>", 12, "expected prov:ref for the activity"),
        ('<prov:entity prov:id="ex:a"><ex:p><ex:q/></ex:p></prov:entity>', 35, "expected text, found"),
        ('<prov:activity prov:id="ex:a"><prov:endTime>x</prov:endTime></prov:activity>', 31, "found 'x'"),
        ('<prov:entity prov:id="ex:a"><ex:p xml:lang="a b"/></prov:entity>', 29, "expected a language tag"),
        ("<prov:bundleContent/>", 1, "expected prov:id for the bundle"),
    ],
)
def test_mistakes_have_a_place_and_a_reason(line: str, column: int, reason: str) -> None:
    found = error(f"{HEAD}{line}</prov:document>")
    assert reason in found.reason
    assert (found.source, found.line, found.column) == ("file.xml", 2, column)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not XML: no element found"),
        ("<a/>", "expected prov:document, found a"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DTDs and entity declarations are refused"),
        ('<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><a/>', "DTDs and entity declarations are refused"),
    ],
)
def test_other_texts_are_refused(text: str, reason: str) -> None:
    assert reason in error(text).reason


def test_encodings_that_cannot_be_read_are_refused() -> None:
    assert "multi-byte" in error('<?xml version="1.0" encoding="utf-7"?><document/>').reason


def test_statements_come_before_the_end_is_read() -> None:
    entities = b'<prov:entity prov:id="prov:a"/>' * 10_000

    class Endless(io.RawIOBase):
        started = False

        def read(self, size: int = -1) -> bytes:
            if self.started:
                return entities
            self.started = True
            return HEAD.encode()

    source = provxml.read_statements(Endless(), name="x", base="urn:whence:")  # type: ignore[arg-type]
    assert next(source.items) == (None, Statement("entity", PROV.a))


def test_what_is_written_reads_well() -> None:
    output = io.BytesIO()
    provxml.write_statements(
        [
            (
                None,
                [Statement("entity", A, (), ((ex("p"), Literal("<\x00>")), (PROV.label, Literal("x"))))],
            ),
            (C, [Statement("used", None, (A, B, None), ((NamedNode("http://n.example/1"), B),))]),
        ],
        output,
        {"ex": EX},
    )
    text = output.getvalue().decode()
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<prov:document\n    xmlns:ex=')
    body = text[text.index(">\n  <") + 2 :]
    assert body == (
        '  <prov:entity prov:id="ex:a">\n'
        "    <prov:label>x</prov:label>\n"
        '    <ex:p ns1:escaped="json">&lt;\\u0000&gt;</ex:p>\n'
        "  </prov:entity>\n"
        '  <prov:bundleContent prov:id="ex:c">\n'
        "    <prov:used>\n"
        '      <prov:activity prov:ref="ex:a"/>\n'
        '      <prov:entity prov:ref="ex:b"/>\n'
        '      <ns1:attribute ns1:name="ns2:1" xsi:type="xsd:QName">ex:b</ns1:attribute>\n'
        "    </prov:used>\n"
        "  </prov:bundleContent>\n"
        "</prov:document>\n"
    )

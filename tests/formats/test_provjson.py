"""PROV-JSON as the submission has it, and what is said of mistakes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.formats import provjson
from whence.formats.identifiers import is_generated
from whence.formats.qnames import StatementReading
from whence.formats.statements import Statement
from whence.ontology.namespaces import PROV, XSD

EX = "http://example.org/"
PREFIX = {"ex": EX}


def ex(local: str) -> NamedNode:
    return NamedNode(EX + local)


A, B, C = ex("a"), ex("b"), ex("c")


def reading(text: str) -> StatementReading:
    return provjson.read_statements(io.BytesIO(text.encode()), name="file.json", base="urn:whence:")


def statements(**content: Any) -> list[Statement]:
    text = json.dumps({"prefix": PREFIX, **content})
    return [statement for _, statement in reading(text).items]


def error(text: str) -> SourceSyntaxError:
    with pytest.raises(SourceSyntaxError) as caught:
        list(reading(text).items)
    return caught.value


def test_elements_and_relations() -> None:
    found = statements(
        entity={"ex:a": {}},
        activity={"ex:b": {"prov:startTime": "2012-03-31T09:21:00"}},
        used={"ex:c": {"prov:activity": "ex:b", "prov:entity": "ex:a"}},
        wasDerivedFrom={"_:d": {"prov:generatedEntity": "ex:a", "prov:usedEntity": "ex:c"}},
    )
    assert found == [
        Statement("entity", A),
        Statement("activity", B, (Literal("2012-03-31T09:21:00", datatype=XSD.dateTime), None)),
        Statement("used", C, (B, A, None)),
        Statement("wasDerivedFrom", None, (A, C, None, None, None)),
    ]


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("text", Literal("text")),
        (7, Literal("7", datatype=XSD.int)),
        (1 << 40, Literal(str(1 << 40), datatype=XSD.long)),
        (1 << 70, Literal(str(1 << 70), datatype=XSD.integer)),
        (1.50, Literal("1.5", datatype=XSD.double)),
        (True, Literal("true", datatype=XSD.boolean)),
        ({"$": "7", "type": "xsd:byte"}, Literal("7", datatype=XSD.byte)),
        ({"$": 7, "type": "xsd:byte"}, Literal("7", datatype=XSD.byte)),
        ({"$": "chat", "lang": "fr"}, Literal("chat", language="fr")),
        (
            {"$": "chat", "type": "prov:InternationalizedString", "lang": "fr"},
            Literal("chat", language="fr"),
        ),
        ({"$": "ex:b", "type": "xsd:QName"}, B),
        ({"$": "ex:b", "type": "prov:QUALIFIED_NAME"}, B),
        (
            {"$": "http://x.example/", "type": "xsd:anyURI"},
            Literal("http://x.example/", datatype=XSD.anyURI),
        ),
    ],
)
def test_values(value: Any, literal: NamedNode | Literal) -> None:
    (statement,) = statements(entity={"ex:a": {"ex:p": value}})
    assert statement.attributes == ((ex("p"), literal),)


def test_several_values_records_and_members() -> None:
    found = statements(
        entity={"ex:a": [{"ex:p": [1, "x"]}, {}]},
        hadMember={"_:m": {"prov:collection": "ex:a", "prov:entity": ["ex:b", "ex:c"]}},
    )
    assert found == [
        Statement("entity", A, (), ((ex("p"), Literal("1", datatype=XSD.int)), (ex("p"), Literal("x")))),
        Statement("entity", A),
        Statement("hadMember", None, (A, B)),
        Statement("hadMember", None, (A, C)),
    ]


def test_repeated_keys_are_all_read() -> None:
    text = """{"prefix": {"ex": "http://example.org/"}, "entity": {"ex:b": {}},
        "entity": {"ex:a": {"ex:p": 1, "ex:p": 2}, "ex:a": {}}}"""
    assert [(each.id, len(each.attributes)) for _, each in reading(text).items] == [(B, 0), (A, 2), (A, 0)]


def test_blank_names_are_ids_only_where_something_refers_to_them() -> None:
    found = statements(
        wasGeneratedBy={"_:g": {"prov:entity": "ex:a"}, "_:unused": {"prov:entity": "ex:b"}},
        wasDerivedFrom={
            "_:d": {"prov:generatedEntity": "ex:a", "prov:usedEntity": "ex:b", "prov:generation": "_:g"}
        },
    )
    generation, unused, derivation = found
    assert generation.id is not None
    assert is_generated(generation.id)
    assert derivation.args[3] == generation.id
    assert (unused.id, derivation.id) == (None, None)


def test_dictionaries_in_both_spellings_of_pairs() -> None:
    pairs = [{"key": "k", "$": "ex:b"}, {"key": {"$": "1", "type": "xsd:int"}, "$": "ex:c"}]
    compact = {"$key-datatype": "xsd:int", "1": "ex:b"}
    one = Literal("1", datatype=XSD.int)
    found = statements(
        hadDictionaryMember={"_:m": {"prov:dictionary": "ex:a", "prov:key-entity-set": pairs}},
        derivedByInsertionFrom={
            "_:i": {"prov:after": "ex:a", "prov:before": "ex:b", "prov:key-entity-set": compact}
        },
        derivedByRemovalFrom={
            "_:r": {"prov:after": "ex:a", "prov:before": "ex:b", "prov:key-set": ["k", 1]}
        },
    )
    assert found == [
        Statement("hadDictionaryMember", None, (A, B, Literal("k"))),
        Statement("hadDictionaryMember", None, (A, C, one)),
        Statement("derivedByInsertionFrom", None, (A, B, ((one, B),))),
        Statement("derivedByRemovalFrom", None, (A, B, (Literal("k"), one))),
    ]


def test_bundles_and_default_namespace() -> None:
    text = json.dumps(
        {
            "prefix": {"default": EX},
            "entity": {"a": {}},
            "bundle": {"b": {"prefix": {"o": "http://other.example/"}, "entity": {"o:x": {}, "c": {}}}},
        }
    )
    source = reading(text)
    assert list(source.items) == [
        (None, Statement("entity", A)),
        (B, Statement("entity", NamedNode("http://other.example/x"))),
        (B, Statement("entity", C)),
    ]
    assert source.prefixes == {"": EX, "o": "http://other.example/"}


def test_names_without_any_namespace_are_repaired() -> None:
    source = reading('{"entity": {"a b": {}, "http://x.example/y": {}}}')
    assert [each.id for _, each in source.items] == [
        NamedNode("urn:whence:ref/a%20b"),
        NamedNode("http://x.example/y"),
    ]
    assert source.repairs.count == 1


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('{\n  "entity": {,}\n}', (2, 14), "not JSON: "),
        ("[1]", (1, 1), "expected an object with the keys of PROV-JSON"),
        ('{"entity":\n {"ex:a": {}}}', (2, 3), "expected a declared prefix, found 'ex:a'"),
        ('{"entitie": {}}', (1, 2), "found 'entitie'; did you mean 'entity'?"),
        ('{"entity": {\n"prov:a": 1}}', (2, 1), "expected an object for entity 'prov:a'"),
        ('{"used": {\n"_:u": {"prov:entity": "prov:e"}}}', (2, 1), "used needs its activity"),
        (
            '{"used": {\n"_:u": {"prov:activity": "prov:a", "prov:time": "noon"}}}',
            (2, 36),
            "expected a time like 2012-03-31T09:21:00Z, found 'noon'",
        ),
        ('{"entity": {"prov:a": {\n"prov:p": {"x": 1}}}}', (2, 1), 'expected a value, found {"x": 1}'),
        ('{"entity": {"prov:a": {"prov:p": NaN}}}', (1, 34), "NaN is no value"),
        (
            '{"alternateOf": {"_:a":{"prov:alternate1": "prov:a", "prov:alternate2": "prov:b",'
            '\n"prov:x": 1}}}',
            None,
            "alternateOf has no attributes",
        ),
        (
            '{"wasAttributedTo": {"_:a": {"prov:entity": ["prov:a", "prov:b"], "prov:agent": "prov:c"}}}',
            (1, 22),
            "wasAttributedTo has one entity, found 2",
        ),
        ('{"bundle": {"prov:b":\n [1]}}', (1, 13), "expected an object for bundle 'prov:b'"),
        ("[" * 100_000, (1, 1), "not JSON"),
    ],
)
def test_mistakes_have_a_place_and_a_reason(text: str, place: tuple[int, int] | None, reason: str) -> None:
    found = error(text)
    assert reason in found.reason
    if place:
        assert (found.line, found.column) == place


def test_other_encodings_are_refused() -> None:
    with pytest.raises(SourceSyntaxError, match="x:1:3: expected UTF-8"):
        list(provjson.read_statements(io.BytesIO(b'{"\xe9"}'), name="x", base="urn:whence:").items)


def test_what_is_written_reads_well() -> None:
    output = io.BytesIO()
    provjson.write_statements(
        [
            (None, [Statement("entity", A, (), ((PROV.type, PROV.Plan),)), Statement("entity", A)]),
            (C, [Statement("used", None, (A, B, None), ((PROV.activity, B),))]),
        ],
        output,
        PREFIX,
    )
    assert output.getvalue().decode() == (
        "{\n"
        '  "prefix": {\n'
        '    "ex": "http://example.org/",\n'
        '    "prov": "http://www.w3.org/ns/prov#"\n'
        "  },\n"
        '  "entity": {\n'
        '    "ex:a": [{"prov:type": {"$": "prov:Plan", "type": "prov:QUALIFIED_NAME"}}, {}]\n'
        "  },\n"
        '  "bundle": {\n'
        '    "ex:c": {\n'
        '      "used": {\n'
        '        "_:id1": {"prov:activity": "ex:a", "prov:entity": "ex:b",'
        ' "http://www.w3.org/ns/prov#activity": {"$": "ex:b", "type": "prov:QUALIFIED_NAME"}}\n'
        "      }\n"
        "    }\n"
        "  }\n"
        "}\n"
    )

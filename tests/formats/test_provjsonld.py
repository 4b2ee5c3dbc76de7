"""PROV-JSONLD as the submission has it, and what is said of mistakes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.formats import provjsonld
from whence.formats.identifiers import is_generated
from whence.formats.qnames import StatementReading
from whence.formats.statements import Statement
from whence.ontology.namespaces import MUTABLE, PROV, XSD

EX = "http://example.org/"


def ex(local: str) -> NamedNode:
    return NamedNode(EX + local)


A, B, C = ex("a"), ex("b"), ex("c")


def reading(graph: list[Any], *context: Any) -> StatementReading:
    document = {"@context": [{"ex": EX}, *context, provjsonld.CONTEXT], "@graph": graph}
    text = json.dumps(document, indent=1)
    return provjsonld.read_statements(io.BytesIO(text.encode()), name="file.jsonld", base="urn:whence:")


def statements(*graph: Any) -> list[Statement]:
    return [each for _, each in reading(list(graph)).items]


def error(*graph: Any) -> SourceSyntaxError:
    with pytest.raises(SourceSyntaxError) as caught:
        statements(*graph)
    return caught.value


def test_elements_and_relations() -> None:
    found = statements(
        {"@type": "Entity", "@id": "ex:a", "type": ["prov:Plan"], "value": [{"@value": "x"}]},
        {"@type": "Activity", "@id": "ex:b", "startTime": "2012-03-31T09:21:00"},
        {"@type": "Usage", "@id": "ex:c", "activity": "ex:b", "entity": "ex:a", "role": ["ex:r"]},
        {"@type": "Membership", "collection": "ex:a", "entity": ["ex:b", "ex:c"]},
        {"@type": "Specialization", "specificEntity": "ex:a", "generalEntity": "ex:b"},
        {"@type": "Mention", "specificEntity": "ex:a", "generalEntity": "ex:b", "bundle": "ex:c"},
        {"@type": "Influence", "influencee": "ex:a", "influencer": "ex:b", "label": [{"@value": "x"}]},
    )
    assert found == [
        Statement("entity", A, (), ((PROV.type, PROV.Plan), (PROV.value, Literal("x")))),
        Statement("activity", B, (Literal("2012-03-31T09:21:00", datatype=XSD.dateTime), None)),
        Statement("used", C, (B, A, None), ((PROV.role, ex("r")),)),
        Statement("hadMember", None, (A, B)),
        Statement("hadMember", None, (A, C)),
        Statement("specializationOf", None, (A, B)),
        Statement("mentionOf", None, (A, B, C)),
        Statement("wasInfluencedBy", None, (A, B), ((PROV.label, Literal("x")),)),
    ]


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("ex:b", Literal("ex:b")),
        ({"@id": "ex:b"}, B),
        ({"@value": "ex:b", "@type": "prov:QUALIFIED_NAME"}, B),
        ({"@value": "ex:b", "@type": "xsd:QName"}, B),
        ({"@value": "7", "@type": "xsd:int"}, Literal("7", datatype=XSD.int)),
        ({"@value": "chat", "@language": "fr"}, Literal("chat", language="fr")),
        ({"@value": "x"}, Literal("x")),
        (7, Literal("7", datatype=XSD.int)),
    ],
)
def test_values(value: Any, literal: NamedNode | Literal) -> None:
    (statement,) = statements({"@type": "Entity", "@id": "ex:a", "ex:p": [value]})
    assert statement.attributes == ((ex("p"), literal),)


def test_the_older_spelling_with_prefixes() -> None:
    (statement,) = statements(
        {"@type": "prov:Generation", "prov:entity": "ex:a", "prov:activity": "ex:b", "prov:role": ["ex:r"]}
    )
    assert statement == Statement("wasGeneratedBy", None, (A, B, None), ((PROV.role, ex("r")),))


def test_extensions_follow_the_table() -> None:
    found = statements(
        {"@type": "DictionaryMembership", "dictionary": "ex:a", "entity": "ex:b", "key": "k"},
        {
            "@type": "Insertion",
            "newDictionary": "ex:a",
            "oldDictionary": "ex:b",
            "pairs": [{"key": "k", "entity": "ex:c"}],
        },
        {"@type": f"{MUTABLE}Access", "entity": "ex:a", "value": "ex:b", "checkpoint": 5},
    )
    assert found == [
        Statement("hadDictionaryMember", None, (A, B, Literal("k"))),
        Statement("derivedByInsertionFrom", None, (A, B, ((Literal("k"), C),))),
        Statement("accessed", None, (A, B, Literal("5", datatype=XSD.int))),
    ]


def test_bundles_contexts_and_blank_names() -> None:
    source = reading(
        [
            {
                "@type": "Bundle",
                "@id": "o:b",
                "@context": [{"o": {"@id": "http://other.example/x-", "@prefix": True}}],
                "@graph": [
                    {"@type": "Generation", "@id": "_:g", "entity": "o:a"},
                    {"@type": "Usage", "@id": "_:u", "activity": "o:a"},
                    {
                        "@type": "Derivation",
                        "generatedEntity": "o:a",
                        "usedEntity": "plain",
                        "generation": "_:g",
                    },
                ],
            }
        ],
        {"@vocab": EX, "Entity": {"@id": "prov:Entity"}},
    )
    other = NamedNode("http://other.example/x-a")
    (bundle, generation), (_, usage), (_, derivation) = source.items
    assert bundle == NamedNode("http://other.example/x-b")
    assert generation.id is not None
    assert is_generated(generation.id)
    assert usage == Statement("used", None, (other, None, None))
    assert derivation.args == (other, ex("plain"), None, generation.id, None)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"@type": "Entitie", "@id": "ex:a"}, "found 'Entitie'; did you mean 'Entity'?"),
        ({"@id": "ex:a"}, "expected a kind of statement as '@type', found ''"),
        ({"@type": "Entity"}, "entity needs an id"),
        ({"@type": "Usage", "entity": "ex:a"}, "used needs its activity"),
        ({"@type": "Entity", "@id": "no:a"}, "expected a declared prefix, found 'no:a'"),
        (
            {"@type": "Entity", "@id": "ex:a", "ex:p": [{"@value": []}]},
            "expected a string, number or truth",
        ),
        ({"@type": "Usage", "activity": "ex:a", "time": "noon"}, "expected a time like"),
        (
            {"@type": "Alternate", "alternate1": "ex:a", "alternate2": "ex:b", "type": ["ex:c"]},
            "no attributes",
        ),
        ({"@type": "Bundle", "@graph": []}, "expected '@id' for the bundle"),
        ("ex:a", 'expected a statement, found "ex:a"'),
    ],
)
def test_mistakes_have_a_place_and_a_reason(record: Any, reason: str) -> None:
    found = error({"@type": "Entity", "@id": "ex:first"}, record)
    assert reason in found.reason
    assert found.source == "file.jsonld"
    assert (found.line or 0) > 1


def test_foreign_contexts_are_refused_by_name() -> None:
    with pytest.raises(SourceSyntaxError, match=r"own context, found <https://evil\.example/c\.jsonld>"):
        list(reading([], "https://evil.example/c.jsonld").items)


def test_what_is_written_reads_well() -> None:
    output = io.BytesIO()
    provjsonld.write_statements(
        [
            (None, [Statement("entity", A, (), ((PROV.type, PROV.Plan), (ex("p"), B)))]),
            (C, [Statement("used", None, (A, B, None))]),
        ],
        output,
        {"ex": EX, "entity": "http://unwise.example/"},
    )
    assert output.getvalue().decode() == (
        "{\n"
        '  "@context": [\n'
        "    {\n"
        '      "ex": "http://example.org/",\n'
        '      "prov": "http://www.w3.org/ns/prov#"\n'
        "    },\n"
        '    "https://openprovenance.org/prov-jsonld/context.jsonld"\n'
        "  ],\n"
        '  "@graph": [\n'
        '    {"@type": "Entity", "@id": "ex:a", "type": ["prov:Plan"],'
        ' "ex:p": [{"@value": "ex:b", "@type": "prov:QUALIFIED_NAME"}]},\n'
        "    {\n"
        '      "@type": "Bundle",\n'
        '      "@id": "ex:c",\n'
        '      "@context": [],\n'
        '      "@graph": [\n'
        '        {"@type": "Usage", "activity": "ex:a", "entity": "ex:b"}\n'
        "      ]\n"
        "    }\n"
        "  ]\n"
        "}\n"
    )

"""PROV-N as the recommendation has it, its extensions, and what is said of mistakes."""

from __future__ import annotations

import io

import pytest
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.formats import provn, provn_source, provn_writer
from whence.formats.qnames import StatementReading
from whence.formats.statements import Arg, Statement
from whence.ontology.namespaces import INTERTWINED, MUTABLE, PROV, VERSION, XSD

EX = "http://example.org/"


def ex(local: str) -> NamedNode:
    return NamedNode(EX + local)


def ref(local: str) -> NamedNode:
    return NamedNode(f"urn:whence:ref/{local}")


def time(text: str) -> Literal:
    return Literal(text, datatype=XSD.dateTime)


def reading(text: str) -> StatementReading:
    return provn.read_statements(io.BytesIO(text.encode()), name="file.provn", base="urn:whence:")


def document(*lines: str, head: str = "prefix ex <http://example.org/>") -> str:
    return "\n".join(["document", head, *lines, "endDocument"])


def statements(text: str) -> list[Statement]:
    return [statement for _, statement in reading(text).items]


def one(line: str) -> Statement:
    (statement,) = statements(document(line))
    return statement


def error(text: str) -> SourceSyntaxError:
    with pytest.raises(SourceSyntaxError) as caught:
        list(reading(text).items)
    return caught.value


A, B, C, D, ID = ex("a"), ex("b"), ex("c"), ex("d"), ex("id")
T = time("2012-03-31T09:21:00Z")


@pytest.mark.parametrize(
    ("line", "kind", "identifier", "args"),
    [
        ("entity(ex:a)", "entity", A, ()),
        ("agent(ex:a, [])", "agent", A, ()),
        ("activity(ex:a)", "activity", A, (None, None)),
        ("activity(ex:a, -, 2012-03-31T09:21:00Z)", "activity", A, (None, T)),
        ("wasGeneratedBy(ex:a)", "wasGeneratedBy", None, (A, None, None)),
        ("wasGeneratedBy(-; ex:a, -, -)", "wasGeneratedBy", None, (A, None, None)),
        ("wasGeneratedBy(ex:id; ex:a, ex:b, 2012-03-31T09:21:00Z)", "wasGeneratedBy", ID, (A, B, T)),
        ("used(ex:a, ex:b)", "used", None, (A, B, None)),
        ("wasInformedBy(ex:a, ex:b)", "wasInformedBy", None, (A, B)),
        ("wasStartedBy(ex:a)", "wasStartedBy", None, (A, None, None, None)),
        ("wasStartedBy(ex:a, -, ex:c, -)", "wasStartedBy", None, (A, None, C, None)),
        ("wasEndedBy(ex:id; ex:a, ex:b, ex:c, 2012-03-31T09:21:00Z)", "wasEndedBy", ID, (A, B, C, T)),
        ("wasInvalidatedBy(ex:a, ex:b, -)", "wasInvalidatedBy", None, (A, B, None)),
        ("wasDerivedFrom(ex:a, ex:b)", "wasDerivedFrom", None, (A, B, None, None, None)),
        ("wasDerivedFrom(ex:a, ex:b, ex:c, ex:d, -)", "wasDerivedFrom", None, (A, B, C, D, None)),
        ("wasAttributedTo(ex:a, ex:b)", "wasAttributedTo", None, (A, B)),
        ("wasAssociatedWith(ex:a, -, ex:c)", "wasAssociatedWith", None, (A, None, C)),
        ("actedOnBehalfOf(ex:a, ex:b, ex:c)", "actedOnBehalfOf", None, (A, B, C)),
        ("wasInfluencedBy(ex:id; ex:a, ex:b)", "wasInfluencedBy", ID, (A, B)),
        ("specializationOf(ex:a, ex:b)", "specializationOf", None, (A, B)),
        ("alternateOf(ex:a, ex:b)", "alternateOf", None, (A, B)),
        ("hadMember(ex:a, ex:b)", "hadMember", None, (A, B)),
        ("mentionOf(ex:a, ex:b, ex:c)", "mentionOf", None, (A, B, C)),
        ("prov:mentionOf(ex:a, ex:b, ex:c)", "mentionOf", None, (A, B, C)),
        ('prov:hadDictionaryMember(ex:a, ex:b, "k")', "hadDictionaryMember", None, (A, B, Literal("k"))),
        (
            'prov:derivedByInsertionFrom(ex:id; ex:a, ex:b, {("k", ex:c), (2, ex:d)})',
            "derivedByInsertionFrom",
            ID,
            (A, B, ((Literal("k"), C), (Literal("2", datatype=XSD.int), D))),
        ),
        (
            'derivedByRemovalFrom(ex:a, ex:b, {"k", "l"@en})',
            "derivedByRemovalFrom",
            None,
            (A, B, (Literal("k"), Literal("l", language="en"))),
        ),
        ("derivedByRemovalFrom(ex:a, ex:b, { })", "derivedByRemovalFrom", None, (A, B, ())),
        ("value(ex:a)", "value", A, ()),
        ("defined(ex:a, ex:b, 5)", "defined", None, (A, B, Literal("5", datatype=XSD.int))),
        ("accessed(ex:a, ex:b)", "accessed", None, (A, B, None)),
        (
            'accessedPart(ex:a, ex:b, "0", ex:c, 2012-03-31T09:21:00Z)',
            "accessedPart",
            None,
            (A, B, Literal("0"), C, T),
        ),
        (
            'derivedByInsertion(ex:a, ex:b, {("0", ex:c)}, "x")',
            "derivedByInsertion",
            None,
            (A, B, ((Literal("0"), C),), Literal("x")),
        ),
    ],
)
def test_every_form_of_every_expression(
    line: str, kind: str, identifier: NamedNode | None, args: tuple[Arg, ...]
) -> None:
    assert one(line) == Statement(kind, identifier, args)


def test_attributes_and_literals() -> None:
    statement = one(
        """entity(ex:a, [ex:int=-42, ex:name='ex:b', ex:plain="a \\"b\\" \\\\ \\n", ex:lang="chat"@fr,
        ex:long=\"\"\"two
lines, "quoted" \"\"\", ex:double="1.5" %% xsd:double,
        ex:typed="ex:c" %% prov:QUALIFIED_NAME, prov:type='prov:Plan'])"""
    )
    assert statement.attributes == (
        (ex("int"), Literal("-42", datatype=XSD.int)),
        (ex("name"), B),
        (ex("plain"), Literal('a "b" \\ \n')),
        (ex("lang"), Literal("chat", language="fr")),
        (ex("long"), Literal('two\nlines, "quoted" ')),
        (ex("double"), Literal("1.5", datatype=XSD.double)),
        (ex("typed"), C),
        (PROV.type, PROV.Plan),
    )


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("ex:a/b#c?d&e", "http://example.org/a/b#c?d&e"),
        (r"ex:a\=b\(c\)\,d", "http://example.org/a=b(c),d"),
        (r"ex:\-a\.", "http://example.org/-a."),
        ("ex:a.b-c", "http://example.org/a.b-c"),
        ("ex:00%20x", "http://example.org/00%20x"),
        ("ex:", "http://example.org/"),
        ("ex:é漢", "http://example.org/é漢"),
    ],
)
def test_names_and_their_escapes(name: str, iri: str) -> None:
    assert one(f"entity({name})").id == NamedNode(iri)


def test_comments_and_white_space_are_free() -> None:
    text = document(
        "// entity(ex:no)", "/* entity(ex:no)", "* **/entity /* here */ ( ex:a // too", ", [ ] )//", "/**/"
    )
    assert statements(text) == [Statement("entity", A)]


def test_default_namespace() -> None:
    text = document("entity(a)", "entity(b, [type='c'])", head="default <http://example.org/>")
    assert statements(text) == [Statement("entity", A), Statement("entity", B, (), ((ex("type"), C),))]


def test_bundles_have_their_own_prefixes() -> None:
    text = document(
        "entity(ex:a)",
        "bundle ex:b prefix ex <http://other.example/> entity(ex:a) endBundle",
        "bundle own:b",
        "prefix own <http://own.example/>",
        "entity(own:a)",
        "endBundle",
    )
    source = reading(text)
    assert list(source.items) == [
        (None, Statement("entity", A)),
        (B, Statement("entity", NamedNode("http://other.example/a"))),
        (NamedNode("http://own.example/b"), Statement("entity", NamedNode("http://own.example/a"))),
    ]
    assert source.prefixes == {"ex": EX, "own": "http://own.example/"}
    assert source.repairs.count == 0


def test_relative_names_are_repaired_and_counted() -> None:
    source = reading(
        "document prefix w <www.example.org/> entity(w:a) entity(b c) endDocument".replace(" c)", ")")
    )
    assert [statement.id for _, statement in source.items] == [ref("www.example.org/a"), ref("b")]
    assert source.repairs.examples == [
        ("www.example.org/a", "urn:whence:ref/www.example.org/a"),
        ("b", "urn:whence:ref/b"),
    ]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("wasAttributedTo(ex:a, -)", 23, "the agent of wasAttributedTo must be given, found '-)'"),
        ("wasAttributedTo(ex:a)", 21, "',' and the agent wasAttributedTo needs"),
        ("used(ex:a, ex:b, -, -)", 21, "used takes (activity, entity, time)"),
        ("used(ex:a, ex:b, ex:t)", 18, "a time like 2012-03-31T09:21:00Z or '-' for the time of used"),
        ("used(ex:a, ex:b, 2012-13-31T09:21:00)", 18, "a time like"),
        ("used(ex:a ex:b)", 11, "',' or ')' after the activity of used, found 'ex:b'"),
        ("entity(ec:a)", 8, "a declared prefix, as in 'prefix ec <...>', found 'ec'; did you mean 'ex'?"),
        ("entity(-)", 8, "the identifier of entity must be given"),
        ("entitty(ex:a)", 1, "a kind of statement known here, found 'entitty'; did you mean 'entity'?"),
        ("ex:thing(ex:a)", 1, "a kind of statement known here, found 'ex:thing'"),
        ("entity ex:a", 8, "'(' after entity, found 'ex:a'"),
        ("entity(ex:a, [ex:b])", 15, "an attribute like"),
        ("entity(ex:a, [ex:b=1.5])", 20, "a value"),
        ("entity(ex:a, [ex:b=ex:c])", 20, "a value"),
        ("entity(ex:a, [ex:b='nope:c'])", 21, "a declared prefix"),
        ('entity(ex:a, [ex:b="\\q"])', 20, "unknown escape \\q"),
        ('entity(ex:a, [ex:b="open])', 20, "a string that ends on its line"),
        ('entity(ex:a, [ex:b="""open])', 20, "the end of the string before the end of the text"),
        ('entity(ex:a, [ex:b="x"@no_tag])', 26, "',' or ']'"),
        ("entity(ex:a:b)", 12, "',' or ')'"),
        ("specializationOf(ex:id; ex:a, ex:b)", 18, "no identifier: specializationOf has none"),
        ("alternateOf(ex:a, ex:b, [ex:c=1])", 25, "')': alternateOf has no attributes"),
        ("derivedByInsertionFrom(ex:a, ex:b, ex:c)", 36, 'pairs like {("key", ex:entity)}'),
        ("derivedByInsertionFrom(ex:a, ex:b, {(1, -)})", 41, "the entity of the pair"),
        ("derivedByRemovalFrom(ex:a, ex:b, -)", 34, "the keys of derivedByRemovalFrom must be given"),
        ("/* no end", 1, "'*/' before the end of the text"),
        ("prefix ex http://example.org/", 1, "a declaration like 'prefix ex <http://example.org/>'"),
        ("prefix prov <http://example.org/>", 1, "prefix prov to stay"),
        ("endBundle", 1, "a statement or 'endDocument', found 'endBundle'"),
        ("bundle ex:b", 1, "'endBundle', found 'endDocument'"),
    ],
)
def test_mistakes_have_a_place_and_a_reason(line: str, column: int, reason: str) -> None:
    found = error(document(line))
    at = 4 if line == "bundle ex:b" else 3
    assert (found.source, found.line, found.column) == ("file.provn", at, column)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", (1, 1), "expected 'document', found the end of the text"),
        ("documnt\nendDocument", (1, 1), "expected 'document', found 'documnt'; did you mean 'document'?"),
        ("document\nentity(prov:a)\n", (3, 1), "expected a statement or 'endDocument', found the end"),
        ("document endDocument entity(prov:a)", (1, 22), "expected nothing after 'endDocument'"),
        ("<html>", (1, 1), "expected 'document'"),
    ],
)
def test_what_surrounds_the_statements(text: str, place: tuple[int, int], reason: str) -> None:
    found = error(text)
    assert (found.line, found.column) == place
    assert reason in found.reason


def test_other_encodings_are_refused_where_they_start() -> None:
    data = "document\nentity(prov:é)\nendDocument".encode("latin-1")
    with pytest.raises(SourceSyntaxError) as caught:
        list(provn.read_statements(io.BytesIO(data), name="x", base="urn:whence:").items)
    assert (caught.value.line, caught.value.column) == (2, 13)


def test_the_source_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"thing{number}" for number in range(200)]
    pairs = ", ".join(f'("{name}", ex:{name})' for name in names)
    text = document(
        "/*" + "long comment " * 20 + "*/",
        *(f"entity(ex:{name}) // a comment" for name in names),
        f'derivedByInsertionFrom(ex:a, ex:b, {{{pairs}}}) entity(ex:c, [ex:d="""{"text " * 50}"""])',
        "entity(ex:oops",
    )
    whole = error(text)
    monkeypatch.setattr(provn_source, "_CHUNK", 64)
    monkeypatch.setattr(provn_source, "_MARGIN", 32)
    assert str(error(text)) == str(whole)
    good = text.replace("entity(ex:oops", "")
    found = statements(good)
    assert [statement.id for statement in found[:200]] == [ex(name) for name in names]
    assert len(found[200].args[2] or ()) == 200  # type: ignore[arg-type]


def test_statements_come_before_the_end_is_read() -> None:
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.count = 0

        def read(self, size: int = -1) -> bytes:
            self.count += 1
            return b"document\n" if self.count == 1 else b"entity(prov:a)\n" * (1 << 14)

    source = provn.read_statements(Endless(), name="x", base="urn:whence:")  # type: ignore[arg-type]
    assert next(source.items) == (None, Statement("entity", PROV.a))


def test_the_older_dialect_is_read_and_noted() -> None:
    source = reading(
        """
        prefix script <https://dew-uff.github.io/versioned-prov/ns/script#>
        entity(d@0, [value="3", type="script:access", label="d[0]", type="item"])
        hadMember(d, m, [type="Insertion", moment="7", key="0"])
        hadMember(d, m, [type="version:Removal", intertwined:checkpoint="T8"])
        defined(d, v, T9)
        specializationOf(d, v, [dot:specific="x"])
        """
    )
    integer = XSD.integer
    assert [statement for _, statement in source.items] == [
        Statement(
            "entity",
            ref("d@0"),
            (),
            (
                (PROV.value, Literal("3")),
                (PROV.type, NamedNode("https://dew-uff.github.io/versioned-prov/ns/script#access")),
                (PROV.label, Literal("d[0]")),
                (PROV.type, Literal("item")),
            ),
        ),
        Statement(
            "hadMember",
            None,
            (ref("d"), ref("m")),
            (
                (PROV.type, VERSION.Put),
                (VERSION.checkpoint, Literal("7", datatype=integer)),
                (VERSION.key, Literal("0")),
            ),
        ),
        Statement(
            "hadMember",
            None,
            (ref("d"), ref("m")),
            (
                (PROV.type, VERSION.Del),
                (INTERTWINED.checkpoint, Literal("8", datatype=integer)),
            ),
        ),
        Statement("defined", None, (ref("d"), ref("v"), Literal("9", datatype=integer))),
        Statement("specializationOf", None, (ref("d"), ref("v"))),
    ]
    notes = dict(source.repairs.examples)
    assert notes["statements without a document"] == "document ... endDocument"
    assert notes["moment"] == VERSION.checkpoint.value
    assert notes["intertwined:"] == str(INTERTWINED)
    assert source.repairs.count >= 12


def written(*items: Statement, prefixes: dict[str, str] | None = None) -> str:
    output = io.BytesIO()
    provn_writer.write_statements([(None, items)], output, prefixes or {"ex": EX})
    return output.getvalue().decode()


def test_what_is_written_reads_well() -> None:
    output = io.BytesIO()
    provn_writer.write_statements(
        [
            (B, [Statement("used", ID, (A, B, T), ((PROV.role, C),))]),
            (None, [Statement("entity", A, (), ((PROV.label, Literal("x\ny", language="en")),))]),
        ],
        output,
        {"ex": EX, "unused": "http://unused.example/"},
    )
    assert output.getvalue().decode() == (
        "document\n"
        "  prefix ex <http://example.org/>\n"
        "  prefix prov <http://www.w3.org/ns/prov#>\n"
        "\n"
        '  entity(ex:a, [prov:label="x\\ny"@en])\n'
        "\n"
        "  bundle ex:b\n"
        "    used(ex:id; ex:a, ex:b, 2012-03-31T09:21:00Z, [prov:role='ex:c'])\n"
        "  endBundle\n"
        "endDocument\n"
    )


def test_extensions_are_written_with_their_prefix() -> None:
    text = written(
        Statement("mentionOf", None, (A, B, C)),
        Statement("defined", None, (A, B, None)),
        prefixes={"ex": EX, "mutable": str(MUTABLE)},
    )
    assert "  prov:mentionOf(ex:a, ex:b, ex:c)\n" in text
    assert "  mutable:defined(ex:a, ex:b)\n" in text


def test_prefixes_are_invented_where_none_fits() -> None:
    text = written(
        Statement("entity", NamedNode("http://new.example/a/b")),
        Statement("entity", NamedNode("http://new.example/a/c")),
        Statement("entity", NamedNode("http://new.example/\u00d7/")),
        Statement("entity", ex("a=b.")),
    )
    assert "  prefix ns1 <http://new.example/a/>\n" in text
    assert "  prefix ns2 <http://new.example/\u00d7/>\n" in text
    assert "  entity(ns1:b)\n  entity(ns1:c)\n  entity(ns2:)\n  entity(ex:a\\=b\\.)\n" in text


def test_invented_prefixes_stay_few() -> None:
    text = written(*(Statement("entity", NamedNode(f"http://new.example/{n}/x")) for n in range(1000)))
    assert text.count("prefix ns") <= 201
    assert len(statements(text)) == 1000


def test_a_time_that_nothing_closes_is_not_blamed() -> None:
    text = b"document\n activity(a, 2026-06-01T09:00:00Z, 2026-06-01T09:01:00Z\nendDocument"
    with pytest.raises(SourceSyntaxError, match=r"3:1: expected ',' or '\)' after the endTime of activity"):
        list(provn.read_statements(io.BytesIO(text), name="", base="urn:whence:").items)

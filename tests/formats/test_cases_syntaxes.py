"""Every PROV syntax gives back what it was given: random documents, and the files of public suites."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.formats import provjson, provjsonld, provn, provn_writer, provxml
from whence.formats.qnames import StatementReading
from whence.formats.statements import FORMS, Statement
from whence.ontology.namespaces import PROV, VERSION, XSD

Items = list[tuple[NamedNode | None, Statement]]

SYNTAXES: dict[str, tuple[ModuleType, ModuleType]] = {
    "provn": (provn, provn_writer),
    "json": (provjson, provjson),
    "xml": (provxml, provxml),
    "jsonld": (provjsonld, provjsonld),
}
BASE = "urn:whence:"


def read(data: bytes, syntax: str, name: str = "x") -> tuple[Items, StatementReading]:
    reading = SYNTAXES[syntax][0].read_statements(io.BytesIO(data), name=name, base=BASE)
    return list(reading.items), reading


def write(items: Items, syntax: str, prefixes: dict[str, str]) -> bytes:
    groups: dict[NamedNode | None, list[Statement]] = {}
    for bundle, statement in items:
        groups.setdefault(bundle, []).append(statement)
    output = io.BytesIO()
    SYNTAXES[syntax][1].write_statements(groups.items(), output, prefixes)
    return output.getvalue()


def multiset(items: Iterable[tuple[NamedNode | None, Statement]]) -> Counter[Any]:
    """Statements by bundle; neither their order nor that of attributes matters."""
    return Counter(
        (bundle, each.kind, each.id, each.args, frozenset(Counter(each.attributes).items()))
        for bundle, each in items
    )


# Random documents

PREFIXES = {
    "ex": "http://example.org/",
    "deep": "http://example.org/a/b#",
    "uuid": "urn:uuid:",
    "odd": "http://example.org/x_",
    "version": str(VERSION),
    "a.b": "http://never.example/",
    "default": "http://default.example/",
}
_local_text = st.text("abcXYZ019_-.~/#?=&'();,:[]@!$*+é漢\u00b7\u00d7", min_size=0, max_size=8)


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


_namespaces = [
    *PREFIXES.values(),
    *(
        "http://other.example/p%20q/",
        "urn:x:",
        "http://example.org",
        "mailto:",
        "a:",
        "http://example.org//",
    ),
]
iris = (
    st.builds("".join, st.tuples(st.sampled_from(_namespaces), _local_text)).filter(_is_iri).map(NamedNode)
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
moments = st.sampled_from(
    [
        Literal(text, datatype=XSD.dateTime)
        for text in ("2012-03-31T09:21:00", "2012-03-31T09:21:00.5Z", "1999-12-31T24:00:00+02:00", "2012")
    ]
    + [Literal("2012", datatype=XSD.gYear)]
)
literals = st.one_of(
    texts.map(Literal),
    st.tuples(texts, st.sampled_from(["en", "pt-br"])).map(lambda pair: Literal(pair[0], language=pair[1])),
    st.sampled_from(["1", "-7", "007", "+5", " 3", "x"]).map(lambda text: Literal(text, datatype=XSD.int)),
    st.tuples(texts, iris).map(lambda pair: Literal(pair[0], datatype=pair[1])),
    moments,
)
keys = st.one_of(literals, iris.map(lambda iri: Literal(iri.value, datatype=PROV.QUALIFIED_NAME)))
properties = st.one_of(
    iris,
    st.sampled_from([PROV[name] for name in ("type", "label", "role", "location", "value")]),
    st.sampled_from([PROV[name] for name in ("entity", "activity", "time", "key", "keyEntityPair")]),
    st.sampled_from([VERSION.checkpoint, VERSION.key]),
)
attributes = st.lists(st.tuples(properties, st.one_of(iris, literals)), max_size=3).map(tuple)
_ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "iri": iris,
    "time": moments,
    "key": keys,
    "pairs": st.lists(st.tuples(keys, iris), max_size=3).map(tuple),
    "keys": st.lists(keys, max_size=3).map(tuple),
}


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Any statement the table allows."""
    form = FORMS[draw(st.sampled_from(sorted(FORMS)))]
    args = tuple(
        draw(_ARGUMENTS[slot.type] if slot.required else st.none() | _ARGUMENTS[slot.type])
        for slot in form.slots
    )
    identifier = None
    if form.element is not None or (form.identified and draw(st.booleans())):
        identifier = draw(iris)
    return Statement(form.name, identifier, args, draw(attributes) if form.attributed else ())


documents = st.lists(st.tuples(st.none() | iris, statements()), max_size=6)


@pytest.mark.parametrize("syntax", SYNTAXES)
@settings(deadline=None)
@given(items=documents)
def test_what_is_written_is_read_again(syntax: str, items: Items) -> None:
    data = write(items, syntax, PREFIXES)
    again, reading = read(data, syntax)
    assert multiset(again) == multiset(items)
    assert reading.repairs.count == 0


@pytest.mark.parametrize("syntax", SYNTAXES)
@settings(deadline=None)
@given(items=documents)
def test_equal_input_gives_equal_bytes(syntax: str, items: Items) -> None:
    assert write(items, syntax, PREFIXES) == write(items, syntax, dict(reversed(PREFIXES.items())))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_arguments_left_out_are_none(syntax: str) -> None:
    short = Statement("activity", NamedNode("http://example.org/a"))
    full = Statement("activity", NamedNode("http://example.org/a"), (None, None))
    assert read(write([(None, short)], syntax, PREFIXES), syntax)[0] == [(None, full)]


def _broken(data: bytes, at: float, cut: int, put: bytes) -> bytes:
    place = int(at * len(data))
    return data[:place] + put + data[place + cut :]


@pytest.mark.parametrize("syntax", SYNTAXES)
@settings(deadline=None)
@given(
    items=documents,
    at=st.floats(0, 1),
    cut=st.integers(0, 30),
    put=st.sampled_from(
        [
            b"",
            b"(",
            b")",
            b"]",
            b'"',
            b"<",
            b"{",
            b"}",
            b"-",
            b"\\",
            b"\xff",
            b"\x00",
            b"null",
            b"_:x",
            b"/*",
        ]
    ),
)
def test_damage_is_read_or_reported_never_worse(
    syntax: str, items: Items, at: float, cut: int, put: bytes
) -> None:
    data = _broken(write(items, syntax, PREFIXES), at, cut, put)
    try:
        read(data, syntax)
    except SourceSyntaxError as error:
        assert error.line, error.reason
        assert error.column, error.reason


# Public suites

CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "constraints"
_SYNTAX_OF = {"provn": "provn", "xml": "xml", "provx": "xml", "json": "json"}
# Files that break a grammar on purpose (an argument that must be there is not).
MALFORMED = {
    "unification-association-f6-FAIL-DM",
    "unification-attribution-f1-FAIL-DM",
    "unification-communication-f2-FAIL-DM",
    "unification-delegation-f6-FAIL-DM",
    "unification-influence-f1-FAIL-DM",
    "unification-influence-f2-FAIL-DM",
    "unification-membership-f1-FAIL-DM",
    "unification-membership-f2-FAIL-DM",
    "ptb-unification-delegation-fail5",
    "ptb-unification-mention-fail3",
    "ptb-unification-specialization-fail2",
}


def _cases() -> list[Any]:
    if not CASES.is_dir():
        reason = "the public constraint cases are not beside this checkout"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    manifest = json.loads((CASES / "manifest.json").read_text())
    return [pytest.param(case, id=case["path"]) for case in manifest if case["format"] in _SYNTAX_OF]


@pytest.mark.parametrize("case", _cases())
def test_public_cases_survive_every_syntax(case: dict[str, str]) -> None:
    data = (CASES / case["path"]).read_bytes()
    syntax = _SYNTAX_OF[case["format"]]
    if case["name"] in MALFORMED:
        with pytest.raises(SourceSyntaxError) as caught:
            read(data, syntax, case["path"])
        assert caught.value.source == case["path"]
        assert caught.value.line
        assert caught.value.column
        return
    items, reading = read(data, syntax, case["path"])
    assert items
    for other in SYNTAXES:
        again, _ = read(write(items, other, reading.prefixes), other)
        assert multiset(again) == multiset(items), other

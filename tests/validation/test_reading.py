"""Every format becomes the same statements, with lines where they are known."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import SourceError, SourceSyntaxError, UnknownFormat
from whence.validation.assertion import Assertion, Malformed
from whence.validation.reading import read_assertions
from whence.validation.source import Source

EX = "http://example.org/"
CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "constraints"
NO_CASES = "the shared cases are not beside this checkout"


def ex(local: str) -> NamedNode:
    return NamedNode(EX + local)


def source(text: str, syntax: str) -> Source:
    return read_assertions(io.BytesIO(text.encode()), syntax, name="file")


def document(*lines: str) -> str:
    return "\n".join(["document", "prefix ex <http://example.org/>", *lines, "endDocument"])


def test_statements_of_prov_n_have_their_bundle_and_line() -> None:
    read = source(document("entity(ex:e)", "bundle ex:b", "used(ex:a, -)", "endBundle"), "provn")
    entity, used = read.items
    assert entity == Assertion("entity", ex("e"), (), (), None, 3)
    assert used == Assertion("used", None, (ex("a"), None, None), (), ex("b"), 5)
    assert read.prefixes["ex"] == EX


def test_a_marker_is_told_from_an_unknown_by_its_place() -> None:
    (derivation,) = source(document("wasDerivedFrom(ex:f, ex:e, -, ex:g, -)"), "provn").items
    assert isinstance(derivation, Assertion)
    assert derivation.args == (ex("f"), ex("e"), None, ex("g"), None)


def test_blank_names_of_json_are_unknowns() -> None:
    text = json.dumps(
        {
            "prefix": {"ex": EX},
            "used": {"_:u": {"prov:activity": "ex:a", "prov:entity": "_:e"}},
            "wasDerivedFrom": {
                "_:d": {"prov:generatedEntity": "ex:f", "prov:usedEntity": "_:e", "prov:usage": "_:u"}
            },
            "derivedByInsertionFrom": {
                "_:i": {
                    "prov:after": "ex:d2",
                    "prov:before": "ex:d1",
                    "prov:key-entity-set": [{"key": "k", "$": "_:e"}],
                }
            },
        }
    )
    used, derived, inserted = source(text, "provjson").items
    assert isinstance(used, Assertion)
    assert isinstance(derived, Assertion)
    assert isinstance(inserted, Assertion)
    assert isinstance(used.id, BlankNode)
    assert isinstance(used.args[1], BlankNode)
    assert (derived.id, derived.args[1], derived.args[4]) == (None, used.args[1], used.id)
    assert inserted.args[2] == ((Literal("k"), used.args[1]),)


def test_a_time_that_is_none_is_malformed_where_it_stands() -> None:
    malformed, activity = source(document("", 'activity(ex:a, "noon", -)'), "provn").items
    assert isinstance(malformed, Malformed)
    assert malformed.line == 4
    assert malformed.reason == 'the startTime in activity of ex:a is "noon", which is no xsd:dateTime'
    assert isinstance(activity, Assertion)
    assert activity.args == (None, None)


@pytest.mark.parametrize(
    ("syntax", "text"),
    [("provn", document("wasAttributedTo(ex:e, -)")), ("turtle", "<urn:a> <urn:b>"), ("provjson", "{")],
)
def test_what_breaks_the_grammar_is_an_error_with_its_line(syntax: str, text: str) -> None:
    with pytest.raises(SourceSyntaxError) as caught:
        list(source(text, syntax).items)
    assert caught.value.line is not None


def test_a_format_must_be_known() -> None:
    with pytest.raises(UnknownFormat):
        source("", "doc")


def cases() -> Iterator[dict[str, str]]:
    if (CASES / "manifest.json").exists():
        yield from json.loads((CASES / "manifest.json").read_text())


@pytest.mark.skipif(not CASES.exists(), reason=NO_CASES)
def test_of_the_cases_only_invalid_ones_are_malformed() -> None:
    syntaxes = {"xml": "provxml", "json": "provjson"}
    broken = []
    for case in cases():
        path = CASES / case["path"]
        with path.open("rb") as stream:
            try:
                read = read_assertions(stream, syntaxes.get(case["format"], case["format"]))
                malformed = any(isinstance(item, Malformed) for item in read.items)
            except SourceError:
                malformed = True
        if malformed:
            broken.append(case)
    assert len(broken) == 25
    assert {case["expected"] for case in broken} == {"invalid", "disputed"}
    assert {case.get("expected_rdf") for case in broken} == {None, "invalid"}


@pytest.mark.skipif(not CASES.exists(), reason=NO_CASES)
def test_formats_of_a_case_make_the_same_kinds_of_statements() -> None:
    kinds: dict[str, set[frozenset[str]]] = {}
    syntaxes = {"xml": "provxml", "json": "provjson"}
    for case in cases():
        if case["expected"] != "valid":
            continue
        with (CASES / case["path"]).open("rb") as stream:
            items = read_assertions(stream, syntaxes.get(case["format"], case["format"])).items
            found = frozenset(item.kind for item in items if isinstance(item, Assertion))
        kinds.setdefault(case["name"], set()).add(found)
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}

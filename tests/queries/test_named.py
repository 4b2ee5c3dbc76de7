"""Queries asked by name: headers, values, and that no value says anything but itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

import whence
from whence.errors import QueryError, SourceSyntaxError
from whence.ingest.terms import resource
from whence.ontology.namespaces import XSD
from whence.queries.named import Catalogue, bind, folders, open_catalogue, read_file
from whence.queries.named_description import as_data, as_rdf, as_text
from whence.queries.named_header import NamedQuery, read_named_query
from whence.store.results import SelectResult

EVERY = """# title: Everything a parameter can be
# topic: tests
# param: one iri -- a thing
# param: words string = one two -- some text
# param: count integer = 3
# param: share decimal? -- a part
# param: when dateTime?
# param: sure boolean = true
# param: each iri*? -- several things
# column: x -- what is found
# limit: 7
# example: whence query every
# cite: https://www.w3.org/TR/sparql11-query/
#
# What it is about
# in one paragraph.
#
# And in another.

PREFIX ex: <http://example.org/>
SELECT ?x WHERE {
  $one ex:p ?x .
  FILTER(?x = $words || ?x = $count || ?x = $sure)
  FILTER(!BOUND($share) || ?x < $share)
  FILTER(!BOUND($when) || ?x > $when)
  FILTER(!BOUND($each) || ?x IN ($each))
}
"""


def query(text: str = EVERY, name: str = "every") -> NamedQuery:
    return read_named_query(text, name=name, source=f"{name}.rq")


def bound(text: str, limit: int | None = None, /, **given: Any) -> str:
    known = {"ex": "http://example.org/"}
    return bind(query(text), given, lambda iri: resource(iri, known), limit=limit)


def test_a_header_says_what_a_query_is() -> None:
    read = query()
    assert (read.title, read.topic, read.form, read.limit) == (
        "Everything a parameter can be",
        "tests",
        "SELECT",
        7,
    )
    assert read.description == "What it is about in one paragraph.\n\nAnd in another."
    assert [(p.name, p.kind, p.required, p.default) for p in read.parameters] == [
        ("one", "iri", True, None),
        ("words", "string", False, "one two"),
        ("count", "integer", False, "3"),
        ("share", "decimal", False, None),
        ("when", "dateTime", False, None),
        ("sure", "boolean", False, "true"),
        ("each", "several of iri", False, None),
    ]
    assert read.columns[0].description == "what is found"
    assert read.prefixes == {"ex": "http://example.org/"}


def test_a_file_without_a_header_is_a_query_too() -> None:
    read = query("SELECT * { ?s ?p ?o }", name="team/all-there-is")
    assert (read.title, read.topic, read.parameters, read.limit) == ("all there is", "team", (), None)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("# titel: x\nASK {}", "a header has no 'titel'", 1),
        ("# title: x\n# param: x\nASK { ?a ?b $x }", "a parameter is written", 2),
        ("# param: x number\nASK { ?a ?b $x }", "the types are iri", 1),
        ("# param: limit integer\nASK { ?a ?b $limit }", "no parameter can be called limit", 1),
        ("# param: x iri\nASK { ?a ?b ?c }", "the parameter x is not in the query", None),
        ("# param: x iri\nASK { ?a ?b $x, ?x }", "write $x for ?x", None),
        ("# param: x iri\n# param: x iri\nASK { ?a ?b $x }", "declared twice", None),
        ("ASK { ?a ?b $x }", "$x is not declared", None),
        ("# limit: many\nASK {}", "a limit is a number of rows", 1),
        ("# title: nothing\n", "there is no query in this file", None),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "this is not a query", None),
        ("# title: x\n\nASK { ?a ?b 'open }", "this string is not closed", 3),
    ],
)
def test_what_is_wrong_with_a_file(text: str, words: str, line: int | None) -> None:
    with pytest.raises(SourceSyntaxError) as caught:
        query(text, name="wrong")
    assert words in str(caught.value)
    assert (caught.value.source, caught.value.line) == ("wrong.rq", line)


def test_terms_take_the_place_of_parameters() -> None:
    text = bound(EVERY, one="ex:a", each=["ex:b", "<urn:c>"])
    assert "<http://example.org/a> ex:p ?x" in text
    assert '?x = "one two" ||' in text
    assert "!true || ?x IN (<http://example.org/b>, <urn:c>)" in " ".join(text.split())
    # What was not given stays a variable without a value.
    assert "!BOUND($share) || ?x < $share" in text
    assert text.rstrip().endswith("LIMIT 7")


@pytest.mark.parametrize(("limit", "end"), [(None, "LIMIT 7"), (2, "LIMIT 2"), (0, "}")])
def test_rows_are_bounded_as_asked(limit: int | None, end: str) -> None:
    assert bound(EVERY, limit, one="ex:a").rstrip().endswith(end)


def test_the_bound_comes_before_values() -> None:
    text = bound("# limit: 5\nSELECT * { ?s ?p ?o } VALUES ?s { <urn:a> }")
    assert " ".join(text.split()) == "SELECT * { ?s ?p ?o } LIMIT 5 VALUES ?s { <urn:a> }"


def test_a_query_with_its_own_limit_takes_no_other() -> None:
    assert bound("# limit: 5\nSELECT * { ?s ?p ?o } LIMIT 2").rstrip().endswith("LIMIT 2")
    with pytest.raises(QueryError, match="says itself how many rows"):
        bound("SELECT * { ?s ?p ?o } LIMIT 2", 1)


def test_parameters_in_strings_and_comments_are_no_parameters() -> None:
    text = "# param: x iri\nASK { # $x\n ?a ?b $x, '$x' }"
    assert bound(text, x="urn:y") == "ASK { # $x\n ?a ?b <urn:y>, '$x' }\n"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, r"every needs the parameter one \(iri\): a thing"),
        ({"one": "urn:a", "wrods": "x"}, "has no parameter 'wrods'; did you mean words"),
        ({"one": "nothing"}, "one: nothing"),
        ({"one": "nowhere:x"}, "prefix 'nowhere'"),
        ({"one": 5}, "one is an IRI; 5 is none"),
        ({"one": ["urn:a", "urn:b"]}, "one takes one value, not 2"),
        ({"one": []}, "one takes one value, not 0"),
        ({"one": "urn:a", "count": "three"}, "count is a whole number; 'three' is none"),
        ({"one": "urn:a", "count": 2.5}, "count is a whole number"),
        ({"one": "urn:a", "count": True}, "count is a whole number"),
        ({"one": "urn:a", "count": 1 << 64}, "is too large"),
        ({"one": "urn:a", "share": "a half"}, "share is a number; 'a half' is none"),
        ({"one": "urn:a", "share": "NaN"}, "out of bounds"),
        ({"one": "urn:a", "share": "1e99"}, "out of bounds"),
        ({"one": "urn:a", "when": "tomorrow"}, "when is a date and time; 'tomorrow' is none"),
        ({"one": "urn:a", "sure": "perhaps"}, "neither true nor false"),
        ({"one": "urn:a", "words": 5}, "words is text; 5 is none"),
        ({"one": "urn:a", "words": "\ud800"}, "half a character"),
    ],
)
def test_values_that_are_missing_or_of_another_type(given: dict[str, Any], words: str) -> None:
    with pytest.raises(QueryError, match=words):
        bound(EVERY, **given)


@pytest.mark.parametrize(
    ("kind", "value", "term"),
    [
        ("iri", "<urn:a>", NamedNode("urn:a")),
        ("iri", NamedNode("urn:a"), NamedNode("urn:a")),
        ("string", 'say "no"\n', Literal('say "no"\n')),
        ("string", Literal("ja", language="de"), Literal("ja", language="de")),
        ("integer", "-07", Literal(-7)),
        ("decimal", "1e2", Literal("100", datatype=XSD.decimal)),
        ("decimal", Decimal("0.10"), Literal("0.10", datatype=XSD.decimal)),
        ("decimal", 3, Literal("3", datatype=XSD.decimal)),
        ("dateTime", "2026-06-01", Literal("2026-06-01T00:00:00Z", datatype=XSD.dateTime)),
        ("dateTime", date(2026, 6, 1), Literal("2026-06-01T00:00:00Z", datatype=XSD.dateTime)),
        ("dateTime", "2026-06-01T10:00+02:00", Literal("2026-06-01T10:00:00+02:00", datatype=XSD.dateTime)),
        (
            "dateTime",
            datetime(2026, 6, 1, tzinfo=UTC),
            Literal("2026-06-01T00:00:00Z", datatype=XSD.dateTime),
        ),
        ("boolean", "no", Literal(False)),
        ("boolean", True, Literal(True)),
    ],
)
def test_terms_of_values(kind: str, value: Any, term: NamedNode | Literal) -> None:
    assert bound(f"# param: v {kind}\nASK {{ ?s ?p $v }}", v=value) == f"ASK {{ ?s ?p {term} }}\n"


HOSTILE = [
    '" ) } # ',
    "\\",
    '"""',
    "' UNION { ?s ?p ?o }",
    "$other ?other",
    "\n} DROP ALL",
    "x\r\ny\t\\u0022",
    "> } ; ",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_text_cannot_leave_its_place(value: str) -> None:
    check_text(value)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_at_all_can_leave_its_place(value: str) -> None:
    check_text(value)


def check_text(value: str) -> None:
    """What comes out of the engine is what went in."""
    text = bound("# param: v string\nSELECT ?x { BIND($v AS ?x) }", v=value)
    found = Store().query(text)
    assert isinstance(found, QuerySolutions)
    [row] = found
    assert row["x"] == Literal(value)


@pytest.mark.parametrize("value", [*HOSTILE, "urn:x> } INSERT", "urn:x y", "http://a/<b>", "urn:x'#()"])
def test_iris_cannot_leave_their_place(value: str) -> None:
    text = "# param: v iri\nSELECT ?x { VALUES ?x { <urn:a> } FILTER(?x != $v) }"
    try:
        ready = bound(text, v=f"<{value}>")
    except QueryError:
        return
    assert value == "urn:x'#()"
    with whence.open(":memory:") as store:
        result = store.query(ready)
        assert isinstance(result, SelectResult)
        assert len(result.rows()) == 1


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of one's own queries; nobody else's are looked at."""
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setenv("WHENCE_QUERIES", f"{folder}:{tmp_path / 'absent'}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    yield folder


def test_users_have_folders_of_their_own(mine: Path, tmp_path: Path) -> None:
    assert folders() == [mine, tmp_path / "absent", tmp_path / "config" / "whence" / "queries"]
    (mine / "team").mkdir()
    (mine / "team" / "mine.rq").write_text("# title: Mine\nASK {}")
    (mine / "types.rq").write_text("# title: My types\nASK {}")
    config = tmp_path / "config" / "whence" / "queries"
    config.mkdir(parents=True)
    (config / "types.rq").write_text("# title: Not seen\nASK {}")
    found = open_catalogue()
    assert found["team/mine"].topic == "team"
    # The first folder goes before the others, and before what comes with Whence.
    assert found["types"].title == "My types"
    assert found["types"].source == str(mine / "types.rq")
    with whence.open(":memory:") as store:
        assert store.ask("team/mine")


def test_a_broken_file_spoils_no_other(mine: Path) -> None:
    (mine / "broken.rq").write_text("# title: x\nASK { $x ?y ?z }")
    (mine / "odd.rq").write_bytes(b"\xff")
    (mine / "good.rq").write_text("ASK {}")
    found = open_catalogue()
    assert set(found.faults) == {"broken", "odd"}
    assert found.find("good").form == "ASK"
    with pytest.raises(SourceSyntaxError, match=r"\$x is not declared"):
        found.find("broken")


def test_an_unknown_name_brings_those_like_it(mine: Path) -> None:
    with pytest.raises(QueryError, match="no query named 'orfans'; did you mean orphans"):
        open_catalogue().find("orfans")
    assert isinstance(open_catalogue([]), Catalogue)


def test_a_file_can_be_asked_without_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "count.rq"
    path.write_text("# param: least integer = 1\nSELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER($least > 0) }")
    with whence.open(":memory:") as store:
        result = store.ask(read_file(path), least=2)
        assert 'FILTER("2"' in result.sparql
        assert isinstance(result, SelectResult)
        assert len(result.rows()) == 1


def test_iris_are_read_with_the_prefixes_of_the_store() -> None:
    with whence.open(":memory:") as store:
        store.load(b"@prefix mine: <http://mine.example/> . mine:a a <http://www.w3.org/ns/prov#Plan> .")
        result = store.ask("step-forward", thing="mine:a")
        assert "<http://mine.example/a>" in result.sparql


def test_a_query_as_data_and_as_text() -> None:
    data = as_data(query())
    assert data["parameters"][1] == {
        "name": "words",
        "type": "string",
        "many": False,
        "required": False,
        "default": "one two",
        "description": "some text",
    }
    text = as_text(query())
    assert "every: Everything a parameter can be" in text
    assert "one    iri, needed: a thing" in text
    assert "Gives 7 rows unless --limit says otherwise" in text


def test_a_query_as_shacl_describes_one() -> None:
    graph = Store()
    for one in as_rdf([query(), query("ASK {}", "yes")], "http://example.org/queries"):
        graph.add(Quad(one.subject, one.predicate, one.object))
    found = graph.query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?name ?type ?default WHERE {"
        " <http://example.org/queries/every> a sh:SPARQLSelectExecutable ; sh:select ?text ;"
        " sh:parameter ?p . ?p sh:path ?path ; sh:name ?name ; sh:datatype ?type"
        " OPTIONAL { ?p sh:defaultValue ?default } FILTER(STRENDS(STR(?path), CONCAT('#', ?name))) }"
    )
    assert isinstance(found, QuerySolutions)
    rows = {row["name"].value: (row["type"], row["default"]) for row in found}
    assert rows["count"] == (XSD.integer, Literal(3))
    assert rows["when"] == (XSD.dateTime, None)
    assert graph.query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> ASK {"
        " <http://example.org/queries/yes> a sh:SPARQLAskExecutable ; sh:ask 'ASK {}\\n' }"
    )

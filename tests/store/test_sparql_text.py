"""SPARQL text is made safe without changing what it asks."""

import contextlib
import random
import subprocess
import sys

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import QueryForbidden, QuerySyntaxError
from whence.ontology.namespaces import XSD
from whence.store import sparql_text
from whence.store.sparql_text import prepare_query, prepare_update, with_prefixes

P = ox.NamedNode("http://example.org/p")


def store_of(values: list[ox.Literal | ox.NamedNode]) -> ox.Store:
    store = ox.Store()
    for number, value in enumerate(values):
        store.add(ox.Quad(ox.NamedNode(f"http://example.org/{number}"), P, value))
    return store


def column(store: ox.Store, query: str) -> list[str]:
    return [row[0].value for row in store.query(prepare_query(query).text)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("?o", ["1", "2.5", "10"]),
        ("DESC(?o)", ["10", "2.5", "1"]),
        ("ASC(?o) ?s", ["1", "2.5", "10"]),
        ("(?o * -1)", ["10", "2.5", "1"]),
        ("DESC(<http://www.w3.org/2001/XMLSchema#double>(?o))", ["10", "2.5", "1"]),
        ("STRLEN(STR(?o)) DESC(?o)", ["1", "10", "2.5"]),
        ("?o LIMIT 2", ["1", "2.5"]),
        ("?o OFFSET 1", ["2.5", "10"]),
    ],
)
def test_numbers_still_sort_as_numbers(order: str, expected: list[str]) -> None:
    store = store_of(
        [
            ox.Literal(10),
            ox.Literal("2.5", datatype=XSD.decimal),
            ox.Literal(1),
        ]
    )
    assert column(store, f"SELECT ?o WHERE {{ ?s ?p ?o }} ORDER BY {order}") == expected


def test_text_sorts_across_languages() -> None:
    store = store_of([ox.Literal("b", language="en"), ox.Literal("c"), ox.Literal("a")])
    assert column(store, "SELECT ?o { ?s ?p ?o } ORDER BY ?o")[0] == "a"


def test_order_in_subqueries_and_with_aggregates_still_works() -> None:
    store = store_of([ox.Literal(1), ox.Literal(2), ox.Literal(2)])
    query = """
        SELECT ?o (COUNT(*) AS ?n) { { SELECT ?s ?o { ?s ?p ?o } ORDER BY ?o LIMIT 3 } }
        GROUP BY ?o HAVING (COUNT(*) > 0) ORDER BY DESC(COUNT(*)) ?o VALUES ?x { 1 }
    """
    assert column(store, query) == ["2", "1"]


CRASHER = """
import random, sys
import pyoxigraph as ox
from whence.ontology.namespaces import XSD
from whence.store import sparql_text
from whence.store.sparql_text import prepare_query
r = random.Random(int(sys.argv[1]))
xsd = "http://www.w3.org/2001/XMLSchema#"
zones = ["", "Z", "+05:00", "-11:00"]
makers = [
    lambda: (str(r.randint(-99, 99)), "integer"),
    lambda: (r.choice([str(r.random() * 100), "NaN", "INF"]), "double"),
    lambda: (f"20{r.randint(10, 30)}-05-1{r.randint(0, 9)}T10:00:00{r.choice(zones)}", "dateTime"),
    lambda: (f"20{r.randint(10, 30)}-05-1{r.randint(0, 9)}{r.choice(zones)}", "date"),
    lambda: (r.choice(["abc", "12", "2015", ""]) + str(r.randint(0, 99)), "string"),
    lambda: (r.choice(["P1Y", "PT36H", "P13M"]), "duration"),
    lambda: (r.choice(["bad", "7x"]), "integer"),
]
store = ox.Store()
for n in range(300):
    value, kind = r.choice(makers)()
    literal = ox.Literal(value, datatype=ox.NamedNode(xsd + kind))
    store.add(ox.Quad(ox.NamedNode(f"http://a/{n}"), ox.NamedNode("http://p"), literal))
for text in ("SELECT * {?s ?p ?x} ORDER BY ?x", "SELECT * {?s ?p ?x} ORDER BY DESC(?x) ?s"):
    assert len(list(store.query(prepare_query(text).text))) == 300
"""


@pytest.mark.parametrize("seed", random.Random(7).sample(range(10_000), 12))
def test_sorting_mixed_kinds_does_not_abort_the_process(seed: int) -> None:
    done = subprocess.run([sys.executable, "-c", CRASHER, str(seed)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_deep_nesting_is_refused_with_its_position() -> None:
    with pytest.raises(QuerySyntaxError, match=r"line 1, column 2\d\d: brackets nested deeper than 200"):
        prepare_query("SELECT * { FILTER(" + "(" * 10_000 + "1" + ")" * 10_000 + ") }")
    with pytest.raises(QuerySyntaxError, match="operators"):
        prepare_query("SELECT * { FILTER(" + "!" * 10_000 + "true) }")


@pytest.mark.parametrize(
    "pattern",
    [
        "SERVICE <http://127.0.0.1:1/> { ?s ?p ?o }",
        "service silent <http://evil.example/x> { ?s ?p ?o }",
        "SERVICE ?where { ?s ?p ?o }",
        "SERVICE p:x { ?s ?p ?o }",
        "SERVICE#comment\n<http://evil.example/> { ?s ?p ?o }",
    ],
)
def test_service_is_refused_unless_its_host_is_listed(pattern: str) -> None:
    with pytest.raises(QueryForbidden, match="SERVICE"):
        prepare_query(
            f"PREFIX p: <http://evil.example/> SELECT * {{ {pattern} }}", service_hosts={"good.example"}
        )


def test_service_to_a_listed_host_passes() -> None:
    text = "PREFIX g: <http://good.example/> SELECT * { SERVICE g:sparql { ?s ?p ?o } }"
    assert prepare_query(text, service_hosts={"good.example"}).text == text


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <http://x.example/>" }',
        "SELECT * { ?service ?p ?load } # SERVICE <http://x.example/>",
        "PREFIX service: <http://x.example/> SELECT * { ?s service:of ?o }",
        "SELECT * { <http://x.example/SERVICE> ?p ?o }",
    ],
)
def test_the_word_service_elsewhere_is_no_call(text: str) -> None:
    assert prepare_query(text).text == text


def test_load_is_refused_unless_its_host_is_listed() -> None:
    with pytest.raises(QueryForbidden, match="LOAD"):
        prepare_update("LOAD <http://evil.example/data.ttl>")
    with pytest.raises(QueryForbidden, match="LOAD"):
        prepare_update("LOAD SILENT <file:///etc/passwd> INTO GRAPH <urn:g>", load_hosts={"good.example"})
    prepare_update("LOAD <http://good.example/data.ttl>", load_hosts={"good.example"})


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT * { ?s ?p ?o }", 2),
        ("SELECT * { ?s ?p ?o } LIMIT 1", 1),
        ("SELECT * { ?s ?p ?o } LIMIT 100 OFFSET 1", 2),
        ("SELECT * { { SELECT * { ?s ?p ?o } LIMIT 3 } }", 2),
        ("SELECT * { ?s ?p ?o } VALUES ?p { <http://example.org/p> }", 2),
        ("SELECT * { ?s ?p ?o } # comment at the end", 2),
    ],
)
def test_max_rows_lowers_the_outermost_limit(query: str, rows: int) -> None:
    store = store_of([ox.Literal(n) for n in range(5)])
    assert len(list(store.query(prepare_query(query, max_rows=2).text))) == rows  # type: ignore[arg-type]


def test_form_and_dataset_are_told() -> None:
    ask = prepare_query("PREFIX select: <http://s/> ASK FROM <urn:g> { ?s ?p ?o }")
    assert (ask.form, ask.has_dataset) == ("ASK", True)
    assert not prepare_query("SELECT ?from { ?from ?p ?o }").has_dataset


def test_using_parameters_reach_every_operation_that_takes_them() -> None:
    store = ox.Store()
    store.update("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 1 } GRAPH <urn:b> { <urn:s> <urn:p> 2 } }")
    text = prepare_update(
        "INSERT { GRAPH <urn:c> { ?s ?p ?o } } WHERE { ?s ?p ?o } ; INSERT DATA { <urn:x> <urn:p> 3 }",
        using=["urn:b"],
    )
    store.update(text)
    copied = [str(quad.object) for quad in store.quads_for_pattern(None, None, None, ox.NamedNode("urn:c"))]
    assert copied == [str(ox.Literal(2))]


def test_using_cannot_be_given_twice() -> None:
    with pytest.raises(QuerySyntaxError, match="USING"):
        prepare_update("DELETE { ?s ?p ?o } USING <urn:a> WHERE { ?s ?p ?o }", using=["urn:b"])


def test_delete_where_takes_the_dataset_too() -> None:
    text = prepare_update("DELETE WHERE { ?s ?p ?o }", using=["urn:g"])
    assert "USING <urn:g>" in text
    ox.Store().update(text)


@given(st.text(alphabet="?ax:<>\"'{}()[]#\\ \n.;,@^|&!=+-*/0ORDERBYLIMIT", max_size=60))
def test_any_text_is_prepared_or_refused_never_worse(text: str) -> None:
    try:
        prepare_query(text, max_rows=5)
        prepare_update(text, using=["urn:g"])
    except (QuerySyntaxError, QueryForbidden):
        pass


def test_known_prefixes_are_declared_where_they_are_missing() -> None:
    known = {"prov": "http://www.w3.org/ns/prov#", "ex": "http://other.example/"}
    text = "PREFIX ex: <http://example.org/> SELECT * { ex:a a prov:Entity ; rdfs:label 'prov:x' }"
    assert with_prefixes(text, known) == f"PREFIX prov: <{known['prov']}>\n{text}"
    assert with_prefixes("ASK { ?s ?p 'prov:x' }", known) == "ASK { ?s ?p 'prov:x' }"


EVIL = "http://evil.example/"


@pytest.mark.parametrize(
    "query",
    [
        # The engine knows no tokens, so keywords need no spaces around them.
        f"SELECT * {{ SERVICESILENT<{EVIL}>{{?s ?p ?o}} }}",
        f"PREFIX x: <{EVIL}> SELECT * {{ SERVICEx:a {{?s ?p ?o}} }}",
        f"PREFIX : <{EVIL}> SELECT * {{ SERVICE:a {{?s ?p ?o}} }}",
        f"PREFIX service: <urn:x> PREFIX : <{EVIL}> SELECT * {{ service:a {{?s ?p ?o}} }}",
        f"PREFIX ex: <urn:x> SELECT * {{ ?s ?p ex:.SERVICE<{EVIL}>{{?s ?p ?o}} }}",
        f"PREFIX ex: <urn:x> SELECT * {{ ?s ?p ex:a.b.SERVICE<{EVIL}>{{?s ?p ?o}} }}",
        f"PREFIX ex: <urn:x> SELECT * {{ ?s ?p ex:a.b.SERVICE SILENT <{EVIL}>{{?s ?p ?o}} }}",
        f"PREFIX : <{EVIL}> SELECT * {{ ?s ?p true.SERVICE:a {{?s ?p ?o}} }}",
        # To the engine, an IRI behind an operand is a comparison with a string or comment behind it.
        f"SELECT * {{ FILTER(?a<'x>y') SERVICE <{EVIL}> {{}} FILTER(?a<'x>y') }}",
        f"SELECT * {{ FILTER(?a<2#>'''\n) SERVICE <{EVIL}> {{}} #'''\n}}",
        f"SELECT * {{ FILTER(EXISTS {{}}<'x>y') SERVICE <{EVIL}> {{}} FILTER('x'='x') }}",
        f"PREFIX : <urn:> SELECT * {{ <<?s:p'x>y'>> ?b ?c SERVICE <{EVIL}> {{}} FILTER('x'='x') }}",
        # An escape in an IRI does not end it.
        f"SELECT * {{ <urn:\\u0061'> ?p ?o SERVICE <{EVIL}> {{}} <urn:\\u0061'> ?p ?o }}",
        f"SELECT * {{ <urn:\\u0061#> ?p ?o SERVICE <{EVIL}> {{}} #\n}}",
        # A long string with a bad escape is three short ones.
        f"SELECT * {{ VALUES (?a ?b) {{ ('''x') }} SERVICE <{EVIL}> {{}} }} # \\uD800 '''",
        f"SELECT * {{ VALUES (?a ?b) {{ ('''x') }} SERVICE <{EVIL}> {{}} }} # \\q '''",
    ],
)
def test_service_cannot_hide_where_the_engine_reads_other_tokens(query: str) -> None:
    with pytest.raises((QueryForbidden, QuerySyntaxError)):
        prepare_query(query)


@pytest.mark.parametrize(
    "update",
    [
        f"LOADSILENT<{EVIL}>",
        f"PREFIX x: <{EVIL}> LOADx:a",
        f"PREFIX : <{EVIL}> LOAD:a",
        f"PREFIX load: <urn:x> PREFIX : <{EVIL}> INSERT DATA {{}} ; load:a",
        f"CLEAR GRAPH <urn:\\u0061'>; LOAD<{EVIL}>; INSERT DATA {{<urn:a> <urn:b> 'x'}}",
        f"INSERT DATA {{ <urn:s> <urn:p> (1 <(b>) }} ; PREFIX : <{EVIL}> LOAD:a",
    ],
)
def test_load_cannot_hide_where_the_engine_reads_other_tokens(update: str) -> None:
    with pytest.raises((QueryForbidden, QuerySyntaxError)):
        prepare_update(update)


@pytest.mark.parametrize(
    "update",
    [
        # The prefix of the first LOAD is the one declared before it.
        f"PREFIX g: <{EVIL}> LOAD g:a ; PREFIX g: <http://good.example/> LOAD g:b",
        f"PREFIX g: <http://good.example/> LOAD g:b ; PREFIXg: <{EVIL}> LOAD g:a",
        "LOAD <http://evil.example\\u002F@good.example/>",
        "PREFIX h: <http://> LOAD h:evil.example\\/\\@good.example",
        "LOAD <file://good.example/etc/passwd>",
        "LOAD <http://[good.example/>",
    ],
)
def test_the_host_checked_is_the_host_called(update: str) -> None:
    with pytest.raises((QueryForbidden, QuerySyntaxError)):
        prepare_update(update, load_hosts={"good.example"})


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s <urn:a#b> <urn:o'x> FILTER(?o < 5 && ?o > 3 || ?o > <urn:a#b>) }",
        "SELECT * { VALUES (?a ?b) { (<urn:a#1> <urn:b#2>) (1 <urn:b#(3)>) } }",
        "SELECT * { ?s (<urn:a#1>/<urn:b#2>|^<http://x.example/#c>)+ ?o }",
        "SELECT * { ?s ?p ?o FILTER(?o IN (<urn:a#1>, <urn:b#2>)) }",
        "SELECT * { ?s ?p (<urn:a> <http://x.example/#b>), '''it's \\\"so\\\" # \\u00e9''', '', \"\" }",
        "SELECT * { << <urn:s#1> ?p ?o >> ?a ?b }",
        "PREFIX service: <urn:s> SELECT * FROM service:g { GRAPH service:h { ?s service:of service:x } }",
        "PREFIX ex: <urn:x> SELECT * { ?s ex:a.b.service ?o ; ex:orderBy ?n . ?o ex:load <urn:x> }",
        "PREFIX payload: <urn:x> DESCRIBE payload:a payload:b { ?x a payload:c }",
        "PREFIX a.ex: <urn:x> SELECT (COUNT(DISTINCT <urn:a#b>) AS ?n) { ?s a.ex:b ?o }",
    ],
)
def test_what_only_looks_ambiguous_passes(text: str) -> None:
    assert prepare_query(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX payload: <urn:x> INSERT { ?s payload:of ?o } USING payload:g WHERE { ?s ?p ?o }",
        "PREFIX load: <urn:x> COPY load:a TO load:b ; CLEAR GRAPH load:c",
        "INSERT DATA { <urn:a> <urn:b> '''LOAD <http://x.example/> # SERVICE <urn:x> { }''' }",
    ],
)
def test_names_and_strings_with_load_in_them_are_no_calls(text: str) -> None:
    assert prepare_update(text) == text


def test_order_by_cannot_hide_from_being_made_safe() -> None:
    with pytest.raises(QuerySyntaxError, match="ORDERBY is no word"):
        prepare_query("SELECT * { ?s ?p ?x } ORDERBY ?x")
    with pytest.raises(QuerySyntaxError, match="ORDER is followed by BY"):
        prepare_query("PREFIX : <urn:f> SELECT * { ?s ?p ?x } ORDER BY:f(?x)")
    with pytest.raises(QuerySyntaxError, match="within a key"):
        prepare_query("SELECT * {} ORDER BY EXISTS { SELECT ?x { ?s ?p ?x } ORDER BY ?x }")


def test_bad_text_is_read_in_time_that_grows_with_its_length() -> None:
    # Each of these took minutes, or memory without end, when it was this long.
    prepare_query("SELECT * {" + "a." * 300_000)
    with pytest.raises(QuerySyntaxError, match="more than 1000 ORDER BY keys"):
        prepare_query("SELECT * {} ORDER BY " + "?a " * 300_000)


def test_unfinished_text_is_left_to_the_engine() -> None:
    for text in ("SELECT * {} ORDER BY ASC", "SELECT * {} ORDER BY", "SELECT * {} LIMIT"):
        assert prepare_query(text).text == text
    assert prepare_update("DELETE WHERE", using=["urn:g"]) == "DELETE WHERE"


def test_a_limit_of_any_length_is_lowered() -> None:
    assert prepare_query(f"SELECT * {{}} LIMIT {'9' * 5000}", max_rows=5).text == "SELECT * {} LIMIT 5"


PIECES = [
    *("SELECT", "ASK", "select", "*", "?s", "?p", "{", "}", "(", ")", "[", "]", ".", ";", "<http://e/a#b>"),
    *("FILTER", "'text'", '"x"', "LIMIT", "5", "GRAPH", "<urn:g>", "FROM", "ex:a", "#", "ORDER", "BY"),
    *("SERVICE", "PREFIX", "\\u0053", "<", ">", "&&", "!", "WHERE", "\n", " ", "@en", "_:b", "VALUES"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from(["", " "]))
def test_the_short_way_for_plain_queries_ends_where_the_long_one_does(pieces: list[str], glue: str) -> None:
    text = f"SELECT {glue.join(pieces)}"
    if not sparql_text._plain_form(text, sparql_text.MAX_DEPTH):
        return
    short = prepare_query(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparql_text, "_plain_form", lambda *_: "")
        # What the long way finds ill-formed holds nothing but that: the engine finds it too.
        with contextlib.suppress(QuerySyntaxError):
            assert prepare_query(text) == short


def test_a_lookup_goes_the_short_way() -> None:
    assert sparql_text._plain_form("SELECT ?p { <http://example.org/e#1> ?p ?o } LIMIT 5", 200) == "SELECT"
    for text in (
        "SELECT * { ?s ex:p ?o }",
        "SELECT * { ?s ?p '\\u0053' }",
        "SELECT * FROM <urn:g> { ?s ?p 1 }",
    ):
        assert sparql_text._plain_form(text, 200) == ""

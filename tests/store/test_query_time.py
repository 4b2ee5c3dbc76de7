"""Properties answered at query time: where they stand for their path, and that they answer the closure."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Triple

from whence.errors import QueryForbidden, QuerySyntaxError
from whence.ontology.namespaces import PREFIXES, PROV, RDF_TYPE, WHENCE
from whence.reasoning import ruleset
from whence.reasoning.rules import Atom, Rule, Term, Var
from whence.store import query_time
from whence.store.backend import Backend
from whence.store.embedded import EmbeddedBackend
from whence.store.results import Row, SelectResult
from whence.store.sparql_text import MAX_DEPTH, prepare_query, prepare_update
from whence.store.sparql_tokens import tokens

DERIVED = "(<http://www.w3.org/ns/prov#wasDerivedFrom>+)"
WALK = "(<http://www.w3.org/ns/prov#wasDerivedFrom>*)"


def ex(name: object) -> NamedNode:
    return NamedNode(f"http://example.org/{name}")


def store_of(*triples: tuple[object, NamedNode, object]) -> EmbeddedBackend:
    backend = EmbeddedBackend.open(":memory:")
    backend.write(Quad(ex(s), p, ex(o), ex("bundle")) for s, p, o in triples)
    return backend


def rows(backend: EmbeddedBackend, query: str) -> list[Row]:
    answer = backend.query(f"PREFIX : <http://example.org/> {query}")
    assert isinstance(answer, SelectResult)
    return answer.rows()


def names(backend: EmbeddedBackend, query: str) -> list[str]:
    """The names in the one column of the answer, in alphabetical order."""
    return sorted(getattr(row[0], "value", "").rpartition("/")[2] for row in rows(backend, query))


def expanded(text: str, *, reorder: bool = False) -> str:
    return query_time.expanded(text, tokens(text, MAX_DEPTH), PREFIXES, reorder=reorder)


@pytest.fixture
def chain() -> EmbeddedBackend:
    """d came from c, c from b, b from a; m made c of b; e is like d."""
    return store_of(
        ("d", PROV.wasDerivedFrom, "c"),
        ("c", PROV.wasDerivedFrom, "b"),
        ("b", PROV.wasDerivedFrom, "a"),
        ("c", PROV.wasGeneratedBy, "m"),
        ("m", PROV.used, "b"),
        ("m", PROV.wasAssociatedWith, "person"),
        ("d", PROV.alternateOf, "e"),
        ("v2", PROV.specializationOf, "v"),
        ("v", PROV.specializationOf, "thing"),
    )


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        (":d whence:derivedFrom ?x", "a b c"),
        ("?x whence:derivedFrom :a", "b c d"),
        (":d ^whence:derivedFrom ?x", ""),
        (":d whence:ancestor ?x", "a b c m"),
        (":b whence:descendant ?x", "c d m"),
        (":v2 whence:specializationOf ?x", "thing v"),
        (":d whence:alternateOf ?x", "d e"),
        (":e whence:alternateOf ?x", "d e"),
        (":a whence:alternateOf ?x", ""),
        (":m prov:used/whence:derivedFrom ?x", "a"),
        (":m prov:used/whence:derivedFrom? ?x", "a b"),
        (":d whence:derivedFrom* ?x", "a b c d"),
        (":d whence:derivedFrom+ ?x", "a b c"),
        (":d (whence:derivedFrom|prov:wasGeneratedBy)+ ?x", "a b c m"),
        (":d <https://w3id.org/whence/ns#derivedFrom> ?x", "a b c"),
        ("[ whence:derivedFrom :c ] whence:derivedFrom ?x", "a b c"),
        ("?x whence:derivedFrom :a FILTER EXISTS { ?x whence:ancestor :m }", "d c"),
        ("?x a* :d . ?x whence:derivedFrom/prov:wasGeneratedBy :m", "d"),
        ("GRAPH ?g { :d whence:derivedFrom ?x }", "a b c"),
        ("VALUES ?x { whence:derivedFrom }", "ns#derivedFrom"),
        ("BIND(whence:derivedFrom AS ?x)", "ns#derivedFrom"),
    ],
)
def test_a_property_stands_for_its_path(chain: EmbeddedBackend, pattern: str, answer: str) -> None:
    assert names(chain, f"SELECT ?x {{ {pattern} }}") == sorted(answer.split())


def test_any_prefix_or_base_may_name_it(chain: EmbeddedBackend) -> None:
    for head, name in (
        ("PREFIX w: <https://w3id.org/whence/ns#>", "w:derivedFrom"),
        ("PREFIX w: <https://w3id.org/whence/>", "w:ns\\#derivedFrom"),
        ("PREFIX whence: <https://w3id.org/whence/ns#derived>", "whence:From"),
        ("BASE <https://w3id.org/whence/>", "<ns#derivedFrom>"),
        ("", "<https://w3id.org/whence/ns\\u0023derivedFrom>"),
    ):
        assert names(chain, f"{head} SELECT ?x {{ :d {name} ?x }}") == ["a", "b", "c"]
    plain = f"SELECT ?x {{ {ex('d')} {WHENCE.derivedFrom} ?x }}"
    assert {row[0] for row in chain.query(plain)} == {ex("a"), ex("b"), ex("c")}  # type: ignore[union-attr]
    other = "PREFIX whence: <http://example.org/> SELECT ?x { :d whence:derivedFrom ?x }"
    assert names(chain, other) == []


# In place of % the property: where it is read as its path, and where it stays.

PATHS_STAND = [
    "SELECT * { ?s % ?o }",
    "SELECT * { ?s % ?o, <urn:x> ; % [ % ?z ], (1 [ % ?y ]) . ?o % ?s }",
    "SELECT * { ?s ex:p ex:o. ?o % 5.?x % ex:p .ex:q % _:b. _:b ex:p true, 'x'@en, '1'^^ex:t. ?s % ?o }",
    "SELECT * { ?s ex:p -1.5e3, +2; % ?o FILTER(?o > 5) ?o % ?p OPTIONAL { ?p % ?q } ?s % ?q }",
    "SELECT * { { ?s % ?o } UNION { ?o % ?s } MINUS { ?s % 'x' } GRAPH ex:g { ?s % ?o } ?s % ?o }",
    "SELECT * { SERVICE SILENT ex:g { ?s % ?o } FILTER NOT EXISTS { ?s % ?o } ?s % ?o }",
    "SELECT * { FILTER regex(str(?s), 'x') ?s % ?o . FILTER ex:f(?s) ?s % ?o BIND(1 AS ?one) ?s % ?o }",
    "SELECT (EXISTS { ?s % ?o } AS ?e) { } ORDER BY DESC(EXISTS { ?s % ?o })",
    "SELECT * { { SELECT ?s (COUNT(*) AS ?n) { ?s % ?o } GROUP BY ?s HAVING(?n > 1) } ?s % ?o }",
    "SELECT * { ?s ex:p ?o {| % ?z |} ; % ?y . ?s ex:p ?o ~ ex:r {| % ?z |}. ?x % ?y }",
    "SELECT * { << ?s ex:p ?o >> % ?x . ?x ex:p <<( ?s ex:p 'x' )>> ; % ?o }",
    "ASK { ?s ^%/(ex:p|%)* ?o ; !(ex:p|^ex:q)/% ?o ; a/% ?o }",
]
PATHS_DO_NOT_STAND = [
    "SELECT * { VALUES (?a ?b) { (% 1) (UNDEF %) } VALUES ?c { % } }",
    "SELECT * { % ?p ?o . ?s ?p % ; ex:p %, % . ?o ex:p (% %), [ ex:p % ] }",
    "SELECT * { GRAPH % { ?s ?p ?o } FILTER(?p = % || ?p IN (%, %)) BIND(% AS ?x) } VALUES ?p { % }",
    'DESCRIBE % FROM % { ?s ?p \'%\', """?s % ?o""" } # ?s % ?o',
    "CONSTRUCT { ?s % ?o ; ex:p [ % ?x ] } WHERE { ?s ex:p ?o ; ?p ?x }",
]


@pytest.mark.parametrize("text", PATHS_STAND)
def test_it_is_replaced_where_a_path_may_stand(text: str) -> None:
    assert expanded(text.replace("%", "whence:derivedFrom")) == text.replace("%", DERIVED)


@pytest.mark.parametrize("text", PATHS_DO_NOT_STAND)
def test_it_stays_where_none_may(text: str) -> None:
    written = text.replace("%", "whence:derivedFrom")
    assert expanded(written) == written


def test_a_closure_is_closed_once() -> None:
    text = (
        "SELECT * { ?s whence:derivedFrom+ ?o ; whence:derivedFrom * ?p . ?s ex:p/whence:derivedFrom? ?q }"
    )
    assert expanded(text) == f"SELECT * {{ ?s {DERIVED} ?o ; {WALK} ?p . ?s ex:p/{WALK} ?q }}"


def test_templates_of_updates_stay_and_patterns_do_not() -> None:
    backend = store_of(("c", PROV.wasDerivedFrom, "b"), ("b", PROV.wasDerivedFrom, "a"))
    update = """
        PREFIX : <http://example.org/>
        INSERT { GRAPH :new { ?s whence:derivedFrom ?o } }
        WHERE { GRAPH :bundle { ?s whence:derivedFrom ?o } } ;
        INSERT DATA { GRAPH :new { :x whence:derivedFrom :y } } ;
        WITH :bundle DELETE { GRAPH :new { ?s whence:derivedFrom ?o } }
        WHERE { ?s whence:derivedFrom ?o . ?o prov:wasDerivedFrom :a }
    """
    backend.update(update)
    written = {(str(q.subject), str(q.object)) for q in backend.quads(None, WHENCE.derivedFrom)}
    assert written == {(str(ex(s)), str(ex(o))) for s, o in ("ca", "ba", "xy")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT *\n { ?s !whence:derivedFrom ?o }", r"line 2, column 8: .*negated property set"),
        ("SELECT * { ?s ex:p/!(ex:p|^whence:derivedFrom)* ?o }", "negated property set"),
        ("SELECT * { ?s !^whence:derivedFrom ?o }", "negated property set"),
        ("CONSTRUCT WHERE { ?s whence:derivedFrom ?o }", r"column 22: .*CONSTRUCT WHERE"),
        ("CONSTRUCT FROM ex:g WHERE { ?s ex:p [ whence:derivedFrom ?o ] }", "CONSTRUCT WHERE"),
        ("SELECT * { << ?s whence:derivedFrom ?o >> ex:p ?x }", "triple term"),
        ("SELECT * { ?x ex:p <<( ?s whence:derivedFrom << ?o ex:p ?y >> )>> }", "triple term"),
    ],
)
def test_where_sparql_has_no_paths_it_is_refused_with_its_position(text: str, reason: str) -> None:
    with pytest.raises(QuerySyntaxError, match=reason):
        prepare_query(text, known_prefixes={**PREFIXES, "ex": "urn:ex:"})


def test_the_short_form_of_delete_is_refused() -> None:
    with pytest.raises(QuerySyntaxError, match=r"column 26: .*DELETE WHERE"):
        prepare_update("DELETE WHERE { ?s a ?c ; whence:derivedFrom ?o }")


def test_faults_of_syntax_are_told_where_the_user_wrote_them(chain: EmbeddedBackend) -> None:
    for text in (
        "SELECT * { <urn:a> whence:derivedFrom ?x ; whence:alternateOf ?y . ?x ?y }",
        "SELECT * { ?x whence:derivedFrom ?y . FILTER(?x == ?y) }",
    ):
        with pytest.raises(QuerySyntaxError) as rewritten:
            chain.query(text)
        with pytest.raises(QuerySyntaxError) as plain:
            chain.query(text.replace("whence:", "rdfs:__"))
        assert (rewritten.value.line, rewritten.value.column) == (plain.value.line, plain.value.column)
    columns = []
    for name in ("whence:derivedFrom", "rdfs:__derivedFrom"):
        with pytest.raises(QuerySyntaxError) as fault:
            chain.update(f"INSERT {{ ?x a ?y }} WHERE {{ ?x {name} ?y . FILTER(?x =* ?y) }}")
        columns.append(fault.value.column)
        with pytest.raises(QuerySyntaxError) as fault:
            chain.update(f"INSERT {{ ?x a ?y }} WHERE {{ ?x {name} ?y ")
        columns.append(fault.value.column)
    assert columns[:2] == columns[2:]


def test_calls_are_refused_in_a_text_that_is_rewritten() -> None:
    with pytest.raises(QueryForbidden, match="SERVICE"):
        prepare_query(
            "SELECT * { ?s whence:derivedFrom ?o SERVICE <http://evil.example/> { } }",
            known_prefixes=PREFIXES,
        )
    with pytest.raises(QueryForbidden, match="LOAD"):
        prepare_update("DELETE { } WHERE { ?s whence:derivedFrom ?o } ; LOAD <http://evil.example/>")


def test_sorts_in_a_rewritten_text_are_made_safe() -> None:
    text = "SELECT * { <urn:a> whence:derivedFrom ?o } ORDER BY EXISTS { ?o whence:derivedFrom ?x } LIMIT 9"
    prepared = prepare_query(text, known_prefixes=PREFIXES, max_rows=5)
    assert "isNumeric" in prepared.text
    assert prepared.text.endswith("LIMIT 5")
    assert "whence:" not in prepared.text
    EmbeddedBackend.open(":memory:").query(text)


# What closing a graph under the rules that are left to query time makes of it.


def bindings(
    atoms: tuple[Atom, ...], facts: set[Triple], bound: dict[Term, Term]
) -> Iterable[dict[Term, Term]]:
    if not atoms:
        yield bound
        return
    first, *rest = atoms
    for fact in facts:
        if fact.predicate != first.predicate:
            continue
        more = dict(bound)
        pairs = ((first.subject, fact.subject), (first.object, fact.object))
        if all(more.setdefault(t, v) == v if isinstance(t, Var) else t == v for t, v in pairs):  # type: ignore[arg-type]
            yield from bindings(tuple(rest), facts, more)


def closure(rules: list[Rule], facts: set[Triple]) -> set[Triple]:
    facts = set(facts)
    while True:
        new = {
            Triple(found[atom.subject], atom.predicate, found[atom.object])  # type: ignore[arg-type]
            for rule in rules
            for found in bindings(rule.body, facts, {})
            for atom in rule.head
        }
        if new <= facts:
            return facts
        facts |= new


LATE = [rule for rule in ruleset("prov").rules if rule.at_query_time]
RULES = [rule for rule in LATE if rule.number != "inverse"]
NODES = st.integers(0, 5)
RELATIONS = {WHENCE.alternateOf: PROV.alternateOf, WHENCE.specializationOf: PROV.specializationOf}


def test_these_rules_are_left_to_query_time() -> None:
    assert sorted(rule.number for rule in RULES) == ["16", "17", "18", "19"]
    heads = {atom.predicate for rule in RULES for atom in rule.head}
    assert heads == set(RELATIONS.values())


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(NODES, st.sampled_from(list(RELATIONS.values())), NODES), max_size=12))
def test_the_answers_are_the_closure_under_the_rules(edges: set[tuple[int, NamedNode, int]]) -> None:
    facts = {Triple(ex(s), p, ex(o)) for s, p, o in edges}
    entities = {Triple(ex(node), RDF_TYPE, PROV.Entity) for node in range(6)}
    backend = EmbeddedBackend.open(":memory:")
    backend.write(Quad(t.subject, t.predicate, t.object, ex("bundle")) for t in facts | entities)
    closed = closure(RULES, facts | entities)
    for name, relation in RELATIONS.items():
        related = {node for t in facts if t.predicate == relation for node in (t.subject, t.object)}
        # Inference 16 also makes each entity without alternates its own: those are left out.
        expected = {
            (t.subject, t.object)
            for t in closed
            if t.predicate == relation and (t.subject != t.object or t.subject in related)
        }
        found = rows(backend, f"SELECT ?s ?o {{ ?s {name} ?o }}")
        assert {(row[0], row[1]) for row in found} == expected
        for node in map(ex, range(6)):
            ahead = rows(backend, f"SELECT ?o {{ {node} {name} ?o . ?o a prov:Entity }}")
            assert {row[0] for row in ahead} == {o for s, o in expected if s == node}
            back = rows(backend, f"SELECT ?s {{ ?s a prov:Entity ; {name} {node} }}")
            assert {row[0] for row in back} == {s for s, o in expected if o == node}


# Statements written so that the engine begins with them ask what they asked.

TERMS = st.sampled_from(["ex:n0", "ex:n1", "ex:n2", "<http://example.org/n3>", "?a", "?b", "$c"])
PATHS = st.sampled_from(
    [
        "whence:derivedFrom",
        "whence:alternateOf",
        "^whence:derivedFrom",
        "ex:p/whence:derivedFrom*",
        "ex:p",
        "?p",
    ]
)
ENDS = st.sampled_from([" . ", "; . ", " ;; . # ; ?x\n", " . FILTER(BOUND(?a)) ", " FILTER(BOUND(?a)) "])


@st.composite
def blocks(draw: st.DrawFn) -> str:
    text = ""
    for _ in range(draw(st.integers(1, 3))):
        objects = st.lists(TERMS, min_size=1, max_size=2)
        parts = draw(st.lists(st.tuples(PATHS, objects), min_size=1, max_size=3))
        steps = " ; ".join(f"{path} {' , '.join(terms)}" for path, terms in parts)
        text += f"{draw(TERMS)} {steps}{draw(ENDS)}"
    return text


@st.composite
def groups(draw: st.DrawFn) -> str:
    first, second = draw(blocks()), draw(blocks())
    shape = draw(
        st.sampled_from(
            [
                "{first}",
                "{first} OPTIONAL {{ {second} }}",
                "GRAPH ?g {{ {first} }}",
                "GRAPH ?g {{ {first} MINUS {{ {second} }} }}",
                "GRAPH ex:n0 {{ {first} }}",
                "{{ {first} }} UNION {{ {second} }}",
                "?a ex:p ?b FILTER EXISTS {{ {first} }}",
                "{{ SELECT ?a {{ {first} }} }} ?a ex:p ?b",
            ]
        )
    )
    return str(shape.format(first=first, second=second))


QUADS = st.tuples(
    st.integers(0, 3),
    st.sampled_from([ex("p"), PROV.wasDerivedFrom, PROV.alternateOf]),
    st.integers(0, 3),
    st.integers(0, 1),
)


@settings(max_examples=200, deadline=None)
@given(groups(), st.lists(QUADS, max_size=10))
def test_written_for_the_engine_a_query_asks_the_same(
    group: str, quads: list[tuple[int, NamedNode, int, int]]
) -> None:
    backend = EmbeddedBackend.open(":memory:")
    backend.write(Quad(ex(f"n{s}"), p, ex(f"n{o}"), ex(f"n{g}")) for s, p, o, g in quads)
    text = f"PREFIX ex: <http://example.org/> SELECT ?a ?b ?c ?p {{ {group} }}"
    answers = []
    for reorder in (False, True):
        found = backend.engine.query(
            expanded(text, reorder=reorder), prefixes=PREFIXES, use_default_graph_as_union=True
        )
        answers.append(Counter(tuple(map(str, row)) for row in found))  # type: ignore[union-attr]
    assert answers[0] == answers[1]


def test_the_columns_of_a_star_stay_the_same() -> None:
    text = "PREFIX ex: <urn:> SELECT * { ex:a whence:derivedFrom ?o ; ex:p ?x }"
    backend = EmbeddedBackend.open(":memory:")
    found = [
        [str(v) for v in backend.engine.query(expanded(text, reorder=r), prefixes=PREFIXES).variables]  # type: ignore[union-attr]
        for r in (False, True)
    ]
    assert sorted(found[0]) == sorted(found[1]) == ["?o", "?x"]


def test_labels_of_blank_nodes_hold_across_a_rewritten_statement() -> None:
    backend = store_of(("b", PROV.wasDerivedFrom, "a"), ("x", PROV.used, "b"), ("x", PROV.wasEndedBy, "b"))
    text = "SELECT ?o { _:b prov:used ?o . ?o whence:derivedFrom :a . _:b prov:wasEndedBy ?o }"
    assert names(backend, text) == ["b"]


WORDS = [
    *(
        "SELECT",
        "*",
        "?s",
        "?p",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ".",
        ";",
        ",",
        "<urn:g>",
        "|",
        "^",
        "!",
        "/",
        "+",
    ),
    *(
        "FILTER",
        "'x'",
        "5",
        "GRAPH",
        "ex:a.",
        "WHERE",
        "CONSTRUCT",
        "VALUES",
        "<<",
        ">>",
        "{|",
        "|}",
        "EXISTS",
    ),
    *(
        "whence:derivedFrom",
        "<https://w3id.org/whence/ns#alternateOf>",
        "DELETE",
        "INSERT",
        "DATA",
        "a",
        "*",
        "~",
    ),
    *("BASE", "PREFIX", "SERVICE", "@en", "^^", "UNION", "-", "_:b"),
]


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_any_text_is_expanded_or_refused(words: list[str]) -> None:
    known = {**PREFIXES, "ex": "urn:ex:"}
    for prepare in (lambda text: prepare_query(text, known_prefixes=known).text, prepare_update):
        with contextlib.suppress(QuerySyntaxError, QueryForbidden):
            prepare(" ".join(words))


def test_long_text_is_expanded_in_time_that_grows_with_its_length() -> None:
    text = "SELECT * {" + " <urn:a> whence:derivedFrom ?x ; a ?y ." * 5_000 + "}"
    assert expanded(text, reorder=True).count("COUNT") == 5_000
    assert expanded("SELECT * { ?s " + "whence:derivedFrom [ " * 100).count(DERIVED) == 100


def test_for_other_servers_the_path_is_all_that_is_put() -> None:
    text = "PREFIX ex: <urn:> SELECT * { ex:a whence:derivedFrom ?x . ?x other:p ?y }"
    assert query_time.expanded_for_servers(text) == text.replace("whence:derivedFrom", DERIVED)


@pytest.mark.parametrize("kind", ["oxigraph_server", "virtuoso_server", "whence_server"])
def test_every_server_answers_from_one_end(kind: str, open_remote: Callable[[str], Backend]) -> None:
    backend = open_remote(kind)
    pairs = (("d", "c"), ("c", "b"), ("b", "a"))
    backend.write(Quad(ex(s), PROV.wasDerivedFrom, ex(o), ex("bundle")) for s, o in pairs)
    for query, answer in (
        (f"SELECT ?x {{ {ex('d')} whence:derivedFrom ?x }}", "abc"),
        (f"SELECT ?x {{ ?x whence:derivedFrom {ex('a')} ; prov:wasDerivedFrom {ex('b')} }}", "c"),
        (f"SELECT ?x {{ {ex('b')} whence:descendant ?x . ?x prov:wasDerivedFrom ?y }} ORDER BY ?x", "cd"),
    ):
        found = backend.query(query)
        assert isinstance(found, SelectResult)
        assert {row[0] for row in found} == {ex(name) for name in answer}
    new = ex("new")
    backend.update(
        f"INSERT {{ GRAPH {new} {{ {ex('d')} a ?x }} }} "
        f"WHERE {{ GRAPH {ex('bundle')} {{ {ex('d')} whence:derivedFrom ?x }} }}"
    )
    assert {quad.object for quad in backend.quads(graph=new)} == {ex(name) for name in "abc"}
    backend.close()


INFLUENCED = f"(<{PROV.influenced.value}>|^<{PROV.wasInfluencedBy.value}>)"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("SELECT * { ?a prov:influenced ?b }", "SELECT * { ?a INFLUENCED ?b }"),
        ("SELECT * { ?a prov:influenced+ ?b }", "SELECT * { ?a INFLUENCED+ ?b }"),
        ("SELECT * { ?a ^prov:influenced/prov:used ?b }", "SELECT * { ?a ^INFLUENCED/prov:used ?b }"),
        ("SELECT * { ?a <http://www.w3.org/ns/prov#influenced> 1 }", "SELECT * { ?a INFLUENCED 1 }"),
        ("SELECT * { prov:influenced ?p prov:influenced }",) * 2,
        ("SELECT * { ?a !prov:influenced ?b }",) * 2,
        ("CONSTRUCT WHERE { ?a prov:influenced ?b }",) * 2,
        ("CONSTRUCT { ?a prov:influenced ?b } { ?a prov:used ?b }",) * 2,
        ("INSERT DATA { <urn:a> prov:influenced <urn:b> }",) * 2,
    ],
)
def test_influences_are_read_from_both_sides_where_sparql_has_paths(text: str, wanted: str) -> None:
    assert expanded(text) == wanted.replace("INFLUENCED", INFLUENCED)


def test_what_influenced_something_is_answered_though_only_the_other_side_is_stored() -> None:
    backend = store_of(("b", PROV.wasInfluencedBy, "a"), ("c", PROV.influenced, "d"))
    for name in ("prov:influenced", f"<{PROV.influenced.value}>"):
        assert names(backend, f"SELECT ?x {{ ?x {name} ?y }}") == ["a", "c"]


def test_the_other_sides_are_those_that_rules_leave_to_queries() -> None:
    late = {
        (rule.head[0].predicate.value, rule.body[0].predicate.value) for rule in LATE if rule not in RULES
    }
    assert query_time.OTHER_SIDES.items() <= late
    assert {other for other, _ in late} == set(query_time.OTHER_SIDES)

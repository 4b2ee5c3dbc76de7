"""Statements come back out of RDF: what Whence wrote, and what others write."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from whence.formats.compare import normal, same_statements
from whence.formats.from_rdf import Extraction, leftover, statements
from whence.formats.statements import FORMS, Arg, Form, Slot, Statement
from whence.formats.to_rdf import document_quads
from whence.ontology.namespaces import PREFIXES, PROV, RDF_TYPE, VERSION, XSD

BASE = "urn:whence:"
G = NamedNode("urn:bundle")
GENERATED = f"{BASE}.well-known/genid/{'0' * 32}"
EX = "http://ex.org/"


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


A, A2, AG, D, E1, E2, R = (ex(name) for name in ("a", "a2", "ag", "d", "e1", "e2", "r"))
NOON = Literal("2026-01-01T12:00:00Z", datatype=XSD.dateTime)
LATE = Literal("2026-01-01T23:00:00Z", datatype=XSD.dateTime)


def store_of(text: str) -> Store:
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items()) + f"PREFIX : <{EX}>\n"
    store = Store()
    triples = parse(io.BytesIO((head + text).encode()), RdfFormat.TURTLE)
    store.extend(Quad(s, p, o, G) for s, p, o, _ in triples)
    return store


def written(items: list[Statement]) -> Store:
    store = Store()
    store.extend(document_quads([(None, item) for item in items], default_graph=G, base=BASE))
    return store


def say(kind: str, /, *args: Arg, id: NamedNode | None = None, **types: NamedNode) -> Statement:
    return Statement(kind, id, args, tuple((PROV.type, value) for value in types.values()))


def check(turtle: str, *expected: Statement) -> None:
    """The Turtle says exactly these statements, and says them again when written and read."""
    found = list(statements(store_of(turtle), G))
    assert {normal(each) for each in found} == {normal(each) for each in expected}
    assert len(found) == len(expected)
    assert same_statements(found, statements(written(found), G))


# Random documents: whatever is written comes back

ENTITIES, ACTIVITIES, AGENTS = ([ex(f"{kind}{n}") for n in range(3)] for kind in ("e", "a", "ag"))
VALUES = [ex(f"v{n}") for n in range(2)]
POOLS = {"activity": ACTIVITIES, "agent": AGENTS, "value": VALUES}
LITERALS = st.sampled_from(
    [
        Literal("x"),
        Literal(""),
        Literal('line\nbreak "quoted" {é}'),
        Literal("x", language="en-GB"),
        Literal(7),
        Literal("007", datatype=XSD.integer),
        Literal(1.5),
        Literal(True),
        Literal("2026-01-01T00:00:00+00:00", datatype=XSD.dateTime),
        Literal("odd", datatype=ex("datatype")),
    ]
)
TYPES = st.sampled_from([ex("T"), VERSION.Put, PROV.Plan, PROV.Collection, PROV.Revision, PROV.Quotation])
ATTRIBUTE = st.one_of(
    st.tuples(st.just(PROV.type), st.one_of(TYPES, LITERALS)),
    st.tuples(
        st.sampled_from([PROV.label, PROV.role, PROV.location, PROV.value, VERSION.key, ex("p")]),
        st.one_of(LITERALS, st.sampled_from(ENTITIES)),
    ),
)
TIMES = st.sampled_from([NOON, LATE, Literal("2026-01-01T12:00:00.5+02:00", datatype=XSD.dateTime)])
KEYS = st.sampled_from([Literal("k"), Literal("0"), Literal(0)])


def arguments(slot: Slot) -> st.SearchStrategy[Arg]:
    iris: st.SearchStrategy[Arg] = st.sampled_from(ENTITIES + ACTIVITIES + AGENTS + VALUES + [ex("r0")])
    of_type: dict[str, st.SearchStrategy[Arg]] = {
        "iri": iris,
        "time": TIMES,
        "key": KEYS,
        "pairs": st.lists(st.tuples(KEYS, st.sampled_from(ENTITIES)), max_size=3).map(tuple),
        "keys": st.lists(KEYS, max_size=3).map(tuple),
    }
    return of_type[slot.type] if slot.required else st.one_of(st.none(), of_type[slot.type])


@st.composite
def documents(draw: st.DrawFn) -> list[Statement]:
    """Documents in which nothing is said twice in different words, as RDF would merge that."""
    forms = draw(st.lists(st.sampled_from(list(FORMS.values())), max_size=12))
    found: dict[object, Statement] = {}
    for number, form in enumerate(forms):
        args = tuple(draw(arguments(slot)) for slot in form.slots)
        id_: NamedNode | None = None
        key: object = number
        if form.element:
            id_ = key = draw(st.sampled_from(POOLS.get(form.name, ENTITIES)))
        elif form.identified and draw(st.booleans()):
            id_ = ex(f"r{number}")
        elif form.name == "mentionOf":
            key = args[0]
        attributes = draw(st.lists(ATTRIBUTE, max_size=3)) if form.attributed else []
        found[key] = Statement(form.name, id_, args, tuple(attributes))
    return list(found.values())


@given(documents())
def test_whatever_is_written_comes_back(document: list[Statement]) -> None:
    store = written(document)
    assert {normal(each) for each in statements(store, G)} == {normal(each) for each in document}
    assert leftover(store, G) == 0


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
@given(data=st.data())
def test_each_kind_comes_back(form: Form, data: st.DataObject) -> None:
    args = tuple(data.draw(arguments(slot)) for slot in form.slots)
    statement = Statement(form.name, E1 if form.element else None, args)
    assert same_statements(statements(written([statement]), G), [statement])


# What others write


def test_a_node_covers_its_direct_property() -> None:
    check(
        ":a prov:used :e1, :e2 ;"
        "prov:qualifiedUsage [ a prov:Usage ; prov:entity :e1 ; prov:hadRole :in ] .",
        Statement("used", None, (A, E1, None), ((PROV.role, ex("in")),)),
        say("used", A, E2, None),
    )


def test_nodes_without_a_class_are_known_by_their_link() -> None:
    check(
        ":e1 prov:qualifiedGeneration :r . :r prov:activity :a ;"
        "prov:atTime '2026-01-01T12:00:00Z'^^xsd:dateTime .",
        say("wasGeneratedBy", E1, A, NOON, id=R),
    )


def test_trigger_and_starter_are_told_apart() -> None:
    check(
        ":a prov:wasStartedBy :e1 ; prov:qualifiedStart :r . :r a prov:Start ; prov:hadActivity :a2 .",
        say("wasStartedBy", A, E1, None, None),
        say("wasStartedBy", A, None, A2, None, id=R),
    )


def test_derivations_of_a_kind() -> None:
    revision = say("wasDerivedFrom", E2, E1, None, None, None, kind=PROV.Revision)
    check(":e2 prov:wasRevisionOf :e1 .", revision)
    check(
        ":e2 prov:wasDerivedFrom :e1 ; prov:wasRevisionOf :e1 .",
        revision,
        say("wasDerivedFrom", E2, E1, None, None, None),
    )
    check(
        ":e2 prov:hadPrimarySource :e1 ; prov:qualifiedPrimarySource"
        "[ prov:entity :e1 ; prov:hadActivity :a ] .",
        say("wasDerivedFrom", E2, E1, A, None, None, kind=PROV.PrimarySource),
    )
    check(
        ":e2 prov:wasDerivedFrom :e1 ; prov:qualifiedDerivation[ a prov:Quotation ; prov:entity :e1 ] .",
        say("wasDerivedFrom", E2, E1, None, None, None, kind=PROV.Quotation),
    )


def test_influences_are_narrowed_by_their_class() -> None:
    check(
        ":a prov:wasInfluencedBy :ag ; prov:qualifiedInfluence [ a prov:Influence ; prov:agent :ag ] .",
        say("wasInfluencedBy", A, AG),
    )
    check(
        ":a prov:qualifiedInfluence :r . :r a prov:Usage ; prov:influencer :e1 .",
        say("used", A, E1, None, id=R),
    )
    check(
        ":a prov:qualifiedInfluence :r . :r a prov:Influence, prov:Usage ; prov:influencer :e1 .",
        say("wasInfluencedBy", A, E1, id=R, kind=PROV.Usage),
    )
    check(
        ":a prov:qualifiedInfluence :r ; prov:qualifiedUsage :r . :r a prov:Usage ; prov:entity :e1 .",
        say("used", A, E1, None, id=R),
    )


def test_inverses() -> None:
    check(
        ":a prov:generated :e1 ; prov:invalidated :e2 . :e1 prov:wasGeneratedBy :a ."
        ":ag prov:influenced :e1 .",
        say("wasGeneratedBy", E1, A, None),
        say("wasInvalidatedBy", E2, A, None),
        say("wasInfluencedBy", E1, AG),
    )


def test_nodes_nothing_links_to_lack_their_subject() -> None:
    check(
        ":r a prov:Usage ; prov:entity :e1 . [] a prov:Revision, prov:Derivation ; prov:entity :e2 .",
        say("used", None, E1, None, id=R),
        say("wasDerivedFrom", None, E2, None, None, None, kind=PROV.Revision),
    )


def test_incomplete_statements_can_be_left_out_and_are_counted() -> None:
    store = store_of(":r a prov:Usage ; prov:entity :e1 . :a prov:used :e1 .")
    assert list(statements(store, G, incomplete=False)) == [say("used", A, E1, None)]
    assert leftover(store, G) == 2


def test_a_node_with_several_values_is_as_many_statements() -> None:
    check(
        """:a prov:qualifiedUsage :r . :r prov:entity :e1, :e2 ;
           prov:atTime "2026-01-01T12:00:00Z"^^xsd:dateTime, "2026-01-01T23:00:00Z"^^xsd:dateTime .""",
        *(say("used", A, entity, time, id=R) for entity in (E1, E2) for time in (NOON, LATE)),
    )
    check(
        ":a prov:qualifiedUsage :r . :a2 prov:qualifiedUsage :r . :r prov:entity :e1 .",
        say("used", A, E1, None, id=R),
        say("used", A2, E1, None, id=R),
    )


def test_an_activity_with_two_starts_is_two_statements() -> None:
    check(
        """:a a prov:Activity ; rdfs:label "x" ;
           prov:startedAtTime "2026-01-01T12:00:00Z"^^xsd:dateTime,
             "2026-01-01T23:00:00Z"^^xsd:dateTime .""",
        Statement("activity", A, (NOON, None), ((PROV.label, Literal("x")),)),
        Statement("activity", A, (LATE, None), ((PROV.label, Literal("x")),)),
    )


def test_shortcuts_of_prov_o_stay_as_attributes() -> None:
    check(
        ':e1 a prov:Entity ; prov:generatedAtTime "2026-01-01T12:00:00Z"^^xsd:dateTime .',
        Statement("entity", E1, (), ((PROV.generatedAtTime, NOON),)),
    )


def test_subclasses_say_what_an_element_is() -> None:
    check(
        ":ag a prov:Person . :e1 a prov:EmptyDictionary, :Own . :d a prov:Bundle, prov:Entity .",
        say("agent", id=AG, kind=PROV.Person),
        say("entity", id=E1, kind=PROV.EmptyDictionary, other=ex("Own")),
        say("entity", id=D, kind=PROV.Bundle),
    )


def test_an_entity_that_is_an_agent_too() -> None:
    check(
        ":e1 a prov:Entity, prov:Agent, prov:SoftwareAgent, prov:Plan ; rdfs:label 'tool' .",
        Statement("entity", E1, (), ((PROV.label, Literal("tool")), (PROV.type, PROV.Plan))),
        say("agent", id=E1, kind=PROV.SoftwareAgent),
    )


def test_relations_say_what_an_untyped_resource_is() -> None:
    check(
        ":a prov:used :e1 ; rdfs:label 'run' . :e1 a :Dataset . :e2 prov:wasAttributedTo :ag .",
        Statement("activity", A, (None, None), ((PROV.label, Literal("run")),)),
        say("entity", id=E1, kind=ex("Dataset")),
        say("used", A, E1, None),
        say("wasAttributedTo", E2, AG),
    )


def test_dictionaries_of_others() -> None:
    check(
        """:d prov:hadDictionaryMember [ a prov:KeyEntityPair ; prov:pairKey "k" ; prov:pairEntity :e1 ] .
           :e2 prov:derivedByInsertionFrom :d ; prov:qualifiedInsertion [ a prov:Insertion ;
             prov:dictionary :d ; prov:insertedKeyEntityPair
               [ prov:pairKey "k" ; prov:pairEntity :e1 ],
               [ prov:pairKey "l" ; prov:pairEntity :e2 ] ] .""",
        say("hadDictionaryMember", D, E1, Literal("k")),
        say("derivedByInsertionFrom", E2, D, ((Literal("k"), E1), (Literal("l"), E2))),
    )


def test_mentions() -> None:
    check(":e2 prov:mentionOf :e1 ; prov:asInBundle :b .", say("mentionOf", E2, E1, ex("b")))
    check(":e2 prov:mentionOf :e1 .", say("mentionOf", E2, E1, None))


def test_generated_ids_are_kept_only_where_something_refers_to_them() -> None:
    node = f":a prov:qualifiedUsage <{GENERATED}> . <{GENERATED}> a prov:Usage ; prov:entity :e1 ."
    check(node, say("used", A, E1, None))
    check(
        node + f":e2 prov:qualifiedDerivation :r . :r prov:entity :e1 ; prov:hadUsage <{GENERATED}> .",
        say("used", A, E1, None, id=NamedNode(GENERATED)),
        say("wasDerivedFrom", E2, E1, None, None, NamedNode(GENERATED), id=R),
    )


def test_equal_blank_nodes_are_one_statement() -> None:
    node = "[ a prov:Association ; prov:agent :ag ; prov:hadPlan :e1 ]"
    check(f":a prov:qualifiedAssociation {node}, {node} .", say("wasAssociatedWith", A, AG, E1))


def test_values_of_the_wrong_sort_stay_as_attributes() -> None:
    check(
        """:a prov:qualifiedUsage :r . :r prov:entity :e1 ; prov:atTime :noon .
           :e2 a prov:Entity ; prov:wasDerivedFrom "a book" ; prov:startedAtTime "yesterday" .""",
        Statement("used", R, (A, E1, None), ((PROV.atTime, ex("noon")),)),
        Statement(
            "entity",
            E2,
            (),
            ((PROV.wasDerivedFrom, Literal("a book")), (PROV.startedAtTime, Literal("yesterday"))),
        ),
    )


def test_what_prov_cannot_say_is_counted() -> None:
    store = store_of("""
        :e1 a prov:Entity ; prov:atLocation :here ; prov:qualifiedGeneration [ prov:activity :a ] .
        :here a prov:Location ; rdfs:label "here" .
        :x :y :z .
    """)
    extraction = Extraction(store, G, incomplete=False)
    assert len(list(extraction)) == 2
    assert extraction.leftover() == leftover(store, G) == 3


def test_relations_that_lack_a_required_argument_are_left_over() -> None:
    for text, count in (
        (":e2 prov:mentionOf :e1 .", 1),
        (":e2 prov:mentionOf :e1 ; prov:asInBundle :b .", 0),
        (":e2 prov:asInBundle :b .", 1),
        (":e1 mutable:accessedPart :d .", 1),
    ):
        assert leftover(store_of(text), G) == count


def test_triple_terms_are_left_over() -> None:
    store = store_of(":e1 a prov:Entity ; :says <<( :a :b :c )>> ; prov:wasDerivedFrom <<( :a :b :c )>> .")
    assert list(statements(store, G)) == [say("entity", id=E1)]
    assert leftover(store, G) == 2


def test_blank_nodes_get_names() -> None:
    store = store_of("_:x a prov:Entity ; prov:wasDerivedFrom :e1 ; prov:atLocation [ :p 1 ] .")
    entity, derivation = statements(store, G)
    assert entity.id == derivation.args[0] is not None
    assert isinstance(entity.attributes[0][1], NamedNode)


def test_other_graphs_do_not_matter() -> None:
    store = store_of(":a prov:used :e1 .")
    store.add(Quad(E1, RDF_TYPE, PROV.Entity, ex("other")))
    assert list(statements(store, G)) == [say("used", A, E1, None)]


def test_same_statements_means_the_same_set() -> None:
    one = Statement(
        "used", None, (A, E1), ((ex("p"), Literal("1", datatype=XSD.integer)), (PROV.type, PROV.Usage))
    )
    other = Statement("used", None, (A, E1, None), ((ex("p"), Literal("01", datatype=XSD.integer)),))
    assert same_statements([one, one], [other])
    assert not same_statements([one], [say("used", A, E1, None)])
    assert not same_statements([one], [])

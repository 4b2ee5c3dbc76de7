"""How each PROV statement is written as triples."""

import io

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from whence.formats.identifiers import is_generated
from whence.formats.statements import FORMS, Arg, Form, Statement
from whence.formats.to_rdf import document_quads, quads
from whence.ontology.namespaces import MUTABLE, PREFIXES, PROV, RDF_TYPE, VERSION, WHENCE, XSD

BASE = "urn:whence:"
G = NamedNode("urn:bundle")
EX = "http://ex.org/"


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


A, AG, D, E1, E2, R = (ex(name) for name in ("a", "ag", "d", "e1", "e2", "r"))
NOON = Literal("2026-01-01T12:00:00Z", datatype=XSD.dateTime)


def turtle(text: str) -> set[Quad]:
    """Turtle with our prefixes, ``ex:`` as the default one."""
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items()) + f"PREFIX : <{EX}>\n"
    triples = parse(io.BytesIO((head + text).encode()), RdfFormat.TURTLE)
    return {Quad(s, p, o, G) for s, p, o, _ in triples}


def written(statement: Statement, *, qualified: bool = False) -> set[Quad]:
    return set(quads(statement, G, base=BASE, qualified=qualified))


def node_of(result: set[Quad], link: NamedNode) -> NamedNode:
    (node,) = [quad.object for quad in result if quad.predicate == link]
    assert isinstance(node, NamedNode)
    return node


def test_elements_have_their_class_times_and_attributes() -> None:
    attributes = (
        (PROV.type, ex("Sort")),
        (PROV.type, Literal("a word")),
        (PROV.label, Literal("sorting", language="en")),
        (PROV.location, ex("here")),
        (ex("n"), Literal(3)),
    )
    assert written(Statement("activity", A, (NOON, None), attributes)) == turtle("""
        :a a prov:Activity, :Sort ; prov:type "a word" ; rdfs:label "sorting"@en ;
           prov:startedAtTime "2026-01-01T12:00:00Z"^^xsd:dateTime ; prov:atLocation :here ; :n 3 .
    """)
    assert written(Statement("entity", E1, (), ((PROV.value, Literal("x")),))) == turtle(
        ':e1 a prov:Entity ; prov:value "x" .'
    )
    assert written(Statement("value", ex("v"))) == turtle(":v a mutable:Value .")


def test_a_bare_relation_is_one_triple() -> None:
    assert written(Statement("used", None, (A, E1, None))) == turtle(":a prov:used :e1 .")
    assert written(Statement("alternateOf", None, (E1, E2))) == turtle(":e1 prov:alternateOf :e2 .")


def test_what_has_more_to_say_gets_a_node_as_well() -> None:
    statement = Statement("used", R, (A, E1, NOON), ((PROV.role, Literal("input")),))
    assert written(statement) == turtle("""
        :a prov:used :e1 ; prov:qualifiedUsage :r .
        :r a prov:Usage ; prov:entity :e1 ; prov:atTime "2026-01-01T12:00:00Z"^^xsd:dateTime ;
           prov:hadRole "input" .
    """)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            Statement("wasAssociatedWith", R, (A, AG, E1)),
            ":a prov:wasAssociatedWith :ag ; prov:qualifiedAssociation :r ."
            ":r a prov:Association ; prov:agent :ag ; prov:hadPlan :e1 .",
        ),
        (
            Statement("wasStartedBy", R, (A, None, ex("starter"), None)),
            ":a prov:qualifiedStart :r . :r a prov:Start ; prov:hadActivity :starter .",
        ),
        (
            Statement("wasDerivedFrom", R, (E2, E1, A, ex("g"), ex("u"))),
            ":e2 prov:wasDerivedFrom :e1 ; prov:qualifiedDerivation :r . :r a prov:Derivation ;"
            "prov:entity :e1 ; prov:hadActivity :a ; prov:hadGeneration :g ; prov:hadUsage :u .",
        ),
        (
            Statement("wasInfluencedBy", R, (E2, AG)),
            ":e2 prov:wasInfluencedBy :ag ; prov:qualifiedInfluence :r ."
            ":r a prov:Influence ; prov:influencer :ag .",
        ),
        (
            Statement("derivedByRemovalFrom", R, (E2, D, (Literal("k"), Literal(1)))),
            ":e2 prov:derivedByRemovalFrom :d ; prov:qualifiedRemoval :r ."
            ':r a prov:Removal ; prov:dictionary :d ; prov:removedKey "k", 1 .',
        ),
        (
            Statement("mentionOf", None, (E2, E1, ex("b"))),
            ":e2 prov:mentionOf :e1 ; prov:asInBundle :b .",
        ),
        (
            Statement("accessedPart", R, (E1, D, Literal("0"), ex("v"), Literal(3))),
            ":e1 mutable:accessedPart :d ; mutable:qualifiedPartAccess :r . :r a mutable:PartAccess ;"
            'mutable:whole :d ; mutable:key "0" ; mutable:part :v ; mutable:checkpoint 3 .',
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Statement) else "",
)
def test_relations_follow_prov_o(statement: Statement, expected: str) -> None:
    assert written(statement) == turtle(expected)


def test_a_keyed_membership_has_a_node_of_its_own() -> None:
    attributes = ((PROV.type, VERSION.Put), (VERSION.key, Literal("0")), (VERSION.checkpoint, Literal(3)))
    result = written(Statement("hadMember", None, (D, E1), attributes))
    node = node_of(result, WHENCE.qualifiedMembership)
    assert is_generated(node)
    assert result == turtle(f"""
        :d prov:hadMember :e1 ; whence:qualifiedMembership <{node.value}> .
        <{node.value}> a whence:Membership, version:Put ; prov:entity :e1 ;
            version:key "0" ; version:checkpoint 3 .
    """)


def test_dictionaries_share_their_equal_pairs() -> None:
    member = written(Statement("hadDictionaryMember", None, (D, E1, Literal("k"))))
    pair = node_of(member, PROV.hadDictionaryMember)
    insertion = written(Statement("derivedByInsertionFrom", R, (ex("d2"), D, ((Literal("k"), E1),))))
    assert member == turtle(f"""
        :d prov:hadDictionaryMember <{pair.value}> .
        <{pair.value}> a prov:KeyEntityPair ; prov:pairKey "k" ; prov:pairEntity :e1 .
    """)
    assert insertion == turtle(f"""
        :d2 prov:derivedByInsertionFrom :d ; prov:qualifiedInsertion :r .
        :r a prov:Insertion ; prov:dictionary :d ; prov:insertedKeyEntityPair <{pair.value}> .
        <{pair.value}> a prov:KeyEntityPair ; prov:pairKey "k" ; prov:pairEntity :e1 .
    """)
    nested = written(Statement("derivedByInsertion", R, (E1, D, ((Literal("k"), E2),), Literal(1))))
    assert Quad(R, MUTABLE.checkpoint, Literal(1), G) in nested
    assert node_of(nested, MUTABLE.inserted) != pair


@pytest.mark.parametrize(
    ("subtype", "direct", "qualified"),
    [
        ("Revision", "wasRevisionOf", "qualifiedRevision"),
        ("Quotation", "wasQuotedFrom", "qualifiedQuotation"),
        ("PrimarySource", "hadPrimarySource", "qualifiedPrimarySource"),
    ],
)
def test_kinds_of_derivation_have_their_own_properties(subtype: str, direct: str, qualified: str) -> None:
    args: tuple[Arg, ...] = (E2, E1, None, None, None)
    kind = ((PROV.type, PROV[subtype]),)
    assert written(Statement("wasDerivedFrom", None, args, kind)) == turtle(f":e2 prov:{direct} :e1 .")
    assert written(Statement("wasDerivedFrom", R, args, kind)) == turtle(f"""
        :e2 prov:{direct} :e1 ; prov:{qualified} :r .
        :r a prov:Derivation, prov:{subtype} ; prov:entity :e1 .
    """)


def test_qualified_can_be_asked_for() -> None:
    bare = Statement("used", None, (A, E1, None))
    assert written(bare) < written(bare, qualified=True)


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_every_kind_can_be_written(form: Form) -> None:
    values: dict[str, Arg] = {
        "iri": E1,
        "time": NOON,
        "key": Literal("k"),
        "pairs": ((Literal("k"), E1),),
        "keys": (Literal("k"),),
    }
    statement = Statement(
        form.name, E2 if form.element else None, tuple(values[slot.type] for slot in form.slots)
    )
    result = written(statement)
    assert len(result) >= 1
    assert {quad.graph_name for quad in result} == {G}


@pytest.mark.parametrize("kind", ["specializationOf", "alternateOf", "mentionOf", "hadDictionaryMember"])
def test_what_prov_gives_no_id_cannot_have_one(kind: str) -> None:
    args: tuple[Arg, ...] = (E1, E2, Literal("k") if kind == "hadDictionaryMember" else G)
    with pytest.raises(ValueError, match=kind):
        written(Statement(kind, R, args[: len(FORMS[kind].slots)]))


def test_elements_need_an_id() -> None:
    with pytest.raises(ValueError, match="entity"):
        written(Statement("entity", None))


BARE = Statement("used", None, (A, E1, None))
RICH = Statement("used", R, (A, E1, NOON))


@pytest.mark.parametrize("order", [[BARE, RICH], [RICH, BARE]], ids=["bare first", "rich first"])
def test_a_bare_statement_beside_a_richer_one_survives(order: list[Statement]) -> None:
    items = [(None, statement) for statement in order]
    result = set(document_quads(items, default_graph=G, base=BASE))
    assert result == written(BARE, qualified=True) | written(RICH)


def test_bundles_keep_apart() -> None:
    other = ex("bundle")
    store = Store()
    store.extend(document_quads([(None, RICH), (other, BARE)], default_graph=G, base=BASE))
    assert list(store.quads_for_pattern(None, None, None, other)) == [Quad(A, PROV.used, E1, other)]


def test_the_same_document_twice_adds_nothing() -> None:
    items = [(None, BARE), (None, Statement("used", None, (A, E2, NOON))), (None, RICH)]
    store = Store()
    store.extend(document_quads(items, default_graph=G, base=BASE))
    before = len(store)
    store.extend(document_quads(items, default_graph=G, base=BASE))
    assert len(store) == before
    assert Quad(A, RDF_TYPE, PROV.Activity, G) not in store

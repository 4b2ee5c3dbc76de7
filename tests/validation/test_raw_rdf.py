"""What RDF says in PROV's terms: the traps that readers into an object model fall into."""

from __future__ import annotations

import io

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.ontology.namespaces import PROV, VERSION, XSD
from whence.validation.assertion import Assertion, Malformed
from whence.validation.reading import read_assertions
from whence.validation.source import Item

EX = "http://example.org/"
HEAD = """
prefix prov: <http://www.w3.org/ns/prov#>
prefix ex: <http://example.org/>
prefix xsd: <http://www.w3.org/2001/XMLSchema#>
prefix version: <https://dew-uff.github.io/versioned-prov/ns#>
prefix whence: <https://w3id.org/whence/ns#>
"""
NOON, ONE = '"2026-01-01T12:00:00Z"^^xsd:dateTime', '"2026-01-01T13:00:00Z"^^xsd:dateTime'


def ex(local: str) -> NamedNode:
    return NamedNode(EX + local)


def time(text: str) -> Literal:
    return Literal(text, datatype=XSD.dateTime)


def items(text: str, syntax: str = "turtle", *, union: bool = False) -> list[Item]:
    return list(read_assertions(io.BytesIO((HEAD + text).encode()), syntax, name="x", union=union).items)


def read(text: str) -> list[Assertion]:
    """The statements of a text in which nothing is malformed."""
    found = items(text)
    assert not [item for item in found if isinstance(item, Malformed)]
    return [item for item in found if isinstance(item, Assertion)]


def one(text: str) -> Assertion:
    (assertion,) = read(text)
    return assertion


def malformed(text: str) -> Malformed:
    """The one thing in a text that is no statement."""
    (found,) = (item for item in items(text) if isinstance(item, Malformed))
    return found


def kinds(text: str) -> list[str]:
    return sorted(assertion.kind for assertion in read(text))


def args(assertion: Assertion) -> tuple[object, ...]:
    return tuple(
        arg.value.removeprefix(EX) if isinstance(arg, NamedNode) else arg for arg in assertion.args
    )


# Qualified nodes and their ids


def test_a_direct_property_is_a_statement_without_id() -> None:
    found = one("ex:a prov:used ex:e .")
    assert (found.kind, found.id, args(found)) == ("used", None, ("a", "e", None))


def test_a_named_node_is_the_id_of_its_statement() -> None:
    found = one(
        f"ex:a prov:qualifiedUsage ex:u . ex:u a prov:Usage ; prov:entity ex:e ; prov:atTime {NOON} ."
    )
    assert (found.id, args(found)) == (ex("u"), ("a", "e", time("2026-01-01T12:00:00Z")))


def test_a_blank_node_is_an_unknown_that_its_statement_shares_with_others() -> None:
    usage, derivation = read("""
        ex:a prov:qualifiedUsage _:u . _:u prov:entity ex:e1 .
        ex:e2 prov:qualifiedDerivation [ prov:entity ex:e1 ; prov:hadUsage _:u ] .
    """)
    assert isinstance(usage.id, BlankNode)
    assert isinstance(derivation.id, BlankNode)
    assert usage.id == derivation.args[4] != derivation.id


def test_iris_that_stores_make_for_blank_nodes_are_unknown_too() -> None:
    made = f"<urn:whence:.well-known/genid/{'0a' * 16}>"
    found = one(f"ex:a prov:qualifiedUsage {made} . {made} prov:entity ex:e .")
    assert found.id == BlankNode("0a" * 16)


def test_a_direct_property_and_its_qualified_form_are_one_statement() -> None:
    found = one(f"ex:a prov:used ex:e ; prov:qualifiedUsage [ prov:entity ex:e ; prov:atTime {NOON} ] .")
    assert args(found) == ("a", "e", time("2026-01-01T12:00:00Z"))


def test_a_direct_property_that_no_node_says_stays_a_statement() -> None:
    found = read("ex:a prov:used ex:e1, ex:e2 ; prov:qualifiedUsage [ prov:entity ex:e2 ] .")
    assert sorted(str(args(each)[1]) for each in found) == ["e1", "e2"]


def test_statements_of_a_conflicting_node_share_its_id() -> None:
    found = read(f"""
        ex:e prov:qualifiedGeneration ex:g .
        ex:g prov:activity ex:a1, ex:a2 ; prov:atTime {NOON}, {ONE} .
    """)
    assert {each.id for each in found} == {ex("g")}
    assert {each.args[1] for each in found} == {ex("a1"), ex("a2")}
    assert {each.args[2] for each in found} == {time("2026-01-01T12:00:00Z"), time("2026-01-01T13:00:00Z")}


def test_a_node_of_two_owners_makes_two_statements_with_its_id() -> None:
    found = read("ex:e1 prov:qualifiedGeneration ex:g . ex:e2 prov:qualifiedGeneration ex:g .")
    assert {(each.id, args(each)[0]) for each in found} == {(ex("g"), "e1"), (ex("g"), "e2")}


def test_a_node_of_two_relations_makes_a_statement_of_each() -> None:
    found = read("""
        ex:a prov:qualifiedUsage ex:x . ex:e prov:qualifiedGeneration ex:x . ex:x prov:activity ex:a .
    """)
    assert {(each.kind, each.id) for each in found} == {("used", ex("x")), ("wasGeneratedBy", ex("x"))}


def test_what_a_node_does_not_say_is_left_open() -> None:
    assert args(one("ex:e prov:qualifiedGeneration [ a prov:Generation ] .")) == ("e", None, None)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (
            "wasStartedBy",
            "ex:a prov:qualifiedStart [ prov:entity ex:e ; prov:hadActivity ex:b ] .",
            ("a", "e", "b", None),
        ),
        (
            "wasEndedBy",
            "ex:a prov:qualifiedEnd [ prov:entity ex:e ; prov:hadActivity ex:b ] .",
            ("a", "e", "b", None),
        ),
        (
            "actedOnBehalfOf",
            "ex:g prov:qualifiedDelegation [ prov:agent ex:h ; prov:hadActivity ex:a ] .",
            ("g", "h", "a"),
        ),
        (
            "wasDerivedFrom",
            "ex:f prov:qualifiedDerivation [ prov:entity ex:e ; prov:hadActivity ex:a ;"
            " prov:hadGeneration ex:g ; prov:hadUsage ex:u ] .",
            ("f", "e", "a", "g", "u"),
        ),
        (
            "wasAssociatedWith",
            "ex:a prov:qualifiedAssociation [ prov:agent ex:g ; prov:hadPlan ex:p ] .",
            ("a", "g", "p"),
        ),
        (
            "wasInformedBy",
            "ex:b prov:qualifiedCommunication [ prov:influencer ex:a ] .",
            ("b", "a"),
        ),
    ],
)
def test_arguments_come_by_the_properties_of_prov_o(
    kind: str, text: str, expected: tuple[object, ...]
) -> None:
    found = one(text)
    assert (found.kind, args(found)) == (kind, expected)


def test_an_influence_is_what_its_node_says_it_is() -> None:
    assert kinds("ex:a prov:qualifiedInfluence [ a prov:Usage ; prov:entity ex:e ] .") == ["used"]
    assert kinds("ex:a prov:qualifiedInfluence [ a prov:EntityInfluence ; prov:entity ex:e ] .") == [
        "wasInfluencedBy"
    ]


def test_the_superproperties_of_a_link_add_no_statement() -> None:
    text = """
        ex:a prov:used ex:e ; prov:qualifiedUsage ex:u ;
            prov:wasInfluencedBy ex:e ; prov:qualifiedInfluence ex:u .
        ex:u a prov:Usage, prov:EntityInfluence, prov:Influence, prov:InstantaneousEvent ;
            prov:entity ex:e .
    """
    assert one(text).attributes == ()


def test_attributes_of_nodes_have_the_names_of_prov_dm() -> None:
    found = one("""
        ex:a prov:qualifiedUsage [ a prov:Usage, ex:T ; prov:entity ex:e ; prov:hadRole ex:r ; ex:p 1 ] .
    """)
    assert set(found.attributes) == {
        (PROV.type, ex("T")),
        (PROV.role, ex("r")),
        (ex("p"), Literal("1", datatype=XSD.integer)),
    }


# Other ways to say it


def test_inverses_say_the_same() -> None:
    assert one("ex:a prov:generated ex:e . ex:e prov:wasGeneratedBy ex:a .").kind == "wasGeneratedBy"
    assert args(one("ex:a prov:invalidated ex:e .")) == ("e", "a", None)
    assert args(one("ex:a prov:influenced ex:b .")) == ("b", "a")


@pytest.mark.parametrize(
    ("direct", "qualified", "cls"),
    [
        ("wasRevisionOf", "qualifiedRevision", PROV.Revision),
        ("wasQuotedFrom", "qualifiedQuotation", PROV.Quotation),
        ("hadPrimarySource", "qualifiedPrimarySource", PROV.PrimarySource),
    ],
)
def test_kinds_of_derivation_are_derivations_with_a_type(
    direct: str, qualified: str, cls: NamedNode
) -> None:
    for text in (
        f"ex:f prov:{direct} ex:e .",
        f"ex:f prov:{direct} ex:e ; prov:wasDerivedFrom ex:e .",
        f"ex:f prov:{qualified} [ prov:entity ex:e ] ; prov:{direct} ex:e ; prov:wasDerivedFrom ex:e .",
        f"ex:f prov:qualifiedDerivation [ a <{cls.value}> ; prov:entity ex:e ] ; prov:{direct} ex:e .",
    ):
        found = one(text)
        assert (found.kind, found.attributes) == ("wasDerivedFrom", ((PROV.type, cls),))


def test_a_membership_and_its_node_are_one_statement() -> None:
    found = one("""
        ex:c prov:hadMember ex:e ;
            whence:qualifiedMembership [ a version:Put ; prov:entity ex:e ; version:key "0" ] .
    """)
    assert (found.kind, args(found)) == ("hadMember", ("c", "e"))
    assert set(found.attributes) == {(PROV.type, VERSION.Put), (VERSION.key, Literal("0"))}


def test_dictionaries_have_keys_and_entities() -> None:
    found = one('ex:d prov:hadDictionaryMember [ prov:pairKey "k" ; prov:pairEntity ex:e ] .')
    assert (found.kind, found.id, found.args) == (
        "hadDictionaryMember",
        None,
        (ex("d"), ex("e"), Literal("k")),
    )


def test_insertions_and_removals_have_sets() -> None:
    inserted = one("""
        ex:d2 prov:derivedByInsertionFrom ex:d1 ; prov:qualifiedInsertion [
            a prov:Insertion, prov:Derivation ; prov:dictionary ex:d1 ; prov:insertedKeyEntityPair
            [ a prov:KeyEntityPair ; prov:pairKey "k" ; prov:pairEntity ex:e ] ] .
    """)
    assert inserted.args == (ex("d2"), ex("d1"), ((Literal("k"), ex("e")),))
    removed = one("""
        ex:d2 prov:qualifiedRemoval [ prov:dictionary ex:d1 ; prov:removedKey "k" ] .
    """)
    assert removed.args == (ex("d2"), ex("d1"), (Literal("k"),))


def test_a_direct_insertion_leaves_open_what_is_inserted() -> None:
    assert one("ex:d2 prov:derivedByInsertionFrom ex:d1 .").args[2] is None
    assert one("ex:d2 prov:qualifiedInsertion [ prov:dictionary ex:d1 ] .").args[2] == ()


def test_mentions_have_a_bundle() -> None:
    assert args(one("ex:f prov:mentionOf ex:e ; prov:asInBundle ex:b .")) == ("f", "e", "b")


# Elements


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        ("prov:SoftwareAgent", "agent"),
        ("prov:Person", "agent"),
        ("prov:Organization", "agent"),
        ("prov:Plan", "entity"),
        ("prov:Bundle", "entity"),
        ("prov:Collection", "entity"),
        ("prov:EmptyCollection", "entity"),
        ("prov:Dictionary", "entity"),
        ("prov:Entity, prov:Collection", "entity"),
    ],
)
def test_subclasses_say_what_something_is(types: str, kind: str) -> None:
    found = one(f"ex:x a {types} .")
    assert (found.kind, found.id) == (kind, ex("x"))
    assert len(found.attributes) == 1


def test_a_type_of_an_entity_on_a_node_is_an_attribute_of_its_relation() -> None:
    found = one("ex:a prov:qualifiedUsage ex:u . ex:u a prov:Usage, prov:Plan ; prov:entity ex:e .")
    assert (found.kind, found.attributes) == ("used", ((PROV.type, PROV.Plan),))


def test_something_may_be_of_two_kinds() -> None:
    agent, entity = sorted(
        read("ex:x a prov:Agent, prov:Entity, prov:Person ; ex:p 'v' ."), key=lambda a: a.kind
    )
    assert (agent.kind, agent.attributes) == ("agent", ((PROV.type, PROV.Person),))
    assert (entity.kind, entity.attributes) == ("entity", ((ex("p"), Literal("v")),))


def test_who_started_at_some_time_is_an_activity() -> None:
    found = one(f"ex:a prov:startedAtTime {NOON} .")
    assert (found.kind, found.args) == ("activity", (time("2026-01-01T12:00:00Z"), None))


def test_two_start_times_make_two_statements_of_an_activity() -> None:
    found = read(f"ex:a a prov:Activity ; prov:startedAtTime {NOON}, {ONE} ; prov:endedAtTime {ONE} .")
    assert len(found) == 2
    assert {each.id for each in found} == {ex("a")}
    assert len({each.args[0] for each in found}) == 2


def test_what_nobody_calls_by_a_word_of_prov_says_nothing() -> None:
    assert read("ex:x a ex:T ; ex:p ex:y .") == []


# Times of generation and invalidation


def test_a_time_of_generation_is_a_generation_by_someone() -> None:
    assert args(one(f"ex:e prov:generatedAtTime {NOON} .")) == ("e", None, time("2026-01-01T12:00:00Z"))
    assert one(f"ex:e prov:invalidatedAtTime {NOON} .").kind == "wasInvalidatedBy"


def test_a_time_of_generation_does_not_contradict_a_generation_by_an_activity() -> None:
    found = read(f"ex:e prov:wasGeneratedBy ex:a ; prov:generatedAtTime {NOON} .")
    assert {args(each) for each in found} == {
        ("e", "a", None),
        ("e", None, time("2026-01-01T12:00:00Z")),
    }


def test_a_time_of_generation_that_a_node_has_is_said_once() -> None:
    for spelled in (NOON, '"2026-01-01T12:00:00+00:00"^^xsd:dateTime'):
        found = one(f"""
            ex:e prov:generatedAtTime {spelled} ;
                prov:qualifiedGeneration [ prov:activity ex:a ; prov:atTime {NOON} ] .
        """)
        assert args(found) == ("e", "a", time("2026-01-01T12:00:00Z"))
    assert (
        len(read(f"ex:e prov:generatedAtTime {NOON} ; prov:qualifiedGeneration [ prov:atTime {ONE} ] ."))
        == 2
    )


# Malformed


@pytest.mark.parametrize(
    "cls",
    [
        *("Usage", "Generation", "Start", "End", "Derivation", "Revision", "Association"),
        *("Influence", "EntityInfluence", "Insertion", "KeyEntityPair"),
    ],
)
def test_a_node_that_nothing_leads_to_is_malformed(cls: str) -> None:
    found = malformed(f"ex:n a prov:{cls} ; prov:entity ex:e .")
    assert found.nodes == (ex("n"),)
    assert f"ex:n is a prov:{cls}, but nothing has it as its " in found.reason
    assert f"take the type prov:{cls} from it" in found.mend


def test_a_node_that_the_wrong_relation_leads_to_is_malformed() -> None:
    found = malformed("ex:a prov:qualifiedUsage ex:n . ex:n a prov:Generation ; prov:entity ex:e .")
    assert found.reason == "ex:n is a prov:Generation, but nothing has it as its prov:qualifiedGeneration"


def test_a_relation_without_an_argument_it_needs_is_malformed() -> None:
    found = malformed("ex:f prov:qualifiedDerivation [ a prov:Derivation ; prov:hadActivity ex:a ] .")
    assert found.reason == (
        "a prov:Derivation of ex:f has no prov:entity, but wasDerivedFrom needs its usedEntity"
    )
    assert found.mend == "Say with prov:entity what the usedEntity is, or remove the prov:Derivation."
    assert found.nodes[0] == ex("f")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ex:a prov:used 'x' .", 'prov:used of ex:a is the text "x" where a resource is due'),
        (
            "ex:a prov:generated 'x' .",
            'prov:generated of ex:a is the text "x" where a resource is due',
        ),
        (
            "ex:a prov:qualifiedUsage 'x' .",
            'prov:qualifiedUsage of ex:a is the text "x" where a resource is due',
        ),
        (
            "ex:a prov:qualifiedUsage [ prov:entity 'x' ] .",
            'prov:entity of a node of ex:a is "x" where a resource is due',
        ),
        (
            "ex:e prov:qualifiedAttribution ex:n . ex:n prov:agent 'Alice' .",
            'prov:agent of ex:n is "Alice" where a resource is due',
        ),
        (
            "ex:d2 prov:qualifiedRemoval [ prov:dictionary ex:d1 ; prov:removedKey ex:k ] .",
            "prov:removedKey of a node of ex:d2 is ex:k where a literal is due",
        ),
        ("ex:f prov:mentionOf ex:e .", "ex:f has prov:mentionOf, but no prov:asInBundle"),
        ("ex:f prov:asInBundle ex:b .", "ex:f has prov:asInBundle, but no prov:mentionOf"),
        (
            "ex:d prov:hadDictionaryMember ex:p . ex:p prov:pairKey 'k' .",
            "ex:p has no entity that is a resource",
        ),
        (
            "ex:d prov:hadDictionaryMember ex:p . ex:p prov:pairKey 'k', 'l' ; prov:pairEntity ex:e .",
            "ex:p has 2 keys",
        ),
        (
            "ex:d prov:hadDictionaryMember [ prov:pairEntity ex:e ] .",
            "a prov:KeyEntityPair of ex:d has no key that is a literal",
        ),
    ],
)
def test_values_of_the_wrong_kind_are_malformed(text: str, reason: str) -> None:
    found = malformed(text)
    assert found.reason == reason
    assert found.mend.endswith(".")


@pytest.mark.parametrize(
    "value", ["'noon'", "'2026-01-01T12:00:00Z'", "'2026-02-30T12:00:00Z'^^xsd:dateTime", "ex:noon", "2026"]
)
@pytest.mark.parametrize(
    "text",
    [
        "ex:a a prov:Activity ; prov:startedAtTime {} .",
        "ex:a prov:qualifiedUsage [ prov:atTime {} ] .",
        "ex:e prov:generatedAtTime {} .",
    ],
)
def test_times_that_are_no_moments_are_malformed(text: str, value: str) -> None:
    found = malformed(text.format(value))
    assert "which is no xsd:dateTime" in found.reason


def test_what_is_malformed_leaves_the_rest_as_it_is() -> None:
    found = items("ex:a prov:qualifiedUsage [ prov:atTime 'noon' ; prov:entity ex:e ] .")
    (usage,) = (item for item in found if isinstance(item, Assertion))
    assert args(usage) == ("a", "e", None)


def test_a_broken_grammar_is_an_error_of_its_own() -> None:
    with pytest.raises(SourceSyntaxError):
        items("ex:a prov:used .")


# Bundles

TWO_BUNDLES = """
ex:a prov:used ex:e .
ex:b1 { ex:a prov:qualifiedUsage ex:u . }
ex:b2 { ex:u a prov:Usage ; prov:entity ex:e . }
"""


def test_each_graph_is_read_by_itself() -> None:
    found = items(TWO_BUNDLES, "trig")
    used = [item for item in found if isinstance(item, Assertion)]
    assert {(each.bundle, each.id, args(each)) for each in used} == {
        (None, None, ("a", "e", None)),
        (ex("b1"), ex("u"), ("a", None, None)),
    }
    (orphan,) = (item for item in found if isinstance(item, Malformed))
    assert orphan.bundle == ex("b2")


def test_a_union_reads_statements_that_are_spread_over_graphs() -> None:
    (found,) = items(TWO_BUNDLES, "trig", union=True)
    assert isinstance(found, Assertion)
    assert (found.bundle, found.id, args(found)) == (ex("b1"), ex("u"), ("a", "e", None))


def test_many_values_of_a_node_do_not_multiply() -> None:
    many = ", ".join(f"ex:e{n}" for n in range(300))
    found = read(f"ex:x prov:qualifiedDerivation [ prov:entity {many} ; prov:hadActivity {many} ] .")
    assert len(found) == 300


def test_blank_nodes_keep_the_names_that_the_source_gives_them() -> None:
    found = items("ex:b { ex:a prov:qualifiedUsage _:mine . _:mine prov:entity [] . }", "trig")
    (usage,) = (item for item in found if isinstance(item, Assertion))
    assert (usage.id, usage.bundle) == (BlankNode("mine"), ex("b"))
    assert isinstance(usage.args[1], BlankNode)


def test_a_graph_whose_name_is_blank_is_a_bundle() -> None:
    (found,) = items("_:b { ex:a prov:used _:e . }", "trig")
    assert isinstance(found, Assertion)
    assert isinstance(found.bundle, NamedNode)
    assert found.args[1] == BlankNode("e")

"""Each shape of Whence's encodings with what conforms and what does not, and our own output."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

import whence
from whence.demo import DOCUMENTS
from whence.errors import MissingExtra, SourceError
from whence.ingest.values import Attributes
from whence.ontology.namespaces import PREFIXES, WHENCE_INFERRED
from whence.validation.shapes import SHAPES, check_shapes, check_stored_shapes, shape_rules

HEAD = "\n".join(
    f"@prefix {name}: <{iri}> ." for name, iri in {**PREFIXES, "": "http://example.org/"}.items()
)
TIME = '"2026-11-03T10:00:00Z"^^xsd:dateTime'
OTHER = '"2026-11-04T10:00:00Z"^^xsd:dateTime'
VERSION = "<http://example.org/thing/v/1>"
GENID = "http://example.org/.well-known/genid/"
BUNDLE = (
    f':b a prov:Bundle ; whence:adapter "prov" ; whence:adapterVersion "1" ; prov:generatedAtTime {TIME} .'
)


def version(*said: str) -> str:
    return f"{VERSION} {' ; '.join(said)} ."


WHOLE = (
    "a prov:Entity",
    "prov:specializationOf :thing",
    f"prov:generatedAtTime {TIME}",
    "prov:wasGeneratedBy :making",
)


def node(cls: str, link: str, *said: str) -> str:
    return f":s {link} :n . :n {' ; '.join((f'a {cls}', *said))} ."


def usage(*said: str) -> str:
    return node("prov:Usage", "prov:qualifiedUsage", *said)


def derivation(*said: str) -> str:
    return node("prov:Derivation", "prov:qualifiedDerivation", *said)


def insertion(*said: str) -> str:
    return node("prov:Insertion", "prov:qualifiedInsertion", *said)


def membership(*said: str, cls: str = "whence:Membership, version:Put") -> str:
    return node(cls, "whence:qualifiedMembership", *said)


def access(*said: str) -> str:
    return derivation("prov:entity :e", *said)


READ = ('version:access "r"', "version:collection :list", 'version:key "0"')
CASES: dict[str, tuple[str, str]] = {
    "version-typed": (version(*WHOLE), version(*WHOLE[1:])),
    "version-thing": (version(*WHOLE), version(*WHOLE, "prov:specializationOf :other")),
    "version-time": (version(*WHOLE), version(*WHOLE[:2], WHOLE[3])),
    "version-maker": (version(*WHOLE), version(*WHOLE[:3])),
    "thing": (":a prov:specializationOf :b .", ":a prov:specializationOf [] ."),
    "generated-at": (f":e prov:generatedAtTime {TIME} .", f":e prov:generatedAtTime {TIME}, {OTHER} ."),
    "invalidated-at": (f":e prov:invalidatedAtTime {TIME} .", ':e prov:invalidatedAtTime "soon" .'),
    "started-at": (f":a prov:startedAtTime {TIME} .", f":a prov:startedAtTime {TIME}, {OTHER} ."),
    "ended-at": (f":a prov:endedAtTime {TIME} .", ':a prov:endedAtTime "2026-11-03"^^xsd:date .'),
    "bundle-kind": (BUNDLE, BUNDLE.replace("a prov:Bundle ; ", "")),
    "bundle-time": (BUNDLE, BUNDLE.replace(f" ; prov:generatedAtTime {TIME}", "")),
    "bundle-adapter": (BUNDLE, BUNDLE + ':b whence:adapter "other" .'),
    "bundle-adapter-version": (BUNDLE, BUNDLE.replace(' ; whence:adapterVersion "1"', "")),
    "bundle-sha256": (
        BUNDLE + f':b whence:sha256 "{64 * "a"}" .',
        BUNDLE + f':b whence:sha256 "{64 * "A"}" .',
    ),
    "bundle-document": (BUNDLE + ":b dcterms:isPartOf :d .", BUNDLE + ":b dcterms:isPartOf :d, :e ."),
    "bundle-prefix": (
        BUNDLE + ':b sh:declare :p . :p sh:prefix "ex" ; sh:namespace "http://e/"^^xsd:anyURI .',
        BUNDLE + ':b sh:declare :p . :p sh:prefix "ex" .',
    ),
    "at-time": (usage(f"prov:atTime {TIME}"), usage(f"prov:atTime {TIME}, {OTHER}")),
    "node-iri": (
        f":a prov:qualifiedUsage <{GENID}{32 * 'a'}> . <{GENID}{32 * 'a'}> a prov:Usage .",
        f":a prov:qualifiedUsage <{GENID}abc> . <{GENID}abc> a prov:Usage .",
    ),
    "node-owner": (usage(), usage() + ":other prov:qualifiedUsage :n ."),
    "one-activity": (
        node("prov:Generation", "prov:qualifiedGeneration", "prov:activity :a"),
        node("prov:Generation", "prov:qualifiedGeneration", "prov:activity :a, :b"),
    ),
    "one-entity": (usage("prov:entity :e"), usage("prov:entity :e, :f")),
    "one-had-activity": (
        derivation("prov:entity :e", "prov:hadActivity :a"),
        derivation("prov:entity :e", "prov:hadActivity :a, :b"),
    ),
    "informant": (
        node("prov:Communication", "prov:qualifiedCommunication", "prov:activity :a"),
        node("prov:Communication", "prov:qualifiedCommunication"),
    ),
    "derived-from": (derivation("prov:entity :e"), derivation()),
    "one-generation": (
        derivation("prov:entity :e", "prov:hadGeneration :g"),
        derivation("prov:entity :e", "prov:hadGeneration :g, :h"),
    ),
    "one-usage": (
        derivation("prov:entity :e", "prov:hadUsage :u"),
        derivation("prov:entity :e", 'prov:hadUsage "u"'),
    ),
    "responsible": (
        node("prov:Attribution", "prov:qualifiedAttribution", "prov:agent :ada"),
        node("prov:Attribution", "prov:qualifiedAttribution"),
    ),
    "one-agent": (
        node("prov:Association", "prov:qualifiedAssociation", "prov:agent :ada"),
        node("prov:Association", "prov:qualifiedAssociation", "prov:agent :ada, :bob"),
    ),
    "one-plan": (
        node("prov:Association", "prov:qualifiedAssociation", "prov:hadPlan :p"),
        node("prov:Association", "prov:qualifiedAssociation", "prov:hadPlan :p, :q"),
    ),
    "membership-type": (membership("prov:entity :e"), membership("prov:entity :e", cls=":Thing")),
    "member": (membership("prov:entity :e"), membership("prov:entity :e, :f")),
    "position": (
        membership('version:key "0"'),
        membership('version:key "0", "1"'),
    ),
    "checkpoint": (usage("version:checkpoint 3"), usage('version:checkpoint "3"')),
    "access-mode": (access(*READ), access('version:access "x"', *READ[1:])),
    "access-collection": (access(*READ), access(READ[0], READ[2])),
    "access-key": (access(*READ), access(*READ[:2])),
    "pair-key": (
        ':d prov:hadDictionaryMember :p . :p prov:pairKey "a" ; prov:pairEntity :e .',
        ":d prov:hadDictionaryMember :p . :p prov:pairEntity :e .",
    ),
    "pair-entity": (
        ':p a prov:KeyEntityPair ; prov:pairKey "a" ; prov:pairEntity :e .',
        ':p a prov:KeyEntityPair ; prov:pairKey "a" ; prov:pairEntity :e, :f .',
    ),
    "changed-dictionary": (
        node("prov:Removal", "prov:qualifiedRemoval", "prov:dictionary :d", 'prov:removedKey "a"'),
        node("prov:Removal", "prov:qualifiedRemoval", 'prov:removedKey "a"'),
    ),
    "inserted": (
        node(
            "prov:Insertion",
            "prov:qualifiedInsertion",
            "prov:dictionary :d",
            "prov:insertedKeyEntityPair :p",
        )
        + ':p prov:pairKey "a" ; prov:pairEntity :e .',
        insertion("prov:dictionary :d"),
    ),
    "removed": (
        node("prov:Removal", "prov:qualifiedRemoval", "prov:dictionary :d", 'prov:removedKey "a"'),
        node("prov:Removal", "prov:qualifiedRemoval", "prov:dictionary :d", "prov:removedKey :a"),
    ),
}


def quads(turtle: str, graph: str = "urn:run:1") -> list[Quad]:
    name = NamedNode(graph)
    found = parse(f"{HEAD}\n{turtle}", format=RdfFormat.TURTLE)
    return [Quad(quad.subject, quad.predicate, quad.object, name) for quad in found]


def broken(turtle: str) -> list[str]:
    return [violation.rule.name for violation in check_shapes(quads(turtle)).violations]


def test_every_shape_is_tested() -> None:
    assert CASES.keys() == {rule.name for rule in shape_rules().values()}


@pytest.mark.parametrize("name", CASES)
def test_shapes_from_both_sides(name: str) -> None:
    good, bad = CASES[name]
    assert broken(good) == []
    assert broken(bad) == [name]


def test_the_node_of_a_relation_is_not_blank() -> None:
    assert broken(":a prov:qualifiedUsage [ a prov:Usage ] .") == ["node-iri"]


def test_other_specializations_are_no_versions() -> None:
    assert broken(":part prov:specializationOf :whole .") == []


def test_a_violation_says_where_and_how_to_mend() -> None:
    prefixes = {"ex": "http://example.org/"}
    report = check_shapes(quads(CASES["one-entity"][1]), source="run", prefixes=prefixes)
    [violation] = report.violations
    assert not report.valid
    assert (report.source, report.found, report.statements) == ("run", 1, 4)
    assert violation.rule.kind == "shape"
    assert violation.rule.id == "shape-one-entity"
    assert violation.rule.link == f"{SHAPES}one-entity"
    assert violation.bundle == NamedNode("urn:run:1")
    assert violation.message.startswith("ex:n: ")
    assert violation.mend.startswith("Keep one prov:entity")
    assert {evidence.text for evidence in violation.evidence} >= {
        "ex:n prov:entity ex:e",
        "ex:n prov:entity ex:f",
    }


def test_each_graph_is_checked_by_itself() -> None:
    one, other = f":e prov:generatedAtTime {TIME} .", f":e prov:generatedAtTime {OTHER} ."
    apart = quads(one, "urn:run:1") + quads(other, "urn:run:2")
    assert check_shapes(apart).valid
    assert not check_shapes(quads(one) + quads(other)).valid


def test_inferred_triples_are_left_out() -> None:
    assert check_shapes(quads(CASES["one-entity"][1], WHENCE_INFERRED.value)).valid


def test_violations_are_counted_beyond_those_kept() -> None:
    many = " ".join(f":n{number} a prov:Communication ." for number in range(5))
    report = check_shapes(quads(many), limit=3)
    assert len(report.violations) == 3
    assert report.found == 10


def test_too_much_is_refused_with_advice() -> None:
    with pytest.raises(SourceError, match="more than 3 triples"):
        check_shapes(quads(CASES["inserted"][0]), largest=3)


def test_shapes_and_imports_of_the_data_are_not_followed() -> None:
    turtle = """
        <urn:o> a <http://www.w3.org/2002/07/owl#Ontology> ;
            <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/none> .
        :mine a sh:NodeShape ; sh:targetSubjectsOf prov:used ; sh:maxCount 0 ; sh:nodeKind sh:Literal .
        :a prov:used :e .
        """
    assert broken(turtle) == []


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyshacl", None)
    with pytest.raises(MissingExtra, match=r"whence\[shacl\]"):
        check_shapes([])


def test_the_library_is_loaded_when_needed_only() -> None:
    code = "import sys, whence.validation.shapes; print('pyshacl' in sys.modules, 'rdflib' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]


# What we write ourselves


@pytest.fixture
def store() -> Iterator[whence.Store]:
    with whence.open(":memory:") as opened:
        yield opened


def test_the_demonstration_conforms(store: whence.Store) -> None:
    for document in DOCUMENTS:
        store.load(document.open(), bundle=document.bundle)
    report = check_stored_shapes(store.backend)
    assert [violation.message for violation in report.violations] == []
    assert report.statements > 1000


def test_what_the_recorder_writes_conforms(store: whence.Store) -> None:
    with store.bundle("urn:run:1", label="run") as b:
        b.prefix("ex", "http://example.org/")
        fit = b.activity("ex:fit", "2026-05-03T10:00:00Z", "2026-05-03T10:12:00Z")
        b.used(fit, "ex:data", "2026-05-03T10:01:00Z", role="training")
        b.was_generated_by("ex:model/v/1", fit, "2026-05-03T10:11:00Z")
        b.was_informed_by(fit, "ex:prepare", id="ex:i")
        b.was_started_by(fit, "ex:order", "ex:prepare", "2026-05-03T10:00:00Z")
        b.was_ended_by(fit, role="done")
        b.was_invalidated_by("ex:old", fit, "2026-05-03T10:12:00Z")
        b.was_derived_from("ex:model/v/1", "ex:data", fit)
        b.was_attributed_to("ex:model/v/1", "ex:ada", type="ex:Author")
        b.was_associated_with(fit, "ex:ada", "ex:recipe")
        b.acted_on_behalf_of("ex:ada", "ex:lab", fit)
        b.was_influenced_by("ex:model/v/1", "ex:mood", id="ex:influence")
        b.collection("ex:list")
        event: Attributes = {"version:key": "0", "version:checkpoint": 3}
        b.had_member("ex:list", "ex:item", event, type="version:Put")
        b.dictionary("ex:d0", {"a": "ex:item"})
        b.derived_by_insertion_from("ex:d1", "ex:d0", {"b": "ex:item"})
        b.derived_by_removal_from("ex:d2", "ex:d1", ["a"])
        b.entity("ex:model/v/1", {"prov:generatedAtTime": datetime(2026, 5, 3, 10, 11)})
        b.specialization_of("ex:model/v/1", "ex:model")
    report = check_stored_shapes(store.backend, NamedNode("urn:run:1"))
    assert [violation.message for violation in report.violations] == []

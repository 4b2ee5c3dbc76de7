"""Lines of resources in RDF texts, found after the fact."""

from __future__ import annotations

import io

import pytest
from pyoxigraph import NamedNode

from whence.formats.registry import find_format
from whence.validation.assertion import Malformed
from whence.validation.places import lines, placed
from whence.validation.report import (
    Equation,
    Event,
    Evidence,
    Precedence,
    TimeFinding,
    ValidationReport,
    Violation,
)
from whence.validation.specification import rule

EX = "http://example.org/"
PREFIXES = {"ex": EX, "prov": "http://www.w3.org/ns/prov#", "": "http://example.org/default/"}
TURTLE = """@prefix ex: <http://example.org/> .
PREFIX prov: <http://www.w3.org/ns/prov#>
# ex:comment a prov:Entity .
ex:a a prov:Activity ; prov:used
    ex:e1,
    ex:e2 .
ex:e1 a prov:Entity . ex:e2 a prov:Entity . # ex:e3 a prov:Entity

<http://example.org/f#1> prov:wasDerivedFrom ex:e1
.
ex:g {
  ex:h\\,1 prov:wasDerivedFrom ex:e2 . }
:d a prov:Entity .
ex:a a prov:Agent .
"""


def ex(local: str) -> NamedNode:
    return NamedNode(EX + local)


def found(text: str, syntax: str, *locals: str) -> dict[str, int]:
    nodes = [ex(local) for local in locals]
    places = lines(io.BytesIO(text.encode()), find_format(syntax), nodes, PREFIXES)
    return {node.value.removeprefix(EX): line for node, line in places.items()}


def test_a_resource_is_where_it_is_first_a_subject() -> None:
    names = ("a", "e1", "e2", "e3", "f#1", "h,1", "default/d", "comment", "g")
    assert found(TURTLE, "turtle", *names) == {
        "a": 4,
        "e1": 7,
        "e2": 7,
        "f#1": 9,
        "g": 11,
        "h,1": 12,
        "default/d": 13,
    }


def test_iris_may_be_relative_to_a_base() -> None:
    text = "@base <http://example.org/> .\n<e> a <T> .\n<#f> a <T> ."
    assert found(text, "turtle", "e", "#f") == {"e": 2, "#f": 3}


def test_lines_of_n_triples_begin_with_their_subject() -> None:
    text = f"<{EX}a> <urn:p> <{EX}b> .\n<{EX}b> <urn:p> <{EX}a> .\n"
    assert found(text, "ntriples", "a", "b") == {"a": 1, "b": 2}


def test_descriptions_of_rdf_xml_say_what_they_are_about() -> None:
    text = f"""<rdf:RDF xml:base="{EX}doc">
<rdf:Description rdf:about='{EX}a?x=1&amp;y=2'><prov:used rdf:resource="{EX}e"/></rdf:Description>
<prov:Entity rdf:ID="e"/>
<prov:Entity
    rdf:about="{EX}e"/></rdf:RDF>"""
    assert found(text, "rdfxml", "a?x=1&y=2", "e", "doc#e") == {"a?x=1&y=2": 2, "e": 5, "doc#e": 3}


def test_references_of_json_ld_are_no_descriptions() -> None:
    text = """[{"@id": "ex:a", "prov:used": {"@id": "ex:e"}},
{"@id": "http://example.org/e", "@type": "prov:Entity"}]"""
    assert found(text, "jsonld", "a", "e") == {"a": 1, "e": 2}


@pytest.mark.parametrize("syntax", ["turtle", "rdfxml", "jsonld"])
def test_any_bytes_may_come(syntax: str) -> None:
    text = io.BytesIO(b'\xff "@id": "\\ud800", <:: . : "@id"\n. {')
    assert lines(text, find_format(syntax), [ex("a")], PREFIXES) == {}


def test_a_report_gets_the_lines_it_lacks() -> None:
    usage = Evidence("used(ex:a, ex:e1, -)", (ex("a"), ex("e1")))
    known = Evidence("entity(ex:e1)", (ex("e1"),), line=99)
    inferred = Evidence("x", (ex("e1"),), rule=rule(50), premises=(usage,))
    event = Event("usage", "usage of ex:e1")
    violation = Violation(
        rule(50),
        "message",
        "mend",
        (inferred, known),
        equations=(Equation("l", "r", rule(23), (usage,)),),
        cycle=(Precedence(event, event, False, rule(37), (usage,)),),
    )
    malformed = Malformed("reason", "mend", (ex("a"), ex("e2")))
    odd = TimeFinding("end", "message", "mend", (usage,), reason=violation.cycle)
    report = ValidationReport("x", (violation,), (malformed,), 1, 1, 1, PREFIXES, (odd,))
    after_all = placed(report, io.BytesIO(TURTLE.encode()), find_format("turtle"))
    (after,), (odd,) = after_all.violations, after_all.times
    assert (after.evidence[0].line, after.evidence[0].premises[0].line) == (None, 5)
    assert after.evidence[1].line == 99
    assert after.equations[0].evidence[0].line == after.cycle[0].evidence[0].line == 5
    assert odd.evidence[0].line == odd.reason[0].evidence[0].line == 5
    assert after_all.malformed[0].line == 7


TRIPLES = """@prefix ex: <http://example.org/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
ex:e1 a prov:Entity ;
  prov:value "prov:wasDerivedFrom ex:e2 ;" ;
  prov:alternateOf ex:e2 ;
  prov:wasDerivedFrom ex:e3 ,
    ex:e2 ;
  prov:generatedAtTime "2026" .
ex:e2 prov:qualifiedDerivation [
    a prov:Derivation ;
    prov:entity ex:e1 ] ; prov:value 2.
ex:g a prov:Generation .
ex:a prov:generated
  ex:e2 .
ex:e1 prov:used "text" .
"""


@pytest.mark.parametrize(
    ("text", "locals_", "line", "of_subject"),
    [
        ("entity(ex:e1)", ["e1"], 3, False),
        ("wasDerivedFrom(ex:e1, ex:e2)", ["e1", "e2"], 7, False),
        ("alternateOf(ex:e1, ex:e2)", ["e1", "e2"], 5, False),
        ("wasDerivedFrom(ex:e2, ex:e1)", ["e2", "e1"], 11, False),
        ("wasGeneratedBy(ex:e1, -, 2026)", ["e1"], 8, False),
        ("wasGeneratedBy(ex:e2, ex:a, -)", ["e2", "a"], 14, False),
        ("wasGeneratedBy(ex:g; ex:x, ex:y, -)", ["g", "x", "y"], 12, False),
        ("wasAttributedTo(ex:e2, ex:ag)", ["e2", "ag"], 9, True),
        ("wasAttributedTo(ex:x, ex:y)", ["x", "y"], None, False),
    ],
)
def test_a_statement_is_where_its_triple_stands(
    text: str, locals_: list[str], line: int | None, of_subject: bool
) -> None:
    evidence = Evidence(text, tuple(map(ex, locals_)))
    report = ValidationReport("x", (Violation(rule(50), "m", "m", (evidence,)),), (), 1, 1, 1, PREFIXES)
    (after,) = placed(report, io.BytesIO(TRIPLES.encode()), find_format("turtle")).violations[0].evidence
    assert (after.line, after.of_subject) == (line, of_subject)


def test_a_fault_is_where_its_term_stands() -> None:
    used = NamedNode("http://www.w3.org/ns/prov#used")
    faults = (Malformed("r", "m", (ex("e1"),), term=used), Malformed("r", "m", (ex("e1"),), term=ex("no")))
    report = ValidationReport("x", (), faults, 0, 1, 1, PREFIXES)
    first, second = placed(report, io.BytesIO(TRIPLES.encode()), find_format("turtle")).malformed
    assert (first.line, first.of_subject) == (15, False)
    assert (second.line, second.of_subject) == (3, True)

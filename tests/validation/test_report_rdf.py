"""The report as RDF: what tools that know SHACL reports or EARL look for is there."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode, QuerySolution, QuerySolutions, RdfFormat, Store, parse

from whence.errors import UnknownFormat
from whence.validation.assertion import Malformed
from whence.validation.report import Evidence, ValidationReport, Violation
from whence.validation.report_rdf import RDF_FORMATS, serialized, to_rdf
from whence.validation.specification import Rule

E, B = NamedNode("http://example.org/e"), NamedNode("urn:run:1")
UNIQUE = Rule(
    "24", "constraint", "unique-generation", "One generation", "https://example.org/#24", "Remove one."
)
SAID = Evidence("wasGeneratedBy(ex:e, ex:a, -)", (E,), B, 4)
FOLLOWS = Evidence(
    "wasGeneratedBy(ex:e, ex:b, -)",
    (E,),
    B,
    None,
    Rule("11", "inference", "n", "t", "https://example.org/#11"),
    (SAID,),
)
VIOLATION = Violation(UNIQUE, "ex:e is generated twice.", "Remove the second.", (SAID, FOLLOWS), B)
FAULT = Malformed("a usage without an activity", "Say who used it.", (BlankNode("u"),), None, 7)
PREFIXES = """
    PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX earl: <http://www.w3.org/ns/earl#>
    PREFIX ptr: <http://www.w3.org/2009/pointers#> PREFIX dcterms: <http://purl.org/dc/terms/>
    PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
"""


def report(*violations: Violation, malformed: tuple[Malformed, ...] = ()) -> ValidationReport:
    return ValidationReport(
        "run.provn", violations, malformed, len(violations), 3, 1, {"ex": "http://example.org/", "": "x y"}
    )


def rows(reports: bytes, query: str) -> list[QuerySolution]:
    store = Store()
    store.load(reports, RdfFormat.TURTLE)
    found = store.query(f"{PREFIXES} {query}")
    assert isinstance(found, QuerySolutions)
    return list(found)


def asked(reported: ValidationReport, pattern: str) -> bool:
    store = Store()
    store.load(serialized("turtle", reported), RdfFormat.TURTLE)
    return bool(store.query(f"{PREFIXES} ASK {{ {pattern} }}"))


@pytest.mark.parametrize(
    ("reported", "outcome", "conforms"),
    [
        (report(), "earl:passed", "true"),
        (report(VIOLATION), "earl:failed", "false"),
        (report(malformed=(FAULT,)), "earl:cantTell", "false"),
    ],
)
def test_the_outcome_for_the_whole_source(reported: ValidationReport, outcome: str, conforms: str) -> None:
    assert asked(
        reported,
        f"""?assertion a earl:Assertion ; earl:mode earl:automatic ; earl:assertedBy [ a earl:Software ] ;
            earl:test <https://www.w3.org/TR/prov-constraints/> ;
            earl:subject [ a earl:TestSubject ; dcterms:title "run.provn" ] ;
            earl:result [ a sh:ValidationReport ; sh:conforms {conforms} ; earl:outcome {outcome} ]""",
    )


def test_a_violation_is_a_shacl_result_about_its_constraint() -> None:
    assert asked(
        report(VIOLATION),
        f"""?report sh:result ?result .
        ?result a sh:ValidationResult ; sh:focusNode {E} ; sh:resultSeverity sh:Violation ;
            sh:sourceConstraintComponent <{UNIQUE.link}> ;
            sh:resultMessage "ex:e is generated twice."@en ; dcterms:description "Remove the second."@en .
        [] earl:test <{UNIQUE.link}> ; earl:result ?result .
        <{UNIQUE.link}> dcterms:title "Constraint 24: One generation"@en""",
    )


def test_pointers_lead_to_statements_and_what_they_follow_from() -> None:
    assert asked(
        report(VIOLATION),
        f"""[] earl:pointer ?said, ?follows .
        ?said a ptr:LineCharPointer ; ptr:lineNumber 4 ; dcterms:isPartOf {B} ; dcterms:references {E} ;
            rdf:value "wasGeneratedBy(ex:e, ex:a, -)" .
        ?follows a ptr:Pointer ; prov:wasDerivedFrom ?said ; dcterms:conformsTo <https://example.org/#11>""",
    )


def test_what_is_malformed_is_a_result_too() -> None:
    assert asked(
        report(malformed=(FAULT,)),
        """[] a sh:ValidationResult ; sh:focusNode ?any ; earl:outcome earl:cantTell ;
            sh:resultMessage "a usage without an activity"@en ; earl:pointer [ ptr:lineNumber 7 ]""",
    )


def test_each_result_has_what_shacl_demands_once() -> None:
    reports = serialized("turtle", report(VIOLATION, VIOLATION, malformed=(FAULT,)))
    for name in ("focusNode", "resultSeverity", "sourceConstraintComponent"):
        pattern = f"?r a sh:ValidationResult . ?r sh:{name} ?v"
        found = rows(reports, f"SELECT ?r (COUNT(?v) AS ?n) {{ {pattern} }} GROUP BY ?r")
        assert [row["n"].value for row in found] == ["1", "1", "1"]


@pytest.mark.parametrize("name", RDF_FORMATS)
def test_every_rdf_format_holds_the_same(name: str) -> None:
    assert len(list(parse(serialized(name, report(VIOLATION)), RDF_FORMATS[name]))) == len(
        set(to_rdf(report(VIOLATION)))
    )


def test_reports_in_one_document_stay_apart() -> None:
    reports = serialized("turtle", report(), report(VIOLATION))
    found = rows(reports, "SELECT ?c { ?r a sh:ValidationReport ; sh:conforms ?c }")
    assert sorted(row["c"].value for row in found) == ["false", "true"]


def test_prov_syntaxes_hold_no_reports() -> None:
    with pytest.raises(UnknownFormat, match="turtle"):
        serialized("provn", report())

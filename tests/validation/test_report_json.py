"""The report as JSON: its members are a promise to programs."""

from __future__ import annotations

import json
from dataclasses import replace

from pyoxigraph import BlankNode, NamedNode

from whence.validation.assertion import Malformed
from whence.validation.report import (
    Equation,
    Event,
    Evidence,
    Precedence,
    TimeFinding,
    ValidationReport,
    Violation,
)
from whence.validation.report_json import to_json
from whence.validation.specification import Rule

E, A = NamedNode("http://example.org/e"), NamedNode("http://example.org/a")
KEY = Rule("23", "constraint", "key", "Ids are keys", "https://example.org/#23", "Rename one.")
DERIVED = Rule("11", "inference", "use", "Derivations use", "https://example.org/#11")
SAID = Evidence("wasDerivedFrom(ex:e, ex:d, ex:a, -, -)", (E,), A, 4)
FOLLOWS = Evidence("wasGeneratedBy(ex:e, ex:a, -)", (E, A), A, None, DERIVED, (SAID,))
GENERATION, USAGE = Event("generation", "generation of ex:e", E), Event("usage", "usage of ex:e", E, A)


def report(*violations: Violation, malformed: tuple[Malformed, ...] = ()) -> ValidationReport:
    return ValidationReport(
        "run.provn", violations, malformed, len(violations), 3, 2, {"ex": "http://example.org/"}
    )


def test_members_of_a_report() -> None:
    assert to_json(report()) == {
        "source": "run.provn",
        "outcome": "valid",
        "valid": True,
        "statements": 3,
        "bundles": 2,
        "found": 0,
        "violations": [],
        "malformed": [],
        "times": [],
        "prefixes": {"ex": "http://example.org/"},
        "files": {},
    }


def test_members_of_a_violation() -> None:
    violation = Violation(
        KEY,
        "Two in one.",
        "",
        (FOLLOWS,),
        A,
        (Equation("ex:e", "ex:d", KEY, (FOLLOWS, SAID)),),
        (Precedence(GENERATION, USAGE, True, KEY, (SAID,)),),
    )
    named = {"id": "23", "kind": "constraint", "name": "key", "title": "Ids are keys", "link": KEY.link}
    (found,) = to_json(report(violation))["violations"]
    assert found == {
        "rule": named,
        "bundle": A.value,
        "message": "Two in one.",
        "mend": "Rename one.",
        "statements": [
            {
                "text": SAID.text,
                "nodes": [E.value],
                "bundle": A.value,
                "line": 4,
                "of_subject": False,
                "rule": None,
                "premises": [],
            },
            {
                "text": FOLLOWS.text,
                "nodes": [E.value, A.value],
                "bundle": A.value,
                "line": None,
                "of_subject": False,
                "rule": {**named, "id": "11", "kind": "inference", "name": "use"}
                | {"title": "Derivations use", "link": DERIVED.link},
                "premises": [0],
            },
        ],
        "evidence": [1],
        "equations": [{"left": "ex:e", "right": "ex:d", "rule": named, "evidence": [1, 0]}],
        "cycle": [
            {
                "before": {"kind": "generation", "text": "generation of ex:e", "of": E.value, "id": None},
                "after": {"kind": "usage", "text": "usage of ex:e", "of": E.value, "id": A.value},
                "strict": True,
                "rule": named,
                "evidence": [0],
            }
        ],
    }


def test_members_of_what_is_malformed() -> None:
    fault = Malformed("no entity", "Say it.", (E, BlankNode("x")), A, 9, 2, "urn:section")
    (found,) = to_json(report(malformed=(fault,)))["malformed"]
    nodes = [E.value, "_:x"]
    place = {"line": 9, "of_subject": False, "column": 2, "link": "urn:section"}
    assert found == {"reason": "no entity", "mend": "Say it.", "nodes": nodes, "bundle": A.value, **place}


def test_members_of_findings_about_times() -> None:
    step = Precedence(GENERATION, USAGE, False, KEY, (SAID,))
    odd = TimeFinding("order", "Too early.", "Correct it.", (SAID,), A, (step,))
    (found,) = to_json(replace(report(), times=(odd,)))["times"]
    assert (found["kind"], found["bundle"], found["message"], found["mend"]) == (
        "order",
        A.value,
        "Too early.",
        "Correct it.",
    )
    assert (found["evidence"], found["reason"][0]["evidence"], len(found["statements"])) == ([0], [0], 1)


def test_a_deep_chain_of_inferences_can_be_written() -> None:
    last = SAID
    for number in range(20_000):
        last = Evidence(f"specializationOf(ex:e, ex:s{number})", (E,), A, None, DERIVED, (last, SAID))
    (found,) = to_json(report(Violation(KEY, "Deep.", "", (last,))))["violations"]
    assert len(json.loads(json.dumps(found))["statements"]) == 20_001
    assert found["evidence"] == [20_000]

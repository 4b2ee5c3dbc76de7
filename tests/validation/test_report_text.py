"""The report people read: everything needed to mend a document, and no more lines than that takes."""

from __future__ import annotations

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
from whence.validation.report_text import label, one_line, text
from whence.validation.specification import Rule

EX = "http://example.org/"
LINK = "https://www.w3.org/TR/prov-constraints/#"


def rule(id: str, name: str, kind: str = "constraint") -> Rule:
    return Rule(id, kind, name, f"What {name} says", f"{LINK}{name}", f"Mend {name}.")


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


ASSERTED = Evidence("wasDerivedFrom(ex:b, ex:a, ex:act, -, -)", (ex("b"), ex("a")), line=7)
INFERRED = Evidence(
    "wasGeneratedBy(ex:b, ex:act, -)",
    (ex("b"), ex("act")),
    rule=rule("11", "derivation-generation-use", "inference"),
    premises=(ASSERTED,),
)
OTHER = Evidence("wasGeneratedBy(ex:b, ex:act, 2026-01-01T00:00:00Z)", (ex("b"),), line=9)
UNIQUE = Violation(
    rule("24", "unique-generation"),
    "ex:b is generated at two times.",
    "Remove one of the two generations of ex:b.",
    (INFERRED, OTHER),
    bundle=ex("bundle"),
    equations=(Equation("ex:t1", "ex:t2", rule("23", "key-generation"), (INFERRED, OTHER)),),
)


def circle(length: int) -> Violation:
    events = [Event("generation", f"generation of ex:e{i}", ex(f"e{i}")) for i in range(length)]
    steps = tuple(
        Precedence(
            events[i],
            events[(i + 1) % length],
            i == 0,
            rule("42", "derivation-order"),
            (Evidence(f"wasDerivedFrom(ex:e{(i + 1) % length}, ex:e{i})", (ex(f"e{i}"),), line=i + 1),),
        )
        for i in range(length)
    )
    evidence = tuple(item for step in steps for item in step.evidence)
    return Violation(rule("42", "derivation-order"), "It goes round.", "Cut it.", evidence, cycle=steps)


def report(
    *violations: Violation, malformed: tuple[Malformed, ...] = (), found: int = 0
) -> ValidationReport:
    return ValidationReport("run.provn", violations, malformed, found or len(violations), 12, 1, {"ex": EX})


def test_a_valid_document_takes_one_line() -> None:
    assert text(report()) == "run.provn: valid: 12 statements\n"


def test_each_bundle_counts_by_itself() -> None:
    assert "12 statements in 3 bundles" in one_line(replace(report(), bundles=3))


def test_a_violation_says_what_where_why_and_how_to_mend_it() -> None:
    assert text(report(UNIQUE)) == (
        "run.provn: invalid: 1 violation; 12 statements\n"
        "\n"
        "1. Constraint 24, unique-generation: What unique-generation says\n"
        "   ex:b is generated at two times.\n"
        "   In bundle ex:bundle.\n"
        "   Statements:\n"
        "     [1] wasDerivedFrom(ex:b, ex:a, ex:act, -, -)   run.provn:7\n"
        "     [2] wasGeneratedBy(ex:b, ex:act, 2026-01-01T00:00:00Z)   run.provn:9\n"
        "     [3] wasGeneratedBy(ex:b, ex:act, -)   follows by inference 11 from [1]\n"
        "   These would have to be the same:\n"
        "     ex:t1 = ex:t2   (constraint 23, [3][2])\n"
        "   Mend: Remove one of the two generations of ex:b.\n"
        f"   {LINK}unique-generation\n"
    )


def test_a_cycle_is_a_chain_of_events() -> None:
    shown = text(report(circle(2)))
    assert (
        "   The order goes in a circle:\n"
        "     generation of ex:e1\n"
        "     is not after generation of ex:e0   (constraint 42, [2])\n"
        "     comes before generation of ex:e1   (constraint 42, [1])\n"
    ) in shown


def test_a_long_cycle_is_shortened_in_its_middle() -> None:
    lines = text(report(circle(5000))).splitlines()
    assert "     ... 4,988 more steps ..." in lines
    assert len(lines) < 40
    assert any("[12]" in line and "line" not in line for line in lines)


def test_a_long_chain_of_inference_is_cut() -> None:
    last = ASSERTED
    for i in range(3000):
        last = Evidence(
            f"specializationOf(ex:a, ex:s{i})",
            (ex("a"),),
            rule=rule("19", "s", "inference"),
            premises=(last,),
        )
    shown = text(report(replace(UNIQUE, evidence=(last,), equations=())))
    assert "... and more" in shown
    assert len(shown.splitlines()) < 60


def test_what_is_malformed_is_told_apart() -> None:
    fault = Malformed(
        "a generation without an entity",
        "Say what was generated.",
        (ex("g"), BlankNode("x")),
        ex("bundle"),
        3,
    )
    shown = text(report(malformed=(fault,)))
    assert shown.startswith("run.provn: malformed: 1 place to correct; 12 statements\n")
    assert "Malformed: a generation without an entity\n   at run.provn:3\n   in bundle ex:bundle\n" in shown
    assert "   about ex:g, a blank node (_:x)\n   Mend: Say what was generated.\n" in shown


def test_odd_times_do_not_make_a_document_invalid() -> None:
    reason = circle(3).cycle[1:2]
    odd = TimeFinding("order", "ex:b is too early.", "Correct its time.", (ASSERTED,), ex("bundle"), reason)
    assert text(replace(report(), times=(odd,))) == (
        "run.provn: valid: 12 statements; 1 finding about times\n"
        "\n"
        "Time: ex:b is too early.\n"
        "   In bundle ex:bundle.\n"
        "   Statements:\n"
        "     [1] wasDerivedFrom(ex:b, ex:a, ex:act, -, -)   run.provn:7\n"
        "     [2] wasDerivedFrom(ex:e2, ex:e1)   run.provn:2\n"
        "   The order is:\n"
        "     generation of ex:e1\n"
        "     is not after generation of ex:e2   (constraint 42, [2])\n"
        "   Mend: Correct its time.\n"
    )


def test_names_that_a_parser_made_up_are_not_shown() -> None:
    shown = text(
        report(malformed=(Malformed("an orphan", "Link it.", (BlankNode("0123456789abcdef" * 2),)),))
    )
    assert "about" not in shown


def test_statements_of_other_bundles_name_theirs() -> None:
    shown = text(
        report(replace(UNIQUE, evidence=(replace(OTHER, bundle=NamedNode("urn:run:1")),), equations=()))
    )
    assert "run.provn:9, in bundle <urn:run:1>" in shown


def test_violations_not_kept_are_counted_and_rules_summed_up() -> None:
    shown = text(report(UNIQUE, UNIQUE, circle(2), found=1003))
    assert "      2  Constraint 24, unique-generation\n" in shown
    assert shown.endswith("1,000 more violations not listed; mend these first, or raise the limit.\n")


def test_rules_are_called_by_their_documents() -> None:
    names = [label(rule(number, "x")) for number in ("42", "dictionary-3", "V7", "bundle")]
    assert names == ["Constraint 42", "PROV-DICTIONARY 3", "Versioned-PROV V7", "Constraint bundle"]

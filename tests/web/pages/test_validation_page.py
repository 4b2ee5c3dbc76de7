"""Reports of validation as pages show them, made from reports written here."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from pyoxigraph import NamedNode

from whence.validation.assertion import Malformed
from whence.validation.report import Equation, Event, Evidence, Precedence, ValidationReport, Violation
from whence.validation.specification import rule
from whence.web.cycle_picture import draw_cycle
from whence.web.report_data import page_data
from whence.web.validation_page import linked, listing, standalone

EX = "http://kitchen.example/"
CAKE, BATTER = NamedNode(f"{EX}cake"), NamedNode(f"{EX}batter")
FORTH = Evidence("wasDerivedFrom(ex:cake, ex:batter)", (CAKE, BATTER), line=4)
BACK = Evidence("wasDerivedFrom(ex:batter, ex:cake)", (BATTER, CAKE), line=5)


def generation(name: str) -> Event:
    return Event("generation", f"generation of ex:{name}", NamedNode(EX + name))


def step(before: str, after: str, *evidence: Evidence, strict: bool = False) -> Precedence:
    return Precedence(generation(before), generation(after), strict, rule(42), evidence)


CIRCLE = Violation(
    rule(42),
    "The generation of ex:cake would have to come before itself.",
    "Remove one of the two derivations.",
    (FORTH, BACK),
    cycle=(step("batter", "cake", FORTH, strict=True), step("cake", "batter", BACK)),
)


def report(*violations: Violation, malformed: tuple[Malformed, ...] = ()) -> ValidationReport:
    return ValidationReport("cake.provn", violations, malformed, len(violations), 17, 1, {"ex": EX})


def words(source: str) -> str:
    inline = re.sub(r"</?(?:span|a|code)(?: [^>]*)?>", "", source.split("</head>")[1])
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inline)).split())


def test_names_of_what_a_statement_is_about_lead_to_their_pages() -> None:
    text = "used(ex:bake, <http://kitchen.example/batter>, -, [ex:note='ex:cake'])."
    pieces = list(linked(text, [f"{EX}bake", BATTER.value], {"ex": EX}, stored=True))
    assert "".join(words for words, _, _ in pieces) == text
    assert [(words, iri) for words, _, iri in pieces if iri] == [
        ("ex:bake", f"{EX}bake"),
        (f"<{BATTER.value}>", BATTER.value),
    ]
    assert pieces[1][1] == "/resource?iri=http%3A%2F%2Fkitchen.example%2Fbake"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Remove ex:ca\\ke; it", "ex:ca\\ke"),
        ("Remove ex:cake.", "ex:cake"),
        ("generation of cake", "cake"),
        ("ex:cake: made twice", "ex:cake"),
    ],
)
def test_names_are_found_in_sentences_and_without_prefix(text: str, name: str) -> None:
    pieces = linked(text, [CAKE.value], {"ex": EX, "": EX}, stored=False)
    assert [piece for piece in pieces if piece[2]] == [(name, "", CAKE.value)]


def test_a_short_document_is_listed_whole_and_a_long_one_around_what_is_marked() -> None:
    assert [line.number for line in listing("a\nb\nc", {2: [1]})] == [1, 2, 3]
    long = "\n".join(f"line {number}" for number in range(1, 1001))
    lines = list(listing(long, {1: [1], 500: [2, 1, 2], 5000: [3]}))
    assert [line.number for line in lines] == [1, 2, 3, 0, 498, 499, 500, 501, 502, 0]
    assert next(line for line in lines if line.number == 500).problems == (2, 1)


def test_a_page_has_all_that_a_report_says() -> None:
    unknown = Evidence("wasGeneratedBy(ex:cake, -, -)", (CAKE,), rule=rule(11), premises=(FORTH,))
    equation = Equation("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", rule(23), (unknown,))
    clash = Violation(
        rule(24), "ex:cake has two times.", "Keep one.", (BACK,), NamedNode(f"{EX}day"), (equation,)
    )
    fault = Malformed("a time that is no time", "Write it as in 2026-03-01T10:00:00Z", (CAKE,), line=9)
    said = words(standalone(report(CIRCLE, clash, malformed=(fault,))))
    for part in (
        "Malformed 1 place to correct 2 violations in 17 statements of cake.provn",
        "1 a time that is no time line 9 About ex:cake Mend: Write it as in",
        "2 Constraint 42:",
        "would have to come before itself. Mend: Remove one of the two derivations.",
        "generation of ex:cake is not after generation of ex:batter Constraint 42 [2]",
        "generation of ex:batter comes before generation of ex:cake Constraint 42 [1]",
        "wasDerivedFrom(ex:batter, ex:cake) line 5",
        "ex:cake has two times. in bundle ex:day",
        "2026-03-01T10:00:00Z = 2026-03-01T11:00:00Z Constraint 23",
        "wasGeneratedBy(ex:cake, -, -) follows by inference 11 from [2]",
    ):
        assert part in said


def test_what_comes_from_a_document_is_never_markup() -> None:
    evil = "<script>alert(1)</script>"
    event = Event("start", evil)
    bad = Violation(
        rule(42),
        evil,
        evil,
        (Evidence(evil, (CAKE,)),),
        equations=(Equation(evil, evil, rule(22), ()),),
        cycle=(Precedence(event, event, True, rule(42), ()),),
    )
    shown = replace(report(bad, malformed=(Malformed(evil, evil),)), source=evil, prefixes={evil: EX})
    assert "<script" not in standalone(shown)
    assert "&lt;script&gt;" in standalone(shown)


def test_a_long_circle_is_shortened_to_its_ends_with_a_strict_step_last() -> None:
    number = 5000
    steps = tuple(
        step(f"e{n}", f"e{(n + 1) % number}", Evidence(f"s{n}", ()), strict=n == 7) for n in range(number)
    )
    long = replace(CIRCLE, cycle=steps, evidence=tuple(e for one in steps for e in one.evidence))
    (told,) = page_data(report(long))["violations"]
    assert [one["before"]["text"][len("generation of ex:") :] for one in told["cycle"]] == [
        *("e8", "e9", "e10", "e11", "e12", "e13"),
        *("e2", "e3", "e4", "e5", "e6", "e7"),
    ]
    assert [one["strict"] for one in told["cycle"]] == [False] * 11 + [True]
    assert told["cycle_gap"] == number - 12
    assert len(told["statements"]) == 12
    assert "4,988 more steps" in standalone(report(long))


def test_of_many_statements_those_nearest_to_the_problem_are_kept() -> None:
    origin = Evidence("entity(ex:origin)", ())
    for n in range(200):
        origin = Evidence(f"step {n}", (), rule=rule(11), premises=(origin,))
    (told,) = page_data(report(replace(CIRCLE, cycle=(), evidence=(FORTH, origin))))["violations"]
    texts = [statement["text"] for statement in told["statements"]]
    assert (FORTH.text in texts, "step 199" in texts, "entity(ex:origin)" in texts) == (True, True, False)
    assert told["more_statements"] == 202 - len(texts)
    assert [texts[place] for place in told["evidence"]] == [FORTH.text, "step 199"]
    last = told["statements"][texts.index("step 199")]
    assert [texts[place] for place in last["premises"]] == ["step 198"]


@pytest.mark.parametrize("number", [1, 2, 3, 8])
def test_the_drawing_has_a_box_for_each_event_and_one_step_that_leads_back(number: int) -> None:
    names = [f"e{n}" for n in range(number)]
    cycle = tuple(
        step(name, names[(n + 1) % number], strict=n == number - 1) for n, name in enumerate(names)
    )
    (told,) = page_data(report(replace(CIRCLE, cycle=cycle)))["violations"]
    picture = draw_cycle(told["cycle"], 0, lambda iri: f"/page/{iri}")
    assert [box.title for box in picture.boxes] == [f"generation of ex:{name}" for name in names]
    assert picture.boxes[0].href == f"/page/{EX}e0"
    assert [one.back for one in picture.steps].count(True) == 1
    assert all(one.head and one.line for one in picture.steps)
    (back,) = (one for one in picture.steps if one.back)
    assert back.title == f"generation of ex:e{number - 1} comes before generation of ex:e0 (Constraint 42)"
    # The head of the step that leads back is at the first event, though it is laid out the other way.
    x, y = (float(part) for part in re.findall(r"-?[\d.]+", back.head)[:2])
    first = picture.boxes[0]
    assert all(abs(x - first.x) + abs(y - first.y) <= abs(x - b.x) + abs(y - b.y) for b in picture.boxes)


def test_times_stay_in_one_line_and_nothing_else_becomes_markup() -> None:
    odd = replace(CIRCLE, message="ex:cake is from 2026-03-01T10:00:00Z & <b>", cycle=())
    assert 'is from <span class="stay">2026-03-01T10:00:00Z</span> &amp; &lt;b&gt;' in standalone(
        report(odd)
    )


def test_the_bundle_of_a_violation_comes_with_its_file() -> None:
    stored = replace(report(replace(CIRCLE, bundle=CAKE)), files={CAKE.value: "lab/cake.provn"})
    assert "loaded from lab/cake.provn" in standalone(stored)

"""The queries that come with Whence, each on a small story whose answers were worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import whence
from whence.queries.named import open_catalogue
from whence.store.results import SelectResult

STORY = """document
  prefix ex <http://example.org/>
  prefix web <https://data.example.com/>
  prefix whence <https://w3id.org/whence/ns#>

  entity(web:weather, [prov:label="Weather of June"])
  entity(web:prices)
  entity(ex:raw1)
  entity(ex:raw2)
  entity(ex:clean, [prov:value="17"])
  entity(ex:again, [prov:value="18"])
  entity(ex:report, [prov:label="Report"])
  entity(ex:quote)
  entity(ex:note)
  entity(ex:recipe, [prov:type='prov:Plan'])
  agent(ex:ada)
  agent(ex:grace)

  activity(ex:fetch, 2026-06-01T08:00:00Z, 2026-06-01T08:00:30.5Z)
  activity(ex:cleaning1, 2026-06-01T09:00:00Z, 2026-06-02T10:01:00Z)
  activity(ex:cleaning2, 2026-06-03T09:00:00Z, 2026-06-03T09:05:00Z)
  activity(ex:write, 2026-06-04T09:00:00Z, -)
  activity(ex:think)

  used(ex:fetch, web:weather, -)
  wasGeneratedBy(ex:raw1, ex:fetch, 2026-06-01T08:00:20Z)
  used(ex:cleaning1, ex:raw1, -)
  used(ex:cleaning2, ex:raw1, -)
  wasGeneratedBy(ex:clean, ex:cleaning1, -)
  wasGeneratedBy(ex:again, ex:cleaning2, -)
  wasAssociatedWith(ex:cleaning1, ex:ada, ex:recipe, [prov:role="cleaner"])
  wasAssociatedWith(ex:cleaning2, ex:ada, ex:recipe)
  wasAssociatedWith(ex:write, ex:grace, -)
  used(ex:write, ex:clean, -)
  used(ex:write, web:prices, -)
  wasGeneratedBy(ex:report, ex:write, -)
  wasDerivedFrom(ex:raw2, ex:raw1, [prov:type='prov:Revision'])
  wasDerivedFrom(ex:quote, ex:report, [prov:type='prov:Quotation'])
  wasDerivedFrom(ex:report, ex:lost)
  wasAttributedTo(ex:note, ex:grace)
endDocument
"""
OTHER = """document
  prefix ex <http://example.org/>
  entity(ex:report)
  activity(ex:print, 2026-06-05T09:00:00Z, 2026-06-05T09:01:00Z)
  used(ex:print, ex:report, -)
endDocument
"""


PAGE = Path(__file__).parents[2] / "docs" / "queries.md"


@pytest.fixture(scope="module")
def store() -> Iterator[whence.Store]:
    with whence.open(":memory:") as opened:
        opened.load(STORY.encode(), bundle="urn:story")
        opened.load(OTHER.encode(), bundle="urn:other")
        yield opened


def answer(store: whence.Store, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query, IRIs short and cells without a value as ``None``."""
    spaces = {
        "http://example.org/": "ex:",
        "https://data.example.com/": "web:",
        "http://www.w3.org/ns/prov#": "prov:",
    }

    def short(value: Any) -> Any:
        for space, prefix in spaces.items():
            value = value.replace(space, prefix) if isinstance(value, str) else value
        return value

    result = store.ask(query, **parameters)
    assert isinstance(result, SelectResult)
    return [tuple(short(row.asdict().get(name)) for name in result.variables) for row in result]


ANSWERS: list[tuple[str, dict[str, Any], list[tuple[Any, ...]]]] = [
    # The two bundles are entities too, and so is ex:lost, which was derived from.
    ("counts", {}, [("entities", 13), ("activities", 6), ("agents", 2), ("bundles", 2), ("plans", 1)]),
    ("things", {"type": "prov:Agent"}, [("ex:ada", None), ("ex:grace", None)]),
    ("things", {"text": "JUNE"}, [("web:weather", "Weather of June")]),
    ("in-several-bundles", {}, [("ex:report", 2)]),
    ("orphans", {}, [("ex:lost",), ("ex:recipe",), ("web:prices",), ("web:weather",)]),
    ("orphans", {"type": "prov:Plan"}, [("ex:recipe",)]),
    ("dangling", {}, [("ex:lost", "prov:wasDerivedFrom", 1)]),
    ("never-generated", {}, [("web:prices", 1), ("web:weather", 1)]),
    ("unused-outputs", {}, [("ex:again", "ex:cleaning2")]),
    ("unfinished", {}, [("ex:write", "2026-06-04T09:00:00Z")]),
    ("unfinished", {"all": True}, [("ex:think", None), ("ex:write", "2026-06-04T09:00:00Z")]),
    (
        "longest-activities",
        {"least": 60},
        [
            # A day, an hour and a minute.
            ("ex:cleaning1", 90060, "2026-06-01T09:00:00Z", "2026-06-02T10:01:00Z"),
            ("ex:cleaning2", 300, "2026-06-03T09:00:00Z", "2026-06-03T09:05:00Z"),
            ("ex:print", 60, "2026-06-05T09:00:00Z", "2026-06-05T09:01:00Z"),
        ],
    ),
    (
        "running-between",
        {"from": "2026-06-02", "until": "2026-06-03T09:02:00Z"},
        [
            ("ex:cleaning1", "2026-06-01T09:00:00Z", "2026-06-02T10:01:00Z"),
            ("ex:cleaning2", "2026-06-03T09:00:00Z", "2026-06-03T09:05:00Z"),
        ],
    ),
    # Of one that still runs there is no end.
    (
        "running-between",
        {"from": "2027-01-01", "until": "2027-01-02"},
        [("ex:write", "2026-06-04T09:00:00Z", None)],
    ),
    (
        "changes",
        {"from": "2026-06-01", "until": "2026-06-01T09:00:00Z"},
        [
            ("2026-06-01T08:00:00Z", "started", "ex:fetch"),
            ("2026-06-01T08:00:20Z", "generated", "ex:raw1"),
            ("2026-06-01T08:00:30.5Z", "ended", "ex:fetch"),
        ],
    ),
    (
        "who-did-what",
        {"who": ["http://example.org/ada"]},
        [
            ("ex:ada", "ex:cleaning1", "cleaner", "2026-06-01T09:00:00Z"),
            ("ex:ada", "ex:cleaning2", None, "2026-06-03T09:00:00Z"),
        ],
    ),
    # Grace wrote the report, and the note is attributed to her.
    (
        "contributions",
        {},
        [
            ("ex:ada", 2, 2, "2026-06-01T09:00:00Z", "2026-06-03T09:05:00Z"),
            ("ex:grace", 1, 2, "2026-06-04T09:00:00Z", "2026-06-04T09:00:00Z"),
        ],
    ),
    ("most-reused", {}, [("ex:raw1", 2)]),
    (
        "runs-of-plan",
        {"plan": "ex:recipe"},
        [
            ("ex:cleaning1", "ex:ada", "2026-06-01T09:00:00Z", "2026-06-02T10:01:00Z"),
            ("ex:cleaning2", "ex:ada", "2026-06-03T09:00:00Z", "2026-06-03T09:05:00Z"),
        ],
    ),
    # The report was derived from ex:lost; the two others were used, by two activities.
    ("external-sources", {}, [("https://data.example.com", 2, 2), ("http://example.org", 1, 1)]),
    ("primary-sources", {}, [("ex:quote", "prov:wasQuotedFrom", "ex:report")]),
    (
        "step-back",
        {"thing": "ex:report"},
        [("prov:wasDerivedFrom", "ex:lost", None), ("prov:wasGeneratedBy", "ex:write", None)],
    ),
    (
        "step-forward",
        {"thing": "ex:report"},
        [
            ("ex:print", "prov:used", None),
            ("ex:quote", "prov:wasDerivedFrom", None),
            ("ex:quote", "prov:wasQuotedFrom", None),
        ],
    ),
    # raw2 revises raw1, of which both cleanings were made.
    ("stale-results", {}, [("ex:again", "ex:raw1", "ex:raw2"), ("ex:clean", "ex:raw1", "ex:raw2")]),
]


@pytest.mark.parametrize(("name", "parameters", "expected"), ANSWERS)
def test_answers(
    store: whence.Store, name: str, parameters: dict[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    found = answer(store, name, **parameters)
    assert sorted(found, key=repr) == sorted(expected, key=repr)


@pytest.mark.parametrize("name", ["counts", "longest-activities", "changes", "external-sources"])
def test_answers_come_in_their_order(store: whence.Store, name: str) -> None:
    # What is equal in what answers are ordered by comes in no particular order.
    parameters, expected = next((given, rows) for of, given, rows in ANSWERS if of == name)
    assert answer(store, name, **parameters) == expected


def test_every_general_query_has_its_answers_checked() -> None:
    apart = {"types", "relations", "recent-bundles", "reproducibility"}
    general = {name for name in open_catalogue([]) if "/" not in name}
    assert general == {name for name, _, _ in ANSWERS} | apart


def test_types_are_those_that_begin_as_asked(store: whence.Store) -> None:
    found = dict(answer(store, "types"))
    assert (found["prov:Entity"], found["prov:Activity"], found["prov:Plan"]) == (13, 6, 1)
    assert answer(store, "types", prefix="http://www.w3.org/ns/prov#Plan") == [("prov:Plan", 1)]
    assert answer(store, "types", prefix="ex:") == []


def test_relations_that_were_recorded_and_that_follow(store: whence.Store) -> None:
    recorded = dict(answer(store, "relations", inferred=False))
    # A revision is recorded as that; that it is a derivation follows.
    assert (recorded["prov:used"], recorded["prov:wasGeneratedBy"]) == (6, 4)
    assert dict(answer(store, "relations"))["prov:wasDerivedFrom"] == 3


def test_recent_bundles(store: whence.Store) -> None:
    found = answer(store, "recent-bundles")
    assert {row[0] for row in found} == {"urn:story", "urn:other"}
    assert {row[4] for row in found} == {"load"}
    assert answer(store, "recent-bundles", since="2999-01-01") == []
    assert answer(store, "recent-bundles", through="recorder") == []


def test_runs_with_the_same_inputs_and_different_outputs(store: whence.Store) -> None:
    [(plan, runs, outcomes, which)] = answer(store, "reproducibility")
    assert (plan, runs, outcomes) == ("ex:recipe", 2, 2)
    assert set(which.split()) == {"ex:cleaning1", "ex:cleaning2"}


@pytest.mark.parametrize("value", ["17", "18"])
def test_runs_are_reproducible_when_their_outputs_are_equal(value: str) -> None:
    same = STORY.replace('prov:value="18"', f'prov:value="{value}"')
    with whence.open(":memory:") as opened:
        opened.load(same.encode())
        assert len(answer(opened, "reproducibility")) == (value == "18")


def test_results_made_anew_are_not_stale() -> None:
    with whence.open(":memory:") as opened:
        with opened.bundle("urn:run") as run:
            run.prefix("ex", "http://example.org/")
            run.was_revision_of("ex:new", "ex:old")
            run.was_derived_from("ex:result", "ex:old")
            run.was_derived_from("ex:other", "ex:old")
            run.was_revision_of("ex:result2", "ex:result")
        assert answer(opened, "stale-results") == [("ex:other", "ex:old", "ex:new")]


@pytest.mark.parametrize("name", list(open_catalogue([])))
def test_headers_say_what_the_answer_has(store: whence.Store, name: str) -> None:
    query = store.queries()[name]
    samples = {"iri": "urn:x", "dateTime": "2026-01-01", "integer": "1", "decimal": "1", "boolean": "true"}
    given: dict[str, Any] = {one.name: samples.get(one.type, "x") for one in query.parameters}
    needed = {one.name: given[one.name] for one in query.parameters if one.required}
    for values in (given, needed):
        result = store.ask(name, **values)
        if isinstance(result, SelectResult):
            assert result.variables == [column.name for column in query.columns]
            result.rows()
    assert query.title
    assert query.description
    assert all(one.description for one in query.parameters)
    assert all(one.description for one in query.columns)
    assert query.examples


def test_nothing_of_the_catalogue_is_amiss() -> None:
    assert open_catalogue([]).faults == {}


def table() -> str:
    """The catalogue as the documentation shows it."""
    lines = ["| topic | name | parameters | what it tells |", "| --- | --- | --- | --- |"]
    for query in open_catalogue([]).values():
        names = " ".join(f"`{p.name}`" if p.required else f"`[{p.name}]`" for p in query.parameters)
        lines.append(f"| {query.topic} | `{query.name}` | {names} | {query.title} |")
    return "\n".join(lines)


def test_the_documentation_lists_the_whole_catalogue() -> None:
    found = re.search(r"<!-- catalogue -->\n(.*)\n<!-- end of catalogue -->", PAGE.read_text(), re.DOTALL)
    assert found
    assert found[1] == table(), f"put this into {PAGE.name}:\n{table()}"

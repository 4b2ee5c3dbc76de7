"""Lineage graphs made smaller: alike siblings as one, activities by step or run."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

import whence
from whence.queries.graph import LineageGraph

EX = "http://example.org/"
HEAD = "document prefix ex <http://example.org/> prefix dcterms <http://purl.org/dc/terms/> "


def asked(text: str, start: str, **options: object) -> LineageGraph:
    with whence.open(":memory:", inference="none") as store:
        store.load(f"{HEAD}\n{text}\nendDocument\n".encode(), bundle="urn:run:1")
        graph = store.lineage(f"ex:{start}", **options)  # type: ignore[arg-type]  # options by name
        graph.nodes.describe()  # type: ignore[attr-defined]  # of the nodes of a walk
        return graph


def names(nodes: Iterable[object]) -> set[str]:
    return {str(getattr(node, "iri", node)).strip("<>").removeprefix(EX) for node in nodes}


INPUTS = "\n".join(
    [
        *(f"used(ex:sum, ex:day-{day}, -)" for day in range(7)),
        *(f"used(ex:sum, ex:note-{at}, -) entity(ex:note-{at}, [prov:type='ex:Note'])" for at in range(4)),
        "wasGeneratedBy(ex:total, ex:sum, -)",
    ]
)


def test_five_or_more_alike_siblings_are_one_node() -> None:
    graph = asked(INPUTS, "total", group=5)
    assert len(graph) == 2 + 1 + 4
    group = next(node for node in graph.nodes.values() if node.stands_for > 1)
    assert (group.stands_for, group.kind) == (7, "entity")
    assert group.label.startswith("7 alike: day-")
    assert sum(node.stands_for for node in graph.nodes.values()) == 13
    assert len(graph.edges) == 1 + 1 + 4


def test_fewer_or_other_siblings_are_each_shown() -> None:
    assert len(asked(INPUTS, "total", group=8)) == 13
    assert len(asked(INPUTS, "total", group=4)) == 2 + 1 + 1
    other = asked(f"{INPUTS}\nwasDerivedFrom(ex:day-0, ex:sensor)", "total", group=7)
    assert {"day-0", "day-1", "sensor"} <= names(other)


def test_what_was_asked_about_is_never_grouped() -> None:
    with whence.open(":memory:", inference="none") as store:
        store.load(f"{HEAD}\n{INPUTS}\nendDocument\n".encode())
        days = [f"ex:day-{day}" for day in range(7)]
        assert len(store.impact(days, group=5)) == 9


STEPS = """
    activity(ex:run-7, [prov:label="nightly run"])
    activity(ex:sort-1, 2024-01-01T00:00:00Z, 2024-01-01T00:01:00Z, [dcterms:isPartOf='ex:run-7'])
    activity(ex:sort-2, 2024-01-01T00:02:00Z, 2024-01-01T00:05:00Z, [dcterms:isPartOf='ex:run-7'])
    wasAssociatedWith(ex:sort-1, -, ex:sorting)
    wasAssociatedWith(ex:sort-2, -, ex:sorting)
    used(ex:sort-1, ex:input, -)
    wasGeneratedBy(ex:middle, ex:sort-1, -)
    used(ex:sort-2, ex:middle, -)
    wasGeneratedBy(ex:output, ex:sort-2, -)
    used(ex:read, ex:output, -)
    wasGeneratedBy(ex:report, ex:read, -)
"""


def test_runs_take_in_their_activities_and_what_stays_within() -> None:
    graph = asked(STEPS, "report", granularity="run")
    assert names(graph) == {"report", "urn:run:1", "output", "run-7", "input"}
    run = graph.nodes[NamedNode(f"{EX}run-7")]
    assert (run.label, run.stands_for, run.kind) == ("nightly run", 2, "activity")
    assert run.started is not None and run.ended is not None
    assert (run.ended - run.started).total_seconds() == 300
    told = {(*names([edge.source]), edge.relation, *names([edge.target])) for edge in graph.edges}
    assert told == {
        ("report", "wasGeneratedBy", "urn:run:1"),
        ("urn:run:1", "used", "output"),
        ("output", "wasGeneratedBy", "run-7"),
        ("run-7", "used", "input"),
    }


def test_steps_take_in_the_rounds_of_a_loop() -> None:
    graph = asked(STEPS, "report", granularity="step")
    assert names(graph) == {"report", "read", "output", "sorting", "input"}
    assert graph.nodes[NamedNode(f"{EX}sorting")].stands_for == 2


def test_items_are_all_there() -> None:
    assert names(asked(STEPS, "report", granularity="item")) == {
        *("report", "read", "output", "sort-2", "middle", "sort-1", "input")
    }

"""Where things are from and what came of them, with everything one may ask of the walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from pyoxigraph import NamedNode

import whence
from whence.errors import SourceError
from whence.queries.edges import STEPS
from whence.queries.graph import LineageGraph
from whence.queries.ground import Asked, Ground
from whence.queries.lineage import Request, wanted_steps
from whence.queries.lookup import Lookup
from whence.queries.walk import walk

EX = "http://example.org/"

PAPER = """document
  prefix ex <http://example.org/>
  prefix other <http://example.org/other/>
  entity(ex:raw, [prov:label="raw data", prov:type='ex:Table'])
  entity(ex:clean, [prov:type='ex:Table'])
  entity(ex:report-2, [prov:label="report"])
  activity(ex:cleaning, 2024-01-01T00:00:00Z, 2024-01-01T01:00:00Z)
  activity(ex:writing, 2024-01-02T00:00:00Z, 2024-01-02T03:00:00Z)
  agent(ex:ann)
  used(ex:cleaning, ex:raw, -)
  wasGeneratedBy(ex:clean, ex:cleaning, 2024-01-01T01:00:00Z)
  used(ex:writing, ex:clean, -)
  used(ex:writing, ex:notes, -)
  wasGeneratedBy(ex:report-2, ex:writing, 2024-01-02T03:00:00Z)
  wasDerivedFrom(ex:report-2, ex:report-1, [prov:type='prov:Revision'])
  wasAssociatedWith(ex:writing, ex:ann, -)
  specializationOf(ex:report-2, ex:report)
  specializationOf(ex:report-1, ex:report)
  bundle other:use
    wasDerivedFrom(ex:poster, ex:report-2)
  endBundle
endDocument
"""


@pytest.fixture(params=["prov", "none"])
def store(request: pytest.FixtureRequest) -> Iterator[whence.Store]:
    with whence.open(":memory:", inference=request.param) as store:
        store.load(PAPER.encode())
        yield store


def names(nodes: Iterable[object]) -> set[str]:
    return {str(getattr(node, "iri", node)).strip("<>").removeprefix(EX) for node in nodes}


def relations(graph: LineageGraph) -> set[tuple[str, str, str]]:
    return {
        (*names([edge.source]), edge.relation, *names([edge.target]))  # type: ignore[misc]  # three names
        for edge in graph.edges
    }


def test_lineage_leads_to_everything_a_thing_is_from(store: whence.Store) -> None:
    graph = store.lineage("ex:report-2")
    assert names(graph) == {
        "report-2",
        "report-1",
        "report",
        "writing",
        "clean",
        "notes",
        "cleaning",
        "raw",
    }
    assert graph.complete
    assert ("report-2", "wasRevisionOf", "report-1") in relations(graph)
    assert ("report-2", "wasDerivedFrom", "report-1") not in relations(graph)


def test_impact_leads_to_everything_that_came_of_a_thing_over_all_bundles(store: whence.Store) -> None:
    graph = store.impact("ex:raw")
    assert names(graph) == {"raw", "cleaning", "clean", "writing", "report-2", "poster"}
    assert graph.nodes[NamedNode(f"{EX}poster")].depth == -5


def test_both_ways_has_what_came_after_below_zero(store: whence.Store) -> None:
    depths = {next(iter(names([n]))): n.depth for n in store.lineage("ex:clean", "both").nodes.values()}
    assert depths == {"clean": 0, "cleaning": 1, "raw": 2, "writing": -1, "report-2": -2, "poster": -3}


def test_depth_counts_steps(store: whence.Store) -> None:
    assert names(store.lineage("ex:clean", depth=0)) == {"clean"}
    assert names(store.lineage("ex:clean", depth=1)) == {"clean", "cleaning"}


def test_nodes_have_labels_kinds_types_times_and_bundles(store: whence.Store) -> None:
    nodes = store.lineage("ex:report-2", agents=True).nodes
    raw, clean, writing = (nodes[NamedNode(EX + name)] for name in ("raw", "clean", "writing"))
    assert (raw.label, raw.kind) == ("raw data", "entity")
    assert NamedNode(f"{EX}Table") in raw.types
    assert clean.label == "clean"
    assert clean.started is not None and clean.started.isoformat() == "2024-01-01T01:00:00+00:00"
    assert writing.started is not None and writing.ended is not None
    assert (writing.ended - writing.started).total_seconds() == 3 * 3600
    assert nodes[NamedNode(f"{EX}ann")].kind == "agent"
    assert len(clean.bundles) == 1


def test_nodes_are_read_when_one_is_looked_at(store: whence.Store) -> None:
    graph = store.lineage("ex:report-2")
    assert len(graph) == 8
    assert not graph.nodes.is_described  # type: ignore[attr-defined]  # of the nodes of a walk
    assert graph.nodes[NamedNode(f"{EX}raw")].label == "raw data"
    assert graph.nodes.is_described  # type: ignore[attr-defined]  # as above


def test_views_pass_through_what_they_leave_out(store: whence.Store) -> None:
    entities = store.lineage("ex:report-2", view="entities")
    assert names(entities) == {"report-2", "report-1", "report", "clean", "notes", "raw"}
    assert ("clean", "wasMadeWith", "raw") in relations(entities)
    activities = store.lineage("ex:writing", view="activities")
    assert names(activities) == {"writing", "cleaning"}
    assert relations(activities) == {("writing", "wasInformedBy", "cleaning")}
    assert names(store.impact("ex:raw", view="entities")) == {"raw", "clean", "report-2", "poster"}
    assert names(store.impact("ex:cleaning", view="activities")) == {"cleaning", "writing"}
    assert names(store.lineage("ex:report-2", view="entities", depth=1)) == names(entities) - {"raw"}


def test_a_view_tells_what_an_activity_used_as_it_is(store: whence.Store) -> None:
    graph = store.lineage("ex:cleaning", view="entities")
    assert relations(graph) == {("cleaning", "used", "raw")}


def test_kinds_choose_the_steps(store: whence.Store) -> None:
    assert names(store.lineage("ex:report-2", kinds="derivation")) == {"report-2", "report-1"}
    assert names(store.lineage("ex:report-2", kinds=["wasGeneratedBy", "association"])) == {
        "report-2",
        "writing",
        "ann",
    }


def test_agents_are_reached_if_asked(store: whence.Store) -> None:
    assert "ann" not in names(store.lineage("ex:report-2"))
    assert "ann" in names(store.lineage("ex:report-2", agents=True))


def test_a_thing_is_asked_about_with_its_versions(store: whence.Store) -> None:
    assert names(store.lineage("ex:report")) >= {"report", "report-2", "report-1", "raw"}
    assert names(store.lineage("ex:report", versions=False)) == {"report"}
    assert "poster" in names(store.impact("ex:report"))


def test_a_walk_ends_at_names_and_at_types(store: whence.Store) -> None:
    beyond = {"cleaning", "raw"}
    for stop in ("ex:clean", "ex:Table", ["ex:nothing", "ex:clean"]):
        assert (
            names(store.lineage("ex:report-2", stop_at=stop))
            == names(store.lineage("ex:report-2")) - beyond
        )


def test_a_walk_does_not_pass_a_time(store: whence.Store) -> None:
    assert names(store.lineage("ex:report-2", until="2024-01-02")) == {
        "report-2",
        "report-1",
        "report",
        "writing",
        "notes",
    }
    assert names(store.impact("ex:raw", until="2024-01-01")) == {"raw", "cleaning", "clean"}


def test_via_keeps_what_passes_a_node_a_type_or_a_kind_of_step(store: whence.Store) -> None:
    chain = {"report-2", "writing", "clean", "cleaning", "raw"}
    assert names(store.lineage("ex:report-2", via="ex:cleaning")) == chain
    assert names(store.lineage("ex:report-2", via="ex:Table")) == chain
    assert names(store.lineage("ex:report-2", via="derivation")) >= {"report-2", "report-1"}
    assert "notes" not in names(store.lineage("ex:report-2", via="derivation"))
    assert names(store.lineage("ex:report-2", via="ex:poster")) == {"report-2"}
    assert names(store.impact("ex:raw", via="derivation")) == {*chain, "poster"}


def test_a_walk_that_meets_its_limits_says_so(store: whence.Store) -> None:
    few = store.lineage("ex:report-2", limit=3)
    assert (len(few), few.complete, few.stopped) == (3, False, "there are more than 3 nodes")
    late = store.lineage("ex:report-2", timeout=0)
    assert (names(late), late.complete, late.stopped) == ({"report-2"}, False, "the time was up")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"view": "entities"},
        {"depth": 2, "kinds": ["derivation", "generation", "usage"]},
        {"agents": True},
        {"kinds": ["derivation", "alternate"]},
        {"direction": "forward"},
        {"direction": "forward", "view": "entities"},
    ],
)
def test_sparql_finds_the_same_nodes(store: whence.Store, asked: dict[str, object]) -> None:
    for start in ("ex:report-2", "ex:raw", "ex:report", "ex:clean"):
        graph = store.lineage(start, **asked)  # type: ignore[arg-type]  # options by name
        assert {row[0] for row in store.query(graph.sparql)} == set(graph.nodes)  # type: ignore[union-attr]


def test_where_sparql_has_no_words_there_is_no_query(store: whence.Store) -> None:
    assert store.lineage("ex:report-2", until="2024-01-02").sparql == ""
    assert store.lineage("ex:report-2", view="activities").sparql == ""
    assert store.lineage("ex:report-2", depth=100).sparql == ""


def test_communications_that_follow_from_use_and_generation_are_no_shortcuts(store: whence.Store) -> None:
    assert "wasInformedBy" not in {edge.relation for edge in store.lineage("ex:report-2").edges}
    assert "cleaning" not in names(store.lineage("ex:report-2", stop_at="ex:clean"))


def test_communications_that_a_bundle_asserts_are_walked(store: whence.Store) -> None:
    with store.bundle("urn:more") as bundle:
        bundle.was_informed_by(f"{EX}cleaning", f"{EX}measuring")
    assert "measuring" in names(store.lineage("ex:report-2"))
    assert "report-2" in names(store.impact("ex:measuring"))


def test_inferred_edges_are_told_apart() -> None:
    with whence.open(":memory:") as store:
        store.load(PAPER.encode())
        asked = store.lineage("ex:writing", kinds="communication")
    assert [(edge.relation, edge.inferred) for edge in asked.edges] == [("wasInformedBy", True)]


def test_answers_follow_writes(store: whence.Store) -> None:
    before = names(store.lineage("ex:raw"))
    with store.bundle("urn:more") as bundle:
        bundle.was_derived_from(f"{EX}raw", f"{EX}sensor")
    assert names(store.lineage("ex:raw")) == before | {"sensor"}
    store.remove("urn:more")
    assert names(store.lineage("ex:raw")) == before


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"kinds": ["derived"]}, "no step is called 'derived'"),
        ({"view": "agents"}, "no view is called 'agents'"),
        ({"direction": "up"}, "no direction is called 'up'"),
        ({"depth": -1}, "a depth is a number of steps"),
        ({"limit": 0}, "a limit is a number of nodes"),
        ({"granularity": "file"}, "no granularity is called 'file'"),
        ({"until": "soon"}, "'soon' is no ISO 8601"),
    ],
)
def test_what_cannot_be_asked_is_said(store: whence.Store, options: dict[str, object], what: str) -> None:
    with pytest.raises(SourceError, match=what):
        store.lineage("ex:report-2", **options)  # type: ignore[arg-type]  # wrong on purpose


def test_what_nothing_is_known_of_is_said_with_near_names(store: whence.Store) -> None:
    with pytest.raises(SourceError, match=r"nothing is known of ex:reprot-2; did you mean ex:report-2"):
        store.lineage("ex:reprot-2")


def test_an_unknown_option_is_an_error(store: whence.Store) -> None:
    with pytest.raises(TypeError, match="no option 'dept'"):
        store.lineage("ex:report-2", dept=3)  # type: ignore[call-arg]  # wrong on purpose


def test_a_server_asked_in_batches_gives_the_same(store: whence.Store) -> None:
    lookup = Lookup(store.backend)
    lookup.is_local = False
    wanted = wanted_steps(["derivation", "generation", "usage", "member", "alternate", "specialization"])
    for start in ("report-2", "raw", "report"):
        for forward in (False, True):
            node = NamedNode(EX + start)
            asked, graph = (
                Asked(lookup),
                store.lineage(
                    node,
                    "forward" if forward else "back",
                    kinds=["derivation", "generation", "usage", "member", "alternate", "specialization"],
                ),
            )
            assert edges_of(asked, [asked.number(node)], wanted, forward) == relations(graph)


def edges_of(ground: Ground, starts: list[int], wanted: frozenset[int], forward: bool) -> object:
    found = walk(ground, starts, wanted, forward=forward).most_specific()
    told = ground.are_asserted(found.sources, found.targets, found.labels)
    assert len(told) == len(found.sources)
    ends = zip(ground.terms(found.sources), found.labels.tolist(), ground.terms(found.targets), strict=True)
    return {(*names([one]), STEPS[label].relation, *names([other])) for one, label, other in ends}


def test_a_past_has_its_own_lineage(store: whence.Store) -> None:
    past = store.as_of("2024-01-01T12:00:00Z", by="valid")
    assert "poster" in names(store.impact("ex:raw"))
    assert "report-2" not in names(past.impact("ex:raw"))


def test_versioned_prov_is_walked_by_its_rule_if_told() -> None:
    text = """document
      prefix ex <http://example.org/>
      prefix version <https://dew-uff.github.io/versioned-prov/ns#>
      hadMember(ex:list, ex:a, [prov:type='version:Put', version:key="0", version:checkpoint=1])
      hadMember(ex:list, ex:b, [prov:type='version:Put', version:key="1", version:checkpoint=2])
      activity(ex:read)
      used(ex:read, ex:list, -, [version:checkpoint=3])
      wasDerivedFrom(ex:part, ex:a, ex:read, -, -, [prov:type='version:Reference',
        version:collection='ex:list', version:key="0", version:access="r", version:checkpoint=3])
    endDocument"""
    with whence.open(":memory:") as store:
        store.load(text.encode())
        assert names(store.lineage("ex:part")) == {"part", "a", "list", "read"}
        assert names(store.lineage("ex:part", view="entities")) == {"part", "a", "list"}
        assert names(store.lineage("ex:list")) == {"list", "a", "b"}
        assert store.lineage("ex:part").sparql == ""
        assert names(store.impact("ex:b")) >= {"b", "list"}


def test_request_has_defaults_that_bound_it() -> None:
    assert (Request().limit, Request().timeout) == (100_000, 10.0)

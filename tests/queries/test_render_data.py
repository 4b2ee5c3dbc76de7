"""Lineage as JSON, PROV and for networkx."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest
from pyoxigraph import BlankNode, NamedNode
from tests.queries.lineage_graphs import EX, HOSTILE, hostile, report

import whence
from whence.errors import MissingExtra
from whence.ontology.namespaces import PROV
from whence.queries.edges import STEPS, Step
from whence.queries.graph import Edge, LineageGraph, Node
from whence.queries.views import ENDS


def test_json_has_it_all() -> None:
    cut = replace(
        report(), complete=False, stopped="100 nodes were found", sparql="SELECT 1", url="http://x/"
    )
    found = json.loads(json.dumps(cut.to_json()))
    assert found["starts"] == [f"{EX}report"] and found["direction"] == "both"
    assert (found["complete"], found["stopped"]) == (False, "100 nodes were found")
    assert (found["sparql"], found["url"]) == ("SELECT 1", "http://x/")
    assert found["nodes"][1] == {
        "steps": 1,
        "kind": "activity",
        "label": "writing",
        "iri": f"{EX}write",
        "started": "2026-06-01T09:00:00+00:00",
        "ended": "2026-06-01T09:05:00+00:00",
        "types": [PROV.Activity.value],
        "bundles": ["urn:run:1"],
        "stands_for": 1,
        "relations": ["used", "wasAssociatedWith", "wasGeneratedBy"],
    }
    assert found["edges"][1] == {
        "source": f"{EX}write",
        "target": f"{EX}data",
        "relation": "used",
        "predicate": PROV.used.value,
        "role": "input",
        "inferred": False,
    }
    assert [n["label"] for n in hostile().to_json()["nodes"]] == list(HOSTILE)


def test_turtle_loads_back_and_is_valid() -> None:
    for graph in (report(), hostile()):
        with whence.open(inference="none") as store:
            store.load(graph.to_turtle().encode(), format="turtle")
            assert store.validate().valid
            for edge in graph.edges:
                assert store.query(f"ASK {{ {edge.source} {edge.predicate} {edge.target} }}")
            labels = {row[0].value for row in store.query("SELECT ?l { ?s rdfs:label ?l }")}  # type: ignore[union-attr]
            assert labels >= {node.label for node in graph}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.relation)
def test_every_step_there_is_makes_valid_turtle(step: Step) -> None:
    ends = ENDS.get(step.kind, ("entity", "entity"))
    one, other = (Node(NamedNode(EX + name), kind, name) for name, kind in zip("ab", ends, strict=True))
    edges = [Edge(one.iri, other.iri, step.relation, step.predicate)]
    graph = LineageGraph((one.iri,), "back", {n.iri: n for n in (one, other)}, edges)
    with whence.open() as store:
        store.load(graph.to_turtle().encode(), format="turtle")
        assert store.validate().valid


def test_turtle_declares_only_the_prefixes_it_uses() -> None:
    text = report().to_turtle()
    assert "@prefix ex: <http://example.org/> ." in text
    assert "ex:report a prov:Entity" in text
    assert "dcterms" not in text


def test_blank_nodes_have_names_that_agree() -> None:
    blank, named = BlankNode("b0"), NamedNode(f"{EX}x")
    graph = LineageGraph((named,), "back", {n: Node(n, "entity", "") for n in (named, blank)})
    graph.edges.append(Edge(named, blank, "wasDerivedFrom", PROV.wasDerivedFrom))
    found = graph.to_json()
    assert found["edges"][0]["target"] == found["nodes"][1]["iri"] == "_:b0"
    assert "prov:wasDerivedFrom _:" in graph.to_turtle()
    assert list(graph.to_networkx().successors(f"{EX}x")) == ["_:b0"]
    assert "_:b0" in graph.to_tree() and "_:b0" in graph.to_graphml() and graph.to_svg(base_url="")


def test_networkx_edges_lead_to_where_things_come_from() -> None:
    made = report().to_networkx()
    assert set(made.successors(f"{EX}write")) == {f"{EX}data", f"{EX}files", f"{EX}kim"}
    assert made.edges[f"{EX}write", f"{EX}data", "used"]["role"] == "input"
    assert made.nodes[f"{EX}write"]["label"] == "writing"


def test_without_networkx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(MissingExtra, match=r"whence\[networkx\]"):
        report().to_networkx()

"""Inference at the endpoint: leaving it out, making it anew, describing it, explaining it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

FORM, QUERY, TURTLE = "application/x-www-form-urlencoded", "application/sparql-query", "text/turtle"
PROV, WHENCE = "http://www.w3.org/ns/prov#", "https://w3id.org/whence/ns#"
INFERRED, CATALOGUE = f"{WHENCE}inferred", f"{WHENCE}catalogue"
ONTOLOGY = f"{WHENCE}ontology/kiln"
BOWL, FIRING, ADA = (f"http://pots.example/{name}" for name in ("bowl", "firing", "ada"))
RUN = f"""@prefix prov: <{PROV}> .
<{BOWL}> prov:wasGeneratedBy <{FIRING}> .
<{FIRING}> a <http://pots.example/Firing> ; prov:wasAssociatedWith <{ADA}> .
"""
GENERATED = f"SELECT ?x WHERE {{ <{FIRING}> <{PROV}generated> ?x }}"
ENTITIES = f"SELECT ?x WHERE {{ ?x a <{PROV}Entity> ; <{PROV}wasGeneratedBy> ?y }}"


@pytest.fixture(scope="module")
def endpoint(own_server: Any) -> Any:
    """A server with one firing of a bowl."""
    assert own_server.put("http://pots.example/run", RUN).status_code == 201
    return own_server


def asked(endpoint: Any, how: str, text: str, **params: str) -> list[str]:
    """The values of ``?x``, by one of the protocol's three ways to send a query."""
    accept = {"Accept": "application/sparql-results+json"}
    send: httpx.Client = endpoint.client
    if how == "get":
        answer = send.get("/sparql", params={"query": text, **params}, headers=accept)
    elif how == "form":
        answer = send.post("/sparql", data={"query": text, **params}, headers=accept)
    else:
        headers = accept | {"Content-Type": QUERY}
        answer = send.post("/sparql", params=params, content=text, headers=headers)
    assert answer.status_code == 200, answer.text
    return [row["x"]["value"] for row in answer.json()["results"]["bindings"]]


@pytest.mark.parametrize("how", ["get", "form", "direct"])
@pytest.mark.parametrize("switch", [{"inference": "off"}, {"inferred": "false"}])
def test_inferred_rows_vanish_and_come_back(endpoint: Any, how: str, switch: dict[str, str]) -> None:
    opposite = {"off": "on", "false": "true"}
    for text in (GENERATED, ENTITIES):
        assert asked(endpoint, how, text) == [BOWL]
        assert asked(endpoint, how, text, **switch) == []
        assert asked(endpoint, how, text, **{k: opposite[v] for k, v in switch.items()}) == [BOWL]


def test_no_named_graph_is_the_inferred_one_when_inference_is_off(endpoint: Any) -> None:
    graphs = "SELECT DISTINCT ?x WHERE { GRAPH ?x { ?s ?p ?o } }"
    assert INFERRED in asked(endpoint, "get", graphs)
    assert INFERRED not in asked(endpoint, "get", graphs, inference="off")


@pytest.mark.parametrize(
    "params",
    [{"inference": "maybe"}, {"inferred": "off"}, {"inference": "on", "inferred": "false"}],
)
def test_a_switch_that_says_nothing_clear_is_refused(endpoint: Any, params: dict[str, str]) -> None:
    answer = endpoint.client.get("/sparql", params={"query": GENERATED, **params})
    assert answer.status_code == 400
    assert "infer" in answer.text


def test_the_sparql_page_has_a_switch_that_needs_no_script(endpoint: Any) -> None:
    browser = {"Accept": "text/html"}
    page = endpoint.client.get("/sparql", params={"query": GENERATED}, headers=browser).text
    assert '<input type="checkbox" name="inference" value="off">' in page
    assert BOWL in page
    page = endpoint.client.get(
        "/sparql", params={"query": GENERATED, "inference": "off"}, headers=browser
    ).text
    assert '<input type="checkbox" name="inference" value="off" checked>' in page
    assert "nothing in the store matches it" in page
    assert "inference=off&amp;format=csv" in page


def test_a_dump_leaves_out_what_is_inferred_unless_asked(endpoint: Any) -> None:
    def dump(**params: str) -> str:
        answer = endpoint.client.get("/store", params=params, headers={"Accept": "application/n-quads"})
        assert answer.status_code == 200
        return str(answer.text)

    assert f"<{INFERRED}> ." not in dump()
    assert f"<{BOWL}> <{PROV}wasGeneratedBy> <{FIRING}>" in dump()
    assert f"<{FIRING}> <{PROV}generated> <{BOWL}> <{INFERRED}> ." in dump(inference="on")
    assert f"<{FIRING}> <{PROV}generated> <{BOWL}>" in dump(graph=INFERRED)


def test_the_unnamed_graph_is_in_a_dump(endpoint: Any) -> None:
    endpoint.update("INSERT DATA { <urn:loose> <urn:p> 1 }")
    try:
        answer = endpoint.client.get("/store", headers={"Accept": "application/n-quads"})
        assert "<urn:loose> <urn:p> " in answer.text
    finally:
        endpoint.update("DELETE DATA { <urn:loose> <urn:p> 1 }")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nobody_writes_inferences_but_the_store(endpoint: Any, method: str) -> None:
    answer = endpoint.client.request(
        method,
        "/store",
        params={"graph": INFERRED},
        content="" if method == "DELETE" else RUN,
        headers=endpoint.writing(TURTLE),
    )
    assert answer.status_code == 403


def test_an_ontology_put_or_deleted_changes_answers_and_is_no_bundle(endpoint: Any) -> None:
    axioms = """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    <http://pots.example/Firing> rdfs:subClassOf <http://pots.example/Heating> ."""
    heatings = "SELECT ?x WHERE { ?x a <http://pots.example/Heating> }"
    assert asked(endpoint, "get", heatings) == []
    assert endpoint.put(ONTOLOGY, axioms).status_code == 201
    assert asked(endpoint, "get", heatings) == [FIRING]
    assert ONTOLOGY not in endpoint.client.get("/bundles", headers={"Accept": "text/csv"}).text
    page = endpoint.client.get("/resource", params={"iri": FIRING}, headers={"Accept": "text/html"}).text
    assert 'title="http://pots.example/Heating, inferred"' in page
    why = explained(endpoint, FIRING, "a", "http://pots.example/Heating", format="text")
    assert f"<{FIRING}> a <http://pots.example/Firing>  [in <http://pots.example/run>]" in why.text
    gone = endpoint.client.delete("/store", params={"graph": ONTOLOGY}, headers=endpoint.writing(TURTLE))
    assert gone.status_code == 204
    assert asked(endpoint, "get", heatings) == []


def described(endpoint: Any, path: str = "/sparql") -> str:
    """What the server says of itself, as N-Triples."""
    return str(endpoint.client.get(path, headers={"Accept": "application/n-triples"}).text)


def current(endpoint: Any) -> str:
    """The gauge for operators."""
    numbers = endpoint.client.get("/metrics").text
    return str(next(line for line in numbers.splitlines() if line.startswith("whence_inference_current ")))


def test_the_server_describes_its_inference(endpoint: Any) -> None:
    said = described(endpoint)
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert f'<{WHENCE}profile> "prov"' in said
    assert f"<{WHENCE}rules> " in said
    assert f"<{sd}defaultEntailmentRegime> <http://www.w3.org/ns/entailment/OWL-RDF-Based>" in said
    assert f"<{sd}defaultSupportedEntailmentProfile> <http://www.w3.org/ns/owl-profile/RL>" in said
    void = described(endpoint, "/.well-known/void")
    assert f'<{WHENCE}profile> "prov"' in void
    assert "<http://rdfs.org/ns/void#subset>" in void


def test_inferences_that_are_not_current_are_shown_and_mended(endpoint: Any) -> None:
    false = '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>'
    assert f"<{WHENCE}stale> {false}" in described(endpoint)
    assert current(endpoint).endswith(" 1.0")
    # As a process that dies between a write and its inferences leaves the store.
    mark = f"INSERT DATA {{ GRAPH <{CATALOGUE}> {{ <{INFERRED}> <{WHENCE}stale> true }} }}"
    assert endpoint.update(mark).status_code == 204
    assert f"<{WHENCE}stale> {false.replace('false', 'true')}" in described(endpoint)
    assert current(endpoint).endswith(" 0.0")
    assert "not current" in endpoint.client.get("/", headers={"Accept": "text/html"}).text
    report = endpoint.client.post("/infer", headers={"Authorization": f"Bearer {endpoint.token}"})
    assert report.status_code == 200
    assert report.json()["profile"] == "prov"
    assert report.json()["inferred"] > 0
    assert f"<{WHENCE}stale> {false}" in described(endpoint)
    assert current(endpoint).endswith(" 1.0")
    assert "not current" not in endpoint.client.get("/", headers={"Accept": "text/html"}).text


def test_inferring_needs_the_token_and_a_profile_there_is(endpoint: Any) -> None:
    allowed = {"Authorization": f"Bearer {endpoint.token}"}
    assert endpoint.client.post("/infer").status_code == 401
    assert endpoint.client.get("/infer", headers=allowed).status_code == 405
    wrong = endpoint.client.post("/infer", params={"profile": "magic"}, headers=allowed)
    assert wrong.status_code == 400
    assert "none, owl, prov, prov-full" in wrong.text
    twice = endpoint.client.post("/infer?profile=owl&profile=prov", headers=allowed)
    assert twice.status_code == 400


def test_another_profile_is_inferred_when_asked_for(endpoint: Any) -> None:
    allowed = {"Authorization": f"Bearer {endpoint.token}"}
    try:
        report = endpoint.client.post("/infer", data={"profile": "none"}, headers=allowed)
        assert (report.json()["profile"], report.json()["inferred"]) == ("none", 0)
        assert asked(endpoint, "get", GENERATED) == []
        said = described(endpoint)
        assert f'<{WHENCE}profile> "none"' in said
        assert "defaultEntailmentRegime" not in said
    finally:
        report = endpoint.client.post("/infer", params={"profile": "prov"}, headers=allowed)
    assert report.json()["profile"] == "prov"
    assert asked(endpoint, "get", GENERATED) == [BOWL]


def explained(endpoint: Any, subject: str, predicate: str, object: str, **params: str) -> Any:
    words = {"subject": subject, "predicate": predicate, "object": object}
    answer = endpoint.client.get("/explain", params=words | params, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer


def test_a_statement_is_explained_as_page_text_data_and_drawing(endpoint: Any) -> None:
    statement = (FIRING, "prov:wasInfluencedBy", ADA)
    page = explained(endpoint, *statement).text
    assert '<a href="https://www.w3.org/TR/prov-constraints/#influence-inference"' in page
    assert "inference 15" in page and "prov:wasAssociatedWith" in page
    assert "/resource?iri=http%3A%2F%2Fpots.example%2Frun" in page
    assert "<svg xmlns=" in page
    text = explained(endpoint, *statement, format="text")
    assert text.headers["Content-Type"].startswith("text/plain")
    assert "by inference 15" in text.text
    data = explained(endpoint, *statement, format="json").json()
    assert data["holds"] and data["profile"] == "prov"
    assert data["reasons"][1]["bundles"] == ["http://pots.example/run"]
    drawing = explained(endpoint, *statement, format="svg")
    assert drawing.headers["Content-Type"].startswith("image/svg+xml")
    assert "default-src 'self'" in drawing.headers["Content-Security-Policy"]
    words = {"subject": FIRING, "predicate": "prov:wasInfluencedBy", "object": ADA}
    negotiated = endpoint.client.get("/explain", params=words, headers={"Accept": "application/json"})
    assert negotiated.json() == data


def test_an_explanation_is_stopped_at_the_deadline(start_server: Any) -> None:
    server = start_server(query_timeout=0.01)
    words = {"subject": FIRING, "predicate": "a", "object": "prov:Entity"}
    answer = server.client.get("/explain", params=words)
    assert answer.status_code == 504
    assert "deadline" in answer.text


def test_a_new_server_can_be_told_to_infer_nothing(start_server: Any) -> None:
    server = start_server(inference="none")
    assert server.put("http://pots.example/run", RUN).status_code == 201
    assert asked(server, "get", GENERATED) == []
    assert f'<{WHENCE}profile> "none"' in described(server)
    front = server.client.get("/", headers={"Accept": "text/html"}).text
    assert "Nothing is inferred in this store" in front


def test_an_explanation_has_its_forms_by_suffix_as_other_pages(endpoint: Any) -> None:
    words = {"subject": FIRING, "predicate": "prov:wasInfluencedBy", "object": ADA}
    page = explained(endpoint, FIRING, "prov:wasInfluencedBy", ADA)
    for suffix, media in (("json", "application/json"), ("txt", "text/plain"), ("svg", "image/svg+xml")):
        answer = endpoint.client.get(f"/explain.{suffix}", params=words)
        assert answer.headers["Content-Type"].partition(";")[0] == media
        assert answer.text == endpoint.client.get("/explain", params=words, headers={"Accept": media}).text
        assert f"/explain.{suffix}?" in page.headers["Link"] and f'type="{media}"' in page.headers["Link"]
    assert endpoint.client.get("/explain.ttl", params=words).status_code == 404


def test_an_unknown_prefix_is_told_without_words_of_a_programming_language(endpoint: Any) -> None:
    words = {"subject": "nobody:x", "predicate": "a", "object": "prov:Entity"}
    answer = endpoint.client.get("/explain", params=words)
    assert answer.status_code == 400
    assert "no source declares the prefix 'nobody'" in answer.text
    assert "pyoxigraph" not in answer.text

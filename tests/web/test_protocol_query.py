"""SPARQL 1.1 Protocol, query operation (sections 2.1 and 3 of the recommendation)."""

from __future__ import annotations

from typing import Any

import pytest

G1, G2, G3 = (f"http://example.org/graph/{n}" for n in (1, 2, 3))
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
ASK_ALL = "ASK { ?s ?p ?o }"
SUBJECTS = "SELECT DISTINCT ?s WHERE { ?s a <http://example.org/Thing> } ORDER BY ?s"
IN_GRAPHS = "SELECT DISTINCT ?s WHERE { GRAPH ?g { ?s a <http://example.org/Thing> } } ORDER BY ?s"


@pytest.fixture(scope="module")
def endpoint(own_server: Any) -> Any:
    """A server with one thing in each of three graphs."""
    for number, graph in enumerate((G1, G2, G3), 1):
        made = own_server.put(graph, f"<http://example.org/thing/{number}> a <http://example.org/Thing> .")
        assert made.status_code == 201
    return own_server


def things(*numbers: int) -> list[str]:
    return [f"http://example.org/thing/{number}" for number in numbers]


@pytest.mark.parametrize(
    "how",
    [
        {"method": "GET", "params": {"query": ASK_ALL}},
        {"method": "POST", "data": {"query": ASK_ALL}},
        {"method": "POST", "content": ASK_ALL, "headers": {"Content-Type": QUERY}},
        {"method": "POST", "content": ASK_ALL, "headers": {"Content-Type": f"{QUERY}; charset=utf-8"}},
    ],
    ids=["get", "post form", "post direct", "post direct with charset"],
)
def test_the_three_ways_to_send_a_query(endpoint: Any, how: dict[str, Any]) -> None:
    response = endpoint.client.request(url="/sparql", **how)
    assert response.status_code == 200
    assert response.json()["boolean"] is True


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"method": "PUT", "params": {"query": ASK_ALL}}, 405),
        ({"method": "DELETE", "params": {"query": ASK_ALL}}, 405),
        ({"method": "GET", "params": [("query", ASK_ALL), ("query", "SELECT * {}")]}, 400),
        ({"method": "POST", "data": {"query": [ASK_ALL, "SELECT * {}"]}}, 400),
        (
            {
                "method": "POST",
                "params": {"query": ASK_ALL},
                "content": ASK_ALL,
                "headers": {"Content-Type": QUERY},
            },
            400,
        ),
        ({"method": "POST", "content": ASK_ALL, "headers": {"Content-Type": "text/plain"}}, 415),
        ({"method": "POST", "content": ASK_ALL}, 415),
        ({"method": "POST", "content": "query=ASK%20%7B%7D"}, 415),
        ({"method": "POST", "content": ASK_ALL.encode("utf-16"), "headers": {"Content-Type": QUERY}}, 400),
        (
            {
                "method": "POST",
                "content": ASK_ALL.encode("utf-16"),
                "headers": {"Content-Type": f"{QUERY}; charset=utf-16"},
            },
            415,
        ),
        ({"method": "POST", "content": "query=%ff%fe", "headers": {"Content-Type": FORM}}, 400),
        ({"method": "POST", "data": {"update": "CLEAR ALL"}}, 400),
        ({"method": "GET", "params": {"query": "ASK { ?s ?p "}}, 400),
        ({"method": "GET", "params": {"query": "CLEAR ALL"}}, 400),
        ({"method": "GET", "params": {"query": ASK_ALL, "default-graph-uri": "no iri"}}, 400),
        ({"method": "GET", "params": {"query": ASK_ALL, "timeout": "soon"}}, 400),
        ({"method": "GET", "params": {"query": ASK_ALL, "inferred": "perhaps"}}, 400),
        ({"method": "GET", "params": {"query": ASK_ALL, "format": "docx"}}, 400),
    ],
)
def test_wrong_requests(endpoint: Any, how: dict[str, Any], status: int) -> None:
    response = endpoint.client.request(url="/sparql", **how)
    assert response.status_code == status, response.text
    assert response.text.strip()


@pytest.mark.parametrize("method", ["GET", "POST form", "POST direct"])
@pytest.mark.parametrize(
    ("query", "dataset", "found"),
    [
        (SUBJECTS, {}, (1, 2, 3)),
        (SUBJECTS, {"default-graph-uri": [G1]}, (1,)),
        (SUBJECTS, {"default-graph-uri": [G1, G3]}, (1, 3)),
        (SUBJECTS, {"named-graph-uri": [G1]}, ()),
        (IN_GRAPHS, {}, (1, 2, 3)),
        (IN_GRAPHS, {"named-graph-uri": [G2]}, (2,)),
        (IN_GRAPHS, {"named-graph-uri": [G1, G2]}, (1, 2)),
        (IN_GRAPHS, {"default-graph-uri": [G1]}, ()),
        (SUBJECTS, {"default-graph-uri": [G1], "named-graph-uri": [G2]}, (1,)),
        (IN_GRAPHS, {"default-graph-uri": [G1], "named-graph-uri": [G2]}, (2,)),
        (SUBJECTS, {"default-graph-uri": ["http://example.org/none"]}, ()),
        (SUBJECTS.replace("WHERE", f"FROM <{G2}> WHERE"), {}, (2,)),
        (IN_GRAPHS.replace("WHERE", f"FROM NAMED <{G2}> WHERE"), {}, (2,)),
        # The protocol's dataset takes the place of the query's own (section 2.1.4).
        (SUBJECTS.replace("WHERE", f"FROM <{G2}> WHERE"), {"default-graph-uri": [G1]}, (1,)),
    ],
)
def test_dataset_parameters(
    endpoint: Any, method: str, query: str, dataset: dict[str, list[str]], found: tuple[int, ...]
) -> None:
    if method == "GET":
        response = endpoint.client.get("/sparql", params={"query": query, **dataset})
    elif method == "POST form":
        response = endpoint.client.post("/sparql", data={"query": query, **dataset})
    else:
        response = endpoint.client.post(
            "/sparql", params=dataset, content=query, headers={"Content-Type": QUERY}
        )
    rows = response.json()["results"]["bindings"]
    assert [row["s"]["value"] for row in rows] == things(*found)


SELECT = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"
DESCRIBE = "DESCRIBE <http://example.org/thing/1>"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (SELECT, None, JSON),
        (SELECT, "*/*", JSON),
        (SELECT, JSON, JSON),
        (SELECT, "application/json", JSON),
        (SELECT, XML, XML),
        (SELECT, "application/xml;q=0.9, text/csv;q=0.8", XML),
        (SELECT, CSV, CSV),
        (SELECT, "text/*", CSV),
        (SELECT, TSV, TSV),
        (SELECT, f"{JSON};q=0.1, {CSV}", CSV),
        (SELECT, f"{JSON};q=0, */*", XML),
        (ASK_ALL, None, JSON),
        (ASK_ALL, XML, XML),
        (CONSTRUCT, None, "text/turtle"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/n-quads", "application/n-quads"),
        (CONSTRUCT, "application/trig", "application/trig"),
        (DESCRIBE, "text/turtle, application/rdf+xml;q=0.5", "text/turtle"),
    ],
)
def test_content_negotiation(endpoint: Any, query: str, accept: str | None, content_type: str) -> None:
    headers = {"Accept": accept} if accept else {}
    request = endpoint.client.build_request("GET", "/sparql", params={"query": query}, headers=headers)
    if accept is None:
        del request.headers["Accept"]
    response = endpoint.client.send(request)
    assert response.status_code == 200
    assert response.headers["Content-Type"].partition(";")[0] == content_type
    assert "Accept" in response.headers["Vary"]
    assert response.content


@pytest.mark.parametrize("query", [SELECT, CONSTRUCT])
def test_a_type_that_cannot_be_had_is_406_and_lists_what_can(endpoint: Any, query: str) -> None:
    response = endpoint.client.get("/sparql", params={"query": query}, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert ("text/turtle" if query == CONSTRUCT else JSON) in response.text


@pytest.mark.parametrize(
    ("query", "name", "content_type"),
    [
        (SELECT, "csv", CSV),
        (SELECT, "xml", XML),
        (SELECT, "json", JSON),
        (SELECT, XML, XML),
        (CONSTRUCT, "nt", "application/n-triples"),
        (CONSTRUCT, "xml", "application/rdf+xml"),
        (CONSTRUCT, "jsonld", "application/ld+json"),
    ],
)
@pytest.mark.parametrize("parameter", ["format", "output"])
def test_the_format_can_be_named_in_the_url(
    endpoint: Any, query: str, name: str, content_type: str, parameter: str
) -> None:
    response = endpoint.client.get(
        "/sparql", params={"query": query, parameter: name}, headers={"Accept": "text/html"}
    )
    assert response.headers["Content-Type"].partition(";")[0] == content_type


def test_text_types_say_their_character_set(endpoint: Any) -> None:
    response = endpoint.client.get("/sparql", params={"query": SELECT}, headers={"Accept": CSV})
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_head_answers_like_get_without_a_body(endpoint: Any) -> None:
    response = endpoint.client.head("/sparql", params={"query": SELECT}, headers={"Accept": CSV})
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(CSV)
    assert response.content == b""


def test_a_syntax_error_says_where(endpoint: Any) -> None:
    response = endpoint.client.get(
        "/sparql",
        params={"query": "SELECT * WHERE {\n  ?s ?p oops }"},
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["line"], problem["status"]) == (2, 400)
    assert problem["column"] > 8


def test_the_place_of_an_error_is_in_the_text_the_client_wrote(endpoint: Any) -> None:
    """Sorting keys are rewritten before the engine sees them; positions must not move."""
    text = "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?o LIMIT x"
    response = endpoint.client.get(
        "/sparql", params={"query": text}, headers={"Accept": "application/json"}
    )
    assert text.index("x") <= response.json()["column"] - 1 <= len(text)


def test_without_a_query_the_service_describes_itself(endpoint: Any) -> None:
    response = endpoint.client.get("/sparql", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    for part in ("SPARQL11Query", "SPARQL11Update", "UnionDefaultGraph", f"{endpoint.url}/sparql"):
        assert part in response.text


@pytest.mark.parametrize("accept", ["application/rdf+xml", "application/ld+json", "application/n-triples"])
def test_the_service_description_comes_in_every_rdf_syntax(endpoint: Any, accept: str) -> None:
    response = endpoint.client.get("/sparql", headers={"Accept": accept})
    assert response.headers["Content-Type"] == accept
    assert "http://www.w3.org/ns/sparql-service-description#" in response.text


def test_browsers_get_a_page(endpoint: Any) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for params in ({}, {"query": SELECT}):
        response = endpoint.client.get("/sparql", params=params, headers=browser)
        assert response.headers["Content-Type"].startswith("text/html")
        assert "<html" in response.text


def test_an_error_on_the_page_keeps_its_status(endpoint: Any) -> None:
    response = endpoint.client.get("/sparql", params={"query": "nonsense"}, headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert "nonsense" in response.text


def test_no_other_origin_may_read_unless_listed(endpoint: Any) -> None:
    response = endpoint.client.get(
        "/sparql", params={"query": ASK_ALL}, headers={"Origin": "https://a.example"}
    )
    assert "Access-Control-Allow-Origin" not in response.headers


def test_all_origins_may_read_where_all_are_listed(start_server: Any) -> None:
    server = start_server(cors_origins=("*",))
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    preflight = server.client.options("/sparql", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    response = server.client.get(
        "/sparql", params={"query": ASK_ALL}, headers={"Origin": "https://app.example"}
    )
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_options_lists_the_methods(endpoint: Any) -> None:
    assert set(endpoint.client.options("/sparql").headers["Allow"].split(", ")) == {
        "GET",
        "HEAD",
        "POST",
        "OPTIONS",
    }


def test_prefixes_of_whence_and_of_sources_need_no_declaration(start_server: Any) -> None:
    server = start_server()
    kept = {"SELECT ?s { ?s a ex:Thing }": 400, "SELECT ?s { ?s a prov:Entity }": 200}
    for query, status in kept.items():
        assert server.client.get("/sparql", params={"query": query}).status_code == status
    sources = b"<urn:a> { <urn:x> a <http://example.org/Thing> } " + _declaration(
        "ex", "http://example.org/"
    )
    headers = server.writing("application/trig")
    assert server.client.post("/store", content=sources, headers=headers).is_success
    assert server.values("SELECT ?s { ?s a ex:Thing }") == ["urn:x"]
    assert server.values("PREFIX ex: <urn:> SELECT ?s { ?s a ex:Thing }") == []
    page = {"query": "SELECT ?s { ?s a ex:Thing }", "format": "html"}
    assert "urn:x" in server.client.get("/sparql", params=page).text
    fault = server.client.get("/sparql", params={"query": "SELECT *\n{ ?s a ex:Thing FILTER }"})
    assert fault.status_code == 400
    assert "line 2, column 25" in fault.text
    assert server.client.post(
        "/store", content=_declaration("ex", "urn:other:"), headers=headers
    ).is_success
    assert server.client.get("/sparql", params=page | {"format": "json"}).status_code == 400


def _declaration(prefix: str, namespace: str) -> bytes:
    """What the catalogue says of a source that declared a prefix, in TriG."""
    return f"""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <https://w3id.org/whence/ns#catalogue> {{
            <urn:{namespace}> sh:declare [ sh:prefix "{prefix}" ; sh:namespace "{namespace}" ]
        }}
    """.encode()

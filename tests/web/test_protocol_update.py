"""SPARQL 1.1 Protocol, update operation (section 2.2 of the recommendation)."""

from __future__ import annotations

from typing import Any

import pytest

UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
G1, G2 = "http://example.org/from/1", "http://example.org/from/2"


@pytest.fixture(scope="module")
def endpoint(own_server: Any) -> Any:
    """A server with one thing in each of two graphs."""
    own_server.put(G1, "<http://example.org/thing/1> a <http://example.org/Thing> .")
    own_server.put(G2, "<http://example.org/thing/2> a <http://example.org/Thing> .")
    return own_server


def insert(name: str) -> str:
    return f"INSERT DATA {{ GRAPH <http://example.org/made> {{ <http://example.org/{name}> a <urn:T> }} }}"


def is_there(endpoint: Any, name: str) -> bool:
    answer: bool = endpoint.query(f"ASK {{ <http://example.org/{name}> ?p ?o }}")["boolean"]
    return answer


@pytest.mark.parametrize("way", ["direct", "form"])
def test_the_two_ways_to_send_an_update(endpoint: Any, way: str) -> None:
    name = f"sent-{way}"
    if way == "direct":
        response = endpoint.client.post("/update", content=insert(name), headers=endpoint.writing(UPDATE))
    else:
        response = endpoint.client.post(
            "/update", data={"update": insert(name)}, headers=endpoint.writing(FORM)
        )
    assert response.status_code == 204
    assert response.content == b""
    assert is_there(endpoint, name)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"method": "GET", "params": {"update": "CLEAR ALL"}}, 405),
        ({"method": "PUT", "content": "CLEAR ALL"}, 405),
        ({"method": "POST", "data": {"update": ["CLEAR DEFAULT", "CLEAR DEFAULT"]}}, 400),
        ({"method": "POST", "content": "CLEAR DEFAULT", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"method": "POST", "content": "update=CLEAR%20DEFAULT"}, 415),
        ({"method": "POST", "data": {"query": "ASK {}"}}, 400),
        (
            {
                "method": "POST",
                "content": "CLEAR DEFAULT".encode("utf-16"),
                "headers": {"Content-Type": UPDATE},
            },
            400,
        ),
        ({"method": "POST", "content": "INSERT DATA { <a> ", "headers": {"Content-Type": UPDATE}}, 400),
        ({"method": "POST", "content": "ASK {}", "headers": {"Content-Type": UPDATE}}, 400),
        (
            {
                "method": "POST",
                "params": {"using-graph-uri": G1},
                "content": f"INSERT {{ ?s ?p 1 }} USING <{G2}> WHERE {{ ?s ?p ?o }}",
                "headers": {"Content-Type": UPDATE},
            },
            400,
        ),
        (
            {
                "method": "POST",
                "params": {"using-named-graph-uri": G1},
                "content": f"WITH <{G2}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
                "headers": {"Content-Type": UPDATE},
            },
            400,
        ),
    ],
)
def test_wrong_requests(endpoint: Any, how: dict[str, Any], status: int) -> None:
    headers = {"Authorization": f"Bearer {endpoint.token}"} | how.pop("headers", {})
    response = endpoint.client.request(url="/update", headers=headers, **how)
    assert response.status_code == status, response.text
    assert response.text.strip()


@pytest.mark.parametrize("way", ["direct", "form"])
@pytest.mark.parametrize(
    ("where", "dataset", "found"),
    [
        ("?s a <http://example.org/Thing>", {"using-graph-uri": [G1]}, (1,)),
        ("?s a <http://example.org/Thing>", {"using-graph-uri": [G1, G2]}, (1, 2)),
        ("GRAPH ?g { ?s a <http://example.org/Thing> }", {"using-named-graph-uri": [G2]}, (2,)),
        ("GRAPH ?g { ?s a <http://example.org/Thing> }", {"using-named-graph-uri": [G1, G2]}, (1, 2)),
        (
            "GRAPH ?g { ?s a <http://example.org/Thing> }",
            {"using-graph-uri": [G1], "using-named-graph-uri": [G2]},
            (2,),
        ),
        ("?s a <http://example.org/Thing>", {"using-named-graph-uri": [G2]}, ()),
    ],
)
def test_dataset_parameters(
    endpoint: Any, way: str, where: str, dataset: dict[str, list[str]], found: tuple[int, ...]
) -> None:
    target = "http://example.org/target"
    text = (
        f"CLEAR SILENT GRAPH <{target}> ; "
        f"INSERT {{ GRAPH <{target}> {{ ?s a <urn:Copy> }} }} WHERE {{ {where} }}"
    )
    if way == "direct":
        response = endpoint.client.post(
            "/update", params=dataset, content=text, headers=endpoint.writing(UPDATE)
        )
    else:
        response = endpoint.client.post(
            "/update", data={"update": text, **dataset}, headers=endpoint.writing(FORM)
        )
    assert response.status_code == 204, response.text
    copies = endpoint.values(f"SELECT ?s WHERE {{ GRAPH <{target}> {{ ?s ?p ?o }} }} ORDER BY ?s")
    assert copies == [f"http://example.org/thing/{number}" for number in found]


def test_a_base_in_the_text_makes_iris_absolute(endpoint: Any) -> None:
    text = "BASE <http://example.org/> INSERT DATA { GRAPH <made> { <based> a <T> } }"
    assert endpoint.update(text).status_code == 204
    assert is_there(endpoint, "based")


def test_the_operations_of_one_request_are_one_transaction(endpoint: Any) -> None:
    failing = f"{insert('torn')} ; LOAD <file:///nonexistent>"
    assert endpoint.update(failing).status_code >= 400
    assert not is_there(endpoint, "torn")


def test_the_next_query_sees_the_write(endpoint: Any) -> None:
    for number in range(30):
        endpoint.update(insert(f"seen-{number}"))
        assert is_there(endpoint, f"seen-{number}")


def test_a_syntax_error_says_where(endpoint: Any) -> None:
    response = endpoint.client.post(
        "/update",
        content="INSERT DATA {\n <urn:a> oops",
        headers=endpoint.writing(UPDATE) | {"Accept": "application/json"},
    )
    assert response.status_code == 400
    assert response.json()["line"] == 2


def test_other_origins_are_not_offered_writing(endpoint: Any) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    preflight = endpoint.client.options("/update", headers=asked)
    assert "Access-Control-Allow-Origin" not in preflight.headers
    assert "Access-Control-Allow-Methods" not in preflight.headers

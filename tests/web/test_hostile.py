"""Queries that mean harm, or do it: the server goes on, and gives nothing away."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NUMBERS = " ".join(map(str, range(1500)))
MIXED = [
    "1",
    "2.5",
    "3e0",
    "-7",
    '"text"',
    '"texte"@fr',
    '"2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
    '"2020-01-01T00:00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
    '"2020-01-01T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
    '"P1D"^^<http://www.w3.org/2001/XMLSchema#duration>',
    '"NaN"^^<http://www.w3.org/2001/XMLSchema#double>',
    "true",
    "<urn:iri>",
    '"x"^^<urn:own>',
    "UNDEF",
]


@pytest.fixture(scope="module")
def victim(own_server: Any) -> Any:
    """A server with a chain of 1,500 things and a short patience."""
    own_server.fill(1500)
    return own_server


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[int, list[Any]]]:
    """A port on loopback, and the list of who knocked there."""
    knocks: list[Any] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                connection, address = listener.accept()
            except OSError:
                return
            knocks.append(address)
            connection.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield listener.getsockname()[1], knocks
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.mark.parametrize("seed", range(120))
def test_sorting_a_column_of_many_kinds(victim: Any, seed: int) -> None:
    chance = random.Random(seed)
    rows = [chance.choice(MIXED) for _ in range(chance.randint(20, 400))]
    direction = chance.choice(["?x", "DESC(?x)", "ASC(?x)", "?x ?x", "DESC(?x) ?y"])
    query = f"SELECT ?x WHERE {{ VALUES ?x {{ {' '.join(rows)} }} }} ORDER BY {direction}"
    response = victim.client.post("/sparql", data={"query": query})
    assert response.status_code == 200, response.text
    assert len(response.json()["results"]["bindings"]) == len(rows)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE " + "{" * 10_000 + "?s ?p ?o" + "}" * 10_000,
        "SELECT (" + "(" * 10_000 + "1" + ")" * 10_000 + " AS ?x) {}",
        "ASK { ?s " + "(" * 10_000 + "<urn:p>" + ")" * 10_000 + " ?o }",
        "ASK { FILTER(" + "!" * 10_000 + "true) }",
        "ASK { ?s ?p " + "[ <urn:p> " * 10_000 + "1" + " ]" * 10_000 + " }",
        "SELECT * { ?s ?p ?o FILTER(" + " || ".join(["?o = 1"] * 10_000) + ") }",
    ],
    ids=["groups", "parentheses", "path", "negations", "blank nodes", "chain"],
)
def test_ten_thousand_levels(victim: Any, query: str) -> None:
    response = victim.client.post("/sparql", data={"query": query})
    assert response.status_code in (400, 500)
    assert response.text.strip()
    assert victim.query("ASK {}")["boolean"] is True


def hostile(port: int) -> list[str]:
    """Fifty queries and more that want the network, the disk, all memory or all time."""
    here = f"http://127.0.0.1:{port}"
    network = [
        f"SELECT * {{ SERVICE <{here}/sparql> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SERVICE SILENT <{here}/sparql> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ service <{here}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SeRvIcE<{here}>{{ ?s ?p ?o }} }}",
        f"PREFIX x: <{here}/> SELECT * {{ SERVICE x:y {{ ?s ?p ?o }} }}",
        f"PREFIX : <{here}/> SELECT * {{ SERVICE : {{ ?s ?p ?o }} }}",
        f"BASE <{here}/> SELECT * {{ SERVICE <sparql> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ BIND(<{here}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
        f"SELECT * {{ VALUES ?x {{ <{here}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
        f"SELECT * {{ # comment\n SERVICE # another\n <{here}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ {{ SELECT * {{ SERVICE <{here}> {{ ?s ?p ?o }} }} }} }}",
        f"ASK {{ FILTER EXISTS {{ SERVICE <{here}> {{ ?s ?p ?o }} }} }}",
        f"ASK {{ MINUS {{ SERVICE <{here}> {{ ?s ?p ?o }} }} }}",
        f"ASK {{ OPTIONAL {{ SERVICE <{here}> {{ ?s ?p ?o }} }} }}",
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{here}> {{ ?s ?p ?o }} }}",
        f"DESCRIBE ?s WHERE {{ SERVICE <{here}> {{ ?s ?p ?o }} }}",
        f"LOAD <{here}/data.ttl>",
        "SELECT * { SERVICE <file:///etc/passwd> { ?s ?p ?o } }",
        f"SELECT * FROM <{here}/data.ttl> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{here}/data.ttl> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ]
    products = [
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c",
        "SELECT ?a (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } GROUP BY ?a",
        "SELECT (GROUP_CONCAT(?c) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT (SUM(?c * ?f) AS ?n) { ?a <urn:value> ?c . ?d <urn:value> ?f . ?g <urn:value> ?i }",
        "CONSTRUCT { ?a ?e ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = <urn:none>) }",
        "ASK { ?a ?b ?c . ?d ?e ?f FILTER(CONCAT(STR(?a), STR(?d)) = 'none') . ?g ?h ?i }",
        "SELECT * { ?a ?b ?c OPTIONAL { ?d ?e ?f } OPTIONAL { ?g ?h ?i } }",
        "SELECT * { { ?a ?b ?c } UNION { ?a ?b ?c } ?d ?e ?f . ?g ?h ?i }",
        "SELECT * { ?a ?b ?c MINUS { ?d ?e ?f . ?g ?h ?i . ?a ?x ?y } }",
        f"SELECT DISTINCT * {{ VALUES ?a {{{NUMBERS}}} VALUES ?b {{{NUMBERS}}} VALUES ?c {{{NUMBERS}}} }}",
        "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(STR(?a), '(a+)+(b+)+$')) . ?g ?h ?i }",
        "SELECT (MAX(?x) AS ?m) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i BIND(SHA512(STR(?a)) AS ?x) }",
    ]
    paths = [
        "SELECT (COUNT(*) AS ?n) { ?a <urn:next>+ ?b . ?b <urn:next>+ ?c . ?c <urn:next>+ ?d }",
        "SELECT * { ?a <urn:next>* ?b . ?c <urn:next>* ?d }",
        "SELECT (COUNT(*) AS ?n) { ?a (<urn:next>|^<urn:next>)* ?b . ?c (<urn:next>|^<urn:next>)* ?d }",
        "SELECT (COUNT(*) AS ?n) { ?a !<urn:x>* ?b . ?c !<urn:x>* ?d }",
        "SELECT (COUNT(*) AS ?n) { ?a (<urn:next>/<urn:next>*)* ?b . ?b (<urn:next>*/<urn:next>)* ?c }",
        "SELECT (COUNT(*) AS ?n) { ?a ((<urn:next>*)*)* ?b . ?c ((<urn:next>*)*)* ?d }",
        "ASK { ?a <urn:next>* ?b . ?b <urn:none> ?c . ?d <urn:next>* ?e }",
        "CONSTRUCT { ?a <urn:all> ?b } WHERE { ?a <urn:next>* ?b . ?c <urn:next>* ?d }",
    ]
    texts = [
        "SELECT (REPLACE(?x, 'a', ?x) AS ?y) { VALUES ?x { '" + "a" * 20_000 + "' } }",
        "SELECT * { BIND('" + "x" * 500_000 + "' AS ?x) ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT " + " ".join(f"?v{n}" for n in range(5_000)) + " { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "ASK { " + " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(1_000)) + " FILTER(?a1 = <urn:none>) }",
        "ASK { VALUES ("
        + " ".join(f"?v{n}" for n in range(2_000))
        + ") { ("
        + "1 " * 2_000
        + ") } ?a ?b ?c . ?d ?e ?f }",
        "\x00\x01\x02",
        "SELECT * { ?s ?p '\\u0000\\uFFFF' }",
        "",
    ]
    return network + products + paths + texts


def test_fifty_hostile_queries_change_nothing(victim: Any, trap: tuple[int, list[Any]]) -> None:
    port, knocks = trap
    queries = hostile(port)
    assert len(queries) >= 50
    victim.client.get("/ready")
    before = memory(victim)
    count = len(victim.helpers()["workers"])
    for query in queries:
        response = victim.client.post("/sparql", data={"query": query, "timeout": "0.3"})
        assert response.status_code in (200, 400, 403, 500, 504), response.text
    for query in queries[:16]:
        refused = victim.client.post("/sparql", data={"query": query})
        assert refused.status_code == 403, query
    assert knocks == []
    settle(victim, count)
    assert victim.query("ASK {}")["boolean"] is True
    assert memory(victim) < before + (64 << 20)


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <http://127.0.0.1:{port}/data.ttl>",
        "LOAD SILENT <http://127.0.0.1:{port}/data.ttl> INTO GRAPH <urn:g>",
        "load<http://127.0.0.1:{port}/data.ttl>",
        "PREFIX x: <http://127.0.0.1:{port}/> LOAD x:data",
        "INSERT DATA {{}} ; LOAD <http://127.0.0.1:{port}/data.ttl>",
        "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
        "LOAD <file:///etc/hostname>",
    ],
)
def test_updates_do_not_reach_out(victim: Any, trap: tuple[int, list[Any]], update: str) -> None:
    port, knocks = trap
    assert victim.update(update.format(port=port)).status_code in (400, 403)
    assert knocks == []


def test_words_in_strings_and_comments_are_not_commands(victim: Any) -> None:
    query = 'SELECT ("SERVICE <http://127.0.0.1/> LOAD" AS ?x) { } # SERVICE <http://127.0.0.1/> {}'
    assert victim.values(query) == ["SERVICE <http://127.0.0.1/> LOAD"]


def test_an_allowed_host_can_be_asked(start_server: Any) -> None:
    other = start_server(store=":memory:")
    other.update("INSERT DATA { <urn:there> <urn:p> 1 }")
    host = other.url.removeprefix("http://").partition(":")[0]
    server = start_server(service_hosts=frozenset({host}))
    found = server.values(f"SELECT ?s {{ SERVICE <{other.url}/sparql> {{ ?s ?p ?o }} }}")
    assert found == ["urn:there"]


def memory(server: Any) -> int:
    """Resident bytes of all the server's processes."""
    helpers = server.helpers()
    pids = [server.process.pid, *helpers["front"], *helpers["writer"], *helpers["workers"]]
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in pids)


def settle(server: Any, count: int) -> None:
    """Wait until no worker runs a query and there are as many workers as before."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        metrics = server.client.get("/metrics").text
        if (
            'whence_query_workers{state="busy"} 0.0' in metrics
            and len(server.helpers()["workers"]) == count
        ):
            return
        time.sleep(0.1)
    raise AssertionError("workers are still busy")

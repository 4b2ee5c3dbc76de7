"""The service that pages use, in this process with real helpers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from whence.errors import (
    QueryCrashed,
    QueryError,
    QueryForbidden,
    QuerySyntaxError,
    QueryTimeout,
    StoreLocked,
)
from whence.web.service import Service, _prepared
from whence.web.settings import Settings


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service over a small store."""
    made = Service(tmp_path_factory.mktemp("service") / "store", Settings(workers=2))
    made.update('INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1, "x"@en . <urn:b> <urn:p> 2 } }')
    yield made
    made.close()


def test_rows_are_terms(service: Service) -> None:
    rows = service.select("SELECT ?o WHERE { <urn:a> <urn:p> ?o FILTER(ISNUMERIC(?o)) }")
    assert [row["o"] for row in rows] == [Literal(1)]


def test_bindings_are_values_not_text(service: Service) -> None:
    query = "SELECT ?s ?o WHERE { ?s <urn:p> ?o }"
    assert len(service.select(query, bindings={"s": NamedNode("urn:a")})) == 2
    assert len(service.select(query, bindings={"o": Literal("x", language="en")})) == 1
    assert service.select(query, bindings={"o": Literal('" } DROP ALL #')}) == []


def test_the_other_forms(service: Service) -> None:
    assert service.ask("ASK { <urn:a> ?p ?o }") is True
    assert service.ask("ASK { <urn:none> ?p ?o }") is False
    (triple,) = service.construct("CONSTRUCT { ?s <urn:q> ?o } WHERE { ?s <urn:p> ?o FILTER(?o = 2) }")
    assert (triple.subject, triple.object) == (NamedNode("urn:b"), Literal(2))


def test_a_query_of_another_form_is_refused(service: Service) -> None:
    with pytest.raises(QueryError, match="not a SELECT"):
        service.select("ASK {}")
    with pytest.raises(QueryError, match="not an ASK"):
        service.ask("SELECT * {}")
    with pytest.raises(QueryError, match="not a CONSTRUCT"):
        service.construct("ASK {}")


def test_errors_keep_their_kind(service: Service) -> None:
    with pytest.raises(QuerySyntaxError) as fault:
        service.select("SELECT * {\n ?s ?p oops }")
    assert fault.value.line == 2
    with pytest.raises(QueryForbidden):
        service.select("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")
    with pytest.raises(QuerySyntaxError):
        service.update("INSERT oops")
    numbers = " ".join(map(str, range(3000)))
    with pytest.raises(QueryTimeout):
        values = " ".join(f"VALUES ?{name} {{ {numbers} }}" for name in "abc")
        service.select(f"SELECT (COUNT(*) AS ?n) {{ {values} }}", timeout=0.2)


def test_the_generation_grows_with_every_write(service: Service) -> None:
    before = service.generation
    service.update("INSERT DATA { <urn:c> <urn:p> 3 }")
    assert service.generation == before + 1
    assert service.ask("ASK { <urn:c> <urn:p> 3 }")


def test_an_engine_that_dies_costs_one_worker(service: Service) -> None:
    """Past the checks that keep such text from the engine."""
    deep = "ASK { FILTER(" + "(" * 200_000 + "1" + ")" * 200_000 + ") }"
    with pytest.raises(QueryCrashed, match="the store is unharmed"):
        service.pool.run({"do": "query", "text": deep, "results": "JSON", "rdf": "TURTLE"}, timeout=30)
    assert service.ask("ASK {}")


def test_the_store_is_locked_while_served(service: Service, tmp_path: Path) -> None:
    with pytest.raises(StoreLocked):
        Service(service.path, Settings(workers=1), lock_wait=0.1)


def test_stale_reads_where_the_operator_allows_them(tmp_path: Path) -> None:
    stale = Service(tmp_path / "store", Settings(workers=1, freshness=3600.0))
    try:
        assert not stale.ask("ASK { ?s ?p ?o }")
        stale.update("INSERT DATA { <urn:a> <urn:p> 1 }")
        assert not stale.ask("ASK { ?s ?p ?o }")
    finally:
        stale.close()


def test_long_queries_are_not_kept(service: Service) -> None:
    before = _prepared.cache_info().currsize
    for number in range(3):
        service.prepare(f"SELECT * {{ ?s ?p {number} }} #{'x' * 10_000}")
    assert _prepared.cache_info().currsize == before

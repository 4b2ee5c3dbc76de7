"""What every backend must do, told once and asked of each: in memory, on disk, and on three servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from whence.errors import QuerySyntaxError, StoreError
from whence.ontology.namespaces import PROV, RDF_TYPE, WHENCE_CATALOGUE, WHENCE_INFERRED, XSD
from whence.store.backend import Backend
from whence.store.embedded import EmbeddedBackend
from whence.store.inference import is_own
from whence.store.results import AskResult, GraphResult, SelectResult

RUN, OTHER = NamedNode("urn:run:1"), NamedNode("urn:run:2")
MODEL, DATA = NamedNode("urn:thing:model"), NamedNode("urn:thing:data")
EVERY = ["memory", "path", "oxigraph_server", "virtuoso_server", "whence_server"]


@pytest.fixture(params=EVERY)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def backend(kind: str, open_remote: Callable[[str], Backend], tmp_path: Path) -> Iterator[Backend]:
    """An empty store of each kind."""
    store: Backend
    if kind == "memory":
        store = EmbeddedBackend.open(":memory:")
    elif kind == "path":
        store = EmbeddedBackend.open(tmp_path / "store")
    else:
        store = open_remote(kind)
    yield store
    store.close()


def entity(subject: NamedNode, graph: NamedNode | DefaultGraph = RUN) -> Quad:
    return Quad(subject, RDF_TYPE, PROV.Entity, graph)


def many(count: int, graph: NamedNode = RUN) -> list[Quad]:
    return [
        Quad(NamedNode(f"urn:thing:{n:06}"), PROV.value, Literal(f"value {n}"), graph) for n in range(count)
    ]


def stored(backend: Backend) -> list[Quad]:
    """Every quad but what a Whence server notes of its inference profile."""
    return [quad for quad in backend.quads() if not is_own(quad)]


def bundles(backend: Backend) -> list[NamedNode]:
    return [graph for graph in backend.graphs() if graph != WHENCE_CATALOGUE]


def size(backend: Backend) -> int:
    return backend.count() - backend.count(WHENCE_CATALOGUE)


def values(backend: Backend, sparql: str, **options: bool) -> list[str]:
    result = backend.query(sparql, **options)  # type: ignore[arg-type]  # only `inferred` is passed
    assert isinstance(result, SelectResult)
    return [str(row[0].value) for row in result if isinstance(row[0], NamedNode | Literal)]


def subjects(backend: Backend, **options: bool) -> list[str]:
    return values(backend, "SELECT DISTINCT ?s { ?s a ?type } ORDER BY ?s", **options)


def test_a_new_store_is_empty(backend: Backend) -> None:
    assert size(backend) == 0
    assert bundles(backend) == []
    assert stored(backend) == []
    assert subjects(backend) == []


def test_what_is_written_is_read_back(backend: Backend) -> None:
    written = [entity(MODEL), Quad(MODEL, PROV.wasDerivedFrom, DATA, RUN), entity(DATA, OTHER)]
    backend.write(iter(written))
    assert set(stored(backend)) == set(written)
    assert set(bundles(backend)) == {RUN, OTHER}
    assert (size(backend), backend.count(RUN), backend.count(OTHER)) == (3, 2, 1)


def test_writing_the_same_again_adds_nothing(backend: Backend) -> None:
    for _ in range(2):
        backend.write([entity(MODEL), entity(DATA)])
    assert size(backend) == 2


@pytest.mark.parametrize(
    "value",
    [
        Literal("plain"),
        Literal(""),
        Literal("crème brûlée", language="fr"),
        Literal('quote " backslash \\ newline \n tab \t end'),
        Literal("emoji \U0001f600 and \u2028 a line separator"),
        Literal("<b>&amp;</b> {} $x ?y # . ;"),
        Literal("42", datatype=XSD.integer),
        Literal("1.5", datatype=XSD.decimal),
        Literal("true", datatype=XSD.boolean),
        Literal("2026-03-01T12:00:00Z", datatype=XSD.dateTime),
        Literal("2026-03-01T12:00:00.123Z", datatype=XSD.dateTime),
        Literal("2026-03-01", datatype=XSD.date),
        Literal("http://example.org/", datatype=XSD.anyURI),
        Literal("anything", datatype=NamedNode("urn:type:own")),
        NamedNode("https://example.org/path?query=1&other=%20#part"),
        NamedNode("urn:ünïcode:iri"),
    ],
    ids=str,
)
def test_values_keep_their_form(backend: Backend, value: Literal | NamedNode) -> None:
    quad = Quad(MODEL, PROV.value, value, RUN)
    backend.write([quad])
    assert stored(backend) == [quad]
    assert list(backend.quads(None, None, value, RUN)) == [quad]


def test_quads_match_a_pattern(backend: Backend) -> None:
    derived = Quad(MODEL, PROV.wasDerivedFrom, DATA, RUN)
    backend.write([entity(MODEL), derived, entity(DATA), entity(MODEL, OTHER)])
    assert set(backend.quads(MODEL)) == {entity(MODEL), derived, entity(MODEL, OTHER)}
    assert list(backend.quads(predicate=PROV.wasDerivedFrom)) == [derived]
    assert list(backend.quads(object=DATA)) == [derived]
    assert list(backend.quads(MODEL, RDF_TYPE, PROV.Entity, OTHER)) == [entity(MODEL, OTHER)]
    assert set(backend.quads(graph=RUN)) == {entity(MODEL), derived, entity(DATA)}
    assert list(backend.quads(graph=NamedNode("urn:no:such:graph"))) == []
    assert list(backend.quads(graph=DefaultGraph())) == []


def test_triples_of_no_graph(kind: str, backend: Backend) -> None:
    quad = entity(MODEL, DefaultGraph())
    if kind == "virtuoso_server":  # it keeps triples in named graphs only
        with pytest.raises(StoreError, match="name a graph"):
            backend.write([quad])
        return
    backend.write([quad, entity(DATA)])
    try:
        assert set(stored(backend)) == {quad, entity(DATA)}
        assert list(backend.quads(graph=DefaultGraph())) == [quad]
        assert list(backend.quads(DATA, graph=DefaultGraph())) == []
        assert (size(backend), backend.count(DefaultGraph())) == (2, 1)
        assert subjects(backend) == [DATA.value, MODEL.value]
    finally:
        backend.update("DROP DEFAULT")


def test_a_query_sees_the_union_of_all_graphs(backend: Backend) -> None:
    backend.write([entity(MODEL), entity(DATA, OTHER)])
    assert subjects(backend) == [DATA.value, MODEL.value]
    assert values(backend, f"SELECT ?s {{ GRAPH {RUN} {{ ?s a ?type }} }}") == [MODEL.value]
    assert values(backend, f"SELECT ?g {{ GRAPH ?g {{ {DATA} a ?type }} }}") == [OTHER.value]
    both = f"SELECT ?s {{ ?s a ?type . GRAPH {RUN} {{ {MODEL} a ?type }} }} ORDER BY ?s"
    assert values(backend, both) == [DATA.value, MODEL.value]


def test_a_query_can_name_its_dataset(backend: Backend) -> None:
    backend.write([entity(MODEL), entity(DATA, OTHER)])
    assert values(backend, f"SELECT ?s FROM {OTHER} {{ ?s a ?type }}") == [DATA.value]
    named = f"SELECT ?s FROM NAMED {RUN} {{ GRAPH ?g {{ ?s a ?type }} }}"
    assert values(backend, named) == [MODEL.value]


def test_the_dataset_can_be_given_beside_the_query(backend: Backend) -> None:
    backend.write([entity(MODEL), entity(DATA, OTHER)])
    result = backend.query("SELECT ?s { ?s a ?type }", default_graphs=[OTHER])
    assert isinstance(result, SelectResult)
    assert [row[0] for row in result] == [DATA]
    result = backend.query("SELECT ?s { GRAPH ?g { ?s a ?type } }", named_graphs=[RUN])
    assert isinstance(result, SelectResult)
    assert [row[0] for row in result] == [MODEL]


def test_inferred_triples_can_be_left_out(backend: Backend) -> None:
    backend.write([entity(MODEL)])
    assert subjects(backend, inferred=False) == [MODEL.value]
    # Not by `write`: a Whence server takes no inferences of others with what it is sent to store.
    backend.update(f"INSERT DATA {{ GRAPH {WHENCE_INFERRED} {{ {entity(DATA).triple} }} }}")
    assert subjects(backend) == [DATA.value, MODEL.value]
    assert subjects(backend, inferred=False) == [MODEL.value]
    beside = f"SELECT ?s {{ ?s a ?type . GRAPH {RUN} {{ ?x a ?type }} }}"
    assert values(backend, beside, inferred=False) == [MODEL.value]


def test_the_three_kinds_of_answer(backend: Backend) -> None:
    backend.write([entity(MODEL)])
    yes, no = backend.query(f"ASK {{ {MODEL} ?p ?o }}"), backend.query(f"ASK {{ {DATA} ?p ?o }}")
    assert isinstance(yes, AskResult)
    assert (bool(yes), bool(no)) == (True, False)
    graph = backend.query(f"CONSTRUCT {{ ?s a {PROV.Plan} }} WHERE {{ ?s a {PROV.Entity} }}")
    assert isinstance(graph, GraphResult)
    assert [(t.subject, t.predicate, t.object) for t in graph] == [(MODEL, RDF_TYPE, PROV.Plan)]
    table = backend.query("SELECT ?s ?nothing { ?s a ?type OPTIONAL { ?s <urn:no> ?nothing } }")
    assert isinstance(table, SelectResult)
    assert table.variables == ["s", "nothing"]
    assert [row.asdict() for row in table] == [{"s": MODEL.value}]


def test_a_query_that_does_not_parse(backend: Backend) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        backend.query("SELECT ?s\nWHERE { ?s }")
    assert caught.value.line is not None


def test_an_update_that_does_not_parse_changes_nothing(backend: Backend) -> None:
    with pytest.raises(QuerySyntaxError):
        backend.update(f"INSERT DATA {{ GRAPH {RUN} {{ {MODEL} a {PROV.Entity} }} }} ; DELETE nonsense")
    assert size(backend) == 0


def test_updates(backend: Backend) -> None:
    backend.write([entity(MODEL), entity(DATA)])
    backend.update(f"DELETE DATA {{ GRAPH {RUN} {{ {MODEL} a {PROV.Entity} }} }}")
    assert stored(backend) == [entity(DATA)]


def test_replacing_a_graph_leaves_the_others(backend: Backend) -> None:
    backend.write([entity(MODEL), entity(MODEL, OTHER), entity(RUN, WHENCE_CATALOGUE)])
    backend.write([entity(DATA), entity(OTHER, WHENCE_CATALOGUE)], replace=[RUN])
    assert set(stored(backend)) == {
        entity(DATA),
        entity(MODEL, OTHER),
        entity(RUN, WHENCE_CATALOGUE),
        entity(OTHER, WHENCE_CATALOGUE),
    }


def test_replacing_with_nothing_removes_a_graph(backend: Backend) -> None:
    backend.write([entity(MODEL), entity(MODEL, OTHER)])
    backend.write([], replace=[RUN, NamedNode("urn:never:was")])
    assert stored(backend) == [entity(MODEL, OTHER)]
    assert bundles(backend) == [OTHER]


@pytest.mark.parametrize("replace", [[], [RUN]], ids=["adding", "replacing"])
def test_large_writes_arrive_whole(backend: Backend, replace: list[NamedNode]) -> None:
    backend.write([entity(MODEL)])
    written = [*many(12_000), *many(3, OTHER)]
    backend.write(iter(written), replace=replace)
    expected = set(written) if replace else {entity(MODEL), *written}
    assert size(backend) == len(expected)
    assert set(bundles(backend)) == {RUN, OTHER}
    assert set(stored(backend)) == expected


@pytest.mark.parametrize("count", [3, 12_000], ids=["early", "late"])
@pytest.mark.parametrize("replace", [[], [RUN]], ids=["adding", "replacing"])
def test_a_source_that_fails_leaves_the_store_as_it_was(
    backend: Backend, replace: list[NamedNode], count: int
) -> None:
    def broken() -> Iterator[Quad]:
        yield from many(count)
        raise ArithmeticError("the source is broken")

    backend.write([entity(MODEL)])
    with pytest.raises(ArithmeticError):
        backend.write(broken(), replace=replace)
    assert stored(backend) == [entity(MODEL)]
    assert bundles(backend) == [RUN]


def test_more_rows_than_some_servers_give_at_once(backend: Backend) -> None:
    written = many(10_001)
    backend.write(written)
    assert sum(1 for _ in backend.quads(graph=RUN)) == 10_001
    assert values(backend, f"SELECT (COUNT(*) AS ?n) {{ ?s {PROV.value} ?o }}") == ["10001"]


def test_closing_twice(backend: Backend) -> None:
    backend.close()
    backend.close()
    with pytest.raises(StoreError):
        backend.query("ASK {}")

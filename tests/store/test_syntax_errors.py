"""The engine's faults come out with a place and words a person can use."""

import pytest

import whence
from whence.errors import QuerySyntaxError


@pytest.mark.parametrize(
    ("query", "line", "says"),
    [
        ("SELECT *\n{ ?s ?p ", 2, '"["'),
        ("SELECT * { ?s ?p ?o } LIMIT x", 1, "a digit"),
        ("SELECT *\n{ ?s foo:bar ?o }", 2, "the prefix foo: is not declared"),
        ("SELECT * { ?s ?p ?o", 1, '"}"'),
        ("PREFIX ex: <http://e/>\nSELCT * { ?s ?p ?o }", 2, "expected SELECT, ASK, CONSTRUCT or DESCRIBE"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", 1, "this is an update"),
    ],
)
def test_a_fault_has_its_place_and_what_was_expected(query: str, line: int, says: str) -> None:
    with whence.open() as store, pytest.raises(QuerySyntaxError) as caught:
        store.query(query)
    assert caught.value.line == line
    assert says in caught.value.reason
    assert "..=" not in caught.value.reason
    assert not caught.value.reason.endswith((",", "|", "[", " "))

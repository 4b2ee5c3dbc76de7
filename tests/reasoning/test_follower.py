"""What follows the writes to a store has literals as the store has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from whence.ontology.namespaces import XSD
from whence.reasoning.follower import canonical

NAME = NamedNode("urn:x")
DAY, HOUR = "-?[0-9]{4}-[0-1][0-9]-[0-3][0-9]", "[0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
SPELLINGS = {
    XSD.dateTime: DAY + "T" + HOUR + r"(\.[0-9]{1,10})?(Z|[+-]00:00)?",
    XSD.integer: r"[+-]?[0-9]{1,20}",
    XSD.boolean: "true|false|0|1",
    XSD.decimal: r"[+-]?[0-9]{1,3}\.[0-9]{1,3}",
}


@st.composite
def literals(draw: st.DrawFn) -> Literal:
    datatype = draw(st.sampled_from(sorted(SPELLINGS, key=str)))
    return Literal(draw(st.from_regex(SPELLINGS[datatype], fullmatch=True)), datatype=datatype)


def stored(literal: Literal) -> object:
    store = Store()
    store.add(Quad(NAME, NAME, literal))
    return next(iter(store)).object


@given(literals())
def test_a_literal_is_known_as_it_is_stored(literal: Literal) -> None:
    assert canonical(literal) == stored(literal)


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("2024-02-30T10:00:00Z", XSD.dateTime),
        ("0000-01-01T00:00:00Z", XSD.dateTime),
        ("2024-01-01T24:00:00Z", XSD.dateTime),
        ("2024-01-01T10:00:00.10Z", XSD.dateTime),
        ("2024-01-01T10:00:00.123456789Z", XSD.dateTime),
        ("999999999999999999", XSD.integer),
        ("-0", XSD.integer),
    ],
)
def test_so_is_one_on_the_edge(text: str, datatype: NamedNode) -> None:
    assert canonical(Literal(text, datatype=datatype)) == stored(Literal(text, datatype=datatype))

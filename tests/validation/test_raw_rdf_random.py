"""Random documents say in RDF what they say in PROV-N."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats import rdf
from whence.formats.statements import FORMS, Arg, Slot, Statement
from whence.formats.to_rdf import document_quads
from whence.ontology.namespaces import XSD
from whence.validation.assertion import Assertion
from whence.validation.reading import read_assertions

EX = "http://example.org/"
NAMES = [NamedNode(f"{EX}{name}") for name in ("x", "y", "z")]
TIMES = [Literal(f"2026-01-0{day}T00:00:00Z", datatype=XSD.dateTime) for day in (1, 2)]
KEYS = [Literal("k"), Literal("7", datatype=XSD.integer)]
POOLS: dict[str, list[Arg]] = {"iri": [*NAMES], "time": [*TIMES], "key": [*KEYS]}
# What of a mention is said of its first entity, not of the pair.
KINDS = sorted(set(FORMS) - {"mentionOf"})


def values(slot: Slot) -> st.SearchStrategy[Arg]:
    if slot.type == "pairs":
        pairs = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(NAMES)), min_size=1, unique=True)
        return pairs.map(lambda found: tuple(sorted(found, key=str)))
    if slot.type == "keys":
        return st.lists(st.sampled_from(KEYS), min_size=1, unique=True).map(
            lambda found: tuple(sorted(found, key=str))
        )
    known = st.sampled_from(POOLS[slot.type])
    return known if slot.required else st.none() | known


@st.composite
def documents(draw: st.DrawFn) -> list[Statement]:
    """Statements no two of which share an id, since a node says all combinations of its values."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        form = FORMS[draw(st.sampled_from(KINDS))]
        args = tuple(draw(values(slot)) for slot in form.slots)
        if form.element is not None:
            found.append(Statement(form.name, NamedNode(f"{EX}{form.name}{number}"), args))
            continue
        named = form.identified and draw(st.booleans())
        found.append(Statement(form.name, NamedNode(f"{EX}id{number}") if named else None, args))
    return found


def said(items: list[Assertion]) -> set[tuple[object, ...]]:
    """Kinds, ids that are IRIs, and arguments."""
    return {
        (item.kind, None if isinstance(item.id, BlankNode) else item.id, *map(sortable, item.args))
        for item in items
    }


def sortable(arg: object) -> object:
    return tuple(sorted(arg, key=str)) if isinstance(arg, tuple) else arg


@given(documents(), st.sampled_from(["turtle", "nquads", "rdfxml"]))
def test_rdf_says_what_the_statements_say(statements: list[Statement], syntax: str) -> None:
    graph = NamedNode("urn:whence:document")
    quads = document_quads(
        ((None, statement) for statement in statements), default_graph=graph, base="urn:whence:"
    )
    output = io.BytesIO()
    rdf.write(quads, output, syntax)
    output.seek(0)
    items = list(read_assertions(output, syntax).items)
    expected = [Assertion(each.kind, each.id, each.args) for each in statements]
    found = [item for item in items if isinstance(item, Assertion)]
    assert said(found) == said(expected)
    assert len(items) == len(said(found))

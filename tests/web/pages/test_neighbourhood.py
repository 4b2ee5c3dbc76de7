"""The picture around a resource: what is chosen, and how it is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pyoxigraph import NamedNode

from whence.web.facts import gather
from whence.web.neighbourhood import MAX_NODES, Choice, choose, draw
from whence.web.terms import Names

PREFIXES = """
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix : <urn:x:> .
"""


def around(visitor: Any, iri: str) -> tuple[Choice, Names]:
    this = NamedNode(iri)
    choice = choose(visitor.service, gather(visitor.service, this))
    names = Names({})
    names.learn(visitor.service, choice.nodes)
    return choice, names


def edges(choice: Choice) -> set[str]:
    def short(node: NamedNode) -> str:
        return node.value.rsplit(":", 1)[1]

    return {f"{short(s)} {relation.name} {short(o)}" for s, relation, o in choice.edges}


def test_it_reaches_back_to_causes_and_on_to_effects(make_visitor: Callable[..., Any]) -> None:
    visitor = make_visitor(
        PREFIXES
        + """:mid prov:wasGeneratedBy :make . :make prov:used :source .
        :use prov:used :mid . :late prov:wasGeneratedBy :use .
        :sibling prov:used :source ."""
    )
    choice, _ = around(visitor, "urn:x:mid")
    assert edges(choice) == {
        "mid wasGeneratedBy make",
        "make used source",
        "use used mid",
        "late wasGeneratedBy use",
    }


def test_a_derivation_that_two_arrows_show_is_not_a_third(make_visitor: Callable[..., Any]) -> None:
    visitor = make_visitor(
        PREFIXES + ":b prov:wasGeneratedBy :make ; prov:wasDerivedFrom :a . :make prov:used :a ."
    )
    choice, _ = around(visitor, "urn:x:b")
    assert edges(choice) == {"b wasGeneratedBy make", "make used a"}


def test_many_neighbours_are_shown_in_turns_and_the_rest_counted(make_visitor: Callable[..., Any]) -> None:
    members = "".join(f":all prov:hadMember :m{n} ." for n in range(100))
    visitor = make_visitor(PREFIXES + members + ":all prov:wasGeneratedBy :make .")
    choice, _ = around(visitor, "urn:x:all")
    assert len(choice.nodes) <= MAX_NODES
    assert NamedNode("urn:x:make") in choice.nodes
    assert choice.more == 101 - (len(choice.nodes) - 1)


def test_kinds_have_their_shapes(make_visitor: Callable[..., Any]) -> None:
    visitor = make_visitor(
        PREFIXES
        + """:e a prov:Entity ; prov:wasGeneratedBy :a ; prov:wasAttributedTo :p .
        :a a prov:Activity . :p a prov:Agent ."""
    )
    picture = draw(*around(visitor, "urn:x:e"))
    assert picture is not None
    outlines = {box.kind: re.sub(r"[^A-Za-z]", "", box.outline) for box in picture.boxes}
    assert outlines == {"entity": "Maaz", "activity": "MLLLz", "agent": "MLLLLz"}
    assert [box.kind for box in picture.boxes if box.current] == ["entity"]
    assert all(0 <= box.x <= picture.width and 0 <= box.y <= picture.height for box in picture.boxes)


def test_labels_that_look_like_markup_stay_labels(make_visitor: Callable[..., Any]) -> None:
    label = "<b>x</b> {a|b}"
    visitor = make_visitor(PREFIXES + f":e prov:wasDerivedFrom :f . :f rdfs:label '''{label}''' .")
    picture = draw(*around(visitor, "urn:x:e"))
    assert picture is not None
    words = {" ".join(line for _, line in box.lines) for box in picture.boxes}
    assert label in words


def test_what_stands_alone_has_no_picture(make_visitor: Callable[..., Any]) -> None:
    visitor = make_visitor(PREFIXES + ":e a prov:Entity ; prov:wasDerivedFrom :e .")
    assert draw(*around(visitor, "urn:x:e")) is None

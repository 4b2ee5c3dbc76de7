"""Finds the lines of single triples in texts of the Turtle family, within what is said of a subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from typing import Final, TypeAlias

from pyoxigraph import NamedNode

from whence.formats.prov_o import DIRECTS, INVERSES, LINKS, SUBCLASSES
from whence.formats.statements import FORMS
from whence.ontology.namespaces import PROV

__all__ = ["Block", "line_of_statement", "line_of_term", "predicates"]

Block: TypeAlias = Sequence[tuple[int, str]]
"""What is said of a subject: numbers of lines, and the text of each that belongs to it."""

Named: TypeAlias = Callable[[str], str]
"""Gives the IRI for a name as a text has it."""

_TOKEN: Final = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?"
    r"|(?P<name><[^<>\s]*>|[\w.-]*:(?:\\.|[^\s;,\[\]()<>\"'\\])*)|(?P<mark>[\[\];])"
)
_EVENTS: Final = {
    "wasGeneratedBy": (PROV.generatedAtTime,),
    "wasInvalidatedBy": (PROV.invalidatedAtTime,),
    "activity": (PROV.startedAtTime, PROV.endedAtTime),
    "mentionOf": (PROV.asInBundle,),
}


@cache
def predicates(kind: str) -> frozenset[str]:
    """The IRIs that say a statement of a kind in a triple: properties, or classes of elements."""
    form = FORMS.get(kind)
    if form is None:
        return frozenset()
    found = {form.element, form.direct, *LINKS.get(kind, ()), *_EVENTS.get(kind, ())}
    found |= {name for name, (other, _) in DIRECTS.items() if other is form}
    found |= {name for name, other in INVERSES.items() if other is form}
    found |= {cls for cls, element in SUBCLASSES.items() if element == kind}
    return frozenset(term.value for term in found if term is not None)


def line_of_statement(
    block: Block, said: Collection[str], objects: Collection[NamedNode], named: Named
) -> tuple[int | None, bool]:
    """Where a block says one of the terms ``said`` of one of ``objects``; whether an object was met there.

    Without such a place it is where the block says one of the terms at all, if it does.
    """
    wanted = {node.value for node in objects}
    first: int | None = None
    active, depth, inside = False, 0, 0
    for number, word, is_name in _tokens(block):
        if not is_name:
            depth += {"[": 1, "]": -1}.get(word, 0)
            active = active and not (word == ";" and depth <= inside)
            continue
        iri = named(word)
        if iri in said:
            active, inside = True, depth
            first = first or number
        elif active and iri in wanted:
            return number, True
    return first, False


def line_of_term(block: Block, term: NamedNode, named: Named) -> int | None:
    """Where a block first names a property or class."""
    found = (line for line, word, is_name in _tokens(block) if is_name and named(word) == term.value)
    return next(found, None)


def _tokens(block: Block) -> Iterator[tuple[int, str, bool]]:
    for number, text in block:
        for match in _TOKEN.finditer(text):
            if match["name"]:
                # A full stop behind a name ends the statement.
                yield number, match["name"].rstrip("."), True
            elif match["mark"]:
                yield number, match["mark"], False

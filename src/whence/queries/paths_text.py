"""The SPARQL query that finds the same nodes as a walk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyoxigraph import BlankNode, NamedNode

from whence.ontology.namespaces import PREFIXES, PROV
from whence.queries.edges import STEPS, Labels, labels
from whence.queries.lookup import Node
from whence.queries.names import Shortener
from whence.queries.views import View

__all__ = ["path_query"]

_DEEP: Final = 12
"""A path of more steps than this is not written out."""
_MADE_WITH: Final = "generation", ("usage", "start", "end")


def path_query(
    starts: Sequence[Node],
    wanted: Labels,
    *,
    forward: bool,
    depth: int | None,
    view: View,
    versions: bool,
) -> str:
    """A query for ``?node``: what these steps lead to from the starts, themselves included.

    Empty where SPARQL has no words for it: blank nodes, deep walks with a bound.
    """
    if not wanted or any(isinstance(start, BlankNode) for start in starts):
        return ""
    if depth is not None and depth > _DEEP:
        return ""
    short = Shortener({"prov": str(PROV), **PREFIXES})
    choices = _full(wanted, short, forward) if view == "full" else _entities(wanted, short, forward)
    if not choices:
        return ""
    step = "|".join(dict.fromkeys(choices))
    path = f"({step})*" if depth is None else "/".join([f"({step})?"] * depth) or "()"
    if versions:
        path = f"(^{short(PROV.specializationOf)})*/{path}"
    if depth == 0:
        return ""
    names = " ".join(f"<{start.value}>" for start in starts)
    used = {name: iri for name, iri in PREFIXES.items() if f"{name}:" in path}
    lines = [f"PREFIX {name}: <{iri}>" for name, iri in used.items()]
    lines += ["SELECT DISTINCT ?node WHERE {", f"  VALUES ?start {{ {names} }}"]
    return "\n".join([*lines, f"  ?start {path} ?node", "}"])


def _full(wanted: Labels, short: Shortener, forward: bool) -> list[str]:
    return [_word(at, short, forward) for at in sorted(wanted)]


def _entities(wanted: Labels, short: Shortener, forward: bool) -> list[str]:
    """Steps between entities, and from one by its activity to those which that used."""
    generation, inputs = labels([_MADE_WITH[0]]) & wanted, labels(_MADE_WITH[1]) & wanted
    others = wanted - labels(["communication", "association", "delegation", "invalidation"])
    found = [_word(at, short, forward) for at in sorted(others - generation - inputs)]
    for made in generation:
        for taken in sorted(inputs):
            ends = [_word(made, short, forward), _word(taken, short, forward)]
            found.append("/".join(reversed(ends) if forward else ends))
    return found


def _word(at: int, short: Shortener, forward: bool) -> str:
    step = STEPS[at]
    predicate: NamedNode = step.predicate
    return f"^{short(predicate)}" if step.turned != forward else short(predicate)

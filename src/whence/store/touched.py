"""What an update request may change, found from its text before it runs.

Inferences follow asserted triples, in whichever graph they are. So it is enough to know triples that
may come or go; where they cannot be told, the graphs; where not even those, everything is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Triple

from whence.errors import WhenceError
from whence.ontology.namespaces import PREFIXES
from whence.store.backend import Graph
from whence.store.sparql_tokens import Token, iri_of
from whence.store.sparql_tokens import tokens as read_tokens

__all__ = ["EVERYTHING", "Construct", "Touched", "touched"]

Construct = Callable[[str, Graph], Iterable[Triple]]
"""Runs a CONSTRUCT query whose default graph is the one given, beside all named ones."""

_OPERATIONS = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}
)
_BEFORE_GRAPH = frozenset(
    {"GRAPH", "WITH", "USING", "NAMED", "TO", "SILENT", "INTO", "ADD", "MOVE", "COPY"}
)


@dataclass(frozen=True, slots=True)
class Touched:
    """Nothing but these ``triples`` changes, in any graph; or, if ``None``, nothing but these ``graphs``.

    Both ``None``: anything may change.
    """

    triples: frozenset[Triple] | None = None
    graphs: frozenset[Graph] | None = None


EVERYTHING = Touched()


def touched(update: str, construct: Construct) -> Touched:
    """What a request may change. It is one the engine accepts, or else it will change nothing."""
    tokens = read_tokens(update, None)
    operations = _operations(tokens)
    triples: frozenset[Triple] | None = None
    try:
        if all(operation.is_data for operation in operations):
            triples = _of_data(update, operations)
        elif len(operations) == 1:
            triples = _of_pattern(update, tokens, operations[0], construct)
    except (SyntaxError, ValueError, WhenceError):
        triples = None
    return _graphs(tokens, operations) if triples is None else Touched(triples=triples)


@dataclass(frozen=True, slots=True)
class _Operation:
    tokens: tuple[Token, ...]

    @property
    def word(self) -> str:
        return self.tokens[0].upper

    @property
    def is_data(self) -> bool:
        return (
            self.word in ("INSERT", "DELETE") and self.tokens[1:2] != () and self.tokens[1].upper == "DATA"
        )


def _operations(tokens: Sequence[Token]) -> list[_Operation]:
    """The operations of a request, without the declarations before them."""
    found: list[_Operation] = []
    part: list[Token] = []
    for token in tokens:
        if token.depth == 0 and token.text == ";":
            part = _finish(part, found)
        else:
            part.append(token)
    _finish(part, found)
    return found


def _finish(part: list[Token], found: list[_Operation]) -> list[Token]:
    at = 0
    while at < len(part) and part[at].upper in ("PREFIX", "BASE"):
        at += 3 if part[at].upper == "PREFIX" else 2
    if at < len(part):
        found.append(_Operation(tuple(part[at:])))
    return []


def _of_data(update: str, operations: Sequence[_Operation]) -> frozenset[Triple] | None:
    """The triples of INSERT DATA and DELETE DATA: what is there when all are inserted into nothing."""
    if any(_makes_blank_nodes(operation.tokens) for operation in operations):
        return None
    parts, done = [], 0
    for operation in operations:
        first = operation.tokens[0]
        parts += [update[done : first.start], "INSERT"]
        done = first.end
    scratch = ox.Store()
    scratch.update("".join([*parts, update[done:]]), prefixes=PREFIXES)
    return frozenset(quad.triple for quad in scratch)


def _makes_blank_nodes(tokens: Iterable[Token]) -> bool:
    return any(token.kind == "blank" or token.text == "[" or token.text == "(" for token in tokens)


def _of_pattern(
    update: str, tokens: Sequence[Token], operation: _Operation, construct: Construct
) -> frozenset[Triple] | None:
    """The triples of DELETE and INSERT templates, for every match of their WHERE."""
    found = _modification(operation.tokens)
    if found is None or found.has_dataset or any(map(_makes_blank_nodes, found.templates)):
        return None
    over: Graph = DefaultGraph()
    if found.graph is not None:
        over = NamedNode(iri_of(found.graph, _prefixes(tokens)))
    prologue = update[: operation.tokens[0].start]
    pattern = update[found.where[0].start : found.where[-1].end]
    triples: set[Triple] = set()
    for template in found.templates:
        body = _flat(template)
        if body:
            triples.update(construct(f"{prologue} CONSTRUCT {{ {body} }} WHERE {pattern}", over))
    return frozenset(triples)


_Group = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class _Modification:
    """Templates, the name of the WITH graph, whether there is USING, and the WHERE group."""

    templates: list[_Group]
    graph: Token | None
    has_dataset: bool
    where: _Group


def _modification(tokens: Sequence[Token]) -> _Modification | None:
    groups: list[tuple[str, _Group]] = []
    graph: Token | None = None
    has_dataset = any(token.upper == "USING" and token.depth == 0 for token in tokens)
    at, word = 0, ""
    while at < len(tokens):
        token = tokens[at]
        if token.text == "{":
            end = _closing(tokens, at)
            groups.append((word, tuple(tokens[at : end + 1])))
            at, word = end + 1, ""
            continue
        if token.upper in ("INSERT", "DELETE", "WHERE", "WITH", "USING", "NAMED"):
            # DELETE WHERE { } is both template and pattern.
            word = "BOTH" if (word, token.upper) == ("DELETE", "WHERE") else token.upper
        elif word in ("WITH", "USING", "NAMED") and token.kind in ("iri", "pname"):
            graph, word = token if word == "WITH" else graph, ""
        else:
            return None
        at += 1
    if word or not groups:
        return None
    if groups[-1][0] == "BOTH":
        return _Modification([groups[-1][1]], graph, has_dataset, groups[-1][1])
    kinds = [kind for kind, _ in groups]
    if kinds[-1] not in ("WHERE", "") or not set(kinds[:-1]) <= {"INSERT", "DELETE"} or len(kinds) == 1:
        return None
    return _Modification([group for _, group in groups[:-1]], graph, has_dataset, groups[-1][1])


def _closing(tokens: Sequence[Token], at: int) -> int:
    depth = tokens[at].depth
    return next(
        i for i in range(at + 1, len(tokens)) if tokens[i].text == "}" and tokens[i].depth == depth + 1
    )


def _prefixes(tokens: Sequence[Token]) -> dict[str, str]:
    """The prefixes of a request, with Whence's own."""
    found = {f"{name}:": iri for name, iri in PREFIXES.items()}
    for at, token in enumerate(tokens[:-2]):
        if token.upper == "PREFIX":
            found[tokens[at + 1].text] = iri_of(tokens[at + 2], {})
    return found


def _flat(template: _Group) -> str:
    """The triples of a template without the GRAPH clauses around them."""
    parts: list[str] = []
    inner = list(template[1:-1])
    at = 0
    while at < len(inner):
        token = inner[at]
        if token.upper == "GRAPH" and token.kind == "word":
            at += 2
            text = "."
        else:
            text = "." if token.text in "{}" else token.text
        if text != "." or (parts and not parts[-1].endswith(".")):
            parts.append(text)
        at += 1
    return " ".join(parts)


def _writes_unnamed(operation: _Operation) -> bool:
    """Whether an operation may change the unnamed graph."""
    tokens = operation.tokens
    if operation.word in ("INSERT", "DELETE", "WITH") and not operation.is_data:
        found = _modification(tokens)
        return found is None or (found.graph is None and any(map(_has_unnamed, found.templates)))
    words = {token.upper for token in tokens}
    return operation.is_data or "DEFAULT" in words or (operation.word == "LOAD" and "INTO" not in words)


def _has_unnamed(template: _Group) -> bool:
    """Whether a template has triples outside GRAPH clauses."""
    depth = template[0].depth + 1
    outside = [token for token in template[1:-1] if token.depth == depth and token.text not in "{}."]
    return len(outside) != 2 * sum(token.upper == "GRAPH" for token in outside)


def _graphs(tokens: Sequence[Token], operations: Sequence[_Operation]) -> Touched:
    """The graphs that a request names where it may change them."""
    graphs: set[Graph] = {DefaultGraph()} if any(map(_writes_unnamed, operations)) else set()
    prefixes = _prefixes(tokens)
    declared = [token.upper for token in tokens].count("PREFIX")
    if declared != len({after.text for token, after in pairwise(tokens) if token.upper == "PREFIX"}):
        # A prefix that changes its meaning on the way.
        return EVERYTHING
    for token, after in pairwise(tokens):
        if token.kind != "word":
            continue
        if token.upper == "BASE" or after.upper == "ALL":
            return EVERYTHING
        if token.upper in ("CLEAR", "DROP", "SILENT") and after.upper == "NAMED":
            return EVERYTHING
        if token.upper not in _BEFORE_GRAPH:
            continue
        if after.kind == "var":
            return EVERYTHING
        if after.kind in ("iri", "pname"):
            try:
                graphs.add(NamedNode(iri_of(after, prefixes)))
            except ValueError:
                return EVERYTHING
    return Touched(graphs=frozenset(graphs))

"""Relations that no store holds, since they hold of too many pairs: properties written as their paths.

``whence:alternateOf`` and its like are declared in ``ontology/whence.ttl``, each with the property path
that it stands for. Where one is the predicate of a pattern, or part of its path, the path is put. So it
is with properties that only say the same from the other side, such as ``prov:influenced``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Final
from urllib.parse import urljoin

from pyoxigraph import Literal, NamedNode

from whence import ontology
from whence.errors import SourceSyntaxError
from whence.ontology.namespaces import PREFIXES, PROV, WHENCE
from whence.store.sparql_patterns import Patterns, Statement, Step, bare, closing, read_patterns
from whence.store.sparql_tokens import Edit, Token, edited, fault, iri_of
from whence.store.sparql_tokens import tokens as read_tokens

__all__ = ["DEPTH", "OTHER_SIDES", "expanded", "expanded_for_servers", "paths"]

DEPTH: Final = 8
"""Brackets that expanding can add around and in a property."""

OTHER_SIDES: Final = {PROV.influenced.value: PROV.wasInfluencedBy.value}
"""Properties that are not stored when inferred, by the property that says the same from the other side."""

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_IN_PATH: Final = frozenset("()|/^")

# The engine orders joins by guesses. It takes a closure with one end given for large and would rather
# check each row of other patterns by a walk of its own (3,000 walks of 5 ms). Taking part in a join with
# what it counts as no rows, and is one row, makes it come first; the subquery keeps the guess together.
_FIRST: Final = (
    "{{ SELECT {var} {{ ",
    " {{ SELECT (COUNT(*) AS {var}_n) {{ VALUES {var}_z {{}} }} }} }} }}",
)
# In GRAPH ?g the engine loses ?g from subqueries; this only keeps it from walking for each row.
_APART: Final = ("{{ ", " MINUS {{ VALUES {var}_z {{ 1 }} }} }}")


@cache
def paths() -> Mapping[str, str]:
    """What each property is the closure of: a step by IRI, one IRI or a path in parentheses.

    Read from the ``whence:path`` of the ontology. Raises :class:`SourceSyntaxError` for one that is not
    a step with a ``+`` behind it, made of declared prefixes' names, IRIs and ``( ) | / ^``.
    """
    return {
        triple.subject.value: _step(triple.subject, triple.object.value)
        for triple in sorted(ontology.load("whence"), key=str)
        if triple.predicate == WHENCE.path
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, Literal)
    }


def _step(name: NamedNode, path: str) -> str:
    tokens = read_tokens(path, None)
    parts = [_in_full(token) for token in tokens[:-1]]
    one = len(parts) == 1 or (parts and tokens[0].text == "(" and closing(tokens, 0) == len(parts) - 1)
    if not one or "" in parts or tokens[-1].text != "+":
        raise SourceSyntaxError(f"the path of {name} is not (...)+: {path}", source="whence.ttl")
    return "".join(parts)


def _in_full(token: Token) -> str:
    prefix, _, local = token.text.partition(":")
    if token.kind == "pname" and prefix in PREFIXES:
        return f"<{PREFIXES[prefix]}{local}>"
    return token.text if token.kind == "iri" or token.text in _IN_PATH else ""


def expanded(
    text: str, tokens: Sequence[Token], known_prefixes: Mapping[str, str], *, reorder: bool = True
) -> str:
    """The text with each property of :func:`paths` in a pattern replaced by its path.

    ``known_prefixes`` are those that the text need not declare. ``reorder`` also writes statements with
    one end given so that the embedded engine walks from that end, once.

    In templates, data, expressions, and as subject or object, the properties stay as they are, those of
    :data:`OTHER_SIDES` also wherever SPARQL has no paths. Raises
    :class:`QuerySyntaxError` where a pattern has one but SPARQL has no paths: a negated property set, a
    triple term, and the short forms ``CONSTRUCT WHERE`` and ``DELETE WHERE``.
    """
    named = dict(_properties(tokens, known_prefixes))
    found = {at: paths()[iri] for at, iri in named.items() if iri not in OTHER_SIDES}
    turned = {at: iri for at, iri in named.items() if iri in OTHER_SIDES}
    if not named:
        return text
    patterns = read_patterns(tokens)
    _refuse(text, tokens, patterns, found)
    # A blank node's label cannot be on both sides of a group.
    reorder = reorder and not any(token.kind == "blank" for token in tokens)
    edits: list[Edit] = []
    for statement in patterns.statements:
        for step in statement.steps:
            edits += [_path_edit(tokens, at, found[at]) for at in step.path if at in found]
            if turned and statement.context.paths:
                negated = set(_negated(tokens, step.path))
                edits += [
                    _both_sides(tokens[at], turned[at])
                    for at in step.path
                    if at in turned and at not in negated
                ]
        if reorder:
            edits += _groups(tokens, statement, found)
    return edited(text, edits)


def expanded_for_servers(text: str, *, reorder: bool = False) -> str:
    """The text for a server that knows none of the properties; it need not declare :data:`PREFIXES`."""
    return expanded(text, read_tokens(text, None), PREFIXES, reorder=reorder)


def _properties(tokens: Sequence[Token], known: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """The places of properties, each with its IRI."""
    base = ""
    # As they stand at each place: an update request may declare a prefix anew between operations.
    prefixes = {f"{name}:": namespace for name, namespace in known.items()}
    for at, token in enumerate(tokens):
        if token.kind not in ("iri", "pname"):
            continue
        iri = iri_of(token, prefixes)
        if token.kind == "iri":
            iri = _resolved(base, iri)
            if at and tokens[at - 1].upper == "BASE":
                base = iri
            elif at > 1 and tokens[at - 2].upper == "PREFIX":
                prefixes[tokens[at - 1].text] = iri
        elif token.text.endswith("."):
            iri = iri.rstrip(".")
        if iri in OTHER_SIDES or (iri.startswith(WHENCE) and iri in paths()):
            yield at, iri


def _resolved(base: str, iri: str) -> str:
    if not base or _SCHEME.match(iri):
        return iri
    try:
        return urljoin(base, iri)
    except ValueError:
        return iri


def _refuse(text: str, tokens: Sequence[Token], patterns: Patterns, found: Collection[int]) -> None:
    for term in patterns.triple_terms:
        for at in term:
            if at in found:
                raise _misplaced(text, tokens[at], "in a triple term")
    for statement in patterns.statements:
        for step in statement.steps:
            inside = [at for at in step.path if at in found]
            if inside and not statement.context.paths:
                place = "in CONSTRUCT WHERE or DELETE WHERE; write the template out"
                raise _misplaced(text, tokens[inside[0]], place)
            for at in _negated(tokens, step.path) if inside else ():
                if at in found:
                    raise _misplaced(text, tokens[at], "in a negated property set")


def _misplaced(text: str, token: Token, place: str) -> Exception:
    return fault(text, token, f"{bare(token)} stands for a path, which cannot be {place}")


def _negated(tokens: Sequence[Token], path: range) -> Iterator[int]:
    for at in path:
        if tokens[at].text == "!" and at + 1 in path:
            first = at + 2 if tokens[at + 1].text == "^" else at + 1
            yield from range(first, closing(tokens, first) if tokens[first].text == "(" else first + 1)


def _path_edit(tokens: Sequence[Token], at: int, step: str) -> Edit:
    """The path in place of the property and of the ``*``, ``+`` or ``?`` behind it.

    The closure of a closure is the closure, and walking it as two would take quadratic time.
    """
    token = tokens[at]
    after = tokens[at + 1] if at + 1 < len(tokens) else token
    if after.text in ("*", "?"):
        return token.start, after.end, f"({step}*)"
    sign = at + 2 < len(tokens) and tokens[at + 2].kind == "number" and tokens[at + 2].start == after.end
    end = after.end if after.text == "+" and not sign else token.end
    return token.start, end, f"({step}+)"


def _both_sides(token: Token, iri: str) -> Edit:
    start = token.start
    return start, start + len(bare(token)), f"(<{iri}>|^<{OTHER_SIDES[iri]}>)"


def _groups(tokens: Sequence[Token], statement: Statement, found: Collection[int]) -> Iterator[Edit]:
    """Edits that put steps with one end given into groups of their own, which are evaluated first."""
    apart = [_free_end(tokens, statement, step, found) for step in statement.steps]
    if statement.subject is None or not any(apart):
        return
    subject = bare(tokens[statement.subject])
    opening, ending = _APART if statement.context.graph_variable else _FIRST
    for number, (step, free) in enumerate(zip(statement.steps, apart, strict=True)):
        begin = opening.format(var=free) if free else ""
        after_group = number > 0 and apart[number - 1]
        if number == 0 and free:
            start = tokens[statement.subject].start
            yield start, start, begin
        elif free or after_group:
            yield from _instead(tokens, step.separators, f" {begin}{subject} ")
        if free:
            last = step.objects[-1]
            end = tokens[last].start + len(bare(tokens[last])) if last is not None else 0
            yield end, end, ending.format(var=free)
    if apart[-1]:
        yield from _instead(tokens, statement.separators, " ")


def _instead(tokens: Sequence[Token], separators: Sequence[int], new: str) -> Iterator[Edit]:
    for at in separators:
        yield tokens[at].start, tokens[at].end, new
        new = " "


def _free_end(tokens: Sequence[Token], statement: Statement, step: Step, found: Collection[int]) -> str:
    """The variable of a step whose other end is an IRI and whose path has a property in it."""
    if statement.context.exists or len(step.objects) != 1 or not any(at in found for at in step.path):
        return ""
    ends = [tokens[at] for at in (statement.subject, step.objects[0]) if at is not None]
    variables = [f"?{end.text[1:]}" for end in ends if end.kind == "var"]
    given = [end for end in ends if end.kind in ("iri", "pname")]
    return variables[0] if variables and given else ""

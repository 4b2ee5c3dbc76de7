"""SPARQL text made safe to run: known crashing shapes rewritten, network access and limits checked.

The engine aborts its process on some sorts and on deep nesting, has no switch for SERVICE and LOAD, and
takes no dataset for updates. All of that is handled here on the token level, before it sees the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from whence.errors import QueryForbidden
from whence.ontology.namespaces import PREFIXES
from whence.store import query_time
from whence.store.sparql_tokens import MAX_CHAIN, Edit, Token, edited, fault, iri_of, refuse_hidden_load
from whence.store.sparql_tokens import tokens as read_tokens

__all__ = [
    "MAX_DEPTH",
    "NO_PREFIXES",
    "Prepared",
    "Shape",
    "prepare_query",
    "prepare_update",
    "query_shape",
    "with_prefixes",
]

MAX_DEPTH = 200
"""Brackets nested deeper than this are refused: the engine's parser overflows its stack at thousands."""

MAX_ORDER_KEYS = 1000
"""ORDER BY keys of one text: each becomes three, of several times its length."""

NO_PREFIXES: Final[Mapping[str, str]] = MappingProxyType({})
"""What is known where every prefix has to be declared."""

_OPEN = frozenset("({[")
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_PLAIN = re.compile(r"\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
_PLAIN_LENGTH = 1000
_NOT_PLAIN = ("SERVICE", "LOAD", "ORDER", "FROM", "PREFIX", "BASE", "\\", "WHENCE/NS#", "PROV#INFLUENCED>")
_IRI = re.compile(r"<[^<>\s]*>")
_UPDATES = frozenset({"INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"})
_XSD_STRING = "<http://www.w3.org/2001/XMLSchema#string>"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query ready to run: its text, its form (``SELECT``, ...), and whether it names its own dataset.

    ``undeclared`` are the known prefixes that it uses without declaring them, and what they stand for.
    """

    text: str
    form: str
    has_dataset: bool
    undeclared: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a query asks for, read off its tokens: text that stays as it is.

    ``limit`` is the outermost LIMIT; ``names_graphs`` says whether a GRAPH clause names its graph.
    """

    form: str
    has_dataset: bool
    names_graphs: bool
    limit: int | None


def prepare_query(
    text: str,
    *,
    max_depth: int = MAX_DEPTH,
    service_hosts: Collection[str] = frozenset(),
    max_rows: int | None = None,
    known_prefixes: Mapping[str, str] = NO_PREFIXES,
) -> Prepared:
    """Check a query and rewrite what the engine cannot survive.

    Properties answered at query time become their paths (:mod:`whence.store.query_time`).
    Every ORDER BY key gets leading keys that part numbers, strings and other types, which SPARQL leaves
    unordered among each other. ``max_rows`` lowers (or adds) the outermost LIMIT.

    Raises :class:`QuerySyntaxError` for nesting beyond ``max_depth``, for what is no query, and for a
    prefix that is neither declared nor among ``known_prefixes``; :class:`QueryForbidden` for a SERVICE
    whose host is not among ``service_hosts``. Other faults of syntax are left to the engine.
    """
    if max_rows is None and (plain := _plain_form(text, max_depth)):
        return Prepared(text, plain, has_dataset=False)
    tokens = read_tokens(text, max_depth)
    _check_query(text, tokens)
    undeclared = _undeclared(text, tokens, known_prefixes)
    _check_network(tokens, "SERVICE", service_hosts)
    if (longer := query_time.expanded(text, tokens, known_prefixes)) != text:
        # The guards have to hold for what the engine gets.
        text, tokens = longer, read_tokens(longer, max_depth + query_time.DEPTH)
        _check_network(tokens, "SERVICE", service_hosts)
    form = next((t.upper for t in tokens if t.depth == 0 and t.upper in _FORMS), "")
    edits = [*_order_edits(text, tokens)]
    if max_rows is not None and form != "ASK":
        edits.append(_limit_edit(text, tokens, max_rows))
    has_dataset = any(t.upper == "FROM" for t in tokens)
    return Prepared(edited(text, edits), form, has_dataset, undeclared)


def _plain_form(text: str, max_depth: int) -> str:
    """The form of a short query with nothing in it to check or rewrite, else nothing.

    Reading tokens would take a tenth of the time that a lookup over HTTP takes in all.
    """
    match = _PLAIN.match(text)
    if match is None or len(text) > min(_PLAIN_LENGTH, MAX_CHAIN):
        return ""
    bare = _IRI.sub("", text)
    if text.count("{") + text.count("(") + text.count("[") > max_depth or ":" in bare or "#" in bare:
        return ""
    upper = text.upper()
    return "" if any(word in upper for word in _NOT_PLAIN) else match[1].upper()


def query_shape(text: str) -> Shape:
    """The shape of a query that another engine will check and run."""
    tokens = read_tokens(text, None)
    pairs = list(pairwise(tokens))
    limits = [b.text for a, b in pairs if a.upper == "LIMIT" and a.depth == 0 and b.text.isdigit()]
    return Shape(
        form=next((t.upper for t in tokens if t.depth == 0 and t.upper in _FORMS), ""),
        has_dataset=any(t.upper == "FROM" for t in tokens),
        names_graphs=any(a.upper == "GRAPH" and b.kind in ("iri", "pname") for a, b in pairs),
        limit=_count(limits[-1]) if limits else None,
    )


def with_prefixes(text: str, known: Mapping[str, str]) -> str:
    """The text with declarations, on a line before it, of the known prefixes it uses undeclared."""
    if not any(f"{name}:" in text for name in known):
        return text
    tokens = read_tokens(text, None)
    used = {t.text.partition(":")[0] for t in tokens if t.kind == "pname"}
    declared = {
        b.text.rstrip(":") for a, b in pairwise(tokens) if a.upper == "PREFIX" and b.kind == "pname"
    }
    lines = [f"PREFIX {name}: <{known[name]}>" for name in sorted((used - declared) & known.keys())]
    return f"{' '.join(lines)}\n{text}" if lines else text


def prepare_update(
    text: str,
    *,
    using: Sequence[str] = (),
    using_named: Sequence[str] = (),
    load_hosts: Collection[str] = frozenset(),
    service_hosts: Collection[str] = frozenset(),
    max_depth: int = MAX_DEPTH,
) -> str:
    """Check an update request, make its patterns safe, and write a protocol dataset into it as USING.

    Raises :class:`QueryForbidden` for LOAD and SERVICE to hosts not listed, and
    :class:`QuerySyntaxError` when ``using`` or ``using_named`` is given and the request itself has
    USING or WITH (SPARQL 1.1 Protocol, section 2.2.3).
    """
    tokens = read_tokens(text, max_depth)
    first = _first(tokens)
    if first is not None and first.upper in _FORMS:
        raise fault(text, first, "this is a query, not an update")
    _check_network(tokens, "SERVICE", service_hosts)
    _check_network(tokens, "LOAD", load_hosts)
    refuse_hidden_load(text, tokens)
    if (longer := query_time.expanded(text, tokens, PREFIXES)) != text:
        text, tokens = longer, read_tokens(longer, max_depth + query_time.DEPTH)
        _check_network(tokens, "SERVICE", service_hosts)
        _check_network(tokens, "LOAD", load_hosts)
        refuse_hidden_load(text, tokens)
    edits = [*_order_edits(text, tokens)]
    if using or using_named:
        edits.extend(_using_edits(text, tokens, using, using_named))
    return edited(text, edits)


def _first(tokens: Sequence[Token]) -> Token | None:
    """The first token behind the declarations."""
    at = 0
    while at < len(tokens) and tokens[at].upper in ("PREFIX", "BASE"):
        at += 3 if tokens[at].upper == "PREFIX" else 2
    return tokens[at] if at < len(tokens) else None


def _check_query(text: str, tokens: Sequence[Token]) -> None:
    first = _first(tokens)
    if first is None or first.upper in _FORMS or first.kind != "word":
        return
    if first.upper in _UPDATES:
        raise fault(text, first, "this is an update, not a query: use store.update() or /update")
    raise fault(text, first, f"expected SELECT, ASK, CONSTRUCT or DESCRIBE, found {first.text[:40]!r}")


def _undeclared(text: str, tokens: Sequence[Token], known: Mapping[str, str]) -> dict[str, str]:
    """The known prefixes used without being declared; a fault for an unknown one."""
    found: dict[str, str] = {}
    declared = {b.text.rstrip(":") for a, b in pairwise(tokens) if a.upper == "PREFIX"}
    for token in tokens:
        name = token.text.partition(":")[0]
        if token.kind != "pname" or name in declared:
            continue
        if name not in known:
            raise fault(text, token, f"the prefix {name}: is not declared; begin with PREFIX {name}: <...>")
        found[name] = known[name]
    return found


def _check_network(tokens: Sequence[Token], word: str, hosts: Collection[str]) -> None:
    # As they stand at each place: an update request may declare a prefix anew between operations.
    prefixes: dict[str, str] = {}
    for at, token in enumerate(tokens):
        if token.upper == "PREFIX" and at + 2 < len(tokens) and tokens[at + 2].kind == "iri":
            prefixes[tokens[at + 1].text] = iri_of(tokens[at + 2], {})
        if token.upper != word or token.kind != "word":
            continue
        after = at + 2 if at + 1 < len(tokens) and tokens[at + 1].upper == "SILENT" else at + 1
        target = tokens[after] if after < len(tokens) else None
        if target is None or not _listed(target, prefixes, hosts):
            raise QueryForbidden(
                f"{word} {target.text if target else ''} is not allowed here; "
                "the operator of this store has to list its host"
            )


def _listed(target: Token, prefixes: Mapping[str, str], hosts: Collection[str]) -> bool:
    """Whether the target of a call is on one of the hosts."""
    try:
        place = urlsplit(iri_of(target, prefixes))
    except ValueError:
        return False
    host = place.netloc.rpartition("@")[2]
    if place.scheme.lower() not in ("http", "https") or not host:
        return False
    return host in hosts or host.rpartition(":")[0] in hosts


def _order_edits(text: str, tokens: Sequence[Token]) -> Iterator[Edit]:
    keys, done = 0, 0
    for at in range(len(tokens) - 1):
        if tokens[at].upper != "ORDER" or tokens[at + 1].upper != "BY":
            continue
        if at < done:
            # Its copies in the keys around it would stay as they are.
            raise fault(text, tokens[at], "ORDER BY within a key of ORDER BY is not supported")
        for past, edit in _order_keys(text, tokens, at + 2):
            done, keys = past, keys + 1
            if keys > MAX_ORDER_KEYS:
                raise fault(text, tokens[at], f"more than {MAX_ORDER_KEYS} ORDER BY keys")
            yield edit


def _order_keys(text: str, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Edit]]:
    """The index behind each key, and what comes before it."""
    depth = tokens[at].depth if at < len(tokens) else 0
    while at < len(tokens) and tokens[at].depth == depth:
        first, direction = tokens[at], ""
        if first.upper in ("ASC", "DESC"):
            direction = first.upper
            at += 1
        elif (
            first.kind not in ("var", "iri", "pname")
            and first.text != "("
            and (first.kind != "word" or first.upper in ("LIMIT", "OFFSET", "VALUES", "HAVING"))
        ):
            return
        if at == len(tokens):
            return
        begin = at
        at = _past(tokens, at)
        expression = text[tokens[begin].start : tokens[at - 1].end]
        lead = " ".join(f"{direction}({key})" for key in _kinds(expression))
        yield at, (first.start, first.start, f"{lead} ")


def _kinds(expression: str) -> tuple[str, str]:
    """Keys that part values the engine cannot compare consistently: numbers, text, each other datatype.

    NaN goes with the non-numbers, since it compares with nothing.
    """
    number = f"isNumeric({expression}) && ({expression}) = ({expression})"
    text = f'{number} || LANG({expression}) != "" || DATATYPE({expression}) = {_XSD_STRING}'
    return number, f'IF({text}, "", STR(DATATYPE({expression})))'


def _past(tokens: Sequence[Token], at: int) -> int:
    """The index after one order key: a variable, a bracketed expression, or a call with its arguments."""
    if tokens[at].kind == "var":
        return at + 1
    depth = tokens[at].depth
    while at < len(tokens) and tokens[at].text not in _OPEN and tokens[at].depth == depth:
        at += 1
    at += 1
    while at < len(tokens) and tokens[at].depth > depth:
        at += 1
    return min(at, len(tokens))


def _limit_edit(text: str, tokens: Sequence[Token], max_rows: int) -> Edit:
    end = len(text)
    for at, token in enumerate(tokens):
        if token.depth:
            continue
        if token.upper == "LIMIT" and at + 1 < len(tokens) and tokens[at + 1].text.isdigit():
            number = tokens[at + 1]
            return number.start, number.end, str(min(_count(number.text), max_rows))
        if token.upper == "VALUES":
            end = token.start
            break
    return end, end, f"\nLIMIT {max_rows}\n"


def _count(digits: str) -> int:
    """A number of rows; one with more digits than any store has rows is as good as any such."""
    return int(digits) if len(digits) <= 18 else 10**18


def _using_edits(
    text: str, tokens: Sequence[Token], using: Sequence[str], using_named: Sequence[str]
) -> Iterator[Edit]:
    clause = "".join(f"USING <{iri}> " for iri in using)
    clause += "".join(f"USING NAMED <{iri}> " for iri in using_named)
    for at, token in enumerate(tokens):
        if token.depth:
            continue
        if token.upper in ("USING", "WITH"):
            raise fault(text, token, f"{token.upper} cannot be combined with using-graph-uri parameters")
        if token.upper != "WHERE":
            continue
        if tokens[at - 1].upper == "DELETE":
            yield from _delete_where(text, tokens, at, clause)
        else:
            yield token.start, token.start, clause


def _delete_where(text: str, tokens: Sequence[Token], at: int, clause: str) -> Iterator[Edit]:
    """``DELETE WHERE {P}`` takes no USING: write it as ``DELETE {P} USING ... WHERE {P}``."""
    end = _past(tokens, at)
    if end <= at + 1:
        return
    pattern = text[tokens[at + 1].start : tokens[end - 1].end]
    yield tokens[at].start, tokens[at].start, f"{pattern} {clause}"

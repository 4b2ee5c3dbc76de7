"""SPARQL text made safe to run: known crashing shapes rewritten, network access and limits checked.

The engine aborts its process on some sorts and on deep nesting, has no switch for SERVICE and LOAD, and
takes no dataset for updates. All of that is handled here on the token level, before it sees the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from whence.errors import QueryForbidden, QuerySyntaxError

__all__ = [
    "MAX_DEPTH",
    "Prepared",
    "Shape",
    "prepare_query",
    "prepare_update",
    "query_shape",
    "with_prefixes",
]

MAX_DEPTH = 200
"""Brackets nested deeper than this are refused: the engine's parser overflows its stack at thousands."""

MAX_CHAIN = 2000
"""Operators joined in one expression or group; longer chains become as deep a tree in the engine."""

_TOKEN = re.compile(
    r"""
    (?P<space>[\s]+|\#[^\n\r]*)
  | (?P<string>\"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
      |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<var>[?$]\w+)
  | (?P<pname>(?:[^\W\d_][\w.\-]*)?:(?:[\w.\-:]|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<blank>_:[\w.\-]+)
  | (?P<lang>@[A-Za-z0-9\-]+)
  | (?P<word>[^\W\d_]\w*)
  | (?P<number>[0-9.]+(?:[eE][+\-]?[0-9]+)?)
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN, _CLOSE = frozenset("({["), frozenset(")}]")
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_CHAINING = frozenset(
    {"&&", "||", "+", "-", "*", "/", "|", "!", "^", "UNION", "OPTIONAL", "MINUS", "FILTER", "BIND"}
)
_XSD_STRING = "<http://www.w3.org/2001/XMLSchema#string>"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query ready to run: its text, its form (``SELECT``, ...), and whether it names its own dataset."""

    text: str
    form: str
    has_dataset: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What a query asks for, read off its tokens: text that stays as it is.

    ``limit`` is the outermost LIMIT; ``names_graphs`` says whether a GRAPH clause names its graph.
    """

    form: str
    has_dataset: bool
    names_graphs: bool
    limit: int | None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    depth: int

    @property
    def upper(self) -> str:
        return self.text.upper() if self.kind == "word" else self.text

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def _tokens(text: str, max_depth: int) -> list[_Token]:
    found: list[_Token] = []
    chains = [0]
    for match in _TOKEN.finditer(text):
        kind, value = match.lastgroup or "mark", match.group()
        if kind == "space":
            continue
        token = _Token(kind, value, match.start(), len(chains) - 1)
        found.append(token)
        if value in _OPEN:
            chains.append(0)
            if len(chains) > max_depth:
                raise _fault(text, token, f"brackets nested deeper than {max_depth} levels")
        elif value in _CLOSE and len(chains) > 1:
            chains.pop()
        elif token.upper in _CHAINING:
            chains[-1] += 1
            if chains[-1] > MAX_CHAIN:
                raise _fault(text, token, f"more than {MAX_CHAIN} operators in one group; split the query")
    return found


def _fault(text: str, token: _Token, reason: str) -> QuerySyntaxError:
    line = text.count("\n", 0, token.start) + 1
    column = token.start - (text.rfind("\n", 0, token.start) + 1) + 1
    return QuerySyntaxError(reason, line=line, column=column)


def prepare_query(
    text: str,
    *,
    max_depth: int = MAX_DEPTH,
    service_hosts: Collection[str] = frozenset(),
    max_rows: int | None = None,
) -> Prepared:
    """Check a query and rewrite what the engine cannot survive.

    Every ORDER BY key gets leading keys that part numbers, strings and other types, which SPARQL leaves
    unordered among each other. ``max_rows`` lowers (or adds) the outermost LIMIT.

    Raises :class:`QuerySyntaxError` for nesting beyond ``max_depth`` and :class:`QueryForbidden` for a
    SERVICE whose host is not among ``service_hosts``. Other faults of syntax are left to the engine.
    """
    tokens = _tokens(text, max_depth)
    _check_network(tokens, "SERVICE", service_hosts)
    form = next((t.upper for t in tokens if t.depth == 0 and t.upper in _FORMS), "")
    edits = [*_order_edits(text, tokens)]
    if max_rows is not None and form != "ASK":
        edits.append(_limit_edit(text, tokens, max_rows))
    has_dataset = any(t.upper == "FROM" for t in tokens)
    return Prepared(_apply(text, edits), form, has_dataset)


def query_shape(text: str) -> Shape:
    """The shape of a query that another engine will check and run."""
    tokens = _tokens(text, len(text) + 2)
    pairs = list(pairwise(tokens))
    limits = [b.text for a, b in pairs if a.upper == "LIMIT" and a.depth == 0 and b.text.isdigit()]
    return Shape(
        form=next((t.upper for t in tokens if t.depth == 0 and t.upper in _FORMS), ""),
        has_dataset=any(t.upper == "FROM" for t in tokens),
        names_graphs=any(a.upper == "GRAPH" and b.kind in ("iri", "pname") for a, b in pairs),
        limit=int(limits[-1]) if limits else None,
    )


def with_prefixes(text: str, known: Mapping[str, str]) -> str:
    """The text with declarations, on a line before it, of the known prefixes it uses undeclared."""
    tokens = _tokens(text, len(text) + 2)
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
    """Check an update request, make its sorts safe, and write a protocol dataset into it as USING.

    Raises :class:`QueryForbidden` for LOAD and SERVICE to hosts not listed, and
    :class:`QuerySyntaxError` when ``using`` or ``using_named`` is given and the request itself has
    USING or WITH (SPARQL 1.1 Protocol, section 2.2.3).
    """
    tokens = _tokens(text, max_depth)
    _check_network(tokens, "SERVICE", service_hosts)
    _check_network(tokens, "LOAD", load_hosts)
    edits = [*_order_edits(text, tokens)]
    if using or using_named:
        edits.extend(_using_edits(text, tokens, using, using_named))
    return _apply(text, edits)


def _check_network(tokens: Sequence[_Token], word: str, hosts: Collection[str]) -> None:
    prefixes = {
        name.text: iri.text[1:-1]
        for keyword, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if keyword.upper == "PREFIX" and name.kind == "pname" and iri.kind == "iri"
    }
    for at, token in enumerate(tokens):
        if token.upper != word or token.kind != "word":
            continue
        after = at + 2 if at + 1 < len(tokens) and tokens[at + 1].upper == "SILENT" else at + 1
        target = tokens[after] if after < len(tokens) else None
        iri = ""
        if target and target.kind == "iri":
            iri = target.text[1:-1]
        elif target and target.kind == "pname":
            prefix, _, local = target.text.partition(":")
            iri = prefixes.get(f"{prefix}:", "") + local
        host = urlsplit(iri).netloc.rpartition("@")[2] if iri else ""
        if host and (host in hosts or host.rpartition(":")[0] in hosts):
            continue
        raise QueryForbidden(
            f"{word} {target.text if target else ''} is not allowed here; "
            "the operator of this store has to list its host"
        )


_Edit = tuple[int, int, str]


def _apply(text: str, edits: Sequence[_Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _order_edits(text: str, tokens: Sequence[_Token]) -> Iterator[_Edit]:
    for at in range(len(tokens) - 1):
        if tokens[at].upper == "ORDER" and tokens[at + 1].upper == "BY":
            yield from _order_keys(text, tokens, at + 2)


def _order_keys(text: str, tokens: Sequence[_Token], at: int) -> Iterator[_Edit]:
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
        begin = at
        at = _past(tokens, at)
        expression = text[tokens[begin].start : tokens[at - 1].end]
        lead = " ".join(f"{direction}({key})" for key in _kinds(expression))
        yield first.start, first.start, f"{lead} "


def _kinds(expression: str) -> tuple[str, str]:
    """Keys that part values the engine cannot compare consistently: numbers, text, each other datatype.

    NaN goes with the non-numbers, since it compares with nothing.
    """
    number = f"isNumeric({expression}) && ({expression}) = ({expression})"
    text = f'{number} || LANG({expression}) != "" || DATATYPE({expression}) = {_XSD_STRING}'
    return number, f'IF({text}, "", STR(DATATYPE({expression})))'


def _past(tokens: Sequence[_Token], at: int) -> int:
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


def _limit_edit(text: str, tokens: Sequence[_Token], max_rows: int) -> _Edit:
    end = len(text)
    for at, token in enumerate(tokens):
        if token.depth:
            continue
        if token.upper == "LIMIT" and at + 1 < len(tokens) and tokens[at + 1].text.isdigit():
            number = tokens[at + 1]
            return number.start, number.end, str(min(int(number.text), max_rows))
        if token.upper == "VALUES":
            end = token.start
            break
    return end, end, f"\nLIMIT {max_rows}\n"


def _using_edits(
    text: str, tokens: Sequence[_Token], using: Sequence[str], using_named: Sequence[str]
) -> Iterator[_Edit]:
    clause = "".join(f"USING <{iri}> " for iri in using)
    clause += "".join(f"USING NAMED <{iri}> " for iri in using_named)
    for at, token in enumerate(tokens):
        if token.depth:
            continue
        if token.upper in ("USING", "WITH"):
            raise _fault(text, token, f"{token.upper} cannot be combined with using-graph-uri parameters")
        if token.upper != "WHERE":
            continue
        if tokens[at - 1].upper == "DELETE":
            yield from _delete_where(text, tokens, at, clause)
        else:
            yield token.start, token.start, clause


def _delete_where(text: str, tokens: Sequence[_Token], at: int, clause: str) -> Iterator[_Edit]:
    """``DELETE WHERE {P}`` takes no USING: write it as ``DELETE {P} USING ... WHERE {P}``."""
    end = _past(tokens, at)
    pattern = text[tokens[at + 1].start : tokens[end - 1].end]
    yield tokens[at].start, tokens[at].start, f"{pattern} {clause}"

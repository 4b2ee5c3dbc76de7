"""The tokens of SPARQL text, read so that the engine cannot read other ones.

The engine's parser knows no tokens: ``SERVICESILENT<x>`` and ``LOAD:x`` are calls to it, an ``<IRI>``
behind an operand is a comparison, and a long string with a bad escape ends early. The standard has one
reading, the longest token; text in which the two part, so that words could hide, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from whence.errors import QuerySyntaxError

__all__ = ["MAX_CHAIN", "Edit", "Token", "edited", "fault", "iri_of", "refuse_hidden_load", "tokens"]

MAX_CHAIN: Final = 2000
"""Operators joined in one expression or group; longer chains become as deep a tree in the engine."""

_ESCAPE = (
    r"\\[tbnrf\\\"']|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"
    r"|\\U(?!0000[dD][89a-fA-F])(?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4}"
)
# A name's run is taken at once: tried at each of its dots anew, it would take time quadratic in its length.
_TOKEN = re.compile(
    rf"""
    (?P<space>[\s]+|\#[^\n\r]*)
  | (?P<string>\"\"\"(?:[^"\\]++|{_ESCAPE}|\"(?!\"\"))*+\"\"\"|'''(?:[^'\\]++|{_ESCAPE}|'(?!''))*+'''
      |"(?!\"\")(?:[^"\\\n\r]++|{_ESCAPE})*+"|'(?!'')(?:[^'\\\n\r]++|{_ESCAPE})*+')
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+>)
  | (?P<var>[?$]\w+)
  | (?P<run>[^\W\d_][\w.\-]*+)(?P<pname>:(?:[\w.\-:]|%[0-9A-Fa-f]{{2}}|\\.)*+)?
  | (?P<local>:(?:[\w.\-:]|%[0-9A-Fa-f]{{2}}|\\.)*+)
  | (?P<blank>_:[\w.\-]+)
  | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)
  | (?P<number>[0-9.]+(?:[eE][+\-]?[0-9]+)?)
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_IN_RUN = re.compile(r"(?P<word>[^\W\d_]\w*)|(?P<number>[0-9.]+(?:[eE][+\-]?[0-9]+)?)|(?P<mark>.)")
_PAIRS: Final = {")": "(", "}": "{", "]": "["}
_OPEN = frozenset(_PAIRS.values())
_CHAINING = frozenset(
    {"&&", "||", "+", "-", "*", "/", "|", "!", "^", "UNION", "OPTIONAL", "MINUS", "FILTER", "BIND"}
)
# No other word of SPARQL has one of these in it; with their neighbours they are read as keywords.
_KEYWORDS: Final = ("SERVICE", "SILENT", "LOAD", "ORDER", "LIMIT", "PREFIX")
_FORMS: Final = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")
_GLUED = re.compile("|".join((*_KEYWORDS, *_FORMS)))
# Behind these comes an operand or a term, so what looks like an IRI is one.
_BEFORE_TERM = frozenset("({[,;/|^!.=<*+-") | {"&&", "||", "^^", "!=", "<=", ">=", "DISTINCT"}
_WEB_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")
# Words behind which a name is the name of a graph or of what is described, never the end of a call.
_NAMING = frozenset(
    {"GRAPH", "FROM", "NAMED", "DESCRIBE", "WITH", "USING", "TO", "COPY", "MOVE", "ADD", "PREFIX", "INTO"}
    | {"SERVICE", "LOAD", "SILENT"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, text, place in the whole text, and how many brackets are open around it."""

    kind: str
    text: str
    start: int
    depth: int

    @property
    def upper(self) -> str:
        """The text; a word in capitals."""
        return self.text.upper() if self.kind == "word" else self.text

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.start + len(self.text)


def iri_of(token: Token, prefixes: Mapping[str, str]) -> str:
    """The IRI that an ``iri`` or ``pname`` token stands for, perhaps a relative one; else nothing.

    ``prefixes`` have their colon: ``{"prov:": "http://www.w3.org/ns/prov#"}``.
    """
    if token.kind == "iri":
        return _CODE.sub(lambda match: chr(int(match[1] or match[2], 16)), token.text[1:-1])
    if token.kind == "pname":
        prefix, _, local = token.text.partition(":")
        return prefixes.get(f"{prefix}:", "") + local.replace("\\", "")
    return ""


Edit: TypeAlias = tuple[int, int, str]
"""The text between two places, replaced."""


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits done; none of them overlap."""
    parts, done = [], 0
    for start, end, new in sorted(edits):
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])


def fault(text: str, token: Token, reason: str) -> QuerySyntaxError:
    """The error of ``token`` in ``text``."""
    line = text.count("\n", 0, token.start) + 1
    column = token.start - (text.rfind("\n", 0, token.start) + 1) + 1
    return QuerySyntaxError(reason, line=line, column=column)


def tokens(text: str, max_depth: int | None) -> list[Token]:
    """The tokens of ``text``, without space and comments.

    Raises :class:`QuerySyntaxError` for brackets nested deeper than ``max_depth``, operator chains of
    more than :data:`MAX_CHAIN`, and text the engine could read otherwise. ``None`` is for text that
    another engine will check: nothing is refused.
    """
    found: list[Token] = []
    brackets = _Brackets(text, max_depth)
    for kind, value, start in _scan(text):
        token = Token(kind, value, start, brackets.depth)
        if max_depth is not None:
            _refuse_ambiguous(text, token, found, brackets)
        found.append(token)
        brackets.follow(token, found)
    if max_depth is not None:
        _refuse_hidden(text, found)
    return found


def _scan(text: str) -> Iterator[tuple[str, str, int]]:
    for match in _TOKEN.finditer(text):
        kind, value, start = match.lastgroup or "mark", match.group(), match.start()
        if kind == "run":
            for part in _IN_RUN.finditer(text, start, match.end()):
                yield part.lastgroup or "mark", part.group(), part.start()
        elif kind != "space":
            yield "pname" if kind == "local" else kind, value, start


class _Brackets:
    """The brackets open at a place: how many operators in each, and whether one may hold expressions."""

    def __init__(self, text: str, max_depth: int | None) -> None:
        self._text, self._max = text, max_depth
        self._open: list[tuple[str, bool]] = []
        self._chains = [0]
        self._closed_list = False

    @property
    def depth(self) -> int:
        return len(self._open)

    @property
    def may_compare(self) -> bool:
        """Whether ``<`` may be an operator here: within parentheses that are not a row of VALUES."""
        return bool(self._open) and self._open[-1] == ("(", True)

    def follow(self, token: Token, found: list[Token]) -> None:
        """Note what ``token``, the last of ``found``, opens, closes or joins."""
        value = token.text
        if value in _OPEN:
            before = found[-2].text if len(found) > 1 else ""
            row = value == "(" and (before == "{" or (before == ")" and self._closed_list))
            self._open.append((value, not row))
            self._chains.append(0)
            if self._max is not None and len(self._chains) > self._max:
                raise fault(self._text, token, f"brackets nested deeper than {self._max} levels")
        elif value in _PAIRS:
            if self._open and self._open[-1][0] == _PAIRS[value]:
                self._closed_list = self._open.pop() == ("(", False)
                self._chains.pop()
            elif self._max is not None:
                raise fault(self._text, token, f"{value} closes nothing")
        elif token.upper in _CHAINING:
            self._chains[-1] += 1
            if self._max is not None and self._chains[-1] > MAX_CHAIN:
                raise fault(
                    self._text, token, f"more than {MAX_CHAIN} operators in one group; split the query"
                )


def _refuse_ambiguous(text: str, token: Token, found: list[Token], brackets: _Brackets) -> None:
    """Refuse an unclosed string, and an IRI that, taken for a comparison, opens a string or comment."""
    if token.text in ("'", '"'):
        raise fault(text, token, "this string is not closed, or has an escape that SPARQL does not know")
    if token.kind == "word" and _GLUED.search(token.upper) and token.upper not in (*_KEYWORDS, *_FORMS):
        raise fault(text, token, f"{token.text[:40]} is no word of SPARQL; put spaces between keywords")
    if token.kind != "iri" or not set("'#()") & set(token.text) or _WEB_IRI.match(token.text):
        return
    joined = found[-1].text == "<" and found[-1].end == token.start if found else False
    if joined or (brackets.may_compare and not _wants_term(found)):
        raise fault(
            text,
            token,
            "this can be an IRI or a comparison: put a space behind <, or write ' # ( ) in the IRI as "
            "\\u0027 \\u0023 \\u0028 \\u0029",
        )


def _wants_term(found: list[Token]) -> bool:
    """Whether the last token is one behind which an operand or a term comes."""
    last = found[-1]
    if last.text == ">":
        # Two of them end a triple term, which can be compared.
        return found[-2].text != ">" or found[-2].end != last.start
    return last.upper in _BEFORE_TERM


def _refuse_hidden(text: str, found: list[Token]) -> None:
    """Refuse names in which the engine would read a keyword and a shorter name."""
    last = Token("mark", "", len(text), 0)
    for at, token in enumerate(found):
        before = found[at - 1] if at else last
        if token.upper == "ORDER" and (found[at + 1].upper if at + 1 < len(found) else "") != "BY":
            raise fault(text, token, "ORDER is followed by BY and a space")
        if token.kind != "pname" or before.upper in _NAMING:
            continue
        upper = token.text.upper()
        prefix = upper.partition(":")[0]
        after = found[at + 1 : at + 4] + [last] * 3
        hidden = (
            ("SERVICE" in upper and _ends_call(upper, after))
            or "ORDERBY" in prefix
            or (prefix.startswith("PREFIX") and upper.endswith(":") and after[0].kind == "iri")
        )
        if hidden:
            raise _rename(text, token)


def refuse_hidden_load(text: str, found: list[Token]) -> None:
    """Refuse names in an update request that the engine would read as LOAD and the name of its source."""
    for at, token in enumerate(found):
        if token.kind == "pname" and not token.depth and "LOAD" in token.text.upper():
            if at and found[at - 1].upper in _NAMING:
                continue
            raise _rename(text, token)


def _rename(text: str, token: Token) -> QuerySyntaxError:
    return fault(text, token, f"{token.text[:40]} can be read as a keyword and a name; rename it")


def _ends_call(upper: str, after: list[Token]) -> bool:
    """Whether a name with SERVICE in it can be the target of a call, or the word before its target."""
    if after[0].text == "{":
        return True
    if not upper.endswith(("SERVICE", "SERVICESILENT")):
        return False
    target, group = (after[1], after[2]) if after[0].upper == "SILENT" else (after[0], after[1])
    return target.kind in ("iri", "var", "pname") and group.text == "{"

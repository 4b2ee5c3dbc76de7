"""Where the predicates of SPARQL's graph patterns stand, read off its tokens.

It reads well-formed text right; of other text it may make anything, and the engine refuses that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from typing import Literal as Choice

from whence.store.sparql_tokens import Token

__all__ = ["Context", "Patterns", "Statement", "Step", "bare", "closing", "read_patterns"]

_TERMS: Final = frozenset({"var", "iri", "pname", "blank", "string", "number"})
_CLOSING: Final = frozenset(")]}")
# Kinds of tokens that take the full stop behind them in, which ends the statement.
_DOTTED: Final = frozenset({"pname", "blank", "number"})
_TEMPLATES: Final = frozenset({"CONSTRUCT", "INSERT", "DELETE", "DATA"})


@dataclass(frozen=True, slots=True)
class Context:
    """What is around a pattern: ``paths`` may stand there, it is in an EXISTS, in a GRAPH ?variable."""

    paths: bool = True
    exists: bool = False
    graph_variable: bool = False


@dataclass(slots=True)
class Step:
    """A path and its objects; numbers are places in the sequence of tokens.

    ``separators`` are the semicolons before it. An object of several tokens is ``None``.
    """

    path: range
    separators: tuple[int, ...] = ()
    objects: list[int | None] = field(default_factory=list)


@dataclass(slots=True)
class Statement:
    """A subject (``None`` if it has several tokens, or is that of brackets) and its steps."""

    subject: int | None
    context: Context
    steps: list[Step] = field(default_factory=list)
    separators: list[int] = field(default_factory=list)
    """The semicolons behind the last step."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """The statements in the patterns of a text, and the places of the triple terms in them."""

    statements: tuple[Statement, ...]
    triple_terms: tuple[range, ...]


def read_patterns(tokens: Sequence[Token]) -> Patterns:
    """The patterns of a query or an update request: not its templates, data blocks and expressions."""
    walk = _Walk(tokens)
    while walk.at < len(tokens):
        walk.step()
    return Patterns(tuple(walk.found), tuple(walk.triple_terms))


def bare(token: Token) -> str:
    """Its text without the full stop that ends the statement."""
    return token.text.rstrip(".") if token.kind in _DOTTED else token.text


def closing(tokens: Sequence[Token], at: int) -> int:
    """The place of the bracket that closes the one at ``at``; the end if none does."""
    depth = tokens[at].depth + 1
    for place in range(at + 1, len(tokens)):
        token = tokens[place]
        if token.depth == depth and token.kind == "mark" and token.text in _CLOSING:
            return place
    return len(tokens)


_Place = Choice["subject", "path", "object", "behind"]


@dataclass(slots=True)
class _Frame:
    """An open bracket, or the whole text: what is in it, and what comes next."""

    kind: Choice["query", "group", "properties", "list", "expression"]
    context: Context
    place: _Place = "subject"
    statement: Statement | None = None
    pending: str = ""
    """The keyword whose bracket is still to come."""


class _Walk:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self.at = 0
        self._frames = [_Frame("query", Context())]
        self.found: list[Statement] = []
        self.triple_terms: list[range] = []

    def step(self) -> None:
        """Read on, by a token at least where the frame does not change."""
        token, frame = self._tokens[self.at], self._frames[-1]
        if token.kind == "mark" and token.text in _CLOSING:
            self._close()
        elif frame.kind == "query":
            self._in_query(frame, token)
        elif frame.kind == "expression":
            self._in_expression(frame, token)
        elif frame.kind == "list":
            if not self._opened(frame, token):
                self.at += 1
        elif frame.place == "subject":
            self._at_subject(frame, token)
        elif frame.place == "path":
            self._at_path(frame, token)
        elif frame.place == "object":
            self._at_object(frame, token)
        else:
            self._behind(frame, token)

    def _text(self, at: int) -> str:
        """The token there as a keyword is compared."""
        return self._tokens[at].upper if 0 <= at < len(self._tokens) else ""

    def _push(self, frame: _Frame, length: int = 1) -> None:
        self._frames.append(frame)
        self.at += length

    def _close(self) -> None:
        self.at += 1
        if len(self._frames) == 1:
            return
        closed, frame = self._frames.pop(), self._frames[-1]
        if closed.kind in ("list", "properties") and frame.place in ("subject", "object"):
            self._composite(frame)

    def _composite(self, frame: _Frame) -> None:
        """A term of several tokens ends here."""
        if frame.kind not in ("group", "properties"):
            return
        if frame.place == "subject":
            self._begin(frame, None)
        elif frame.statement and frame.statement.steps:
            frame.statement.steps[-1].objects.append(None)
            frame.place = "behind"

    def _begin(self, frame: _Frame, subject: int | None) -> None:
        frame.statement = Statement(subject, frame.context)
        self.found.append(frame.statement)
        frame.place = "path"

    def _end(self, frame: _Frame) -> None:
        if frame.kind == "properties":
            frame.place = "path"
        else:
            frame.statement, frame.place = None, "subject"

    def _skip(self) -> None:
        """To behind the bracket that closes this one."""
        self.at = closing(self._tokens, self.at) + 1

    def _properties(self, frame: _Frame, length: int) -> None:
        inner = _Frame("properties", frame.context)
        self._begin(inner, None)
        self._push(inner, length)

    def _opened(self, frame: _Frame, token: Token) -> bool:
        """Whether a term of several tokens begins here, which is then read."""
        if token.text == "(":
            self._push(_Frame("list", frame.context))
        elif token.text == "[":
            self._properties(frame, 1)
        elif self._doubled("<", self.at):
            self._triple_term()
            self._composite(frame)
        else:
            return False
        return True

    def _doubled(self, mark: str, at: int) -> bool:
        if self._text(at) != mark or self._text(at + 1) != mark:
            return False
        return self._tokens[at].end == self._tokens[at + 1].start

    def _triple_term(self) -> None:
        begin, deep = self.at, 0
        while self.at < len(self._tokens):
            change = self._doubled("<", self.at) - self._doubled(">", self.at)
            deep += change
            self.at += 2 if change else 1
            if not deep:
                break
        self.triple_terms.append(range(begin, self.at))

    def _in_query(self, frame: _Frame, token: Token) -> None:
        """Outside patterns: in the head and the modifiers of a query, between those of an update."""
        if token.text == "{":
            before, pending, frame.pending = self._text(self.at - 1), frame.pending, ""
            if pending == "VALUES" or before in _TEMPLATES:
                self._skip()
                return
            short = pending == "CONSTRUCT" or (before == "WHERE" and self._text(self.at - 2) == "DELETE")
            paths = frame.context.paths and not short
            self._push(_Frame("group", replace(frame.context, paths=paths)))
        elif token.text == "(":
            if frame.pending == "VALUES":
                self._skip()
            else:
                self._push(_Frame("expression", frame.context))
        else:
            if token.upper in ("CONSTRUCT", "VALUES"):
                frame.pending = token.upper
            self.at += 1

    def _in_expression(self, frame: _Frame, token: Token) -> None:
        if token.text == "(":
            self._push(_Frame("expression", frame.context))
        elif token.text == "{":
            self._push(_Frame("group", replace(frame.context, exists=True)))
        else:
            self.at += 1

    def _at_subject(self, frame: _Frame, token: Token) -> None:
        if token.text == "{":
            self._group(frame)
        elif token.text == "(" and frame.pending == "VALUES":
            self._skip()
        elif token.text == "(" and frame.pending:
            frame.pending = ""
            self._push(_Frame("expression", frame.context))
        elif token.kind == "word":
            self._keyword(frame, token.upper)
        elif frame.pending or not token.text.strip("."):
            self.at += 1
        elif not self._opened(frame, token):
            if token.kind in _TERMS:
                self._begin(frame, self.at)
            self.at += 1

    def _group(self, frame: _Frame) -> None:
        pending, frame.pending = frame.pending, ""
        if pending == "VALUES":
            self._skip()
            return
        context = frame.context
        if pending == "FILTER":
            context = replace(context, exists=True)
        elif pending == "GRAPH":
            context = replace(context, graph_variable=True)
        self._push(_Frame("group", context))

    def _keyword(self, frame: _Frame, word: str) -> None:
        self.at += 1
        if word in ("FILTER", "BIND", "VALUES"):
            frame.pending = word
        elif word == "SELECT" and not frame.pending:
            frame.kind = "query"
        elif word == "GRAPH":
            named = self.at < len(self._tokens) and self._tokens[self.at].kind != "var"
            frame.pending = "" if named else word
            self.at += 1
        elif word == "SERVICE":
            self.at += 2 if self._text(self.at) == "SILENT" else 1

    def _at_path(self, frame: _Frame, token: Token) -> None:
        statement = frame.statement
        end = self._path_end(self.at)
        if statement is not None and end > self.at:
            statement.steps.append(Step(range(self.at, end), tuple(statement.separators)))
            statement.separators.clear()
            frame.place, self.at = "object", end
        elif token.text == ";" and statement is not None:
            statement.separators.append(self.at)
            self.at += 1
        elif frame.kind == "properties":
            self.at += 1
        else:
            self._end(frame)

    def _path_end(self, at: int) -> int:
        """The place behind the path that begins at ``at``, which is ``at`` if none does."""
        end = at
        while True:
            while self._text(at) in ("^", "!"):
                at += 1
            if at >= len(self._tokens):
                return end
            token = self._tokens[at]
            if token.text == "(":
                at = closing(self._tokens, at)
            elif token.kind not in ("iri", "pname", "var") and token.text != "a":
                return end
            end = at = min(at + 1, len(self._tokens))
            if self._text(at) in ("*", "?") or (self._text(at) == "+" and not self._signs(at)):
                end = at = at + 1
            if self._text(at) not in ("/", "|"):
                return end
            at += 1

    def _signs(self, at: int) -> bool:
        """Whether the token is the sign of a number."""
        after = self._tokens[at + 1] if at + 1 < len(self._tokens) else None
        return after is not None and after.kind == "number" and after.start == self._tokens[at].end

    def _at_object(self, frame: _Frame, token: Token) -> None:
        steps = frame.statement.steps if frame.statement else []
        if steps and (token.kind in _TERMS or token.kind == "word"):
            steps[-1].objects.append(self.at)
            frame.place = "behind"
            self._take_dot(frame)
        elif token.text == "{":
            self._end(frame)
            self._group(frame)
        elif not self._opened(frame, token):
            self.at += 1

    def _take_dot(self, frame: _Frame) -> None:
        """Go behind a term, and the end of the statement if the token takes it in."""
        if self.at < len(self._tokens):
            token = self._tokens[self.at]
            if token.kind in _DOTTED and token.text.endswith("."):
                self._end(frame)
        self.at += 1

    def _behind(self, frame: _Frame, token: Token) -> None:
        """Behind an object."""
        statement = frame.statement
        if statement is None or not statement.steps:
            self._end(frame)
            return
        objects = statement.steps[-1].objects
        if token.kind == "lang" or token.text in ("^^", "~"):
            objects[-1] = None
            self.at += 1
            if token.text == "^^" or (token.text == "~" and self._is_term(self.at)):
                self._take_dot(frame)
        elif token.text == "{" and self._text(self.at + 1) == "|":
            objects[-1] = None
            self._properties(frame, 2)
        elif token.text == ",":
            frame.place = "object"
            self.at += 1
        elif token.text == ";":
            frame.place = "path"
        elif frame.kind == "properties":
            self.at += 1
        else:
            self._end(frame)

    def _is_term(self, at: int) -> bool:
        return (
            at < len(self._tokens) and self._tokens[at].kind in _TERMS and self._text(at).strip(".") != ""
        )

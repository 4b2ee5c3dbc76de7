"""Named queries as files: plain SPARQL, and the comments before it that say what it is.

A file starts with one comment line for each thing said; all may be left out::

    # title: Entities of a type
    # topic: statistics             what it is listed under; the name of its folder unless said
    # param: type iri = prov:Plan -- the class they are of
    # param: since dateTime? -- only those generated then or later
    # column: entity -- an entity of the class
    # limit: 100                    rows that are given unless more are asked for
    # example: whence query of-type -p type=prov:Plan
    # cite: https://www.w3.org/TR/prov-o/
    #
    # What it tells, in prose.

A parameter has a type (``iri``, ``string``, ``integer``, ``decimal``, ``dateTime``, ``boolean``), followed
by ``*`` if it takes several values and by ``?`` if it may be left out; with a default it always may. In the
query a parameter is a variable written with ``$``, which is neither projected nor bound there; several
values are what ``IN ($name)`` looks into, and ``BOUND($name)`` asks whether a value was given. Other
variables are written with ``?``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from whence.errors import QuerySyntaxError, SourceSyntaxError
from whence.ontology.namespaces import PREFIXES
from whence.store.sparql_text import MAX_DEPTH, query_shape
from whence.store.sparql_tokens import Token, iri_of, tokens

__all__ = ["RESERVED", "TYPES", "Column", "NamedQuery", "Parameter", "read_named_query"]

TYPES: Final = ("iri", "string", "integer", "decimal", "dateTime", "boolean")
"""What the value of a parameter can be."""

RESERVED: Final = frozenset({"limit", "timeout", "inferred", "inference", "format", "output"})
"""Names that say how a query is run, in Python, in addresses or on the command line."""

_KEY: Final = re.compile(r"#\s*([\w-]+):\s*(.*\S)\s*\Z")
_KEYS: Final = ("title", "topic", "param", "column", "limit", "example", "cite")
_PARAMETER: Final = re.compile(
    rf"(?P<name>[A-Za-z]\w*)\s+(?P<type>{'|'.join(TYPES)})(?P<many>\*?)(?P<optional>\??)"
    r"(?:\s*=\s*(?P<default>.*?))?(?:\s+--\s+(?P<description>.*))?"
)
_COLUMN: Final = re.compile(r"(?P<name>\w+)(?:\s+--\s+(?P<description>.*))?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be filled in: its ``name``, ``type`` (of :data:`TYPES`) and what it means.

    ``default`` is as written in the file, ``None`` where there is none. ``many``: it takes several values.
    """

    name: str
    type: str
    description: str = ""
    default: str | None = None
    optional: bool = False
    many: bool = False

    @property
    def required(self) -> bool:
        """Whether a value has to be given."""
        return self.default is None and not self.optional

    @property
    def kind(self) -> str:
        """The type in words: ``iri``, ``several of iri``."""
        return f"several of {self.type}" if self.many else self.type


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the answer, and what is in it."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query that is asked by its name.

    ``text`` is its SPARQL with ``$`` before each parameter; ``form`` is ``SELECT``, ``ASK``,
    ``CONSTRUCT`` or ``DESCRIBE``; ``limit`` how many rows it gives unless others are asked for, ``None``
    for all; ``source`` the file it was read from; ``prefixes`` what it declares.
    """

    name: str
    text: str
    form: str
    title: str
    description: str = ""
    topic: str = ""
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[Column, ...] = ()
    examples: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    limit: int | None = None
    own_limit: bool = False
    source: str = ""
    prefixes: dict[str, str] = field(default_factory=dict)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name."""
        return next((found for found in self.parameters if found.name == name), None)


def read_named_query(file: str, *, name: str, source: str) -> NamedQuery:
    """The query that the text of a ``file`` says.

    Raises :class:`~whence.errors.SourceSyntaxError` with the line, for a header that cannot be read, and
    for a query whose variables do not agree with it.
    """
    lines = file.splitlines()
    size = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    facts, prose = _facts(lines[:size], source)
    text = "\n".join(lines[size:]).strip() + "\n"
    if not text.strip():
        raise SourceSyntaxError("there is no query in this file", source=source)
    try:
        read = tokens(text, MAX_DEPTH)
        shape = query_shape(text)
    except QuerySyntaxError as error:
        line = None if error.line is None else error.line + _offset(lines, size)
        raise SourceSyntaxError(error.reason, source=source, line=line, column=error.column) from error
    if not shape.form:
        raise SourceSyntaxError(
            "this is not a query: it has no SELECT, ASK, CONSTRUCT or DESCRIBE", source=source
        )
    parameters = tuple(_parameter(value, line, source) for line, value in facts["param"])
    _agree(read, parameters, source)
    return NamedQuery(
        name=name,
        text=text,
        form=shape.form,
        title=_last(facts["title"]) or name.rpartition("/")[2].replace("-", " "),
        description=prose,
        topic=_last(facts["topic"]) or name.rpartition("/")[0] or "other",
        parameters=parameters,
        columns=tuple(_column(value, line, source) for line, value in facts["column"]),
        examples=tuple(value for _, value in facts["example"]),
        citations=tuple(value for _, value in facts["cite"]),
        limit=_limit(facts["limit"], source),
        own_limit=shape.limit is not None,
        source=source,
        prefixes=_prefixes(read),
    )


def _offset(lines: Sequence[str], size: int) -> int:
    """Lines before the first of the query."""
    return next((at for at in range(size, len(lines)) if lines[at].strip()), size)


def _facts(header: Sequence[str], source: str) -> tuple[dict[str, list[tuple[int, str]]], str]:
    """What the header says by key, with line numbers, and the prose behind it."""
    facts: dict[str, list[tuple[int, str]]] = {key: [] for key in _KEYS}
    for at, line in enumerate(header):
        match = _KEY.match(line)
        if match is None:
            # A file with nothing but prose before its query is as good.
            return facts, _prose(header[at:])
        if match[1] not in facts:
            raise SourceSyntaxError(
                f"a header has no {match[1]!r}; it has {', '.join(_KEYS)}; prose follows an empty comment",
                source=source,
                line=at + 1,
            )
        facts[match[1]].append((at + 1, match[2]))
    return facts, ""


def _prose(lines: Sequence[str]) -> str:
    return re.sub(r"(?<=\S)\n(?=\S)", " ", "\n".join(line[1:].strip() for line in lines)).strip()


def _last(values: Sequence[tuple[int, str]]) -> str:
    return values[-1][1] if values else ""


def _parameter(text: str, line: int, source: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        raise SourceSyntaxError(
            "a parameter is written: name type[*][?] [= default] -- what it means; "
            f"the types are {', '.join(TYPES)}",
            source=source,
            line=line,
        )
    if match["name"] in RESERVED:
        raise SourceSyntaxError(f"no parameter can be called {match['name']}", source=source, line=line)
    return Parameter(
        match["name"],
        match["type"],
        match["description"] or "",
        match["default"] or None,
        optional=bool(match["optional"]),
        many=bool(match["many"]),
    )


def _column(text: str, line: int, source: str) -> Column:
    match = _COLUMN.fullmatch(text)
    if match is None:
        raise SourceSyntaxError("a column is written: name -- what is in it", source=source, line=line)
    return Column(match["name"], match["description"] or "")


def _limit(values: Sequence[tuple[int, str]], source: str) -> int | None:
    if not values:
        return None
    line, text = values[-1]
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise SourceSyntaxError("a limit is a number of rows", source=source, line=line)
    return int(text)


def _agree(read: Sequence[Token], parameters: Sequence[Parameter], source: str) -> None:
    """Refuse parameters that are not in the query, or declared twice, and ``$`` that is no parameter."""
    declared = [parameter.name for parameter in parameters]
    dollars = {token.text[1:] for token in read if token.kind == "var" and token.text[0] == "$"}
    marks = {token.text[1:] for token in read if token.kind == "var" and token.text[0] == "?"}
    for name in declared:
        if declared.count(name) > 1:
            raise SourceSyntaxError(f"the parameter {name} is declared twice", source=source)
        if name in marks:
            raise SourceSyntaxError(f"{name} is a parameter: write ${name} for ?{name}", source=source)
        if name not in dollars:
            raise SourceSyntaxError(f"the parameter {name} is not in the query", source=source)
    for name in sorted(dollars - set(declared)):
        raise SourceSyntaxError(
            f"${name} is not declared: write '# param: {name} type -- what it means', or ?{name}",
            source=source,
        )


def _prefixes(read: Sequence[Token]) -> dict[str, str]:
    found = {}
    for at, (word, prefix) in enumerate(pairwise(read)):
        if word.upper == "PREFIX" and at + 2 < len(read):
            found[prefix.text.rstrip(":")] = iri_of(read[at + 2], {})
    used = {token.text.partition(":")[0] for token in read if token.kind == "pname"}
    return {**{name: PREFIXES[name] for name in used & PREFIXES.keys()}, **found}

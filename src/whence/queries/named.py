"""Queries asked by name: where they are found, and how values take the place of their parameters."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from whence.errors import QueryError, SourceSyntaxError
from whence.queries.named_header import NamedQuery, Parameter, read_named_query
from whence.queries.named_values import Resolve, default_terms, terms_of
from whence.store.sparql_text import MAX_DEPTH
from whence.store.sparql_tokens import Edit, Token, edited, tokens

__all__ = ["Catalogue", "bind", "folders", "open_catalogue", "read_file"]

_NAME: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)*", re.ASCII)
_LARGEST_FILE: Final = 1 << 20


class Catalogue(Mapping[str, NamedQuery]):
    """Named queries by their names, in the order of topics; ``faults`` has the files that are none."""

    def __init__(self, queries: Mapping[str, NamedQuery], faults: Mapping[str, SourceSyntaxError]) -> None:
        ordered = sorted(queries.values(), key=lambda query: (query.topic, query.name))
        self._queries = {query.name: query for query in ordered}
        self.faults = dict(faults)

    def __getitem__(self, name: str) -> NamedQuery:
        return self._queries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)

    def find(self, name: str) -> NamedQuery:
        """The query of this name.

        Raises :class:`~whence.errors.QueryError` with names like it where there is none, and
        :class:`~whence.errors.SourceSyntaxError` where its file cannot be read.
        """
        if name in self._queries:
            return self._queries[name]
        if name in self.faults:
            raise self.faults[name]
        raise QueryError(f"there is no query named {name!r}{_near(name, list(self))}")


def open_catalogue(more: Sequence[Path] | None = None) -> Catalogue:
    """The queries that come with Whence, and those of users.

    ``more`` are the folders of users, those of :func:`folders` unless given. A query in one of them
    goes before one of the same name that comes with Whence or lies in a later folder.
    """
    known, broken = _builtin()
    queries, faults = dict(known), dict(broken)
    for folder in reversed(folders() if more is None else more):
        for name, path in _files(folder):
            try:
                queries[name] = read_file(path, name=name)
                faults.pop(name, None)
            except SourceSyntaxError as error:
                faults[name] = error
                queries.pop(name, None)
    return Catalogue(queries, faults)


def folders() -> list[Path]:
    """Where users keep their queries: the paths in ``WHENCE_QUERIES``, then ``~/.config/whence/queries``.

    ``XDG_CONFIG_HOME`` says where else than ``~/.config``.
    """
    named = [
        Path(part).expanduser() for part in os.environ.get("WHENCE_QUERIES", "").split(os.pathsep) if part
    ]
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return [*named, Path(home).expanduser() / "whence" / "queries"]


def read_file(path: Path, *, name: str = "") -> NamedQuery:
    """The query in a file. Raises :class:`~whence.errors.SourceSyntaxError` where it has none."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise SourceSyntaxError("this is too large for a query", source=str(path))
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceSyntaxError(f"it cannot be read: {error}", source=str(path)) from error
    return read_named_query(text, name=name or path.stem, source=str(path))


def bind(
    query: NamedQuery, given: Mapping[str, object], resolve: Resolve, *, limit: int | None = None
) -> str:
    """The SPARQL of a query with a term in the place of each parameter that has a value.

    Values of ``None`` count as not given. ``resolve`` reads IRIs that are given as text. ``limit`` is how
    many rows are wanted, 0 for all; the query's own number unless given. What takes the place of a
    parameter is a term as the RDF library writes it, so that no value says anything but itself. Raises
    :class:`~whence.errors.QueryError` for a value that is missing, of another type, or of no parameter.
    """
    given = {name: value for name, value in given.items() if value is not None}
    for name in given:
        if query.parameter(name) is None:
            raise QueryError(f"{query.name} has no parameter {name!r}{_parameters(query, name)}")
    terms: dict[str, list[NamedNode | Literal]] = {}
    for parameter in query.parameters:
        if parameter.name in given:
            terms[parameter.name] = terms_of(parameter, given[parameter.name], resolve)
        elif parameter.default is not None:
            terms[parameter.name] = default_terms(parameter, query.prefixes)
        elif parameter.required:
            raise QueryError(f"{query.name} needs {_described(parameter)}")
    read = tokens(query.text, MAX_DEPTH)
    return edited(query.text, [*_values(read, terms), *_rows(query, read, limit)])


def _described(parameter: Parameter) -> str:
    meaning = f": {parameter.description}" if parameter.description else ""
    return f"the parameter {parameter.name} ({parameter.kind}){meaning}"


def _values(read: Sequence[Token], terms: Mapping[str, Sequence[NamedNode | Literal]]) -> Iterator[Edit]:
    for at, token in enumerate(read):
        if token.kind != "var" or token.text[0] != "$" or token.text[1:] not in terms:
            continue
        around = [read[i] for i in range(max(at - 2, 0), min(at + 2, len(read)))]
        if [t.upper for t in around if t is not token] == ["BOUND", "(", ")"]:
            yield around[0].start, around[-1].end, "true"
        else:
            yield token.start, token.end, ", ".join(map(str, terms[token.text[1:]]))


def _rows(query: NamedQuery, read: Sequence[Token], limit: int | None) -> Iterator[Edit]:
    """The edit that bounds the rows."""
    if limit is not None and limit < 0:
        raise QueryError("limit is a number of rows, 0 for all")
    wanted = query.limit if limit is None else limit
    if query.own_limit and limit is not None:
        raise QueryError(f"{query.name} says itself how many rows it gives")
    if not wanted or query.own_limit or query.form == "ASK":
        return
    last = next((t for t in read if t.depth == 0 and t.upper == "VALUES"), None)
    at = len(query.text.rstrip()) if last is None else last.start
    yield at, at, f"\nLIMIT {wanted}\n"


def _near(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, 3) or [k for k in known if name and name in k][:3]
    return f"; did you mean {' or '.join(close)}?" if close else "; whence query --list lists them"


def _parameters(query: NamedQuery, name: str) -> str:
    known = [parameter.name for parameter in query.parameters]
    if not known:
        return "; it has none"
    close = get_close_matches(name, known, 1)
    return f"; did you mean {close[0]}?" if close else f"; it has {', '.join(known)}"


@cache
def _builtin() -> tuple[Mapping[str, NamedQuery], Mapping[str, SourceSyntaxError]]:
    queries, faults = {}, {}
    for name, file in _inside(resources.files("whence.queries") / "catalogue", ""):
        try:
            text = file.read_text(encoding="utf-8")
            queries[name] = read_named_query(text, name=name, source=f"whence:{name}.rq")
        except SourceSyntaxError as error:
            faults[name] = error
    return queries, faults


def _inside(folder: Traversable, before: str) -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _inside(item, f"{before}{item.name}/")
        elif item.name.endswith(".rq"):
            yield before + item.name.removesuffix(".rq"), item


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*.rq")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if path.is_file() and _NAME.fullmatch(name):
            yield name, path

"""Prefixes that sources declared, for queries that use them without declaring them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from pyoxigraph import NamedNode

from whence.errors import QuerySyntaxError
from whence.ontology.namespaces import PREFIXES
from whence.store.sparql_text import with_prefixes

__all__ = ["asked", "usable"]

_NAME: Final = re.compile(r"(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?")
_Answer = TypeVar("_Answer")


def usable(declarations: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of declarations of prefixes, those that a query can rely on.

    Left out are names that SPARQL does not have, namespaces that are no absolute IRIs, names that stand
    for several namespaces, and Whence's own names.

    >>> usable([("ex", "http://example.org/"), ("it", "urn:a:"), ("it", "urn:b:"), ("prov", "urn:c:")])
    {'ex': 'http://example.org/'}
    """
    spaces: dict[str, set[str]] = {}
    for name, namespace in declarations:
        if name not in PREFIXES and _NAME.fullmatch(name):
            spaces.setdefault(name, set()).add(namespace)
    return {
        name: next(iter(known)) for name, known in spaces.items() if len(known) == 1 and _is_iri(*known)
    }


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def asked(sparql: str, declared: Callable[[], Mapping[str, str]], ask: Callable[[str], _Answer]) -> _Answer:
    """The answer of ``ask`` to a query, where need be with declarations put on a line before it.

    ``declared`` is called only when the text alone is refused for its syntax, so that other queries take
    no longer for it. Raises :class:`QuerySyntaxError` with the place in ``sparql``.
    """
    try:
        return ask(sparql)
    except QuerySyntaxError:
        longer = with_prefixes(sparql, declared())
        if longer == sparql:
            raise
    try:
        return ask(longer)
    except QuerySyntaxError as error:
        if not error.line:
            raise
        raise QuerySyntaxError(error.reason, line=error.line - 1, column=error.column) from error

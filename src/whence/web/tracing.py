"""Lineage, versions and differences, told in a query worker from the snapshot that it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import pyoxigraph as ox
from pyoxigraph import NamedNode

from whence.errors import SourceError, WhenceError
from whence.queries.unknown import require_known
from whence.store.embedded import EmbeddedBackend

__all__ = ["traced"]

Told: TypeAlias = tuple[dict[str, Any], str]
"""What is said of an answer, and the answer as text."""


def traced(store: ox.Store, request: Mapping[str, Any]) -> Told:
    """The answer to ``request["verb"]``, written as ``request["as"]`` says.

    That is ``page`` (JSON for a page) or the name of a format. ``known`` are the IRIs that the store must
    know. Where it does not, where there is no answer, and where the question makes no sense, ``error`` is
    ``unknown``, ``none`` or ``source``, and ``reason`` says it in words: whoever asks is to know. Raises
    :class:`RuntimeError` with the reason for anything else.
    """
    backend = EmbeddedBackend(store, base=request["base"])
    try:
        for name in request["known"]:
            require_known(backend, NamedNode(name), request["prefixes"])
    except SourceError as error:
        return {"error": "unknown", "reason": str(error)}, ""
    try:
        return _TELLERS[request["verb"]](backend, request)
    except SourceError as error:
        return {"error": "source", "reason": str(error)}, ""
    except WhenceError as error:
        raise RuntimeError(str(error)) from error


def _lineage(backend: EmbeddedBackend, request: Mapping[str, Any]) -> Told:
    from whence.web.tracing_lineage import lineage_told

    return lineage_told(backend, request)


def _versions(backend: EmbeddedBackend, request: Mapping[str, Any]) -> Told:
    from whence.web.tracing_versions import versions_told

    return versions_told(backend, request)


# Imported when asked for, since what draws and what replays have little in common.
_TELLERS: Final[Mapping[str, Callable[[EmbeddedBackend, Mapping[str, Any]], Told]]] = {
    **dict.fromkeys(("lineage", "path"), _lineage),
    **dict.fromkeys(("versions", "at", "diff", "blame", "history"), _versions),
}

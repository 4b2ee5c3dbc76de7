"""Explanations, made in a query worker: why a statement holds in the snapshot that it reads."""

from __future__ import annotations

from typing import Any, Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import WhenceError
from whence.reasoning import ruleset
from whence.reasoning.explain import explain
from whence.store import inference, ontologies
from whence.store.embedded import EmbeddedBackend

__all__ = ["explained"]

_STEPS: Final = 1000


def explained(
    store: ox.Store,
    statement: tuple[NamedNode | BlankNode, NamedNode, NamedNode | BlankNode | Literal],
    *,
    base: str,
    profile: str,
    all: bool,
) -> dict[str, Any]:
    """Why ``statement`` holds in ``store``: as data, as text, as a drawing.

    ``profile`` is for a store that says nothing of one. Raises :class:`RuntimeError` with the reason.
    """
    backend = EmbeddedBackend(store, base=base)
    try:
        profile = inference.status(backend).profile or profile
        rules = ruleset(profile, ontologies.triples(backend))
        found = explain(backend, rules, *statement, all=all, limit=_STEPS)
    except WhenceError as error:
        raise RuntimeError(str(error)) from error
    return {
        "profile": profile,
        "explanation": found.to_json(),
        "text": found.to_text(),
        "svg": found.to_svg(),
    }

"""Triples of a CONSTRUCT or DESCRIBE answer, each once, although several bundles may hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["once"]

_Item = TypeVar("_Item")
_REMEMBERED = 200_000


def once(items: Iterable[_Item]) -> Iterator[_Item]:
    """The items without repetitions; beyond 200,000 different ones, later repetitions may pass."""
    seen: set[_Item] = set()
    for item in items:
        if item in seen:
            continue
        if len(seen) < _REMEMBERED:
            seen.add(item)
        yield item

"""What is validated, as the readers hand it over; blank nodes that readers made IRIs for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, NamedNode

from whence.formats.identifiers import is_generated
from whence.validation.assertion import Assertion, Malformed

__all__ = ["Item", "Source", "unknown"]

Item: TypeAlias = Assertion | Malformed

_DIGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Source:
    """What is validated. ``items`` is to be used once; ``prefixes`` is complete when it has ended.

    ``files`` says what bundles of a store were loaded from, by their IRIs.
    """

    name: str
    items: Iterator[Item]
    prefixes: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)


def unknown(node: NamedNode) -> NamedNode | BlankNode:
    """The blank node that an IRI made for one stands for; any other IRI is itself."""
    return BlankNode(node.value[-_DIGEST:]) if is_generated(node) else node

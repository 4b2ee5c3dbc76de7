"""Numbered terms without an object each: their N-Triples spellings in one block, found by hash."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import islice
from typing import TypeAlias, cast

import numpy as np
import pyoxigraph as ox
from numpy.typing import NDArray
from pyoxigraph import BlankNode, Literal, NamedNode

__all__ = ["Node", "Spellings", "read", "spell"]

Node: TypeAlias = NamedNode | BlankNode | Literal

_QUOTE = ord('"')
_STEP = 50_000
"""Terms spelled at a time, which bounds the memory for it."""


def spell(term: Node) -> bytes:
    """The N-Triples form of a term; equal terms, and no others, have equal forms."""
    return str(term).encode()


def read(spelling: bytes) -> Node:
    """The term that :func:`spell` gave the form of."""
    text = spelling.decode()
    first = text[0]
    if first == "_":
        return BlankNode(text[2:])
    if first == '"' and text[-1] == '"' and "\\" not in text:
        return Literal(text[1:-1])
    if first == "<":
        # Data taken from lenient servers may have in the place of an IRI what is none; the parser takes it.
        with suppress(ValueError):
            return NamedNode(text[1:-1])
    line = b"<urn:s> <urn:p> " + spelling + b" ."
    quad = next(ox.parse(line, format=ox.RdfFormat.N_TRIPLES, lenient=True))
    return cast(Node, quad.object)


class Spellings:
    """Terms numbered from 0. The arrays may be a mapped file; nothing writes to them.

    ``text`` holds the spellings one after the other, number n from ``starts[n]`` to ``starts[n + 1]``;
    ``hashes`` those of the spellings, sorted, and ``order`` the number that each of them belongs to;
    ``literals`` tells which numbers are literals.
    """

    __slots__ = ("_bytes", "_hashes", "_order", "_starts", "hashes", "literals", "order", "starts", "text")

    def __init__(
        self,
        text: NDArray[np.uint8],
        starts: NDArray[np.uint64],
        hashes: NDArray[np.uint64],
        order: NDArray[np.uint32],
        literals: NDArray[np.bool_],
    ) -> None:
        self.text, self.starts, self.hashes, self.order, self.literals = (
            text,
            starts,
            hashes,
            order,
            literals,
        )
        # Single items come twice as fast from these.
        self._bytes, self._starts = text.data, starts.data
        self._hashes, self._order = hashes.data, order.data

    @classmethod
    def none(cls) -> Spellings:
        """No terms."""
        return cls(
            np.empty(0, np.uint8),
            np.zeros(1, np.uint64),
            np.empty(0, np.uint64),
            np.empty(0, np.uint32),
            np.empty(0, np.bool_),
        )

    def __len__(self) -> int:
        return len(self.hashes)

    def spelling(self, number: int) -> bytes:
        """The N-Triples form of a number."""
        return bytes(self._bytes[self._starts[number] : self._starts[number + 1]])

    def find(self, spelling: bytes) -> int | None:
        """The number of an N-Triples form."""
        hashes, wanted = self._hashes, int.from_bytes(_hash(spelling), "little")
        at = bisect_left(hashes, wanted)
        while at < len(hashes) and hashes[at] == wanted:
            number: int = self._order[at]
            if self.spelling(number) == spelling:
                return number
            at += 1
        return None

    def extended(self, terms: Sequence[Node]) -> Spellings:
        """These and, numbered after them, terms that are not among them."""
        texts, hashes = [self.text], [self._hashes_by_number()]
        lengths: list[int] = []
        remaining = iter(terms)
        while step := list(map(spell, islice(remaining, _STEP))):
            texts.append(np.frombuffer(b"".join(step), np.uint8))
            lengths.extend(map(len, step))
            hashes.append(np.frombuffer(b"".join(map(_hash, step)), "<u8").astype(np.uint64, copy=False))
        text, by_number = np.concatenate(texts), np.concatenate(hashes)
        ends = self.starts[-1] + np.cumsum(np.array(lengths, np.uint64), dtype=np.uint64)
        starts = np.concatenate((self.starts, ends))
        order = np.argsort(by_number)
        return Spellings(
            text, starts, by_number[order], order.astype(np.uint32), text[starts[:-1]] == _QUOTE
        )

    def only(self, wanted: NDArray[np.bool_]) -> Spellings:
        """Some of these, numbered anew in the same order; ``wanted`` says for each number if it stays."""
        lengths = np.diff(self.starts)
        numbers = np.cumsum(wanted) - 1
        staying = wanted[self.order]
        return Spellings(
            self.text[np.repeat(wanted, lengths.astype(np.int64))],
            np.concatenate((self.starts[:1], np.cumsum(lengths[wanted], dtype=np.uint64))),
            self.hashes[staying],
            numbers[self.order[staying]].astype(np.uint32),
            self.literals[wanted],
        )

    def _hashes_by_number(self) -> NDArray[np.uint64]:
        hashes = np.empty(len(self.hashes), np.uint64)
        hashes[self.order] = self.hashes
        return hashes


def _hash(spelling: bytes) -> bytes:
    # Of 64 bits a few may agree by chance, but none that someone made to: lookups stay short.
    return blake2b(spelling, digest_size=8).digest()

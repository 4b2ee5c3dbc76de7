"""IRIs that Whence itself makes: for blank nodes, for unnamed relations, and in place of broken ones."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import sha256
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from whence.formats.statements import Arg, Statement
from whence.ontology.namespaces import RDF_TYPE

__all__ = [
    "GENID",
    "Repairs",
    "Skolemiser",
    "canonical",
    "generated",
    "is_generated",
    "pair_id",
    "statement_id",
]

GENID: Final = ".well-known/genid/"
"""What marks a generated IRI, after RDF 1.1 Concepts section 3.5."""

_GENERATED = re.compile(r"\.well-known/genid/[0-9a-f]{32}\Z")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ILLEGAL = re.compile(r"""[\x00-\x20<>"{}|\\^`\x7f]|%(?![0-9A-Fa-f]{2})""")
_EXAMPLES = 20


def generated(base: str, *parts: str) -> NamedNode:
    """The generated IRI under ``base`` that stands for ``parts``; equal parts give equal IRIs."""
    digest = sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return NamedNode(f"{base}{GENID}{digest[:32]}")


def is_generated(iri: NamedNode | str) -> bool:
    """Whether Whence made this IRI, so that it means nothing outside.

    >>> is_generated("urn:whence:.well-known/genid/" + 32 * "0")
    True
    """
    return _GENERATED.search(iri if isinstance(iri, str) else iri.value) is not None


@cache
def _engine() -> Store:
    return Store()


@lru_cache(maxsize=1 << 16)
def canonical(literal: Literal) -> Literal:
    """The literal as the engine gives it back once stored (``007`` is ``7``, ``+00:00`` is ``Z``)."""
    key = BlankNode()
    quad = Quad(key, RDF_TYPE, literal)
    store = _engine()
    store.add(quad)
    stored = next(store.quads_for_pattern(key, None, None)).object
    store.remove(quad)
    assert isinstance(stored, Literal)  # noqa: S101  # what went in as a literal
    return stored


def _text(arg: Arg) -> str:
    if arg is None:
        return "-"
    if isinstance(arg, NamedNode):
        return str(arg)
    if isinstance(arg, Literal):
        return str(canonical(arg))
    # A set: neither order nor repetition matters.
    parts = {_text(item) if isinstance(item, Literal) else f"{_text(item[0])}={item[1]}" for item in arg}
    return "{" + ",".join(sorted(parts)) + "}"


def statement_id(statement: Statement, base: str) -> NamedNode:
    """The IRI of a relation that has none of its own, made from what it says.

    The order of attributes and the bundle do not matter, so the same statement read twice, from
    whichever source, gets the same IRI.
    """
    attributes = sorted({f"{name}={_text(value)}" for name, value in statement.attributes})
    args = [_text(arg) for arg in statement.args]
    while args and args[-1] in ("-", "{}"):  # left out and ``-`` say the same
        args.pop()
    return generated(base, statement.kind, *args, "[", *attributes)


def pair_id(key: Literal, entity: NamedNode, base: str) -> NamedNode:
    """The IRI of a dictionary's key-entity pair; dictionaries with an equal pair share it."""
    return generated(base, "pair", _text(key), str(entity))


class Skolemiser:
    """Gives the blank nodes of one source IRIs: the n-th one met is always the same IRI.

    It depends on the bundle, ``scope`` (which source, where one bundle has several) and n alone,
    since parsers give anonymous nodes random labels. So identical bytes read into the same bundle
    give identical IRIs. Memory: the labels.
    """

    __slots__ = ("_base", "_bundle", "_names", "_scope")

    def __init__(self, bundle: NamedNode, base: str, scope: str = "") -> None:
        self._bundle, self._base, self._scope = bundle.value, base, scope
        self._names: dict[BlankNode, NamedNode] = {}

    def __call__(self, node: BlankNode) -> NamedNode:
        """The IRI for ``node``."""
        name = self._names.get(node)
        if name is None:
            name = generated(self._base, "blank", self._bundle, self._scope, str(len(self._names)))
            self._names[node] = name
        return name


class Repairs:
    """Makes absolute IRIs of relative, scheme-less or ill-formed ones, and remembers that it did.

    ``count`` is how many times it did; ``examples`` are the first 20 different (original, repaired)
    pairs, for reports.
    """

    __slots__ = ("_base", "count", "examples")

    def __init__(self, base: str) -> None:
        self._base = base
        self.count = 0
        self.examples: list[tuple[str, str]] = []

    def repair(self, iri: str) -> str:
        """``iri`` itself if it is absolute and well-formed, else ``<base>ref/`` and it, escaped.

        An absolute IRI with illegal characters keeps its scheme and has those characters escaped.

        >>> Repairs("urn:whence:").repair("www.example.org/ns#x")
        'urn:whence:ref/www.example.org/ns#x'
        """
        absolute = _ABSOLUTE.match(iri) is not None
        if absolute and _well_formed(iri):
            return iri
        escaped = _escape(iri)
        repaired = escaped if absolute else f"{self._base}ref/{escaped}"
        if not _well_formed(repaired):
            repaired = f"{self._base}ref/" + re.sub(r"[^A-Za-z0-9._~/-]", _percent, iri)
        self.note(iri, repaired)
        return repaired

    def note(self, original: str, repaired: str) -> None:
        """Count a repair made elsewhere."""
        self.count += 1
        if len(self.examples) < _EXAMPLES and (original, repaired) not in self.examples:
            self.examples.append((original, repaired))


def _escape(iri: str) -> str:
    path, hash_, fragment = iri.partition("#")
    return _ILLEGAL.sub(_percent, path) + hash_ + _ILLEGAL.sub(_percent, fragment).replace("#", "%23")


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


def _well_formed(iri: str) -> bool:
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return True

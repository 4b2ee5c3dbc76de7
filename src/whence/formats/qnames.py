"""Qualified names: prefixes in force while reading, prefixes chosen or invented while writing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from whence.formats.identifiers import Repairs
from whence.formats.statements import Statement
from whence.ontology.namespaces import PROV, XSD

__all__ = [
    "QUALIFIED_NAME_TYPES",
    "XSD_DATETIME",
    "XSD_STRING",
    "Namer",
    "Scope",
    "StatementReading",
    "is_absolute",
    "key_literal",
    "ncname",
]

XSD_STRING: Final = XSD.string
XSD_DATETIME: Final = XSD.dateTime
QUALIFIED_NAME_TYPES: Final = frozenset({PROV.QUALIFIED_NAME, XSD.QName})
"""Datatypes whose literals are really qualified names (PROV-DM's, and XML Schema's in older files)."""

_CACHE_LIMIT = 100_000
_INVENTED_FINE = 200
_XSD_BARE = str(XSD).removesuffix("#")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|(?:urn|ni|tag|doi|info|mailto):")
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://[^/?#]*/?)?")
_PREFIX = re.compile(r"[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\Z")
_NCNAME = re.compile(r"[^\W\d][\w.-]*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class StatementReading:
    """What reading a PROV syntax gives.

    ``items`` yields (bundle IRI, statement), the IRI being ``None`` outside bundles; it reads as it
    goes and raises ``SourceSyntaxError`` where the source breaks its grammar. ``prefixes`` fills
    while it does; ``repairs`` counts identifiers that had to be made absolute. ``line`` tells the
    line, from 1, where the item given last starts.
    """

    items: Iterator[tuple[NamedNode | None, Statement]]
    prefixes: dict[str, str]
    repairs: Repairs
    line: Callable[[], int]


class Scope:
    """Prefixes in force at one place of a source, and the IRIs its names stand for.

    A bundle's scope starts with its document's prefixes (``outer``). ``prefixes`` is where every
    declaration is noted for the reader of the source; the first meaning of a prefix stays. The
    default namespace has the prefix ``""``. ``unescape`` turns the syntax's escapes in local names
    into the characters they stand for.
    """

    def __init__(
        self,
        repairs: Repairs,
        prefixes: dict[str, str],
        outer: Scope | None = None,
        unescape: Callable[[str], str] | None = None,
    ) -> None:
        self.repairs = repairs
        self.names: dict[str, str] = dict(outer.names) if outer else {"prov": str(PROV), "xsd": str(XSD)}
        self._prefixes = prefixes
        self._unescape: Callable[[str], str] | None = unescape or (outer._unescape if outer else None)
        self._cache: dict[str, NamedNode] = {}

    def declare(self, prefix: str, iri: str) -> None:
        """Bind ``prefix`` to a namespace. XML Schema's is accepted without its ``#``, as XML has it."""
        if iri == _XSD_BARE:
            iri = str(XSD)
        self.names[prefix] = iri
        self._prefixes.setdefault(prefix, iri)
        self._cache.clear()

    def resolve(self, name: str, *, absolute: bool = False) -> NamedNode | None:
        """The IRI of ``prefix:local`` or ``local``; ``None`` where the prefix is not declared.

        With ``absolute``, a name with an undeclared prefix that reads as an absolute IRI is one. A
        name without prefix where no default namespace is in force, and one whose namespace has no
        scheme, are repaired against the base.
        """
        node = self._cache.get(name)
        if node is not None:
            return node
        prefix, colon, local = name.partition(":")
        if not colon:
            prefix, local = "", name
        namespace = self.names.get(prefix)
        if self._unescape is not None and "\\" in local:
            local = self._unescape(local)
        if namespace is not None:
            node = self.iri(namespace + local)
        elif not colon:
            node = NamedNode(self.repairs.repair(local))
        elif absolute and is_absolute(name):
            node = self.iri(name)
        else:
            return None
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()
        self._cache[name] = node
        return node

    def iri(self, text: str) -> NamedNode:
        """``text`` as an IRI, repaired if it is not an absolute one."""
        try:
            return NamedNode(text)
        except ValueError:
            return NamedNode(self.repairs.repair(text))

    def typed(self, value: str, datatype: NamedNode, *, absolute: bool = False) -> NamedNode | Literal:
        """A literal, or the IRI it names where the datatype says it is a qualified name."""
        if datatype in QUALIFIED_NAME_TYPES:
            node = self.resolve(value.strip(), absolute=absolute)
            if node is not None:
                return node
        return Literal(value, datatype=datatype)


class Namer:
    """Gives IRIs qualified names, inventing prefixes (``ns1``...) where none fits.

    ``fit`` encodes the local part for the syntax, or gives ``None`` where it cannot be written. The
    longest namespace that fits wins. ``used`` holds the prefixes the names made so far need, in
    the order they were first needed. An IRI that cannot be split gets a prefix of its own and an
    empty local part.
    """

    def __init__(self, prefixes: Mapping[str, str], fit: Callable[[str], str | None]) -> None:
        known = {"prov": str(PROV), "xsd": str(XSD)}
        for prefix, iri in prefixes.items():
            if prefix not in known and prefix not in _RESERVED and _PREFIX.match(prefix) and _is_iri(iri):
                known[prefix] = iri
        self.known = known
        self.used: dict[str, str] = {}
        self._fit = fit
        self._order = sorted(known.items(), key=lambda item: (-len(item[1]), item[0]))
        self._invented: dict[str, str] = {}
        self._cache: dict[NamedNode, str] = {}

    def __call__(self, iri: NamedNode) -> str:
        """The qualified name of ``iri``."""
        name = self._cache.get(iri)
        if name is None:
            if len(self._cache) >= _CACHE_LIMIT:
                self._cache.clear()
            name = self._cache[iri] = self._name(iri.value)
        return name

    def within(self, iri: NamedNode, fit: Callable[[str], str | None]) -> str | None:
        """A name whose local part fits a stricter rule and is not empty; ``None`` if there is none."""
        return self._split(iri.value, fit)

    def _name(self, iri: str) -> str:
        return self._split(iri, self._fit) or f"{self._invent(iri)}:"

    def _split(self, iri: str, fit: Callable[[str], str | None]) -> str | None:
        for prefix, namespace in self._order:
            if iri.startswith(namespace):
                local = fit(iri[len(namespace) :])
                if local:
                    self.used.setdefault(prefix, namespace)
                    return f"{prefix}:{local}"
        for cut in self._cuts(iri):
            local = fit(iri[cut:])
            if local:
                return f"{self._invent(iri[:cut])}:{local}"
        return None

    def _cuts(self, iri: str) -> Iterator[int]:
        # Thousands of namespaces help nobody: past some, only the authority is cut off.
        authority = _AUTHORITY.match(iri)
        coarse = authority.end() if authority else len(iri)
        if len(self._invented) < _INVENTED_FINE:
            yield from (cut for cut in range(len(iri) - 1, coarse, -1) if iri[cut - 1] in "#/:")
        yield coarse

    def _invent(self, namespace: str) -> str:
        prefix = self._invented.get(namespace)
        if prefix is None:
            number = len(self._invented) + 1
            while f"ns{number}" in self.used or f"ns{number}" in self.known:
                number += 1
            prefix = self._invented[namespace] = f"ns{number}"
        self.used.setdefault(prefix, namespace)
        return prefix


_RESERVED = frozenset({"default", "xml", "xmlns", "xsi"})


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def is_absolute(name: str) -> bool:
    """Whether a name with an undeclared prefix reads as an absolute IRI of a common scheme."""
    return _ABSOLUTE.match(name) is not None


def ncname(local: str) -> str | None:
    """``local`` if it may be the local part of an XML name, else ``None``."""
    return local if _NCNAME.match(local) else None


def key_literal(value: NamedNode | Literal) -> Literal:
    """A dictionary key or checkpoint as the literal it is; a qualified name keeps its IRI."""
    if isinstance(value, NamedNode):
        return Literal(value.value, datatype=PROV.QUALIFIED_NAME)
    return value

"""IRIs of the vocabularies Whence writes and reads, as constants."""

from __future__ import annotations

from typing import Final

from pyoxigraph import NamedNode

__all__ = [
    "DCTERMS",
    "INTERTWINED",
    "MUTABLE",
    "PREFIXES",
    "PROV",
    "RDF",
    "RDFS",
    "RDF_TYPE",
    "SCRIPT",
    "SH",
    "VERSION",
    "VOID",
    "WHENCE",
    "WHENCE_CATALOGUE",
    "WHENCE_INFERRED",
    "WHENCE_SNAPSHOTS",
    "XSD",
    "Namespace",
]


class Namespace(str):
    """An IRI prefix: ``PROV.used`` or ``PROV["used"]`` is the term as a ``NamedNode``.

    >>> PROV.used
    <NamedNode value=http://www.w3.org/ns/prov#used>
    """

    __slots__ = ()

    def __getitem__(self, local: object) -> NamedNode:  # type: ignore[override]  # terms, not characters
        return NamedNode(f"{self!s}{local}")

    def __getattr__(self, local: str) -> NamedNode:
        if local.startswith("_"):
            raise AttributeError(local)
        return self[local]


PROV: Final = Namespace("http://www.w3.org/ns/prov#")
RDF: Final = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS: Final = Namespace("http://www.w3.org/2000/01/rdf-schema#")
XSD: Final = Namespace("http://www.w3.org/2001/XMLSchema#")
DCTERMS: Final = Namespace("http://purl.org/dc/terms/")
VOID: Final = Namespace("http://rdfs.org/ns/void#")
SH: Final = Namespace("http://www.w3.org/ns/shacl#")
WHENCE: Final = Namespace("https://w3id.org/whence/ns#")
MUTABLE: Final = Namespace("https://w3id.org/whence/ns/mutable#")
VERSION: Final = Namespace("https://dew-uff.github.io/versioned-prov/ns#")
SCRIPT: Final = Namespace("https://dew-uff.github.io/versioned-prov/ns/script#")
INTERTWINED: Final = Namespace("https://dew-uff.github.io/versioned-prov/ns/intertwined#")

RDF_TYPE: Final = RDF["type"]
WHENCE_CATALOGUE: Final = WHENCE["catalogue"]
WHENCE_INFERRED: Final = WHENCE["inferred"]
WHENCE_SNAPSHOTS: Final = WHENCE["snapshots"]

PREFIXES: Final[dict[str, str]] = {
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "xsd": str(XSD),
    "dcterms": str(DCTERMS),
    "void": str(VOID),
    "sh": str(SH),
    "whence": str(WHENCE),
    "mutable": str(MUTABLE),
    "version": str(VERSION),
    "script": str(SCRIPT),
    "intertwined": str(INTERTWINED),
}
"""Prefixes every writer and every query page knows."""

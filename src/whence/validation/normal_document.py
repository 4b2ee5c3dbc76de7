"""Writes the normal form of provenance as a document, in any format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import IO, cast

from pyoxigraph import BlankNode, NamedNode

from whence import formats
from whence.formats import rdf
from whence.formats.identifiers import generated
from whence.formats.registry import Format
from whence.formats.statements import Arg, Statement
from whence.formats.to_rdf import document_quads
from whence.validation.assertion import Argument, Assertion
from whence.validation.normal_form import normal_form
from whence.validation.source import Source

__all__ = ["write_normal_form"]

_Bundles = Mapping[NamedNode | None, list[Statement]]


def write_normal_form(
    read: Source, output: IO[bytes], format: Format, *, base: str, top: NamedNode | None = None
) -> int:
    """Write the normal form of what is read, and return how many statements it has.

    Unknowns get IRIs made from their names, under ``base``; whatever reads them knows them for
    unknowns. What ``top`` says is written outside bundles in PROV syntaxes, and what is said outside
    bundles is in the graph ``top`` in RDF. Raises :class:`~whence.errors.SourceError` where there is no
    normal form, with nothing written.
    """
    bundles: dict[NamedNode | None, list[Statement]] = {}
    for assertion in normal_form(read.items):
        home = None if assertion.bundle == top else assertion.bundle
        bundles.setdefault(home, []).append(_statement(assertion, base))
    # Statements outside bundles come first, as PROV-N wants them.
    ordered = {home: bundles[home] for home in sorted(bundles, key=_order)}
    if format.rdf:
        document = top or NamedNode(f"{base}normal-form")
        quads = document_quads(_items(ordered), default_graph=document, base=base)
        rdf.write(quads, output, format, read.prefixes)
    else:
        formats.write_statements(ordered.items(), output, format, read.prefixes)
    return sum(map(len, bundles.values()))


def _order(home: NamedNode | None) -> str:
    return "" if home is None else home.value


def _items(bundles: _Bundles) -> Iterator[tuple[NamedNode | None, Statement]]:
    for home, statements in bundles.items():
        for statement in statements:
            yield home, statement


def _statement(assertion: Assertion, base: str) -> Statement:
    scope = _order(assertion.bundle)

    def named(argument: Argument) -> Arg:
        if isinstance(argument, BlankNode):
            return generated(base, "unknown", scope, argument.value)
        return argument

    whole = replace(assertion, args=tuple(map(named, assertion.args)))
    identifier = cast(NamedNode | None, named(assertion.id))
    return Statement(whole.kind, identifier, cast("tuple[Arg, ...]", whole.args), whole.attributes)

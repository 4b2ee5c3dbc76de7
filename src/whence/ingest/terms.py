"""Terms as people type them: prefixed names, IRIs, and literals as Turtle writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from whence.errors import SourceError
from whence.ingest.values import Value, Words
from whence.ontology.namespaces import PREFIXES, RDF_TYPE

__all__ = ["resource", "term"]

_LITERAL: Final = re.compile(r"""["']|[+-]?\.?[0-9]|(?:true|false)\Z""")


def resource(name: str | NamedNode | BlankNode, prefixes: Mapping[str, str]) -> NamedNode | BlankNode:
    """The resource for ``prefix:name``, an IRI, an IRI in angle brackets, or ``a`` (``rdf:type``).

    Raises :class:`~whence.errors.SourceError` for anything else, such as an unknown prefix.
    """
    if not isinstance(name, str):
        return name
    if name == "a":
        return RDF_TYPE
    words = Words()
    if name.startswith("<") and name.endswith(">"):
        try:
            return NamedNode(name[1:-1])
        except ValueError as error:
            raise SourceError(f"{name} is no IRI: {error}") from error
    words.declared.update(prefixes)
    try:
        return words.iri(name)
    except SourceError as error:
        if error.__cause__ is not None:
            raise
        prefix, colon, _ = name.partition(":")
        what = (
            f"no source declares the prefix {prefix!r}"
            if colon
            else "this is neither an IRI nor a prefixed name"
        )
        raise SourceError(
            f"{name}: {what}; write an IRI whole, in angle brackets: '<http://example.org/x>'"
        ) from None


def term(value: Value | BlankNode, prefixes: Mapping[str, str]) -> NamedNode | BlankNode | Literal:
    """The term for a Python value, or for text: a resource, or a literal (``"text"``, ``"x"@en``, ``5``).

    >>> term('"5"^^xsd:integer', {})
    <Literal value=5 datatype=http://www.w3.org/2001/XMLSchema#integer>

    Raises :class:`~whence.errors.SourceError` as :func:`resource` does.
    """
    if isinstance(value, NamedNode | BlankNode):
        return value
    if not isinstance(value, str):
        return Words().literal(value)
    if _LITERAL.match(value):
        return _literal(value, {**PREFIXES, **prefixes})
    return resource(value, prefixes)


def _literal(text: str, prefixes: Mapping[str, str]) -> Literal:
    # Line ends in between, so that neither a comment nor a full stop in the text hides the end.
    turtle = "".join(f"PREFIX {p}: <{ns}>\n" for p, ns in prefixes.items() if f"^^{p}:" in text)
    try:
        quads = list(parse(f"{turtle}<urn:x> <urn:x> {text}\n.", format=RdfFormat.TURTLE))
    except (SyntaxError, ValueError) as error:
        raise SourceError(f'{text} is no literal: write "text", "text"@en or "5"^^xsd:integer') from error
    if len(quads) != 1 or not isinstance(quads[0].object, Literal):
        raise SourceError(f"{text} is not one literal")
    return quads[0].object

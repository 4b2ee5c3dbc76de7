"""What a named query is, as data, as text for people, and as RDF by which other programs can run it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from whence.ontology.namespaces import DCTERMS, RDF_TYPE, RDFS, SH, XSD
from whence.queries.named_header import NamedQuery, Parameter
from whence.queries.named_values import default_terms

__all__ = ["as_data", "as_rdf", "as_text"]

_EXECUTABLES: Final = {
    "SELECT": (SH.SPARQLSelectExecutable, SH.select),
    "ASK": (SH.SPARQLAskExecutable, SH.ask),
    "CONSTRUCT": (SH.SPARQLConstructExecutable, SH.construct),
}
"""What SHACL calls queries of a form, and the property that has their text; it has none for DESCRIBE."""

_WIDTH: Final = 90


def as_data(query: NamedQuery) -> dict[str, Any]:
    """A query as JSON has it."""
    return {
        "name": query.name,
        "title": query.title,
        "topic": query.topic,
        "description": query.description,
        "form": query.form,
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "many": parameter.many,
                "required": parameter.required,
                "default": parameter.default,
                "description": parameter.description,
            }
            for parameter in query.parameters
        ],
        "columns": [{"name": column.name, "description": column.description} for column in query.columns],
        "limit": query.limit,
        "examples": list(query.examples),
        "citations": list(query.citations),
        "sparql": query.text,
        "source": query.source,
    }


def as_text(query: NamedQuery) -> str:
    """A query for people who read it in a terminal."""
    parts = [f"{query.name}: {query.title}"]
    parts += [textwrap.fill(text, _WIDTH) for text in query.description.split("\n\n") if text]
    if query.parameters:
        parts.append(_rows("Parameters", ((p.name, _meaning(p)) for p in query.parameters)))
    if query.columns:
        parts.append(_rows("Columns", ((c.name, c.description) for c in query.columns)))
    if query.limit:
        parts.append(f"Gives {query.limit} rows unless --limit says otherwise; 0 is for all.")
    if query.examples:
        parts.append("\n".join(["Examples:", *(f"  {example}" for example in query.examples)]))
    if query.citations:
        parts.append("\n".join(["See:", *(f"  {citation}" for citation in query.citations)]))
    parts.append(textwrap.indent(query.text.rstrip(), "  "))
    return "\n\n".join(parts) + "\n"


def _meaning(parameter: Parameter) -> str:
    if parameter.default is not None:
        fallback = f", {parameter.default} unless given"
    else:
        fallback = ", may be left out" if parameter.optional else ", needed"
    return f"{parameter.kind}{fallback}" + (f": {parameter.description}" if parameter.description else "")


def _rows(title: str, rows: Iterable[tuple[str, str]]) -> str:
    held = list(rows)
    width = max(len(name) for name, _ in held) + 4
    lines = [
        textwrap.fill(
            f"  {name}".ljust(width) + text, _WIDTH, subsequent_indent=" " * width, drop_whitespace=True
        )
        for name, text in held
    ]
    return "\n".join([f"{title}:", *lines])


def as_rdf(queries: Iterable[NamedQuery], place: str) -> Iterator[Triple]:
    """The queries as SHACL describes SPARQL that can be run (https://www.w3.org/TR/shacl/#dfn-sparql).

    ``place`` is the address they are under. A parameter's ``sh:path`` ends in its name, as
    https://www.w3.org/TR/shacl/#sparql-constraint-components-parameters has it.
    """
    for query in queries:
        iri = NamedNode(f"{place}/{quote(query.name)}")
        yield Triple(iri, RDF_TYPE, SH.SPARQLExecutable)
        if query.form in _EXECUTABLES:
            kind, holds = _EXECUTABLES[query.form]
            yield Triple(iri, RDF_TYPE, kind)
            yield Triple(iri, holds, Literal(query.text))
        yield Triple(iri, DCTERMS.identifier, Literal(query.name))
        yield Triple(iri, RDFS.label, Literal(query.title, language="en"))
        yield Triple(iri, DCTERMS.subject, Literal(query.topic))
        if query.description:
            yield Triple(iri, RDFS.comment, Literal(query.description, language="en"))
        for citation in query.citations:
            yield Triple(iri, DCTERMS.source, Literal(citation))
        yield from _declarations(query, iri)
        for order, parameter in enumerate(query.parameters, 1):
            yield from _parameter(query, iri, parameter, order)


def _declarations(query: NamedQuery, iri: NamedNode) -> Iterator[Triple]:
    if not query.prefixes:
        return
    holder = NamedNode(f"{iri.value}#prefixes")
    yield Triple(iri, SH.prefixes, holder)
    for prefix, namespace in query.prefixes.items():
        declaration = BlankNode()
        yield Triple(holder, SH.declare, declaration)
        yield Triple(declaration, RDF_TYPE, SH.PrefixDeclaration)
        yield Triple(declaration, SH.prefix, Literal(prefix))
        yield Triple(declaration, SH.namespace, Literal(namespace, datatype=XSD.anyURI))


def _parameter(query: NamedQuery, iri: NamedNode, parameter: Parameter, order: int) -> Iterator[Triple]:
    about = BlankNode()
    yield Triple(iri, SH.parameter, about)
    yield Triple(about, RDF_TYPE, SH.Parameter)
    yield Triple(about, SH.path, NamedNode(f"{iri.value}#{parameter.name}"))
    yield Triple(about, SH.name, Literal(parameter.name))
    yield Triple(about, SH.order, Literal(order))
    if parameter.description:
        yield Triple(about, SH.description, Literal(parameter.description, language="en"))
    if parameter.type == "iri":
        yield Triple(about, SH.nodeKind, SH.IRI)
    else:
        yield Triple(about, SH.datatype, XSD[parameter.type])
    if not parameter.required:
        yield Triple(about, SH.optional, Literal(True))
    if not parameter.many:
        yield Triple(about, SH.maxCount, Literal(1))
    for term in default_terms(parameter, query.prefixes):
        yield Triple(about, SH.defaultValue, term)

"""What the server says about itself: SPARQL service description and VoID."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from whence.ontology.namespaces import PREFIXES, RDF_TYPE, RDFS, VOID, WHENCE, XSD, Namespace
from whence.store.results import to_python
from whence.web.answers import Problem
from whence.web.inference import described, entailment
from whence.web.negotiation import GRAPH_FORMATS, choose
from whence.web.reading import rows_of
from whence.web.service import Service

__all__ = ["blueprint", "service_description"]

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
_RESULTS: Final = ["SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"]
_RDF: Final = ["Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG"]
_PREFIXES: Final = {"sd": str(SD), **PREFIXES}
_BESIDE: Final = (
    ("validate", "Validation by PROV-CONSTRAINTS"),
    ("lineage", "Where a thing comes from"),
    ("impact", "What came of a thing"),
    ("path", "How one thing leads to another"),
    ("versions", "Versions of a thing"),
    ("at", "What a thing was at a time"),
    ("diff", "What differs between two things"),
    ("blame", "Who last set what a thing holds"),
    ("history", "What was done to a thing"),
)
"""What else there is to ask, by path."""


def service_description(service: Service) -> Response:
    """SPARQL 1.1 Service Description of this endpoint, in the RDF syntax the client prefers."""
    endpoint = NamedNode(f"{request.host_url}sparql")
    return _rdf_response(_describe(service, endpoint))


def blueprint(service: Service) -> Blueprint:
    """``/.well-known/void``: how much of what the store holds, as VoID."""
    routes = Blueprint("description", __name__)
    known: dict[int, _Counts] = {}

    @routes.get("/.well-known/void")
    def void() -> Response:
        generation = service.generation
        if generation not in known:
            counts = _count(service)
            known.clear()
            known[generation] = counts
        # Only the numbers are kept: the addresses are under whatever name this client used.
        return _rdf_response(_void(service, known[generation]))

    return routes


def _describe(service: Service, endpoint: NamedNode) -> Iterator[Triple]:
    yield Triple(endpoint, RDF_TYPE, SD.Service)
    # By these two a client knows what else it may ask for, and mints its IRIs as the store does.
    yield Triple(endpoint, RDF_TYPE, WHENCE.Server)
    yield Triple(endpoint, WHENCE.base, Literal(service.base))
    yield Triple(endpoint, SD.endpoint, endpoint)
    yield Triple(endpoint, SD.supportedLanguage, SD.SPARQL11Query)
    if service.settings.token and not service.settings.read_only:
        updates = NamedNode(f"{request.host_url}update")
        yield Triple(updates, RDF_TYPE, SD.Service)
        yield Triple(updates, SD.endpoint, updates)
        yield Triple(updates, SD.supportedLanguage, SD.SPARQL11Update)
    yield Triple(endpoint, SD.feature, SD.UnionDefaultGraph)
    known = service.inference()
    yield from described(endpoint, known)
    yield from entailment(endpoint, known)
    if service.settings.service_hosts:
        yield Triple(endpoint, SD.feature, SD.BasicFederatedQuery)
    for name in (*_RESULTS, *_RDF):
        yield Triple(endpoint, SD.resultFormat, _FORMATS[name])
    for name in _RDF:
        yield Triple(endpoint, SD.inputFormat, _FORMATS[name])
    for path, label in _BESIDE:
        beside = NamedNode(f"{request.host_url}{path}")
        yield Triple(endpoint, RDFS.seeAlso, beside)
        yield Triple(beside, RDFS.label, Literal(label, language="en"))
    yield from _named_queries(endpoint)
    dataset, default = BlankNode(), BlankNode()
    yield Triple(endpoint, SD.defaultDataset, dataset)
    yield Triple(dataset, RDF_TYPE, SD.Dataset)
    yield Triple(dataset, SD.defaultGraph, default)
    yield Triple(default, RDF_TYPE, SD.Graph)


def _named_queries(subject: NamedNode) -> Iterator[Triple]:
    """Where the queries are listed that can be asked by name, each as ``sh:SPARQLExecutable``."""
    place = NamedNode(f"{request.host_url}queries")
    yield Triple(subject, RDFS.seeAlso, place)
    yield Triple(place, RDFS.label, Literal("Named queries", language="en"))


@dataclass(frozen=True, slots=True)
class _Counts:
    triples: int
    inferred: int
    classes: list[tuple[str, int]]
    properties: list[tuple[str, int]]


def _count(service: Service) -> _Counts:
    def pairs(query: str) -> list[tuple[str, int]]:
        rows = service.select(query, timeout=30)
        return [(to_python(row["x"]), to_python(row["n"])) for row in rows]

    totals = service.select("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", timeout=30)
    return _Counts(
        to_python(totals[0]["n"]),
        to_python(rows_of(service, "count_inferred", timeout=30)[0]["count"]),
        pairs(
            "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?x FILTER(isIRI(?x)) } GROUP BY ?x LIMIT 500"
        ),
        pairs("SELECT ?x (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?x ?o } } GROUP BY ?x LIMIT 500"),
    )


def _void(service: Service, counts: _Counts) -> Iterator[Triple]:
    dataset = NamedNode(f"{request.host_url}.well-known/void#dataset")
    yield Triple(dataset, RDF_TYPE, VOID.Dataset)
    yield Triple(dataset, VOID.sparqlEndpoint, NamedNode(f"{request.host_url}sparql"))
    yield Triple(dataset, VOID.uriSpace, Literal(service.base))
    yield Triple(dataset, VOID.triples, _number(counts.triples))
    yield from _named_queries(dataset)
    yield from described(dataset, service.inference())
    inferred = NamedNode(f"{dataset.value}-inferred")
    yield Triple(dataset, VOID.subset, inferred)
    yield Triple(inferred, RDF_TYPE, VOID.Dataset)
    yield Triple(inferred, RDFS.label, Literal("inferred"))
    yield Triple(inferred, VOID.triples, _number(counts.inferred))
    for name, number in counts.classes:
        part = BlankNode()
        yield Triple(dataset, VOID.classPartition, part)
        yield Triple(part, VOID["class"], NamedNode(name))
        yield Triple(part, VOID.entities, _number(number))
    for name, number in counts.properties:
        part = BlankNode()
        yield Triple(dataset, VOID.propertyPartition, part)
        yield Triple(part, VOID.property, NamedNode(name))
        yield Triple(part, VOID.triples, _number(number))


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _rdf_response(triples: Iterator[Triple] | list[Triple]) -> Response:
    chosen = choose(request.headers.get("Accept"), GRAPH_FORMATS) or (
        GRAPH_FORMATS[0] if "text/html" in request.headers.get("Accept", "") else None
    )
    if chosen is None:
        there_is = ", ".join(form.media_types[0] for form in GRAPH_FORMATS)
        raise Problem(406, f"none of the accepted types can be had; there is: {there_is}")
    buffer = io.BytesIO()
    rdf_format: RdfFormat = getattr(RdfFormat, chosen.engine)
    serialize(triples, buffer, rdf_format, prefixes=_PREFIXES)
    response = Response(buffer.getvalue(), content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    return response

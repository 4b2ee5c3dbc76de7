"""A validation report as RDF: a SHACL validation report whose results are EARL assertions.

SHACL (W3C 2017, section 3.6), EARL 1.0 Schema and Pointers in RDF (W3C notes of 2017), so that tools
which know either understand it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from whence.errors import UnknownFormat
from whence.formats.registry import find_format
from whence.ontology.namespaces import DCTERMS, PREFIXES, PROV, RDF, RDF_TYPE, SH, XSD, Namespace
from whence.validation.assertion import Malformed
from whence.validation.evidence import Statements, evidence_of, key
from whence.validation.report import Evidence, ValidationReport, Violation
from whence.validation.report_text import label

__all__ = ["RDF_FORMATS", "serialized", "to_rdf"]

EARL: Final = Namespace("http://www.w3.org/ns/earl#")
PTR: Final = Namespace("http://www.w3.org/2009/pointers#")
CONSTRAINTS: Final = NamedNode("https://www.w3.org/TR/prov-constraints/")
DATA_MODEL: Final = NamedNode("https://www.w3.org/TR/prov-dm/")
VALIDATOR: Final = "Whence"

_Object = NamedNode | BlankNode | Literal
_OUTCOMES: Final = {"valid": EARL.passed, "invalid": EARL.failed, "malformed": EARL.cantTell}

RDF_FORMATS: Final = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
}
"""The RDF formats a report can be written in, by the names of the registry."""


def to_rdf(report: ValidationReport) -> list[Triple]:
    """The report as triples.

    One ``earl:Assertion`` gives the outcome for the whole source; its ``earl:result`` is the
    ``sh:ValidationReport``. Each violation is a ``sh:ValidationResult`` whose
    ``sh:sourceConstraintComponent`` is the link of its rule, and the ``earl:result`` of an assertion
    about that rule. ``earl:pointer`` leads to the statements, with line and bundle where known;
    ``dcterms:description`` says how to mend it. What is malformed is a result about PROV-DM.
    """
    return list(_Writer(report, "r").triples())


def serialized(format: str, *reports: ValidationReport) -> bytes:
    """Reports in one RDF document, in a syntax given by name, file name ending or media type.

    Raises :class:`~whence.errors.UnknownFormat`.
    """
    chosen = RDF_FORMATS.get(find_format(format).name)
    if chosen is None:
        raise UnknownFormat(f"a report cannot be written as {format}; formats: {', '.join(RDF_FORMATS)}")
    declared = {prefix: iri for report in reports for prefix, iri in report.prefixes.items()}
    prefixes = {
        **{prefix: iri for prefix, iri in declared.items() if prefix and _is_iri(iri)},
        **{prefix: PREFIXES[prefix] for prefix in ("rdf", "xsd", "dcterms", "prov", "sh")},
        "earl": str(EARL),
        "ptr": str(PTR),
    }
    writers = (_Writer(report, f"r{number}-") for number, report in enumerate(reports, 1))
    triples = (triple for writer in writers for triple in writer.triples())
    return serialize(triples, format=chosen, prefixes=prefixes) or b""


class _Writer:
    """Makes the nodes of one report, numbered so that equal reports give equal text."""

    def __init__(self, report: ValidationReport, label: str) -> None:
        self._report, self._label = report, label
        self._made = 0
        self._assertor = self._node()
        self._subject = self._node()

    def triples(self) -> Iterator[Triple]:
        report, whole = self._report, self._node()
        yield from self._about(self._assertor, EARL.Software, (DCTERMS["title"], Literal(VALIDATOR)))
        yield from self._about(self._subject, EARL.TestSubject)
        if report.source:
            yield Triple(self._subject, DCTERMS["title"], Literal(report.source))
        yield from self._assertion(CONSTRAINTS, whole)
        yield from self._about(
            whole,
            SH.ValidationReport,
            (RDF_TYPE, EARL.TestResult),
            (EARL.outcome, _OUTCOMES[report.outcome]),
            (SH.conforms, Literal(report.valid)),
        )
        for violation in report.violations:
            yield from self._violation(whole, violation)
        for fault in report.malformed:
            yield from self._malformed(whole, fault)

    def _violation(self, whole: BlankNode, violation: Violation) -> Iterator[Triple]:
        rule, result = violation.rule, self._node()
        nodes = [node for evidence in evidence_of(violation) for node in evidence.nodes]
        link = NamedNode(rule.link)
        yield Triple(link, DCTERMS["title"], Literal(f"{label(rule)}: {rule.title}", language="en"))
        yield from self._assertion(link, result)
        yield from self._result(whole, result, link, nodes, violation.bundle)
        yield from self._about(
            result,
            EARL.TestResult,
            (EARL.outcome, EARL.failed),
            (SH.resultMessage, Literal(violation.message, language="en")),
            (DCTERMS.description, Literal(violation.mend or rule.mend, language="en")),
        )
        statements = Statements(evidence_of(violation)).list
        pointers = {key(evidence): self._node() for evidence in statements}
        for evidence in statements:
            yield Triple(result, EARL.pointer, pointers[key(evidence)])
            yield from self._statement(pointers[key(evidence)], evidence)
            for premise in evidence.premises:
                yield Triple(pointers[key(evidence)], PROV.wasDerivedFrom, pointers[key(premise)])

    def _statement(self, pointer: BlankNode, evidence: Evidence) -> Iterator[Triple]:
        yield from self._pointer(pointer, evidence.line, evidence.bundle)
        yield Triple(pointer, RDF.value, Literal(evidence.text))
        for node in dict.fromkeys(evidence.nodes):
            yield Triple(pointer, DCTERMS.references, node)
        if evidence.rule is not None:
            yield Triple(pointer, DCTERMS.conformsTo, NamedNode(evidence.rule.link))

    def _malformed(self, whole: BlankNode, fault: Malformed) -> Iterator[Triple]:
        result, pointer = self._node(), self._node()
        nodes = [node for node in fault.nodes if isinstance(node, NamedNode)]
        yield from self._assertion(DATA_MODEL, result)
        yield from self._result(whole, result, DATA_MODEL, nodes, fault.bundle)
        yield from self._about(
            result,
            EARL.TestResult,
            (EARL.outcome, EARL.cantTell),
            (SH.resultMessage, Literal(fault.reason, language="en")),
            (DCTERMS.description, Literal(fault.mend, language="en")),
            (EARL.pointer, pointer),
        )
        yield from self._pointer(pointer, fault.line, fault.bundle)
        for node in nodes:
            yield Triple(pointer, DCTERMS.references, node)

    def _assertion(self, test: NamedNode, result: BlankNode) -> Iterator[Triple]:
        yield from self._about(
            self._node(),
            EARL.Assertion,
            (EARL.assertedBy, self._assertor),
            (EARL.mode, EARL.automatic),
            (EARL.subject, self._subject),
            (EARL.test, test),
            (EARL.result, result),
        )

    def _result(
        self,
        whole: BlankNode,
        result: BlankNode,
        component: NamedNode,
        nodes: Iterable[NamedNode],
        bundle: NamedNode | None,
    ) -> Iterator[Triple]:
        """What SHACL asks of every result: one focus node, severity and component."""
        yield Triple(whole, SH.result, result)
        yield from self._about(
            result,
            SH.ValidationResult,
            (SH.focusNode, next(iter(nodes), bundle or self._subject)),
            (SH.resultSeverity, SH.Violation),
            (SH.sourceConstraintComponent, component),
        )

    def _pointer(self, pointer: BlankNode, line: int | None, bundle: NamedNode | None) -> Iterator[Triple]:
        yield from self._about(pointer, PTR.Pointer if line is None else PTR.LineCharPointer)
        if line is not None:
            number = Literal(str(line), datatype=XSD.positiveInteger)
            yield Triple(pointer, PTR.lineNumber, number)
            yield Triple(pointer, PTR.reference, self._subject)
        if bundle is not None:
            yield Triple(pointer, DCTERMS.isPartOf, bundle)

    def _about(
        self, node: BlankNode, cls: NamedNode, *pairs: tuple[NamedNode, _Object]
    ) -> Iterator[Triple]:
        yield Triple(node, RDF_TYPE, cls)
        for name, value in pairs:
            yield Triple(node, name, value)

    def _node(self) -> BlankNode:
        self._made += 1
        return BlankNode(f"{self._label}{self._made}")


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True

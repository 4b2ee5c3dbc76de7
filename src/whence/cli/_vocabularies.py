"""A word to those who load an ontology: loading keeps what it says, adding it has consequences."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from whence.cli._output import note
from whence.ontology.namespaces import PROV

if TYPE_CHECKING:
    from whence import LoadReport, Store

__all__ = ["hint_at_ontologies"]

_PREFIXES: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
_HEADER: Final = "?ontology a owl:Ontology"
_TERMS: Final = """
?term a ?kind VALUES ?kind {
  rdfs:Class rdf:Property owl:Class owl:ObjectProperty owl:DatatypeProperty owl:TransitiveProperty
  owl:SymmetricProperty owl:FunctionalProperty owl:InverseFunctionalProperty
}
"""
_PROVENANCE: Final = f"""
{{ ?thing ?property ?end FILTER(STRSTARTS(STR(?property), "{PROV}")) }}
UNION {{ ?thing a ?type FILTER(STRSTARTS(STR(?type), "{PROV}")) }}
"""


def hint_at_ontologies(store: Store, report: LoadReport) -> None:
    """Say of each source that was loaded and is an ontology or a vocabulary how it is added as one."""
    for source in report.sources:
        if not source.skipped and _is_vocabulary(store, source.bundle):
            name = shlex.quote(source.source) if Path(source.source).exists() else "FILE"
            note(
                f"hint: {source.source} looks like an ontology; loaded it is kept as data, "
                f"and `whence ontology add {name}` makes inferences follow it"
            )


def _is_vocabulary(store: Store, bundle: str) -> bool:
    """Whether a bundle has the header of an ontology, or declares terms and holds no provenance."""

    def holds(pattern: str) -> bool:
        return bool(store.query(f"{_PREFIXES} ASK {{ GRAPH <{bundle}> {{ {pattern} }} }}"))

    return holds(_HEADER) or (holds(_TERMS) and not holds(_PROVENANCE))

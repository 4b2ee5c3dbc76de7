"""How much there is in a store, and of what."""

from __future__ import annotations

from dataclasses import dataclass

from whence.ontology.namespaces import PROV, WHENCE_CATALOGUE, WHENCE_INFERRED
from whence.store import catalogue
from whence.store.backend import Backend
from whence.store.inference import InferenceStatus, status

__all__ = ["Statistics", "statistics"]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a store.

    ``quads`` are those of bundles, catalogue and ontologies; ``inferred`` the triples that follow from
    them, and ``inference`` says by which profile and whether they are current. ``by_type`` counts
    distinct things by the IRI of their type, inferred types included; ``size`` is bytes.
    """

    location: str
    base: str
    quads: int
    inferred: int
    inference: InferenceStatus
    bundles: int
    by_type: dict[str, int]
    size: int | None

    @property
    def entities(self) -> int:
        """Things typed ``prov:Entity``."""
        return self.by_type.get(PROV.Entity.value, 0)

    @property
    def activities(self) -> int:
        """Things typed ``prov:Activity``."""
        return self.by_type.get(PROV.Activity.value, 0)

    @property
    def agents(self) -> int:
        """Things typed ``prov:Agent``."""
        return self.by_type.get(PROV.Agent.value, 0)


def statistics(backend: Backend, inference: InferenceStatus | None = None) -> Statistics:
    """Count what is in a store; a scan of the types and the graphs, about a second a million quads.

    ``inference``: what is known of its inferences, if it is more than the catalogue says.
    """
    inferred = backend.count(WHENCE_INFERRED)
    about = sum(1 for _ in backend.quads(WHENCE_INFERRED, None, None, WHENCE_CATALOGUE))
    return Statistics(
        location=backend.location,
        base=backend.base,
        quads=backend.count() - inferred - about,
        inferred=inferred,
        inference=status(backend) if inference is None else inference,
        bundles=len(catalogue.bundles(backend)),
        by_type=catalogue.types(backend),
        size=backend.size(),
    )

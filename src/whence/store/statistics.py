"""How much there is in a store, and of what."""

from __future__ import annotations

from dataclasses import dataclass

from whence.ontology.namespaces import PROV
from whence.store import catalogue
from whence.store.backend import Backend

__all__ = ["Statistics", "statistics"]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a store. ``by_type`` counts distinct things by the IRI of their type; ``size`` is bytes."""

    location: str
    base: str
    quads: int
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


def statistics(backend: Backend) -> Statistics:
    """Count what is in a store; a scan of the types and the graphs, about a second a million quads."""
    return Statistics(
        location=backend.location,
        base=backend.base,
        quads=backend.count(),
        bundles=len(catalogue.bundles(backend)),
        by_type=catalogue.types(backend),
        size=backend.size(),
    )

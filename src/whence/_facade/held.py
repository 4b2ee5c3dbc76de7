"""What every part of a store needs: what holds its quads, and the names that are used for IRIs."""

from __future__ import annotations

from pyoxigraph import NamedNode

from whence.ingest.terms import resource
from whence.ingest.values import Words
from whence.ontology.namespaces import PREFIXES
from whence.reasoning.keeper import Keeper
from whence.store import catalogue
from whence.store.embedded import EmbeddedBackend

__all__ = ["Held", "bundle_iri"]


class Held:
    """A store's backend, and the prefixes in use."""

    def __init__(self, backend: Keeper) -> None:
        self.backend = backend
        self._prefixes: tuple[int, dict[str, str]] | None = None

    @property
    def location(self) -> str:
        """The path or URL it was opened with."""
        return self.backend.location

    @property
    def base(self) -> str:
        """Where IRIs minted for this store begin."""
        return self.backend.base

    def prefixes(self) -> dict[str, str]:
        """Prefixes for writing IRIs short: Whence's own and those the loaded sources declared."""
        inner = self.backend.inner
        if not isinstance(inner, EmbeddedBackend):
            return {**catalogue.prefixes(self.backend), **PREFIXES}
        if self._prefixes is None or self._prefixes[0] != inner.generation:
            # Whoever asks often, asks for names each time; they change only by writing.
            self._prefixes = inner.generation, {**catalogue.prefixes(self.backend), **PREFIXES}
        return dict(self._prefixes[1])

    def _known(self, name: str | NamedNode) -> tuple[dict[str, str], NamedNode]:
        """The prefixes, and the IRI for a name; something must be known of it."""
        from whence.queries.unknown import require_known

        names = self.prefixes()
        iri = NamedNode(resource(name, names).value)
        require_known(self.backend, iri, names)
        return names, iri


def bundle_iri(name: str | NamedNode) -> NamedNode:
    """The IRI of a bundle, which may be of any scheme."""
    return Words(any_scheme=True).iri(name)

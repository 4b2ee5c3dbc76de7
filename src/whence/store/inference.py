"""What a store knows of its inferences: by which profile and rules, and whether they are current."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice

from pyoxigraph import Literal, Quad

from whence.ontology.namespaces import WHENCE, WHENCE_CATALOGUE, WHENCE_INFERRED, WHENCE_SNAPSHOTS
from whence.store.backend import Backend
from whence.store.quad_data import has_blank_node, insert_data

__all__ = ["STALE", "InferenceStatus", "apply", "is_own", "set_profile", "statements", "status"]

STALE = Quad(WHENCE_INFERRED, WHENCE.stale, Literal(True), WHENCE_CATALOGUE)
"""Stored with each write, taken out when inferences have followed: no crash leaves old ones unmarked."""

_IN_ONE_UPDATE = 50
"""Up to this many triples go with the word that all is current; text of more takes longer to read."""

_IN_ONE_WRITE = 250_000
"""Quads of one transaction: the engine takes some 300 bytes of memory for each."""


@dataclass(frozen=True, slots=True)
class InferenceStatus:
    """The ``profile`` that holds in a store and the digest of the ``rules`` that were applied last.

    ``None``: nothing was said or inferred yet. ``stale``: something was written that inferences do not
    follow yet; ``whence infer`` mends that.
    """

    profile: str | None
    rules: str | None
    stale: bool

    @property
    def current(self) -> bool:
        """Whether what is inferred is what follows."""
        return not self.stale


def status(backend: Backend) -> InferenceStatus:
    """What the catalogue says of the graph of inferences."""
    said = {
        quad.predicate: quad.object.value
        for quad in backend.quads(WHENCE_INFERRED, None, None, WHENCE_CATALOGUE)
        if isinstance(quad.object, Literal)
    }
    return InferenceStatus(said.get(WHENCE.profile), said.get(WHENCE.rules), WHENCE.stale in said)


def is_own(quad: Quad) -> bool:
    """Whether only the store itself writes this quad: an inference, what is said of those, a snapshot."""
    graph = quad.graph_name
    return graph in (WHENCE_INFERRED, WHENCE_SNAPSHOTS) or (
        graph == WHENCE_CATALOGUE and quad.subject == WHENCE_INFERRED
    )


def set_profile(backend: Backend, profile: str, *, stale: bool) -> None:
    """Say which profile holds, and whether what there is was inferred by another one."""
    backend.update(_statement(profile, None, stale=stale))


def statements(profile: str, rules: str) -> tuple[Quad, Quad]:
    """What a store says whose inferences follow by a profile and the rules with this digest."""
    return (
        Quad(WHENCE_INFERRED, WHENCE.profile, Literal(profile), WHENCE_CATALOGUE),
        Quad(WHENCE_INFERRED, WHENCE.rules, Literal(rules), WHENCE_CATALOGUE),
    )


def apply(
    backend: Backend,
    added: Iterable[Quad],
    removed: Iterable[Quad],
    *,
    profile: str,
    rules: str,
) -> None:
    """Change the graph of inferences by quads that lie in it, then say that it is current.

    The store is marked stale before; a crash on the way leaves it so.
    """
    backend.remove(removed)
    coming = iter(added)
    batch = list(islice(coming, _IN_ONE_UPDATE))
    last = _statement(profile, rules, stale=False)
    if len(batch) < _IN_ONE_UPDATE and not any(map(has_blank_node, batch)):
        backend.update(f"{insert_data(batch)} ;\n{last}" if batch else last)
        return
    coming = chain(batch, coming)
    while head := list(islice(coming, 1)):
        backend.write(chain(head, islice(coming, _IN_ONE_WRITE - 1)))
    backend.update(last)


def _statement(profile: str, rules: str | None, *, stale: bool) -> str:
    said = f"{WHENCE.profile} {Literal(profile)}"
    if rules is not None:
        said += f" ; {WHENCE.rules} {Literal(rules)}"
    if stale:
        said += f" ; {WHENCE.stale} {Literal(True)}"
    about = f"GRAPH {WHENCE_CATALOGUE} {{ {WHENCE_INFERRED}"
    return f"DELETE WHERE {{ {about} ?p ?o }} }} ;\nINSERT DATA {{ {about} {said} }} }}"

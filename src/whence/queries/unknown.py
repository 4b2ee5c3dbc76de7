"""Names that the store knows nothing of: a clear error, with near matches where these are cheap."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Final

from pyoxigraph import NamedNode

from whence.errors import SourceError
from whence.ontology.namespaces import RDF_TYPE
from whence.queries.names import Shortener
from whence.store.backend import Backend

__all__ = ["require_known"]

_LOOKED_AT: Final = 5_000


def require_known(backend: Backend, iri: NamedNode, prefixes: Mapping[str, str]) -> None:
    """Raise :class:`~whence.errors.SourceError` if no triple has this subject or object.

    Names like it are sought among the first few thousand things that have a type.
    """
    for found in (backend.quads(iri), backend.quads(None, None, iri), backend.quads(graph=iri)):
        if next(iter(found), None) is not None:
            return
    short = Shortener(prefixes)
    things = islice(backend.quads(None, RDF_TYPE), _LOOKED_AT)
    names = {quad.subject.value for quad in things if isinstance(quad.subject, NamedNode)}
    close = [short.iri(name) for name in get_close_matches(iri.value, names, n=2, cutoff=0.8)]
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise SourceError(f"nothing is known of {short(iri)}{hint}")

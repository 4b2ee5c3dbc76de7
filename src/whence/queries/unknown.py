"""What to say of a name that the store has never met."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

from pyoxigraph import NamedNode

from whence.errors import SourceError
from whence.ontology.namespaces import PROV, RDF_TYPE
from whence.queries.lookup import Lookup, Node
from whence.queries.names import Shortener
from whence.store.backend import Backend

__all__ = ["check_known", "require_known"]

_LOOKED_AT: Final = 20_000
"""Names that are compared in search of one that was meant."""


def check_known(lookup: Lookup, nodes: Iterable[Node]) -> None:
    """Raise :class:`~whence.errors.SourceError` for a node that nothing speaks of, naming near ones."""
    for node in nodes:
        if not _is_known(lookup, node):
            near = _near(lookup, node.value) if isinstance(node, NamedNode) else []
            hint = f"; did you mean {' or '.join(f'<{iri}>' for iri in near)}?" if near else ""
            raise SourceError(f"nothing is known of {node}{hint}")


def require_known(backend: Backend, iri: NamedNode, prefixes: Mapping[str, str]) -> None:
    """As :func:`check_known` for one name, which may be that of a bundle; names in the error are short."""
    lookup = Lookup(backend)
    if not _is_known(lookup, iri) and next(iter(backend.quads(graph=iri)), None) is None:
        short = Shortener(prefixes)
        near = [short.iri(name) for name in _near(lookup, iri.value)]
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise SourceError(f"nothing is known of {short(iri)}{hint}")


def _is_known(lookup: Lookup, node: Node) -> bool:
    if not lookup.is_local:
        if not isinstance(node, NamedNode):
            return True
        return bool(lookup.backend.query(f"ASK {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} }} }}"))
    quads = lookup.backend.quads
    return next(iter(quads(node)), next(iter(quads(None, None, node)), None)) is not None


def _near(lookup: Lookup, iri: str) -> list[str]:
    """Names of things in the store that look like this one."""
    found: dict[str, None] = {}
    for cls in (PROV.Entity, PROV.Activity, PROV.Agent):
        things = lookup.backend.quads(None, RDF_TYPE, cls) if lookup.is_local else ()
        named = (quad.subject.value for quad in things if isinstance(quad.subject, NamedNode))
        found.update(dict.fromkeys(islice(named, _LOOKED_AT)))
    space = iri[: max(iri.rfind("/"), iri.rfind("#"), iri.rfind(":")) + 1]
    locals_ = {name[len(space) :]: name for name in found if name.startswith(space)}
    return [locals_[local] for local in difflib.get_close_matches(iri[len(space) :], locals_, 3, 0.75)]

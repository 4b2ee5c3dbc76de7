"""How terms look in tables: prefixed names where a prefix is known, values without quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

__all__ = ["Shortener"]

_LOCAL: Final = re.compile(r"\w[\w.-]*")


class Shortener:
    """Writes terms for people, the longest matching namespace first."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = sorted(prefixes.items(), key=lambda pair: -len(pair[1]))

    def __call__(self, term: object) -> str:
        """The text for a term, empty for none."""
        if term is None:
            return ""
        if isinstance(term, Literal):
            return f"{term.value}@{term.language}" if term.language else term.value
        return self.iri(term.value) if isinstance(term, NamedNode) else str(term)

    def iri(self, iri: str) -> str:
        """``prefix:name``, or the IRI in angle brackets where no prefix fits."""
        for prefix, namespace in self._prefixes:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

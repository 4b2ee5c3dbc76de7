"""Parameters of a request, read once and strictly: what makes no sense is told, not passed over."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import NamedNode
from werkzeug.datastructures import MultiDict

from whence.errors import SourceError
from whence.ingest.terms import resource
from whence.queries.moments import parse_moment
from whence.web.answers import Problem

__all__ = ["Parameters"]

_SWITCH: Final = {"off": False, "false": False, "0": False, "on": True, "true": True, "1": True}
_MOST_DIGITS: Final = 9


class Parameters:
    """The parameters of a URL. Names that are not ``known`` are refused.

    An empty value, as forms send for a field that was left empty, counts as none. All raise
    :class:`~whence.web.answers.Problem` 400.
    """

    def __init__(
        self, values: MultiDict[str, str], prefixes: Mapping[str, str], known: Collection[str]
    ) -> None:
        self._values, self.prefixes = values, prefixes
        for name in values:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                rather = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
                raise Problem(400, f"there is no parameter {name[:50]!r} here; {rather}")

    def text(self, name: str) -> str:
        """The value as it came; empty for none."""
        return self._values.get(name, "").strip()

    def texts(self, name: str) -> list[str]:
        """All values, given one by one or with commas between."""
        parts = (part.strip() for value in self._values.getlist(name) for part in value.split(","))
        return [part for part in parts if part]

    def iri(self, name: str) -> NamedNode | None:
        """An IRI: whole, or with a prefix of the store."""
        text = self.text(name)
        return self._iri(text, name) if text else None

    def iris(self, name: str) -> list[NamedNode]:
        """All IRIs given under a name, in the order they came; a comma may be part of one."""
        texts = (value.strip() for value in self._values.getlist(name))
        return list(dict.fromkeys(self._iri(text, name) for text in texts if text))

    def _iri(self, text: str, name: str) -> NamedNode:
        try:
            found = resource(text, self.prefixes)
        except SourceError as error:
            raise Problem(400, f"{name}: {error}") from None
        if not isinstance(found, NamedNode):
            raise Problem(400, f"{name} must be an IRI, not {text!r}")
        return found

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        text = self.text(name)
        if not text:
            return None
        good = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
        if not good or not least <= int(text) <= most:
            raise Problem(400, f"{name} is a whole number from {least} to {most}, not {text[:50]!r}")
        return int(text)

    def seconds(self, name: str, most: float) -> float | None:
        """A time span in seconds, above 0 and at most ``most``."""
        text = self.text(name)
        if not text:
            return None
        try:
            found = float(text)
        except ValueError:
            found = 0.0
        if not 0 < found < float("inf"):
            raise Problem(400, f"{name} is a number of seconds above 0, not {text[:50]!r}")
        return min(found, most)

    def switch(self, name: str, *, default: bool = False) -> bool:
        """Whether something is wanted; a name without a value says that it is, as in ``?agents``."""
        if name not in self._values:
            return default
        # A form has a hidden field before a box, so that a box left empty says something too.
        value = self._values.getlist(name)[-1].strip().lower() or "on"
        if value not in _SWITCH:
            raise Problem(400, f"{name} is on or off, not {value[:50]!r}")
        return _SWITCH[value]

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of some words; the first if none is given."""
        text = self.text(name) or choices[0]
        if text not in choices:
            raise Problem(400, f"{name} is one of {', '.join(choices)}, not {text[:50]!r}")
        return text

    def moment(self, name: str) -> datetime | None:
        """A time or a day."""
        # A plus sign that was not escaped has come as a space; no time has one in that place.
        text = self.text(name)
        if len(text) > _DATE_TIME and text[-6] == " ":
            text = f"{text[:-6]}+{text[-5:]}"
        try:
            return parse_moment(text) if text else None
        except SourceError as error:
            raise Problem(400, f"{name}: {error}") from None

    def url(self, path: str, **changes: str) -> str:
        """The address of ``path`` with these parameters; ``changes`` replace some, empty ones leave out."""
        pairs = [
            (name, value)
            for name, value in self._values.items(multi=True)
            if value.strip() and name not in changes
        ]
        pairs += [(name, value) for name, value in changes.items() if value]
        return f"{path}?{urlencode(pairs)}" if pairs else path


_DATE_TIME: Final = len("2024-03-01T12:00")

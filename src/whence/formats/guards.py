"""Streams that refuse, while they are read, what would make the RDF parsers crash or run away.

Measured on pyoxigraph 0.5: JSON-LD nested 6,000 levels overflows the stack, nested entity
declarations of RDF/XML grow until the process is aborted, and RDF/XML takes time quadratic in its
depth.
"""

from __future__ import annotations

import json
import re
from typing import IO, Final
from xml.parsers import expat

from whence.errors import SourceError, SourceSyntaxError

__all__ = ["JsonGuard", "XmlGuard"]

MAX_DEPTH: Final = 500
MAX_ENTITY: Final = 256
"""Longest internal entity in characters: enough for the namespaces that OWL files abbreviate so."""

_HEAD = 1 << 16
_OUTSIDE = re.compile(rb'["\[\]{}]')
_INSIDE = re.compile(rb'(?:[^"\\]+|\\.)*', re.DOTALL)
_CONTEXT = re.compile(r'"@(?:context|import)"\s*:\s*')


class JsonGuard:
    """Counts how deep JSON is nested; more than 500 levels is a :class:`SourceError`.

    Keeps the first 64 kB, so that an error can name the remote contexts.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        self._depth = 0
        self._in_string = self._escaped = False
        self._head = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes, looked through."""
        data = self._stream.read(size)
        if len(self._head) < _HEAD:
            self._head += data[: _HEAD - len(self._head)]
        self._scan(data)
        return data

    def _scan(self, data: bytes) -> None:
        position = 0
        if self._escaped and data:
            self._escaped, position = False, 1
        while position < len(data):
            if self._in_string:
                position = self._leave_string(data, position)
                continue
            found = _OUTSIDE.search(data, position)
            if found is None:
                return
            position = found.end()
            self._step(found[0])

    def _leave_string(self, data: bytes, position: int) -> int:
        """Where to go on behind the string; a backslash at the end escapes the next read's first byte."""
        inside = _INSIDE.match(data, position)
        position = inside.end() if inside else position
        if position < len(data):
            self._in_string = self._escaped = data[position : position + 1] == b"\\"
        return position + 1

    def _step(self, mark: bytes) -> None:
        if mark == b'"':
            self._in_string = True
        elif mark in b"[{":
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise SourceError(f"{self._name}: nested more than {MAX_DEPTH} levels deep")
        else:
            self._depth -= 1

    def remote_contexts(self) -> list[str]:
        """The context addresses that the beginning of the document refers to."""
        text = self._head.decode("utf-8", "replace")
        found: list[str] = []
        for mark in _CONTEXT.finditer(text):
            try:
                value, _ = json.JSONDecoder().raw_decode(text, mark.end())
            except ValueError:
                continue
            values = value if isinstance(value, list) else [value]
            found += [item for item in values if isinstance(item, str) and item not in found]
        return found


class XmlGuard:
    """Follows XML along with a second parser, so that faults have positions and limits hold.

    External entities, parameter entities, entities that use others or are longer than 256
    characters, and more than 500 levels of elements are a :class:`SourceError`; text that is not
    well-formed is a :class:`SourceSyntaxError` with its line and column.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        self._depth = 0
        # The engine reads UTF-8 whatever is declared; what is looked at must be what is read.
        self._parser = expat.ParserCreate("UTF-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._entity

    def read(self, size: int = -1) -> bytes:
        """The next bytes, looked through."""
        data = self._stream.read(size)
        try:
            self._parser.Parse(data, not data)
        except expat.ExpatError as error:
            raise SourceSyntaxError(
                expat.ErrorString(error.code) or "not well-formed XML",
                source=self._name,
                line=error.lineno,
                column=error.offset + 1,
            ) from error
        return data

    def _start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002  # expat's signature
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SourceError(f"{self._name}: nested more than {MAX_DEPTH} levels deep")

    def _end(self, tag: str) -> None:  # noqa: ARG002  # expat's signature
        self._depth -= 1

    def _entity(
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        base: str | None,  # noqa: ARG002  # expat's signature
        system: str | None,  # noqa: ARG002
        public: str | None,  # noqa: ARG002
        notation: str | None,  # noqa: ARG002
    ) -> None:
        if is_parameter or value is None or len(value) > MAX_ENTITY or "&" in value:
            raise SourceError(
                f"{self._name}: entity {name!r} is refused: only short internal entities are read"
            )

"""A window that moves over a PROV-N source, so that its size does not matter, and knows positions."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import BinaryIO, Final, NoReturn, TypeVar

from whence.errors import SourceSyntaxError
from whence.formats.provn_tokens import SPACE

__all__ = ["Source"]

_CHUNK: Final = 1 << 18
_LARGEST: Final = 1 << 28
_MARGIN: Final = 1 << 16
_SHOWN = re.compile(r"\s*([\w:]+|\S.{0,15})")
_T = TypeVar("_T")


class _More(Exception):
    """More of the source is needed to tell what comes here."""


class Source:
    """``buffer`` from ``position`` on is what has not been read yet."""

    __slots__ = (
        "_column",
        "_counted",
        "_decoder",
        "_line",
        "_lines",
        "_name",
        "_started",
        "_stream",
        "_wanted",
        "buffer",
        "ended",
        "position",
    )

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.buffer = ""
        self.position = 0
        self.ended = False
        self._name = name
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._line, self._column = 1, 0
        # Lines before an offset of the buffer, so that asking for one after the other counts each once.
        self._counted, self._lines = 0, 1
        self._started = 0
        self._wanted = _CHUNK

    def sentence(self, parse: Callable[[], _T]) -> _T:
        """What ``parse`` reads from the position on, trying again with more of the source if it must."""
        self._skip()
        while True:
            start = self.position
            self._started = start
            try:
                return parse()
            except _More:
                self.position = start
                self._more()

    def line(self) -> int:
        """The line where the last sentence starts."""
        self._lines += self.buffer.count("\n", self._counted, self._started)
        self._counted = self._started
        return self._lines

    def at_end(self) -> bool:
        """Whether nothing but white space is left."""
        return self.position >= len(self.buffer)

    def fail(self, at: int, expected: str, *, found: str = "", known: tuple[str, ...] = ()) -> NoReturn:
        """Raise the error of finding something else than ``expected`` at offset ``at``.

        ``known`` are words one of which may have been meant by ``found``.
        """
        if not self.ended and len(self.buffer) - at < _MARGIN:
            raise _More
        shown = _SHOWN.match(self.buffer, at)
        what = f"'{found}'" if found else f"'{shown[1]}'" if shown else "the end of the text"
        close = get_close_matches(found, known, 1, 0.5 if len(found) < 4 else 0.6)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise self._error(at, f"expected {expected}, found {what}{hint}")

    def unfinished(self, at: int, expected: str) -> NoReturn:
        """Raise the error of something opened at ``at`` that never ends."""
        if not self.ended:
            raise _More
        raise self._error(at, f"expected {expected} before the end of the text")

    def _error(self, at: int, reason: str) -> SourceSyntaxError:
        newline = self.buffer.rfind("\n", 0, at)
        line = self._line + self.buffer.count("\n", 0, at)
        column = at - newline if newline >= 0 else self._column + at + 1
        return SourceSyntaxError(reason, source=self._name, line=line, column=column)

    def _skip(self) -> None:
        while True:
            match = SPACE.match(self.buffer, self.position)
            end = match.end() if match else self.position
            # White space that reaches the end may be half a comment: look again with more text.
            open_comment = self.buffer.startswith("/*", end)
            if self.ended or (len(self.buffer) - end >= _MARGIN and not open_comment):
                break
            self._more()
        self._wanted = _CHUNK
        if open_comment:
            self.unfinished(end, "'*/'")
        self.position = end

    def _more(self) -> None:
        data = self._stream.read(self._wanted)
        self._wanted = min(2 * self._wanted, _LARGEST)
        at = self.position
        newline = self.buffer.rfind("\n", 0, at)
        self._line += self.buffer.count("\n", 0, at)
        self._column = at - newline - 1 if newline >= 0 else self._column + at
        rest, self.position = self.buffer[at:], 0
        self._counted, self._lines = 0, self._line
        try:
            self.buffer = rest + self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            self.buffer, self.ended = rest + error.object[: error.start].decode(), True
            raise self._error(len(self.buffer), "expected UTF-8 text, found another encoding") from error
        self.ended = not data

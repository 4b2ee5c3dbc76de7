"""What is said of sources that cannot be read at all, and how to put them right."""

from __future__ import annotations

import zlib
from gzip import BadGzipFile
from typing import Final

from whence.errors import SourceError, SourceSyntaxError, UnknownFormat
from whence.validation.assertion import Malformed

__all__ = ["EMPTY", "fault"]

EMPTY: Final = Malformed(
    "the source is empty: nothing to validate", "Write provenance into it, or leave it out."
)
"""What is wrong with a source without content."""


def fault(source: str, error: SourceError) -> Malformed:
    """An error of reading a source, as what is malformed in it."""
    reason = str(error).removeprefix(f"{source}: ")
    if isinstance(error, SourceSyntaxError):
        mend = "Correct the syntax at this place." if error.line else "Correct the syntax."
        return Malformed(error.reason, mend, line=error.line, column=error.column)
    if isinstance(error, UnknownFormat):
        mend = "Name a file of provenance; where it is one, say with --input-format which format it is in."
    elif isinstance(error.__cause__, EOFError | BadGzipFile | zlib.error):
        mend = "Pack it again, or get it anew: what is there of it breaks off or is damaged."
    elif isinstance(error.__cause__, OSError):
        mend = "See that the file is there and may be read."
    else:
        mend = "Take what is refused out of it, or leave this source out."
    return Malformed(reason, mend)

"""The demonstration data: a few small provenance documents, each in another format."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["DOCUMENTS", "START", "Document", "NamedBytes"]

START: Final = "http://example.org/air/report/v2"
"""The entity to look at first: it has a long history."""


class NamedBytes(io.BytesIO):
    """Bytes that know what they are called."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        super().__init__(data)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the demonstration data: the bundle it is loaded as, its name and what it tells."""

    bundle: str
    file: str
    story: str

    @property
    def path(self) -> Path:
        """Where the file lies in the installed package."""
        return Path(__file__).with_name(self.file)

    def open(self) -> NamedBytes:
        """The content, named without the place where it happens to be installed."""
        return NamedBytes(self.file, self.path.read_bytes())


def _document(file: str, story: str) -> Document:
    return Document(f"http://example.org/demo/{Path(file).stem.replace('_', '-')}", file, story)


DOCUMENTS: Final = (
    _document("air_quality.provn", "a fine dust analysis, run twice, and its revised report"),
    _document("calibration.xml", "how the sensors of that analysis were calibrated"),
    _document("newsroom.json", "a newspaper article that quotes the report"),
    _document("birdsong_model.trig", "training and evaluating a bird song classifier"),
    _document("stock_script.provn", "a Python script that changes a list and a dictionary"),
)
"""Every document, in the order to load them."""

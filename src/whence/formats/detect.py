"""Telling which format a source is in, from its first bytes, its name and its media type."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from pathlib import Path
from typing import IO, Final, cast

from whence.errors import SourceError, UnknownFormat
from whence.formats.registry import FORMATS, Format, find_format, unknown_format
from whence.formats.statements import FORMS

__all__ = ["HEAD", "detect", "open_source", "peekable"]

HEAD: Final = 8192
"""Bytes that :func:`detect` wants to see."""

_GZIP = b"\x1f\x8b"
_ANY_ENDING = frozenset({"json", "xml"})
_ANY_MEDIA_TYPE = frozenset({"application/json", "application/xml", "text/xml"})
_PROV_NAMESPACE = "http://www.w3.org/ns/prov#"
_PROVJSON_KEYS = frozenset({"prefix", "bundle", *FORMS})
_PROVJSONLD_TYPES = frozenset(
    {"Specialization", "Alternate"}
    | {cls.value.rpartition("#")[2] for form in FORMS.values() if (cls := form.element or form.node)}
)
_PROVJSONLD_CONTEXT = re.compile(r"prov-?jsonld", re.IGNORECASE)
# A key is a string with a colon behind it, at whatever depth: the head may stop anywhere.
_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:')
_PROVN = re.compile(r"(?:document|bundle)\s|(?:prefix|default)\s*[^\s:<]*\s*<|[A-Za-z]\w*\(")
_WORD = re.compile(r"(?!(?:prefix|base|graph)\b)[A-Za-z]\w*(?=[\s(])", re.IGNORECASE)
_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"([^"]*)"')
# A prefixed root must declare its prefix, so "<urn:a>" is an IRI and no tag.
_XML = re.compile(r"<(?:[?!]|[A-Za-z_][\w.-]*(?:[\s/>]|:[A-Za-z_][\w.-]*\s))")
_LINE_TERM = r"(?:<[^<>\s]*>|_:[^\s<>\"]+)"
_LINE = re.compile(
    rf"{_LINE_TERM}\s*<[^<>\s]*>\s*"
    rf'(?:{_LINE_TERM}|"(?:[^"\\\n\r]|\\.)*"(?:\^\^<[^<>\s]*>|@[A-Za-z0-9-]+)?)'
    rf"(?P<graph>\s*{_LINE_TERM})?\s*\.\s*(?:#.*)?"
)
# Strings, IRIs and comments of Turtle may hold braces and keywords that mean nothing.
_OPAQUE = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\Z)'
    r'|"(?:[^"\\\n]|\\.)*"?|\'(?:[^\'\\\n]|\\.)*\'?|<[^<>\s]*>|#[^\n]*',
    re.DOTALL,
)
_TURTLE = re.compile(
    r"(?im)^\s*(?:@?(?:prefix|base)\s)|(?:^|\s)a\s+(?:[\w.-]*:\S|<)|[\w.-]*:[\w.-]+\s+\S+\s+[^\s(]+.*[.;,]|\[\s*\]|<>\s"
)


def detect(head: bytes, name: str = "", media_type: str = "") -> Format:
    """The format of a source from its first :data:`HEAD` bytes, its name and its media type.

    What is in it counts first; the name's ending, then the media type, decide between formats that
    the content allows alike, and when the content is none of a format Whence knows. Endings that other
    files have as well (``.json``, ``.xml``) decide so only where PROV is named in the content, or it is
    broken JSON. Raises :class:`~whence.errors.UnknownFormat`, which lists the formats.
    """
    hints = _hints(name, media_type)
    text = _decode(head)
    whole = len(head) < HEAD
    stripped = text.lstrip()
    if not stripped:
        found = hints
    elif _XML.match(stripped):
        found = _xml(stripped, hints)
    elif stripped[0] in "{[" and (found_json := _json(stripped, hints)):
        found = found_json
    else:
        found = _textual(text, whole, hints)
    found = found or _by_name(name, media_type, stripped, whole)
    if not found:
        what = f"{name!r}" if name else "this source"
        raise unknown_format(f"cannot tell the format of {what}{_other(stripped)}")
    return found[0]


def _by_name(name: str, media_type: str, text: str, whole: bool) -> list[Format]:
    """The format of content that does not tell it, as the name has it, or else the media type."""
    hints = _hints(name, "" if media_type.partition(";")[0] in _ANY_MEDIA_TYPE else media_type)
    ending = re.sub(r"\.gz\Z", "", name, flags=re.IGNORECASE).rpartition(".")[2].lower()
    if ending not in _ANY_ENDING or not hints:
        return hints
    named = "prov:" in text or _PROV_NAMESPACE in text
    return hints[:1] if named or (ending == "json" and whole and not _is_json(text)) else []


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _other(text: str) -> str:
    """What content is instead."""
    if text[:1] in ("{", "[") and _is_json(text):
        return ": it is JSON, but neither PROV-JSON, PROV-JSONLD nor JSON-LD"
    if _XML.match(text):
        return ": it is XML, but neither PROV-XML nor RDF/XML"
    return ""


def _hints(name: str, media_type: str) -> list[Format]:
    """What name and media type say, the name first, as the media type is often a server's guess."""
    found = []
    plain = re.sub(r"\.gz\Z", "", name.rpartition("/")[2], flags=re.IGNORECASE)
    endings = [plain.split(".", dots)[-1] for dots in range(1, plain.count(".") + 1)]
    for hint in (*endings, media_type):
        try:
            found.append(find_format(hint))
        except UnknownFormat:
            continue
    return found


def _decode(head: bytes) -> str:
    for bom, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(bom):
            return head.decode(encoding, "replace")
    return head.decode("utf-8", "replace")


def _only(*names: str) -> list[Format]:
    return [FORMATS[name] for name in names]


def _among(names: tuple[str, ...], hints: list[Format]) -> list[Format]:
    """The first hint that is one of ``names``, else the first of ``names``."""
    return [hint for hint in hints if hint.name in names] or _only(names[0])


def _xml(text: str, hints: list[Format]) -> list[Format]:
    bare = re.sub(
        r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE(?:[^\[>]|\[.*?\])*+>", "", text, flags=re.DOTALL
    )
    root = re.search(r"<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)", bare)
    if root is None:
        return _among(("provxml", "rdfxml"), hints)
    local = root[2]
    if local in ("document", "bundleContent") and _PROV_NAMESPACE in text:
        return _only("provxml")
    if local == "RDF" or "22-rdf-syntax-ns#" in text:
        return _only("rdfxml")
    return []


def _json(text: str, hints: list[Format]) -> list[Format]:
    if not re.match(r'\{\s*(?:"|\}|\Z)|\[\s*(?:[\{\[]|\]|\Z)', text):
        return []
    keys = set(_KEY.findall(text))
    if "@context" in keys and _is_provjsonld(text):
        return _only("provjsonld")
    if keys & {"@context", "@graph", "@id", "@type", "@value"}:
        return _among(("jsonld", "provjsonld"), hints)
    if keys & _PROVJSON_KEYS or not keys:
        return _among(("provjson", "jsonld", "provjsonld"), hints)
    return []


def _is_provjsonld(text: str) -> bool:
    context = _first_value(text.partition('"@context"')[2])
    if _PROVJSONLD_CONTEXT.search(context):
        return True
    # Bare type names with nothing in the context to explain them are PROV-JSONLD's own.
    explained = '"@vocab"' in context or any(f'"{name}":' in context for name in _PROVJSONLD_TYPES)
    return not explained and bool(_PROVJSONLD_TYPES & set(_TYPE.findall(text)))


def _first_value(text: str) -> str:
    """The JSON value behind a key's colon, or all of ``text`` where it is cut off."""
    start = text.find(":") + 1
    try:
        value, _ = json.JSONDecoder().raw_decode(text[start:].lstrip())
    except (ValueError, RecursionError):
        return text
    return json.dumps(value)


def _textual(text: str, whole: bool, hints: list[Format]) -> list[Format]:
    plain = re.sub(r"\A(?:\s+|//[^\n]*|/\*.*?(?:\*/|\Z)|#[^\n]*)*", "", text, flags=re.DOTALL)
    if not plain:
        return hints
    if _PROVN.match(plain):
        return _only("provn")
    lines = [line.strip() for line in text.splitlines()]
    if not whole:
        lines = lines[:-1]
    lines = [line for line in lines if line and not line.startswith("#")]
    matches = [_LINE.fullmatch(line) for line in lines]
    if lines and all(matches):
        return _line_based(any(match and match["graph"] for match in matches), whole, hints)
    if _WORD.match(plain) and FORMATS["provn"] in hints:
        return _only("provn")  # a mistyped keyword, since no Turtle begins with a mere word
    bare = _OPAQUE.sub(lambda match: "#" if match[0][0] == "#" else "<>", text)
    if "{" in bare:
        return _only("trig") if _looks_like_turtle(bare) else []
    if _looks_like_turtle(bare):
        # TriG is Turtle with graphs, and a graph may come after the head.
        return _among(("turtle", "trig") if whole else ("trig", "turtle"), hints)
    return []


def _line_based(graphs: bool, whole: bool, hints: list[Format]) -> list[Format]:
    if graphs:
        return _only("nquads")
    # Any N-Triples text is N-Quads (and Turtle) too, and a quad may come after the head.
    accepted = ("ntriples", "nquads", "turtle", "trig")
    return _among(accepted if whole else ("nquads", *accepted), hints)


def _looks_like_turtle(bare: str) -> bool:
    return _TURTLE.search(bare) is not None or re.search(r"<>\s*<>\s*\S", bare) is not None


class _Gunzip(io.RawIOBase):
    """Decompresses as it is read; damage is a :class:`SourceError`."""

    def __init__(self, raw: IO[bytes], name: str) -> None:
        self._raw, self._name = raw, name
        self._plain = gzip.GzipFile(fileobj=raw, mode="rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        try:
            data = self._plain.read(len(view))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise SourceError(f"{self._name}: the compressed data is damaged: {error}") from error
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._plain.close()
            self._raw.close()
        super().close()


def peekable(stream: IO[bytes], name: str = "") -> io.BufferedReader:
    """A reader over ``stream`` that can ``peek`` at :data:`HEAD` bytes, and is unpacked if it was gzip.

    Closing it closes ``stream``.
    """
    buffered = _buffered(stream)
    if buffered.peek(2)[:2] == _GZIP:
        return io.BufferedReader(_Gunzip(buffered, name), HEAD)
    return buffered


class _Raw(io.RawIOBase):
    """Makes anything that can ``read`` fit for :class:`io.BufferedReader`."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _buffered(stream: IO[bytes]) -> io.BufferedReader:
    return io.BufferedReader(_Raw(stream), HEAD)


def open_source(path: str | Path) -> io.BufferedReader:
    """Open a file for reading, unpacking gzip (known by its first bytes) on the way.

    ``peek(HEAD)`` of the reader is what :func:`detect` wants.
    Raises :class:`OSError` as ``open`` does, and :class:`~whence.errors.SourceError` while reading
    damaged gzip data.
    """
    return peekable(Path(path).open("rb"), str(path))

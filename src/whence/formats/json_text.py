"""JSON with positions and repeated keys, for the PROV syntaxes written in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, BinaryIO, NoReturn

from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.formats.identifiers import generated
from whence.formats.records import RecordError
from whence.ontology.namespaces import XSD

__all__ = [
    "Blank",
    "JsonText",
    "Number",
    "language_literal",
    "line",
    "listed",
    "plain_literal",
    "shown",
    "spread",
]


_ENCODER = json.JSONEncoder(ensure_ascii=False)
_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)"(?:\s*(:))?|[{}]', re.DOTALL)


class Number(str):
    """A JSON number with a fraction or exponent, as it was written."""

    __slots__ = ()


class JsonText:
    """A parsed JSON text that can still say where something stands.

    An object that repeats a key has a list of all values there. Raises ``SourceSyntaxError`` with
    line and column.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._name = name
        data = stream.read()
        try:
            self._text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._text = data[: error.start].decode("utf-8", "replace")
            self._fail_at(len(self._text), "expected UTF-8 text, found another encoding")
        try:
            self.value: Any = json.loads(
                self._text, object_pairs_hook=_object, parse_float=Number, parse_constant=_no_constant
            )
        except json.JSONDecodeError as error:
            self._fail_at(error.pos, f"not JSON: {error.msg}")
        except _NotJson as error:
            self._fail_at(max(self._text.find(error.word), 0), f"not JSON: {error}")
        except (ValueError, RecursionError) as error:  # numbers of thousands of digits, deep nesting
            self._fail_at(0, f"not JSON that can be read: {error}")

    @property
    def digest(self) -> str:
        """A hash of the text."""
        return sha256(self._text.encode("utf-8", "surrogatepass")).hexdigest()

    def objects(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """The keys that lead to each object and its line, in the order of the text.

        The outermost object's key is ``""``; an array's objects all have the array's key.
        """
        text, path, key = self._text, list[str](), ""
        line, counted = 1, 0
        for match in _TOKEN.finditer(text):
            if match[2]:
                key = match[1]
                if "\\" in key:
                    key = json.loads(f'"{key}"')
            elif match[0] == "{":
                path.append(key)
                line += text.count("\n", counted, match.start())
                counted = match.start()
                yield tuple(path), line
            elif match[0] == "}":
                key = path.pop()

    def fail(self, reason: str, *path: str) -> NoReturn:
        """Raise the error of something wrong under the keys of ``path``, from the outside in."""
        at = 0
        for key in path:
            spelled = (json.dumps(key), json.dumps(key, ensure_ascii=False))
            found = [place for place in (self._text.find(word, at) for word in spelled) if place >= 0]
            at = min(found, default=at)
        self._fail_at(at, reason)

    def _fail_at(self, at: int, reason: str) -> NoReturn:
        line = self._text.count("\n", 0, at) + 1
        column = at - self._text.rfind("\n", 0, at)
        raise SourceSyntaxError(reason, source=self._name, line=line, column=column)


class _Repeated(list[Any]):
    """The values of a repeated key."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    result = {}
    for key, value in pairs:
        if key not in result:
            result[key] = value
        else:
            known = result[key]
            result[key] = _Repeated([*(known if isinstance(known, list) else [known]), *listed(value)])
    return result


class _NotJson(ValueError):
    def __init__(self, word: str) -> None:
        super().__init__(f"{word} is no value")
        self.word = word


def _no_constant(word: str) -> NoReturn:
    raise _NotJson(word)


class Blank:
    """Blank names (``_:id1``) of a source: an id for a relation only where something refers to it."""

    def __init__(self, base: str, text: JsonText) -> None:
        self._base = base
        self._digest = text.digest
        self._referred: set[str] = set()
        stack = [text.value]
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                named = "@type" in item
                stack.extend(other for key, other in item.items() if not (named and key == "@id"))
            elif isinstance(item, list):
                stack.extend(item)
            elif isinstance(item, str) and item.startswith("_:"):
                self._referred.add(item)

    def is_free(self, name: str) -> bool:
        """Whether ``name`` is a blank name nothing refers to."""
        return name.startswith("_:") and name not in self._referred

    def iri(self, name: str) -> NamedNode:
        """The IRI a blank name stands for: another one in another source."""
        return generated(self._base, "blank", self._digest, name)


def listed(value: Any) -> list[Any]:
    """``value`` if it is a list, else a list of it alone."""
    return value if isinstance(value, list) else [value]


def line(value: Any) -> str:
    """JSON on one line."""
    return _ENCODER.encode(value)


def spread(value: Any, depth: int, margin: str = "") -> Iterator[str]:
    """JSON whose objects stand over several lines down to ``depth``, and deeper ones on one line."""
    if depth == 0 or not isinstance(value, dict) or not value:
        yield line(value)
        return
    separator = "{\n"
    for key, item in value.items():
        yield f"{separator}{margin}  {line(key)}: "
        yield from spread(item, depth - 1, f"{margin}  ")
        separator = ",\n"
    yield f"\n{margin}}}"


def shown(value: Any) -> str:
    """A JSON value for people, cut short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."


def plain_literal(value: Any) -> Literal:
    """A JSON string, number or truth value as a literal: integers are as small as they fit."""
    if isinstance(value, Number):
        return Literal(str(value), datatype=XSD.double)
    if isinstance(value, str):
        return _text_literal(value)
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=XSD.boolean)
    if isinstance(value, int):
        kind = XSD.int if -(1 << 31) <= value < 1 << 31 else XSD.long
        return Literal(str(value), datatype=kind if -(1 << 63) <= value < 1 << 63 else XSD.integer)
    raise RecordError(f"expected a string, number or truth value, found {shown(value)}")


def _text_literal(text: str) -> Literal:
    try:
        return Literal(text)
    except ValueError as error:
        raise RecordError("expected text, found half a character (a lone surrogate)") from error


def language_literal(text: str, language: str, key: str) -> Literal:
    """A string in a language. Raises ``RecordError`` where the tag is none."""
    try:
        return Literal(text, language=language)
    except ValueError as error:
        raise RecordError(f"expected a language tag, found '{language}'", key) from error

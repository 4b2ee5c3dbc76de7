"""The words of PROV-N as regular expressions, after the recommendation's section 3.7 productions.

Every token expression swallows the white space and comments behind it, so that one match moves the
reader to the next token.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "ARGUMENT",
    "ATTRIBUTE",
    "DATATYPE",
    "DECLARATION",
    "INTEGER",
    "LANGUAGE",
    "MARKER",
    "MOMENT",
    "NAME",
    "OPTIONAL_ID",
    "QUOTED_NAME",
    "SEPARATOR",
    "SPACE",
    "STRING",
    "TIME",
    "encode_local",
    "unescape_local",
    "unescape_string",
]

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_START = _BASE + "_0-9/@~&+*?#$!"
_CHARS = _START + "\\-\u00b7\u0300-\u036f\u203f-\u2040"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[='(),\-:;\[\].]"
_LOCAL = rf"(?:[{_START}]|{_ESCAPE})(?:[{_CHARS}]++|{_ESCAPE}|\.++(?=[{_CHARS}%\\]))*+"
_PREFIX = rf"[{_BASE}](?:[{_BASE}_0-9\-\u00b7\u0300-\u036f\u203f-\u2040]++|\.(?=[{_BASE}_0-9.\-]))*+"
_NAME = rf"(?:{_PREFIX}:(?:{_LOCAL})?|{_LOCAL})"
_SPACE = r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+"
_DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
_END = rf"{_SPACE}([,)]?){_SPACE}"

SPACE: Final = re.compile(_SPACE)
NAME: Final = re.compile(rf"({_NAME}){_SPACE}")
OPTIONAL_ID: Final = re.compile(rf"({_NAME}|-){_SPACE};{_SPACE}")
ARGUMENT: Final = re.compile(rf"(?:({_NAME})|-){_END}")
TIME: Final = re.compile(rf"(?:({_DATE}T{_CLOCK}{_ZONE})|-){_END}")
ATTRIBUTE: Final = re.compile(rf"({_NAME}){_SPACE}={_SPACE}")
STRING: Final = re.compile(
    r'(?:"""((?:"{0,2}(?:[^"\\]|\\.))*+)"""' + r'|"((?:[^"\\\r\n]++|\\.)*+)")' + _SPACE, re.DOTALL
)
LANGUAGE: Final = re.compile(rf"@([A-Za-z]+(?:-[A-Za-z0-9]+)*){_SPACE}")
DATATYPE: Final = re.compile(rf"%%{_SPACE}({_NAME}){_SPACE}")
INTEGER: Final = re.compile(rf"(-?[0-9]+)(?![{_CHARS}.:%\\]){_SPACE}")
SEPARATOR: Final = re.compile(rf"([,)\]}}]){_SPACE}")
QUOTED_NAME: Final = re.compile(rf"'({_NAME})'{_SPACE}")
DECLARATION: Final = re.compile(
    rf'(?:prefix(?!{_NAME}|:){_SPACE}({_PREFIX})|default){_SPACE}<([^<>"{{}}|^`\\\x00-\x20]*)>{_SPACE}'
)
MARKER: Final = re.compile(rf"-(?=[\s,)/]){_SPACE}")
MOMENT: Final = re.compile(rf"({_DATE}T{_CLOCK}{_ZONE}){_SPACE}")

_LOCAL_ESCAPE = re.compile(r"\\(.)")
_STRING_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_STRING_ESCAPES = {
    "t": "\t",
    "b": "\b",
    "n": "\n",
    "r": "\r",
    "f": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
}
_PLAIN_LOCAL = re.compile(rf"(?:[{_START}]|%[0-9A-Fa-f]{{2}})(?:[{_CHARS}]|%[0-9A-Fa-f]{{2}})*+\Z")
_WHOLE_LOCAL = re.compile(rf"{_LOCAL}\Z")
_MUST_ESCAPE = re.compile(r"[='(),:;\[\]]")


def unescape_local(local: str) -> str:
    """A local name without PROV-N's backslashes."""
    return _LOCAL_ESCAPE.sub(r"\1", local)


def encode_local(local: str) -> str | None:
    """A local name with PROV-N's backslashes, or ``None`` if it holds what no escape can say.

    >>> encode_local("a=b.")
    'a\\\\=b\\\\.'
    """
    if _PLAIN_LOCAL.match(local):
        return local
    escaped = _MUST_ESCAPE.sub(r"\\\g<0>", local)
    if escaped[:1] in "-.":
        escaped = "\\" + escaped
    if escaped.endswith(".") and not escaped.endswith("\\."):
        escaped = escaped[:-1] + "\\."
    return escaped if _WHOLE_LOCAL.match(escaped) else None


def unescape_string(text: str) -> str:
    """A string without its backslash escapes.

    Raises:
        ValueError: an escape that stands for no character; the message shows it.
    """
    return _STRING_ESCAPE.sub(_string_character, text) if "\\" in text else text


def _string_character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        number = int(code, 16)
        if number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise ValueError(match[0])
        return chr(number)
    character = _STRING_ESCAPES.get(match[3])
    if character is None:
        raise ValueError(match[0])
    return character

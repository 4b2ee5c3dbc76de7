"""The words of PROV-N as regular expressions, after the recommendation's section 3.7 productions.

Every token expression swallows the white space and comments behind it, so that one match moves the
reader to the next token. Each is compiled when it is first used, since sets of characters this large
take their time and many a reader needs few of them.
"""

from __future__ import annotations

import re
from functools import cache
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

# The characters of names are told by those that are none: these are fewer, so compiling is quicker.
_RARE = (
    "\u00d7\u00f7\u037e\u2000-\u200b\u200e-\u203e\u2041-\u206f\u2190-\u2bff\u2ff0-\u3000\ud800-\uf8ff"
    "\ufdd0-\ufdef\ufffe-\uffff\U000f0000-\U0010ffff"
)
_COMBINING = "\u0300-\u036f\u203f-\u2040"
_ASCII = r"\x00- \"%'-),.:->\[-\^`{-}\x7f"
_BASE = rf"[^\x00-@\[-`{{-\u00bf{_COMBINING}{_RARE}]"
_IN_PREFIX = rf"[^\x00-,./:-@\[-\^`{{-\u00b6\u00b8-\u00bf{_RARE}]"
_BEHIND_DOT = rf"[^\x00-,/:-@\[-\^`{{-\u00bf{_COMBINING}{_RARE}]"
_START = rf"[^{_ASCII}\-\u0080-\u00bf{_COMBINING}{_RARE}]"
_CHARS = rf"[^{_ASCII}\u0080-\u00b6\u00b8-\u00bf{_RARE}]"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[='(),\-:;\[\].]"
_LOCAL = rf"(?:{_START}|{_ESCAPE})(?:{_CHARS}++|{_ESCAPE}|\.++(?={_CHARS}|[%\\]))*+"
_PREFIX = rf"{_BASE}(?:{_IN_PREFIX}++|\.(?={_BEHIND_DOT}))*+"
_NAME = rf"(?:{_PREFIX}:(?:{_LOCAL})?|{_LOCAL})"
_SPACE = r"(?:[ \t\r\n]++|//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+"
_DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
_END = rf"{_SPACE}([,)]?){_SPACE}"

_TOKENS: Final = {
    "SPACE": _SPACE,
    "NAME": rf"({_NAME}){_SPACE}",
    "OPTIONAL_ID": rf"({_NAME}|-){_SPACE};{_SPACE}",
    "ARGUMENT": rf"(?:({_NAME})|-){_END}",
    "TIME": rf"(?:({_DATE}T{_CLOCK}{_ZONE})|-){_END}",
    "ATTRIBUTE": rf"({_NAME}){_SPACE}={_SPACE}",
    "STRING": r'(?s:"""((?:"{0,2}(?:[^"\\]|\\.))*+)"""' + r'|"((?:[^"\\\r\n]++|\\.)*+)")' + _SPACE,
    "LANGUAGE": rf"@([A-Za-z]+(?:-[A-Za-z0-9]+)*){_SPACE}",
    "DATATYPE": rf"%%{_SPACE}({_NAME}){_SPACE}",
    "INTEGER": rf"(-?[0-9]+)(?!{_CHARS}|[.:%\\]){_SPACE}",
    "SEPARATOR": rf"([,)\]}}]){_SPACE}",
    "QUOTED_NAME": rf"'({_NAME})'{_SPACE}",
    "DECLARATION": rf"(?:prefix(?!{_NAME}|:){_SPACE}({_PREFIX})|default){_SPACE}"
    rf'<([^<>"{{}}|^`\\\x00-\x20]*)>{_SPACE}',
    "MARKER": rf"-(?=[\s,)/]){_SPACE}",
    "MOMENT": rf"({_DATE}T{_CLOCK}{_ZONE}){_SPACE}",
    "plain local": rf"(?:{_START}|%[0-9A-Fa-f]{{2}})(?:{_CHARS}|%[0-9A-Fa-f]{{2}})*+\Z",
    "whole local": rf"{_LOCAL}\Z",
}

SPACE: re.Pattern[str]
NAME: re.Pattern[str]
OPTIONAL_ID: re.Pattern[str]
ARGUMENT: re.Pattern[str]
TIME: re.Pattern[str]
ATTRIBUTE: re.Pattern[str]
STRING: re.Pattern[str]
LANGUAGE: re.Pattern[str]
DATATYPE: re.Pattern[str]
INTEGER: re.Pattern[str]
SEPARATOR: re.Pattern[str]
QUOTED_NAME: re.Pattern[str]
DECLARATION: re.Pattern[str]
MARKER: re.Pattern[str]
MOMENT: re.Pattern[str]

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
_MUST_ESCAPE = re.compile(r"[='(),:;\[\]]")


def __getattr__(name: str) -> re.Pattern[str]:
    """The token expression of this name, compiled and from then on found without asking here."""
    if name not in _TOKENS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    pattern = globals()[name] = _compiled(name)
    return pattern


@cache
def _compiled(name: str) -> re.Pattern[str]:
    return re.compile(_TOKENS[name])


def unescape_local(local: str) -> str:
    """A local name without PROV-N's backslashes."""
    return _LOCAL_ESCAPE.sub(r"\1", local)


def encode_local(local: str) -> str | None:
    """A local name with PROV-N's backslashes, or ``None`` if it holds what no escape can say.

    >>> encode_local("a=b.")
    'a\\\\=b\\\\.'
    """
    if _compiled("plain local").match(local):
        return local
    escaped = _MUST_ESCAPE.sub(r"\\\g<0>", local)
    if escaped[:1] in "-.":
        escaped = "\\" + escaped
    if escaped.endswith(".") and not escaped.endswith("\\."):
        escaped = escaped[:-1] + "\\."
    return escaped if _compiled("whole local").match(escaped) else None


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

"""The words of PROV-N: which characters names may have, and expressions that wait until they are used."""

from __future__ import annotations

import importlib.util
import re

import pytest

from whence.formats import provn_tokens as tokens

# PN_CHARS_BASE of SPARQL, as the recommendation names it: the first and last character of each range.
LETTERS = (
    ("A", "Z"),
    ("a", "z"),
    ("\u00c0", "\u00d6"),
    ("\u00d8", "\u00f6"),
    ("\u00f8", "\u02ff"),
    ("\u0370", "\u037d"),
    ("\u037f", "\u1fff"),
    ("\u200c", "\u200d"),
    ("\u2070", "\u218f"),
    ("\u2c00", "\u2fef"),
    ("\u3001", "\ud7ff"),
    ("\uf900", "\ufdcf"),
    ("\ufdf0", "\ufffd"),
    ("\U00010000", "\U000effff"),
)
FURTHER = (("\u0300", "\u036f"), ("\u203f", "\u2040"), ("\u00b7", "\u00b7"), ("-", "-"))


@pytest.mark.parametrize(("first", "last"), LETTERS)
def test_letters_may_begin_names_and_prefixes(first: str, last: str) -> None:
    for character in (first, last):
        assert tokens.NAME.fullmatch(f"{character}:{character}")
    around = [chr(ord(first) - 1), chr(ord(last) + 1)]
    letters = {end for ends in LETTERS for end in ends}
    for character in around:
        assert character in letters or not tokens.NAME.fullmatch(f"{character}:x")


@pytest.mark.parametrize(("first", "last"), FURTHER)
def test_further_characters_are_within_names_only(first: str, last: str) -> None:
    for character in (first, last):
        assert tokens.NAME.fullmatch(f"e{character}:e{character}")
        assert not tokens.NAME.fullmatch(f"{character}e:e")


@pytest.mark.parametrize("character", "\"%'(),.:;<=>[\\]^`{|}\x00\x20\x7f\u00d7\u2190\ue000\U000f0000")
def test_other_characters_end_names(character: str) -> None:
    match = tokens.NAME.match(f'ex:a{character}"')
    assert match is not None
    assert match[1] == "ex:a"


def test_expressions_are_compiled_when_they_are_used() -> None:
    spec = importlib.util.find_spec("whence.formats.provn_tokens")
    assert spec is not None
    assert spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    assert "NAME" not in vars(fresh)
    assert isinstance(fresh.NAME, re.Pattern)
    assert "NAME" in vars(fresh)
    with pytest.raises(AttributeError, match="NOTHING"):
        fresh.NOTHING  # noqa: B018

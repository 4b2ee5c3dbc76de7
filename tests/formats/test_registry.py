"""Formats are found by name, file ending and media type."""

import pytest

from whence.errors import UnknownFormat
from whence.formats.registry import FORMATS, Format, find_format


@pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)
def test_each_format_is_found_by_everything_it_is_called(row: Format) -> None:
    for text in (
        row.name,
        row.title,
        row.name.upper(),
        *row.extensions,
        f".{row.extension}",
        *row.media_types,
    ):
        assert find_format(text) is row


def test_media_type_parameters_do_not_matter() -> None:
    assert find_format("Text/Turtle;charset=UTF-8").name == "turtle"


def test_the_profile_tells_prov_jsonld_from_json_ld() -> None:
    profile = "https://openprovenance.org/prov-jsonld/context.jsonld"
    assert find_format(f'application/ld+json; profile="{profile}"').name == "provjsonld"
    assert find_format("application/ld+json").name == "jsonld"


def test_no_name_ending_or_media_type_means_two_formats() -> None:
    for words in ("extensions", "media_types"):
        said = [text for row in FORMATS.values() for text in getattr(row, words)]
        assert len(said) == len(set(said))


@pytest.mark.parametrize("text", ["", "docx", "image/png", "text/"])
def test_an_unknown_format_lists_those_there_are(text: str) -> None:
    with pytest.raises(UnknownFormat) as error:
        find_format(text)
    assert all(name in str(error.value) for name in FORMATS)

"""What commands print, and files that appear only when they are complete."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from whence.cli._output import human_size, output_to, write_records

RECORDS = [{"name": "a", "size": 5, "extra": None}, {"name": "bcd", "size": 12, "extra": "x, y"}]


def written(format: str) -> str:
    stream = io.BytesIO()
    write_records(RECORDS, ("name", "size", "extra"), format, stream)
    return stream.getvalue().decode()


def test_a_table_is_aligned_with_numbers_to_the_right() -> None:
    assert written("table").splitlines() == [
        "name  size  extra",
        "----  ----  -----",
        "a        5",
        "bcd     12  x, y",
    ]


def test_json_and_csv_hold_the_values() -> None:
    assert json.loads(written("json")) == RECORDS
    assert written("csv") == 'name,size,extra\na,5,\nbcd,12,"x, y"\n'


@pytest.mark.parametrize(
    ("size", "words"),
    [(None, ""), (0, "0 bytes"), (999, "999 bytes"), (1_500, "1.5 kB"), (2 * 10**9, "2.0 GB")],
)
def test_sizes_in_words(size: int | None, words: str) -> None:
    assert human_size(size) == words


def test_a_file_is_replaced_when_complete(tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"
    target.write_text("old")
    target.chmod(0o640)
    with output_to(str(target)) as stream:
        stream.write(b"new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"
    with pytest.raises(RuntimeError), output_to(str(target)) as stream:
        stream.write(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    with output_to(str(link)) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_directory_is_no_file_to_write_to(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), output_to(str(tmp_path)):
        pass

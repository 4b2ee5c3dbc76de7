"""Who holds a store directory is read from files that anyone may have damaged."""

from pathlib import Path

import pytest

from whence.store.lock import SERVER_FILE, running_server


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"url": "http://x"}',
        '{"url": "x", "pid": "1"}',
        '{"url": "x", "pid": 1e30}',
        '{"url": "x", "pid": 99999999999999999999}',
    ],
)
def test_a_damaged_address_is_no_server(tmp_path: Path, text: str) -> None:
    (tmp_path / SERVER_FILE).write_text(text)
    assert running_server(tmp_path) is None

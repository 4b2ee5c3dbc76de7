"""The forms of a lineage graph by name, by ending, and in Jupyter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.queries.lineage_graphs import hostile, report

from whence.errors import UnknownFormat
from whence.queries.render import FORMATS, render


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("lineage.svg", "<svg"),
        ("lineage.dot", "digraph"),
        ("lineage.gv", "digraph"),
        ("lineage.mmd", "flowchart"),
        ("lineage.graphml", "<?xml"),
        ("lineage.json", "{"),
        ("lineage.csv", "steps,"),
        ("lineage.TTL", "@prefix"),
        ("lineage.txt", "the report"),
    ],
)
def test_a_file_is_written_as_its_name_ends(tmp_path: Path, name: str, start: str) -> None:
    report().save(tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_a_format_that_is_named_wins(tmp_path: Path) -> None:
    report().save(tmp_path / "lineage.txt", format="json")
    assert json.loads((tmp_path / "lineage.txt").read_text())["direction"] == "both"


def test_an_unknown_ending_is_an_error_that_lists_the_others(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"\.graphml.*\.svg"):
        report().save(tmp_path / "lineage.pdf")
    assert not (tmp_path / "lineage.pdf").exists()


@pytest.mark.parametrize("format", FORMATS)
def test_every_form_can_tell_of_hostile_names(format: str) -> None:
    assert render(hostile(), format).endswith("\n")


def test_jupyter_gets_a_drawing_and_a_tree() -> None:
    bundle = report()._repr_mimebundle_()
    assert bundle["text/html"].startswith("<figure") and "<svg" in bundle["text/html"]
    assert bundle["text/plain"].startswith("the report")
    assert "<script" not in hostile()._repr_html_()


def test_a_graph_says_of_itself_only_how_big_it_is() -> None:
    assert repr(report()) == "LineageGraph(both from <http://example.org/report>: 7 nodes, 9 edges)"

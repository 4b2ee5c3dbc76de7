"""The nine queries of the First Provenance Challenge, with answers worked out by hand from the workflow.

Run 1 (a Monday) and run 2 (the Tuesday after, other procedures in the last stage) start from anatomy images
1 to 4 with model 12; run 3 (a Monday) from images 5 to 8 with model 6.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import whence
from whence.demo.challenge import FMRI, RUNS, Run, document
from whence.store.results import SelectResult

ALIGNING = {f"align_warp/{at}" for at in range(1, 5)}
RESLICING = {f"reslice/{at}" for at in range(1, 5)}
WARPS = {f"warp{at}.warp" for at in range(1, 5)}
RESLICED = {f"resliced{at}.{ending}" for at in range(1, 5) for ending in ("img", "hdr")}
ANATOMY = {f"anatomy/{at}.{ending}" for at in range(1, 5) for ending in ("img", "hdr")}
REFERENCE = {"reference.img", "reference.hdr"}


@pytest.fixture(scope="module")
def store() -> Iterator[whence.Store]:
    with whence.open(":memory:") as opened:
        opened.load(document().encode())
        yield opened


def short(term: object) -> object:
    """A term without the common start of its IRI; a literal as its text."""
    value = getattr(term, "value", term)
    return value.removeprefix(FMRI) if isinstance(value, str) else value


def rows(store: whence.Store, name: str, *columns: str, **parameters: Any) -> list[tuple[object, ...]]:
    answer = store.ask(f"challenge/{name}", **parameters)
    assert isinstance(answer, SelectResult)
    return [tuple(short(row[column]) for column in columns) for row in answer]


def one(store: whence.Store, name: str, column: str, **parameters: Any) -> list[object]:
    return [value for (value,) in rows(store, name, column, **parameters)]


def of_run(number: int, names: set[str]) -> set[str]:
    return {f"run/{number}/{name}" for name in names}


# What is made of x only: nothing of the y and z slices, which come from the same atlas.
LAST_OF_X = of_run(1, {"softmean/1", "atlas.img", "atlas.hdr", "slicer/x", "atlas-x.pgm", "convert/x"})


def test_q1_everything_that_led_to_the_x_graphic(store: whence.Store) -> None:
    found = one(store, "q1", "thing")
    assert (
        set(found) == LAST_OF_X | of_run(1, ALIGNING | RESLICING | WARPS | RESLICED) | ANATOMY | REFERENCE
    )
    assert len(found) == 36  # none twice


def test_q1_tells_steps_from_data(store: whence.Store) -> None:
    steps = {
        (thing, stage)
        for thing, kind, stage in rows(store, "q1", "thing", "kind", "stage")
        if kind == "activity"
    }
    assert steps == {
        *((f"run/1/align_warp/{at}", "1") for at in range(1, 5)),
        *((f"run/1/reslice/{at}", "2") for at in range(1, 5)),
        ("run/1/softmean/1", "3"),
        ("run/1/slicer/x", "4"),
        ("run/1/convert/x", "5"),
    }


def test_q1_is_what_lineage_finds(store: whence.Store) -> None:
    graphic = f"{FMRI}run/1/atlas-x.gif"
    found = {short(node.iri) for node in store.lineage(graphic)} - {"run/1/atlas-x.gif"}
    assert found == set(one(store, "q1", "thing"))


def test_q1_of_the_second_run_has_its_two_procedures(store: whence.Store) -> None:
    found = set(one(store, "q1", "thing", graphic=f"{FMRI}run/2/atlas-x.jpg"))
    assert len(found) == 38  # one more step, and the file between the two
    assert {"run/2/pgmtoppm/x", "run/2/pnmtojpeg/x", "run/2/atlas-x.ppm"} < found
    assert not any(str(name).startswith("run/1/") for name in found)


def test_q2_nothing_prior_to_the_averaging(store: whence.Store) -> None:
    # The averaging is in, the eight files that it averages are out.
    assert set(one(store, "q2", "thing")) == LAST_OF_X


def test_q2_prior_to_another_procedure(store: whence.Store) -> None:
    found = set(one(store, "q2", "thing", procedure=f"{FMRI}procedure/slicer"))
    assert found == of_run(1, {"slicer/x", "atlas-x.pgm", "convert/x"})


def test_q3_stages_3_4_and_5_in_detail(store: whence.Store) -> None:
    found = set(rows(store, "q3", "stage", "step", "procedure", "role", "value"))
    average = ("3", "run/1/softmean/1", "procedure/softmean")
    cut = ("4", "run/1/slicer/x", "procedure/slicer")
    drawn = ("5", "run/1/convert/x", "procedure/convert")
    assert found == {
        (*average, "argument", "y"),
        (*average, "argument", "null"),
        *((*average, "input", name) for name in of_run(1, RESLICED)),
        (*average, "output", "run/1/atlas.img"),
        (*average, "output", "run/1/atlas.hdr"),
        (*cut, "argument", "-x .5"),
        (*cut, "input", "run/1/atlas.img"),
        (*cut, "input", "run/1/atlas.hdr"),
        (*cut, "output", "run/1/atlas-x.pgm"),
        (*drawn, "input", "run/1/atlas-x.pgm"),
        (*drawn, "output", "run/1/atlas-x.gif"),
    }


def test_q3_times_are_of_the_step(store: whence.Store) -> None:
    # Eight steps of two minutes come before: the averaging begins in the 17th minute after 9:30.
    found = set(rows(store, "q3", "step", "started", "ended", stages=[3]))
    assert found == {("run/1/softmean/1", "2026-03-02T09:47:00Z", "2026-03-02T09:48:00Z")}


def test_q4_alignings_with_model_12_on_a_monday(store: whence.Store) -> None:
    # Run 2 has the model and a Tuesday, run 3 the day and another model.
    assert set(one(store, "q4", "step")) == of_run(1, ALIGNING)
    assert set(one(store, "q4", "step", weekday="tuesday")) == of_run(2, ALIGNING)
    assert set(one(store, "q4", "step", model=6)) == of_run(3, ALIGNING)


@pytest.mark.parametrize("first", [datetime(2024, 2, 26, tzinfo=UTC), datetime(1999, 12, 30, tzinfo=UTC)])
def test_q4_knows_every_day(first: datetime) -> None:
    days = [first + timedelta(days=number) for number in range(8)]  # over a leap day, over a new century
    runs = [replace(RUNS[0], number=number, started=day) for number, day in enumerate(days, 1)]
    with whence.open(":memory:", inference="none") as other:
        other.load(document(runs).encode())
        for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
            expected = {f"run/{at}" for at, day in enumerate(days, 1) if f"{day:%A}" == name}
            assert set(one(other, "q4", "run", weekday=name)) == expected


def test_q5_graphics_of_runs_with_a_header_of_4095(store: whence.Store) -> None:
    # The header of image 1 says 4095; it goes into runs 1 and 2, and through the average into all graphics.
    graphics = of_run(1, {f"atlas-{axis}.gif" for axis in "xyz"}) | of_run(
        2, {f"atlas-{axis}.jpg" for axis in "xyz"}
    )
    assert set(rows(store, "q5", "graphic", "header")) == {(name, "anatomy/1.hdr") for name in graphics}


def test_q6_averages_after_aligning_with_model_12(store: whence.Store) -> None:
    outputs = of_run(1, {"atlas.img", "atlas.hdr"}) | of_run(2, {"atlas.img", "atlas.hdr"})
    assert set(one(store, "q6", "output")) == outputs
    assert set(one(store, "q6", "output", model=6)) == of_run(3, {"atlas.img", "atlas.hdr"})


def test_q7_what_the_second_run_did_otherwise(store: whence.Store) -> None:
    assert set(rows(store, "q7", "aspect", "value", "times", "run")) == {
        ("procedure", "procedure/convert", "3", "run/1"),
        ("procedure", "procedure/pgmtoppm", "3", "run/2"),
        ("procedure", "procedure/pnmtojpeg", "3", "run/2"),
        ("output", "image/gif", "3", "run/1"),
        ("output", "image/x-portable-pixmap", "3", "run/2"),
        ("output", "image/jpeg", "3", "run/2"),
    }


def test_q7_other_images_and_another_model(store: whence.Store) -> None:
    found = rows(store, "q7", "aspect", "value", "times", "run", second=f"{FMRI}run/3")
    assert set(found) == {
        ("model", "12", "4", "run/1"),
        ("model", "6", "4", "run/3"),
        *(("input", name, "1", "run/1") for name in ANATOMY),
        *(("input", f"anatomy/{at}.{end}", "1", "run/3") for at in range(5, 9) for end in ("img", "hdr")),
    }


def test_q7_a_run_does_not_differ_from_itself_repeated() -> None:
    again = replace(RUNS[0], number=2, started=RUNS[0].started + timedelta(days=1))
    with whence.open(":memory:") as other:
        other.load(document((RUNS[0], again)).encode())
        assert rows(other, "q7", "aspect") == []


def test_q8_warps_of_images_annotated_with_their_center(store: whence.Store) -> None:
    # Images 1 and 2 are from UChicago, and go into runs 1 and 2 in that order.
    assert set(rows(store, "q8", "output", "input")) == {
        (f"run/{run}/warp{at}.warp", f"anatomy/{at}.img") for run in (1, 2) for at in (1, 2)
    }


def test_q8_another_value(store: whence.Store) -> None:
    found = set(one(store, "q8", "output", value="Southampton"))
    assert found == {"run/1/warp3.warp", "run/2/warp3.warp", "run/3/warp1.warp"}  # images 3, 3 and 5


def test_q9_sets_annotated_with_a_modality_and_other_annotations(store: whence.Store) -> None:
    # The z graphic of run 1 has no modality, the y graphic of run 2 and that of run 3 have another one.
    assert set(rows(store, "q9", "set", "graphic", "value", "other", "note")) == {
        ("run/1/atlas-set", "run/1/atlas-x.gif", "speech", "annotation#quality", "good"),
        ("run/1/atlas-set", "run/1/atlas-x.gif", "speech", "annotation#reviewer", "Ines Falk"),
        ("run/1/atlas-set", "run/1/atlas-y.gif", "visual", None, None),
        ("run/2/atlas-set", "run/2/atlas-x.jpg", "audio", "annotation#reviewer", "Oskar Lund"),
    }


@pytest.mark.parametrize("number", range(1, 10))
def test_answers_do_not_depend_on_inference(store: whence.Store, number: int) -> None:
    columns = [column.name for column in store.queries()[f"challenge/q{number}"].columns]
    known = rows(store, f"q{number}", *columns)
    assert known
    assert set(known) == set(rows(store, f"q{number}", *columns, inferred=False))


def test_the_days_are_what_the_queries_take_them_for() -> None:
    assert [f"{run.started:%A}" for run in RUNS] == ["Monday", "Tuesday", "Monday"]


def test_the_data_are_valid_and_repair_nothing(store: whence.Store) -> None:
    with whence.open(":memory:") as other:
        (source,) = other.load(document().encode()).sources
        assert source.repairs.count == 0
    assert store.validate().valid


def test_each_run_takes_as_many_models_as_images() -> None:
    with pytest.raises(ValueError, match="zip"):
        document([Run(1, datetime(2026, 1, 1, tzinfo=UTC), models=(12,))])


def test_the_document_is_written_by_its_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "whence.demo.challenge"], capture_output=True, text=True, check=True
    )
    assert done.stdout == document()

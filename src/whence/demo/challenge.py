"""The fMRI workflow of the First Provenance Challenge, as the provenance of some runs in PROV-N.

Four anatomy images are aligned to a reference image (``align_warp``), resliced, averaged (``softmean``),
cut along three axes (``slicer``) and made into pictures (``convert``, or ``pgmtoppm`` and ``pnmtojpeg``).
The workflow and its nine queries are described by L. Moreau et al., "The First Provenance Challenge",
Concurrency and Computation 20(5), 2008; names, times and numbers here are made up. The queries are those
named ``challenge/q1`` to ``challenge/q9``.

    python -m whence.demo.challenge > challenge.provn
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

__all__ = ["FMRI", "NOTE", "RUNS", "Run", "document"]

FMRI: Final = "http://example.org/fmri/"
"""Where the IRIs of the workflow begin."""
NOTE: Final = "http://example.org/fmri/annotation#"
"""Where the keys of annotations begin."""

_PREFIXES: Final = {
    "fmri": FMRI,
    "ns": f"{FMRI}ns#",
    "note": NOTE,
    "dcterms": "http://purl.org/dc/terms/",
}
_AXES: Final = "xyz"
_FORMATS: Final = {
    "img": "application/x-analyze",
    "hdr": "application/x-analyze-header",
    "warp": "application/x-air-warp",
    "pgm": "image/x-portable-graymap",
    "ppm": "image/x-portable-pixmap",
    "gif": "image/gif",
    "jpg": "image/jpeg",
}
_STAGES: Final = {
    "align_warp": 1,
    "reslice": 2,
    "softmean": 3,
    "slicer": 4,
    "convert": 5,
    "pgmtoppm": 5,
    "pnmtojpeg": 5,
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the workflow.

    ``images`` are the numbers of the anatomy images that go in, ``models`` the ``-m`` that each is aligned
    with (12: twelfth order nonlinear, 1365 parameters), ``converters`` the procedures of the last stage
    with what each makes.
    """

    number: int
    started: datetime
    images: Sequence[int] = (1, 2, 3, 4)
    models: Sequence[int] = (12, 12, 12, 12)
    converters: Sequence[tuple[str, str]] = (("convert", "gif"),)

    @property
    def place(self) -> str:
        """What the names of its steps and of the files it makes begin with."""
        return f"fmri:run/{self.number}"


RUNS: Final = (
    Run(1, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
    Run(2, datetime(2026, 3, 3, 14, 0, tzinfo=UTC), converters=(("pgmtoppm", "ppm"), ("pnmtojpeg", "jpg"))),
    Run(3, datetime(2026, 3, 9, 9, 30, tzinfo=UTC), images=(5, 6, 7, 8), models=(6, 6, 6, 6)),
)
"""On a Monday; on the Tuesday with other procedures in the last stage; and one, on the Monday after, with
other images and another model, which most of the queries leave out."""

_MAXIMA: Final = {1: 4095, 2: 3871, 3: 4012, 4: 3990, 5: 2048, 6: 2011, 7: 1998, 8: 2040}
"""The greatest value in each anatomy image, as its header says."""

_NOTES: Final[Mapping[str, Mapping[str, str]]] = {
    "fmri:anatomy/1.img": {"center": "UChicago"},
    "fmri:anatomy/2.img": {"center": "UChicago", "scanner": "north"},
    "fmri:anatomy/3.img": {"center": "Southampton"},
    "fmri:anatomy/5.img": {"center": "Southampton"},
    "fmri:run/1/atlas-x.gif": {"studyModality": "speech", "reviewer": "Ines Falk", "quality": "good"},
    "fmri:run/1/atlas-y.gif": {"studyModality": "visual"},
    "fmri:run/1/atlas-z.gif": {"quality": "blurred"},
    "fmri:run/2/atlas-x.jpg": {"studyModality": "audio", "reviewer": "Oskar Lund"},
    "fmri:run/2/atlas-y.jpg": {"studyModality": "motor", "reviewer": "Oskar Lund"},
    "fmri:run/3/atlas-x.gif": {"studyModality": "motor"},
}
"""What a user noted of images and pictures: keys with values."""


def document(runs: Sequence[Run] = RUNS) -> str:
    """The provenance of these runs as PROV-N: a bundle for each, and one for the user's annotations.

    The run numbered 1 is the activity ``fmri:run/1``, its bundle ``fmri:run/1/record``.
    """
    lines = ["document", *(f"  prefix {name} <{iri}>" for name, iri in _PREFIXES.items()), ""]
    kept = {f"{run.place}/record": f"Record of fMRI run {run.number}" for run in runs}
    kept["fmri:annotations"] = "What a user noted"
    lines += (f"  {_entity(name, _facts('prov:Bundle', label))}" for name, label in kept.items())
    for run in runs:
        lines += [
            "",
            f"  bundle {run.place}/record",
            *(f"    {line}" for line in _Steps(run).lines()),
            "  endBundle",
        ]
    lines += [
        "",
        "  bundle fmri:annotations",
        *(f"    {line}" for line in _annotations(runs)),
        "  endBundle",
    ]
    return "\n".join([*lines, "endDocument", ""])


def _annotations(runs: Sequence[Run]) -> Iterator[str]:
    known = tuple(f"{run.place}/" for run in runs)
    for name, notes in _NOTES.items():
        if name.startswith(("fmri:anatomy/", *known)):
            yield _entity(name, {f"note:{key}": f'"{value}"' for key, value in notes.items()})


def _entity(name: str, attributes: Mapping[str, str]) -> str:
    return f"entity({name}, [{_written(attributes)}])"


def _written(attributes: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in attributes.items())


def _facts(type_: str, label: str) -> dict[str, str]:
    return {"prov:type": f"'{type_}'", "prov:label": f'"{label}"'}


class _Steps:
    """The statements of one run, with the clock of the run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.minutes = count(1)

    def lines(self) -> Iterator[str]:
        """All of the bundle: inputs, each stage in turn, and the run around them."""
        run = self.run
        yield "agent(fmri:ada, [prov:type='prov:Person', prov:label=\"Ada Berg\"])"
        for procedure in (
            "align_warp",
            "reslice",
            "softmean",
            "slicer",
            *(name for name, _ in run.converters),
        ):
            yield _entity(f"fmri:procedure/{procedure}", _facts("prov:Plan", procedure))
        yield from self._pair("fmri:reference", "ReferenceImage", "reference image")
        for image in run.images:
            maximum = {"ns:globalMaximum": str(_MAXIMA[image])}
            yield from self._pair(
                f"fmri:anatomy/{image}", "AnatomyImage", f"anatomy image {image}", maximum
            )
        stages = [*self._aligning(), *self._averaging(), *self._picturing()]
        yield (
            f"activity({run.place}, {_time(run.started)}, {_time(self._clock())}, "
            f"[prov:type='ns:WorkflowRun', prov:label=\"fMRI run {run.number}\"])"
        )
        yield f"wasAssociatedWith({run.place}, fmri:ada, -)"
        yield from stages

    def _aligning(self) -> Iterator[str]:
        place = self.run.place
        for at, (image, model) in enumerate(zip(self.run.images, self.run.models, strict=True), 1):
            warp, resliced = f"{place}/warp{at}.warp", f"{place}/resliced{at}"
            given = (*_both(f"fmri:anatomy/{image}"), *_both("fmri:reference"))
            yield self._file(warp, "WarpParameters", f"warp parameters {at}")
            yield from self._step("align_warp", str(at), given, [warp], ["-q"], {"ns:model": str(model)})
            yield from self._pair(resliced, "ReslicedImage", f"resliced image {at}")
            yield from self._step("reslice", str(at), [warp], _both(resliced))

    def _averaging(self) -> Iterator[str]:
        place = self.run.place
        yield from self._pair(f"{place}/atlas", "AtlasImage", "atlas image")
        given = [
            name for at in range(1, len(self.run.images) + 1) for name in _both(f"{place}/resliced{at}")
        ]
        yield from self._step("softmean", "1", given, _both(f"{place}/atlas"), ["y", "null"])

    def _picturing(self) -> Iterator[str]:
        """Slices, pictures of them, and the set of the pictures."""
        place, last = self.run.place, self.run.converters[-1][1]
        for axis in _AXES:
            made = f"{place}/atlas-{axis}.pgm"
            yield self._file(made, "AtlasSlice", f"atlas {axis} slice")
            yield from self._step("slicer", axis, _both(f"{place}/atlas"), [made], [f"-{axis} .5"])
            for procedure, ending in self.run.converters:
                given, made = made, f"{place}/atlas-{axis}.{ending}"
                type_, label = (
                    ("AtlasGraphic", f"atlas {axis} graphic")
                    if ending == last
                    else ("AtlasSlice", f"atlas {axis} slice in colours")
                )
                yield self._file(made, type_, label)
                yield from self._step(procedure, axis, [given], [made])
        yield _entity(f"{place}/atlas-set", _facts("prov:Collection", "atlas graphics"))
        for axis in _AXES:
            yield f"hadMember({place}/atlas-set, {place}/atlas-{axis}.{last})"

    def _step(
        self,
        procedure: str,
        which: str,
        given: Sequence[str],
        made: Sequence[str],
        arguments: Sequence[str] = (),
        more: Mapping[str, str] | None = None,
    ) -> Iterator[str]:
        name = f"{self.run.place}/{procedure}/{which}"
        started, ended = self._clock(), self._clock()
        facts = {
            "prov:label": f'"{procedure} {which}"',
            "dcterms:isPartOf": f"'{self.run.place}'",
            "ns:stage": str(_STAGES[procedure]),
            **(more or {}),
        }
        written = _written(facts) + "".join(f', ns:argument="{argument}"' for argument in arguments)
        yield f"activity({name}, {_time(started)}, {_time(ended)}, [{written}])"
        yield f"wasAssociatedWith({name}, fmri:ada, fmri:procedure/{procedure})"
        yield from (f"used({name}, {thing}, -)" for thing in given)
        yield from (f"wasGeneratedBy({thing}, {name}, -)" for thing in made)

    def _clock(self) -> datetime:
        return self.run.started + timedelta(minutes=next(self.minutes))

    def _pair(
        self, name: str, type_: str, label: str, header: Mapping[str, str] | None = None
    ) -> Iterator[str]:
        """An image is two files, the second of which describes the first."""
        image, description = _both(name)
        yield self._file(image, type_, label)
        yield self._file(description, type_.replace("Image", "Header"), f"header of {label}", header)

    def _file(self, name: str, type_: str, label: str, more: Mapping[str, str] | None = None) -> str:
        media = _FORMATS[name.rpartition(".")[2]]
        return _entity(
            name, {**_facts(f"ns:{type_}", label), "dcterms:format": f'"{media}"', **(more or {})}
        )


def _both(name: str) -> tuple[str, str]:
    return f"{name}.img", f"{name}.hdr"


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    sys.stdout.write(document())

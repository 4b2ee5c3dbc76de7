"""``whence infer``: making inferences anew, by another profile or after what left them behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from whence.cli._errors import INTERRUPTED
from whence.cli._options import command, opened, store_options
from whence.cli._output import note
from whence.reasoning import PROFILES

if TYPE_CHECKING:
    from whence import Store
    from whence.reasoning.report import InferenceReport, Progress

__all__ = ["infer", "inference_option"]

_MEANING = (
    "none: nothing; owl: what vocabularies say; prov: PROV-CONSTRAINTS as well; "
    "prov-full: things that must exist as well"
)

inference_option = click.option(
    "--inference",
    type=click.Choice(PROFILES),
    help=f"What is inferred in a store that is made now. {_MEANING}. [default: prov]",
)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress callback that shows the stage on standard error, or none off a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), TextColumn("{task.fields[count]:,}"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bars:
        # How much there will be is not known before it is there.
        task = bars.add_task("preparing", total=None, count=0)

        def report(stage: str, count: int) -> bool:
            bars.update(task, description=stage, count=count)
            return True

        yield report


def _say(store: str, report: InferenceReport) -> None:
    click.echo(
        f"{store}: {report.inferred:,} triples inferred by profile {report.profile}, "
        f"{report.added:,} added and {report.removed:,} removed; "
        f"read {report.asserted:,} asserted ones, in {report.seconds:.1f} s"
    )
    if report.contradictions:
        click.echo("what is asserted contradicts the ontologies:")
        for contradiction in report.contradictions:
            click.echo(f"  {contradiction}")


def _say_stopped(store: str, source: Store) -> None:
    """How the store is left; nothing is half written, whenever it was stopped."""
    if getattr(getattr(source.backend, "inner", None), "is_whence", False):
        note(f"whence: no longer waiting; {source.location} goes on with it")
    elif source.inference.stale:
        note(
            f"whence: stopped; {store} can be used, but its inferences are not current\n"
            "hint: whence infer makes them anew, and so does the next write"
        )
    else:
        note(f"whence: stopped; {store} is as it was")


@command(
    "infer",
    examples="""
whence infer
whence infer --profile prov-full
whence infer --profile none --store lineage.db
whence infer --store http://127.0.0.1:7676 --token TOKEN
""",
)
@store_options
@click.option("--profile", type=click.Choice(PROFILES), help=f"Another profile from now on. {_MEANING}.")
@click.pass_context
def infer(context: click.Context, store: str, token: str | None, profile: str | None) -> None:
    """Make inferences anew, writing only what differs.

    Every write is followed by what it changes, so this is for another profile, and for a store whose
    inferences are not current, as whence stats tells. Ctrl-C stops it and leaves a store that can be used.
    """
    with opened(store, token) as source:
        try:
            with _progress() as progress:
                report = source.infer(profile, progress=progress)
        except KeyboardInterrupt:
            report = None
        if report is not None:
            _say(store, report)
            return
        _say_stopped(store, source)
    context.exit(INTERRUPTED)

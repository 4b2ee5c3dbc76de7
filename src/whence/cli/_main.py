"""The group of commands, and the one place where their failures become lines and exit statuses."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from whence import __version__
from whence.cli._errors import FAILED, INTERRUPTED, PIPE_CLOSED, USAGE, explain
from whence.cli._options import Session, debug_option, exit_statuses
from whence.errors import WhenceError

__all__ = ["cli", "run"]

_COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("demo", "Load demonstration data and serve it."),
    "serve": ("serve", "Serve a store over HTTP: SPARQL, pages, health."),
    "load": ("load", "Read provenance from files into a store."),
    "dump": ("dump", "Write a store, or a bundle of it, to a file."),
    "query": ("query", "Ask a store in SPARQL."),
    "lineage": ("lineage", "Say where a thing comes from."),
    "impact": ("lineage", "Say what came of a thing."),
    "versions": ("versions", "List the versions of a thing."),
    "at": ("versions", "Say what a thing was at a time."),
    "diff": ("versions", "Say what differs between two things."),
    "blame": ("versions", "Say who last set each part of a thing."),
    "history": ("versions", "List what was done to a thing."),
    "explain": ("explain", "Say why a statement holds."),
    "validate": ("validate", "Say whether provenance is valid, and how to mend it."),
    "infer": ("infer", "Make inferences anew, or by another profile."),
    "ontology": ("ontology", "Add, remove or list the ontologies that inferences follow."),
    "stats": ("inspect", "Say what is in a store."),
    "bundles": ("inspect", "List the bundles of a store, or remove one."),
    "backup": ("maintain", "Copy a store to a new directory."),
    "restore": ("maintain", "Make a store from a backup."),
    "optimize": ("maintain", "Compact a store, so that reads are faster."),
    "completion": ("completion", "Print shell completion code."),
}


class _Commands(click.Group):
    """Commands by name, imported when used, so that help and completion are quick."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        found = getattr(import_module(f"whence.cli.{_COMMANDS[name][0]}"), name)
        assert isinstance(found, click.Command)  # noqa: S101  # the table above names commands only
        return found

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExamples:\n"
    "  whence demo                              see it work\n"
    "  whence load run.provn                    into the store whence.db\n"
    "  whence query 'SELECT * { ?s ?p ?o } LIMIT 5'\n"
    "  whence serve                             on http://127.0.0.1:7676\n\n"
    + exit_statuses(
        "no or different (--exit-status), no way (lineage), does not hold (explain), invalid (validate)"
    ),
)
@click.version_option(__version__, prog_name="whence", message="%(prog)s %(version)s")
@debug_option
def cli() -> None:
    """Whence, a semantic provenance store: where is this from, and what came of it?"""


def _close_stdout() -> None:
    """Point standard output nowhere, so that the interpreter's last flush cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status; errors are printed, never raised."""
    session = Session()
    try:
        status = cli.main(arguments, prog_name="whence", standalone_mode=False, obj=session)
        sys.stdout.flush()
    except click.UsageError as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return PIPE_CLOSED
    except SystemExit:  # how click itself answers a closed pipe
        return PIPE_CLOSED
    except (WhenceError, OSError, click.ClickException) as error:
        if session.debug:
            traceback.print_exc()
        click.echo(explain(error), err=True)
        return FAILED
    except Exception as error:  # noqa: BLE001  # a fault of ours: one line for users all the same
        if session.debug:
            traceback.print_exc()
        click.echo(f"whence: internal error: {type(error).__name__}: {error}", err=True)
        click.echo("hint: --debug shows where; please report it", err=True)
        return FAILED
    return status if isinstance(status, int) else 0

"""Options that several commands share, and opening the store they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from whence.cli._errors import Refused

if TYPE_CHECKING:
    from whence import Store

__all__ = [
    "DEFAULT_STORE",
    "Session",
    "command",
    "exit_statuses",
    "format_name",
    "is_url",
    "opened",
    "store_option",
    "store_options",
    "token_option",
]

DEFAULT_STORE: Final = "whence.db"
"""The store when none is named: this directory, in the current directory."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass
class Session:
    """What one run of the command line remembers for its way out."""

    debug: bool = False


def _remember_debug(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Session).debug = True


debug_option = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_remember_debug,
    help="Show the traceback of an error.",
)


def exit_statuses(negative: str) -> str:
    """The exit statuses as a sentence; ``negative`` is what 3 says, if a command has it."""
    words = {0: "done", 1: "bad input or refused", 2: "wrong usage", 3: negative}
    words |= {130: "interrupted", 141: "the reader of the output went away"}
    return f"Exit status: {', '.join(f'{status} {text}' for status, text in words.items() if text)}."


def command(
    name: str, *, examples: str, negative: str = ""
) -> Callable[[Callable[..., Any]], click.Command]:
    """A command whose help ends with ``examples``, one a line, and exit statuses; it knows ``--debug``.

    ``negative`` is what exit status 3 says, for a command that has it.
    """
    lines = "\n".join(f"  {line}" for line in examples.strip().splitlines())
    epilog = f"\b\nExamples:\n{lines}\n\n{exit_statuses(negative)}"

    def decorate(function: Callable[..., Any]) -> click.Command:
        return click.command(name, epilog=epilog)(debug_option(function))

    return decorate


token_option = click.option(
    "--token",
    metavar="TOKEN",
    envvar="WHENCE_TOKEN",
    help="Token for a server that asks for one. [env: WHENCE_TOKEN]",
)


store_option = click.option(
    "--store",
    "-s",
    metavar="PATH|URL",
    envvar="WHENCE_STORE",
    default=DEFAULT_STORE,
    help="The store: a directory, or the URL of a SPARQL server. "
    f"[env: WHENCE_STORE; default: {DEFAULT_STORE}]",
)


def store_options(function: _Command) -> _Command:
    """``--store`` and ``--token``."""
    return store_option(token_option(function))


def is_url(target: str) -> bool:
    """Whether a store's name is the address of a server."""
    return target.startswith(("http://", "https://"))


@contextmanager
def opened(
    target: str, token: str | None = None, *, create: bool = False, inference: str | None = None
) -> Iterator[Store]:
    """Open the store a command names. Only commands that put something in make a new one.

    ``inference`` is the profile of a store that is made now.
    """
    import whence

    if not (create or is_url(target) or target == ":memory:" or Path(target).exists()):
        raise Refused(
            f"there is no store at {target}",
            "make one with: whence load FILE; or name one with --store or WHENCE_STORE",
        )
    with whence.open(target, token=token, inference=inference) as store:
        yield store


def format_name(value: str | None) -> str | None:
    """The name of a format given by name, file extension or media type."""
    if value is None:
        return None
    from whence.formats.registry import find_format

    return find_format(value).name

"""``whence serve``: a store over HTTP, with an option and an environment variable for every setting."""

from __future__ import annotations

import ast
import inspect
import logging
import secrets
import types
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from itertools import pairwise
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import click
from click.core import ParameterSource

from whence.cli._errors import Refused
from whence.cli._options import command, is_url, store_option
from whence.reasoning import PROFILES
from whence.store.durability import Durability
from whence.web import settings as settings_module
from whence.web.settings import Settings

__all__ = ["serve", "serve_store", "setting_notes"]

_TYPES: Final[dict[str, click.ParamType[Any]]] = {
    "durability": click.Choice(get_args(Durability)),
    "inference": click.Choice(PROFILES),
    "port": click.IntRange(0, 65535),
}
_METAVARS: Final = {str: "TEXT", int: "N", float: "SECONDS"}
_AUTO: Final = "auto"


def setting_notes() -> dict[str, str]:
    """What each setting means, by name: the text below it in :class:`Settings`."""
    body = next(
        node
        for node in ast.parse(inspect.getsource(settings_module)).body
        if isinstance(node, ast.ClassDef) and node.name == Settings.__name__
    ).body
    notes: dict[str, str] = {}
    for name, text in pairwise(body):
        match name, text:
            case ast.AnnAssign(target=ast.Name(id=field)), ast.Expr(value=ast.Constant(value=str(note))):
                notes[field] = inspect.cleandoc(note)
    return notes


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _kind(hint: Any) -> tuple[type, bool]:
    """The type of one value of a setting, and whether it takes several."""
    if get_origin(hint) in (tuple, frozenset):
        return get_args(hint)[0], True
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None)), False
    return hint, False


def _option(field: Field[Any], hint: Any, note: str) -> Callable[..., Any]:
    """The option for one setting."""
    flag = "--" + field.name.replace("_", "-")
    variable = f"WHENCE_{field.name.upper()}"
    default = _default(field)
    kind, several = _kind(hint)
    text = " ".join(note.replace("``", "'").split())
    if field.name == "token":
        text += f" '{_AUTO}' makes one and prints it."
    if several:
        shown = ", ".join(sorted(default)) or "none"
        text += " May be given repeatedly."
    else:
        shown = "not set" if default is None else str(default).lower() if kind is bool else str(default)
    return click.option(
        f"{flag}/--no-{flag[2:]}" if kind is bool else flag,
        field.name,
        type=_TYPES.get(field.name, kind),
        default=sorted(default) if several else default,
        multiple=several,
        envvar=variable,
        metavar=None if isinstance(_TYPES.get(field.name), click.Choice) else _METAVARS.get(kind),
        help=f"{text} [env: {variable}; default: {shown}]",
    )


def _setting_options(function: Callable[..., Any]) -> Callable[..., Any]:
    hints, notes = get_type_hints(Settings), setting_notes()
    for field in reversed(fields(Settings)):
        function = _option(field, hints[field.name], notes.get(field.name, ""))(function)
    return function


def _settings(values: dict[str, Any]) -> Settings:
    """Settings from option values, which click gives as tuples where several are allowed."""
    sets = {name for name, hint in get_type_hints(Settings).items() if get_origin(hint) is frozenset}
    return Settings(**values | {name: frozenset(values[name]) for name in sets})


def serve_store(store: str, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until stopped; ``ready`` is called with the URL once it answers."""
    if is_url(store):
        raise Refused(f"{store} is a server already", "serve a directory")
    from whence.web.serving import serve as run_server

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")
    run_server(store, settings, ready=ready)


@command(
    "serve",
    examples="""
whence serve                                    whence.db on http://127.0.0.1:7676
whence serve lineage.db --port 8080 --token auto
WHENCE_TOKEN=... whence serve --store lineage.db --host 0.0.0.0
whence serve lineage.db --read-only --query-timeout 10 --max-rows 100000
""",
)
@click.argument("directory", metavar="[STORE]", required=False)
@store_option
@_setting_options
@click.pass_context
def serve(context: click.Context, /, directory: str | None, store: str, **values: Any) -> None:
    """Serve the directory STORE, or that of --store: SPARQL endpoint, Graph Store Protocol, pages.

    Listens on this machine only unless --host says otherwise. Without a token nobody can write.
    """
    if directory is not None:
        if context.get_parameter_source("store") is ParameterSource.COMMANDLINE and store != directory:
            raise click.UsageError(f"{directory} and --store {store} are two stores; name one")
        store = directory
    made = values["token"] == _AUTO
    if made:
        values["token"] = secrets.token_urlsafe(24)
    settings = _settings(values)

    def ready(url: str) -> None:
        click.echo(f"{store} is served on {url}")
        if made:
            click.echo(f"token for writing: {settings.token}")
        elif settings.token is None and not settings.read_only:
            click.echo("writing is off; --token auto turns it on")
        click.echo("Ctrl-C stops it")

    serve_store(store, settings, ready)

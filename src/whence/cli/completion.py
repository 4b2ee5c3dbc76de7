"""``whence completion``: code that teaches a shell the commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from whence.cli._options import command

__all__ = ["completion"]


@command(
    "completion",
    examples="""
eval "$(whence completion bash)"                   in ~/.bashrc
eval "$(whence completion zsh)"                    in ~/.zshrc
whence completion fish > ~/.config/fish/completions/whence.fish
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print code for a shell that completes commands and options of whence."""
    complete = get_completion_class(shell)
    if complete is None:
        raise click.BadParameter(f"no completion for {shell}")
    click.echo(complete(context.find_root().command, {}, "whence", "_WHENCE_COMPLETE").source())

"""``whence backup``, ``restore`` and ``optimize``: looking after a store."""

from __future__ import annotations

from pathlib import Path

import click

from whence.cli._options import DEFAULT_STORE, command, opened, store_options

__all__ = ["backup", "optimize", "restore"]


@command(
    "backup",
    examples="""
whence backup /backups/lineage-2026-03-02
whence backup --store lineage.db "backup-$(date +%F)"
""",
)
@store_options
@click.argument("target", type=click.Path(path_type=Path))
def backup(store: str, token: str | None, target: Path) -> None:
    """Copy a store, as it is now, to the new directory TARGET."""
    with opened(store, token) as source:
        source.backup(target)
    click.echo(f"{target}: a copy of {store}")


@command(
    "restore",
    examples="""
whence restore /backups/lineage-2026-03-02 --store lineage.db
""",
)
@click.option(
    "--store",
    "-s",
    metavar="PATH",
    envvar="WHENCE_STORE",
    default=DEFAULT_STORE,
    help=f"The store to make; nothing may be there yet. [env: WHENCE_STORE; default: {DEFAULT_STORE}]",
)
@click.argument("backup", type=click.Path(exists=True, path_type=Path))
def restore(store: str, backup: Path) -> None:
    """Make a store from the backup in the directory BACKUP."""
    import whence

    whence.restore(backup, store)
    click.echo(f"{store}: restored from {backup}")


@command(
    "optimize",
    examples="""
whence optimize
whence optimize --store lineage.db
""",
)
@store_options
def optimize(store: str, token: str | None) -> None:
    """Compact what is on disk, so that reads are faster. Worth it after large loads and removals."""
    with opened(store, token) as source:
        source.optimize()
    click.echo(f"{store}: optimized")

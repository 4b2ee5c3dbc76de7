"""The ``whence`` command."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process and exit with its status."""
    from whence.cli._main import run

    raise SystemExit(run())

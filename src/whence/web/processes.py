"""How the server's helper processes are started: fresh interpreters with a few sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["query_worker_command", "resident_bytes", "start"]

_ROOM = Path(__file__).resolve().parent
_PAGE = os.sysconf("SC_PAGE_SIZE")

# Stands in for the packages' own __init__ modules, which import much that a query worker never needs.
_BOOT = """
import sys, types
for name, path in (("whence", sys.argv[1]), ("whence.web", sys.argv[2])):
    package = types.ModuleType(name)
    package.__path__ = [path]
    sys.modules[name] = package
from whence.web.query_worker import main
main(int(sys.argv[3]), int(sys.argv[4]))
"""


def query_worker_command(descriptor: int) -> list[str]:
    """The command line of a query worker that talks over ``descriptor``."""
    places = [str(_ROOM.parent), str(_ROOM)]
    return [sys.executable, "-P", "-c", _BOOT, *places, str(descriptor), str(os.getpid())]


def start(command: Sequence[str], sockets: Sequence[socket.socket]) -> subprocess.Popen[bytes]:
    """Start ``command`` with ``sockets`` inherited, in a process group of its own.

    A Ctrl-C at the terminal thus reaches only the server, which stops its helpers in order. Settings in
    the environment (a token among them) are not handed on.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WHENCE_")}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        pass_fds=[inherited.fileno() for inherited in sockets],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=environment,
        process_group=0,
    )


def resident_bytes(pid: int) -> int:
    """Resident memory of a process, 0 when it is gone or the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0

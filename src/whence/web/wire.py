"""Messages between the server's processes: JSON and bytes in frames over a socket pair, never pickle."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Final

__all__ = ["DATA", "END", "MESSAGE", "WHOLE", "Channel", "frame"]

MESSAGE: Final = b"J"
"""A JSON object: a request, or the answer to one."""
WHOLE: Final = b"W"
"""The bytes of a complete answer."""
DATA: Final = b"D"
"""Some bytes of an answer; more follow."""
END: Final = b"E"
"""The end of an answer that came in DATA frames, or an error: a JSON object."""

_HEAD = struct.Struct(">cI")
_READ = 1 << 18


def frame(kind: bytes, body: bytes) -> bytes:
    """One frame as bytes."""
    return _HEAD.pack(kind, len(body)) + body


class Channel:
    """Frames over one connected stream socket. Not for use by two threads at once."""

    __slots__ = ("_buffer", "_socket", "_timeout")

    def __init__(self, connected: socket.socket) -> None:
        self._socket, self._buffer = connected, bytearray()
        self._timeout = connected.gettimeout()

    def send(self, kind: bytes, body: bytes) -> None:
        """Send one frame; ``OSError`` when the other side is gone."""
        if len(body) > _READ:
            self._socket.sendall(_HEAD.pack(kind, len(body)))
            self._socket.sendall(body)
        else:
            self._socket.sendall(frame(kind, body))

    def send_message(self, message: dict[str, Any], kind: bytes = MESSAGE) -> None:
        """Send one JSON object."""
        self.send(kind, json.dumps(message, separators=(",", ":")).encode())

    def receive(self, timeout: float | None = None) -> tuple[bytes, bytes] | None:
        """The next frame as ``(kind, body)``; ``None`` when the other side is gone.

        Raises :class:`TimeoutError` when nothing comes for ``timeout`` seconds.
        """
        if timeout != self._timeout:
            self._socket.settimeout(timeout)
            self._timeout = timeout
        try:
            if not self._fill(_HEAD.size):
                return None
            kind, length = _HEAD.unpack_from(self._buffer)
            end = _HEAD.size + length
            if not self._fill(end):
                return None
        except TimeoutError:
            raise
        except OSError:
            return None
        body = bytes(memoryview(self._buffer)[_HEAD.size : end])
        del self._buffer[:end]
        return kind, body

    def receive_message(self, timeout: float | None = None) -> dict[str, Any] | None:
        """The next frame's JSON object; ``None`` when the other side is gone."""
        received = self.receive(timeout)
        return None if received is None else json.loads(received[1])

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _fill(self, size: int) -> bool:
        while len(self._buffer) < size:
            got = self._socket.recv(_READ)
            if not got:
                return False
            self._buffer += got
        return True

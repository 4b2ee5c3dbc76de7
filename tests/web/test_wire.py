"""Frames between processes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.web.wire import DATA, END, MESSAGE, WHOLE, Channel


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    """Two connected channels."""
    left, right = (Channel(end) for end in socket.socketpair())
    yield left, right
    left.close()
    right.close()


@given(
    st.lists(st.tuples(st.sampled_from([MESSAGE, WHOLE, DATA, END]), st.binary(max_size=2000)), max_size=20)
)
def test_frames_come_as_they_went(frames: list[tuple[bytes, bytes]]) -> None:
    left, right = (Channel(end) for end in socket.socketpair())
    for kind, body in frames:
        left.send(kind, body)
    left.close()
    received = list(iter(right.receive, None))
    right.close()
    assert received == frames


def test_a_large_frame(ends: tuple[Channel, Channel]) -> None:
    left, right = ends
    body = bytes(range(256)) * 40_000
    sender = threading.Thread(target=left.send, args=(DATA, body))
    sender.start()
    assert right.receive() == (DATA, body)
    sender.join()


def test_messages(ends: tuple[Channel, Channel]) -> None:
    left, right = ends
    left.send_message({"text": "žluť", "number": 1, "none": None})
    assert right.receive_message() == {"text": "žluť", "number": 1, "none": None}


def test_the_other_side_is_gone(ends: tuple[Channel, Channel]) -> None:
    left, right = ends
    left.close()
    assert right.receive() is None


def test_the_other_side_is_gone_in_the_middle_of_a_frame() -> None:
    sender, receiver = socket.socketpair()
    sender.sendall(b"D\x00\x00\x00\x10half")
    sender.close()
    channel = Channel(receiver)
    assert channel.receive() is None
    channel.close()


def test_waiting_has_an_end(ends: tuple[Channel, Channel]) -> None:
    with pytest.raises(TimeoutError):
        ends[1].receive(timeout=0.01)

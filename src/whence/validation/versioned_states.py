"""What a collection of Versioned-PROV holds: its membership events replayed in the order of checkpoints.

Only what events tell is held against a read. Where several events share a checkpoint their order is not
known, so a position may have one of several members; where that would shift positions in an unknown way,
nothing more is told of the collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeAlias

from whence.validation.versioned_events import ADD, DEL, PUT, VOID, Event

__all__ = ["Held", "Keys", "State", "state", "takes_away"]

Held: TypeAlias = tuple[Event, ...]
"""The events one of which says what is at a position."""

_POSITION: Final = re.compile(r"\d{1,12}\Z")
_BLOCK: Final = 512
_SPARSE: Final = 1_000
"""How far beyond ten times the number of events a position may be before a list is no longer replayed."""


Keys: TypeAlias = Callable[[int], str]
"""Gives the text of a key by its number."""


class State(Protocol):
    """What is at each key of a collection, as events are taken in."""

    def take(self, events: list[Event]) -> None:
        """Take the events of one checkpoint, in no order."""

    def at(self, key: int) -> Held | None:
        """What may be at a key; ``None`` where nothing is told."""


def state(events: Iterable[Event], text: Keys, *, mapping: bool) -> State | None:
    """A state that can follow these events; ``None`` if none can.

    A collection whose events shift positions is a list, unless ``mapping`` says that it is none or no
    key is a position.
    """
    known = list(events)
    keys = {event.key for event in known if event.key}
    shifts = any(event.kind == ADD or (event.kind == DEL and event.key) for event in known)
    if mapping or not shifts:
        return _Mapping(text)
    positions = [int(text(key)) for key in keys if _POSITION.match(text(key))]
    if len(positions) == len(keys):
        near = max(positions, default=0) <= _SPARSE + 10 * len(known)
        return _Sequence(text) if near else None
    return None if positions else _Mapping(text)


class _Mapping:
    """A dictionary: a key keeps what was last put there."""

    def __init__(self, text: Keys) -> None:
        self._text = text
        self._held: dict[int, Held] = {}
        self._by_text: dict[str, int] = {}

    def take(self, events: list[Event]) -> None:
        new: dict[int, list[Event]] = {}
        for event in events:
            if event.key:
                new.setdefault(event.key, []).append(event)
        for key, told in new.items():
            self._held[key] = tuple(told)
            self._by_text[self._text(key)] = key

    def at(self, key: int) -> Held | None:
        # A key may be written once as a number and once as a string.
        found = self._held.get(key)
        return found if found is not None else self._held.get(self._by_text.get(self._text(key), -1))


class _Sequence:
    """A list: events with a key may shift what follows."""

    def __init__(self, text: Keys) -> None:
        self._text = text
        self._slots = _Slots()
        self._lost = False

    def take(self, events: list[Event]) -> None:
        if self._lost:
            return
        kinds = {event.kind for event in events}
        appended = kinds == {ADD} and not any(event.key for event in events)
        if kinds == {PUT}:
            self._put(events)
        elif appended:
            for _ in events:
                self._slots.insert(len(self._slots), tuple(events))
        elif len(events) == 1:
            self._shift(events[0])
        else:
            self._lost = True

    def _put(self, events: list[Event]) -> None:
        new: dict[int, list[Event]] = {}
        for event in events:
            new.setdefault(int(self._text(event.key)), []).append(event)
        for position in sorted(new):
            while len(self._slots) <= position:
                self._slots.insert(len(self._slots), None)
            self._slots[position] = tuple(new[position])

    def _shift(self, event: Event) -> None:
        if not event.key:
            self._lost = True
            return
        position = int(self._text(event.key))
        if event.kind == DEL:
            if position < len(self._slots):
                self._slots.remove(position)
            return
        while len(self._slots) < position:
            self._slots.insert(len(self._slots), None)
        self._slots.insert(position, (event,))

    def at(self, key: int) -> Held | None:
        text = self._text(key)
        if self._lost or not _POSITION.match(text) or int(text) >= len(self._slots):
            return None
        return self._slots[int(text)]


class _Slots:
    """A list in blocks, so that inserting at the front of a long one is cheap."""

    def __init__(self) -> None:
        self._blocks: list[list[Held | None]] = [[]]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def _find(self, position: int) -> tuple[int, int]:
        if position >= self._size:
            return len(self._blocks) - 1, position - self._size + len(self._blocks[-1])
        number = 0
        while position >= len(self._blocks[number]):
            position -= len(self._blocks[number])
            number += 1
        return number, position

    def __getitem__(self, position: int) -> Held | None:
        number, place = self._find(position)
        return self._blocks[number][place]

    def __setitem__(self, position: int, held: Held) -> None:
        number, place = self._find(position)
        self._blocks[number][place] = held

    def insert(self, position: int, held: Held | None) -> None:
        """Insert at a position from 0 to the length."""
        number, place = self._find(position)
        block = self._blocks[number]
        block.insert(place, held)
        self._size += 1
        if len(block) > 2 * _BLOCK:
            self._blocks[number : number + 1] = [block[:_BLOCK], block[_BLOCK:]]

    def remove(self, position: int) -> None:
        """Remove what is at a position."""
        number, place = self._find(position)
        block = self._blocks[number]
        del block[place]
        self._size -= 1
        if not block and len(self._blocks) > 1:
            del self._blocks[number]


def takes_away(event: Event) -> bool:
    """Whether nothing is at the key after the event."""
    return event.member == VOID or event.kind == DEL

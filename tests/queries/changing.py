"""Random dictionaries that change, and what each version of them holds by a plain replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st
from pyoxigraph import NamedNode

import whence
from whence.queries.values import Key

EX = "http://example.org/"
KEYS = ["a", "b", "c", "d", "e", "10", "9"]


@dataclass
class Tree:
    """Dictionaries made from one another: by number the older one, what was put in and taken out."""

    olds: list[int] = field(default_factory=list)
    puts: list[dict[str, str]] = field(default_factory=list)
    removals: list[list[str]] = field(default_factory=list)

    def held(self, number: int) -> dict[str, str]:
        """What a version holds: entity by key, replayed from the beginning."""
        if number == 0:
            return {}
        found = self.held(self.olds[number - 1])
        for key in self.removals[number - 1]:
            found.pop(key, None)
        return found | self.puts[number - 1]

    def setter(self, number: int, key: str) -> int:
        """The version that last put what is at a key."""
        while key not in self.puts[number - 1]:
            number = self.olds[number - 1]
        return number

    def line(self, number: int) -> list[int]:
        """A version and all it was made from, oldest first."""
        return [0] if number == 0 else [*self.line(self.olds[number - 1]), number]

    def __len__(self) -> int:
        return len(self.olds) + 1


@st.composite
def trees(draw: st.DrawFn, most: int = 12) -> Tree:
    """Up to ``most`` changes, each of a version there is: mostly of the last one."""
    found = Tree()
    for number in range(1, draw(st.integers(1, most)) + 1):
        found.olds.append(number - 1 if draw(st.integers(0, 3)) else draw(st.integers(0, number - 1)))
        keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True))
        is_removal = draw(st.integers(0, 3)) == 0
        found.removals.append(keys if is_removal else [])
        # Sometimes the same entity again, which changes nothing but who set it.
        entities = {key: f"{EX}e/{key}/{draw(st.integers(0, 2))}" for key in keys}
        found.puts.append({} if is_removal else entities)
    return found


def stored(tree: Tree, *, profile: str = "none") -> whence.Store:
    """A store with a tree of dictionaries ``ex:d0``, which is empty, ``ex:d1`` and so on."""
    store = whence.open(":memory:", inference=profile)
    with store.bundle("urn:b:tree") as b:
        b.prefix("ex", EX)
        b.dictionary("ex:d0", empty=True)
        for number, old in enumerate(tree.olds, 1):
            new, older = f"ex:d{number}", f"ex:d{old}"
            if tree.removals[number - 1]:
                b.derived_by_removal_from(new, older, tree.removals[number - 1])
            else:
                b.derived_by_insertion_from(new, older, tree.puts[number - 1])
            b.was_generated_by(new, f"ex:run{number}", f"2024-01-01T00:00:{number:02}Z")
    return store


def name(number: int) -> str:
    """What a version is called."""
    return f"{EX}d{number}"


def plain(held: Mapping[Key, NamedNode]) -> dict[str, str]:
    """Keys and entities as text."""
    return {key.value: entity.value for key, entity in held.items()}

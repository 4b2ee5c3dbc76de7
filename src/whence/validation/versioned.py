"""What must hold of values that change, as Versioned-PROV tells them: references, events, accesses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from whence.validation.chase import saturate
from whence.validation.checkpoints import place
from whence.validation.instance import Instance, Row
from whence.validation.report import Evidence, Violation
from whence.validation.specification import rule
from whence.validation.versioned_events import ADD, DEL, PUT, VOID, Access, Event, Said, Story, story
from whence.validation.versioned_states import Held, state, takes_away

__all__ = ["check"]

_MODES: Final = {"r": "read", "w": "written"}
_SHOWN: Final = 20


def check(instance: Instance) -> Iterator[Violation]:
    """What the statements in the words of Versioned-PROV violate.

    ``V1``: at most one reference an entity, none in a circle. ``V2``: membership events are whole.
    ``V3``: checkpoints have one order. ``V5``: a read names what the collection holds at its
    checkpoint. ``V7``: accesses are whole, and what is written is put. The other rules tell how to
    read a document and cannot be violated.
    """
    saturate(instance)
    told = story(instance)
    if not told.said:
        return
    met: set[str] = set()
    for violation in _Check(instance, told).run():
        # A statement that is there twice is one fault.
        if violation.message not in met:
            met.add(violation.message)
            yield violation


class _Check:
    def __init__(self, instance: Instance, told: Story) -> None:
        self.instance, self.story = instance, told
        self.source: dict[int, tuple[int, Row]] = {}
        """By entity: what it is a reference to, and the statement that says so."""
        self.defined: dict[int, int] = {}
        self.events: dict[int, list[Event]] = {}
        self.ordered = True

    def run(self) -> Iterator[Violation]:
        yield from self._references()
        yield from self._circles()
        yield from self._checkpoints()
        accesses: list[Access] = []
        for said in self.story.said:
            if said.row.kind == "hadMember":
                yield from self._event(said)
        for said in self.story.said:
            if said.accesses:
                yield from self._access(said, accesses)
        yield from self._writes([access for access in accesses if access.mode == "w"])
        if self.ordered:
            yield from self._reads([access for access in accesses if access.mode == "r"])

    # V1: references

    def _references(self) -> Iterator[Violation]:
        find = self.instance.find
        for entity, rows in self.story.references.items():
            sources = {find(row.args[1]): row for row in rows}
            named = {number: row for number, row in sources.items() if self._is_constant(number)} or sources
            number, row = next(iter(named.items()))
            self.source[entity] = number, row
            if len(named) > 1 and all(map(self._is_constant, named)):
                names = " and ".join(self._name(number) for number in list(named)[:_SHOWN])
                yield self._violation(
                    "V1",
                    f"{self._name(entity)} is a reference to {names} at once.",
                    f"Keep one of the references of {self._name(entity)}; the others are derivations "
                    "without the type version:Reference, or of an entity of their own.",
                    list(named.values()),
                )

    def _circles(self) -> Iterator[Violation]:
        for entity in list(self.source):
            path: list[int] = []
            met: set[int] = set()
            node = entity
            while node not in self.defined and node not in met and node in self.source:
                met.add(node)
                path.append(node)
                node = self.source[node][0]
            if node in met:
                circle = path[path.index(node) :]
                yield self._violation(
                    "V1",
                    f"{self._name(node)} is a reference to itself, through {len(circle)} references.",
                    "Remove one of the references, so that one entity is where the value was made.",
                    [self.source[member][1] for member in circle],
                )
                for member in circle:
                    del self.source[member]
            end = self.defined.get(node, node)
            self.defined.update(dict.fromkeys(path, end))

    def _definition(self, entity: int) -> int:
        """Where the value of an entity was made: the end of its references."""
        entity = self.instance.find(entity)
        return self.defined.get(entity, entity)

    # V2: events

    def _event(self, said: Said) -> Iterator[Violation]:
        row = said.row
        fault = self._fault(said)
        if fault is not None:
            message, mend = fault
            yield self._violation("V2", f"{self._change(row)} {message}.", mend, [row])
            return
        kind = next(iter(said.kinds))
        if said.checkpoint is not None:
            key = 0 if said.key is None else self.instance.number(said.key)
            event = Event(kind, self._definition(row.args[0]), self._member(row), key, said.checkpoint, row)
            self.events.setdefault(event.collection, []).append(event)

    def _fault(self, said: Said) -> tuple[str, str] | None:
        """What is wrong with a membership event by itself, and how to mend it."""
        kinds = said.kinds
        if len(kinds) != 1:
            wrong = "does not say what it does" if not kinds else "does several things at once"
            return wrong, "Give it one of the types version:Put, version:Add and version:Del."
        if not said.checkpoints:
            return "has no checkpoint", "Say by version:checkpoint when it happened."
        if len(said.keys) > 1 or (said.keys and said.key is None):
            wrong = "has several keys" if len(said.keys) > 1 else "has a key that is no literal"
            return wrong, "Give it one version:key, a string or a number."
        if PUT in kinds and not said.keys:
            return "puts at no key", "Say by version:key where, or give it the type version:Add."
        if self._member(said.row) == VOID and (ADD in kinds or not said.keys):
            wrong = "adds nothing" if ADD in kinds else "deletes neither a key nor a member"
            return wrong, "Name the member, or say by version:key which position is meant."
        return None

    def _member(self, row: Row) -> int:
        given = self.instance.assertions[row.assertion].args[1]
        number = self.instance.find(row.args[1])
        return VOID if given is None or number in self.story.voids else number

    def _change(self, row: Row) -> str:
        return f"The change of {self._name(row.args[0])} by {self._name(row.args[1])}"

    # V3: checkpoints

    def _checkpoints(self) -> Iterator[Violation]:
        kinds: dict[str, tuple[Literal, Row]] = {}
        for said in self.story.said:
            if len(said.checkpoints) > 1:
                yield self._violation(
                    "V3",
                    f"One statement has {len(said.checkpoints)} checkpoints: {self._text(said.row)}.",
                    "Keep the checkpoint at which it happened; say what happened twice by two statements.",
                    [said.row],
                )
            for checkpoint in said.checkpoints:
                found = place(checkpoint)
                if found is None:
                    self.ordered = False
                    yield self._violation(
                        "V3",
                        f"The checkpoint {checkpoint} comes in no order.",
                        "Count the events: write checkpoints as integers.",
                        [said.row],
                    )
                elif isinstance(checkpoint, Literal):
                    kinds.setdefault(found[0], (checkpoint, said.row))
        if len(kinds) > 1:
            self.ordered = False
            examples = ", ".join(f"{kind} ({checkpoint})" for kind, (checkpoint, _) in kinds.items())
            yield self._violation(
                "V3",
                f"Checkpoints are of different kinds, which have no common order: {examples}.",
                "Write all checkpoints of the bundle in the same way, best as integers.",
                [row for _, row in kinds.values()],
            )

    # V7: accesses

    def _access(self, said: Said, accesses: list[Access]) -> Iterator[Violation]:
        row = said.row
        mode = said.accesses[0].value if len(said.accesses) == 1 else ""
        if mode not in _MODES or not isinstance(said.accesses[0], Literal):
            values = ", ".join(str(value) for value in said.accesses)
            yield self._violation(
                "V7",
                f"An access is a read or a write, but this one is {values}: {self._text(row)}.",
                'Give it one version:access, "r" or "w".',
                [row],
            )
            return
        missing = [
            name
            for name, values in (("version:collection", said.collections), ("version:key", said.keys))
            if len(values) != 1
        ]
        if missing:
            names = " and ".join(missing)
            yield self._violation(
                "V7",
                f"It is not told which part is {_MODES[mode]}, one {names} is needed: {self._text(row)}.",
                f"Say {names} once each: the collection that was reached into, and the key.",
                [row],
            )
            return
        collection = said.collections[0]
        if row.kind == "wasDerivedFrom" and said.key is not None and isinstance(collection, NamedNode):
            find, number = self.instance.find, self.instance.number
            ends = find(row.args[0]), find(row.args[1])
            whole = self._definition(number(collection))
            accesses.append(Access(mode, whole, number(said.key), *ends, said.checkpoint, row))

    def _writes(self, writes: list[Access]) -> Iterator[Violation]:
        """What is written to a key is put there, at the same checkpoint where both have one."""
        if not writes:
            return
        puts: set[tuple[int, str, int, object]] = set()
        for events in self.events.values():
            for event in events:
                if event.kind != DEL and event.key:
                    member = self._definition(event.member) if event.member else VOID
                    for checkpoint in (place(event.checkpoint), None):
                        puts.add((event.collection, self._key(event.key), member, checkpoint))
        for write in writes:
            member = self._definition(write.entity)
            moment = None if write.checkpoint is None else place(write.checkpoint)
            wanted = (write.collection, self._key(write.key), member, moment)
            if wanted not in puts and self._is_constant(write.collection) and self._is_constant(member):
                entity, whole = self._name(write.entity), self._name(write.collection)
                when = "" if write.checkpoint is None else f" at checkpoint {write.checkpoint.value}"
                yield self._violation(
                    "V7",
                    f"{entity} is written to key {self._quoted(write.key)} of {whole}{when}, "
                    "but no Put says so.",
                    f"Add hadMember({whole}, {entity}) of type version:Put with that key and checkpoint.",
                    [write.row, *self._aliases(write)],
                )

    # V5: reads

    def _reads(self, reads: list[Access]) -> Iterator[Violation]:
        by_collection: dict[int, list[Access]] = {}
        for read in reads:
            if read.checkpoint is not None:
                by_collection.setdefault(read.collection, []).append(read)
        for collection, ones in by_collection.items():
            yield from self._replay(collection, ones)

    def _replay(self, collection: int, reads: list[Access]) -> Iterator[Violation]:
        """Take the events in the order of their checkpoints and look at each read in between."""
        # What is said twice happened once.
        unique = {event[:5]: event for event in self.events.get(collection, ())}
        held = state(unique.values(), self._key, mapping=collection in self.story.mappings)
        if held is None:
            return
        moments: dict[object, tuple[list[Event], list[Access]]] = {}
        for event in unique.values():
            moments.setdefault(place(event.checkpoint), ([], []))[0].append(event)
        for read in reads:
            if read.checkpoint is not None:
                moments.setdefault(place(read.checkpoint), ([], []))[1].append(read)
        for moment in sorted(moments):  # type: ignore[type-var]  # places of one kind
            events, ones = moments[moment]
            if events:
                held.take(events)
            for read in ones:
                found = held.at(read.key)
                if found is not None and not self._names(read, found):
                    yield self._misread(read, found)

    def _names(self, read: Access, held: Held) -> bool:
        value = self._definition(read.value)
        if not self._is_constant(value):
            return True
        for event in held:
            member = VOID if takes_away(event) else self._definition(event.member)
            if member == value or (member != VOID and not self._is_constant(member)):
                return True
        return False

    def _misread(self, read: Access, held: Held) -> Violation:
        whole, value = self._name(read.collection), self._name(read.value)
        key = self._quoted(read.key)
        when = read.checkpoint.value if read.checkpoint is not None else ""
        names = sorted({self._name(event.member) for event in held if not takes_away(event)})
        holds = " or ".join(names) if names else "nothing any more"
        mend = f"Derive it from {names[0]}" if names else "Correct the checkpoint"
        return self._violation(
            "V5",
            f"{self._name(read.entity)} is read from key {key} of {whole} at checkpoint {when} and derived "
            f"from {value}, but the collection then holds {holds} there.",
            f"{mend}, or add the Put of {value} at key {key} that came before.",
            [read.row, *(event.row for event in held[:_SHOWN]), *self._aliases(read)],
        )

    # Words

    def _aliases(self, access: Access) -> list[Row]:
        """The references that lead from the collection as it is called to where it was made."""
        said = dict(self.instance.assertions[access.row.assertion].attributes)
        named = next((value for name, value in said.items() if name.value.endswith("#collection")), None)
        found: list[Row] = []
        node = self.instance.find(self.instance.number(named)) if named is not None else 0
        while node in self.source and len(found) < _SHOWN:
            node, row = self.source[node]
            found.append(row)
        return found

    def _is_constant(self, number: int) -> bool:
        return isinstance(self.instance.term(number), NamedNode)

    def _name(self, number: int) -> str:
        return "nothing" if number == VOID else self.instance.name(number, "entity")

    def _key(self, number: int) -> str:
        key = self.instance.term(number)
        return key.value if isinstance(key, Literal) else ""

    def _quoted(self, number: int) -> str:
        key = self.instance.term(number)
        return self._key(number) if isinstance(key, Literal) and self._key(number).isdigit() else str(key)

    def _text(self, row: Row) -> str:
        return self.instance.evidence(row).text

    def _violation(self, id: str, message: str, mend: str, rows: list[Row]) -> Violation:
        evidence: dict[Evidence, None] = {self.instance.evidence(row): None for row in rows}
        bundle = self.instance.assertions[rows[0].assertion].bundle
        return Violation(rule(id), message, mend, tuple(evidence), bundle)

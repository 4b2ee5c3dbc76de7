"""One run of a script that finds shortest paths, told by hand as provenance in two mappings.

    m = 10000
    result = dist = [[0, 1, 4], [m, 0, 2], [2, m, 0]]
    nodes = len(dist)
    indexes = range(nodes)
    for k in indexes:
        distk = dist[k]
        for i in indexes:
            if i == k: continue
            disti = dist[i]
            for j in indexes:
                if j == k or j == i: continue
                ikj = disti[k] + distk[j]
                if disti[j] > ikj:
                    disti[j] = ikj
    print(result[0][2])

It is run here by following it step by step, with a name for each value that an expression gives. Literals
are shared by value; comparisons tell nothing; the ``if`` that is taken adds what it compared to what the
write used.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

FAR = 10000
ROWS = (("0", "1", "4"), ("m", "0", "2"), ("2", "m", "0"))
_HEAD = """document
  prefix ex <http://example.org/shortest/>
  prefix script <https://dew-uff.github.io/versioned-prov/ns/script#>
  prefix version <https://dew-uff.github.io/versioned-prov/ns#>
"""


@dataclass
class Value:
    """What a name or an expression stands for: the entity, and for a list what is at each place."""

    entity: str
    number: int = 0
    items: list[Value] = field(default_factory=list)
    shared: Value | None = None
    """The value this is another name of."""

    @property
    def real(self) -> Value:
        return self if self.shared is None else self.shared.real


class Mapping:
    """Writes statements in PROV-N and counts them; how values that change are told is for each to say."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.counts: Counter[str] = Counter()
        self.clock = 0
        self.literals: dict[str, Value] = {}
        self.numbers: Counter[str] = Counter()

    def document(self) -> str:
        return _HEAD + "\n".join(f"  {line}" for line in self.lines) + "\nendDocument\n"

    def say(self, kind: str, *args: str, **attributes: object) -> None:
        self.counts[kind] += 1
        marks = [f"prov:type='version:{attributes.pop('type')}'"] if "type" in attributes else []
        marks += [
            f"version:{name}='{value}'" if name == "collection" else f"version:{name}={quoted(value)}"
            for name, value in attributes.items()
        ]
        self.lines.append(f"{kind}({', '.join(args)}{', [' + ', '.join(marks) + ']' if marks else ''})")

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def entity(self, name: str) -> str:
        self.numbers[name] += 1
        iri = f"ex:{name}/{self.numbers[name]}"
        self.say("entity", iri)
        return iri

    def activity(self, name: str) -> str:
        self.numbers[f"do-{name}"] += 1
        iri = f"ex:do/{name}/{self.numbers[f'do-{name}']}"
        self.say("activity", iri)
        return iri

    def literal(self, text: str) -> Value:
        if text not in self.literals:
            self.literals[text] = Value(self.entity(f"literal/{text}"), int(text))
        return self.literals[text]

    def use(self, activity: str, value: Value) -> None:
        self.say("used", activity, value.entity, "-", **self.stamp())

    def stamp(self) -> dict[str, object]:
        return {}

    def operation(self, left: Value, right: Value) -> Value:
        result, activity = Value(self.entity("sum"), left.number + right.number), self.activity("add")
        for operand in (left, right):
            self.say("wasDerivedFrom", result.entity, operand.entity, activity, "-", "-", **self.stamp())
        return result

    def call(self, name: str, argument: Value, number: int = 0) -> Value:
        activity = self.activity(name)
        self.use(activity, argument)
        result = Value(self.entity(name), number)
        self.say("wasGeneratedBy", result.entity, activity, "-", **self.stamp())
        return result

    # What differs

    def display(self, rows: list[Value], name: str) -> Value:
        raise NotImplementedError

    def assign(self, name: str, value: Value) -> Value:
        raise NotImplementedError

    def read(self, name: str, whole: Value, index: int, key: Value | None) -> Value:
        raise NotImplementedError

    def write(self, whole: Value, index: int, value: Value, **more: Any) -> None:
        raise NotImplementedError


def quoted(value: object) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'


class Versioned(Mapping):
    """Versioned-PROV: names are references, and a list changes by a ``Put`` at a checkpoint."""

    def stamp(self) -> dict[str, object]:
        return {"checkpoint": self.tick()}

    def put(self, whole: Value, index: int, member: Value) -> None:
        marks = {"type": "Put", "key": str(index), "checkpoint": self.tick()}
        self.say("hadMember", whole.real.entity, member.entity, **marks)

    def display(self, rows: list[Value], name: str) -> Value:
        result = Value(self.entity(name), items=list(rows))
        for index, member in enumerate(rows):
            self.put(result, index, member)
        return result

    def refer(self, entity: str, value: Value, activity: str, **more: object) -> Value:
        marks = {"type": "Reference", "checkpoint": self.tick(), **more}
        self.say("wasDerivedFrom", entity, value.entity, activity, "-", "-", **marks)
        return Value(entity, value.number, shared=value.real)

    def assign(self, name: str, value: Value) -> Value:
        return self.refer(self.entity(name), value, self.activity(f"assign-{name}"))

    def read(self, name: str, whole: Value, index: int, key: Value | None) -> Value:
        activity = self.activity(f"read-{name}")
        for used in (whole, key):
            if used is not None:
                self.use(activity, used)
        member = whole.real.items[index]
        return self.refer(
            self.entity(name), member, activity, collection=whole.entity, key=str(index), access="r"
        )

    def write(self, whole: Value, index: int, value: Value, **more: Any) -> None:
        activity = self.activity("write")
        for used in (whole, more["key"], more["old"], value):
            self.use(activity, used)
        part = self.refer(
            self.entity("written"), value, activity, collection=whole.entity, key=str(index), access="w"
        )
        self.put(whole, index, part)
        whole.real.items[index] = part


class Plain(Mapping):
    """Plain PROV: each name of a list has its members, and a write makes all names of it anew."""

    def holds(self, whole: Value) -> Value:
        for member in whole.items:
            self.say("hadMember", whole.entity, member.entity)
        return whole

    def display(self, rows: list[Value], name: str) -> Value:
        return self.holds(Value(self.entity(name), items=list(rows)))

    def item(self, value: Value, activity: str) -> Value:
        part = Value(self.entity("item"), value.number)
        self.say("wasDerivedFrom", part.entity, value.entity, activity, "-", "-")
        return part

    def copied(self, entity: str, value: Value, activity: str) -> Value:
        self.say("wasDerivedFrom", entity, value.entity, activity, "-", "-")
        return self.holds(Value(entity, value.number, items=value.items))

    def assign(self, name: str, value: Value) -> Value:
        return self.copied(self.entity(name), value, self.activity(f"assign-{name}"))

    def read(self, name: str, whole: Value, index: int, key: Value | None) -> Value:
        activity = self.activity(f"read-{name}")
        for used in (whole, key):
            if used is not None:
                self.use(activity, used)
        return self.copied(self.entity(name), whole.items[index], activity)

    def write(self, whole: Value, index: int, value: Value, **more: Any) -> None:
        activity = self.activity("write")
        self.use(activity, more["key"])
        self.use(activity, more["old"])
        part = Value(self.entity("written"), value.number)
        self.say("wasDerivedFrom", part.entity, value.entity, activity, "-", "-")
        # The lists behind the names are one list each, whichever name it was written through.
        row, table = whole.items, more["dist"].items
        row[index] = part
        for name, old in (("disti", whole), ("dist", more["dist"]), ("result", more["result"])):
            old_entity, old.entity = old.entity, self.entity(name)
            self.say("wasDerivedFrom", old.entity, old_entity, activity, "-", "-")
            self.say("wasDerivedFrom", old.entity, part.entity, activity, "-", "-")
            if old is whole:
                table[more["row"]] = Value(old.entity, items=row)
            self.holds(old)


def run(told: Mapping) -> tuple[str, str]:
    """Run the script, telling what it does; the entity of ``result[0][2]``, and its value."""
    far = told.literal(str(FAR))
    names = {"m": told.assign("m", far)}
    rows = [display_row(told, [names.get(text) or told.literal(text) for text in row]) for row in ROWS]
    table = told.display(rows, "table")
    if isinstance(told, Plain):
        shown = told.activity("display")
        for made in (*rows, table):
            told.say("wasGeneratedBy", made.entity, shown, "-")
    dist = told.assign("dist", table)
    result = told.assign("result", table)
    nodes = told.assign("nodes", told.call("len", dist, 3))
    items = [Value(told.entity("index"), number) for number in range(nodes.number)]
    counted = told.call("range", nodes)
    for item in items:
        told.say("wasGeneratedBy", item.entity, "ex:do/range/1", "-", **told.stamp())
    spread(told, counted, items)
    indexes = told.assign("indexes", counted)
    for k in range(3):
        at_k = told.read("k", indexes, k, None)
        distk = told.assign("distk", told.read("dist-k", dist, k, at_k))
        for i in range(3):
            at_i = told.read("i", indexes, i, None)
            if i == k:
                continue
            disti = told.assign("disti", told.read("dist-i", dist, i, at_i))
            for j in range(3):
                at_j = told.read("j", indexes, j, None)
                if j in (i, k):
                    continue
                first = told.read("disti-k", disti, k, at_k)
                second = told.read("distk-j", distk, j, at_j)
                ikj = told.assign("ikj", told.operation(first, second))
                old = told.read("disti-j", disti, j, at_j)
                if old.number > ikj.number:
                    more = {"key": at_j, "old": old, "dist": dist, "result": result, "row": i}
                    told.write(disti, j, ikj, **more)
    first_row = told.read("result-0", result, 0, told.literal("0"))
    answer = told.read("result-0-2", first_row, 2, told.literal("2"))
    shown = told.activity("print")
    told.use(shown, answer)
    return answer.entity.removeprefix("ex:"), str(answer.number)


def display_row(told: Mapping, members: list[Value]) -> Value:
    if isinstance(told, Plain):
        members = [told.item(member, "ex:do/display/1") for member in members]
    return told.display(members, "row")


def spread(told: Mapping, whole: Value, items: list[Value]) -> None:
    whole.items = items
    if isinstance(told, Versioned):
        for index, item in enumerate(items):
            told.put(whole, index, item)
    elif isinstance(told, Plain):
        told.holds(whole)

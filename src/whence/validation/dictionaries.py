"""What must hold of dictionaries: the constraints of PROV-DICTIONARY.

Contents are never copied from one dictionary to the next. An insertion or removal changes some keys and
leaves all others; so for each key the tree of dictionaries falls into regions, bounded by the changes of
that key, within which all hold the same at it. One walk with undo names the region of every fact, in time
linear in the facts and changes; facts of one region must agree. That carries contents forward and back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import XSD
from whence.validation.chase import saturate
from whence.validation.dictionary_changes import ABSENT, Change, Fact, Forest, forest
from whence.validation.instance import Instance, Row
from whence.validation.report import Evidence, Violation
from whence.validation.specification import rule

__all__ = ["check"]

_SHOWN = 20
"""How many changes between two facts are named in a report, from each end."""


def check(instance: Instance) -> Iterator[Violation]:
    """What the statements on dictionaries violate, one violation a fault.

    Rules ``dictionary-1`` (one entity a key), ``dictionary-4`` (removed keys are absent),
    ``dictionary-6`` (a dictionary comes from one other, by one change), ``dictionary-7`` (an empty one
    holds nothing), ``dictionary-8`` (what began empty holds what was put in and no more) and
    ``dictionary-9`` (what is inserted is an entity). That a dictionary comes from itself is for the order
    of events to tell, as of any derivation.
    """
    saturate(instance)
    found = forest(instance)
    if found.members or found.changes or found.rivals:
        yield from _Check(instance, found).run()


class _Check:
    def __init__(self, instance: Instance, found: Forest) -> None:
        self.instance, self.forest = instance, found
        self.children: dict[int, list[int]] = {}
        for change in found.changes.values():
            self.children.setdefault(change.old, []).append(change.new)
        nodes = {**found.members, **found.changes, **self.children, **found.empty}
        self.roots = [node for node in nodes if node not in found.changes]
        self.same: dict[int, int] = {}
        self.held: dict[int, dict[int, int]] = {}
        """By the dictionary where a region begins: what the regions that begin there hold."""
        self.faulty: set[tuple[int, int]] = set()

    def run(self) -> Iterator[Violation]:
        yield from self._lineages()
        yield from self._activities()
        regions: dict[tuple[int, int], list[Fact]] = {}
        for root in self.roots:
            self._regions(root, regions)
        for (begin, key), facts in regions.items():
            yield from self._agree(begin, key, facts)
        regions.clear()
        members = self._members()
        if members or any(node in self.forest.changes for node in self.forest.empty):
            for root in self.roots:
                yield from self._contents(root, members)

    # One predecessor

    def _lineages(self) -> Iterator[Violation]:
        for one, other in self.forest.rivals:
            name = self._name(one.new)
            yield self._violation(
                "dictionary-6",
                f"{name} is said to come from other dictionaries by two different changes.",
                f"Keep one of the two statements, or give {name} another name in one of them.",
                [self._evidence(one.row), self._evidence(other.row)],
                one.row,
            )

    def _activities(self) -> Iterator[Violation]:
        """What is inserted is an entity; where other statements want entities, constraint 55 tells."""
        facts = (fact for change in self.forest.changes.values() for fact in change.facts)
        inserted = {self.instance.find(fact.entity): fact for fact in facts if fact.entity != ABSENT}
        for row in self.instance.rows.get("activity", ()) if inserted else ():
            fact = inserted.pop(self.instance.find(row.id), None)
            if fact is not None:
                name, holder = self._name(row.id), self._name(fact.dictionary)
                yield self._violation(
                    "dictionary-9",
                    f"{name} is an activity, and {holder} is said to hold it at {self._key(fact.key)}.",
                    f"Insert an entity, such as what {name} generated, or call {name} an entity.",
                    [self._evidence(row), self._evidence(fact.row)],
                    fact.row,
                )

    # The same key

    def _walk(self, root: int) -> Iterator[tuple[int, bool]]:
        """A tree from its root down, depth first: into each dictionary and, with true, out of it."""
        stack = [(root, False)]
        while stack:
            place = stack.pop()
            yield place
            node, leave = place
            if not leave:
                stack.append((node, True))
                stack += [(child, False) for child in self.children.get(node, ())]

    def _regions(self, root: int, regions: dict[tuple[int, int], list[Fact]]) -> None:
        """Put every fact of a tree in the region of its key, named after the dictionary it begins at."""
        changed: dict[int, list[tuple[int, int]]] = {}
        bases: list[tuple[int, int]] = []
        depth = 0
        for node, leave in self._walk(root):
            change = self.forest.changes.get(node)
            begins = node == root or change is None or not change.facts or node in self.forest.empty
            keys = {fact.key for fact in change.facts} if change else ()
            if leave:
                depth -= 1
                for key in keys:
                    changed[key].pop()
                if begins:
                    bases.pop()
                continue
            for key in keys:
                changed.setdefault(key, []).append((depth, node))
            if begins:
                bases.append((depth, node))
            depth += 1
            for fact in self.forest.facts(node):
                last = changed.get(fact.key)
                begin = max(bases[-1], last[-1]) if last else bases[-1]
                regions.setdefault((begin[1], fact.key), []).append(fact)

    def _agree(self, begin: int, key: int, facts: list[Fact]) -> Iterator[Violation]:
        """The facts of one region say the same; unknown entities take the name that others give."""
        present = [fact for fact in facts if fact.entity != ABSENT]
        if not present:
            return
        removal = next((fact for fact in facts if fact.entity == ABSENT), None)
        if removal is not None or begin in self.forest.empty:
            self.faulty.add((begin, key))
            yield self._not_absent(begin, present[0], removal)
            return
        first = present[0]
        for fact in present[1:]:
            if not self._unify(first.entity, fact.entity):
                self.faulty.add((begin, key))
                yield self._clash(first, fact)
                break
        self.held.setdefault(begin, {})[key] = first.entity

    def _not_absent(self, begin: int, fact: Fact, removal: Fact | None) -> Violation:
        holder, entity, key = self._name(fact.dictionary), self._name(fact.entity), self._key(fact.key)
        evidence = self._held(fact)
        if removal is not None:
            whence = self._name(removal.dictionary)
            between = self._between(removal.dictionary, fact.dictionary)
            return self._violation(
                "dictionary-4",
                f"{holder} is said to hold {entity} at {key}, "
                f"but the removal that made {whence} took the key.",
                f"Take {key} out of the removal of {whence}, or the statement that {holder} holds it.",
                [*evidence, self._evidence(removal.row), *between],
                fact.row,
            )
        empty = self._evidence(self.forest.empty[begin])
        if begin == fact.dictionary:
            return self._violation(
                "dictionary-7",
                f"{holder} is an empty dictionary, and is said to hold {entity} at {key}.",
                f"Make {holder} a prov:Dictionary, or remove the statement that it holds {key}.",
                [empty, *evidence],
                fact.row,
            )
        return self._violation(
            "dictionary-8",
            f"{holder} is said to hold {entity} at {key}, but it was made from the empty "
            f"{self._name(begin)}, and {key} was never put in.",
            f"Add {key} to the insertion that put it in, or remove the statement that {holder} holds it.",
            [empty, *self._between(begin, fact.dictionary), *evidence],
            fact.row,
        )

    def _clash(self, one: Fact, other: Fact) -> Violation:
        key, place = self._key(one.key), self._name(other.dictionary)
        names = f"{self._name(one.entity)} and {self._name(other.entity)}"
        if one.dictionary == other.dictionary:
            message = f"{place} holds both {names} at {key}."
        else:
            message = (
                f"{place} would hold both {names} at {key}: no change between it and "
                f"{self._name(one.dictionary)} touches the key."
            )
        return self._violation(
            "dictionary-1",
            message,
            f"Say which of {names} is at {key} of {place}; where it was replaced, say so by an insertion.",
            [*self._held(one), *self._held(other), *self._between(one.dictionary, other.dictionary)],
            other.row,
        )

    def _unify(self, one: int, other: int) -> bool:
        one, other = self._find(one), self._find(other)
        if one == other:
            return True
        if self._is_constant(one):
            one, other = other, one
        if self._is_constant(one):
            return False
        self.same[one] = other
        return True

    def _find(self, entity: int) -> int:
        top = entity
        while top in self.same:
            top = self.same[top]
        while entity != top:
            self.same[entity], entity = top, self.same[entity]
        return top

    # What is known completely

    def _members(self) -> dict[int, list[Row]]:
        """What is asserted to be in dictionaries, whatever its key."""
        found: dict[int, list[Row]] = {}
        for row in self.instance.rows.get("hadMember", ()):
            dictionary = self.instance.find(row.args[0])
            if row.assertion >= 0 and (dictionary in self.forest.changes):
                found.setdefault(dictionary, []).append(row)
        return found

    def _contents(self, root: int, members: dict[int, list[Row]]) -> Iterator[Violation]:
        """Follow what dictionaries hold, to tell what empty ones and those that began empty cannot."""
        now = _Contents(self, root)
        undo: list[tuple[_Contents, list[tuple[int, int]]]] = []
        for node, leave in self._walk(root):
            if leave:
                now, before = undo.pop()
                now.restore(before)
                continue
            change = self.forest.changes.get(node)
            undo.append((now, now.enter(change) if change and node != root else []))
            if node == root:
                continue
            if node in self.forest.empty and change and change.facts:
                yield from self._emptied(node, now)
            if node in self.forest.empty or not (change and change.facts):
                now = _Contents(self, node)
            if now.base in self.forest.empty and node not in self.forest.empty:
                rows = {self.instance.find(row.args[1]): row for row in members.get(node, ())}
                for member, row in rows.items():
                    if not now.may_hold(member):
                        yield self._stranger(node, now.base, row)

    def _emptied(self, node: int, now: _Contents) -> Iterator[Violation]:
        own = {fact.key for fact in self.forest.facts(node)}
        left = next((key for key in now.held if key not in own), None)
        if left is None:
            return
        entity = self._name(now.held[left])
        name = self._name(node)
        row = self.forest.empty[node]
        yield self._violation(
            "dictionary-7",
            f"{name} is an empty dictionary, but still holds {entity} at {self._key(left)}: "
            "no change since takes the key away.",
            f"Add {self._key(left)} to the removal that made {name}, or make {name} a prov:Dictionary.",
            [self._evidence(row), *self._up(node, _SHOWN)],
            row,
        )

    def _stranger(self, node: int, base: int, row: Row) -> Violation:
        name, entity = self._name(node), self._name(row.args[1])
        return self._violation(
            "dictionary-8",
            f"{name} is said to have {entity} as a member, but it was made from the empty "
            f"{self._name(base)}, and {entity} was never put in or was taken away.",
            f"Say by an insertion at which key {entity} was put in, or remove the membership.",
            [self._evidence(self.forest.empty[base]), *self._up(node, _SHOWN), self._evidence(row)],
            row,
        )

    # Words

    def _name(self, number: int) -> str:
        return self.instance.name(self._find(number))

    def _key(self, number: int) -> str:
        key = self.instance.term(number)
        bare = isinstance(key, Literal) and key.datatype != XSD.string
        return f"key {key.value if isinstance(key, Literal) and bare else key}"

    def _is_constant(self, number: int) -> bool:
        return isinstance(self.instance.term(number), NamedNode)

    def _evidence(self, row: Row) -> Evidence:
        return self.instance.evidence(row)

    def _held(self, fact: Fact) -> list[Evidence]:
        """The statement of a fact; of one that an insertion makes, with the insertion before it."""
        stated = self._evidence(fact.row)
        if fact.row.kind == "hadDictionaryMember":
            return [stated]
        ends = fact.dictionary, self._find(fact.entity)
        names = ", ".join(self.instance.name(end) for end in ends)
        nodes = tuple(term for term in map(self.instance.term, ends) if isinstance(term, NamedNode))
        text = f"prov:hadDictionaryMember({names}, {self.instance.term(fact.key)})"
        return [Evidence(text, nodes, stated.bundle, None, rule("dictionary-2"), (stated,))]

    def _between(self, one: int, other: int) -> list[Evidence]:
        """The changes that lead from one dictionary of a tree to another, shortened."""
        if one == other:
            return []
        ups, others = self._path(one), self._path(other)
        common = next((node for node in ups if node in others), None)
        found: list[Evidence] = []
        for path in (ups, others):
            for node, change in path.items():
                if node == common or change is None:
                    break
                found.append(self._evidence(change.row))
        return found

    def _path(self, node: int) -> dict[int, Change | None]:
        found: dict[int, Change | None] = {}
        while len(found) < _SHOWN:
            change = found[node] = self.forest.changes.get(node)
            if change is None:
                break
            node = change.old
        return found

    def _up(self, node: int, limit: int) -> list[Evidence]:
        """The last changes that made a dictionary, newest first."""
        path = list(self._path(node).values())[:limit]
        return [self._evidence(change.row) for change in path if change is not None]

    def _violation(self, id: str, message: str, mend: str, evidence: list[Evidence], row: Row) -> Violation:
        unique = tuple(dict.fromkeys(evidence))
        bundle = self.instance.assertions[row.assertion].bundle
        return Violation(rule(id), message, mend, unique, bundle)


class _Contents:
    """What a dictionary holds, as far as it follows from ``base``: changed in place along the walk."""

    def __init__(self, check: _Check, base: int) -> None:
        self._check, self.base = check, base
        self.held: dict[int, int] = {}
        self._counts: Counter[int] = Counter()
        self._unknowns = 0
        self.restore(list(check.held.get(base, {}).items()))

    def enter(self, change: Change) -> list[tuple[int, int]]:
        """Take a change; gives what to :meth:`restore`."""
        new = self._check.held.get(change.new, {})
        before = [(key, self.held.get(key, ABSENT)) for key in {fact.key for fact in change.facts}]
        self.restore([(key, new.get(key, ABSENT)) for key, _ in before])
        return before

    def restore(self, items: list[tuple[int, int]]) -> None:
        """Set what these keys hold."""
        for key, entity in items:
            self._count(self.held.pop(key, ABSENT), -1)
            if entity != ABSENT:
                self.held[key] = entity
                self._count(entity, 1)

    def _count(self, entity: int, by: int) -> None:
        if entity != ABSENT:
            entity = self._check._find(entity)
            self._counts[entity] += by
            self._unknowns += by * (not self._check._is_constant(entity))

    def may_hold(self, member: int) -> bool:
        """Whether the member is, or may turn out to be, one of those held."""
        member = self._check._find(self._check.instance.find(member))
        return self._counts[member] > 0 or self._unknowns > 0 or not self._check._is_constant(member)

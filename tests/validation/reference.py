"""A slow validator, written from the recommendation alone, that the real one is compared with.

Its rules are those of PROV-CONSTRAINTS as text, all of them, applied as they stand to small documents:
a chase over tuples until nothing changes, and a cubic closure of the order of events.

``x`` is a variable, ``+x`` one that exists (made where nothing fits), ``!x`` one that is not ``-``,
``_`` anything. What constraint 50 says is an entity is generated as one that is declared (7), where that
can matter. A fact is a tuple of its kind, its id and its arguments; a term is text (a constant), an
int (an unknown) or ``None`` (``-``). Rules with number 0 are those of PROV-LINKS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import count

from pyoxigraph import BlankNode, NamedNode

from whence.formats.identifiers import canonical
from whence.formats.statements import FORMS
from whence.ontology.namespaces import PROV
from whence.validation.assertion import Assertion

Term = str | int | None
Fact = tuple[Term, ...]
Binding = dict[str, Term]

INFERENCES = """
5  wasInformedBy(_, b, a) => wasGeneratedBy(+g, +e, a, +t), used(+u, b, +e, +s)
6  wasGeneratedBy(_, e, a, _), used(_, b, e, _) => wasInformedBy(+i, b, a)
7  entity(e) => wasGeneratedBy(+g, e, +a, +t), wasInvalidatedBy(+i, e, +b, +s)
7  wasDerivedFrom(_, f, e, _, _, _) => wasGeneratedBy(+g, e, +a, +t), wasGeneratedBy(+h, f, +b, +s)
7  specializationOf(f, e) => wasGeneratedBy(+g, e, +a, +t), wasGeneratedBy(+h, f, +b, +s)
7  wasStartedBy(_, _, e, _, _) => wasGeneratedBy(+g, e, +a, +t)
8  activity(a, t, s) => wasStartedBy(+x, a, +e, +b, t), wasEndedBy(+y, a, +f, +c, s)
9  wasStartedBy(_, _, e, a, _) => wasGeneratedBy(+g, e, a, +t)
10 wasEndedBy(_, _, e, a, _) => wasGeneratedBy(+g, e, a, +t)
11 wasDerivedFrom(_, f, e, !a, !g, !u) => used(u, a, e, +t), wasGeneratedBy(g, f, a, +s)
12 wasDerivedFrom(d, f, e, _, _, _), revision(d) => alternateOf(f, e)
13 wasAttributedTo(_, e, x) => wasGeneratedBy(+g, e, +a, +t), wasAssociatedWith(+i, +a, x, +p)
14 actedOnBehalfOf(_, x, y, a) => wasAssociatedWith(+i, a, x, +p), wasAssociatedWith(+j, a, y, +q)
15 wasGeneratedBy(i, e, a, _) => wasInfluencedBy(i, e, a)
15 used(i, a, e, _) => wasInfluencedBy(i, a, e)
15 wasInformedBy(i, b, a) => wasInfluencedBy(i, b, a)
15 wasStartedBy(i, a, e, _, _) => wasInfluencedBy(i, a, e)
15 wasEndedBy(i, a, e, _, _) => wasInfluencedBy(i, a, e)
15 wasInvalidatedBy(i, e, a, _) => wasInfluencedBy(i, e, a)
15 wasDerivedFrom(i, f, e, _, _, _) => wasInfluencedBy(i, f, e)
15 wasAttributedTo(i, e, x) => wasInfluencedBy(i, e, x)
15 wasAssociatedWith(i, a, x, _) => wasInfluencedBy(i, a, x)
15 actedOnBehalfOf(i, x, y, _) => wasInfluencedBy(i, x, y)
16 entity(e) => alternateOf(e, e)
17 alternateOf(e, f), alternateOf(f, g) => alternateOf(e, g)
18 alternateOf(e, f) => alternateOf(f, e)
19 specializationOf(e, f), specializationOf(f, g) => specializationOf(e, g)
20 specializationOf(e, f) => alternateOf(e, f)
21 specializationOf(f, e), entity(e) => entity(f)
21 specializationOf(f, e), entity(e), empty(e) => empty(f)
0  mentionOf(f, e, _) => specializationOf(f, e)
"""
UNIQUENESS = """
22 activity(a, t, s), activity(a, v, w) => t = v, s = w
23 wasGeneratedBy(i, e, a, t), wasGeneratedBy(i, f, b, s) => e = f, a = b, t = s
23 used(i, a, e, t), used(i, b, f, s) => a = b, e = f, t = s
23 wasInformedBy(i, b, a), wasInformedBy(i, d, c) => b = d, a = c
23 wasStartedBy(i, a, e, b, t), wasStartedBy(i, c, f, d, s) => a = c, e = f, b = d, t = s
23 wasEndedBy(i, a, e, b, t), wasEndedBy(i, c, f, d, s) => a = c, e = f, b = d, t = s
23 wasInvalidatedBy(i, e, a, t), wasInvalidatedBy(i, f, b, s) => e = f, a = b, t = s
23 wasDerivedFrom(i, f, e, a, g, u), wasDerivedFrom(i, k, j, b, h, v) => f = k, e = j, a = b, g = h, u = v
23 wasAttributedTo(i, e, x), wasAttributedTo(i, f, y) => e = f, x = y
23 wasAssociatedWith(i, a, x, p), wasAssociatedWith(i, b, y, q) => a = b, x = y, p = q
23 actedOnBehalfOf(i, x, y, a), actedOnBehalfOf(i, v, w, b) => x = v, y = w, a = b
23 wasInfluencedBy(i, f, e), wasInfluencedBy(i, k, j) => f = k, e = j
24 wasGeneratedBy(g, e, a, _), wasGeneratedBy(h, e, a, _) => g = h
25 wasInvalidatedBy(g, e, a, _), wasInvalidatedBy(h, e, a, _) => g = h
26 wasStartedBy(g, a, _, b, _), wasStartedBy(h, a, _, b, _) => g = h
27 wasEndedBy(g, a, _, b, _), wasEndedBy(h, a, _, b, _) => g = h
28 activity(a, t, _), wasStartedBy(_, a, _, _, s) => t = s
29 activity(a, _, t), wasEndedBy(_, a, _, _, s) => t = s
0  mentionOf(f, e, b), mentionOf(f, g, c) => e = g, b = c
"""
ORDERING = """
30 wasStartedBy(s, a, _, _, _), wasEndedBy(e, a, _, _, _) => s <= e
31 wasStartedBy(s, a, _, _, _), wasStartedBy(e, a, _, _, _) => s <= e
32 wasEndedBy(s, a, _, _, _), wasEndedBy(e, a, _, _, _) => s <= e
33 wasStartedBy(s, a, _, _, _), used(u, a, _, _) => s <= u
33 used(u, a, _, _), wasEndedBy(e, a, _, _, _) => u <= e
34 wasStartedBy(s, a, _, _, _), wasGeneratedBy(g, _, a, _) => s <= g
34 wasGeneratedBy(g, _, a, _), wasEndedBy(e, a, _, _, _) => g <= e
35 wasInformedBy(_, b, a), wasStartedBy(s, a, _, _, _), wasEndedBy(e, b, _, _, _) => s <= e
36 wasGeneratedBy(g, e, _, _), wasInvalidatedBy(i, e, _, _) => g <= i
37 wasGeneratedBy(g, e, _, _), used(u, _, e, _) => g <= u
38 used(u, _, e, _), wasInvalidatedBy(i, e, _, _) => u <= i
39 wasGeneratedBy(g, e, _, _), wasGeneratedBy(h, e, _, _) => g <= h
40 wasInvalidatedBy(g, e, _, _), wasInvalidatedBy(h, e, _, _) => g <= h
41 wasDerivedFrom(_, _, _, !a, !g, !u) => u <= g
42 wasDerivedFrom(_, f, e, _, _, _), wasGeneratedBy(g, e, _, _), wasGeneratedBy(h, f, _, _) => g < h
43 wasStartedBy(s, _, e, _, _), wasGeneratedBy(g, e, _, _) => g <= s
43 wasStartedBy(s, _, e, _, _), wasInvalidatedBy(i, e, _, _) => s <= i
44 wasEndedBy(s, _, e, _, _), wasGeneratedBy(g, e, _, _) => g <= s
44 wasEndedBy(s, _, e, _, _), wasInvalidatedBy(i, e, _, _) => s <= i
45 specializationOf(f, e), wasGeneratedBy(g, e, _, _), wasGeneratedBy(h, f, _, _) => g <= h
46 specializationOf(f, e), wasInvalidatedBy(i, f, _, _), wasInvalidatedBy(j, e, _, _) => i <= j
47 wasAssociatedWith(_, a, x, _), wasStartedBy(s, a, _, _, _), wasInvalidatedBy(i, x, _, _) => s <= i
47 wasAssociatedWith(_, a, x, _), wasGeneratedBy(g, x, _, _), wasEndedBy(e, a, _, _, _) => g <= e
47 wasAssociatedWith(_, a, x, _), wasStartedBy(s, a, _, _, _), wasEndedBy(e, x, _, _, _) => s <= e
47 wasAssociatedWith(_, a, x, _), wasStartedBy(s, x, _, _, _), wasEndedBy(e, a, _, _, _) => s <= e
48 wasAttributedTo(_, e, x), wasGeneratedBy(g, x, _, _), wasGeneratedBy(h, e, _, _) => g <= h
48 wasAttributedTo(_, e, x), wasStartedBy(s, x, _, _, _), wasGeneratedBy(h, e, _, _) => s <= h
49 actedOnBehalfOf(_, x, y, _), wasGeneratedBy(g, y, _, _), wasInvalidatedBy(i, x, _, _) => g <= i
49 actedOnBehalfOf(_, x, y, _), wasStartedBy(s, y, _, _, _), wasEndedBy(e, x, _, _, _) => s <= e
"""
TYPING = """
50 entity(e) => e : entity
50 activity(a, _, _) => a : activity
50 used(_, a, e, _) => a : activity, e : entity
50 wasGeneratedBy(_, e, a, _) => e : entity, a : activity
50 wasInformedBy(_, b, a) => b : activity, a : activity
50 wasStartedBy(_, a, e, b, _) => a : activity, e : entity, b : activity
50 wasEndedBy(_, a, e, b, _) => a : activity, e : entity, b : activity
50 wasInvalidatedBy(_, e, a, _) => e : entity, a : activity
50 wasDerivedFrom(_, f, e, _, _, _) => f : entity, e : entity
50 wasDerivedFrom(_, _, _, !a, _, _) => a : activity
50 wasAttributedTo(_, e, _) => e : entity
50 wasAssociatedWith(_, a, _, _) => a : activity
50 wasAssociatedWith(_, _, _, !p) => p : entity
50 actedOnBehalfOf(_, _, _, a) => a : activity
50 alternateOf(e, f) => e : entity, f : entity
50 specializationOf(e, f) => e : entity, f : entity
50 hadMember(c, e) => c : entity, e : entity
50 empty(c) => c : entity
"""
DISJOINT = (
    *("used", "wasGeneratedBy", "wasInvalidatedBy", "wasStartedBy", "wasEndedBy"),
    *("wasInformedBy", "wasAttributedTo", "wasAssociatedWith", "actedOnBehalfOf"),
)
IDENTIFIED = (*DISJOINT, "wasDerivedFrom", "wasInfluencedBy")
OPEN = {"wasDerivedFrom": {"activity"}, "wasAssociatedWith": {"plan"}}
"""Arguments that ``-`` says there are none of (definition 4); without activity a derivation keeps all."""


class Clash(Exception):
    """Two constants would have to be one, by the rule of this number."""


Atom = tuple[str, ...]
Rule = tuple[int, tuple[Atom, ...], tuple[Atom, ...]]


@cache
def parsed(text: str) -> tuple[Rule, ...]:
    """Rules as (number, premises, conclusions); a conclusion ``x = y`` is the atom ``("=", "x", "y")``."""
    return tuple(_rule(line) for line in text.strip().splitlines())


def _rule(line: str) -> Rule:
    number, rest = line.split(maxsplit=1)
    premises, conclusions = (_atoms(side) for side in rest.split(" => "))
    return int(number), premises, conclusions


def _atoms(text: str) -> tuple[Atom, ...]:
    found = re.findall(r"(\w+)\(([^)]*)\)|(\w+) (<=|<|=|:) (\w+)", text)
    return tuple(
        (kind, *inner.split(", ")) if kind else (sign, left, right)
        for kind, inner, left, sign, right in found
    )


class Document:
    """The facts of one bundle, closed under inferences and uniqueness; raises :exc:`Clash`."""

    def __init__(self, assertions: Iterable[Assertion]) -> None:
        self._fresh = count()
        self._blanks: dict[BlankNode, int] = {}
        self.facts: set[Fact] = {fact for assertion in assertions for fact in self._said(assertion)}
        self._chase()

    def matches(self, atoms: tuple[Atom, ...], binding: Binding | None = None) -> Iterator[Binding]:
        """Every way to find the atoms among the facts."""
        binding = binding or {}
        if not atoms:
            yield binding
            return
        for fact in self._of_kind.get(atoms[0][0], ()):
            bound = _bind(atoms[0], fact, binding)
            if bound is not None:
                yield from self.matches(atoms[1:], bound)

    def _said(self, said: Assertion) -> Iterator[Fact]:
        """An assertion by definitions 1 to 4."""
        form = FORMS[said.kind]
        keeps = OPEN.get(said.kind, set())
        if said.kind == "wasDerivedFrom" and said.args[2] is None:
            keeps = {"activity", "generation", "usage"}
        args = [
            next(self._fresh) if arg is None and slot.name not in keeps else self._term(arg)
            for slot, arg in zip(form.slots, said.args, strict=True)
        ]
        key = next(self._fresh) if said.id is None else self._term(said.id)
        yield (
            (said.kind, key, *args) if form.identified and said.kind != "hadMember" else (said.kind, *args)
        )
        types = [value for name, value in said.attributes if name == PROV.type]
        if said.kind == "wasDerivedFrom" and PROV.Revision in types:
            yield ("revision", key)
        if said.kind == "entity" and PROV.EmptyCollection in types:
            yield ("empty", key)

    def _term(self, value: object) -> Term:
        if value is None:
            return None
        if isinstance(value, BlankNode):
            return self._blanks.setdefault(value, next(self._fresh))
        return str(value if isinstance(value, NamedNode) else canonical(value))

    def _chase(self) -> None:
        while True:
            self._index()
            if self._unify():
                continue
            before = len(self.facts)
            for _, premises, conclusions in parsed(INFERENCES):
                self._infer(premises, conclusions)
            if len(self.facts) == before:
                return

    def _index(self) -> None:
        self._of_kind: dict[Term, list[Fact]] = {}
        for fact in self.facts:
            self._of_kind.setdefault(fact[0], []).append(fact)

    def _infer(self, premises: tuple[Atom, ...], conclusions: tuple[Atom, ...]) -> None:
        for found in list(self.matches(premises)):
            if next(self.matches(conclusions, found), None) is None:
                for kind, *names in conclusions:
                    for name in names:
                        if name not in found:
                            found[name] = next(self._fresh)
                    fact = (kind, *(found[name] for name in names))
                    if fact not in self.facts:
                        self.facts.add(fact)
                        self._of_kind.setdefault(kind, []).append(fact)

    def _unify(self) -> bool:
        """Make one equation true everywhere; whether there was one."""
        for number, premises, conclusions in parsed(UNIQUENESS):
            for found in self.matches(premises):
                for _, left, right in conclusions:
                    one, other = found[left], found[right]
                    if one == other:
                        continue
                    if not isinstance(one, int):
                        one, other = other, one
                    if not isinstance(one, int):
                        raise Clash(number)
                    self.facts = {tuple(other if term == one else term for term in f) for f in self.facts}
                    return True
        return False


def _bind(atom: Atom, fact: Fact, binding: Binding) -> Binding | None:
    if len(atom) != len(fact):
        return None
    bound = dict(binding)
    for name, term in zip(atom[1:], fact[1:], strict=True):
        if name == "_":
            continue
        if name.startswith("!"):
            if term is None:
                return None
            name = name[1:]
        if bound.setdefault(name, term) != term:
            return None
    return bound


def violated(assertions: Iterable[Assertion]) -> set[str]:
    """The constraints that one bundle's statements violate: none, where they are valid.

    ``unique`` stands for 22 to 29 (the rest is not looked at then), ``order`` for 30 to 49; the others
    are told by their number.
    """
    try:
        document = Document(assertions)
    except Clash:
        return {"unique"}
    found = set(_impossible(document))
    if _disordered(document):
        found.add("order")
    return found


def _disordered(document: Document) -> bool:
    reaches: set[tuple[Term, Term]] = set()
    strict: set[tuple[Term, Term]] = set()
    for _, premises, ((sign, left, right),) in parsed(ORDERING):
        edges = {(found[left], found[right]) for found in document.matches(premises)}
        reaches |= edges
        strict |= edges if sign == "<" else set()
    events = {event for edge in reaches for event in edge}
    for between in events:
        into = [a for a in events if (a, between) in reaches]
        out = [b for b in events if (between, b) in reaches]
        reaches |= {(a, b) for a in into for b in out}
    return any((after, before) in reaches for before, after in strict)


def _impossible(document: Document) -> Iterator[str]:
    types: set[tuple[Term, str]] = set()
    for _, premises, conclusions in parsed(TYPING):
        for found in document.matches(premises):
            types |= {(found[name], kind) for _, name, kind in conclusions}
    if any((thing, "activity") in types for thing, kind in types if kind == "entity"):
        yield "55"
    checks: dict[str, Callable[[], bool]] = {
        "51": lambda: any(
            f[4] is None and f[5:] != (None, None) for f in _facts(document, "wasDerivedFrom")
        ),
        "52": lambda: any(one == other for _, one, other in _facts(document, "specializationOf")),
        "53": lambda: _overlap(document, [(r, s) for r in DISJOINT for s in DISJOINT if r != s]),
        "54": lambda: _overlap(
            document, [(p, r) for p in ("entity", "activity", "agent") for r in IDENTIFIED]
        ),
        "56": lambda: any(True for _ in document.matches((("hadMember", "c", "e"), ("empty", "c")))),
    }
    yield from (number for number, fails in checks.items() if fails())


def _facts(document: Document, kind: str) -> list[Fact]:
    return [fact for fact in document.facts if fact[0] == kind]


def _overlap(document: Document, kinds: list[tuple[str, str]]) -> bool:
    ids = {kind: {fact[1] for fact in _facts(document, kind)} for pair in kinds for kind in pair}
    return any(ids[one] & ids[other] for one, other in kinds)

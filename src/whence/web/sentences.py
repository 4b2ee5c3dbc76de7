"""Facts about one resource as sentences: qualified nodes folded into the relation they qualify."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS, XSD
from whence.queries.words import (
    BY_DIRECT,
    BY_LINK,
    GROUPS,
    PLUMBING_TYPES,
    REVERSED,
    SLOT_WORDS,
    Relation,
    broader,
)
from whence.web.facts import Count, Facts, Node, Statement, Way
from whence.web.reading import Term
from whence.web.terms import Names

__all__ = [
    "Group",
    "Part",
    "Row",
    "Sentence",
    "Telling",
    "attributes",
    "folded",
    "references",
    "tell",
]

Part: TypeAlias = str | Term
"""Words, or a term that becomes a link or a value."""

SHOWN: Final = 12
"""Sentences of one kind shown before a page of their own takes over."""

_SUBTYPES: Final = {
    PROV.Revision: BY_DIRECT[PROV.wasRevisionOf],
    PROV.Quotation: BY_DIRECT[PROV.wasQuotedFrom],
    PROV.PrimarySource: BY_DIRECT[PROV.hadPrimarySource],
}
_ANY_FAR: Final = (PROV.influencer, PROV.entity, PROV.activity, PROV.agent)
_ORDER: Final = {predicate: place for place, predicate in enumerate(SLOT_WORDS)}
_LABELS: Final = {RDFS.label, RDFS.comment}
_LABELS_AND_TIMES: Final = _LABELS | {
    RDF_TYPE,
    PROV.startedAtTime,
    PROV.endedAtTime,
    PROV.generatedAtTime,
    PROV.invalidatedAtTime,
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One statement about the resource of a page, in words. The subject is left out.

    ``why`` is the statement to explain, of one that is inferred only.
    """

    parts: tuple[Part, ...]
    why: Statement | None = None


@dataclass(slots=True)
class Telling:
    """All sentences that begin with the same words."""

    relation: Relation
    way: Way
    predicate: NamedNode
    sentences: list[Sentence]
    total: Count

    @property
    def shown(self) -> list[Sentence]:
        """The sentences a page with many kinds of them shows."""
        return self.sentences[:SHOWN]

    @property
    def more(self) -> bool:
        """Whether there are others than those shown."""
        return self.total.more or self.total.number > len(self.shown)


@dataclass(slots=True)
class Group:
    """A part of a resource page."""

    key: str
    title: str
    tellings: list[Telling] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Key:
    relation: Relation
    way: Way
    far: Term | None


def tell(facts: Facts, names: Names) -> list[Group]:
    """The facts in words, grouped as :data:`GROUPS`; only groups that have something to say."""
    told, stated = _sort_out(facts)
    lines: dict[tuple[Relation, Way], list[tuple[tuple[str, int, str], Sentence]]] = defaultdict(list)
    for key, details in told.items():
        opening: tuple[Part, ...] = (_phrase(key),) if key.far is None else (_phrase(key), key.far)
        why = None if key in stated else _why(facts, key)
        for detail in details or {()}:
            sentence = Sentence(_alone(opening, detail), why)
            lines[key.relation, key.way].append((_rank(sentence, names), sentence))
    groups = {name: Group(name, title) for name, title in GROUPS.items()}
    for (relation, way), ranked in lines.items():
        place = relation.out_group if way == "outgoing" else relation.into_group
        groups[place].tellings.append(
            _telling(facts, relation, way, [s for _, s in sorted(ranked, key=lambda p: p[0])])
        )
    groups["mentions"].tellings += _mentions(facts, names)
    for group in groups.values():
        group.tellings.sort(key=lambda telling: _PLACE.get(telling.relation.name, 99))
    return [group for group in groups.values() if group.tellings]


_OTHER: Final[dict[Way, Way]] = {"outgoing": "incoming", "incoming": "outgoing"}
_PLACE: Final = {relation.name: place for place, relation in enumerate(BY_DIRECT.values())}


_Told: TypeAlias = dict[_Key, set[tuple[Part, ...]]]


def _sort_out(facts: Facts) -> tuple[_Told, set[_Key]]:
    """What is to be told, without what goes without saying; and what of it somebody stated."""
    told: _Told = defaultdict(set)
    stated: set[_Key] = set()
    for way, predicate, far in facts.edges():
        key = _direct(way, predicate, far)
        if key is not None:
            told[key] |= set()
            if not facts.follows(way, predicate, far):
                stated.add(key)
    for name, node in facts.nodes.items():
        key = _fold(facts, node, told)
        if key is not None and not _node_follows(facts, name, node, key):
            stated.add(key)
    _drop_implied(told, stated)
    return told, stated


def _telling(facts: Facts, relation: Relation, way: Way, sentences: list[Sentence]) -> Telling:
    predicate = relation.direct or relation.link
    assert predicate is not None  # noqa: S101  # every relation has one of the two
    total = facts.totals.get((way, predicate))
    return Telling(relation, way, predicate, sentences, total or Count(len(sentences)))


def _direct(way: Way, predicate: NamedNode, far: Term) -> _Key | None:
    if predicate in REVERSED:
        way = "incoming" if way == "outgoing" else "outgoing"
        predicate = REVERSED[predicate]
    relation = BY_DIRECT.get(predicate)
    return None if relation is None else _Key(relation, way, far)


def _phrase(key: _Key) -> str:
    return key.relation.out if key.way == "outgoing" else key.relation.into


def _alone(opening: tuple[Part, ...], detail: tuple[Part, ...]) -> tuple[Part, ...]:
    """Drop a dangling "by" or "from" when nobody is named: "was generated on 3 May"."""
    if len(opening) == 1 and isinstance(opening[0], str):
        opening = (opening[0].removesuffix(" by").removesuffix(" from").removesuffix(" of"),)
    return opening + detail


def _why(facts: Facts, key: _Key) -> Statement | None:
    if key.relation.direct is None or key.far is None:
        return None
    statement = facts.statement(key.way, key.relation.direct, key.far)
    return statement if statement in facts.inferred else None


def _node_follows(facts: Facts, name: Term, node: Node, key: _Key) -> bool:
    """Whether what ties a qualified node to the resource is inferred only."""
    link = node.link if key.way == "outgoing" else key.relation.far
    return link is not None and facts.follows(key.way, link, name)


def _relation_of(node: Node) -> Relation | None:
    for cls, relation in _SUBTYPES.items():
        if cls in node.values(RDF_TYPE):
            return relation
    return BY_LINK.get(node.link) if node.link else None


def _far_of(relation: Relation, node: Node) -> Term | None:
    for predicate in (relation.far, *(_ANY_FAR if relation.name == "wasInfluencedBy" else ())):
        values = node.values(predicate)
        if values:
            return values[0]
    return None


def _fold(facts: Facts, node: Node, told: _Told) -> _Key | None:
    """Add what a qualified node says of the resource; what it was added to."""
    relation = _relation_of(node)
    if relation is None:
        return None
    far = _far_of(relation, node)
    if node.owner == facts.this:
        key = _Key(relation, "outgoing", far)
    elif far == facts.this:
        key = _Key(relation, "incoming", node.owner)
    else:
        return None
    told[key].add(details(facts, relation, node))
    return key


def details(facts: Facts, relation: Relation, node: Node) -> tuple[Part, ...]:
    """What a qualified node adds to the sentence of its relation, in a fixed order."""
    fars = {relation.far, PROV.influencer} if relation.name != "wasInfluencedBy" else set(_ANY_FAR)
    parts: list[Part] = []
    for predicate, value in sorted(node.says, key=lambda said: (_ORDER.get(said[0], 99), str(said))):
        if predicate in fars or predicate in _LABELS:
            continue
        if predicate == RDF_TYPE:
            if value not in PLUMBING_TYPES and value not in _SUBTYPES:
                parts += ["as", value]
            continue
        words = SLOT_WORDS.get(predicate)
        nested = facts.nodes.get(value)
        if nested is not None and predicate in (PROV.insertedKeyEntityPair,):
            parts += _pair(words or "with", nested)
        elif words:
            parts += [_at(relation, predicate) or words, value]
        else:
            parts += ["with", predicate, value]
    return tuple(parts)


def _at(relation: Relation, predicate: NamedNode) -> str | None:
    """Words that differ by relation: an activity that starts another is not something gone through."""
    if predicate == PROV.hadActivity:
        return {"wasStartedBy": "by", "wasEndedBy": "by", "actedOnBehalfOf": "during"}.get(relation.name)
    return None


def _pair(words: str, pair: Node) -> Iterator[Part]:
    yield words
    yield from pair.values(PROV.pairEntity)[:1]
    keys = pair.values(PROV.pairKey)
    if keys:
        yield "under the key"
        yield keys[0]


def _drop_implied(told: _Told, stated: set[_Key]) -> None:
    """Forget bare relations that a more telling one with the same ends implies."""
    implied = set()
    for key in told:
        for relation in broader(key.relation):
            implied.add(_Key(relation, key.way, key.far))
            if relation.direct == PROV.alternateOf:
                implied.add(_Key(relation, _OTHER[key.way], key.far))
        if key.relation.direct == PROV.wasRevisionOf:
            alternate = BY_DIRECT[PROV.alternateOf]
            implied |= {_Key(alternate, way, key.far) for way in _OTHER} - stated
        # The same is said from both ends of a symmetric relation.
        elif key.relation.direct == PROV.alternateOf and key in stated:
            implied |= {_Key(key.relation, _OTHER[key.way], key.far)} - stated
    for key in implied & set(told):
        if not any(told[key]):
            del told[key]


def _rank(sentence: Sentence, names: Names) -> tuple[str, int, str]:
    """In order of time, then of checkpoint, then of the words."""
    times, checkpoints = [], []
    for words, part in pairwise(sentence.parts):
        if isinstance(part, Literal) and part.datatype == XSD.dateTime:
            times.append(part.value)
        elif words == "at checkpoint" and isinstance(part, Literal) and part.value.isdigit():
            checkpoints.append(int(part.value))
    text = " ".join(part if isinstance(part, str) else names.label(part) for part in sentence.parts)
    return min(times, default="~"), min(checkpoints, default=0), text.casefold()


def _mentions(facts: Facts, names: Names) -> list[Telling]:
    """Sentences of others in which the resource plays a part: as plan, through activity, as key."""
    sentences: list[Sentence] = []
    for node in facts.nodes.values():
        relation = _relation_of(node)
        if node.owner is None or node.owner == facts.this:
            continue
        played = next((p for p, value in node.says if value == facts.this), None)
        if relation is None:
            if facts.this in node.values(PROV.pairEntity):
                sentences += _inserted(facts, node)
        elif played is not None and played != relation.far and _far_of(relation, node) != facts.this:
            far = _far_of(relation, node)
            ends: tuple[Part, ...] = () if far is None else (far,)
            sentences.append(
                Sentence((f"is the {role_words(played)} where", node.owner, relation.out, *ends))
            )
    stated = {
        owner
        for predicate, owner in facts.incoming
        if predicate in BY_LINK and not facts.follows("incoming", predicate, owner)
    }
    for predicate, owner in facts.incoming:
        relation = BY_LINK.get(predicate)
        if facts.follows("incoming", predicate, owner) and owner in stated:
            continue
        if relation is not None and relation.direct is not None:
            ends = tuple(facts.values(relation.far))[:1] if relation.far else ()
            sentences.append(Sentence(("records how", owner, relation.out, *ends)))
    if not sentences:
        return []
    sentences.sort(key=lambda sentence: _rank(sentence, names))
    return [Telling(_MENTION, "incoming", PROV.wasInfluencedBy, sentences, Count(len(sentences)))]


_MENTION: Final = Relation("mention", None, None, None, "", "mentions", "", "mentions")


def _inserted(facts: Facts, pair: Node) -> Iterator[Sentence]:
    insertion = facts.nodes.get(pair.owner) if pair.owner is not None else None
    if insertion is not None and insertion.owner is not None:
        keys = pair.values(PROV.pairKey)
        under: tuple[Part, ...] = ("under the key", keys[0]) if keys else ()
        yield Sentence(("was inserted into", insertion.owner, *under))


def role_words(predicate: NamedNode) -> str:
    """The part a resource plays in a qualified node: ``hadPlan`` is "plan"."""
    local = predicate.value.rsplit("#", 1)[-1]
    return local.removeprefix("had").removeprefix("at").removeprefix("as").lower() or local


@dataclass(frozen=True, slots=True)
class Row:
    """What one property says, beyond PROV relations: values, each with its :attr:`Sentence.why`.

    ``total`` is their full number where only a sample was read.
    """

    predicate: NamedNode
    values: list[tuple[Term, Statement | None]]
    total: Count | None


def attributes(facts: Facts) -> list[Row]:
    """What is said of the resource beyond PROV relations."""
    told = _LABELS_AND_TIMES | BY_LINK.keys() | REVERSED.keys() | BY_DIRECT.keys()
    return _rows(facts, "outgoing", [edge for edge in facts.outgoing if edge[0] not in told])


def references(facts: Facts) -> list[Row]:
    """What refers to the resource by properties that are no PROV relation."""
    told = BY_DIRECT.keys() | REVERSED.keys() | BY_LINK.keys() | {RDF_TYPE}
    edges = [edge for edge in facts.incoming if edge[0] not in told and edge[1] not in facts.nodes]
    return _rows(facts, "incoming", edges)


def _rows(facts: Facts, way: Way, edges: list[tuple[NamedNode, Term]]) -> list[Row]:
    stated = {
        far for known, name, far in facts.edges() if known == way and not facts.follows(way, name, far)
    }
    rows: dict[NamedNode, list[tuple[Term, Statement | None]]] = defaultdict(list)
    for predicate, far in edges:
        if not facts.follows(way, predicate, far):
            rows[predicate].append((far, None))
        elif far not in stated:
            rows[predicate].append((far, facts.statement(way, predicate, far)))
    return [
        Row(
            predicate,
            sorted(values, key=lambda value: (value[1] is not None, str(value[0]))),
            facts.totals.get((way, predicate)),
        )
        for predicate, values in sorted(rows.items(), key=lambda row: row[0].value)
    ]


def folded(facts: Facts, groups: Iterable[Group], rows: Iterable[Row]) -> list[Statement]:
    """What is inferred and not told elsewhere on the page: it mostly repeats, more broadly, what is."""
    told = {s.why for group in groups for telling in group.tellings for s in telling.sentences}
    told |= {why for row in rows for _, why in row.values}
    return sorted(facts.inferred - told, key=lambda found: (found[0] != facts.this, *map(str, found)))

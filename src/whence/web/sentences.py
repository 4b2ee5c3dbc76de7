"""Facts about one resource as sentences: qualified nodes folded into the relation they qualify."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS, XSD
from whence.web.facts import Count, Facts, Node, Way
from whence.web.reading import Term
from whence.web.terms import Names
from whence.web.words import (
    BY_DIRECT,
    BY_LINK,
    GROUPS,
    PLUMBING_TYPES,
    REVERSED,
    SLOT_WORDS,
    Relation,
)

__all__ = ["Group", "Part", "Sentence", "Telling", "attributes", "references", "tell"]

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
    """One statement about the resource of a page, in words. The subject is left out."""

    parts: tuple[Part, ...]
    inferred: bool = False


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
    told: dict[_Key, set[tuple[Part, ...]]] = defaultdict(set)
    for way, predicate, far in facts.edges():
        key = _direct(way, predicate, far)
        if key is not None:
            told[key] |= set()
    for node in facts.nodes.values():
        _fold(facts, node, told)
    _drop_implied(told)
    lines: dict[tuple[Relation, Way], list[tuple[tuple[str, int, str], Sentence]]] = defaultdict(list)
    for key, details in told.items():
        opening: tuple[Part, ...] = (_phrase(key),) if key.far is None else (_phrase(key), key.far)
        inferred = _is_inferred(facts, key)
        for detail in details or {()}:
            sentence = Sentence(_alone(opening, detail), inferred)
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


_PLACE: Final = {relation.name: place for place, relation in enumerate(BY_DIRECT.values())}


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


def _is_inferred(facts: Facts, key: _Key) -> bool:
    if key.relation.direct is None or key.far is None:
        return False
    ends = (facts.this, key.far) if key.way == "outgoing" else (key.far, facts.this)
    return (ends[0], key.relation.direct, ends[1]) in facts.inferred


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


def _fold(facts: Facts, node: Node, told: dict[_Key, set[tuple[Part, ...]]]) -> None:
    relation = _relation_of(node)
    if relation is None:
        return
    far = _far_of(relation, node)
    if node.owner == facts.this:
        told[_Key(relation, "outgoing", far)].add(details(facts, relation, node))
    elif far == facts.this:
        told[_Key(relation, "incoming", node.owner)].add(details(facts, relation, node))


def details(facts: Facts, relation: Relation, node: Node) -> tuple[Part, ...]:
    """What a qualified node adds to the sentence of its relation, in a fixed order."""
    fars = {relation.far} if relation.name != "wasInfluencedBy" else set(_ANY_FAR)
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


def _drop_implied(told: dict[_Key, set[tuple[Part, ...]]]) -> None:
    """Forget bare relations that a more telling one with the same ends implies."""
    implied = set()
    for key in told:
        broader = key.relation.broader
        while broader is not None and broader in BY_DIRECT:
            implied.add(_Key(BY_DIRECT[broader], key.way, key.far))
            if broader == PROV.alternateOf:
                other: Way = "incoming" if key.way == "outgoing" else "outgoing"
                implied.add(_Key(BY_DIRECT[broader], other, key.far))
            broader = BY_DIRECT[broader].broader
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
    for predicate, owner in facts.incoming:
        relation = BY_LINK.get(predicate)
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


def attributes(facts: Facts) -> list[tuple[NamedNode, list[Term], Count | None]]:
    """What is said of the resource beyond PROV relations: property, values, and their full number."""
    rows: dict[NamedNode, list[Term]] = defaultdict(list)
    for predicate, value in facts.outgoing:
        if predicate in _LABELS_AND_TIMES or predicate in BY_LINK or predicate in REVERSED:
            continue
        if predicate not in BY_DIRECT:
            rows[predicate].append(value)
    return [
        (predicate, sorted(values, key=str), facts.totals.get(("outgoing", predicate)))
        for predicate, values in sorted(rows.items(), key=lambda row: row[0].value)
    ]


def references(facts: Facts) -> list[tuple[NamedNode, list[Term], Count | None]]:
    """What refers to the resource by properties that are no PROV relation."""
    rows: dict[NamedNode, list[Term]] = defaultdict(list)
    for predicate, subject in facts.incoming:
        known = predicate in BY_DIRECT or predicate in REVERSED or predicate in BY_LINK
        if not known and predicate != RDF_TYPE and subject not in facts.nodes:
            rows[predicate].append(subject)
    return [
        (predicate, sorted(subjects, key=str), facts.totals.get(("incoming", predicate)))
        for predicate, subjects in sorted(rows.items(), key=lambda row: row[0].value)
    ]

"""What a store knows around one resource, read in a bounded number of bounded queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from typing import Literal as Choice

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.errors import QueryTimeout
from whence.formats.statements import FORMS
from whence.ontology.namespaces import PROV, RDF_TYPE
from whence.queries.words import BY_DIRECT, BY_LINK, REVERSED, SLOT_WORDS, Relation, depth
from whence.store.catalogue import is_system
from whence.store.results import Row
from whence.web.reading import ReadService, Term, rows_of

__all__ = [
    "EDGE_LIMIT",
    "PAGE_SIZE",
    "Count",
    "Facts",
    "Node",
    "Statement",
    "Way",
    "gather",
    "gather_related",
]

Way: TypeAlias = Choice["outgoing", "incoming"]

Statement: TypeAlias = tuple[Term, NamedNode, Term]
"""A triple, taken apart."""

EDGE_LIMIT: Final = 500
"""Up to this many statements each way are read at once; beyond it each property is read by the page."""
COUNT_LIMIT: Final = 20_000
"""Counting stops here and says "more than"."""
PAGE_SIZE: Final = 50
"""Rows on one page of a list."""
_SAMPLE: Final = 12

_FAR_ROLES: Final = frozenset(r.far for r in BY_LINK.values() if r.far and r.direct)
_ROLES: Final = (
    frozenset(slot.property for form in FORMS.values() for slot in form.slots if slot.property)
    | frozenset(SLOT_WORDS)
    | {PROV.influencer, PROV.entity, PROV.activity, PROV.agent}
)
_ECHOES: Final = frozenset(REVERSED) | {PROV.wasInfluencedBy, PROV.alternateOf}
"""Properties whose inferred statements mostly repeat what others say."""
_NESTED: Final = (PROV.insertedKeyEntityPair,)


@dataclass(frozen=True, slots=True)
class Count:
    """A number counted up to a bound; ``more`` says that the bound was met."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"more than {self.number:,}" if self.more else f"{self.number:,}"


@dataclass(slots=True)
class Node:
    """A qualified node: whose it is, by which property, and what it says."""

    owner: Term | None = None
    link: NamedNode | None = None
    says: list[tuple[NamedNode, Term]] = field(default_factory=list)

    def values(self, predicate: NamedNode | None) -> list[Term]:
        """What it says by one property."""
        return [value for name, value in self.says if name == predicate]


@dataclass(slots=True)
class Facts:
    """Statements from and to one resource.

    ``totals`` counts the properties of which only a sample was read. ``partial`` says that the store
    did not answer in time for some of them; ``has_instances``, that it is a type of others.
    """

    this: NamedNode
    outgoing: list[tuple[NamedNode, Term]] = field(default_factory=list)
    incoming: list[tuple[NamedNode, Term]] = field(default_factory=list)
    nodes: dict[Term, Node] = field(default_factory=dict)
    totals: dict[tuple[Way, NamedNode], Count] = field(default_factory=dict)
    inferred: set[Statement] = field(default_factory=set)
    bundles: list[NamedNode] = field(default_factory=list)
    partial: bool = False
    has_instances: bool = False

    def __bool__(self) -> bool:
        return bool(self.outgoing or self.incoming or self.has_instances)

    def edges(self) -> Iterator[tuple[Way, NamedNode, Term]]:
        """All statements as (way, property, far end)."""
        for predicate, far in self.outgoing:
            yield "outgoing", predicate, far
        for predicate, far in self.incoming:
            yield "incoming", predicate, far

    def statement(self, way: Way, predicate: NamedNode, far: Term) -> Statement:
        """The statement that an edge is."""
        return (self.this, predicate, far) if way == "outgoing" else (far, predicate, self.this)

    def follows(self, way: Way, predicate: NamedNode, far: Term) -> bool:
        """Whether an edge is inferred only."""
        return self.statement(way, predicate, far) in self.inferred

    def values(self, predicate: NamedNode) -> list[Term]:
        """What is said of the resource by one property."""
        return [value for name, value in self.outgoing if name == predicate]

    def terms(self) -> Iterator[Term]:
        """Everything a page about these facts may have to name."""
        yield self.this
        yield from self.bundles
        for _, predicate, far in self.edges():
            yield from (predicate, far)
        for node in self.nodes.values():
            if node.owner is not None:
                yield node.owner
            for predicate, value in node.says:
                yield from (predicate, value)


def _edge(row: Row) -> tuple[NamedNode, Term]:
    predicate, far = row
    assert isinstance(predicate, NamedNode) and isinstance(far, NamedNode | BlankNode | Literal)  # noqa: S101  # what the query projects
    return predicate, far


def _far_ends(rows: Iterable[Row]) -> list[Term]:
    return [far for (far,) in rows if isinstance(far, NamedNode | BlankNode | Literal)]


def gather(service: ReadService, this: NamedNode) -> Facts:
    """What there is to know about ``this``; empty facts when the store does not know it."""
    facts = Facts(this)
    for way in ("outgoing", "incoming"):
        edges = [_edge(row) for row in rows_of(service, way, this=this, limit=EDGE_LIMIT + 1)]
        if len(edges) > EDGE_LIMIT:
            _sample(service, facts, way)
        else:
            getattr(facts, way).extend(edges)
    facts.has_instances |= any(predicate == RDF_TYPE for predicate, _ in facts.incoming)
    if not facts:
        return facts
    _learn_nodes(service, facts)
    facts.bundles = sorted(
        (g for (g,) in rows_of(service, "mentioned", this=this) if isinstance(g, NamedNode)),
        key=lambda graph: graph.value,
    )
    facts.bundles = [graph for graph in facts.bundles if not is_system(graph)]
    for row in rows_of(service, "inferred", this=this):
        facts.inferred.add(tuple(row))  # type: ignore[arg-type]  # three bound terms
    return facts


def _sample(service: ReadService, facts: Facts, way: Way) -> None:
    """Read a few statements of each property of a resource that has very many."""
    skipped = _FAR_ROLES if way == "incoming" else {r.link for r in BY_DIRECT.values()}
    for row in rows_of(service, f"properties_{way}", this=facts.this):
        predicate = row[0]
        if not isinstance(predicate, NamedNode) or predicate in skipped:
            continue
        if predicate == RDF_TYPE and way == "incoming":
            facts.has_instances = True
            continue
        try:
            if predicate in _ECHOES and not _is_stated(service, facts.this, predicate, way):
                continue
            part = gather_related(service, facts.this, predicate, way, limit=_SAMPLE)
        except QueryTimeout:
            facts.partial = True
            continue
        facts.outgoing += part.outgoing
        facts.incoming += part.incoming
        facts.nodes |= part.nodes
        facts.totals |= part.totals
        facts.inferred |= part.inferred


def _is_stated(service: ReadService, this: NamedNode, predicate: NamedNode, way: Way) -> bool:
    """Whether anybody asserts any of the statements by a property, as far as can be seen soon."""
    return bool(rows_of(service, f"stated_{way}", this=this, predicate=predicate))


def gather_related(
    service: ReadService,
    this: NamedNode,
    predicate: NamedNode,
    way: Way,
    *,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> Facts:
    """The statements of ``this`` by one property, one page of them, with their qualified nodes."""
    facts = Facts(this)
    rows = rows_of(service, f"related_{way}", this=this, predicate=predicate, limit=limit, offset=offset)
    ends = _far_ends(rows)
    getattr(facts, way).extend((predicate, far) for far in ends)
    near, far_ends = ([this], ends) if way == "outgoing" else (ends, [this])
    for row in rows_of(service, "inferred_related", subjects=near, predicate=predicate, objects=far_ends):
        facts.inferred.add((row[0], predicate, row[1]))  # type: ignore[arg-type]  # two bound terms
    counted = rows_of(service, f"count_{way}", this=this, predicate=predicate, limit=COUNT_LIMIT + 1)
    facts.totals[way, predicate] = as_count(counted)
    relation = BY_DIRECT.get(REVERSED.get(predicate, predicate))
    if relation is not None and relation.link and ends and predicate not in REVERSED:
        _find_nodes(service, facts, relation, way, ends)
    _learn_nodes(service, facts)
    return facts


def as_count(rows: Sequence[Row], limit: int = COUNT_LIMIT) -> Count:
    """The answer of a counting query that stops one above ``limit``."""
    value = rows[0][0] if rows else None
    number = int(value.value) if isinstance(value, Literal) else 0
    return Count(min(number, limit), number > limit)


def _find_nodes(
    service: ReadService, facts: Facts, relation: Relation, way: Way, ends: Sequence[Term]
) -> None:
    broader = BY_DIRECT.get(relation.broader) if relation.broader else None
    links = [r.link for r in (relation, broader) if r is not None and r.link is not None]
    named = [end for end in ends if isinstance(end, NamedNode)]
    if not named or relation.far is None:
        return
    if way == "outgoing":
        rows = rows_of(service, "nodes_to", this=facts.this, links=links, role=relation.far, fars=named)
    else:
        rows = rows_of(service, "nodes_of", this=facts.this, links=links, role=relation.far, owners=named)
    for (node,) in rows:
        if isinstance(node, NamedNode):
            facts.nodes[node] = Node()


def _learn_nodes(service: ReadService, facts: Facts) -> None:
    """Read the qualified nodes around a resource, and the pairs inside those nodes."""
    wanted: set[Term] = set(facts.nodes)
    wanted |= {far for predicate, far in facts.outgoing if predicate in BY_LINK}
    wanted |= {far for predicate, far in facts.incoming if predicate in _ROLES}
    for _ in range(2):
        wanted = {node for node in wanted if isinstance(node, NamedNode)}
        if not wanted:
            return
        _read_nodes(service, facts, wanted)
        read = [facts.nodes[node] for node in wanted if node in facts.nodes]
        wanted = {pair for node in read for name in _NESTED for pair in node.values(name)}
        # A pair that was inserted belongs to an insertion, which belongs to the new dictionary.
        wanted |= {node.owner for node in read if node.link in _NESTED and node.owner is not None}
        wanted -= set(facts.nodes)


def _read_nodes(service: ReadService, facts: Facts, wanted: set[Term]) -> None:
    found: dict[Term, Node] = {}
    for row in rows_of(service, "nodes", nodes=sorted(wanted, key=str)):
        node, way, predicate, value = row
        if not (isinstance(node, NamedNode) and isinstance(predicate, NamedNode)):
            continue
        if not (isinstance(way, Literal) and isinstance(value, NamedNode | BlankNode | Literal)):
            continue
        known = found.setdefault(node, Node())
        if way.value == "says":
            known.says.append((predicate, value))
        elif predicate in _NESTED or _tells_more(predicate, known.link):
            known.owner, known.link = value, predicate
    facts.nodes = {node: known for node, known in facts.nodes.items() if known.owner is not None}
    # Without an owner it is an ordinary resource that happens to use one of the words.
    facts.nodes |= {node: known for node, known in found.items() if known.owner is not None}


def _tells_more(link: NamedNode, than: NamedNode | None) -> bool:
    """Whether a property that leads to qualified nodes says more than another one that does."""
    relation = BY_LINK.get(link)
    if relation is None or than is None or than not in BY_LINK:
        return relation is not None and than is None
    return depth(relation) > depth(BY_LINK[than])

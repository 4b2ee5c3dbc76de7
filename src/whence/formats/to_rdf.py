"""The one place that knows how PROV statements become triples (PROV-O, PROV-DICTIONARY, PROV-LINKS)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from whence.formats.identifiers import pair_id, statement_id
from whence.formats.statements import Form, Slot, Statement
from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS

__all__ = ["ATTRIBUTES", "SUBTYPES", "document_quads", "quads"]

Graph = NamedNode | DefaultGraph

ATTRIBUTES: Final[Mapping[NamedNode, NamedNode]] = {
    PROV.label: RDFS.label,
    PROV.location: PROV.atLocation,
    PROV.role: PROV.hadRole,
}
"""PROV-DM attributes that PROV-O writes as another property; ``prov:type`` is handled apart."""

SUBTYPES: Final[Mapping[NamedNode, tuple[NamedNode, NamedNode]]] = {
    PROV.Revision: (PROV.wasRevisionOf, PROV.qualifiedRevision),
    PROV.Quotation: (PROV.wasQuotedFrom, PROV.qualifiedQuotation),
    PROV.PrimarySource: (PROV.hadPrimarySource, PROV.qualifiedPrimarySource),
}
"""Types of derivation that PROV-O has properties for: direct, qualified."""


def quads(statement: Statement, graph: Graph, *, base: str, qualified: bool = False) -> Iterator[Quad]:
    """The quads that say ``statement`` in ``graph``.

    A relation is written direct when both its ends are known, and as a qualified node too when it has
    more to say (an id, a time, a further argument, an attribute), lacks an end, or ``qualified``
    asks for it. A node without an id gets an IRI made from the statement, under ``base``. A
    derivation of type revision, quotation or primary source uses PROV-O's properties for those.
    Raises :class:`ValueError` for an id or attributes on a statement that PROV gives none.
    """
    form = statement.form
    if form.element is not None:
        yield from _element(statement, form, form.element, graph)
    elif form.name == "mentionOf":
        yield from _mention(statement, graph)
    elif form.name == "hadDictionaryMember":
        yield from _dictionary_member(statement, graph, base)
    else:
        yield from _relation(statement, form, graph, base, qualified)


def _element(statement: Statement, form: Form, cls: NamedNode, graph: Graph) -> Iterator[Quad]:
    if statement.id is None:
        raise ValueError(f"{statement.kind}() needs an identifier")
    yield Quad(statement.id, RDF_TYPE, cls, graph)
    for slot, arg in zip(form.slots, statement.args, strict=False):
        if isinstance(arg, NamedNode | Literal) and slot.property:
            yield Quad(statement.id, slot.property, arg, graph)
    yield from _attributes(statement, statement.id, graph)


def _attributes(statement: Statement, node: NamedNode, graph: Graph) -> Iterator[Quad]:
    for name, value in statement.attributes:
        if name == PROV.type and isinstance(value, NamedNode):
            yield Quad(node, RDF_TYPE, value, graph)
        else:
            yield Quad(node, ATTRIBUTES.get(name, name), value, graph)


def _mention(statement: Statement, graph: Graph) -> Iterator[Quad]:
    _refuse_extras(statement)
    specific, general, bundle = (*statement.args, None, None, None)[:3]
    if isinstance(specific, NamedNode):
        if isinstance(general, NamedNode):
            yield Quad(specific, PROV.mentionOf, general, graph)
        if isinstance(bundle, NamedNode):
            yield Quad(specific, PROV.asInBundle, bundle, graph)


def _dictionary_member(statement: Statement, graph: Graph, base: str) -> Iterator[Quad]:
    _refuse_extras(statement)
    dictionary, entity, key = (*statement.args, None, None, None)[:3]
    if isinstance(entity, NamedNode) and isinstance(key, Literal):
        node = pair_id(key, entity, base)
    else:
        node = statement_id(statement, base)
    if isinstance(dictionary, NamedNode):
        yield Quad(dictionary, PROV.hadDictionaryMember, node, graph)
    yield from _pair(node, key, entity, graph)


def _pair(node: NamedNode, key: object, entity: object, graph: Graph) -> Iterator[Quad]:
    yield Quad(node, RDF_TYPE, PROV.KeyEntityPair, graph)
    if isinstance(key, Literal):
        yield Quad(node, PROV.pairKey, key, graph)
    if isinstance(entity, NamedNode):
        yield Quad(node, PROV.pairEntity, entity, graph)


def _refuse_extras(statement: Statement) -> None:
    if statement.id is not None or statement.attributes:
        raise ValueError(f"{statement.kind}() takes neither an identifier nor attributes")


def _relation(statement: Statement, form: Form, graph: Graph, base: str, qualified: bool) -> Iterator[Quad]:
    subject, object_ = _ends(statement)
    directs, qualifieds = _properties(statement, form)
    if subject is not None and object_ is not None:
        for direct in directs:
            yield Quad(subject, direct, object_, graph)
    if form.qualified is None or form.node is None:
        _refuse_extras(statement)
        return
    if not (qualified or _is_rich(statement)):
        return
    node = statement.id or statement_id(statement, base)
    if subject is not None:
        for link in qualifieds:
            yield Quad(subject, link, node, graph)
    yield Quad(node, RDF_TYPE, form.node, graph)
    for slot, arg in zip(form.slots[1:], statement.args[1:], strict=False):
        yield from _argument(node, slot, arg, graph, base)
    yield from _attributes(statement, node, graph)


def _argument(node: NamedNode, slot: Slot, arg: object, graph: Graph, base: str) -> Iterator[Quad]:
    if slot.property is None or arg is None:
        return
    if isinstance(arg, NamedNode | Literal):
        yield Quad(node, slot.property, arg, graph)
    elif isinstance(arg, tuple):
        for item in arg:
            if isinstance(item, Literal):
                yield Quad(node, slot.property, item, graph)
            else:
                key, entity = item
                pair = pair_id(key, entity, base)
                yield Quad(node, slot.property, pair, graph)
                yield from _pair(pair, key, entity, graph)


def _ends(statement: Statement) -> tuple[NamedNode | None, NamedNode | None]:
    subject, object_ = (*statement.args, None, None)[:2]
    return (
        subject if isinstance(subject, NamedNode) else None,
        object_ if isinstance(object_, NamedNode) else None,
    )


def _properties(statement: Statement, form: Form) -> tuple[list[NamedNode], list[NamedNode]]:
    """The direct and the qualified properties to use, those of its subtypes for a derivation."""
    direct, qualified = form.direct, form.qualified
    if form.name == "wasDerivedFrom" and statement.attributes:
        found = [SUBTYPES[subtype] for subtype in _subtypes(statement)]
        if found:
            return [pair[0] for pair in found], [pair[1] for pair in found]
    return [direct] if direct else [], [qualified] if qualified else []


def _subtypes(statement: Statement) -> list[NamedNode]:
    return [subtype for subtype in SUBTYPES if (PROV.type, subtype) in statement.attributes]


def _is_rich(statement: Statement) -> bool:
    """Whether the direct property alone would lose something."""
    if statement.id is not None or any(arg not in (None, ()) for arg in statement.args[2:]):
        return True
    if None in _ends(statement):
        return True
    if not statement.attributes:
        return False
    if statement.kind != "wasDerivedFrom":
        return True
    # One subtype is in the property's name; two would come back as two statements.
    return len(_subtypes(statement)) != 1 or len(set(statement.attributes)) > 1


def document_quads(
    items: Iterable[tuple[NamedNode | None, Statement]], *, default_graph: NamedNode, base: str
) -> Iterator[Quad]:
    """The quads of a whole document, streaming: ``None`` as bundle stands for ``default_graph``.

    Where the same ends are related both barely and with more to say (``used(a, e)`` beside
    ``used(u; a, e, t)``), the bare statement gets a node too, whichever comes first: else one direct
    property would stand for both and one of them would be lost. Memory: a 64-bit hash for each
    relation.
    """
    bare: set[int] = set()
    rich: set[int] = set()
    for bundle, statement in items:
        graph = default_graph if bundle is None else bundle
        form = statement.form
        if form.direct is None or form.qualified is None:
            yield from quads(statement, graph, base=base)
            continue
        subject, object_ = _ends(statement)
        directs, _ = _properties(statement, form)
        keys = [hash((graph, direct, subject, object_)) for direct in directs]
        if not _is_rich(statement):
            bare.update(keys)
            yield from quads(statement, graph, base=base, qualified=not rich.isdisjoint(keys))
            continue
        rich.update(keys)
        yield from quads(statement, graph, base=base)
        for direct, key in zip(directs, keys, strict=True):
            if key in bare:
                bare.discard(key)
                yield from quads(_bare(statement, direct), graph, base=base, qualified=True)


def _bare(statement: Statement, direct: NamedNode) -> Statement:
    """The statement that says no more than its direct property."""
    attributes = tuple((PROV.type, cls) for cls, (property_, _) in SUBTYPES.items() if property_ == direct)
    subject, object_ = _ends(statement)
    rest = tuple(() if slot.type in ("pairs", "keys") else None for slot in statement.form.slots[2:])
    return Statement(statement.kind, None, (subject, object_, *rest), attributes)

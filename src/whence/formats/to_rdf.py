"""The one place that knows how PROV statements become triples (PROV-O, PROV-DICTIONARY, PROV-LINKS)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from whence.formats.identifiers import pair_id, statement_id
from whence.formats.prov_o import ATTRIBUTES, SUBTYPES
from whence.formats.statements import Arg, Form, Slot, Statement
from whence.ontology.namespaces import PROV, RDF_TYPE

__all__ = ["document_quads", "quads"]

Graph = NamedNode | DefaultGraph

_TYPE: Final = PROV.type


def quads(statement: Statement, graph: Graph, *, base: str, qualified: bool = False) -> Iterator[Quad]:
    """The quads that say ``statement`` in ``graph``.

    A relation is written direct when both its ends are known, and as a qualified node too when it has
    more to say (an id, a time, a further argument, an attribute), lacks an end, or ``qualified``
    asks for it. A node without an id gets an IRI made from the statement, under ``base``. A
    derivation of type revision, quotation or primary source uses PROV-O's properties for those.
    Raises :class:`ValueError` for an id or attributes on a statement that PROV gives none.
    """
    return iter(_quads(statement, statement.form, graph, base, qualified))


def _quads(statement: Statement, form: Form, graph: Graph, base: str, qualified: bool) -> list[Quad]:
    if form.element is not None:
        return _element(statement, form, form.element, graph)
    if form.name == "mentionOf":
        return _mention(statement, graph)
    if form.name == "hadDictionaryMember":
        return _dictionary_member(statement, graph, base)
    return _relation(statement, form, graph, base, qualified)


def _element(statement: Statement, form: Form, cls: NamedNode, graph: Graph) -> list[Quad]:
    node = statement.id
    if node is None:
        raise ValueError(f"{statement.kind}() needs an identifier")
    found = [Quad(node, RDF_TYPE, cls, graph)]
    for slot, arg in zip(form.slots, statement.args, strict=False):
        found += _argument(node, slot, arg, graph, "")
    found += _attributes(statement, node, graph)
    return found


def _attributes(statement: Statement, node: NamedNode, graph: Graph) -> list[Quad]:
    return [
        Quad(
            node,
            RDF_TYPE if name == _TYPE and value.__class__ is NamedNode else ATTRIBUTES.get(name, name),
            value,
            graph,
        )
        for name, value in statement.attributes
    ]


def _mention(statement: Statement, graph: Graph) -> list[Quad]:
    _refuse_extras(statement)
    specific, general, bundle = (*statement.args, None, None, None)[:3]
    found: list[Quad] = []
    if isinstance(specific, NamedNode):
        if isinstance(general, NamedNode):
            found.append(Quad(specific, PROV.mentionOf, general, graph))
        if isinstance(bundle, NamedNode):
            found.append(Quad(specific, PROV.asInBundle, bundle, graph))
    return found


def _dictionary_member(statement: Statement, graph: Graph, base: str) -> list[Quad]:
    _refuse_extras(statement)
    dictionary, entity, key = (*statement.args, None, None, None)[:3]
    if isinstance(entity, NamedNode) and isinstance(key, Literal):
        node = pair_id(key, entity, base)
    else:
        node = statement_id(statement, base)
    found = _pair(node, key, entity, graph)
    if isinstance(dictionary, NamedNode):
        found.append(Quad(dictionary, PROV.hadDictionaryMember, node, graph))
    return found


def _pair(node: NamedNode, key: object, entity: object, graph: Graph) -> list[Quad]:
    found = [Quad(node, RDF_TYPE, PROV.KeyEntityPair, graph)]
    if isinstance(key, Literal):
        found.append(Quad(node, PROV.pairKey, key, graph))
    if isinstance(entity, NamedNode):
        found.append(Quad(node, PROV.pairEntity, entity, graph))
    return found


def _refuse_extras(statement: Statement) -> None:
    if statement.id is not None or statement.attributes:
        raise ValueError(f"{statement.kind}() takes neither an identifier nor attributes")


def _relation(statement: Statement, form: Form, graph: Graph, base: str, qualified: bool) -> list[Quad]:
    subject, object_ = _ends(statement)
    directs, qualifieds = _properties(statement, form)
    found: list[Quad] = []
    if subject is not None and object_ is not None:
        found += [Quad(subject, direct, object_, graph) for direct in directs]
    if form.qualified is None or form.node is None:
        _refuse_extras(statement)
        return found
    if not (qualified or _is_rich(statement)):
        return found
    node = statement.id or statement_id(statement, base)
    if subject is not None:
        found += [Quad(subject, link, node, graph) for link in qualifieds]
    found.append(Quad(node, RDF_TYPE, form.node, graph))
    for slot, arg in zip(form.slots[1:], statement.args[1:], strict=False):
        found += _argument(node, slot, arg, graph, base)
    found += _attributes(statement, node, graph)
    return found


def _argument(node: NamedNode, slot: Slot, arg: Arg, graph: Graph, base: str) -> list[Quad]:
    if slot.property is None or arg is None:
        return []
    if not isinstance(arg, tuple):
        return [Quad(node, slot.property, arg, graph)]
    found: list[Quad] = []
    for item in arg:
        if isinstance(item, Literal):
            found.append(Quad(node, slot.property, item, graph))
        else:
            key, entity = item
            pair = pair_id(key, entity, base)
            found.append(Quad(node, slot.property, pair, graph))
            found += _pair(pair, key, entity, graph)
    return found


def _ends(statement: Statement) -> tuple[NamedNode | None, NamedNode | None]:
    args = statement.args
    subject = args[0] if args else None
    object_ = args[1] if len(args) > 1 else None
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
    return [subtype for subtype in SUBTYPES if (_TYPE, subtype) in statement.attributes]


def _is_rich(statement: Statement) -> bool:
    """Whether the direct property alone would lose something."""
    if statement.id is not None or any(arg is not None and arg != () for arg in statement.args[2:]):
        return True
    if len(statement.args) < 2 or statement.args[0] is None or statement.args[1] is None:
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
            yield from _quads(statement, form, graph, base, False)
            continue
        subject, object_ = _ends(statement)
        directs, _ = _properties(statement, form)
        keys = [hash((graph, direct, subject, object_)) for direct in directs]
        if not _is_rich(statement):
            bare.update(keys)
            yield from _relation(statement, form, graph, base, not rich.isdisjoint(keys))
            continue
        rich.update(keys)
        yield from _relation(statement, form, graph, base, False)
        for direct, key in zip(directs, keys, strict=True):
            if key in bare:
                bare.discard(key)
                yield from _relation(_bare(statement, direct), form, graph, base, True)


def _bare(statement: Statement, direct: NamedNode) -> Statement:
    """The statement that says no more than its direct property."""
    attributes = tuple((_TYPE, cls) for cls, (property_, _) in SUBTYPES.items() if property_ == direct)
    subject, object_ = _ends(statement)
    rest = tuple(() if slot.type in ("pairs", "keys") else None for slot in statement.form.slots[2:])
    return Statement(statement.kind, None, (subject, object_, *rest), attributes)

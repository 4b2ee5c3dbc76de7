"""What a run was made of: inputs, parameters, code, environment and outputs, each by its role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from whence.ontology.namespaces import PROV, RDF_TYPE, RDFS, WHENCE
from whence.queries.lookup import Lookup, Node
from whence.queries.values import attributes

__all__ = ["Parts", "run_parts"]

Parts = dict[str, dict[str, tuple[tuple[Any, str], ...]]]
"""By part of a run, then by role: what plays it, each with what its content is known by."""

_CODE: Final = frozenset({"code", "script", "program", "software", "plan", "recipe"})
_ENVIRONMENT: Final = frozenset({"environment", "env", "container", "image", "machine", "interpreter"})
_FINGERPRINTS: Final = ("sha256", "sha512", "sha1", "md5", "checksum", "checksumValue", "hash", "digest")
_KNOWN: Final = frozenset(
    {RDF_TYPE, RDFS.label, PROV.startedAtTime, PROV.endedAtTime, PROV.qualifiedUsage, PROV.hadRole}
)


def run_parts(lookup: Lookup, run: NamedNode) -> Parts:
    """What a run used and made, sorted by part.

    An input or output is called by its role, else by the thing it is a version of, else by its label, else
    by its IRI. Used entities with a ``prov:value`` are parameters, as are the run's own attributes; plans,
    and what was used as code, are code; software agents, and what was used as environment, are environment.
    Contents are the same where a checksum or value is, whatever the entity is called.
    """
    parts: Parts = {name: {} for name in ("parameter", "input", "code", "environment", "output")}
    used = {link.object for link in lookup.of([run], (PROV.used,))}
    made = {link.subject for link in lookup.to([run], (PROV.wasGeneratedBy,))}
    roles = _roles(lookup, run, made)
    agents, plans = _association(lookup, run)
    entities = [node for node in {*used, *made, *agents, *plans} if isinstance(node, NamedNode)]
    told = _Told(lookup, entities)
    for entity in sorted((node for node in used if isinstance(node, NamedNode)), key=str):
        role = roles.get(entity)
        _put(parts[_part(told, entity, role)], role or told.name(entity), entity, told.content(entity))
    for name, group in (("output", made), ("code", plans), ("environment", agents)):
        for entity in sorted((node for node in group if isinstance(node, NamedNode)), key=str):
            role = roles.get(entity) if name == "output" else None
            _put(parts[name], role or told.name(entity), entity, told.content(entity))
    for attribute, values in attributes(lookup, [run]).get(run, {}).items():
        if attribute not in _KNOWN:
            for value in values:
                _put(parts["parameter"], attribute.value, value, value.value)
    return parts


def _put(part: dict[str, tuple[tuple[Any, str], ...]], name: str, what: Any, content: str) -> None:
    part[name] = (*part.get(name, ()), (what, content))


def _part(told: _Told, entity: NamedNode, role: str | None) -> str:
    word = (role or "").rpartition("/")[2].rpartition("#")[2].lower()
    if word in _CODE or PROV.Plan in told.types(entity):
        return "code"
    if word in _ENVIRONMENT:
        return "environment"
    return "parameter" if told.value(entity) is not None else "input"


def _roles(lookup: Lookup, run: NamedNode, made: Iterable[Any]) -> dict[Node, str]:
    """The roles in which the run used and made entities."""
    usages = [link.object for link in lookup.of([run], (PROV.qualifiedUsage,))]
    nodes: dict[Node, Node | None] = {node: None for node in usages if not isinstance(node, Literal)}
    for link in lookup.of(made, (PROV.qualifiedGeneration,)):
        if not isinstance(link.object, Literal):
            nodes[link.object] = link.subject
    roles: dict[Node, str] = {}
    entities: dict[Node, Node] = {node: entity for node, entity in nodes.items() if entity is not None}
    for node, predicate, value in lookup.of(nodes, (PROV.entity, PROV.hadRole)):
        if predicate == PROV.hadRole:
            roles[node] = value.value
        elif predicate == PROV.entity and not isinstance(value, Literal):
            entities.setdefault(node, value)
    return {entities[node]: role for node, role in roles.items() if node in entities}


def _association(lookup: Lookup, run: NamedNode) -> tuple[set[Any], set[Any]]:
    """The software agents of a run and the plans they followed."""
    agents = {link.object for link in lookup.of([run], (PROV.wasAssociatedWith,))}
    types = lookup.of((agent for agent in agents if isinstance(agent, NamedNode)), (RDF_TYPE,))
    software = {link.subject for link in types if link.object == PROV.SoftwareAgent}
    nodes = [link.object for link in lookup.of([run], (PROV.qualifiedAssociation,))]
    resources = [node for node in nodes if not isinstance(node, Literal)]
    return set(software), {link.object for link in lookup.of(resources, (PROV.hadPlan,))}


class _Told:
    """Names and contents of what took part in a run."""

    def __init__(self, lookup: Lookup, entities: list[NamedNode]) -> None:
        self._attributes = attributes(lookup, entities)
        self._things = {link.subject: link.object for link in lookup.of(entities, (PROV.specializationOf,))}

    def types(self, entity: NamedNode) -> tuple[Any, ...]:
        return self._attributes[entity].get(RDF_TYPE, ())

    def value(self, entity: NamedNode) -> str | None:
        values = self._attributes[entity].get(PROV.value, ())
        return values[0].value if values else None

    def name(self, entity: NamedNode) -> str:
        thing = self._things.get(entity)
        if isinstance(thing, NamedNode):
            return thing.value
        labels = self._attributes[entity].get(RDFS.label, ())
        return labels[0].value if labels else entity.value

    def content(self, entity: NamedNode) -> str:
        value = self.value(entity)
        if value is not None:
            return f"value {value}"
        said = self._attributes[entity]
        for name in _FINGERPRINTS:
            for attribute, values in said.items():
                local = attribute.value.replace("#", "/").rpartition("/")[2]
                if attribute == WHENCE[name] or local == name:
                    return f"{name} {values[0].value}"
        return entity.value

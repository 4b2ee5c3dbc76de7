"""How reports call what an instance speaks of: names of resources, and statements as PROV-N."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode

from whence.formats.provn_tokens import encode_local
from whence.formats.provn_writer import StatementText
from whence.formats.statements import FORMS, Statement
from whence.ontology.namespaces import PREFIXES
from whence.validation.assertion import Argument, Assertion
from whence.validation.report import Evidence
from whence.validation.specification import rule

if TYPE_CHECKING:
    from whence.validation.instance import Instance, Row, Term

__all__ = ["Names", "Wording", "bundle_of", "no_bundle"]

_UNKNOWN: Final = "urn:x-unknown:"
_RANDOM: Final = re.compile(r"[0-9a-f]{20,}\Z")
_LONGEST: Final = 80
_FEW: Final = 5


class Names:
    """Gives IRIs the names people know: ``prefix:local`` where a prefix is known, else ``<IRI>``.

    ``prefixes`` are the source's; where they bind the same prefix, they win over Whence's own.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        known = {**PREFIXES, **prefixes}
        self._order = sorted(
            ((iri, prefix) for prefix, iri in known.items() if iri), key=lambda item: -len(item[0])
        )

    def __call__(self, iri: NamedNode) -> str:
        text = iri.value
        if text.startswith(_UNKNOWN):
            return f"_:{text.removeprefix(_UNKNOWN)}"
        for namespace, prefix in self._order:
            if text.startswith(namespace):
                local = encode_local(text[len(namespace) :])
                if local:
                    return f"{prefix}:{local}" if prefix else local
        return f"<{text}>"


class Wording:
    """Names and evidence for one instance."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._names = Names(instance.prefixes)
        self._text = StatementText(self._names)

    def name(self, number: int, kind: str) -> str:
        """What to call a term; ``kind`` says what an unknown one is an unknown one of."""
        term = self._instance.term(number)
        if term is None and self._instance.find(number) != 0:
            return self._word(self._instance.raw(number), kind)
        return self._word(term, kind) if term is not None else "-"

    def own_name(self, number: int, kind: str) -> str:
        """What to call a term whatever else it was found to be."""
        return "-" if number == 0 else self._word(self._instance.raw(number), kind)

    def _word(self, term: Term | None, kind: str) -> str:
        if isinstance(term, NamedNode):
            return self._names(term)
        if isinstance(term, Literal):
            return term.value
        label = _label(term)
        return f"an unknown {kind}" if label is None else f"_:{label}"

    def iri(self, iri: NamedNode) -> str:
        """What to call an IRI."""
        return self._names(iri)

    def evidence(self, row: Row) -> Evidence:
        """The statement of a row; with what it follows from, where it is inferred."""
        if row.assertion >= 0:
            assertion = self._instance.assertions[row.assertion]
            text = self._asserted(assertion)
            return Evidence(text, _nodes(assertion), assertion.bundle, assertion.line)
        instance = self._instance
        terms = [instance.term(number) for number in (row.id, *row.args)]
        args = [_plain(term) for term in terms]
        statement = Statement(row.kind, None if args[0] is None else _iri(args[0]), tuple(args[1:]))
        premises = tuple(self.evidence(premise) for premise in row.premises)
        bundle = bundle_of(premises)
        nodes = tuple(dict.fromkeys(term for term in terms if isinstance(term, NamedNode)))
        found = rule(row.rule) if row.rule else None
        return Evidence(self._text.text(statement), nodes, bundle, None, found, premises)

    def _asserted(self, assertion: Assertion) -> str:
        identifier = _plain(assertion.id)
        attributes = tuple((name, _short(value)) for name, value in assertion.attributes)
        args = tuple(arg if isinstance(arg, tuple) else _plain(arg) for arg in assertion.args)
        element = FORMS[assertion.kind].element is not None
        if element and identifier is None:
            identifier = NamedNode(f"{_UNKNOWN}{assertion.kind}")
        return self._text.text(
            Statement(assertion.kind, None if identifier is None else _iri(identifier), args, attributes)
        )


def no_bundle(source: str, wanted: str, bundles: Collection[NamedNode], prefixes: Mapping[str, str]) -> str:
    """That a source or store holds no such bundle, and which it holds."""
    names = Names(prefixes)
    shown = ", ".join(names(bundle) for bundle in sorted(bundles, key=lambda each: each.value)[:_FEW])
    more = f" and {len(bundles) - _FEW:,} more" if len(bundles) > _FEW else ""
    held = shown + more if shown else "no named bundles"
    return f"there is no bundle {wanted} in {source}; it holds {held}"


def bundle_of(evidence: Iterable[Evidence]) -> NamedNode | None:
    """The bundle that all of the evidence is in, if it is one."""
    bundles = {each.bundle for each in evidence}
    return bundles.pop() if len(bundles) == 1 else None


def _label(term: Term | None) -> str | None:
    """What the source calls an unknown, unless a parser made the name up."""
    if isinstance(term, BlankNode) and not _RANDOM.match(term.value):
        return term.value
    return None


def _plain(term: Argument | Term) -> NamedNode | Literal | None:
    if isinstance(term, BlankNode):
        label = _label(term)
        return NamedNode(f"{_UNKNOWN}{label}") if label is not None else None
    return term if isinstance(term, NamedNode | Literal) else None


def _iri(term: NamedNode | Literal) -> NamedNode:
    return term if isinstance(term, NamedNode) else NamedNode(f"{_UNKNOWN}{term.value}")


def _short(value: NamedNode | Literal) -> NamedNode | Literal:
    if isinstance(value, Literal) and len(value.value) > _LONGEST:
        return Literal(f"{value.value[:_LONGEST]}…")
    return value


def _nodes(assertion: Assertion) -> tuple[NamedNode, ...]:
    found: dict[NamedNode, None] = {}
    for term in (assertion.id, *assertion.args):
        if isinstance(term, NamedNode):
            found[term] = None
        elif isinstance(term, tuple):
            found.update((item[1], None) for item in term if isinstance(item, tuple))
    return tuple(found)

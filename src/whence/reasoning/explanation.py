"""What an explanation says: a statement, rules and premises that it follows from, and who says those."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from whence.ontology.namespaces import XSD
from whence.reasoning.rules import Atom, Rule, Var
from whence.store.backend import Graph

__all__ = ["Derivation", "Explanation", "Reason"]


@dataclass(frozen=True, slots=True)
class Derivation:
    """One application of ``rule``.

    ``premises`` are places in :attr:`Explanation.reasons`, in the order of the patterns of ``rule.body``.
    """

    rule: Rule
    premises: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one statement holds: the ``bundles`` that say it, and the ways in which it follows."""

    statement: Triple
    bundles: tuple[Graph, ...] = ()
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a statement holds, or that it does not (``holds``).

    ``reasons`` begins with the statement itself; each derivation names its premises by their places.
    No way leads in a circle. ``steps`` counts the applications of rules in the shortest derivation,
    zero for what is asserted. ``complete`` is false when there was more than was looked at, so that
    there may be a shorter derivation, or further ones. ``summary`` says all that in a sentence.

    ``str()`` of it is a tree for people; in a notebook it shows itself as a drawing.
    """

    statement: Triple
    holds: bool
    reasons: tuple[Reason, ...]
    steps: int
    complete: bool
    summary: str
    prefixes: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def asserted(self) -> bool:
        """Whether a bundle says the statement itself."""
        return bool(self.reasons and self.reasons[0].bundles)

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self) -> str:
        """A tree of statements: what follows above what it follows from."""
        from whence.reasoning.explain_render import text

        return text(self)

    def to_svg(self) -> str:
        """The same tree as a drawing, an SVG document that needs nothing else."""
        from whence.reasoning.explain_render import svg

        return svg(self)

    def to_json(self) -> dict[str, Any]:
        """The explanation as plain data for ``json.dumps``.

        ``statement`` (``subject``, ``predicate``, ``object``, as terms of the SPARQL 1.1 Query Results
        JSON Format), ``holds``, ``asserted``, ``complete``, ``steps``, ``summary``, and ``reasons``: a
        list that begins with the statement itself, of objects with ``statement``, ``bundles`` (IRIs,
        ``null`` for the unnamed graph) and ``derivations``. Each of those has ``premises``, places in
        that list, and the ``rule``: ``id``, ``number``, ``name``, ``spec`` (a link), and its patterns
        ``if`` and ``then``.
        """
        return {
            "statement": _statement(self.statement),
            "holds": self.holds,
            "asserted": self.asserted,
            "complete": self.complete,
            "steps": self.steps,
            "summary": self.summary,
            "reasons": [_reason(reason) for reason in self.reasons],
        }

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def _repr_html_(self) -> str:
        return f"<figure>{self.to_svg()}<figcaption>{html.escape(self.summary)}</figcaption></figure>"


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "statement": _statement(reason.statement),
        "bundles": [None if isinstance(g, DefaultGraph) else g.value for g in reason.bundles],
        "derivations": [
            {"rule": _rule(derivation.rule), "premises": list(derivation.premises)}
            for derivation in reason.derivations
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "number": rule.number,
        "name": rule.name,
        "spec": rule.spec,
        "if": [_pattern(atom) for atom in rule.body],
        "then": [_pattern(atom) for atom in rule.head],
    }


def _pattern(atom: Atom) -> str:
    ends = [f"?{end.name}" if isinstance(end, Var) else str(end) for end in (atom.subject, atom.object)]
    return f"{ends[0]} {atom.predicate} {ends[1]}"


def _statement(triple: Triple) -> dict[str, Any]:
    return {
        "subject": _term(triple.subject),
        "predicate": _term(triple.predicate),
        "object": _term(triple.object),
    }


def _term(term: NamedNode | BlankNode | Literal | Triple) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, Literal):
        told = {"type": "literal", "value": term.value}
        if term.language:
            return told | {"xml:lang": term.language}
        return told if term.datatype == XSD.string else told | {"datatype": term.datatype.value}
    return {"type": "bnode", "value": term.value if isinstance(term, BlankNode) else str(term)}

"""Rules on their way out of the compiler: class expressions unfolded, duplicates merged, names given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from pyoxigraph import Literal, NamedNode

from whence.errors import SourceError
from whence.ontology.namespaces import RDF, RDF_TYPE, RDFS, XSD
from whence.reasoning.axioms import ANONYMOUS, Note
from whence.reasoning.rules import OWL, SAME_AS, Atom, Inconsistency, Rule, Term, Var

__all__ = ["Draft", "digest", "finish", "unfold"]

_SPEC: Final = "https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules"
_LIMIT: Final = 20_000

_NAMES: Final[Mapping[str, str]] = {
    "cax-sco": "subclass",
    "cax-eqc": "equivalent class",
    "cls-int": "intersection",
    "cls-uni": "union",
    "cls-oo": "one of",
    "cls-svf1": "some values from",
    "cls-avf": "all values from",
    "cls-hv1": "has value",
    "cls-hv2": "has value",
    "cls-maxc1": "a value where there is none",
    "cls-maxc2": "at most one value",
    "cls-maxqc1": "a value where there is none",
    "cls-maxqc3": "at most one value",
    "cls-nothing2": "a member of an empty class",
    "cls-com": "a member of a class and of its complement",
    "cax-dw": "a member of two disjoint classes",
    "cax-adc": "a member of two disjoint classes",
    "prp-dom": "domain",
    "prp-rng": "range",
    "prp-spo1": "subproperty",
    "prp-spo2": "property chain",
    "prp-eqp1": "equivalent property",
    "prp-eqp2": "equivalent property",
    "prp-inv1": "inverse",
    "prp-inv2": "inverse",
    "prp-symp": "symmetric property",
    "prp-trp": "transitive property",
    "prp-fp": "functional property",
    "prp-ifp": "inverse functional property",
    "prp-key": "key",
    "prp-irp": "an irreflexive relation to itself",
    "prp-asyp": "an asymmetric relation both ways",
    "prp-pdw": "two disjoint relations",
    "prp-adp": "two disjoint relations",
    "prp-npa": "a statement that is denied",
    "eq-diff1": "one thing said to be two",
    "eq-diff2": "different individuals",
    "fact": "said in the ontology",
}
_TOPS: Final = frozenset({OWL.Thing, RDFS.Resource})
_DATATYPES: Final = frozenset({RDFS.Literal, RDF.langString, RDF.XMLLiteral, RDF.PlainLiteral})
_TOP_PROPERTIES: Final = frozenset({OWL.topObjectProperty, OWL.topDataProperty})
_BOTTOM_PROPERTIES: Final = frozenset({OWL.bottomObjectProperty, OWL.bottomDataProperty})


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule with one head, or an inconsistency (``head`` is ``None``), by its row in the tables."""

    row: str
    body: tuple[Atom, ...]
    head: Atom | None
    distinct: tuple[tuple[Var, Var], ...] = ()
    note: Note | None = None


def digest(*parts: object) -> str:
    """A hexadecimal SHA-256 over what ``parts`` say."""
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()


def unfold(drafts: Iterable[Draft]) -> list[Draft]:
    """Replace each typing by a class expression with what makes one a member of it.

    For each expression, every rule that asks for members is joined with every rule that finds some.
    An expression that is defined by itself keeps its name and is typed like a named class. Raises
    :class:`SourceError` when more rules come of it than anyone should run.
    """
    current = list(dict.fromkeys(tidy for draft in drafts if (tidy := _tidy(draft))))
    while (name := _next_expression(current)) is not None:
        producers = [draft for draft in current if draft.head and _is_typing(draft.head, name)]
        rest = [draft for draft in current if not (draft.head and _is_typing(draft.head, name))]
        unfolded: dict[Draft, None] = {}
        for draft in rest:
            unfolded.update(dict.fromkeys(_without(draft, name, producers)))
            if len(unfolded) > _LIMIT:
                raise SourceError("the class expressions of the ontology unfold into too many rules")
        current = list(unfolded)
    return current


def _is_typing(atom: Atom, cls: NamedNode) -> bool:
    return atom.predicate == RDF_TYPE and atom.object == cls


def _next_expression(drafts: list[Draft]) -> NamedNode | None:
    """A class expression in the rules that is not defined by itself."""
    found: set[NamedNode] = set()
    recursive: set[NamedNode] = set()
    for draft in drafts:
        asked = {atom.object for atom in draft.body if _names_expression(atom)}
        found |= {cls for cls in asked if isinstance(cls, NamedNode)}
        if draft.head and _names_expression(draft.head) and isinstance(draft.head.object, NamedNode):
            found.add(draft.head.object)
            if draft.head.object in asked:
                recursive.add(draft.head.object)
    return min(found - recursive, key=str, default=None)


def _names_expression(atom: Atom) -> bool:
    return (
        atom.predicate == RDF_TYPE
        and isinstance(atom.object, NamedNode)
        and atom.object.value.startswith(ANONYMOUS)
    )


def _without(draft: Draft, cls: NamedNode, producers: list[Draft]) -> Iterator[Draft]:
    """``draft`` with each typing by ``cls`` in its body replaced, in every way there is."""
    place = next((i for i, atom in enumerate(draft.body) if _is_typing(atom, cls)), None)
    if place is None:
        yield draft
        return
    for producer in producers:
        joined = _joined(draft, place, producer)
        tidy = _tidy(joined) if joined else None
        if tidy:
            yield from _without(tidy, cls, producers)


def _joined(draft: Draft, place: int, producer: Draft) -> Draft | None:
    """``draft`` with the pattern at ``place`` replaced by the body of the rule that concludes it."""
    assert producer.head is not None  # noqa: S101  # producers are rules with a head
    apart = {var: Var(f"{var.name}.{place}") for var in _variables(producer)}
    producer = _substituted(producer, apart)
    assert producer.head is not None  # noqa: S101
    asked, given = draft.body[place].subject, producer.head.subject
    if isinstance(given, Var):
        producer = _substituted(producer, {given: asked})
    elif isinstance(asked, Var):
        draft = _substituted(draft, {asked: given})
    elif asked != given:
        return None
    body = draft.body[:place] + producer.body + draft.body[place + 1 :]
    return Draft(
        draft.row, body, draft.head, draft.distinct + producer.distinct, draft.note or producer.note
    )


def _variables(draft: Draft) -> dict[Var, None]:
    atoms = (*draft.body, draft.head) if draft.head else draft.body
    return dict.fromkeys(var for atom in atoms for var in atom.variables)


def _substituted(draft: Draft, values: Mapping[Var, Term]) -> Draft:
    def term(old: Term) -> Term:
        return values.get(old, old) if isinstance(old, Var) else old

    def atom(old: Atom) -> Atom:
        return Atom(term(old.subject), old.predicate, term(old.object), old.scope)

    pairs = tuple((term(a), term(b)) for a, b in draft.distinct)
    return replace(
        draft,
        body=tuple(map(atom, draft.body)),
        head=atom(draft.head) if draft.head else None,
        # Two constants are never told apart here: only keys and cardinalities have pairs, over variables.
        distinct=tuple((a, b) for a, b in pairs if isinstance(a, Var) and isinstance(b, Var)),
    )


def _tidy(draft: Draft) -> Draft | None:
    """The draft without needless patterns, its variables named in order; ``None`` if it is of no use."""
    body = tuple(dict.fromkeys(atom for atom in draft.body if not _holds_always(atom)))
    if any(_never_holds(atom) for atom in body) or (not body and draft.head is None):
        return None
    if draft.head is not None and (_says_nothing(draft.head) or draft.head in body):
        return None
    bound = {var for atom in body for var in atom.variables}
    if draft.head is not None and not bound.issuperset(draft.head.variables):
        return None
    if any(a == b or a not in bound or b not in bound for a, b in draft.distinct):
        return None
    tidy = replace(draft, body=body)
    names = {var: Var(_letters(place)) for place, var in enumerate(_variables(tidy))}
    return _substituted(tidy, names)


def _letters(place: int) -> str:
    return "xyzuvw"[place] if place < 6 else f"v{place}"


def _is_datatype(cls: Term) -> bool:
    return isinstance(cls, NamedNode) and (cls in _DATATYPES or cls.value.startswith(str(XSD)))


def _holds_always(atom: Atom) -> bool:
    return atom.predicate == RDF_TYPE and atom.object in _TOPS


def _never_holds(atom: Atom) -> bool:
    """Nothing is known to match: rules do not look at values of literals."""
    impossible = atom.predicate in _BOTTOM_PROPERTIES | _TOP_PROPERTIES or isinstance(atom.subject, Literal)
    return impossible or (
        atom.predicate == RDF_TYPE and (_is_datatype(atom.object) or _is_empty(atom.object))
    )


def _is_empty(cls: Term) -> bool:
    return cls == OWL.Nothing


def _says_nothing(atom: Atom) -> bool:
    if atom.predicate in _BOTTOM_PROPERTIES | _TOP_PROPERTIES or isinstance(atom.subject, Literal):
        return True
    if atom.predicate == SAME_AS and atom.subject == atom.object:
        return True
    return atom.predicate == RDF_TYPE and (
        atom.object in _TOPS or _is_datatype(atom.object) or isinstance(atom.object, Literal)
    )


def finish(drafts: Iterable[Draft]) -> tuple[list[Rule], list[Inconsistency]]:
    """Rules and inconsistencies with ids, numbers and names, each once, in the order of their ids."""
    best: dict[tuple[object, ...], Draft] = {}
    for draft in drafts:
        key = (draft.body, draft.head, draft.distinct)
        kept = best.get(key)
        # A number of a specification says more than a row of the tables.
        if kept is None or (kept.note is None and draft.note is not None):
            best[key] = draft
    rules = [_rule(draft, draft.head) for draft in best.values() if draft.head]
    contradictions = [_inconsistency(draft) for draft in best.values() if not draft.head]
    return (
        sorted(rules, key=lambda rule: rule.id),
        sorted(contradictions, key=lambda contradiction: contradiction.id),
    )


def _rule(draft: Draft, head: Atom) -> Rule:
    number, name, spec = _described(draft)
    about = head.object if head.predicate == RDF_TYPE else head.predicate
    return Rule(
        id=f"{number}/{_local(about)}/{digest(draft.body, head, draft.distinct)[:8]}",
        name=name,
        number=number,
        spec=spec,
        body=draft.body,
        head=(head,),
        distinct=draft.distinct,
        transitive=draft.row == "prp-trp",
        same_as=head.predicate == SAME_AS,
        at_query_time=draft.note is not None and draft.note.at_query_time,
    )


def _inconsistency(draft: Draft) -> Inconsistency:
    number, name, spec = _described(draft)
    key = digest(draft.body, draft.distinct)[:8]
    return Inconsistency(f"{number}/{key}", name, number, spec, draft.body, draft.distinct)


def _described(draft: Draft) -> tuple[str, str, str]:
    """Number, name and link: those of the axiom, else those of the row."""
    if draft.note is None:
        return draft.row, _NAMES[draft.row], _SPEC
    return draft.note.number, draft.note.name or _NAMES[draft.row], draft.note.spec or _SPEC


def _local(term: Term) -> str:
    """The last part of an IRI, for people."""
    return (
        str(term.value).rstrip("/#").replace("#", "/").rpartition("/")[2]
        if isinstance(term, NamedNode)
        else ""
    )

"""Rules written as SPARQL CONSTRUCT, compiled to the one rule form.

A file starts with comments that describe it::

    # number: 14
    # name: both agents had a part in the activity
    # spec: https://www.w3.org/TR/prov-constraints/#delegation-inference
    # profile: prov                 or prov-full
    # materialise: no               only for what is left to query time

Its pattern is made of triple patterns with IRIs as predicates, and of these forms:

- ``GRAPH whence:asserted { ... }``: the patterns inside match asserted statements only;
- ``BIND(whence:skolem("label", ?a, ?b) AS ?new)``: ``?new`` is what must exist because of ``?a`` and
  ``?b``, an IRI that is the same for the same label and values;
- ``FILTER(?a != ?b)``, also joined by ``&&``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.ontology.namespaces import WHENCE
from whence.reasoning.drafts import digest
from whence.reasoning.rules import SAME_AS, Atom, Rule, Scope, Skolem, Term, Var
from whence.reasoning.tbox import from_rdflib

if TYPE_CHECKING:
    from rdflib.term import Node

__all__ = ["compile_rules"]

_HEADER: Final = re.compile(r"#\s*(number|name|spec|profile|materialise):\s*(.*\S)\s*\Z")
_NEEDED: Final = ("number", "name", "spec", "profile")
_WORDS: Final[Mapping[str, str]] = {
    "LeftJoin": "OPTIONAL",
    "Union": "UNION",
    "Minus": "MINUS",
    "ToMultiSet": "VALUES or a subquery",
    "Group": "GROUP BY",
    "OrderBy": "ORDER BY",
    "Slice": "LIMIT or OFFSET",
    "Builtin_EXISTS": "EXISTS",
    "Builtin_NOTEXISTS": "NOT EXISTS",
}
"""What rdflib's algebra calls otherwise than SPARQL does."""

_PROFILES: Final[Mapping[str, tuple[str, ...]]] = {
    "prov": ("prov",),
    "prov-full": ("prov", "prov-full"),
}


def compile_rules(files: Mapping[str, str], profile: str) -> list[Rule]:
    """The rules of a profile in ``files`` (text by name), in the order of the files.

    Raises :class:`whence.errors.SourceSyntaxError` for a file that is no such rule, naming the file and
    what in it cannot be compiled.
    """
    wanted = _PROFILES.get(profile, ())
    found = []
    for name, text in files.items():
        header = _header(name, text)
        if header["profile"] in wanted:
            found.append(_compile(name, text, header))
    return found


def _header(name: str, text: str) -> dict[str, str]:
    header = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if match := _HEADER.match(line):
            header[match[1]] = match[2]
    for key in _NEEDED:
        if key not in header:
            raise SourceSyntaxError(f"the header has no '# {key}:'", source=name)
    if header["profile"] not in _PROFILES:
        raise SourceSyntaxError(
            f"profile {header['profile']!r} is none of {', '.join(_PROFILES)}", source=name
        )
    return header


@dataclass(slots=True)
class _Pattern:
    """What has been read of a WHERE clause."""

    file: str
    atoms: list[Atom] = field(default_factory=list)
    distinct: list[tuple[Var, Var]] = field(default_factory=list)
    skolem: list[Skolem] = field(default_factory=list)

    def refuse(self, what: str) -> SourceSyntaxError:
        return SourceSyntaxError(f"a rule cannot have {what}", source=self.file)

    def read(self, part: Any, scope: Scope = "all") -> None:
        """Take in a part of rdflib's algebra."""
        kind = part.name
        if kind == "BGP":
            self.atoms += self.patterns(part.triples, scope)
        elif kind == "Join":
            self.read(part.p1, scope)
            self.read(part.p2, scope)
        elif kind == "Filter":
            self.read(part.p, scope)
            self._filter(part.expr)
        elif kind == "Extend":
            self.read(part.p, scope)
            self._bind(part.expr, part.var)
        elif kind == "Graph" and _term_of(part.term) == WHENCE.asserted:
            self.read(part.p, "asserted")
        else:
            raise self.refuse("GRAPH other than whence:asserted" if kind == "Graph" else _said(kind))

    def patterns(self, triples: Iterable[tuple[Node, Node, Node]], scope: Scope) -> Iterator[Atom]:
        """Triple patterns, in the order of the file as far as rdflib keeps it."""
        for s, p, o in triples:
            subject, predicate, object_ = map(self._term, (s, p, o))
            if not isinstance(predicate, NamedNode):
                raise self.refuse(f"the predicate {p}: only IRIs are predicates")
            yield Atom(subject, predicate, object_, scope)

    def _term(self, term: Any) -> Term:
        from rdflib.paths import Path

        if isinstance(term, Path):
            raise self.refuse(f"the path {term}")
        found = _term_of(term)
        if found is None:
            raise self.refuse("a blank node")
        return found

    def _filter(self, expression: Any) -> None:
        name = getattr(expression, "name", "")
        if name == "ConditionalAndExpression":
            for part in (expression.expr, *expression.other):
                self._filter(part)
            return
        if name == "RelationalExpression" and expression.op == "!=":
            left, right = map(_term_of, (expression.expr, expression.other))
            if isinstance(left, Var) and isinstance(right, Var):
                self.distinct.append((left, right))
                return
        comparison = "a comparison other than ?a != ?b"
        raise self.refuse(comparison if name == "RelationalExpression" else f"FILTER with {_said(name)}")

    def _bind(self, expression: Any, variable: Any) -> None:
        if getattr(expression, "name", "") != "Function" or str(expression.iri) != WHENCE.skolem.value:
            raise self.refuse("BIND of anything but whence:skolem")
        label, *arguments = map(_term_of, expression.expr)
        variables = tuple(argument for argument in arguments if isinstance(argument, Var))
        if not isinstance(label, Literal) or not variables or len(variables) != len(arguments):
            raise self.refuse("whence:skolem of anything but a label and variables")
        self.skolem.append(Skolem(Var(str(variable)), label.value, variables))


def _said(name: str) -> str:
    return _WORDS.get(name, name)


def _term_of(term: Any) -> Term | None:
    """A term of a rule; ``None`` for a blank node or what is no term."""
    from rdflib import Literal as Value
    from rdflib import URIRef, Variable

    if isinstance(term, Variable):
        return Var(str(term))
    if isinstance(term, URIRef | Value):
        found = from_rdflib(term)
        return found if isinstance(found, NamedNode | Literal) else None
    return None


def _compile(name: str, text: str, header: Mapping[str, str]) -> Rule:
    algebra = _algebra(name, text)
    pattern = _Pattern(name)
    pattern.read(algebra.p.p if algebra.p.name == "Project" else algebra.p)
    head = tuple(pattern.patterns(algebra.template, "all"))
    body, distinct, skolem = tuple(pattern.atoms), tuple(pattern.distinct), tuple(pattern.skolem)
    bound = {variable for atom in body for variable in atom.variables}
    for variable in (v for term in skolem for v in term.arguments):
        if variable not in bound:
            raise pattern.refuse(f"whence:skolem of ?{variable.name}, which nothing binds")
    bound |= {term.variable for term in skolem}
    for variable in (
        *(v for atom in head for v in atom.variables),
        *(v for pair in distinct for v in pair),
    ):
        if variable not in bound:
            raise pattern.refuse(f"?{variable.name}, which nothing binds")
    stem = name.removesuffix(".rq").partition("-")[2] or name
    return Rule(
        id=f"{header['number']}/{stem}/{digest(body, head, distinct, skolem)[:8]}",
        name=header["name"],
        number=header["number"],
        spec=header["spec"],
        body=body,
        head=head,
        distinct=distinct,
        skolem=skolem,
        same_as=any(atom.predicate == SAME_AS for atom in head),
        at_query_time=header.get("materialise") == "no",
    )


def _algebra(name: str, text: str) -> Any:
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql import prepareQuery

    try:
        algebra = prepareQuery(text).algebra
    except ParseBaseException as error:
        raise SourceSyntaxError(error.msg, source=name, line=error.lineno, column=error.col) from error
    except Exception as error:  # rdflib raises bare Exception for an unknown prefix and others
        raise SourceSyntaxError(str(error), source=name) from error
    if algebra.name != "ConstructQuery":
        raise SourceSyntaxError("a rule is a CONSTRUCT query", source=name)
    return algebra

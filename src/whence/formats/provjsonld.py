"""Reads and writes PROV-JSONLD (Huynh and Moreau; W3C member submission, 2024).

A statement is an object with ``@type`` (``Entity``, ``Usage``...), arguments by name, ``type``,
``label``, ``role``, ``location`` and ``value``, and other attributes by qualified name, always in
arrays. What the submission leaves open is driven by the table FORMS: the type is the class of the
statement's node (``Insertion``, ``mutable:Access``; ``Mention`` and ``DictionaryMembership`` by
analogy), pairs are ``{"key": value, "entity": name}``. An attribute that would be mistaken for an
argument is keyed by its full IRI. The older spelling with ``prov:`` before types and arguments is read.

Only the submission's own context may be referred to by URL; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, BinaryIO, Final, NoReturn

from pyoxigraph import Literal, NamedNode

from whence.formats import json_text
from whence.formats.identifiers import Repairs
from whence.formats.json_text import Blank, JsonText, listed
from whence.formats.qnames import XSD_STRING, Namer, Scope, StatementReading, key_literal
from whence.formats.records import (
    Attribute,
    RecordError,
    is_moment,
    statements,
    time_literal,
)
from whence.formats.records import arguments as arguments_of
from whence.formats.spool import Spool
from whence.formats.statements import FORMS, Arg, Form, Pair, Slot, Statement
from whence.ontology.namespaces import MUTABLE, PROV

__all__ = ["CONTEXT", "read_statements", "write_statements"]

CONTEXT: Final = "https://openprovenance.org/prov-jsonld/context.jsonld"
"""The context of the submission, which documents refer to."""

_KNOWN_CONTEXTS: Final = (
    "openprovenance.org/prov-jsonld/",
    "www.w3.org/submissions/",
    "www.w3.org/prov-jsonld/",
)
_NAMED: Final = {
    "specializationOf": "Specialization",
    "alternateOf": "Alternate",
    "mentionOf": "Mention",
    "hadMember": "Membership",
    "hadDictionaryMember": "DictionaryMembership",
}
_TERMS: Final = {name: PROV[name] for name in ("type", "label", "role", "location", "value")}
_TERM_OF: Final = {prop: name for name, prop in _TERMS.items()}
_NAME_TERMS: Final = frozenset({PROV.type, PROV.role, PROV.location})
_GEN_DELIMS: Final = tuple(":/?#[]@")


def _type_iri(form: Form) -> str:
    named = _NAMED.get(form.name)
    return f"{PROV}{named}" if named else (form.element or form.node or PROV.Entity).value


_BY_TYPE: Final = {_type_iri(form): form for form in FORMS.values()}

_CONTEXT_TERMS: Final = frozenset(
    {*_TERMS, *(iri.rpartition("#")[2] for iri in _BY_TYPE), "Bundle", "provext"}
    | {slot.name for form in FORMS.values() for slot in form.slots}
)
"""Words the context defines, which therefore cannot be prefixes."""


def read_statements(stream: BinaryIO, *, name: str, base: str) -> StatementReading:
    """Read PROV-JSONLD.

    ``name`` is what errors call the source; ``base`` is what relative names are made absolute with.
    Reading ``items`` raises ``SourceSyntaxError`` with line, column and what was expected.
    """
    repairs, prefixes = Repairs(base), dict[str, str]()
    place = _Place()
    items = _items(stream, name, base, repairs, prefixes, place)
    return StatementReading(items, prefixes, repairs, place.line)


class _Place:
    """Which record is read: records come in the order of the text."""

    def __init__(self) -> None:
        self.text: JsonText | None = None
        self.records = 0
        self._lines: list[int] | None = None

    def line(self) -> int:
        """The line of the record read last."""
        if self.text is None or not self.records:
            return 1
        if self._lines is None:
            self._lines = [line for path, line in self.text.objects() if path[-1] == "@graph"]
        return self._lines[self.records - 1]


def _items(
    stream: BinaryIO, name: str, base: str, repairs: Repairs, prefixes: dict[str, str], place: _Place
) -> Iterator[tuple[NamedNode | None, Statement]]:
    place.text = text = JsonText(stream, name)
    if not isinstance(text.value, dict) or "@graph" not in text.value:
        text.fail("expected an object with '@context' and '@graph'")
    blank = Blank(base, text)
    outer = _Graph(text, text.value, Scope(repairs, prefixes), blank, ())
    for key, record in outer.records():
        place.records += 1
        if outer.type_of(record) != f"{PROV}Bundle":
            yield from ((None, statement) for statement in outer.statements(key, record))
            continue
        if "@id" not in record:
            outer.fail("expected '@id' for the bundle", key)
        inner = _Graph(text, record, Scope(repairs, prefixes, outer.scope), blank, (key,))
        prefix = key.partition(":")[0] if ":" in key else ""
        bundle = (outer if prefix in outer.scope.names else inner).own_name(key)
        for inner_key, inner_record in inner.records():
            place.records += 1
            yield from ((bundle, each) for each in inner.statements(inner_key, inner_record))


class _Graph:
    """A document or bundle: its scope and the records in its ``@graph``."""

    def __init__(
        self, text: JsonText, content: dict[str, Any], scope: Scope, blank: Blank, path: tuple[str, ...]
    ) -> None:
        self._text, self._content, self._blank, self._path = text, content, blank, path
        self.scope = scope
        for context in listed(content.get("@context", [])):
            if isinstance(context, str):
                if not any(known in context for known in _KNOWN_CONTEXTS):
                    self.fail(f"expected PROV-JSONLD's own context, found <{context}>", "@context", context)
            elif isinstance(context, dict):
                self._declare(context)
            else:
                self.fail("expected a context: an object of prefixes or a URL", "@context")

    def _declare(self, context: dict[str, Any]) -> None:
        for key, value in context.items():
            if isinstance(value, dict) and value.get("@prefix"):
                value = value.get("@id")
            if not isinstance(value, str):
                continue
            if key == "@vocab" or (key == "@base" and "@vocab" not in context):
                self.scope.declare("", value)
            elif not key.startswith("@"):
                self.scope.declare(key, value)

    def fail(self, reason: str, *path: str) -> NoReturn:
        """Raise the error of something wrong under the keys and values of ``path``."""
        self._text.fail(reason, *self._path, *path)

    def records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The objects of the graph, each with a word to find it by: its id, or its type."""
        for record in listed(self._content.get("@graph", [])):
            if not isinstance(record, dict):
                self.fail(f"expected a statement, found {json_text.shown(record)}", "@graph")
            word = record.get("@id", record.get("@type", "@graph"))
            yield (word if isinstance(word, str) else "@graph"), record

    def type_of(self, record: dict[str, Any]) -> str:
        """The IRI of a record's type, empty where there is none."""
        word = record.get("@type")
        if not isinstance(word, str):
            return ""
        if ":" not in word:
            return f"{PROV}{word}"
        node = self.scope.resolve(word, absolute=True)
        return node.value if node is not None else ""

    def name(self, text: Any) -> NamedNode:
        """The IRI a name or node reference stands for. Raises ``RecordError``."""
        if isinstance(text, dict) and set(text) == {"@id"}:
            text = text["@id"]
        if not isinstance(text, str):
            raise RecordError(f"expected a name, found {json_text.shown(text)}")
        if text.startswith("_:"):
            return self._blank.iri(text)
        node = self.scope.resolve(text, absolute=True)
        if node is None:
            raise RecordError(f"expected a declared prefix, found '{text}'", text)
        return node

    def own_name(self, name: str) -> NamedNode:
        """The bundle's IRI."""
        try:
            return self.name(name)
        except RecordError as error:
            self.fail(str(error))

    def statements(self, word: str, record: dict[str, Any]) -> Iterator[Statement]:
        """The statements of one record."""
        form = _BY_TYPE.get(self.type_of(record))
        if form is None:
            kind = str(record.get("@type", ""))
            close = get_close_matches(kind, [iri.rpartition("#")[2] for iri in _BY_TYPE], 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            self.fail(f"expected a kind of statement as '@type', found '{kind}'{hint}", word)
        try:
            yield from self._record(form, record)
        except RecordError as error:
            self.fail(str(error), word, *([error.key] if error.key else []))

    def _record(self, form: Form, record: dict[str, Any]) -> Iterator[Statement]:
        arguments: dict[str, list[Arg]] = {}
        attributes: list[Attribute] = []
        slots = {slot.name: slot for slot in form.slots}
        for key, value in record.items():
            if key in ("@id", "@type"):
                continue
            local = self._local(key)
            if local in slots:
                arguments[local] = self._argument(slots[local], value, key)
                continue
            prop = _TERMS.get(local) or self.name(key)
            attributes.extend((prop, self._value(item, prop)) for item in listed(value))
        given = record.get("@id")
        free = form.element is None and isinstance(given, str) and self._blank.is_free(given)
        identifier = None if given is None or free else self.name(given)
        return statements(form, identifier, arguments, attributes)

    def _local(self, key: str) -> str:
        prefix, colon, local = key.partition(":")
        if not colon:
            return key
        return local if self.scope.names.get(prefix) == str(PROV) else ""

    def _argument(self, slot: Slot, value: Any, key: str) -> list[Arg]:
        if slot.type == "pairs":
            return [tuple(self._pair(item, key) for item in listed(value))]
        if slot.type == "keys":
            return [tuple(key_literal(self._value(item)) for item in listed(value))]
        if slot.type == "iri":
            return [self.name(item) for item in listed(value)]
        return [
            time_literal(item, key)
            if slot.type == "time" and isinstance(item, str)
            else key_literal(self._value(item))
            for item in listed(value)
        ]

    def _pair(self, item: Any, key: str) -> Pair:
        if not isinstance(item, dict) or "key" not in item or "entity" not in item:
            raise RecordError('expected pairs like {"key": ..., "entity": ...}', key)
        return key_literal(self._value(item["key"])), self.name(item["entity"])

    def _value(self, value: Any, prop: NamedNode | None = None) -> NamedNode | Literal:
        if isinstance(value, str) and prop in _NAME_TERMS:
            return self.name(value)
        if not isinstance(value, dict):
            return json_text.plain_literal(value)
        if "@id" in value:
            return self.name(value)
        literal = json_text.plain_literal(value.get("@value"))
        language, datatype = value.get("@language"), value.get("@type")
        if isinstance(language, str):
            return json_text.language_literal(literal.value, language, "@language")
        if datatype is None:
            return literal
        return self.scope.typed(literal.value, self.name(datatype), absolute=True)


def write_statements(
    bundles: Iterable[tuple[NamedNode | None, Iterable[Statement]]],
    output: BinaryIO,
    prefixes: Mapping[str, str],
) -> None:
    """Write statements, grouped by bundle (``None``: outside bundles), as a PROV-JSONLD document.

    Order is kept. ``prefixes`` are used where they fit (JSON-LD wants namespaces to end in a
    delimiter); only those used are declared, others are invented. The text waits in a temporary
    file until the prefixes it needs are known, so that memory stays small.
    """
    fitting = {
        prefix: iri
        for prefix, iri in prefixes.items()
        if iri.endswith(_GEN_DELIMS) and prefix not in _CONTEXT_TERMS
    }
    writer = _Writer(Namer(fitting, _local))
    with Spool() as graph:
        for bundle, group in bundles:
            if bundle is None:
                _write_graph(graph, (writer.record(each) for each in group), "    ", bool(graph))
                continue
            name = json_text.line(writer.names(bundle))
            graph.write(",\n" if graph else "")
            graph.write(f'    {{\n      "@type": "Bundle",\n      "@id": {name},\n      "@context": [],\n')
            graph.write('      "@graph": [\n')
            _write_graph(graph, (writer.record(each) for each in group), "        ", False)
            graph.write("\n      ]\n    }")
        used = "".join(json_text.spread(dict(sorted(writer.names.used.items())), 1, "    "))
        context = f"[\n    {used},\n    {json_text.line(CONTEXT)}\n  ]"
        output.write(f'{{\n  "@context": {context},\n  "@graph": [\n'.encode())
        graph.copy(output)
        output.write(b"\n  ]\n}\n")


def _write_graph(spool: Spool, records: Iterable[dict[str, Any]], margin: str, more: bool) -> None:
    for record in records:
        text = margin + json_text.line(record)
        spool.write(f",\n{text}" if more else text)
        more = True


def _local(local: str) -> str | None:
    return None if local.startswith("//") else local


class _Writer:
    def __init__(self, names: Namer) -> None:
        self.names = names

    def record(self, statement: Statement) -> dict[str, Any]:
        """One statement as an object."""
        form = statement.form
        iri = _type_iri(form)
        kind = self.names(NamedNode(iri)) if iri.startswith(str(MUTABLE)) else iri.rpartition("#")[2]
        record: dict[str, Any] = {"@type": kind}
        if statement.id is not None:
            record["@id"] = self.names(statement.id)
        for slot, arg in zip(form.slots, arguments_of(statement), strict=True):
            if arg is not None:
                record[slot.name] = self._argument(arg, time=slot.type == "time")
        slots = {slot.name for slot in form.slots}
        for prop, value in statement.attributes:
            record.setdefault(self._key(form, prop, slots), []).append(self._value(value, prop))
        return record

    def _key(self, form: Form, prop: NamedNode, slots: set[str]) -> str:
        term = _TERM_OF.get(prop)
        if term is not None and term not in slots:
            return self.names(prop) if term == "value" and form.name != "entity" else term
        local = prop.value.removeprefix(str(PROV))
        return prop.value if local in slots else self.names(prop)

    def _argument(self, arg: Arg, *, time: bool) -> Any:
        if isinstance(arg, NamedNode):
            return self.names(arg)
        if isinstance(arg, Literal):
            return arg.value if time and is_moment(arg) else self._value(arg)
        return [
            self._value(item)
            if isinstance(item, Literal)
            else {"key": self._value(item[0]), "entity": self.names(item[1])}
            for item in arg or ()
        ]

    def _value(self, value: NamedNode | Literal, prop: NamedNode | None = None) -> Any:
        if isinstance(value, NamedNode):
            name = self.names(value)
            return (
                name if prop in _NAME_TERMS else {"@value": name, "@type": self.names(PROV.QUALIFIED_NAME)}
            )
        if value.language:
            return {"@value": value.value, "@language": value.language}
        if value.datatype == XSD_STRING:
            return {"@value": value.value}
        text = value.value
        if value.datatype == PROV.QUALIFIED_NAME:
            text = self.names(NamedNode(text))
        return {"@value": text, "@type": self.names(value.datatype)}

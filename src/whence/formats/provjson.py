"""Reads and writes PROV-JSON (W3C member submission, 2013).

What the submission leaves open is driven by the table FORMS: a kind of statement is a key of the
document by its PROV-N name, and an argument is the key ``prov:`` and the slot's name (``mutable:``
for Mutable-PROV). Dictionaries follow ProvToolbox's schema: ``prov:after``, ``prov:before``,
``prov:key-entity-set`` (a list of ``{"key": ..., "$": entity}``) and ``prov:key-set``. ``hadMember``
may have an id and attributes. An attribute that would be mistaken for an argument is keyed by its
full IRI.

Reading holds the document in memory, and so does writing, since PROV-JSON groups statements by kind.
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
    argument_namespace,
    is_moment,
    statements,
    time_literal,
)
from whence.formats.records import arguments as arguments_of
from whence.formats.statements import FORMS, Arg, Form, Pair, Slot, Statement
from whence.ontology.namespaces import PROV

__all__ = ["read_statements", "write_statements"]

_ALIASES: Final = {
    "newDictionary": "after",
    "oldDictionary": "before",
    "pairs": "key-entity-set",
    "keys": "key-set",
}
_MEMBER: Final = "hadDictionaryMember"


def read_statements(stream: BinaryIO, *, name: str, base: str) -> StatementReading:
    """Read PROV-JSON.

    ``name`` is what errors call the source; ``base`` is what relative names are made absolute with.
    Reading ``items`` raises ``SourceSyntaxError`` with line, column and what was expected.
    """
    repairs, prefixes = Repairs(base), dict[str, str]()
    reader = _Reader(stream, name, base, repairs, prefixes)
    return StatementReading(reader.items(), prefixes, repairs, reader.line)


class _Reader:
    """Parses on the first item asked for, so that errors come from ``items``."""

    def __init__(
        self, stream: BinaryIO, name: str, base: str, repairs: Repairs, prefixes: dict[str, str]
    ) -> None:
        self._source = (stream, name, base)
        self._repairs, self._prefixes = repairs, prefixes
        self._text: JsonText | None = None
        self._container: _Container | None = None
        self._lines: dict[tuple[str, ...], dict[str, int]] | None = None

    def line(self) -> int:
        """The line of the record read last."""
        if self._text is None or self._container is None:
            return 1
        if self._lines is None:
            self._lines = _record_lines(self._text)
        *group, key = self._container.place
        return self._lines.get(tuple(group), {}).get(key, 1)

    def items(self) -> Iterator[tuple[NamedNode | None, Statement]]:
        stream, name, base = self._source
        self._text = text = JsonText(stream, name)
        if not isinstance(text.value, dict):
            text.fail("expected an object with the keys of PROV-JSON (prefix, entity, ...)")
        blank = Blank(base, text)
        scope = Scope(self._repairs, self._prefixes)
        self._container = document = _Container(text, text.value, scope, blank, ())
        yield from ((None, statement) for statement in document.statements())
        for key, content in document.objects(text.value.get("bundle", {}), "bundle"):
            inner = Scope(self._repairs, self._prefixes, scope)
            self._container = container = _Container(text, content, inner, blank, ("bundle", key))
            # A bundle's name belongs to the document, though some files declare its prefix inside.
            prefix = key.partition(":")[0] if ":" in key else ""
            bundle = container.own_name(key, scope if prefix in scope.names else inner)
            yield from ((bundle, statement) for statement in container.statements())


def _record_lines(text: JsonText) -> dict[tuple[str, ...], dict[str, int]]:
    """The lines of all records, by the keys that lead to them and then by their own."""
    lines: dict[tuple[str, ...], dict[str, int]] = {}
    for path, line in text.objects():
        if len(path) == 3 or (len(path) == 5 and path[1] == "bundle"):
            lines.setdefault(path[1:-1], {}).setdefault(path[-1], line)
    return lines


class _Container:
    """The statements of a document or a bundle; ``path`` says which, ``place`` which record is read."""

    def __init__(
        self, text: JsonText, content: dict[str, Any], scope: Scope, blank: Blank, path: tuple[str, ...]
    ) -> None:
        self._text, self._content, self._scope, self._blank = text, content, scope, blank
        self._path = self.place = path
        for declared in listed(content.get("prefix", {})):
            if not isinstance(declared, dict):
                self._fail("expected an object of prefixes", "prefix")
            for prefix, iri in declared.items():
                if not isinstance(iri, str):
                    self._fail(f"expected an IRI for the prefix '{prefix}'", "prefix", prefix)
                scope.declare("" if prefix == "default" else prefix, iri)

    def statements(self) -> Iterator[Statement]:
        """All statements, kind by kind."""
        for kind, group in self._content.items():
            if kind == "prefix" or (kind == "bundle" and not self._path):
                continue
            form = FORMS.get(kind)
            if form is None:
                close = get_close_matches(kind, [*FORMS, "prefix", "bundle"], 1)
                hint = f"; did you mean '{close[0]}'?" if close else ""
                self._fail(f"expected a kind of statement, found '{kind}'{hint}", kind)
            for key, record in self.objects(group, kind):
                self.place = (*self._path, kind, key)
                try:
                    yield from self._record(form, key, record)
                except RecordError as error:
                    self._fail(str(error), kind, key, *([error.key] if error.key else []))

    def objects(self, group: Any, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The records of ``{id: record, id: [record, record]}``."""
        for part in listed(group):
            if not isinstance(part, dict):
                self._fail(f"expected an object of {kind} records by their ids", kind)
            for key, records in part.items():
                for record in listed(records):
                    if not isinstance(record, dict):
                        self._fail(f"expected an object for {kind} '{key}'", kind, key)
                    yield key, record

    def _fail(self, reason: str, *path: str) -> NoReturn:
        self._text.fail(reason, *self._path, *path)

    def name(self, text: Any, scope: Scope | None = None) -> NamedNode:
        """The IRI ``text`` stands for. Raises ``RecordError``."""
        if isinstance(text, dict) and set(text) <= {"$", "type"}:
            text = text.get("$")
        if not isinstance(text, str):
            raise RecordError(f"expected a name, found {json_text.shown(text)}")
        if text.startswith("_:"):
            return self._blank.iri(text)
        node = (scope or self._scope).resolve(text, absolute=True)
        if node is None:
            raise RecordError(f"expected a declared prefix, found '{text}'", text)
        return node

    def own_name(self, key: str, scope: Scope) -> NamedNode:
        """The bundle's IRI."""
        try:
            return self.name(key, scope)
        except RecordError as error:
            self._fail(str(error))

    def _record(self, form: Form, key: str, record: dict[str, Any]) -> Iterator[Statement]:
        arguments: dict[str, list[Arg]] = {}
        attributes: list[Attribute] = []
        slots = _SLOTS[form.name]
        for name, value in record.items():
            prefix, _, local = name.partition(":")
            slot = slots.get(local) if self._scope.names.get(prefix) == argument_namespace(form) else None
            if slot is not None:
                arguments[slot.name] = self._argument(slot, value, name)
            else:
                prop = self.name(name)
                attributes.extend((prop, self._value(item, name)) for item in listed(value))
        identifier = None if form.element is None and self._blank.is_free(key) else self.name(key)
        return statements(form, identifier, arguments, attributes)

    def _argument(self, slot: Slot, value: Any, key: str) -> list[Arg]:
        if slot.type == "pairs":
            return [tuple(pair for item in listed(value) for pair in self._pairs(item, key))]
        if slot.type == "keys":
            return [tuple(key_literal(self._value(item, key)) for item in listed(value))]
        return [self._single(slot, item, key) for item in listed(value)]

    def _single(self, slot: Slot, value: Any, key: str) -> Arg:
        if slot.type == "iri":
            return self.name(value)
        if slot.type == "time" and isinstance(value, str):
            return time_literal(value, key)
        return key_literal(self._value(value, key))

    def _pairs(self, item: Any, key: str) -> Iterator[Pair]:
        if not isinstance(item, dict):
            raise RecordError('expected pairs like {"key": ..., "$": entity}', key)
        if "$key-datatype" in item:
            datatype = self.name(item["$key-datatype"])
            yield from (
                (Literal(each, datatype=datatype), self.name(entity))
                for each, entity in item.items()
                if each != "$key-datatype"
            )
        elif "key" in item and "$" in item:
            yield key_literal(self._value(item["key"], key)), self.name(item["$"])
        else:
            raise RecordError("expected a pair with 'key' and '$'", key)

    def _value(self, value: Any, key: str) -> NamedNode | Literal:
        if isinstance(value, str | int | float):
            return json_text.plain_literal(value)
        if not isinstance(value, dict) or "$" not in value:
            raise RecordError(f"expected a value, found {json_text.shown(value)}", key)
        literal = json_text.plain_literal(value["$"])
        language, datatype = value.get("lang"), value.get("type")
        if isinstance(language, str):
            return json_text.language_literal(literal.value, language, key)
        if datatype is None:
            return literal
        return self._scope.typed(literal.value, self.name(datatype), absolute=True)


def write_statements(
    bundles: Iterable[tuple[NamedNode | None, Iterable[Statement]]],
    output: BinaryIO,
    prefixes: Mapping[str, str],
) -> None:
    """Write statements, grouped by bundle (``None``: outside bundles), as a PROV-JSON document.

    The kinds come in the order of the table FORMS, records of a kind in the order given. Relations
    without an id get blank names (``_:id1``...). ``prefixes`` are used where they fit; only those
    used are declared, others are invented.
    """
    writer = _Writer(Namer(prefixes, _local))
    document: dict[str, dict[str, Any]] = {}
    inner: dict[str, dict[str, dict[str, Any]]] = {}
    for bundle, group in bundles:
        target = document if bundle is None else inner.setdefault(writer.names(bundle), {})
        for statement in group:
            writer.add(statement, target)
    content: dict[str, Any] = {"prefix": dict(sorted(writer.names.used.items())), **_ordered(document)}
    if inner:
        content["bundle"] = {name: _ordered(kinds) for name, kinds in inner.items()}
    separator = b"{\n"
    for key, value in content.items():
        output.write(separator + f"  {json_text.line(key)}: ".encode())
        for text in json_text.spread(value, 3 if key == "bundle" else 1, "  "):
            output.write(text.encode())
        separator = b",\n"
    output.write(b"\n}\n")


def _ordered(kinds: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {kind: kinds[kind] for kind in FORMS if kind in kinds}


def _local(local: str) -> str | None:
    return local


class _Writer:
    def __init__(self, names: Namer) -> None:
        self.names = names
        self._anonymous = 0

    def add(self, statement: Statement, target: dict[str, dict[str, Any]]) -> None:
        """Add one statement to the records of a document or bundle, by kind and id."""
        if statement.id is None:
            self._anonymous += 1
            key = f"_:id{self._anonymous}"
        else:
            key = self.names(statement.id)
        records = target.setdefault(statement.kind, {})
        record = self._record(statement)
        known = records.get(key)
        if known is None:
            records[key] = record
        elif isinstance(known, list):
            known.append(record)
        else:
            records[key] = [known, record]

    def _record(self, statement: Statement) -> dict[str, Any]:
        form = statement.form
        space = argument_namespace(form)
        record: dict[str, Any] = {}
        args = dict(zip((slot.name for slot in form.slots), arguments_of(statement), strict=True))
        times = {slot.name for slot in form.slots if slot.type == "time"}
        if form.name == _MEMBER:
            args = {"dictionary": args["dictionary"], "pairs": ((args["key"], args["entity"]),)}  # type: ignore[dict-item]
        for name, arg in args.items():
            if arg is not None:
                key = self.names(NamedNode(space + _ALIASES.get(name, name)))
                record[key] = self._argument(arg, time=name in times)
        taken = set(record)
        values: dict[str, list[Any]] = {}
        for prop, value in statement.attributes:
            name = self.names(prop)
            local = name.partition(":")[2]
            clash = name in taken or (prop.value.startswith(space) and local in _SLOTS[form.name])
            values.setdefault(prop.value if clash else name, []).append(self.value(value))
        record.update({name: found[0] if len(found) == 1 else found for name, found in values.items()})
        return record

    def _argument(self, arg: Arg, *, time: bool) -> Any:
        if isinstance(arg, NamedNode):
            return self.names(arg)
        if isinstance(arg, Literal):
            return arg.value if time and is_moment(arg) else self.value(arg)
        return [
            self.value(item)
            if isinstance(item, Literal)
            else {"key": self.value(item[0]), "$": self.names(item[1])}
            for item in arg or ()
        ]

    def value(self, value: NamedNode | Literal) -> Any:
        """An attribute's value, or a key."""
        if isinstance(value, NamedNode):
            return {"$": self.names(value), "type": self.names(PROV.QUALIFIED_NAME)}
        if value.language:
            return {"$": value.value, "lang": value.language}
        if value.datatype == XSD_STRING:
            return value.value
        text = value.value
        if value.datatype == PROV.QUALIFIED_NAME:
            text = self.names(NamedNode(text))
        return {"$": text, "type": self.names(value.datatype)}


def _slots(form: Form) -> dict[str, Slot]:
    slots = {slot.name: slot for slot in form.slots}
    slots.update({_ALIASES[slot.name]: slot for slot in form.slots if slot.name in _ALIASES})
    if form.name == _MEMBER:
        slots["key-entity-set"] = Slot("pairs", "pairs")
    return slots


_SLOTS: Final = {form.name: _slots(form) for form in FORMS.values()}

"""Turns the events of an XML parser into PROV statements."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final
from xml.sax import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.formats.identifiers import Repairs
from whence.formats.qnames import Scope, key_literal
from whence.formats.records import (
    Attribute,
    RecordError,
    argument_namespace,
    statements,
    time_literal,
)
from whence.formats.statements import FORMS, Arg, Form, Slot, Statement
from whence.ontology.namespaces import MUTABLE, PROV, WHENCE

__all__ = ["PAIR", "Handler"]

PAIR: Final = "keyEntityPair"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_BUNDLE: Final = "bundleContent"

_TYPED: Final = {
    "plan": ("entity", PROV.Plan),
    "bundle": ("entity", PROV.Bundle),
    "collection": ("entity", PROV.Collection),
    "emptyCollection": ("entity", PROV.EmptyCollection),
    "dictionary": ("entity", PROV.Dictionary),
    "emptyDictionary": ("entity", PROV.EmptyDictionary),
    "person": ("agent", PROV.Person),
    "organization": ("agent", PROV.Organization),
    "softwareAgent": ("agent", PROV.SoftwareAgent),
    "wasRevisionOf": ("wasDerivedFrom", PROV.Revision),
    "wasQuotedFrom": ("wasDerivedFrom", PROV.Quotation),
    "hadPrimarySource": ("wasDerivedFrom", PROV.PrimarySource),
}
"""Elements of the note's schema that say a statement and a type in one."""


@dataclass(slots=True)
class _Element:
    """An element being read: its name, attributes by expanded name, text so far, and place."""

    name: str
    attributes: dict[str, str]
    scope: Scope
    line: int
    column: int
    text: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Record:
    """A statement being read."""

    form: Form
    element: _Element
    arguments: dict[str, list[Arg]]
    attributes: list[Attribute]
    pair: list[Arg] = field(default_factory=list)


class Handler(ContentHandler):
    """Collects statements as a parser goes; ``take`` hands over those that are complete."""

    def __init__(self, name: str, repairs: Repairs, prefixes: dict[str, str]) -> None:
        super().__init__()
        self.name = name
        self._repairs, self._prefixes = repairs, prefixes
        self._scope = Scope(repairs, prefixes)
        self._open: list[_Element] = []
        self._record: _Record | None = None
        self._bundle: NamedNode | None = None
        self._in_bundle = False
        self._ignored = 0
        self._done: list[tuple[int, NamedNode | None, Statement]] = []
        self._locator: Locator | None = None

    def take(self) -> list[tuple[int, NamedNode | None, Statement]]:
        """The statements completed since the last call, each with its line and bundle."""
        done, self._done = self._done, []
        return done

    def error(self, reason: str, element: _Element | None = None) -> SourceSyntaxError:
        """An error at an element, or where the parser is."""
        line, column = (element.line, element.column) if element else self._place()
        return SourceSyntaxError(reason, source=self.name, line=line, column=column)

    def _place(self) -> tuple[int, int]:
        locator = self._locator
        if locator is None:
            return 1, 1
        return locator.getLineNumber() or 1, (locator.getColumnNumber() or 0) + 1

    # What the parser calls

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802  # ContentHandler's name
        """Remember where to ask for positions."""
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Open a document, bundle, statement, argument or attribute."""
        if self._ignored:
            self._ignored += 1
            return
        element = self._element(name, attrs)
        depth = len(self._open)
        self._open.append(element)
        if depth == 0:
            if element.name != f"{PROV}document":
                raise self.error(f"expected prov:document, found {name}", element)
        elif self._record is None:
            self._open_statement(element, name)
        elif depth - self._in_bundle == 2:
            self._open_child(element)
        elif depth - self._in_bundle > 3 or not self._is_pair(self._open[-2]):
            raise self.error(f"expected text, found the element {name}", element)

    def characters(self, content: str) -> None:
        """Keep the text of arguments and attributes."""
        if self._record is not None:
            self._open[-1].text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002  # ContentHandler's signature
        """Close what was opened last; a closed statement is complete."""
        if self._ignored:
            self._ignored -= 1
            if self._ignored:
                return
        element = self._open.pop()
        self._scope = self._open[-1].scope if self._open else self._scope
        record, level = self._record, len(self._open) - self._in_bundle
        try:
            if record is None:
                if self._in_bundle and level == 0:
                    self._bundle, self._in_bundle = None, False
            elif level == 1:
                self._record = None
                line = record.element.line
                self._done.extend((line, self._bundle, each) for each in self._statements(record))
            elif level == 2:
                self._close_child(record, element)
            else:
                self._close_pair_part(record, element)
        except RecordError as error:
            raise self.error(str(error), element) from error

    # Steps

    def _element(self, name: str, attrs: AttributesImpl) -> _Element:
        declared = [key for key in attrs.getNames() if key == "xmlns" or key.startswith("xmlns:")]
        if declared:
            self._scope = Scope(self._repairs, self._prefixes, self._scope)
            for key in declared:
                self._scope.declare(key[6:], attrs.getValue(key))
            self._prefixes.pop("xsi", None)
        line, column = self._place()
        place = _Element("", {}, self._scope, line, column)
        place.name = self._expand(name, place, "")
        for key in attrs.getNames():
            if key not in declared:
                place.attributes[self._expand(key, place, None)] = attrs.getValue(key)
        return place

    def _expand(self, name: str, element: _Element, default: str | None) -> str:
        prefix, colon, local = name.partition(":")
        if not colon:
            return name if default is None else self._scope.names.get("", default) + name
        if prefix == "xml":
            return f"{_XML}{local}"
        namespace = self._scope.names.get(prefix)
        if namespace is None and local == "lang":
            self._repairs.note(name, "xml:lang")
            return f"{_XML}lang"
        if namespace is None:
            close = get_close_matches(prefix, list(self._scope.names), 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise self.error(f"expected a declared prefix, found '{prefix}'{hint}", element)
        return namespace + local

    def _open_statement(self, element: _Element, name: str) -> None:
        space, local = _split(element.name)
        if element.name == f"{PROV}{_BUNDLE}" and not self._in_bundle:
            self._enter(element)
            return
        form, kind = FORMS.get(local), None
        if form is not None and space != argument_namespace(form):
            form = None
        if form is None and space == PROV and local in _TYPED:
            word, kind = _TYPED[local]
            form = FORMS[word]
        if element.name == f"{PROV}other":
            self._repairs.note("prov:other", "left out")
            self._ignored = 1
            return
        if form is None:
            close = get_close_matches(local, [*FORMS, *_TYPED, _BUNDLE], 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise self.error(f"expected a statement, found {name}{hint}", element)
        attributes: list[Attribute] = [] if kind is None else [(PROV.type, kind)]
        # A set has no element of its own, so an empty one leaves no trace.
        sets: dict[str, list[Arg]] = {
            slot.name: [()] for slot in form.slots if slot.type in ("pairs", "keys")
        }
        self._record = _Record(form, element, sets, attributes)

    def _enter(self, element: _Element) -> None:
        self._bundle = self._named(element, "id", "prov:id for the bundle")
        self._in_bundle = True

    def _open_child(self, element: _Element) -> None:
        record = self._record
        space, local = _split(element.name)
        # Older files hold a bundle's statements in prov:bundle itself.
        if record is None or record.element.name != f"{PROV}bundle" or self._in_bundle or space != PROV:
            return
        form = FORMS.get(local)
        if local in _TYPED or (form is not None and argument_namespace(form) == space):
            self._record = None
            self._enter(record.element)
            self._open_statement(element, local)

    def _is_pair(self, element: _Element) -> bool:
        return element.name in (f"{PROV}{PAIR}", f"{PROV}keyValuePair")

    def _close_child(self, record: _Record, element: _Element) -> None:
        space, local = _split(element.name)
        form = record.form
        slots = {slot.name: slot for slot in form.slots}
        if self._is_pair(element):
            self._close_pair(record)
            return
        if element.name == f"{PROV}key" and "keys" in slots:
            keys = record.arguments["keys"][0]
            record.arguments["keys"] = [(*keys, key_literal(self._value(element)))]  # type: ignore[misc]
            return
        slot = slots.get(local) if space == argument_namespace(form) else None
        if slot is not None:
            record.arguments.setdefault(slot.name, []).append(self._argument(slot, element))
        else:
            record.attributes.append((self._property(element), self._value(element)))

    def _close_pair_part(self, record: _Record, element: _Element) -> None:
        _, local = _split(element.name)
        if local == "key":
            record.pair.append(key_literal(self._value(element)))
        elif local == "entity":
            record.pair.append(self._named(element, "ref", "prov:ref for the entity of the pair"))
        else:
            raise RecordError(f"expected prov:key and prov:entity, found {local}")

    def _close_pair(self, record: _Record) -> None:
        pair, record.pair = record.pair, []
        key = next((part for part in pair if isinstance(part, Literal)), None)
        entity = next((part for part in pair if isinstance(part, NamedNode)), None)
        if key is None or entity is None or len(pair) != 2:
            raise RecordError("expected one prov:key and one prov:entity in the pair")
        known = record.arguments.setdefault("pairs", [()])[0]
        record.arguments["pairs"] = [(*known, (key, entity))]  # type: ignore[misc]

    def _argument(self, slot: Slot, element: _Element) -> Arg:
        if slot.type == "iri":
            return self._named(element, "ref", f"prov:ref for the {slot.name}")
        if slot.type == "time" and f"{_XSI}type" not in element.attributes:
            return time_literal("".join(element.text), slot.name)
        return key_literal(self._value(element))

    def _property(self, element: _Element) -> NamedNode:
        if element.name == WHENCE.attribute.value:
            return self._resolve(element, element.attributes.get(WHENCE.name.value, ""))
        return element.scope.iri(element.name)

    def _named(self, element: _Element, attribute: str, otherwise: str) -> NamedNode:
        text = element.attributes.get(f"{PROV}{attribute}") or element.attributes.get(attribute)
        if not text:
            raise self.error(f"expected {otherwise}", element)
        return self._resolve(element, text)

    def _resolve(self, element: _Element, text: str) -> NamedNode:
        node = element.scope.resolve(text.strip(), absolute=True)
        if node is None:
            raise self.error(f"expected a declared prefix, found '{text}'", element)
        return node

    def _value(self, element: _Element) -> NamedNode | Literal:
        text = "".join(element.text)
        if element.attributes.get(WHENCE.escaped.value) == "json":
            text = _unescaped(text)
        language = element.attributes.get(f"{_XML}lang")
        kind = element.attributes.get(f"{_XSI}type")
        if language:
            try:
                return Literal(text, language=language)
            except ValueError as error:
                raise RecordError(f"expected a language tag, found '{language}'") from error
        if kind is None:
            return Literal(text)
        return element.scope.typed(text, self._resolve(element, kind), absolute=True)

    def _statements(self, record: _Record) -> list[Statement]:
        element = record.element
        identifier = None
        if f"{PROV}id" in element.attributes or "id" in element.attributes:
            identifier = self._named(element, "id", "a name in prov:id")
        arguments = record.arguments
        if arguments.get("pairs") == [()] and record.form.name == "hadDictionaryMember":
            del arguments["pairs"]
        return list(statements(record.form, identifier, arguments, record.attributes))


def _unescaped(text: str) -> str:
    try:
        value = json.loads(f'"{text}"')
    except json.JSONDecodeError as error:
        raise RecordError(f"expected the inside of a JSON string, found '{text}'") from error
    return str(value).encode("utf-8", "replace").decode()


def _split(name: str) -> tuple[str, str]:
    for space in (str(PROV), str(MUTABLE)):
        if name.startswith(space):
            return space, name[len(space) :]
    return "", name

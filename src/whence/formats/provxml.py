"""Reads and writes PROV-XML (W3C note, 2013) with the dictionary elements of PROV-DICTIONARY.

What the note leaves open is driven by the table FORMS: a statement is an element by its PROV-N name
in the namespace of its terms (``prov:`` or ``mutable:``), an argument a child element by its slot's
name with ``prov:ref``. Sets are repeated ``prov:keyEntityPair`` (``prov:key``, ``prov:entity``) and
``prov:key`` elements. ``hadMember`` may have an id and attributes.

Three extensions keep what XML cannot say: ``whence:attribute`` with ``whence:name`` for attributes
whose property makes no element name or would be mistaken for an argument; ``whence:escaped="json"``
on text with characters XML forbids; local names are not limited to those of ``xsd:QName``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Final
from xml.sax import SAXException, SAXParseException
from xml.sax.saxutils import escape

import defusedxml.sax
from defusedxml.common import DefusedXmlException
from pyoxigraph import Literal, NamedNode

from whence.errors import SourceSyntaxError
from whence.formats.identifiers import Repairs
from whence.formats.provxml_handler import PAIR, Handler
from whence.formats.qnames import XSD_STRING, Namer, StatementReading, ncname
from whence.formats.records import argument_namespace, arguments, is_moment
from whence.formats.spool import Spool
from whence.formats.statements import Arg, Form, Slot, Statement
from whence.ontology.namespaces import PROV, WHENCE, XSD

__all__ = ["read_statements", "write_statements"]

_CHUNK = 1 << 16
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ORDER: Final = {PROV[name]: n for n, name in enumerate(("label", "location", "role", "type", "value"))}
_EXPLICIT: Final = frozenset({PROV.type, PROV.location, PROV.value})
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


def read_statements(stream: BinaryIO, *, name: str, base: str) -> StatementReading:
    """Read PROV-XML, streaming.

    ``name`` is what errors call the source; ``base`` is what relative names are made absolute with.
    DTDs and entity declarations are refused. Reading ``items`` raises ``SourceSyntaxError`` with
    line, column and what was expected.
    """
    repairs, prefixes = Repairs(base), dict[str, str]()
    handler = Handler(name, repairs, prefixes)
    place = _Place()
    return StatementReading(_items(stream, handler, place), prefixes, repairs, place)


class _Place:
    """The line of the item given last."""

    __slots__ = ("line",)

    def __init__(self) -> None:
        self.line = 1

    def __call__(self) -> int:
        return self.line


def _items(
    stream: BinaryIO, handler: Handler, place: _Place
) -> Iterator[tuple[NamedNode | None, Statement]]:
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    handler.setDocumentLocator(parser)
    try:
        parser.feed(b"")  # so that closing complains of a source without any element
        while data := stream.read(_CHUNK):
            parser.feed(data)
            for place.line, bundle, statement in handler.take():
                yield bundle, statement
        parser.close()
    except DefusedXmlException as error:
        raise handler.error("DTDs and entity declarations are refused") from error
    except SAXParseException as error:
        raise SourceSyntaxError(
            f"not XML: {error.getMessage()}",
            source=handler.name,
            line=error.getLineNumber(),
            column=(error.getColumnNumber() or 0) + 1,
        ) from error
    except (SAXException, LookupError, ValueError) as error:  # the last two: encodings expat cannot read
        raise handler.error(f"not XML: {error}") from error
    for place.line, bundle, statement in handler.take():
        yield bundle, statement


def write_statements(
    bundles: Iterable[tuple[NamedNode | None, Iterable[Statement]]],
    output: BinaryIO,
    prefixes: Mapping[str, str],
) -> None:
    """Write statements, grouped by bundle (``None``: outside bundles), as a PROV-XML document.

    Order is kept within a bundle; attributes come in the order of the note's schema. ``prefixes``
    are used where they fit; only those used are declared, others are invented. The text waits in a
    temporary file until the prefixes it needs are known, so that memory stays small.
    """
    names = Namer(prefixes, _local)
    names(PROV.document)
    writer = _Writer(names)
    with Spool() as top, Spool() as inner:
        for bundle, statements in bundles:
            part, indent = (top, "  ") if bundle is None else (inner, "    ")
            if bundle is not None:
                part.write(f'  <prov:bundleContent prov:id="{_attribute(names(bundle))}">\n')
            for statement in statements:
                part.write(writer.text(statement, indent))
            if bundle is not None:
                part.write("  </prov:bundleContent>\n")
        declared = {**names.used, "xsi": _XSI, "xsd": str(XSD).removesuffix("#")}
        head = "".join(
            f'\n    xmlns:{prefix}="{_attribute(iri)}"' for prefix, iri in sorted(declared.items())
        )
        output.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<prov:document{head}>\n'.encode())
        top.copy(output)
        inner.copy(output)
        output.write(b"</prov:document>\n")


def _local(local: str) -> str | None:
    return local


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


class _Writer:
    def __init__(self, names: Namer) -> None:
        self._names = names
        self._elements: dict[NamedNode, str | None] = {}

    def text(self, statement: Statement, indent: str) -> str:
        """One statement as an element."""
        form = statement.form
        space = argument_namespace(form)
        tag = self._names(NamedNode(space + form.name))
        identifier = (
            f' prov:id="{_attribute(self._names(statement.id))}"' if statement.id is not None else ""
        )
        inner = f"{indent}  "
        lines = list(self._arguments(form, arguments(statement), inner))
        for prop, value in sorted(statement.attributes, key=lambda item: _ORDER.get(item[0], len(_ORDER))):
            lines.append(self._attribute(form, prop, value, inner))
        if not lines:
            return f"{indent}<{tag}{identifier}/>\n"
        return f"{indent}<{tag}{identifier}>\n{''.join(lines)}{indent}</{tag}>\n"

    def _arguments(self, form: Form, args: tuple[Arg, ...], indent: str) -> Iterator[str]:
        if form.name == "hadDictionaryMember":
            dictionary, entity, key = args
            yield self._argument(form, form.slots[0], dictionary, indent)
            if isinstance(entity, NamedNode) and isinstance(key, Literal):
                yield self._pair(key, entity, indent)
            return
        for slot, arg in zip(form.slots, args, strict=True):
            if isinstance(arg, tuple):
                for item in arg:
                    yield (
                        self._value("prov:key", item, indent)
                        if isinstance(item, Literal)
                        else self._pair(*item, indent)
                    )
            elif arg is not None:
                yield self._argument(form, slot, arg, indent)

    def _argument(self, form: Form, slot: Slot, arg: Arg, indent: str) -> str:
        tag = self._names(NamedNode(argument_namespace(form) + slot.name))
        if isinstance(arg, NamedNode):
            return f'{indent}<{tag} prov:ref="{_attribute(self._names(arg))}"/>\n'
        if isinstance(arg, Literal):
            if slot.type == "time" and is_moment(arg):
                return f"{indent}<{tag}>{arg.value}</{tag}>\n"
            return self._value(tag, arg, indent)
        raise TypeError(f"{slot.name} of {form.name} is no single argument")

    def _pair(self, key: Literal, entity: NamedNode, indent: str) -> str:
        inner = f"{indent}  "
        return (
            f"{indent}<prov:{PAIR}>\n{self._value('prov:key', key, inner)}"
            f'{inner}<prov:entity prov:ref="{_attribute(self._names(entity))}"/>\n{indent}</prov:{PAIR}>\n'
        )

    def _attribute(self, form: Form, prop: NamedNode, value: NamedNode | Literal, indent: str) -> str:
        if prop not in self._elements:
            self._elements[prop] = self._names.within(prop, ncname)
        tag = self._elements[prop]
        if tag is None or _is_argument(form, prop):
            tag = self._names(WHENCE.attribute)
            name = f' {self._names(WHENCE.name)}="{_attribute(self._names(prop))}"'
            return self._value(tag, value, indent, name)
        return self._value(tag, value, indent, explicit=prop in _EXPLICIT)

    def _value(
        self, tag: str, value: NamedNode | Literal, indent: str, more: str = "", *, explicit: bool = False
    ) -> str:
        if isinstance(value, NamedNode):
            text, kind = self._names(value), ' xsi:type="xsd:QName"'
        elif value.language:
            text, kind = value.value, f' xml:lang="{value.language}"'
        elif value.datatype == XSD_STRING:
            text, kind = value.value, ' xsi:type="xsd:string"' if explicit else ""
        else:
            text, kind = value.value, f' xsi:type="{_attribute(self._names(value.datatype))}"'
            if value.datatype == PROV.QUALIFIED_NAME:
                text = self._names(NamedNode(text))
        if _FORBIDDEN.search(text):
            text = json.dumps(text)[1:-1]
            more += f' {self._names(WHENCE.escaped)}="json"'
        return f"{indent}<{tag}{more}{kind}>{escape(text, {chr(13): '&#13;'})}</{tag}>\n"


def _is_argument(form: Form, prop: NamedNode) -> bool:
    space = argument_namespace(form)
    iri = prop.value
    if iri in (f"{PROV}key", f"{PROV}{PAIR}", f"{PROV}keyValuePair", WHENCE.attribute.value):
        return True
    return iri.startswith(space) and iri[len(space) :] in {slot.name for slot in form.slots}

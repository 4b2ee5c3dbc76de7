"""Reads PROV-N: the W3C recommendation of 2013 and the extension expressions of the table FORMS.

The reader streams: it keeps one statement and a buffer in memory, whatever the size of the source.
Arguments are parsed by the slots of :data:`~whence.formats.statements.FORMS`, so PROV-DICTIONARY,
PROV-LINKS and Mutable-PROV expressions need no code of their own. They may be written bare or with
a prefix (``prov:mentionOf``), as the extensibility rules of PROV-N want.

Accepted beyond the grammar: optional arguments left out one by one from the right; a bundle whose
name uses a prefix the bundle itself declares; and the older Versioned-PROV dialect, each departure
noted among the repairs: no ``document`` around the statements, unprefixed attributes (``type``,
``value``, ``moment``...), types as strings (``type="version:Reference"``), bare names as checkpoints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NoReturn

from pyoxigraph import Literal, NamedNode

from whence.formats import provn_dialect as dialect
from whence.formats import provn_tokens as tokens
from whence.formats.identifiers import Repairs
from whence.formats.provn_source import Source
from whence.formats.qnames import XSD_DATETIME, Scope, StatementReading, key_literal
from whence.formats.statements import FORMS, Arg, Form, Pair, Slot, Statement
from whence.ontology.namespaces import XSD

__all__ = ["read_statements"]

_XSD_INT: Final = XSD.int
_ELEMENT_ID: Final = Slot("identifier", "iri", required=True)
_STRUCTURE: Final = ("document", "endDocument", "bundle", "endBundle", "prefix", "default")
_WORDS: Final = (*FORMS, *_STRUCTURE)
_TIME_SHOWN: Final = re.compile(r"[\w:.+-]{1,40}")


def read_statements(stream: BinaryIO, *, name: str, base: str) -> StatementReading:
    """Read PROV-N, streaming.

    ``name`` is what errors call the source; ``base`` is what relative names are made absolute with.
    Reading ``items`` raises ``SourceSyntaxError`` with line, column and what was expected.
    """
    reader = _Reader(Source(stream, name), Repairs(base))
    return StatementReading(reader.items(), reader.prefixes, reader.repairs, reader.source.line)


class _Reader:
    """The grammar: one method for each production that has a shape of its own.

    Methods take the offset to read at and give back the offset behind what they read.
    """

    def __init__(self, source: Source, repairs: Repairs) -> None:
        self.source = source
        self.repairs = repairs
        self.prefixes: dict[str, str] = {}
        self.outer = self.scope = Scope(repairs, self.prefixes, unescape=tokens.unescape_local)
        self.bundle: NamedNode | None = None
        self.wrapped = True
        self.finished = False

    def items(self) -> Iterator[tuple[NamedNode | None, Statement]]:
        """All statements, each with its bundle."""
        self.source.sentence(self._open)
        while not self.finished:
            statement = self.source.sentence(self._sentence)
            if statement is not None:
                yield self.bundle, statement
        self.source.sentence(self._close)

    def _open(self) -> None:
        source = self.source
        match = tokens.NAME.match(source.buffer, source.position)
        if match and match[1] == "document":
            source.position = match.end(1)
        elif match and match[1] in (*FORMS, "prefix", "default", "bundle"):
            self.wrapped = False
            self.repairs.note("statements without a document", "document ... endDocument")
        else:
            source.fail(source.position, "'document'", found=match[1] if match else "", known=("document",))

    def _close(self) -> None:
        if not self.source.at_end():
            self.source.fail(self.source.position, "nothing after 'endDocument'")

    def _sentence(self) -> Statement | None:
        source = self.source
        buffer, start = source.buffer, source.position
        if source.at_end() and not self.wrapped and self.bundle is None:
            self.finished = True
            return None
        match = tokens.NAME.match(buffer, start)
        if match is None:
            source.fail(start, "a statement or " + self._end_word())
        word = match[1]
        if buffer.startswith("(", match.end()):
            return self._statement(word, start, match.end())
        if word in ("prefix", "default"):
            source.position = self._declare(start)
        elif word == "bundle" and self.bundle is None:
            self._open_bundle(match.end())
        elif word == "endBundle" and self.bundle is not None:
            self.bundle, self.scope, source.position = None, self.outer, match.end(1)
        elif word == "endDocument" and self.bundle is None:
            self.finished, source.position = True, match.end(1)
        elif word in FORMS:
            source.fail(match.end(), f"'(' after {word}")
        else:
            source.fail(start, "a statement or " + self._end_word(), found=word, known=_WORDS)
        return None

    def _end_word(self) -> str:
        if self.bundle is not None:
            return "'endBundle'"
        return "'endDocument'" if self.wrapped else "the end of the text"

    def _declare(self, at: int) -> int:
        source = self.source
        match = tokens.DECLARATION.match(source.buffer, at)
        if match is None:
            source.fail(at, "a declaration like 'prefix ex <http://example.org/>'")
        prefix, iri = match[1] or "", match[2]
        if prefix in ("prov", "xsd") and iri.rstrip("#") != self.outer.names[prefix].rstrip("#"):
            source.fail(at, f"prefix {prefix} to stay <{self.outer.names[prefix]}>")
        self.scope.declare(prefix, iri)
        return match.end(2) + 1

    def _open_bundle(self, at: int) -> None:
        source = self.source
        name = tokens.NAME.match(source.buffer, at)
        if name is None:
            source.fail(at, "the bundle's name")
        scope = self.scope = Scope(self.repairs, self.prefixes, self.outer)
        end, at = name.end(1), name.end()
        while tokens.DECLARATION.match(source.buffer, at):
            end = self._declare(at)
            space = tokens.SPACE.match(source.buffer, end)
            at = space.end() if space else end
        if at >= len(source.buffer):
            self.scope = self.outer
            source.fail(at, "a statement or 'endBundle'")
        prefix = name[1].partition(":")[0] if ":" in name[1] else ""
        self.scope = self.outer if prefix in self.outer.names else scope
        self.bundle = self._resolve(name[1], name.start())
        self.scope, source.position = scope, end

    # Statements

    def _statement(self, word: str, start: int, at: int) -> Statement:
        form = FORMS.get(word) or self._extension(word, start)
        at = self._space(at + 1)
        identifier = None
        slots = form.slots
        if form.element is not None:
            slots = (_ELEMENT_ID, *slots)
        else:
            match = tokens.OPTIONAL_ID.match(self.source.buffer, at)
            if match is not None:
                if match[1] != "-":
                    if not form.identified:
                        self.source.fail(at, f"no identifier: {form.name} has none")
                    identifier = self._resolve(match[1], at)
                at = match.end()
        values, attributes = self._arguments(form, slots, at)
        if form.element is not None:
            return Statement(form.name, values[0], values[1:], attributes)  # type: ignore[arg-type]
        return Statement(form.name, identifier, values, attributes)

    def _extension(self, word: str, start: int) -> Form:
        form = dialect.EXTENSIONS.get(self._resolve(word, start).value) if ":" in word else None
        if form is None:
            self.source.fail(start, "a kind of statement known here", found=word, known=_WORDS)
        return form

    def _arguments(
        self, form: Form, slots: tuple[Slot, ...], at: int
    ) -> tuple[tuple[Arg, ...], tuple[tuple[NamedNode, NamedNode | Literal], ...]]:
        source = self.source
        buffer = source.buffer
        values: list[Arg] = []
        attributes: tuple[tuple[NamedNode, NamedNode | Literal], ...] = ()
        separator = ","
        while separator == ",":
            count = len(values)
            if buffer.startswith("[", at):
                if not form.attributed and self.wrapped:
                    source.fail(at, f"')': {form.name} has no attributes")
                attributes, at = self._attributes(at)
                separator, at = self._separator(at, ")")
                if not form.attributed:
                    attributes = dialect.without_attributes(form, attributes, self.repairs)
            elif count == len(slots):
                source.fail(at, self._too_many(form, slots))
            elif slots[count].type == "iri":
                match = tokens.ARGUMENT.match(buffer, at)
                if match is None or not match[2]:
                    self._bad_argument(form, slots[count], at, match.end() if match else None)
                name, separator = match[1], match[2]
                if not name:
                    self._marker(form, slots[count], at)
                values.append(self._resolve(name, at) if name else None)
                at = match.end(2) if separator == ")" else match.end()
            else:
                value, separator, at = self._special(form, slots[count], at)
                values.append(value)
        missing = next((slot for slot in slots[len(values) :] if slot.required), None)
        if missing is not None:
            source.fail(at - 1, f"',' and the {missing.name} {form.name} needs")
        source.position = at
        values.extend([None] * (len(slots) - len(values)))
        return tuple(values), attributes

    def _too_many(self, form: Form, slots: tuple[Slot, ...]) -> str:
        names = ", ".join(slot.name for slot in slots)
        more = " or attributes in '[...]'" if form.attributed else ""
        return f"no more arguments{more}: {form.name} takes ({names})"

    def _bad_argument(self, form: Form, slot: Slot, at: int, end: int | None) -> NoReturn:
        if end is not None:
            self.source.fail(end, f"',' or ')' after the {slot.name} of {form.name}")
        marker = "" if slot.required else " or '-'"
        self.source.fail(at, f"a name{marker} for the {slot.name} of {form.name}")

    def _marker(self, form: Form, slot: Slot, at: int) -> None:
        if slot.required:
            self.source.fail(at, f"a name: the {slot.name} of {form.name} must be given")

    def _special(self, form: Form, slot: Slot, at: int) -> tuple[Arg, str, int]:
        source = self.source
        if slot.type == "time" and not source.buffer.startswith('"', at):
            match = tokens.TIME.match(source.buffer, at)
            if match is not None and not match[2]:
                source.fail(match.end(), f"',' or ')' after the {slot.name} of {form.name}")
            if match is None:
                shown = _TIME_SHOWN.match(source.buffer, at)
                source.fail(
                    at,
                    f"a time like 2012-03-31T09:21:00Z or '-' for the {slot.name} of {form.name}",
                    found=shown[0] if shown else "",
                )
            value = Literal(match[1], datatype=XSD_DATETIME) if match[1] else None
            return value, match[2], match.end(2) if match[2] == ")" else match.end()
        marker = tokens.MARKER.match(source.buffer, at)
        if marker is not None:
            self._marker(form, slot, at)
            return (None, *self._separator(marker.end(), ",)"))
        argument: Arg
        if slot.type in ("key", "time"):
            argument, at = self._key(at, f"the {slot.name} of {form.name}")
        else:
            argument, at = self._set(slot.type == "pairs", at)
        return (argument, *self._separator(at, ",)"))

    def _set(self, pairs: bool, at: int) -> tuple[tuple[Pair, ...] | tuple[Literal, ...], int]:
        source = self.source
        if not source.buffer.startswith("{", at):
            source.fail(at, 'pairs like {("key", ex:entity)}' if pairs else 'keys like {"a", "b"}')
        at = self._space(at + 1)
        keys: list[Literal] = []
        entities: list[NamedNode] = []
        separator = "," if not source.buffer.startswith("}", at) else "}"
        if separator == "}":
            at = self._space(at + 1)
        while separator == ",":
            if pairs:
                if not source.buffer.startswith("(", at):
                    source.fail(at, 'a pair like ("key", ex:entity)')
                key, at = self._key(self._space(at + 1), "the key of the pair")
                _, at = self._separator(at, ",")
                match = tokens.ARGUMENT.match(source.buffer, at)
                if match is None or not match[1] or match[2] != ")":
                    source.fail(at, "the entity of the pair and ')'")
                entities.append(self._resolve(match[1], at))
                at = match.end()
            else:
                key, at = self._key(at, "a key")
            keys.append(key)
            separator, at = self._separator(at, ",}")
        return tuple(zip(keys, entities, strict=True)) if pairs else tuple(keys), at

    def _key(self, at: int, what: str) -> tuple[Literal, int]:
        buffer = self.source.buffer
        if buffer[at : at + 1] in ('"', "'") or tokens.INTEGER.match(buffer, at):
            value, at = self._value(at)
            return key_literal(value), at
        match = tokens.MOMENT.match(buffer, at)
        if match is not None:
            return Literal(match[1], datatype=XSD_DATETIME), match.end()
        match = tokens.NAME.match(buffer, at)
        if match is None:
            self.source.fail(at, f"a value for {what}")
        if ":" not in match[1] and "" not in self.scope.names:
            return dialect.bare_key(match[1], self.repairs), match.end()
        return key_literal(self._resolve(match[1], at)), match.end()

    # Attributes and values

    def _attributes(self, at: int) -> tuple[tuple[tuple[NamedNode, NamedNode | Literal], ...], int]:
        source = self.source
        found: list[tuple[NamedNode, NamedNode | Literal]] = []
        at = self._space(at + 1)
        separator = ","
        if source.buffer.startswith("]", at):
            return (), self._space(at + 1)
        while separator == ",":
            match = tokens.ATTRIBUTE.match(source.buffer, at)
            if match is None:
                source.fail(at, "an attribute like ex:name=\"value\" or ex:name='ex:thing'")
            name = match[1]
            value, end = self._value(match.end())
            separator, end = self._separator(end, ",]")
            plain = ":" not in name and "" not in self.scope.names
            if plain and name in dialect.PROPERTIES:
                found.append(dialect.plain_attribute(name, value, self.scope))
            else:
                found.append((self._resolve(name, at), value))
            at = end
        if not self.wrapped:
            found = [dialect.checkpoint(*item, self.repairs) for item in found]
        return tuple(found), at

    def _value(self, at: int) -> tuple[NamedNode | Literal, int]:
        source = self.source
        first = source.buffer[at : at + 1]
        if first == '"':
            return self._string(at)
        if first == "'":
            match = tokens.QUOTED_NAME.match(source.buffer, at)
            if match is None:
                source.fail(at, "a qualified name like 'ex:thing'")
            return self._resolve(match[1], at + 1), match.end()
        match = tokens.INTEGER.match(source.buffer, at)
        if match is None:
            source.fail(at, 'a value: "text", "1.5" %% xsd:double, 42 or \'ex:thing\'')
        return Literal(match[1], datatype=_XSD_INT), match.end()

    def _string(self, at: int) -> tuple[NamedNode | Literal, int]:
        source = self.source
        buffer = source.buffer
        match = tokens.STRING.match(buffer, at)
        triple = buffer.startswith('"""', at)
        if match is None or (triple and match[1] is None):
            if not triple and buffer.find("\n", at) >= 0:
                source.fail(at, "a string that ends on its line")
            source.unfinished(at, "the end of the string")
        try:
            text = tokens.unescape_string(match[1] if triple else match[2])
        except ValueError as error:
            source.fail(at, f"a string without the unknown escape {error}")
        end = match.end()
        tag = tokens.LANGUAGE.match(buffer, end)
        if tag is not None:
            try:
                return Literal(text, language=tag[1]), tag.end()
            except ValueError:
                source.fail(end, "a language tag")
        datatype = tokens.DATATYPE.match(buffer, end)
        if datatype is None:
            return Literal(text), end
        return self.scope.typed(text, self._resolve(datatype[1], datatype.start(1))), datatype.end()

    # Small steps

    def _resolve(self, name: str, at: int) -> NamedNode:
        node = self.scope.resolve(name)
        if node is None:
            prefix = name.partition(":")[0]
            if dialect.assume_prefix(prefix, self.scope):
                return self._resolve(name, at)
            known = tuple(self.scope.names)
            self.source.fail(
                at, f"a declared prefix, as in 'prefix {prefix} <...>'", found=prefix, known=known
            )
        return node

    def _space(self, at: int) -> int:
        match = tokens.SPACE.match(self.source.buffer, at)
        return match.end() if match else at

    def _separator(self, at: int, allowed: str) -> tuple[str, int]:
        match = tokens.SEPARATOR.match(self.source.buffer, at)
        if match is None or match[1] not in allowed:
            self.source.fail(at, " or ".join(f"'{character}'" for character in allowed))
        return match[1], match.end(1) if match[1] == ")" else match.end()

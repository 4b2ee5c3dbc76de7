"""Writes PROV-N, streaming: one statement a line, bundles indented and after everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO, Final

from pyoxigraph import Literal, NamedNode

from whence.formats.provn_dialect import CORE, extension_iri
from whence.formats.provn_tokens import MOMENT, encode_local
from whence.formats.qnames import XSD_STRING, Namer
from whence.formats.records import arguments as arguments_of
from whence.formats.spool import Spool
from whence.formats.statements import FORMS, Arg, Slot, Statement
from whence.ontology.namespaces import PROV, XSD

__all__ = ["StatementText", "write_statements"]

_XSD_INT: Final = XSD.int
_ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
_WORDS: Final = {name: name if name in CORE else None for name in FORMS}
"""The bare word of a statement, where the recommendation has one."""


def write_statements(
    bundles: Iterable[tuple[NamedNode | None, Iterable[Statement]]],
    output: BinaryIO,
    prefixes: Mapping[str, str],
) -> None:
    """Write statements, grouped by bundle (``None``: outside bundles), as a PROV-N document.

    Order is kept within a bundle. ``prefixes`` are used where they fit; only those used are
    declared, others are invented (``ns1``...). Nothing is held in memory but the names: the text
    waits in a temporary file until the prefixes it needs are known.
    """
    names = Namer(prefixes, encode_local)
    writer = StatementText(names)
    with Spool() as top, Spool() as inner:
        for bundle, statements in bundles:
            part, indent = (top, "  ") if bundle is None else (inner, "    ")
            if bundle is not None:
                part.write(f"\n  bundle {names(bundle)}\n")
            for statement in statements:
                part.write(f"{indent}{writer.text(statement)}\n")
            if bundle is not None:
                part.write("  endBundle\n")
        lines = [f"  prefix {prefix} <{iri}>\n" for prefix, iri in sorted(names.used.items())]
        blank = "\n" if lines and top else ""
        output.write(("document\n" + "".join(lines) + blank).encode())
        top.copy(output)
        inner.copy(output)
        output.write(b"endDocument\n")


class StatementText:
    """Writes statements one by one, with ``names`` for their IRIs."""

    def __init__(self, names: Callable[[NamedNode], str]) -> None:
        self._names = names

    def text(self, statement: Statement) -> str:
        """One statement as PROV-N."""
        form = statement.form
        word = _WORDS[form.name] or self._names(extension_iri(form))
        identifier = f"{self._names(statement.id)}" if statement.id is not None else ""
        args = arguments_of(statement)
        last = max((n for n, arg in enumerate(args) if arg is not None), default=-1)
        # The recommendation lets all optional arguments be left out, not some of them.
        needed = 1 + max((n for n, slot in enumerate(form.slots) if slot.required), default=-1)
        count = len(form.slots) if last >= needed else needed
        arguments = [
            self._argument(slot, arg) for slot, arg in zip(form.slots[:count], args[:count], strict=True)
        ]
        if form.element is not None:
            arguments.insert(0, identifier)
            identifier = ""
        if statement.attributes:
            arguments.append(self._attributes(statement))
        return f"{word}({identifier}{'; ' if identifier else ''}{', '.join(arguments)})"

    def _argument(self, slot: Slot, arg: Arg) -> str:
        if arg is None:
            return "-"
        if isinstance(arg, NamedNode):
            return self._names(arg)
        if isinstance(arg, Literal):
            if slot.type == "time" and MOMENT.fullmatch(arg.value):
                return arg.value
            return self.value(arg)
        parts = [
            self.value(item)
            if isinstance(item, Literal)
            else f"({self.value(item[0])}, {self._names(item[1])})"
            for item in arg
        ]
        return "{" + ", ".join(parts) + "}"

    def _attributes(self, statement: Statement) -> str:
        pairs = [f"{self._names(name)}={self.value(value)}" for name, value in statement.attributes]
        return f"[{', '.join(pairs)}]"

    def value(self, value: NamedNode | Literal) -> str:
        """An attribute's value, or a key."""
        if isinstance(value, NamedNode):
            return f"'{self._names(value)}'"
        if value.datatype == PROV.QUALIFIED_NAME:
            return f"'{self._names(NamedNode(value.value))}'"
        if value.datatype == _XSD_INT and _is_int(value.value):
            return value.value
        quoted = f'"{value.value.translate(_ESCAPES)}"'
        if value.language:
            return f"{quoted}@{value.language}"
        return quoted if value.datatype == XSD_STRING else f"{quoted} %% {self._names(value.datatype)}"


def _is_int(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit()

"""Reads a source in any format as what is validated: its statements, and what is no statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Final, cast

from pyoxigraph import BlankNode, Literal, NamedNode

from whence import formats
from whence.errors import SourceSyntaxError
from whence.formats.identifiers import GENID
from whence.formats.registry import Format, find_format
from whence.formats.statements import FORMS, Arg
from whence.validation import moments
from whence.validation.assertion import Argument, Assertion, Malformed, of_statement
from whence.validation.moments import is_moment
from whence.validation.source import Item, Source, unknown
from whence.validation.wording import Names

if TYPE_CHECKING:
    from whence.formats.qnames import StatementReading

__all__ = ["read_assertions"]

_TIMES: Final = {
    form.name: tuple(n for n, slot in enumerate(form.slots) if slot.type == "time")
    for form in FORMS.values()
}


def read_assertions(
    stream: IO[bytes],
    format: Format | str,
    *,
    name: str = "",
    base: str = "urn:whence:",
    union: bool = False,
) -> Source:
    """Read a source in any format, streaming where the format is one of PROV's own.

    ``name`` is what errors call it; ``base`` is what relative names are made absolute with. RDF is
    held in memory, since a statement may be spread over it; with ``union`` its graphs are read as one,
    each statement keeping the bundle it is in. Reading ``items`` raises
    :class:`~whence.errors.SourceSyntaxError` where the source breaks its grammar (also where a PROV
    syntax lacks an argument that must be there) and :class:`~whence.errors.SourceError` for what is
    not read on purpose.
    """
    row = find_format(format) if isinstance(format, str) else format
    if row.rdf:
        from whence.validation.raw_rdf import read_rdf

        read = read_rdf(stream, row, name=name, base=base, union=union)
        return Source(name, _told(read.items, row), read.prefixes)
    reading = formats.read_statements(stream, row, name=name, base=base)
    return Source(name, _told(_items(reading), row), reading.prefixes)


def _told(items: Iterator[Item], format: Format) -> Iterator[Item]:
    """The items; an error of syntax says what the source was read as, since that may be the mistake."""
    try:
        yield from items
    except SourceSyntaxError as error:
        raise SourceSyntaxError(
            f"{error.reason} (read as {format.title})",
            source=error.source,
            line=error.line,
            column=error.column,
        ) from error


def _items(reading: StatementReading) -> Iterator[Item]:
    for bundle, statement in reading.items:
        assertion = of_statement(statement, bundle, reading.line())
        if _is_made(assertion.id) or any(map(_is_made, assertion.args)):
            assertion = _with_unknowns(assertion)
        for place in _TIMES[assertion.kind]:
            time = assertion.args[place]
            if time is not None and not (isinstance(time, Literal) and is_moment(time)):
                yield _no_moment(assertion, place, reading.prefixes)
                args = (*assertion.args[:place], None, *assertion.args[place + 1 :])
                assertion = replace(assertion, args=args)
        yield assertion


def _is_made(arg: Argument) -> bool:
    """Whether an argument may hold IRIs made for blank names, as those of PROV-JSON come."""
    return isinstance(arg, tuple) or (isinstance(arg, NamedNode) and GENID in arg.value)


def _with_unknowns(assertion: Assertion) -> Assertion:
    identifier = assertion.id
    return replace(
        assertion,
        id=unknown(identifier) if isinstance(identifier, NamedNode) else identifier,
        args=tuple(_unknown_argument(arg) for arg in assertion.args),
    )


def _unknown_argument(arg: Argument) -> Argument:
    if isinstance(arg, NamedNode):
        return unknown(arg)
    if isinstance(arg, tuple):
        parts = [(part[0], unknown(part[1])) if isinstance(part, tuple) else part for part in arg]
        return cast("Arg", tuple(parts))
    return arg


def _no_moment(assertion: Assertion, place: int, prefixes: dict[str, str]) -> Malformed:
    names = Names(prefixes)
    terms = (assertion.id, *assertion.args)
    nodes = tuple(term for term in terms if isinstance(term, NamedNode | BlankNode))
    whose = next((f" of {names(node)}" for node in nodes if isinstance(node, NamedNode)), "")
    slot = FORMS[assertion.kind].slots[place]
    why, mend = moments.fault(assertion.args[place], bare=True)
    return Malformed(
        f"the {slot.name} in {assertion.kind}{whose} is {assertion.args[place]}, which {why}",
        mend,
        nodes,
        assertion.bundle,
        assertion.line,
        link=moments.LINK,
    )

"""Validating documents as they lie there, without storing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from whence.errors import SourceError, UnknownBundle, UnknownFormat
from whence.ingest.sources import Loadable, Progress, Source, find_sources
from whence.ontology.namespaces import PREFIXES

if TYPE_CHECKING:
    from whence.formats.registry import Format
    from whence.validation.assertion import Assertion, Malformed
    from whence.validation.report import ValidationReport

__all__ = ["unreadable", "validate", "validate_source"]

_BASE = "urn:whence:"


def validate(
    source: Loadable,
    *,
    format: str | None = None,
    bundle: str | NamedNode | None = None,
    union: bool = False,
    limit: int = 1000,
    times: bool = False,
    shapes: bool = False,
    progress: Progress | None = None,
) -> ValidationReport:
    """Whether a document is valid by PROV-CONSTRAINTS, PROV-DICTIONARY and Versioned-PROV.

    ``source`` is one file, bytes or a binary stream, in any format Whence reads, found from the
    content; gzip too. Each bundle in it, and what is outside bundles, is validated by itself, as
    PROV-CONSTRAINTS has it; ``union`` takes all as one, and ``bundle`` looks at that one alone.
    ``limit`` is how many violations the report keeps; all are counted. With ``times`` it also tells what
    is odd about literal times, which has no part in validity. ``shapes`` checks by SHACL as well that
    things are encoded as Whence does it, which takes the extra ``shacl``.

    An empty source is malformed. Raises :class:`~whence.errors.SourceSyntaxError` where the document
    breaks the grammar of its format, :class:`~whence.errors.UnknownBundle` where it does not hold the
    bundle, and :class:`~whence.errors.SourceError` where there is no document, or more than one.

    >>> report = validate(b"prefix ex <http://example.org/> wasDerivedFrom(ex:b, ex:a)", format="provn")
    >>> report.valid
    True
    """
    sources = list(find_sources(source))
    if len(sources) > 1:
        raise SourceError(f"{source!r} stands for {len(sources)} files; validate them one by one")
    return validate_source(
        sources[0],
        format=format,
        bundle=bundle,
        union=union,
        limit=limit,
        times=times,
        shapes=shapes,
        progress=progress,
    )


def validate_source(
    source: Source,
    *,
    format: str | None = None,
    bundle: str | NamedNode | None = None,
    union: bool = False,
    limit: int = 1000,
    times: bool = False,
    shapes: bool = False,
    base: str = _BASE,
    progress: Progress | None = None,
) -> ValidationReport:
    """The report on one source; see :func:`validate`. ``base`` is what relative names are read against."""
    from whence.validation.places import placed
    from whence.validation.reading import read_assertions
    from whence.validation.validate import validate as check

    try:
        form = source.format(format)
    except UnknownFormat:
        if not (source.listed and source.is_empty()):
            raise
        return _empty(source.name)
    if source.is_empty():
        return _empty(source.name)
    with source.read(progress) as stream:
        read = read_assertions(stream, form, name=source.name, base=base, union=union)
        if bundle is None:
            items: Iterator[Assertion | Malformed] = read.items
        else:
            items = _within(bundle, read.items, read.prefixes, source.name)
        report = check(
            items, source=source.name, prefixes=read.prefixes, union=union, limit=limit, times=times
        )
    if shapes:
        report = report.joined(_shapes(source, form, bundle, base, limit), limit)
    if form.rdf and (not report.valid or report.times):
        # RDF has no lines of statements; those of the resources in the report are looked up.
        with source.read(None) as again:
            return placed(report, again, form)
    return report


def _shapes(
    source: Source, form: Format, bundle: str | NamedNode | None, base: str, limit: int
) -> ValidationReport:
    from whence import formats
    from whence.validation.shapes import check_shapes

    if bundle is not None:
        raise SourceError("the shapes of a document are checked as a whole; leave the bundle out")
    with source.read(None) as stream:
        read = formats.read(stream, form, bundle=NamedNode(f"{base}document"), base=base, name=source.name)
        return check_shapes(read.quads, source=source.name, prefixes=read.prefixes, limit=limit)


def unreadable(source: str, error: SourceError) -> ValidationReport:
    """The report on a source that cannot be read at all, for where many are reported on together."""
    from whence.validation.unreadable import fault

    return _one_fault(source, fault(source, error))


def _empty(source: str) -> ValidationReport:
    from whence.validation.unreadable import EMPTY

    return _one_fault(source, EMPTY)


def _one_fault(source: str, fault: Malformed) -> ValidationReport:
    from whence.validation.report import ValidationReport

    return ValidationReport(source, (), (fault,), 0, 0, 0)


def _within(
    bundle: str | NamedNode, items: Iterator[Assertion | Malformed], prefixes: dict[str, str], source: str
) -> Iterator[Assertion | Malformed]:
    """What is in a bundle, known by its IRI or by a name with a prefix that the source declares."""
    name = bundle.value if isinstance(bundle, NamedNode) else bundle
    prefix, _, local = name.partition(":")
    found = False
    bundles: dict[NamedNode, None] = {}
    for item in items:
        if item.bundle is not None:
            bundles[item.bundle] = None
            iri = item.bundle.value
            if iri == name or (
                iri.endswith(local) and iri == {**PREFIXES, **prefixes}.get(prefix, "") + local
            ):
                found = True
                yield item
    if not found:
        from whence.validation.wording import no_bundle

        raise UnknownBundle(no_bundle(source, name, bundles, prefixes))

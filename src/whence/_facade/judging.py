"""Whether what is asserted is valid, and what follows for the order of events, as a store is asked it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pyoxigraph import NamedNode

from whence._facade.held import Held, bundle_iri
from whence.ingest.terms import resource
from whence.store.target import opened_target, target_format

if TYPE_CHECKING:
    from whence.validation.precedence import Order
    from whence.validation.report import ValidationReport

__all__ = ["Judged"]


class Judged(Held):
    """Validity, the order of events, and the normal form."""

    def validate(
        self,
        bundle: str | NamedNode | None = None,
        *,
        union: bool = False,
        limit: int = 1000,
        times: bool = False,
        shapes: bool = False,
    ) -> ValidationReport:
        """Whether what the store asserts is valid: PROV-CONSTRAINTS, PROV-DICTIONARY, Versioned-PROV.

        Each bundle is validated by itself, as PROV-CONSTRAINTS has it, or ``bundle`` alone; ``union``
        takes all bundles as one. The report keeps ``limit`` violations and counts all. It is true if
        there are none, and lists them as ``violations``; ``str()`` of it is text for people. Nothing is
        changed. ``times`` looks over literal times as well, which has no part in validity; ``shapes`` has
        SHACL check that things are encoded as Whence does it (extra ``shacl``). A document goes with the
        bundles in it. Raises :class:`~whence.errors.StoreError` for a bundle that is not there.
        """
        from whence.validation.stored import of_backend
        from whence.validation.validate import validate

        graph = None if bundle is None else bundle_iri(bundle)
        read = of_backend(self.backend.inner, graph, union=union)
        report = validate(
            read.items,
            source=self.location,
            prefixes=read.prefixes,
            files=read.files,
            union=union,
            limit=limit,
            times=times,
        )
        if not shapes:
            return report
        from whence.validation.shapes import check_stored_shapes

        return report.joined(check_stored_shapes(self.backend.inner, graph, limit=limit), limit)

    def happened_before(
        self, first: str | NamedNode, second: str | NamedNode, *, bundle: str | NamedNode | None = None
    ) -> Order:
        """Whether one thing came before another by what the store asserts, whatever the clocks say.

        An entity stands for its generation, an activity for its start; ids of usages, generations,
        invalidations, starts and ends stand for these. IRIs may be ``prefix:name``. The answer is yes, no
        or unknown, true for yes, with the steps that lead to it as ``reason``. All bundles count
        together, or ``bundle`` alone. Time is linear in what is asserted.
        """
        from whence.validation.instance import Instance
        from whence.validation.precedence import happened_before
        from whence.validation.stored import of_backend
        from whence.validation.validate import instances

        known = self.prefixes()
        earlier, later = (NamedNode(resource(name, known).value) for name in (first, second))
        graph = None if bundle is None else bundle_iri(bundle)
        read = of_backend(self.backend.inner, graph, union=True)
        # What is not spoken of is asked for in an empty instance.
        instance = next(instances(read.items, read.prefixes, union=True), Instance(()))
        return happened_before(instance, earlier, later)

    def normal_form(
        self,
        target: str | Path | BinaryIO,
        *,
        format: str | None = None,
        bundle: str | NamedNode | None = None,
    ) -> int:
        """Write the normal form of what the store asserts, or of one bundle and those inside it.

        That is everything that follows by PROV-CONSTRAINTS, with what must be the same made one: two
        bundles say the same where it is the same but for unknowns. Returns how many statements it has;
        ``format`` is as in :meth:`dump`. Raises :class:`~whence.errors.SourceError` for provenance that
        has none, since constraints 22 to 29 do not hold.
        """
        from whence.validation.normal_document import write_normal_form
        from whence.validation.stored import of_backend

        chosen = target_format(format, target)
        graph = None if bundle is None else bundle_iri(bundle)
        read = of_backend(self.backend.inner, graph)
        with opened_target(target) as output:
            return write_normal_form(read, output, chosen, base=self.base, top=graph)

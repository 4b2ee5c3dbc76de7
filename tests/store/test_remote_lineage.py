"""Lineage over a server that knows nothing of Whence is that of the same statements in this process."""

from __future__ import annotations

from collections.abc import Callable

from tests.queries.test_lineage import PAPER, names, relations
from tests.queries.test_parts import SHELF

import whence
from whence._store import Store
from whence.reasoning.remote_keeper import RemoteKeeper
from whence.store.remote import RemoteBackend

ASKED: tuple[dict[str, object], ...] = (
    {},
    {"view": "entities"},
    {"view": "activities"},
    {"direction": "forward"},
    {"agents": True, "depth": 2},
    {"until": "2024-01-02"},
    {"stop_at": "ex:Table"},
    {"via": "ex:cleaning"},
)


def test_lineage_of_a_server_is_that_of_a_store_here(open_remote: Callable[[str], RemoteBackend]) -> None:
    with (
        Store(RemoteKeeper(open_remote("oxigraph_server"))) as there,
        whence.open(":memory:", inference="none") as here,
    ):
        for store in (there, here):
            store.load(PAPER.encode())
            store.load(SHELF.encode())
        for start in (
            "<http://example.org/report-2>",
            "<http://example.org/raw>",
            "<http://example.org/report>",
        ):
            for asked in ASKED:
                found, expected = there.lineage(start, **asked), here.lineage(start, **asked)  # type: ignore[arg-type]  # options by name
                assert relations(found) == relations(expected)
                assert {(n.iri, n.label, n.kind, n.started, n.types) for n in found.nodes.values()} == {
                    (n.iri, n.label, n.kind, n.started, n.types) for n in expected.nodes.values()
                }
        part = "<http://example.org/shortest/part>"
        assert names(there.lineage(part)) == names(here.lineage(part))
        way = there.path("<http://example.org/report-2>", "<http://example.org/raw>")
        assert way is not None and len(way) == 5

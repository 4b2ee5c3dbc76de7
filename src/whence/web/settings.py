"""Everything the operator of a server can set, in one place."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from typing import Any

from whence.store.durability import Durability

__all__ = ["Settings"]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of ``whence serve``. Times are seconds, sizes bytes; ``None`` means no limit.

    ``docs`` below each name are what the operator reads; a test checks that every setting has one.
    """

    host: str = "127.0.0.1"
    """Address to listen on. The default is reachable from this machine only."""

    port: int = 7676
    """TCP port to listen on; 0 picks a free one."""

    base: str | None = None
    """Base IRI for new names in a store made by this server; ``None`` keeps the store's own."""

    inference: str | None = None
    """What is inferred in a store made by this server: none, owl, prov or prov-full; prov unless set."""

    token: str | None = None
    """Bearer token that writes must carry. Without one, writing is switched off."""

    public_reads: bool = True
    """Answer reads without a token. When false, reads need the token too."""

    read_only: bool = False
    """Refuse every write, token or not."""

    allowed_hosts: tuple[str, ...] = ()
    """Host names accepted in the ``Host`` header besides loopback names when bound to loopback.

    A guard against DNS rebinding: a web page must not reach this server by pointing its own name here.
    """

    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may read from here; ``*`` is all, none by default, since any page you visit
    could read a server on your machine. Writes are never offered to other origins."""

    query_timeout: float = 30.0
    """Longest a query may run. A client may ask for less with ``timeout=``."""

    max_rows: int | None = None
    """Most rows (or triples) of one answer; the rest is left out and ``Whence-Row-Limit`` says so."""

    max_answer_bytes: int | None = None
    """Largest answer, before compression. A query that makes more is stopped."""

    query_memory: int = 2 << 30
    """Most memory one query may use. A query that takes more is stopped."""

    max_query_length: int = 1 << 20
    """Longest text of a query or an update, in bytes."""

    workers: int = 2 + _cores()
    """Processes that answer short queries. Each holds about 40 MB."""

    heavy_workers: int = max(2, 2 * _cores())
    """Queries beyond ``heavy_after`` that may run beside the short ones, at low priority."""

    heavy_after: float = 0.25
    """A query that runs longer than this is moved aside, so that short ones stay fast."""

    queue_wait: float = 10.0
    """Longest a query waits for a free process before the answer is 503."""

    client_patience: float = 30.0
    """A client that takes nothing of a streamed answer for this long is let go."""

    freshness: float = 0.0
    """How old the state a query sees may be. 0: every query sees every acknowledged write."""

    max_body_bytes: int = 1 << 30
    """Largest request body, after decompression."""

    max_document_bytes: int = 64 << 20
    """Largest document to validate, after decompression."""

    validation_timeout: float = 120.0
    """Longest a validation may run."""

    update_timeout: float = 60.0
    """Longest a SPARQL update may run before it is stopped and undone."""

    load_timeout: float = 3600.0
    """Longest storing a request body (Graph Store Protocol) may take before it is stopped and undone."""

    write_wait: float = 30.0
    """Longest a write waits for those before it; then the answer is 503."""

    service_hosts: frozenset[str] = frozenset()
    """Hosts that SERVICE in queries and updates may reach. None by default."""

    load_hosts: frozenset[str] = frozenset()
    """Hosts that LOAD in updates may fetch from. None by default."""

    durability: Durability = "full"
    """How safe an acknowledged write is: as for ``whence.open(durability=...)``."""

    compress_level: int = 1
    """gzip level of answers to clients that accept it; 0 switches compression off."""

    threads: int = 64
    """Requests handled at the same time, those waiting for a query process included."""

    access_log: bool = True
    """Log one line per request to standard error."""

    def to_json(self) -> str:
        """All settings as JSON text, the token included."""
        values = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in asdict(self).items()}
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """The settings that :meth:`to_json` wrote."""
        values: dict[str, Any] = json.loads(text)
        for field in fields(cls):
            if field.name in values and isinstance(values[field.name], list):
                kind = frozenset if isinstance(field.default, frozenset) else tuple
                values[field.name] = kind(values[field.name])
        return cls(**values)

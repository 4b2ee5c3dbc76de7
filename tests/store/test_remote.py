"""A remote store at its edges: finding endpoints, who may write, what failures are called."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from whence.errors import (
    QueryCrashed,
    QueryForbidden,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    RemoteError,
    StoreBusy,
    StoreError,
    WhenceError,
)
from whence.ontology.namespaces import PROV, WHENCE_CATALOGUE
from whence.store.remote import RemoteBackend
from whence.store.remote_writes import STAGING
from whence.store.results import SelectResult

RUN = NamedNode("urn:run:1")
ROWS = "application/sparql-results+json"
ONE_ROW = json.dumps(
    {"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "literal", "value": "1"}}]}}
)

CUT = ONE_ROW[:-20]


def quad(number: int, value: Literal | None = None, graph: NamedNode = RUN) -> Quad:
    return Quad(NamedNode(f"urn:thing:{number:06}"), PROV.value, value or Literal(f"value {number}"), graph)


@dataclass
class Reply:
    """What the stub answers with; ``body`` is cut off before its end where ``length`` says more."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    length: int | None = None


@dataclass
class Stub:
    """A server that does as it is told, and remembers what it was asked."""

    url: str
    answer: Callable[[str, str, dict[str, list[str]], str], Reply]
    seen: list[tuple[str, str, dict[str, list[str]], str]] = field(default_factory=list)
    authorization: list[str | None] = field(default_factory=list)


@pytest.fixture
def stub() -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            form = parse_qs(parts.query, keep_blank_values=True)
            if "form-urlencoded" in self.headers.get("content-type", ""):
                form |= parse_qs(body, keep_blank_values=True)
            made.seen.append((self.command, parts.path, form, body))
            made.authorization.append(self.headers.get("authorization"))
            reply = made.answer(self.command, parts.path, form, body)
            time.sleep(reply.delay)
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(reply.length or len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = reply.length is not None

        do_GET = do_POST = _reply  # noqa: N815  # names that http.server calls

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Stub(f"http://127.0.0.1:{server.server_port}", lambda *_: Reply(404))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def always(*replies: Reply) -> Callable[..., Reply]:
    """The same reply to every query; the probe that finds out what the server is gets nothing."""

    def answer(method: str, path: str, form: dict[str, list[str]], body: str) -> Reply:
        if method == "GET":
            return Reply(404)
        if "DISTINCT ?g" in "".join(form.get("query", [])):
            empty = {"head": {"vars": ["g"]}, "results": {"bindings": []}}
            return Reply(body=json.dumps(empty).encode(), headers={"content-type": ROWS})
        return replies[0]

    return answer


def rows(text: str | bytes, **headers: str) -> Reply:
    body = text.encode() if isinstance(text, str) else text
    return Reply(body=body, headers={"content-type": ROWS, **headers})


def ask(stub: Stub, sparql: str = "SELECT ?n { ?n ?p ?o }", **options: Any) -> list[Any]:
    backend = RemoteBackend.connect(f"{stub.url}/sparql", **options)
    try:
        result = backend.query(sparql)
        assert isinstance(result, SelectResult)
        return result.rows()
    finally:
        backend.close()


def described(kind: str) -> Callable[..., Reply]:
    """A stub that says which server it is, and answers every query with one row."""
    turtle = b"@prefix w: <https://w3id.org/whence/ns#> . <> a w:Server ; w:base 'https://a.org/' ."

    def answer(method: str, path: str, form: dict[str, list[str]], body: str) -> Reply:
        reply = rows(ONE_ROW, server=kind)
        if method == "GET" and kind == "granian":
            is_endpoint = path.endswith("/sparql")
            return Reply(200 if is_endpoint else 404, turtle, {"content-type": "text/turtle"})
        return Reply(404, headers={"server": kind}) if method == "GET" else reply

    return answer


@pytest.mark.parametrize(
    ("server", "given", "query", "update"),
    [
        ("granian", "", "/sparql", "/update"),
        ("granian", "/sparql", "/sparql", "/update"),
        ("granian", "/whence/sparql", "/whence/sparql", "/whence/update"),
        ("Oxigraph/0.5.13", "", "/query", "/update"),
        ("Oxigraph/0.5.13", "/query", "/query", "/update"),
        ("Oxigraph/0.5.13", "/sparql", "/query", "/update"),
        ("Virtuoso/07.20", "", "/sparql", "/sparql"),
        ("Virtuoso/07.20", "/sparql", "/sparql", "/sparql"),
        ("Another/1.0", "", "/sparql", "/update"),
        ("Another/1.0", "/data/query", "/data/query", "/data/update"),
    ],
)
def test_endpoints_are_found_from_the_url(
    stub: Stub, server: str, given: str, query: str, update: str
) -> None:
    stub.answer = described(server)
    backend = RemoteBackend.connect(stub.url + given)
    backend.query("SELECT ?n FROM <urn:g> { ?n ?p ?o }")
    backend.update("CLEAR ALL")
    posts = [path for method, path, _, _ in stub.seen if method == "POST"]
    assert posts == [query, update]
    assert len([1 for method, *_ in stub.seen if method == "GET"]) <= 2
    backend.close()


def test_a_whence_server_is_given_its_own_parameters(stub: Stub) -> None:
    stub.answer = described("granian")
    backend = RemoteBackend.connect(stub.url)
    backend.query("SELECT ?n { ?n ?p ?o }", inferred=False, timeout=5)
    assert stub.seen[-1][2] | {"query": []} == {"query": [], "inferred": ["false"], "timeout": ["5"]}
    backend.close()


def test_a_whence_server_replaces_graphs_while_it_takes_a_dataset(stub: Stub) -> None:
    stub.answer = described("granian")
    backend = RemoteBackend.connect(stub.url)
    backend.write([quad(1)], replace=[RUN, WHENCE_CATALOGUE])
    _, path, form, body = stub.seen[-1]
    assert (path, form) == ("/store", {"replace": [RUN.value, WHENCE_CATALOGUE.value]})
    assert body == f"{quad(1)} .\n"
    backend.close()


def test_credentials_choose_virtuosos_endpoints_for_them(stub: Stub) -> None:
    stub.answer = described("Virtuoso/07.20")
    backend = RemoteBackend.connect(f"{stub.url}/sparql", auth=("me", "secret"))
    backend.query("ASK FROM <urn:g> {}")
    assert stub.seen[-1][1] == "/sparql-auth"
    backend.close()


def test_urls_given_are_used_as_they_are(stub: Stub) -> None:
    stub.answer = always(Reply(204))
    backend = RemoteBackend.connect(f"{stub.url}/repositories/x", update_url=f"{stub.url}/statements")
    backend.update("CLEAR ALL")
    assert stub.seen[-1][1] == "/statements"
    backend.close()


def test_a_whence_server_says_its_base(stub: Stub) -> None:
    stub.answer = described("granian")
    assert RemoteBackend.connect(stub.url).base == "https://a.org/"
    assert RemoteBackend.connect(stub.url, base="urn:own:").base == "urn:own:"
    stub.answer = described("Another/1.0")
    assert RemoteBackend.connect(stub.url).base == "urn:whence:"


@pytest.mark.parametrize("url", ["lineage.db", "ftp://example.org/", "http://", "file:///etc/passwd"])
def test_only_http_urls(url: str) -> None:
    with pytest.raises(RemoteError, match="not an http or https URL"):
        RemoteBackend.connect(url)


def test_nothing_is_asked_before_it_is_needed(stub: Stub) -> None:
    backend = RemoteBackend.connect(stub.url)
    assert backend.location == stub.url
    assert backend.size() is None
    assert stub.seen == []
    backend.close()


def test_a_token_goes_as_a_bearer_token(stub: Stub) -> None:
    stub.answer = always(rows(ONE_ROW))
    ask(stub, token="abc")
    assert set(stub.authorization) == {"Bearer abc"}


def test_a_password_in_the_url_is_used_and_not_shown(stub: Stub) -> None:
    def guarded(method: str, path: str, form: dict[str, list[str]], body: str) -> Reply:
        if stub.authorization[-1] is None and method == "POST":
            return Reply(401, headers={"www-authenticate": 'Basic realm="x"'})
        return always(rows(ONE_ROW))(method, path, form, body)

    stub.answer = guarded
    backend = RemoteBackend.connect(stub.url.replace("//", "//me:p%40ss@") + "/sparql")
    assert "p%40ss" not in backend.location
    result = backend.query("SELECT ?n { ?n ?p ?o }")
    assert isinstance(result, SelectResult)
    assert len(result.rows()) == 1
    assert stub.authorization[-1] == httpx.BasicAuth("me", "p@ss")._auth_header
    backend.close()


def test_no_server_there() -> None:
    with pytest.raises(RemoteError, match=r"no server answers at http://127\.0\.0\.1:9"):
        RemoteBackend.connect("http://127.0.0.1:9/sparql").query("ASK {}")


def problem(title: str, detail: str, **more: object) -> bytes:
    return json.dumps({"title": title, "detail": detail, **more}).encode()


PROBLEM = {"content-type": "application/problem+json"}


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Reply(400, b"error at 1:15: expected FROM"), QuerySyntaxError, "line 1, column 15: expected FROM"),
        (Reply(400, b"syntax error, line 3: no"), QuerySyntaxError, "line 3"),
        (Reply(400, b"no position"), QuerySyntaxError, "no position"),
        (Reply(401), RemoteError, "give a token"),
        (Reply(403, b"not you"), RemoteError, "not you"),
        (Reply(404, b"nothing here"), RemoteError, "answered 404: nothing here"),
        (Reply(413, b""), RemoteError, "no body this large"),
        (Reply(500, b"<html><title>x</title><p>out of &lt;luck&gt;</html>", {"content-type": "text/html"}),
         RemoteError, "answered 500: out of <luck>"),
        (Reply(301, b"", {"location": "https://elsewhere/"}), RemoteError, "use the URL https://elsewhere/"),
        (Reply(503, b"later"), StoreBusy, "later"),
        (Reply(504, b"too long"), QueryTimeout, "too long"),
        (Reply(500, b"Virtuoso S1T00 Error"), QueryTimeout, "S1T00"),
        (Reply(400, problem("QuerySyntaxError", "line 2, column 7: what?", line=2, column=7), PROBLEM),
         QuerySyntaxError, "line 2, column 7: what?"),
        (Reply(500, problem("QueryTooLarge", "too much"), PROBLEM), QueryTooLarge, "too much"),
        (Reply(500, problem("QueryCrashed", "it died"), PROBLEM), QueryCrashed, "it died"),
        (Reply(403, problem("QueryForbidden", "no SERVICE"), PROBLEM), QueryForbidden, "no SERVICE"),
        (Reply(401, problem("Problem", "a token is needed"), PROBLEM), RemoteError, "is needed .give"),
        (Reply(500, problem("exec", "not ours"), PROBLEM), RemoteError, "not ours"),
        (Reply(500, b"{", PROBLEM), RemoteError, "answered 500"),
    ],
    ids=lambda value: f"{value.status} {value.body[:20]!r}" if isinstance(value, Reply) else "",
)  # fmt: skip
def test_refusals(stub: Stub, reply: Reply, kind: type[WhenceError], words: str) -> None:
    stub.answer = always(reply)
    with pytest.raises(kind, match=words) as caught:
        ask(stub)
    assert type(caught.value) is kind
    if isinstance(caught.value, RemoteError):
        assert caught.value.status == reply.status


def test_a_server_that_takes_too_long(stub: Stub) -> None:
    stub.answer = always(Reply(body=ONE_ROW.encode(), headers={"content-type": ROWS}, delay=1.0))
    with pytest.raises(QueryTimeout, match="did not answer in time"):
        ask(stub, timeout=0.2)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (rows(CUT), RemoteError, "broken or incomplete"),
        (rows("<html>hello</html>"), RemoteError, "broken or incomplete"),
        (Reply(body=b"<p>", headers={"content-type": "text/html"}), RemoteError, "answered with text/html"),
        (Reply(body=CUT.encode(), headers={"content-type": ROWS}, length=5000), RemoteError, "failed"),
        (rows(gzip.compress(CUT.encode()), **{"content-encoding": "gzip"}), RemoteError, "broken"),
        (rows(b"not gzip", **{"content-encoding": "gzip"}), RemoteError, "failed"),
        (rows(CUT + "\n!! whence: the answer was cut: stopped at its deadline of 2 seconds\n"),
         QueryTimeout, "deadline of 2"),
        (rows(CUT + "\n!! whence: the answer was cut: larger than the limit of 9 bytes\n"),
         QueryTooLarge, "limit of 9"),
        (rows(CUT + "\n!! whence: the answer was cut: the query engine crashed\n"),
         QueryCrashed, "crashed"),
        (rows(CUT + "\n!! whence: the answer was cut: reasons\n"), RemoteError, "reasons"),
        (rows(ONE_ROW, **{"x-sparql-maxrows": "1"}), QueryTooLarge, "at 1 rows"),
        (rows(ONE_ROW, **{"whence-row-limit": "1"}), QueryTooLarge, "at 1 rows"),
    ],
)  # fmt: skip
def test_answers_that_are_not_whole(stub: Stub, reply: Reply, kind: type[WhenceError], words: str) -> None:
    stub.answer = always(reply)
    with pytest.raises(kind, match=words):
        ask(stub)


@pytest.mark.parametrize("header", ["x-sparql-maxrows", "whence-row-limit"])
def test_a_limit_of_the_querys_own_is_no_cut(stub: Stub, header: str) -> None:
    stub.answer = always(rows(ONE_ROW, **{header: "1"}))
    assert len(ask(stub, "SELECT ?n { ?n ?p ?o } LIMIT 1")) == 1
    stub.answer = always(rows(ONE_ROW, **{header: "2"}))
    if header == "whence-row-limit":
        assert len(ask(stub)) == 1


def test_blank_nodes_match_nothing_on_a_server(stub: Stub) -> None:
    stub.answer = always(rows(ONE_ROW))
    backend = RemoteBackend.connect(f"{stub.url}/sparql")
    assert list(backend.quads(BlankNode("b"))) == []
    assert list(backend.quads(object=BlankNode("b"))) == []
    backend.close()


def test_a_server_makes_its_own_backups(stub: Stub, tmp_path: Any) -> None:
    backend = RemoteBackend.connect(stub.url)
    with pytest.raises(StoreError, match="whence dump --store"):
        backend.backup(tmp_path / "copy")
    backend.close()


def test_an_unknown_server_gets_staged_writes_with_the_catalogue_last(stub: Stub) -> None:
    stub.answer = always(Reply(204))
    backend = RemoteBackend.connect(f"{stub.url}/sparql")
    backend.write([quad(1, graph=WHENCE_CATALOGUE), quad(2)], replace=[RUN])
    stage, moves = [body for _, path, _, body in stub.seen if path == "/update"]
    assert stage.startswith("INSERT DATA")
    assert stage.count(f"GRAPH <{STAGING}") == 2
    steps = [step.split(" <")[0] for step in moves.split(" ;\n")]
    assert steps == [
        "DROP SILENT GRAPH",
        "ADD GRAPH",
        "ADD GRAPH",
        "DROP SILENT GRAPH",
        "DROP SILENT GRAPH",
    ]
    targets = [step.split(" TO ")[1] for step in moves.split(" ;\n") if " TO " in step]
    assert targets == [f"GRAPH {RUN}", f"GRAPH {WHENCE_CATALOGUE}"]
    backend.close()


def test_an_unknown_servers_graph_store_is_used_when_given(stub: Stub) -> None:
    stub.answer = always(Reply(204))
    backend = RemoteBackend.connect(f"{stub.url}/sparql", graph_store_url=f"{stub.url}/data")
    backend.write([quad(1), Quad(RUN, PROV.value, Literal(2), DefaultGraph())], replace=[RUN])
    uploads = [(form["graph"][0], body) for _, path, form, body in stub.seen if path == "/data"]
    assert [graph.startswith(STAGING) for graph, _ in uploads] == [True, True]
    assert uploads[0][1] == f"{quad(1).triple} .\n"
    assert " TO DEFAULT" in stub.seen[-1][3]
    backend.close()


def test_a_failed_last_step_says_what_may_have_happened(stub: Stub) -> None:
    def fails(method: str, path: str, form: dict[str, list[str]], body: str) -> Reply:
        return Reply(500, b"disk full") if body.startswith("DROP") and "ADD" in body else Reply(204)

    stub.answer = fails
    backend = RemoteBackend.connect(f"{stub.url}/sparql")
    with pytest.raises(RemoteError, match=r"may be stored in part: .*disk full"):
        backend.write([quad(1)], replace=[RUN])
    assert stub.seen[-1][3].startswith(f"DROP SILENT GRAPH <{STAGING}")
    backend.close()


def test_a_union_of_listed_graphs_where_the_server_shows_none(stub: Stub) -> None:
    graphs = {
        "head": {"vars": ["g"]},
        "results": {"bindings": [{"g": {"type": "uri", "value": RUN.value}}]},
    }

    def answer(method: str, path: str, form: dict[str, list[str]], body: str) -> Reply:
        listing = "DISTINCT ?g" in "".join(form.get("query", []))
        return rows(json.dumps(graphs) if listing else ONE_ROW) if method == "POST" else Reply(404)

    stub.answer = answer
    ask(stub)
    assert stub.seen[-1][2]["default-graph-uri"] == [RUN.value]
    assert stub.seen[-1][2]["named-graph-uri"] == [RUN.value]


def test_old_staging_graphs_are_swept_and_new_ones_left(stub: Stub) -> None:
    old, new = f"{STAGING}1000-aa/0", f"{STAGING}{int(time.time())}-bb/0"
    bindings = [{"g": {"type": "uri", "value": graph}} for graph in (old, new, RUN.value)]
    found = json.dumps({"head": {"vars": ["g"]}, "results": {"bindings": bindings}})
    stub.answer = lambda method, path, *_: rows(found) if path == "/sparql" else Reply(204)
    backend = RemoteBackend.connect(f"{stub.url}/sparql")
    assert list(backend.graphs()) == [RUN]
    backend.optimize()
    assert stub.seen[-1][3] == f"DROP SILENT GRAPH <{old}>"
    backend.close()

"""Pages over a store in memory, without a server."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, Store, Triple
from werkzeug.test import TestResponse

from whence.errors import WhenceError
from whence.store.results import GraphResult, Row, SelectResult, wrap
from whence.store.syntax_errors import from_engine
from whence.web import answers, pages
from whence.web.explaining import explained
from whence.web.reading import Term
from whence.web.tracing import traced

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class MemoryService:
    """A reading service over a store in memory; ``asked`` holds the queries it ran."""

    def __init__(self, base: str = "urn:whence:") -> None:
        self.store = Store()
        self.base = base
        self.generation = 0
        self.longest = 30.0
        self.asked: list[str] = []

    def add(self, text: str, graph: str = "") -> None:
        """Add TriG, or Turtle into ``graph``."""
        from pyoxigraph import NamedNode

        if graph:
            self.store.load(text.encode(), RdfFormat.TURTLE, to_graph=NamedNode(graph))
        else:
            self.store.load(text.encode(), RdfFormat.TRIG)
        self.generation += 1

    def run(self, sparql: str) -> Any:
        """Run a query of any form."""
        self.asked.append(sparql)
        try:
            return wrap(self.store.query(sparql, use_default_graph_as_union=True))
        except SyntaxError as error:
            raise from_engine(error) from None

    def select(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0
    ) -> list[Row]:
        result = self.run(sparql)
        assert isinstance(result, SelectResult)
        return result.rows()

    def construct(
        self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0
    ) -> list[Triple]:
        result = self.run(sparql)
        assert isinstance(result, GraphResult)
        return list(result)

    def explain(self, subject: Any, predicate: Any, object: Any, *, all: bool = False) -> Mapping[str, Any]:
        statement = (subject, predicate, object)
        return explained(self.store, statement, base=self.base, profile="prov", all=all)

    def trace(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        return traced(self.store, {"base": self.base, **asked})

    def ask(self, sparql: str, *, bindings: Mapping[str, Term] | None = None, timeout: float = 5.0) -> bool:
        return bool(self.run(sparql))


class Visitor:
    """A browser without a screen: visits pages and reads them as text."""

    def __init__(self, service: MemoryService) -> None:
        self.service = service
        app = Flask("pages")
        app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
        pages.register(app, service)
        app.extensions["whence_error_page"] = pages.render_error
        app.register_error_handler(WhenceError, answers.fault)
        app.register_error_handler(answers.Problem, answers.fault)
        self.app = app
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, accept: str = BROWSER, **arguments: str) -> TestResponse:
        """A response."""
        query = f"?{urlencode(arguments)}" if arguments else ""
        return self.client.get(path + query, headers={"Accept": accept})

    def html(self, path: str, status: int = 200, **arguments: str) -> str:
        """The source of a page."""
        response = self.get(path, **arguments)
        assert response.status_code == status, response.text
        assert response.content_type == "text/html; charset=utf-8"
        return response.text

    def text(self, path: str, status: int = 200, **arguments: str) -> str:
        """What the main part of a page says, without the picture."""
        source = self.html(path, status, **arguments)
        main = source[source.index("<main") : source.index("</main>")]
        main = re.sub(r"<figure.*?</figure>", " ", main, flags=re.DOTALL)
        words = re.sub(r"</(?:span|a|em)>(?=\S)", "", re.sub(r"<svg.*?</svg>", "", main, flags=re.DOTALL))
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", words)).split())

    def sentences(self, iri: str) -> list[str]:
        """The sentences of the page of a resource."""
        source = self.html("/resource", iri=iri)
        found = []
        for group in re.findall(r'<ul class="sentences">(.*?)</ul>', source, flags=re.DOTALL):
            for line in re.findall(r"<li>(.*?)</li>", group, flags=re.DOTALL):
                bare = re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", line, flags=re.DOTALL))
                found.append(html.unescape(" ".join(bare.split())))
        return found


@pytest.fixture
def make_visitor() -> Callable[..., Visitor]:
    """A function that makes a visitor of a store holding the TriG it is given."""

    def make(trig: str = "", base: str = "urn:whence:") -> Visitor:
        service = MemoryService(base)
        if trig:
            service.add(trig)
        return Visitor(service)

    return make


@pytest.fixture
def workshop(make_visitor: Callable[..., Visitor]) -> Visitor:
    """A visitor of the pottery workshop."""
    return make_visitor(Path(__file__).with_name("workshop.trig").read_text(encoding="utf-8"))

"""What all pages share: names, the frame around them, headers that keep them safe, error pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, render_template, request
from pyoxigraph import Triple

from whence.web.answers import negotiate_error
from whence.web.exports import View, alternates, chosen_suffix
from whence.web.negotiation import HTML, Format, choose
from whence.web.overview import Overview, Remembered, look, prefixes
from whence.web.reading import ReadService, Term
from whence.web.sentences import Part
from whence.web.terms import Names, Shown, human_date, human_time, page_url

__all__ = ["HEADERS", "Site", "wants_page"]

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every page: nothing but our own files runs, and other sites learn and frame nothing."""

_TEXT: Final = Format(("text",), ("text/plain",), "", "txt", text=True)
_TITLES: Final = {
    400: "This request is not right",
    401: "A token is needed",
    403: "Not allowed",
    404: "Nothing here",
    405: "Not this way",
    406: "No such format",
    413: "Too large",
    429: "Too many requests",
    500: "Something broke",
    503: "Not now",
    504: "It took too long",
}


def wants_page() -> bool:
    """Whether the client asks for HTML, as browsers do."""
    return choose(request.headers.get("Accept"), (_TEXT, HTML)) is HTML


class Site:
    """The pages of one store."""

    def __init__(self, service: ReadService) -> None:
        self.service = service
        self._overview = Remembered(lambda: look(service))
        self._prefixes = Remembered(lambda: prefixes(service))

    def names(self) -> Names:
        """Names for one page, knowing the prefixes of the store."""
        return Names(self._prefixes.get(self.service.generation))

    def overview(self) -> Overview:
        """The store at a glance."""
        return self._overview.get(self.service.generation)

    def page(
        self, template: str, *, status: int = 200, names: Names | None = None, **context: Any
    ) -> Response:
        """A page as an answer."""
        known = names or Names({})

        def show(term: Term | Triple) -> Shown:
            return known.show(term)

        def word(part: Part) -> Shown | None:
            return None if isinstance(part, str) else known.show(part)

        known_alternates: list[tuple[str, str, str]] = context.get("alternates") or []
        context = {"show": show, "word": word, "search_text": "", "alternates": [], "sparql": ""} | context
        body = render_template(
            f"whence/{template}", page_url=page_url, human_time=human_time, human_date=human_date, **context
        )
        answer = Response(body, status=status, mimetype="text/html")
        answer.headers.update(HEADERS)
        answer.vary.add("Accept")
        for url, media, _ in known_alternates:
            answer.headers.add("Link", f'<{url}>; rel="alternate"; type="{media}"')
        return answer

    def answer(
        self,
        view: View,
        suffix: str,
        template: str,
        *,
        path: str,
        arguments: Mapping[str, str],
        **context: Any,
    ) -> Response:
        """A view as the client wants it: its page, or its data."""
        suffix = suffix or chosen_suffix()
        if suffix:
            answer = view.respond(suffix)
            answer.vary.add("Accept")
            answer.headers["X-Content-Type-Options"] = "nosniff"
            return answer
        return self.page(template, alternates=alternates(path, arguments), **context)

    def error(
        self, status: int, message: str, *, title: str = "", wanted: str = "", detail: str = ""
    ) -> Response:
        """An error, as a page for those who ask for one."""
        if not wants_page():
            return negotiate_error(status, f"{message} {detail}".strip())
        title = title or _TITLES.get(status, "Something went wrong")
        return self.page(
            "error.html", status=status, title=title, message=message, search_text=wanted, detail=detail
        )

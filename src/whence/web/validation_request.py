"""What a request wants validated: a document it brings, by whichever way, or something that is stored."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from whence.formats.detect import HEAD, detect, peekable
from whence.formats.registry import find_format
from whence.web.answers import Problem
from whence.web.bodies import spool
from whence.web.protocol import iri_parameter

__all__ = ["Asked", "asked_for", "find_syntax"]

KEPT: Final = 1000
"""Violations that a report holds unless ``limit`` says otherwise."""

_MOST: Final = 10_000
_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")
# What these say of a body is too little to go by.
_VAGUE: Final = frozenset(
    {"", "text/plain", "application/octet-stream", "application/gzip", "application/x-gzip", *_FORMS}
    | {"application/json", "application/ld+json", "application/xml", "text/xml"}
)
_SWITCH: Final = {"off": False, "false": False, "0": False, "on": True, "true": True, "1": True}
_GZIP: Final = b"\x1f\x8b"


@dataclass(slots=True)
class Asked:
    """What is to be validated, and how.

    ``document`` is a file that holds it, unpacked; ``None`` for what is stored: the ``bundle``, or all
    where ``stored``. ``typed`` is its text where that came in a form, ``format`` the one of the answer.
    """

    name: str
    document: Path | None = None
    syntax: str = ""
    typed: str = ""
    bundle: str | None = None
    stored: bool = False
    union: bool = False
    times: bool = False
    limit: int = KEPT
    format: str = ""
    parameters: MultiDict[str, str] = field(default_factory=MultiDict)

    @property
    def anything(self) -> bool:
        """Whether there is something to validate."""
        return self.document is not None or self.stored


@contextmanager
def asked_for(directory: Path, limit: int) -> Iterator[Asked]:
    """What the request asks for. A document it brings is in a file in ``directory`` while this lasts.

    Raises :class:`Problem` 400 for parameters that make no sense, 413 for more than ``limit`` bytes.
    """
    files: list[Path] = []
    is_form = request.method == "POST" and request.mimetype in _FORMS
    try:
        asked = _read(_form_and_url(limit) if is_form else MultiDict(request.args))
        if is_form:
            stream = _from_form(asked)
            if stream is not None:
                _keep(asked, stream, directory, limit, files)
        elif request.method == "POST":
            _keep(asked, None, directory, limit, files)
        if asked.document is not None and asked.stored:
            raise Problem(400, "validate a document or something stored, not both at once")
        yield asked
    finally:
        for path in files:
            path.unlink(missing_ok=True)


def find_syntax(asked: Asked) -> None:
    """Note the syntax of the document: as the client says, else by its content.

    Raises :class:`~whence.errors.UnknownFormat`.
    """
    if asked.document is None:
        return
    declared = request.headers.get("Content-Type", "")
    if asked.syntax:
        asked.syntax = find_format(asked.syntax).name
    elif request.mimetype not in _VAGUE:
        asked.syntax = find_format(declared).name
    else:
        with asked.document.open("rb") as stream:
            head = stream.read(HEAD)
        asked.syntax = detect(head, asked.name, "" if request.mimetype in _FORMS else declared).name


def _form_and_url(limit: int) -> MultiDict[str, str]:
    typed = request.max_form_memory_size or limit
    # A form of this kind is held in memory, with most characters as three.
    request.max_content_length = min(limit, 3 * typed) if request.mimetype == _FORMS[1] else limit
    try:
        return MultiDict([*request.args.items(multi=True), *request.form.items(multi=True)])
    except RequestEntityTooLarge:
        raise Problem(
            413,
            f"the document is too large: {typed} bytes may be typed into a form, "
            f"{limit} be sent as a file or as the body",
        ) from None


def _read(parameters: MultiDict[str, str]) -> Asked:
    bundle = parameters.get("bundle") or None
    if bundle is not None:
        iri_parameter(bundle, "bundle")
        if "store" in parameters:
            raise Problem(400, "validate one bundle or the whole store, not both at once")
    stored = bundle is not None or _switch(parameters, "store")
    name = parameters.get("name") or bundle or ("the store" if stored else "document")
    limit = parameters.get("limit") or str(KEPT)
    if not (limit.isascii() and limit.isdecimal()) or not 0 < int(limit[:9]) <= _MOST:
        raise Problem(400, f"limit is a number of violations from 1 to {_MOST}, not {limit!r}")
    return Asked(
        name,
        bundle=bundle,
        stored=stored,
        union=_switch(parameters, "union"),
        times=_switch(parameters, "time"),
        limit=int(limit),
        syntax=parameters.get("input-format", ""),
        format=parameters.get("format", ""),
        parameters=parameters,
    )


def _switch(parameters: MultiDict[str, str], name: str) -> bool:
    # A parameter without a value is a switch that is on, as in "?union".
    value = parameters.get(name, "off").lower() or "on"
    if value not in _SWITCH:
        raise Problem(400, f"{name} is on or off, not {value!r}")
    return _SWITCH[value]


def _from_form(asked: Asked) -> IO[bytes] | None:
    """The document of a form: a file that was chosen, else what was typed."""
    for upload in request.files.values():
        if upload.filename:
            asked.name = asked.parameters.get("name") or upload.filename
            return upload.stream
    typed = asked.parameters.get("document")
    if typed is None and not asked.stored:
        raise Problem(
            400,
            "this form has no document; send it as the field document, as a file, "
            "or as the body with a Content-Type of its own",
        )
    # Forms end lines by CR LF; here they are to count as they did where it was typed.
    asked.typed = (typed or "").replace("\r\n", "\n")
    return io.BytesIO(asked.typed.encode())


def _keep(asked: Asked, stream: IO[bytes] | None, directory: Path, limit: int, files: list[Path]) -> None:
    """Write a document to a file, unpacked; nothing for one that is empty or white space."""
    path = spool(directory, limit, stream)
    files.append(path)
    with path.open("rb") as raw:
        head = raw.read(len(_GZIP))
    if head == _GZIP:
        with peekable(path.open("rb"), asked.name) as plain:
            path = spool(directory, limit, plain)
        files.append(path)
    with path.open("rb") as plain_bytes:
        if plain_bytes.read(HEAD).removeprefix(b"\xef\xbb\xbf").strip():
            asked.document = path

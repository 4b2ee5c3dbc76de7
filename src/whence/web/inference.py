"""Inference over HTTP: whether what is inferred is current, and the request that makes it so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Response, json, request
from pyoxigraph import Literal, NamedNode, Triple

from whence.ontology.namespaces import WHENCE, Namespace
from whence.reasoning import PROFILES
from whence.reasoning.keeper import DEFAULT_PROFILE
from whence.store.inference import InferenceStatus
from whence.web.answers import Problem, nothing, text
from whence.web.auth import require_writer
from whence.web.reading import ReadService, rows_of

if TYPE_CHECKING:
    from whence.web.service import Service

__all__ = ["blueprint", "described", "entailment", "status"]

_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_REGIME = NamedNode("http://www.w3.org/ns/entailment/OWL-RDF-Based")
_RL = NamedNode("http://www.w3.org/ns/owl-profile/RL")


def status(service: ReadService, *, default: str | None = None, timeout: float = 5.0) -> InferenceStatus:
    """What holds of the inferences of a store, as queries see it.

    ``default`` is the profile of a store that says nothing of one.
    """
    said = {
        row[0]: row[1].value
        for row in rows_of(service, "inference", timeout=timeout)
        if isinstance(row[1], Literal)
    }
    profile, rules = said.get(WHENCE.profile) or default or DEFAULT_PROFILE, said.get(WHENCE.rules)
    stale = WHENCE.stale in said
    if rules is None and profile != "none" and not stale:
        stale = bool(rows_of(service, "any", timeout=timeout))
    return InferenceStatus(profile, rules, stale)


def blueprint(service: Service) -> Blueprint:
    """``/infer``: make the inferences anew."""
    routes = Blueprint("inference", __name__)

    @routes.route("/infer", methods=["GET", "POST", "OPTIONS"])
    def infer() -> Response:
        if request.method == "OPTIONS":
            return nothing(Allow="POST, OPTIONS")
        if request.method != "POST":
            raise Problem(405, "inferences are made with POST", Allow="POST, OPTIONS")
        require_writer(service.settings)
        given = request.args.getlist("profile") + request.form.getlist("profile")
        if len(given) > 1:
            raise Problem(400, "there is more than one profile parameter")
        profile = given[0] if given else None
        if profile is not None and profile not in PROFILES:
            raise Problem(400, f"there is no profile {profile!r}; there is: {', '.join(PROFILES)}")
        return text(json.dumps(service.infer(profile)) + "\n", "application/json")

    return routes


def described(about: NamedNode, known: InferenceStatus) -> Iterator[Triple]:
    """What a description says of the inferences of a store: their profile, their rules, and their state."""
    yield Triple(about, WHENCE.profile, Literal(known.profile or DEFAULT_PROFILE))
    if known.rules is not None:
        yield Triple(about, WHENCE.rules, Literal(known.rules))
    yield Triple(about, WHENCE.stale, Literal(known.stale))


def entailment(endpoint: NamedNode, known: InferenceStatus) -> Iterator[Triple]:
    """The entailment regime and profile in the terms of SPARQL 1.1 Service Description, if there is one."""
    if known.profile == "none":
        return
    yield Triple(endpoint, _SD.defaultEntailmentRegime, _REGIME)
    yield Triple(endpoint, _SD.defaultSupportedEntailmentProfile, _RL)

"""The operator's settings."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from itertools import pairwise

from whence.web import settings
from whence.web.settings import Settings


def test_settings_travel_as_json() -> None:
    chosen = Settings(
        token="t", service_hosts=frozenset({"a.example"}), cors_origins=("https://b.example",), max_rows=5
    )
    assert Settings.from_json(chosen.to_json()) == chosen
    assert Settings.from_json(Settings().to_json()) == Settings()


def test_every_setting_is_explained() -> None:
    (body,) = (
        node.body for node in ast.parse(inspect.getsource(settings)).body if isinstance(node, ast.ClassDef)
    )
    explained = {
        first.target.id
        for first, second in pairwise(body)
        if isinstance(first, ast.AnnAssign)
        and isinstance(first.target, ast.Name)
        and isinstance(second, ast.Expr)
        and isinstance(second.value, ast.Constant)
    }
    assert explained == {field.name for field in fields(Settings)}


def test_the_defaults_are_cautious() -> None:
    cautious = Settings()
    assert cautious.host == "127.0.0.1"
    assert cautious.token is None
    assert not cautious.service_hosts
    assert not cautious.load_hosts
    assert cautious.freshness == 0

"""The names people import are a promise: a change here is a change of the public interface."""

import inspect

import whence
from whence import errors

PUBLIC = [
    "BundleInfo",
    "DumpReport",
    "Explanation",
    "InferenceReport",
    "InferenceStatus",
    "LoadReport",
    "LoadedSource",
    "OntologyInfo",
    "OntologyReport",
    "Recorder",
    "Statistics",
    "Store",
    "ValidationReport",
    "Violation",
    "__version__",
    "errors",
    "open",
    "restore",
    "validate",
]
STORE = [
    "ancestors",
    "as_of",
    "ask",
    "at",
    "backup",
    "base",
    "blame",
    "bundle",
    "bundles",
    "close",
    "common_ancestors",
    "critical_path",
    "diff",
    "dump",
    "explain",
    "happened_before",
    "history",
    "impact",
    "infer",
    "inference",
    "lineage",
    "load",
    "location",
    "normal_form",
    "ontology",
    "optimize",
    "path",
    "paths",
    "prefixes",
    "queries",
    "query",
    "remove",
    "snapshot_values",
    "stats",
    "update",
    "validate",
    "versions",
]


def public_names(thing: object) -> list[str]:
    return sorted(name for name in dir(thing) if not name.startswith("_"))


def test_the_front_door_exports_these_names() -> None:
    assert whence.__all__ == PUBLIC


def test_a_store_has_these_methods() -> None:
    assert public_names(whence.Store) == STORE


def test_everything_public_is_documented() -> None:
    documented = [getattr(whence, name) for name in PUBLIC if not name.startswith("__")]
    documented += [getattr(whence.Store, name) for name in STORE]
    documented += [getattr(whence.Recorder, name) for name in public_names(whence.Recorder)]
    documented += [getattr(errors, name) for name in errors.__all__]
    assert [thing for thing in documented if not inspect.getdoc(thing)] == []


def test_every_error_is_a_whence_error() -> None:
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), errors.WhenceError)
        assert name in (errors.__doc__ or "")

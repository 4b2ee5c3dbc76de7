"""Whence: a semantic provenance store. Ask it where anything is from; it answers with evidence."""

from __future__ import annotations

from whence import errors
from whence._store import Store
from whence._store import open_store as open
from whence._version import __version__
from whence.ingest.load import LoadedSource, LoadReport
from whence.ingest.ontologies import OntologyReport
from whence.ingest.recorder import Recorder
from whence.ingest.validate import validate
from whence.reasoning.explanation import Explanation
from whence.reasoning.report import InferenceReport
from whence.store.catalogue import BundleInfo
from whence.store.dump import DumpReport
from whence.store.embedded import restore
from whence.store.inference import InferenceStatus
from whence.store.ontologies import OntologyInfo
from whence.store.statistics import Statistics
from whence.validation.report import ValidationReport, Violation

__all__ = [
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

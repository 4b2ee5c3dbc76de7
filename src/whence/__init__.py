"""Whence: a semantic provenance store. Ask it where anything is from; it answers with evidence."""

from __future__ import annotations

__version__ = "0.1.0"

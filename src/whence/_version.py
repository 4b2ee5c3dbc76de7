"""The version, in the one place both code and build read it from."""

__version__ = "0.1.0"

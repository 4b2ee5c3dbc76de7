"""How provenance comes in: the recorder and the adapters that use it."""

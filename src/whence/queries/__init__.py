"""How provenance is asked: walks, versions, differences, and a catalogue of named queries."""

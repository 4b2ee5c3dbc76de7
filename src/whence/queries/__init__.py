"""How provenance is asked for, beyond SPARQL as it is."""

"""Where quads live: the embedded engine, remote SPARQL servers, and what both share."""

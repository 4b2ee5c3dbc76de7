"""PROV statements and the syntaxes they are written in."""

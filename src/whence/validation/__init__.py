"""What must hold: PROV-CONSTRAINTS, PROV-DICTIONARY and Versioned-PROV, with reports to act on."""

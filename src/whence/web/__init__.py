"""How others reach a store: SPARQL protocol, graph store, pages, and the server that runs them."""

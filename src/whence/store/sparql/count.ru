# Note the sizes of graphs: $values holds pairs of graph and number.
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX whence: <https://w3id.org/whence/ns#>
DELETE { GRAPH whence:catalogue { ?graph void:triples ?old } }
INSERT { GRAPH whence:catalogue { ?graph void:triples ?new } }
WHERE {
  VALUES (?graph ?new) { $values }
  OPTIONAL { GRAPH whence:catalogue { ?graph void:triples ?old } }
}

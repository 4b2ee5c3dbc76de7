# Remove a bundle and what the catalogue says of it; the document it was part of is no longer complete.
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX whence: <https://w3id.org/whence/ns#>
DROP SILENT GRAPH $bundle ;
DELETE { GRAPH whence:catalogue { ?document whence:sha256 ?digest } }
WHERE { GRAPH whence:catalogue { $bundle dcterms:isPartOf ?document . ?document whence:sha256 ?digest } } ;
DELETE { GRAPH whence:catalogue { ?node ?p ?o } }
WHERE { GRAPH whence:catalogue { $bundle sh:declare ?node . ?node ?p ?o } } ;
DELETE { GRAPH whence:catalogue { $bundle ?p ?o } }
WHERE { GRAPH whence:catalogue { $bundle ?p ?o } }

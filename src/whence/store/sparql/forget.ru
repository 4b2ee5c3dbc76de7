# Remove a bundle and what the catalogue says of it; the document it was part of is no longer complete.
DROP SILENT GRAPH $bundle ;
DELETE { GRAPH whence:catalogue { ?document whence:sha256 ?digest } }
WHERE { GRAPH whence:catalogue { $bundle dcterms:isPartOf ?document . ?document whence:sha256 ?digest } } ;
DELETE { GRAPH whence:catalogue { ?node ?p ?o } }
WHERE { GRAPH whence:catalogue { $bundle sh:declare ?node . ?node ?p ?o } } ;
DELETE { GRAPH whence:catalogue { $bundle ?p ?o } }
WHERE { GRAPH whence:catalogue { $bundle ?p ?o } }

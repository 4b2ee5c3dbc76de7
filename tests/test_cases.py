"""Real documents through the front door: each is loaded, written in every format, and loaded again."""

import io
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

import whence
from whence import Store
from whence.errors import SourceSyntaxError
from whence.formats import FORMATS
from whence.formats.compare import same_statements
from whence.formats.from_rdf import Extraction
from whence.ontology.namespaces import WHENCE_CATALOGUE
from whence.store.embedded import EmbeddedBackend

CASES = Path(__file__).parents[1] / ".." / "shared" / "cases" / "constraints"
DOCUMENT = NamedNode("urn:document")
# A required argument is missing or is `-` where PROV-N, PROV-XML or PROV-JSON do not allow it.
MALFORMED = frozenset(
    f"{stem}.{ending}"
    for stem in (
        *("association-fail6", "attribution-fail1", "communication-fail2", "delegation-fail5"),
        *(
            "delegation-fail6",
            "influence-fail1",
            "influence-fail2",
            "mention-fail3",
            "specialization-fail2",
        ),
    )
    for ending in ("provn", "xml")
) | {"unification-membership-f1-FAIL-DM.provn", "unification-membership-f2-FAIL-DM.provn"}
# The same fault in RDF is legal there, but no PROV syntax can say it.
INCOMPLETE = frozenset(
    f"{stem}.ttl"
    for stem in (
        *("prov-o-class-Derivation-FAIL", "prov-o-property-hadUsage-FAIL", "ptb-unification-mention-fail3"),
        *("unification-attribution-f1-FAIL-DM", "unification-influence-f1-FAIL-DM"),
    )
)
KEEP_GRAPHS = ("trig", "nquads", "jsonld")


def case_files() -> list[Path]:
    endings = (".ttl", ".trig", ".provn", ".xml", ".provx", ".json")
    return sorted(p for p in CASES.rglob("*") if p.suffix in endings and p.name != "manifest.json")


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this checkout")
@pytest.mark.parametrize("path", case_files(), ids=lambda path: str(path.relative_to(CASES)))
def test_a_case_survives_every_format(path: Path) -> None:
    with whence.open(inference="none") as store:
        if path.name in MALFORMED:
            with pytest.raises(SourceSyntaxError):
                store.load(path)
            return
        store.load(path, bundle=DOCUMENT)
        for name in FORMATS:
            output = io.BytesIO()
            report = store.dump(output, format=name, bundle=DOCUMENT)
            assert report.leftover or path.name not in INCOMPLETE or FORMATS[name].rdf
            with whence.open(inference="none") as again:
                again.load(output.getvalue(), bundle=DOCUMENT, format=name)
                check_same(store, again, name)


def check_same(one: Store, other: Store, format: str) -> None:
    """Equal quads, equal triples or equal statements: as much as the format keeps."""
    views = []
    for store in (one, other):
        backend = store.backend.inner
        assert isinstance(backend, EmbeddedBackend)
        views.append(backend.engine)
    if FORMATS[format].rdf:
        sets = [{quad for quad in view if quad.graph_name != WHENCE_CATALOGUE} for view in views]
        if format not in KEEP_GRAPHS:
            sets = [{quad.triple for quad in quads} for quads in sets]
        assert sets[0] == sets[1], format
        return
    graphs = [{g for g in view.named_graphs() if g != WHENCE_CATALOGUE} for view in views]
    for graph in graphs[0] | graphs[1]:
        assert isinstance(graph, NamedNode)
        found = [list(Extraction(view, graph, incomplete=False)) for view in views]
        assert same_statements(*found), f"{format} <{graph.value}>"

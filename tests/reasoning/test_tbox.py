"""The closed T-box: what it holds, and that its cache can be lost, damaged or forbidden."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from whence.ontology.namespaces import RDF_TYPE, RDFS, Namespace
from whence.reasoning import tbox
from whence.reasoning.rules import OWL

EX = Namespace("http://example.org/")
TURTLE = """
PREFIX : <http://example.org/> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
:Spaniel rdfs:subClassOf :Dog ; rdfs:label "spaniel" .
:Dog rdfs:subClassOf :Animal .
:hasDog rdfs:range :Spaniel .
"""
AXIOMS = [quad.triple for quad in parse(TURTLE, format=RdfFormat.TURTLE)]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "whence"


def forbid_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(triples: object) -> Iterator[tbox.Statement]:
        raise AssertionError("closed again")

    monkeypatch.setattr(tbox, "_close", fail)


def test_subclasses_of_subclasses_and_wider_ranges_follow() -> None:
    found = tbox.closed(AXIOMS)
    assert (EX.Spaniel, RDFS.subClassOf, EX.Animal) in found
    assert (EX.hasDog, RDFS.range, EX.Animal) in found


def test_what_is_true_of_everything_is_left_out() -> None:
    found = tbox.closed(AXIOMS)
    assert (EX.Dog, RDFS.subClassOf, EX.Dog) not in found
    assert OWL.Thing not in {o for _, p, o in found if p in (RDFS.subClassOf, RDF_TYPE)}
    assert not [s for s, _, _ in found if str(s).startswith("<http://www.w3.org/")]
    assert RDFS.label not in {p for _, p, _ in found}


def test_a_second_time_it_is_read_from_the_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tbox.closed(AXIOMS)
    assert [path.suffix for path in cache.iterdir()] == [".nt"]
    forbid_closing(monkeypatch)
    assert tbox.closed(reversed(AXIOMS)) == first


def test_other_axioms_are_closed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    tbox.closed(AXIOMS)
    forbid_closing(monkeypatch)
    with pytest.raises(AssertionError, match="closed again"):
        tbox.closed([*AXIOMS, Triple(EX.Animal, RDFS.subClassOf, EX.Being)])


@pytest.mark.parametrize(
    "damage",
    [lambda body: body[:-9], lambda body: b"", lambda body: b"\xff" + body],
    ids=["cut", "empty", "odd"],
)
def test_a_damaged_cache_is_made_again(cache: Path, damage: object) -> None:
    first = tbox.closed(AXIOMS)
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    assert callable(damage)
    path.write_bytes(damage(whole))
    assert tbox.closed(AXIOMS) == first
    assert path.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_done_without(cache: Path) -> None:
    cache.write_text("a file where the folder would be")
    assert (EX.Spaniel, RDFS.subClassOf, EX.Animal) in tbox.closed(AXIOMS)


def test_a_relative_cache_home_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")
    assert tbox.cache_folder() == Path.home() / ".cache" / "whence"

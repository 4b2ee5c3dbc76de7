"""What is kept beside a store comes back as it was, or not at all."""

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Quad

from whence.errors import StoreError
from whence.reasoning import sidecar, spellings
from whence.reasoning.facts import Columns, Ids, Terms, pack
from whence.reasoning.spellings import Node, read, spell
from whence.store import embedded
from whence.store.embedded import EmbeddedBackend, restore

# Any character that a literal or an IRI may hold.
characters = st.characters(exclude_categories=["Cs"])
iris = st.text(
    st.one_of(
        [
            st.characters(min_codepoint=low, max_codepoint=high, exclude_categories=["C", "Z", "M"])
            for low, high in ((0xA1, 0xD7FF), (0xF900, 0xFDCF), (0x10000, 0x1FFFD))
        ]
    )
)
names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,30}", fullmatch=True)
nodes = st.builds(lambda text, name: NamedNode(f"http://example.org/{text}/{name}"), iris, names)
texts = st.text(characters) | st.sampled_from(['"', '\\"', "\\", "a\nb\r\t", '"@en', "'''", "\\u0041", ""])
literals = st.one_of(
    st.builds(Literal, texts),
    st.builds(
        lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(["en", "de-CH", "zh-Hans"])
    ),
    st.builds(
        lambda text, way: Literal(text, language="ar", direction=way),
        texts,
        st.sampled_from([BaseDirection.LTR, BaseDirection.RTL]),
    ),
    st.builds(lambda text, kind: Literal(text, datatype=kind), texts, nodes),
    st.builds(Literal, st.integers() | st.floats() | st.booleans()),
)
terms_of_any_kind = nodes | literals | st.builds(BlankNode, names)

STAMP = 'rules "1"\n'
P, Q = NamedNode("urn:p"), NamedNode("urn:q")


def numbered(given_terms: list[Node]) -> Terms:
    terms = Terms()
    terms.numbers(given_terms)
    return terms


def some_columns(terms: Terms) -> tuple[Columns, Columns]:
    numbers = np.arange(len(terms), dtype=np.int64)
    asserted = {terms.number(P): pack(numbers, numbers[::-1])}
    return asserted, {**asserted, terms.number(Q): pack(numbers, numbers)}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of a new store that nobody holds."""
    EmbeddedBackend.open(tmp_path / "store").close()
    return tmp_path / "store"


def kept(directory: Path) -> tuple[Terms, Columns, Columns]:
    loaded = sidecar.load(directory, stamp=STAMP)
    assert loaded is not None
    return loaded


def assert_equal(found: Mapping[int, Ids], expected: Mapping[int, Ids]) -> None:
    assert {p: pairs.tolist() for p, pairs in found.items()} == {p: v.tolist() for p, v in expected.items()}


@given(terms_of_any_kind)
@settings(deadline=None)
def test_every_term_is_read_as_it_was_spelled(term: Node) -> None:
    assert read(spell(term)) == term


def test_what_is_no_iri_but_stood_for_one_is_read_as_well() -> None:
    assert read(b"<http://example.org/a b>").value == "http://example.org/a b"


@given(st.lists(terms_of_any_kind, unique=True), st.lists(terms_of_any_kind, unique=True))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_terms_keep_their_numbers(directory: Path, first: list[Node], later: list[Node]) -> None:
    terms = numbered(first)
    expected = list(first)
    for _ in range(2):
        sidecar.save(directory, terms, {}, {}, stamp=STAMP)
        terms, _, _ = kept(directory)
        assert [terms.term(number) for number in range(len(terms))] == expected
        assert [terms.find(term) for term in expected] == list(range(len(expected)))
        literal = [isinstance(term, Literal) for term in expected]
        assert terms.are_literals(np.arange(len(expected))).tolist() == literal
        terms.numbers(later)
        expected += [term for term in later if term not in expected]
        assert [terms.number(term) for term in expected] == list(range(len(expected)))


def test_columns_come_back_as_views_that_nobody_can_write_to(directory: Path) -> None:
    terms = numbered([NamedNode(f"urn:{number}") for number in range(1000)])
    asserted, facts = some_columns(terms)
    sidecar.save(directory, terms, asserted, facts, stamp=STAMP)
    _, found_asserted, found_facts = kept(directory)
    assert_equal(found_asserted, asserted)
    assert_equal(found_facts, facts)
    for pairs in (*found_asserted.values(), *found_facts.values()):
        with pytest.raises(ValueError, match="read-only"):
            pairs[0] = 1


def test_what_was_loaded_outlives_the_file(directory: Path) -> None:
    terms = numbered([P, Q])
    asserted, facts = some_columns(terms)
    sidecar.save(directory, terms, asserted, facts, stamp=STAMP)
    loaded, _, found = kept(directory)
    sidecar.save(directory, numbered([Q]), {}, {}, stamp=STAMP)
    sidecar.discard(directory)
    assert sidecar.load(directory, stamp=STAMP) is None
    assert_equal(found, facts)
    assert loaded.find(Q) == terms.find(Q)
    sidecar.save(directory, loaded, found, found, stamp=STAMP)
    assert_equal(kept(directory)[1], facts)


def test_terms_whose_spellings_hash_alike_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spellings, "_hash", lambda spelling: b"12345678")
    given: list[Node] = [P, Q, Literal("p")]
    terms = Terms(numbered(given).spellings())
    assert [terms.find(term) for term in given] == [0, 1, 2]
    assert terms.find(Literal("another")) is None


def test_terms_in_no_column_are_left_out_once_they_are_most(directory: Path) -> None:
    terms = numbered([NamedNode(f"urn:{number}") for number in range(30_000)])
    asserted, facts = some_columns(terms)
    few = {p: pairs[::10] for p, pairs in asserted.items()}
    sidecar.save(directory, terms, asserted, facts, stamp=STAMP)
    assert len(kept(directory)[0]) == len(terms)
    sidecar.save(directory, terms, few, few, stamp=STAMP)
    loaded, found, _ = kept(directory)
    assert len(loaded) < 10_000

    def decoded(columns: Columns, names: Terms) -> set[tuple[Node, Node]]:
        (pairs,) = columns.values()
        return {(names.term(pair >> 32), names.term(pair & 0xFFFFFFFF)) for pair in pairs.tolist()}

    assert decoded(found, loaded) == decoded(few, terms)
    assert [loaded.term(p) for p in found] == [P]
    (pairs,) = found.values()
    assert (np.diff(pairs) > 0).all()


def test_another_stamp_is_another_store_of_facts(directory: Path) -> None:
    sidecar.save(directory, numbered([P]), {}, {}, stamp=STAMP)
    assert sidecar.load(directory, stamp="rules 2") is None
    assert sidecar.load(directory, stamp=STAMP) is not None


def test_nothing_kept_is_nothing_loaded(tmp_path: Path) -> None:
    sidecar.discard(tmp_path)
    assert sidecar.load(tmp_path, stamp=STAMP) is None
    assert sidecar.load(tmp_path / "no directory", stamp=STAMP) is None


@given(st.data())
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_damaged_is_not_loaded(directory: Path, data: st.DataObject) -> None:
    terms = numbered([P, Q, Literal("text"), BlankNode("b")])
    sidecar.save(directory, terms, *some_columns(terms), stamp=STAMP)
    file = directory / "ids"
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    for damaged in (whole[:at], flipped, whole + b"\0", whole[at:] if at else b"", b"\0" * len(whole)):
        file.write_bytes(damaged)
        assert sidecar.load(directory, stamp=STAMP) is None
    file.write_bytes(whole)
    assert sidecar.load(directory, stamp=STAMP) is not None


def test_a_disk_that_is_full_keeps_what_was_kept(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sidecar.save(directory, numbered([P]), {}, {}, stamp=STAMP)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            sidecar.save(directory, numbered([P, Q]), {}, {}, stamp=STAMP)
    assert len(kept(directory)[0]) == 1
    assert not (directory / "ids.new").exists()


# The store itself: whoever writes, the sidecar goes first.

QUAD = Quad(P, P, P, Q)
WRITES: dict[str, Callable[[EmbeddedBackend], None]] = {
    "write": lambda store: store.write([QUAD]),
    "replace": lambda store: store.write([Quad(Q, Q, Q, Q)], replace=[Q]),
    "bulk": lambda store: store.write(Quad(P, P, Literal(number), Q) for number in range(10_001)),
    "update": lambda store: store.update("INSERT DATA { <urn:p> <urn:p> <urn:p> }"),
    "remove": lambda store: store.remove([QUAD]),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_discards_it(directory: Path, write: Callable[[EmbeddedBackend], None]) -> None:
    sidecar.save(directory, numbered([P]), {}, {}, stamp=STAMP)
    store = EmbeddedBackend.open(directory)
    assert sidecar.load(directory, stamp=STAMP) is not None
    for _ in range(2):  # not the first write alone
        write(store)
        assert sidecar.load(directory, stamp=STAMP) is None
        sidecar.save(directory, numbered([P]), {}, {}, stamp=STAMP)
    store.close()
    assert sidecar.load(directory, stamp=STAMP) is not None


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_nothing_is_written_before_it_is_discarded(
    directory: Path, write: Callable[[EmbeddedBackend], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(directory: Path) -> None:
        raise PermissionError("it stays")

    store = EmbeddedBackend.open(directory)
    store.write([QUAD])
    monkeypatch.setattr(embedded, "discard", stuck)
    with pytest.raises(StoreError, match="it stays"):
        write(store)
    assert list(store.quads()) == [QUAD]
    store.close()


def test_reading_and_closing_leave_it(directory: Path) -> None:
    sidecar.save(directory, numbered([P]), {}, {}, stamp=STAMP)
    with_sidecar = EmbeddedBackend.open(directory)
    assert with_sidecar.count() == 0
    with_sidecar.optimize()
    with_sidecar.close()
    assert sidecar.load(directory, stamp=STAMP) is not None


def test_a_backup_and_what_is_restored_from_it_have_none(directory: Path, tmp_path: Path) -> None:
    sidecar.save(directory, numbered([P]), {}, {}, stamp=STAMP)
    store = EmbeddedBackend.open(directory)
    store.backup(tmp_path / "backup")
    store.close()
    restore(tmp_path / "backup", tmp_path / "restored")
    restore(directory, tmp_path / "copied")
    for place in ("backup", "restored", "copied"):
        assert sidecar.load(tmp_path / place, stamp=STAMP) is None
    assert sidecar.load(directory, stamp=STAMP) is not None


def test_an_unfinished_one_is_swept_away(directory: Path) -> None:
    (directory / "ids.new").write_bytes(b"half")
    EmbeddedBackend.open(directory).close()
    assert not (directory / "ids.new").exists()

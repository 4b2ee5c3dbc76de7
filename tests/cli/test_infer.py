"""What is inferred, from the command line."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import whence as front

Whence: TypeAlias = Callable[..., Any]
Start: TypeAlias = Callable[..., "subprocess.Popen[str]"]

# Inference 15: a derivation is an influence.
INFLUENCE = "ASK { <http://example.org/plot> prov:wasInfluencedBy <http://example.org/data> }"


def stats(whence: Whence, *arguments: str) -> Any:
    return json.loads(whence("stats", "--format", "json", *arguments).out)


def test_what_follows_is_there_at_once_and_can_be_left_out(loaded: Whence) -> None:
    assert loaded("query", INFLUENCE).out == "yes\n"
    assert loaded("query", "--no-inferred", INFLUENCE).out == "no\n"


def test_stats_tell_what_is_inferred_apart(loaded: Whence) -> None:
    with_, asserted = stats(loaded), stats(loaded)["quads"]
    assert with_["inferred"] > 0
    assert (with_["inference"], with_["inference_current"]) == ("prov", True)
    assert re.search(r"inferred +[\d,]+ by profile prov, current\n", loaded("stats").out)
    loaded("infer", "--profile", "none")
    without = stats(loaded)
    assert (without["inferred"], without["inference"], without["quads"]) == (0, "none", asserted)


def test_a_profile_is_changed_and_kept(loaded: Whence, workflow: Path) -> None:
    first = stats(loaded)["inferred"]
    outcome = loaded("infer", "--profile", "none")
    assert outcome.status == 0
    assert f"whence.db: 0 triples inferred by profile none, 0 added and {first} removed" in outcome.out
    assert loaded("query", INFLUENCE).out == "no\n"
    loaded("load", "--bundle", "urn:run:2", workflow.name)
    assert stats(loaded)["inferred"] == 0
    assert f"{first} added and 0 removed" in loaded("infer", "--profile", "prov").out
    assert loaded("infer").out.startswith(f"whence.db: {first} triples inferred by profile prov, 0 added")


def test_a_new_store_gets_the_profile_asked_for(whence: Whence, workflow: Path) -> None:
    assert whence("load", "--inference", "none", workflow.name).status == 0
    assert stats(whence)["inference"] == "none"
    outcome = whence("load", "--inference", "owl", workflow.name)
    assert outcome.status == 1
    assert "whence infer --profile owl" in outcome.err
    assert whence("demo", "--no-serve", "--inference", "owl").status == 0
    assert stats(whence, "--store", "whence-demo")["inference"] == "owl"


def test_there_must_be_such_a_profile_and_a_store(whence: Whence, loaded: Whence) -> None:
    assert loaded("infer", "--profile", "rdfs").status == 2
    assert whence("infer", "--store", "nothing").status == 1


@pytest.mark.parametrize(("profile", "words"), [("prov-full", "not current"), ("prov", "as it was")])
def test_ctrl_c_leaves_a_store_that_says_how_to_go_on(
    loaded: Whence, monkeypatch: pytest.MonkeyPatch, profile: str, words: str
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("whence.reasoning.follower.difference", interrupt)
        outcome = loaded("infer", "--profile", profile)
    assert (outcome.status, outcome.out) == (130, "")
    assert outcome.err.startswith("whence: stopped; ")
    assert words in outcome.err
    assert loaded("query", INFLUENCE).out == "yes\n"
    assert stats(loaded)["inference_current"] == (profile == "prov")
    assert ("not current: run whence infer" in loaded("stats").out) == (profile != "prov")
    assert loaded("infer").status == 0
    assert stats(loaded)["inference_current"]
    assert stats(loaded)["inference"] == profile


def test_contradictions_are_told(whence: Whence, here: Path) -> None:
    # PROV-O: nothing is both an activity and an entity.
    (here / "odd.ttl").write_text(
        "<urn:x> a <http://www.w3.org/ns/prov#Activity>, <http://www.w3.org/ns/prov#Entity> ."
    )
    assert whence("load", "odd.ttl").status == 0
    outcome = whence("infer")
    assert outcome.status == 0
    assert "contradicts the ontologies:\n  " in outcome.out
    assert "urn:x" in outcome.out


def test_a_terminal_is_shown_what_goes_on(loaded: Whence, here: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "whence.cli", "infer", "--profile", "prov-full"]
    done = subprocess.run(
        command, cwd=here, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, check=False
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "preparing" in shown


def test_through_a_server(whence: Whence, workflow: Path, start: Start) -> None:
    process = start("serve", "--port", "0", "--token", "auto", "--inference", "owl")
    assert process.stdout
    url = next(found[1] for line in process.stdout if (found := re.search(r"is served on (\S+)", line)))
    token = next(found[1] for line in process.stdout if (found := re.search(r"writing: (\S+)", line)))
    assert whence("load", "--bundle", "urn:run:1", workflow.name).status == 0
    assert stats(whence)["inference"] == "owl"
    outcome = whence("infer", "--profile", "prov-full")
    assert (outcome.status, outcome.err) == (0, "")
    assert "by profile prov-full" in outcome.out
    assert stats(whence, "--store", url)["inference"] == "prov-full"
    assert whence("infer", "--store", url, "--token", token, "--profile", "none").status == 0
    assert stats(whence, "--store", url)["inferred"] == 0
    refused = whence("infer", "--store", url)
    assert refused.status == 1
    assert "hint: give the server's token" in refused.err


@pytest.mark.parametrize("format", ["trig", "nquads", "jsonld"])
def test_a_dump_with_inferences_makes_a_right_store(loaded: Whence, here: Path, format: str) -> None:
    loaded("infer", "--profile", "prov-full")
    assert loaded("dump", "--format", format, "--output", "plain").status == 0
    assert loaded("dump", "--format", format, "--inferred", "--output", "full").status == 0
    assert not re.search("[#:]inferred", (here / "plain").read_text())
    assert re.search("[#:]inferred", (here / "full").read_text())
    for profile in ("none", "owl", "prov-full"):
        place = f"again-{profile}"
        loaded("load", "--store", place, "--inference", profile, "full", "--input-format", format)
        with front.open(here / place) as store:
            found = store.stats()
            assert store.infer() is not None
            assert store.stats().inferred == found.inferred
        assert found.inference.profile == profile
        assert found.inference.current
    assert found.inferred == stats(loaded)["inferred"]


def test_what_is_inferred_is_in_no_bundle(loaded: Whence) -> None:
    outcome = loaded("dump", "--bundle", "urn:run:1", "--inferred")
    assert outcome.status == 1
    assert "is in no bundle" in outcome.err

"""The rooms import downward only, and importing whence pulls in nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import whence

ROOT = Path(whence.__file__).parent

LAYERS = {
    "errors": 0,
    "_version": 0,
    "ontology": 1,
    "formats": 2,
    "store": 3,
    "reasoning": 4,
    "validation": 4,
    "queries": 5,
    "ingest": 5,
    "demo": 5,
    "_facade": 6,
    "_store": 7,
    "__init__": 8,
    "web": 9,
    "cli": 9,
}
# Same height, but one may use the other: the command line starts the server.
ALLOWED = {("cli", "web")}
HEAVY = ("flask", "granian", "rdflib", "owlrl", "prov", "pygraphviz", "rich", "pandas", "polars", "httpx")


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "whence" and path.name == "__init__.py" and path.parent == ROOT:
                names = [f"whence.{alias.name}" for alias in node.names]
            elif node.module == "whence":
                names = [
                    f"whence.{alias.name}" if alias.name in LAYERS else "whence.__init__"
                    for alias in node.names
                ]
        found |= {name.split(".")[1] for name in names if name.startswith("whence.")}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_layer_imports_only_lower_ones(path: Path) -> None:
    here = room(path)
    for other in imported_rooms(path):
        same = other == here or (here, other) in ALLOWED
        assert same or LAYERS[other] < LAYERS[here], f"{path.name} in {here} imports {other}"


def test_every_room_has_its_place() -> None:
    assert {room(path) for path in modules()} <= LAYERS.keys()


def test_importing_whence_imports_nothing_heavy() -> None:
    code = f"import sys, whence; print([m for m in {HEAVY!r} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_root_shows_the_four_rooms() -> None:
    root = ROOT.parent.parent
    if not (root / "pyproject.toml").exists():
        pytest.skip("whence is installed, not a checkout")
    for name in ("ontology", "ingest", "queries", "web"):
        assert (root / name).is_symlink()
        assert (root / name / "__init__.py").exists()
        assert (root / name).resolve() == ROOT / name

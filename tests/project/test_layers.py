"""Imports point down only, read from the source; kernels and help stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fastvbg

ROOT = Path(fastvbg.__file__).parent

# Each layer may import the layers below it; a tuple holds rooms that never import one another.
LAYERS: list[tuple[str, ...]] = [
    ("__main__",),
    ("cli",),
    ("measure",),
    ("live_mode",),
    ("farm",),
    ("pipeline",),
    ("settings",),
    ("masks",),
    ("matting",),
    ("pixels",),
    (
        "source",
        "sink",
        "keyers",
        "refine",
        "compositing",
        "backgrounds",
        "scenes",
        "devices",
        "reference",
        "warmup",
        "preparing",
        "meanwhile",
    ),
    ("bands", "outputs", "options"),
    ("media", "models", "kernels"),
    ("storage",),
    ("values", "libraries"),
    ("layout", "threads"),
    ("checks", "spelling"),
    ("constants", "errors", "_types"),
    ("urls",),
]
# What one room may take from another of its own layer, and why.
SIDEWAYS = {
    ("preparing", "warmup"),  # the kernels by name
    ("meanwhile", "preparing"),  # the processes that compile
    ("meanwhile", "reference"),  # whose literal forms stand in
    ("scenes", "compositing"),  # the scene is drawn by the package's own blend
    ("scenes", "sink"),  # clips of scenes are written as runs write them
}
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module == "fastvbg":
                found |= {f"fastvbg.{alias.name}" for alias in node.names}
            elif node.module:
                found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


MODULES = sorted(
    path for path in ROOT.rglob("*.py") if path.parent != ROOT or path.stem != "__init__"
)


def test_imports_point_down() -> None:
    wrong = []
    for path in MODULES:
        own = path.relative_to(ROOT).with_suffix("").parts[0]
        assert own in LEVEL, f"{own} has no place in the layers"
        for module in imports_of(path):
            if not module.startswith("fastvbg."):
                continue
            other = room_of(module)
            if other == own or other not in LEVEL or (own, other) in SIDEWAYS:
                continue
            if LEVEL[other] <= LEVEL[own]:
                wrong.append(f"{path.relative_to(ROOT)}: {own} may not import {other}")
    assert not wrong, "\n".join(wrong)


def named(module: str, known: set[str]) -> str:
    """Return the module of the package that an import of a name in it reads."""
    while module not in known:
        module = module.rpartition(".")[0]
    return module


def test_no_module_needs_itself_by_way_of_others() -> None:
    """Circles of imports, with those of names for types alone: they tell what knows what.

    What a module takes from the room that it is in does not count: a room names what is in it.
    """
    paths = {
        ".".join(("fastvbg", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(
            ".__init__"
        ): path
        for path in MODULES
    }
    known = {*paths, "fastvbg"}
    needs: dict[str, set[str]] = {
        module: {
            other
            for other in (
                named(name, known) for name in imports_of(path) if name.startswith("fastvbg.")
            )
            if not f"{module}.".startswith(f"{other}.")
        }
        for module, path in paths.items()
    }
    while free := {module for module, others in needs.items() if not others & needs.keys()}:
        needs = {module: others for module, others in needs.items() if module not in free}
    assert not needs, f"in circles, or above one: {', '.join(sorted(needs))}"


def test_kernels_know_nothing_but_numbers() -> None:
    for path in (ROOT / "kernels").rglob("*.py"):
        rooms = {room_of(m) for m in imports_of(path) if m.startswith("fastvbg.")}
        assert rooms <= {"kernels", "constants", "errors", "libraries"}, path


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sorted(m for m in sys.modules if '.' not in m))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


HEAVY = {"numba", "llvmlite", "cv2", "av", "numpy", "PIL", "matplotlib"}


@pytest.mark.parametrize(
    "code",
    [
        "import fastvbg",
        "import fastvbg; dir(fastvbg); fastvbg.ShapeError",
        "from fastvbg.cli import run_command_line; run_command_line(['--help'])",
        "from fastvbg.cli import run_command_line; run_command_line(['--version'])",
        "from fastvbg.cli import run_command_line; run_command_line(['run', '--help'])",
    ],
)
def test_import_and_help_load_nothing_heavy(code: str) -> None:
    assert not loaded_after(code) & HEAVY


def test_composite_loads_no_media_library() -> None:
    code = (
        "import fastvbg, numpy as np; a = np.zeros((1,1,3), np.uint8); fastvbg.composite(a, a, a)"
    )
    assert not loaded_after(code) & {"av", "cv2", "PIL", "typer"}


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        fastvbg.nothing  # noqa: B018

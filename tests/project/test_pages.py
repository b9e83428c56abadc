"""The pages of docs stay true: tables as the code describes, examples that run, links that lead."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.quality.scenelist import SCENES
from tools import options_tables

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.compositing.planar import composite_known
from fastvbg.farm.batches.outcome import Outcome
from fastvbg.pipeline.job import Result
from fastvbg.refine.spec import STEPS
from tests.project.test_layers import LAYERS
from tests.support.media import make_clip
from tests.support.people import use_green_network

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = {path: path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *PAGES]}
README = TEXTS[ROOT / "README.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE_MADE = re.compile(r'"([\w-]+\.(?:mp4|mkv|png|toml))"')


def without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", options_tables.blocks(), ids=str)
def test_options_are_as_described(page: Path, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    told = "what python -m tools.options_tables writes is not what is there"
    assert options_tables.updated(page) == page.read_text(encoding="utf-8"), told


def test_each_kind_of_mask_has_a_section() -> None:
    assert set(options_tables.own()) <= anchors(TEXTS[ROOT / "docs" / "masks.md"])


def test_each_step_of_refinement_is_told() -> None:
    page = TEXTS[ROOT / "docs" / "masks.md"]
    assert [name for name, form in STEPS.items() if f"| `{form.usage(name)}` |" not in page] == []


@pytest.mark.parametrize("page", TEXTS, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(without_code(TEXTS[page])):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def test_the_readme_leads_to_each_page() -> None:
    linked = set(LINK.findall(README))
    assert [page.name for page in PAGES if f"docs/{page.name}" not in linked] == []


def python_blocks(text: str) -> list[tuple[int, str]]:
    """Each example with the number of its first line."""
    return [
        (text[: found.start(1)].count("\n") + 1, found[1])
        for found in re.finditer(r"```python\n(.*?)```", text, re.DOTALL)
    ]


@pytest.mark.parametrize(
    "page",
    # Those of frames.md need other libraries: test_recipes.py.
    [page for page in PAGES if python_blocks(TEXTS[page]) and page.name != "frames.md"],
    ids=lambda path: path.name,
)
def test_python_examples_run_in_order(page: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    use_green_network(monkeypatch)
    monkeypatch.chdir(tmp_path)
    make_clip(Path("clip.mp4"), count=12, width=96, height=64)
    # A module of its own, in which the annotations of a dataclass can be looked up.
    module = type(sys)("page")
    monkeypatch.setitem(sys.modules, "page", module)
    for line, code in python_blocks(TEXTS[page]):
        lines = "\n" * (line - 1) + code  # so that errors name those of the page
        exec(compile(lines, str(page), "exec", dont_inherit=True), vars(module))  # noqa: S102
    named = {name for _, code in python_blocks(TEXTS[page]) for name in FILE_MADE.findall(code)}
    assert {name for name in named if not Path(name).exists()} <= {"none.mp4"}


def test_every_public_name_is_in_an_example() -> None:
    page = TEXTS[ROOT / "docs" / "python.md"]
    code = "\n".join(code for _, code in python_blocks(page))
    errors = {name for name in fastvbg.__all__ if name.endswith("Error")}
    used = set(re.findall(r"\bfastvbg\.(\w+)", code))
    assert sorted(set(fastvbg.__all__) - errors - used) == []
    assert [name for name in errors if f"`{name}`" not in page] == []


def commands(text: str) -> list[list[str]]:
    """The arguments of `run`, `batch`, `matte` and `preview` in a page's shell examples."""
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).splitlines()
    split = [shlex.split(line, comments=True) for line in lines if line.startswith("fastvbg ")]
    return [words[1:] for words in split if words[1] in ("run", "batch", "matte", "preview")]


@pytest.mark.parametrize(
    "page", [page for page in TEXTS if commands(TEXTS[page])], ids=lambda path: path.name
)
def test_commands_are_understood(page: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    spread = Outcome("talk.mp4", Path("out.mp4"), "done")

    def done(input: str, output: Path, settings: fastvbg.Settings, **_: Any) -> Result:
        return Result(Path(output), 1, 1.0)

    def drawn(input: str, settings: fastvbg.Settings, **_: Any) -> np.ndarray:
        return np.zeros((8, 8, 3), np.uint8)

    monkeypatch.setattr("fastvbg.farm.parts.resuming.process", done)
    monkeypatch.setattr("fastvbg.farm.batches.batch.run_batch", lambda *_: [])
    monkeypatch.setattr("fastvbg.farm.batches.spreading.spread", lambda *_: spread)
    monkeypatch.setattr("fastvbg.pipeline.process.matte", done)
    monkeypatch.setattr("fastvbg.pipeline.preview.preview", drawn)
    for arguments in commands(TEXTS[page]):
        if "bright" not in arguments:  # a kind that another package brings
            assert run_command_line(arguments) == 0, (arguments, capsys.readouterr().err)


def test_the_settings_file_is_what_the_command_writes(tmp_path: Path, monkeypatch) -> None:
    page = TEXTS[ROOT / "docs" / "masks.md"]
    (line,) = [words for words in commands(page) if "--save-settings" in words]
    (told,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    made = Result(Path("out.mp4"), 1, 1.0)
    monkeypatch.setattr("fastvbg.farm.parts.resuming.process", lambda *a, **k: made)
    assert run_command_line(line) == 0
    assert Path("look.toml").read_text(encoding="utf-8") == told


def test_each_scene_that_is_scored_is_told_with_its_folder() -> None:
    page = TEXTS[ROOT / "docs" / "measurements.md"]
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for name, scene in SCENES.items():
        (row,) = [row for row in rows if f"`{name}`" in row.split("|")[1]]
        assert not scene.needs or f"`{scene.needs}`" in row


def test_the_example_of_a_mask_is_the_package() -> None:
    (_, shown), *_ = python_blocks(TEXTS[ROOT / "docs" / "writing-a-mask.md"])
    package = (ROOT / "examples" / "bright" / "fastvbg_bright.py").read_text(encoding="utf-8")
    assert package.endswith(shown)


def test_the_way_to_the_pixel_is_the_way(tmp_path: Path, monkeypatch) -> None:
    page = TEXTS[ROOT / "docs" / "architecture.md"]
    told = re.findall(r"^\d\. \[([\w/.]+)\]", page, re.MULTILINE)
    assert len(told) == 7
    source = str(Path(fastvbg.__file__).parent)
    found: list[list[str]] = []
    compose = composite_known

    def watched(*arguments: Any, **options: Any) -> Any:
        frame, files = sys._getframe(1), [str(compose.__code__.co_filename)]
        while frame is not None:
            files.append(frame.f_code.co_filename)
            frame = frame.f_back
        found.append([Path(f).relative_to(source).as_posix() for f in files if source in f][::-1])
        return compose(*arguments, **options)

    monkeypatch.setattr("fastvbg.pixels.native.composite_known", watched)
    clip = make_clip(tmp_path / "clip.mp4", count=3).path
    line = ["run", str(clip), "-b", "navy", "-o", str(tmp_path / "o.mp4"), "--mask", "motion", "-q"]
    assert run_command_line(line) == 0
    walked = iter(found[0])
    assert all(name in walked for name in told[:-1]), found[0]
    assert (Path(source) / told[-1]).exists()


def test_the_rooms_are_the_layers() -> None:
    page = TEXTS[ROOT / "docs" / "architecture.md"]
    (table,) = re.findall(r"^\| room \| \|\n\|---\|---\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    rows = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in table.splitlines()]
    layer = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
    del layer["__main__"]
    assert {room for row in rows for room in row} == set(layer)
    levels = [{layer[room] for room in row} for row in rows]
    assert all(len(found) == 1 for found in levels)
    assert levels == sorted(levels, key=min)


def test_each_variable_of_the_environment_is_told_in_one_table() -> None:
    source = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    read = set(re.findall(r'"((?:FASTVBG|NUMBA)_[A-Z_]+)"', "\n".join(source)))
    told = {
        page.name: set(re.findall(r"^\| (.+?) \|", text, re.MULTILINE))
        for page, text in TEXTS.items()
    }
    names = {
        page: set(re.findall(r"`((?:FASTVBG|NUMBA)_[A-Z_]+)`", " ".join(cells)))
        for page, cells in told.items()
    }
    assert {page: found for page, found in names.items() if found} == {"machines.md": read}

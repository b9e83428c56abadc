"""The README stays true: its example runs, and it names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import fastvbg

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 1
    names: dict[str, object] = {}
    exec(blocks[0], names)  # noqa: S102
    assert names["out"].shape == (1080, 1920, 3)


def test_each_set_up_line_calls_the_doctor_before_it_uses_opencv() -> None:
    lines = re.findall(r"```sh\n(python3 .*)\n```", README)
    assert len(lines) == 2
    for line, last in zip(lines, ("fastvbg demo", "python -m pytest -n auto"), strict=True):
        steps = line.split(" && ")
        assert steps[2:] == [".venv/bin/fastvbg doctor --fix", f".venv/bin/{last}"]


def test_every_public_function_is_in_the_readme() -> None:
    errors = {name for name in fastvbg.__all__ if name.endswith("Error")}
    missing = [
        name
        for name in fastvbg.__all__
        if name not in errors | {"__version__"} and f"`{name}" not in README
    ]
    assert missing == []


def test_pictures_that_the_readme_shows_exist() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (Path(__file__).parents[2] / path).stat().st_size < 1_000_000

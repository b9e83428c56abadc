"""The README stays true and short: its example runs, its figures are those of the pages."""

from __future__ import annotations

import re
from pathlib import Path

from tools import readme_tables

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


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


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_it_shows_the_figures_of_the_page() -> None:
    page = (ROOT / readme_tables.PERFORMANCE).read_text(encoding="utf-8")
    assert readme_tables.content_of(README, "bench") == readme_tables.rows_of(page)


def test_pictures_that_the_readme_shows_exist() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).stat().st_size < 1_000_000

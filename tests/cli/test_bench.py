"""`fastvbg bench`: its table, its records, and what it refuses."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from fastvbg.cli import run_command_line
from fastvbg.measure import bench
from fastvbg.measure.operations import OPERATIONS
from fastvbg.measure.startup import time_startup


@pytest.fixture
def tiny_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bench of one small size that takes no time."""
    monkeypatch.setattr("fastvbg.measure.bench.SIZES", {"tiny": (96, 64)})
    monkeypatch.setattr("fastvbg.measure.bench.QUICK_SIZES", ("tiny",))
    monkeypatch.setattr("fastvbg.measure.bench._SECONDS", 0.01)
    monkeypatch.setattr("fastvbg.measure.bench._QUICK_SECONDS", 0.01)


@pytest.mark.usefixtures("tiny_bench")
def test_bench_writes_a_table_and_json(tmp_path: Path, capfd) -> None:
    file = tmp_path / "figures.json"
    assert run_command_line(["bench", "--quick", "--json", str(file)]) == 0
    table = capfd.readouterr().out
    assert all(len(line) <= 100 for line in table.splitlines())
    figures = json.loads(file.read_text())
    operations = "composite", "compositor", "motion_mask", "blend", "blend 256x144", "planar"
    for operation in operations:
        assert re.search(rf"^{operation} +64x64 ", table, re.MULTILINE)
        rows = [row for row in figures["rows"] if row["operation"] == operation]
        assert {row["size"] for row in rows} == {"64x64", "tiny"}
        assert {"fastvbg", "opencv", "tutorial"} < {row["library"] for row in rows}
        regimes = {(row["size"], row["regime"]) for row in rows}
        assert regimes == {("64x64", "cache"), ("tiny", "memory"), ("tiny", "cache")}
        assert sum(row["library"].startswith("roofline") for row in rows) == 6
    assert all(row["timing"]["median_ms"] > 0 for row in figures["rows"])
    conditions = {"cpu", "vector features", "kernels", "cpus", "caches", "memory GiB", "commit"}
    assert conditions | {"date", "numba", "opencv-python"} <= set(figures["conditions"])


def test_the_help_names_what_may_be_chosen(capfd) -> None:
    assert run_command_line(["bench", "--help"]) == 0
    told = " ".join(capfd.readouterr().out.replace("│", " ").split())
    assert f"{', '.join(OPERATIONS)}; all by default" in told
    assert f"{', '.join(bench.SIZES)}; all by default" in told


@pytest.mark.usefixtures("tiny_bench")
def test_what_no_cache_holds_is_timed_from_memory_alone(monkeypatch) -> None:
    evicted: list[int] = []
    monkeypatch.setattr(bench, "LARGEST_CACHE", 1)
    monkeypatch.setattr(bench, "evict", lambda: evicted.append(1))
    rows = bench.run_bench(operations=["composite"], quick=True).rows
    assert {row.regime for row in rows if row.size == "tiny"} == {"memory"}
    assert len(evicted) >= sum(row.timing.runs for row in rows if row.size == "tiny")


@pytest.mark.usefixtures("tiny_bench")
def test_bench_compares_with_an_earlier_run(tmp_path: Path, capfd) -> None:
    file = tmp_path / "figures.json"
    assert run_command_line(["bench", "--quick", "--ops", "blend", "--json", str(file)]) == 0
    capfd.readouterr()
    assert run_command_line(["bench", "--quick", "--compare", str(file)]) == 0
    table = capfd.readouterr().out
    assert "new/old" in table
    assert re.search(r"^blend +tiny +memory +fastvbg +1 ", table, re.MULTILINE)
    assert "composite" not in table


@pytest.mark.usefixtures("tiny_bench")
@pytest.mark.long
def test_bench_draws_a_plot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = bench.run_bench(operations=["composite", "blend"], quick=True)
    monkeypatch.setattr("fastvbg.measure.bench.run_bench", lambda **_: figures)
    for name, begins in {"figures.png": b"\x89PNG", "figures.svg": b"<?xml"}.items():
        assert run_command_line(["bench", "--quick", "--plot", str(tmp_path / name)]) == 0
        drawn = (tmp_path / name).read_bytes()
        assert drawn.startswith(begins)
        assert len(drawn) > 5000


def test_bench_without_matplotlib_says_how_to_get_it(monkeypatch, capfd, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run_command_line(["bench", "--plot", str(tmp_path / "x.png")]) == 2
    assert "pip install 'fastvbg[bench]' brings it" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sizes", "3k"], "sizes: got '3k', wanted some of 480p, 720p, 1080p, 4k, 8k"),
        (["--sizes", ","], "sizes: got ',', wanted some of"),
        (["--ops", "warp"], "ops: got 'warp', wanted some of composite, compositor"),
        (["--plot", "x.pdf"], "plot: got x.pdf, wanted a name that ends in .png or .svg"),
        (["--compare", "none.json"], "compare: cannot read none.json: No such file"),
        (["--compare", "pyproject.toml"], "compare: pyproject.toml is not what fastvbg bench"),
    ],
)
def test_bench_refuses(arguments, words, capfd, monkeypatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    assert run_command_line(["bench", *arguments]) == 2
    assert f"fastvbg: {words}" in capfd.readouterr().err


@pytest.mark.usefixtures("tiny_bench")
def test_bench_refuses_to_time_unequal_outputs(monkeypatch, capfd) -> None:
    wrong = lambda frame, matte, bg, threads, out: frame  # noqa: E731
    monkeypatch.setattr("fastvbg.measure.operations.blend", wrong)
    assert run_command_line(["bench", "--quick", "--ops", "blend"]) == 2
    assert "blend at 64x64: numba gives other pixels than fastvbg" in capfd.readouterr().err


@pytest.mark.long
def test_startup_is_measured_in_fresh_processes() -> None:
    timings = time_startup(runs=1)
    assert list(timings)[-1] == "and composite, cold cache"
    assert timings["and composite, cold cache"].median_ms > timings["python and numpy"].median_ms

"""Where the parts of a job lie: a folder of the user's choice."""

from __future__ import annotations

from pathlib import Path

import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.errors import SinkError
from fastvbg.farm.parts import rendering
from tests.support.farm import MOTION
from tests.support.inline import Inline
from tests.support.numbered import make_numbered

ASKED = ["-b", "navy", "--mask", "motion", "--preset", "ultrafast", "--threads", "1"]
FAST = {**MOTION, "preset": "ultrafast", "threads": 1}


class StopError(Exception):
    """Stands for whatever ends a process."""


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_numbered(tmp_path / "in.mp4", sound="aac", g="25", bf="2")


def stop_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    through = rendering.part_of

    def part_of(folder: object, index: int) -> object:
        if index == number:
            raise StopError
        return through(folder, index)

    monkeypatch.setattr(rendering, "part_of", part_of)


def test_parts_lie_there_and_the_same_call_goes_on(clip: Path, tmp_path: Path, monkeypatch) -> None:
    work, out = tmp_path / "scratch" / "job", tmp_path / "out.mp4"
    with monkeypatch.context() as patched:
        stop_at(patched, 2)
        with pytest.raises(StopError):
            fastvbg.process(clip, out, work=work, segments=1, **FAST)
    assert sorted(path.name for path in work.glob("*.part")) == ["00000.part", "00001.part"]
    assert not list(tmp_path.glob(".*"))
    there = {path: path.stat().st_mtime_ns for path in work.glob("*.part")}
    fastvbg.process(clip, out, work=work, segments=1, keep_parts=True, **FAST)
    assert {path: path.stat().st_mtime_ns for path in there} == there
    with pytest.raises(SinkError, match="another job"):
        fastvbg.process(clip, tmp_path / "b.mp4", work=work, segments=1, **FAST, crf=30)
    fastvbg.process(clip, tmp_path / "b.mp4", work=work, segments=1, **FAST)
    assert not work.exists()
    fastvbg.process(clip, tmp_path / "c.mp4", segments=1, **FAST)
    assert out.read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert out.read_bytes() == (tmp_path / "c.mp4").read_bytes()


def test_the_option_of_run(clip: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["run", "in.mp4", "-o", "out.mp4", *ASKED, "--work", "w", "--segments", "1"]
    Path("w").mkdir()
    Path("w", "mine").touch()
    assert run_command_line(asked) == 2
    assert "w holds other things" in capsys.readouterr().err
    Path("w", "mine").unlink()
    assert run_command_line([*asked, "--keep-parts"]) == 0
    assert len(list(Path("w").glob("*.part"))) == 4
    assert run_command_line([*asked, "--overwrite"]) == 0
    assert not Path("w").exists()


def test_it_goes_for_clusters(clip: Path, tmp_path: Path, monkeypatch) -> None:
    from fastvbg.farm.batches.spreading import spread
    from fastvbg.farm.batches.ways import Ways
    from fastvbg.farm.workers.engines import check_where

    where = check_where(Inline(), None, None, None)
    work = tmp_path / "w"
    ways = Ways.checked(where, segments=1, keep_parts=True, work=work)
    settings = fastvbg.Settings(**FAST)
    outcome = spread(clip, tmp_path / "out.mp4", settings, ways, lambda _: None, lambda _: None)
    assert outcome.state == "done"
    assert len(list(work.glob("*.part"))) == 4

"""The live bench: a made-up camera, and what is measured from it."""

from __future__ import annotations

import json
import os
import time
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from fastvbg.cli import run_command_line
from fastvbg.errors import OptionError
from fastvbg.measure import live
from fastvbg.measure.live import OURS, USUAL, LiveRow, Meter, run_live_bench
from fastvbg.measure.livecamera import JpegCamera, draw_jpegs


def test_the_camera_gives_jpegs_at_its_rate_and_counts_what_was_missed() -> None:
    camera = JpegCamera(draw_jpegs((96, 64), count=3), (96, 64), Fraction(100))
    camera.open()
    frames = [camera.read(1.0) for _ in range(5)]
    assert [frame.sequence for frame in frames if frame] == [0, 1, 2, 3, 4]
    assert all(frame and frame.data[:2].tobytes() == b"\xff\xd8" for frame in frames)
    time.sleep(0.05)
    late = camera.read(1.0)
    assert late is not None
    assert late.sequence >= 8
    assert time.monotonic() - late.captured < 0.03
    assert camera.counts.dropped == late.sequence - 5


@pytest.mark.long
def test_both_programs_are_measured(tmp_path: Path, capsys) -> None:
    figures = tmp_path / "live.json"
    asked = ["--sizes", "360p", "--rates", "30", "--masks", "none,motion", "--seconds", "1"]
    assert run_command_line(["bench", "live", *asked, "--json", str(figures)]) == 0
    rows = json.loads(figures.read_text())["rows"]
    assert [row["program"] for row in rows] == ["fastvbg", "usual"] * 2
    for row in rows:
        assert 0 < row["p50"] <= row["p95"] <= row["most"]
        assert row["frames"] > 0
        assert 0 < row["steady"][0] <= row["most"]
        assert 0 < row["steady"][1] <= row["most"]
        assert row["cpu"] > 0
    said = capsys.readouterr().out
    assert "motion 360p 30" in said
    assert "none: no mask" in said


class Read:
    """Figures that end the loop after some pictures, and keep what was written last."""

    luma = np.empty(0, np.uint8)

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def measure(self, end) -> None:
        self._meter.counting = True
        while len(self._meter.delays) < 5:
            time.sleep(0.01)
        self.luma = np.frombuffer(os.pread(self._meter._file, 96 * 64, 0), np.uint8)
        end()


@pytest.mark.parametrize("run", [live._ours, live._usual])
def test_without_a_mask_the_picture_goes_through(run) -> None:
    jpegs = draw_jpegs((96, 64), count=1)
    meter = Meter((96, 64))
    read = Read(meter)
    run(JpegCamera(jpegs, (96, 64), Fraction(100)), meter, "none", read)
    gray = cv2.imdecode(np.frombuffer(jpegs[0], np.uint8), cv2.IMREAD_GRAYSCALE).astype(float)
    assert np.abs(read.luma.reshape(64, 96) - (16 + gray * 219 / 255)).mean() < 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rates", "0"], "rates: got '0', wanted whole numbers from 1 to 240"),
        (["--sizes", "9p"], "sizes"),
        (["--masks", "magic"], "masks"),
        (["--seconds", "0.1"], "seconds: got 0.1, wanted 1 to 3600"),
        (["--rounds", "0"], "rounds: got 0, wanted an integer in 1..100"),
        (["--jpeg-quality", "0"], "jpeg_quality: got 0, wanted an integer in 1..100"),
    ],
)
def test_bad_options_are_one_line(arguments, message, capsys) -> None:
    assert run_command_line(["bench", "live", *arguments]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert message in said[0]


def row(program: str, cpu: float) -> LiveRow:
    return LiveRow(program, "motion", "360p", 30, 1, 2, 3, cpu, 0, 5, (6, 7), (1, 1), 9)


def test_of_rounds_in_turns_the_middle_one_counts(monkeypatch, capsys) -> None:
    costs = {OURS: iter([9.0, 3.0, 4.0]), USUAL: iter([30.0, 20.0, 40.0])}
    order = []

    def measured(program, *_) -> LiveRow:
        order.append(program)
        return row(program, next(costs[program]))

    monkeypatch.setattr(live, "_measured", measured)
    asked = ["--sizes", "360p", "--rates", "30", "--masks", "motion", "--rounds", "3"]
    assert run_command_line(["bench", "live", *asked]) == 0
    assert order == [OURS, USUAL] * 3
    said = capsys.readouterr().out
    assert "4.0 (3.0..9.0)" in said
    assert "30.0 (20.0..40.0)" in said
    assert "7.5x less" in said
    assert "9 kB at 360p" in said


def test_seconds_have_bounds() -> None:
    with pytest.raises(OptionError, match="seconds: got 9999"):
        list(run_live_bench(sizes=["360p"], rates=[30], masks=["motion"], seconds=9999))

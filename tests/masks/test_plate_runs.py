"""The plate mask in a run: plates from files, from the clip, and what cannot be one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import av
import cv2
import numpy as np
import pytest

from fastvbg import matte
from fastvbg.cli import run_command_line
from fastvbg.keyers.plate.estimate import PlateEstimator
from tests.support.asked import asked
from tests.support.masked import RIM, agreement, clip, lossless, mattes
from tests.support.media import Clip, read_frames

__all__ = ["clip"]


def write_empty(clip: Clip, path: Path) -> Path:
    """The first frame, in which the scene is empty."""
    cv2.imwrite(str(path), read_frames(clip.path)[0])
    return path


@pytest.mark.parametrize("plate", ["file", "array", "first:0.3s", "auto"])
@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_what_is_not_of_the_plate_is_kept(
    plate: str | None, pixel_path: str, clip: Clip, tmp_path: Path
) -> None:
    given: object = plate
    if plate == "file":
        given = write_empty(clip, tmp_path / "plate.png")
    elif plate == "array":
        given = read_frames(clip.path)[0]
    options = asked("plate", plate=given)
    result = matte(clip.path, tmp_path / "m.mkv", settings=options, pixel_path=pixel_path)
    got = mattes(tmp_path / "m.mkv")
    assert result.warnings == []
    assert len(got) == clip.frames
    assert got[4].mean() < 2
    assert agreement(got[20], 20) > RIM


def test_a_plate_in_ten_bits_is_keyed_in_eight(tmp_path: Path) -> None:
    clip = lossless(tmp_path / "deep.mkv", "yuv420p10le")
    plate = write_empty(clip, tmp_path / "plate.png")
    matte(clip.path, tmp_path / "m.mkv", settings=asked("plate", plate=plate))
    assert agreement(mattes(tmp_path / "m.mkv")[20], 20) > RIM


def test_the_plate_of_the_first_seconds_is_that_of_the_inputs_beginning(
    clip: Clip, tmp_path: Path
) -> None:
    options = asked("plate", plate="first:0.3")
    matte(clip.path, tmp_path / "m.mkv", settings=options, start=20.5 / 24)
    assert agreement(mattes(tmp_path / "m.mkv")[0], 21) > RIM


def test_a_camera_that_moves_is_told(tmp_path: Path) -> None:
    wide = cv2.resize(
        np.random.default_rng(1).integers(0, 256, (24, 80, 3), dtype=np.uint8), (1280, 384)
    )
    with av.open(str(tmp_path / "pan.mkv"), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = 640, 384, "yuv420p"
        for index in range(40):
            view = np.ascontiguousarray(wide[:, 2 * index : 2 * index + 640])
            frame = av.VideoFrame.from_ndarray(view, format="bgr24")
            container.mux(video.encode(frame.reformat(format="yuv420p")))
        container.mux(video.encode(None))
    result = matte(tmp_path / "pan.mkv", tmp_path / "m.mkv", mask="plate")
    assert [line for line in result.warnings if line.startswith("plate: the camera moves")]


def test_a_plate_of_another_size_is_one_line(clip: Clip, tmp_path: Path, capfd) -> None:
    cv2.imwrite(str(tmp_path / "plate.png"), np.zeros((10, 20, 3), np.uint8))
    output, plate = str(tmp_path / "out.mkv"), str(tmp_path / "plate.png")
    options = ["--mask", "plate", "--plate", plate, "-b", "red", "-o", output]
    assert run_command_line(["run", str(clip.path), *options]) == 2
    assert capfd.readouterr().err == (
        "fastvbg: plate: got 20x10 (width x height), wanted 96x64 like the frames, "
        "or larger in the same proportions; a plate must be from the same camera at the same "
        "place\n"
    )


def test_a_plate_cannot_be_taken_from_standard_input(tmp_path: Path) -> None:
    clip = lossless(tmp_path / "clip.mkv", count=3)
    command = [sys.executable, "-m", "fastvbg", "matte", "-", "--mask", "plate"]
    with clip.path.open("rb") as piped:
        done = subprocess.run(
            [*command, "-o", str(tmp_path / "m.mkv")],
            stdin=piped,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("fastvbg: plate: standard input can be read once only")


def test_a_signal_is_heeded_while_a_plate_is_estimated(clip: Clip, tmp_path: Path) -> None:
    calls = []

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt(number)

    class Estimator(PlateEstimator):
        def add(self, frame: object) -> None:
            calls.append(1)
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, stop)
    try:
        with (
            mock.patch("fastvbg.matting.plate.PlateEstimator", Estimator),
            pytest.raises(KeyboardInterrupt),
        ):
            matte(clip.path, tmp_path / "m.mkv", mask="plate")
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(calls) == 1
    assert list(tmp_path.iterdir()) == []

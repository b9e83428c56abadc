"""The chroma mask in a run: screens that are found, spill, and the background around edges."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fastvbg import matte, process
from fastvbg.errors import OptionError
from tests.support.asked import asked
from tests.support.masked import SIZE, clip, mattes, screen_clip
from tests.support.media import Clip, read_frames

__all__ = ["clip"]


@pytest.mark.parametrize("key", ["auto", "#32aa3c", (60, 170, 50)])
def test_what_is_not_of_the_screen_is_kept(key: object, tmp_path: Path) -> None:
    clip = screen_clip(tmp_path / "green.mkv")
    matte(clip.path, tmp_path / "m.mkv", settings=asked("chroma", key=key))
    got = mattes(tmp_path / "m.mkv")[3]
    assert got[30:66, 52:94].min() == 255
    assert got[:20].max() <= 2
    assert got[:, :36].max() <= 2


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p", "yuv422p10le"])
@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_the_screens_light_is_taken_off(pixel_format: str, pixel_path: str, tmp_path: Path) -> None:
    clip = screen_clip(tmp_path / "green.mkv", pixel_format)
    greens = []
    for despill in (0, 255):
        output = tmp_path / f"out{despill}.mkv"
        options = asked("chroma", despill=despill)
        process(
            clip.path,
            output,
            background="black",
            settings=options,
            codec="ffv1",
            pixel_path=pixel_path,
        )
        blue, green, red = cv2.split(read_frames(output)[3][30:66, 43:47].astype(np.int16))
        greens.append(float((green - np.maximum(blue, red)).mean()))
    assert greens[1] < greens[0] - 3


def test_a_screen_that_is_not_there_is_one_line(clip: Clip, tmp_path: Path) -> None:
    gray = tmp_path / "gray.mkv"
    with av.open(str(gray), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        picture = np.full((48, 64, 3), 120, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        container.mux(video.encode(frame.reformat(format="yuv420p")))
        container.mux(video.encode(None))
    with pytest.raises(OptionError, match="key"):
        matte(gray, tmp_path / "m.mkv", mask="chroma")
    assert not (tmp_path / "m.mkv").exists()


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_a_named_screen_that_no_frame_shows_is_told(pixel_path: str, tmp_path: Path) -> None:
    clip = screen_clip(tmp_path / "green.mkv")
    output = tmp_path / "m.mkv"
    for key, words in (("#3c32aa", "a screen of the colour #3c32aa"), ("#32aa3c", "")):
        settings = asked("chroma", key=key)
        result = matte(clip.path, output, settings=settings, pixel_path=pixel_path, overwrite=True)
        assert len(result.warnings) == bool(words)
        assert words in "".join(result.warnings)


def test_the_backgrounds_light_falls_around_the_edge(clip: Clip, tmp_path: Path) -> None:
    still = np.zeros(SIZE[::-1], np.uint8)
    still[16:48, 30:80] = 255
    cv2.imwrite(str(tmp_path / "still.png"), still)
    results = []
    for strength in (0, 255):
        output = tmp_path / f"out{strength}.mkv"
        process(
            clip.path,
            output,
            background="white",
            mask=f"matte:{tmp_path}/still.png",
            light_wrap=strength,
            codec="ffv1",
        )
        results.append(read_frames(output)[2].astype(int))
    plain, lit = results
    assert (lit[17:47, 31] - plain[17:47, 31]).mean() > 20
    assert np.abs(lit[30:34, 50:60] - plain[30:34, 50:60]).max() <= 1
    assert np.abs(lit[:12] - plain[:12]).max() <= 1

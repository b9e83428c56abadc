"""Files as sources: at their own pace, again, and still pictures."""

from __future__ import annotations

import time
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg.live_mode.sources.files import FileSource
from fastvbg.media.planes import planes_of
from tests.support.media import make_clip


def test_a_file_plays_at_its_own_pace(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=12, width=96, height=64)
    source = FileSource(str(tmp_path / "c.mp4"))
    source.open()
    assert (source.width, source.height) == (96, 64)
    grabs = []
    with suppress(EOFError):
        while True:
            grab = source.read(1.0)
            if grab is not None:
                grabs.append(grab)
    source.close()
    assert len(grabs) + source.dropped == 12
    times = [grab.captured for grab in grabs]
    assert times[-1] - times[0] == pytest.approx((12 - 1) / source.rate, abs=2 / source.rate)
    assert all(grab.picture.format.name == "yuv420p" for grab in grabs)


def test_a_file_loops_and_opens_again(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=4, width=96, height=64)
    source = FileSource(str(tmp_path / "c.mp4"), loop=True)
    for _ in range(2):
        source.open()
        assert sum(source.read(1.0) is not None for _ in range(10)) > 6
        source.close()


def test_a_slow_reader_gets_the_newest_frame(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=25, width=96, height=64)
    source = FileSource(str(tmp_path / "c.mp4"))
    source.open()
    source.read(1.0)
    time.sleep(8 / source.rate)
    grab = source.read(1.0)
    assert grab is not None
    assert time.monotonic() - grab.captured < 3 / source.rate
    assert source.dropped >= 4
    source.close()


def test_pictures_are_of_limited_range_and_even_size(tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "w.png"), np.full((33, 45, 3), 255, np.uint8))
    source = FileSource(str(tmp_path / "w.png"))
    source.open()
    assert (source.width, source.height) == (44, 32)
    grab = source.read(1.0)
    assert grab is not None
    assert planes_of(grab.picture)[0].max() == 235
    source.close()


@pytest.mark.parametrize(("fps", "rate"), [(None, 30), (Fraction(50), 50)])
def test_a_still_picture_is_shown_again_and_again(
    tmp_path: Path, fps: Fraction | None, rate: int
) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "w.png"), np.full((32, 48, 3), 255, np.uint8))
    source = FileSource(str(tmp_path / "w.png"), fps=fps)
    before = 0
    for _ in range(2):  # it is opened again when somebody watches again
        source.open()
        assert source.rate == rate
        grabs = [grab for grab in (source.read(1.0) for _ in range(10)) if grab is not None]
        times = [grab.captured for grab in grabs]
        left_out, before = source.dropped - before, source.dropped
        assert times[-1] - times[0] == pytest.approx((9 + left_out) / rate, abs=3 / rate)
        assert all(planes_of(grab.picture)[0].min() == 235 for grab in grabs)
        source.close()


def test_colours_of_full_range_stay(tmp_path: Path) -> None:
    """Untagged and above 576 rows it is BT.709, which libswscale does not know."""
    with av.open(str(tmp_path / "c.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 720, "yuv420p"
        stream.codec_context.color_range = 2
        frame = av.VideoFrame(64, 720, "yuv420p")
        for plane, level in zip(planes_of(frame), (145, 73, 183), strict=True):
            plane[:] = level
        container.mux([*stream.encode(frame), *stream.encode(None)])
    source = FileSource(str(tmp_path / "c.mkv"))
    source.open()
    grab = source.read(1.0)
    source.close()
    assert source.colour.matrix == 1
    got = [int(plane[8, 8]) for plane in planes_of(grab.picture)]
    assert got == pytest.approx(
        [16 + 145 * 219 / 255, 128 - 55 * 224 / 255, 128 + 55 * 224 / 255], abs=1
    )


def test_rates_of_sequences(tmp_path: Path) -> None:
    import cv2

    for number in range(1, 4):
        cv2.imwrite(str(tmp_path / f"{number:03}.png"), np.zeros((16, 16, 3), np.uint8))
    source = FileSource(str(tmp_path / "%03d.png"), fps=Fraction(50))
    source.open()
    assert source.rate == 50
    source.close()

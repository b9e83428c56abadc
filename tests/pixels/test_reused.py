"""Frames that come back are written anew only where they do not show the background already."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg.media.colour import ColourTags
from fastvbg.media.formats import layout_of
from fastvbg.media.model import StreamInfo
from fastvbg.media.planes import new_picture, planes_of
from fastvbg.pipeline.process import process
from fastvbg.pixels.native import NativePixels
from fastvbg.pixels.reused import ReusedFrames
from tests.support.arrays import random_frame
from tests.support.media import make_clip, read_frames

SIZE = WIDTH, HEIGHT = 200, 48


def native(name: str, *, interlaced: bool = False) -> NativePixels:
    info = StreamInfo(
        width=WIDTH,
        height=HEIGHT,
        pixel_format=name,
        rate=Fraction(25),
        time_base=Fraction(1, 25),
        colour=ColourTags(matrix=1, range=1),
        frames=None,
        field_order=2 if interlaced else 0,
    )
    layout = layout_of(name)
    assert layout is not None
    return NativePixels(info, layout, 1)


def picture(name: str, rng: np.random.Generator) -> av.VideoFrame:
    made = new_picture(*SIZE, name)
    for plane in planes_of(made):
        plane[:] = rng.integers(0, 256, plane.shape)
    return made


def moved(name: str, before: av.VideoFrame, rng: np.random.Generator) -> av.VideoFrame:
    """Return a frame that differs in one place."""
    made = new_picture(*SIZE, name)
    for plane, old in zip(planes_of(made), planes_of(before), strict=True):
        plane[:] = old
    y, x = rng.integers(HEIGHT), rng.integers(WIDTH)
    planes_of(made)[0][y : y + 9, x : x + 30] ^= 99
    return made


@pytest.mark.parametrize("name", ["yuv420p", "nv12"])
@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("waiting", [0, 2])
def test_any_order_of_uses_gives_what_new_frames_do(
    name: str, interlaced: bool, waiting: int
) -> None:
    rng = np.random.default_rng(waiting)
    pixels = native(name, interlaced=interlaced)
    backgrounds = [picture(name, rng) for _ in range(2)]
    away: deque[av.VideoFrame] = deque()
    last = picture(name, rng)
    behind = backgrounds[0]
    for _ in range(80):
        next = moved(name, last, rng)
        if rng.random() < 0.1:
            behind = backgrounds[rng.integers(2)]
        matte = np.zeros((HEIGHT, WIDTH), np.uint8)
        matte[10:20, rng.integers(WIDTH) :] = 130
        use = rng.choice(["composite", "blend", "select", "empty"], p=[0.5, 0.3, 0.1, 0.1])

        def used(by: NativePixels, use: str = use, pair=(last, next), behind=behind, matte=matte):
            if use == "composite":
                return by.composite(*pair, behind, 3)
            if use == "blend":
                return by.blend(matte, pair[1], behind)
            if use == "select":
                return by.select(np.where(matte > 0, np.uint8(255), np.uint8(0)), pair[1], behind)
            made = by.empty()
            for plane in planes_of(made):
                plane[:] = 7
            return made

        result, wanted = used(pixels), used(native(name, interlaced=interlaced))
        for got, expected in zip(planes_of(result), planes_of(wanted), strict=True):
            assert np.array_equal(got, expected), use
        away.append(result)
        if len(away) > waiting:
            pixels.recycle(away.popleft())
        last = next


def test_maps_are_of_one_frame_over_one_background() -> None:
    frames = ReusedFrames(
        lambda: new_picture(8, 8, "yuv420p"), lambda: [np.zeros((4, 1), np.uint8)]
    )
    first, second = (new_picture(8, 8, "yuv420p") for _ in range(2))
    frame, maps = frames.take_for(first)
    assert maps is None  # it is new
    frames.give_back(frame)
    again, maps = frames.take_for(first)
    assert again is frame
    assert maps is not None
    maps[0][:] = 1
    frames.give_back(again)
    _, same = frames.take_for(first)
    assert same is maps
    frames.give_back(frame)
    _, other = frames.take_for(second)
    assert other is None  # perhaps each frame has a background of its own
    frames.give_back(frame)
    _, other = frames.take_for(second)
    assert other is not None
    assert not other[0].any()


def test_what_was_written_as_a_whole_is_not_known() -> None:
    frames = ReusedFrames(
        lambda: new_picture(8, 8, "yuv420p"), lambda: [np.zeros((4, 1), np.uint8)]
    )
    background = new_picture(8, 8, "yuv420p")
    frame, _ = frames.take_for(background)
    for take in (lambda: frames.take_for(background)[0], frames.take):
        frames.give_back(frame)
        frame = take()
    frames.give_back(frame)
    _, maps = frames.take_for(background)
    assert maps is not None
    assert not maps[0].any()


def test_a_whole_file_is_the_same_whether_frames_come_back(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=30, width=WIDTH, height=HEIGHT).path
    background = random_frame(HEIGHT, WIDTH)
    for codec, options in (("libx264", {"crf": 0, "preset": "ultrafast"}), ("ffv1", {})):
        process(clip, tmp_path / f"{codec}.mkv", background=background, codec=codec, **options)
    kept, new = (read_frames(tmp_path / f"{codec}.mkv") for codec in ("libx264", "ffv1"))
    assert len(kept) == len(new) == 30
    assert all(np.array_equal(a, b) for a, b in zip(kept, new, strict=True))

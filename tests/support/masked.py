"""A clip with a disc that walks through a room, and how near mattes come to its truth."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg.media.planes import planes_of
from tests.support.media import Clip, moving_frames

SIZE = (96, 64)

# A pixel more or less around a block of 24x32 makes this much; nothing else may differ.
RIM = 0.84


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Clip:
    """A lossless clip, so that what is decoded is known; the scene is empty for 8 frames."""
    return lossless(tmp_path_factory.mktemp("masks") / "clip.mkv")


def lossless(path: Path, pixel_format: str = "yuv420p", count: int = 24) -> Clip:
    still = moving_frames(1, *SIZE)[0]
    still[16:33, :25] = still[40:57, :25]  # no block
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = *SIZE, pixel_format
        for index in range(count):
            picture = still.copy()
            if index >= 8:
                picture[16:48, 3 * index : 3 * index + 24] = (30, 220, 240)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(video.encode(frame.reformat(format=pixel_format)))
        container.mux(video.encode(None))
    return Clip(path, count, SIZE)


def decoded(path: Path) -> list[tuple[np.ndarray, ...]]:
    with av.open(str(path)) as container:
        return [
            tuple(plane.copy() for plane in planes_of(frame)) for frame in container.decode(video=0)
        ]


def mattes(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def truth(index: int) -> np.ndarray:
    mask = np.zeros(SIZE[::-1], np.uint8)
    if index >= 8:
        mask[16:48, 3 * index : 3 * index + 24] = 255
    return mask


def agreement(mask: np.ndarray, index: int) -> float:
    said, wanted = mask >= 128, truth(index) >= 128
    return float((said & wanted).sum() / max(1, (said | wanted).sum()))


def screen_clip(path: Path, pixel_format: str = "yuv420p") -> Clip:
    rng = np.random.default_rng(8)
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = 160, 96, pixel_format
        for index in range(6):
            picture = np.full((96, 160, 3), (60, 170, 50), np.int16)
            picture += rng.integers(-4, 5, picture.shape)
            picture[24:72, 40 + index : 100 + index] = (60, 90, 180)
            picture[24:72, 40 + index : 44 + index] = (60, 120, 110)  # in the screen's light
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="bgr24")
            container.mux(video.encode(frame.reformat(format=pixel_format)))
        container.mux(video.encode(None))
    return Clip(path, 6, (160, 96))

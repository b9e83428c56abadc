"""Cut-outs in every format with alpha."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from fastvbg.media.model import Timed
from fastvbg.source import open_source

WIDTH, HEIGHT, FRAMES = 32, 24, 4
DISC, HIDDEN, BEHIND = (40, 200, 240), (255, 0, 255), (0, 255, 0)  # blue, green, red
LIME = "#00ff00"


def cutout(index: int = 0, *, soft: bool = False) -> np.ndarray:
    """A disc on what is transparent, BGRA; below the transparency lies another colour."""
    frame = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    frame[..., :3] = HIDDEN
    cv2.circle(frame, (10 + 2 * index, 12), 8, (*DISC, 255), -1)
    if soft:
        frame[:, :, 3] = np.where(frame[:, :, 3], 128, 0)
        frame[10:14, 8:14, 3] = 255
    return frame


IN, OUT = np.s_[11:14, 10:13], np.s_[0:3, -4:]  # of each frame: within the disc, and off it

FILES = {
    "qtrle.mov": ("qtrle", "argb", {}),
    "png.mov": ("png", "rgba", {}),
    "ffv1.mkv": ("ffv1", "bgra", {}),
    "deep.mkv": ("ffv1", "gbrap12le", {}),
    "yuva.mkv": ("ffv1", "yuva420p", {}),
    "prores.mov": ("prores_ks", "yuva444p10le", {"profile": "4444"}),
    "utvideo.avi": ("utvideo", "gbrap", {}),
    "anim.apng": ("apng", "rgba", {}),
    "vp9.webm": ("libvpx-vp9", "yuva420p", {"crf": "4", "b": "0"}),
    "vp8.webm": ("libvpx", "yuva420p", {"crf": "4", "b": "2M", "auto-alt-ref": "0"}),
}


def write(path: Path, pictures: list[np.ndarray], codec: str, form: str, options: Any) -> Path:
    """Write BGRA pictures, 25 a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=dict(options))
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = form
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgra").reformat(format=form)
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def make(folder: Path, name: str) -> Path:
    if name == "seq%d.png":
        for index in range(FRAMES):
            cv2.imwrite(str(folder / f"seq{index}.png"), cutout(index))
        return folder / name
    if name == "still.png":
        cv2.imwrite(str(folder / name), cutout())
        return folder / name
    return write(folder / name, [cutout(index) for index in range(FRAMES)], *FILES[name])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alpha")
    for name in (*FILES, "seq%d.png", "still.png"):
        make(folder, name)
    cv2.imwrite(str(folder / "white.png"), np.full((4, 4), 255, np.uint8))
    opaque = [np.dstack([np.full((HEIGHT, WIDTH, 3), 90, np.uint8), WHOLE])] * FRAMES
    write(folder / "plain.mkv", opaque, "ffv1", "bgr0", {})
    return folder


WHOLE = np.full((HEIGHT, WIDTH), 255, np.uint8)
MOVING = (*FILES, "seq%d.png")


def frames_of(path: Path) -> list[np.ndarray]:
    with open_source(path) as source:
        return [np.array(item.frame) for item in source if isinstance(item, Timed)]


def far(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int(np.abs(picture.astype(int) - colour).max())

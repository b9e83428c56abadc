"""Clips with a turn noted in them, and pixels of any shape."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from fastvbg.media.model import Timed
from fastvbg.source import open_source

ONE = 1 << 16
# As x' = a x + c y, y' = b x + d y.
TURNS = {
    "none": (ONE, 0, 0, ONE),
    "half": (-ONE, 0, 0, -ONE),
    "left": (0, -ONE, ONE, 0),
    "right": (0, ONE, -ONE, 0),
    "mirrored": (-ONE, 0, 0, ONE),
    "upside down": (ONE, 0, 0, -ONE),
    "transposed": (0, ONE, ONE, 0),
    "transversed": (0, -ONE, -ONE, 0),
}
WIDTH, HEIGHT, FRAMES = 48, 32, 5


def matrix_of(a: float, b: float, c: float, d: float) -> tuple[int, ...]:
    return int(a), int(b), 0, int(c), int(d), 0, 0, 0, 1 << 30


def placed(array: np.ndarray, turn: str) -> np.ndarray:
    """Where a player shows each pixel, by the matrix itself."""
    a, b, c, d = (int(np.sign(value)) for value in TURNS[turn])
    rows, cols = array.shape[:2]
    y, x = np.indices((rows, cols))
    to_x, to_y = a * x + c * y, b * x + d * y
    shape = (cols, rows) if b else (rows, cols)
    shown = np.empty((*shape, *array.shape[2:]), array.dtype)
    shown[to_y - to_y.min(), to_x - to_x.min()] = array
    return shown


def placed_back(shown: np.ndarray, turn: str) -> np.ndarray:
    """The picture that is shown so."""
    back = {"left": "right", "right": "left"}.get(turn, turn)
    return placed(shown, back)


def write(
    path: Path,
    pictures: list[np.ndarray],
    *,
    codec: str = "ffv1",
    form: str = "bgr0",
    matrix: tuple[int, ...] | None = None,
    aspect: Fraction | None = None,
    options: Any = (),
) -> Path:
    """Write BGR pictures, 25 a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=dict(options))
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = form
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if matrix is not None:
            stream.set_display_matrix(matrix)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def frames_of(path: Path) -> list[np.ndarray]:
    with open_source(path) as source:
        assert source.info.display_matrix is None
        return [np.array(item.frame) for item in source if isinstance(item, Timed)]

"""What keyers do alike: results to write to, samples of frames, and chroma as wide as luma."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import (
    check_frame,
    check_no_partial_overlap,
    check_plane,
    check_same_size,
    check_writable,
)
from fastvbg.kernels.keyspace import keyspace

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte

    Plane = npt.NDArray[np.uint8]
    Planes = tuple[Plane, Plane, Plane]


def matte_for(out: Matte | None, shape: tuple[int, ...], inputs: tuple[Plane, ...]) -> Matte:
    """Return `out` if it fits a frame of a shape, or a new matte when there is none."""
    if out is None:
        return np.empty(shape[:2], np.uint8)
    got = check_plane("out", out)
    if got != shape[:2]:
        check_same_size("out", got, "the frame", shape)
    check_writable(out)
    for plane in inputs:
        check_no_partial_overlap(out, (("the frame", plane),))
    return out


def frame_for(out: Frame | None, shape: tuple[int, int, int], **inputs: Plane) -> Frame:
    """Return `out` if it fits, or a new frame when there is none."""
    if out is None:
        return np.empty(shape, np.uint8)
    got = check_frame("out", out)
    if got != shape:
        check_same_size("out", got, "the frame", shape)
    check_writable(out)
    check_no_partial_overlap(out, inputs.items())
    return out


def packed_rows(*frames: Frame) -> bool:
    """Tell whether the rows of all frames are consecutive pixels."""
    return all(frame.strides[1:] == (3, 1) for frame in frames)


def to_keyspace(frame: Frame) -> Planes:
    """Return Y, U and V of a frame of any strides, in new arrays."""
    planes = tuple(np.empty(frame.shape[:2], np.uint8) for _ in range(3))
    keyspace.call(frame, *planes)
    return planes[0], planes[1], planes[2]


def thin_frame(frame: Frame, step: int) -> Planes:
    """Return Y, U and V of every `step`-th pixel of every such row."""
    return to_keyspace(frame[::step, ::step])


def thin_planes(planes: Planes, shift_x: int, shift_y: int, step: int) -> Planes:
    """Return every `step`-th sample of every such row, an even step; views."""
    y, u, v = planes
    down, across = step >> shift_y, step >> shift_x
    return y[::step, ::step], u[::down, ::across], v[::down, ::across]


def widened(plane: Plane, shape: tuple[int, int], shift_x: int, shift_y: int) -> Plane:
    """Return chroma as large as luma, each sample for all that it covers."""
    rows = np.arange(shape[0]) >> shift_y
    cols = np.arange(shape[1]) >> shift_x
    return np.asarray(plane[rows][:, cols])

"""The planes of FFmpeg's frames as arrays on the same memory."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from fastvbg.media.formats import BGR, is_float

if TYPE_CHECKING:
    import numpy.typing as npt
    from av.video.plane import VideoPlane

    Plane = npt.NDArray[Any]

_BYTE = np.dtype(np.uint8)
_LINE = 64


def new_picture(width: int, height: int, name: str) -> av.VideoFrame:
    """Return a frame of its own memory, not cleared."""
    return av.VideoFrame(width, height, name)


def new_picture_in_one_piece(width: int, height: int) -> av.VideoFrame:
    """Return a frame of 4:2:0 whose planes lie one behind the other; not cleared.

    The width is even, the height a multiple of 4: of others PyAV would take the next lower one.
    FFmpeg leaves some kB between them. As it does, rows begin on multiples of 16 where half of the
    width is one, and vectors may read beyond the last one.
    """
    size = width * height * 3 // 2
    memory = np.empty(size + 2 * _LINE, np.uint8)
    start = -memory.ctypes.data % _LINE
    rows = memory[start : start + size].reshape(-1, width)
    return av.VideoFrame.from_numpy_buffer(rows, "yuv420p")


def plane_of(frame: av.VideoFrame, index: int, samples: int = 1) -> Plane:
    """Return one plane of a frame, (H, W) or for several samples a pixel (H, W, samples).

    Parameters
    ----------
    frame : av.VideoFrame
        The frame; the array keeps it alive.
    index : int
        Which plane.
    samples : int
        Interleaved samples a pixel.

    Returns
    -------
    ndarray
        A view, uint8, or uint16 where samples have more than 8 bits, float32 where they are such;
        in the format's own byte order.
    """
    return _view(frame.planes[index], _sample_type(frame.format.name), samples)


@cache
def _sample_type(name: str) -> np.dtype[Any]:
    form = av.VideoFormat(name)
    bits = max(part.bits for part in form.components)
    size = 1 if bits <= 8 else 2 if bits <= 16 else 4
    order = ">" if form.is_big_endian else "<"
    return np.dtype(f"{order}{'f' if is_float(name) else 'u'}{size}")


def _view(plane: VideoPlane, kind: np.dtype[Any], samples: int = 1) -> Plane:
    flat: Plane = np.frombuffer(plane, kind)  # type: ignore[call-overload]
    rows: Plane = flat.reshape(plane.height, -1)[:, : plane.width * samples]
    return rows if samples == 1 else rows.reshape(plane.height, plane.width, samples)


def planes_of(frame: av.VideoFrame) -> tuple[Plane, ...]:
    """Return the colour planes of a frame: Y, U, V; Y, UV for nv12; one (H, W, 3) for bgr24.

    Each look at a frame's planes or its format makes new objects, so there is one of each: 4
    microseconds instead of 15, for some frames in each step of a run.
    """
    name, planes = frame.format.name, frame.planes
    if name == BGR:
        return (_view(planes[0], _BYTE, 3),)
    kind = _sample_type(name)
    if name == "nv12":
        return _view(planes[0], kind), _view(planes[1], kind, 2)
    return _view(planes[0], kind), _view(planes[1], kind), _view(planes[2], kind)


def with_rows_downward(frame: av.VideoFrame) -> av.VideoFrame:
    """Return a frame whose rows follow one another downward in memory.

    FFmpeg flips a picture by letting its rows go upward, of which arrays on the memory from a
    plane's address on know nothing.
    """
    if all(plane.line_size > 0 for plane in frame.planes):
        return frame
    copy = new_picture(frame.width, frame.height, frame.format.name)
    for source, target in zip(frame.planes, copy.planes, strict=True):
        step = abs(source.line_size)
        lowest = source.buffer_ptr - step * (source.height - 1)
        memory = (ctypes.c_uint8 * (step * source.height)).from_address(lowest)
        flat: Plane = np.frombuffer(memory, np.uint8)  # type: ignore[call-overload]
        rows = flat.reshape(source.height, step)[::-1]
        into: Plane = np.frombuffer(target, np.uint8)  # type: ignore[call-overload]
        into = into.reshape(target.height, -1)
        width = min(step, into.shape[1])
        into[:, :width] = rows[:, :width]
    return described_like(copy, frame)


def described_like(picture: av.VideoFrame, frame: av.VideoFrame) -> av.VideoFrame:
    """Return a picture with the time and the colours' meaning that a frame has."""
    picture.pts = frame.pts
    picture.colorspace, picture.color_range = frame.colorspace, frame.color_range
    if frame.time_base is not None:
        picture.time_base = frame.time_base
    return picture

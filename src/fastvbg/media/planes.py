"""The planes of FFmpeg's frames as arrays on the same memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np

from fastvbg.media.formats import BGR, layout_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Plane = npt.NDArray[Any]


def new_picture(width: int, height: int, name: str) -> av.VideoFrame:
    """Return a frame of its own memory, not cleared."""
    return av.VideoFrame(width, height, name)


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
        A view, uint8, or uint16 where samples have more than 8 bits.
    """
    plane = frame.planes[index]
    layout = layout_of(frame.format.name)
    deep = layout is not None and layout.depth > 8
    deep = deep or frame.format.name.endswith("le")
    flat: Plane = np.frombuffer(plane, np.uint16 if deep else np.uint8)  # type: ignore[call-overload]
    rows: Plane = flat.reshape(plane.height, -1)[:, : plane.width * samples]
    return rows if samples == 1 else rows.reshape(plane.height, plane.width, samples)


def planes_of(frame: av.VideoFrame) -> tuple[Plane, ...]:
    """Return the colour planes of a frame: Y, U, V; Y, UV for nv12; one (H, W, 3) for bgr24."""
    name = frame.format.name
    if name == BGR:
        return (plane_of(frame, 0, 3),)
    if name == "nv12":
        return plane_of(frame, 0), plane_of(frame, 1, 2)
    return plane_of(frame, 0), plane_of(frame, 1), plane_of(frame, 2)


def has_plain_planes(frame: av.VideoFrame) -> bool:
    """Tell whether rows go downward in memory; a flipped picture's go upward."""
    return all(plane.line_size > 0 for plane in frame.planes)

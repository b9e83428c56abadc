"""How a 4:2:0 picture lies in the bytes that a virtual camera takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from fastvbg._types import Planes
    from fastvbg.devices.v4l2.picture import Bytes

    Fill: TypeAlias = Callable[[Planes], None]


def frame_bytes(width: int, height: int, layout: str) -> int:
    """Return the bytes of a picture of even sides; drivers may say more, up to whole pages."""
    return width * height * (4 if layout == "yuyv" else 3) // 2


def _planar(data: Bytes, width: int, height: int) -> Fill:
    """Y, U and V one behind the other."""
    luma, chroma = width * height, width * height // 4
    y = data[:luma].reshape(height, width)
    u = data[luma : luma + chroma].reshape(height // 2, width // 2)
    v = data[luma + chroma :].reshape(height // 2, width // 2)

    def fill(planes: Planes) -> None:
        for place, plane in zip((y, u, v), planes, strict=True):
            np.copyto(place, plane)

    return fill


def _packed(data: Bytes, width: int, height: int) -> Fill:
    """Y0 U Y1 V of each pair of pixels; two rows share a row of chroma."""
    pairs = data.reshape(height // 2, 2, width // 2, 4)

    def fill(planes: Planes) -> None:
        y, u, v = planes
        luma = y.reshape(height // 2, 2, width // 2, 2)
        np.copyto(pairs[..., 0], luma[..., 0])
        np.copyto(pairs[..., 2], luma[..., 1])
        np.copyto(pairs[..., 1], u[:, np.newaxis])
        np.copyto(pairs[..., 3], v[:, np.newaxis])

    return fill


LAYOUTS: Final = {"yu12": _planar, "yuyv": _packed}
"""By the pixel format's name: what makes the function that puts planes into the bytes."""

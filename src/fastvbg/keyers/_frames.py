"""Frames of any order and layout as keyers and their kernels take them.

Inside, frames are BGR and (H, W, 3): what has another order, or a fourth channel, is seen so by a
view. Kernels are fast with packed pixels, also with those whose channels lie the other way, as RGB
seen as BGR does. Other layouts they bring to packed pixels a row at a time, or are given a copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import exchanged
from fastvbg.kernels._kernel import Module
from fastvbg.layout import as_bgr

if TYPE_CHECKING:
    from fastvbg._types import Frame
    from fastvbg.constants import Order

frames = Module("composite.frames")


def contiguous(frame: Frame) -> Frame:
    """Return a BGR frame as OpenCV takes it: itself, or a copy."""
    if frame.flags.c_contiguous:
        return frame
    copy = np.empty(frame.shape, np.uint8)
    frames.convert.call(frame, copy, frame.shape[0])
    return copy


def packed_alike(*pictures: Frame) -> bool:
    """Tell whether all are pixels of three bytes, channels in one order."""
    apart = pictures[0].strides[2]
    return apart in (1, -1) and all(
        each.strides[1:] == (3, apart) and each.shape[2] == 3 for each in pictures
    )


class Packer:
    """Gives packed pixels of one frame after the other, in a buffer that is kept."""

    def __init__(self) -> None:
        self._kept: Frame = np.empty((0, 0, 3), np.uint8)

    def __call__(self, frame: Frame) -> Frame:
        """Return a BGR frame if its pixels are packed, or a copy, valid until the next call."""
        if packed_alike(frame):
            return frame
        if self._kept.shape != frame.shape:
            self._kept = np.empty(frame.shape, np.uint8)
        frames.convert.call(frame, self._kept, frame.shape[0])
        return self._kept


def as_kernels_write(out: Frame, order: Order) -> tuple[Frame, int]:
    """Return a frame that is to be written, and the order in which kernels see it.

    Three channels are seen as BGR by a view; of four that would leave out the last.
    """
    return (as_bgr(out, order), 0) if len(order) == 3 else (out, exchanged(order))

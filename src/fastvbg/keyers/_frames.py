"""Frames of any order and layout as keyers and their kernels take them.

Inside, frames are BGR and (H, W, 3): what has another order, or a fourth channel, is seen so by a
view. Kernels of keyers take packed pixels, also those whose channels lie the other way, as RGB seen
as BGR does. Other layouts are brought to packed pixels, some rows at a time where that is possible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import exchanged
from fastvbg.kernels._kernel import Module
from fastvbg.layout import as_bgr

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Frame
    from fastvbg.constants import Order

frames = Module("composite.frames")

_BAND = 192 << 10
"""Bytes of packed rows made at a time: they stay in the CPU's own caches until they are read."""


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


def by_packed_rows(
    run: Callable[..., None],
    *inputs: Frame,
    out: Frame | None = None,
    order: Order = "bgr",
) -> None:
    """Call `run(part, *inputs)`, or `run(part, *inputs, out)`, with rows of packed pixels.

    Parameters
    ----------
    run : callable
        Takes a slice of rows, and those rows of each frame.
    *inputs : ndarray, shape (H, W, 3), uint8
        BGR of any strides.
    out : ndarray, shape (H, W, 3) or (H, W, 4), uint8, optional
        What is written, channels as `order` says.
    order : {"bgr", "rgb", "bgra", "rgba"}
        Of `out`.
    """
    targets: tuple[Frame, ...] = () if out is None else (as_bgr(out, order),)
    rows, cols = inputs[0].shape[:2]
    if packed_alike(*inputs, *targets):
        run(slice(0, rows), *inputs, *targets)
        return
    if not rows or not cols:
        return
    count = len(inputs) + len(targets)
    step = min(rows, max(1, _BAND // (3 * cols * count)))
    spare = np.empty((count, step, cols, 3), np.uint8)
    for first in range(0, rows, step):
        part = slice(first, min(first + step, rows))
        given = [_packed(each[part], to) for each, to in zip(inputs, spare, strict=False)]
        if out is None:
            run(part, *given)
        elif _is_packed_bgr(out) and order == "bgr":
            run(part, *given, out[part])
        else:
            made = spare[-1, : part.stop - first]
            run(part, *given, made)
            frames.convert.call(made[..., ::-1] if exchanged(order) else made, out[part], rows)


def _is_packed_bgr(frame: Frame) -> bool:
    return frame.strides[1:] == (3, 1) and frame.shape[2] == 3


def _packed(frame: Frame, spare: Frame) -> Frame:
    """Return rows of a BGR frame as they are, or a copy in which they are packed."""
    if _is_packed_bgr(frame):
        return frame
    to = spare[: frame.shape[0]]
    frames.convert.call(frame, to, frame.shape[0])
    return to

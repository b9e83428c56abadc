"""What every keyer of frames in order checks of the arrays that it writes."""

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

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Mask


def checked_mask(
    out: Mask | None, shape: tuple[int, ...], inputs: list[tuple[str, npt.NDArray[np.uint8]]]
) -> Mask:
    """Return `out`, or a new mask, of the height and width of a frame."""
    if out is None:
        return np.empty(shape[:2], np.uint8)
    got = check_plane("out", out)
    if got != shape[:2]:
        check_same_size("out", got, "frame", shape)
    check_writable(out)
    check_no_partial_overlap(out, inputs)
    return out


def checked_frame(out: Frame | None, frame: Frame, background: Frame) -> Frame:
    """Return `out`, or a new frame, of the size of a frame and of its background."""
    wanted = check_frame("frame", frame)
    shape = check_frame("background", background)
    if shape != wanted:
        check_same_size("background", shape, "frame", wanted)
    if out is None:
        return np.empty(shape, np.uint8)
    if check_frame("out", out) != shape:
        check_same_size("out", out.shape, "frame", shape)
    check_writable(out)
    check_no_partial_overlap(out, (("frame", frame), ("background", background)))
    return out

"""How others would do it: OpenCV as its experts spell it, and Numba as its users write it.

Every opponent keeps its buffers, as fastvbg's callers do with `out`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, kernel
from fastvbg.kernels._memory import address_of
from fastvbg.kernels.portable import bgr as portable

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte


@kernel(FRAME, FRAME, FRAME, OUT_FRAME, INT)
def numba_composite(prev: Any, next: Any, bg: Any, out: Any, threshold: Any) -> None:
    """One plain loop over flat arrays, vectorized by LLVM as it can."""
    count = out.shape[0] * out.shape[1]
    portable.composite_run(
        address_of(prev, 0),
        address_of(next, 0),
        address_of(bg, 0),
        address_of(out, 0),
        count,
        threshold,
        0,
        False,
    )


@kernel(FRAME, FRAME, OUT_PLANE, INT)
def numba_motion_mask(prev: Any, next: Any, out: Any, threshold: Any) -> None:
    """One plain loop over flat arrays, vectorized by LLVM as it can."""
    count = out.shape[0] * out.shape[1]
    portable.motion_mask_run(
        address_of(prev, 0), address_of(next, 0), address_of(out, 0), count, threshold, 0, False
    )


@kernel(FRAME, PLANE, FRAME, OUT_FRAME)
def numba_blend(frame: Any, matte: Any, bg: Any, out: Any) -> None:
    """One plain loop over flat arrays, vectorized by LLVM as it can."""
    count = out.shape[0] * out.shape[1]
    portable.blend_run(
        address_of(frame, 0),
        address_of(matte, 0),
        address_of(bg, 0),
        address_of(out, 0),
        count,
        False,
    )


class OpenCVBlend:
    """`blend` in 8 bits: matte and complement spread to three channels, two products, a sum.

    Faster than `cv2.blendLinear`, which wants float weights; off by one at most.

    Parameters
    ----------
    height, width : int
        Size of the frames.
    """

    def __init__(self, height: int, width: int) -> None:
        self._weight, self._rest, self._part = np.empty((3, height, width, 3), np.uint8)

    def __call__(self, frame: Frame, matte: Matte, bg: Frame, out: Frame) -> Frame:
        """Blend into `out` and return it."""
        cv2.cvtColor(matte, cv2.COLOR_GRAY2BGR, dst=self._weight)
        cv2.bitwise_not(self._weight, dst=self._rest)
        cv2.multiply(frame, self._weight, dst=out, scale=1 / 255)
        cv2.multiply(bg, self._rest, dst=self._part, scale=1 / 255)
        cv2.add(out, self._part, dst=out)
        return out


class OpenCVStretchBlend:
    """`blend` from a small float matte: `cv2.resize`, its complement, `cv2.blendLinear`.

    Parameters
    ----------
    height, width : int
        Size of the frames.
    """

    def __init__(self, height: int, width: int) -> None:
        self._size = (width, height)
        self._weight, self._rest = np.empty((2, height, width), np.float32)

    def __call__(self, frame: Frame, matte: Any, bg: Frame, out: Frame) -> Frame:
        """Blend by a float32 matte of 0..1 into `out` and return it."""
        cv2.resize(matte, self._size, dst=self._weight, interpolation=cv2.INTER_LINEAR)
        cv2.addWeighted(self._weight, -1, self._weight, 0, 1, dst=self._rest)
        cv2.blendLinear(frame, bg, self._weight, self._rest, dst=out)
        return out

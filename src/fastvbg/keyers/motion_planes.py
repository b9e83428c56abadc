"""Motion masks of frames in planes, of any depth and usual subsampling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.constants import YUV_GRAY, YUV_UNIT
from fastvbg.kernels._kernel import Module
from fastvbg.layout import packed, written_packed

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Mask

    Planes = tuple[npt.NDArray[Any], ...]

planes_any = Module("composite.planes_any")


class PlanesKeyer:
    """Tells where two frames of one video differ, from their planes Y, U and V.

    Parameters
    ----------
    matrix : {"bt709", "bt601", "bt2020"}
        The colour matrix of the video.
    range : {"limited", "full"}
        Whether luma goes from 16 to 235 (times a power of 2) or over all values.
    depth : int
        Bits a sample, 8 to 16.
    shift_x, shift_y : int
        By how many bits chroma's width and height are shifted right.
    """

    def __init__(self, matrix: str, range: str, *, depth: int, shift_x: int, shift_y: int) -> None:
        weights = YUV_GRAY[matrix, range]
        scale = depth - 8
        full = range == "full"
        high = (1 << depth) - 1 if full else weights.high << scale
        self._weights = (weights.low << scale, high, *weights[2:])
        self._scale = scale
        self._shifts = shift_x, shift_y
        self._kernel = planes_any.mask_u8 if depth == 8 else planes_any.mask_u16

    def mask(self, prev: Planes, next: Planes, threshold: int, out: Mask) -> Mask:
        """Write 255 into `out` where two frames differ by more than the threshold, else 0.

        Parameters
        ----------
        prev, next : tuple of 3 ndarray
            Planes Y, U, V. Any strides, as `out`.
        threshold : int
            Gray difference in 0..255, whatever the depth.
        out : ndarray, shape (H, W), uint8
            The mask.

        Returns
        -------
        ndarray
            `out`.
        """
        before, after = (tuple(packed(plane) for plane in planes) for planes in (prev, next))
        with written_packed(out) as (mask,):
            options = *self._shifts, self._weights, self._bound(threshold)
            self._kernel.call(before, after, mask, *options)
        return out

    def _bound(self, threshold: int) -> int:
        return (threshold * YUV_UNIT + YUV_UNIT // 2) << self._scale
